"""Borders of two small provinces: every metre and hectare can be checked by hand."""

from __future__ import annotations

import itertools
import math
import re
from pathlib import Path

import docx
import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from pypdf import PdfReader

from layers.base.language import format_number
from layers.crs.crs import geodesic_length_m
from maps import AnnexHeading
from tests.factories import communes, square
from tests.zones.borders.border_ground import (
    across,
    forest_across,
    side,
    write_across,
    write_own,
)
from zones.borders.annex import save_border_annex
from zones.borders.commune_pairs import find_borders
from zones.borders.sheets import SheetBook
from zones.borders.side import Sides
from zones.project.model import load_project
from zones.run.context import RunOptions, RunResult
from zones.run.run import run_project
from zones.tables import (
    BORDER_CLAIMS,
    BORDER_CONTACTS,
    BORDER_GROUND,
    BORDER_LAND,
    BORDER_MARKING,
    BORDER_PLOTS,
    BORDERS,
)

#: The plane of the zone is 0.9999 of the ground at its meridian, and grows with the square of the
#: distance from it: the border of the squares lies 48 km to the west of it.
ON_GROUND = 1 / (0.9999 * (1 + (48_000 / 0.9999) ** 2 / (2 * 6_344_600 * 6_381_000)))


CORNER = np.array([450_000.0, 2_400_000.0])


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> RunResult:
    """Borders of two projects, measured once."""
    folder = tmp_path_factory.mktemp("giáp ranh")
    write_across(folder / "bắc ninh")
    path = write_own(folder / "lạng sơn", borders='borders: {projects: ["../bắc ninh"]}\n')
    return run_project(
        load_project(path),
        options=RunOptions(only=("borders",), changes={"borders": {"make": True}}),
    )


def _bar(lon: float, lat: float) -> np.ndarray:
    """Point on the ellipsoid of VN-2000 (that of WGS 84) in space, metres."""
    a, f = 6378137.0, 1 / 298.257223563
    e2 = f * (2 - f)
    x, y = math.radians(lon), math.radians(lat)
    n = a / math.sqrt(1 - e2 * math.sin(y) ** 2)
    return np.array(
        [n * math.cos(y) * math.cos(x), n * math.cos(y) * math.sin(x), n * (1 - e2) * math.sin(y)]
    )


def test_lengths_are_those_of_the_ellipsoid() -> None:
    """A wavy border of 400 vertices, some on one side only, against chords through space."""
    way = np.linspace(21.6, 21.9, 400)
    line = [(106.9 + 0.01 * math.sin(60 * lat) + 0.003 * math.sin(700 * lat), lat) for lat in way]
    west = [*line, (106.5, 21.9), (106.5, 21.6)]
    # The eastern side has a vertex in the middle of each third edge.
    middles = [tuple((np.array(a) + b) / 2) for a, b in zip(line[::3], line[1::3], strict=False)]
    put = {3 * n: m for n, m in enumerate(middles)}
    east = [p for n, q in enumerate(line) for p in ([q, put[n]] if n in put and n < 399 else [q])]
    east += [(107.3, 21.9), (107.3, 21.6)]
    frames = [
        gpd.GeoDataFrame(
            {"code": [code], "name": [code]}, geometry=[shapely.Polygon(ring)], crs=4756
        ).to_crs(9215)
        for code, ring in (("06148", west), ("07282", east))
    ]
    found = find_borders(side(frames[0], "20"), side(frames[1], "24"), distance_m=500)
    table = found.tables[BORDERS]
    points = [_bar(*point) for point in line]
    exact = math.fsum(math.dist(a, b) for a, b in itertools.pairwise(points))
    assert table["length_m"].to_numpy() == pytest.approx([exact], rel=1e-7)
    assert table["neighbour_length_m"].to_numpy() == pytest.approx([exact], rel=1e-7)
    assert table["apart_m"].tolist() == [0.0]
    assert not found.findings


def test_geodesic_length_of_a_quarter_meridian() -> None:
    start, end = np.array([[105.0, 0.0]]), np.array([[105.0, 90.0]])
    crs = communes().to_crs(4326).crs
    # Published length of the quarter meridian of WGS 84.
    assert geodesic_length_m(start, end, crs)[0] == pytest.approx(10_001_965.729, abs=0.01)


