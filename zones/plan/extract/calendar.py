"""Days of reports in a document: "trước ngày 01/12", "từ ngày 18/11 đến ngày 20/11", "(15/6)"."""

from __future__ import annotations

import re
from collections.abc import Sequence

from zones.plan.extract.outline import Paragraph
from zones.plan.extract.sentences import sentence_bounds
from zones.plan.model import Names, Report

# A day of every year: "15/12" or "15 tháng 12"; with a year it is that of a document
_DAY = r"(\d{1,2})(?:/|\s+tháng\s+)(\d{1,2})(?!\s*/|\d|\s*(?:năm\s*)?20\d\d)"
_DAYS = re.compile(
    rf"(?P<before>trước\s+)?(?:từ\s+)?(?:ngày\s+)?{_DAY}(?:\s*(?:đến|-|–)\s*(?:ngày\s+)?{_DAY})?",
    re.IGNORECASE,
)
_REPORTING = re.compile(r"báo cáo", re.IGNORECASE)
_OFFICE = r"(?:Ủy ban|UBND|Sở|Bộ|Chi cục|Văn phòng)"
_RECIPIENT = re.compile(
    rf"(?:báo cáo|gửi|về)\s+(?:về\s+)?({_OFFICE}[^,.;()]*?)"
    r"(?=\s+(?:trước|để|theo|hàng|hằng|định kỳ|tổng hợp)(?!\w)|[,.;()]|$)"
)
_REPORTER = re.compile(
    rf"(?<!gửi )(?<!về )(?:[Cc]ác\s+)?(?:{_OFFICE}|[Ss]ở)[^.;()]*?"
    r"(?=\s+(?:báo cáo|tổng hợp|gửi)(?!\w))"
)
_LATEST_DAY = 31
_LATEST_MONTH = 12
#: Who reports stands no further from the day than this.
_FAR = 1_000


def _day(day: str | None, month: str | None) -> str | None:
    if not day or not month:
        return None
    if not (1 <= int(day) <= _LATEST_DAY and 1 <= int(month) <= _LATEST_MONTH):
        return None
    return f"{int(month):02d}-{int(day):02d}"


def _named(pattern: re.Pattern[str], sentence: str) -> str:
    found = pattern.search(sentence)
    if found is None:
        return "?"
    # "UBND các xã: báo cáo …" names who reports before the colon
    named = found[found.lastindex or 0].split(":")[0]
    return " ".join(named.split()).rstrip(" ,;–-")[:120]


def read_reports(paragraphs: Sequence[Paragraph]) -> list[Report]:
    """Read who reports to whom by which day of the year."""
    reports = []
    for paragraph in paragraphs:
        if paragraph.clause is None:
            continue
        for found in _DAYS.finditer(paragraph.text):
            begin, end = sentence_bounds(paragraph.text, found.start())
            begin, end = max(begin, found.start() - _FAR), min(end, found.end() + _FAR)
            sentence = paragraph.text[begin:end]
            first, last = _day(found[2], found[3]), _day(found[4], found[5])
            if not _REPORTING.search(sentence) or not (first or last):
                continue
            reporter, recipient = _named(_REPORTER, sentence), _named(_RECIPIENT, sentence)
            reports.append(
                Report(
                    reporter=Names(vi=reporter, en=reporter),
                    recipient=Names(vi=recipient, en=recipient),
                    clause=paragraph.clause,
                    first_day=first if last else None,
                    last_day=last or first or "",
                    before=bool(found["before"]),
                )
            )
    return reports
