"""First thinning: small bends go, alike on both sides of every border, and nothing else does."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from maps.interactive.coverage_thinning import thin_coverage


def wandering_communes(seed: int, *, bend: float = 0.4) -> np.ndarray:
    """Nine communes, three by three, whose common borders wander between 40 points a side."""
    random = np.random.default_rng(seed)
    sides: dict[tuple[int, int, bool], np.ndarray] = {}

    def side(x: int, y: int, *, across: bool) -> np.ndarray:
        along = np.linspace(0, 100, 41)
        off = random.normal(0, bend, 41)
        off[[0, -1]] = 0
        line = np.stack([along, off] if across else [off, along], axis=1)
        return sides.setdefault((x, y, across), line + np.array([100 * x, 100 * y]))

    shapes = []
    for y in range(3):
        for x in range(3):
            south, north = side(x, y, across=True), side(x, y + 1, across=True)
            west, east = side(x, y, across=False), side(x + 1, y, across=False)
            ring = [south[:-1], east[:-1], north[:0:-1], west[:0:-1]]
            shapes.append(shapely.polygons(np.concatenate(ring)))
    return np.array(shapes, dtype=object)


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 10_000))
def test_shared_borders_stay_shared(seed: int) -> None:
    shapes = wandering_communes(seed)
    assert shapely.coverage_is_valid(shapes)
    thin = thin_coverage(shapes, 1.5)
    assert shapely.coverage_is_valid(thin)
    assert shapely.area(thin).sum() == pytest.approx(shapely.area(shapes).sum(), rel=0.01)
    before = shapely.get_num_coordinates(shapes).sum()
    assert shapely.get_num_coordinates(thin).sum() < before / 2
    corners = {(100.0 * x, 100.0 * y) for x in range(4) for y in range(4)}
    assert corners <= {tuple(point) for point in shapely.get_coordinates(thin)}


def test_large_bends_stay() -> None:
    shapes = wandering_communes(3)
    thin = thin_coverage(shapes, 1e-9)
    assert shapely.equals(thin, shapes).all()
    assert shapely.get_num_coordinates(thin).sum() == shapely.get_num_coordinates(shapes).sum()


def test_the_direction_of_a_ring_does_not_matter() -> None:
    shapes = wandering_communes(5)
    turned = shapes.copy()
    turned[::2] = shapely.reverse(turned[::2])
    assert shapely.equals(thin_coverage(turned, 1.5), thin_coverage(shapes, 1.5)).all()
    assert shapely.coverage_is_valid(thin_coverage(turned, 1.5))


def test_short_rings_and_holes_stay_rings() -> None:
    islet = shapely.Point(300, 300).buffer(0.2, quad_segs=2)
    lake = shapely.Point(50, 50).buffer(0.5, quad_segs=50)
    shapes = wandering_communes(7)
    shapes[0] = shapely.multipolygons([shapely.difference(shapes[0], lake), islet])
    thin = thin_coverage(shapes, 50.0)
    assert shapely.is_valid(thin).all()
    assert len(shapely.get_parts(thin[0])) == 2
    assert shapely.get_num_interior_rings(shapely.get_parts(thin[0])[0]) == 1


def test_a_narrow_neck_does_not_break_the_polygon() -> None:
    x = np.linspace(0, 100, 60)
    upper = np.stack([x, 0.02 + 0.01 * np.sin(x)], axis=1)
    lower = np.stack([x, -0.02 + 0.01 * np.cos(7 * x)], axis=1)[::-1]
    neck = shapely.polygons(np.concatenate([upper, lower]))
    thin = thin_coverage(np.array([neck], dtype=object), 5.0)
    assert shapely.is_valid(thin).all()
