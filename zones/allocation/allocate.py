"""Allocation: a plan's hectares shared out to communes, land sources and years.

``allocate`` makes least, one after another, what is missing, what lies off the plan's listed
communes and suitable land, and how uneven the shares of communes and years are; the last has one
answer. It always has an answer; what cannot be met is shortfall, and
``zones.allocation.explain.target_reasons`` says why.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from layers.base.errors import ClosureError
from layers.base.schema import read_schema
from layers.base.short_repr import short_repr
from zones.allocation.checks import check_allocation_inputs
from zones.allocation.cover_held import cover_held
from zones.allocation.inputs import AllocationInputs, AllocationSettings
from zones.allocation.land_years import lay_on_windows
from zones.allocation.limits import binding_limits
from zones.allocation.model import (
    Model,
    build_model,
    lost_until,
    planned_until,
    present_told,
    present_until,
)
from zones.allocation.solve import Stage, Staged, solve_stages
from zones.tables import ALLOCATION_TARGETS

PLAN = read_schema("zones.allocation", "allocation plan")

LIMITS = read_schema("zones.allocation", "limits")

#: Hectares by which no limit is passed.
_LIMIT_HA = 1e-6
#: Hectares that may be lost to the solver's tolerance in one sum.
_TOLERANCE_HA = 1e-3


@dataclass(frozen=True, slots=True)
class Allocation:
    """A plan shared out, with what it was made from.

    Parameters
    ----------
    plan : pandas.DataFrame
        ``PLAN``: the hectares added, rows above 0 only.
    held : pandas.DataFrame
        ``ALLOCATION_TARGETS``: each target with what the plan makes of it.
    limits : pandas.DataFrame
        ``LIMITS``: every zone with a target × every commune.
    unmet : pandas.DataFrame
        Other wishes that could not be met: ``kind`` (``pace_low`` or ``must``), ``zone,
        commune_code, source, year, wanted_ha, shortfall_ha``.
    stages : tuple of Stage
        Objective, dual bound and gap of each stage.
    model : Model
        The rows and columns, with the checked inputs and the settings.
    staged : Staged
        The solver's answer.
    """

    plan: pd.DataFrame
    held: pd.DataFrame
    limits: pd.DataFrame
    unmet: pd.DataFrame
    stages: tuple[Stage, ...]
    model: Model
    staged: Staged

    __repr__ = short_repr

    @property
    def inputs(self) -> AllocationInputs:
        """The checked inputs."""
        return self.model.inputs

    @property
    def settings(self) -> AllocationSettings:
        """The settings."""
        return self.model.settings

    @property
    def cover(self) -> pd.DataFrame:
        """Targets of forest cover with what the plan makes of them (``COVER_HELD``)."""
        return cover_held(self.inputs, self.plan)

    @property
    def shortfall_ha(self) -> float:
        """Hectares missing in all targets together."""
        return float(self.held["shortfall_ha"].sum())


def allocate(
    inputs: AllocationInputs, *, settings: AllocationSettings, near: pd.DataFrame | None = None
) -> Allocation:
    """Share out the targets' hectares to communes, land sources and years.

    Parameters
    ----------
    inputs : AllocationInputs
        Present areas, land, suitability, targets, lists, pace, locks and losses.
    settings : AllocationSettings
        Years and weights.
    near : pandas.DataFrame, optional
        ``PLAN`` to stay near to where nothing speaks against it, so that a scenario shows what its
        change does and no more.

    Returns
    -------
    Allocation
        The plan, the targets held, and the limit that binds in each commune.

    Raises
    ------
    InputError
        Everything that is wrong with the inputs, in one message.
    ClosureError
        The plan does not add up, or uses land twice (an error of this program).

    Notes
    -----
    The algebra stands in ``docs/explanation/allocation.md``. Present area above the upper end of a
    target is surplus: nothing is ever taken away.

    Examples
    --------
    Ten hectares of tea asked for, four stand, eight hectares of land: six are planted.

    >>> import pandas as pd
    >>> import zones
    >>> inputs = zones.AllocationInputs(
    ...     communes=pd.DataFrame({"commune_code": ["a"], "commune": ["A"]}),
    ...     present=pd.DataFrame({"zone": ["tea"], "commune_code": ["a"], "present_ha": [4.0]}),
    ...     sources=pd.DataFrame({"source": ["hill"], "name_vi": ["Đồi"], "name_en": ["Hill"],
    ...                           "shares": [False], "limit_ratio": [1.0]}),
    ...     available=pd.DataFrame({"commune_code": ["a"], "source": ["hill"], "area_ha": [8.0],
    ...                             "origin": ["made"]}),
    ...     suitability=pd.DataFrame({"zone": ["tea"], "source": ["hill"], "commune_code": ["a"],
    ...                               "suitability": [1.0]}),
    ...     targets=pd.DataFrame({"target": ["tea-area"], "zone": ["tea"], "commune_code": [""],
    ...                           "year": [2030], "low_ha": [10.0], "high_ha": [12.0],
    ...                           "importance": [1.0], "clause": ["1"]}),
    ... )
    >>> found = zones.allocate(inputs, settings=zones.AllocationSettings(2026, 2030))
    >>> round(float(found.plan["planned_ha"].sum()), 6)
    6.0
    """
    model = build_model(check_allocation_inputs(inputs, settings), settings)
    return allocation_of(model, solve_stages(model, near=near))


def allocation_of(model: Model, staged: Staged) -> Allocation:
    """Put a solver's answer into tables and check that they close."""
    columns = model.columns[["zone", "commune_code", "source", "year"]]
    plan = columns.assign(planned_ha=staged.hectares)
    plan = PLAN.validate(plan[plan["planned_ha"] > 0].reset_index(drop=True))
    held = _held(model.inputs, plan)
    allocation = Allocation(
        plan,
        held,
        LIMITS.validate(_limits(model, staged, plan)),
        _unmet(model, staged),
        staged.stages,
        model,
        staged,
    )
    _check_closure(allocation)
    return allocation


