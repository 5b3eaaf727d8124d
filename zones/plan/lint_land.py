"""Lint of a plan against the land: below what is there, above what could take the crop.

Whether zones fit together is a question of flow: land of each class goes to the zones that may use
it. Where the targets' lower ends do not all fit, the smallest cut names the zones that crowd each
other out. A crop under the canopy shares the hectare with the trees, so it is left out of the sum.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import pandas as pd
from scipy.sparse import csr_array
from scipy.sparse.csgraph import breadth_first_order, maximum_flow

from layers.base.language import Phrase
from layers.base.messages import message
from layers.base.schema import read_schema
from zones.plan.findings import PlanFinding
from zones.plan.frames import parts_of_one_thing
from zones.plan.model import Plan, Target

PRESENT_OF_ZONES = read_schema("zones.plan", "present areas of zones")

LAND_FOR_ZONES = read_schema("zones.plan", "land that could take the crops")


def _areas(plan: Plan) -> list[tuple[str, Target]]:
    """Area targets of zones, in hectares, those under the canopy left out."""
    kinds = {zone.zone: zone.land_kind for zone in plan.zones}
    return [
        (zone, target)
        for zone, target in plan.all_targets()
        if zone
        and target.indicator == "area"
        and target.unit == "ha"
        and kinds[zone] != "understorey"
    ]


def _least(target: Target) -> float:
    low, high = target.ends
    return high if math.isnan(low) else low


def _hectares(value: float) -> Phrase:
    return message("zones.plan.hectares", value=value)


def _below_present(plan: Plan, present: pd.DataFrame) -> Iterator[PlanFinding]:
    standing = present.dropna().set_index("zone")["present_ha"]
    parts = parts_of_one_thing(plan)
    for zone, target in plan.all_targets():
        high = math.nan if target.target in parts else target.ends[1]
        if target.indicator != "area" or target.unit != "ha" or zone not in standing.index:
            continue
        if math.isnan(high):
            continue
        now = float(standing[zone])
        if now > high:
            has, wants = _hectares(now), _hectares(high)
            yield PlanFinding(
                "target-below-present",
                target.target,
                target.clause,
                message("zones.plan.target_below_present", has=has, wants=wants),
            )


def _above_land(plan: Plan, land: pd.DataFrame) -> Iterator[PlanFinding]:
    available = land.groupby("zone")["area_ha"].sum()
    for zone, target in plan.all_targets():
        if target.indicator != "area" or target.unit != "ha" or zone not in available.index:
            continue
        least, most = _least(target), float(available[zone])
        if least > most:
            wants, has = _hectares(least), _hectares(most)
            yield PlanFinding(
                "target-above-land",
                target.target,
                target.clause,
                message("zones.plan.target_above_land", wants=wants, has=has),
            )


def _crowded(demand: pd.Series[float], land: pd.DataFrame) -> tuple[list[str], float, float]:
    """Zones that together want more than the land they may use; none where all fit.

    Max flow, min cut: source → land class → zone → sink. Zones that the source cannot reach any
    more in the residual network keep their land to themselves; those it does not feed are short.
    """
    zones = list(demand.index)
    classes = sorted(land["land"].unique())
    area = land.groupby("land")["area_ha"].max()
    source, sink = 0, 1 + len(classes) + len(zones)
    node = {("land", name): 1 + place for place, name in enumerate(classes)}
    node |= {("zone", name): 1 + len(classes) + place for place, name in enumerate(zones)}
    edges = [(source, node["land", name], float(area[name])) for name in classes]
    edges += [(node["zone", name], sink, float(demand[name])) for name in zones]
    pairs = land.loc[land["zone"].isin(zones), ["land", "zone"]].drop_duplicates()
    edges += [
        (node["land", name], node["zone", zone], float(area[name]))
        for name, zone in pairs.itertuples(index=False)
    ]
    start, end, hectares = (np.array(column) for column in zip(*edges, strict=True))
    # Whole ares fit 32 bits; what is wanted is rounded down and land up, so that a plan that fits
    # to the hectare never fails by rounding.
    ares = np.where(end == sink, np.floor(hectares * 100), np.ceil(hectares * 100))
    capacity = ares.astype(np.int32)
    # SciPy's flow takes places of 32 bits only.
    at = (start.astype(np.int32), end.astype(np.int32))
    graph = csr_array((capacity, at), shape=(sink + 1, sink + 1), dtype=np.int32)
    flow = maximum_flow(graph, source, sink)
    wanted = int(capacity[end == sink].sum())
    if flow.flow_value >= wanted:
        return [], 0.0, 0.0
    residual = csr_array(graph - flow.flow)
    residual.data[residual.data < 0] = 0
    residual.eliminate_zeros()
    # Zones from which the sink can still be reached are short; they and the land they may use.
    reaching = set(breadth_first_order(residual.T.tocsr(), sink, return_predecessors=False))
    short = [name for name in zones if node["zone", name] in reaching]
    used = land.loc[land["zone"].isin(short), "land"].unique()
    return short, float(demand[short].sum()), float(area[used].sum())


def _together(plan: Plan, land: pd.DataFrame) -> Iterator[PlanFinding]:
    wanted: dict[str, Target] = {}
    known = set(land["zone"])
    for zone, target in _areas(plan):
        if zone in known and (zone not in wanted or (target.year or 0) >= (wanted[zone].year or 0)):
            wanted[zone] = target
    if not wanted:
        return
    demand = pd.Series({zone: _least(target) for zone, target in wanted.items()}, dtype="float64")
    zones, needs, has = _crowded(demand, land)
    # A single zone without land enough is told by its own finding.
    if len(zones) > 1:
        need, room = _hectares(needs), _hectares(has)
        yield PlanFinding(
            "zones-exceed-land",
            " + ".join(zones),
            None,
            message("zones.plan.zones_exceed_land", count=len(zones), need=need, room=room),
        )


def lint_with_land(
    plan: Plan, *, present: pd.DataFrame, land: pd.DataFrame | None = None
) -> list[PlanFinding]:
    """Find what is wrong in a plan against what was measured.

    Parameters
    ----------
    plan : Plan
        The plan.
    present : pandas.DataFrame
        Columns of ``PRESENT_OF_ZONES``: what stands in each zone now.
    land : pandas.DataFrame, optional
        Columns of ``LAND_FOR_ZONES``: which land could take the crop of which zone. A land class
        that several zones may use has a row for each, always with all its hectares.

    Returns
    -------
    list of PlanFinding
        ``target-below-present``, ``target-above-land`` and ``zones-exceed-land``.

    Raises
    ------
    SchemaError
        A table lacks a column.
    """
    found = list(_below_present(plan, PRESENT_OF_ZONES.validate(present)))
    if land is not None:
        table = LAND_FOR_ZONES.validate(land)
        found += _above_land(plan, table)
        found += _together(plan, table)
    return found
