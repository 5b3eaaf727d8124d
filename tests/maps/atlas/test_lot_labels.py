"""Labels of lots stand inside their lots, as fractions, and never on one another."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from maps.atlas.lot_labels import LotLabels, draw_lot_labels
from maps.atlas.map_frame import MapFrame, MapWindow
from maps.atlas.sheet import MM_TO_PT, Box, Sheet, TextLine
from maps.symbols.fonts import find_fonts


@pytest.fixture
def frame() -> MapFrame:
    # 100 × 80 mm at 1:10,000: one millimetre is ten metres.
    window = MapWindow(0.0, 0.0, 100.0, 80.0, 10_000)
    return MapFrame(Sheet(120, 100, find_fonts()), Box(10, 10, 100, 80), window)


def lots(*shapes: shapely.Geometry) -> LotLabels:
    numbers = tuple(f"{number} – TXB" for number in range(1, len(shapes) + 1))
    return LotLabels(np.array(shapes, dtype=object), numbers, tuple("3,45" for _ in shapes))


def written(frame: MapFrame) -> dict[str, list[tuple[float, float, float]]]:
    """Where each text stands on the ground (middle and baseline), with its size."""
    found: dict[str, list[tuple[float, float, float]]] = {}
    for line in frame.sheet.figure.findobj(TextLine):
        size = line.font.get_size()
        x, y = (value / MM_TO_PT for value in line.start_pt)
        middle = x + frame.sheet.text_width(line.words, size=size) / 2
        ground = ((middle - 10) * 10, (y - 10) * 10)
        found.setdefault(line.words, []).append((*ground, size))
    return found


def test_number_and_state_stand_over_the_area(frame: MapFrame) -> None:
    assert draw_lot_labels(frame, lots(shapely.box(100, 100, 400, 300))) == 1
    told = written(frame)
    ((x, above, size),), ((below_x, below, _),) = told["1 – TXB"], told["3,45"]
    assert x == pytest.approx(250, abs=60)
    assert below_x == pytest.approx(x, abs=0.1)
    assert 0 < (above - below) / 10 * MM_TO_PT < 2 * size
    assert 100 < below < above < 300


def test_a_lot_without_room_has_no_label(frame: MapFrame) -> None:
    sliver = shapely.box(100, 500, 900, 515)
    small = shapely.box(500, 500, 530, 530)
    outside = shapely.box(5_000, 5_000, 5_400, 5_300)
    nothing = shapely.Polygon()
    assert draw_lot_labels(frame, lots(sliver, small, outside, nothing)) == 0
    assert written(frame) == {}


def test_a_narrow_lot_has_the_smaller_letters(frame: MapFrame) -> None:
    wide = draw_lot_labels(frame, lots(shapely.box(0, 0, 400, 300)))
    ((_, _, large),) = written(frame)["1 – TXB"]
    narrow = MapFrame(Sheet(120, 100, find_fonts()), frame.box, frame.window)
    width = frame.sheet.text_width("1 – TXB", size=large) * 10
    assert draw_lot_labels(narrow, lots(shapely.box(0, 0, width, 300))) == wide == 1
    ((_, _, small),) = written(narrow)["1 – TXB"]
    assert small < large


def test_of_lots_that_overlap_one_is_labelled(frame: MapFrame) -> None:
    one, other = shapely.box(100, 100, 400, 300), shapely.box(110, 105, 410, 305)
    assert draw_lot_labels(frame, lots(one, other, shapely.box(500, 100, 800, 300))) == 2
    assert set(written(frame)) == {"1 – TXB", "3 – TXB", "3,45"}


def test_the_roomiest_part_takes_the_label(frame: MapFrame) -> None:
    # The middle of the extent lies in the arm, which has no room.
    area = shapely.union(shapely.box(0, 0, 300, 300), shapely.box(300, 140, 900, 160))
    assert draw_lot_labels(frame, lots(area)) == 1
    ((x, _, _),) = written(frame)["1 – TXB"]
    assert x < 300
