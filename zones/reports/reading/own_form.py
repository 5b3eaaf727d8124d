"""A sheet of ours that came back: found by its hidden first cell, read by its hidden keys."""

from __future__ import annotations

import math
import re
from collections.abc import Container, Iterable

from layers.base.language import Phrase
from layers.base.units import unit_of_note
from layers.communes.spelling import exact_key
from layers.kinds.report_entries import words_of
from zones.plan.words import number_words
from zones.project.form_schema import Form, FormColumn
from zones.reports.known import KnownFigures
from zones.reports.layout import Identity, Row, Sheet, cell_title, read_identity, unit_label
from zones.reports.reading.cells import CellReader
from zones.reports.reading.entries import Entry, PageReading
from zones.reports.reading.figures import read_date
from zones.reports.reading.headings import ask_unit, hold_headings, hold_unit
from zones.reports.reading.intake import Page, cell_name
from zones.reports.reading.quoting import found_in, quoted
from zones.reports.reading.words import Vocabulary, confirms, is_total

#: Rows and columns in which the identity is looked for: somebody may have put some before it.
_NEAR = 6
#: A figure that we printed and that came back differs by more than this was changed.
_CHANGED = 0.011
#: "Lạng Sơn, ngày 20 tháng 11 năm 2026", above a signature.
_DAY_OF_LETTER = re.compile(r"ngày\W*\d*\W*tháng\W*\d*\W*(?:năm\W*\d*)?", re.IGNORECASE)


def find_identity(page: Page) -> tuple[Identity, tuple[int, int]] | None:
    """Identity of a sheet and the cell that holds it."""
    for (row, place), cell in sorted(page.cells.items()):
        if row > _NEAR:
            break
        identity = read_identity(cell) if place < _NEAR else None
        if identity:
            return identity, (row, place)
    return None


def key_columns(page: Page, sheet: Sheet, corner: tuple[int, int]) -> dict[str, int]:
    """Places of the columns of a form by the keys of the hidden row."""
    names = {column.column for column in sheet.table.columns}
    row = page.rows().get(corner[0], {})
    found: dict[str, int] = {}
    for place, cell in row.items():
        if place != corner[1] and str(cell) in names:
            found.setdefault(str(cell), place)
    return found


def read_own(
    page: Page,
    form: Form,
    sheet: Sheet,
    reporter: str,
    corner: tuple[int, int],
    known: KnownFigures,
) -> PageReading:
    """Read a sheet of ours, row by row."""
    identity = read_identity(page.cells[corner])
    version = identity.version if identity else form.version
    reading = PageReading(page, form=form.form, reporters={reporter}, version=version)
    cells = CellReader(reading, form, sheet)
    cells.settle_mark()
    places = key_columns(page, sheet, corner)
    rows = {row.row: row for row in sheet.rows}
    keyed = {
        line: rows[key]
        for line, held in page.rows().items()
        if line > corner[0] and (key := _key(held.get(corner[1]), rows))
    }
    _tell_missing(reading, reporter, sheet, {row.row for row in keyed.values()}, known)
    first, last = min(keyed, default=math.inf), max(keyed, default=0)
    words = Vocabulary([sheet])
    for line, held in page.rows().items():
        if line in keyed:
            _read_row(cells, reporter, keyed[line], line, places, known)
        elif line < first and not _is_added(held, places.values()):
            reading.rows[line] = "heading"
        else:
            _read_other_row(cells, reporter, line, held, places, words, behind=line > last)
    hold_headings(reading, sheet, places, corner, older=version != form.version)
    return reading


def _tell_missing(
    reading: PageReading, reporter: str, sheet: Sheet, there: set[str], known: KnownFigures
) -> None:
    """Ask for rows of zones that were taken out of a form though there were hectares of them."""
    for row in sheet.rows if sheet.table.rows == "zones" else ():
        last = known.last.get((reporter, sheet.table.table, row.row, "standing"))
        area = last if last is not None else known.register.get((reporter, row.row))
        if row.row not in there and area:
            said = number_words(round(area, 2))
            reading.tell(
                "row-missing",
                reporter=reporter,
                cell="A1",
                what=row.title,
                expected=Phrase(en=f"{said.en} ha", vi=f"{said.vi} ha"),
            )


