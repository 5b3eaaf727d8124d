"""From a cell to an entry: the figure is read, what was wrong or assumed is told at the cell."""

from __future__ import annotations

from dataclasses import dataclass

from layers.io.values import Decimal
from zones.reports.entries import Entry, PageReading, names_a_person, without_persons
from zones.reports.figures import conversion, decimal_mark, read_cell
from zones.reports.forms import Form, FormColumn
from zones.reports.layout import Row, Sheet, unit_label

#: Longest text of a cell that a finding repeats.
_SHOWN = 40


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
        line, place = at
        page = self.reading.page
        cell = page.cells.get(at)
        if cell is None or (isinstance(cell, str) and not cell.strip()):
            return None
        asked = self.sheet.unit(row, column.column)
        read = read_cell(cell, asked, decimal=self.decimal)
        entry = Entry(
            *(reporter, self.form.form, self.sheet.table.table, row.row, column.column, row.crop),
            unit=asked,
            what=f"{row.name}, {column.name.vi.lower()}",
            value=read.value,
            written=_shown(cell),
            file=page.file,
            sheet=page.sheet,
            line=line,
            place=place,
            other=read.other,
        )
        told = self.reading.findings
        if read.rule:
            told.append(entry.told(read.rule, expected=unit_label(asked)))
        self._convert(entry, unit, named=read.unit)
        if entry.value is not None and entry.value < 0 and not column.negative:
            told.append(entry.told("negative", expected=0))
        if line in page.content.hidden_rows and line > 1:
            told.append(entry.told("hidden-row"))
        if isinstance(cell, str) and names_a_person(cell):
            told.append(entry.told("personal-data", found="…"))
        self.reading.entries.append(entry)
        return entry

    def _convert(self, entry: Entry, unit: str, *, named: str) -> None:
        """Bring a figure from the unit of its header to the unit asked for."""
        factor = conversion(unit, entry.unit) if unit and not named else 1.0
        if factor is None:
            self.reading.findings.append(
                entry.told("unit-of-another-kind", expected=unit_label(entry.unit), found=unit)
            )
        elif factor != 1.0 and entry.value is not None:
            entry.value *= factor
            entry.other = None if entry.other is None else entry.other * factor
            self.reading.findings.append(
                entry.told("unit-converted", expected=unit_label(entry.unit), found=unit)
            )


def _shown(cell: str | float) -> str:
    """Cell as a finding repeats it: short, and without anybody's number."""
    if not isinstance(cell, str):
        return f"{cell:.15g}"
    text = without_persons(" ".join(cell.split()))
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
