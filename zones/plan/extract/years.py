"""Years and spans of years in prose: which year a figure is for, and how far a plan reaches."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from zones.plan.extract.sentences import sentence_bounds

_SPAN = re.compile(r"(?:giai đoạn|thời kỳ|nhiệm kỳ)\s+(20\d\d)\s*[-–—]\s*(20\d\d)", re.IGNORECASE)
_YEAR = re.compile(
    r"(?<!\w)(?:(?:đến|hết|cuối|trong|vào|từ)\s+)*(?:năm\s+)(20\d\d)(?!\d)"
    # "không quá 35.000 ha đến 2030;": before a figure of hectares it would be no year.
    r"|(?<!\w)(?:đến|hết|cuối|vào|tầm nhìn)\s+(20[2-9]\d)(?=\s*(?:[;,.)]\D|[;,.)]?\s*$)"
    r"|\s+(?:đạt|có|còn|tăng|giảm|nâng|giữ|duy trì|ổn định|mở rộng|phấn đấu)(?!\w))",
    re.IGNORECASE,
)
#: A base of comparison, and the year of a decision that is cited, are no years of a target.
_NOT_TARGET = re.compile(
    r"(?:so với(?:\s+(?:cùng kỳ|mức|thực hiện))*|tháng\s+\d{1,2}|ngày\s+\S+|từ|"
    r"ban hành|số liệu|hiện trạng)\s*$",
    re.IGNORECASE,
)
#: "từ 61,8% năm 2025 lên …": the year of where the way begins.
_OF_BASE = re.compile(
    r"\s*\)?\s*(?:(?:tăng\s+|giảm\s+)?(?:lên|xuống)(?!\w)|(?:đến|tới)\s+(?!20\d\d)(?=\d|$))",
    re.IGNORECASE,
)
_FEW_WORDS = 2
#: A year further from its figure than this is not its own.
_FAR = 2_000
#: A year behind its figure stands close: "đạt 500 ha vào năm 2030".
_NEAR_BEHIND = 60
#: One that closes the sentence holds for the figures that stand so close before it.
_CLOSING = 150


#: A half of a year, and the whole of it.
_HALVES = re.compile(
    r"(?<!\w)(?:(?P<end>(?:các|những|6|sáu)\s+tháng\s+cuối)|(?P<begin>(?:6|sáu)\s+tháng\s+đầu)|"
    r"cả năm|lũy kế|luỹ kế|toàn năm|nâng tổng)(?!\w)",
    re.IGNORECASE,
)

Half = Literal["", "first", "second"]


@dataclass(frozen=True, slots=True)
class YearSpan:
    """A year, or a span of years."""

    first: int | None  # first year of a span; None for a single year
    last: int  # the year, or the last one of the span


def _years_in(text: str) -> list[tuple[int, int, YearSpan]]:
    """Where each year or span of a text begins and ends, and what it is."""
    found = [(m.start(), m.end(), YearSpan(int(m[1]), int(m[2]))) for m in _SPAN.finditer(text)]
    for match in _YEAR.finditer(text):
        before = text[: match.start()]
        said = match[0].lower()
        # "đến năm 2030 tăng lên …": the year to reach, unlike "năm 2025 lên …".
        of_base = not said.startswith("đến") and _OF_BASE.match(text, match.end())
        since = said.startswith("từ") or of_base
        if not since and not _NOT_TARGET.search(before):
            found.append((match.start(), match.end(), YearSpan(None, int(match[1] or match[2]))))
    return sorted(found, key=lambda item: item[1])


def _governs(sentence: str, begin: int, end: int, place: int) -> bool:
    """Whether a year of a sentence holds for a figure behind it.

    One that opens the sentence, or a part of it, or that a comma follows, holds for all that
    comes; one inside a part holds for that part, and for what is of it ("trong đó").
    """
    opening = re.split(r"[;:]", sentence[:begin])[-1].strip(" ,.-")
    if len(opening.split()) <= _FEW_WORDS or sentence[end : end + 1] == ",":
        return True
    parts = sentence[end:place].split(", ")
    return all(part.lstrip().startswith("trong đó") for part in parts[1:]) and ";" not in parts[0]


def find_span(text: str, place: int, headings: Sequence[str]) -> tuple[YearSpan | None, bool]:
    """Year or span that a figure is for."""
    begin, end = sentence_bounds(text, place)
    begin, end = max(begin, place - _FAR), min(end, place + _FAR)
    sentence = text[begin:end]
    for start, stop, span in reversed(_years_in(sentence[: place - begin])):
        if _governs(sentence, start, stop, place - begin):
            return span, True
    behind = _years_in(text[place:end])
    between = text[place : place + behind[0][0]] if behind else ""
    closing = sentence[behind[0][1] + place - begin :] if len(behind) == 1 else "?"
    if not closing.strip(" .;,()…") and behind[0][1] < _CLOSING and ";" not in between:
        return behind[0][2], True  # "hồi 500 ha, quế 700 ha vào năm 2030" holds for both
    if behind and behind[0][1] < _NEAR_BEHIND and "," not in text[place : place + behind[0][0]]:
        return behind[0][2], True
    for heading in reversed(headings):
        # A clause that opens with a whole paragraph names years in passing.
        named = _years_in(heading) if len(heading) < 160 else []
        if named:
            return named[-1][2], False
    return None, False


def find_half(before: str) -> Half:
    """Half of the year that a sentence, up to its figure, says the figure is for.

    The part of the sentence behind the last semicolon decides; where it says nothing, the opening.
    """
    own = list(_HALVES.finditer(before.rpartition(";")[2]))
    found = own[-1] if own else _HALVES.search(before)
    if found is None:
        return ""
    return "second" if found["end"] else "first" if found["begin"] else ""
