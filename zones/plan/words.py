"""A plan's figures in words, as the program prints them: "ít nhất 4.500 ha"."""

from __future__ import annotations

import math
from collections.abc import Iterable

import pandas as pd

from layers.base.language import Language, Phrase, format_number
from layers.base.messages import joined, message
from zones.plan.extract.indicators import known_indicators
from zones.plan.extract.units import unit_name
from zones.plan.model import Figure, Plan, Target

LANGUAGES: tuple[Language, Language] = ("vi", "en")


def number_words(value: float) -> Phrase:
    """Give a number with as many decimals as it has, three at most."""
    decimals = next((d for d in range(3) if math.isclose(value, round(value, d))), 3)
    return Phrase(
        en=format_number(value, "en", decimals=decimals),
        vi=format_number(value, "vi", decimals=decimals),
    )


def figure_words(figure: Figure, unit: str) -> Phrase:
    """Give a figure with its bound and unit; what is asked for in each year is so much a year."""
    yearly = isinstance(figure, Target) and figure.period == "per_year"
    each = "/year" if yearly and not unit.endswith("/year") else ""
    return bound_words(figure.bound, figure.ends, unit + each)


def bound_words(bound: str, ends: tuple[float, float], unit: str) -> Phrase:
    """Give the ends of a figure, missing where open, with the bound and the unit."""
    known = [number_words(end) for end in ends if not math.isnan(end)]
    numbers = joined(known if bound == "range" else known[:1], between="–")
    said = message(f"zones.plan.bound_{bound}", figure=numbers)
    return joined([said, unit_words(unit)], between="" if unit.startswith("%") else " ")


def unit_words(unit: str) -> Phrase:
    """Give the name of a unit."""
    return Phrase(en=unit_name(unit, "en"), vi=unit_name(unit, "vi"))


def clause_words(clause: str | None) -> Phrase:
    """Give a clause, or that it is not known."""
    if clause is None:
        return message("zones.plan.clause_unknown")
    return message("zones.plan.clause", clause=clause)


def target_name(plan: Plan, zone: str, target: Target, language: Language) -> str:
    """Give the name of a target: what is counted, and of which zone."""
    indicator = known_indicators().get(target.indicator)
    what = target.indicator
    if target.name is not None:
        what = target.name.vi if language == "vi" else target.name.en
    elif indicator is not None:
        what = indicator.name_vi if language == "vi" else indicator.name_en
    name = next((one.name for one in plan.zones if one.zone == zone), None)
    if name is None:
        return what
    return f"{name.vi if language == 'vi' else name.en}: {what}"


def named_in_whole(name: str, plan: Plan, target: Target, language: Language) -> str:
    """Add to the name of an area what it is a part of: maize of the winter crops is not all maize.

    A part of a target of the same name has the figure of the whole behind it; what is no area says
    by its own indicator which part it is.
    """
    every = {item.target: (zone, item) for zone, item in plan.all_targets()}
    if not target.wholes or target.indicator != "area":
        return name
    zone, whole = every[target.wholes[0]]
    told = target_name(plan, zone, whole, language)
    if told == target_name(plan, every[target.target][0], target, language):
        told = figure_words(whole, whole.unit).text(language)
    return message("zones.plan.named_in_whole", name=name, whole=told).text(language)


def with_own_names(targets: pd.DataFrame, plans: Iterable[Plan]) -> pd.DataFrame:
    """Give targets (``plan``, ``target``) the words that only their plan knows.

    They stand in ``name_vi`` and ``name_en``: of indicators that no table knows, and of areas that
    are parts of other targets; missing for all others, whose names are known.
    """
    rows = [
        [plan.plan, item.target, *(_title(plan, zone, item, code) for code in LANGUAGES)]
        for plan in plans
        for zone, item in plan.all_targets()
        if (item.wholes and item.indicator == "area")
        or (item.name is not None and item.indicator not in known_indicators())
    ]
    names = pd.DataFrame(rows, columns=["plan", "target", "name_vi", "name_en"], dtype="str")
    return targets.merge(names, on=["plan", "target"], how="left")


def _title(plan: Plan, zone: str, target: Target, language: Language) -> str:
    return named_in_whole(target_name(plan, zone, target, language), plan, target, language)
