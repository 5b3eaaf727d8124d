"""The first look at rectangles: it decides wherever no edge meets them."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from layers.engine.rings import rings_of
from layers.engine.shared_area import EDGES_PER_BIN, bin_edges, look_around


def star(middle: float, corners: int, seed: int) -> shapely.Polygon:
    """A star with a hole in its middle, of many corners, so that its edges fill many bins."""
    reach = np.random.default_rng(seed).uniform(6.0, 10.0, (corners, 1))
    angles = np.arange(corners) * 2 * np.pi / corners
    ring = middle + reach * np.column_stack([np.cos(angles), np.sin(angles)])
    return shapely.Polygon(ring, [middle + (ring - middle) * 0.3])


@pytest.mark.parametrize("middle", [0.0, -40.0, 500_000.0])
def test_a_look_decides_as_geos_does_wherever_no_edge_meets(middle: float) -> None:
    polygons = np.array([star(middle, 40 * EDGES_PER_BIN, seed) for seed in (1, 2)])
    random = np.random.default_rng(3)
    low = middle + random.uniform([-8, -12], [8, 12], (600, 2))
    bounds = np.column_stack([low, low + random.uniform(0.01, 0.6, (600, 2))])
    found = look_around(bounds, bin_edges(rings_of(polygons), 2), np.array([1, 0]))
    rectangles = shapely.box(*bounds.T)[:, None]
    inside = shapely.contains_properly(polygons[[1, 0]], rectangles)
    outside = shapely.disjoint(polygons[[1, 0]], rectangles)
    assert min(inside.sum(), outside.sum(), (~inside & ~outside).sum()) > 50
    assert (found[inside] == 1.0).all()
    assert (found[outside] == 0.0).all()
    assert np.isnan(found[~inside & ~outside]).all()
