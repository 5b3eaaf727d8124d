"""Elevation: a raster of heights as classes of altitude and slope.

Slope is Horn's (1981), from the eight neighbours of a cell, as terrain programs compute it; in a
lon/lat raster the size of a cell is that on the ellipsoid, row by row.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import rasterio
from pyproj import Geod
from rasterio.windows import Window

from layers.base.errors import InputError
from layers.base.schema import read_schema
from layers.engine.raster import RasterGrid, raster_grid, refuse_too_many
from layers.io.raster_source import GDAL_OPTIONS, open_raster, raster_files, reading

Floats = npt.NDArray[np.float64]

ELEVATION_CLASSES = read_schema("layers.kinds", "elevation classes")

# Rows read together, and cells at most, so that a wide raster takes no more memory.
_ROWS, _STRIP_CELLS = 512, 8 << 20


def check_elevation(elevation: Path, *, folders: Sequence[Path] = ()) -> RasterGrid:
    """Grid of a raster of heights, if altitude and slope can be told from it; else why not."""
    with open_raster(elevation, folders=folders) as source:
        grid = raster_grid(source, 1, source=elevation.name, classes=False)
    files = raster_files(elevation, folders=folders)
    refuse_too_many(grid.width * grid.height, elevation.name, files)
    return grid


def classify_elevation(
    elevation: Path,
    target: Path,
    *,
    altitudes_m: Sequence[float],
    slopes_degree: Sequence[float],
    folders: Sequence[Path] = (),
) -> pd.DataFrame:
    """Write a raster of altitude and slope classes."""
    classes = _classes(altitudes_m, slopes_degree)
    grid = check_elevation(elevation, folders=folders)
    sizes = _cell_sizes(grid)
    profile = {
        "driver": "GTiff",
        "width": grid.width,
        "height": grid.height,
        "count": 1,
        "dtype": "uint8",
        "nodata": 0,
        "crs": grid.crs.to_wkt(),
        "transform": grid.transform,
        "compress": "deflate",
        "tiled": True,
    }
    with (
        rasterio.Env(**GDAL_OPTIONS),
        open_raster(elevation, folders=folders) as source,
        rasterio.open(target.absolute(), "w", **profile) as raster,
    ):
        strip = max(1, min(_ROWS, _STRIP_CELLS // grid.width))
        for top in range(0, grid.height, strip):
            rows = min(strip, grid.height - top)
            heights = _with_margin(source, top, rows)
            wide, high = (size[top : top + rows] for size in sizes)
            slope = horn_slope(heights, wide_m=wide, high_m=high)
            altitude = np.searchsorted(altitudes_m, heights[1:-1, 1:-1], side="right")
            steep = np.searchsorted(slopes_degree, slope, side="right")
            values = 1 + altitude * (len(slopes_degree) + 1) + steep
            values = np.where(np.isnan(slope), 0, values).astype("uint8")
            raster.write(values, 1, window=Window(0, top, grid.width, rows))
    return classes


def horn_slope(heights: Floats, *, wide_m: Floats, high_m: Floats) -> Floats:
    """Slope by Horn's method, in degrees."""
    north, here, south = heights[:-2], heights[1:-1], heights[2:]
    east = north[:, 2:] + 2 * here[:, 2:] + south[:, 2:]
    west = north[:, :-2] + 2 * here[:, :-2] + south[:, :-2]
    above = north[:, :-2] + 2 * north[:, 1:-1] + north[:, 2:]
    below = south[:, :-2] + 2 * south[:, 1:-1] + south[:, 2:]
    across = (east - west) / (8 * wide_m[:, None])
    down = (below - above) / (8 * high_m[:, None])
    slope: Floats = np.degrees(np.arctan(np.hypot(across, down)))
    return np.where(np.isnan(here[:, 1:-1]), np.nan, slope)


def _classes(altitudes_m: Sequence[float], slopes_degree: Sequence[float]) -> pd.DataFrame:
    for edges in (altitudes_m, slopes_degree):
        if list(edges) != sorted(set(edges)):
            raise InputError("layers.kinds.edges_must_rise", edges=list(edges))
    heights = [-np.inf, *altitudes_m, np.inf]
    slopes = [0.0, *slopes_degree, 90.0]
    rows = [
        (1 + i * (len(slopes) - 1) + j, heights[i], heights[i + 1], slopes[j], slopes[j + 1])
        for i in range(len(heights) - 1)
        for j in range(len(slopes) - 1)
    ]
    if len(rows) > 255:
        raise InputError("layers.kinds.too_many_elevation_classes", count=len(rows))
    return ELEVATION_CLASSES.validate(pd.DataFrame(rows, columns=ELEVATION_CLASSES.names))


def _with_margin(source: rasterio.DatasetReader, top: int, rows: int) -> Floats:
    """Read rows with a margin of one cell; beyond the raster there is no height."""
    window = Window(-1, top - 1, source.width + 2, rows + 2)
    with reading(Path(source.name).name):
        heights = source.read(
            1, window=window, boundless=True, masked=True, fill_value=source.nodata or 0
        )
    values: Floats = heights.astype("float64").filled(np.nan)
    values[:, 0] = values[:, -1] = np.nan
    if top == 0:
        values[0] = np.nan
    if top + rows == source.height:
        values[-1] = np.nan
    return values


def _cell_sizes(grid: RasterGrid) -> tuple[Floats, Floats]:
    """Width and height of the cells of each row, in metres."""
    crs, width, height = grid.crs, abs(grid.transform.a), abs(grid.transform.e)
    if not crs.is_geographic:
        metre = crs.axis_info[0].unit_conversion_factor
        return np.full(grid.height, width * metre), np.full(grid.height, height * metre)
    geod = crs.get_geod() or Geod(ellps="WGS84")
    rows = np.arange(grid.height) + 0.5
    latitude = grid.transform.f + rows * grid.transform.e
    zeros = np.zeros(grid.height)
    wide = geod.inv(zeros, latitude, zeros + width, latitude)[2]
    high = geod.inv(zeros, latitude - height / 2, zeros, latitude + height / 2)[2]
    return np.asarray(wide), np.asarray(high)
