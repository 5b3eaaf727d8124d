"""Printed allocation: one rounding of everything, from which all tables and sentences are made.

Present areas are those that the run prints (rounded zone by zone), losses and added hectares are
rounded by zone, commune and year as a whole. Every other printed figure is a sum or a difference of
these, so a figure in two tables is the same figure and everything adds up to the last digit.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from layers.base.errors import ClosureError
from layers.base.language import Phrase
from layers.base.messages import message
from layers.base.remembered import remembered
from zones.allocation.allocate import Allocation
from zones.allocation.inputs import PRESENT
from zones.allocation.limits import NOT_ALLOCATED
from zones.allocation.model import lost_until, planned_until, present_told, present_until
from zones.rounding.to_totals import (
    RoundedTable,
    clean_steps,
    round_table,
    round_to_total,
    whole_steps,
)
from zones.tables import ALLOCATION, ALLOCATION_TARGETS

_PAIR = ["zone", "commune_code"]


@dataclass(frozen=True, slots=True)
class RoundedAllocation:
    """Rounded figures of an allocation."""

    present: pd.DataFrame  # ``zone, commune_code, present_ha``: what is known
    losses: pd.DataFrame  # ``zone, commune_code, year, loss_ha``
    planned: pd.DataFrame  # ``zone, commune_code, year, planned_ha``
    # ``zone, commune_code, source, year, planned_ha``: ``planned`` by land source
    lands: pd.DataFrame
    held: (
        pd.DataFrame
    )  # ``ALLOCATION_TARGETS`` with printed figures; ``end_ha`` = present − lost + added
    # ``commune_code, source, usable_ha``: land that may be used, no less than is planted on it
    land: pd.DataFrame
    step: float  # Multiple to which all is rounded, in hectares
    notes: tuple[Phrase, ...]  # Sentences for below the tables
    # ``zone, commune_code, present_ha`` of zones that were not allocated; missing where nobody
    # measured
    aside: pd.DataFrame = field(default_factory=PRESENT.empty)


def round_allocation(
    allocation: Allocation,
    *,
    step: float = 1.0,
    nodes: int = 500,
    present: pd.DataFrame | None = None,
) -> RoundedAllocation:
    """Round an allocation for print.

    Parameters
    ----------
    allocation : Allocation
        The plan.
    step : float
        Multiple to round to, in hectares: 1 or 0.1.
    nodes : int
        Most nodes of the search for a rounding over communes, zones and years.
    present : pandas.DataFrame, optional
        ``zone, commune_code, present_ha`` as other pages print them, so that one figure is printed
        everywhere; zones among them that were not allocated are kept as such. Zones that are
        missing here are rounded zone by zone.

    Returns
    -------
    RoundedAllocation
        The rounded figures.

    Raises
    ------
    InputError
        The step is not above 0.
    ClosureError
        A printed table does not close, or ``present`` is no rounding of the allocation's areas.
    """
    inputs = allocation.inputs
    standing, aside = _present(inputs.present, step, present)
    losses = _losses(inputs.losses, step)
    cells = allocation.plan.groupby([*_PAIR, "year"])["planned_ha"].sum().reset_index()
    wanted = _zone_totals(allocation, standing, losses.cells, step)
    planned = round_table(
        cells,
        by=[*_PAIR, "year"],
        value="planned_ha",
        step=step,
        totals={"zone": wanted},
        nodes=nodes,
    )
    held, missed = _printed_held(allocation, (standing, losses.cells, planned.cells), step)
    notes = [table.note for table in (losses, planned) if table.note is not None]
    lands = _by_land(allocation.plan, planned.cells, step)
    printed = RoundedAllocation(
        standing,
        losses.cells,
        planned.cells,
        lands,
        held,
        _land(allocation, lands, step),
        step,
        (*notes, *missed),
        aside,
    )
    _check_printed(printed)
    return printed


@remembered()
def _losses(losses: pd.DataFrame, step: float) -> RoundedTable:
    """Losses are printed by zone, never for all together: each zone's total is the nearest step."""
    lost = losses.groupby([*_PAIR, "year"])["loss_ha"].sum().reset_index()
    gone = lost.groupby("zone")["loss_ha"].sum()
    return round_table(
        lost,
        by=[*_PAIR, "year"],
        value="loss_ha",
        step=step,
        totals={"zone": gone.map(lambda area: float(round_to_total([area], step=step)[0]))},
    )


