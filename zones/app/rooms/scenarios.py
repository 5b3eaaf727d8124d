"""Scenarios: other figures beside the plan's, each a file beside the project; two side by side."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from layers.base.errors import VungTrongError
from layers.base.messages import message
from maps.interactive.content import check_content
from maps.interactive.page_data import page_ground
from maps.symbols.classes import classify
from zones.allocation.change_words import say_changes
from zones.allocation.explain.commune_reasons import explain_commune
from zones.allocation.job import AllocatedPlan
from zones.allocation.rounded import compare_allocations
from zones.app.desk import Desk, records, words
from zones.app.question import ChangeLines, Question
from zones.app.refused import RefusedError
from zones.project.model import Scenario, load_project
from zones.project.yaml import read_document, validate_document, write_document

_MOST_ROWS = 300
_MOVED_HA = 0.05


class Name(Question):
    """A scenario to write: its name and its changes."""

    name: str
    changes: ChangeLines


class Which(Question):
    """The file of a scenario."""

    file: str


class Pair(Question):
    """Two sets of changes to set side by side."""

    first: ChangeLines
    second: ChangeLines


class Reason(Question):
    """A commune of a zone, in a scenario."""

    changes: ChangeLines
    zone: str
    commune: str


def listed(desk: Desk) -> dict[str, Any]:
    """Scenarios beside the project, the zones, and the ground to draw them on."""
    base = desk.base()
    ground = page_ground(check_content(base.content))
    names = base.prepared.names
    known = base.prepared.inputs.targets["zone"].unique().tolist()
    return {
        "scenarios": _scenarios(desk),
        "zones": [{"zone": zone, "name": words(names[zone])} for zone in names if zone in known],
        "ground": {key: ground[key] for key in ("grid", "bounds", "communes", "colours")},
        "changes": list(desk.project().allocation.changes),
        "decimals": base.project.decimals,
    }


def _home(desk: Desk) -> Path:
    """The project file that scenarios stand beside."""
    project = desk.project()
    return project.scenario_of or project.file


def _scenarios(desk: Desk) -> list[dict[str, Any]]:
    home, found = _home(desk), []
    for path in sorted(home.parent.glob("*.y*ml")):
        if path == home or path.is_symlink():
            continue
        try:
            document = read_document(path)
            if document.get("scenario_of") != home.name:
                continue
            scenario = validate_document(Scenario, document, path)
        except VungTrongError:
            continue  # some other YAML file: a plan, or one that is being written
        found.append(
            {
                "file": path.name,
                "name": scenario.title,
                "changes": list(scenario.changes),
                "said": _said(desk, scenario.changes),
                "output": str(scenario.output),
            }
        )
    return found


def _said(desk: Desk, changes: Sequence[str]) -> list[dict[str, str]]:
    """Changes as a planner says them, or why they no longer fit the project."""
    try:
        return [words(said) for said in say_changes(desk.base().prepared, changes)]
    except VungTrongError as error:
        return [words(error.phrase)]


def save(desk: Desk, asked: Name) -> dict[str, Any]:
    """Write a scenario beside the project; one of that name is not replaced."""
    desk.may_write()
    name = " ".join(asked.name.split())
    slug = _slug(name)
    if not name or not slug:
        raise RefusedError(422, message("zones.app.scenario_name"))
    home = _home(desk)
    path = home.parent / f"{slug}.yaml"
    if path.exists():
        raise RefusedError(409, message("zones.app.scenario_there", name=path.name))
    desk.plan(asked.changes)  # What cannot be allocated is not written
    document = {
        "version": 1,
        "scenario_of": home.name,
        "title": name,
        "changes": list(asked.changes),
        "output": f"out-{slug}",
    }
    write_document(document, path)
    load_project(path)
    return {"file": path.name, "scenarios": _scenarios(desk)}


def remove(desk: Desk, asked: Which) -> dict[str, Any]:
    """Take a scenario's file away; what a run made of it stays."""
    desk.may_write()
    if asked.file not in {item["file"] for item in _scenarios(desk)}:
        raise RefusedError(404, message("zones.app.no_scenario", name=asked.file))
    path = _home(desk).parent / asked.file
    if path == desk.project().file:
        raise RefusedError(409, message("zones.app.scenario_open", name=asked.file))
    path.unlink()
    return {"scenarios": _scenarios(desk)}


