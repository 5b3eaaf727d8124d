"""Targets: each zone with its bounds, what is there and what is missing; edits move the communes.

An edit is a line as ``zones allocate --what-if`` takes it. The page sends all lines at once: the
plan it gets depends on nothing but the project's files and these lines: a run of the saved
project gives the same figures.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from layers.base.language import Phrase
from layers.base.messages import message
from layers.io.atomic import save_text
from maps.interactive.content import check_content
from maps.interactive.page_data import page_figures, page_ground
from zones.allocation.change_words import say_changes, say_unfit
from zones.allocation.explain.target_reasons import no_map
from zones.allocation.job import explain_plan
from zones.allocation.prepare import Prepared
from zones.allocation.rounded import compare_allocations
from zones.allocation.targets import CONVERSIONS
from zones.app.desk import Base, Desk, records, words
from zones.app.project_file import project_path, with_changes, write_project
from zones.app.question import ChangeLines, Question
from zones.app.refused import RefusedError
from zones.certainty.verdict import interval_verdict
from zones.pages.map_content import with_figures
from zones.plan.frames import communes_of
from zones.plan.model import Plan, Target
from zones.plan.words import figure_words
from zones.project.model import Project, Scenario
from zones.project.yaml import parse_document, read_text, validate_document
from zones.publish.publish import PublishedFigures

_ROWS_TOLD = 200


class Changes(Question):
    """Figures that are tried out in place of the plan's."""

    changes: ChangeLines


class Save(Changes):
    """Changes to keep, and the state of the project file that the page knows."""

    stamp: str


def ground(desk: Desk) -> dict[str, Any]:
    """What stays as it is while figures change: the communes, the plan's own words, the edits."""
    return desk.first_page(lambda: _ground(desk))


def _ground(desk: Desk) -> dict[str, Any]:
    """As ``ground``; ``plan`` has the changes of the project file.

    It may be the one that a run left, and an edit then waits until that was made again.
    """
    base = desk.base()
    changes = desk.project().allocation.changes
    own = _figures(desk, changes)
    nobody: dict[str, Any] = {"moved": None if changes else [], "movedCount": 0}
    return {
        "page": {**page_ground(check_content(base.content)), **own["figures"]},
        "plan": own | nobody,
        "original": _settings(base.prepared),
        "zones": _zones(base),
        "changes": list(changes),
        "left": [{"line": line, "said": words(say_unfit(line))} for line in desk.left],
        "stamp": _stamp(desk),
        "years": list(base.prepared.settings.years),
        "decimals": base.project.decimals,
    }


def plan(desk: Desk, asked: Changes) -> dict[str, Any]:
    """The plan with the changes: figures of the page, targets, and which communes moved."""
    made = desk.plan(asked.changes)
    base = made.unchanged
    moved = compare_allocations(
        base.allocation, made.allocation, printed=(base.printed, made.printed)
    )
    return _figures(desk, asked.changes) | {
        "moved": records(moved.head(_ROWS_TOLD)),
        "movedCount": len(moved),
    }


def _figures(desk: Desk, changes: Sequence[str]) -> dict[str, Any]:
    """Figures of the page, targets as they end, and what can be edited, with the changes."""
    base, prepared, held = desk.base(), desk.prepared(changes), desk.held(changes)
    figures = _edited(desk.published(changes), base.prepared, prepared)
    told = [item for item in prepared.findings if item.kind == "other-end-gives-way"]
    return {
        "figures": page_figures(check_content(with_figures(base.content, figures))),
        "targets": records(held[held["commune_code"] == ""]),
        "settings": _settings(prepared),
        "follows": [words(item.message) for item in told],
        "said": [words(said) for said in say_changes(base.prepared, changes)],
    }


