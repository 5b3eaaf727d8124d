"""Coordinate reference systems: the province's VN-2000 zone, and what may not be measured in.

Provincial offices compute areas in their VN-2000 3° zone (transverse Mercator, k 0.9999); that is
the area CRS here, and the ellipsoid is the check. A CRS is named by its EPSG code and never passed
through a PROJ string, which would drop the datum shift (224 m on the ground).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyproj
from pyproj.exceptions import CRSError as PyprojCrsError

from layers.base.errors import CrsError
from layers.base.resources import data_table
from layers.crs.transform import to_crs, transformation

if TYPE_CHECKING:
    import geopandas as gpd

#: Square metres in a hectare.
M2_PER_HA = 10_000.0


def vn2000_zones() -> pd.DataFrame:
    """List the VN-2000 zone of each province, with the doubt about it where there is one."""
    table = data_table("vn2000_zones.csv", dtype={"province_code": str, "doubt": str})
    return table.fillna({"doubt": ""})


def zone_in_doubt(province: str) -> bool:
    """Whether the VN-2000 zone of a province is known from lists only, or lists differ."""
    zones = vn2000_zones()
    return bool((zones.loc[zones["province_code"] == province, "doubt"] != "").any())


def central_meridian(crs: pyproj.CRS) -> float | None:
    """Longitude of natural origin of a projection, in degrees; None where it has none."""
    operation = crs.coordinate_operation
    named = {one.name: float(one.value) for one in operation.params} if operation else {}
    return named.get("Longitude of natural origin")


def parse_crs(text: Any) -> pyproj.CRS:
    """CRS named by a user."""
    if isinstance(text, str) and ("+proj" in text or "init=" in text):
        raise CrsError("layers.crs.proj_string", text=text)
    try:
        return pyproj.CRS.from_user_input(text)
    except PyprojCrsError as error:
        raise CrsError("layers.crs.unknown_crs", text=text) from error


def area_crs(province: str, *, named: str | None = None) -> pyproj.CRS:
    """CRS in which a province's hectares are measured.

    Parameters
    ----------
    province : str
        Province code, ``"20"`` for Lạng Sơn.
    named : str or None
        CRS that the project names; it wins.

    Returns
    -------
    pyproj.CRS
        A projected CRS in metres.

    Raises
    ------
    CrsError
        There is no such province and none is named, or the one named is not in metres.

    Examples
    --------
    >>> area_crs("20").to_epsg()
    9215
    """
    if named is not None:
        return _in_metres(parse_crs(named))
    zones = vn2000_zones()
    found = zones.loc[zones["province_code"] == province, "epsg"]
    if found.empty:
        raise CrsError("layers.crs.province_without_zone", province=province)
    return pyproj.CRS.from_epsg(int(found.iloc[0]))


def _in_metres(crs: pyproj.CRS) -> pyproj.CRS:
    unit = crs.axis_info[0].unit_name if crs.axis_info else "unknown"
    if crs.is_geographic or unit != "metre":
        raise CrsError("layers.crs.area_crs_not_in_metres", crs=crs.name, unit=unit)
    return crs


def require_crs(frame: gpd.GeoDataFrame, *, source: str) -> pyproj.CRS:
    """CRS of a frame, which must have one."""
    if frame.crs is None:
        raise CrsError("layers.crs.no_crs", source=source)
    crs: pyproj.CRS = frame.crs
    return crs


def plane_area_ha(frame: gpd.GeoDataFrame, crs: pyproj.CRS) -> pd.Series[float]:
    """Area of each geometry in the plane of a projected CRS (ha).

    Parameters
    ----------
    frame : geopandas.GeoDataFrame
        Polygons in any CRS.
    crs : pyproj.CRS
        Projected CRS in metres, usually the province's VN-2000 zone.

    Returns
    -------
    pandas.Series
        Hectares, index of ``frame``.

    Raises
    ------
    CrsError
        ``frame`` has no CRS, or ``crs`` is not in metres.
    """
    require_crs(frame, source="plane_area_ha")
    area: pd.Series[float] = to_crs(frame.geometry, _in_metres(crs)).area / M2_PER_HA
    return area


def geodesic_area_ha(frame: gpd.GeoDataFrame) -> pd.Series[float]:
    """Area of each geometry on its CRS's ellipsoid (ha), edges taken as geodesics.

    The formula is Karney's (2013, Algorithms for geodesics), as in GeographicLib.

    Parameters
    ----------
    frame : geopandas.GeoDataFrame
        Polygons in any CRS.

    Returns
    -------
    pandas.Series
        Hectares, index of ``frame``; missing and empty geometry give 0.

    Raises
    ------
    CrsError
        ``frame`` has no CRS.
    """
    crs = require_crs(frame, source="geodesic_area_ha")
    geographic = crs if crs.is_geographic else crs.geodetic_crs or crs
    shapes = to_crs(frame.geometry, geographic)
    geod = geographic.get_geod()
    areas = [
        0.0 if shape is None or shape.is_empty else _polygon_area(geod, shape) for shape in shapes
    ]
    return pd.Series(areas, index=frame.index, dtype="float64") / M2_PER_HA


def _polygon_area(geod: pyproj.Geod | None, shape: Any) -> float:
    from shapely import orient_polygons

    if geod is None:
        raise CrsError("layers.crs.no_ellipsoid")
    # Holes count negative only when every ring has its proper orientation.
    area, _ = geod.geometry_area_perimeter(orient_polygons(shape))
    return float(area)


def geodesic_length_m(
    start: npt.NDArray[np.float64], end: npt.NDArray[np.float64], crs: pyproj.CRS
) -> npt.NDArray[np.float64]:
    """Length on the ellipsoid of straight lines between points (x, y) of a CRS, in metres."""
    geographic = crs if crs.is_geographic else crs.geodetic_crs or crs
    geod = geographic.get_geod()
    if geod is None:
        raise CrsError("layers.crs.no_ellipsoid")
    way = transformation(crs, geographic)
    _, _, length = geod.inv(*way.transform(*start.T), *way.transform(*end.T))
    return np.asarray(length, np.float64)
