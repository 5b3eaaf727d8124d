"""A mesh of Voronoi cells, and the lines between regions made of its cells.

Every border line is stored once, with the region on its left and on its right. Whatever moves a
vertex moves it for both, so the polygons remain a coverage by construction.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.spatial import Delaunay

from zones.demo.noise import Floats


@dataclass(frozen=True, slots=True)
class Outlines:
    """How lines go round their regions; holds as long as no line is added or taken."""

    vertex: Ints  # Vertices in walking order, ring by ring
    ring: Ints  # Ring of each of them, from 0
    owner: Ints  # Region of each ring

    def take(self, regions: Ints) -> Outlines:
        """Pick some regions, which keep their numbers."""
        kept = np.isin(self.owner, regions)
        number = np.cumsum(kept) - 1
        here = kept[self.ring]
        return Outlines(self.vertex[here], number[self.ring[here]], self.owner[kept])

    def polygons(self, vertices: Floats, count: int) -> NDArray[np.object_]:
        """Draw the regions 0 … count-1."""
        drawn = shapely.linearrings(vertices[self.vertex], indices=self.ring)
        rings = np.asarray(drawn, dtype=object)
        # A hole runs clockwise; shapely takes the first ring of each polygon for its shell.
        by_region = np.lexsort((~shapely.is_ccw(rings), self.owner))
        out = np.empty(count, dtype=object)
        shapely.polygons(rings[by_region], indices=self.owner[by_region], out=out)
        return out


def outlines(lines: Borders) -> Outlines:
    """Walk around every region, with the region on the left."""
    region = np.concatenate([lines.left, lines.right])
    start = np.concatenate([lines.start, lines.end])
    end = np.concatenate([lines.end, lines.start])
    inside = region >= 0
    region, start, end = region[inside], start[inside], end[inside]
    ring, order = _rings(_followers(region, start, end, len(lines.vertices)))
    first = np.searchsorted(ring, np.arange(ring[-1] + 1))
    return Outlines(start[order], ring, region[order][first])


def polygons(lines: Borders, count: int) -> NDArray[np.object_]:
    """Draw the regions 0 … count-1."""
    return outlines(lines).polygons(lines.vertices, count)


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


Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Mesh:
    """Voronoi cells of a set of points."""

    sites: Floats  # The points, shape ``(n, 2)``, m
    vertices: Floats  # Corners of the cells, shape ``(m, 2)``, m
    # edge_vertices, edge_sites: Per edge its two corners and the two sites that it parts, shape
    # ``(k, 2)``. Edges that run to infinity are left out
    edge_vertices: Ints
    edge_sites: Ints
    closed: NDArray[np.bool_]  # Whether all edges of a cell are there


@dataclass(frozen=True, slots=True)
class Borders:
    """Lines between regions; region -1 is the outside."""

    vertices: Floats  # Shape ``(m, 2)``, m
    # start, end: Vertices of each line
    start: Ints
    end: Ints
    # left, right: Region on either side of each line, looking from start to end
    left: Ints
    right: Ints

    def moved(self, vertices: Floats) -> Borders:
        """Keep the lines, move their vertices."""
        return Borders(vertices, self.start, self.end, self.left, self.right)

    def smoothed(self, passes: int) -> Borders:
        """Round the corners: each vertex goes half way to the mean of its neighbours."""
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
        """Cut every line into equal parts."""
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
    """Scatter points evenly but irregularly: one in each square of a grid."""
    west, south, east, north = bounds
    x, y = np.meshgrid(np.arange(west, east, spacing), np.arange(south, north, spacing))
    points = np.column_stack([x.ravel(), y.ravel()])
    return points + rng.uniform(0.02, 0.98, points.shape) * spacing


def mesh(sites: Floats) -> Mesh:
    """Voronoi cells of points."""
    origin = sites.mean(axis=0)  # near zero, where floating point is finest
    # The dual of the triangulation, taken here: scipy's own Voronoi takes twice the time, most of
    # it for lists of cells that nobody needs.
    triangulation = Delaunay(sites - origin)
    corners, across = triangulation.simplices, triangulation.neighbors
    one, two, three = (sites[corners[:, at]] - origin for at in range(3))
    triangle, corner = np.nonzero(across > np.arange(len(corners))[:, None])
    between = _opposite(corners, triangle, corner)
    closed = np.ones(len(sites), dtype=bool)
    closed[_opposite(corners, *np.nonzero(across < 0))] = False
    return Mesh(
        sites,
        _circumcentres(one, two, three) + origin,
        np.column_stack([triangle, across[triangle, corner]]).astype(np.int64),
        between,
        closed,
    )


def _opposite(corners: Ints, triangle: Ints, corner: Ints) -> Ints:
    """Pair the two corners of each triangle that are not the given one."""
    pair = [corners[triangle, (corner + step) % 3] for step in (1, 2)]
    return np.column_stack(pair).astype(np.int64)


def _circumcentres(one: Floats, two: Floats, three: Floats) -> Floats:
    first, second = two - one, three - one
    twice = 2 * (first[:, 0] * second[:, 1] - first[:, 1] * second[:, 0])
    long, wide = (first**2).sum(axis=1), (second**2).sum(axis=1)
    east = (second[:, 1] * long - first[:, 1] * wide) / twice
    north = (first[:, 0] * wide - second[:, 0] * long) / twice
    centres: Floats = one + np.column_stack([east, north])
    return centres


def borders(cells: Mesh, regions: Ints) -> Borders:
    """Lines between cells of different regions."""
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
