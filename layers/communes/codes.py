"""Codes of communes as files carry them: numbers without their zero, names among codes, nothing.

Whatever is taken for another thing than it looks is told; nothing is dropped in silence.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from layers.base.findings import Finding, Findings, Severity
from layers.base.language import Phrase
from layers.communes.gazetteer import Day, communes_on, find_province, vintage_on
from layers.communes.match import Match
from layers.communes.matching import match_commune
from layers.communes.qualifiers import names_whole_province
from layers.communes.spelling import tidy

if TYPE_CHECKING:
    import pandas as pd

_NUMBER = re.compile(r"(\d{1,5})(?:[.,]0*)?")
_NOTHING = ("", "nan", "none", "null", "<na>", "-", "–")


@dataclass(frozen=True, slots=True)
class CodeCheck:
    """Codes after reading.

    Parameters
    ----------
    codes : pandas.Series
        Text, five digits, index of the input; missing where no single commune is meant.
    findings : Findings
        What was converted (notes) and what could not be (problems).
    """

    codes: pd.Series[str]
    findings: Findings = field(default_factory=Findings)


def normal_code(value: object) -> str | None:
    """Five digits of a code, whatever a file made of it."""
    found = _NUMBER.fullmatch(tidy(str(value)))
    return found.group(1).zfill(5) if found else None


@dataclass(frozen=True, slots=True)
class _Reading:
    """What one distinct value was taken for; ``fault`` names the kind of finding, if any."""

    code: str | None
    fault: str | None
    told: Phrase | None = None


def _read(text: str, province: str, on: Day) -> _Reading:
    clean = tidy(text)
    if clean.casefold() in _NOTHING:
        return _Reading(None, "code-missing")
    code = normal_code(clean)
    if code:
        if code not in communes_on(province, on):
            return _Reading(None, "code-unknown")
        return _Reading(code, None if clean == code else "code-as-number")
    if names_whole_province(clean):
        return _Reading(None, "whole-province")
    match = match_commune(clean, province=province, on=on)
    if isinstance(match, Match) and not match.confirm:
        return _Reading(match.code, "name-as-code")
    if isinstance(match, Match):
        told = Phrase(en=f"perhaps {match.unit.label}", vi=f"có thể là {match.unit.label}")
        return _Reading(None, "name-near", told)
    return _Reading(None, "name-unresolved", match.message)


def _message(fault: str, vintage: str) -> tuple[Severity, Phrase]:
    """Severity and words of a finding; number and examples are added behind them."""
    told: dict[str, tuple[Severity, Phrase]] = {
        "code-missing": (
            "problem",
            Phrase(en="cells without a commune code", vi="ô không có mã xã"),
        ),
        "code-unknown": (
            "problem",
            Phrase(
                en=f"codes that no commune of {vintage} has; if the table is older, give its date",
                vi=f"mã không có trong danh mục {vintage}; nếu bảng cũ hơn, hãy nêu ngày của bảng",
            ),
        ),
        "code-as-number": (
            "note",
            Phrase(
                en="codes written as numbers, their leading zero restored",
                vi="mã ghi dạng số, đã thêm lại số 0 ở đầu",
            ),
        ),
        "name-as-code": (
            "note",
            Phrase(
                en="names among the codes, resolved", vi="tên xã lẫn trong cột mã, đã đổi ra mã"
            ),
        ),
        "name-near": (
            "problem",
            Phrase(
                en="misspelt names among the codes; write the code to confirm",
                vi="tên xã ghi sai trong cột mã; hãy ghi mã để xác nhận",
            ),
        ),
        "name-unresolved": (
            "problem",
            Phrase(
                en="texts among the codes that mean no single commune",
                vi="chữ trong cột mã không chỉ đúng một xã",
            ),
        ),
        "whole-province": (
            "problem",
            Phrase(
                en="rows of the whole province, which are totals and no commune",
                vi="dòng của toàn tỉnh, là số tổng chứ không phải một xã",
            ),
        ),
    }
    return told[fault]


def check_codes(
    values: Iterable[object], *, province: str, on: Day = None, source: str = "–"
) -> CodeCheck:
    """Read a column of commune codes.

    Parameters
    ----------
    values : iterable of object
        A column, best a Series; text, integers, floats or a mixture.
    province : str
        Code or name of the province.
    on : str, int, date or None
        Day of the source; the newest vintage without it.
    source : str
        What to call the column in findings.

    Returns
    -------
    CodeCheck
        Codes of five digits, missing where none is known, and findings: notes
        ``code-as-number`` and ``name-as-code``; problems ``code-missing``, ``code-unknown``,
        ``name-near``, ``name-unresolved`` and ``whole-province``.

    Raises
    ------
    InputError
        No table for that province and day.

    Examples
    --------
    >>> check_codes([6529.0, "Lộc Bình", None], province="20").codes.tolist()
    ['06529', '06529', nan]
    """
    import pandas as pd

    column = values if isinstance(values, pd.Series) else pd.Series(list(values), dtype="object")
    texts = [
        "" if missing else str(value) for value, missing in zip(column, column.isna(), strict=True)
    ]
    readings = {text: _read(text, province, on) for text in dict.fromkeys(texts)}
    codes = pd.Series([readings[text].code for text in texts], index=column.index, dtype="str")
    vintage = vintage_on(on, province=find_province(province))
    return CodeCheck(codes, _collect(texts, readings, vintage, source))


def _collect(
    texts: list[str], readings: dict[str, _Reading], vintage: str, source: str
) -> Findings:
    faults = Counter(readings[text].fault for text in texts)
    findings = Findings()
    for fault in sorted(filter(None, faults)):
        rows = tuple(i for i, text in enumerate(texts) if readings[text].fault == fault)
        values = list(dict.fromkeys(texts[row] for row in rows))[:5]
        severity, phrase = _message(fault, vintage)
        findings.add(
            Finding(
                severity,
                fault,
                source,
                Phrase(
                    en=f"{phrase.en}: {len(rows)} ({_examples(values, readings, 'en')})",
                    vi=f"{phrase.vi}: {len(rows)} ({_examples(values, readings, 'vi')})",
                ),
                count=len(rows),
                examples=tuple(values),
                rows=rows,
            )
        )
    return findings


def _examples(values: list[str], readings: dict[str, _Reading], language: str) -> str:
    shown = []
    for value in values:
        told = readings[value].told
        why = f": {told.vi if language == 'vi' else told.en}" if told else ""
        shown.append(f"{value!r}{why}")
    return "; ".join(shown)
