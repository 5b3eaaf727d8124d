"""Somebody's own table: its header is found by its words, its rows by their labels.

A figure is known when commune, row, column and year are: each is taken from the row, the header
above the cell, or the titles, the sheet's and the file's name. What stays unknown is asked back.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePath

from layers.base.units import heads_units, is_unit_alone, unit_of, unit_of_heading, unit_said
from layers.communes.gazetteer import province_name
from layers.kinds.report_entries import is_planned
from zones.reports.layout import Row
from zones.reports.reading.cells import CellReader
from zones.reports.reading.entries import Entry, PageReading, Told, told_together
from zones.reports.reading.header import (
    Desk,
    Head,
    as_text,
    find_header,
    is_blank,
    is_nought,
    other_province,
)
from zones.reports.reading.intake import Page, cell_name
from zones.reports.reading.old_names import names_of_table, said_of
from zones.reports.reading.quoting import found_in
from zones.reports.reading.words import (
    Place,
    confirms,
    find_place,
    heads_communes,
    is_counting,
    is_done,
    is_signature,
    is_total,
    name_in,
    names_a_unit,
    place_in,
    years_in,
)

#: What a figure is where only the row is named: the state at the end of the year.
_DEFAULT = {"zones": "standing", "indicators": "value"}
#: Names of old communes that only the reporter can tell the communes of today of.
_OF_OLD = ("old-name-split", "commune-of-which-day")


def read_other(page: Page, desk: Desk) -> PageReading | None:
    """Read a foreign table; None where the sheet holds no table of the form's figures."""
    rows = page.rows()
    header = find_header(rows, desk)
    if header is None:
        return None
    reading = PageReading(page, form=desk.form.form, version=desk.form.version)
    table = _Table(reading, desk, header)
    if elsewhere := other_province(table.titles, page, desk):
        ours, theirs = (province_name(code) for code in (desk.province, elsewhere))
        cell = cell_name(*min(page.cells))
        reading.tell("other-province", cell=cell, expected=ours, found=theirs)
        reading.rows |= dict.fromkeys(rows, "asked")
    else:
        table.read(rows)
    return reading


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
        self.names: dict[str, Place] = {}
        # Cells of old communes that are asked about, by place, with the figure that each would be
        self.open: list[tuple[Place, str, tuple[str, ...] | None]] = []
        self.unit = next((unit for text in self.titles if (unit := unit_said(text))), "")
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
        unit = next(filter(None, map(unit_of_heading, reversed(texts))), "")
        head = Head(text, self._columns(texts, rest), unit=unit, years=years_in(text))
        head.row = words.row(named) if named else None
        if is_planned(text) and not (texts and is_done(texts[-1])):
            head.role = "known"
        elif is_counting(text):
            head.role = "counting"
        elif not text:
            head.role = "unknown"
        elif heads_units(text) and (is_unit_alone(text) or not below or unit_of(below)):
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
        below = {line: held for line, held in rows.items() if line > self.last}
        where = self.desk.province, self.desk.vintage
        self.names = names_of_table(self._every_name(below), *where, within=self.place.code)
        for line in rows:
            self.reading.rows[line] = "heading"
        for line, held in below.items():
            place = self._read_row(line, held, place)
        self._tell_old_names()
        if other_year:
            self.reading.findings += told_together(
                self.reading.entries, "year-shifted", expected=self.desk.year, found=max(years)
            )

    def _every_name(self, rows: dict[int, dict[int, str | float]]) -> Iterable[str]:
        """Texts that may name communes, row by row."""
        for held in rows.values():
            for at, cell in held.items():
                role = self.heads.get(at, Head("")).role
                if role == "communes" and not is_blank(cell):
                    yield as_text(cell)
                elif role in ("labels", "unknown") and isinstance(cell, str):
                    yield from [] if self.desk.words.row(cell) else [cell]

    def _tell_old_names(self) -> None:
        """Tell of old communes once: who took them over, and what of them only a person can say."""
        where = self.desk.province, self.desk.vintage
        entries = self.reading.entries
        for code in sorted({one.reporter for one in entries if one.origin}):
            mine = [one for one in entries if one.origin and one.reporter == code]
            self.reading.findings += told_together(mine, "old-name", found="")
        for rule in _OF_OLD:
            asked = [one for one in self.open if one[0].rule == rule]
            if not asked:
                continue
            # Of a sum that lacks a part nothing is known.
            lacking = {(code, *key) for place, _, key in asked if key for code in place.parts}
            parts = [one for one in entries if one.key in lacking]
            for one in parts:
                one.value = one.other = None
                one.rules.append(rule)
            cells = [cell for _, cell, _ in asked] + [one.cell for one in parts]
            said = said_of((place for place, _, _ in asked), *where)
            page = self.page
            told = Told(rule, "", page.file, page.sheet, ", ".join(dict.fromkeys(cells)), said)
            self.reading.findings.append(told)

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
            if self.heads[at].role == "figures" and not is_blank(cell)
        ]
        if any(is_total(text) and not self._is_commune(text) for text in labels):
            self.reading.rows[line] = "total"
            return place
        here, row = self._commune(held, labels), self._row(labels)
        if (here.code or here.rule in (*_OF_OLD, "commune-unknown")) and not figures:
            # What stands below a commune that nobody knows is not that of the one above.
            is_heading = here.code or here.rule in _OF_OLD or any(map(names_a_unit, labels))
            self.reading.rows[line] = "heading" if is_heading else "note"
            return here if is_heading else place
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
        heads = [at for at, head in self.heads.items() if head.role == "communes"]
        for text in [as_text(held[at]) for at in heads if not is_blank(held.get(at))]:
            unknown = self.names.get(text) or find_place(text, *where, within=self.place.code)
            if unknown.code:
                return unknown
        texts = [text for text in labels if self.desk.words.row(text) is None]
        for text in texts:
            if (found := self.names.get(text) or place_in(text, *where)).code or found.rule:
                return found
        # A label that is a name and no more is a commune where no column has these.
        for text in [] if heads else texts:
            found = find_place(text, *where, within=self.place.code)
            if found.code and found.rule != "commune-near":
                return found
        is_named = any(map(names_a_unit, texts))
        return Place(rule="commune-unknown") if is_named and not unknown.rule else unknown

    def _is_commune(self, text: str) -> bool:
        """Whether a label is a commune's name: "Công Sơn" is no total."""
        found = find_place(text, self.desk.province, self.desk.vintage)
        return bool(found.code) and found.rule != "commune-near"

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
            if place.rule in _OF_OLD:
                key = (target[0], target[1].row, target[2]) if target else None
                if not is_nought(held[at]):
                    self.open.append((place, cell_name(line, at), key))
                continue
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
            if head.role != "figures" or not is_blank(held.get(at)) or other_year:
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

    def _unit_of_row(self, line: int) -> str:
        """Unit that a column of units gives for a row; empty for none."""
        units = [at for at, head in self.heads.items() if head.role == "units"]
        cells = (self.page.cells.get((line, at)) for at in units)
        return next((cell.strip() for cell in cells if isinstance(cell, str)), "")

    def _take(
        self, line: int, at: int, place: Place, target: tuple[str, Row, str, bool]
    ) -> Entry | None:
        table, row, column, exact = target
        reader = self.readers[table]
        named = reader.sheet.table.column(column)
        unit = self.heads[at].unit or self._unit_of_row(line)
        unit = unit or (self.unit if named.unit == "ha" else "")
        entry = reader.take(place.code, row, named, (line, at), unit=unit)
        if entry is None:
            return None
        entry.origin = place.origin
        told = self.reading.findings
        if not exact:
            head = self.desk.words.quoted(self.heads[at].text)
            told.append(entry.told("header-near", expected=named.name.phrase, found=head))
        if place.rule and place.rule != "old-name":
            told.append(entry.told(place.rule))
        self.reading.reporters.add(place.code)
        return entry
