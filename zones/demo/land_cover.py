"""The made-up land-cover raster: the parcels seen by a satellite, 30 m a cell.

It agrees with the plots as a classified image would: the same land, with clearings, hedges and
houses that no plot shows, and streams along the valleys.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import rasterio.features
import shapely
from affine import Affine
from numpy.typing import NDArray

from zones.demo.terrain import Terrain

__all__ = ["LandCover", "build_land_cover"]

_CELL = 30.0

#: Class of the raster by kind of land; what is not here is plantation.
_CLASSES = {
    "natural_forest": 1,
    "not_yet": 3,
    "regenerating": 3,
    "farmland": 4,
    "unclassified": 6,
    "other": 6,
    "bare": 7,
    "water": 8,
}
_PLANTATION, _SHRUB, _CROPLAND, _ORCHARD, _BUILT_UP, _WATER = 2, 3, 4, 5, 6, 8

#: What a cell of a class may turn into, and how often.
_SPECKLE = {1: (_SHRUB, 0.03), 2: (_SHRUB, 0.06), 3: (7, 0.1), 4: (_BUILT_UP, 0.05), 6: (4, 0.55)}


@dataclass(frozen=True, slots=True)
class LandCover:
    """A raster of classes; 0 is outside.

    Parameters
    ----------
    cells : numpy.ndarray
        Classes, north up.
    transform : affine.Affine
        From cells to metres in EPSG:9215.
    """

    cells: NDArray[np.uint8]
    transform: Affine


def build_land_cover(
    parcels: pd.DataFrame,
    orchards: NDArray[np.object_],
    terrain: Terrain,
    rng: np.random.Generator,
) -> LandCover:
    """Burn parcels and orchards into cells and roughen the result."""
    shapes = parcels["shape"].to_numpy()
    west, south, east, north = shapely.total_bounds(shapes)
    west, north = _CELL * np.floor(west / _CELL), _CELL * np.ceil(north / _CELL)
    columns, rows = int((east - west) / _CELL) + 1, int((north - south) / _CELL) + 1
    transform = Affine(_CELL, 0, west, 0, -_CELL, north)
    values = parcels["cover"].map(_CLASSES).fillna(_PLANTATION).astype("int64")
    cells = np.zeros((rows, columns), dtype=np.uint8)
    burn = [*zip(shapes, values, strict=True), *((shape, _ORCHARD) for shape in orchards)]
    rasterio.features.rasterize(burn, out=cells, transform=transform)
    grown = _streams(_speckled(cells, rng), terrain, transform)
    return LandCover(np.where(cells == 0, np.uint8(0), grown), transform)


def _speckled(cells: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """Patches that are something else than their parcel: some of 60 m, many of 240 m."""
    chance = 0.4 * _blocks(cells.shape, 2, rng) + 0.6 * _blocks(cells.shape, 8, rng)
    some = chance[::7, ::7]
    result = cells.copy()
    for old, (new, share) in _SPECKLE.items():
        result[(cells == old) & (chance < np.quantile(some, share))] = new
    return result


def _blocks(shape: tuple[int, ...], size: int, rng: np.random.Generator) -> NDArray[np.float32]:
    """Draw one random number for every square block of cells."""
    rows, columns = (-(-length // size) for length in shape)
    drawn = rng.random((rows, columns), dtype=np.float32)
    wide = np.repeat(np.repeat(drawn, size, axis=0), size, axis=1)
    return wide[: shape[0], : shape[1]]


def _streams(cells: NDArray[np.uint8], terrain: Terrain, transform: Affine) -> NDArray[np.uint8]:
    """Draw water on the valleys' axes, band by band of rows to spare memory."""
    result = cells.copy()
    rows, columns = cells.shape
    x = transform.c + _CELL * (np.arange(columns) + 0.5)
    for top in range(0, rows, 512):
        y = transform.f - _CELL * (np.arange(top, min(top + 512, rows)) + 0.5)
        points = np.column_stack([np.tile(x, len(y)), np.repeat(y, columns)])
        height = terrain.valley(points).reshape(len(y), columns)
        band = result[top : top + len(y)]
        band[height < 0.012] = _WATER
    return result
