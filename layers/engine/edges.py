"""Boundaries as straight edges: which stretches of them are also another polygon's boundary.

Two polygons of one source share their boundary vertex by vertex, or one of them has vertices on an
edge of the other. So an edge is compared with the edges near it: the part of it on which another
edge lies within a tolerance from end to end is common to both. An edge that only touches or
crosses it leaves it at an angle and shares nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from layers.engine.rings import FloatArray, IntArray

#: Owner of stretches that belong to no other polygon.
ALONE = -1
#: Parts of an edge shorter than this are none (metres).
_NOTHING_M = 1e-6


@dataclass(frozen=True, slots=True)
class Edges:
    """Straight pieces of boundaries, the inside of their polygon to their left."""

    start: FloatArray  # x, y of the first end, metres
    end: FloatArray  # x, y of the other end
    owner: IntArray  # Number of the polygon

    def __len__(self) -> int:
        """Count the edges."""
        return len(self.owner)

    @property
    def length_m(self) -> FloatArray:
        """Length of each edge in the plane of the CRS."""
        step = self.end - self.start
        lengths: FloatArray = np.hypot(step[:, 0], step[:, 1])
        return lengths

    def take(self, chosen: npt.NDArray[Any]) -> Edges:
        """Pick some edges."""
        return Edges(self.start[chosen], self.end[chosen], self.owner[chosen])

    def at(self, edge: IntArray, place_m: FloatArray) -> FloatArray:
        """Points on edges, so many metres from their first end."""
        share = place_m / self.length_m[edge]
        return self.start[edge] + share[:, None] * (self.end[edge] - self.start[edge])

    def lines(self, inwards_m: FloatArray | float = 0.0) -> npt.NDArray[Any]:
        """Edges as lines, moved inwards by so many metres."""
        moved = np.reshape(inwards_m, (-1, 1)) * self.inwards()
        return np.asarray(shapely.linestrings(np.stack([self.start + moved, self.end + moved], 1)))

    def inwards(self) -> FloatArray:
        """Direction of the inside, one metre long."""
        step = (self.end - self.start) / self.length_m[:, None]
        return np.column_stack([-step[:, 1], step[:, 0]])

    def pieces(self, edge: IntArray, low_m: FloatArray, high_m: FloatArray) -> Edges:
        """Parts of edges, from and to so many metres from their first end."""
        return Edges(self.at(edge, low_m), self.at(edge, high_m), self.owner[edge])


def edges_of(shapes: npt.NDArray[Any]) -> Edges:
    """Edges of valid polygons, with the inside to their left."""
    parts, owner = shapely.get_parts(shapely.orient_polygons(shapes), return_index=True)
    rings, part = shapely.get_rings(parts, return_index=True)
    owner = owner[part]
    points, ring = shapely.get_coordinates(rings, return_index=True)
    same = ring[1:] == ring[:-1]
    edges = Edges(points[:-1][same], points[1:][same], owner[ring[1:][same]].astype(np.int64))
    return edges.take(edges.length_m > _NOTHING_M)


def common_stretches(
    own: Edges, other: Edges, *, tolerance_m: float
) -> tuple[IntArray, FloatArray, FloatArray, IntArray]:
    """Parts of edges on which edges of other owners lie: edge, from, to (metres), other's owner."""
    pairs = shapely.STRtree(other.lines()).query(
        own.lines(), predicate="dwithin", distance=tolerance_m
    )
    first, second = pairs[:, own.owner[pairs[0]] != other.owner[pairs[1]]]
    length = own.length_m[first]
    along = (own.end[first] - own.start[first]) / length[:, None]
    ends = np.stack([other.start[second], other.end[second]]) - own.start[first]
    place = (ends * along).sum(axis=2)
    aside = ends[..., 1] * along[:, 0] - ends[..., 0] * along[:, 1]
    low = np.clip(place.min(axis=0), 0.0, length)
    high = np.clip(place.max(axis=0), 0.0, length)
    reach = place[1] - place[0]
    slope = np.divide(aside[1] - aside[0], reach, out=np.zeros(len(reach)), where=reach != 0)
    worst = np.maximum(*(np.abs(aside[0] + slope * (at - place[0])) for at in (low, high)))
    # Neighbours run along their common line in opposite directions, each with its inside to the
    # left; two polygons that run the same way overlap there.
    kept = (high - low > _NOTHING_M) & (worst <= tolerance_m) & (reach < 0)
    return first[kept], low[kept], high[kept], other.owner[second[kept]]


