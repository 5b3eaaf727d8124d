"""Polygons of the regions that lines part, and lines moved until the regions have given areas."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy import sparse

from zones.demo.geometry import Borders, Ints
from zones.demo.noise import Floats

__all__ = ["Outlines", "outlines", "polygons", "region_areas", "with_areas"]


@dataclass(frozen=True, slots=True)
class Outlines:
    """How lines go round their regions; holds as long as no line is added or taken.

    Parameters
    ----------
    vertex : numpy.ndarray
        Vertices in walking order, ring by ring.
    ring : numpy.ndarray
        Ring of each of them, from 0.
    owner : numpy.ndarray
        Region of each ring.
    """

    vertex: Ints
    ring: Ints
    owner: Ints

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
