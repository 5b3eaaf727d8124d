"""A plan's figures in words, as the command line prints them: "trên 4.500 ha"."""

from __future__ import annotations

import math

from layers.base.language import Language, Phrase, format_number
from zones.plan.extract.indicators import known_indicators
from zones.plan.extract.units import unit_name
from zones.plan.model import Figure, Plan, Target

_SAID: dict[str, Phrase] = {
    "exact": Phrase(en="{}", vi="{}"),
    "about": Phrase(en="about {}", vi="khoảng {}"),
    "maintain": Phrase(en="keep {}", vi="duy trì {}"),
    "at_least": Phrase(en="at least {}", vi="trên {}"),
    "at_most": Phrase(en="at most {}", vi="không quá {}"),
    "range": Phrase(en="{}–{}", vi="{}–{}"),
}


def number_words(value: float, language: Language) -> str:
    """Give a number with as many decimals as it has, three at most."""
    decimals = next((d for d in range(3) if math.isclose(value, round(value, d))), 3)
    return format_number(value, language, decimals=decimals)


def figure_words(figure: Figure, unit: str, language: Language) -> str:
    """Give a figure with its bound and unit."""
    ends = [number_words(end, language) for end in figure.ends if not math.isnan(end)]
    numbers = ends if figure.bound == "range" else ends[:1]
    said = _SAID[figure.bound].text(language).format(*numbers)
    gap = "" if unit.startswith("%") else " "
    return f"{said}{gap}{unit_name(unit, language)}"


def clause_words(clause: str | None) -> Phrase:
    """Give a clause, or that it is not known."""
    if clause is None:
        return Phrase(en="clause unknown", vi="không rõ mục")
    return Phrase(en=f"clause {clause}", vi=f"mục {clause}")


def target_name(plan: Plan, zone: str, target: Target, language: Language) -> str:
    """Give the name of a target: what is counted, and of which zone."""
    indicator = known_indicators().get(target.indicator)
    what = target.indicator
    if target.name is not None:
        what = target.name.vi if language == "vi" else target.name.en
    elif indicator is not None:
        what = indicator.name_vi if language == "vi" else indicator.name_en
    names = {one.zone: one.name for one in plan.zones}
    if zone not in names:
        return what
    return f"{names[zone].vi if language == 'vi' else names[zone].en}: {what}"
