"""Sums of coverage by raster class: runs of cells laid on a block of class numbers.

A run of wholly covered cells only has to be counted. Neighbouring cells are mostly of one class,
and adding to the counter that was just written stalls the processor; so four tables take turns, and
are added up when the area of a cell changes (each row on a lon/lat raster, never on a projected
one).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import types

from layers.kernels import FLOAT_OUT, FLOATS, INTS, kernel
from layers.rings import FloatArray, IntArray

__all__ = ["count_few", "count_many"]

CLASSES = 256

_RUNS = (INTS, INTS, INTS, INTS, FLOATS, FLOATS, types.int64, types.int64)
_COUNTERS = types.Array(types.uint32, 2, "C")


@kernel((_COUNTERS, FLOAT_OUT, FLOAT_OUT, FLOAT_OUT, types.float64))
def _add_up(
    counters: Any, shares: FloatArray, cells: FloatArray, areas: FloatArray, cell_area: float
) -> None:
    """Add the tables to the sums of a part and clear them."""
    for k in range(CLASSES):
        n = counters[0, k] + counters[1, k] + counters[2, k] + counters[3, k] + shares[k]
        cells[k] += n
        areas[k] += n * cell_area
    counters[:] = 0
    shares[:] = 0.0


@kernel((INTS, INTS, INTS, types.int64))
def _room(part_run: IntArray, run_first: IntArray, run_last: IntArray, classes: int) -> int:
    """Upper bound of the number of rows: no part has more classes than cells."""
    room = 0
    for part in range(len(part_run) - 1):
        width = 0
        for run in range(part_run[part], part_run[part + 1]):
            width += run_last[run] - run_first[run]
        room += min(width, classes)
    return room


@kernel((types.Array(types.uint8, 1, "C", readonly=True), types.float64, _COUNTERS, FLOAT_OUT))
def _count_line(line: Any, share: float, counters: Any, shares: FloatArray) -> None:
    """Count the cells of a run."""
    if share != 1.0:
        for value in line:
            shares[value] += share
        return
    fours = len(line) // 4 * 4
    for i in range(0, fours, 4):
        counters[0, line[i]] += 1
        counters[1, line[i + 1]] += 1
        counters[2, line[i + 2]] += 1
        counters[3, line[i + 3]] += 1
    for i in range(fours, len(line)):
        counters[0, line[i]] += 1


@kernel((types.Array(types.uint8, 2, "C", readonly=True), *_RUNS))
def count_few(
    block: Any,
    part_run: IntArray,
    run_row: IntArray,
    run_first: IntArray,
    run_last: IntArray,
    run_share: FloatArray,
    row_area: FloatArray,
    top: int,
    left: int,
) -> tuple[IntArray, IntArray, FloatArray, FloatArray]:
    """Cells and areas by part and class, for a block of up to 256 classes.

    ``row_area[i]`` is the area of a cell in the block's row ``i``; the block's first cell is
    ``(top, left)``. Returns part, class, sum of shares, area; only classes that are there.
    """
    counters, shares = np.zeros((4, CLASSES), np.uint32), np.zeros(CLASSES)
    cells, areas = np.zeros(CLASSES), np.zeros(CLASSES)
    room = _room(part_run, run_first, run_last, CLASSES)
    out_part, out_class = np.empty(room, np.int64), np.empty(room, np.int64)
    out_cells, out_areas = np.empty(room), np.empty(room)
    n = 0
    for part in range(len(part_run) - 1):
        if part_run[part] == part_run[part + 1]:
            continue
        cell_area = row_area[run_row[part_run[part]] - top]
        for run in range(part_run[part], part_run[part + 1]):
            row = run_row[run] - top
            if row_area[row] != cell_area:
                _add_up(counters, shares, cells, areas, cell_area)
                cell_area = row_area[row]
            line = block[row, run_first[run] - left : run_last[run] - left]
            _count_line(line, run_share[run], counters, shares)
        _add_up(counters, shares, cells, areas, cell_area)
        for k in range(CLASSES):
            if cells[k] != 0.0:
                out_part[n], out_class[n] = part, k
                out_cells[n], out_areas[n] = cells[k], areas[k]
                cells[k] = areas[k] = 0.0
                n += 1
    return out_part[:n], out_class[:n], out_cells[:n], out_areas[:n]


@kernel((types.Array(types.int32, 2, "C", readonly=True), types.int64, *_RUNS))
def count_many(
    block: Any,
    classes: int,
    part_run: IntArray,
    run_row: IntArray,
    run_first: IntArray,
    run_last: IntArray,
    run_share: FloatArray,
    row_area: FloatArray,
    top: int,
    left: int,
) -> tuple[IntArray, IntArray, FloatArray, FloatArray]:
    """Cells and areas by part and class, as ``count_few``, for any number of classes."""
    cells, areas = np.zeros(classes), np.zeros(classes)
    seen, found = np.full(classes, -1, np.int64), np.empty(classes, np.int64)
    room = _room(part_run, run_first, run_last, classes)
    out_part, out_class = np.empty(room, np.int64), np.empty(room, np.int64)
    out_cells, out_areas = np.empty(room), np.empty(room)
    n = 0
    for part in range(len(part_run) - 1):
        count = 0
        for run in range(part_run[part], part_run[part + 1]):
            row = run_row[run] - top
            share, area = run_share[run], run_share[run] * row_area[row]
            for value in block[row, run_first[run] - left : run_last[run] - left]:
                if seen[value] != part:
                    seen[value] = part
                    found[count] = value
                    count += 1
                    cells[value] = areas[value] = 0.0
                cells[value] += share
                areas[value] += area
        for k in found[:count]:
            out_part[n], out_class[n] = part, k
            out_cells[n], out_areas[n] = cells[k], areas[k]
            n += 1
    return out_part[:n], out_class[:n], out_cells[:n], out_areas[:n]
