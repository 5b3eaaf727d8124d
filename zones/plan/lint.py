"""Lint of a plan: what contradicts itself, cannot be, or leaves a planner without a figure."""

from __future__ import annotations

import math
from collections.abc import Iterator

from layers.base.language import Phrase
from layers.base.messages import message
from layers.kinds.crops import crop_named, near_crop
from zones.plan.extract.bound_words import bound_kinds
from zones.plan.extract.indicators import known_indicators
from zones.plan.extract.units import unit_dimension, unit_factor, unknown_unit
from zones.plan.findings import PlanFinding
from zones.plan.frames import natural_area_of
from zones.plan.lint_draft import lint_draft
from zones.plan.lint_lists import lint_lists
from zones.plan.model import Figure, Plan, Statement, Target, Zone
from zones.plan.words import clause_words, figure_words, unit_words

#: Two sums agree when they differ by less than this share: printed figures are rounded.
_ROUNDING = 0.001
_WHOLE_PERCENT = 100.0
_SHARES = ("_share", "_rate")


def _statements(target: Target) -> list[tuple[Figure, str | None, str]]:
    """All statements of a target: figure, clause and unit."""
    own = [(target, target.clause, target.unit)]
    return own + [(one, one.clause, one.unit or target.unit) for one in target.also]


def _lint_ranges(target: Target) -> Iterator[PlanFinding]:
    for figure, clause, unit in _statements(target):
        low, high = figure.ends
        if low > high:
            yield PlanFinding(
                "range-reversed",
                target.target,
                clause,
                message("zones.plan.range_reversed", figure=figure_words(figure, unit)),
            )


def _factor(unit: str) -> float:
    factor = unit_factor(unit)
    return 1.0 if math.isnan(factor) else factor


def _figures_of(figure: Figure, unit: str) -> set[float]:
    factor = _factor(unit)
    return {round(end * factor, 9) for end in figure.ends if not math.isnan(end)}


def _lint_statements(target: Target) -> Iterator[PlanFinding]:
    """Hold every other statement of a target against the leading one."""
    lead, *others = _statements(target)
    seen: set[str] = set()
    for other in others:
        kind, detail = _disagreement(lead, other), figure_words(other[0], other[2]).en
        if not kind or detail in seen:
            continue
        seen.add(detail)
        yield PlanFinding(
            kind,
            target.target,
            lead[1],
            message(
                f"zones.plan.unlike_{kind.replace('-', '_')}",
                first=_with_clause(*lead),
                second=_with_clause(*other),
            ),
            detail=detail,
        )


def _with_clause(figure: Figure, clause: str | None, unit: str) -> Phrase:
    return message(
        "zones.plan.figure_of_clause",
        figure=figure_words(figure, unit),
        clause=clause_words(clause),
    )


def _disagreement(
    first: tuple[Figure, str | None, str], second: tuple[Figure, str | None, str]
) -> str:
    if _figures_of(first[0], first[2]) != _figures_of(second[0], second[2]):
        return "two-figures"
    return "two-bounds" if first[0].bound != second[0].bound else ""


def _lint_words(target: Target) -> Iterator[PlanFinding]:
    for figure, clause, unit in _statements(target):
        kinds = bound_kinds(figure.words)
        if len(kinds) > 1 or (figure.bound == "range" and kinds - {"about"}):
            words = " ".join(figure.words)
            yield PlanFinding(
                "mixed-bound",
                target.target,
                clause,
                message("zones.plan.mixed_bound", words=words, figure=figure_words(figure, unit)),
                detail=words,
            )


def _lint_units(target: Target, area_ha: float | None) -> Iterator[PlanFinding]:
    indicator = known_indicators().get(target.indicator)
    for figure, clause, unit in _statements(target):
        if strange := unknown_unit(unit):
            yield PlanFinding(
                "unit-unknown",
                target.target,
                clause,
                message("zones.plan.unit_unknown", unit=strange),
                detail=unit,
            )
            continue
        dimension = unit_dimension(unit)
        if indicator is not None and dimension != indicator.dimension:
            yield PlanFinding(
                "implausible-unit",
                target.target,
                clause,
                message(
                    "zones.plan.implausible_unit",
                    indicator=Phrase(indicator.name_en, indicator.name_vi),
                    unit=unit_words(unit),
                ),
                detail=unit,
            )
        limit = _limit(target.indicator, dimension, area_ha)
        worst = max((end for end in figure.ends if not math.isnan(end)), default=0.0)
        if limit is not None and worst * (1 if dimension == "rate" else unit_factor(unit)) > limit:
            yield PlanFinding(
                "implausible-magnitude",
                target.target,
                clause,
                message(
                    "zones.plan.implausible_magnitude",
                    figure=figure_words(figure, unit),
                    limit=limit,
                ),
                detail=unit,
            )


def _limit(indicator: str, dimension: str, area_ha: float | None) -> float | None:
    """Most that a figure can be: the province's area, or the whole of a share."""
    if dimension == "area":
        return area_ha
    return _WHOLE_PERCENT if dimension == "rate" and indicator.endswith(_SHARES) else None


def _value(figure: Figure, unit: str) -> float:
    """Give one value for summing: the figure, or the middle of a range."""
    low, high = figure.ends
    ends = [end for end in (low, high) if not math.isnan(end)]
    return sum(ends) / len(ends) * _factor(unit)


