"""Exchange rates: what one more hectare of a zone costs in another zone.

The figures are differences of plans solved again with a few hectares more, not duals alone: a dual
tells the price of the next hectare, but not who pays it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from layers.base.messages import message
from layers.base.schema import read_schema
from zones.allocation.allocate import Allocation
from zones.allocation.explain.sentences import Figure, Sentence, Voice
from zones.allocation.model import Model, build_model
from zones.solver.linear_programme import LiveProgramme, Solution, optimum

EXCHANGE = read_schema("zones.allocation.explain", "exchange rates")

_MORE_HA = 1.0
#: Pairs of zones that are solved, those whose payer has most hectares first; fewest per zone.
_MOST_PAIRS, _FEWEST_PAYERS = 300, 1
#: Hectares that a shortfall may differ by from what it was.
_CRUMB_HA = 1e-6
_NOISE = 1e-4
#: What the last payer costs more than the first.
_PREFERENCE = 1e-6


@dataclass(frozen=True, slots=True)
class _Market:
    """The first stage in which each zone's target stands at what the plan gives it."""

    model: Model
    live: LiveProgramme
    row: dict[str, int]
    shortfall: dict[str, int]


def exchange_rates(allocation: Allocation) -> pd.DataFrame:
    """Exchange rates between zones."""
    held = allocation.held
    whole = held[(held["commune_code"] == "") & (held["year"] == allocation.settings.last_year)]
    whole = whole.drop_duplicates("zone")
    market = _market(allocation, whole)
    payers = max(_FEWEST_PAYERS, _MOST_PAIRS // max(len(market.row), 1))
    rows: list[tuple[str, str, float]] = []
    free = _free_zones(market)
    for zone in whole.loc[whole["zone"].isin(market.row), "zone"]:
        rows += [(zone, "", 0.0)] if zone in free else _rates_of(market, zone, payers)
    return EXCHANGE.validate(pd.DataFrame(rows, columns=EXCHANGE.names))


def _market(allocation: Allocation, whole: pd.DataFrame) -> _Market:
    """Every zone asks for exactly what it ends with; wishes of communes stay as they are."""
    inputs = allocation.inputs
    ends = whole.set_index("target")["end_ha"]
    standing = (whole["present_ha"].fillna(0.0) - whole["loss_ha"]).set_axis(whole["target"])
    targets = inputs.targets
    mine = targets["target"].isin(ends.index)
    # A hair above what stands without planting, so that every zone has its row.
    least = ends.clip(lower=standing + 1e-6)
    low = targets["low_ha"].where(~mine, targets["target"].map(least))
    high = targets["high_ha"].where(~mine, np.nan)
    model = build_model(
        replace(inputs, targets=targets.assign(low_ha=low, high_ha=high)), allocation.settings
    )
    rows = model.rows
    lows = rows[(rows["kind"] == "target_low") & rows["target"].isin(ends.index)]
    order = lows.assign(row=lows.index).sort_values(["lower", "row"], ascending=[False, True])
    row = dict(zip(order["zone"].astype("str"), order["row"].tolist(), strict=True))
    width = len(model.columns)
    place = {number: width + order for order, number in enumerate(model.elastic.tolist())}
    live = LiveProgramme(model.programme())
    first = optimum(live.solve(), "exchange rates")
    shortfall = {zone: place[number] for zone, number in row.items()}
    # Floors, locks and wishes of communes pay for nothing.
    others = np.setdiff1d(np.array(list(place.values())), np.array(list(shortfall.values())))
    others = others.astype("int64")
    live.set_columns(others, lower=np.zeros(len(others)), upper=first.columns[others] + _CRUMB_HA)
    # Of payers that ask as much the first pays: what it pays alone is then known already.
    cost, columns = live.programme.cost.copy(), list(shortfall.values())
    cost[columns] *= 1 + _PREFERENCE * np.arange(len(columns)) / max(len(columns), 1)
    live.set_cost(cost)
    return _Market(model, live, row, shortfall)


def _free_zones(market: _Market) -> set[str]:
    """Zones that can all have a hectare more at once: each of them costs no other anything."""
    live = market.live
    rows, columns = (np.array(list(of.values())) for of in (market.row, market.shortfall))
    if not len(rows):
        return set()
    base = live.programme.row_lower[rows]
    zeros, free = np.zeros(len(rows)), np.full(len(rows), np.inf)
    live.set_rows(rows, lower=base + _MORE_HA, upper=free)
    live.set_columns(columns, lower=zeros, upper=zeros + _MORE_HA)
    solution = live.solve(start="last", read="values")
    live.set_rows(rows, lower=base, upper=free)
    live.set_columns(columns, lower=zeros, upper=free)
    if solution.status != "optimal":
        return set()
    return {zone for zone, at in market.shortfall.items() if solution.columns[at] < _NOISE}


def _rates_of(market: _Market, zone: str, payers: int) -> list[tuple[str, str, float]]:
    """What a hectare more of one zone costs each zone that could pay for it alone.

    Where all may pay, the duals say who can: a zone whose hectares have no price there could give
    up any number of them without a hectare more for this one.
    """
    live = market.live
    base = live.programme.row_lower[market.row[zone]]
    asked = np.array([market.row[zone]])
    live.set_rows(asked, lower=np.array([base + _MORE_HA]), upper=np.array([np.inf]))
    together = _paid(market, zone)
    rates = {}
    paying = list(market.shortfall.values())
    if together is not None and float(together.columns[paying].sum()) < _NOISE:
        rates = {"": 0.0}
    elif together is not None:
        prices = together.duals
        can = [z for z, row in market.row.items() if z != zone and prices[row] > _NOISE]
        rates = {
            payer: float(solution.columns[market.shortfall[payer]]) / _MORE_HA
            for payer in can[:payers]
            if (solution := _paid_by(market, zone, payer, together)) is not None
        }
    live.set_rows(asked, lower=np.array([base]), upper=np.array([np.inf]))
    return [(zone, payer, rate) for payer, rate in (rates or {"*": np.nan}).items()]


def _paid_by(market: _Market, zone: str, payer: str, together: Solution) -> Solution | None:
    """Give the least shortfall of one payer: the least of all where nobody else pays in that."""
    pay = {other: together.columns[column] for other, column in market.shortfall.items()}
    alone = sum(paid for other, paid in pay.items() if other != payer) < _CRUMB_HA
    return together if alone else _paid(market, zone, payer)


def _paid(market: _Market, zone: str, payer: str = "") -> Solution | None:
    """Give the least shortfall when only one zone may pay (with no payer: all others may)."""
    live = market.live
    firm = [
        column
        for other, column in market.shortfall.items()
        if other == zone or (payer and other != payer)
    ]
    columns = np.array(firm)
    zeros = np.zeros(len(columns))
    live.set_columns(columns, lower=zeros, upper=zeros)
    solution = live.solve(start="last", read="values" if payer else "values and row duals")
    live.set_columns(columns, lower=zeros, upper=np.full(len(columns), np.inf))
    return solution if solution.status == "optimal" else None


def say_exchange(rates: pd.DataFrame, voice: Voice) -> list[Sentence]:
    """Exchange rates in sentences."""
    said: list[Sentence] = []
    for zone, group in rates.groupby("zone", sort=False):
        payers = group[~group["other"].isin(["", "*"])]
        for rate, same in payers.groupby(payers["rate_ratio"].round(2), sort=True):
            names = [voice.name(str(other)) for other in same["other"]]
            others = message("zones.allocation.explain.any_of", names=names)
            figure = Figure(float(str(rate)), 2)
            said.append(voice.say("exchange", about=str(zone), other=others, rate=figure))
    for key, other in (("exchange_free", ""), ("exchange_none", "*")):
        zones = rates.loc[rates["other"] == other, "zone"].astype("str").tolist()
        if zones:
            said.append(_together(voice, key, zones))
    return said


def _together(voice: Voice, key: str, zones: list[str]) -> Sentence:
    """Say of several zones at once what holds for each of them."""
    if len(zones) == 1:
        return voice.say(key, about=zones[0])
    return voice.say(f"{key}_each", zones=voice.list_of(zones))
