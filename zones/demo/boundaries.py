"""Made-up commune boundaries that keep three facts of each commune: name, area and centre.

No real line enters. The outline of the province is a contour of the communes' own mass, each
commune smeared around its centre. Inside, a power diagram (``power_diagram``) gives every commune
its share; the plane is bent by fractal noise and pushed off the hill tops before it is shared out,
so that borders wander as if along ridges. At last the vertices of the shared lines are moved by the
least amount that gives every polygon its official area (``outlines.with_areas``).
"""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from scipy import ndimage, sparse
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from layers.base.errors import ClosureError
from zones.demo.geometry import Borders, Mesh, borders, jittered, mesh
from zones.demo.noise import Drift, Field, Floats, Grid, bent, drifting, fractal
from zones.demo.outlines import polygons, region_areas, with_areas
from zones.demo.power_diagram import Ground, Ints, PowerDiagram, settled

__all__ = ["AREA_CRS", "build_boundaries"]

#: VN-2000 zone of Lạng Sơn, in whose plane the office measures.
AREA_CRS = "EPSG:9215"

_SPACING = 380.0
_MARGIN = 26_000.0
#: Wander of the finished lines: longest and shortest wavelength, reach (m).
_WANDER = ((6_000.0, 1_000.0, 350.0), (1_500.0, 500.0, 50.0))


def build_boundaries(communes: pd.DataFrame, *, seed: int = 0) -> gpd.GeoDataFrame:
    """Made-up commune polygons with official areas and true centres.

    Parameters
    ----------
    communes : pandas.DataFrame
        Columns ``official_area_ha`` (ha), ``centre_lon`` and ``centre_lat`` (degrees, WGS 84).
    seed : int
        Seed of chance; the same seed gives the same coordinates.

    Returns
    -------
    geopandas.GeoDataFrame
        The columns of ``communes`` and ``geometry`` in EPSG:9215: a coverage without gaps and
        overlaps, each polygon within 0.01 % of its official area and around its centre.

    Raises
    ------
    ClosureError
        No valid coverage was found for this seed.
    """
    centres = _centres(communes)
    areas = communes["official_area_ha"].to_numpy(dtype="float64") * 10_000
    for attempt in range(12):  # a border may cross itself while it wanders: then wander otherwise
        shapes = _coverage(centres, areas, np.random.default_rng([seed, attempt]))
        if _is_sound(shapes, centres, areas):
            return gpd.GeoDataFrame(communes.copy(), geometry=shapes, crs=AREA_CRS)
    raise ClosureError(
        en=f"No valid made-up boundaries were found for seed {seed}: choose another seed.",
        vi=f"Không tạo được ranh giới minh họa hợp lệ với seed {seed}: hãy chọn seed khác.",
    )


def _centres(communes: pd.DataFrame) -> Floats:
    points = gpd.points_from_xy(communes["centre_lon"], communes["centre_lat"], crs="EPSG:4326")
    flat = gpd.GeoSeries(points).to_crs(AREA_CRS)
    return np.column_stack([flat.x.to_numpy(), flat.y.to_numpy()])


def _is_sound(shapes: NDArray[np.object_], centres: Floats, areas: Floats) -> bool:
    return bool(
        shapely.is_valid(shapes).all()
        and shapely.coverage_is_valid(shapes)
        and shapely.contains_xy(shapes, centres).all()
        and (np.abs(shapely.area(shapes) / areas - 1) < 1e-4).all()
    )


def _coverage(centres: Floats, areas: Floats, rng: np.random.Generator) -> NDArray[np.object_]:
    west, south = centres.min(axis=0) - _MARGIN
    east, north = centres.max(axis=0) + _MARGIN
    bounds = (float(west), float(south), float(east), float(north))
    grid = Grid.over(bounds, 250.0)
    points = jittered(bounds, _SPACING, rng)
    taken = round(areas.sum() / _SPACING**2)
    cells = mesh(points[_thickest(_mass(points, centres, areas), round(1.5 * taken))])
    judged = _bent_plane(cells.sites, grid, rng)
    inside = _thickest(_mass((judged + cells.sites) / 2, centres, areas), taken)
    inside = _in_one_piece(cells, inside.astype(np.int64)) == 1
    wander = [
        (drifting(grid, rng, longest=longest, shortest=shortest), reach)
        for longest, shortest, reach in _WANDER
    ]
    lines = _shared_out(_ground(cells, judged, inside), cells, wander, centres, areas)
    return polygons(with_areas(lines, areas), len(areas))


