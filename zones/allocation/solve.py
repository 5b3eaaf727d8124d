"""The stages of an allocation, one after another on the face of optimal plans of the last.

A linear stage is not bound to the value of an earlier one by an extra row, which would be dense and
only as exact as its tolerance. By complementary slackness every optimal plan of a linear programme
keeps at their bounds the columns with a reduced cost and the rows with a dual, so those are held:
what remains is exactly the set of optimal plans. Of these the last stage takes the most even one,
which is a single plan.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from zones.allocation.land_years import lay_on_windows
from zones.allocation.model import Model
from zones.allocation.objectives import (
    change_programme,
    changes,
    evenness,
    planned_cells,
    preference_costs,
)
from zones.solver.convex_programme import Squares, solve_squares
from zones.solver.linear_programme import Programme, Solution, optimum, solve_programme

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

#: Stages in order, with what each one makes least.
STAGES = ("shortfall", "preference", "change", "evenness")

#: Multipliers below this are noise of the solver (its own tolerance is 1e-7).
_NOISE = 1e-6
#: A zone that moves less than this, in ha in every commune, stays as it is.
_STILL_HA = 1e-6
#: Hectares that a row may lose to cells that are taken for empty, and the most these hold.
_CRUMBS_HA, _EMPTY_HA = 5e-7, 1e-7
#: Hectares by which a limit counts as passed. Less is the last digit of a sum, which no second look
#: would leave at zero: a plan held against its own limits must stand as it is, to the last bit.
_PASSED_HA = 1e-9
#: What an earlier stage may lose to a later one: a part of its value, and hectares.
_LOSS, _LOSS_HA = 1e-6, 1e-4


@dataclass(frozen=True, slots=True)
class Stage:
    """Report of one stage."""

    name: str  # One of ``STAGES``
    status: str  # ``kept``: the solver found no better plan, so that of the stage before stands
    objective: float  # Value reached
    dual_bound: float  # Value below which no plan of this stage can go, from the duals
    gap: float  # Their relative distance; 0 is proven optimal
    seconds: float  # Time in the solver
    iterations: int  # Its iterations
    # columns, rows: Size of the programme
    columns: int
    rows: int


@dataclass(frozen=True, slots=True)
class Staged:
    """Outcome of all stages."""

    stages: tuple[Stage, ...]  # Reports
    hectares: Floats  # Hectares of each column of the model
    shortfalls: Floats  # Hectares missing in each elastic row
    # Duals of the model's rows in the first stage: hectares of shortfall per hectare of limit
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


def linear_stages(
    model: Model, near: Floats | None = None
) -> Iterator[tuple[str, Programme, Solution, Programme]]:
    """Solve the linear stages: name, programme, solution and the face of plans that are left."""
    face = model.programme()
    for name in STAGES[:2] if near is None else STAGES[:3]:
        asked = face
        if name == "preference":
            asked = replace(face, cost=preference_costs(model))
        elif near is not None and name == "change":
            asked = change_programme(model, face, near)
        # Planting nothing is feasible at first, so the primal method starts at once; later stages
        # live on the face of the last, where the dual method is faster.
        primal = name == "shortfall"
        solution = solve_programme(asked, method="primal" if primal else "dual", feasible=True)
        if primal:
            optimum(solution, "the least shortfall")
        if solution.status == "optimal":
            face = stay_on_face(asked, solution)
        yield name, asked, solution, face


def solve_stages(model: Model, *, near: pd.DataFrame | None = None) -> Staged:
    """Solve the allocation stage by stage."""
    reports: list[Stage] = []
    costs: list[Floats] = []
    duals = columns = np.empty(0)
    cells = None if near is None else planned_cells(model, near)
    for name, asked, solution, left in linear_stages(model, cells):
        face = left
        reports.append(_report(name, asked, solution))
        if solution.status == "optimal":
            columns = solution.columns
            costs += [asked.cost] if name != "change" else []
        duals = solution.duals if name == "shortfall" else duals
    for even in _most_even(model, face, columns, cells):
        if even.status == "optimal" and not _gives_up(model, costs, cells, (columns, even.columns)):
            break
        even = replace(even, status="none")
    reports.append(_report("evenness", face, even))
    columns = even.columns if even.status == "optimal" else columns
    hectares = _within_limits(model, columns)
    return Staged(tuple(reports), hectares, _shortfalls(model, hectares), duals)


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


def _most_even(
    model: Model, face: Programme, columns: Floats, near: Floats | None
) -> Iterator[Solution]:
    """Find the most even plan of a face: first with every zone that need not move held still."""
    squares = evenness(model, near)
    more = face.matrix.shape[1] - squares.matrix.shape[1]
    blank = sparse.csr_matrix((squares.matrix.shape[0], more))
    squares = Squares(sparse.hstack([squares.matrix, blank], "csr"), squares.goal, squares.weight)
    if near is not None:
        yield solve_squares(_with_still_zones(model, face, columns, near), squares)
    yield solve_squares(face, squares)


def _with_still_zones(model: Model, face: Programme, columns: Floats, near: Floats) -> Programme:
    """Hold the zones of which the least change moves no hectare, nor may any cell move.

    Their hectares come without the crumbs of the solver, so rows give way by that much.
    """
    frame = model.columns
    lower, upper = face.lower.copy(), face.upper.copy()
    width = len(frame)
    moved = np.abs(changes(model, columns, near))[model.pair]
    off = np.maximum(lower[:width] - near, near - upper[:width])
    worst = pd.Series(np.maximum(moved, off)).groupby(frame["zone"].to_numpy()).transform("max")
    still = worst.to_numpy() <= _STILL_HA
    inside = np.flatnonzero(still)
    lower[inside] = upper[inside] = near[inside]
    row_lower, row_upper = face.row_lower - _CRUMBS_HA, face.row_upper + _CRUMBS_HA
    return replace(face, lower=lower, upper=upper, row_lower=row_lower, row_upper=row_upper)


def _gives_up(
    model: Model, costs: list[Floats], near: Floats | None, plans: tuple[Floats, Floats]
) -> bool:
    """Tell whether the second of two plans loses what the first had reached in earlier stages."""
    values = [[float(cost @ plan[: len(cost)]) for plan in plans] for cost in costs]
    if near is not None:
        values.append([float(np.abs(changes(model, plan, near)).sum()) for plan in plans])
    return any(after > value + _LOSS * abs(value) + _LOSS_HA for value, after in values)


def _within_limits(model: Model, columns: Floats) -> Floats:
    """Hectares without the solver's tolerance: none negative, and no limit passed.

    A cell of less than ten square centimetres is empty. Where a limit is passed by crumbs, all
    hectares below it give the same part of theirs.
    """
    width = len(model.columns)
    hectares = np.where(columns[:width] < _EMPTY_HA, 0.0, columns[:width])
    rows = model.rows
    matrix = sparse.csr_matrix(model.matrix[:, :width])
    upper = np.where(rows["kind"] == "land_year", np.inf, rows["upper"].to_numpy())
    for row in np.flatnonzero(matrix @ hectares > upper + _PASSED_HA):
        members = matrix.indices[matrix.indptr[row] : matrix.indptr[row + 1]]
        hectares[members] *= min(1.0, upper[row] / float(hectares[members].sum()))
    keys = ["commune_code", "source", "year"]
    cells = model.columns[keys].assign(planned_ha=hectares)
    laid = lay_on_windows(cells, model.pieces)
    over = laid.loc[laid["over_ha"] > _PASSED_HA, [*keys, "over_ha"]]
    if over.empty:
        return hectares
    crowded = cells.merge(over, on=keys, how="left")["over_ha"].fillna(0.0).to_numpy()
    used = cells.groupby(keys)["planned_ha"].transform("sum").to_numpy()
    return np.asarray(hectares * (1.0 - crowded / np.where(used > 0, used, 1.0)), dtype="float64")


def _shortfalls(model: Model, hectares: Floats) -> Floats:
    """Hectares that each elastic row still lacks."""
    used = model.matrix[:, : len(hectares)] @ hectares
    lacking = model.rows["lower"].to_numpy() - used
    short = np.maximum(lacking[model.elastic], 0.0)
    cuts, shared = model.cuts
    np.maximum.at(short, shared, lacking[cuts])
    return np.asarray(short, dtype="float64")
