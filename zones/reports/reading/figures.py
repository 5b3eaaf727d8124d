"""A cell as a figure: numbers as people type them, with words and units, or the rule it breaks."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from layers.base.units import conversion, unit_of
from layers.communes.spelling import tidy
from layers.io.values import Decimal, read_number

_ABOUT = re.compile(
    r"^(?:khoảng|khoang|chừng|ước(?: tính| đạt)?|gần|hơn|trên|~|≈|xấp xỉ)\s*", re.IGNORECASE
)
_WITH_UNIT = re.compile(r"^([-+]?[\d.,\s]*\d)\s*([^\d\s.,+-].*)$")
_DATE = re.compile(r"^\d{4}-\d\d-\d\d(?:T[\d:.]+)?$")
_NEVER_CALCULATED = re.compile(r"^[A-Z]{1,3}\d+: =")
_ERROR = re.compile(r"^#[A-Z/0!?]+$")
_DASHES = ("-", "–", "—", "x", "/", ".", "..", "...", "…")
_NUMBER_WITH_DATE = "figure-became-date"
_DAY_FIRST = re.compile(r"^(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})$")
#: First and last number that a column of dates may hold: days as spreadsheets count them.
_SERIALS = (40_000, 60_000)
_EPOCH = dt.date(1899, 12, 30)


@dataclass(frozen=True, slots=True)
class Reading:
    """A figure read from a cell, in the unit asked for; ``rule`` names what was wrong or assumed.

    Without a value the cell is asked back. ``other`` is the second reading of a text such as
    "1.234", which what else is known must decide about.
    """

    value: float | None = None
    rule: str = ""
    unit: str = ""  # Unit that the cell itself names
    other: float | None = None


def read_cell(
    cell: str | float,
    unit: str,
    *,
    decimal: Decimal | None = None,
    whole: bool = False,
    percent: bool = False,
) -> Reading:
    """Read a cell of a column of figures in ``unit``; ``whole`` ones have no decimals.

    A number of a ``percent`` cell is shown hundred times as large, with the sign.
    """
    if not isinstance(cell, str):
        return _read_number_cell(float(cell), unit, percent=percent)
    text = tidy(cell) if cell.strip() not in _DASHES else cell.strip()
    if rule := _no_figure(text or cell.strip()):
        return Reading(rule=rule)
    about = _ABOUT.match(text)
    text = text[about.end() :] if about else text
    named = _WITH_UNIT.match(text)
    written = named.group(2).strip(" .") if named else ""
    factor = 1.0 if not written else conversion(written, unit)
    if factor is None:
        known = unit_of(written) is not None
        return Reading(rule="unit-of-another-kind" if known else "not-a-number")
    digits = named.group(1) if named else text
    number, other = _both(digits, decimal)
    rule = "about" if about else "unit-converted" if factor != 1.0 else ""
    if whole and (found := _whole(digits, factor)):
        # A mark that would make half of one of it can only part thousands.
        rule = rule or ("whole-settled" if decimal and found[0] != number else "")
        number, other = found[0], found[1] if len(found) > 1 else None
    if number is None:
        return Reading(rule="not-a-number")
    return Reading(number * factor, rule, written, None if other is None else other * factor)


def _read_number_cell(value: float, unit: str, *, percent: bool) -> Reading:
    """Read a number; of percents one without the sign may be a part of 1, as typed with it."""
    shown = round(value * 100, 10)
    if percent:
        factor = conversion("%", unit)
        if factor is None:
            return Reading(rule="unit-of-another-kind", unit="%")
        return Reading(shown * factor, unit="%")
    return Reading(value, other=shown if unit == "%" and 0 < abs(value) <= 1 else None)


def read_date(cell: str | float) -> dt.date | None:
    """Day that a cell of a column of dates means; None where it is no date."""
    if not isinstance(cell, str):
        first, last = _SERIALS
        return _EPOCH + dt.timedelta(days=int(cell)) if first <= cell < last + 1 else None
    text = cell.strip()
    try:
        if written := _DAY_FIRST.match(text):
            day, month, year = map(int, written.groups())
            return dt.date(year, month, day)
        if _DATE.match(text):
            return dt.date.fromisoformat(text[:10])
    except ValueError:
        return None
    serial = read_number(text, ",") if text.isdecimal() else None
    return None if serial is None else read_date(serial)


def _no_figure(text: str) -> str:
    """Rule that a text breaks which can be no figure."""
    if text in _DASHES:
        return "dash"
    if _NEVER_CALCULATED.match(text):
        return "formula-not-calculated"
    if _ERROR.match(text):
        return "cell-error"
    return _NUMBER_WITH_DATE if _DATE.match(text) else ""


def _both(text: str, decimal: Decimal | None) -> tuple[float | None, float | None]:
    """Number of a text, and its other reading where two fit and nothing told the mark."""
    plain = text.strip().removeprefix("+")
    marks: tuple[Decimal, ...] = (",", ".") if decimal is None else (decimal,)
    found = [value for mark in marks if (value := read_number(plain, mark)) is not None]
    if not found:
        return None, None
    return found[0], found[1] if len(found) == 2 and found[0] != found[1] else None


def is_whole(value: float) -> bool:
    """Whether a figure has no decimals."""
    return math.isclose(value, round(value), rel_tol=0, abs_tol=1e-6)


def is_counted(unit: str) -> bool:
    """Whether a unit is counted one by one: heads, products, enterprises."""
    return (unit_of(unit) or ("",))[0] == "count"


def _whole(text: str, factor: float) -> list[float]:
    """Readings of a text that are whole in the unit asked for, the largest first."""
    plain = text.strip().removeprefix("+")
    marks: tuple[Decimal, ...] = (",", ".")
    found = {value for mark in marks if (value := read_number(plain, mark)) is not None}
    return sorted((one for one in found if is_whole(one * factor)), reverse=True)


def decimal_mark(texts: Iterable[str]) -> Decimal | None:
    """Decimal mark that the texts of a sheet settle; None where none or both do."""
    marks = set(map(_mark, texts)) - {None}
    return marks.pop() if len(marks) == 1 else None


@lru_cache(maxsize=1024)
def _mark(text: str) -> Decimal | None:
    """Decimal mark that a text can only have."""
    named = _WITH_UNIT.match(_ABOUT.sub("", tidy(text)))
    plain = named.group(1) if named else tidy(text)
    comma, point = read_number(plain, ","), read_number(plain, ".")
    if (comma is None) == (point is None):
        return None
    return "." if comma is None else ","
