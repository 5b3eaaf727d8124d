"""What a figure is about: the words round it, the crop and the indicator they name.

A figure's own words come first: those that a sign parts from its neighbours'. Only where they leave
open what is meant ("cả năm đạt …") is it that of the figure before, and then it is for a person to
confirm. An owner that two figures may claim is in doubt as well.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from zones.plan.extract.crop_names import (
    crops_named,
    find_crop,
    group_of,
    other_crop,
    several_crops,
)
from zones.plan.extract.indicators import (
    indicator_misprinted,
    indicator_named,
    indicator_of_crop,
    known_indicators,
    names_several,
)
from zones.plan.extract.quantity import Quantity, find_quantities
from zones.plan.extract.segments import OwnWords, own_words, shares_in_turn
from zones.plan.extract.sentences import content, names_nothing
from zones.plan.extract.units import unit_dimension


@dataclass(frozen=True, slots=True)
class Subject:
    """What a figure is about."""

    about: str  # words before the figure, and those behind its unit
    crop: str  # crop id; empty for none
    indicator: str  # indicator id; empty where no known one is named
    #: What grows, as written, where it is no single crop of the table: "mắc mật", "keo, quế".
    thing: str = ""
    #: The owner is told by the figure's own words; else it is taken over, or two figures claim it.
    sure: bool = True
    unit: str = ""  # unit of its figure


def _phrases(words: OwnWords, quantity: Quantity, unit_words: str) -> list[str]:
    """Own words in the order in which they tell what a figure is of."""
    near = words.before.rpartition(", ")[2]
    if near != words.before and not indicator_named(near, quantity.unit):
        # ", đảm bảo trồng được 500 ha rừng gỗ lớn": what stands before the comma is further off.
        near = f"{near} {unit_words} {words.behind}"
        if indicator_named(near, quantity.unit) and not find_crop(words.before)[0]:
            return [near]
    phrases = [words.before, f"{unit_words} {words.behind}"]
    # What is counted follows its number ("11 xã đạt chuẩn …"), what is measured goes before it.
    if (
        unit_dimension(quantity.unit) in ("count", "rate")
        or not content(words.before)
        or (words.behind and names_nothing(words.before))
    ):
        phrases.reverse()
    return phrases


def _indicator(phrases: Sequence[str], unit: str, crop: str) -> str:
    # "Chuyển hóa 2.500 ha rừng keo sang gỗ lớn": the words of one indicator on both sides.
    both = " ".join(phrases) if len(phrases) > 1 and all(map(content, phrases)) else ""
    if found := indicator_named(both, unit, fewest=2):
        return found
    for phrase in phrases:
        if found := indicator_named(phrase, unit):
            return found
    if crop and (found := indicator_of_crop(unit)):
        return found
    return indicator_misprinted(" ".join(phrases), unit)


def _in_turn(text: str, figures: Sequence[Quantity], place: int, about: str) -> Subject | None:
    """Subject of one of several figures that follow things in turn ("lần lượt")."""
    found = shares_in_turn(text, figures, place)
    if found is None:
        return None
    said, turn, number = found
    crops, unit = crops_named(said), figures[place].unit
    if len(crops) == number:
        crop = crops[turn][0]
        return Subject(
            about, crop, indicator_named(said[: crops[0][1]], unit) or indicator_of_crop(unit)
        )
    items = [item.strip() for item in said.replace(" và ", ",").split(",") if content(item)]
    if len(items) == number:
        crop, _ = find_crop(items[turn])
        thing = "" if crop or not unit.startswith("ha") else other_crop(items[turn], "")
        return Subject(about, crop, _indicator([items[turn]], unit, crop), thing)
    return Subject(about, "", indicator_named(said, unit), sure=False)


def find_subject(
    text: str,
    figures: Sequence[Quantity],
    place: int,
    *,
    last: Subject | None = None,
    headings: tuple[str, ...] = (),
) -> Subject:
    """Find what the figure at a place is about; ``last`` is that of the figure before it."""
    quantity, words = figures[place], own_words(text, figures, place)
    unit_words = text[quantity.start : quantity.end].lstrip("0123456789.,-– ")
    about = " ".join(part for part in (words.wider, unit_words, words.behind) if part)
    if in_turn := _in_turn(text, figures, place, about):
        return in_turn
    phrases = _phrases(words, quantity, unit_words)
    found = _by_words(words, phrases, quantity, about)
    leaves_open = names_nothing(words.before) and not _tells(words.behind)
    if not (found.crop or found.indicator or found.thing) and last is not None and leaves_open:
        found = _taken_over(last, quantity, about) or found
    if not (found.indicator or found.thing or found.crop):
        wider = _by_words(words, [words.wider, *phrases], quantity, about, before=words.wider)
        found = replace(wider, sure=wider.sure and words.wider == words.before)
    plain = [heading for heading in headings if not find_quantities(heading)]
    headed = next((c for heading in reversed(plain) if (c := find_crop(heading)[0])), "")
    if not (found.crop or found.thing):
        indicator = found.indicator or _indicator(phrases, quantity.unit, headed)
        found = replace(found, crop=headed, indicator=indicator)
    elif not found.sure and found.crop == headed:
        found = replace(found, sure=True)  # the heading says so, too
    sure = found.sure and not _claimed(words, found, quantity)
    return replace(found, sure=sure, unit=quantity.unit)


def _tells(behind: str) -> bool:
    return bool(content(behind)) and not names_nothing(behind)


def _by_words(
    words: OwnWords,
    phrases: Sequence[str],
    quantity: Quantity,
    about: str,
    *,
    before: str | None = None,
) -> Subject:
    """Subject as phrases name it."""
    before = words.before if before is None else before
    area = quantity.unit.removesuffix("/year") == "ha"
    indicator = _indicator(phrases, quantity.unit, "")
    crop, _ = find_crop(before)
    if not crop and (area or unit_dimension(quantity.unit).startswith("mass")):
        crop, _ = find_crop(words.behind)
    if area and not indicator and (several := several_crops(before)):
        if group := group_of(one for one, _, _ in crops_named(several)):
            return Subject(about, group, _indicator(phrases, quantity.unit, group))
        return Subject(about, "", "", several)
    if area and not indicator and not crop and (other := other_crop(before, words.behind)):
        return Subject(about, "", "", other)
    return Subject(about, crop, indicator or _indicator(phrases, quantity.unit, crop))


def _taken_over(last: Subject, quantity: Quantity, about: str) -> Subject | None:
    """Subject of the figure before, for a figure whose words name nothing of their own."""
    if unit_dimension(quantity.unit) == "count" and last.unit != quantity.unit:
        return None  # ten enterprises are no districts
    indicator = indicator_named(last.about, quantity.unit) if not last.crop else ""
    if last.indicator and _same_dimension(last.indicator, quantity.unit):
        indicator = last.indicator
    if not indicator and last.crop:
        indicator = indicator_of_crop(quantity.unit)
    thing = last.thing if quantity.unit.startswith("ha") else ""
    if not (indicator or thing):
        return None
    return Subject(about, last.crop, indicator, thing, sure=False)


def _same_dimension(indicator: str, unit: str) -> bool:
    known = known_indicators().get(indicator)
    return known is not None and known.dimension == unit_dimension(unit)


def _claimed(words: OwnWords, found: Subject, quantity: Quantity) -> bool:
    """Whether a neighbour may claim the words that named the owner, or they name two owners."""
    named = {
        one
        for phrase in (words.before, words.behind)
        if (one := indicator_named(phrase, quantity.unit))
    }
    if words.contested and (found.indicator or found.crop) and len(named) > 1:
        return True
    # "diện tích GAP, hữu cơ, mã số vùng trồng … 2.000 ha": of which of them nobody can tell.
    measured = unit_dimension(quantity.unit) not in ("count", "rate")
    return measured and bool(found.indicator) and names_several(words.before, quantity.unit)
