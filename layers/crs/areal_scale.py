"""What a square metre of a projection is worth on the ground, that is, on its CRS's ellipsoid."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyproj
import shapely

from layers.base.errors import CrsError
from layers.crs.transform import FloatArray

# Beyond this departure from 1 the plane area is not the area of the land: a provincial zone
# (k 0.9999) departs by 0.02 to 0.06 %, UTM by 0.2 % at the edge of its zone, Web Mercator by 16 %.
LIMIT = 0.002
# Sample points along each side of the bounds: areal scale varies smoothly.
SAMPLES = 9
# Step of the numerical derivative, in metres: rounding and curvature both stay below 1e-8.
STEP_M = 50.0


def areal_scale(crs: pyproj.CRS, x: FloatArray, y: FloatArray) -> FloatArray:
    """Ratio of plane area to area on the ellipsoid, at points of a projected CRS.

    The plane is carried back to longitude and latitude; with ``J`` the determinant of that map and
    ``M``, ``N`` the radii of curvature in the meridian and across it, a square metre of the plane
    covers ``abs(J) * M * N * cos(lat)`` square metres of ground. The derivative is taken from
    PROJ's own inverse, so that it holds for every projection.
    """
    step = STEP_M / _unit_m(crs)
    to_geodetic = pyproj.Transformer.from_crs(crs, crs.geodetic_crs, always_xy=True)
    east = np.radians(to_geodetic.transform(x + step, y))
    west = np.radians(to_geodetic.transform(x - step, y))
    north = np.radians(to_geodetic.transform(x, y + step))
    south = np.radians(to_geodetic.transform(x, y - step))
    a, e2 = ellipsoid_of(crs)
    with np.errstate(divide="ignore", invalid="ignore"):  # points without a place are infinite
        d_x, d_y = (east - west) / (2 * STEP_M), (north - south) / (2 * STEP_M)
        lat = 0.25 * (east[1] + west[1] + north[1] + south[1])
        w2 = 1.0 - e2 * np.sin(lat) ** 2
        ground = np.abs(d_x[0] * d_y[1] - d_x[1] * d_y[0]) * a * a * (1 - e2) / w2**2 * np.cos(lat)
        scale: FloatArray = 1.0 / ground
    scale[~np.isfinite(scale)] = np.nan
    return scale


def check_areal_scale(
    crs: pyproj.CRS, bounds: Sequence[float] | FloatArray, *, limit: float = LIMIT
) -> float:
    """Largest departure of the areal scale from 1 over rectangles, if it may be used for areas.

    Parameters
    ----------
    crs : pyproj.CRS
        A projected CRS.
    bounds : sequence of float, or ndarray of shape (rectangles, 4)
        Lowest x, lowest y, highest x, highest y in its units, of all polygons together or of each;
        missing ones are left out. The rectangle around them all is looked at first, and each of
        them only if that is too wide.
    limit : float
        Largest departure allowed.

    Returns
    -------
    float
        The departure, as a ratio with its sign: +0.166 where areas come out 16.6 % too large.

    Raises
    ------
    CrsError
        The CRS is not projected, or its areal scale departs from 1 by more than ``limit``.

    Examples
    --------
    >>> zone = pyproj.CRS.from_epsg(9215)
    >>> round(check_areal_scale(zone, (380_000, 2_358_000, 512_000, 2_486_000)), 4)
    -0.0002
    """
    if not crs.is_projected:
        raise CrsError("layers.crs.metres_needed", crs=crs.name)
    boxes = np.asarray(bounds, np.float64).reshape(-1, 4)
    boxes = boxes[np.isfinite(boxes).all(axis=1)]
    if not len(boxes):
        return 0.0
    around = np.concatenate([boxes[:, :2].min(axis=0), boxes[:, 2:].max(axis=0)])
    worst = float(areal_departures(crs, around[None, :], samples=SAMPLES)[0])
    if abs(worst) > limit and len(boxes) > 1:
        departures = areal_departures(crs, boxes)
        worst = float(departures[np.argmax(np.abs(departures))])
    if abs(worst) > limit:
        raise CrsError("layers.crs.areal_scale_too_far_off", crs=crs.name, worst=worst, limit=limit)
    return worst


def areal_departures(crs: pyproj.CRS, boxes: FloatArray, *, samples: int = 2) -> FloatArray:
    """Departure of the areal scale from 1 that is farthest from 0 in each rectangle."""
    share = np.linspace(0.0, 1.0, samples)
    x = boxes[:, 0, None] + (boxes[:, 2] - boxes[:, 0])[:, None] * share
    y = boxes[:, 1, None] + (boxes[:, 3] - boxes[:, 1])[:, None] * share
    grid = np.broadcast_arrays(x[:, :, None], y[:, None, :])
    departures = areal_scale(crs, grid[0].ravel(), grid[1].ravel()).reshape(len(boxes), -1) - 1.0
    known = np.isfinite(departures)
    farthest = np.argmax(np.where(known, np.abs(departures), -1.0), axis=1)
    result: FloatArray = np.where(
        known.any(axis=1), departures[np.arange(len(boxes)), farthest], math.inf
    )
    return result


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


def square_unit_m2(crs: pyproj.CRS) -> float:
    """Square metres in a square unit of a projected CRS: 1 for metres, 0.0929 for feet."""
    return _unit_m(crs) ** 2


def ellipsoid_of(crs: pyproj.CRS) -> tuple[float, float]:
    """Figure of the earth of a CRS."""
    ellipsoid: Any = crs.ellipsoid
    a, b = ellipsoid.semi_major_metre, ellipsoid.semi_minor_metre
    return a, 1.0 - (b / a) ** 2


def _unit_m(crs: pyproj.CRS) -> float:
    return float(crs.axis_info[0].unit_conversion_factor)
