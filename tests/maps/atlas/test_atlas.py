"""The atlas as a reader gets it: pages, bookmarks, text, fonts, scale, and nothing off the page."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pypdf
import pytest
import shapely

from layers.base.errors import CrsError, InputError, OutputError, OutputExistsError
from layers.base.language import Phrase
from layers.base.second_process import processes
from layers.base.workers import silent
from layers.io.atomic import scratch_folder
from maps.atlas import atlas
from maps.atlas.atlas import save_atlas
from maps.atlas.content import AtlasContent, describe_crs
from maps.atlas.map_frame import SCALES
from maps.layout.commune_table import commune_table
from maps.layout.content import AnnexHeading
from maps.layout.forest_tables import cover_lines
from maps.layout.page_table import PageTable, print_cell
from maps.layout.tables import build_tables
from maps.layout.words import speaker
from tests.maps.annex import annex_squares
from tests.maps.atlas import atlas_squares
from tests.maps.atlas.pdf_text import letters, page_text, paths

MM = 72 / 25.4
OVERVIEWS = 6
A3_MAP = (18.0 * MM, 18.0 * MM, 290.0 * MM, 258.0 * MM)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_atlas(atlas_squares.content(), tmp_path_factory.mktemp("tập bản đồ") / "a.pdf")


def _bookmarks(reader: pypdf.PdfReader) -> dict[str, int]:
    def walk(items: list[object]) -> dict[str, int]:
        found: dict[str, int] = {}
        for item in items:
            if isinstance(item, list):
                found.update(walk(item))
            else:
                found[item["/Title"]] = reader.get_destination_page_number(item)
        return found

    return walk(reader.outline)


def test_one_page_per_commune_after_those_of_the_province(whole: Path) -> None:
    reader = pypdf.PdfReader(whole)
    assert len(reader.pages) == OVERVIEWS + 4
    assert _bookmarks(reader) == {
        "Toàn tỉnh": 0,
        "Tất cả các vùng": 0,
        "Thông": 1,
        "Hồi": 2,
        "Dược liệu": 3,
        "Hoàng đàn": 4,
        "Tỷ lệ che phủ rừng": 5,
        "Các xã, phường": 6,
        **{name: 6 + place for place, name in enumerate(annex_squares.COMMUNES.values())},
    }


def test_page_says_what_a_sheet_of_an_annex_says(whole: Path) -> None:
    text = page_text(whole, OVERVIEWS)
    for words in (
        "Phụ lục I",
        "BẢN ĐỒ VÙNG SẢN XUẤT XÃ BÌNH GIA – TỈNH LẠNG SƠN",
        "(Kèm theo Kế hoạch số 12/KH-UBND ngày 05/01/2026 của UBND tỉnh Lạng Sơn)",
        "CHÚ DẪN",
        "SƠ ĐỒ VỊ TRÍ",
        "Hệ tọa độ VN-2000, múi chiếu 3°, kinh tuyến trục 107°15′ (EPSG:9215)",
        "Chi cục Kiểm lâm",
        "Trang 7/10",
        "Mã số liệu: aaaaaaaaaaaaaaaa",
        "441.000",
        "2.403.000",
    ):
        assert words in text, words


@pytest.mark.parametrize(("place", "name"), list(enumerate(annex_squares.COMMUNES.values())))
def test_every_commune_has_its_name_and_figures(whole: Path, place: int, name: str) -> None:
    text = page_text(whole, OVERVIEWS + place)
    assert name.upper() in text
    cover = annex_squares.forest_cover().iloc[place]
    assert f"{cover['natural_area_ha']:,.1f}".translate(str.maketrans(",.", ".,")) in text
    rate = cover["cover_percent"]
    assert (f"{rate:.1f}".replace(".", ",") if rate else "-") in text


def test_commune_page_prints_its_table_and_legend(whole: Path) -> None:
    text = page_text(whole, OVERVIEWS)
    assert "400,1" in text
    assert "40,0" in text
    assert "20,1" in text
    assert "30,2" in text
    for name in ("Thông", "Hồi", "Rừng tự nhiên", "Đường giao thông", "Ranh giới xã"):
        assert name in text, name


def test_the_row_of_a_zone_says_what_is_lost_and_where_it_leads(tmp_path: Path) -> None:
    """400.1 + 20.1 + 30.2 - 60.4 = 390.0: the loss stands on the sheet, the change is below 0."""
    content = atlas_squares.content()
    lost = pd.DataFrame(
        [("pine", "06001", 2026, 60.4)], columns=["zone", "commune_code", "year", "loss_ha"]
    )
    annex = replace(content.annex, losses=lost)
    path = save_atlas(
        atlas_squares.content(annex=annex), tmp_path / "a.pdf", communes=["06001"], overview=False
    )
    text = page_text(path, 0)
    assert "Giảm do khai thác Đến 2027 Tăng, giảm" in " ".join(text.split())
    assert "20,1 30,2 60,4 390,0 -10,1" in text.replace("−", "-")
    assert "Còn thiếu" not in text


def test_area_without_a_plot_is_marked_in_the_legend(tmp_path: Path) -> None:
    plots = atlas_squares.plots().query("symbol != 'anise'")
    content = atlas_squares.content(plots=plots)
    path = save_atlas(content, tmp_path / "a.pdf", communes=["06001"], overview=False)
    assert "Hồi (không vẽ)" in page_text(path, 0)
    assert "Thông (không vẽ)" not in page_text(path, 0)


def test_zone_page_prints_totals_that_meet(whole: Path) -> None:
    text = page_text(whole, 1)
    assert "Tổng cộng" in text
    assert "900,5" in text
    assert "99,5" in text


def test_fonts_are_embedded_and_none_is_a_picture(whole: Path) -> None:
    kinds, embedded = set(), []
    for page in pypdf.PdfReader(whole).pages:
        for font in page["/Resources"]["/Font"].get_object().values():
            font = font.get_object()
            kinds.add(font["/Subtype"])
            inner = font["/DescendantFonts"][0].get_object() if "/DescendantFonts" in font else font
            embedded.append("/FontFile2" in inner["/FontDescriptor"].get_object())
    assert "/Type3" not in kinds
    assert embedded
    assert all(embedded)


def test_map_is_true_to_scale(whole: Path) -> None:
    # The commune is a square of 4 km; at 1:20,000 that is 200 mm on paper.
    assert "1:20.000" in page_text(whole, OVERVIEWS)
    sizes = [np.ptp(points, axis=0) / MM for points in paths(whole, OVERVIEWS) if len(points) > 3]
    assert any(size == pytest.approx([200, 200], abs=0.01) for size in sizes)


def test_scale_bar_is_as_long_as_it_says(whole: Path) -> None:
    # 1 km at 1:20,000 is 50 mm, in four parts of 12.5 mm, 1.4 mm high.
    parts = [
        points
        for points in paths(whole, OVERVIEWS)
        if len(points) > 3 and np.ptp(points, axis=0) / MM == pytest.approx([12.5, 1.4], abs=0.01)
    ]
    assert len(parts) == 4
    together = np.concatenate(parts)
    assert np.ptp(together[:, 0]) / MM == pytest.approx(50, abs=0.01)
    assert "1 km" in page_text(whole, OVERVIEWS)


def _assert_inside(path: Path, page: int) -> None:
    box = pypdf.PdfReader(path).pages[page].mediabox
    margin = 3 * MM
    off = [
        letter
        for letter in letters(path, page)
        if letter.left < margin
        or letter.bottom < margin
        or letter.right > float(box.width) - margin
        or letter.top > float(box.height) - margin
    ]
    assert not off, off[:5]


@pytest.mark.parametrize("page", [0, 1, 4, 5, 6, 9])
def test_no_letter_leaves_the_page(whole: Path, page: int) -> None:
    assert len(letters(whole, page)) > 100
    _assert_inside(whole, page)


def test_plots_are_cut_at_the_boundary(whole: Path) -> None:
    # The anise plot is 1 km wide and half of it lies in the neighbour: 25 mm of 50 are drawn.
    sizes = [np.ptp(points, axis=0) / MM for points in paths(whole, OVERVIEWS) if len(points) > 3]
    assert any(size == pytest.approx([25, 20], abs=0.01) for size in sizes)
    assert not any(size == pytest.approx([50, 20], abs=0.01) for size in sizes)


def test_nothing_drawn_leaves_the_sheet(whole: Path) -> None:
    for page in (1, OVERVIEWS):
        for points in paths(whole, page):
            assert points.min() >= 0
            assert points[:, 0].max() <= 420 * MM + 0.01
            assert points[:, 1].max() <= 297 * MM + 0.01


def test_a4_sheet(tmp_path: Path) -> None:
    path = save_atlas(atlas_squares.content(), tmp_path / "a4.pdf", communes=["06001"], paper="A4")
    page = pypdf.PdfReader(path).pages[OVERVIEWS]
    assert [float(page.mediabox.width) / MM, float(page.mediabox.height) / MM] == pytest.approx(
        [297, 210], abs=0.1
    )
    for number in (1, OVERVIEWS):
        _assert_inside(path, number)


def test_demo_data_says_so_on_every_page(tmp_path: Path) -> None:
    content = atlas_squares.content(annex=annex_squares.content(demo=True))
    path = save_atlas(content, tmp_path / "a.pdf", communes=["06002"])
    for page in pypdf.PdfReader(path).pages:
        text = page.extract_text()
        assert "Dữ liệu minh họa" in text
        assert "Demo data" in text


def test_no_demo_mark_on_real_data(whole: Path) -> None:
    assert all("minh họa" not in page.extract_text() for page in pypdf.PdfReader(whole).pages)


def test_atlas_in_english(tmp_path: Path) -> None:
    content = atlas_squares.content(annex=annex_squares.content(language="en"))
    path = save_atlas(content, tmp_path / "a.pdf", communes=["06001"], overview=False)
    text = page_text(path, 0)
    for words in ("LEGEND", "SCALE 1:20,000", "Page 1 of 1", "Forest", "central meridian"):
        assert words in text, words


def test_same_bytes_whatever_the_number_of_processes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1767225600")
    monkeypatch.setattr(atlas, "_PAGES_PER_FILE", 1)  # four files: two are drawn in one process
    content = atlas_squares.content()
    told: list[tuple[int, int]] = []
    first = save_atlas(content, tmp_path / "1.pdf", overview=False)
    second = save_atlas(
        *(content, tmp_path / "2.pdf"),
        overview=False,
        jobs=2,
        progress=lambda done, total: told.append((done, total)),
    )
    assert first.read_bytes() == second.read_bytes()
    assert told[0] == (0, 4)
    assert told[-1] == (4, 4)
    with scratch_folder() as folder, processes(1, folder) as beside:
        with closing(atlas.begin_atlas(content, beside, overview=False)) as drawing:
            third = drawing.finish(tmp_path / "3.pdf", overwrite=False, progress=silent)
        assert first.read_bytes() == third.read_bytes()
        given_up = atlas.begin_atlas(content, beside, overview=False)
        assert given_up.files[0].parent.parent == beside.folder
        given_up.close()
    assert not beside.folder.exists()


# The text against the figures.


def _missing_figures(content: AtlasContent, path: Path) -> list[tuple[str, str]]:
    """Figures of the annex that the pages of zones and communes do not print."""
    annex = content.annex
    decimals = (annex.decimals, annex.percent_decimals)
    say = speaker(annex.language)
    bookmarks = _bookmarks(pypdf.PdfReader(path))
    tables = {table.zone: table for table in build_tables(annex) if table.role == "zone"}
    pages: dict[str, list[PageTable]] = {
        annex.zone_name(zone): [table] for zone, table in tables.items()
    }
    for code, name in zip(
        content.communes["commune_code"], content.communes["commune"], strict=True
    ):
        cover = cover_lines(annex, code, say)
        pages[name] = [commune_table(annex, code, say), *([cover] if cover else [])]
    missing = []
    for name, printed in pages.items():
        words = set(page_text(path, bookmarks[name]).split())
        for table in printed:
            rows = [row for _, row in table.rows.iterrows()]
            rows += [] if table.total is None else [table.total]
            for column in table.columns:
                if column.kind != "hectares" or (table.zone and column.key.startswith("plan_")):
                    continue
                figures = [
                    print_cell(column, row[column.key], annex.language, decimals=decimals)
                    for row in rows
                ]
                shown = column.key != "reached_ha"
                missing += [(name, text) for text in figures if shown and text not in words]
    return missing


def test_every_figure_of_the_annex_is_in_the_text(whole: Path) -> None:
    assert _missing_figures(atlas_squares.content(), whole) == []


@pytest.mark.parametrize(
    ("table", "column", "row", "name"),
    [
        ("zones", "present_ha", 1, "Đồng Đăng"),
        ("forest_cover", "planted_forest_ha", 3, "Tân Văn"),
        ("allocation", "planned_ha", 2, "Đồng Đăng"),
    ],
)
def test_one_digit_changed_in_the_atlas_is_found(
    tmp_path: Path, table: str, column: str, row: int, name: str
) -> None:
    content = atlas_squares.content()
    frame = getattr(content.annex, table).copy()
    frame.loc[row, column] = frame.loc[row, column] + 0.1
    other = atlas_squares.content(annex=replace(content.annex, **{table: frame}))
    path = save_atlas(other, tmp_path / "a.pdf")
    assert name in {place for place, _ in _missing_figures(content, path)}


# What is hard to draw.


def _with_commune(shape: shapely.Geometry, name: str = "Bình Gia") -> AtlasContent:
    communes = atlas_squares.communes()
    communes.loc[0, "geometry"] = shape
    communes.loc[0, "commune"] = name
    return atlas_squares.content(communes=communes)


def test_commune_of_far_flung_parts_is_shown_whole(tmp_path: Path) -> None:
    parts = shapely.union(
        shapely.box(440_000, 2_400_000, 441_000, 2_401_000),
        shapely.box(480_000, 2_430_000, 480_500, 2_430_500),
    )
    path = save_atlas(_with_commune(parts), tmp_path / "a.pdf", communes=["06001"], overview=False)
    assert "1:200.000" in page_text(path, 0)
    left, bottom, right, top = A3_MAP
    small = [
        points
        for points in paths(path, 0)
        if len(points) > 3 and np.ptp(points, axis=0) / MM == pytest.approx([2.5, 2.5], abs=0.01)
    ]
    assert small
    assert all(left <= x <= right and bottom <= y <= top for x, y in np.concatenate(small))


def test_tiny_ward_gets_a_large_scale(tmp_path: Path) -> None:
    ward = shapely.box(440_000, 2_400_000, 440_250, 2_400_200)
    path = save_atlas(_with_commune(ward), tmp_path / "a.pdf", communes=["06001"], overview=False)
    assert f"1:{SCALES[0]:,}".replace(",", ".") in page_text(path, 0)


def test_name_of_sixty_letters_stays_on_the_sheet(tmp_path: Path) -> None:
    name = "Nghĩa Thượng Phong Trường Giang Hoành Sơn Bình Nguyên Thịnh X"
    assert len(name) >= 60
    shape = atlas_squares.communes().geometry[0]
    heading = AnnexHeading(
        number="XXXVIII",
        title=Phrase(en="x", vi="y"),
        attached_to="Kế hoạch số 123456/KH-UBND của Ủy ban nhân dân tỉnh " + "rất dài " * 20,
        province="tỉnh Lạng Sơn",
    )
    content = _with_commune(shape, name)
    content = AtlasContent(
        annex=annex_squares.content(heading=heading),
        communes=content.communes,
        neighbours=content.neighbours,
    )
    path = save_atlas(content, tmp_path / "a.pdf", communes=["06001"])
    assert name.upper() in " ".join(page_text(path, OVERVIEWS).split())
    for page in range(OVERVIEWS + 1):
        _assert_inside(path, page)


def test_commune_without_plots_or_zones_says_so(tmp_path: Path) -> None:
    zones = annex_squares.zones()
    zones = zones.assign(listed=False, present_ha=zones["present_ha"] * 0)
    annex = annex_squares.content(zones=zones, allocation=None)
    content = atlas_squares.content(annex=annex, plots=None, symbol_areas=None, lines=None)
    path = save_atlas(content, tmp_path / "a.pdf", communes=["06004"], overview=False)
    assert "Không có vùng sản xuất nào của kế hoạch trên địa bàn." in page_text(path, 0)


def test_hostile_names_are_printed_as_they_are(tmp_path: Path) -> None:
    name = "$x^2$ <b> =1+1 \\frac"
    shape = atlas_squares.communes().geometry[0]
    path = save_atlas(
        _with_commune(shape, name), tmp_path / "a.pdf", communes=["06001"], overview=False
    )
    assert name.upper() in page_text(path, 0)


def test_unknown_land_is_drawn_grey_under_its_own_name(tmp_path: Path) -> None:
    plots = atlas_squares.plots().assign(symbol="bí ẩn")
    content = atlas_squares.content(plots=plots, symbol_areas=None)
    path = save_atlas(content, tmp_path / "a.pdf", communes=["06001"], overview=False)
    assert "bí ẩn" in page_text(path, 0)


def test_empty_layers_are_drawn_as_none(tmp_path: Path) -> None:
    content = atlas_squares.content(
        plots=atlas_squares.plots().iloc[:0],
        neighbours=atlas_squares.neighbours().iloc[:0],
        lines=atlas_squares.lines().iloc[:0],
    )
    path = save_atlas(content, tmp_path / "a.pdf", communes=["06001"])
    assert len(pypdf.PdfReader(path).pages) == OVERVIEWS + 1


# What is refused.


def test_unknown_commune_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"1 commune code is unknown \(first 99999\)"):
        save_atlas(atlas_squares.content(), tmp_path / "a.pdf", communes=["06001", "99999"])


def test_atlas_of_nothing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="Atlas: 0 commune codes"):
        save_atlas(atlas_squares.content(), tmp_path / "a.pdf", communes=[], overview=False)


def test_unknown_paper_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="A1 or A0, found 'A5'"):
        save_atlas(atlas_squares.content(), tmp_path / "a.pdf", paper="A5")


@pytest.mark.parametrize("crs", [None, "EPSG:4326"])
def test_communes_without_metres_are_refused(crs: str | None) -> None:
    communes = atlas_squares.communes().set_crs(crs, allow_override=True)
    with pytest.raises(CrsError, match="need a projected CRS in metres"):
        atlas_squares.content(communes=communes)


def test_plots_in_another_crs_are_refused() -> None:
    with pytest.raises(CrsError, match="plots are in EPSG:9214, the communes in EPSG:9215"):
        atlas_squares.content(plots=atlas_squares.plots().to_crs(9214))


def test_communes_that_cannot_be_drawn_are_refused_all_at_once() -> None:
    communes = atlas_squares.communes()
    communes.loc[1, "commune_code"] = "06001"
    communes.loc[2, "geometry"] = None
    with pytest.raises(InputError, match=r"1 commune occurs twice .*; 1 commune has no geometry"):
        atlas_squares.content(communes=communes)


def test_atlas_without_communes_is_refused() -> None:
    with pytest.raises(InputError, match="there is no commune"):
        atlas_squares.content(communes=atlas_squares.communes().iloc[:0])


def test_unknown_kind_of_line_is_refused() -> None:
    lines = atlas_squares.lines().assign(symbol="railway")
    with pytest.raises(InputError, match=r"lines are 'road', 'river', found 'railway'"):
        atlas_squares.content(lines=lines)


def test_unwritable_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=r"không có.a\.pdf could not be written"):
        save_atlas(atlas_squares.content(), tmp_path / "không có" / "a.pdf", communes=["06001"])


def test_earlier_atlas_stays_when_drawing_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(b"earlier")

    def full(*_args: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(atlas, "_join", full)
    options = {"communes": ["06001"], "overview": False}
    with pytest.raises(OutputExistsError, match=r"a\.pdf exists: give another name"):
        save_atlas(atlas_squares.content(), path, **options)
    with pytest.raises(OutputError, match="The disk is full"):
        save_atlas(atlas_squares.content(), path, overwrite=True, **options)
    assert path.read_bytes() == b"earlier"
    assert [item.name for item in tmp_path.iterdir()] == ["a.pdf"]


def test_crs_is_described_for_the_reader() -> None:
    crs = gpd.GeoSeries(crs=9214).crs
    assert describe_crs(crs, "en") == "VN-2000, 3° zone, central meridian 107°00′ (EPSG:9214)"
    assert "UTM zone 48N" in describe_crs(gpd.GeoSeries(crs=32648).crs, "vi")


def test_frames_are_not_changed() -> None:
    communes = atlas_squares.communes()
    before = communes.copy()
    atlas_squares.content(communes=communes)
    pd.testing.assert_frame_equal(pd.DataFrame(communes), pd.DataFrame(before))


def test_forest_of_a_commune_without_a_layer_is_hatched_and_printed_as_unknown(
    tmp_path: Path,
) -> None:
    cover = annex_squares.forest_cover()
    forest = ["natural_forest_ha", "planted_forest_ha", "not_yet_forest_ha", "cover_percent"]
    cover.loc[2, forest] = np.nan
    content = atlas_squares.content(annex=annex_squares.content(forest_cover=cover))
    path = save_atlas(content, tmp_path / "a.pdf", communes=["06003"])
    texts = [page_text(path, number) for number in range(len(pypdf.PdfReader(path).pages))]
    cover_page = next(text for text in texts if "TỶ LỆ CHE PHỦ RỪNG THEO" in text)
    assert "Không có số liệu" in cover_page
    assert "…" in cover_page
    lines = ("Rừng tự nhiên …", "Rừng trồng đã thành rừng …", "Trồng chưa thành rừng …")
    assert all(line in texts[-1] for line in (*lines, "Tỷ lệ che phủ (%) …"))
