"""The stages of an allocation, one after another on the face of optimal plans of the last.

A stage is not bound to the value of an earlier one by an extra row, which would be dense and only
as exact as its tolerance. By complementary slackness every optimal plan of a linear programme keeps
at their bounds the columns with a reduced cost and the rows with a dual, so those are fixed: what
remains is exactly the set of optimal plans, and it gets smaller and faster from stage to stage.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from layers.base.errors import ClosureError
from zones.allocation.model import Model
from zones.allocation.objectives import AIMS, aim_near
from zones.solver.linear_programme import (
    Method,
    Programme,
    Solution,
    optimum,
    solve_programme,
)

__all__ = [
    "STAGES",
    "Stage",
    "Staged",
    "solve_stages",
    "stay_on_face",
    "walk_stages",
]

Floats = npt.NDArray[np.float64]

#: Stages in order, with what each one makes least.
STAGES = (
    "shortfall",
    "preference",
    "change",
    "effort",
    "effort/10",
    "effort/100",
    "spread",
    "years",
    "tie",
)

#: Multipliers below this are noise of the solver (its own tolerance is 1e-7).
_NOISE = 1e-6


@dataclass(frozen=True, slots=True)
class Stage:
    """Report of one stage.

    Parameters
    ----------
    name : str
        One of ``STAGES``.
    status : {"optimal", "kept"}
        ``kept``: the solver found no better plan, so that of the stage before stands.
    objective : float
        Value reached.
    dual_bound : float
        Value below which no plan of this stage can go, from the duals.
    gap : float
        Their relative distance; 0 is proven optimal.
    seconds : float
        Time in the solver.
    iterations : int
        Its iterations.
    columns, rows : int
        Size of the programme.
    """

    name: str
    status: str
    objective: float
    dual_bound: float
    gap: float
    seconds: float
    iterations: int
    columns: int
    rows: int


@dataclass(frozen=True, slots=True)
class Staged:
    """Outcome of all stages.

    Parameters
    ----------
    stages : tuple of Stage
        Reports.
    hectares : numpy.ndarray
        Hectares of each column of the model.
    shortfalls : numpy.ndarray
        Hectares missing in each elastic row.
    duals : numpy.ndarray
        Duals of the model's rows in the first stage: hectares of shortfall per hectare of limit.
    """

    stages: tuple[Stage, ...]
    hectares: Floats
    shortfalls: Floats
    duals: Floats


def stay_on_face(programme: Programme, solution: Solution) -> Programme:
    """Restrict a programme to its optimal solutions.

    What must stay at a bound is held where this solution has it, and every other bound lets it
    in: the solution itself is always among those that are left, whatever the solver's tolerance.
    """
    lower, upper = _held(programme.lower, programme.upper, solution.reduced_costs, solution.columns)
    activity = programme.matrix @ solution.columns
    row_lower, row_upper = _held(programme.row_lower, programme.row_upper, solution.duals, activity)
    return replace(programme, lower=lower, upper=upper, row_lower=row_lower, row_upper=row_upper)


def _held(
    lower: Floats, upper: Floats, multiplier: Floats, values: Floats
) -> tuple[Floats, Floats]:
    priced = np.abs(multiplier) > _NOISE
    low = np.where(priced, values, np.minimum(lower, values))
    return low, np.where(priced, values, np.maximum(upper, values))


def solve_stages(
    model: Model, *, stages: tuple[str, ...] = STAGES, near: pd.DataFrame | None = None
) -> Staged:
    """Solve the allocation stage by stage."""
    width = len(model.columns)
    reports: list[Stage] = []
    held: list[tuple[str, Floats, float]] = []
    duals = np.empty(0)
    columns = np.empty(0)
    for name, programme, solution in walk_stages(model, stages=stages, near=near):
        reports.append(_report(name, programme, solution))
        if solution.status != "optimal":
            continue
        _check_held(held, solution.columns, name)
        held.append((name, programme.cost, solution.objective))
        columns = solution.columns
        duals = solution.duals if name == "shortfall" else duals
    # Beyond the eighth decimal (a square centimetre is one) two machines may differ.
    hectares = np.maximum(np.round(columns[:width], 8), 0.0)
    shortfalls = np.maximum(np.round(columns[width : model.matrix.shape[1]], 8), 0.0)
    return Staged(tuple(reports), hectares, shortfalls, duals)


def walk_stages(
    model: Model, *, stages: tuple[str, ...] = STAGES, near: pd.DataFrame | None = None
) -> Iterator[tuple[str, Programme, Solution]]:
    """Solve stage after stage and show each programme with its solution."""
    programme = model.programme()
    columns = np.empty(0)
    for name in stages:
        asked = programme
        if name == "change":
            if near is None:
                continue
            asked = aim_near(model, programme, near)
        elif name != "shortfall":
            asked = AIMS[name](model, programme, columns)
        # Planting nothing is feasible at first, so the primal method starts at once; later stages
        # live on the face of the last, where the dual method is faster.
        method: Method = "primal" if name == "shortfall" else "dual"
        solution = solve_programme(asked, method=method, feasible=True)
        if name == "shortfall":
            optimum(solution, "the least shortfall")
        yield name, asked, solution
        if solution.status == "optimal":
            columns = solution.columns
            programme = stay_on_face(asked, solution)


def _report(name: str, programme: Programme, solution: Solution) -> Stage:
    rows, columns = programme.matrix.shape
    return Stage(
        name,
        "optimal" if solution.status == "optimal" else "kept",
        solution.objective,
        solution.dual_bound,
        solution.gap,
        solution.seconds,
        solution.iterations,
        columns,
        rows,
    )


def _check_held(held: list[tuple[str, Floats, float]], columns: Floats, name: str) -> None:
    for earlier, cost, value in held:
        now = float(cost @ columns[: len(cost)])
        if now > value + 1e-6 * max(1.0, abs(value)):
            raise ClosureError(
                en=f"Stage {name!r} gave up what stage {earlier!r} had reached: {now:.6f} after "
                f"{value:.6f}. Please report this fault with the inputs.",
                vi=f"Bước {name!r} làm mất kết quả của bước {earlier!r}: {now:.6f} so với "
                f"{value:.6f}. Hãy báo lỗi kèm dữ liệu đầu vào.",
            )
