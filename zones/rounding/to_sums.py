"""Rounding of cells whose sums are what is printed: each sum as near as the others allow.

A table of classes prints many overlapping sums (by origin, by site, by purpose) and few of its
cells. Here all of them are rounded at once: an integer programme holds the sums that are given,
keeps every other within one step of its exact figure where that can be, and the nearest of those.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

from layers.base.errors import ClosureError
from zones.solver.linear_programme import Programme, scattered, solve_programme

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

_NEAR = 1e-6
_TIE = 1e-6
#: A step beyond the step below or above: of a sum, of a cell; of a cell that is zero in truth.
_BEYOND, _CELL_BEYOND, _EMPTY = 1000.0, 10.0, 3000.0
#: Limits of the search: part of the least cost, and nodes, never the clock.
_GAP, _NODES = 1e-3, 400


@dataclass(frozen=True, slots=True)
class PrintedSums:
    """Sums of the cells: what each should be and between what it must be, in steps."""

    members: sparse.csr_matrix  # Sums × cells
    near: Floats  # The exact figure
    # low, up: Hard bounds of the rounded sum; infinite where there are none
    low: Floats
    up: Floats
    # What one step of distance costs in a sum, and in a cell: little where cells are not printed
    weight: Floats | float = 1.0
    cell_weight: float = 0.01


def round_to_sums(exact: Floats, sums: PrintedSums) -> Integers:
    """Whole steps of the cells (``exact``, in steps) so that every sum is near its figure.

    No cell changes its sign; a cell that is zero in truth is filled only where nothing else meets
    the bounds.
    """
    if not len(exact):
        return np.empty(0, dtype="int64")
    programme, low = _programme(exact, sums)
    solution = solve_programme(programme, options={"mip_rel_gap": _GAP, "mip_max_nodes": _NODES})
    if solution.status in {"infeasible", "none"}:
        raise ClosureError("zones.rounding.sums_not_met")
    cells = len(exact)
    moved = np.rint(solution.columns[: 3 * cells]).astype("int64")
    steps: Integers = low + moved[:cells] + moved[cells : 2 * cells] - moved[2 * cells :]
    found = sums.members @ steps
    if (found < sums.low - _NEAR).any() or (found > sums.up + _NEAR).any():
        raise ClosureError("zones.rounding.sums_not_met")
    return steps


def _programme(exact: Floats, sums: PrintedSums) -> tuple[Programme, Integers]:
    """Columns: cells go up, beyond it, below it; sums go up, beyond it, below it."""
    cells, height = len(exact), sums.members.shape[0]
    low, open_cells = _below(exact)
    base, open_sums = _below(sums.near)
    ties = np.zeros(cells)
    ties[open_cells] = _TIE * scattered(int(open_cells.sum()))
    beyond = np.where(np.abs(exact) > _NEAR, _CELL_BEYOND, _EMPTY)
    cost = [
        sums.cell_weight * (1.0 - 2.0 * (exact - low)) + ties,
        *(beyond, beyond),
        sums.weight * (1.0 - 2.0 * (sums.near - base)),
        *(np.full(height, _BEYOND), np.full(height, _BEYOND)),
    ]
    free = np.full(height, np.inf)
    upper = [
        open_cells.astype("float64"),
        # No gain from a loss, no loss from a gain.
        np.where(exact < 0, np.maximum(-low - open_cells, 0), np.inf),
        np.where(exact < 0, np.inf, np.maximum(low, 0)),
        open_sums.astype("float64"),
        *(free, free),
    ]
    whole = sparse.hstack([sums.members, sums.members, -sums.members])
    one = sparse.identity(height)
    hard = np.isfinite(sums.low) | np.isfinite(sums.up)
    at_low = np.asarray(sums.members @ low, dtype="float64")
    matrix = sparse.bmat(
        [
            [whole, sparse.hstack([-one, -one, one])],
            [whole.tocsr()[hard], sparse.csr_matrix((int(hard.sum()), 3 * height))],
        ],
        format="csc",
    )
    gap = base - at_low
    programme = Programme(
        np.concatenate(cost),
        np.zeros(3 * cells + 3 * height),
        np.concatenate(upper),
        matrix,
        np.concatenate([gap, (sums.low - at_low)[hard]]),
        np.concatenate([gap, (sums.up - at_low)[hard]]),
        np.arange(3 * cells + 3 * height) < 3 * cells,
    )
    return programme, low


def _below(exact: Floats) -> tuple[Integers, npt.NDArray[np.bool_]]:
    """Step below each figure, and whether there is one above."""
    low = np.floor(exact + _NEAR).astype("int64")
    return low, exact - low > _NEAR
