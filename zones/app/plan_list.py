"""The plans of a project as the page lists them: what they are called and what they are for."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from layers.base.errors import VungTrongError
from zones.allocation.targets import conversion_names
from zones.app.desk import words
from zones.plan.files import embedded_plans, load_plan
from zones.plan.model import Plan
from zones.project.yaml import is_there, parse_document

_FILES = (".yaml", ".yml")


def plan_names(document: Mapping[str, Any]) -> list[str]:
    """Plans as the project file names them, the leading one first."""
    written = document.get("plans")
    return [str(name) for name in written] if isinstance(written, list) else []


def known_plans() -> list[dict[str, Any]]:
    """Embedded plans, each by its id and its name."""
    return [dict(item) for item in _embedded()]


@functools.cache
def _embedded() -> tuple[dict[str, Any], ...]:
    found = []
    for name, path in sorted(embedded_plans().items()):
        head = parse_document(path.read_text("utf-8").partition("\nzones:")[0], path)
        told = {language: str(head["name"][language]) for language in ("vi", "en")}
        found.append({"id": name, "name": told})
    return tuple(found)


def plans_of(document: Mapping[str, Any], home: Path) -> list[dict[str, Any]]:
    """Plans of a project, the leading one first.

    A later plan is held against what was measured; of it ``unallocated`` are zones with an area
    target that the leading plan does not have: nobody shares their hectares out.
    """
    listed: list[dict[str, Any]] = []
    leading: set[str] = set()
    for place, name in enumerate(plan_names(document)):
        item, zones = _listed(name, home)
        leading = leading if place else set(zones)
        item["unallocated"] = [zones[zone] for zone in zones if zone not in leading]
        listed.append(item)
    return listed


def zones_of(name: str, home: Path) -> set[str] | None:
    """What zones of a plan are called in a changed figure; nothing is known of one out of reach.

    Without a plan there is no zone.
    """
    if not name:
        return set()
    try:
        plan = load_plan(home / name if Path(name).suffix in _FILES else name, check_codes=False)
    except VungTrongError:
        return None
    called = {text for zone in plan.zones for text in (zone.zone, zone.name.vi, zone.name.en)}
    return called | set(conversion_names())


def _listed(name: str, home: Path) -> tuple[dict[str, Any], dict[str, dict[str, str]]]:
    """A plan by name, day and zones, or what is wrong with it; and its zones with an area."""
    path = home / name if Path(name).suffix in _FILES else None
    there = path is None or is_there(path)
    item = {"id": name, "there": there, "name": {"vi": name, "en": name}, "date": "", "zones": 0}
    if not there:
        return item | {"fault": None}, {}
    try:
        plan = load_plan(path or name, check_codes=False)
    except VungTrongError as error:
        return item | {"fault": words(error.phrase)}, {}
    named = {"vi": plan.name.vi, "en": plan.name.en}
    told = {"name": named, "date": plan.date or "", "zones": len(plan.zones), "fault": None}
    return item | told, _zones_with_targets(plan)


def _zones_with_targets(plan: Plan) -> dict[str, dict[str, str]]:
    """Names of the zones that a plan gives an area in hectares, by zone."""
    asked = {
        owner
        for owner, target in plan.all_targets()
        if target.indicator == "area" and target.unit == "ha"
    }
    return {
        zone.zone: {"vi": zone.name.vi, "en": zone.name.en}
        for zone in plan.zones
        if zone.zone in asked
    }
