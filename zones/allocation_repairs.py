"""Repairs: what would have to give so that a short target is met, each one solved again.

All repairs of one allocation are bounds of a single wide programme: lists open, locks gone, other
land sources allowed, one more year; in the beginning everything that the plan forbids is held at
zero. A repair lets one thing go, solves the first stage from the last basis, and is put back.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from layers.errors import ClosureError
from layers.schema import Column, Schema
from zones.allocation import Allocation
from zones.allocation_inputs import AllocationInputs
from zones.allocation_model import Model, build_model
from zones.linear_programme import Programme, solve_programme
from zones.live_programme import LiveProgramme

__all__ = ["REPAIRS", "WideProgramme", "find_repairs", "widen"]

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

REPAIRS = Schema(
    "repairs",
    (
        Column("target", "text", "the short target"),
        Column("zone", "text", "its zone"),
        Column("repair", "text", "open_list, list_commune, pace, source, year, lock or floor"),
        Column("commune_code", "text", "the commune concerned, or empty"),
        Column("source", "text", "the land source concerned, or empty"),
        Column("change_ha", "number", "by how much a figure is moved", "ha", nullable=True),
        Column("gain_ha", "number", "by how much all shortfalls together shrink", "ha"),
        Column("left_ha", "number", "what all targets together still lack", "ha"),
    ),
)

_NOISE_HA = 1e-3
#: How many single communes are tried per target, those with most to give first.
_SINGLES = 3
_LATER = ">later"
_HALF = 0.5


@dataclass(frozen=True, slots=True)
class WideProgramme:
    """The first stage with everything that could be let go, held at zero.

    Parameters
    ----------
    model : Model
        Rows and columns of the wide programme.
    barrier : numpy.ndarray of str
        Per column what holds it at zero: empty, ``list``, ``lock``, ``source``, ``year`` or
        ``several``.
    live : LiveProgramme
        The programme, ready to be solved again.
    base_ha : float
        Shortfall of all targets without any repair.
    shortfall_columns : numpy.ndarray
        The same by elastic row, as it is in the plan.
    asks : numpy.ndarray of int
        Numbers of the columns that hold the shortfalls of targets.
    """

    model: Model
    barrier: npt.NDArray[np.object_]
    live: LiveProgramme
    base_ha: float
    shortfall_columns: Floats
    asks: Integers

    def lacking(self, columns: Floats) -> float:
        """Hectares that all targets together lack in a solution.

        Parameters
        ----------
        columns : numpy.ndarray
            Values of the programme's columns.

        Returns
        -------
        float
            Hectares; a target moved a year later counts as well.
        """
        return float(columns[self.asks].sum())

    def most(self, columns: Integers, *, keep_others: bool) -> float:
        """Most hectares that some columns can take.

        Parameters
        ----------
        columns : numpy.ndarray of int
            The columns; those that a barrier holds are let go for this question.
        keep_others : bool
            Whether no target may lack more than it does in the plan.

        Returns
        -------
        float
            Hectares.
        """
        programme = self.live.programme
        if not keep_others:
            others = np.flatnonzero((self.model.rows["kind"] != "target_high").to_numpy())
            return _most_alone(programme, columns, others)
        width = len(self.model.columns)
        cost = np.zeros(len(programme.cost))
        cost[columns] = -1.0
        upper = programme.upper.copy()
        upper[columns] = np.inf
        upper[width:] = self.shortfall_columns + _NOISE_HA / 10
        # An upper end of the zone's own targets is no limit of what the communes could give.
        own = self.model.rows["zone"].isin(self.model.columns["zone"].iloc[columns])
        ceilings = ((self.model.rows["kind"] == "target_high") & own).to_numpy()
        row_upper = np.where(ceilings, np.inf, programme.row_upper)
        free = replace(programme, cost=cost, upper=upper, row_upper=row_upper)
        answer = solve_programme(free, method="primal")
        return -answer.objective


def _most_alone(programme: Programme, columns: Integers, rows: Integers) -> float:
    """Most hectares of some columns when all others are left empty and no wish counts."""
    count = len(columns)
    alone = Programme(
        np.full(count, -1.0),
        np.zeros(count),
        np.full(count, np.inf),
        sparse.csc_matrix(programme.matrix[:, columns].tocsr()[rows]),
        np.full(len(rows), -np.inf),
        programme.row_upper[rows],
    )
    return -solve_programme(alone, method="primal").objective


def widen(allocation: Allocation) -> WideProgramme:
    """Build the programme that all repairs of an allocation share.

    Parameters
    ----------
    allocation : Allocation
        The plan.

    Returns
    -------
    WideProgramme
        Solved once without repair.

    Raises
    ------
    ClosureError
        Without repair it does not give the shortfall of the plan (an error of this program).
    """
    short = allocation.held[allocation.held["status"] == "short"]
    settings = replace(allocation.settings, last_year=allocation.settings.last_year + 1)
    model = build_model(_wide_inputs(allocation.inputs, short), settings)
    barrier = _barriers(allocation.model, model)
    programme = model.programme()
    asleep = _asleep(model.rows, allocation.settings.last_year)
    held = np.flatnonzero(barrier != "")
    upper = programme.upper.copy()
    upper[held] = 0.0
    upper[len(model.columns) :][np.isin(model.elastic, asleep)] = 0.0
    programme = replace(programme, upper=upper, row_lower=programme.row_lower.copy())
    programme.row_lower[asleep] = -np.inf
    live = LiveProgramme(programme, threads=settings.threads)
    solution = live.solve()
    live.keep_basis()
    of_targets = (model.rows["kind"].iloc[model.elastic] == "target_low").to_numpy()
    asks = len(model.columns) + np.flatnonzero(of_targets)
    wide = WideProgramme(model, barrier, live, 0.0, _plan_shortfalls(allocation, model), asks)
    base = wide.lacking(solution.columns)
    residual = solution.objective - allocation.stages[0].objective
    if abs(residual) > 1e-5 * max(1.0, solution.objective):
        raise ClosureError(
            en=f"The repairs do not start from the plan: residual {residual:.6g}. Please report "
            "this fault with the inputs.",
            vi=f"Phương án sửa không khớp phương án gốc: chênh {residual:.6g}. Hãy báo lỗi kèm "
            "dữ liệu đầu vào.",
        )
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
    later = later.assign(target=later["target"] + _LATER, year=later["year"] + 1)
    return replace(
        inputs,
        listed=inputs.listed.assign(list="open"),
        locks=inputs.locks[inputs.locks["lock"] != "must_not"],
        suitability=suits.drop_duplicates(["zone", "source", "commune_code"]),
        targets=pd.concat([inputs.targets, later], ignore_index=True),
    )


def _asleep(rows: pd.DataFrame, last_year: int) -> Integers:
    """Rows that ask for something only when a target moves a year."""
    later = rows["target"].str.endswith(_LATER) & (rows["kind"] == "target_low")
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
    allowed = pd.concat([listed, locks[locks["lock"] == "may"]])[["zone", "commune_code"]]
    closed = columns["zone"].isin(listed.loc[listed["list"] == "closed", "zone"])
    whole = bars.loc[bars["source"] == "", ["zone", "commune_code"]]
    flags = {
        "source": ~triples.isin(pd.MultiIndex.from_frame(suits[keys])),
        "list": closed.to_numpy() & ~pairs.isin(pd.MultiIndex.from_frame(allowed)),
        "lock": pairs.isin(pd.MultiIndex.from_frame(whole))
        | triples.isin(pd.MultiIndex.from_frame(bars[keys])),
        "year": (columns["year"] > narrow.settings.last_year).to_numpy(),
    }
    barrier = np.full(len(columns), "", dtype=object)
    for name, flag in flags.items():
        barrier[flag] = np.where(barrier[flag] == "", name, "several")
    return barrier


@dataclass(frozen=True, slots=True)
class _Attempt:
    """One thing let go: columns freed, rows given other bounds."""

    repair: str
    columns: Integers
    rows: Integers
    row_lower: Floats
    row_upper: Floats
    commune_code: str = ""
    source: str = ""
    change_ha: float = float("nan")


_NONE = np.empty(0, dtype="int64")


def find_repairs(allocation: Allocation, wide: WideProgramme | None = None) -> pd.DataFrame:
    """Work out what would repair each short target, every repair solved again.

    Parameters
    ----------
    allocation : Allocation
        The plan.
    wide : WideProgramme, optional
        From ``widen``; built when missing.

    Returns
    -------
    pandas.DataFrame
        ``REPAIRS``, by target, most hectares gained first; repairs that gain nothing are left out.
        ``floor`` (lowering the target to what the plan reaches) always stands last.
    """
    short = allocation.held[allocation.held["status"] == "short"]
    if short.empty:
        return REPAIRS.empty()
    wide = wide or widen(allocation)
    rows = []
    for target, zone, lack in zip(
        short["target"], short["zone"], short["shortfall_ha"], strict=True
    ):
        for attempt in _attempts(allocation, wide, str(target), float(lack)):
            left = _try(wide, attempt)
            gain = wide.base_ha - left
            if attempt.repair == "pace" and _NOISE_HA < gain < lack - _NOISE_HA:
                attempt = _less_pace(allocation, wide, attempt, gain)
                left = _try(wide, attempt)
                gain = wide.base_ha - left
            if gain > _NOISE_HA:
                rows.append(
                    {
                        "target": target,
                        "zone": zone,
                        "repair": attempt.repair,
                        "commune_code": attempt.commune_code,
                        "source": attempt.source,
                        "change_ha": attempt.change_ha,
                        "gain_ha": gain,
                        "left_ha": left,
                    }
                )
    frame = REPAIRS.validate(pd.DataFrame(rows, columns=REPAIRS.names))
    frame = frame.assign(last=frame["repair"] == "floor", size=frame["gain_ha"].round(6))
    order = ["target", "last", "size", "repair", "commune_code", "source"]
    ascending = [True, True, False, True, True, True]
    return frame.sort_values(order, ascending=ascending, ignore_index=True)[REPAIRS.names]


def _less_pace(
    allocation: Allocation, wide: WideProgramme, attempt: _Attempt, gain: float
) -> _Attempt:
    """Ask for no more pace than the land can use: the hectares gained, spread over the years."""
    if np.isnan(attempt.change_ha):
        return attempt
    raised = gain / len(allocation.settings.years)
    return _raise("pace", wide, attempt.rows, raised, attempt.commune_code)


def _try(wide: WideProgramme, attempt: _Attempt) -> float:
    """Shortfall of all targets with one thing let go; put back afterwards."""
    live = wide.live
    held_lower = live.programme.row_lower[attempt.rows].copy()
    held_upper = live.programme.row_upper[attempt.rows].copy()
    held_columns = live.programme.upper[attempt.columns].copy()
    zeros = np.zeros(len(attempt.columns))
    live.set_columns(attempt.columns, lower=zeros, upper=np.full(len(attempt.columns), np.inf))
    live.set_rows(attempt.rows, lower=attempt.row_lower, upper=attempt.row_upper)
    solution = live.solve(start="kept")
    live.set_columns(attempt.columns, lower=zeros, upper=held_columns)
    live.set_rows(attempt.rows, lower=held_lower, upper=held_upper)
    return wide.lacking(solution.columns)


def _attempts(
    allocation: Allocation, wide: WideProgramme, target: str, lack: float
) -> Iterator[_Attempt]:
    row = allocation.held.set_index("target").loc[target]
    mine = wide.model.columns["zone"].to_numpy() == row["zone"]
    if row["commune_code"]:
        mine &= wide.model.columns["commune_code"].to_numpy() == row["commune_code"]
    yield from _list_attempts(wide, mine)
    yield from _pace_attempts(allocation, wide, str(row["zone"]), lack)
    for source in sorted(set(wide.model.columns.loc[mine & (wide.barrier == "source"), "source"])):
        of_source = (wide.model.columns["source"] == source).to_numpy()
        columns = np.flatnonzero(mine & of_source & (wide.barrier == "source"))
        yield _free("source", columns, source=source)
    locked = np.flatnonzero(mine & (wide.barrier == "lock"))
    if len(locked):
        yield _free("lock", locked)
    yield _year_attempt(wide, target)
    yield _floor_attempt(wide, target, lack)


def _free(repair: str, columns: Integers, *, commune_code: str = "", source: str = "") -> _Attempt:
    return _Attempt(
        repair, columns, _NONE, np.empty(0), np.empty(0), commune_code=commune_code, source=source
    )


def _list_attempts(wide: WideProgramme, mine: npt.NDArray[np.bool_]) -> Iterator[_Attempt]:
    columns = np.flatnonzero(mine & (wide.barrier == "list"))
    if not len(columns):
        return
    yield _free("open_list", columns)
    frame = wide.model.columns.iloc[columns][["commune_code", "source"]].drop_duplicates()
    land = wide.model.rows[wide.model.rows["kind"] == "land"]
    land = land.groupby(["commune_code", "source"])["upper"].max().reset_index()
    areas = frame.merge(land).groupby("commune_code")["upper"].sum()
    best = areas.reset_index().sort_values(["upper", "commune_code"], ascending=[False, True])
    for code in best["commune_code"].head(_SINGLES):
        inside = (wide.model.columns["commune_code"].iloc[columns] == code).to_numpy()
        yield _free("list_commune", columns[inside], commune_code=str(code))


def _pace_attempts(
    allocation: Allocation, wide: WideProgramme, zone: str, lack: float
) -> Iterator[_Attempt]:
    """Pace rows that a dual says bind, raised by the shortfall spread over the years."""
    rows = wide.model.rows
    duals = np.abs(allocation.staged.duals)
    narrow = allocation.model.rows.assign(dual=duals)
    binds = narrow[(narrow["kind"] == "pace") & narrow["zone"].isin(["", zone])]
    binds = binds[binds["dual"] > _NOISE_HA]
    keys = ["zone", "commune_code"]
    worth = binds.groupby(keys)["dual"].sum().reset_index()
    worth = worth.sort_values(["dual", *keys], ascending=[False, True, True])
    raised = lack / len(allocation.settings.years)
    pace = rows["kind"] == "pace"
    for code in worth["commune_code"].drop_duplicates().head(_SINGLES):
        inside = pace & rows["zone"].isin(["", zone]) & (rows["commune_code"] == code)
        yield _raise("pace", wide, np.flatnonzero(inside.to_numpy()), raised, str(code))
    if len(worth) > 1:
        codes = worth["commune_code"]
        inside = pace & rows["zone"].isin(["", zone]) & rows["commune_code"].isin(codes)
        yield _raise("pace", wide, np.flatnonzero(inside.to_numpy()), np.inf, "")


def _raise(
    repair: str, wide: WideProgramme, rows: Integers, by_ha: float, commune_code: str
) -> _Attempt:
    programme = wide.live.programme
    return _Attempt(
        repair,
        _NONE,
        rows,
        programme.row_lower[rows],
        programme.row_upper[rows] + by_ha,
        commune_code=commune_code,
        change_ha=by_ha if np.isfinite(by_ha) else float("nan"),
    )


def _year_attempt(wide: WideProgramme, target: str) -> _Attempt:
    """Ask for the target a year later, with one more year of planting."""
    rows = wide.model.rows
    lows = rows["kind"] == "target_low"
    now = np.flatnonzero((lows & (rows["target"] == target)).to_numpy())
    later = np.flatnonzero((lows & (rows["target"] == target + _LATER)).to_numpy())
    elastic = np.flatnonzero(np.isin(wide.model.elastic, later)) + len(wide.model.columns)
    columns = np.concatenate([np.flatnonzero(wide.barrier == "year"), elastic])
    lower = np.concatenate([np.full(len(now), -np.inf), rows["lower"].to_numpy()[later]])
    both = np.concatenate([now, later])
    return _Attempt("year", columns, both, lower, np.full(len(both), np.inf))


def _floor_attempt(wide: WideProgramme, target: str, lack: float) -> _Attempt:
    rows = wide.model.rows
    mine = (rows["kind"] == "target_low") & (rows["target"] == target)
    found = np.flatnonzero(mine.to_numpy())
    lower = rows["lower"].to_numpy()[found] - lack
    return _Attempt("floor", _NONE, found, lower, np.full(len(found), np.inf), change_ha=lack)
