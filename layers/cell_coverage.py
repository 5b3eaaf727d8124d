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

from layers.kernels import FLOAT_OUT, FLOATS, INT_OUT, INTS, inner_kernel, kernel
from layers.rings import FloatArray, IntArray, Rings

__all__ = ["Runs", "Window", "coverage_runs", "entry_bounds", "row_weighted_areas"]

Window = tuple[int, int, int, int]  # top, bottom, left, right, in cells

# A running sum this close to 0 or 1 is 0 or 1: the difference is rounding.
ROUNDING = 1e-12
# Gaps of Shell's sort (M. Ciura, 2001); a row of one polygon rarely has more than a few entries.
GAPS = (701, 301, 132, 57, 23, 10, 4, 1)

_ENTRY = (INT_OUT, INT_OUT, FLOAT_OUT, FLOAT_OUT)
_RUN = (INT_OUT, INT_OUT, INT_OUT, FLOAT_OUT)
_WINDOW = (types.int64, types.int64, types.int64, types.int64)


@dataclass(frozen=True, slots=True)
class Runs:
    """Cells that parts cover in a window: runs of neighbouring cells with one share.

    Parameters
    ----------
    part_run : ndarray of int64
        First run of each part, and the number of runs at the end.
    row : ndarray of int64
        Row of each run.
    first, last : ndarray of int64
        First column, and the column after the last.
    share : ndarray of float64
        Share that is covered of each of its cells.
    """

    part_run: IntArray
    row: IntArray
    first: IntArray
    last: IntArray
    share: FloatArray

    @property
    def arrays(self) -> tuple[IntArray, IntArray, IntArray, IntArray, FloatArray]:
        """Fields in the order in which the kernels take them."""
        return self.part_run, self.row, self.first, self.last, self.share


def coverage_runs(rings: Rings, window: Window, bounds: IntArray) -> Runs:
    """Find the cells that parts cover in a window of a raster.

    Parameters
    ----------
    rings : Rings
        Parts, coordinates in cells: column ``c`` reaches from ``c`` to ``c + 1``.
    window : Window
        Top, bottom, left, right, in cells.
    bounds : ndarray of int64
        Their ``entry_bounds``.

    Returns
    -------
    Runs
        Runs inside the window, by part, row and column.
    """
    most, room = int(bounds.max(initial=0)), 2 * int(bounds.sum())
    rows, cols, order = (np.empty(most, np.int64) for _ in range(3))
    areas, covers = np.empty(most), np.empty(most)
    row_start = np.empty(window[1] - window[0] + 1, np.int64)
    run_row, run_first, run_last = (np.empty(room, np.int64) for _ in range(3))
    run_share, part_run = np.empty(room), np.zeros(len(bounds) + 1, np.int64)
    runs = _cover_parts(
        rings.x, rings.y, rings.ring_start, rings.ring_sign, rings.part_ring, *window,
        rows, cols, areas, covers, order, row_start,
        part_run, run_row, run_first, run_last, run_share,
    )  # fmt: skip
    return Runs(part_run, run_row[:runs], run_first[:runs], run_last[:runs], run_share[:runs])


def entry_bounds(rings: Rings, window: Window) -> IntArray:
    """Count, at most, the cells that the edges of each part touch in a window.

    Parameters
    ----------
    rings : Rings
        Parts, coordinates in cells.
    window : Window
        Top, bottom, left, right, in cells.

    Returns
    -------
    ndarray of int64
        Upper bounds.
    """
    bounds = np.zeros(len(rings.part_owner), np.int64)
    _bound_entries(rings.x, rings.y, rings.ring_start, rings.part_ring, *window, bounds)
    return bounds


def row_weighted_areas(rings: Rings, row_area: FloatArray, top: int) -> FloatArray:
    """Area of each ring when a cell of row ``top + i`` has the area ``row_area[i]``.

    Parameters
    ----------
    rings : Rings
        Parts, coordinates in cells.
    row_area : ndarray of float64
        Areas of cells.
    top : int
        First row.

    Returns
    -------
    ndarray of float64
        Areas; those of holes are negative.
    """
    areas = np.zeros(len(rings.ring_sign))
    _weigh_rows(rings.x, rings.y, rings.ring_start, rings.ring_sign, row_area, top, areas)
    return areas