def _held(inputs: AllocationInputs, plan: pd.DataFrame) -> pd.DataFrame:
    targets = inputs.targets
    present = present_until(inputs.present, targets)
    loss = lost_until(inputs.losses, targets)
    planned = planned_until(plan, targets)
    end = present - loss + planned
    shortfall = np.nan_to_num(np.maximum(targets["low_ha"].to_numpy() - end, 0.0))
    surplus = np.nan_to_num(np.maximum(end - targets["high_ha"].to_numpy(), 0.0))
    # Hectares come rounded to a millionth from the solver, so sums carry that much noise.
    shortfall[shortfall < _TOLERANCE_HA] = 0.0
    surplus[surplus < _TOLERANCE_HA] = 0.0
    status = np.select([shortfall > 0, surplus > 0], ["short", "above"], "reached")
    return ALLOCATION_TARGETS.validate(
        targets.assign(
            present_ha=np.where(present_told(inputs.present, targets), present, np.nan),
            loss_ha=loss,
            planned_ha=planned,
            end_ha=end,
            shortfall_ha=shortfall,
            surplus_ha=surplus,
            status=status,
        )[ALLOCATION_TARGETS.names]
    )


def _limits(model: Model, staged: Staged, plan: pd.DataFrame) -> pd.DataFrame:
    keys = ["zone", "commune_code"]
    frame = binding_limits(model, staged)
    planned = plan.groupby(keys, as_index=False)["planned_ha"].sum()
    frame = frame.merge(planned, on=keys, how="left")
    return frame.fillna({"planned_ha": 0.0})


def _unmet(model: Model, staged: Staged) -> pd.DataFrame:
    rows = model.rows.iloc[model.elastic].assign(shortfall_ha=staged.shortfalls)
    rows = rows[rows["kind"].isin(["pace_low", "must"]) & (rows["shortfall_ha"] > _TOLERANCE_HA)]
    names = ["kind", "zone", "commune_code", "source", "year", "wanted_ha", "shortfall_ha"]
    return rows.rename(columns={"lower": "wanted_ha"})[names].reset_index(drop=True)


def _check_closure(allocation: Allocation) -> None:
    """Each hectare once, no limit passed, and the shortfall of the tables that of the solver."""
    model, staged = allocation.model, allocation.staged
    rows = model.rows
    width = len(model.columns)
    used = model.matrix[:, :width] @ staged.hectares
    limits = np.where(rows["kind"] == "land_year", np.inf, rows["upper"].to_numpy())
    over = np.flatnonzero(used > limits + _LIMIT_HA)
    laid = lay_on_windows(allocation.plan, model.pieces)
    crowded = int((laid["over_ha"] > _LIMIT_HA).sum())
    elastic = rows.iloc[model.elastic]
    solver = staged.shortfalls[(elastic["kind"] == "target_low").to_numpy()].sum()
    residual = allocation.shortfall_ha - float(solver)
    planned = float(allocation.plan["planned_ha"].sum() - allocation.limits["planned_ha"].sum())
    worst = max(abs(residual), abs(planned))
    passed = len(over) + crowded
    if passed or worst > _TOLERANCE_HA * max(1, len(allocation.held)):
        names = rows.iloc[over[:5]][["kind", "zone", "commune_code", "source"]].to_numpy().tolist()
        raise ClosureError(
            "zones.allocation.allocation_not_closed", passed=passed, names=names, worst=worst
        )
