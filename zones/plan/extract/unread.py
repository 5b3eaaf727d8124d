"""Figures in their sentences, and those of which no quantity was made."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from zones.plan.extract.outline import Paragraph
from zones.plan.extract.quantity import RAISED_DIGITS, Quantity
from zones.plan.extract.sentences import sentence_bounds
from zones.plan.extract.units import match_unit, unit_dimension

#: Figures that are no quantities, and why none is missed when they are left out.
_EXPECTED = re.compile(
    r"(?:ngày\s+)?\d{1,2}\s*/\s*\d{1,2}(?:\s*/\s*(?:19|20)\d\d)?"  # dates
    r"|(?:19|20)\d\d-\d\d-\d\d\S*"
    r"|(?:ngày|tháng|quý)\s+\d{1,2}(?!\d)"
    r"|(?<!\d)\d+\s*(?:/(?:19|20)\d\d)?\s*[/-]\s*[^\W\d_]{2}[\w&Đ-]*(?:/[\w-]+)*"  # documents
    r"|(?<!\d)(?:19|20)\d\d\s*[-–]\s*(?:19|20)\d\d(?!\d)"
    r"|(?:năm|đến|giai đoạn|thời kỳ|nhiệm kỳ)\s*(?:19|20)\d\d(?:\s*[-–]\s*(?:19|20)\d\d)?(?!\d)"
    r"|(?:^|(?<=\s))\(?\d{1,2}\)"  # (1), 2)
    r"|(?:so sánh|vụ \w+)\s+(?:19|20)\d\d(?!\d)"
    r"|(?<!\d)\d+\s+tháng\s+(?:đầu|cuối)\s+năm(?:\s+20\d\d)?"
    r"|định kỳ\s+\d{1,2}\s+tháng(?!\w)|giữa\s+0?\d\s+tỉnh(?!\w)"
    r"|(?:hiện trạng|kế hoạch|thực hiện|ước)\s+(?:19|20)\d\d(?=\s*(?:[|;:()]|$))"  # column heads
    r"|(?<!\d)\d+\s*sao(?!\w)"  # grades of products
    r"|/\s*\d+\s+\w+"  # tiêu chí/01 xã
    r"|^\|?\s*\d{1,3}\s*\|"  # numbers of rows
    r"|https?://\S+"
    r"|(?<=[^\W\d_])\d(?!\d)|(?<=m)[²³]",  # m2, CO2, m²
    re.IGNORECASE,
)
#: An amount in words: "hai nghìn", "một nghìn năm trăm"; what "hàng nghìn ha" means nobody knows.
_DIGIT = "một|mốt|hai|ba|bốn|tư|năm|lăm|sáu|bảy|bẩy|tám|chín"
_IN_WORDS = re.compile(
    rf"(?<![\w.,])(?:(?:{_DIGIT})\s+(?:mươi|chục|trăm|nghìn|ngàn|vạn|triệu)|mười)"
    rf"(?:\s+(?:{_DIGIT}|mười|mươi|chục|trăm|nghìn|ngàn|vạn|triệu|linh|lẻ|rưỡi))*(?!\w)",
    re.IGNORECASE,
)
_AROUND = 45
_FIGURE = re.compile(rf"[\d{RAISED_DIGITS}][\d{RAISED_DIGITS}.,]*")
#: The mark with which a note at the foot of a page begins; "³⁵ ha" is none.
_FOOTNOTE = re.compile(rf"[{RAISED_DIGITS}]{{1,3}}\s*")


@dataclass(frozen=True, slots=True)
class Passage:
    """A figure and the sentence that it stands in."""

    clause: str | None  # its clause
    line: int  # line of the figure
    figure: str  # the figure, as written
    sentence: str  # the sentence
    place: int  # where the figure stands in it

    @property
    def context(self) -> str:
        """The words round the figure, for a line of a report."""
        begin = max(0, self.sentence.rfind(" ", 0, max(0, self.place - _AROUND)) + 1)
        cut = self.sentence.find(" ", self.place + len(self.figure) + _AROUND)
        end = len(self.sentence) if cut < 0 else cut
        return ("… " if begin else "") + self.sentence[begin:end] + (" …" if cut >= 0 else "")


def passage_at(paragraph: Paragraph, start: int, figure: str) -> Passage:
    """Passage of a figure that begins at a place of a paragraph."""
    begin, end = sentence_bounds(paragraph.text, start)
    sentence = paragraph.text[begin:end]
    lead = len(sentence) - len(sentence.lstrip())
    return Passage(
        clause=paragraph.clause,
        line=paragraph.line_at(start),
        figure=figure,
        sentence=sentence.strip(),
        place=start - begin - lead,
    )


def _unit_at(paragraph: Paragraph, found: re.Match[str]) -> bool:
    return match_unit(paragraph.text, found.end()) is not None


def _measures(text: str, place: int) -> bool:
    """Whether a unit of what is measured, not counted, stands behind a place."""
    unit = match_unit(text, place + len(text[place:]) - len(text[place:].lstrip()))
    return unit is not None and unit_dimension(unit[0]).split("/")[0] in ("area", "mass", "volume")


def find_unread(
    paragraphs: Sequence[Paragraph], quantities: Sequence[Sequence[Quantity]]
) -> list[Passage]:
    """Find figures that became no quantity and are no date, year, number of a document or grade.

    An amount in words ("hai nghìn ha") is one of them.
    """
    found: list[Passage] = []
    for paragraph, read in zip(paragraphs, quantities, strict=True):
        if paragraph.ended:
            continue
        taken = bytearray(len(paragraph.text))
        spans = [(q.start, q.end) for q in read]
        spans += [match.span() for match in _EXPECTED.finditer(paragraph.text)]
        note = _FOOTNOTE.match(paragraph.text)
        if note and (paragraph.text[note.end() :][:1].isupper() or not _unit_at(paragraph, note)):
            spans.append(note.span())
        for start, end in spans:
            taken[start:end] = b"\1" * (end - start)
        for match in _FIGURE.finditer(paragraph.text):
            if taken[match.start()]:
                continue
            found.append(passage_at(paragraph, match.start(), match[0].rstrip(".,")))
        found += [
            passage_at(paragraph, words.start(), words[0])
            for words in _IN_WORDS.finditer(paragraph.text)
            if not taken[words.start()] and _measures(paragraph.text, words.end())
        ]
    return found
