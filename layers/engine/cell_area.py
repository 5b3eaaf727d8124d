"""Area on the ground of the cells of each row of a raster.

Three kinds of rasters have cells whose area is the same all along a row: projected ones whose plane
areas are those of the ground; lon/lat ones; and those in a projection that is equal-area, but on a
sphere of the equatorial radius (Interrupted Goode Homolosine of SoilGrids, Mollweide, the
sinusoidal of MODIS): there a square metre of the plane covers 0.49 % less of northern Vietnam.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import affine
import numpy as np
import pyproj

from layers.base.errors import CrsError
from layers.crs.areal_scale import areal_scale, check_areal_scale, ellipsoid_of
from layers.engine.rings import FloatArray

# A projection has areal scale 1 on its own figure if PROJ says so to this.
EQUAL_AREA = 1e-6
# Along a row the scale of an equal-area projection of a sphere may vary by this.
ALONG_ROW = 1e-5


@dataclass(frozen=True, slots=True)
class CellAreas:
    """Areas of cells by row."""

    crs: pyproj.CRS  # Projected or longitude/latitude
    transform: affine.Affine  # From column and row to coordinates, without rotation
    middle_x: float = math.nan  # Where the areal scale of a row is taken; NaN where it needs none

    @classmethod
    def of(cls, crs: pyproj.CRS, transform: affine.Affine, boxes: FloatArray) -> CellAreas:
        """Areas of cells under some polygons."""
        if not crs.is_projected or not len(boxes):
            return cls(crs, transform)
        try:
            check_areal_scale(crs, boxes)
        except CrsError:
            middle = _equal_area_on_sphere(crs, boxes)
            if math.isnan(middle):
                raise
            return cls(crs, transform, middle)
        return cls(crs, transform)

    @property
    def uniform(self) -> bool:
        """Whether all rows are alike."""
        return self.crs.is_projected and math.isnan(self.middle_x)

    def rows(self, top: int, bottom: int) -> FloatArray:
        """Area of a cell of each row."""
        t = self.transform
        factor = float(self.crs.axis_info[0].unit_conversion_factor)
        edges = t.f + t.e * np.arange(top, bottom + 1)
        if not self.crs.is_projected:
            degrees = math.degrees(factor)
            return row_cell_areas(self.crs, edges * degrees, abs(t.a) * degrees)
        plane = np.full(bottom - top, abs(t.a * t.e) * factor**2)
        if math.isnan(self.middle_x):
            return plane
        middle = np.full(bottom - top, self.middle_x)
        ground: FloatArray = plane / areal_scale(self.crs, middle, 0.5 * (edges[1:] + edges[:-1]))
        return ground


def _equal_area_on_sphere(crs: pyproj.CRS, boxes: FloatArray) -> float:
    """Middle x, if the projection is equal-area on its own figure and alike along rows; or NaN."""
    left, bottom = boxes[:, :2].min(axis=0).tolist()
    right, top = boxes[:, 2:].max(axis=0).tolist()
    x, y = np.meshgrid(np.linspace(left, right, 5), np.linspace(bottom, top, 5))
    to_geodetic = pyproj.Transformer.from_crs(crs, crs.geodetic_crs, always_xy=True)
    lon, lat = to_geodetic.transform(x.ravel(), y.ravel())
    own = np.asarray(pyproj.Proj(crs).get_factors(lon, lat).areal_scale)
    scale = areal_scale(crs, x.ravel(), y.ravel()).reshape(x.shape)
    along = np.ptp(scale, axis=1)
    if (np.abs(own - 1.0) < EQUAL_AREA).all() and (along < ALONG_ROW).all():
        middle: float = 0.5 * (left + right)
        return middle
    return math.nan


def row_cell_areas(crs: pyproj.CRS, edges_degrees: Any, width_degrees: float) -> FloatArray:
    """Area in m² of the lon/lat cells between neighbouring parallels.

    Between latitudes ``φ1`` and ``φ2`` an ellipsoid has, per radian of longitude, the area
    ``b²/2 · [s/(1 - e²s²) + atanh(es)/e]`` taken from ``s1 = sin φ1`` to ``s2 = sin φ2``. Both
    differences are written as products, because subtracting two values that agree in six digits
    would cost those digits.
    """
    a, e2 = ellipsoid_of(crs)
    lat = np.radians(np.clip(edges_degrees, -90.0, 90.0))
    s = np.sin(lat)
    s1, s2 = s[:-1], s[1:]
    ds = 2 * np.cos(0.5 * (lat[1:] + lat[:-1])) * np.sin(0.5 * np.diff(lat))
    belt = ds * (1 + e2 * s1 * s2) / ((1 - e2 * s1 * s1) * (1 - e2 * s2 * s2))
    if e2 > 0:
        e = math.sqrt(e2)
        belt = belt + np.arctanh(e * ds / (1 - e2 * s1 * s2)) / e
    else:
        belt = belt + ds
    result: FloatArray = np.abs(0.5 * a * a * (1 - e2) * belt * math.radians(width_degrees))
    return result
