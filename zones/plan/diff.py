"""What changed from one plan to the next: targets added, dropped, raised, lowered; communes."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from zones.plan.extract.units import unit_dimension, unit_factor
from zones.plan.frames import communes_of
from zones.plan.model import ListedCommune, Plan, Target, Zone

Change = Literal["added", "dropped", "raised", "lowered", "bound", "figures", "unit", "same"]


@dataclass(frozen=True, slots=True)
class TargetChange:
    """What became of one target."""

    # ``added``, ``dropped``, ``raised``, ``lowered``; ``bound``: the same figures bind otherwise;
    # ``figures``: a range that moved neither up nor down; ``unit``: no common unit; ``same``
    change: Change
    zone: str  # Id of the zone, empty for an indicator of the whole plan
    indicator: str  # What is counted
    # old, new: The target in each plan
    old: Target | None
    new: Target | None


@dataclass(frozen=True, slots=True)
class ListChange:
    """What became of the list of communes of a zone."""

    zone: str  # Id of the zone
    # ``zone added``, ``zone dropped``, ``listed`` (the old plan named no commune), ``unlisted``,
    # ``changed``, or ``not comparable`` (the lists are of different vintages)
    change: str
    # old_clause, new_clause: Clauses
    old_clause: str | None
    new_clause: str | None
    # entered, left: Names of communes
    entered: tuple[str, ...] = ()
    left: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PlanDiff:
    """All changes from one plan to another."""

    # In the order of the new plan, then what was dropped; unchanged targets included
    targets: tuple[TargetChange, ...]
    lists: tuple[ListChange, ...]  # Zones whose list changed


def _ends(target: Target) -> tuple[float, float]:
    """Give ends for telling up from down, in base units; an open end takes the other's figure."""
    factor = unit_factor(target.unit)
    low, high = target.ends
    low, high = (high if math.isnan(low) else low), (low if math.isnan(high) else high)
    scale = 1.0 if math.isnan(factor) else factor
    return low * scale, high * scale


def _compare(old: Target, new: Target) -> Change:
    if unit_dimension(old.unit) != unit_dimension(new.unit):
        return "unit"
    (low, high), (new_low, new_high) = _ends(old), _ends(new)
    if (low, high) == (new_low, new_high):
        return "same" if old.bound == new.bound else "bound"
    if new_low >= low and new_high >= high:
        return "raised"
    if new_low <= low and new_high <= high:
        return "lowered"
    return "figures"


def _thing(zone: str, target: Target) -> tuple[str, ...]:
    return (zone, target.indicator, target.crop or "", target.commune or "")


#: What must be equal for two targets of one thing to be a pair, the strictest first.
_LEVELS: tuple[Callable[[Target], object], ...] = (
    lambda target: (target.year, target.period == "per_year"),
    lambda target: target.period == "per_year",
    lambda _: None,
)


def _paired(old: list[Target], new: list[Target]) -> Iterator[tuple[Target | None, Target | None]]:
    """Pair the targets of one thing: of equal years first, then the last year of each plan."""

    def by_year(target: Target) -> int:
        return -(target.year or 0)

    waiting, rest = sorted(old, key=by_year), sorted(new, key=by_year)
    for level in _LEVELS:
        for target in list(rest):
            twin = next((one for one in waiting if level(one) == level(target)), None)
            if twin is not None:
                waiting.remove(twin)
                rest.remove(target)
                yield twin, target
    yield from ((target, None) for target in waiting)
    yield from ((None, target) for target in rest)


def _grouped(plan: Plan) -> dict[tuple[str, ...], list[Target]]:
    found: dict[tuple[str, ...], list[Target]] = {}
    for zone, target in plan.all_targets():
        found.setdefault(_thing(zone, target), []).append(target)
    return found


def _target_changes(old: Plan, new: Plan) -> Iterator[TargetChange]:
    before, after = _grouped(old), _grouped(new)
    for thing in [*after, *(thing for thing in before if thing not in after)]:
        for was, now in _paired(before.get(thing, []), after.get(thing, [])):
            change: Change = "same"
            if was is None or now is None:
                change = "added" if was is None else "dropped"
            else:
                change = _compare(was, now)
            yield TargetChange(change, thing[0], thing[1], was, now)


def _names(plan: Plan, communes: list[ListedCommune]) -> dict[str, str]:
    known = communes_of(plan)
    return {
        commune.code: known[commune.code].name if commune.code in known else commune.as_written
        for commune in communes
    }


def _list_change(old: Plan, new: Plan, was: Zone, now: Zone) -> ListChange | None:
    clauses = (was.clause, now.clause)
    before, after = _names(old, was.communes), _names(new, now.communes)
    if was.listing == now.listing and before.keys() == after.keys():
        return None
    if was.listing in ("none", "province") or now.listing in ("none", "province"):
        kind = {"none": "unlisted", "province": "whole province"}.get(now.listing, "listed")
        if was.listing == now.listing:
            return None
        return ListChange(now.zone, kind, *clauses, entered=tuple(after.values()))
    if {unit.vintage for unit in communes_of(old).values()} != {
        unit.vintage for unit in communes_of(new).values()
    }:
        return ListChange(now.zone, "not comparable", *clauses)
    entered = tuple(name for code, name in after.items() if code not in before)
    left = tuple(name for code, name in before.items() if code not in after)
    return ListChange(now.zone, "changed", *clauses, entered=entered, left=left)


def _list_changes(old: Plan, new: Plan) -> Iterator[ListChange]:
    before = {zone.zone: zone for zone in old.zones}
    after = {zone.zone: zone for zone in new.zones}
    for zone_id, zone in after.items():
        if zone_id not in before:
            names = tuple(_names(new, zone.communes).values())
            yield ListChange(zone_id, "zone added", None, zone.clause, entered=names)
            continue
        change = _list_change(old, new, before[zone_id], zone)
        if change is not None:
            yield change
    for zone_id, zone in before.items():
        if zone_id not in after:
            names = tuple(_names(old, zone.communes).values())
            yield ListChange(zone_id, "zone dropped", zone.clause, None, left=names)


def diff_plans(old: Plan, new: Plan) -> PlanDiff:
    """Tell what changed from one plan to another.

    Parameters
    ----------
    old, new : Plan
        The plans; zones are recognised by their id, targets by zone, indicator and crop.

    Returns
    -------
    PlanDiff
        Targets and lists of communes.

    Examples
    --------
    >>> from zones.plan.files import load_plan
    >>> diff = diff_plans(load_plan("lang-son-2023"), load_plan("lang-son-2026-2030"))
    >>> [c.change for c in diff.targets if (c.zone, c.indicator) == ("grass_jelly", "area")]
    ['lowered']
    """
    return PlanDiff(tuple(_target_changes(old, new)), tuple(_list_changes(old, new)))
