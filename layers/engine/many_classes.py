"""Sums of coverage by class where classes do not fit into a byte: elevations, soil properties."""

from __future__ import annotations

from typing import Any

from numba import types

from layers.engine.kernels import FLOAT_OUT, FLOATS, INT_OUT, INTS, kernel
from layers.engine.rings import FloatArray, IntArray

_NUMBERS = types.Array(types.int32, 2, "C", readonly=True)
_WHERE = (INTS, INTS, FLOATS, FLOATS, types.int64, types.int64)
_OUT = (INT_OUT, INT_OUT, FLOAT_OUT, FLOAT_OUT)


@kernel((_NUMBERS, *_WHERE, INT_OUT, INT_OUT, FLOAT_OUT, FLOAT_OUT, *_OUT))
def count_many(
    block: Any,
    part_run: IntArray,
    run_cells: IntArray,
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
            row, share = run_cells[3 * run] - top, run_share[run]
            for col in range(run_cells[3 * run + 1] - left, run_cells[3 * run + 2] - left):
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