def _lint_parts(plan: Plan) -> Iterator[PlanFinding]:
    targets = {target.target: target for _, target in plan.all_targets()}
    for whole in targets.values():
        parts = [target for target in targets.values() if target.part_of == whole.target]
        if not parts:
            continue
        total = _value(whole, whole.unit)
        values = {part.target: _value(part, part.unit) for part in parts}
        yield from _sum_finding(whole, sum(values.values()), total, None)
        for part in parts:
            for one in part.also:
                other = _value(one, one.unit or part.unit)
                if not math.isclose(other, values[part.target], rel_tol=_ROUNDING):
                    changed = sum(values.values()) - values[part.target] + other
                    yield from _sum_finding(whole, changed, total, (part, one))


def _sum_finding(
    whole: Target, found: float, total: float, by: tuple[Target, Statement] | None
) -> Iterator[PlanFinding]:
    if abs(found - total) <= _ROUNDING * abs(total):
        return
    factor = _factor(whole.unit)
    detail, when = "", Phrase("", "")
    if by is not None:
        part, one = by
        figure = figure_words(one, one.unit or part.unit)
        detail = figure.en
        when = message("zones.plan.when_part_is", part=part.target, figure=figure)
    yield PlanFinding(
        "parts-do-not-add-up",
        whole.target,
        whole.clause,
        message(
            "zones.plan.parts_do_not_add_up",
            found=found / factor,
            total=total / factor,
            unit=unit_words(whole.unit),
            when=when,
        ),
        detail=detail,
    )


def _lint_within(plan: Plan) -> Iterator[PlanFinding]:
    targets = {target.target: target for _, target in plan.all_targets()}
    for target in targets.values():
        whole = targets.get(target.within or "")
        if whole is None or unit_dimension(whole.unit) != unit_dimension(target.unit):
            continue
        most = whole.ends[1] if not math.isnan(whole.ends[1]) else whole.ends[0]
        least = target.ends[0] if not math.isnan(target.ends[0]) else target.ends[1]
        if least * unit_factor(target.unit) > most * unit_factor(whole.unit) * (1 + _ROUNDING):
            yield PlanFinding(
                "part-exceeds-whole",
                target.target,
                target.clause,
                message(
                    "zones.plan.part_exceeds_whole",
                    part=figure_words(target, target.unit),
                    target=whole.target,
                    whole=figure_words(whole, whole.unit),
                ),
            )


def _lint_time(plan: Plan, target: Target) -> Iterator[PlanFinding]:
    if target.year is None:
        yield PlanFinding(
            "target-without-year",
            target.target,
            target.clause,
            message("zones.plan.target_without_year"),
        )
    if target.during is None:
        return
    first, last = (int(end[:4]) for end in target.during.split("/"))
    if first < plan.horizon.first or last > plan.horizon.last or first > last:
        yield PlanFinding(
            "span-outside-horizon",
            target.target,
            target.clause,
            message(
                "zones.plan.span_outside_horizon",
                first=first,
                last=last,
                first_2=plan.horizon.first,
                last_2=plan.horizon.last,
            ),
            detail=target.during,
        )


def _lint_crops(plan: Plan) -> Iterator[PlanFinding]:
    """Hold crops against those that are known: nothing is measured or planted for another id."""
    used = [(zone.crop, zone.zone, zone.clause) for zone in plan.zones]
    used += [(target.crop, target.target, target.clause) for _, target in plan.all_targets()]
    for crop, owner, clause in used:
        if crop is None or crop_named(crop)[0]:
            continue
        near = near_crop(crop)
        yield PlanFinding(
            "crop-unknown",
            owner,
            clause,
            message(
                "zones.plan.crop_unknown",
                crop=crop,
                hint=message("zones.plan.perhaps", near=near) if near else "",
            ),
            detail=crop,
        )


def _lint_zones(plan: Plan) -> Iterator[PlanFinding]:
    for zone in plan.zones:
        if not zone.targets:
            name = Phrase(en=zone.name.en, vi=zone.name.vi)
            yield PlanFinding(
                "zone-without-target",
                zone.zone,
                zone.clause,
                message("zones.plan.zone_without_target", zone=name),
            )
    of_crop: dict[str, list[Zone]] = {}
    for zone in plan.zones:
        if zone.crop:
            of_crop.setdefault(zone.crop, []).append(zone)
    for crop, zones in of_crop.items():
        if len(zones) > 1:
            names = [Phrase(en=zone.name.en, vi=zone.name.vi) for zone in zones]
            yield PlanFinding(
                "crop-in-two-zones",
                " + ".join(zone.zone for zone in zones),
                zones[1].clause,
                message("zones.plan.crop_in_two_zones", crop=crop, zones=names),
                detail=crop,
            )


def lint_plan(plan: Plan) -> list[PlanFinding]:
    """Find what is wrong in a plan by itself.

    Parameters
    ----------
    plan : Plan
        The plan; load it with ``check_codes=False`` to have unknown codes reported here.

    Returns
    -------
    list of PlanFinding
        By target and zone, in the order of the file.
    """
    found: list[PlanFinding] = []
    area_ha = natural_area_of(plan)
    for _, target in plan.all_targets():
        found += _lint_ranges(target)
        found += _lint_statements(target)
        found += _lint_words(target)
        found += _lint_units(target, area_ha)
        found += _lint_time(plan, target)
    found += _lint_parts(plan)
    found += _lint_within(plan)
    found += _lint_crops(plan)
    found += _lint_zones(plan)
    found += lint_lists(plan)
    found += lint_draft(plan)
    return found
