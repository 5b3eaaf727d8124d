"""Linear programmes that are solved again and again, and why one cannot be solved at all."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from zones.solver.linear_programme import (
    METHODS,
    Method,
    Programme,
    Solution,
    read_solution,
    solve_programme,
    start_solver,
)

__all__ = ["LiveProgramme", "irreducible_rows"]

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Start = Literal["nothing", "kept", "kept dual"]

#: Code of HiGHS for an irreducible subset found from the programme.
_IRREDUCIBLE = 6


class LiveProgramme:
    """A linear programme that is solved again and again with other bounds or costs.

    What is changed stays changed until it is changed back. A solution may start from a kept basis:
    where bounds were only relaxed since, the kept vertex is still feasible, and the primal simplex
    method walks the few steps from there. (From the basis of the last solution, or by the dual
    method, it takes as long as from nothing.)

    Parameters
    ----------
    programme : Programme
        The programme to start from.
    threads : int
        Threads the solver may use.
    """

    def __init__(self, programme: Programme, *, threads: int = 1) -> None:
        self._programme = replace(
            programme,
            cost=programme.cost.copy(),
            lower=programme.lower.copy(),
            upper=programme.upper.copy(),
            row_lower=programme.row_lower.copy(),
            row_upper=programme.row_upper.copy(),
        )
        self._solver = start_solver(self._programme, {"threads": threads})
        self._kept: Any = None

    @property
    def programme(self) -> Programme:
        """The programme as it stands."""
        return self._programme

    def set_columns(self, columns: Integers, *, lower: Floats, upper: Floats) -> None:
        """Give columns other bounds."""
        self._programme.lower[columns] = lower
        self._programme.upper[columns] = upper
        self._solver.changeColsBounds(
            len(columns),
            np.asarray(columns, dtype="int32"),
            np.ascontiguousarray(self._programme.lower[columns]),
            np.ascontiguousarray(self._programme.upper[columns]),
        )

    def set_rows(self, rows: Integers, *, lower: Floats, upper: Floats) -> None:
        """Give rows other bounds."""
        self._programme.row_lower[rows] = lower
        self._programme.row_upper[rows] = upper
        for row in np.asarray(rows).tolist():
            self._solver.changeRowBounds(
                row,
                float(self._programme.row_lower[row]),
                float(self._programme.row_upper[row]),
            )

    def set_cost(self, cost: Floats) -> None:
        """Give all columns other costs."""
        self._programme.cost[:] = cost
        count = len(cost)
        self._solver.changeColsCost(count, np.arange(count, dtype="int32"), self._programme.cost)

    def keep_basis(self) -> None:
        """Keep the basis of the last solution, for ``solve(start="kept")``."""
        self._kept = self._solver.getBasis()

    def solve(self, *, start: Start = "nothing") -> Solution:
        """Solve the programme as it stands."""
        if not self._programme.matrix.shape[1]:
            return solve_programme(self._programme)
        started = time.perf_counter()
        if start == "nothing" or self._kept is None:
            self._solver.clearSolver()
        else:
            self._solver.setBasis(self._kept)
        method: Method = "dual" if start == "kept dual" else "primal"
        for name, value in METHODS[method].items():
            self._solver.setOptionValue(name, value)
        self._solver.run()
        return read_solution(self._solver, self._programme, time.perf_counter() - started)


def irreducible_rows(programme: Programme) -> Integers:
    """Rows that cannot all hold, of which none is needless."""
    solver = start_solver(programme, {"solver": "simplex", "iis_strategy": _IRREDUCIBLE})
    solver.run()
    _, subset = solver.getIis()
    return np.sort(np.array(list(subset.row_index_), dtype="int64"))