def _slug(name: str) -> str:
    """Name of a file in plain letters: "Phương án A" is phuong-an-a."""
    plain = unicodedata.normalize("NFD", name.lower().replace("đ", "d"))
    return re.sub(r"[^a-z0-9]+", "-", plain.encode("ascii", "ignore").decode()).strip("-")[:60]


def compare(desk: Desk, asked: Pair) -> dict[str, Any]:
    """Two plans side by side: targets, communes, years, and classes that both maps share."""
    plans = desk.plan(asked.first), desk.plan(asked.second)
    first, second = plans
    moved = compare_allocations(
        first.allocation, second.allocation, printed=(first.printed, second.printed)
    )
    return {
        "targets": _targets(first, second),
        "planned": [_planned(plan) for plan in plans],
        "breaks": _breaks(plans),
        "moved": records(moved.head(_MOST_ROWS)),
        "movedCount": len(moved),
        "years": _years(first, second),
    }


def _targets(first: AllocatedPlan, second: AllocatedPlan) -> list[dict[str, Any]]:
    keys = ["zone", "target"]
    figures = ["low_ha", "high_ha", "planned_ha", "end_ha", "shortfall_ha"]
    sides = []
    for plan in (first, second):
        held = plan.printed.held[plan.printed.held["commune_code"] == ""]
        sides.append(held.drop_duplicates("target", keep="last")[[*keys, *figures]])
    both = sides[0].merge(sides[1], on=keys, how="outer", suffixes=("_first", "_second"))
    return records(both)


def _planned(plan: AllocatedPlan) -> dict[str, dict[str, float]]:
    """Hectares added, rounded, by zone and commune."""
    keys = ["zone", "commune_code"]
    sums = plan.printed.planned.groupby(keys, as_index=False)["planned_ha"].sum()
    found: dict[str, dict[str, float]] = {}
    for zone, code, area in sums.itertuples(index=False):
        found.setdefault(str(zone), {})[str(code)] = round(float(area), 6)
    return found


def _breaks(plans: Sequence[AllocatedPlan]) -> dict[str, list[float]]:
    """Class borders of each zone, from the hectares of both plans together."""
    both = [_planned(plan) for plan in plans]
    zones = {zone for side in both for zone in side}
    return {
        zone: list(
            classify(
                np.array([area for side in both for area in side.get(zone, {}).values()]),
                scheme="natural",
            ).breaks
        )
        for zone in sorted(zones)
    }


def _years(first: AllocatedPlan, second: AllocatedPlan) -> list[dict[str, Any]]:
    """Hectares by zone, commune and year where the two differ, the greatest difference first."""
    keys = ["zone", "commune_code", "year"]
    sides = [
        plan.printed.planned.groupby(keys)["planned_ha"].sum().rename(name)
        for plan, name in ((first, "first_ha"), (second, "second_ha"))
    ]
    both = pd.concat(sides, axis=1).fillna(0.0).reset_index()
    both["change_ha"] = (both["second_ha"] - both["first_ha"]).round(6)
    both = both[both["change_ha"].abs() > _MOVED_HA]
    both = both.merge(first.allocation.inputs.communes, on="commune_code")
    order = both["change_ha"].abs().sort_values(ascending=False, kind="stable").index
    return records(both.loc[order].head(_MOST_ROWS))


def explain(desk: Desk, asked: Reason) -> list[dict[str, str]]:
    """Why one commune gets what it gets, from the plan's clause to the hectare."""
    plan = desk.plan(asked.changes)
    said = explain_commune(
        plan.allocation,
        asked.zone,
        asked.commune,
        printed=plan.printed,
        names=plan.prepared.names,
    )
    return [words(sentence.phrase) for sentence in said]


ACTIONS: dict[str, Callable[..., Any]] = {
    "listed": listed,
    "save": save,
    "remove": remove,
    "compare": compare,
    "explain": explain,
}
