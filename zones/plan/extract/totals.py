"""Totals of tables in documents, held against the rows that they add up."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from zones.plan.extract.quantity import read_numeral

_TOTAL = re.compile(r"(?:tổng(?: cộng| số| diện tích)?|cộng|toàn tỉnh|toàn vùng)\W*", re.IGNORECASE)
_NUMERAL = re.compile(r"[-+]?\s*\d[\d.,\s]*")
_OUTER = re.compile(r"[A-ZĐ]|[IVX]+")
_PART = re.compile(r"trong đó|^\s*[-+]\s", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class WrongTotal:
    """A total that is not the sum of its rows."""

    line: int  # line of the total
    column: str  # heading of the column
    total: float  # as the document has it, in the column's unit
    found: float  # sum of the rows


def is_total(row: Sequence[str]) -> bool:
    """Whether a row of a table is one of totals."""
    return any(map(_TOTAL.fullmatch, row))


def _value(row: Sequence[str], place: int) -> float:
    """Figure of a cell; not a number where there is none."""
    cell = row[place].strip() if place < len(row) else ""
    read = read_numeral(cell.lstrip("+- ")) if _NUMERAL.fullmatch(cell) else None
    return math.copysign(read[0], -1 if cell[0] == "-" else 1) if read else math.nan


def _summed(rows: Sequence[Sequence[str]]) -> list[Sequence[str]]:
    """Rows that a total adds up: the outer ones of a list in levels, without their parts."""
    outer = [row for row in rows if row and _OUTER.fullmatch(row[0].strip(" ."))]
    inner = [row for row in rows if row and re.fullmatch(r"[\d.]+", row[0].strip())]
    chosen = outer if outer and inner else rows
    return [row for row in chosen if not any(map(_PART.search, row))]


def wrong_totals(
    rows: Sequence[tuple[int, Sequence[str]]], headings: Sequence[str], figures: Sequence[int]
) -> list[WrongTotal]:
    """Totals that differ from the sum of the rows before them, or of all others.

    ``rows`` are those below the heading, each with its line; ``figures`` the places of the columns
    that hold figures which add up.
    """
    found = []
    totals = [place for place, (_, row) in enumerate(rows) if is_total(row)]
    for number, place in enumerate(totals):
        line, total_row = rows[place]
        since = totals[number - 1] + 1 if number else 0
        others = [row for at, (_, row) in enumerate(rows) if at not in totals]
        groups = [[row for _, row in rows[since:place]], others]
        for column in figures:
            total = _value(total_row, column)
            sums = [_sum(_summed(group), column) for group in groups if group]
            sums = [value for value in sums if not math.isnan(value)]
            if math.isnan(total) or not sums:
                continue
            if not any(math.isclose(value, total, rel_tol=1e-9, abs_tol=1e-9) for value in sums):
                found.append(WrongTotal(line, headings[column], total, sums[0]))
    return found


def _sum(rows: Sequence[Sequence[str]], column: int) -> float:
    """Sum of a column; rows without a figure add nothing, none at all is no sum."""
    values = [value for row in rows if not math.isnan(value := _value(row, column))]
    return math.fsum(values) if values else math.nan
