"""Repairs: what would have to give so that a short target is met, each one solved again.

All repairs of one allocation are bounds of a single wide programme: lists open, locks gone, other
land sources allowed, one more year; in the beginning everything that the plan forbids is held at
zero. A repair lets one thing go, solves the first stage from the last basis, and is put back.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from zones.allocation.allocate import Allocation
from zones.allocation.explain.allocation_wide import LATER, WideProgramme, repaired_targets, widen
from zones.allocation.targets import conversion_names
from zones.solver.linear_programme import optimum
from zones.tables import ALLOCATION_REPAIRS

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

_NOISE_HA = 1e-3
#: How many single communes are tried per target, those with most to give first.
_SINGLES = 3


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
    """Work out what would repair the short targets that lack most, every repair solved again."""
    short = repaired_targets(allocation)
    if short.empty:
        return ALLOCATION_REPAIRS.empty()
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
    frame = ALLOCATION_REPAIRS.validate(pd.DataFrame(rows, columns=ALLOCATION_REPAIRS.names))
    frame = frame.assign(last=frame["repair"] == "floor", size=frame["gain_ha"].round(6))
    order = ["target", "last", "size", "repair", "commune_code", "source"]
    ascending = [True, True, False, True, True, True]
    return frame.sort_values(order, ascending=ascending, ignore_index=True)[
        ALLOCATION_REPAIRS.names
    ]


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
    solution = optimum(live.solve(start="kept", read="values"), "a repair")
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
    other = mine & (wide.barrier == "source")
    if row["zone"] in conversion_names():  # what stands is converted: no other land has it
        other &= False
    for source in sorted(set(wide.model.columns.loc[other, "source"])):
        of_source = (wide.model.columns["source"] == source).to_numpy()
        yield _free("source", np.flatnonzero(other & of_source), source=source)
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
    land = wide.model.land
    areas = frame.merge(land).groupby("commune_code")["usable_ha"].sum()
    best = areas.reset_index().sort_values(["usable_ha", "commune_code"], ascending=[False, True])
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
    later = np.flatnonzero((lows & (rows["target"] == target + LATER)).to_numpy())
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
