"""The line between provinces, piece by piece: which commune lies on either side of it.

Boundaries of one source meet vertex by vertex: there both sides have the same line. Where they come
from two sources the lines run apart; a piece then belongs to the neighbour's line that lies across
from it, and how far apart the two are is kept with it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from layers.engine.edges import (
    ALONE,
    Edges,
    edges_of,
    join_edges,
    neighbours_along,
    stepped,
)
from layers.engine.rings import FloatArray, IntArray

#: Lines no farther apart than this are the same line.
SAME_M = 0.1
#: Lines of two sources are taken for the same border up to this distance.
REACH_M = 250.0
#: Where lines run apart, what lies across is looked for so often along them.
_STEP_M = 10.0


@dataclass(frozen=True, slots=True)
class BorderLine:
    """Pieces of the line on one side."""

    pieces: Edges  # Owner: row of the commune whose boundary it is; its ground lies to the left
    neighbour: IntArray  # Row of the commune across
    # How far outwards the neighbour's own line runs, metres; 0 where both have the same line, below
    # 0 where the neighbour's ground reaches over this side's
    outwards_m: FloatArray

    @property
    def apart(self) -> npt.NDArray[np.bool_]:
        """Where the two sides draw different lines."""
        return np.asarray(self.outwards_m != 0)


def border_lines(own: npt.NDArray[Any], others: npt.NDArray[Any]) -> tuple[BorderLine, BorderLine]:
    """Line between two sets of polygons of one plane, as each of the two draws it."""
    near_own, near_others = _within_reach(own, others)
    inner, outer = edges_of(own[near_own]), edges_of(others[near_others])
    ours = Edges(inner.start, inner.end, near_own[inner.owner])
    theirs = Edges(outer.start, outer.end, len(own) + near_others[outer.owner])
    both = join_edges([ours, theirs])
    if not len(both):
        nothing = BorderLine(both, np.empty(0, np.int64), np.empty(0))
        return nothing, nothing
    pieces, across = neighbours_along(both, both, tolerance_m=SAME_M)
    polygons = np.concatenate([own, others])
    mine = pieces.owner < len(own)
    alone = across == ALONE
    sides = []
    for side, shift_own, shift_other in ((mine, 0, len(own)), (~mine, len(own), 0)):
        same = side & ~alone & ((across < len(own)) != mine)
        parts, faced, outwards = _facing(
            pieces.take(side & alone), pieces.take(~side & alone), polygons
        )
        joined = join_edges([pieces.take(same), parts])
        sides.append(
            BorderLine(
                Edges(joined.start, joined.end, joined.owner - shift_own),
                np.concatenate([across[same], faced]) - shift_other,
                np.concatenate([np.zeros(int(same.sum())), outwards]),
            )
        )
    return sides[0], sides[1]


def _within_reach(own: npt.NDArray[Any], others: npt.NDArray[Any]) -> tuple[IntArray, IntArray]:
    """Polygons of either side whose bounds come within reach of the other's."""
    boxes = shapely.box(*(shapely.bounds(own).T + REACH_M * np.array([[-1], [-1], [1], [1]])))
    first, second = shapely.STRtree(shapely.envelope(others)).query(boxes)
    return np.unique(first), np.unique(second)


def _facing(
    free: Edges, across: Edges, polygons: npt.NDArray[Any]
) -> tuple[Edges, IntArray, FloatArray]:
    """Parts of a side's own line that have the other side's own line straight across from them.

    Between the two lies ground of neither side, outwards, or of both, inwards.
    """
    if not len(free) or not len(across):
        return free.take(np.empty(0, np.int64)), np.empty(0, np.int64), np.empty(0)
    tree = shapely.STRtree(across.lines())
    reached = np.unique(tree.query(free.lines(), predicate="dwithin", distance=REACH_M)[0])
    parts = stepped(free.take(reached), _STEP_M)
    middle = (parts.start + parts.end) / 2
    look = REACH_M * parts.inwards()
    rays = np.asarray(shapely.linestrings(np.stack([middle + look, middle - look], 1)))
    part, edge = tree.query(rays, predicate="intersects")
    met = shapely.intersection(rays[part], tree.geometries[edge])
    # Where a ray runs along an edge, the nearest point of it counts.
    points = shapely.get_coordinates(shapely.shortest_line(met, shapely.points(middle[part])))
    outwards = ((middle[part] - points[::2]) * parts.inwards()[part]).sum(axis=1)
    turned = (parts.inwards()[part] * across.inwards()[edge]).sum(axis=1) < 0
    overlap = shapely.intersects(polygons[across.owner[edge]], shapely.points(middle[part]))
    kept = turned & ((outwards > 0) | overlap)
    part, edge, outwards = part[kept], edge[kept], outwards[kept]
    order = np.lexsort((across.owner[edge], np.abs(outwards), part))
    nearest = order[np.flatnonzero(np.diff(part[order], prepend=-1))]
    nearest = nearest[_alongside(parts, part[nearest], outwards[nearest])]
    # Two lines that cross have nothing between them there, and are two lines all the same.
    gap = np.where(outwards[nearest] == 0, SAME_M, outwards[nearest])
    return parts.take(part[nearest]), across.owner[edge[nearest]], gap


def _alongside(parts: Edges, part: IntArray, outwards: FloatArray) -> npt.NDArray[np.bool_]:
    """Whether parts belong to a stretch that runs on farther than it is apart from the other line.

    At the corner where a third country begins, the lines of both sides open like a pair of
    scissors: there no line lies across.
    """
    begins = np.ones(len(part), bool)
    begins[1:] = (np.diff(part) != 1) | (parts.start[part[1:]] != parts.end[part[:-1]]).any(axis=1)
    stretch = np.cumsum(begins) - 1
    length = np.bincount(stretch, parts.length_m[part])
    widest = np.zeros(len(length))
    np.maximum.at(widest, stretch, np.abs(outwards))
    kept: npt.NDArray[np.bool_] = (length > widest)[stretch]
    return kept
