"""Which polygons are invalid: round ones are cleared by a quick look, GEOS judges the rest.

If all vertices of a ring are met one after the other, turning once and always the same way, when
seen from the middle of its vertices, no two of its edges touch but neighbours at their common end:
the polygon is valid. Most plots are of that kind, and to see it takes a fraction of a microsecond.
The look only ever clears: no polygon is called invalid by it.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from numba import types

from layers.base.workers import run_pieces
from layers.engine.kernels import FLOATS, INTS, kernel
from layers.engine.rings import FloatArray, IntArray, Rings

__all__ = ["invalid_rows"]

# Vertices nearer to a line through the middle than this share of the ring's size are left to GEOS.
NEAR = 1e-12

_FLAGS = types.Array(types.boolean, 1, "C")


def invalid_rows(shapes: npt.NDArray[Any], rings: Rings, *, workers: int = 1) -> IntArray:
    """Find the polygons that are invalid."""
    doubtful = np.zeros(len(shapes), np.bool_)
    doubtful[rings.part_owner] = True
    clear = np.zeros(len(rings.part_owner), np.bool_)
    _clear_round(rings.x, rings.y, rings.ring_start, rings.part_ring, clear)
    parts = np.bincount(rings.part_owner, minlength=len(shapes))
    doubtful[rings.part_owner[clear & (parts[rings.part_owner] == 1)]] = False
    rows = np.flatnonzero(doubtful)
    groups = np.array_split(shapes[rows], 4 * workers if workers > 1 else 1)
    valid = np.concatenate(list(run_pieces(shapely.is_valid, groups, workers=workers)))
    invalid: IntArray = rows[~valid]
    return invalid


@kernel((FLOATS, FLOATS, INTS, INTS, _FLAGS))
def _clear_round(
    x: FloatArray,
    y: FloatArray,
    ring_start: IntArray,
    part_ring: IntArray,
    clear: npt.NDArray[np.bool_],
) -> None:
    """Tell for each part of one ring whether it turns once around the middle of its vertices."""
    for part in range(len(clear)):
        first, stop = ring_start[part_ring[part]], ring_start[part_ring[part] + 1]
        if part_ring[part + 1] - part_ring[part] > 1 or stop - first < 4:
            continue
        middle_x = middle_y = size = 0.0
        for i in range(first, stop - 1):
            dx, dy = x[i] - x[first], y[i] - y[first]
            middle_x, middle_y = middle_x + dx, middle_y + dy
            size = max(size, abs(dx) + abs(dy))
        middle_x = x[first] + middle_x / (stop - 1 - first)
        middle_y = y[first] + middle_y / (stop - 1 - first)
        left = right = crossed = 0
        ax, ay = x[first] - middle_x, y[first] - middle_y
        for i in range(first + 1, stop):
            bx, by = x[i] - middle_x, y[i] - middle_y
            turn = ax * by - ay * bx
            left += turn > NEAR * size * size
            right += turn < -NEAR * size * size
            crossed += (ay < 0.0) != (by < 0.0)
            ax, ay = bx, by
        clear[part] = crossed == 2 and max(left, right) == stop - 1 - first
