"""Communes as a page needs them: one clean coverage, simplified, on a grid of whole steps, encoded.

Shared borders stay shared: the communes (and the neighbours around them) are simplified together
as one coverage, never one by one. Coordinates are whole steps of a grid in degrees; a ring is
written as differences in a base-64 alphabet, five bits per letter, lowest first, the sixth bit
saying that more follows, the sign in the lowest bit (zig-zag). That is half the size of JSON
numbers and needs no quoting.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

from layers.base.errors import InputError
from layers.crs.transform import WGS84, to_crs

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

# A border drawn 6,000 points wide looks untouched on any screen, also a few zoom levels in.
_TOLERANCE_SHARE = 1 / 6_000
# Noding this many vertices before they are simplified takes longer than a page may.
_CLEAN_FIRST = 400_000
_ROUNDS = 4

_THINNING_ROUNDS = 3
_MIXERS = np.array([0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0xD6E8FEB86659FD93], dtype=np.uint64)
_SHORT_RING = 12

Geometries = npt.NDArray[np.object_]
Flags = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Values = npt.NDArray[Any]


@dataclass(frozen=True, slots=True)
class EncodedShapes:
    """Shapes of a page in steps of a grid; None where there is no geometry."""

    #: Origin of the grid and size of a step, in degrees.
    west: float
    south: float
    step: float
    #: Per shape its rings, separated by a blank.
    rings: list[str | None]
    #: Per shape a point well inside.
    points: list[tuple[int, int] | None]
    vertices: int


def encode_coverage(layers: list[gpd.GeoDataFrame]) -> list[EncodedShapes]:
    """Clean, simplify and encode polygon layers as one coverage."""
    parts = [_polygons(layer) for layer in layers]
    together = np.concatenate(parts)
    there = np.array([g is not None for g in together], dtype=bool)
    if not there.any():
        raise InputError("maps.interactive.no_commune_drawn")
    west, south, east, north = shapely.total_bounds(together[there])
    step = _grid_step(max(east - west, north - south))
    shapes = np.full(len(together), None, dtype=object)
    shapes[there] = _on_grid(together[there], (west, south), step)
    encoded = []
    start = 0
    for part in parts:
        chunk = shapes[start : start + len(part)]
        encoded.append(_encode(chunk, (west, south), step))
        start += len(part)
    return encoded


def _polygons(layer: gpd.GeoDataFrame) -> Geometries:
    geometries = np.asarray(to_crs(layer.geometry, WGS84).array, dtype=object)
    empty = shapely.is_missing(geometries) | shapely.is_empty(geometries)
    wrong = ~empty & ~np.isin(shapely.get_type_id(geometries), (3, 6))
    if wrong.any():
        rows = ", ".join(str(row) for row in np.flatnonzero(wrong)[:5])
        raise InputError("maps.interactive.polygons_needed", count=int(wrong.sum()), rows=rows)
    result = geometries.copy()
    result[empty] = None
    broken = ~empty & ~shapely.is_valid(geometries)
    if broken.any():
        result[broken] = shapely.make_valid(
            geometries[broken], method="structure", keep_collapsed=False
        )
    return result


def _grid_step(extent: float) -> float:
    return float(10.0 ** math.floor(math.log10(max(extent, 1e-3) / 50_000)))


def _on_grid(geometries: Geometries, origin: tuple[float, float], step: float) -> Geometries:
    """Coverage in whole steps from the origin, as float coordinates, valid where it can be."""
    moved = shapely.transform(geometries, lambda xy: (xy - origin) / step)
    bounds = shapely.total_bounds(moved)
    tolerance = max(bounds[2] - bounds[0], bounds[3] - bounds[1]) * _TOLERANCE_SHARE
    small = int(shapely.get_num_coordinates(moved).sum()) <= _CLEAN_FIRST
    # The real communes overlap by metres: only a cleaned coverage has borders in common. A whole
    # country is simplified first, since noding all its vertices would take ten seconds; what its
    # borders then differ by is far below the tolerance, and snapped together.
    clean = shapely.coverage_clean  # type: ignore[attr-defined]
    ready = clean(moved) if small else thin_coverage(moved, tolerance / 3)
    snapping = -1.0 if small else tolerance / 6
    shapes = shapely.coverage_simplify(ready, tolerance)
    for _ in range(_ROUNDS if small else 1):
        # Rounding can make a spit of land touch or cross itself; cleaning nodes it again.
        shapes = clean(_thinned(shapes), snapping_distance=snapping)
        result = _thinned(shapes)
        if small and shapely.coverage_is_valid(result):
            break
    gone = np.flatnonzero(shapely.is_empty(result))
    if gone.size:
        # An islet smaller than a step is a dot, not nothing.
        middles = shapely.get_coordinates(shapely.centroid(geometries[gone]))
        middles = np.rint((middles - origin) / step)
        result[gone] = shapely.box(*(middles - 1).T, *(middles + 1).T)
    return result


def thin_coverage(shapes: Geometries, tolerance: float) -> Geometries:
    """Take small bends out of the shared borders of a large coverage, the same on both sides.

    Simplifying by Visvalingam and Whyatt takes the vertex of the smallest triangle away again and
    again, in one queue for all borders. Most vertices of a country fall in its first rounds, and
    those can be taken away together: what is smaller than both its neighbours, and small enough.
    """
    parts, owners = shapely.get_parts(shapes, return_index=True)
    whole = np.full(len(shapes), None, dtype=object)
    shapely.multipolygons(parts, indices=owners, out=whole)
    kind, xy, (rings, polygons, multiples) = shapely.to_ragged_array(whole)
    fixed = _nodes(xy, rings)
    for _ in range(_THINNING_ROUNDS):
        kept = ~_small_bends(xy, rings, fixed, tolerance)
        rings = np.concatenate([[0], np.cumsum(kept)])[rings]
        xy, fixed = xy[kept], fixed[kept]
    thinned = np.asarray(
        shapely.from_ragged_array(kind, xy, (rings, polygons, multiples)), dtype=object
    )
    broken = ~shapely.is_valid(thinned)
    if broken.any():
        thinned[broken] = shapely.make_valid(
            thinned[broken], method="structure", keep_collapsed=False
        )
    return thinned


def _around(values: Values, rings: npt.NDArray[Any]) -> tuple[Values, Values]:
    """Value of the vertex before and after each, round every closed ring."""
    before, after = np.roll(values, 1, axis=0), np.roll(values, -1, axis=0)
    first, last = rings[:-1], rings[1:] - 1
    # The last vertex of a ring is its first once more.
    before[first], after[last] = values[last - 1], values[first + 1]
    return before, after


def _nodes(xy: Floats, rings: npt.NDArray[Any]) -> Flags:
    """Tell vertices that not all borders pass alike."""
    # Vertices go by one number each; two that share it by chance would only stay in the map.
    bits = np.ascontiguousarray(xy + 0.0).view(np.uint64) * _MIXERS[:2]
    key = bits[:, 0] ^ bits[:, 1] ^ (bits[:, 1] >> np.uint64(29))
    before, after = _around(key, rings)
    # A sum, since the border is passed one way by one commune and the other way by the next.
    passing = before * _MIXERS[2] + after * _MIXERS[2]
    order = np.argsort(key, kind="stable")
    same = key[order][1:] == key[order][:-1]
    differs = same & (passing[order][1:] != passing[order][:-1])
    group = np.concatenate([[0], np.cumsum(~same)])
    parting = np.zeros(int(group[-1]) + 1, dtype=bool)
    parting[group[1:][differs]] = True
    node = np.zeros(len(key), dtype=bool)
    node[order] = parting[group]
    return node


def _small_bends(xy: Floats, rings: npt.NDArray[Any], fixed: Flags, tolerance: float) -> Flags:
    """Find what is smaller than the tolerance and than the bends on both sides of it."""
    before, after = _around(xy, rings)
    first, second = before - xy, after - xy
    area = np.abs(first[:, 0] * second[:, 1] - second[:, 0] * first[:, 1]) / 2
    sizes = np.diff(rings)
    # Half of a ring may go in a round: of these enough is left for a ring.
    area[fixed | np.repeat(sizes < _SHORT_RING, sizes)] = np.inf
    area[rings[:-1]] = area[rings[1:] - 1] = np.inf
    left, right = _around(area, rings)
    return (area < left) & (area < right) & (area < tolerance**2)


def _thinned(geometries: Geometries) -> Geometries:
    """Round to whole steps and drop repeated vertices and rings that vanish."""
    shaped = np.full(len(geometries), None, dtype=object)
    parts, owners = _parts_of(geometries)
    shapely.multipolygons(parts, indices=owners, out=shaped)
    kind, xy, (rings, polygons, shapes) = shapely.to_ragged_array(shaped)
    whole = np.rint(xy[:, :2])
    keep = np.ones(len(whole), dtype=bool)
    keep[1:] = (np.diff(whole, axis=0) != 0).any(axis=1)
    keep[rings[:-1]] = True
    left = np.concatenate([[0], np.cumsum(keep)])[rings]
    sizes = np.diff(left)
    enough = sizes >= 4
    keep &= np.repeat(enough, np.diff(rings))
    ring_ends = np.concatenate([[0], np.cumsum(sizes[enough])])
    polygon_ends = np.concatenate([[0], np.cumsum(enough)])[polygons]
    alive = np.diff(polygon_ends) > 0
    ends = np.concatenate([[0], polygon_ends[1:][alive]])
    shape_ends = np.concatenate([[0], np.cumsum(alive)])[shapes]
    return np.asarray(
        shapely.from_ragged_array(kind, whole[keep], (ring_ends, ends, shape_ends)), dtype=object
    )


def _parts_of(geometries: Geometries) -> tuple[Geometries, npt.NDArray[np.intp]]:
    parts, owners = shapely.get_parts(geometries, return_index=True)
    polygonal = shapely.get_type_id(parts) == 3
    return parts[polygonal], owners[polygonal]


def _encode(shapes: Geometries, origin: tuple[float, float], step: float) -> EncodedShapes:
    rings: list[str | None] = [None] * len(shapes)
    points: list[tuple[int, int] | None] = [None] * len(shapes)
    filled = np.flatnonzero(~(shapely.is_missing(shapes) | shapely.is_empty(shapes)))
    vertices = 0
    if filled.size:
        parts, owners = _parts_of(shapes[filled])
        lines, of_part = shapely.get_rings(parts, return_index=True)
        texts = _ring_texts(lines, closed=True)
        vertices = int(shapely.get_num_coordinates(lines).sum())
        gathered: dict[int, list[str]] = {}
        for text, part in zip(texts, of_part, strict=True):
            gathered.setdefault(int(filled[owners[part]]), []).append(text)
        for row, pieces in gathered.items():
            rings[row] = " ".join(pieces)
        for place, (x, y) in zip(filled, _inner_points(shapes[filled]), strict=True):
            points[place] = (round(x), round(y))
    return EncodedShapes(
        west=float(origin[0]),
        south=float(origin[1]),
        step=step,
        rings=rings,
        points=points,
        vertices=vertices,
    )


def _inner_points(shapes: Geometries) -> npt.NDArray[np.float64]:
    parts, owners = _parts_of(shapes)
    order = np.lexsort((-shapely.area(parts), owners))
    first = np.unique(owners[order], return_index=True)[1]
    largest = parts[order][first]
    return np.asarray(shapely.get_coordinates(shapely.point_on_surface(largest)))


def encode_lines(
    layer: gpd.GeoDataFrame, grid: EncodedShapes, *, limit: int
) -> tuple[list[str], int]:
    """Encode outlines on the grid of a coverage."""
    found = np.asarray(to_crs(layer.geometry, WGS84).array, dtype=object)
    found = found[~(shapely.is_missing(found) | shapely.is_empty(found))]
    polygonal = np.isin(shapely.get_type_id(found), (3, 6))
    lines = np.concatenate([shapely.boundary(found[polygonal]), found[~polygonal]])
    parts = shapely.get_parts(lines)
    parts = parts[np.isin(shapely.get_type_id(parts), (1, 2))]
    moved = shapely.transform(parts, lambda xy: (xy - (grid.west, grid.south)) / grid.step)
    simple = shapely.simplify(moved, 2.0)
    vertices = int(shapely.get_num_coordinates(simple).sum())
    if vertices > limit or not vertices:
        return [], vertices
    whole = shapely.transform(simple, np.rint)
    return _ring_texts(whole, closed=False), vertices


def _ring_texts(lines: Geometries, *, closed: bool) -> list[str]:
    """Encode each line; the last vertex of a closed one repeats the first and is left out."""
    xy, owner = shapely.get_coordinates(lines, return_index=True)
    steps = np.rint(xy).astype(np.int64)
    last = np.ones(len(owner), dtype=bool)
    last[:-1] = owner[1:] != owner[:-1]
    if closed:
        steps, owner = steps[~last], owner[~last]
    change = steps.copy()
    change[1:] -= steps[:-1]
    first = np.ones(len(owner), dtype=bool)
    first[1:] = owner[1:] != owner[:-1]
    change[first] = steps[first]
    numbers = change.reshape(-1)
    numbers = np.where(numbers < 0, -2 * numbers - 1, 2 * numbers)
    letters, count = _letters(numbers)
    ends = np.concatenate([[0], np.cumsum(count)])
    starts = np.flatnonzero(first) * 2
    bounds = ends[np.concatenate([starts, [len(numbers)]])]
    text = letters.decode("ascii")
    return [text[a:b] for a, b in itertools.pairwise(bounds)]


def _letters(numbers: npt.NDArray[np.int64]) -> tuple[bytes, npt.NDArray[np.int64]]:
    columns, used = [], []
    rest = numbers.copy()
    here = np.ones(len(numbers), dtype=bool)
    while here.any():
        low = rest & 31
        rest >>= 5
        more = rest > 0
        columns.append(low | np.where(more, 32, 0))
        used.append(here.copy())
        here &= more
    mask = np.stack(used, axis=1)
    table = np.frombuffer(ALPHABET.encode("ascii"), dtype=np.uint8)
    return table[np.stack(columns, axis=1)[mask]].tobytes(), mask.sum(axis=1)


def decode_rings(text: str) -> list[npt.NDArray[np.int64]]:
    """Read encoded rings back, as the page does."""
    value = {letter: number for number, letter in enumerate(ALPHABET)}
    rings = []
    for ring in text.split(" "):
        numbers, current, shift = [], 0, 0
        for letter in ring:
            bits = value[letter]
            current |= (bits & 31) << shift
            if bits & 32:
                shift += 5
                continue
            numbers.append(-(current + 1) // 2 if current & 1 else current // 2)
            current = shift = 0
        rings.append(np.cumsum(np.array(numbers).reshape(-1, 2), axis=0))
    return rings
