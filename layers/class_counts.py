"""Sums of coverage by raster class: runs of cells laid on a block of class numbers.

A run of wholly covered cells only has to be counted. Neighbouring cells are mostly of one class,
and adding to the counter that was just written stalls the processor; so four tables take turns, and
are added up when the area of a cell changes (each row on a lon/lat raster, never on a projected
one).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from numba import types

from layers.cell_coverage import Runs
from layers.kernels import FLOAT_OUT, FLOATS, INT_OUT, INTS, inner_kernel, kernel
from layers.rings import FloatArray, IntArray

__all__ = ["CLASSES", "class_sums"]

#: So many classes fit into a block of 8 bits.
CLASSES = 256

_COUNTERS = types.Array(types.uint32, 1, "C")
_WHERE = (INTS, INTS, INTS, INTS, FLOATS, FLOATS, types.int64, types.int64)
_OUT = (INT_OUT, INT_OUT, FLOAT_OUT, FLOAT_OUT)
_BYTES = types.Array(types.uint8, 2, "C", readonly=True)
_NUMBERS = types.Array(types.int32, 2, "C", readonly=True)


def class_sums(
    block: npt.NDArray[Any], classes: int, runs: Runs, row_area: FloatArray, corner: tuple[int, int]
) -> tuple[IntArray, IntArray, FloatArray, FloatArray]:
    """Sum shares of cells by part and class.

    Parameters
    ----------
    block : ndarray of uint8 or int32
        Class numbers of the cells of a window.
    classes : int
        How many there are; at most 256 for 8 bits.
    runs : Runs
        Runs of the parts in that window.
    row_area : ndarray of float64
        Area of a cell in each row of the block.
    corner : tuple of int
        Row and column of the block's first cell.

    Returns
    -------
    tuple of ndarray
        Part, class number, sum of shares, sum of shares times areas; a row per part and class that
        is there, in the order of the parts.
    """
    # No part has more classes than cells.
    widths = np.concatenate(([0], np.cumsum(runs.last - runs.first)))
    room = int(np.minimum(np.diff(widths[runs.part_run]), classes).sum())
    out = (np.empty(room, np.int64), np.empty(room, np.int64), np.empty(room), np.empty(room))
    cells, areas = np.zeros(max(classes, CLASSES)), np.zeros(max(classes, CLASSES))
    where = (*runs.arrays, row_area, *corner)
    if block.dtype == np.uint8:
        counters = np.zeros(4 * CLASSES, np.uint32)
        rows = _count_few(block, *where, counters, cells, areas, *out)
    else:
        seen, found = np.full(classes, -1, np.int64), np.empty(classes, np.int64)
        rows = _count_many(block, *where, seen, found, cells, areas, *out)
    part, number, cells, areas = out
    return part[:rows], number[:rows], cells[:rows], areas[:rows]


@inner_kernel((_COUNTERS, FLOAT_OUT, FLOAT_OUT, types.float64))
def _add_up(counters: Any, cells: FloatArray, areas: FloatArray, cell_area: float) -> None:
    """Add the four tables to the sums of a part, and clear them."""
    for k in range(CLASSES):
        n = counters[k] + counters[k + 256] + counters[k + 512] + counters[k + 768]
        if n > 0:
            cells[k] += n
            areas[k] += n * cell_area
            counters[k] = counters[k + 256] = counters[k + 512] = counters[k + 768] = 0


@kernel((_BYTES, *_WHERE, _COUNTERS, FLOAT_OUT, FLOAT_OUT, *_OUT))
def _count_few(
    block: Any,
    part_run: IntArray,
    run_row: IntArray,
    run_first: IntArray,
    run_last: IntArray,
    run_share: FloatArray,
    row_area: FloatArray,
    top: int,
    left: int,
    counters: Any,
    cells: FloatArray,
    areas: FloatArray,
    out_part: IntArray,
    out_class: IntArray,
    out_cells: FloatArray,
    out_areas: FloatArray,
) -> int:
    """Count a block of up to 256 classes; returns the number of rows written."""
    rows = 0
    for part in range(len(part_run) - 1):
        cell_area = 0.0
        for run in range(part_run[part], part_run[part + 1]):
            row, share = run_row[run] - top, run_share[run]
            first, last = run_first[run] - left, run_last[run] - left
            if row_area[row] != cell_area:
                _add_up(counters, cells, areas, cell_area)
                cell_area = row_area[row]
            if share != 1.0:
                for col in range(first, last):
                    cells[block[row, col]] += share
                    areas[block[row, col]] += share * cell_area
                continue
            fours = first + (last - first) // 4 * 4
            for col in range(first, fours, 4):
                counters[types.int64(block[row, col])] += 1
                counters[types.int64(block[row, col + 1]) + 256] += 1
                counters[types.int64(block[row, col + 2]) + 512] += 1
                counters[types.int64(block[row, col + 3]) + 768] += 1
            for col in range(fours, last):
                counters[types.int64(block[row, col])] += 1
        _add_up(counters, cells, areas, cell_area)
        for k in range(CLASSES):
            if cells[k] != 0.0:
                out_part[rows], out_class[rows] = part, k
                out_cells[rows], out_areas[rows] = cells[k], areas[k]
                cells[k] = areas[k] = 0.0
                rows += 1
    return rows


@kernel((_NUMBERS, *_WHERE, INT_OUT, INT_OUT, FLOAT_OUT, FLOAT_OUT, *_OUT))
def _count_many(
    block: Any,
    part_run: IntArray,
    run_row: IntArray,
    run_first: IntArray,
    run_last: IntArray,
    run_share: FloatArray,
    row_area: FloatArray,
    top: int,
    left: int,
    seen: IntArray,
    found: IntArray,
    cells: FloatArray,
    areas: FloatArray,
    out_part: IntArray,
    out_class: IntArray,
    out_cells: FloatArray,
    out_areas: FloatArray,
) -> int:
    """Count a block of any number of classes; returns the number of rows written."""
    rows = 0
    for part in range(len(part_run) - 1):
        count = 0
        for run in range(part_run[part], part_run[part + 1]):
            row, share = run_row[run] - top, run_share[run]
            for col in range(run_first[run] - left, run_last[run] - left):
                value = block[row, col]
                if seen[value] != part:
                    seen[value] = part
                    found[count] = value
                    count += 1
                    cells[value] = areas[value] = 0.0
                cells[value] += share
                areas[value] += share * row_area[row]
        for i in range(count):
            k = found[i]
            out_part[rows], out_class[rows] = part, k
            out_cells[rows], out_areas[rows] = cells[k], areas[k]
            rows += 1
    return rows
