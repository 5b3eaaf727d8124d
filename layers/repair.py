"""Invalid polygons: repaired with the change of area told, or refused."""

from __future__ import annotations

from typing import Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from layers.errors import InputError
from layers.schema import Column, Schema

__all__ = ["REPAIRS", "RepairMode", "repair_polygons"]

RepairMode = Literal["repair", "never"]

REPAIRS = Schema(
    "repairs",
    (
        Column("position", "integer", "row of the frame, from 0"),
        Column("reason", "text", "what was wrong, as GEOS puts it"),
        Column("before_m2", "number", "area as drawn, by the shoelace formula", "m²"),
        Column("after_m2", "number", "area after the repair", "m²"),
        Column("change_m2", "number", "after less before", "m²"),
    ),
)

_POLYGONAL = (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)


def repair_polygons(
    polygons: gpd.GeoDataFrame, *, mode: RepairMode = "repair"
) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Make every polygon valid, and tell what that changed.

    A ring that crosses itself is taken as its outline (the area it encloses, however often it goes
    round); lines and points that a repair leaves over are dropped. Valid polygons, missing and
    empty ones are kept as they are. Repeated vertices and either direction of rings are valid.

    Parameters
    ----------
    polygons : geopandas.GeoDataFrame
        Polygons and multipolygons.
    mode : {"repair", "never"}
        Whether to repair, or to refuse.

    Returns
    -------
    tuple of geopandas.GeoDataFrame and pandas.DataFrame
        A new frame with the same rows, and one row per repaired polygon (columns of ``REPAIRS``;
        areas in square units of the CRS).

    Raises
    ------
    InputError
        A geometry is no polygon; or polygons are invalid and ``mode`` is ``"never"``.
    """
    shapes = np.asarray(polygons.geometry)
    kinds = shapely.get_type_id(shapes)
    other = np.flatnonzero(~np.isin(kinds, (*_POLYGONAL, shapely.GeometryType.MISSING)))
    other = other[~shapely.is_empty(shapes[other])]
    if len(other):
        raise InputError(
            en=f"Polygons are needed, found {len(other)} other geometries, rows "
            f"{other[:5].tolist()}: keep points and lines in layers of their own.",
            vi=f"Cần vùng (polygon), thấy {len(other)} đối tượng hình học khác, các dòng "
            f"{other[:5].tolist()}: hãy để điểm và đường ở lớp riêng.",
        )
    invalid = np.flatnonzero(~(shapely.is_valid(shapes) | shapely.is_missing(shapes)))
    if not len(invalid):
        return polygons.copy(deep=False), REPAIRS.empty()
    reasons = shapely.is_valid_reason(shapes[invalid])
    if mode == "never":
        raise InputError(
            en=f"{len(invalid)} invalid polygons, rows {invalid[:5].tolist()} ({reasons[0]}): "
            "repair them in a GIS, or allow the repair.",
            vi=f"{len(invalid)} vùng không hợp lệ, các dòng {invalid[:5].tolist()} "
            f"({reasons[0]}): hãy sửa bằng phần mềm GIS, hoặc cho phép tự sửa.",
        )
    mended = _polygonal(shapely.make_valid(shapes[invalid], method="structure"))
    before, after = shapely.area(shapes[invalid]), shapely.area(mended)
    result = polygons.copy()
    result.geometry = gpd.GeoSeries(
        _replaced(shapes, invalid, mended), index=polygons.index, crs=polygons.crs
    )
    table = pd.DataFrame(
        {
            "position": invalid,
            "reason": reasons,
            "before_m2": before,
            "after_m2": after,
            "change_m2": after - before,
        }
    )
    return result, REPAIRS.validate(table)


def _replaced(
    shapes: np.ndarray[tuple[int], np.dtype[np.object_]],
    where: np.ndarray[tuple[int], np.dtype[np.int64]],
    new: np.ndarray[tuple[int], np.dtype[np.object_]],
) -> np.ndarray[tuple[int], np.dtype[np.object_]]:
    result = shapes.copy()
    result[where] = new
    return result


def _polygonal(
    shapes: np.ndarray[tuple[int], np.dtype[np.object_]],
) -> np.ndarray[tuple[int], np.dtype[np.object_]]:
    """Polygonal part of each geometry; an empty polygon where there is none."""
    result = shapes.copy()
    for i in np.flatnonzero(~np.isin(shapely.get_type_id(shapes), _POLYGONAL)):
        parts = shapely.get_parts(shapely.get_parts(shapes[i]))
        parts = parts[shapely.get_type_id(parts) == shapely.GeometryType.POLYGON]
        result[i] = shapely.union_all(parts) if len(parts) else shapely.Polygon()
    return result
