"""Ground for the engine's tests: small rasters, polygons in cells, polygons of any shape."""

from __future__ import annotations

import math
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from affine import Affine
from hypothesis import strategies as st
from rasterio.io import MemoryFile

#: Upper left corner of rasters and lower left corner of squares, EPSG:9215.
EAST, NORTH = 450_000.0, 2_400_000.0
CELL_M = 100.0


def raster_file(rows: Any, *, dtype: str = "uint8", **profile: Any) -> MemoryFile:
    """Raster of 100 m cells in memory: rows of classes, a second band, a mask, a profile."""
    mask, second = profile.pop("mask", None), profile.pop("second", None)
    values = np.asarray(rows, dtype)
    settings: dict[str, Any] = {
        "driver": "GTiff",
        "width": values.shape[1],
        "height": values.shape[0],
        "count": 1 if second is None else 2,
        "dtype": dtype,
        "crs": "EPSG:9215",
        "transform": Affine(CELL_M, 0.0, EAST, 0.0, -CELL_M, NORTH),
    }
    memory = MemoryFile()
    with memory.open(**(settings | profile)) as dataset:
        dataset.write(values, 1)
        if second is not None:
            dataset.write(np.asarray(second, dtype), 2)
        if mask is not None:
            dataset.write_mask(np.asarray(mask, bool))
    return memory


def on_ground(shape: shapely.Geometry | None) -> shapely.Geometry | None:
    """Shape given in cells from the raster's upper left corner: x right, y down."""
    if shape is None:
        return None
    return shapely.transform(shape, lambda xy: xy * [CELL_M, -CELL_M] + [EAST, NORTH])


def polygons(*shapes: shapely.Geometry | None, codes: Any = None) -> gpd.GeoDataFrame:
    """Polygons given in cells, with codes a, b, c, …"""
    names = list("abcdefghijklmnopqrstuvwxyz"[: len(shapes)]) if codes is None else codes
    placed = [on_ground(shape) for shape in shapes]
    return gpd.GeoDataFrame({"commune_code": names}, geometry=placed, crs="EPSG:9215")


def squares(*bounds: tuple[float, ...], **columns: Any) -> gpd.GeoDataFrame:
    """Rectangles in hectometres from a corner: a square of side 1 is one hectare."""
    shapes = [
        shapely.box(EAST + 100 * a, NORTH + 100 * b, EAST + 100 * c, NORTH + 100 * d)
        for a, b, c, d in bounds
    ]
    return gpd.GeoDataFrame(columns, geometry=shapes, crs="EPSG:9215")


def sums(table: Any, value: str = "cells", code: Any = "a") -> dict[int | None, float]:
    """Figures of one polygon by class; None is no class."""
    rows = table[table["commune_code"] == code]
    keys = [None if missing else int(key) for key, missing in _classes(rows)]
    assert len(set(keys)) == len(keys), "a class stands in one row"
    return dict(zip(keys, rows[value].tolist(), strict=True))


def _classes(rows: Any) -> Any:
    return zip(rows["class"].fillna(0), rows["class"].isna(), strict=True)


@st.composite
def shapes_in(draw: st.DrawFn, size: float = 12.0, *, holes: bool = True) -> shapely.Geometry:
    """A valid polygon of one or two parts around the middle of a square of some size."""
    count = draw(st.integers(1, 2))
    parts = [_blob(draw, size, holes=holes) for _ in range(count)]
    return shapely.union_all(parts)


def _blob(draw: st.DrawFn, size: float, *, holes: bool) -> shapely.Polygon:
    corners = draw(st.integers(3, 12))
    reach = st.floats(0.05, 0.5, allow_subnormal=False)
    radii = np.array(draw(st.lists(reach, min_size=corners, max_size=corners))) * size
    middle = np.array(draw(st.tuples(*[st.floats(0.2, 0.8)] * 2))) * size
    turn = draw(st.floats(0, 1))
    angles = (np.arange(corners) + turn) * 2 * math.pi / corners
    ring = middle + radii[:, None] * np.column_stack([np.cos(angles), np.sin(angles)])
    inner = [middle + (ring - middle) * 0.4] if holes and draw(st.booleans()) else []
    return shapely.Polygon(ring, inner)
