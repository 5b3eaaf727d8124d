"""Invalid polygons: found, and repaired with the change of area told, or refused.

Round polygons are cleared by a quick look, GEOS judges the rest. If all vertices of a ring are met
one after the other, turning once and always the same way, when seen from the middle of its
vertices, no two of its edges touch but neighbours at their common end: the polygon is valid. Most
plots are of that kind, and to see it takes a fraction of a microsecond. The look only ever clears:
no polygon is called invalid by it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Literal

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from numba import types

from layers.base.errors import InputError
from layers.base.schema import read_schema
from layers.base.workers import Workers, local_workers, run_pieces
from layers.crs.areal_scale import ground_areas
from layers.engine.kernels import FLOATS, INTS, kernel
from layers.engine.rings import FloatArray, IntArray, Rings, rings_of

RepairMode = Literal["repair", "never"]

REPAIRS = read_schema("layers.engine", "repairs")

NO_REPAIRS = REPAIRS.empty()

_POLYGONAL = (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)


def repair_polygons(
    polygons: gpd.GeoDataFrame, *, mode: RepairMode = "repair"
) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Make every polygon valid, and tell what that changed.

    A ring that crosses itself is taken as its outline (the area it encloses, however often it goes
    round); lines and points that a repair leaves over are dropped. A polygon with a coordinate that
    is no number becomes empty: where it lies is not known. Valid polygons, missing and empty ones
    are kept as they are. Repeated vertices and either direction of rings are valid.

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
        areas on the ground in m², or in square units of the coordinates where there is no CRS).

    Raises
    ------
    InputError
        A geometry is no polygon; or polygons are invalid and ``mode`` is ``"never"``.
    """
    shapes = np.asarray(polygons.geometry)
    require_polygons(shapes)
    crs = polygons.crs
    areas = shapely.area if crs is None else partial(ground_areas, crs=crs)
    mended, repairs = mend(shapes, areas=areas)
    refuse_repairs(repairs, mode)
    result = polygons.copy()
    result.geometry = gpd.GeoSeries(mended, index=polygons.index, crs=polygons.crs)
    return result, repairs


def require_polygons(shapes: npt.NDArray[Any]) -> None:
    """Refuse points and lines."""
    kinds = shapely.get_type_id(shapes)
    other = np.flatnonzero(~np.isin(kinds, (*_POLYGONAL, shapely.GeometryType.MISSING)))
    other = other[~shapely.is_empty(shapes[other])]
    if len(other):
        raise InputError("layers.engine.polygons_needed", count=len(other), other=other)


def mend(
    shapes: npt.NDArray[Any],
    rings: Rings | None = None,
    *,
    areas: Callable[[npt.NDArray[Any]], FloatArray] = shapely.area,
    workers: Workers = 1,
) -> tuple[npt.NDArray[Any], pd.DataFrame]:
    """Repair the invalid polygons of an array."""
    known_rings = rings_of(shapes) if rings is None else rings
    invalid = invalid_rows(shapes, known_rings, workers=local_workers(workers))
    if not len(invalid):
        return shapes, NO_REPAIRS
    reasons = shapely.is_valid_reason(shapes[invalid])
    # Coordinates that are no numbers cannot be repaired, only left out.
    xy, number = shapely.get_coordinates(shapes[invalid], return_index=True)
    known = np.bincount(number, ~np.isfinite(xy).all(axis=1), len(invalid)) == 0
    mended = np.full(len(invalid), shapely.Polygon(), object)
    mended[known] = shapely.make_valid(
        shapes[invalid[known]], method="structure", keep_collapsed=False
    )
    before, after = np.full(len(invalid), np.nan), np.nan_to_num(areas(mended))
    before[known] = areas(shapes[invalid[known]])
    table = pd.DataFrame(
        {
            "position": invalid,
            "reason": reasons,
            "before_m2": before,
            "after_m2": after,
            "change_m2": after - before,
        }
    )
    result = shapes.copy()
    result[invalid] = mended
    return result, REPAIRS.validate(table)


def refuse_repairs(repairs: pd.DataFrame, mode: RepairMode) -> None:
    """Raise where repairs were needed and none are wanted."""
    if mode == "never" and len(repairs):
        rows, reason = repairs["position"].tolist()[:5], repairs["reason"].iloc[0]
        raise InputError(
            "layers.engine.invalid_polygons", count=len(repairs), rows=rows, reason=reason
        )


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


def faces(shapes: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Shapes without the lines and points that cutting along a shared edge leaves."""
    mixed = shapely.get_type_id(shapes) == shapely.GeometryType.GEOMETRYCOLLECTION
    result = shapes.copy()
    for row in np.flatnonzero(mixed):
        parts = shapely.get_parts(shapely.get_parts(shapes[row]))
        result[row] = shapely.union_all(parts[shapely.get_dimensions(parts) == 2])
    return result


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
