"""Polygons of the regions that lines part."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from zones.demo.geometry import Borders, Ints
from zones.demo.noise import Floats

__all__ = ["Outlines", "outlines", "polygons"]


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
