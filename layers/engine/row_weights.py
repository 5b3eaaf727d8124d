"""Areas of polygons on rasters whose cells have one area in each row: longitude and latitude."""

from __future__ import annotations

import math

import numpy as np
from numba import types

from layers.engine.kernels import FLOAT_OUT, FLOATS, INTS, kernel
from layers.engine.rings import FloatArray, IntArray, Rings


def row_weighted_areas(rings: Rings, row_area: FloatArray, top: int) -> FloatArray:
    """Area of each ring when a cell of row ``top + i`` has the area ``row_area[i]``."""
    areas = np.zeros(len(rings.ring_sign))
    _weigh_rows(rings.x, rings.y, rings.ring_start, rings.ring_sign, row_area, top, areas)
    return areas


@kernel((FLOATS, FLOATS, INTS, FLOATS, FLOATS, types.int64, FLOAT_OUT))
def _weigh_rows(
    x: FloatArray,
    y: FloatArray,
    ring_start: IntArray,
    ring_sign: FloatArray,
    row_area: FloatArray,
    top: int,
    result: FloatArray,
) -> None:
    """Sum the columns of the same algebra: in each row an edge adds ``dy * x * row_area``."""
    for ring in range(len(result)):
        total, origin = 0.0, x[ring_start[ring]]
        for i in range(ring_start[ring], ring_start[ring + 1] - 1):
            xa, ya, xb, yb, sign = x[i] - origin, y[i], x[i + 1] - origin, y[i + 1], 1.0
            if ya == yb:
                continue
            if ya > yb:
                xa, ya, xb, yb, sign = xb, yb, xa, ya, -1.0
            slope = (xb - xa) / (yb - ya)
            for row in range(math.floor(ya), math.ceil(yb)):
                start, stop = max(ya, float(row)), min(yb, row + 1.0)
                middle = xa + (0.5 * (start + stop) - ya) * slope
                total += sign * (stop - start) * middle * row_area[row - top]
        result[ring] = total * ring_sign[ring]
