"""Lint of what a reader of documents leaves: figures in doubt, without an owner, set twice."""

from __future__ import annotations

import itertools
import math
from collections import defaultdict
from collections.abc import Iterator

from layers.base.messages import message
from zones.plan.extract.indicators import known_indicators
from zones.plan.extract.units import unit_dimension, unit_factor
from zones.plan.findings import SURE, PlanFinding
from zones.plan.model import Plan, Target
from zones.plan.words import clause_words, figure_words, unit_words

#: Printed parts are rounded: so much of the whole they may exceed it.
_ROUNDING = 0.001


def _in_doubt(target: Target) -> Iterator[PlanFinding]:
    if target.confidence is None:  # written or confirmed by a person
        return
    if target.confidence < SURE:
        words = message("zones.plan.target_unsure", confidence=target.confidence)
        yield PlanFinding("target-unsure", target.target, target.clause, words)
    if target.indicator not in known_indicators():
        name = target.name.vi if target.name else target.indicator
        words = message("zones.plan.owner_unknown", name=name)
        yield PlanFinding("owner-unknown", target.target, target.clause, words, detail=name)


def _ends(target: Target) -> tuple[float, ...]:
    """Ends of a target in the base unit of its dimension."""
    factor = unit_factor(target.unit)
    return tuple(end * (1.0 if math.isnan(factor) else factor) for end in target.ends)


def _told_apart(first: Target, second: Target) -> bool:
    """Whether one is part of the other, or both say the same."""
    links = {first.within, first.part_of, second.within, second.part_of} - {None}
    if links & {first.target, second.target} or (first.part_of and first.part_of == second.part_of):
        return True
    return all(
        math.isclose(one, other, rel_tol=1e-9) or (math.isnan(one) and math.isnan(other))
        for one, other in zip(_ends(first), _ends(second), strict=True)
    )


def _set_twice(plan: Plan) -> Iterator[PlanFinding]:
    """Two targets of one indicator, crop, place, year and period with different figures."""
    alike: dict[tuple[object, ...], list[Target]] = defaultdict(list)
    for zone, one in plan.all_targets():
        per_year = one.period == "per_year" or one.unit.endswith("/year")
        unit = unit_dimension(one.unit)
        key = (zone, one.indicator, one.crop, one.commune, one.year, one.during, per_year)
        alike[(*key, one.unit if unit == "count" else unit)].append(one)
    for targets in alike.values():
        for first, second in itertools.pairwise(targets):
            if _told_apart(first, second):
                continue
            said = [figure_words(one, one.unit) for one in (first, second)]
            words = message(
                "zones.plan.one_thing_two_targets",
                first=said[0],
                target=first.target,
                second=said[1],
                other=second.target,
                where=clause_words(second.clause),
            )
            detail = second.target
            yield PlanFinding(
                "one-thing-two-targets", first.target, first.clause, words, detail=detail
            )


def _value(target: Target) -> float:
    """Least that a target asks, in the base unit of its dimension."""
    return min(end for end in _ends(target) if not math.isnan(end))


def _parts_beyond_whole(plan: Plan) -> Iterator[PlanFinding]:
    """Parts of one indicator and different crops, or of different indicators, against the whole."""
    targets = {target.target: target for _, target in plan.all_targets()}
    parts: dict[str, list[Target]] = defaultdict(list)
    for target in targets.values():
        whole = targets.get(target.within or "")
        if whole and unit_dimension(whole.unit) == unit_dimension(target.unit):
            parts[whole.target].append(target)
    for name, found in parts.items():
        whole = targets[name]
        total = max(end for end in _ends(whole) if not math.isnan(end))
        value = sum(map(_value, found))
        rate = unit_dimension(whole.unit) not in ("area", "mass", "volume", "money", "count")
        if len(found) < 2 or rate or value <= total * (1 + _ROUNDING):
            continue
        factor = unit_factor(whole.unit)
        unit = unit_words(whole.unit)
        words = message(
            "zones.plan.parts_exceed_whole",
            count=len(found),
            found=value / factor,
            total=total / factor,
            unit=unit,
        )
        yield PlanFinding("parts-exceed-whole", whole.target, whole.clause, words)


def lint_draft(plan: Plan) -> Iterator[PlanFinding]:
    """Find what a reader of documents was not sure of, or read twice."""
    for zone in plan.zones:
        if zone.confidence is not None and zone.crop is None:
            words = message("zones.plan.zone_crop_unknown", name=zone.name.vi)
            yield PlanFinding("zone-crop-unknown", zone.zone, zone.clause, words)
    for _, target in plan.all_targets():
        yield from _in_doubt(target)
    yield from _set_twice(plan)
    yield from _parts_beyond_whole(plan)
