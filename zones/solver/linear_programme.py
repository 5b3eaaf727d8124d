"""Linear and integer programmes for HiGHS: arrays in, values, duals and proof of optimality out.

The allocation and the rounding both speak to the solver through this room alone, so that its
settings (and with them reproducibility) are chosen once. ``highspy`` was taken rather than
``scipy.optimize`` because the reasons need row duals of every stage and a basis to start from.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import Any, Literal, NoReturn, cast

import numpy as np
import numpy.typing as npt
from scipy import sparse

from layers.base.errors import InputError, VungTrongError
from layers.base.language import Phrase
from layers.base.messages import message

Floats = npt.NDArray[np.float64]
Method = Literal["dual", "primal", "ipm"]
Integers = npt.NDArray[np.int64]
Status = Literal["optimal", "infeasible", "feasible", "none"]
Start = Literal["nothing", "kept", "last"]
#: What is read of a solution: to read the duals of all columns may take as long as to solve.
Read = Literal["all", "values", "values and row duals"]


#: Options of HiGHS for each method.
METHODS: dict[Method, dict[str, Any]] = {
    "dual": {"solver": "simplex", "simplex_strategy": 1},
    "primal": {"solver": "simplex", "simplex_strategy": 4},
    "ipm": {"solver": "ipm"},
}

#: Code of HiGHS for an irreducible subset found from the programme.
_IRREDUCIBLE = 6

#: Settings by which a feasible programme is solved again where the first ones give no optimum.
_OTHER_WAYS: tuple[dict[str, Any], ...] = ({"presolve": "off"}, {"solver": "ipm"})


class SolverError(VungTrongError, RuntimeError):
    """The solver stopped without an answer that it must have."""


@dataclass(frozen=True, slots=True)
class Programme:
    """Minimise ``cost · x`` for ``row_lower ≤ matrix · x ≤ row_upper``, ``lower ≤ x ≤ upper``."""

    cost: Floats  # Cost of each column
    # lower, upper: Bounds of each column; infinite where there is none
    lower: Floats
    upper: Floats
    matrix: sparse.csc_matrix  # Rows × columns
    # row_lower, row_upper: Bounds of each row; infinite where there is none
    row_lower: Floats
    row_upper: Floats
    # Which columns are whole numbers; none when missing
    integer: npt.NDArray[np.bool_] | None = None


@dataclass(frozen=True, slots=True)
class Solution:
    """Answer of the solver."""

    status: Status  # ``feasible``: a limit stopped the search with an answer; ``none``: without one
    columns: Floats  # Values of the columns; empty without an answer
    duals: Floats  # Change of the objective per unit of a row's bound; empty for integer programmes
    reduced_costs: Floats  # The same for the bounds of columns
    objective: float  # Cost of the values
    # Proven bound from below, computed here from the duals (for integer programmes: reported)
    dual_bound: float
    seconds: float  # Time in the solver
    iterations: int  # Simplex, interior-point and crossover iterations

    @property
    def gap(self) -> float:
        """Relative distance of objective and dual bound; 0 is proven optimal."""
        return abs(self.objective - self.dual_bound) / max(1.0, abs(self.objective))


def solve_programme(
    programme: Programme,
    *,
    method: Method = "dual",
    time_limit_s: float = float("inf"),
    options: dict[str, Any] | None = None,
    feasible: bool = False,
) -> Solution:
    """Solve a programme with HiGHS.

    Of a linear programme that is known to be ``feasible`` any other answer than an optimal one
    comes from tolerances: it is solved again without presolve, then by interior points.
    """
    if not programme.matrix.shape[1]:
        return _without_columns(programme)
    settings = {**METHODS[method], **(options or {})}
    if np.isfinite(time_limit_s):
        settings["time_limit"] = time_limit_s
    solution = _solve_once(programme, settings)
    for way in _OTHER_WAYS if feasible else ():
        if solution.status == "optimal":
            break
        solution = _solve_once(programme, settings | way)
    return solution


def _solve_once(programme: Programme, settings: dict[str, Any]) -> Solution:
    started = time.perf_counter()
    solver = _start_solver(programme, settings)
    _run(solver)
    return _read_solution(solver, programme, time.perf_counter() - started)


def _run(solver: Any) -> None:
    """Run HiGHS on one thread, whatever number the last solver of this process had."""
    cast("Any", _highs().Highs).resetGlobalScheduler(True)
    solver.run()


def optimum(solution: Solution, what: str) -> Solution:
    """Give back a solution that must be optimal; raise what it is otherwise."""
    if solution.status != "optimal":
        _fail(message("zones.solver.ended_as", what=what, status=solution.status))
    return solution


def scattered(count: int) -> Floats:
    """Numbers scattered over [0, 1), the same on every machine, for costs that break ties.

    Multiples of an irrational number will not do: their differences repeat, so that swapping two
    pairs of columns may cost nothing. These are mixed as in SplitMix64 (Steele, Lea and Flood
    2014), which leaves no such relation.
    """
    mixed = np.arange(1, count + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        mixed = (mixed ^ (mixed >> np.uint64(shift))) * np.uint64(factor)
    mixed ^= mixed >> np.uint64(31)
    return (mixed >> np.uint64(11)).astype("float64") / 2.0**53


def _check_numbers(programme: Programme) -> None:
    arrays = {
        "cost": programme.cost,
        "lower": programme.lower,
        "upper": programme.upper,
        "matrix": programme.matrix.data,
        "row_lower": programme.row_lower,
        "row_upper": programme.row_upper,
    }
    bad = [name for name, values in arrays.items() if np.isnan(values).any()]
    if bad:
        raise InputError("zones.solver.not_a_number", bad=bad)


def _start_solver(programme: Programme, settings: dict[str, Any]) -> Any:
    """Hand a programme to a fresh HiGHS."""
    _check_numbers(programme)
    highspy = _highs()

    class Quiet(highspy.Highs):  # type: ignore[misc,name-defined]
        """HiGHS 1.16 prints its name when callbacks are enabled, which is when it is made."""

        def enableCallbacks(self) -> Any:  # noqa: N802
            self.setOptionValue("output_flag", False)
            return super().enableCallbacks()

    solver = cast("Any", Quiet)()
    fixed = {"output_flag": False, "random_seed": 0, "parallel": "off", "threads": 1}
    for name, value in {**fixed, **settings}.items():
        solver.setOptionValue(name, value)
    if solver.passModel(_highs_model(programme)) == highspy.HighsStatus.kError:
        _fail(message("zones.solver.refused"))
    return solver


def _highs() -> Any:
    """Load the solver, which few commands need."""
    import highspy

    return highspy


def _without_columns(programme: Programme) -> Solution:
    """Nothing to decide: HiGHS calls such a model empty and judges nothing."""
    rows = np.zeros(programme.matrix.shape[0])
    fits = bool(((programme.row_lower <= 0) & (programme.row_upper >= 0)).all())
    status: Status = "optimal" if fits else "infeasible"
    return Solution(status, np.empty(0), rows, np.empty(0), 0.0, 0.0, 0.0, 0)


def _highs_model(programme: Programme) -> Any:
    highspy = _highs()
    matrix = sparse.csc_matrix(programme.matrix)
    matrix.sort_indices()
    model = highspy.HighsLp()
    model.num_col_ = matrix.shape[1]
    model.num_row_ = matrix.shape[0]
    model.col_cost_ = programme.cost
    model.col_lower_ = programme.lower
    model.col_upper_ = programme.upper
    model.row_lower_ = programme.row_lower
    model.row_upper_ = programme.row_upper
    model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    model.a_matrix_.start_ = matrix.indptr
    model.a_matrix_.index_ = matrix.indices
    model.a_matrix_.value_ = matrix.data
    if programme.integer is not None:
        kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
        model.integrality_ = [kinds[int(flag)] for flag in programme.integer]
    return model


def _read_solution(
    solver: Any, programme: Programme, seconds: float, *, read: Read = "all"
) -> Solution:
    """Read what HiGHS found, and prove it by its duals if all is asked for."""
    highspy = _highs()
    found = solver.getModelStatus()
    info = solver.getInfo()
    empty = np.empty(0)
    statuses = highspy.HighsModelStatus
    iterations = int(
        max(info.simplex_iteration_count, 0)
        + max(info.ipm_iteration_count, 0)
        + max(info.crossover_iteration_count, 0)
    )
    nothing = (empty, empty, empty, np.nan, np.nan, seconds, iterations)
    if found in {statuses.kInfeasible, statuses.kUnboundedOrInfeasible}:
        return Solution("infeasible", *nothing)
    has_values = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
    if not has_values:
        return Solution("none", *nothing)
    answer = solver.getSolution()
    values = np.array(answer.col_value)
    status: Status = "optimal" if found == statuses.kOptimal else "feasible"
    objective = float(programme.cost @ values)
    if programme.integer is not None and programme.integer.any():
        bound = float(info.mip_dual_bound)
        return Solution(status, values, empty, empty, objective, bound, seconds, iterations)
    duals = empty if read == "values" else np.array(answer.row_dual)
    if read != "all":
        return Solution(status, values, duals, empty, objective, np.nan, seconds, iterations)
    reduced = np.array(answer.col_dual)
    bound = _dual_bound(programme, duals, reduced)
    return Solution(status, values, duals, reduced, objective, bound, seconds, iterations)


def _dual_bound(programme: Programme, duals: Floats, reduced: Floats) -> float:
    """Weak duality: a multiplier counts its lower bound where positive, its upper where negative.

    A multiplier on an infinite bound proves nothing and is left out; it is nonzero only by noise.
    """

    def part(multiplier: Floats, lower: Floats, upper: Floats) -> float:
        bound = np.where(multiplier > 0, lower, upper)
        usable = np.isfinite(bound) & (multiplier != 0)
        return float(multiplier[usable] @ bound[usable])

    return part(duals, programme.row_lower, programme.row_upper) + part(
        reduced, programme.lower, programme.upper
    )


class LiveProgramme:
    """A linear programme that is solved again and again with other bounds or costs.

    What is changed stays changed until it is changed back. A solution may start from a kept basis:
    where bounds were only relaxed since, the kept vertex is still feasible, and the primal simplex
    method walks the few steps from there. Or it starts from the last solution, whose basis needs no
    factors anew: where bounds alone have changed the dual simplex method takes a few steps.
    """

    def __init__(self, programme: Programme) -> None:
        self._programme = replace(
            programme,
            cost=programme.cost.copy(),
            lower=programme.lower.copy(),
            upper=programme.upper.copy(),
            row_lower=programme.row_lower.copy(),
            row_upper=programme.row_upper.copy(),
        )
        self._solver = _start_solver(self._programme, {})
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

    def solve(self, *, start: Start = "nothing", read: Read = "all") -> Solution:
        """Solve the programme as it stands, and read what is asked for."""
        if not self._programme.matrix.shape[1]:
            return solve_programme(self._programme)
        started = time.perf_counter()
        if start == "nothing" or (start == "kept" and self._kept is None):
            self._solver.clearSolver()
        elif start == "kept":
            self._solver.setBasis(self._kept)
        method: Method = "dual" if start == "last" else "primal"
        for name, value in METHODS[method].items():
            self._solver.setOptionValue(name, value)
        _run(self._solver)
        seconds = time.perf_counter() - started
        solution = _read_solution(self._solver, self._programme, seconds, read=read)
        # From a basis the simplex method may lose its way; from nothing it does not.
        return self.solve() if solution.status == "none" and start != "nothing" else solution


def irreducible_rows(programme: Programme) -> Integers:
    """Rows that cannot all hold, of which none is needless."""
    solver = _start_solver(programme, {"solver": "simplex", "iis_strategy": _IRREDUCIBLE})
    _run(solver)
    _, subset = solver.getIis()
    return np.sort(np.array(list(subset.row_index_), dtype="int64"))


def _fail(why: Phrase) -> NoReturn:
    raise SolverError("zones.solver.no_answer", why=why)
