"""Workbook and document that came back, held cell by cell against the tables that were printed."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from layers.base.messages import message
from layers.io.archive_limits import look_through_archive, read_part
from layers.io.table_output import sheet_name
from layers.io.workbook import Sheet, column_letters, read_workbook
from zones.publish.differences import Difference
from zones.publish.kept_pages import plain
from zones.publish.returned_document import read_document
from zones.publish.sheet_formulas import calculated, fill_in

if TYPE_CHECKING:
    from maps import AnnexContent
    from maps.layout.page_table import PageColumn, PageTable

_DC = "{http://purl.org/dc/elements/1.1/}"
_TOLERANCE = 1e-6


def workbook_digest(path: Path) -> str:
    """Digest that a workbook carries."""
    if "docProps/custom.xml" not in look_through_archive(path):
        return ""
    properties = read_part(path, "docProps/custom.xml")
    texts = ["".join(one.itertext()) for one in properties if one.attrib.get("name") == "digest"]
    return texts[0].strip() if texts else ""


def document_digest(path: Path) -> str:
    """Digest that a document carries."""
    if "docProps/core.xml" not in look_through_archive(path):
        return ""
    return read_part(path, "docProps/core.xml").findtext(f"{_DC}identifier") or ""


def check_workbook(content: AnnexContent, path: Path) -> tuple[int, list[Difference]]:
    """Hold every cell of a workbook against the printed tables, formulas included."""
    from maps.layout.tables import build_tables

    sheets = read_workbook(path)
    compared, found = 0, []
    taken: set[str] = set()
    for table in build_tables(content):
        name = sheet_name(table.name, taken)
        taken.add(name.casefold())
        if name not in sheets:
            pair = message("zones.publish.a_sheet"), message("zones.publish.no_sheet")
            found.append(Difference(path.name, name, *pair))
            continue
        fill_in(sheets[name])
        sheet = _Sheet(path.name, name, sheets[name], table)
        differences = list(sheet.differences())
        compared += sheet.compared
        found += differences
    return compared, found


@dataclass(slots=True)
class _Sheet:
    file: str
    name: str
    sheet: Sheet
    table: PageTable
    compared: int = 0

    def differences(self) -> Iterator[Difference]:
        top = self._header_row()
        if top is None:
            title = self.table.columns[0].title
            header = message("zones.publish.a_header_row", title=title)
            yield Difference(self.file, self.name, header, message("zones.publish.none"))
            return
        row = top + 1 + int(any(column.group for column in self.table.columns))
        rows = [values for _, values in self.table.rows.iterrows()]
        for values in rows:
            yield from self._row(row, values, named=True)
            row += 1
        if self.table.total is not None:
            yield from self._row(row, self.table.total, named=False)

    def _header_row(self) -> int | None:
        title = self.table.columns[0].title
        for row in range(1, 12):
            if self.sheet.cells.get((row, 0)) == title:
                return row
        return None

    def _row(self, row: int, values: pd.Series[Any], *, named: bool) -> Iterator[Difference]:
        for position, column in enumerate(self.table.columns):
            if not named and not (column.totalled or column.kind == "percent"):
                continue
            value = values.get(column.key)
            if value is None and not column.totalled:
                continue
            found = self.sheet.cells.get((row, position))
            place = f"{self.name}!{column_letters(position)}{row}"
            self.compared += 1
            if not _same_cell(column, value, found):
                yield Difference(self.file, place, _shown(value), _shown(found))
            # Excel writes a formula that it shares among cells once: elsewhere its text is empty.
            formula = self.sheet.formulas.get((row, position))
            if formula and _is_number(found):
                yield from self._formula(formula, place, found)

    def _formula(self, formula: str, place: str, value: object) -> Iterator[Difference]:
        result = calculated(self.sheet, formula)
        if result is None or not _close(value, result):
            strange = message("zones.publish.strange_formula")
            gives = strange if result is None else _shown(result)
            yield Difference(self.file, place, f"={formula} → {_shown(value)}", gives)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _same_cell(column: PageColumn, expected: Any, found: Any) -> bool:
    unknown = expected is None or pd.isna(expected)
    if column.kind in ("text", "mark"):
        return ("" if unknown else str(expected)) == ("" if found is None else str(found))
    if unknown:
        return column.missing == ("" if found is None else found)
    return _is_number(found) and _close(expected, found)


def _close(one: Any, other: Any) -> bool:
    return abs(float(one) - float(other)) <= _TOLERANCE


def _shown(value: Any) -> str:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return "…"
    return f"{value:.12g}" if isinstance(value, float) else str(value)


def check_document(content: AnnexContent, path: Path) -> tuple[int, list[Difference]]:
    """Hold every cell of a document's tables against the printed tables."""
    from maps.layout.page_table import body_texts
    from maps.layout.tables import build_tables

    given_tables = [table.rows for table in read_document(path).tables]
    tables = build_tables(content)
    found: list[Difference] = []
    if len(given_tables) != len(tables):
        counts = (message("zones.publish.tables", count=len(it)) for it in (tables, given_tables))
        found.append(Difference(path.name, message("zones.publish.the_document"), *counts))
    compared = 0
    for number, (table, given) in enumerate(zip(tables, given_tables, strict=False), start=1):
        head = 1 + int(any(column.group for column in table.columns))
        wanted = body_texts(table)
        texts = given[head:]
        name = f"{message('zones.publish.table').text(content.language)} {number}"
        if len(texts) != len(wanted):
            counts = (message("zones.publish.rows", count=len(it)) for it in (wanted, texts))
            found.append(Difference(path.name, name, *counts))
        for line, (expected, cells) in enumerate(zip(wanted, texts, strict=False), start=1):
            cells += [""] * (len(expected) - len(cells))
            for column, text, there in zip(table.columns, expected, cells, strict=False):
                compared += 1
                if plain(text) != plain(there):
                    label = expected[1] or str(line)
                    place = f"{name}, {label}, {column.title}"
                    found.append(Difference(path.name, place, text, there))
    return compared, found
