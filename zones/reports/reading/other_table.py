"""Somebody's own table: its header is found by its words, its rows by their labels.

A figure is known when commune, row, column and year are: each is taken from the row, the header
above the cell, or the titles, the sheet's and the file's name. What stays unknown is asked back.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import PurePath

from zones.project.form_schema import Form
from zones.reports.layout import Row, Sheet
from zones.reports.reading.cells import CellReader
from zones.reports.reading.entries import Entry, PageReading, told_together
from zones.reports.reading.figures import read_cell, unit_of
from zones.reports.reading.intake import Page, cell_name
from zones.reports.reading.quoting import found_in
from zones.reports.reading.words import (
    Place,
    Vocabulary,
    confirms,
    find_place,
    heads_communes,
    heads_rows,
    heads_units,
    is_counting,
    is_done,
    is_planned,
    is_signature,
    is_total,
    name_in,
    place_in,
    unit_in,
    years_in,
)

#: A header stands within the first rows of a sheet, on this many rows at most.
_SEARCHED, _HEADER_ROWS = 40, 4
#: What a figure is where only the row is named: the state at the end of the year.
_DEFAULT = {"zones": "standing", "indicators": "value"}


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


def read_other(page: Page, desk: Desk) -> PageReading | None:
    """Read a foreign table; None where the sheet holds no table of the form's figures."""
    rows = page.rows()
    header = _find_header(rows, desk)
    if header is None:
        return None
    reading = PageReading(page, form=desk.form.form, version=desk.form.version)
    _Table(reading, desk, header).read(rows)
    return reading


def _find_header(rows: dict[int, dict[int, str | float]], desk: Desk) -> tuple[int, int] | None:
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
    hits = sum(
        _is_head(text, desk) or bool(years_in(text)) or bool(unit_in(f"({text})")) for text in texts
    )
    first_is_row = desk.words.row(texts[0]) is not None and not desk.words.columns(texts[0])
    return hits >= 1 and len(texts) >= 2 and not first_is_row


