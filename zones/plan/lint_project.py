"""A plan against a project: what stands in its zones now, and which land could take their crops."""

from __future__ import annotations

import csv
from functools import lru_cache

import pandas as pd

from layers.base.resources import data_path
from zones.measure.present import present_by_crop
from zones.plan.findings import PlanFinding
from zones.plan.lint_land import LAND_FOR_ZONES, PRESENT_OF_ZONES, lint_with_land
from zones.plan.model import Plan
from zones.project.model import Project
from zones.tables import MEASURED

#: A land-use map tells farmland in more classes than a forest layer; where both are, it leads.
_LEADING = ("land_use", "forest_status")


@lru_cache(maxsize=1)
def _rules() -> tuple[dict[str, str], ...]:
    with data_path("crop_land.csv").open(encoding="utf-8", newline="") as lines:
        return tuple(csv.DictReader(lines))


def present_of_zones(plan: Plan, measured: pd.DataFrame, chosen: dict[str, str]) -> pd.DataFrame:
    """Present area of each zone of a plan."""
    present = present_by_crop(MEASURED.validate(measured), chosen)
    totals = present.groupby("crop")["present_ha"].sum()
    rows = [
        {"zone": zone.zone, "present_ha": float(totals[zone.crop])}
        for zone in plan.zones
        if zone.crop is not None and zone.crop in totals.index
    ]
    if not rows:
        return PRESENT_OF_ZONES.empty()
    return PRESENT_OF_ZONES.validate(pd.DataFrame(rows))


def _classes(measured: pd.DataFrame, kinds: dict[str, str]) -> pd.DataFrame:
    """Hectares of each land class of the polygon layers that tell land."""
    frame = measured.assign(layer_kind=measured["layer"].map(kinds))
    frame = frame[frame["layer_kind"].isin(_LEADING) & (frame["commune_code"] != "")]
    area = frame["ledger_ha"].fillna(frame["area_ha"])
    keys = ["layer_kind", "land", "three_forest"]
    return frame.assign(area_ha=area).groupby(keys)["area_ha"].sum().reset_index()


def land_for_zones(plan: Plan, measured: pd.DataFrame, kinds: dict[str, str]) -> pd.DataFrame:
    """Land that could take the crop of each zone, by the defaults of ``data/crop_land.csv``."""
    classes = _classes(MEASURED.validate(measured), kinds)
    there = set(classes["layer_kind"])
    rows = []
    for zone in plan.zones:
        rules = [rule for rule in _rules() if rule["land_kind"] == zone.land_kind]
        leading = next(
            (k for k in _LEADING if k in there and any(r["layer_kind"] == k for r in rules)), ""
        )
        for rule in rules:
            if rule["layer_kind"] != leading:
                continue
            fits = (classes["layer_kind"] == leading) & (classes["land"] == rule["land"])
            if rule["three_forest"] != "*":
                fits &= classes["three_forest"] == rule["three_forest"]
            area = float(classes.loc[fits, "area_ha"].sum())
            land = f"{leading}: {rule['land']} {rule['three_forest']}"
            rows.append({"zone": zone.zone, "land": land, "area_ha": area})
    if not rows:
        return LAND_FOR_ZONES.empty()
    return LAND_FOR_ZONES.validate(pd.DataFrame(rows))


def _kinds(project: Project) -> dict[str, str]:
    """Kind of each layer; of several layers of one kind the newest alone."""
    newest: dict[str, str] = {}
    for name, source in sorted(project.layers.items(), key=lambda item: str(item[1].date)):
        newest[source.kind] = name
    return {name: kind for kind, name in newest.items()}


def lint_project(plan: Plan, project: Project, measured: pd.DataFrame) -> list[PlanFinding]:
    """Hold a plan against what a project measured: columns of ``MEASURED``, in hectares."""
    return lint_with_land(
        plan,
        present=present_of_zones(plan, measured, dict(project.present)),
        land=land_for_zones(plan, measured, _kinds(project)),
    )