def test_pairs_and_their_lengths(both: RunResult) -> None:
    table = both[BORDERS]
    assert table[["commune_code", "neighbour_code", "neighbour_province"]].to_numpy().tolist() == [
        ["06184", "07282", "24"],
        ["06529", "07294", "24"],
    ]
    assert table["length_m"].to_numpy() == pytest.approx([1000 * ON_GROUND] * 2, rel=1e-6)
    assert table["forest_m"].tolist() == [0.0, 0.0]
    expected = [1000 * ON_GROUND, 500 * ON_GROUND]
    assert table["neighbour_forest_m"].to_numpy() == pytest.approx(expected, rel=1e-6)


def test_land_on_both_sides_adds_up_to_the_length(both: RunResult) -> None:
    land = both[BORDER_LAND]
    first = land[land["commune_code"] == "06184"].set_index("neighbour_land")["length_m"]
    assert first["natural_forest"] == pytest.approx(300 * ON_GROUND, rel=1e-6)
    assert first["planted_forest"] == pytest.approx(700 * ON_GROUND, rel=1e-6)
    assert set(land["land"]) == {"no_plot"}
    sums = land.groupby("commune_code")["length_m"].sum().to_numpy()
    assert sums == pytest.approx(both[BORDERS]["length_m"].to_numpy(), rel=1e-12)


def test_plots_within_reach_are_listed_with_their_distance(both: RunResult) -> None:
    plots = both[BORDER_PLOTS]
    own = plots[(plots["side"] == "own") & plots["nearest"]].set_index("plot")
    # Plot 3 ends 400 m west of the line, plot 2 begins 900 m west of it, plot 5 ends 900 m west.
    assert own["distance_m"].to_dict() == {"1/1/3": pytest.approx(400.0)}
    theirs = plots[plots["side"].eq("neighbour") & plots["nearest"]]
    assert sorted(theirs["plot"]) == ["9/1/1", "9/1/2", "9/1/3"]
    assert theirs["area_ha"].sum() == pytest.approx(35.0)


def test_ground_of_communes_is_undisputed_here(both: RunResult) -> None:
    assert both[BORDER_GROUND].empty
    assert both[BORDER_CLAIMS].empty  # the plot that reaches over meets no plot of this side


def test_plots_that_both_sides_claim() -> None:
    """The first plots of either file lie far from the line: those at it are called by their own."""
    mine = gpd.GeoDataFrame(
        {
            "province": "20", "layer": "forest", "plot": ["1/1/0", "1/1/1"],
            "commune_code": ["06184", "06529"], "land": ["natural_forest", "bare"],
            "three_forest": ["special_use", "production"], "ledger_ha": [4.0, 4.0],
        },
        geometry=[square(0, 100, 200, 200), square(1900, 1600, 200, 200)], crs=9215,
    )  # fmt: skip
    theirs = gpd.GeoDataFrame(
        {
            "province": "24", "layer": "rừng", "plot": ["9/1/1", "9/1/2", "9/1/3"],
            "commune_code": ["07282", "07282", "07294"],
            "land": ["bare", "natural_forest", "planted_forest"],
            "three_forest": ["production", "special_use", "protection"], "ledger_ha": 4.0,
        },
        geometry=[square(3500, n, 200, 200) for n in (100, 400)] + [square(1950, 1500, 300, 500)],
        crs=9215,
    )  # fmt: skip
    found = find_borders(side(communes(), "20", mine), side(across(), "24", theirs), distance_m=500)
    claims = found.tables[BORDER_CLAIMS]
    told = ["plot", "commune_code", "land", "three_forest"]
    assert claims[told].to_numpy().tolist() == [["1/1/1", "06529", "bare", "production"]]
    across_it = claims[[f"neighbour_{name}" for name in ("layer", *told)]].to_numpy().tolist()
    assert across_it == [["rừng", "9/1/3", "07294", "planted_forest", "protection"]]
    assert claims["area_ha"].to_numpy() == pytest.approx([3.0])  # 150 m × 200 m
    assert [item.kind for item in found.findings] == ["plots-claimed-twice"]


def _plots(province: str, *shapes: shapely.Polygon) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {
            "province": province, "layer": "forest",
            "plot": [f"{province}/{number}" for number in range(len(shapes))],
            "commune_code": "06184", "land": "bare", "three_forest": "production",
            "ledger_ha": 1.0,
        },
        geometry=list(shapes), crs=9215,
    )  # fmt: skip


