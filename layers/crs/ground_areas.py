"""Areas of polygons on the ground, in m², whatever the unit of their CRS: for what is told."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt
import pyproj
import shapely

from layers.crs.areal_scale import LIMIT, areal_scale, ellipsoid_of, square_unit_m2
from layers.engine.rings import FloatArray

__all__ = ["ground_areas"]


def ground_areas(shapes: npt.NDArray[Any], crs: pyproj.CRS) -> FloatArray:
    """Area of each polygon in m², edges straight in its CRS.

    In a projected CRS it is the plane area, divided by the areal scale in the polygon's middle
    where that departs from 1 by more than the engine allows. Longitude and latitude are unrolled
    so that plane areas are those of the ellipsoid: ``x = λ`` and, with ``s = sin φ``,
    ``y = b²/2 · [s/(1 - e²s²) + atanh(es)/e]``.
    """
    if not crs.is_projected:
        radians = float(crs.axis_info[0].unit_conversion_factor)
        a, e2 = ellipsoid_of(crs)

        def unroll(xy: FloatArray) -> FloatArray:
            s = np.sin(np.clip(xy[:, 1] * radians, -math.pi / 2, math.pi / 2))
            e = math.sqrt(e2)
            bent = np.arctanh(e * s) / e if e > 0 else s
            zone = 0.5 * a * a * (1 - e2) * (s / (1 - e2 * s * s) + bent)
            return np.column_stack([xy[:, 0] * radians, zone])

        result: FloatArray = shapely.area(shapely.transform(shapes, unroll))
        return result
    plane: FloatArray = shapely.area(shapes) * square_unit_m2(crs)
    bounds = shapely.bounds(shapes)
    there = np.flatnonzero(np.isfinite(bounds).all(axis=1))
    west, south, east, north = bounds[there].T
    scale = areal_scale(crs, 0.5 * (west + east), 0.5 * (south + north))
    off = np.abs(scale - 1.0) > LIMIT
    plane[there[off]] /= scale[off]
    return plane
