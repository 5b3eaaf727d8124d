"""Make ``data/demo/boundaries-20.parquet``: made-up communes with three facts of each.

    python scripts/make_demo_boundaries.py

No real line enters. The outline of the province is a contour of the communes' own mass, each
commune smeared around its centre. Inside, a power diagram gives every commune its share: a point
belongs to the site with the least squared distance minus weight, and the weights that give every
site its area are found by damped Newton steps (Kitagawa, Mérigot, Thibert 2019: semi-discrete
optimal transport); a border moves by 1 / (2 × distance of its sites) per unit of weight, so the
derivative of the areas is the graph Laplacian of the borders' lengths over that distance. The
plane is bent by fractal noise and pushed off the hill tops before it is shared out, so that
borders wander as if along ridges. At last the vertices of the shared lines are moved by the least
amount that gives every polygon its official area.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from scipy import ndimage, sparse
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from layers.base.errors import ClosureError
from layers.base.language import Phrase
from zones.demo.boundaries import AREA_CRS
from zones.demo.geometry import Borders, Ints, Mesh, borders, jittered, mesh, polygons
from zones.demo.noise import Drift, Field, Floats, Grid, bent, drifting, fractal

DATA = Path(__file__).resolve().parent.parent / "data"

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
        Phrase(
            en=f"No valid made-up boundaries were found for seed {seed}: choose another seed.",
            vi=f"Không tạo được ranh giới minh họa hợp lệ với seed {seed}: hãy chọn seed khác.",
        )
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """Mesh cells of equal worth that are to be shared out.

    Parameters
    ----------
    cells : numpy.ndarray
        Their numbers in the mesh.
    judged : numpy.ndarray
        Where the diagram takes them to lie, m.
    places : numpy.ndarray
        Where they lie, m.
    links : numpy.ndarray
        Pairs of neighbouring cells, by position in this ground.
    lengths : numpy.ndarray
        Length of the edge that each pair shares, m.
    """

    cells: Ints
    judged: Floats
    places: Floats
    links: Ints
    lengths: Floats


@dataclass(frozen=True, slots=True)
class PowerDiagram:
    """Sites and their weights.

    Parameters
    ----------
    sites : numpy.ndarray
        Shape ``(n, 2)``, m.
    weights : numpy.ndarray
        One per site, m².
    """

    sites: Floats
    weights: Floats

    def owner(self, points: Floats) -> Ints:
        """Site that each point belongs to."""
        middle = self.sites.mean(axis=0)  # near zero, squares keep their digits
        sites, points = self.sites - middle, points - middle
        power = -2 * points @ sites.T + ((sites**2).sum(axis=1) - self.weights)
        return np.asarray(power.argmin(axis=1), dtype=np.int64)

    def fitted(self, ground: Ground, areas: Floats, *, turns: int) -> PowerDiagram:
        """Weights that give each site its area."""
        share = areas.sum() / len(ground.judged)
        power, best, least, damping = self, self, np.inf, 1.0
        step = np.zeros(len(areas))
        for _ in range(turns):
            owner = power.owner(ground.judged)
            lack = areas - share * np.bincount(owner, minlength=len(areas))
            worst = float(np.abs(lack / areas).max())
            if worst < least:
                best, least, step = power, worst, power._step(ground, owner, lack)
                damping = min(1.0, 1.5 * damping)
            else:
                damping *= 0.4
            power = PowerDiagram(self.sites, best.weights + damping * step)
        return best

    def _step(self, ground: Ground, owner: Ints, lack: Floats) -> Floats:
        one, two = owner[ground.links].T
        count = len(lack)
        apart = np.hypot(*(self.sites[one] - self.sites[two]).T)
        rate = np.where(one != two, ground.lengths / np.maximum(2 * apart, 1), 0.0)
        flow = np.bincount(one * count + two, rate, count**2).reshape(count, count)
        flow = flow + flow.T
        laplacian = np.diag(flow.sum(axis=1)) - flow
        return np.asarray(np.linalg.lstsq(laplacian, lack)[0], dtype=np.float64)


def settled(ground: Ground, centres: Floats, areas: Floats) -> PowerDiagram:
    """Power diagram with given areas whose centres of mass lie near given centres."""
    longest = 0.5 * np.sqrt(areas / np.pi)
    power = PowerDiagram(centres, np.zeros(len(centres)))
    for _ in range(8):
        power = power.fitted(ground, areas, turns=4)
        means = _means(ground.places, power.owner(ground.judged), len(centres))
        shift = power.sites + 0.5 * (centres - means) - centres
        length = np.maximum(np.hypot(*shift.T), 1)
        sites = centres + shift * np.minimum(1, longest / length)[:, None]
        power = PowerDiagram(sites, power.weights)
    return power.fitted(ground, areas, turns=10)


def _means(points: Floats, owner: Ints, count: int) -> Floats:
    number = np.maximum(np.bincount(owner, minlength=count), 1)
    sums = [np.bincount(owner, points[:, axis], count) for axis in (0, 1)]
    return np.asarray(np.column_stack(sums) / number[:, None], dtype=np.float64)


def region_areas(lines: Borders, count: int) -> Floats:
    """Area of every region by the shoelace formula."""
    x, y = (lines.vertices - lines.vertices[0]).T
    swept = 0.5 * (x[lines.start] * y[lines.end] - x[lines.end] * y[lines.start])
    left = np.bincount(lines.left + 1, swept, count + 1)
    right = np.bincount(lines.right + 1, swept, count + 1)
    return np.asarray((left - right)[1:], dtype=np.float64)


def with_areas(lines: Borders, areas: Floats) -> Borders:
    """Move the vertices by the least amount that gives every region its area.

    Newton steps of minimum norm on the exact areas, which are bilinear in the coordinates.
    """
    for _ in range(6):
        slope = _slopes(lines, len(areas))
        lack = areas - region_areas(lines, len(areas))
        pull = np.linalg.solve((slope @ slope.T).toarray(), lack)
        lines = lines.moved(lines.vertices + (slope.T @ pull).reshape(-1, 2))
    return lines


def _slopes(lines: Borders, count: int) -> sparse.csr_array:
    """Derive each region's area by each coordinate."""
    x, y = (lines.vertices - lines.vertices[0]).T
    a, b = lines.start, lines.end
    half = 0.5 * np.column_stack([y[b], -x[b], -y[a], x[a]])
    place = np.column_stack([2 * a, 2 * a + 1, 2 * b, 2 * b + 1])
    shape = (count, 2 * len(lines.vertices))
    total = sparse.csr_array(shape)
    for side, sign in ((lines.left, 1.0), (lines.right, -1.0)):
        held = side >= 0
        cells = (np.repeat(side[held], 4), place[held].ravel())
        total = total + sparse.coo_array((sign * half[held].ravel(), cells), shape=shape).tocsr()
    return total


def main() -> None:
    """Write the file."""
    communes = pd.read_csv(DATA / "communes-20.csv", dtype={"code": "str"})
    made = build_boundaries(communes)[["code", "geometry"]]
    made.to_parquet(DATA / "demo" / "boundaries-20.parquet", index=False, compression="zstd")


if __name__ == "__main__":
    main()
