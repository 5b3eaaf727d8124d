"""The wide programme: the first stage with everything that could be let go, held at zero.

Lists open, locks gone, other land sources allowed, one more year: all of it is in one programme,
and what the plan forbids is held at zero. Questions about the plan let one thing go at a time.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from layers.base.errors import ClosureError
from zones.allocation.allocate import Allocation
from zones.allocation.inputs import AllocationInputs
from zones.allocation.model import Model, allowed_by_lock, build_model
from zones.solver.linear_programme import LiveProgramme, Programme, optimum, solve_programme

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

#: Mark of a target that is asked for a year later.
LATER = ">later"
_NOISE_HA = 1e-3
_HALF = 0.5
#: Targets whose repairs are worked out: each takes some ten programmes of all zones.
_MOST_REPAIRED = 10


@dataclass(frozen=True, slots=True)
class WideProgramme:
    """The first stage with everything that could be let go, held at zero."""

    model: Model  # Rows and columns of the wide programme
    # Per column what holds it at zero: empty, ``list``, ``lock``, ``source``, ``year`` or
    # ``several``
    barrier: npt.NDArray[np.object_]
    live: LiveProgramme  # The programme, ready to be solved again
    base_ha: float  # Shortfall of all targets without any repair
    shortfall_columns: Floats  # The same by elastic row, as it is in the plan
    asks: Integers  # Numbers of the columns that hold the shortfalls of targets

    def lacking(self, columns: Floats) -> float:
        """Hectares that all targets together lack in a solution."""
        return float(columns[self.asks].sum())

    def most(self, columns: Integers, *, keep_others: bool) -> float:
        """Most hectares that some columns can take."""
        programme = self.live.programme
        if not keep_others:
            others = np.flatnonzero((self.model.rows["kind"] != "target_high").to_numpy())
            uses = np.arange(self.model.shortfalls.stop, self.model.matrix.shape[1])
            return _most_alone(programme, columns, uses, others)
        cost = np.zeros(len(programme.cost))
        cost[columns] = -1.0
        upper = programme.upper.copy()
        upper[columns] = np.inf
        upper[self.model.shortfalls] = self.shortfall_columns + _NOISE_HA / 10
        # An upper end of the zone's own targets is no limit of what the communes could give.
        own = self.model.rows["zone"].isin(self.model.columns["zone"].iloc[columns])
        ceilings = ((self.model.rows["kind"] == "target_high") & own).to_numpy()
        row_upper = np.where(ceilings, np.inf, programme.row_upper)
        free = replace(programme, cost=cost, upper=upper, row_upper=row_upper)
        answer = solve_programme(free, method="primal", feasible=True)
        return -optimum(answer, "the most of a zone").objective


def _most_alone(programme: Programme, columns: Integers, uses: Integers, rows: Integers) -> float:
    """Most hectares of some columns when all others are left empty and no wish counts."""
    both = np.concatenate([columns, uses])
    matrix = programme.matrix[:, both].tocsr()[rows]
    touched = np.diff(matrix.indptr) > 0  # rows of other zones bind nothing here
    alone = Programme(
        np.repeat([-1.0, 0.0], [len(columns), len(uses)]),
        np.zeros(len(both)),
        np.full(len(both), np.inf),
        sparse.csc_matrix(matrix[touched]),
        np.full(int(touched.sum()), -np.inf),
        programme.row_upper[rows][touched],
    )
    answer = solve_programme(alone, method="primal", feasible=True)
    return -optimum(answer, "the most of a zone alone").objective


def repaired_targets(allocation: Allocation) -> pd.DataFrame:
    """Give the short targets whose repairs are worked out: those that lack most."""
    short = allocation.held[allocation.held["status"] == "short"]
    order = short.assign(lack=-short["shortfall_ha"].round(6)).sort_values(["lack", "target"])
    return short.loc[order.index[:_MOST_REPAIRED].sort_values()]


def widen(allocation: Allocation) -> WideProgramme:
    """Build the programme that all repairs of an allocation share."""
    short = repaired_targets(allocation)
    settings = replace(allocation.settings, last_year=allocation.settings.last_year + 1)
    model = build_model(_wide_inputs(allocation.inputs, short), settings)
    barrier = _barriers(allocation.model, model)
    programme = model.programme()
    asleep = _asleep(model.rows, allocation.settings.last_year)
    held = np.flatnonzero(barrier != "")
    upper = programme.upper.copy()
    upper[held] = 0.0
    upper[model.shortfalls][np.isin(model.elastic, asleep)] = 0.0
    programme = replace(programme, upper=upper, row_lower=programme.row_lower.copy())
    programme.row_lower[asleep] = -np.inf
    live = LiveProgramme(programme)
    solution = optimum(live.solve(), "repairs")
    live.keep_basis()
    of_targets = (model.rows["kind"].iloc[model.elastic] == "target_low").to_numpy()
    asks = len(model.columns) + np.flatnonzero(of_targets)
    wide = WideProgramme(model, barrier, live, 0.0, _plan_shortfalls(allocation, model), asks)
    base = wide.lacking(solution.columns)
    residual = solution.objective - allocation.stages[0].objective
    if abs(residual) > 1e-5 * max(1.0, solution.objective):
        raise ClosureError("zones.allocation.explain.repairs_off_plan", residual=residual)
    return replace(wide, base_ha=base)


def _plan_shortfalls(allocation: Allocation, wide: Model) -> Floats:
    """Shortfalls of the plan in the order of the wide programme's elastic rows."""
    names = ["kind", "zone", "commune_code", "source", "year", "target"]
    narrow = allocation.model.rows.iloc[allocation.model.elastic][names]
    narrow = narrow.assign(lacking=allocation.staged.shortfalls)
    both = wide.rows.iloc[wide.elastic][names].merge(narrow, on=names, how="left")
    return both["lacking"].fillna(0.0).to_numpy()


