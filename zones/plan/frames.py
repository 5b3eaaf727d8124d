"""A plan as tables: targets, zones and communes; and the communes its codes are held against."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from types import MappingProxyType

import pandas as pd

from layers.base.errors import InputError, MissingFileError
from layers.base.language import Phrase
from layers.base.resources import data_path
from layers.base.schema import Schema, read_schema
from layers.communes.gazetteer import Unit, communes_on
from zones.plan.model import Plan

PLAN_TARGETS = read_schema("zones.plan", "plan targets")
PLAN_ZONES = read_schema("zones.plan", "plan zones")
PLAN_COMMUNES = read_schema("zones.plan", "plan communes")


def communes_of(plan: Plan) -> Mapping[str, Unit]:
    """Communes of a plan's province at its vintage, by code."""
    try:
        return communes_on(plan.province, plan.vintage)
    except InputError:
        return MappingProxyType({})


def plan_names(plans: Iterable[Plan]) -> dict[str, Phrase]:
    """Name of each plan by its id."""
    return {plan.plan: Phrase(en=plan.name.en, vi=plan.name.vi) for plan in plans}


def natural_area_of(plan: Plan) -> float | None:
    """Official natural area of a plan's province, in hectares, where it is known."""
    if plan.natural_area_ha is not None:
        return plan.natural_area_ha
    try:
        path = data_path(f"communes-{plan.province}.csv")
    except MissingFileError:
        return None
    with path.open(encoding="utf-8", newline="") as lines:
        return sum(float(row["official_area_ha"]) for row in csv.DictReader(lines))


def _frame(schema: Schema, rows: list[dict[str, object]]) -> pd.DataFrame:
    if not rows:
        return schema.empty()
    return schema.validate(pd.DataFrame(rows, columns=schema.names))


def targets_frame(plan: Plan) -> pd.DataFrame:
    """Targets of a plan as a table, columns of ``PLAN_TARGETS``.

    Parameters
    ----------
    plan : Plan
        The plan.

    Returns
    -------
    pandas.DataFrame
        One row per target, figures in ``unit``; NaN where the bound leaves an end open. Parts
        stand behind the other targets of their zone, whose first is the one that pages show.
    """
    rows: list[dict[str, object]] = []
    parts = parts_of_one_thing(plan)
    every = list(plan.all_targets())
    order = {zone: place for place, (zone, _) in reversed([*enumerate(every)])}
    for zone, target in sorted(every, key=lambda it: (order[it[0]], it[1].target in parts)):
        low, high = target.ends
        rows.append(
            {
                "target": target.target,
                "zone": zone,
                "clause": target.clause,
                "bound": target.bound,
                "unit": target.unit,
                "year": target.year,
                "low": low,
                "high": high,
                "scope": target.scope,
                "commune_code": target.commune or "",
                "measure": target.measure,
                "indicator": target.indicator,
                "period": target.period,
                "is_part": target.target in parts,
            }
        )
    return _frame(PLAN_TARGETS, rows)


def parts_of_one_thing(plan: Plan) -> frozenset[str]:
    """Ids of targets that are a part of a wider one of the same zone, indicator, commune and year.

    "Tea 18,500 ha, of which Shan tea 6,200 ha": what is known of all tea says nothing of the part,
    nor what is known of all citrus of the oranges.
    """
    every = {item.target: (zone, item) for zone, item in plan.all_targets()}

    def thing(target: str, whole: str) -> tuple[object, ...]:
        zone, item = every[target]
        year = item.year or every[whole][1].year  # a part without a year is for that of its whole
        return zone, item.indicator, item.commune, year, item.during

    return frozenset(
        name
        for name, (_, item) in every.items()
        if any(thing(whole, whole) == thing(name, whole) for whole in item.wholes)
    )


def zones_frame(plan: Plan) -> pd.DataFrame:
    """Zones of a plan as a table, columns of ``PLAN_ZONES``.

    Parameters
    ----------
    plan : Plan
        The plan.

    Returns
    -------
    pandas.DataFrame
        One row per zone.
    """
    rows: list[dict[str, object]] = [
        {
            "zone": zone.zone,
            "name_vi": zone.name.vi,
            "name_en": zone.name.en,
            "crop": zone.crop or "",
            "land_kind": zone.land_kind,
            "counts_for_cover": zone.counts_for_cover,
            "list": zone.listing,
            "clause": zone.clause,
        }
        for zone in plan.zones
    ]
    return _frame(PLAN_ZONES, rows)


def communes_frame(plan: Plan) -> pd.DataFrame:
    """Communes of the zones' lists as a table, columns of ``PLAN_COMMUNES``.

    Parameters
    ----------
    plan : Plan
        The plan.

    Returns
    -------
    pandas.DataFrame
        One row per zone and commune; a commune named twice in one list has one row.
    """
    names = {code: unit.name for code, unit in communes_of(plan).items()}
    rows: list[dict[str, object]] = []
    for zone in plan.zones:
        listed = {commune.code: commune.as_written for commune in reversed(zone.communes)}
        codes = [commune.code for commune in zone.communes]
        if zone.listing == "province":
            codes += sorted(names)
        rows += [
            {
                "zone": zone.zone,
                "commune_code": code,
                "commune": names.get(code) or listed[code],
                "name_as_written": listed.get(code, ""),
            }
            for code in dict.fromkeys(codes)
        ]
    return _frame(PLAN_COMMUNES, rows)
