"""The header of somebody's own table: where it stands, and what each of its columns holds."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import PurePath

from layers.base.units import heads_units, unit_of_heading
from zones.project.form_schema import Form
from zones.reports.layout import Row, Sheet
from zones.reports.reading.figures import read_cell
from zones.reports.reading.intake import Page
from zones.reports.reading.words import (
    Vocabulary,
    heads_communes,
    heads_rows,
    is_counting,
    place_in,
    province_in,
    years_in,
)

#: A header stands within the first rows of a sheet, on this many rows at most.
_SEARCHED, _HEADER_ROWS = 40, 4


@dataclass(slots=True)
class Head:
    """What a column of a foreign table holds."""

    text: str
    columns: dict[str, tuple[str, bool]] = field(default_factory=dict)  # by table
    row: tuple[str, Row] | None = None
    unit: str = ""
    years: list[int] = field(default_factory=list)
    role: str = "figures"  # or counting, communes, units, labels, known, unknown


@dataclass(frozen=True, slots=True)
class Desk:
    """What foreign tables are read with: the form they answer, and where and when."""

    form: Form
    sheets: dict[str, Sheet]  # by table
    words: Vocabulary
    province: str
    vintage: str
    year: int


def find_header(rows: dict[int, dict[int, str | float]], desk: Desk) -> tuple[int, int] | None:
    """First and last row of the header: those whose words are most those of the form."""
    best, score = 0, 1
    for line in [line for line in rows if line <= _SEARCHED]:
        texts = [cell for cell in rows[line].values() if isinstance(cell, str)]
        hits = sum(_is_head(text, desk) for text in texts)
        if hits > score and len(texts) >= 2:
            best, score = line, hits
    if not best:
        return None
    first = last = best
    while first - 1 in rows and _continues(rows[first - 1], desk) and best - first < 2:
        first -= 1
    while last + 1 in rows and _continues(rows[last + 1], desk) and last - first < _HEADER_ROWS - 1:
        last += 1
    return first, last


def _is_head(text: str, desk: Desk) -> bool:
    short = len(text) <= 80
    known = desk.words.columns(text) or desk.words.row(text)
    said = is_counting(text) or heads_communes(text) or heads_units(text) or heads_rows(text)
    return short and bool(known or said)


def _continues(row: dict[int, str | float], desk: Desk) -> bool:
    """Whether a row beside the header belongs to it: several texts, and no figures."""
    texts = [cell for cell in row.values() if isinstance(cell, str)]
    if len(texts) < len(row) or not texts:
        return False
    if all(text.strip("()").isdigit() for text in texts):
        return True
    if any(read_cell(text, "ha").value is not None and not years_in(text) for text in texts):
        return False
    if any(place_in(text, desk.province, desk.vintage).code for text in texts):
        return False  # A commune above its rows
    hits = sum(
        _is_head(text, desk) or bool(years_in(text)) or bool(unit_of_heading(f"({text})"))
        for text in texts
    )
    first_is_row = desk.words.row(texts[0]) is not None and not desk.words.columns(texts[0])
    return hits >= 1 and len(texts) >= 2 and not first_is_row


def other_province(titles: list[str], page: Page, desk: Desk) -> str:
    """Code of the province that a table is of, where it is another one than ours."""
    texts = (*titles, page.sheet, PurePath(page.file).stem)
    named = [code for text in texts if (code := province_in(text))]
    return named[0] if named and desk.province not in named else ""


def is_blank(cell: object) -> bool:
    """Whether nothing is written in a cell."""
    return cell is None or (isinstance(cell, str) and not cell.strip())


def is_nought(cell: str | float) -> bool:
    """Whether a cell says 0."""
    return str(cell).strip() in ("0", "0.0")


def as_text(cell: str | float) -> str:
    """Text of a cell; a code that became a number without decimals."""
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)
