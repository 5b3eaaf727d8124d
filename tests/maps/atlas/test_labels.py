"""Names on a map never lie on one another, across the frame or on what they must avoid."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from maps.atlas.labels import LabelPlacer
from maps.atlas.map_frame import MapFrame, MapWindow
from maps.atlas.sheet import Box, Sheet, TextLine
from maps.symbols.fonts import FontSet, find_fonts


@pytest.fixture(scope="module")
def fonts() -> FontSet:
    return find_fonts()


def _placer(fonts: FontSet) -> LabelPlacer:
    # 100 × 80 mm at 1:10,000: one millimetre is ten metres.
    window = MapWindow(0.0, 0.0, 100.0, 80.0, 10_000)
    return LabelPlacer(MapFrame(Sheet(120, 100, fonts), Box(10, 10, 100, 80), window))


def _printed(placer: LabelPlacer) -> list[str]:
    return [line.words for line in placer.frame.sheet.figure.findobj(TextLine)]


def test_name_stands_in_the_roomiest_part(fonts: FontSet) -> None:
    placer = _placer(fonts)
    # A broad square with a thin arm: the middle of the extent would lie in the arm.
    area = shapely.union(shapely.box(0, 0, 300, 300), shapely.box(300, 140, 1000, 160))
    assert placer.name_area(area, ["Lộc Bình"], sizes=(8,))
    (box,) = placer.taken
    middle = ((box.left + box.right) / 2 - 10) * 10, ((box.bottom + box.top) / 2 - 10) * 10
    assert middle == pytest.approx((150, 150), abs=15)


def test_name_shrinks_until_it_fits_or_is_left_out(fonts: FontSet) -> None:
    placer = _placer(fonts)
    # 10 mm beside the left edge of the frame: a large name would cross it.
    edge = shapely.box(0, 0, 100, 800)
    assert placer.name_area(edge, ["Đồng Đăng"], sizes=(30, 6))
    assert placer.taken[0].width < 12
    tiny = shapely.box(0, 0, 10, 800)
    assert not placer.name_area(tiny, ["Đồng Đăng"], sizes=(30, 6))
    assert _printed(placer) == ["Đồng Đăng"]


def test_second_name_makes_way_for_the_first(fonts: FontSet) -> None:
    placer = _placer(fonts)
    area = shapely.box(200, 200, 800, 600)
    assert placer.name_area(area, ["Một"], sizes=(9,))
    assert placer.name_area(area, ["Hai"], sizes=(9,))
    first, second = placer.taken
    assert not first.overlaps(second)


def test_name_keeps_off_what_it_must_avoid(fonts: FontSet) -> None:
    placer = _placer(fonts)
    area, avoid = shapely.box(0, 0, 1000, 800), shapely.box(200, 0, 1000, 800)
    shapely.prepare(avoid)
    assert placer.name_area(area, ["Na Dương"], sizes=(8,), avoid=avoid)
    assert placer.taken[0].right <= 10 + 20 + 0.6
    whole = shapely.box(-10, -10, 1010, 810)
    assert not placer.name_area(area, ["Na Dương"], sizes=(8,), avoid=whole)


def test_two_lines_stand_below_one_another(fonts: FontSet) -> None:
    placer = _placer(fonts)
    assert placer.name_area(shapely.box(0, 0, 1000, 800), ["Kỳ Lừa", "64,5"], sizes=(8,))
    first, second = placer.frame.sheet.figure.findobj(TextLine)
    assert first.start_pt[1] > second.start_pt[1]


@pytest.mark.parametrize(
    ("area", "lines"), [(shapely.Polygon(), ["x"]), (shapely.box(0, 0, 9, 9), [" "])]
)
def test_nothing_is_named_nothing(fonts: FontSet, area: shapely.Polygon, lines: list[str]) -> None:
    assert not _placer(fonts).name_area(area, lines, sizes=(8,))


@settings(max_examples=25)
@given(seed=st.integers(0, 10_000), count=st.integers(1, 25))
def test_placed_names_never_overlap(seed: int, count: int) -> None:
    rng = np.random.default_rng(seed)
    placer = _placer(find_fonts())
    for _ in range(count):
        west, south = rng.uniform(-200, 900), rng.uniform(-200, 700)
        area = shapely.box(west, south, west + rng.uniform(20, 600), south + rng.uniform(20, 600))
        inside = placer.frame.clipped(np.array([area], dtype=object))[0]
        placer.name_area(inside, ["Hoàng Văn Thụ"], sizes=(9, 6))
    boxes = [box.inset(0.6) for box in placer.taken]
    for number, box in enumerate(boxes):
        assert placer.frame.box.holds(box)
        assert not any(box.overlaps(other) for other in boxes[:number])
