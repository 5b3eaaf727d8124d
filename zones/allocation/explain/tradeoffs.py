"""Exchange rates: what one more hectare of a zone costs in another zone, or in forest cover.

The figures are differences of plans solved again with a few hectares more, not duals alone: a dual
tells the price of the next hectare, but not who pays it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from layers.base.language import Phrase
from layers.base.schema import Column, Schema
from zones.allocation.allocate import Allocation
from zones.allocation.explain.sentences import Figure, Sentence, Value, Voice
from zones.allocation.inputs import AllocationInputs
from zones.allocation.model import Model, build_model
from zones.allocation.solve import linear_stages
from zones.solver.linear_programme import LiveProgramme, optimum

__all__ = ["EXCHANGE", "cover_points", "exchange_rates", "say_exchange"]

EXCHANGE = Schema(
    "exchange rates",
    (
        Column("zone", "text", "the zone that gets a hectare more"),
        Column(
            "other", "text", "the zone that pays; empty: nobody needs to; * none can; cover: points"
        ),
        Column(
            "rate_ratio",
            "number",
            "hectares of the other per hectare; cover: points per 100 ha",
            nullable=True,
        ),
    ),
)

_MORE_HA = 1.0
_MORE_FOR_COVER_HA = 100.0
_NOISE = 1e-4


@dataclass(frozen=True, slots=True)
class _Market:
    """The first stage in which each zone's target stands at what the plan gives it."""

    model: Model
    live: LiveProgramme
    row: dict[str, int]
    shortfall: dict[str, int]


def exchange_rates(allocation: Allocation, *, more_ha: float = _MORE_HA) -> pd.DataFrame:
    """Exchange rates between zones, and between zones and points of forest cover."""
    held = allocation.held
    whole = held[(held["commune_code"] == "") & (held["year"] == allocation.settings.last_year)]
    whole = whole.drop_duplicates("zone")
    market = _market(allocation, whole)
    rows: list[tuple[str, str, float]] = []
    for zone in whole["zone"]:
        rows += _rates_of(market, str(zone), more_ha)
    if len(allocation.inputs.cover) and np.isfinite(allocation.inputs.natural_area_ha):
        rows += _cover_rates(allocation, market)
    return EXCHANGE.validate(pd.DataFrame(rows, columns=EXCHANGE.names))


def _market(allocation: Allocation, whole: pd.DataFrame) -> _Market:
    """Every zone asks for exactly what it ends with; wishes of communes stay as they are."""
    inputs = allocation.inputs
    ends = whole.set_index("target")["end_ha"]
    standing = (whole["present_ha"] - whole["loss_ha"]).set_axis(whole["target"])
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
    row = dict(zip(lows["zone"].astype("str"), lows.index.to_numpy().tolist(), strict=True))
    width = len(model.columns)
    place = {number: width + order for order, number in enumerate(model.elastic.tolist())}
    live = LiveProgramme(model.programme())
    optimum(live.solve(), "exchange rates")
    live.keep_basis()
    return _Market(model, live, row, {zone: place[number] for zone, number in row.items()})


def _rates_of(market: _Market, zone: str, more_ha: float) -> list[tuple[str, str, float]]:
    if zone not in market.row:
        return []
    base = market.live.programme.row_lower[market.row[zone]]
    asked = np.array([market.row[zone]])
    market.live.set_rows(asked, lower=np.array([base + more_ha]), upper=np.array([np.inf]))
    others = [other for other in market.row if other != zone]
    paid = {}
    for other in ["", *others]:
        cost = _price(market, zone, other)
        if other == "" and cost is not None and cost < _NOISE:
            paid = {"": 0.0}
            break
        if other and cost is not None:
            paid[other] = cost / more_ha
    market.live.set_rows(asked, lower=np.array([base]), upper=np.array([np.inf]))
    return [(zone, other, rate) for other, rate in (paid or {"*": np.nan}).items()]


