"""The three kinds of formula that an annex has, calculated from the cells of a sheet."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

from layers.io.workbook import Sheet, cell_place

_SUM = re.compile(r"SUM\(([A-Z]+)(\d{1,7}):([A-Z]+)(\d{1,7})\)\Z")
_RATE = re.compile(r"ROUND\(\(([A-Z]+\d+)\+([A-Z]+\d+)\)/([A-Z]+\d+)\*100,(\d)\)\Z")
_TERMS = re.compile(r"[A-Z]+\d+(?:[+-][A-Z]+\d+)*\Z")
_TERM = re.compile(r"([+-]?)([A-Z]+\d+)")
#: Most rows of a sum, and formulas without a value: more are in no annex.
_ROWS, _WAITING = 10_000, 20_000
#: Formulas that stand on each other: a total, of figures that are sums themselves.
_DEPTH = 4


def calculated(sheet: Sheet, formula: str) -> float | None:
    """Value of one of the three kinds of formula that we write; None for any other."""
    terms = [(sign == "-", cell_place(cell)) for sign, cell in _terms(formula)]
    if not terms or not sheet.marks.keys().isdisjoint(at for _, at in terms):
        return None
    cells = (sheet.cells.get(at) for _, at in terms)
    figures = [float(cell) if isinstance(cell, int | float) else 0.0 for cell in cells]
    if rate := _RATE.match(formula):
        natural, planted, area = figures
        return round((natural + planted) / area * 100, int(rate.group(4))) if area else None
    signs = (-1.0 if minus else 1.0 for minus, _ in terms)
    return math.fsum(sign * figure for sign, figure in zip(signs, figures, strict=True))


def _terms(formula: str) -> Iterator[tuple[str, str]]:
    """Signs and cells of a formula; none of one that is not ours."""
    if whole := _SUM.match(formula):
        column, first, other, last = whole.groups()
        if column == other and 0 <= int(last) - int(first) < _ROWS:
            yield from (("", f"{column}{row}") for row in range(int(first), int(last) + 1))
    elif rate := _RATE.match(formula):
        yield from (("", cell) for cell in rate.groups()[:3])
    elif _TERMS.match(formula):
        yield from _TERM.findall(formula)


def fill_in(sheet: Sheet) -> None:
    """Give values to formulas that a program saved without: whoever opens the file calculates."""
    for _ in range(_DEPTH):
        waiting = {at: text for at, text in sheet.formulas.items() if text and at in sheet.marks}
        values = {at: calculated(sheet, text) for at, text in waiting.items()}
        known = {at: value for at, value in values.items() if value is not None}
        if not known or len(waiting) > _WAITING:
            return
        sheet.cells |= known
        for at in known:
            del sheet.marks[at]
