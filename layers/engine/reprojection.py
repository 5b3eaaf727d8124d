"""Bringing polygons into the CRS of a raster, edges bent as the transformation bends them.

A straight edge in one CRS is a curve in another. An edge that is transformed by its end points
alone may lie many cells off: a degree of a parallel, drawn straight in a transverse Mercator zone,
is off by 80 m in its middle. So edges get vertices until every piece stays within a tenth of a cell
of its curve, or the reprojection is refused.

The curve of an edge is compared with its chord at a quarter, a half and three quarters of the way;
both must be within a twentieth of a cell of each other there. A bend that is a polynomial of the
third degree, ``t (1 - t) (a + b t)``, is at most 1.1 times as large anywhere as at the largest of
the three; the other half of the tenth is for what bends more than that.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pyproj

from layers.base.errors import CrsError
from layers.crs.transform import Transformation, transformation
from layers.engine.rings import FloatArray, IntArray, Rings

# Half of the tenth is kept in reserve, see above.
TOLERANCE_CELLS = 0.05
# Where along an edge its curve is looked at.
LOOKS = (0.25, 0.5, 0.75)
# An edge this short cannot leave its chord by a tenth of a cell: its curve would have to turn with
# a radius of about a cell.
SHORT_CELLS = 1.0
# An edge may be short only for its ends: one that is so many times longer in its own CRS than short
# edges are is looked at as well (a parallel all around the earth ends where it begins).
STRETCH = 4.0
# A smooth edge takes two rounds or three; one that is torn apart would never end.
ROUNDS = 10


def reproject_rings(
    rings: Rings, source: pyproj.CRS, target: pyproj.CRS, cell: tuple[float, float]
) -> Rings:
    """Rings in another CRS, with vertices added where edges bend."""
    transform = transformation(source, target)
    x, y, start = rings.x, rings.y, rings.ring_start
    tx, ty = transform.transform(x, y)
    _check_finite(tx, ty, target)
    for _ in range(ROUNDS):
        pieces = _pieces(transform, (x, y), (tx, ty), start, cell)
        if pieces is None:
            break
        x, y, start = _cut(x, y, start, pieces)
        tx, ty = transform.transform(x, y)
        _check_finite(tx, ty, target)
    else:
        pieces = _pieces(transform, (x, y), (tx, ty), start, cell)
        if pieces is not None:
            _raise_torn((x, y), np.flatnonzero(pieces > 1), target)
    kept = Rings(x, y, start, rings.ring_sign, rings.part_ring, rings.part_owner)
    return kept.moved(np.ascontiguousarray(tx), np.ascontiguousarray(ty))


def _check_finite(x: FloatArray, y: FloatArray, target: pyproj.CRS) -> None:
    lost = int((~(np.isfinite(x) & np.isfinite(y))).sum())
    if lost:
        raise CrsError("layers.engine.vertices_without_place", lost=lost, file=target.name)


def _pieces(
    transform: Transformation,
    before: tuple[FloatArray, FloatArray],
    after: tuple[FloatArray, FloatArray],
    start: IntArray,
    cell: tuple[float, float],
) -> IntArray | None:
    """Into how many pieces the edge that leaves each vertex must be cut; None if no edge must."""
    count = np.ones(len(before[0]), np.int64)
    edge = _long_edges(before, after, start, cell)
    off = np.zeros(len(edge))
    for share in LOOKS:
        x, y = (_between(ends, edge, share) for ends in before)
        seen = transform.transform(x, y)
        for there, ends, unit in zip(seen, after, cell, strict=True):
            off = np.maximum(off, np.abs(there - _between(ends, edge, share)) / unit)
    off = np.where(np.isfinite(off), off, np.inf)
    bent = off > TOLERANCE_CELLS
    if not bent.any():
        return None
    # The deviation of a smooth curve falls with the square of the length of its pieces.
    needed = np.ceil(np.sqrt(np.minimum(off[bent], 1e6) / TOLERANCE_CELLS)).astype(np.int64)
    count[edge[bent]] = np.maximum(needed, 2)
    return count


def _long_edges(
    before: tuple[FloatArray, FloatArray],
    after: tuple[FloatArray, FloatArray],
    start: IntArray,
    cell: tuple[float, float],
) -> IntArray:
    """First vertices of the edges that are not short in both CRSs."""
    there = np.maximum(np.abs(np.diff(after[0])) / cell[0], np.abs(np.diff(after[1])) / cell[1])
    here = np.maximum(np.abs(np.diff(before[0])), np.abs(np.diff(before[1])))
    joins = start[1:-1] - 1  # from the end of a ring to the start of the next
    there[joins] = here[joins] = 0.0
    drawn = here > 0.0
    if not drawn.any():
        return np.flatnonzero(drawn)
    cells_per_unit = float(np.median(there[drawn] / here[drawn]))
    return np.flatnonzero((there > SHORT_CELLS) | (here * cells_per_unit > STRETCH * SHORT_CELLS))


def _between(values: FloatArray, edge: IntArray, share: float) -> FloatArray:
    result: FloatArray = values[edge] + share * (values[edge + 1] - values[edge])
    return result


def _raise_torn(xy: tuple[FloatArray, FloatArray], edge: IntArray, target: pyproj.CRS) -> None:
    shown = ", ".join(f"({xy[0][i]:.6g}, {xy[1][i]:.6g})" for i in edge[:5])
    raise CrsError("layers.engine.edges_torn", count=len(edge), file=target.name, shown=shown)


def _cut(
    x: FloatArray, y: FloatArray, start: IntArray, pieces: IntArray
) -> tuple[FloatArray, FloatArray, IntArray]:
    """Insert vertices at equal distances along the edges that leave each vertex."""
    first = np.concatenate(([0], np.cumsum(pieces)))
    vertex = np.repeat(np.arange(len(pieces)), pieces)
    step: Any = np.arange(first[-1]) - first[vertex]
    share = step / pieces[vertex]
    following = np.minimum(vertex + 1, len(x) - 1)
    return (
        x[vertex] + share * (x[following] - x[vertex]),
        y[vertex] + share * (y[following] - y[vertex]),
        first[start].astype(np.int64),
    )
