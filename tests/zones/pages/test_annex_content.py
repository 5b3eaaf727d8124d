"""Annex and atlas of a run: what a project asks for is on the pages, from one set of figures."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import docx
import geopandas as gpd
import openpyxl
import pandas as pd
import pypdf
import pytest
import shapely

from layers.base.errors import InputError
from layers.base.findings import Findings
from layers.kinds.plots import PlotLayer
from tests.factories import communes, square, write_project
from zones.cli.main import run as command
from zones.cli.terminal.language import set_language
from zones.pages.atlas_content import plot_symbols
from zones.project.model import load_project
from zones.publish.verify import verify_folder
from zones.run.context import RunOptions
from zones.run.run import run_project


@pytest.fixture(autouse=True)
def _english() -> None:
    set_language("en")


ATLAS = RunOptions(only=("atlas",), overwrite=True)


def _asked(path: Path, more: str) -> Path:
    path.write_text(path.read_text("utf-8") + more, "utf-8")
    return path


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("Dự án") / "vùng 1"
    path = _asked(write_project(folder), "thresholds: {tolerance_percent: 5}\n")
    run_project(load_project(path), options=RunOptions())
    return path


def test_run_without_atlas_makes_the_annex_only(project: Path) -> None:
    out = project.parent / "out"
    assert (out / "annex.xlsx").is_file()
    assert (out / "annex.docx").is_file()
    assert (out / "tables" / "printed" / "zones.csv").is_file()
    assert not (out / "atlas.pdf").exists()
    record = json.loads((out / "run.json").read_text("utf-8"))
    assert "atlas" not in record["steps"]
    assert "annex.docx" in record["steps"]["annex"]["files"]


def test_a_folder_of_other_things_is_never_written_to(
    project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mine = tmp_path / "kết quả" / "thư.txt"
    mine.parent.mkdir()
    mine.write_text("của tôi", "utf-8")
    asked = ["annex", str(project), "--out", str(mine.parent)]
    assert command(asked) == 2
    assert "--overwrite" in capsys.readouterr().err
    assert command([*asked, "--overwrite"]) == 2
    assert str(mine.parent / "out") in capsys.readouterr().err
    assert [item.name for item in mine.parent.iterdir()] == ["thư.txt"]
    mine.unlink()
    assert command(asked) in (0, 1)
    mine.write_text("của tôi", "utf-8")
    assert command(asked) in (0, 1)  # its own earlier page is replaced unasked
    assert mine.read_text("utf-8") == "của tôi"
    assert (mine.parent / "annex.docx").is_file()


@pytest.mark.parametrize("page", ["annex", "atlas", "qgis", "borders"])
def test_commands_that_make_pages_share_their_options(
    page: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command([page, "--help"]) == 0
    text = capsys.readouterr().out
    assert all(option in text for option in ("--out", "--overwrite", "--language", "--json"))


def _sheet(
    book: openpyxl.workbook.workbook.Workbook, name: str
) -> openpyxl.worksheet.worksheet.Worksheet:
    """Sheet by its name without the number of the table."""
    return next(sheet for sheet in book if sheet.title.partition(" ")[2] == name)


def test_annex_prints_the_figures_of_the_run(project: Path) -> None:
    out = project.parent / "out"
    book = openpyxl.load_workbook(out / "annex.xlsx", data_only=True)
    rows = {row[1]: row for row in _sheet(book, "Thông").iter_rows(values_only=True)}
    assert rows["Tổng cộng"][3] == pytest.approx(10.4 + 30.4 + 30)
    ages = {
        row[1]: row for row in _sheet(book, "Biểu 06 Loài, cấp tuổi").iter_rows(values_only=True)
    }
    assert ages["Thông"][2] == pytest.approx(20.8 + 20 + 30)
    assert ages["Hồi"][2] == pytest.approx(20)
    assert ages["Tổng cộng"][2] == pytest.approx(90.8)
    text = " ".join(item.text for item in docx.Document(str(out / "annex.docx")).paragraphs)
    # The plan has neither number nor day: both are left open for whoever signs.
    assert "(Kèm theo Kế hoạch số …… ngày …/…/2026 của UBND tỉnh Lạng Sơn)" in text


def test_printed_tables_carry_the_digest_of_the_pages(project: Path) -> None:
    out = project.parent / "out"
    table = pd.read_csv(out / "tables" / "printed" / "zones.csv", dtype="str")
    book = openpyxl.load_workbook(out / "annex.xlsx")
    assert set(table["digest"]) == {book.custom_doc_props["digest"].value}


def test_command_annex_puts_maps_into_the_document(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command(["annex", str(project), "--maps", "06148", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    document = docx.Document(answer["pages"]["annex.docx"])
    # The chart of the forecast below its table, then the map.
    assert len(document.inline_shapes) == 2
    assert "Xã Thụy Hùng" in [item.text for item in document.paragraphs]


def test_annex_says_its_tolerance_and_names_its_sources(project: Path) -> None:
    out = project.parent / "out"
    book = openpyxl.load_workbook(out / "annex.xlsx")
    below = [
        row[0].value
        for row in _sheet(book, "Chỉ tiêu").iter_rows()
        if isinstance(row[0].value, str)
    ]
    assert any("được coi là đạt nếu lệch không quá ±5 %" in text for text in below)
    document = docx.Document(str(out / "annex.docx"))
    assert any("lệch không quá ±5 %" in item.text for item in document.paragraphs)
    sources = {row[1].value: row[2].value for row in _sheet(book, "Nguồn số liệu").iter_rows()}
    assert sources["Lớp hiện trạng rừng"] == "31/12/2025"
    assert sources["Ranh giới xã, phường"] == "01/07/2025"


def test_english_annex_carries_the_same_digest(
    project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    line = ["annex", str(project), "--out", str(out), "--language", "en", "--json"]
    assert command(line) == 0
    pages = json.loads(capsys.readouterr().out)["pages"]
    book = openpyxl.load_workbook(pages["annex.xlsx"])
    assert _sheet(book, "Form 06 species, ages")
    before = openpyxl.load_workbook(project.parent / "out" / "annex.xlsx")
    digests = {item.custom_doc_props["digest"].value for item in (book, before)}
    assert len(digests) == 1
    assert verify_folder(out).agrees


def test_language_of_the_pages_is_checked(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command(["annex", str(project), "--language", "fr"]) == 2
    assert "--language: expected vi or en, found 'fr'" in capsys.readouterr().err


def test_command_atlas_draws_what_is_asked_for(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = project.parent / "out"
    before = {path.name for path in out.iterdir()}
    line = ["atlas", str(project), "--communes", "thuy hung, 06184", "--paper", "A4", "--jobs", "1"]
    assert command(line) == 0
    path = out / "atlas-06148-06184.pdf"
    assert str(path) in capsys.readouterr().out
    # Sheets alone are a file of their own: no other file of the folder comes or goes.
    assert {item.name for item in out.iterdir()} == before | {path.name}
    assert verify_folder(out).compared[path.name] == 0
    reader = pypdf.PdfReader(path)
    assert len(reader.pages) == 2
    assert float(reader.pages[0].mediabox.width) == pytest.approx(841.9, abs=1)
    text = reader.pages[0].extract_text()
    # The boundaries do not say what a commune is; the list of communes in force does.
    assert "BẢN ĐỒ VÙNG SẢN XUẤT XÃ THỤY HÙNG – TỈNH LẠNG SƠN" in text
    assert "10,4" in text
    assert "50,0" in text
    # The square of 100 ha holds 50 ha of natural forest and 10 ha of pine: the rest is bare paper.
    assert "Không có trong lớp dữ liệu" in text
    assert "40,0" in text
    assert "Không có trong lớp dữ liệu (không vẽ)" not in text


def test_single_sheets_are_recorded_and_go_aside_with_the_setting_they_rest_on(
    project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "dự án"
    shutil.copytree(project.parent, folder)
    file, out = folder / project.name, folder / "out"
    for code, name in (("06148", "atlas-06148.pdf"), ("06184", "atlas-06184.pdf")):
        line = ["atlas", str(file), "--communes", code, "--paper", "A4", "--jobs", "1"]
        assert command(line) == 0
        assert name in json.loads((out / "run.json").read_text("utf-8"))["outputs"]
    sheets = ["atlas-06148.pdf", "atlas-06184.pdf"]
    # Sheets of other communes stay, and a file of a command is a file of the record.
    assert set(sheets) <= set(verify_folder(out).by_bytes)
    assert all(name in (out / "READ-ME.txt").read_text("utf-8") for name in sheets)
    before = {name: (out / name).read_bytes() for name in sheets}
    changed = file.read_text("utf-8").replace("tolerance_percent: 5", "tolerance_percent: 6")
    file.write_text(changed.replace("Thử nghiệm", "Thử lại"), "utf-8")
    capsys.readouterr()
    assert command(["annex", str(file)]) == 0
    told = capsys.readouterr()
    assert all(name in told.out + told.err for name in sheets)
    assert "zones atlas" in told.out + told.err
    assert not any((out / name).exists() for name in sheets)
    assert {name: (out / "outdated" / name).read_bytes() for name in sheets} == before
    assert not any(name in (out / "READ-ME.txt").read_text("utf-8") for name in sheets)
    assert verify_folder(out).agrees


def test_command_names_a_commune_that_is_not_there(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for line in (["atlas", str(project), "--communes"], ["annex", str(project), "--maps"]):
        assert command([*line, "Thụy Hưng"]) == 2
        told = capsys.readouterr().err
        assert f"{line[-1]}: 'Thụy Hưng' is no single commune of the province; did you mean" in told


def test_paper_of_the_command_is_checked(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command(["atlas", str(project), "--communes", "06148", "--paper", "A9"]) == 2
    assert "A1 or A0, found 'A9'" in capsys.readouterr().err


def test_project_asks_for_atlas_neighbours_and_lines(done: Path) -> None:
    more = """\
