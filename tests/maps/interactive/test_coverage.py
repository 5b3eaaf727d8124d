"""Geometry of the page: shared borders stay shared, nothing is lost, what is written reads back."""

from __future__ import annotations

import functools
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import MultiPolygon, Point, Polygon, box

from layers.base.errors import InputError
from maps.interactive.coverage import (
    EncodedShapes,
    decode_rings,
    encode_coverage,
    encode_lines,
    thin_coverage,
)
from tests.maps.interactive.made_map import real_communes, squares


def frame(*shapes: object) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(geometry=list(shapes), crs=4326)


def polygons(encoded: EncodedShapes) -> list[shapely.Geometry]:
    """Decoded shapes in steps, filled by the even-odd rule as the page fills them."""
    texts = [text for text in encoded.rings if text is not None]
    rings = [[Polygon(ring) for ring in decode_rings(text)] for text in texts]
    return [functools.reduce(shapely.symmetric_difference, parts) for parts in rings]


def test_squares_come_back_to_the_step() -> None:
    encoded = encode_coverage([squares(2)])[0]
    first, second = polygons(encoded)
    side = round(0.1 / encoded.step)
    assert first.equals(box(0, 0, side, side))
    assert second.bounds[0] == first.bounds[2]
    assert first.contains(Point(encoded.points[0]))
    assert second.contains(Point(encoded.points[1]))


def test_a_hole_stays_a_hole() -> None:
    ring = box(106, 21, 107, 22).difference(box(106.4, 21.4, 106.6, 21.6))
    inner = box(106.4, 21.4, 106.6, 21.6)
    outer, hole = polygons(encode_coverage([frame(ring, inner)])[0])
    assert outer.interiors  # type: ignore[attr-defined]
    assert outer.intersection(hole).area == 0


def test_the_mark_stands_in_the_largest_part() -> None:
    islands = MultiPolygon([box(106, 21, 106.01, 21.01), box(107, 21, 107.5, 21.5)])
    encoded = encode_coverage([frame(islands)])[0]
    assert encoded.points[0] is not None
    assert encoded.points[0][0] > 0.5 / encoded.step


def test_shapes_without_geometry_keep_their_place() -> None:
    encoded = encode_coverage([frame(box(106, 21, 107, 22), None, Polygon())])[0]
    assert [text is None for text in encoded.rings] == [False, True, True]
    assert encoded.points[1:] == [None, None]


def test_a_speck_beside_a_country_is_still_drawn() -> None:
    speck = box(106, 21, 106.00001, 21.00001)
    encoded = encode_coverage([frame(box(102, 8, 110, 23.4), speck)])[0]
    assert all(encoded.rings)


def test_a_bow_tie_is_repaired() -> None:
    bow = Polygon([(106, 21), (107, 22), (107, 21), (106, 22)])
    shape = decode_rings(str(encode_coverage([frame(bow)])[0].rings[0]))
    assert len(shape) == 2


def test_points_are_refused() -> None:
    with pytest.raises(InputError, match=r"needs polygons, found 1 other geometry \(rows 0\)"):
        encode_coverage([frame(Point(106, 21))])


def test_nothing_to_draw_is_refused() -> None:
    with pytest.raises(InputError, match="No commune of the map has a geometry"):
        encode_coverage([frame(None)])


def test_neighbours_share_the_border() -> None:
    zigzag = [(106.5 + 0.01 * (i % 3), 21 + i * 0.01) for i in range(101)]
    left = Polygon([(106, 21), *zigzag, (106, 22)])
    right = Polygon([(107, 21), *zigzag, (107, 22)])
    ours, theirs = encode_coverage([frame(left), frame(right)])
    pair = [*polygons(ours), *polygons(theirs)]
    assert shapely.coverage_is_valid(pair)


def test_outlines_above_the_limit_are_left_out() -> None:
    grid = encode_coverage([squares(1)])[0]
    plots = frame(box(106.01, 21.01, 106.02, 21.02), None)
    lines, vertices = encode_lines(plots, grid, limit=100)
    assert vertices == 5
    assert len(decode_rings(lines[0])[0]) == 5
    assert encode_lines(plots, grid, limit=4) == ([], 5)


@settings(max_examples=40)
@given(
    st.lists(
        st.tuples(st.integers(1, 900), st.integers(1, 900)), min_size=1, max_size=6, unique=True
    )
)
def test_any_division_stays_a_coverage(cuts: list[tuple[int, int]]) -> None:
    """A square cut by lines from edge to edge: parts fill it, before and after."""
    whole = box(106, 21, 107, 22)
    lines = [shapely.LineString([(106 + a / 1000, 20.9), (106 + b / 1000, 22.1)]) for a, b in cuts]
    parts = shapely.get_parts(shapely.ops.split(whole, lines[0]))
    for line in lines[1:]:
        parts = np.concatenate([shapely.get_parts(shapely.ops.split(p, line)) for p in parts])
    parts = [part for part in parts if part.area > 1e-6]
    encoded = encode_coverage([frame(*parts)])[0]
    back = polygons(encoded)
    assert len(back) == len(parts)
    assert shapely.coverage_is_valid(back)


def test_the_real_communes_become_a_clean_coverage(shared: Path) -> None:
    communes = real_communes(shared)
    encoded = encode_coverage([communes])[0]
    back = polygons(encoded)
    assert shapely.is_valid(back).all()
    assert shapely.coverage_is_valid(back)
    before = shapely.area(communes.geometry.to_numpy())
    after = shapely.area(back) * encoded.step**2
    assert after.sum() == pytest.approx(before.sum(), rel=1e-4)
    assert np.abs(after / before - 1).max() < 0.005


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


@settings(max_examples=25)
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
