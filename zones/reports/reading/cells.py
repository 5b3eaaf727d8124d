"""From a cell to an entry: the figure is read, what was wrong or assumed is told at the cell."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from layers.base.units import conversion
from layers.io.values import Decimal
from zones.plan.words import unit_words
from zones.project.form_schema import Form, FormColumn
from zones.reports.layout import Row, Sheet, cell_title
from zones.reports.reading.entries import Entry, PageReading, Told
from zones.reports.reading.figures import (
    decimal_mark,
    is_counted,
    is_whole,
    read_cell,
)
from zones.reports.reading.intake import Page, cell_name
from zones.reports.reading.quoting import found_in, is_personal, quoted, shown


@dataclass(slots=True)
class CellReader:
    """Reads figure cells of one sheet that came back."""

    reading: PageReading
    form: Form
    sheet: Sheet
    decimal: Decimal | None = None

    def settle_mark(self) -> None:
        """Let the texts of the sheet say which decimal mark they have."""
        cells = self.reading.page.cells.values()
        self.decimal = decimal_mark(cell for cell in cells if isinstance(cell, str))

    def take(
        self, reporter: str, row: Row, column: FormColumn, at: tuple[int, int], *, unit: str = ""
    ) -> Entry | None:
        """Entry of a cell, None where it is blank; ``unit`` is that of the header, if any."""
        page = self.reading.page
        cell = page.cells.get(at)
        asked = self.sheet.unit(row, column.column)
        if cell is None or (isinstance(cell, str) and not cell.strip()):
            if not _is_under_merged(page, at):
                self.reading.blanks.append(self._entry(reporter, row, column, at))
            return None
        whole = column.kind == "whole" or is_counted(asked)
        percent = at in page.content.percents and not isinstance(cell, str)
        read = read_cell(cell, asked, decimal=self.decimal, whole=whole, percent=percent)
        personal = is_personal(cell) or is_personal(read.value)
        entry = self._entry(reporter, row, column, at)
        entry.written = "…" if personal else quoted(cell)
        if percent and not personal:
            entry.written = f"{float(cell) * 100:.15g}%"
        if not personal:
            entry.value, entry.other = read.value, read.other
        told = self.reading.findings
        if personal:
            told.append(entry.told("personal-data", expected=unit_words(asked)))
        elif read.rule and read.other is not None:
            entry.assumed = read.rule
        elif read.rule:
            expected = entry.value if read.rule == "whole-settled" else unit_words(asked)
            told.append(entry.told(read.rule, expected=expected))
        self._convert(entry, unit, named=read.unit)
        if entry.value is not None and whole and not is_whole(entry.value):
            told.append(entry.told("not-whole", expected=unit_words(asked), found=found_in(cell)))
        if entry.value is not None and entry.value < 0 and not column.negative:
            told.append(entry.told("negative", expected=0))
        told += _told_of_place(entry, page)
        self.reading.entries.append(entry)
        return entry

    def _entry(self, reporter: str, row: Row, column: FormColumn, at: tuple[int, int]) -> Entry:
        """Entry of a cell before it is read."""
        form, table, page = self.form.form, self.sheet.table.table, self.reading.page
        return Entry(
            *(reporter, form, table, row.row, column.column, row.crop),
            unit=self.sheet.unit(row, column.column),
            what=cell_title(row, column),
            value=None,
            written="",
            file=page.file,
            sheet=page.sheet,
            line=at[0],
            place=at[1],
        )

    def _convert(self, entry: Entry, unit: str, *, named: str) -> None:
        """Bring a figure from the unit of its header to the unit asked for."""
        factor = conversion(unit, entry.unit) if unit and not named else 1.0
        if factor is None:
            self.reading.findings.append(
                entry.told(
                    "unit-of-another-kind", expected=unit_words(entry.unit), found=shown(unit)
                )
            )
        elif factor != 1.0 and entry.value is not None:
            entry.value *= factor
            entry.other = None if entry.other is None else entry.other * factor
            self.reading.findings.append(
                entry.told("unit-converted", expected=unit_words(entry.unit), found=unit)
            )


def _told_of_place(entry: Entry, page: Page) -> Iterator[Told]:
    """Findings about where a figure stands: hidden, or for several cells."""
    if entry.line in page.content.hidden_rows and entry.line > 1:
        yield entry.told("hidden-row")
    if entry.place in page.content.hidden_columns and entry.place > 0:
        yield entry.told("hidden-column")
    if covered := _covered(page, (entry.line, entry.place)):
        yield entry.told("merged-cells", found=covered)


def _covered(page: Page, at: tuple[int, int]) -> str:
    """Range of merged cells over several rows or columns that a figure stands for, if any."""
    for (top, left), (bottom, right) in page.content.merged:
        if (top, left) == at and (bottom, right) != at:
            return f"{cell_name(top, left)}:{cell_name(bottom, right)}"
    return ""


def _is_under_merged(page: Page, at: tuple[int, int]) -> bool:
    """Whether a cell lies under merged ones: the figure of these is asked about, not it."""
    return any(
        top <= at[0] <= bottom and left <= at[1] <= right
        for (top, left), (bottom, right) in page.content.merged
    )
