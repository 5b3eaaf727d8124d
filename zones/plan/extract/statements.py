"""Statements of a document: every quantity with its clause, line, year and subject."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from zones.plan.extract.outline import Paragraph
from zones.plan.extract.quantity import Quantity, find_quantities
from zones.plan.extract.subject import Subject, find_crop, find_subject
from zones.plan.extract.years import YearSpan, find_span


@dataclass(frozen=True, slots=True)
class Stated:
    """A quantity as the document states it."""

    quantity: Quantity  # figure, bound and unit
    subject: Subject  # what it is about
    span: YearSpan | None  # year or years it is for
    year_said: bool  # the year stands in the sentence; else it is that of a heading
    crop_said: bool  # the crop stands next to the figure; else it is that of a heading
    within_previous: bool  # "trong đó" joins it to the figure before
    clause: str | None  # as the document numbers it
    line: int  # line
    paragraph: int  # place of its paragraph


@dataclass(frozen=True, slots=True)
class Reading:
    """All statements of a document."""

    stated: tuple[Stated, ...]  # in the order of the document
    quantities: tuple[tuple[Quantity, ...], ...]  # of each paragraph


def _within_previous(text: str, previous: Quantity | None, quantity: Quantity) -> bool:
    if previous is None:
        return False
    between = text[previous.end : quantity.start]
    return bool(re.search(r"(?<!\w)trong đó(?!\w)", between)) and ";" not in between


def _headings(paragraph: Paragraph) -> tuple[str, ...]:
    """Headings of a paragraph; one that opens its clause with figures of its own heads nothing."""
    own = paragraph.opens and bool(find_quantities(paragraph.text))
    return paragraph.headings[:-1] if own else paragraph.headings


def _of_paragraph(paragraph: Paragraph, place: int, found: Sequence[Quantity]) -> list[Stated]:
    stated: list[Stated] = []  # in the order of the document
    headings = _headings(paragraph)
    for index, quantity in enumerate(found):
        previous = found[index - 1] if index else None
        subject = find_subject(
            paragraph.text,
            quantity,
            previous=previous,
            following=found[index + 1] if index + 1 < len(found) else None,
            headings=headings,
        )
        within = _within_previous(paragraph.text, previous, quantity)
        if within and stated and not (subject.crop or subject.indicator or subject.thing):
            # "9.800 ha chè, trong đó trồng mới 650 ha": of the same crop, but not its area.
            subject = replace(subject, crop=stated[-1].subject.crop)
        span, said = find_span(paragraph.text, quantity.start, headings)
        stated.append(
            Stated(
                quantity=quantity,
                subject=subject,
                span=span,
                year_said=said,
                crop_said=bool(subject.crop) and find_crop(subject.about)[0] == subject.crop,
                within_previous=within,
                clause=paragraph.clause,
                line=paragraph.line_at(quantity.start),
                paragraph=place,
            )
        )
    return stated


def read_statements(paragraphs: Sequence[Paragraph]) -> Reading:
    """Read all quantities of a document with what they are about."""
    quantities = [
        () if paragraph.ended else tuple(find_quantities(paragraph.text))
        for paragraph in paragraphs
    ]
    stated = [
        one
        for place, (paragraph, found) in enumerate(zip(paragraphs, quantities, strict=True))
        for one in _of_paragraph(paragraph, place, found)
    ]
    return Reading(tuple(stated), tuple(quantities))