class _Table:
    """Reads one foreign table."""

    def __init__(self, reading: PageReading, desk: Desk, header: tuple[int, int]) -> None:
        self.reading, self.page, self.desk = reading, reading.page, desk
        self.first, self.last = header
        rows = self.page.rows()
        self.titles = [
            str(cell) for line in rows if line < self.first for cell in rows[line].values()
        ]
        self.heads = self._heads(rows)
        self.readers = {
            table: CellReader(reading, desk.form, sheet) for table, sheet in desk.sheets.items()
        }
        for reader in self.readers.values():
            reader.settle_mark()
        self.place = self._place_of_sheet()
        self.unit = next((unit for text in self.titles if (unit := unit_in(text))), "")
        self.merged = {
            (line, at): (top, left)
            for (top, left), (bottom, right) in self.page.content.merged
            for line in range(top, min(bottom, top + 5000) + 1)
            for at in range(left, min(right, left + 200) + 1)
        }

    def _heads(self, rows: dict[int, dict[int, str | float]]) -> dict[int, Head]:
        """Header of each column: its texts from top to bottom, merged ones over all they cover."""
        lines = [rows.get(line, {}) for line in range(self.first, self.last + 1)]
        places = sorted({at for held in rows.values() for at in held})
        heads = {}
        for at in places:
            texts: list[str] = []
            for number, held in enumerate(lines):
                text = str(held.get(at, ""))
                below = any(at in later for later in lines[number + 1 :])
                if not text and below and not any(at in above for above in lines[:number]):
                    # A merged header has its text in the first of its cells; one that has its
                    # own above stands merged downwards.
                    left = max((one for one in held if one < at), default=None)
                    text = str(held[left]) if left is not None else ""
                    text = "" if is_counting(text) or heads_communes(text) else text
                if text and text not in texts and not text.strip("()").isdigit():
                    texts.append(text)
            heads[at] = self._head(texts, self._below(rows, at))
        return heads

    def _below(self, rows: dict[int, dict[int, str | float]], at: int) -> str:
        """First text below the header in a column."""
        found = (held[at] for line, held in rows.items() if line > self.last and at in held)
        return next((cell for cell in found if isinstance(cell, str)), "")

    def _head(self, texts: list[str], below: str) -> Head:
        words, text = self.desk.words, " ".join(texts)
        # "Hồi" over "Trồng mới": the one names the row, the other the column.
        named = next((part for part in texts if words.row(part) and not words.columns(part)), "")
        rest = " ".join(part for part in texts if part != named)
        head = Head(text, self._columns(texts, rest), unit=unit_in(text), years=years_in(text))
        head.row = words.row(named) if named else None
        if is_planned(text) and not (texts and is_done(texts[-1])):
            head.role = "known"
        elif is_counting(text):
            head.role = "counting"
        elif not text:
            head.role = "unknown"
        elif heads_units(text) and (not below or unit_of(below) is not None):
            head.role = "units"
        elif heads_communes(f"xã {text}" if heads_units(text) else text) and not head.columns:
            head.role = "communes"
        elif not head.columns and head.row is None:
            head.row = self._row_within(text)
            head.role = "figures" if head.row else "labels"
        elif head.columns and not self._is_asked(head):
            head.role = "known"
        return head

    def _columns(self, texts: list[str], rest: str) -> dict[str, tuple[str, bool]]:
        """Columns that a header means: by all its words, else by those of its lowest cell."""
        found = self.desk.words.columns(rest)
        lowest = self.desk.words.columns(texts[-1]) if texts else {}
        return found | {
            table: column
            for table, column in lowest.items()
            if column[1] and not found.get(table, ("", False))[1]
        }

    def _is_asked(self, head: Head) -> bool:
        """Whether a header stands over figures that are asked for, and not notes or last year's."""
        return any(
            column.is_asked and column.is_figure
            for table, (name, _) in head.columns.items()
            for column in [self.desk.sheets[table].table.column(name)]
        )

    def _row_within(self, text: str) -> tuple[str, Row] | None:
        """Row that a header names beside a column, as "Hồi Trồng mới"."""
        parts = text.split()
        for count in range(len(parts) - 1, 0, -1):
            for words in (parts[:count], parts[-count:]):
                if found := self.desk.words.row(" ".join(words)):
                    return found
        return None

    def _place_of_sheet(self) -> Place:
        """Commune of the whole sheet: of its titles, its name, or the file's."""
        where = self.desk.province, self.desk.vintage
        for text in self.titles:
            if (place := place_in(text, *where)).code:
                return place
        for text in (self.page.sheet, PurePath(self.page.file).stem):
            for place in (place_in(text, *where), name_in(text, *where)):
                if place.code:
                    return place
        return Place()

    def read(self, rows: dict[int, dict[int, str | float]]) -> None:
        """Read the rows below the header."""
        years = [year for text in self.titles for year in years_in(text)]
        other_year = bool(years) and self.desk.year not in years
        place = self.place
        for line, held in rows.items():
            if line <= self.last:
                self.reading.rows[line] = "heading"
                continue
            place = self._read_row(line, held, place)
        if other_year:
            self.reading.findings += told_together(
                self.reading.entries, "year-shifted", expected=self.desk.year, found=max(years)
            )

    def _labels(self, line: int, held: dict[int, str | float]) -> list[str]:
        roles = ("labels", "communes", "unknown")
        found = [
            str(cell)
            for at, cell in held.items()
            if isinstance(cell, str) and self.heads.get(at, Head("")).role in roles
        ]
        # A label merged over several rows stands in the first of them.
        for at, head in self.heads.items():
            corner = self.merged.get((line, at))
            if head.role in roles and at not in held and corner and corner[0] != line:
                found.insert(0, str(self.page.cells.get(corner, "")))
        return [text for text in found if text.strip()]

    def _read_row(self, line: int, held: dict[int, str | float], place: Place) -> Place:
        """Read a row; gives the commune that holds for the rows below it."""
        labels = self._labels(line, held)
        figures = [
            at
            for at, cell in held.items()
            if self.heads[at].role == "figures" and not _is_blank(cell)
        ]
        if any(is_total(text) for text in labels):
            self.reading.rows[line] = "total"
            return place
        here, row = self._commune(held, labels), self._row(labels)
        if here.code and not figures:
            self.reading.rows[line] = "heading"
            return here
        numbers = [at for at, cell in held.items() if isinstance(cell, float)]
        if row is None and not numbers and any(isinstance(cell, str) and is_signature(cell)
                               for cell in held.values()):  # fmt: skip
            figures = []
        if not figures or (len(labels) == 1 and len(labels[0]) > 120 and not numbers):
            self.reading.rows[line] = "note"
            return place
        known = here if here.code or here.rule else place
        self._take_row(line, held, figures, known, row, labels)
        return place if here.code == "" or len(figures) else here

    def _commune(self, held: dict[int, str | float], labels: list[str]) -> Place:
        where = self.desk.province, self.desk.vintage
        unknown = Place()
        for at, head in self.heads.items():
            if head.role == "communes" and not _is_blank(held.get(at)):
                found = find_place(_as_text(held[at]), *where, within=self.place.code)
                if found.code:
                    return found
                unknown = found
        for text in labels:
            if self.desk.words.row(text) is None and (found := place_in(text, *where)).code:
                return found
        in_header = any(head.role == "communes" for head in self.heads.values())
        if not in_header:
            for text in labels:
                if self.desk.words.row(text) is None:
                    found = find_place(text, *where, within=self.place.code)
                    if found.code and found.rule != "commune-near":
                        return found
        return unknown

    def _row(self, labels: Iterable[str]) -> tuple[str, Row] | None:
        return next((row for text in labels if (row := self.desk.words.row(text))), None)

    def _take_row(
        self,
        line: int,
        held: dict[int, str | float],
        figures: list[int],
        place: Place,
        row: tuple[str, Row] | None,
        labels: list[str],
    ) -> None:
        taken = []
        for at in figures:
            head = self.heads[at]
            if head.years and self.desk.year not in head.years:
                continue
            target = self._target(head, row)
            if target is None or not place.code:
                rule = "row-unplaced" if place.code or not place.rule else place.rule
                self.reading.tell(
                    rule,
                    reporter=place.code,
                    cell=cell_name(line, at),
                    what=" – ".join(map(self.desk.words.quoted, [*labels[:2], head.text])),
                    found=found_in(held[at]),
                )
                continue
            taken.append(self._take(line, at, place, target))
            if any(confirms(cell) for cell in held.values()):
                self.reading.confirmed.add((place.code, target[0], target[1].row))
        self._pass_blanks(line, held, place, row)
        entries = [entry for entry in taken if entry is not None]
        self.reading.rows[line] = "figures" if entries else "asked"

    def _pass_blanks(
        self,
        line: int,
        held: dict[int, str | float],
        place: Place,
        row: tuple[str, Row] | None,
    ) -> None:
        """Hand on which figures a row that has others leaves blank."""
        for at, head in self.heads.items():
            other_year = head.years and self.desk.year not in head.years
            if head.role != "figures" or not _is_blank(held.get(at)) or other_year:
                continue
            target = self._target(head, row)
            if target is not None and place.code:
                self._take(line, at, place, target)

    def _target(self, head: Head, row: tuple[str, Row] | None) -> tuple[str, Row, str, bool] | None:
        """Table, row and column of a figure, and whether the header says it in these words."""
        table, found = head.row or row or ("", None)
        if found is None:
            return None
        column, exact = head.columns.get(table, ("", False))
        if not column and (head.row or not head.columns):
            column, exact = _DEFAULT.get(table, ""), head.row is not None
        columns = self.desk.sheets[table].table.columns
        known = {item.column for item in columns if item.is_asked and item.is_figure}
        return (table, found, column, exact) if column in known else None

    def _take(
        self, line: int, at: int, place: Place, target: tuple[str, Row, str, bool]
    ) -> Entry | None:
        table, row, column, exact = target
        reader = self.readers[table]
        named = reader.sheet.table.column(column)
        unit = self.heads[at].unit or (self.unit if named.unit == "ha" else "")
        entry = reader.take(place.code, row, named, (line, at), unit=unit)
        if entry is None:
            return None
        entry.origin = place.origin
        told = self.reading.findings
        if not exact:
            head = self.desk.words.quoted(self.heads[at].text)
            told.append(entry.told("header-near", expected=named.name.phrase, found=head))
        if place.rule:
            told.append(entry.told(place.rule))
        self.reading.reporters.add(place.code)
        return entry


def _is_blank(cell: object) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip())


def _as_text(cell: str | float) -> str:
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)