def _wide_inputs(inputs: AllocationInputs, short: pd.DataFrame) -> AllocationInputs:
    owned = inputs.sources.loc[~inputs.sources["shares"], "source"]
    land = inputs.available.loc[inputs.available["area_ha"] > 0, ["commune_code", "source"]]
    land = land[land["source"].isin(owned)].drop_duplicates()
    zones = pd.DataFrame({"zone": short["zone"].unique()})
    more = zones.merge(land, how="cross").assign(suitability=_HALF)
    suits = inputs.suitability[inputs.suitability["suitability"] > 0]
    suits = pd.concat([suits, more], ignore_index=True)
    later = inputs.targets[inputs.targets["target"].isin(short["target"])]
    later = later.assign(target=later["target"] + LATER, year=later["year"] + 1)
    return replace(
        inputs,
        listed=inputs.listed.assign(list="open"),
        locks=inputs.locks[inputs.locks["lock"] != "must_not"],
        suitability=suits.drop_duplicates(["zone", "source", "commune_code"]),
        targets=pd.concat([inputs.targets, later], ignore_index=True),
    )


def _asleep(rows: pd.DataFrame, last_year: int) -> Integers:
    """Rows that ask for something only when a target moves a year."""
    later = rows["target"].str.endswith(LATER) & (rows["kind"] == "target_low")
    beyond = (rows["kind"] == "pace_low") & (rows["year"] > last_year).fillna(False)
    return np.flatnonzero((later | beyond).to_numpy(dtype=bool))


def _barriers(narrow: Model, wide: Model) -> npt.NDArray[np.object_]:
    inputs = narrow.inputs
    columns = wide.columns
    keys = ["zone", "commune_code", "source"]
    triples = pd.MultiIndex.from_frame(columns[keys])
    pairs = pd.MultiIndex.from_frame(columns[["zone", "commune_code"]])
    suits = inputs.suitability[inputs.suitability["suitability"] > 0]
    listed, locks = inputs.listed, inputs.locks
    bars = locks[locks["lock"] == "must_not"]
    on_list = pairs.isin(pd.MultiIndex.from_frame(listed[["zone", "commune_code"]]))
    allowed = on_list | allowed_by_lock(columns, locks)
    closed = columns["zone"].isin(listed.loc[listed["list"] == "closed", "zone"])
    whole = bars.loc[bars["source"] == "", ["zone", "commune_code"]]
    flags = {
        "source": ~triples.isin(pd.MultiIndex.from_frame(suits[keys])),
        "list": closed.to_numpy() & ~allowed,
        "lock": pairs.isin(pd.MultiIndex.from_frame(whole))
        | triples.isin(pd.MultiIndex.from_frame(bars[keys])),
        "year": (columns["year"] > narrow.settings.last_year).to_numpy(),
    }
    barrier = np.full(len(columns), "", dtype=object)
    for name, flag in flags.items():
        barrier[flag] = np.where(barrier[flag] == "", name, "several")
    return barrier
