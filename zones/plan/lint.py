"""Lint of a plan: what contradicts itself, cannot be, or leaves a planner without a figure."""

from __future__ import annotations

import math
from collections.abc import Iterator

from layers.base.language import Language, Phrase, format_number
from layers.kinds.crops import crop_named
from zones.plan.extract.bounds import bound_kinds
from zones.plan.extract.indicators import known_indicators
from zones.plan.extract.units import unit_dimension, unit_factor, unit_name
from zones.plan.findings import PlanFinding
from zones.plan.frames import natural_area_of
from zones.plan.lint_draft import lint_draft
from zones.plan.lint_lists import lint_lists
from zones.plan.model import Figure, Plan, Statement, Target
from zones.plan.words import clause_words, figure_words

#: Two sums agree when they differ by less than this share: printed figures are rounded.
_ROUNDING = 0.001
_WHOLE_PERCENT = 100.0
_SHARES = ("_share", "_rate")
_LANGUAGES: tuple[Language, Language] = ("en", "vi")


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
                Phrase(
                    en=f"{figure_words(figure, unit, 'en')} runs downwards; swap the ends",
                    vi=f"{figure_words(figure, unit, 'vi')} bị ngược; hãy đổi hai đầu",
                ),
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
        kind, detail = _disagreement(lead, other), figure_words(other[0], other[2], "en")
        if not kind or detail in seen:
            continue
        seen.add(detail)
        en, vi = (
            [
                f"{figure_words(f, unit, code)} ({clause_words(clause).text(code)})"
                for f, clause, unit in (lead, other)
            ]
            for code in _LANGUAGES
        )
        what = ("two figures", "hai số") if kind == "two-figures" else ("two bounds", "hai mức")
        yield PlanFinding(
            kind,
            target.target,
            lead[1],
            Phrase(
                en=f"one thing has {what[0]}: {' against '.join(en)}; decide which holds",
                vi=f"một chỉ tiêu có {what[1]}: {' và '.join(vi)}; hãy xác định số nào đúng",
            ),
            detail=detail,
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
                Phrase(
                    en=f"“{words}” binds one figure in two ways; it was read as "
                    f"{figure_words(figure, unit, 'en')}",
                    vi=f"“{words}” cho một số là hai mức khác nhau; đã hiểu là "
                    f"{figure_words(figure, unit, 'vi')}",
                ),
                detail=words,
            )


def _lint_units(target: Target, area_ha: float | None) -> Iterator[PlanFinding]:
    indicator = known_indicators().get(target.indicator)
    for figure, clause, unit in _statements(target):
        dimension = unit_dimension(unit)
        if indicator is not None and dimension != indicator.dimension:
            yield PlanFinding(
                "implausible-unit",
                target.target,
                clause,
                Phrase(
                    en=f"{indicator.name_en} is a {indicator.dimension}, but the figure is in "
                    f"{unit_name(unit, 'en')}; check the document",
                    vi=f"{indicator.name_vi} không đo bằng {unit_name(unit, 'vi')}; hãy xem lại "
                    "văn bản",
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
                Phrase(
                    en=f"{figure_words(figure, unit, 'en')} is more than "
                    f"{format_number(limit, 'en')} can ever be reached",
                    vi=f"{figure_words(figure, unit, 'vi')} vượt mức tối đa có thể là "
                    f"{format_number(limit, 'vi')}",
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
    en, vi = (
        [format_number(value / factor, code, decimals=1) for value in (found, total)]
        for code in _LANGUAGES
    )
    text_en = f"the parts add up to {en[0]} of {en[1]} {unit_name(whole.unit, 'en')}"
    text_vi = f"các phần cộng lại được {vi[0]} trên tổng {vi[1]} {unit_name(whole.unit, 'vi')}"
    detail = ""
    if by is not None:
        part, one = by
        detail = figure_words(one, one.unit or part.unit, "en")
        text_en += f" when {part.target} is {detail}"
        text_vi += f" nếu {part.target} là {figure_words(one, one.unit or part.unit, 'vi')}"
    yield PlanFinding(
        "parts-do-not-add-up",
        whole.target,
        whole.clause,
        Phrase(en=text_en + "; find the missing part", vi=text_vi + "; hãy tìm phần thiếu"),
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
            en, vi = (
                [figure_words(one, one.unit, code) for one in (target, whole)]
                for code in _LANGUAGES
            )
            yield PlanFinding(
                "part-exceeds-whole",
                target.target,
                target.clause,
                Phrase(
                    en=f"{en[0]} is part of {whole.target}, which is only {en[1]}",
                    vi=f"{vi[0]} thuộc {whole.target}, nhưng cả chỉ tiêu này chỉ có {vi[1]}",
                ),
            )


def _lint_time(plan: Plan, target: Target) -> Iterator[PlanFinding]:
    if target.year is None:
        yield PlanFinding(
            "target-without-year",
            target.target,
            target.clause,
            Phrase(
                en="no year is stated; it cannot be compared with a year's measurement",
                vi="không nêu năm; không so sánh được với số đo của năm nào",
            ),
        )
    if target.during is None:
        return
    first, last = (int(end[:4]) for end in target.during.split("/"))
    if first < plan.horizon.first or last > plan.horizon.last or first > last:
        yield PlanFinding(
            "span-outside-horizon",
            target.target,
            target.clause,
            Phrase(
                en=f"stated for {first}–{last}, the plan is for "
                f"{plan.horizon.first}–{plan.horizon.last}",
                vi=f"nêu cho giai đoạn {first}–{last}, trong khi kế hoạch là "
                f"{plan.horizon.first}–{plan.horizon.last}",
            ),
            detail=target.during,
        )


def _lint_crops(plan: Plan) -> Iterator[PlanFinding]:
    """Hold crops against those that are known: nothing is measured or planted for another id."""
    used = [(zone.crop, zone.zone, zone.clause) for zone in plan.zones]
    used += [(target.crop, target.target, target.clause) for _, target in plan.all_targets()]
    for crop, owner, clause in used:
        known, near = crop_named(crop or "")
        if crop is None or known:
            continue
        yield PlanFinding(
            "crop-unknown",
            owner,
            clause,
            Phrase(
                en=f"no crop is called {crop!r}"
                + (f"; did you mean {near!r}" if near else "")
                + "; leave the key out where no crop of the table makes the zone",
                vi=f"không có cây trồng {crop!r}"
                + (f"; có phải {near!r}" if near else "")
                + "; hãy bỏ khóa này nếu vùng không thuộc cây nào trong bảng",
            ),
            detail=crop,
        )


def _lint_zones(plan: Plan) -> Iterator[PlanFinding]:
    for zone in plan.zones:
        if not zone.targets:
            yield PlanFinding(
                "zone-without-target",
                zone.zone,
                zone.clause,
                Phrase(
                    en=f"zone {zone.name.en} has no target",
                    vi=f"vùng {zone.name.vi} không có chỉ tiêu",
                ),
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
