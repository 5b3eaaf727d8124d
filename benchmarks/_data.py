"""Data of the benchmarks: made once, seeded, kept in ``benchmarks/.cache``.

Real communes are taken from ``../shared`` where they lie beside the checkout, else the demo's.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import rasterio
import shapely
from affine import Affine
from rasterio.windows import Window
from scipy.spatial import Voronoi

__all__ = [
    "class_raster",
    "national_communes",
    "national_raster",
    "plots",
    "province_communes",
]

HERE = Path(__file__).resolve().parent
SHARED = HERE.parent.parent / "shared" / "data"
CACHE = HERE / ".cache"
BLOCK = 512
CLASSES = 12
# Features of a land cover of 10 m cells: valleys, slopes, fields, trees; in cells.
SPACINGS = (192, 48, 12, 3)
WEIGHTS = (1.0, 0.7, 0.4, 0.25)
# Cells that a classification of satellite images gets wrong, here and there.
SPECKLE = 0.02


# The id column by which the engine knows communes.
_ID = {"code": "commune_code"}


def _made(name: str, make: Callable[[Path], None]) -> Path:
    """Path of a file of the cache, made under another name and renamed if it is not there."""
    path = CACHE / name
    if not path.exists():
        CACHE.mkdir(exist_ok=True)
        print(f"making {name} (once) …", flush=True)
        unfinished = path.with_stem(path.stem + "-unfinished")
        make(unfinished)
        unfinished.replace(path)
    return path


def province_communes() -> gpd.GeoDataFrame:
    """65 communes in EPSG:9215, columns ``commune_code`` and ``geometry``, none overlapping.

    Repeated vertices are removed and ground that two communes claim is given to the lower code:
    the peers stop at the first and count the second twice.
    """

    def make(path: Path) -> None:
        source = SHARED / "lang_son_communes.gpkg"
        if source.exists():
            communes = gpd.read_file(source, layer="communes")[["code", "geometry"]].to_crs(9215)
        else:
            communes = _demo_communes()
        communes = communes.sort_values("code", ignore_index=True)
        shapes = shapely.remove_repeated_points(np.asarray(communes.geometry))
        for i in range(len(shapes)):
            near = [j for j in range(i) if shapely.overlaps(shapes[i], shapes[j])]
            if near:
                shapes[i] = shapely.difference(shapes[i], shapely.union_all(shapes[near]))
        communes.geometry = shapes
        communes.to_parquet(path)

    return gpd.read_parquet(_made("communes.parquet", make)).rename(columns=_ID)


def _demo_communes() -> gpd.GeoDataFrame:
    """Communes made up from official areas and centres, as ``zones demo`` does."""
    from layers import data_path
    from zones.demo.boundaries import load_boundaries

    facts = pd.read_csv(data_path("communes-20.csv"), dtype={"code": "str"})
    return load_boundaries(facts)[["code", "geometry"]]


def national_communes() -> gpd.GeoDataFrame:
    """3,321 communes of the country in EPSG:4326, columns ``commune_code`` and ``geometry``."""
    source = SHARED / "vietnam_communes_simplified.parquet"
    if not source.exists():
        raise SystemExit("the country's communes are not beside the checkout (../shared)")
    return gpd.read_parquet(source)[["code", "geometry"]].rename(columns=_ID)


def _noise(seed: int, spacing: int, top: int, left: int, height: int, width: int) -> Any:
    """Smooth noise at any place of an endless grid: the same cells give the same values."""
    rows, cols = np.arange(top, top + height), np.arange(left, left + width)
    r0, c0 = rows[0] // spacing, cols[0] // spacing
    tall, wide = rows[-1] // spacing - r0 + 2, cols[-1] // spacing - c0 + 2
    i, j = np.meshgrid(np.arange(r0, r0 + tall), np.arange(c0, c0 + wide), indexing="ij")
    hashed = (i * 73_856_093 ^ j * 19_349_663 ^ seed * 83_492_791).astype(np.uint64)
    hashed = (hashed ^ (hashed >> np.uint64(13))) * np.uint64(0x9E3779B97F4A7C15)
    knots = ((hashed >> np.uint64(40)).astype(np.float32)) / np.float32(1 << 24)
    y = (rows / spacing - r0).astype(np.float32)
    x = (cols / spacing - c0).astype(np.float32)
    yi, xi = y.astype(int), x.astype(int)
    y, x = (y - yi)[:, None], x - xi
    upper = knots[yi][:, xi] * (1 - x) + knots[yi][:, xi + 1] * x
    lower = knots[yi + 1][:, xi] * (1 - x) + knots[yi + 1][:, xi + 1] * x
    return upper * (1 - y) + lower * y


def _classes(top: int, left: int, height: int, width: int) -> Any:
    """Land cover of a window: classes 1 to 12 in patches of several sizes."""
    total = np.zeros((height, width), np.float32)
    for seed, (spacing, weight) in enumerate(zip(SPACINGS, WEIGHTS, strict=True), start=1):
        total += np.float32(weight) * _noise(seed, spacing, top, left, height, width)
    scaled = (total / sum(WEIGHTS) - 0.2) / 0.6 * CLASSES
    classes = np.clip(scaled, 0, CLASSES - 1).astype(np.uint8) + np.uint8(1)
    random = np.random.default_rng((top, left))
    wrong = random.random(classes.shape) < SPECKLE
    classes[wrong] = random.integers(1, CLASSES + 1, int(wrong.sum()), np.uint8)
    return classes


def _write_raster(
    path: Path, crs: str, transform: Affine, width: int, height: int, touched: Any
) -> None:
    """Tiled, deflated raster of 8 bits; blocks that are not touched are left out of the file."""
    with rasterio.open(
        path, "w", driver="GTiff", width=width, height=height, count=1, dtype="uint8", crs=crs,
        transform=transform, nodata=0, tiled=True, blockxsize=BLOCK, blockysize=BLOCK,
        compress="deflate", SPARSE_OK=True, BIGTIFF="IF_SAFER",
    ) as dataset:  # fmt: skip
        for block_row, block_col in np.argwhere(touched):
            top, left = int(block_row) * BLOCK, int(block_col) * BLOCK
            high, wide = min(BLOCK, height - top), min(BLOCK, width - left)
            dataset.write(_classes(top, left, high, wide), 1, window=Window(left, top, wide, high))


def class_raster(cell_m: float = 10.0) -> Path:
    """Raster of the province in EPSG:9215: 13,317 × 12,815 cells at 10 m."""

    def make(path: Path) -> None:
        west, south, east, north = province_communes().total_bounds
        left, top = np.floor(west / cell_m) * cell_m - 750, np.ceil(north / cell_m) * cell_m + 1000
        width, height = int((east + 1250 - left) / cell_m), int((top - south + 1000) / cell_m)
        if cell_m == 10.0:
            width, height = 13_317, 12_815
        blocks = np.ones((-(-height // BLOCK), -(-width // BLOCK)), bool)
        transform = Affine(cell_m, 0, left, 0, -cell_m, top)
        _write_raster(path, "EPSG:9215", transform, width, height, blocks)

    return _made(f"classes-{cell_m:g}m.tif", make)


def national_raster(seconds: float) -> Path:
    """Raster of the country in EPSG:4326, cells of some seconds of arc; land blocks only."""

    def make(path: Path) -> None:
        cell = seconds / 3600
        bounds = national_communes().geometry.explode().bounds.to_numpy()
        left, top = np.floor(bounds[:, 0].min() * 60) / 60, np.ceil(bounds[:, 3].max() * 60) / 60
        width = int(np.ceil((bounds[:, 2].max() - left) / cell))
        height = int(np.ceil((top - bounds[:, 1].min()) / cell))
        touched = np.zeros((-(-height // BLOCK), -(-width // BLOCK)), bool)
        for west, south, east, north in bounds:
            rows = slice(int((top - north) / cell) // BLOCK, int((top - south) / cell) // BLOCK + 1)
            cols = slice(int((west - left) / cell) // BLOCK, int((east - left) / cell) // BLOCK + 1)
            touched[rows, cols] = True
        transform = Affine(cell, 0, left, 0, -cell, top)
        _write_raster(path, "EPSG:4326", transform, width, height, touched)

    return _made(f"national-{seconds:g}s.tif", make)


def plots(count: int = 150_000) -> gpd.GeoDataFrame:
    """Make plots that tile the province, about 35 vertices each, without regard to the communes.

    Cells of a Voronoi diagram whose edges wander: both neighbours take the same points.
    """

    def make(path: Path) -> None:
        random = np.random.default_rng(20)
        communes = province_communes()
        province = shapely.union_all(np.asarray(communes.geometry))
        shapely.prepare(province)
        west, south, east, north = communes.total_bounds
        share = province.area / ((east - west) * (north - south))
        seeds = random.uniform((west, south), (east, north), (int(count / share), 2))
        shapes = _wandering_cells(seeds, random)
        middle = shapely.centroid(shapes)
        shapes = shapes[shapely.contains(province, middle) & shapely.is_valid(shapes)]
        land = random.choice(["natural_forest", "planted_forest", "bare", "farmland"], len(shapes))
        area_ha = shapely.area(shapes) / 1e4
        ledger = np.round(area_ha * random.normal(1.0, 0.02, len(shapes)), 2)
        frame = gpd.GeoDataFrame({"land": land, "dtich": ledger}, geometry=shapes, crs=communes.crs)
        frame.to_parquet(path)

    return gpd.read_parquet(_made(f"plots-{count}.parquet", make))


def _wandering_cells(seeds: Any, random: np.random.Generator) -> Any:
    """Voronoi cells, every edge replaced by a wandering line of six pieces."""
    diagram = Voronoi(seeds)
    ridges = np.array(diagram.ridge_vertices)
    bounded: Any = (ridges >= 0).all(axis=1)
    ends = diagram.vertices[np.where(bounded[:, None], ridges, 0)]
    step = ends[:, 1] - ends[:, 0]
    across = np.column_stack([-step[:, 1], step[:, 0]])
    share = np.linspace(0, 1, 7)[1:-1]
    swing = random.uniform(-0.06, 0.06, (len(ridges), len(share)))
    inner = ends[:, :1] + step[:, None] * share[None, :, None] + across[:, None] * swing[:, :, None]
    of_seed: list[list[int]] = [[] for _ in range(len(seeds))]
    for number, (a, b) in enumerate(diagram.ridge_points):
        of_seed[a].append(number)
        of_seed[b].append(number)
    cells = []
    for numbers in of_seed:
        if not bounded[numbers].all():
            continue
        ring = _chain(numbers, ridges, diagram.vertices, inner)
        cells.append(shapely.Polygon(ring))
    return np.array(cells, object)


def _chain(numbers: list[int], ridges: Any, vertices: Any, inner: Any) -> Any:
    """Ring of a cell: its edges one after the other, each in the direction that fits."""
    left = {number: tuple(ridges[number]) for number in numbers}
    number, (first, at) = left.popitem()
    points = [vertices[first], *inner[number]]
    while at != first:
        number = next(n for n, ends in left.items() if at in ends)
        a, b = left.pop(number)
        points += [vertices[at], *(inner[number] if a == at else inner[number][::-1])]
        at = b if a == at else a
    return np.array(points)
