"""Least sums of squares within linear limits, solved by Clarabel's interior-point method."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from zones.solver.linear_programme import Programme, Solution

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

#: Most that a row or bound may be passed by an answer that is taken.
_FEASIBLE = 1e-6
_TOLERANCES = {
    "tol_gap_abs": 1e-12,
    "tol_gap_rel": 1e-12,
    "tol_feas": 1e-10,
    # What an answer must reach where no more progress is made.
    "reduced_tol_gap_abs": 1e-8,
    "reduced_tol_gap_rel": 1e-8,
    "reduced_tol_feas": 1e-8,
}


@dataclass(frozen=True, slots=True)
class Squares:
    """Sum of ``weight · (matrix · x − goal)²``."""

    matrix: sparse.csr_matrix  # Terms × columns
    # goal, weight: One of each per term; weights above 0
    goal: Floats
    weight: Floats

    def value(self, columns: Floats) -> float:
        """Sum of the squares at the given columns."""
        return float(self.weight @ (self.matrix @ columns - self.goal) ** 2)


def largest_violation(programme: Programme, columns: Floats) -> float:
    """Most by which columns pass a row or a bound of a programme."""
    rows = programme.matrix @ columns
    sides = (
        programme.row_lower - rows,
        rows - programme.row_upper,
        programme.lower - columns,
        columns - programme.upper,
    )
    return max((float(side.max(initial=0.0)) for side in sides), default=0.0)


def solve_squares(programme: Programme, squares: Squares) -> Solution:
    """Make a sum of squares least within the rows and bounds of a programme; its cost is ignored.

    The status is ``optimal`` only for an answer that keeps every row and bound to 1e-6.
    """
    free = programme.upper > programme.lower
    columns = np.where(free, 0.0, programme.lower)
    seconds, iterations, bound = 0.0, 0, 0.0
    if free.any():
        answer, constant = _solve_free(programme, squares, free, columns)
        if str(answer.status) not in {"Solved", "AlmostSolved"}:
            return _solution("none", np.empty(0), np.nan, answer.solve_time, answer.iterations)
        columns[free] = np.array(answer.x)[: int(free.sum())]
        columns = np.clip(columns, programme.lower, programme.upper)
        seconds, iterations = answer.solve_time, answer.iterations
        bound = answer.obj_val_dual + constant
    if largest_violation(programme, columns) > _FEASIBLE:
        return _solution("none", np.empty(0), np.nan, seconds, iterations)
    value = squares.value(columns)
    return _solution("optimal", columns, value, seconds, iterations, bound if free.any() else value)


def _solution(
    status: Any,
    columns: Floats,
    value: float,
    seconds: float,
    iterations: int,
    bound: float = float("nan"),
) -> Solution:
    empty = np.empty(0)
    return Solution(status, columns, empty, empty, value, bound, seconds, iterations)


def _solve_free(
    programme: Programme, squares: Squares, free: Flags, fixed: Floats
) -> tuple[Any, float]:
    """Hand the columns that may move to Clarabel; also what the squares cost beside them.

    A term of one free column curves that column; a term of several gets a column of its own,
    which equals their sum, so that the matrix of the squares stays diagonal.
    """
    import clarabel

    terms = sparse.csr_matrix(squares.matrix[:, free])
    goal = squares.goal - squares.matrix @ fixed
    members = np.diff(terms.indptr)
    alone, sums = members == 1, members > 1
    weight = squares.weight
    single = sparse.csr_matrix(terms[alone])
    entries, places = single.data, single.indices
    count, groups = int(free.sum()), int(sums.sum())
    curve = np.bincount(places, weights=weight[alone] * entries**2, minlength=count)
    slope = np.bincount(places, weights=-weight[alone] * goal[alone] * entries, minlength=count)
    curvature = 2.0 * np.concatenate([curve, weight[sums]])
    gradient = np.concatenate([2.0 * slope, np.zeros(groups)])
    matrix, limits, equal = _limits(programme, free, fixed, (terms[sums], goal[sums]))
    cones = [clarabel.ZeroConeT(equal), clarabel.NonnegativeConeT(len(limits) - equal)]
    settings: Any = clarabel.DefaultSettings()
    for name, value in {"verbose": False, "max_threads": 1, **_TOLERANCES}.items():
        setattr(settings, name, value)
    quadratic = sparse.diags(curvature).tocsc()
    solver = clarabel.DefaultSolver(quadratic, gradient, matrix, limits, cones, settings)
    still = ~sums
    return solver.solve(), float(weight[still] @ goal[still] ** 2)


def _limits(
    programme: Programme, free: Flags, fixed: Floats, sums: tuple[sparse.csr_matrix, Floats]
) -> tuple[sparse.csc_matrix, Floats, int]:
    """Rows ``= limit``, then rows ``≤ limit``, over the free columns and a column for each sum."""
    terms, goal = sums
    whole = programme.matrix.tocsr()
    rows = sparse.csr_matrix(whole[:, free])
    kept = np.diff(rows.indptr) > 0
    standing = whole @ fixed
    rows = rows[kept]
    low, high = (programme.row_lower - standing)[kept], (programme.row_upper - standing)[kept]
    least, most = programme.lower[free], programme.upper[free]
    held = low == high
    upper, lower = ~held & np.isfinite(high), ~held & np.isfinite(low)
    unit = sparse.identity(int(free.sum()), format="csr")
    below, above = np.isfinite(most), np.isfinite(least)
    blocks = [rows[held], terms, rows[upper], -rows[lower], unit[below], -unit[above]]
    limits = [high[held], goal, high[upper], -low[lower], most[below], -least[above]]
    joined = sparse.vstack(blocks, format="csr")
    equals = sparse.coo_matrix(
        (-np.ones(len(goal)), (int(held.sum()) + np.arange(len(goal)), np.arange(len(goal)))),
        shape=(joined.shape[0], len(goal)),
    )
    both = sparse.hstack([joined, equals], format="csc")
    return both, np.concatenate(limits), int(held.sum()) + len(goal)