def _edited(figures: PublishedFigures, base: Prepared, made: Prepared) -> PublishedFigures:
    """Hold the zones against targets and lists as they were edited, not as the plan says them."""
    old, new = (_ends(it) for it in (base, made))
    changed = new[~(new.eq(old) | (new.isna() & old.isna())).all(axis=1)]
    targets, zones = figures.targets.copy(), figures.zones.copy()
    for (zone, target), (low, high, year) in zip(changed.index, changed.to_numpy(), strict=True):
        mine = (targets["zone"] == zone) & (targets["target"] == target)
        now = targets.loc[mine, "present"].astype("float64")
        goal = high if math.isnan(low) else low
        under, over = (low - now).clip(lower=0.0), (now - high).clip(lower=0.0)
        status = np.select(
            [now.isna(), under > 0, over > 0], ["not_measured", "below", "above"], "within"
        )
        ends = {"low": low, "high": high, "figure_low": low, "figure_high": high, "year": year}
        held = {"held_ratio": now / (goal or np.nan), "shortfall": under, "surplus": over}
        for name, value in {**ends, **held, "status": status}.items():
            targets.loc[mine, name] = value
        sure = mine & targets["low_interval"].notna()
        targets.loc[sure, "needed"] = ""  # What would decide was of the plan's own figures
        targets.loc[sure, "verdict"] = interval_verdict(
            *(targets.loc[sure, name] for name in ("low_interval", "high_interval", "low", "high"))
        )
        rows = zones["zone"] == zone
        zones.loc[rows, "held_ratio"] = zones.loc[rows, "present_ha"] / (goal or np.nan)
    on_list, as_planned = (_on_list(it) for it in (made, base))
    for zone in on_list.keys() | as_planned.keys():
        if on_list.get(zone) != as_planned.get(zone):
            rows = zones["zone"] == zone
            zones.loc[rows, "listed"] = zones.loc[rows, "commune_code"].isin(on_list.get(zone, ()))
    # A verdict in words was of the plan's own figures
    edited = set(changed.index.get_level_values("zone"))
    notes = [note for note in figures.notes if note.table != "verdict" or note.zone not in edited]
    return replace(figures, targets=targets, zones=zones, notes=tuple(notes))


def _on_list(prepared: Prepared) -> dict[str, set[str]]:
    """Communes on the list of each zone that has one."""
    groups = prepared.inputs.listed.groupby("zone")["commune_code"]
    return {str(zone): set(codes) for zone, codes in groups}


def _ends(prepared: Prepared) -> pd.DataFrame:
    """Ends (ha) and year of the targets of whole zones."""
    targets = prepared.inputs.targets
    whole = targets[targets["commune_code"] == ""].set_index(["zone", "target"])
    return whole[["low_ha", "high_ha", "year"]].astype("float64")


def why(desk: Desk, asked: Changes) -> list[dict[str, Any]]:
    """Why each target ends where it does, and what would mend it."""
    return records(explain_plan(desk.plan(asked.changes), progress=desk.teller.part).sentences())


def save(desk: Desk, asked: Save) -> dict[str, Any]:
    """Write the changes into the project file; everything else in it stays, comments included."""
    desk.may_write()
    project = desk.project()
    if _stamp(desk) != asked.stamp:
        raise RefusedError(409, message("zones.app.changed_elsewhere", file=project.file.name))
    desk.plan(asked.changes)  # What cannot be allocated is not written
    text = with_changes(read_text(project.file), project.file, list(asked.changes))
    model = Project if project.scenario_of is None else Scenario
    validate_document(model, parse_document(text, project.file), project.file)
    save_text(text, project.file)
    desk.keep_first_page(_ground(desk))  # What is saved is what the next session begins with
    return {"stamp": _stamp(desk)}


def leave(desk: Desk) -> dict[str, Any]:
    """Take changed figures that fit no zone out of the project file; the way back is kept."""
    desk.base()
    kept, file = desk.project().allocation.changes, project_path(desk)
    write_project(desk, with_changes(read_text(file), file, list(kept)), always=True)
    return {}


def _stamp(desk: Desk) -> str:
    file = desk.session.project
    return "" if file is None else hashlib.sha256(file.read_bytes()).hexdigest()


def _settings(prepared: Prepared) -> list[dict[str, Any]]:
    """What can be edited of each zone, as it stands with the changes."""
    inputs = prepared.inputs
    main = inputs.targets[inputs.targets["commune_code"] == ""]
    pace = inputs.pace[(inputs.pace["commune_code"] == "") & inputs.pace["high_ha"].notna()]
    fastest = pace.groupby("zone")["high_ha"].max()
    targets, listed, locks = (_by_zone(rows) for rows in (main, inputs.listed, inputs.locks))
    return [
        {
            "zone": zone,
            "several": len(rows) > 1,
            **{name: rows[-1][name] for name in ("low_ha", "high_ha", "year", "importance")},
            "pace": float(fastest[zone]) if zone in fastest.index else None,
            "list": listed[zone][0]["list"] if zone in listed else "",
            "listed": [row["commune_code"] for row in listed.get(zone, ())],
            "locks": [
                {name: row[name] for name in ("commune_code", "lock", "area_ha")}
                for row in locks.get(zone, ())
            ],
        }
        for zone, rows in targets.items()
    ]


