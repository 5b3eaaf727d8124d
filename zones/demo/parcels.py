"""Parcels: the made-up province cut into plots, most of them within a commune, some across borders.

A mesh of small cells is grown over the whole province; neighbours of like height are joined and
their common lines wandered. Where a commune's border cuts a parcel, the parts become parcels of
their own unless one of them would be a sliver: then the parcel straddles, as real plots do.
"""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from zones.demo.geometry import Borders, Ints, Mesh, borders, jittered, mesh, outlines
from zones.demo.noise import Floats, Grid, Terrain, bent, drifting

_MARGIN = 1_500.0
#: Parts of a cut parcel below this stay with it (m²).
_SLIVER = 12_000.0
#: Parcels below this are not drawn (m²): they would be lost in a ledger of two decimals.
_SMALLEST = 1_000.0
#: One cut parcel in so many straddles although its parts are large.
_STRADDLING = 6


@dataclass(frozen=True, slots=True)
class _Cut:
    """Parcels and the commune each belongs to."""

    shapes: NDArray[np.object_]
    commune: Ints


def build_parcels(
    communes: gpd.GeoDataFrame, terrain: Terrain, rng: np.random.Generator, *, spacing: float
) -> pd.DataFrame:
    """Cut the communes into parcels."""
    west, south, east, north = communes.total_bounds
    bounds = (west - _MARGIN, south - _MARGIN, east + _MARGIN, north + _MARGIN)
    cells = mesh(_near(communes, jittered(bounds, spacing, rng)))
    cut = _cut(_grown(cells, terrain, rng), communes.geometry.to_numpy(), rng)
    area = shapely.area(cut.shapes)
    kept = area >= _SMALLEST
    points = shapely.point_on_surface(cut.shapes[kept])
    return pd.DataFrame(
        {
            "shape": cut.shapes[kept],
            "commune": cut.commune[kept],
            "area_ha": area[kept] / 10_000,
            "x": shapely.get_x(points),
            "y": shapely.get_y(points),
        }
    )


def _near(communes: gpd.GeoDataFrame, points: Floats) -> Floats:
    """Points in or near the communes, so that the mesh has a rim that nobody uses."""
    hull = shapely.union_all(shapely.simplify(communes.geometry.to_numpy(), 200.0).tolist())
    wide = shapely.buffer(hull, _MARGIN, quad_segs=2)
    shapely.prepare(wide)
    return points[shapely.contains_xy(wide, points)]


def _grown(cells: Mesh, terrain: Terrain, rng: np.random.Generator) -> NDArray[np.object_]:
    regions, count = _joined(cells, terrain, rng)
    straight = borders(cells, regions).subdivided(2)
    low, high = cells.sites.min(axis=0), cells.sites.max(axis=0)
    grid = Grid.over((low[0], low[1], high[0], high[1]), 70.0)
    drift = drifting(grid, rng, longest=1_100, shortest=260, roughness=1.8)
    wandered = straight.moved(bent(straight.vertices, drift, 55.0)).smoothed(1)
    return _valid(straight, wandered, count)


def _valid(straight: Borders, wandered: Borders, count: int) -> NDArray[np.object_]:
    """Polygons along the wandered lines; where one crosses itself its lines stay straight."""
    rings = outlines(straight)
    vertices = wandered.vertices.copy()
    shapes = rings.polygons(vertices, count)
    doubtful = np.arange(count)
    while len(broken := doubtful[~shapely.is_valid(shapes[doubtful])]):
        touched = np.isin(straight.left, broken) | np.isin(straight.right, broken)
        back = np.unique([straight.start[touched], straight.end[touched]])
        vertices[back] = straight.vertices[back]
        moved = np.isin(straight.start, back) | np.isin(straight.end, back)
        around = np.unique([straight.left[moved], straight.right[moved]])
        doubtful = around[around >= 0]
        shapes[doubtful] = rings.take(doubtful).polygons(vertices, count)[doubtful]
    return shapes


def _joined(cells: Mesh, terrain: Terrain, rng: np.random.Generator) -> tuple[Ints, int]:
    """Join cells into parcels, numbered; cells on the mesh's rim belong to none."""
    size = len(cells.sites)
    height = terrain.height(cells.sites)
    one, two = cells.edge_sites.T
    here, there = np.concatenate([one, two]), np.concatenate([two, one])
    unlike = np.abs(height[here] - height[there]) + rng.uniform(0, 0.15, len(here))
    first = np.lexsort((unlike, here))
    cell, position = np.unique(here[first], return_index=True)
    partner = there[first][position]
    joins = rng.uniform(size=len(cell)) < 0.5
    links = (np.ones(int(joins.sum())), (cell[joins], partner[joins]))
    _, group = connected_components(sparse.coo_array(links, shape=(size, size)), directed=False)
    kept = ~np.isin(group, group[~cells.closed])
    regions = np.full(size, -1)
    names, regions[kept] = np.unique(group[kept], return_inverse=True)
    return regions, len(names)


def _cut(
    shapes: NDArray[np.object_], communes: NDArray[np.object_], rng: np.random.Generator
) -> _Cut:
    """Parcels within a commune as they are, the others cut at its border or left across it."""
    tree = shapely.STRtree(shapes)
    commune, parcel = tree.query(communes, predicate="contains")
    whole = _Cut(shapes[parcel], commune)
    crossing = np.ones(len(shapes), dtype=bool)
    crossing[parcel] = False
    parts = _parts(shapes, np.flatnonzero(crossing), communes)
    return _joined_cuts(whole, _split(parts, rng))


def _parts(
    shapes: NDArray[np.object_], crossing: Ints, communes: NDArray[np.object_]
) -> pd.DataFrame:
    commune, position = shapely.STRtree(shapes[crossing]).query(communes, predicate="intersects")
    parcel = crossing[position]
    part = shapely.intersection(shapes[parcel], communes[commune])
    area = shapely.area(part)
    table = pd.DataFrame({"parcel": parcel, "commune": commune, "part": part, "area": area})
    return table[table["area"] > 0].sort_values(["parcel", "area"], ignore_index=True)


def _split(parts: pd.DataFrame, rng: np.random.Generator) -> _Cut:
    """Decide parcel by parcel; ``parts`` has the largest part of each parcel last."""
    smallest = parts.groupby("parcel")["area"].transform("min").to_numpy()
    parcels, number = np.unique(parts["parcel"], return_inverse=True)
    chance = rng.integers(_STRADDLING, size=len(parcels))[number] == 0
    together = (smallest < _SLIVER) | chance
    apart = parts.loc[~together]
    joint = parts.loc[together].groupby("parcel", sort=True)
    united = [shapely.union_all(list(group)) for _, group in joint["part"]]
    return _joined_cuts(
        _Cut(_polygonal(apart["part"].to_numpy()), apart["commune"].to_numpy()),
        _Cut(_polygonal(np.array(united, dtype=object)), joint["commune"].last().to_numpy()),
    )


def _polygonal(shapes: NDArray[np.object_]) -> NDArray[np.object_]:
    """Drop the points and lines in which a parcel merely touches a border."""
    mixed = shapely.get_type_id(shapes) == 7
    result = shapes.copy()
    for at in np.flatnonzero(mixed):
        flat = [part for part in shapes[at].geoms if part.geom_type in ("Polygon", "MultiPolygon")]
        result[at] = shapely.union_all(flat)
    return result


def _joined_cuts(first: _Cut, second: _Cut) -> _Cut:
    return _Cut(
        np.concatenate([first.shapes, second.shapes]),
        np.concatenate([first.commune, second.commune]),
    )
