"""Which share of each raster cell a polygon covers, exactly, by signed areas along its edges.

The algebra. Let a polygon run through a row of cells. A piece of edge that climbs by ``dy`` inside
one cell, on average at the fraction ``x`` of the cell's width, covers ``dy * (1 - x)`` of that cell
to its right, and ``dy`` of every cell further right in the row. Pieces that climb count plus, those
that descend minus. So each piece writes two numbers into its own cell,

    area  += dy * (1 - x)      cover += dy

and the share of cell ``c`` is ``area[c] + sum(cover[c'] for c' < c)``: one running sum along the
row. This is Green's theorem cell by cell, as font rasterisers use it; it is exact for any polygon,
with holes, many parts, slivers and repeated vertices, in either direction. Between two cells that
edges touch the sum does not change: a *run* of cells with one share, almost always 0 or 1, so that
the inside of a polygon costs a run, not its cells.

Edges are always cut at the same rows and columns, whatever the window, so that a cell gets the same
share in every layout of the file.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numba import types

from layers.engine.kernels import FLOAT_OUT, FLOATS, INT_OUT, INTS, inner_kernel, kernel
from layers.engine.rings import FloatArray, IntArray, Rings

Window = tuple[int, int, int, int]  # top, bottom, left, right, in cells

# A share this close to 0 or 1 is 0 or 1: the difference is rounding.
ROUNDING = 1e-12

_ENTRIES = (INT_OUT, FLOAT_OUT)
_RUNS = (INT_OUT, FLOAT_OUT)
_WINDOW = (types.int64, types.int64, types.int64, types.int64)


@dataclass(frozen=True, slots=True)
class Runs:
    """Cells that parts cover in a window: runs of neighbouring cells with one share."""

    part_run: IntArray  # First run of each part, and the number of runs at the end
    cells: IntArray  # Row, first column, column after the last
    share: FloatArray  # Share that is covered of each of the run's cells

    @property
    def widths(self) -> IntArray:
        """Number of cells of each run."""
        return self.cells[2::3] - self.cells[1::3]


def coverage_runs(rings: Rings, parts: IntArray, window: Window, bounds: IntArray) -> Runs:
    """Find the cells that parts cover in a window of a raster."""
    most, room = int(bounds.max(initial=0)), 2 * int(bounds.sum())
    place, ink, order = np.empty(2 * most, np.int64), np.empty(2 * most), np.empty(most, np.int64)
    row_start = np.empty(window[1] - window[0] + 1, np.int64)
    part_run = np.zeros(len(bounds) + 1, np.int64)
    cells, share = np.empty(3 * room, np.int64), np.empty(room)
    runs = _cover_parts(
        rings.x, rings.y, rings.ring_start, rings.ring_sign, rings.part_ring, parts, *window,
        place, ink, order, row_start, part_run, cells, share,
    )  # fmt: skip
    return Runs(part_run, cells[: 3 * runs], share[:runs])


def entry_bounds(rings: Rings) -> IntArray:
    """Count, at most, the cells that the edges of each part touch."""
    if not len(rings.part_owner):
        return np.zeros(0, np.int64)
    x, y = np.floor(rings.x), np.floor(rings.y)
    crossed = np.abs(np.diff(x, append=x[-1])) + np.abs(np.diff(y, append=y[-1])) + 2.0
    crossed[rings.ring_start[1:] - 1] = 0.0  # from the end of a ring to the start of the next
    return np.add.reduceat(crossed, rings.part_start[:-1]).astype(np.int64)


@inner_kernel((types.float64,) * 4 + (types.int64,) * 4 + _ENTRIES)
def _cut_row(
    xa: float,
    xb: float,
    dy: float,
    sign: float,
    row: int,
    left: int,
    right: int,
    n: int,
    place: IntArray,
    ink: FloatArray,
) -> int:
    """Write the entries of a piece of edge that lies in one row; returns their number so far.

    An entry is a row and a column in ``place``, and what it adds to ``area`` and ``cover`` there.
    """
    low, high = min(xa, xb), max(xa, xb)
    if low >= right:
        return n
    first, last = math.floor(low), max(math.ceil(high) - 1, math.floor(low))
    per_x = 0.0 if first == last else dy / (high - low)
    before = 0.0
    if first < left:  # what lies to the left covers the whole row
        before = dy if high <= left else (left - low) * per_x
        place[2 * n], place[2 * n + 1] = row, left
        ink[2 * n], ink[2 * n + 1] = sign * before, sign * before
        n += 1
    for col in range(max(first, left), min(last, right - 1) + 1):
        start, stop = max(low, float(col)), min(high, col + 1.0)
        here = dy if col == last else (stop - low) * per_x
        cover = sign * (here - before)
        place[2 * n], place[2 * n + 1] = row, col
        ink[2 * n], ink[2 * n + 1] = cover * (1.0 - (0.5 * (start + stop) - col)), cover
        before = here
        n += 1
    return n


@inner_kernel((types.float64,) * 5 + _WINDOW + (types.int64,) + _ENTRIES)
def _cut_edge(
    xa: float,
    ya: float,
    xb: float,
    yb: float,
    sign: float,
    top: int,
    bottom: int,
    left: int,
    right: int,
    n: int,
    place: IntArray,
    ink: FloatArray,
) -> int:
    """Cut an edge at the rows of the window and write its entries; returns their number so far."""
    if ya == yb or max(ya, yb) <= top or min(ya, yb) >= bottom or min(xa, xb) >= right:
        return n
    if ya > yb:
        xa, ya, xb, yb, sign = xb, yb, xa, ya, -sign
    slope = (xb - xa) / (yb - ya)
    low, high = min(xa, xb), max(xa, xb)
    for row in range(max(math.floor(ya), top), min(math.ceil(yb), bottom)):
        dy = min(yb - row, 1.0) - max(ya - row, 0.0)
        x_start = xa if ya >= row else xa + (row - ya) * slope
        x_stop = xb if yb <= row + 1 else xa + (row + 1 - ya) * slope
        x_start, x_stop = min(max(x_start, low), high), min(max(x_stop, low), high)
        n = _cut_row(x_start, x_stop, dy, sign, row, left, right, n, place, ink)
    return n


@inner_kernel((INTS, INT_OUT, INT_OUT, types.int64))
def _sort_entries(place: IntArray, start: IntArray, order: IntArray, n: int) -> int:
    """Sort entries by row, then column; returns the number of rows.

    The entries of the ``i``-th row become ``order[start[i]:start[i + 1]]``. Rows are counted, the
    few entries of a row are sorted as D. L. Shell does.
    """
    first = last = place[0]
    for i in range(n):
        first, last = min(first, place[2 * i]), max(last, place[2 * i])
    for i in range(last - first + 2):
        start[i] = 0
    for i in range(n):
        start[place[2 * i] - first] += 1
    for i in range(1, last - first + 2):
        start[i] += start[i - 1]
    for i in range(n - 1, -1, -1):
        start[place[2 * i] - first] -= 1
        order[start[place[2 * i] - first]] = i
    for row in range(last - first + 1):
        gap = start[row + 1] - start[row]
        while gap > 1:
            gap = max(1, int(gap / 2.25))
            for i in range(start[row] + gap, start[row + 1]):
                moved, j = order[i], i
                while (
                    j >= start[row] + gap and place[2 * order[j - gap] + 1] > place[2 * moved + 1]
                ):
                    order[j] = order[j - gap]
                    j -= gap
                order[j] = moved
    rows: int = last - first + 1
    return rows


@inner_kernel((INTS, INTS, FLOATS, *(types.int64,) * 4, *_RUNS))
def _sweep_row(
    order: IntArray,
    place: IntArray,
    ink: FloatArray,
    i: int,
    stop: int,
    right: int,
    n: int,
    cells: IntArray,
    shares: FloatArray,
) -> int:
    """Turn the sorted entries of a row into runs of cells with one share."""
    cover, row = 0.0, place[2 * order[i]]
    while i < stop:
        col, share = place[2 * order[i] + 1], cover
        while i < stop and place[2 * order[i] + 1] == col:
            share += ink[2 * order[i]]
            cover += ink[2 * order[i] + 1]
            i += 1
        if abs(share) >= ROUNDING:
            cells[3 * n], cells[3 * n + 1], cells[3 * n + 2] = row, col, col + 1
            shares[n] = 1.0 if abs(share - 1.0) < ROUNDING else share
            n += 1
        following = place[2 * order[i] + 1] if i < stop else right
        if following > col + 1 and abs(cover) >= ROUNDING:
            cells[3 * n], cells[3 * n + 1], cells[3 * n + 2] = row, col + 1, following
            shares[n] = 1.0 if abs(cover - 1.0) < ROUNDING else cover
            n += 1
    return n


@kernel((FLOATS, FLOATS, INTS, FLOATS, INTS, INTS, *_WINDOW, *_ENTRIES, *(INT_OUT,) * 3, *_RUNS))
def _cover_parts(
    x: FloatArray,
    y: FloatArray,
    ring_start: IntArray,
    ring_sign: FloatArray,
    part_ring: IntArray,
    parts: IntArray,
    top: int,
    bottom: int,
    left: int,
    right: int,
    place: IntArray,
    ink: FloatArray,
    order: IntArray,
    row_start: IntArray,
    part_run: IntArray,
    cells: IntArray,
    shares: FloatArray,
) -> int:
    """Write the runs of all parts, one part after the other; returns their number."""
    runs = 0
    for number in range(len(parts)):
        part, n = parts[number], 0
        for ring in range(part_ring[part], part_ring[part + 1]):
            sign = -ring_sign[ring]
            for i in range(ring_start[ring], ring_start[ring + 1] - 1):
                n = _cut_edge(
                    x[i], y[i], x[i + 1], y[i + 1], sign, top, bottom, left, right, n, place, ink
                )
        if n:
            for row in range(_sort_entries(place, row_start, order, n)):
                start, stop = row_start[row], row_start[row + 1]
                if start < stop:
                    runs = _sweep_row(order, place, ink, start, stop, right, runs, cells, shares)
        part_run[number + 1] = runs
    return runs