def _by_zone(table: pd.DataFrame) -> dict[str, list[dict[str, Any]]]:
    """Rows of a table by their zone, zones in the order in which they appear."""
    found: dict[str, list[dict[str, Any]]] = {}
    for row in records(table):
        found.setdefault(row["zone"], []).append(row)
    return found


def _zones(base: Base) -> list[dict[str, Any]]:
    """The zones that are allocated, in the plan's order, with the plan's own words."""
    plans = base.context.plans()
    names = base.prepared.names
    known = base.prepared.inputs.targets["zone"].unique().tolist()
    order = [zone for zone in names if zone in known]
    present, missing = _present(base), base.prepared.missing_maps
    return [
        {
            "zone": zone,
            "name": words(names[zone]),
            "clauses": _clauses(plans[0], zone),
            "yearly": _yearly(plans[0], zone),
            "present": present.get(zone, {}),
            "noMap": words(no_map(missing[zone])) if zone in missing else None,
        }
        for zone in order
    ]


def _present(base: Base) -> dict[str, dict[str, float]]:
    """Present hectares of each zone with a list of communes, by commune, as they are printed."""
    rows = base.measures.zones.dropna(subset="present_ha")
    rows = rows[rows["zone"].isin(base.prepared.inputs.listed["zone"])]
    return {
        str(zone): dict(zip(mine["commune_code"], mine["present_ha"], strict=True))
        for zone, mine in rows.groupby("zone")
    }


def _yearly(plan: Plan, zone: str) -> list[dict[str, Any]]:
    """Hectares a year that the plan names of a zone, or in a clause of its own.

    They are shown, and no limit until a person says so: what is planted in a year includes what is
    replanted after a harvest.
    """
    named = [item for item in plan.zones if item.zone == zone]
    clauses = [item.clause for item in plan.zones]
    alone = {item.clause for item in named if item.clause and clauses.count(item.clause) == 1}
    crops = {item.crop for item in named if item.crop}
    return [
        _clause(item) | {"name": item.name and {"vi": item.name.vi, "en": item.name.en}}
        for owner, item in plan.all_targets()
        if item.unit == "ha/year"
        and item.indicator not in CONVERSIONS  # which the allocation holds as a pace
        and (owner == zone or (owner == "" and (item.crop in crops or item.clause in alone)))
    ]


def _clauses(plan: Plan, zone: str) -> list[dict[str, Any]]:
    """What the plan says of a zone's area: clause, words, bound, figures."""
    targets = [item for owner, item in plan.all_targets() if owner == zone]
    areas = [item for item in targets if item.indicator == "area" and item.unit == "ha"]
    return [_clause(item) | {"of": _narrower(plan, item)} for item in areas]


def _narrower(plan: Plan, target: Target) -> dict[str, str] | None:
    """What a figure is of, where that is not all of the zone: one commune, a part of a figure."""
    unit = communes_of(plan).get(target.commune or "")
    if unit is not None:
        return words(Phrase(en=unit.name, vi=unit.name))
    if not target.wholes:
        return None
    every = {item.target: item for _, item in plan.all_targets()}
    whole = every[target.wholes[0]]
    return words(message("zones.app.of_whole", whole=figure_words(whole, whole.unit)))


def _clause(target: Target) -> dict[str, Any]:
    low, high = target.ends
    ends: Mapping[str, float] = {"low": low, "high": high}
    return {
        "clause": target.clause or "",
        "bound": target.bound,
        "words": list(target.words),
        **{name: None if pd.isna(end) else end for name, end in ends.items()},
        "year": target.year,
        "also": [item.clause for item in target.also if item.clause],
    }


ACTIONS: dict[str, Callable[..., Any]] = {
    "ground": ground,
    "plan": plan,
    "why": why,
    "save": save,
    "leave": leave,
}