def _bent_plane(points: Floats, grid: Grid, rng: np.random.Generator) -> Floats:
    """Where each point is judged to lie: pushed off the ridges and wandered about."""
    hills = np.abs(fractal(grid, rng, longest=15_000, shortest=4_000, roughness=3).heights)
    north, east = np.gradient(ndimage.gaussian_filter(hills, 4), grid.step)
    downhill = Field(grid, -east * 1_000), Field(grid, -north * 1_000)
    wander = drifting(grid, rng, longest=9_000, shortest=3_000, roughness=3)
    return bent(bent(points, downhill, 1_500.0), wander, 1_300.0)


def _mass(points: Floats, centres: Floats, areas: Floats) -> Floats:
    """How much land the facts put near each point: every commune smeared around its centre."""
    reach = np.maximum(0.8 * np.sqrt(areas / np.pi), 4_500.0)
    mass = np.zeros(len(points))
    for centre, area, width in zip(centres, areas, reach, strict=True):
        far2 = ((points - centre) ** 2).sum(axis=1)
        mass += area / width**2 * np.exp(-far2 / (2 * width**2))
    return mass


def _thickest(mass: Floats, taken: int) -> NDArray[np.bool_]:
    chosen = np.zeros(len(mass), dtype=bool)
    chosen[np.argsort(-mass, kind="stable")[:taken]] = True
    return chosen


def _ground(cells: Mesh, judged: Floats, inside: NDArray[np.bool_]) -> Ground:
    number = np.cumsum(inside) - 1
    within = inside[cells.edge_sites].all(axis=1)
    first, last = cells.vertices[cells.edge_vertices[within]].transpose(1, 0, 2)
    return Ground(
        cells=np.flatnonzero(inside),
        judged=judged[inside],
        places=cells.sites[inside],
        links=number[cells.edge_sites[within]],
        lengths=np.hypot(*(last - first).T),
    )


def _shared_out(
    ground: Ground,
    cells: Mesh,
    wander: list[tuple[Drift, float]],
    centres: Floats,
    areas: Floats,
) -> Borders:
    """Wandered borders; what the wandering takes from a commune the next round gives back."""
    power, wanted = settled(ground, centres, areas), areas
    lines = _lines(cells, ground, power, wander)
    for _ in range(3):
        wanted = wanted + areas - region_areas(lines, len(areas))
        power = power.fitted(ground, wanted * areas.sum() / wanted.sum(), turns=6)
        lines = _lines(cells, ground, power, wander)
    return lines


def _lines(
    cells: Mesh, ground: Ground, power: PowerDiagram, wander: list[tuple[Drift, float]]
) -> Borders:
    regions = np.full(len(cells.sites), -1)
    regions[ground.cells] = power.owner(ground.judged)
    lines = borders(cells, _in_one_piece(cells, regions)).smoothed(4).subdivided(2)
    for drift, reach in wander:
        lines = lines.moved(bent(lines.vertices, drift, reach))
    return lines


def _in_one_piece(cells: Mesh, regions: Ints) -> Ints:
    """Give the stray pieces of every region to the region next to them."""
    links = cells.edge_sites
    same = links[regions[links[:, 0]] == regions[links[:, 1]]]
    size = len(regions)
    graph = sparse.coo_array((np.ones(len(same)), (same[:, 0], same[:, 1])), shape=(size, size))
    _, piece = connected_components(graph, directed=False)
    weight = np.bincount(piece)[piece]
    largest = np.zeros(regions.max() + 1)
    held = regions >= 0
    np.maximum.at(largest, regions[held], weight[held])
    stray = held & (weight < largest[regions])
    home = held & ~stray
    _, nearest = cKDTree(cells.sites[home]).query(cells.sites[stray])
    result = regions.copy()
    result[stray] = regions[home][nearest]
    return result