@kernel((FLOATS, FLOATS, INTS, INTS, *_WINDOW, INT_OUT))
def _bound_entries(
    x: FloatArray,
    y: FloatArray,
    ring_start: IntArray,
    part_ring: IntArray,
    top: int,
    bottom: int,
    left: int,
    right: int,
    bounds: IntArray,
) -> None:
    """Rows and columns that each edge crosses, and a cell at its end."""
    for part in range(len(bounds)):
        for i in range(ring_start[part_ring[part]], ring_start[part_ring[part + 1]] - 1):
            low, high = min(y[i], y[i + 1]), max(y[i], y[i + 1])
            if low == high or high <= top or low >= bottom:
                continue
            rows = min(math.floor(high), bottom) - max(math.floor(low), top) + 1
            first = max(math.floor(min(x[i], x[i + 1])), left)
            last = min(math.floor(max(x[i], x[i + 1])), right)
            bounds[part] += rows + max(last - first, 0) + 1


@inner_kernel((types.float64,) * 4 + (types.int64,) * 4 + _ENTRY)
def _cut_row(
    xa: float,
    xb: float,
    dy: float,
    sign: float,
    row: int,
    left: int,
    right: int,
    n: int,
    rows: IntArray,
    cols: IntArray,
    areas: FloatArray,
    covers: FloatArray,
) -> int:
    """Write the entries of a piece of edge that lies in one row; returns their number so far."""
    low, high = min(xa, xb), max(xa, xb)
    if low >= right:
        return n
    if high <= left:
        rows[n], cols[n], areas[n], covers[n] = row, left, sign * dy, sign * dy
        return n + 1
    first, last = math.floor(low), max(math.ceil(high) - 1, math.floor(low))
    if first == last:
        share = 1.0 - (0.5 * (xa + xb) - first)
        rows[n], cols[n], areas[n], covers[n] = row, first, sign * dy * share, sign * dy
        return n + 1
    per_x = dy / (high - low)
    before = 0.0
    if first < left:
        before = (left - low) * per_x
        rows[n], cols[n], areas[n], covers[n] = row, left, sign * before, sign * before
        n += 1
    for col in range(max(first, left), min(last, right - 1) + 1):
        start, stop = max(low, float(col)), min(high, col + 1.0)
        here = dy if col == last else (stop - low) * per_x
        share = 1.0 - (0.5 * (start + stop) - col)
        rows[n], cols[n] = row, col
        areas[n], covers[n] = sign * (here - before) * share, sign * (here - before)
        before = here
        n += 1
    return n


@inner_kernel((types.float64,) * 5 + _WINDOW + (types.int64,) + _ENTRY)
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
    rows: IntArray,
    cols: IntArray,
    areas: FloatArray,
    covers: FloatArray,
) -> int:
    """Cut an edge at the rows of the window and write its entries; returns their number so far."""
    if ya == yb or max(ya, yb) <= top or min(ya, yb) >= bottom or min(xa, xb) >= right:
        return n
    if ya > yb:
        xa, ya, xb, yb, sign = xb, yb, xa, ya, -sign
    slope = (xb - xa) / (yb - ya)
    low, high = min(xa, xb), max(xa, xb)
    for row in range(max(math.floor(ya), top), min(math.ceil(yb), bottom)):
        start, stop = max(ya - row, 0.0), min(yb - row, 1.0)
        x_start = xa if ya >= row else xa + (row - ya) * slope
        x_stop = xb if yb <= row + 1 else xa + (row + 1 - ya) * slope
        x_start, x_stop = min(max(x_start, low), high), min(max(x_stop, low), high)
        n = _cut_row(
            x_start, x_stop, stop - start, sign, row, left, right, n, rows, cols, areas, covers
        )
    return n


@inner_kernel((INTS, INT_OUT, INT_OUT, types.int64))
def _group_by_row(rows: IntArray, start: IntArray, order: IntArray, n: int) -> tuple[int, int]:
    """Sort entries by row, by counting; returns the first and the last row.

    The entries of row ``first + i`` become ``order[start[i]:start[i + 1]]``.
    """
    first = last = rows[0]
    for i in range(1, n):
        first, last = min(first, rows[i]), max(last, rows[i])
    for i in range(last - first + 2):
        start[i] = 0
    for i in range(n):
        start[rows[i] - first] += 1
    for i in range(1, last - first + 2):
        start[i] += start[i - 1]
    for i in range(n - 1, -1, -1):
        start[rows[i] - first] -= 1
        order[start[rows[i] - first]] = i
    return first, last


