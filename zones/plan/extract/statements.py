"""Statements of a document: every quantity with its clause, line, year and subject."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from zones.plan.extract.crop_names import find_crop
from zones.plan.extract.indicators import measures_change
from zones.plan.extract.outline import Paragraph
from zones.plan.extract.quantity import Quantity, find_quantities
from zones.plan.extract.roles import Role, role_of
from zones.plan.extract.segments import crop_label
from zones.plan.extract.sentences import content, sentence_bounds
from zones.plan.extract.subject import Subject, find_subject, with_parts
from zones.plan.extract.units import unit_dimension, unit_factor
from zones.plan.extract.unread import Passage, passage_at
from zones.plan.extract.years import Half, YearSpan, find_half, find_span


@dataclass(frozen=True, slots=True)
class Stated:
    """A quantity as the document states it."""

    quantity: Quantity  # figure, bound and unit
    subject: Subject  # what it is about
    span: YearSpan | None  # year or years it is for
    year_said: bool  # the year stands in the sentence; else it is that of a heading
    crop_said: bool  # the crop stands next to the figure; else it is that of a heading
    clause: str | None  # as the document numbers it
    line: int  # line
    paragraph: int  # place of its paragraph
    role: Role = "level"  # a level to reach; else a change, a comparison, a state or a base
    half: Half = ""  # half of the year it is for; empty for all of it
    #: The figure that it is a part of: "trong đó", or a list in parentheses.
    whole: Stated | None = None
    passage: Passage | None = None  # the figure in its sentence
    commune: str = ""  # code of the commune that it is for alone; empty for the whole

    @property
    def is_target(self) -> bool:
        """Whether the figure sets something to reach: a level, or growth where that is the aim."""
        return self.role == "level" or (
            self.role == "change" and measures_change(self.subject.indicator)
        )


@dataclass(frozen=True, slots=True)
class Reading:
    """All statements of a document."""

    stated: tuple[Stated, ...]  # in the order of the document
    quantities: tuple[tuple[Quantity, ...], ...]  # of each paragraph

    @property
    def targets(self) -> tuple[Stated, ...]:
        """Statements that set something to reach."""
        return tuple(one for one in self.stated if one.is_target)


_PARTS = re.compile(
    r"(?<!\w)(?:trong (?:số )?(?:đó|này|trên)|bao gồm|gồm)(?!\w)(?P<list>\s*(?:có\s*)?:)?",
    re.IGNORECASE,
)
#: Paragraphs between a figure and its parts.
_NEAR = 2
#: Begins a sentence that tells parts of the figure before it.
_OPENS_PARTS = re.compile(
    r"[\s\-–+•*]*(?:trong (?:số )?(?:đó|này|trên)|bao gồm|gồm|riêng)(?!\w)", re.IGNORECASE
)


def _whole(
    text: str, found: Sequence[Quantity], index: int, stated: Sequence[Stated]
) -> Stated | None:
    """Figure that the one at a place is a part of.

    "Trong đó" joins a part, and those that follow it up to a semicolon; with a colon, up to the
    sentence's end. Several figures of one dimension in parentheses are parts of the one before.
    """
    if not index:
        return None
    quantity, previous = found[index], found[index - 1]
    between = text[previous.end : quantity.start]
    before, dimension = stated[-1], unit_dimension(quantity.unit)
    said = _PARTS.search(between)
    # "đạt 500 ha tại các xã A, B; trong đó 90 ha": nothing else stands behind a semicolon.
    if said and not (
        ";" in between[: said.start()] and content(_behind_first(between[: said.start()]))
    ):
        of = before.whole if before.role == "change" else before
        return of if before.role != "change" or of else _level_before(stated)
    if quantity.aside and not previous.aside:
        closes = text.find(")", quantity.start)
        inside = [one for one in found[index:] if one.start < closes]
        alike = [one for one in inside if unit_dimension(one.unit) == dimension]
        same = unit_dimension(previous.unit) == dimension and not quantity.per_year
        return before if len(alike) > 1 and same else None
    if before.whole is None or quantity.aside != previous.aside:
        return None
    if _exceeds(quantity, before.whole.quantity):
        return None  # no part is larger than its whole: the list has ended
    listed = quantity.aside or _is_listed(text, before.whole, previous)
    return before.whole if listed or not re.search(r"[;.](?=\s)", between) else None


def _behind_first(text: str) -> str:
    return text.partition(";")[2]


def _is_another_crop(one: Stated, whole: Stated) -> bool:
    crops = {one.subject.crop, whole.subject.crop}
    return one.crop_said and "" not in crops and len(crops) > 1


def are_alike(one: Quantity, other: Quantity) -> bool:
    """Whether two figures are of one dimension."""
    return unit_dimension(one.unit) == unit_dimension(other.unit)


def _exceeds(part: Quantity, whole: Quantity) -> bool:
    """Whether a figure is larger than another of its dimension."""
    if unit_dimension(part.unit) != unit_dimension(whole.unit):
        return False
    least = part.low if part.low is not None else part.high or 0.0
    most = whole.high if whole.high is not None else whole.low or 0.0
    return least * unit_factor(part.unit) > most * unit_factor(whole.unit)


def _is_listed(text: str, whole: Stated, previous: Quantity) -> bool:
    """Whether a list that a colon opened behind the whole still goes on."""
    said = text[whole.quantity.end : previous.start]
    opened = _PARTS.search(said)
    return bool(opened and opened["list"])


def _level_before(stated: Sequence[Stated]) -> Stated | None:
    return next((one for one in reversed(stated) if one.role != "change"), None)


def _headings(paragraph: Paragraph) -> tuple[str, ...]:
    """Headings of a paragraph; one that opens its clause with figures of its own heads nothing."""
    own = paragraph.opens and bool(find_quantities(paragraph.text))
    return paragraph.headings[:-1] if own else paragraph.headings


def _of_paragraph(
    paragraph: Paragraph, place: int, found: Sequence[Quantity], before: Stated | None
) -> list[Stated]:
    """Statements of a paragraph; ``before`` is the last level of the one before it."""
    stated: list[Stated] = []  # in the order of the document
    headings, text = _headings(paragraph), paragraph.text
    last = before  # the figure before that is none of the changes of another
    for index, quantity in enumerate(found):
        previous = found[index - 1] if index else None
        begin, end = sentence_bounds(text, quantity.start)
        first = previous is None or previous.end <= begin  # of its sentence
        joins = first and _OPENS_PARTS.match(text, begin, quantity.start) is not None
        if first and not joins:
            last = None
        role = role_of(
            text[max(begin, previous.end if previous else begin) : quantity.start],
            text[quantity.end : end],
            quantity.unit,
        )
        whole = last if joins else None if first else _whole(text, found, index, stated)
        one = _stated(paragraph, found, index, headings=headings, last=last, whole=whole)
        if joins and whole and _is_another_crop(one, whole):
            last, whole = None, None  # "Riêng na đạt 3.000 ha": beside the anise, not of it
            one = _stated(paragraph, found, index, headings=headings, last=None, whole=None)
        elif joins and whole is None:
            one = replace(one, subject=replace(one.subject, sure=False))  # parts of what?
        stated.append(
            replace(
                one,
                role=role,
                paragraph=place,
                half=find_half(text[begin : quantity.start]),
                passage=passage_at(
                    paragraph, quantity.start, text[quantity.start : quantity.end].strip()
                ),
            )
        )
        if role in ("level", "present", "base"):
            last = stated[-1]
    return stated


def _stated(
    paragraph: Paragraph,
    found: Sequence[Quantity],
    index: int,
    *,
    headings: tuple[str, ...],
    last: Stated | None,
    whole: Stated | None,
) -> Stated:
    """Statement of one figure of a paragraph: of what, for which year, where."""
    quantity, text = found[index], paragraph.text
    label, at = crop_label(text, quantity.start)
    if label and index and at >= found[index - 1].end:
        last = None  # "…; về cây chè: giữ ổn định, đạt 9.000 ha": of no crop before the heading
    subject = find_subject(
        text, found, index, last=last.subject if last else None, headings=headings, label=label
    )
    headings = (*headings, label) if label else headings
    if whole and last and not (subject.crop or subject.indicator or subject.thing):
        # "9.800 ha chè, trong đó trồng mới 650 ha": of the same crop, but not its area.
        subject = replace(subject, crop=last.subject.crop)
    if whole and not (subject.crop or subject.thing) and are_alike(quantity, whole.quantity):
        # "45.000 ha hồi, trong đó 5.000 ha hữu cơ": the organic part of the same crop.
        subject = replace(subject, crop=whole.subject.crop, thing=whole.subject.thing)
    subject = with_parts(
        replace(subject, unit=quantity.unit),
        text,
        found,
        index,
        last=last.subject if last else None,
        headings=headings,
    )
    span, said = find_span(text, quantity.start, headings)
    if span is None and whole is not None:
        span = whole.span
    return Stated(
        quantity=quantity,
        subject=subject,
        span=span,
        year_said=said,
        crop_said=bool(subject.crop) and find_crop(subject.about)[0] == subject.crop,
        whole=whole,
        clause=paragraph.clause,
        line=paragraph.line_at(quantity.start),
        paragraph=0,
    )


def read_statements(paragraphs: Sequence[Paragraph]) -> Reading:
    """Read all quantities of a document with what they are about."""
    quantities = [
        () if paragraph.ended else tuple(find_quantities(paragraph.text))
        for paragraph in paragraphs
    ]
    stated: list[Stated] = []
    for place, (paragraph, found) in enumerate(zip(paragraphs, quantities, strict=True)):
        near = [one for one in stated if one.paragraph >= place - _NEAR and one.role == "level"]
        stated += _of_paragraph(paragraph, place, found, near[-1] if near else None)
    return Reading(tuple(stated), tuple(quantities))


def spread_over(reading: Reading, first: int, last: int) -> Reading:
    """Give a total the plan's years where its yearly figure, in parentheses, multiplies out to it.

    "6.000 ha (bình quân mỗi năm 1.200 ha/năm)" is for five years, those of the plan.
    """
    stated = list(reading.stated)
    for place in range(len(stated) - 1):
        whole, each = stated[place : place + 2]
        if _multiplies_out(whole, each, last - first + 1):
            span = YearSpan(first, last)
            stated[place], stated[place + 1] = replace(whole, span=span), replace(each, span=span)
            for at, one in enumerate(stated):
                if one.whole is whole:
                    stated[at] = replace(one, whole=stated[place])
    return replace(reading, stated=tuple(stated))


def _multiplies_out(whole: Stated, each: Stated, years: int) -> bool:
    """Whether a figure in parentheses is the yearly share of the one before it."""
    one, other = whole.quantity, each.quantity
    if whole.span or each.span or whole.paragraph != each.paragraph:
        return False
    if one.per_year or not (other.per_year and other.aside):
        return False
    if unit_dimension(one.unit) != unit_dimension(other.unit):
        return False
    pairs = [(one.low, other.low), (one.high, other.high)]
    return all(
        (total is None and yearly is None)
        or (
            total is not None
            and yearly is not None
            and math.isclose(
                total * unit_factor(one.unit), yearly * unit_factor(other.unit) * years
            )
        )
        for total, yearly in pairs
    )
