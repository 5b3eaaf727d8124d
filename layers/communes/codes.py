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
from layers.base.messages import joined, message
from layers.communes.gazetteer import Day, communes_on, find_province, vintage_on
from layers.communes.match_result import Match
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
    found = _NUMBER.fullmatch(tidy(str(value)).strip("'"))
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
        told = message("layers.communes.perhaps", label=match.unit.label)
        return _Reading(None, "name-near", told)
    return _Reading(None, "name-unresolved", match.message)


def _message(fault: str, vintage: str) -> tuple[Severity, Phrase]:
    """Severity and words of a finding; number and examples are added behind them."""
    told: dict[str, tuple[Severity, Phrase]] = {
        "code-missing": (
            "problem",
            message("layers.communes.cells_without_code"),
        ),
        "code-unknown": (
            "problem",
            message("layers.communes.codes_unknown", vintage=vintage),
        ),
        "code-as-number": (
            "note",
            message("layers.communes.codes_lost_zero"),
        ),
        "name-as-code": (
            "note",
            message("layers.communes.names_among_codes"),
        ),
        "name-near": (
            "problem",
            message("layers.communes.misspelt_names_among_codes"),
        ),
        "name-unresolved": (
            "problem",
            message("layers.communes.texts_mean_no_commune"),
        ),
        "whole-province": (
            "problem",
            message("layers.communes.province_totals"),
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
                message(
                    "layers.communes.cells_and_examples",
                    what=phrase,
                    count=len(rows),
                    examples=joined(_example(value, readings[value].told) for value in values),
                ),
                count=len(rows),
                examples=tuple(values),
                rows=rows,
            )
        )
    return findings


def _example(value: str, told: Phrase | None) -> Phrase:
    return joined([Phrase(repr(value), repr(value)), *([told] if told else [])], between=": ")
