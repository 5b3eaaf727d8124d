"""The head of a document: number, date, province, title and the years it speaks for."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from layers.communes.gazetteer import provinces
from layers.communes.spelling import exact_key
from zones.plan.extract.outline import Paragraph
from zones.plan.extract.sentences import CAPITAL

__all__ = ["Head", "read_head"]

_KIND = re.compile(
    r"(kế hoạch|quyết định|nghị quyết|chương trình(?: hành động)?|đề án|quy hoạch|chỉ thị)\s*$",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"Số\s*:\s*(\d+\S*/\S+)")
_DATE = re.compile(r"ngày\s+(\d{1,2})?\s*tháng\s+(\d{1,2})?\s*năm\s+(20\d\d)", re.IGNORECASE)
_CITED = re.compile(r"ngày\s+(\d{1,2})/(\d{1,2})/(20\d\d)", re.IGNORECASE)
_SPAN = re.compile(r"giai đoạn\s+(20\d\d)\s*[-–]\s*(20\d\d)", re.IGNORECASE)
_UNTIL = re.compile(r"đến năm\s+(20\d\d)", re.IGNORECASE)
_YEAR = re.compile(r"năm\s+(20\d\d)", re.IGNORECASE)
_VISION = re.compile(r"tầm nhìn\s+(?:đến\s+)?(?:năm\s+)?20\d\d", re.IGNORECASE)
_PROVINCE = re.compile(
    rf"(?:[Tt]ỉnh|TỈNH|[Tt]hành phố|THÀNH PHỐ)\s+({CAPITAL}\w+(?:[\s-]{CAPITAL}\w+){{0,3}})"
)
_DATELINE = 90


@dataclass(frozen=True, slots=True)
class Head:
    """What a document says about itself.

    Parameters
    ----------
    title : str
        Title, empty where none was found.
    number : str or None
        Number of the document.
    date : str or None
        Date, as far as it is filled in: year, year-month or day.
    dated : bool
        Whether the date is the document's own; else it is the newest one the document cites.
    first, last : int or None
        Years of its span.
    province : str or None
        Code of the province it names most.
    """

    title: str
    number: str | None
    date: str | None
    dated: bool
    first: int | None
    last: int | None
    province: str | None


def _preamble(paragraphs: Sequence[Paragraph]) -> list[Paragraph]:
    for place, paragraph in enumerate(paragraphs):
        if paragraph.clause is not None:
            return list(paragraphs[:place])
    return list(paragraphs)


def _title(preamble: Sequence[Paragraph]) -> str:
    for kind, following in pairwise(preamble):
        if _KIND.match(kind.text) and kind.text.upper() == kind.text:
            return following.text
    return ""


def _date(preamble: Sequence[Paragraph], title: str) -> tuple[str | None, bool]:
    for paragraph in preamble:
        found = _DATE.search(paragraph.text)
        if found and len(paragraph.text) < _DATELINE and paragraph.text != title:
            day, month, year = found.groups()
            parts = [year, month, day] if month and day else [year, month] if month else [year]
            return "-".join(part.zfill(2) for part in parts if part), True
    cited = [
        f"{year}-{int(month):02d}-{int(day):02d}"
        for paragraph in preamble
        for day, month, year in _CITED.findall(paragraph.text)
    ]
    # A plan is no older than what it cites; only the year of that is worth something.
    return (max(cited)[:4], False) if cited else (None, False)


def _span(title: str) -> tuple[int | None, int | None]:
    near = _VISION.sub("", title)
    if spans := _SPAN.findall(near):
        return int(spans[0][0]), int(spans[0][1])
    if until := _UNTIL.findall(near):
        return None, int(until[-1])
    if years := _YEAR.findall(near):
        return int(years[-1]), int(years[-1])
    return None, None


def _province(paragraphs: Sequence[Paragraph]) -> str | None:
    known = {exact_key(province.name): code for code, province in provinces().items()}
    named: Counter[str] = Counter()
    for paragraph in paragraphs:
        for words in _PROVINCE.findall(paragraph.text):
            parts = re.split(r"\s", words)
            # "tỉnh Lạng Sơn Phát triển": the name may be followed by another capital.
            for count in range(len(parts), 0, -1):
                code = known.get(exact_key(" ".join(parts[:count])))
                if code:
                    named[code] += 1
                    break
    return named.most_common(1)[0][0] if named else None


def read_head(paragraphs: Sequence[Paragraph]) -> Head:
    """Read what a document says about itself."""
    preamble = _preamble(paragraphs)
    title = _title(preamble)
    date, dated = _date(preamble, title)
    number = next((m[1] for p in preamble if (m := _NUMBER.search(p.text))), None)
    first, last = _span(title)
    return Head(title, number, date, dated, first, last, _province(paragraphs))