@remembered()
def _present(
    present: pd.DataFrame, step: float, given: pd.DataFrame | None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Present areas as printed, of the zones allocated and of the others."""
    given = PRESENT.empty() if given is None else given[PRESENT.names]
    zones, present = set(present["zone"]), present.dropna(subset="present_ha")
    known = present["zone"].isin(given["zone"].unique())
    rest = present[~known].sort_values(_PAIR, ignore_index=True)
    rounded = np.zeros(len(rest))
    for group in rest.groupby("zone").indices.values():
        rounded[group] = round_to_total(rest["present_ha"].to_numpy()[group], step=step)
    ours = given["zone"].isin(zones)
    # Where nobody measured a commune there is nothing to round.
    mine = given[ours].dropna(subset="present_ha")
    both = pd.concat([mine, rest.assign(present_ha=rounded)], ignore_index=True)
    both = both.sort_values(_PAIR, ignore_index=True)
    _check_present(present, both, step)
    return both, given[~ours].sort_values(_PAIR, ignore_index=True)


def _check_present(exact: pd.DataFrame, printed: pd.DataFrame, step: float) -> None:
    pairs = exact.merge(printed, on=_PAIR, how="outer", suffixes=("", "_printed"))
    off = (pairs["present_ha_printed"] - pairs["present_ha"]).abs()
    wrong = pairs[~(off < step * (1 + 1e-6))]
    if len(wrong):
        first = wrong[_PAIR].head(5).to_numpy().tolist()
        raise ClosureError("zones.allocation.present_no_rounding", count=len(wrong), first=first)


def _by_land(plan: pd.DataFrame, planned: pd.DataFrame, step: float) -> pd.DataFrame:
    """Share each rounded cell out to its land; the sums of the land stay near theirs as well."""
    keys = [*_PAIR, "year"]
    wanted = planned.rename(columns={"planned_ha": "rounded_ha"})
    rows = plan.merge(wanted, on=keys).sort_values([*keys, "source"], ignore_index=True)
    cell = rows.groupby(keys, sort=False).ngroup()
    place = rows.groupby(["commune_code", "source"]).ngroup()
    shared = round_table(
        rows.assign(cell=cell, place=place),
        by=["cell", "place", "source"],
        value="planned_ha",
        step=step,
        totals={"cell": rows["rounded_ha"].groupby(cell).first()},
        margins=["cell", "place", "source"],
    )
    return shared.cells.drop(columns=["rounded_ha", "cell", "place"])


def _land(allocation: Allocation, lands: pd.DataFrame, step: float) -> pd.DataFrame:
    """Round the land that may be used; never less than what is planted there by the same tables."""
    keys = ["source", "commune_code"]
    usable = allocation.model.land.groupby(keys)["usable_ha"].sum()
    used = lands.groupby(keys)["planned_ha"].sum().reindex(usable.index).fillna(0.0)
    frame = pd.DataFrame({"usable_ha": usable, "used": used}).reset_index()
    rounded = np.zeros(len(frame))
    for group in frame.groupby("source").indices.values():
        exact, floors = frame["usable_ha"].to_numpy()[group], frame["used"].to_numpy()[group]
        rounded[group] = round_to_total(exact, step=step, floors=floors)
    return frame.assign(usable_ha=rounded)[["commune_code", "source", "usable_ha"]]


def _zone_totals(
    allocation: Allocation, present: pd.DataFrame, losses: pd.DataFrame, step: float
) -> pd.Series:
    """Choose printed totals of zones whose target is met, so that it is met in print as well."""
    held = allocation.held
    last = (held["commune_code"] == "") & (held["year"] == allocation.settings.last_year)
    planted = held["zone"].isin(allocation.plan["zone"].unique())
    met = held[last & planted & (held["status"] == "reached")].drop_duplicates("zone")
    standing = present_until(present, met) - lost_until(losses, met)
    exact = met["planned_ha"].to_numpy() / step
    floor = np.floor(exact + 1e-6)
    ceil = np.ceil(exact - 1e-6)
    low, high = met["low_ha"].fillna(-np.inf).to_numpy(), met["high_ha"].fillna(np.inf).to_numpy()
    least = np.ceil((low - standing) / step - 1e-6)
    most = np.floor((high - standing) / step + 1e-6)
    # A plan that ends exactly at its lower end is printed so, not a step above it.
    at_low = met["end_ha"].to_numpy() < low + step * 1e-3
    wish = np.where(at_low, least, np.minimum(np.maximum(np.floor(exact + 0.5), least), most))
    totals = clean_steps(np.minimum(np.maximum(wish, floor), ceil), step=step)
    return pd.Series(totals, index=met["zone"].to_numpy())


def _printed_held(
    allocation: Allocation, tables: tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame], step: float
) -> tuple[pd.DataFrame, list[Phrase]]:
    exact = allocation.held
    present, losses, planned = tables
    stand = present_until(present, exact)
    lost = lost_until(losses, exact)
    added = planned_until(planned, exact)
    end = whole_steps(stand - lost + added, step=step)
    short = np.nan_to_num(np.maximum(exact["low_ha"].to_numpy() - end, 0.0))
    over = np.nan_to_num(np.maximum(end - exact["high_ha"].to_numpy(), 0.0))
    held = exact.assign(
        present_ha=np.where(present_told(present, exact), whole_steps(stand, step=step), np.nan),
        loss_ha=whole_steps(lost, step=step),
        planned_ha=whole_steps(added, step=step),
        end_ha=end,
        shortfall_ha=np.round(short, 9),
        surplus_ha=np.round(over, 9),
    )
    by_print = held[(held["status"] == "reached") & (held["shortfall_ha"] + over > 0)]
    names = ", ".join(by_print["target"])
    notes = [message("zones.allocation.met_but_for_rounding", names=names)]
    return ALLOCATION_TARGETS.validate(held), notes if len(by_print) else []


def _check_printed(printed: RoundedAllocation) -> None:
    held = printed.held
    residual = (
        held["present_ha"].fillna(0.0) - held["loss_ha"] + held["planned_ha"] - held["end_ha"]
    )
    worst = float(residual.abs().max()) if len(held) else 0.0
    if worst > printed.step * 1e-6:
        raise ClosureError("zones.allocation.printed_targets_not_closed", worst=worst)


def allocation_table(
    allocation: Allocation, printed: RoundedAllocation, *, by_year: bool
) -> pd.DataFrame:
    """Table ``allocation.csv``."""
    keys = [*_PAIR, "year"]
    rows = printed.lands
    if not by_year:
        rows = rows.assign(year=allocation.settings.last_year)
    rows = rows.groupby([*keys, "source"])["planned_ha"].sum().reset_index()
    rows = rows[rows["planned_ha"] > 0].rename(columns={"source": "land"})
    table = _with_present(allocation, printed, rows)
    residual = table["planned_ha"].sum() - printed.planned["planned_ha"].sum()
    if abs(residual) > printed.step * 1e-3:
        raise ClosureError("zones.allocation.table_not_closed", residual=residual)
    return ALLOCATION.validate(table)


def _with_present(
    allocation: Allocation, printed: RoundedAllocation, rows: pd.DataFrame
) -> pd.DataFrame:
    limits = allocation.limits[[*_PAIR, "binding"]]
    table = limits.merge(printed.present, on=_PAIR, how="left").merge(rows, on=_PAIR, how="left")
    table = table.fillna({"planned_ha": 0.0, "land": ""})
    table = table[(table["planned_ha"] > 0) | (table["present_ha"] > 0)]
    table["year"] = table["year"].fillna(allocation.settings.last_year)
    table["planned_ha"] = whole_steps(table["planned_ha"].to_numpy(), step=printed.step)
    aside = printed.aside.assign(
        land="", planned_ha=np.nan, binding=NOT_ALLOCATED, year=allocation.settings.last_year
    )
    table = pd.concat([table, aside], ignore_index=True)
    table = table.merge(allocation.inputs.communes, on="commune_code")
    return table.sort_values([*_PAIR, "year", "land"], ignore_index=True)[ALLOCATION.names]


def annex_table(allocation: Allocation, printed: RoundedAllocation) -> pd.DataFrame:
    """Sheet of the annex: one row per zone and commune, one column per year."""
    years = [str(year) for year in allocation.settings.years]
    added = printed.planned.assign(year=printed.planned["year"].astype("str"))
    wide = added.pivot_table(index=_PAIR, columns="year", values="planned_ha", aggfunc="sum")
    wide = wide.reindex(columns=years).fillna(0.0).reset_index()
    lost = printed.losses.groupby(_PAIR, as_index=False)["loss_ha"].sum()
    table = allocation.limits[[*_PAIR, "binding"]].merge(printed.present, on=_PAIR, how="left")
    table = table.merge(wide, on=_PAIR, how="left").merge(lost, on=_PAIR, how="left")
    numbers = [*years, "loss_ha"]
    table[numbers] = table[numbers].fillna(0.0)
    change = table[years].sum(axis=1) - table["loss_ha"]
    table["change_ha"] = whole_steps(change.to_numpy(), step=printed.step)
    # Of a commune that nobody measured the end is what is known of it, so that the sums close.
    end = (table["present_ha"].fillna(0.0) + table["change_ha"]).to_numpy()
    table["end_ha"] = whole_steps(end, step=printed.step)
    table = table[(table[[*numbers, "end_ha"]] != 0).any(axis=1)]
    table = pd.concat([table, printed.aside.assign(binding=NOT_ALLOCATED)], ignore_index=True)
    table = table.merge(allocation.inputs.communes, on="commune_code")
    names = [*_PAIR, "commune", "present_ha", *years, "loss_ha", "end_ha", "change_ha", "binding"]
    return table.sort_values(_PAIR, ignore_index=True)[names]


def compare_allocations(
    base: Allocation,
    other: Allocation,
    *,
    tolerance_ha: float = 0.05,
    printed: tuple[RoundedAllocation, RoundedAllocation] | None = None,
) -> pd.DataFrame:
    """Two scenarios side by side: which communes change, and what binds them in each.

    Parameters
    ----------
    base, other : Allocation
        The plans.
    tolerance_ha : float
        Changes of the unrounded plans up to this are none.
    printed : tuple of RoundedAllocation, optional
        Their printed figures, which the table then shows.

    Returns
    -------
    pandas.DataFrame
        ``zone, commune_code, commune, base_ha, other_ha, change_ha, base_binding, other_binding``,
        greatest change first; rows that change only. A zone that one of them did not allocate is
        missing there, and so is the change; its communes with hectares in the other stand last.
    """
    both = pd.concat([base.limits[_PAIR], other.limits[_PAIR]]).drop_duplicates()
    for name, plan in (("base", base), ("other", other)):
        limits = plan.limits.rename(columns={"planned_ha": name, "binding": f"{name}_binding"})
        both = both.merge(limits[[*_PAIR, name, f"{name}_binding"]], on=_PAIR, how="left")
        # A commune without a row in a zone that was allocated gets nothing there: a true zero.
        here = both["zone"].isin(limits["zone"].unique())
        both[name] = both[name].mask(both[name].isna() & here, 0.0)
        binding = both[f"{name}_binding"].mask(~here, NOT_ALLOCATED)
        both[f"{name}_binding"] = binding.fillna("")
    moved = (both["other"] - both["base"]).abs()
    one_only = moved.isna() & (both[["base", "other"]].max(axis=1) > 0)
    both = both[(moved > tolerance_ha) | one_only]
    for place, name in enumerate(("base", "other")):
        shown = both[name] if printed is None else _printed_sums(both, printed[place])
        both = both.assign(**{f"{name}_ha": shown})
    both["change_ha"] = both["other_ha"] - both["base_ha"]
    names = pd.concat([base.inputs.communes, other.inputs.communes]).drop_duplicates("commune_code")
    both = both.merge(names[["commune_code", "commune"]], on="commune_code")
    both["size"] = both["change_ha"].abs().round(6)
    both = both.sort_values(["size", *_PAIR], ascending=[False, True, True], ignore_index=True)
    order = ["commune", "base_ha", "other_ha", "change_ha", "base_binding", "other_binding"]
    return both[[*_PAIR, *order]]


def _printed_sums(pairs: pd.DataFrame, printed: RoundedAllocation) -> pd.Series[float]:
    """Sum printed hectares of pairs over the years; missing where a zone was not allocated."""
    sums = printed.planned.groupby(_PAIR)["planned_ha"].sum()
    found = sums.reindex(pd.MultiIndex.from_frame(pairs[_PAIR])).fillna(0.0)
    clean = whole_steps(found.to_numpy(), step=printed.step)
    known = pairs["zone"].isin(printed.held["zone"].unique()).to_numpy()
    return pd.Series(np.where(known, clean, np.nan), index=pairs.index)
