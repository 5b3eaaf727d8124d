"""What of polygons lies in a rectangle."""

from __future__ import annotations

import pytest
import shapely
from shapely import Polygon

from layers.engine.rectangle import part_in_rectangle

#: Its edge from (80, 140) to (0, 60) passes through the corner (20, 80) of the rectangle below.
_STAR = Polygon(
    [(120, 60), (80, 140), (0, 60), (0, 100), (-20, 60), (-120, 0), (-80, -40), (20, -100), (80, 0)]
)


def test_an_edge_through_a_corner_leaves_the_ground_on_its_right_side() -> None:
    found = part_in_rectangle(_STAR, (-0.2, 59.8, 20.2, 80.2))
    right = 20.2 * 20.4 - 20.2 * 20.2 / 2  # below the edge, which leaves by the corner
    left = 0.2 * 20.4  # beyond the notch
    assert found.is_valid
    assert found.area == pytest.approx(right + left, rel=1e-9)


def test_a_cut_that_only_touches_leaves_no_ground() -> None:
    square = shapely.box(0, 0, 1, 1)
    assert part_in_rectangle(square, (1, 0, 2, 1)).is_empty
    assert part_in_rectangle(square, (0.5, 0, 2, 1)).equals(shapely.box(0.5, 0, 1, 1))
    assert part_in_rectangle(square, (-1, -1, 2, 2)).area == pytest.approx(1.0)
