"""Which polygons are invalid: most are cleared by a quick look, GEOS judges the rest.

A polygon of one ring is valid if no two of its edges touch but neighbours at their common end, and
no edge turns back on its predecessor. For a ring of a few dozen edges it takes less than a
microsecond to see that; whatever comes near touching, has holes, parts or many edges, is left to
GEOS. The quick look only ever clears: no polygon is called invalid by it.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from numba import types

from layers.kernels import FLOAT_OUT, FLOATS, INT_OUT, INTS, inner_kernel, kernel
from layers.rings import FloatArray, IntArray, Rings

__all__ = ["invalid_rows"]

# Edges of a ring that is looked at here; the work grows with the square.
MOST_EDGES = 96
# Three points nearer to a line than this share of the polygon's size are left to GEOS.
NEAR = 1e-12


def invalid_rows(shapes: npt.NDArray[Any], rings: Rings) -> IntArray:
    """Find the polygons that are invalid.

    Parameters
    ----------
    shapes : ndarray of shapely geometries
        Polygons and multipolygons, missing or empty ones among them.
    rings : Rings
        Their rings.

    Returns
    -------
    ndarray of int64
        Positions of the invalid ones.
    """
    rings_of_part = np.diff(rings.part_ring)
    parts_of_shape = np.bincount(rings.part_owner, minlength=len(shapes))
    plain = (rings_of_part == 1) & (parts_of_shape[rings.part_owner] == 1)
    clear = np.zeros(len(rings_of_part), np.int64)
    ring, boxes = np.empty(2 * MOST_EDGES + 2), np.empty(4 * MOST_EDGES)
    where = (rings.x, rings.y, rings.ring_start, rings.part_ring)
    _clear_rings(*where, plain.astype(np.int64), ring, boxes, clear)
    doubtful = parts_of_shape > 0
    doubtful[rings.part_owner[clear == 1]] = False
    rows = np.flatnonzero(doubtful)
    return rows[~shapely.is_valid(shapes[rows])]


@inner_kernel((types.float64,) * 6)
def _side(ax: float, ay: float, bx: float, by: float, px: float, py: float) -> float:
    """Twice the area of the triangle a, b, p: positive when p lies to the left of a to b."""
    return (bx - ax) * (py - ay) - (by - ay) * (px - ax)


@inner_kernel((FLOATS, types.int64, types.int64, types.float64))
def _apart(ring: FloatArray, i: int, j: int, near: float) -> bool:
    """Whether all of one edge surely lies on one side of the other, either way round."""
    ax, ay, bx, by = ring[2 * i], ring[2 * i + 1], ring[2 * i + 2], ring[2 * i + 3]
    cx, cy, dx, dy = ring[2 * j], ring[2 * j + 1], ring[2 * j + 2], ring[2 * j + 3]
    c, d = _side(ax, ay, bx, by, cx, cy), _side(ax, ay, bx, by, dx, dy)
    a, b = _side(cx, cy, dx, dy, ax, ay), _side(cx, cy, dx, dy, bx, by)
    apart: bool = min(c, d) > near or max(c, d) < -near or min(a, b) > near or max(a, b) < -near
    return apart


@inner_kernel((FLOATS, types.int64, types.float64))
def _spike(ring: FloatArray, edges: int, near: float) -> bool:
    """Whether some edge of a closed ring may turn back on its predecessor."""
    for i in range(edges):
        n = 2 * i + 2 if i + 1 < edges else 0
        ax, ay, bx, by = ring[2 * i], ring[2 * i + 1], ring[2 * i + 2], ring[2 * i + 3]
        ahead = (bx - ax) * (ring[n + 2] - bx) + (by - ay) * (ring[n + 3] - by)
        if ahead <= 0.0 and abs(_side(ax, ay, bx, by, ring[n + 2], ring[n + 3])) <= near:
            return True
    return False


@inner_kernel((FLOATS, types.int64, types.float64, FLOAT_OUT))
def _simple(ring: FloatArray, edges: int, near: float, boxes: FloatArray) -> bool:
    """Whether the edges of a closed ring surely do not touch, but neighbours at their ends.

    All pairs of bounds are compared: without a branch, that is work for vector registers.
    """
    m = MOST_EDGES
    for i in range(edges):
        boxes[i] = min(ring[2 * i], ring[2 * i + 2])
        boxes[m + i] = max(ring[2 * i], ring[2 * i + 2])
        boxes[2 * m + i] = min(ring[2 * i + 1], ring[2 * i + 3])
        boxes[3 * m + i] = max(ring[2 * i + 1], ring[2 * i + 3])
    for i in range(edges - 2):
        left, right, low, high = boxes[i], boxes[m + i], boxes[2 * m + i], boxes[3 * m + i]
        last = edges if i else edges - 1
        met = 0
        for j in range(i + 2, last):
            met += (
                (boxes[j] <= right)
                & (boxes[m + j] >= left)
                & (boxes[2 * m + j] <= high)
                & (boxes[3 * m + j] >= low)
            )
        if not met:
            continue
        for j in range(i + 2, last):
            if boxes[j] > right or boxes[m + j] < left:
                continue
            if (
                boxes[2 * m + j] <= high
                and boxes[3 * m + j] >= low
                and not _apart(ring, i, j, near)
            ):
                return False
    return True


@kernel((FLOATS, FLOATS, INTS, INTS, INTS, FLOAT_OUT, FLOAT_OUT, INT_OUT))
def _clear_rings(
    x: FloatArray,
    y: FloatArray,
    ring_start: IntArray,
    part_ring: IntArray,
    plain: IntArray,
    ring: FloatArray,
    boxes: FloatArray,
    clear: IntArray,
) -> None:
    """Set 1 for each part whose only ring surely does not touch itself."""
    for part in range(len(clear)):
        first, stop = ring_start[part_ring[part]], ring_start[part_ring[part] + 1]
        if not plain[part] or stop - first > MOST_EDGES + 1:
            continue
        points, size = 0, 0.0
        for i in range(first, stop):
            px, py = x[i] - x[first], y[i] - y[first]
            if points and px == ring[2 * points - 2] and py == ring[2 * points - 1]:
                continue
            ring[2 * points], ring[2 * points + 1] = px, py
            points += 1
            reach = abs(px) + abs(py)
            size = max(size, reach) if reach < np.inf else np.inf
        near = NEAR * size * size
        if points > 3 and size < np.inf and not _spike(ring, points - 1, near):
            clear[part] = 1 if _simple(ring, points - 1, near, boxes) else 0
