"""A mesh of Voronoi cells, and polygons made of its cells that leave no gap and no overlap.

Every border line is stored once, with the region on its left and on its right. Whatever moves a
vertex moves it for both, so the polygons remain a coverage by construction.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy import sparse
from scipy.spatial import Voronoi

from zones.demo.noise import Floats

__all__ = [
    "Borders",
    "Mesh",
    "borders",
    "jittered",
    "mesh",
    "polygons",
    "region_areas",
    "with_areas",
]

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Mesh:
    """Voronoi cells of a set of points.

    Parameters
    ----------
    sites : numpy.ndarray
        The points, shape ``(n, 2)``, m.
    vertices : numpy.ndarray
        Corners of the cells, shape ``(m, 2)``, m.
    edge_vertices, edge_sites : numpy.ndarray
        Per edge its two corners and the two sites that it parts, shape ``(k, 2)``. Edges that run
        to infinity are left out.
    closed : numpy.ndarray
        Whether all edges of a cell are there.
    """

    sites: Floats
    vertices: Floats
    edge_vertices: Ints
    edge_sites: Ints
    closed: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Borders:
    """Lines between regions; region -1 is the outside.

    Parameters
    ----------
    vertices : numpy.ndarray
        Shape ``(m, 2)``, m.
    start, end : numpy.ndarray
        Vertices of each line.
    left, right : numpy.ndarray
        Region on either side of each line, looking from start to end.
    """

    vertices: Floats
    start: Ints
    end: Ints
    left: Ints
    right: Ints

    def moved(self, vertices: Floats) -> Borders:
        """Keep the lines, move their vertices.

        Parameters
        ----------
        vertices : numpy.ndarray
            New coordinates, same shape.

        Returns
        -------
        Borders
            The same lines elsewhere.
        """
        return Borders(vertices, self.start, self.end, self.left, self.right)

    def smoothed(self, passes: int) -> Borders:
        """Round the corners: each vertex goes half way to the mean of its neighbours.

        Parameters
        ----------
        passes : int
            How often.

        Returns
        -------
        Borders
            Smoother lines.
        """
        here = np.concatenate([self.start, self.end])
        there = np.concatenate([self.end, self.start])
        size = len(self.vertices)
        degree = np.bincount(here, minlength=size)[:, None]
        vertices = self.vertices
        for _ in range(passes):
            total = np.column_stack(
                [np.bincount(here, vertices[there, axis], size) for axis in (0, 1)]
            )
            vertices = 0.5 * vertices + 0.5 * total / degree
        return self.moved(vertices)

    def subdivided(self, parts: int) -> Borders:
        """Cut every line into equal parts.

        Parameters
        ----------
        parts : int
            How many.

        Returns
        -------
        Borders
            The same borders with more vertices.
        """
        count = len(self.start)
        share = np.arange(1, parts) / parts
        first, last = self.vertices[self.start], self.vertices[self.end]
        between = first[:, None] + share[None, :, None] * (last - first)[:, None]
        new = len(self.vertices) + np.arange(count * (parts - 1)).reshape(count, parts - 1)
        chain = np.column_stack([self.start, new, self.end])
        return Borders(
            np.concatenate([self.vertices, between.reshape(-1, 2)]),
            chain[:, :-1].ravel(),
            chain[:, 1:].ravel(),
            np.repeat(self.left, parts),
            np.repeat(self.right, parts),
        )


def jittered(
    bounds: tuple[float, float, float, float], spacing: float, rng: np.random.Generator
) -> Floats:
    """Scatter points evenly but irregularly: one in each square of a grid.

    Parameters
    ----------
    bounds : tuple of float
        West, south, east, north, m.
    spacing : float
        Side of a square, m.
    rng : numpy.random.Generator
        Source of chance.

    Returns
    -------
    numpy.ndarray
        Shape ``(n, 2)``, m, row by row from the south-west.
    """
    west, south, east, north = bounds
    x, y = np.meshgrid(np.arange(west, east, spacing), np.arange(south, north, spacing))
    points = np.column_stack([x.ravel(), y.ravel()])
    return points + rng.uniform(0.02, 0.98, points.shape) * spacing


def mesh(sites: Floats) -> Mesh:
    """Voronoi cells of points.

    Parameters
    ----------
    sites : numpy.ndarray
        Shape ``(n, 2)``, m, no two alike.

    Returns
    -------
    Mesh
        Cells, without the edges that run to infinity.
    """
    origin = sites.mean(axis=0)  # near zero, where floating point is finest
    diagram = Voronoi(sites - origin)
    edges = np.asarray(diagram.ridge_vertices, dtype=np.int64)
    between = np.asarray(diagram.ridge_points, dtype=np.int64)
    finite = (edges >= 0).all(axis=1)
    closed = np.ones(len(sites), dtype=bool)
    closed[between[~finite]] = False
    return Mesh(sites, diagram.vertices + origin, edges[finite], between[finite], closed)


def borders(cells: Mesh, regions: Ints) -> Borders:
    """Lines between cells of different regions.

    Parameters
    ----------
    cells : Mesh
        The cells.
    regions : numpy.ndarray
        Region of each cell, -1 for the outside, to which every cell that is not closed belongs.

    Returns
    -------
    Borders
        Only the vertices in use are kept.
    """
    sides = regions[cells.edge_sites]
    differ = sides[:, 0] != sides[:, 1]
    ends = cells.edge_vertices[differ]
    sites = cells.edge_sites[differ]
    first, last = cells.vertices[ends[:, 0]], cells.vertices[ends[:, 1]]
    along = last - first
    toward = cells.sites[sites[:, 0]] - first
    is_left = along[:, 0] * toward[:, 1] - along[:, 1] * toward[:, 0] > 0
    sides = np.where(is_left[:, None], sides[differ], sides[differ][:, ::-1])
    used, index = np.unique(ends, return_inverse=True)
    index = index.reshape(-1, 2)
    return Borders(cells.vertices[used], index[:, 0], index[:, 1], sides[:, 0], sides[:, 1])


def polygons(lines: Borders, count: int) -> NDArray[np.object_]:
    """Polygons of the regions 0 … count-1.

    Parameters
    ----------
    lines : Borders
        Lines that close around every region.
    count : int
        Number of regions; each must be in one piece (holes are allowed).

    Returns
    -------
    numpy.ndarray
        One shapely polygon per region.
    """
    region = np.concatenate([lines.left, lines.right])
    start = np.concatenate([lines.start, lines.end])
    end = np.concatenate([lines.end, lines.start])
    inside = region >= 0
    region, start, end = region[inside], start[inside], end[inside]
    ring, order = _rings(_followers(region, start, end, len(lines.vertices)))
    coordinates = lines.vertices[start[order]]
    owner = region[order][np.searchsorted(ring, np.arange(ring[-1] + 1))]
    rings = shapely.linearrings(coordinates, indices=ring)
    # A hole runs clockwise; shapely takes the first ring of each polygon for its shell.
    by_region = np.lexsort((~shapely.is_ccw(rings), owner))
    out = np.empty(count, dtype=object)
    shapely.polygons(rings[by_region], indices=owner[by_region], out=out)
    return out


def _followers(region: Ints, start: Ints, end: Ints, size: int) -> Ints:
    """For each directed line the one that goes on along the same region.

    Three cells meet at a vertex of a Voronoi mesh, so a region passes each vertex once.
    """
    leaving = region * size + start
    by_start = np.argsort(leaving)
    return by_start[np.searchsorted(leaving[by_start], region * size + end)]


def _rings(follower: Ints) -> tuple[Ints, Ints]:
    """Walk all cycles at once by doubling the stride; ring number and line, ring by ring."""
    count = len(follower)
    leader = np.arange(count)
    stride = follower
    while True:
        lower = np.minimum(leader, leader[stride])
        if np.array_equal(lower, leader):
            break
        leader, stride = lower, stride[stride]
    # Steps still to go to the leader, which so ends the ring that its follower begins.
    steps = np.where(follower == leader, 0, 1)
    jump = np.where(follower == leader, np.arange(count), follower)
    while not np.array_equal(jump, jump[jump]):
        steps = steps + steps[jump]
        jump = jump[jump]
    order = np.lexsort((-steps, leader))
    ring = np.cumsum(np.r_[0, np.diff(leader[order]) != 0])
    return ring, order


def region_areas(lines: Borders, count: int) -> Floats:
    """Area of every region by the shoelace formula.

    Parameters
    ----------
    lines : Borders
        Lines that close around every region.
    count : int
        Number of regions.

    Returns
    -------
    numpy.ndarray
        Square metres.
    """
    x, y = (lines.vertices - lines.vertices[0]).T
    swept = 0.5 * (x[lines.start] * y[lines.end] - x[lines.end] * y[lines.start])
    left = np.bincount(lines.left + 1, swept, count + 1)
    right = np.bincount(lines.right + 1, swept, count + 1)
    return np.asarray((left - right)[1:], dtype=np.float64)


def with_areas(lines: Borders, areas: Floats) -> Borders:
    """Move the vertices by the least amount that gives every region its area.

    Newton steps of minimum norm on the exact areas, which are bilinear in the coordinates.

    Parameters
    ----------
    lines : Borders
        Lines that close around every region.
    areas : numpy.ndarray
        Area wanted for each region, m².

    Returns
    -------
    Borders
        The same lines, slightly moved.
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
