"""What a figure is about: the words round it, the crop and the indicator they name.

A figure's own words come first: those that a sign parts from its neighbours'. Only where they leave
open what is meant ("cả năm đạt …") is it that of the figure before, and then it is for a person to
confirm. An owner that two figures may claim is in doubt as well.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from zones.plan.crop_parts import (
    CropPart,
    part_at_start,
    parts_named,
    season_of_sentence,
)
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
    parts: tuple[CropPart, ...] = ()  # season, variety, standard of the crop; empty: all of it


#: Figures of a quantity, and what joins them: "62.500 ha đến 67.000 ha" is of "ha".
_NUMERALS = re.compile(r".*(?<!\w)\d[\d.,]*\s*", re.DOTALL)


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
        crop, begin, _ = crops[turn]
        end = crops[turn + 1][1] if turn + 1 < number else len(said)
        indicator = indicator_named(said[: crops[0][1]], unit) or indicator_of_crop(unit)
        return Subject(about, crop, indicator, parts=parts_named(said[begin:end], crop))
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
    label: str = "",
) -> Subject:
    """Find what the figure at a place is about; ``last`` is that of the figure before it.

    ``label`` is the crop's heading before a colon of the same paragraph: "Vùng quế: …, đạt 5 ha".
    """
    quantity, words = figures[place], own_words(text, figures, place)
    unit_words = _NUMERALS.sub("", text[quantity.start : quantity.end])
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
    heading = next((one for one in reversed(plain) if find_crop(one)[0]), "")
    headed, thing = _of_heading(heading, quantity.unit)
    if label:
        found = _labelled(found, label, words, phrases, quantity)
    elif not (found.crop or found.thing):
        # "2. Vùng chè hữu cơ": the organic part of the tea.
        indicator = found.indicator or (heading and indicator_named(heading, quantity.unit))
        indicator = indicator or _indicator(phrases, quantity.unit, headed)
        thing = "" if indicator else thing
        found = replace(found, crop=headed, thing=thing, indicator=indicator)
    elif not found.sure and headed and found.crop == headed:
        found = replace(found, sure=True)  # the heading says so, too
    sure = found.sure and not _claimed(words, found, quantity)
    return replace(found, sure=sure, unit=quantity.unit)


#: Verbs and nouns round a figure that leave it all of what the heading names.
_OF_ALL_OF_IT = re.compile(
    r"(?<!\w)(?:mở rộng|hình thành|xây dựng|quy mô|dao động|mức|trong|ở|vùng|nguyên liệu|đưa|nâng|"
    r"hàng hóa|hàng hoá|giai đoạn|sẽ|tiếp tục|toàn vùng|trồng|thành|cho|khoảng|mục tiêu|kế hoạch|"
    r"cuối|đầu|trở|nay|này|thời kỳ|cây|rừng|không|vượt|quá|hơn|gần|chừng|xấp xỉ|nhất|lên đến|"
    r"như sau|cụ thể|là|hiện|so|tới)(?!\w)",
    re.IGNORECASE,
)


def _of_heading(heading: str, unit: str) -> tuple[str, str]:
    """Crop that a heading names, or several that no group has: "Vùng quế, hồi"."""
    several = several_crops(heading)
    if not several:
        return find_crop(heading)[0], ""
    crop = group_of(one for one, _, _ in crops_named(several))
    return crop, several if not crop and unit.startswith("ha") else ""


def _labelled(
    found: Subject, label: str, words: OwnWords, phrases: Sequence[str], quantity: Quantity
) -> Subject:
    """Subject of a figure behind a crop's heading and a colon, unless another thing is nearer.

    Words between that may name another thing, or a work on the crop, leave it in doubt.
    """
    unit = quantity.unit
    crop, thing = _of_heading(label, unit)
    if found.crop or found.thing:
        same = found.crop == crop != "" and found.indicator == indicator_of_crop(unit)
        return replace(found, sure=True) if same else found
    near = re.split(r"[,;:.]\s", words.before)[-1]
    said = " ".join([near, *phrases[1:]] if phrases[0] == words.before else [*phrases[:-1], near])
    if indicator_named(said, unit) or not unit.startswith("ha"):
        indicator = found.indicator or _indicator(phrases, unit, crop)
        return replace(found, crop=crop, thing=thing, indicator=indicator)
    # "Cà phê: tái canh, đến năm 2030 đạt 24.000 ha": of the coffee, or of what is replanted?
    plain = not found.indicator and not content(_OF_ALL_OF_IT.sub(" ", f"{near} {words.behind}"))
    indicator = indicator_named(label, unit) or ("" if thing else indicator_of_crop(unit))
    thing = "" if indicator else thing
    return replace(found, crop=crop, thing=thing, indicator=indicator, sure=found.sure and plain)


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


#: Indicators of a crop's area that a season or a variety says more closely.
_OF_ALL = frozenset({"", "area", "crop_output", "crop_yield", "winter_crop_area", "sown_area"})
_SUFFIXES = {"area": "area", "mass": "output", "mass/area": "yield"}
_CLAUSE_ENDS = re.compile(r"[;.:()]|,\s|\s(?:tại|ở|thuộc|trên địa bàn)\s")


def part_indicator(subject: Subject) -> str:
    """Indicator of a part of a crop, "spring_rice_area"; empty for all of the crop."""
    suffix = _SUFFIXES.get(unit_dimension(subject.unit.removesuffix("/year")))
    if not (subject.parts and suffix):
        return ""
    return "_".join([*sorted(part.part for part in subject.parts), subject.crop, suffix])


def with_parts(
    found: Subject,
    text: str,
    figures: Sequence[Quantity],
    place: int,
    *,
    last: Subject | None,
    headings: tuple[str, ...],
) -> Subject:
    """Subject with the parts of its crop that its words, its sentence or its headings name."""
    quantity, words = figures[place], own_words(text, figures, place)
    suffix = _SUFFIXES.get(unit_dimension(quantity.unit.removesuffix("/year")))
    if not suffix or found.parts or (suffix == "area" and found.indicator not in _OF_ALL):
        return found
    following = figures[place + 1].start if place + 1 < len(figures) else len(text)
    phrases = words.before, _CLAUSE_ENDS.split(text[quantity.end : following])[0]
    if not found.crop:
        return _part_of_last(found, phrases, last, quantity.unit)
    if suffix != "area" and _ALL_YEAR.search(words.before):
        return found  # a year's output adds up its seasons', and is all of it
    parts = _own_parts(found.crop, phrases, words.wider, last, headings)
    if suffix != "area":
        parts = tuple(part for part in parts if part.kind != "sown")
    if all(part.kind == "sown" for part in parts):  # "Vụ mùa: gieo cấy lúa 45.000 ha"
        said = [(text, quantity.start), *((f"{it}:", len(it)) for it in reversed(headings))]
        seasons = (season_of_sentence(*one, found.crop) for one in said)
        parts = (*parts, *next(filter(None, seasons), ()))
    if found.indicator == "sown_area" and all(part.part in _SOWN for part in parts):
        return found
    return replace(found, parts=parts)


def _part_of_last(
    found: Subject, phrases: tuple[str, str], last: Subject | None, unit: str
) -> Subject:
    """Part of the crop before: "Lúa hè thu 280.000 ha, thu đông 80.000 ha"."""
    if last is None or not last.crop or found.thing:
        return found
    parts = part_at_start(next(filter(content, phrases), ""), last.crop)
    indicator = last.indicator or indicator_of_crop(unit)
    return replace(found, crop=last.crop, indicator=indicator, parts=parts) if parts else found


def _own_parts(
    crop: str,
    phrases: tuple[str, str],
    wider: str,
    last: Subject | None,
    headings: tuple[str, ...],
) -> tuple[CropPart, ...]:
    """Parts named by the words round a figure, or where those leave the crop open by others."""
    naming = [phrase for phrase in phrases if crop in _named(phrase)]
    if not naming and crop in _named(wider):
        naming = [wider]
    if naming:
        return _joined(parts_named(phrase, crop) for phrase in naming)
    if parts := _joined(part_at_start(phrase, crop) for phrase in phrases):
        return parts
    if last is not None:
        return last.parts if last.crop == crop else ()
    heading = next((one for one in reversed(headings) if crop in _named(one)), "")
    return parts_named(heading, crop, own=False)


_ALL_YEAR = re.compile(r"(?<!\w)(?:cả năm|tổng)(?!\w)", re.IGNORECASE)
_SOWN = frozenset({"sown", "year_sown"})


def _named(phrase: str) -> set[str]:
    return {crop for crop, _, _ in crops_named(phrase)}


def _joined(several: Iterable[tuple[CropPart, ...]]) -> tuple[CropPart, ...]:
    return tuple({part.part: part for parts in several for part in parts}.values())