@inner_kernel((INTS, INT_OUT, types.int64, types.int64))
def _sort_by_column(cols: IntArray, order: IntArray, start: int, stop: int) -> None:
    """Shell's sort of ``order[start:stop]`` by column."""
    for gap in GAPS:
        for i in range(start + gap, stop):
            moved = order[i]
            col = cols[moved]
            j = i
            while j >= start + gap and cols[order[j - gap]] > col:
                order[j] = order[j - gap]
                j -= gap
            order[j] = moved


@inner_kernel(
    (
        INTS, INTS, FLOATS, FLOATS, types.int64, types.int64, types.int64, types.int64, types.int64,
        *_RUN,
    )
)  # fmt: skip
def _sweep_row(
    order: IntArray,
    cols: IntArray,
    areas: FloatArray,
    covers: FloatArray,
    start: int,
    stop: int,
    row: int,
    right: int,
    n: int,
    run_row: IntArray,
    run_first: IntArray,
    run_last: IntArray,
    run_share: FloatArray,
) -> int:
    """Turn the sorted entries of a row into runs of cells with one share."""
    cover, i = 0.0, start
    while i < stop:
        col = cols[order[i]]
        share = cover
        while i < stop and cols[order[i]] == col:
            share += areas[order[i]]
            cover += covers[order[i]]
            i += 1
        if abs(share - 1.0) < ROUNDING:
            share = 1.0
        if share != 0.0:
            run_row[n], run_first[n], run_last[n], run_share[n] = row, col, col + 1, share
            n += 1
        if abs(cover) < ROUNDING:
            continue
        following = cols[order[i]] if i < stop else right
        if following > col + 1:
            share = 1.0 if abs(cover - 1.0) < ROUNDING else cover
            run_row[n], run_first[n], run_last[n], run_share[n] = row, col + 1, following, share
            n += 1
    return n


@kernel((FLOATS, FLOATS, INTS, FLOATS, INTS, *_WINDOW, *_ENTRY, INT_OUT, INT_OUT, INT_OUT, *_RUN))
def _cover_parts(
    x: FloatArray,
    y: FloatArray,
    ring_start: IntArray,
    ring_sign: FloatArray,
    part_ring: IntArray,
    top: int,
    bottom: int,
    left: int,
    right: int,
    rows: IntArray,
    cols: IntArray,
    areas: FloatArray,
    covers: FloatArray,
    order: IntArray,
    row_start: IntArray,
    part_run: IntArray,
    run_row: IntArray,
    run_first: IntArray,
    run_last: IntArray,
    run_share: FloatArray,
) -> int:
    """Write the runs of all parts, one part after the other; returns their number."""
    runs = 0
    for part in range(len(part_ring) - 1):
        n = 0
        for ring in range(part_ring[part], part_ring[part + 1]):
            sign = -ring_sign[ring]
            for i in range(ring_start[ring], ring_start[ring + 1] - 1):
                n = _cut_edge(
                    x[i], y[i], x[i + 1], y[i + 1], sign, top, bottom, left, right, n,
                    rows, cols, areas, covers,
                )  # fmt: skip
        if n:
            first, last = _group_by_row(rows, row_start, order, n)
            for row in range(first, last + 1):
                start, stop = row_start[row - first], row_start[row - first + 1]
                _sort_by_column(cols, order, start, stop)
                runs = _sweep_row(
                    order, cols, areas, covers, start, stop, row, right, runs,
                    run_row, run_first, run_last, run_share,
                )  # fmt: skip
        part_run[part + 1] = runs
    return runs


@kernel((FLOATS, FLOATS, INTS, FLOATS, FLOATS, types.int64, FLOAT_OUT))
def _weigh_rows(
    x: FloatArray,
    y: FloatArray,
    ring_start: IntArray,
    ring_sign: FloatArray,
    row_area: FloatArray,
    top: int,
    result: FloatArray,
) -> None:
    """Sum the columns of the same algebra: in each row an edge adds ``dy * x * row_area``."""
    for ring in range(len(result)):
        total, origin = 0.0, x[ring_start[ring]]
        for i in range(ring_start[ring], ring_start[ring + 1] - 1):
            xa, ya, xb, yb, sign = x[i] - origin, y[i], x[i + 1] - origin, y[i + 1], 1.0
            if ya == yb:
                continue
            if ya > yb:
                xa, ya, xb, yb, sign = xb, yb, xa, ya, -1.0
            slope = (xb - xa) / (yb - ya)
            for row in range(math.floor(ya), math.ceil(yb)):
                start, stop = max(ya, float(row)), min(yb, row + 1.0)
                middle = xa + (0.5 * (start + stop) - ya) * slope
                total += sign * (stop - start) * middle * row_area[row - top]
        result[ring] = total * ring_sign[ring]