def test_ground_that_plots_of_neither_side_cover() -> None:
    """The line runs at 2 km east: 20 m and 10 m are left on either side of it, 300 m long."""
    own = _plots("20", square(1000, 100, 980, 300), square(1000, 600, 900, 300))
    theirs = _plots("24", square(2010, 100, 500, 300), square(2000, 600, 500, 300))
    sides = side(communes(), "20", own), side(across(), "24", theirs)
    found = find_borders(*sides, distance_m=500)
    ground = found.tables[BORDER_GROUND]
    # The lower plots are 100 m apart: that is a field between them, no seam.
    assert ground[["commune_code", "neighbour_code", "claim"]].to_numpy().tolist() == [
        ["06184", "07282", "no_plot"]
    ]
    assert ground["area_ha"].to_numpy() == pytest.approx([0.9])
    assert [item.kind for item in found.findings] == ["ground-claimed-by-no-plot"]


def test_a_notch_of_one_side_is_no_seam() -> None:
    """A hole 30 m wide within one side's plots, and a corner of theirs: not between the sides."""
    own = _plots("20", square(1000, 100, 400, 800), square(1430, 100, 570, 800))
    theirs = _plots("24", square(2000, 500, 500, 400))
    sides = side(communes(), "20", own), side(across(), "24", theirs)
    found = find_borders(*sides, distance_m=2000)
    assert found.tables[BORDER_GROUND].empty
    assert not found.findings


@pytest.mark.parametrize(
    ("shift_m", "claim"), [(30.0, "neither"), (-30.0, "both")], ids=["a gap", "an overlap"]
)
def test_lines_of_two_sources_are_told_with_their_metres(shift_m: float, claim: str) -> None:
    found = find_borders(side(communes(), "20"), side(across(shift_m), "24"), distance_m=500)
    table, ground = found.tables[BORDERS], found.tables[BORDER_GROUND]
    assert table["apart_m"].to_numpy() == pytest.approx([30.0, 30.0])
    assert table["same_line_m"].tolist() == [0.0, 0.0]
    assert table["length_m"].to_numpy() == pytest.approx([1000 * ON_GROUND] * 2, rel=1e-5)
    assert ground["claim"].tolist() == [claim] * 2
    assert ground["area_ha"].to_numpy() == pytest.approx([3.0, 3.0])
    kinds = [item.kind for item in found.findings]
    assert kinds == ["border-lines-differ", f"ground-claimed-by-{claim}"]
    assert "up to 30.0 m apart" in found.findings[0].message.en


def test_lines_that_part_at_a_third_country_are_no_border() -> None:
    """North of the squares the boundaries open like scissors: no metre of that is a border."""
    west = shapely.Polygon([(0, 0), (1000, 0), (1000, 1000), (850, 1100), (0, 1100)])
    east = shapely.Polygon([(1000, 0), (2000, 0), (2000, 1100), (1150, 1100), (1000, 1000)])
    frames = [
        gpd.GeoDataFrame(
            {"code": [code], "name": [code]},
            geometry=[shapely.transform(shape, lambda xy: xy + CORNER)],
            crs=9215,
        )
        for code, shape in (("06148", west), ("07282", east))
    ]
    found = find_borders(side(frames[0], "20"), side(frames[1], "24"), distance_m=500)
    assert found.tables[BORDERS]["length_m"].to_numpy() == pytest.approx([1000 * ON_GROUND], 1e-5)
    assert not found.findings


def test_boundary_of_forest_classes_to_be_marked(both: RunResult) -> None:
    """The plots across meet along 200 m, protection and production; each runs along the line."""
    marked = both[BORDER_MARKING]
    theirs = marked[(marked["side"] == "neighbour") & (marked["commune_code"] == "06184")]
    inner = theirs[theirs["other"] == "production"]
    # Its last 10 m run into the line; they count as along it.
    assert inner["three_forest"].unique().tolist() == ["protection"]
    assert inner["length_m"].sum() == pytest.approx(200 * ON_GROUND, rel=1e-5)
    along = theirs[theirs["on_line"] & (theirs["other"] == "outside")]
    assert along["length_m"].sum() >= 1000 * ON_GROUND * 0.999


