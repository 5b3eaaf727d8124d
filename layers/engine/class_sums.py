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

from layers.engine.cell_coverage import Runs
from layers.engine.kernels import FLOAT_OUT, FLOATS, INT_OUT, INTS, inner_kernel, kernel
from layers.engine.rings import FloatArray, IntArray

#: So many classes fit into a block of 8 bits.
CLASSES = 256
# Counters of one class that take turns.
TABLES = 4

_COUNTERS = types.Array(types.uint32, 2, "C")
_WHERE = (INTS, INTS, FLOATS, FLOATS, types.int64, types.int64)
_OUT = (INT_OUT, INT_OUT, FLOAT_OUT, FLOAT_OUT)
_BYTES = types.Array(types.uint8, 2, "C", readonly=True)


def class_sums(
    block: npt.NDArray[Any], classes: int, runs: Runs, row_area: FloatArray, corner: tuple[int, int]
) -> tuple[IntArray, IntArray, FloatArray, FloatArray]:
    """Sum shares of cells by part and class."""
    # No part has more classes than cells.
    widths = np.concatenate(([0], np.cumsum(runs.widths)))
    room = int(np.minimum(np.diff(widths[runs.part_run]), classes).sum())
    out = (np.empty(room, np.int64), np.empty(room, np.int64), np.empty(room), np.empty(room))
    cells, areas = np.zeros(max(classes, CLASSES)), np.zeros(max(classes, CLASSES))
    where = (runs.part_run, runs.cells, runs.share, row_area, *corner)
    if block.dtype == np.uint8:
        counters = np.zeros((TABLES, CLASSES), np.uint32)
        rows = _count_few(block, *where, counters, cells, areas, *out)
    else:
        from layers.engine.many_classes import count_many  # compiled only where it is needed

        seen, found = np.full(classes, -1, np.int64), np.empty(classes, np.int64)
        rows = count_many(block, *where, seen, found, cells, areas, *out)
    part, number, cells, areas = out
    return part[:rows], number[:rows], cells[:rows], areas[:rows]


@inner_kernel((_COUNTERS, FLOAT_OUT, FLOAT_OUT, types.float64))
def _add_up(counters: Any, cells: FloatArray, areas: FloatArray, cell_area: float) -> None:
    """Add the four tables to the sums of a part, and clear them."""
    for k in range(CLASSES):
        n = 0
        for table in range(TABLES):
            n += counters[table, k]
            counters[table, k] = 0
        cells[k] += n
        areas[k] += n * cell_area


@inner_kernel((types.int64, FLOAT_OUT, FLOAT_OUT, types.int64, *_OUT))
def _write_rows(
    part: int,
    cells: FloatArray,
    areas: FloatArray,
    rows: int,
    out_part: IntArray,
    out_class: IntArray,
    out_cells: FloatArray,
    out_areas: FloatArray,
) -> int:
    """Write a row for each class of a part, and clear its sums; returns the rows so far."""
    for k in range(CLASSES):
        if cells[k] != 0.0:
            out_part[rows], out_class[rows] = part, k
            out_cells[rows], out_areas[rows] = cells[k], areas[k]
            cells[k] = areas[k] = 0.0
            rows += 1
    return rows


@kernel((_BYTES, *_WHERE, _COUNTERS, FLOAT_OUT, FLOAT_OUT, *_OUT))
def _count_few(
    block: Any,
    part_run: IntArray,
    run_cells: IntArray,
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
            row, share = run_cells[3 * run] - top, run_share[run]
            first, last = run_cells[3 * run + 1] - left, run_cells[3 * run + 2] - left
            if row_area[row] != cell_area:
                _add_up(counters, cells, areas, cell_area)
                cell_area = row_area[row]
            if share != 1.0:
                for col in range(first, last):
                    cells[block[row, col]] += share
                    areas[block[row, col]] += share * cell_area
                continue
            fours = last - (last - first) % TABLES
            for col in range(first, fours, TABLES):
                for table in range(TABLES):
                    counters[table, block[row, col + table]] += 1
            for col in range(fours, last):
                counters[0, block[row, col]] += 1
        _add_up(counters, cells, areas, cell_area)
        rows = _write_rows(part, cells, areas, rows, out_part, out_class, out_cells, out_areas)
    return rows
