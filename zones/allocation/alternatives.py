"""Portfolio: other plans as good as the best, and how far each commune may move without loss.

What is negotiable is what the first two stages leave open: the shortfall and the preference for
listed communes and suitable land. Alternatives are made one after another, each with as few
hectares as possible where the plans before it have some (Brill, Chang and Hopkins 1982, modelling
to generate alternatives; the word portfolio is prioritizr's).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from layers.base.errors import InputError
from layers.base.schema import read_schema
from zones.allocation.allocate import Allocation
from zones.allocation.model import Model
from zones.allocation.objectives import preference_costs
from zones.allocation.solve import linear_stages
from zones.solver.linear_programme import LiveProgramme, Programme, optimum

Floats = npt.NDArray[np.float64]

PORTFOLIO = read_schema("zones.allocation", "portfolio")

_KEYS = ["zone", "commune_code"]


@dataclass(frozen=True, slots=True)
class Portfolio:
    """Plans as good as the best, or nearly so."""

    plans: pd.DataFrame  # ``PORTFOLIO``, rows above 0 only
    # One row per plan: ``plan, shortfall, preference`` (values of the first two stages) and
    # ``moved_ratio``, the part of all hectares that lie elsewhere than in plan 0
    measures: pd.DataFrame


def portfolio(allocation: Allocation, n: int, *, within: float = 0.01) -> Portfolio:
    """Make allocations that differ as much as they can and are nearly as good."""
    if n < 0 or not within >= 0:
        raise InputError("zones.allocation.bad_portfolio", n=n, within=within)
    model = allocation.model
    live = _near_best(allocation, within)
    width = len(model.columns)
    cell = model.columns.groupby(_KEYS, sort=True).ngroup().to_numpy(dtype="int64")
    cells = int(cell.max(initial=-1)) + 1
    found = [_sums(cell, cells, allocation.staged.hectares)]
    columns = [_with_shortfalls(allocation)]
    for _ in range(n):
        used = np.sum([plan > 1e-6 for plan in found], axis=0, dtype="float64")
        cost = np.zeros(len(live.programme.cost))
        cost[:width] = used[cell]
        live.set_cost(cost)
        solution = optimum(live.solve(start="kept"), "an alternative")
        plan = _sums(cell, cells, np.round(solution.columns[:width], 6))
        if min(float(np.abs(plan - other).sum()) for other in found) < 1e-3:
            break
        found.append(plan)
        columns.append(solution.columns[: model.shortfalls.stop])
    return Portfolio(_plans(model, found), _measures(model, found, columns))


def negotiable_ranges(
    allocation: Allocation, *, by: Sequence[str] = ("commune_code",)
) -> pd.DataFrame:
    """Range each commune may move in while nothing is lost.

    Parameters
    ----------
    allocation : Allocation
        The plan.
    by : sequence of str
        ``("commune_code",)`` for all zones together, or ``("zone", "commune_code")``.

    Returns
    -------
    pandas.DataFrame
        The keys, ``planned_ha``, ``least_ha`` and ``most_ha``: hectares added in all years in the
        plan, and the least and most of any plan with the same shortfall and preference.

    Raises
    ------
    InputError
        ``by`` names other keys.
    """
    keys = list(by)
    if keys not in (["commune_code"], _KEYS):
        raise InputError("zones.allocation.bad_ranges", keys=keys)
    model = allocation.model
    frame = model.columns[keys]
    group = frame.groupby(keys, sort=True).ngroup().to_numpy(dtype="int64")
    names = frame.drop_duplicates().sort_values(keys, ignore_index=True)
    live = LiveProgramme(_optimal_face(model))
    optimum(live.solve(), "the plans that are as good")
    live.keep_basis()
    planned = _sums(group, len(names), allocation.staged.hectares)
    least, most = planned.copy(), planned.copy()
    for number in range(len(names)):
        mine = np.flatnonzero(group == number)
        programme = live.programme
        if (programme.lower[mine] == programme.upper[mine]).all():
            continue
        for sign, ends in ((1.0, least), (-1.0, most)):
            cost = np.zeros(len(programme.cost))
            cost[mine] = sign
            live.set_cost(cost)
            best = optimum(live.solve(start="kept"), "a range")
            ends[number] = sign * best.objective
    return names.assign(planned_ha=planned, least_ha=np.maximum(least, 0.0), most_ha=most)


def _optimal_face(model: Model) -> Programme:
    """All plans with the least shortfall and, among them, the best preference."""
    *_, (_, _, _, face) = linear_stages(model)
    return face


def _near_best(allocation: Allocation, within: float) -> LiveProgramme:
    """All plans whose first two stages are at most so much worse."""
    model = allocation.model
    programme = model.programme()
    costs = sparse.csc_matrix(np.vstack([programme.cost, preference_costs(model)]))
    best = np.array([stage.objective for stage in allocation.stages[:2]])
    near = replace(
        programme,
        matrix=sparse.vstack([programme.matrix, costs], format="csc"),
        row_lower=np.concatenate([programme.row_lower, [-np.inf, -np.inf]]),
        row_upper=np.concatenate([programme.row_upper, best * (1 + within) + 1e-6]),
    )
    live = LiveProgramme(near)
    optimum(live.solve(), "the plans that are as good")
    live.keep_basis()
    return live


def _sums(group: npt.NDArray[Any], count: int, hectares: Floats) -> Floats:
    sums: Floats = np.bincount(group, weights=hectares, minlength=count).astype("float64")
    return sums


def _with_shortfalls(allocation: Allocation) -> Floats:
    return np.concatenate([allocation.staged.hectares, allocation.staged.shortfalls])


def _plans(model: Model, found: list[Floats]) -> pd.DataFrame:
    names = model.columns[_KEYS].drop_duplicates().sort_values(_KEYS, ignore_index=True)
    frames = [names.assign(plan=number, planned_ha=plan) for number, plan in enumerate(found)]
    both = pd.concat(frames, ignore_index=True)
    return PORTFOLIO.validate(both[both["planned_ha"] > 0][PORTFOLIO.names].reset_index(drop=True))


def _measures(model: Model, found: list[Floats], columns: list[Floats]) -> pd.DataFrame:
    end = model.shortfalls.stop
    weights, costs = model.programme().cost[:end], preference_costs(model)[:end]
    total = max(float(found[0].sum()), 1e-12)
    return pd.DataFrame(
        {
            "plan": range(len(found)),
            "shortfall": [float(weights @ values) for values in columns],
            "preference": [float(costs @ values) for values in columns],
            "moved_ratio": [float(np.abs(plan - found[0]).sum()) / 2 / total for plan in found],
        }
    )
