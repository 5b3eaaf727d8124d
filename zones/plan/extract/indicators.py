"""What can be counted (``data/indicators.csv``), and which of it a phrase names."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from layers.base.resources import data_path
from zones.plan.extract.units import unit_dimension

#: Units that one raised figure turns into another, and the dimension that was then meant.
_MISPRINTED = {"m2": "volume", "m3": "area"}
#: What a crop alone makes of a figure, by its dimension.
_OF_A_CROP = {"area": "area", "mass": "crop_output", "mass/area": "crop_yield"}
#: Indicators whose figure is an increase: "năng suất lao động tăng bình quân 6%/năm".
_OF_CHANGE = re.compile(r"growth|increase|over_assigned")

#: Indicators of a crop whose figure is planted in the time: "tái canh 4.000 ha cà phê mỗi năm".
_OF_PLANTING = ("new_planting_area", "replanting_area")
_PLANTED = frozenset({"trồng mới", "tái canh", "trồng tái canh", "trồng lại", "trồng thay thế"})
#: Planting that is not done, or stands before other work: "không trồng mới, duy trì 9.800 ha",
#: "trồng mới, thâm canh vùng na 2.500 ha", "trồng mới để đến năm 2030 đạt 3.000 ha".
_NOT_DONE = r"(?<!không )(?<!dừng )(?<!ngừng )(?<!hạn chế )"
_OTHER_WORK = (
    r"(?!.*(?<!\w)(?:thâm canh|duy trì|ổn định|giữ|nâng|đưa|để|nhằm)(?!\w))"
    r"(?!\s*,.*(?<!\w)vùng(?!\w))"
)


@dataclass(frozen=True, slots=True)
class Indicator:
    """What can be counted."""

    indicator: str  # id used in plan files
    name_vi: str
    name_en: str
    dimension: str  # dimension its units must have
    words: tuple[tuple[str, ...], ...]  # alternatives; all words of one must occur


@lru_cache(maxsize=1)
def known_indicators() -> dict[str, Indicator]:
    """All indicators by id."""
    with data_path("indicators.csv").open(encoding="utf-8", newline="") as lines:
        return {
            row["indicator"]: Indicator(
                indicator=row["indicator"],
                name_vi=row["name_vi"],
                name_en=row["name_en"],
                dimension=row["dimension"],
                words=tuple(
                    tuple(choice.lower().split("&")) for choice in row["words"].split("|") if choice
                ),
            )
            for row in csv.DictReader(lines)
        }


def measures_change(indicator: str) -> bool:
    """Whether the figures of an indicator are increases, not levels."""
    return bool(_OF_CHANGE.search(indicator))


def measures_planting(indicator: str) -> bool:
    """Whether the figures of an indicator are what is planted, not what stands."""
    return indicator in _OF_PLANTING


def _has(word: str, lowered: str) -> bool:
    # The pattern is asked only where it can hold: most words of the table stand in no phrase.
    # "Đất trồng rừng" is land to be planted, and nothing that is planted.
    apart = rf"(?<!\w)(?<!đất ){re.escape(word)}(?!\w)"
    if word in _PLANTED:
        apart = _NOT_DONE + apart + _OTHER_WORK
    return word in lowered and re.search(apart, lowered) is not None


def _named(phrase: str, choices: Sequence[Indicator], *, fewest: int = 1) -> str:
    """Find the indicator whose longest words occur; of equal ones the first of the table."""
    lowered = phrase.lower()
    best, best_length = "", 0
    for indicator in choices:
        for words in indicator.words:
            if len(words) < fewest:
                continue
            length = sum(len(word) for word in words)
            if length > best_length and all(_has(word, lowered) for word in words):
                best, best_length = indicator.indicator, length
    return best


def _alternatives(phrase: str, choices: Sequence[Indicator]) -> dict[str, tuple[str, ...]]:
    """Longest words by which a phrase names each indicator that it names."""
    lowered = phrase.lower()
    found: dict[str, tuple[str, ...]] = {}
    for indicator in choices:
        named = [ws for ws in indicator.words if all(_has(word, lowered) for word in ws)]
        if named:
            found[indicator.indicator] = max(named, key=lambda ws: sum(map(len, ws)))
    return found


def names_several(phrase: str, unit: str) -> bool:
    """Whether a phrase names several indicators, none by a part of another's words."""
    dimension = unit_dimension(unit)
    fitting = [i for i in known_indicators().values() if i.dimension == dimension]
    found = _alternatives(phrase, fitting)
    longest = " ".join(max(found.values(), key=lambda ws: sum(map(len, ws)), default=()))
    return any(not all(word in longest for word in words) for words in found.values())


def last_mention(indicator: str, text: str) -> int:
    """Where a text names an indicator last."""
    known = known_indicators().get(indicator)
    single = [words[0] for words in known.words if len(words) == 1] if known else []
    found = [
        match.start()
        for word in single
        for match in re.finditer(rf"(?<!\w){re.escape(word)}(?!\w)", text.lower())
    ]
    return max(found, default=-1)


def indicator_named(phrase: str, unit: str, *, fewest: int = 1) -> str:
    """Indicator of the unit's dimension that a phrase names, by so many words at least."""
    dimension = unit_dimension(unit)
    fitting = [i for i in known_indicators().values() if i.dimension == dimension]
    return _named(phrase, fitting, fewest=fewest)


def indicator_of_crop(unit: str) -> str:
    """What a figure in a unit is of a crop: its area, output or yield."""
    return _OF_A_CROP.get(unit_dimension(unit), "")


def indicator_misprinted(phrase: str, unit: str) -> str:
    """Indicator meant by a unit that is not its own: timber in m². The lint will say so."""
    if unit not in _MISPRINTED:
        return ""
    meant = [i for i in known_indicators().values() if i.dimension == _MISPRINTED[unit]]
    return _named(phrase, meant)
