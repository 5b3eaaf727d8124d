"""From one CRS to another by a published shift only: never by PROJ's guess between two datums.

Where no shift is known PROJ takes the coordinates of one datum for those of the other ("ballpark"),
which is 200 to 700 m off in Việt Nam. Here such a pair is led through WGS 84, by the published
shifts of both, or refused.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import numpy.typing as npt
import pyproj
import shapely
from pyproj.exceptions import ProjError

from layers.base.errors import CrsError

if TYPE_CHECKING:
    import geopandas as gpd

    Layer = TypeVar("Layer", gpd.GeoDataFrame, gpd.GeoSeries)

#: Longitude and latitude of the Global Positioning System; every published shift leads here.
WGS84 = pyproj.CRS.from_epsg(4326)
#: Equal-area cylinder: hectares of a layer whose own CRS has none.
EQUAL_AREA = pyproj.CRS.from_epsg(6933)

# Half the Earth's girth: no projection in metres reaches farther from its origin.
_FARTHEST_M = 20_100_000.0

FloatArray = npt.NDArray[np.float64]


class Transformation:
    """One transformer, or two that meet in WGS 84; x before y throughout."""

    def __init__(self, steps: tuple[pyproj.Transformer, ...]) -> None:
        self.steps = steps

    def transform(self, x: Any, y: Any) -> tuple[FloatArray, FloatArray]:
        """Coordinates in the target CRS; infinite where they have no place in it."""
        for step in self.steps:
            x, y = step.transform(x, y)
        return x, y


@lru_cache(maxsize=64)
def transformation(source: pyproj.CRS, target: pyproj.CRS) -> Transformation:
    """Way from one CRS to another without a guess; refused where none is published."""
    # A CRS that states its own shift to WGS 84 (TOWGS84, as older files do) is taken at its word,
    # also where that shift is nil and PROJ calls it a guess.
    stated = source.is_bound or target.is_bound
    geodetic = (source.geodetic_crs or source, target.geodetic_crs or target)
    # PROJ leaves a published shift out where the zone's own area does not meet the shift's; between
    # the two datums as such it is known.
    for stops in (
        (source, target),
        (source, WGS84, target),
        (source, geodetic[0], WGS84, geodetic[1], target),
    ):
        try:
            return Transformation(
                tuple(
                    pyproj.Transformer.from_crs(a, b, always_xy=True, allow_ballpark=stated)
                    for a, b in pairwise(stops)
                )
            )
        except ProjError:
            continue
    raise CrsError("layers.crs.no_transformation", source=source.name, file=target.name)


def to_crs(layer: Layer, target: pyproj.CRS) -> Layer:
    """Bring a layer into another CRS, vertex by vertex (2D); the only way the project does it."""
    import geopandas as gpd

    crs = layer.crs
    if crs is None:
        raise CrsError("layers.crs.layer_without_crs", file=target.name)
    if crs.is_exact_same(target):
        return layer
    way = transformation(crs, target)
    shapes = layer.geometry.to_numpy()
    moved = shapely.transform(shapes, lambda xy: np.column_stack(way.transform(*xy.T)))
    _require_place(shapes, moved, target)
    name = layer.geometry.name
    result = gpd.GeoSeries(moved, index=layer.index, crs=target, name=name)
    return result if isinstance(layer, gpd.GeoSeries) else layer.set_geometry(result)


def has_place(bounds: FloatArray, crs: pyproj.CRS) -> npt.NDArray[np.bool_]:
    """Whether both corners of boxes (lowest x, y, highest x, y) lie on Earth in a CRS."""
    way = transformation(crs, WGS84)
    found = np.ones(len(bounds), dtype=bool)
    for corner in (bounds[:, :2], bounds[:, 2:]):
        lon, lat = way.transform(*corner.T)
        found &= (np.abs(lon) <= 360) & (np.abs(lat) <= 90)
        if crs.is_projected:
            # PROJ folds what lies beyond the projection's reach back onto the Earth.
            found &= (np.abs(corner) < _FARTHEST_M).all(axis=1)
    return found


def _require_place(before: npt.NDArray[Any], after: npt.NDArray[Any], target: pyproj.CRS) -> None:
    xy, owner = shapely.get_coordinates(after, return_index=True)
    lost = ~np.isfinite(xy).all(axis=1)
    if not lost.any():
        return
    lost &= np.isfinite(shapely.get_coordinates(before)).all(axis=1)
    rows = np.unique(owner[lost]).tolist()
    if rows:
        raise CrsError(
            "layers.crs.records_without_place", count=len(rows), file=target.name, rows=rows
        )