annex: {number: III, attached_to: Quyết định số 5, language: en}
atlas:
  make: true
  communes: ["06529"]
  overview: false
  neighbours: {path: around.gpkg, name_column: ten}
  roads: {path: roads.gpkg}
  rivers: {path: rivers.gpkg}
"""
    path = _asked(done, more)
    around = gpd.GeoDataFrame({"ten": ["Láng Giềng"]}, geometry=[square(2000, 0, 900, 2000)])
    around.set_crs(9215).to_crs(4326).to_file(path.parent / "around.gpkg")
    start = square(0, 0, 1, 1).centroid
    line = shapely.LineString([start, shapely.affinity.translate(start, 2500, 1800)])
    for name in ("roads", "rivers"):
        gpd.GeoDataFrame(geometry=[line], crs=9215).to_file(path.parent / f"{name}.gpkg")
    result = run_project(load_project(path), options=ATLAS)
    text = pypdf.PdfReader(result.out / "atlas.pdf").pages[0].extract_text()
    for words in ("Annex III", "Quyết định số 5", "Láng Giềng", "Road", "River", "LỘC BÌNH"):
        assert words in text, words


def test_atlas_draws_the_neighbours_of_the_map_where_it_has_none(done: Path) -> None:
    more = """\
map: {neighbours: {path: around.gpkg, name_column: ten}}
atlas: {make: true, communes: ["06529"], overview: false}
"""
    path = _asked(done, more)
    around = gpd.GeoDataFrame({"ten": ["Láng Giềng"]}, geometry=[square(2000, 0, 900, 2000)])
    around.set_crs(9215).to_file(path.parent / "around.gpkg")
    result = run_project(load_project(path), options=ATLAS)
    assert "Láng Giềng" in pypdf.PdfReader(result.out / "atlas.pdf").pages[0].extract_text()


def test_neighbours_without_names_are_refused(done: Path) -> None:
    more = "atlas: {make: true, neighbours: {path: communes.gpkg, name_column: ten}}\n"
    path = _asked(done, more)
    with pytest.raises(InputError, match=r"neighbours: expected a column 'ten'.*set name_column"):
        run_project(load_project(path), options=ATLAS)


def test_unknown_key_of_the_atlas_is_refused(tmp_path: Path) -> None:
    path = _asked(write_project(tmp_path / "dự án"), "atlas: {mak: true}\n")
    with pytest.raises(InputError, match="mak"):
        load_project(path)


def test_project_without_a_forest_layer_has_an_annex_without_forest(tmp_path: Path) -> None:
    path = write_project(tmp_path / "dự án")
    text = path.read_text("utf-8").replace("  forest: {kind", "  # forest: {kind")
    path.write_text(text + "atlas: {make: true, communes: ['06148']}\n", "utf-8")
    out = run_project(load_project(path), options=RunOptions()).out
    book = openpyxl.load_workbook(out / "annex.xlsx")
    names = [sheet.title.partition(" ")[2] for sheet in book]
    assert "Vùng × xã" in names
    assert not [name for name in names if name.startswith("Biểu")]
    assert len(pypdf.PdfReader(out / "atlas.pdf").pages) > 1


# What is drawn as what.


def _layer(rows: list[tuple[str, dict[str, float]]]) -> PlotLayer:
    plots = gpd.GeoDataFrame(
        {"row": range(len(rows)), "land": [land for land, _ in rows]},
        geometry=[square(100 * number, 0, 100, 100) for number in range(len(rows))],
        crs=9215,
    )
    weights = [
        (number, crop, weight)
        for number, (_, crops) in enumerate(rows)
        for crop, weight in crops.items()
    ]
    return PlotLayer(plots, pd.DataFrame(weights, columns=["row", "crop", "weight"]), Findings())


def test_plot_is_drawn_as_the_zone_of_its_greatest_species() -> None:
    layer = _layer(
        [
            ("planted_forest", {"anise": 0.4, "pine": 0.6}),
            ("planted_forest", {"schima": 1.0}),
            ("natural_forest", {"pine": 1.0}),
            ("bare", {}),
            ("not_yet_forest", {"anise": 1.0}),
        ]
    )
    zones = {"pine": "pine", "anise": "hoi"}
    drawn = plot_symbols(layer, zones=zones)
    assert drawn["symbol"].tolist() == ["pine", "planted_forest", "natural_forest", "bare", "hoi"]
    assert drawn.geometry.area.sum() == pytest.approx(50_000)
    only = plot_symbols(layer, zones=zones, land_too=False)
    assert only["symbol"].tolist() == ["pine", "hoi"]


def test_plots_of_a_layer_without_crops_are_drawn_as_their_land() -> None:
    """A land-use map alone stopped the QGIS project and the atlas."""
    layer = _layer([("LUC", {}), ("RSX", {})])
    for kind in ("Int64", "object", "str"):
        weights = layer.crop_weights.astype({"row": "Int64"}).astype({"crop": kind})
        bare = PlotLayer(layer.plots.astype({"row": "Int64"}), weights, layer.findings)
        assert plot_symbols(bare, zones={"pine": "pine"})["symbol"].tolist() == ["LUC", "RSX"]


def test_communes_of_the_factory_have_no_kind() -> None:
    # The test above that a title says "xã" would prove nothing otherwise.
    assert "kind" not in communes().columns