def _is_added(held: dict[int, str | float], places: Iterable[int]) -> bool:
    """Whether a row above our first one holds a label and a figure: somebody put it there."""
    label = any(isinstance(cell, str) and words_of(cell).strip(" 0123456789")
                for cell in held.values())  # fmt: skip
    return label and any(isinstance(held.get(place), float) for place in places)


def _key(cell: object, rows: Container[str]) -> str:
    """Key of a row, empty for none; a spreadsheet may have made a number of it."""
    texts = [str(cell)]
    if isinstance(cell, float) and cell.is_integer():
        texts = [f"{int(cell)}", f"{int(cell):04d}"]
    return next((text for text in texts if text in rows), "")


def _read_row(
    cells: CellReader,
    reporter: str,
    row: Row,
    line: int,
    places: dict[str, int],
    known: KnownFigures,
) -> None:
    """Read a row with a key: its figures, its texts, and whether its label is still its own."""
    reading, table = cells.reading, cells.sheet.table
    taken, texts = [], {}
    for column in table.columns:
        place = places.get(column.column)
        if place is None:
            continue
        if column.is_figure and column.is_asked:
            is_sum = any(item.row == row.row for item in table.row_sums)
            cell = reading.page.cells.get((line, place))
            # A total of ours that no program calculated was filled in by nobody.
            if is_sum and isinstance(cell, str) and ": =" in cell:
                continue
            taken.append(cells.take(reporter, row, column, (line, place)))
        elif column.known:
            _compare_known(cells, reporter, row, (line, place), column.known, known)
        elif (line, place) in reading.page.cells:
            texts[column.column] = _text(cells, reporter, row, column, (line, place))
            if confirms(texts[column.column]):
                reading.confirmed.add((reporter, table.table, row.row))
    if table.rows == "open" and texts:
        reading.texts[reporter, row.row, line] = texts
    entries = [entry for entry in taken if entry is not None]
    _check_label(cells, row, line, places, entries)
    _check_unit(cells, row, line, places, entries)
    units = {entry.unit for entry in entries}
    for said in filter(None, (unit_of_note(text, units) for text in texts.values())):
        hold_unit(reading, entries, said)
    reading.rows[line] = "figures" if entries or texts else "blank"


def _check_unit(
    cells: CellReader, row: Row, line: int, places: dict[str, int], entries: list[Entry]
) -> None:
    """Ask back a row beside whose label another unit stands than the form wrote."""
    table = cells.sheet.table
    by_row = [one for one in entries if table.column(one.column).unit == "row"]
    unit = str(cells.reading.page.cells.get((line, min(places.values(), default=0) - 1), ""))
    if by_row and unit.strip() and exact_key(unit) != exact_key(unit_label(row.unit)):
        ask_unit(cells.reading, by_row, unit.strip())


def _text(
    cells: CellReader, reporter: str, row: Row, column: FormColumn, at: tuple[int, int]
) -> str:
    """Text of a cell; one of a column of dates that is no date is asked back."""
    cell = cells.reading.page.cells[at]
    if column.kind == "text" and isinstance(cell, float) and cells.sheet.table.rows != "open":
        cells.reading.tell(
            "figure-in-note",
            reporter=reporter,
            cell=cell_name(*at),
            what=cell_title(row, column),
            found=found_in(cell),
        )
    if column.kind != "date" or not str(cell).strip():
        return str(cell)
    day = read_date(cell)
    if day is None:
        cells.reading.tell(
            "not-a-date",
            reporter=reporter,
            cell=cell_name(*at),
            what=cell_title(row, column),
            found=quoted(cell),
        )
        return ""
    return day.isoformat()