def _price(market: _Market, zone: str, payer: str) -> float | None:
    """Hectares of shortfall when only one zone may pay (with no payer: all of them together)."""
    live = market.live
    firm = [
        column
        for other, column in market.shortfall.items()
        if other == zone or (payer and other != payer)
    ]
    columns = np.array(firm)
    zeros = np.zeros(len(columns))
    live.set_columns(columns, lower=zeros, upper=zeros)
    solution = live.solve(start="kept dual")
    live.set_columns(columns, lower=zeros, upper=np.full(len(columns), np.inf))
    if solution.status != "optimal":
        return None
    paid = market.shortfall.values() if not payer else [market.shortfall[payer]]
    return float(sum(solution.columns[column] for column in paid))


def _cover_rates(allocation: Allocation, market: _Market) -> Iterator[tuple[str, str, float]]:
    """Points that a zone's own hectares bring; what then moves elsewhere is no effect of theirs."""
    base = _planned(market.model)
    for zone in market.row:
        before = base[base["zone"] == zone]
        more = _planned(_with_more(market, zone))
        more = more[more["zone"] == zone]
        added = float(more["planned_ha"].sum() - before["planned_ha"].sum())
        if added > _MORE_HA:
            points = [cover_points(allocation.inputs, plan) for plan in (before, more)]
            yield zone, "cover", (points[1] - points[0]) / added * 100


def _with_more(market: _Market, zone: str) -> Model:
    """Ask for 100 ha more of a zone, which goes before all others."""
    rows = market.model.rows.copy()
    mine = rows.index == market.row[zone]
    rows.loc[mine, "lower"] += _MORE_FOR_COVER_HA
    rows.loc[mine, "weight"] = rows["weight"].max() * 10
    return replace(market.model, rows=rows)


def _planned(model: Model) -> pd.DataFrame:
    """Plan of the first two stages: what is planted, and on which land."""
    for _, _, solution, _ in linear_stages(model):
        if solution.status == "optimal":
            hectares = solution.columns[: len(model.columns)]
    return model.columns.assign(planned_ha=hectares)


def cover_points(inputs: AllocationInputs, plan: pd.DataFrame) -> float:
    """Change of the forest cover rate that a plan makes once all it plants is forest."""
    sums = plan.groupby(["zone", "source"])["planned_ha"].sum().reset_index()
    joined = sums.merge(inputs.cover, on=["zone", "source"])
    gained = float((joined["planned_ha"] * joined["cover_change_ratio"]).sum())
    return gained / inputs.natural_area_ha * 100


def say_exchange(rates: pd.DataFrame, voice: Voice) -> list[Sentence]:
    """Exchange rates in sentences."""
    said: list[Sentence] = []
    for zone, group in rates.groupby("zone", sort=False):
        payers = group[~group["other"].isin(["", "*", "cover"])]
        for rate, same in payers.groupby(payers["rate_ratio"].round(2), sort=True):
            names = [voice.name(str(other)) for other in same["other"]]
            others = Phrase(
                en=" or ".join(name.en for name in names),
                vi=" hoặc ".join(name.vi for name in names),
            )
            figure = Figure(float(str(rate)), 2)
            said.append(voice.say("exchange", about=str(zone), other=others, rate=figure))
    for key, other in (("exchange_free", ""), ("exchange_none", "*")):
        zones = rates.loc[rates["other"] == other, "zone"].astype("str").tolist()
        if zones:
            said.append(_together(voice, key, zones))
    cover = rates[(rates["other"] == "cover") & (rates["rate_ratio"].abs() >= _NOISE)]
    for points, same in cover.groupby(cover["rate_ratio"].round(4), sort=True):
        figure = Figure(float(str(points)), 4)
        zones = same["zone"].astype("str").tolist()
        said.append(_together(voice, "exchange_cover", zones, points=figure))
    return said


def _together(voice: Voice, key: str, zones: list[str], *, points: Value = "") -> Sentence:
    """Say of several zones at once what holds for each of them."""
    if len(zones) == 1:
        return voice.say(key, about=zones[0], points=points)
    return voice.say(f"{key}_each", zones=voice.list_of(zones), points=points)