def test_contacts_are_named_and_left_to_be_filled_in(both: RunResult) -> None:
    contacts = both[BORDER_CONTACTS]
    assert contacts["neighbour"].tolist() == ["Đồng Kỳ", "Bố Hạ"]
    assert (contacts[["forest_ranger", "phone", "note"]] == "").all(axis=None)


def test_each_province_in_its_own_zone_is_told(both: RunResult) -> None:
    kinds = {row["kind"]: row for row in both.record["findings"]}
    assert "EPSG:9214" in kinds["neighbour-zone"]["message_en"]
    assert "EPSG:9215" in kinds["neighbour-zone"]["message_en"]


def test_ground_in_dispute_stands_in_the_report(both: RunResult, tmp_path: Path) -> None:
    """Nobody opens a CSV at the meeting of two provinces."""
    names = (BORDERS, BORDER_LAND, BORDER_PLOTS, BORDER_CONTACTS)
    tables = {schema: both[schema] for schema in names}
    own, other = both[BORDERS][["commune_code", "neighbour_code"]].iloc[0]
    claims = BORDER_CLAIMS.empty().reindex(range(3))
    tables[BORDER_CLAIMS] = claims.assign(
        commune_code=own, neighbour_commune_code=[other, other, "99999"], area_ha=[1.25, 0.5, 0.1]
    )
    ground = BORDER_GROUND.empty().reindex(range(2))
    tables[BORDER_GROUND] = ground.assign(
        commune_code=own, neighbour_code=other, claim=["both", "neither"], area_ha=[0.04, 2.0]
    )
    tables[BORDER_MARKING] = BORDER_MARKING.empty()
    path = save_border_annex(tables, both.context.project, tmp_path / "a.docx")
    report = docx.Document(str(path))
    titles = [line.text for line in report.paragraphs if re.match(r"\d\. ", line.text)]
    assert [title[0] for title in titles] == ["1", "2", "3", "4", "5", "6"]
    assert titles[3][3:] == "Đất mà lô của cả hai bên cùng phủ"
    rows = [[cell.text for cell in row.cells][1:] for row in report.tables[-4].rows]
    name, neighbour = both[BORDERS][["commune", "neighbour"]].iloc[0]
    assert rows[1:3] == [[name, neighbour, "2", "1,75"], [name, "99999", "1", "0,10"]]
    assert rows[3][-1] == "1,85"
    rows = [[cell.text for cell in row.cells][3:] for row in report.tables[-3].rows]
    assert rows[1:] == [
        ["xã của cả hai tỉnh cùng nhận", "0,04"],
        ["giữa hai đường, không thuộc xã nào", "2,00"],
        ["", "2,04"],
    ]


def test_pages_and_layers_are_written(both: RunResult) -> None:
    layers = {
        name: gpd.read_file(both.out / "borders.gpkg", layer=name)
        for name in gpd.list_layers(both.out / "borders.gpkg")["name"]
    }
    assert layers["border_lines"].geometry.length.sum() == pytest.approx(2000.0)
    assert (both.out / "borders.docx").stat().st_size > 10_000
    with PdfReader(both.out / "borders.pdf") as book:
        texts = [page.extract_text() for page in book.pages]
        assert [item.title for item in book.outline if not isinstance(item, list)] == ["Bắc Ninh"]
    assert all("Lớp hiện trạng rừng – " in text.replace("\n", " ") for text in texts)
    lengths = both[BORDERS]["length_m"]
    assert len(texts) == len(lengths) == 2
    for text, length in zip(texts, lengths, strict=True):
        printed = format_number(length, "vi", decimals=1)
        # As the pair's length, and as the total of the table of land.
        assert text.count(printed) >= 2, printed
    assert pd.read_csv(both.out / "tables" / "border_contacts.csv")["neighbour"].tolist() == [
        "Đồng Kỳ",
        "Bố Hạ",
    ]


def test_without_a_layer_across_land_is_unknown_and_not_zero(tmp_path: Path) -> None:
    path = write_own(tmp_path / "một mình")
    options = RunOptions(only=("borders",), changes={"borders": {"make": True}})
    table = run_project(load_project(path), options=options)[BORDERS]
    assert table["length_m"].to_numpy() == pytest.approx([1000 * ON_GROUND] * 2, rel=1e-6)
    assert table["neighbour_forest_m"].isna().all()
    assert table["forest_m"].tolist() == [0.0, 0.0]


