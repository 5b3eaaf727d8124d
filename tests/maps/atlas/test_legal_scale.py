"""Scales of commune sheets as the circular lists them, and the paper that holds them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pypdf
import pytest
import shapely

from layers.base.language import Language
from maps.atlas.atlas import list_pages, save_atlas
from maps.atlas.legal_scale import ScaleStep, legal_sheets, listed_scale
from tests.maps.atlas import atlas_squares as squares


@pytest.mark.parametrize(
    ("area_ha", "denominator"),
    [
        (0.5, 5_000),
        (2_999.99, 5_000),
        (3_000, 10_000),
        (12_000, 10_000),
        (12_000.01, 25_000),
        (100_000, 25_000),
        (100_000.1, 50_000),
        (350_000, 50_000),
        (350_001, 100_000),
    ],
)
def test_scale_by_natural_area(area_ha: float, denominator: int) -> None:
    assert listed_scale(area_ha) == denominator


def square(width_m: float, height_m: float) -> tuple[float, float, float, float]:
    return 0.0, 0.0, width_m, height_m


def test_the_smallest_paper_that_holds_it() -> None:
    # 1:10,000: the frame of A3 is 27.2 cm wide, 24.0 high, less 3 mm on every side.
    sheets = legal_sheets(square(2_660, 2_340), 600 * 10)
    assert (sheets.layout.paper, sheets.windows[0].denominator) == ("A3", 10_000)
    assert legal_sheets(square(2_661, 2_340), 6_000).layout.paper != "A3"


def test_a_tall_commune_stands_upright() -> None:
    sheets = legal_sheets(square(1_400, 3_500), 4_900)
    assert (sheets.layout.paper, sheets.layout.width, sheets.layout.height) == ("A3", 297, 420)


def test_one_step_coarser_where_no_paper_holds_the_listed_scale() -> None:
    # 12 km at 1:10,000 is 1.2 m: more than A0; at 1:25,000 48 cm.
    sheets = legal_sheets(square(12_000, 6_000), 7_200)
    assert (sheets.listed, sheets.windows[0].denominator) == (10_000, 25_000)
    assert len(sheets.windows) == 1


def test_several_sheets_cover_what_no_paper_holds() -> None:
    bounds = square(60_000, 9_000)
    sheets = legal_sheets(bounds, 9_999)
    assert {window.denominator for window in sheets.windows} == {25_000}
    assert len(sheets.windows) == 3
    west = min(window.bounds_m[0] for window in sheets.windows)
    east = max(window.bounds_m[2] for window in sheets.windows)
    assert west <= 0
    assert east >= 60_000
    for left, right in zip(sheets.windows, sheets.windows[1:], strict=False):
        assert right.bounds_m[0] <= left.bounds_m[2]


def test_the_pdf_is_on_the_paper_and_says_the_rule(tmp_path: Path) -> None:
    content = squares.content()
    path = save_atlas(content, tmp_path / "atlas.pdf", overview=False, paper="legal")
    pages = list_pages(content, communes=None, overview=False, paper="legal")
    reader = pypdf.PdfReader(path)
    assert len(reader.pages) == len(pages)
    for page, listed in zip(reader.pages, pages, strict=True):
        data = listed.make()
        size = tuple(round(float(side) / 72 * 25.4) for side in page.mediabox[2:])
        assert size == (data.layout.width, data.layout.height)
        text = page.extract_text()
        assert f"1:{data.window.denominator:,}".replace(",", ".") in text
        assert "TT 33/2018" in text


def test_all_communes_of_a_province_are_on_a_legal_scale(shared: Path) -> None:
    file = shared / "data" / "lang_son_communes.gpkg"
    communes = gpd.read_file(file, layer="communes").to_crs("EPSG:9215")
    table = pd.read_csv(shared / "data" / "lang_son_communes.csv", dtype={"code": "str"})
    areas = table.set_index("code").filter(like="ha").iloc[:, 0]
    legal = {5_000, 10_000, 25_000, 50_000, 100_000}
    for code, shape in zip(communes["code"], communes.geometry, strict=True):
        sheets = legal_sheets(shape.bounds, float(areas[code]))
        coarser = {5_000: 10_000, 10_000: 25_000, 25_000: 50_000}[sheets.listed]
        denominators = {window.denominator for window in sheets.windows}
        assert denominators <= legal
        assert denominators <= {sheets.listed, coarser}
        shown = shapely.union_all([shapely.box(*window.bounds_m) for window in sheets.windows])
        assert shapely.covers(shown, shapely.box(*shape.bounds))


@pytest.mark.parametrize(
    ("preferred", "denominator"), [("listed", 10_000), ("finer", 5_000), ("coarser", 25_000)]
)
def test_one_step_either_way_may_be_preferred(preferred: ScaleStep, denominator: int) -> None:
    sheets = legal_sheets(square(3_000, 3_000), 5_000, preferred=preferred)
    assert {window.denominator for window in sheets.windows} == {denominator}
    assert sheets.listed == 10_000


def test_a_finer_scale_that_no_paper_holds_gives_way_to_the_listed_one() -> None:
    sheets = legal_sheets(square(6_000, 6_000), 3_600, preferred="finer")
    assert [window.denominator for window in sheets.windows] == [10_000]


@pytest.mark.parametrize(("language", "words"), [("vi", "mảnh 2/3"), ("en", "sheet 2 of 3")])
def test_sheets_of_a_large_commune_are_numbered_and_indexed(
    tmp_path: Path, language: Language, words: str
) -> None:
    small = squares.content()
    wide = small.communes.iloc[:1].assign(geometry=[shapely.box(0, 0, 20_000, 3_000)])
    annex = replace(small.annex, language=language)
    content = replace(small, communes=wide, plots=None, annex=annex)
    path = save_atlas(content, tmp_path / "atlas.pdf", overview=False, paper="legal")
    texts = [page.extract_text() for page in pypdf.PdfReader(path).pages]
    assert len(texts) == 3
    assert words in texts[1].lower()
    # The index of sheets has the number of each.
    pages = list_pages(content, communes=None, overview=False, paper="legal")
    assert {len(page.make().index) for page in pages} == {3}