def cut_at(
    own: Edges, edge: IntArray, places_m: FloatArray
) -> tuple[IntArray, FloatArray, FloatArray]:
    """Cut edges at places on them: edge, from, to of every part, in order."""
    whole = np.arange(len(own))
    edges = np.concatenate([whole, whole, edge])
    places = np.concatenate([np.zeros(len(own)), own.length_m, places_m])
    order = np.lexsort((places, edges))
    edges, places = edges[order], places[order]
    parts = (edges[1:] == edges[:-1]) & (np.diff(places) > _NOTHING_M)
    # A part too short to count is left to the one after it, so that parts still fill the edge.
    starts = np.flatnonzero(parts)
    return _filled(own, edges[starts], places[starts + 1])


def _filled(
    own: Edges, edge: IntArray, high: FloatArray
) -> tuple[IntArray, FloatArray, FloatArray]:
    """Parts that follow each other without a gap, from one end of their edge to the other."""
    first = np.diff(edge, prepend=-1) != 0
    last = np.append(first[1:], True)
    high = np.where(last, own.length_m[edge], high)
    low = np.where(first, 0.0, np.concatenate([[0.0], high[:-1]]))
    return edge, low, high


def neighbours_along(own: Edges, other: Edges, *, tolerance_m: float) -> tuple[Edges, IntArray]:
    """Edges cut where their neighbour changes, and that neighbour; the lowest number of several."""
    edge, low, high, owner = common_stretches(own, other, tolerance_m=tolerance_m)
    part_edge, part_low, part_high = cut_at(
        own, np.concatenate([edge, edge]), np.concatenate([low, high])
    )
    middle = (part_low + part_high) / 2
    found = np.full(len(part_edge), ALONE)
    order = np.lexsort((owner, edge))[::-1]  # the lowest owner is written last
    first = np.searchsorted(part_edge, edge[order], "left")
    stop = np.searchsorted(part_edge, edge[order], "right")
    spread = np.repeat(np.arange(len(order)), stop - first)
    parts = np.arange(len(spread)) - np.repeat(np.cumsum(stop - first) - stop, stop - first)
    source = order[spread]
    holds = (low[source] <= middle[parts]) & (middle[parts] <= high[source])
    found[parts[holds]] = owner[source[holds]]
    return own.pieces(part_edge, part_low, part_high), found


def crossings(lines: npt.NDArray[Any], others: npt.NDArray[Any]) -> tuple[IntArray, FloatArray]:
    """Where straight lines meet other lines: number of the line, metres from its first end."""
    line, other = shapely.STRtree(others).query(lines, predicate="intersects")
    met = shapely.intersection(lines[line], others[other])
    points, at = shapely.get_coordinates(met, return_index=True)
    starts = shapely.get_coordinates(shapely.get_point(lines[line[at]], 0))
    step = points - starts
    return line[at], np.hypot(step[:, 0], step[:, 1])


def stepped(edges: Edges, step_m: float) -> Edges:
    """Edges cut into equal parts no longer than a step."""
    count = np.maximum(np.ceil(edges.length_m / step_m), 1).astype(np.int64)
    edge = np.repeat(np.arange(len(edges)), count)
    number = np.arange(len(edge)) - np.repeat(np.cumsum(count) - count, count)
    width = edges.length_m[edge] / count[edge]
    return edges.pieces(edge, number * width, (number + 1) * width)


def join_edges(parts: Sequence[Edges]) -> Edges:
    """Edges of several sets, one after the other; owners stay as they are."""
    return Edges(
        np.concatenate([part.start for part in parts]),
        np.concatenate([part.end for part in parts]),
        np.concatenate([part.owner for part in parts]),
    )
