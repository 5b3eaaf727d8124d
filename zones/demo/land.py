"""Which land every parcel is: quotas filled commune by commune, each from where it belongs.

Water and farms fill from the valley floors up, natural forest from the ridges down, and the planted
crops by fields of noise of their own, so that they stand in patches that cross borders.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd
import rasterio.features
import shapely
from affine import Affine
from numpy.typing import NDArray

from layers.base.second_process import cores
from layers.base.workers import run_pieces
from zones.demo.noise import Floats, Terrain
from zones.demo.quotas import REMAINDER, Quotas

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
    """A raster of classes; 0 is outside."""

    cells: NDArray[np.uint8]  # Classes, north up
    transform: Affine  # From cells to metres in EPSG:9215


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
    classes = np.concatenate([values, np.full(len(orchards), _ORCHARD)])
    parts, origin = shapely.get_parts(np.concatenate([shapes, orchards]), return_index=True)
    burn = zip(_rings_written(parts), classes[origin].tolist(), strict=True)
    rasterio.features.rasterize(burn, out=cells, transform=transform)
    grown = _streams(_speckled(cells, rng), terrain, transform)
    return LandCover(np.where(cells == 0, np.uint8(0), grown), transform)


def _rings_written(polygons: NDArray[np.object_]) -> list[dict[str, object]]:
    """Polygons as rasterio reads them; written one by one they take longer than their burning."""
    _, points, (ring_starts, starts) = shapely.to_ragged_array(polygons)
    corners = list(zip(*points.T.tolist(), strict=True))
    rings = [corners[start:end] for start, end in pairwise(ring_starts)]
    return [{"type": "Polygon", "coordinates": rings[a:b]} for a, b in pairwise(starts)]


def _speckled(cells: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """Patches that are something else than their parcel: some of 60 m, many of 240 m."""
    chance = 0.4 * _blocks(cells.shape, 2, rng) + 0.6 * _blocks(cells.shape, 8, rng)
    some = chance[::7, ::7]
    limit, other = np.zeros(256, dtype=np.float32), np.arange(256, dtype=np.uint8)
    for old, (new, share) in _SPECKLE.items():
        limit[old], other[old] = np.quantile(some, share), new
    return np.where(chance < limit[cells], other[cells], cells)


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

    def draw(top: int) -> None:
        y = transform.f - _CELL * (np.arange(top, min(top + 512, rows)) + 0.5)
        band = result[top : top + len(y)]
        row, column = np.nonzero(band)
        height = terrain.valley(np.column_stack([x[column], y[row]]))
        low = height < 0.012
        band[row[low], column[low]] = _WATER

    for _ in run_pieces(draw, range(0, rows, 512), workers=cores()):
        pass
    return result


def assign_land(
    parcels: pd.DataFrame, quotas: Quotas, terrain: Terrain, rng: np.random.Generator
) -> pd.Series[str]:
    """Give every parcel a kind of land."""
    kinds = [*REMAINDER, "natural_forest", *quotas.planted.columns]
    wanted = quotas.table()[kinds].to_numpy(dtype="float64")
    scores = _scores(parcels, kinds, terrain, rng)
    area = parcels["area_ha"].to_numpy()
    result = np.empty(len(parcels), dtype=object)
    for commune, members in parcels.groupby("commune").indices.items():
        chosen = _filled(scores[members], area[members], wanted[int(str(commune))], rng)
        result[members] = np.array(kinds, dtype=object)[chosen]
    return pd.Series(result, index=parcels.index, dtype="str")


def _scores(
    parcels: pd.DataFrame, kinds: list[str], terrain: Terrain, rng: np.random.Generator
) -> Floats:
    """How ill each parcel suits each kind; the lowest are taken first."""
    points = parcels[["x", "y"]].to_numpy()
    valley, height = terrain.valley(points), terrain.height(points)
    scores = np.column_stack([-terrain.patches[kind].at(points) for kind in kinds])
    scores += rng.normal(0, 0.25, scores.shape)
    place = {
        "water": 20 * valley,
        "other": 6 * np.abs(valley - 0.15),
        "unclassified": 5 * np.abs(valley - 0.25),
        "farmland": 6 * valley,
        "natural_forest": -1.6 * height,
    }
    for kind, worth in place.items():
        scores[:, kinds.index(kind)] += worth
    return scores


def _filled(scores: Floats, area: Floats, wanted: Floats, rng: np.random.Generator) -> np.ndarray:
    """Kind of each parcel: the fixed kinds in their order, then the crops in any order."""
    count = len(REMAINDER)
    first = [list(REMAINDER).index(kind) for kind in ("water", "other", "unclassified", "farmland")]
    natural = [count]
    rest = [kind for kind in range(len(wanted)) if kind not in (*first, *natural)]
    chosen = np.full(len(area), -1)
    lack = wanted.copy()
    for kind in [*first, *natural, *rng.permutation(rest)]:
        free = np.flatnonzero(chosen < 0)
        order = free[np.argsort(scores[free, kind], kind="stable")]
        reached = np.cumsum(area[order])
        # A parcel is taken while more than half of it is still wanted: no bias either way.
        taken = order[reached - area[order] / 2 <= lack[kind]]
        chosen[taken] = kind
        lack[kind] -= area[taken].sum()
    for parcel in np.flatnonzero(chosen < 0):
        kind = int(np.argmax(lack))
        chosen[parcel] = kind
        lack[kind] -= area[parcel]
    return chosen
