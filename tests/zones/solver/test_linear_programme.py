"""The solver: silent, and right whatever was solved before in the same process."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from scipy import sparse

from zones.solver.linear_programme import (
    LiveProgramme,
    Programme,
    SolverError,
    irreducible_rows,
    optimum,
    solve_programme,
)


def two_columns(floor: float = 5.0) -> Programme:
    """Least x + 2y where x + y ≥ floor, x + 2y ≤ 8, both at most 4: for 5 it is 4 + 1·2."""
    return Programme(
        np.array([1.0, 2.0]),
        np.zeros(2),
        np.full(2, 4.0),
        sparse.csc_matrix(np.array([[1.0, 1.0], [1.0, 2.0]])),
        np.array([floor, -np.inf]),
        np.array([np.inf, 8.0]),
    )


def test_the_least_cost_its_proof_and_its_duals() -> None:
    solution = solve_programme(two_columns())
    assert solution.columns.tolist() == pytest.approx([4.0, 1.0])
    assert solution.dual_bound == pytest.approx(6.0)
    assert solution.duals.tolist() == pytest.approx([2.0, 0.0])


def test_what_has_no_solution_says_so() -> None:
    solution = solve_programme(two_columns(floor=7.0))
    assert solution.status == "infeasible"
    with pytest.raises(SolverError, match="the question ended as 'infeasible'"):
        optimum(solution, "the question")
    assert irreducible_rows(two_columns(floor=7.0)).tolist() == [0, 1]


def test_a_live_programme_outlives_other_solvers() -> None:
    live = LiveProgramme(two_columns())
    live.solve()
    live.keep_basis()
    irreducible_rows(two_columns(floor=7.0))
    live.set_rows(np.array([0]), lower=np.array([3.0]), upper=np.array([np.inf]))
    assert live.solve(start="kept").objective == pytest.approx(3.0)


def test_the_solver_prints_nothing() -> None:
    """Its banner is written below Python, where only another process can see it."""
    work = (
        "from tests.zones.solver.test_linear_programme import two_columns\n"
        "from zones.solver.linear_programme import solve_programme\n"
        "solve_programme(two_columns())\n"
    )
    done = subprocess.run([sys.executable, "-c", work], check=True, capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("", "")