def test_a_neighbour_of_another_day_and_code_table_is_told(tmp_path: Path) -> None:
    other = write_across(tmp_path / "khác")
    text = other.read_text("utf-8").replace("2025-12-31", "2024-12-31")
    codes = forest_across().assign(maldlr=[1, 41, 41], ldlr=["NS", "TG", "TG"])
    other.write_text(text.replace("code_table: 98", "code_table: 55"), "utf-8")
    codes.to_file(other.parent / "rung.gpkg", layer="rung")
    path = write_own(tmp_path / "ta", borders="borders: {projects: [../khác]}\n")
    options = RunOptions(only=("borders",), changes={"borders": {"make": True}})
    found = {
        row["kind"]: row
        for row in run_project(load_project(path), options=options).record["findings"]
    }
    assert "2024-12-31" in found["neighbour-date"]["message_en"]
    assert "table 55" in found["neighbour-codes"]["message_en"]
    assert found["neighbour-date"]["severity"] == "problem"


def test_metres_of_a_sheet_add_up_to_its_printed_length(tmp_path: Path) -> None:
    """Three stretches of a third of a metre more: rounded one by one they miss the length."""
    line = [(0.0, 1000.35 * n) for n in range(4)]
    west = shapely.Polygon([*line, (-4000, 3001.05), (-4000, 0)])
    east = shapely.Polygon([*line, (4000, 3001.05), (4000, 0)])
    squares = [shapely.box(-900, 1000.35 * n, 0, 1000.35 * (n + 1)) for n in range(3)]
    plots = gpd.GeoDataFrame(
        {
            "province": "20", "layer": "forest", "plot": ["1", "2", "3"],
            "commune_code": "06148", "land": ["natural_forest", "planted_forest", "bare"],
            "three_forest": "production", "ledger_ha": 90.0,
        },
        geometry=[shapely.transform(square, lambda p: p + CORNER) for square in squares],
        crs=9215,
    )  # fmt: skip
    sides = [
        side(
            gpd.GeoDataFrame(
                {"code": [code], "name": [code]},
                geometry=[shapely.transform(shape, lambda p: p + CORNER)],
                crs=9215,
            ),
            province,
            own,
        )
        for code, shape, province, own in (
            ("06148", west, "20", plots),
            ("07282", east, "24", None),
        )
    ]
    found = find_borders(*sides, distance_m=500)
    project = load_project(write_own(tmp_path / "own"))
    book = SheetBook(found, Sides(*sides), project, AnnexHeading())
    (page,) = [page.make() for page in book.pages()]
    length = found.tables[BORDERS]["length_m"].iloc[0]
    assert page.land.rows["length_m"].sum() == pytest.approx(round(length, 1), abs=1e-9)
    assert len(page.land.rows) == 3
    assert page.figures[0][1] == format_number(length, "vi", decimals=1)


def test_a_neighbour_in_several_records_has_a_sheet_for_each(tmp_path: Path) -> None:
    """One code and one name twice: each line keeps its own commune, metres and total."""
    own = gpd.GeoDataFrame(
        {"code": ["06148"], "name": ["Nhà"]},
        geometry=[shapely.transform(shapely.box(0, 0, 1000, 3000), lambda p: p + CORNER)],
        crs=9215,
    )
    parts = [shapely.box(1000, 0, 1500, 1000), shapely.box(1000, 1000, 1500, 3000)]
    others = gpd.GeoDataFrame(
        {"code": ["07282", "07282"], "name": ["Bên", "Bên"]},
        geometry=[shapely.transform(part, lambda p: p + CORNER) for part in parts],
        crs=9215,
    )
    sides = Sides(side(own, "20"), side(others, "24"))
    found = find_borders(sides.own, sides.others, distance_m=500)
    project = load_project(write_own(tmp_path / "own"))
    pages = [page.make() for page in SheetBook(found, sides, project, AnnexHeading()).pages()]
    lengths = found.tables[BORDERS]["length_m"].round(1).tolist()
    assert sorted(round(length, -2) for length in lengths) == [1000.0, 2000.0]
    for page, length in zip(pages, lengths, strict=True):
        assert page.land.rows["length_m"].sum() == pytest.approx(length, abs=1e-9)
        # Its neighbour is the record along its line: as long as the line, in the plane.
        assert page.pair[1].bounds[3] - page.pair[1].bounds[1] == pytest.approx(length, rel=1e-3)