def _check_label(
    cells: CellReader, row: Row, line: int, places: dict[str, int], entries: list[Entry]
) -> None:
    """Ask back a row whose label is no longer that of its key: rows were moved or pasted."""
    if cells.sheet.table.rows == "open":
        return
    by_row = any(column.unit == "row" for column in cells.sheet.table.columns)
    at = min(places.values(), default=0) - 1 - by_row
    label = str(cells.reading.page.cells.get((line, at), ""))
    if words_of(label) == words_of(row.name):
        return
    for entry in entries:
        seen = Vocabulary([cells.sheet]).quoted(label)
        cells.reading.findings.append(entry.told("label-disagrees", expected=row.title, found=seen))


def _compare_known(
    cells: CellReader,
    reporter: str,
    row: Row,
    at: tuple[int, int],
    source: str,
    known: KnownFigures,
) -> None:
    """Tell where a figure that we printed came back as another."""
    cell = cells.reading.page.cells.get(at)
    table = cells.sheet.table.table
    printed = (
        known.register.get((reporter, row.row))
        if source == "register"
        else known.last.get((reporter, table, row.row, source))
    )
    if not isinstance(cell, float):
        return
    if printed is None or abs(cell - printed) > _CHANGED:
        cells.reading.tell(
            "known-changed" if printed is not None else "known-added",
            reporter=reporter,
            cell=cell_name(*at),
            what=row.title,
            expected="" if printed is None else round(printed, 2),
            found=cell,
        )


def _read_other_row(
    cells: CellReader,
    reporter: str,
    line: int,
    held: dict[int, str | float],
    places: dict[str, int],
    words: Vocabulary,
    *,
    behind: bool,
) -> None:
    """Read a row that somebody added: a total, a note, a row of the form, or nobody knows what."""
    reading, table = cells.reading, cells.sheet.table
    asked = {
        column.column: places[column.column]
        for column in table.columns
        if column.is_figure and column.is_asked and column.column in places
    }
    labels = [str(cell) for cell in held.values() if isinstance(cell, str)]
    figures = [place for place in asked.values() if place in held and not _is_prose(held[place])]
    if any(is_total(label) for label in labels):
        reading.rows[line] = "total"
        return
    if not figures:
        reading.rows[line] = "note"
        numbers = [place for place, cell in held.items() if isinstance(cell, float)]
        if numbers and not behind:
            reading.tell("row-unplaced", reporter=reporter, cell=cell_name(line, numbers[0]))
            reading.rows[line] = "asked"
        return
    match = next((found for label in labels if (found := words.row(label))), None)
    named = words.quoted(labels[0]) if labels else ""
    if table.rows == "open":
        row = Row(f"+{line}", named or str(line))
    elif match is not None:
        row = match[1]
    else:
        reading.rows[line] = "asked"
        for place in figures:
            reading.tell(
                "row-unplaced",
                reporter=reporter,
                cell=cell_name(line, place),
                what=named,
                found=found_in(held[place]),
            )
        return
    reading.rows[line] = "figures"
    _take_added(cells, reporter, row, line, places)


def _is_prose(cell: str | float) -> bool:
    """Whether a cell below a table says something without a figure: a signature, a day."""
    return isinstance(cell, str) and not re.search(r"[\d#=]", _DAY_OF_LETTER.sub("", cell))


def _take_added(
    cells: CellReader, reporter: str, row: Row, line: int, places: dict[str, int]
) -> None:
    """Take the figures of a row that somebody added, and look at its dates."""
    table = cells.sheet.table
    for column in (one for one in table.columns if one.column in places):
        at = (line, places[column.column])
        if column.kind == "date" and at in cells.reading.page.cells:
            _text(cells, reporter, row, column, at)
        if not (column.is_figure and column.is_asked):
            continue
        entry = cells.take(reporter, row, column, at)
        if entry is not None and table.rows != "open":
            cells.reading.findings.append(entry.told("row-by-name", found=row.name))
            _check_unit(cells, row, line, places, [entry])
