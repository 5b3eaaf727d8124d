"""Cells of one sheet of a workbook as lines of JSON, printed by a process of its own.

A damaged or hostile workbook may take all memory or end the process that reads it: this one is
allowed 2 GB and is nobody's loss. The first line tells the sheets; then one line for each row that
holds something, and one with the number of blank rows before it, where there are some. It imports
nothing of the project, to start in a blink.

Asked for what an ``.xls`` shows (``--shown``), it prints a line for each sheet: its name, cells of
each format that has a percent sign, and texts with letters of several fonts as runs. What xlrd does
not read ends it with an error.
"""

from __future__ import annotations

import datetime as dt
import itertools
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import python_calamine as calamine

if TYPE_CHECKING:
    import xlrd

MEMORY_BYTES = 2_000_000_000
#: In place of a sheet's name, which may not hold it.
EVERY = "*"
SHOWN = "--shown"
#: Escapements of a font whose letters are raised or lowered
_RAISED = (1, 2)
#: Kind of a cell of xlrd that holds a figure
_NUMBER = 2
#: Most sheets of a workbook that is read whole.
MOST_SHEETS = 1000
#: Most visible sheets that are looked at beside the one that is read, and rows with a header.
_MOST_ALIKE, _HEADER_WITHIN = 24, 12
_ERRORS = (
    *(calamine.CalamineError, calamine.PasswordError, calamine.XmlError, calamine.ZipError),
    *(calamine.WorksheetNotFound, OSError, ValueError),
)


def _print(value: object) -> None:
    sys.stdout.write(json.dumps(value) + "\n")


def _limit_memory() -> None:
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    unlimited = hard == resource.RLIM_INFINITY
    resource.setrlimit(
        resource.RLIMIT_AS, (MEMORY_BYTES if unlimited else min(MEMORY_BYTES, hard), hard)
    )


def _cell(value: object) -> str | float | None:
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, int | float):
        return value
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    return str(value) or None


def _visible(book: calamine.CalamineWorkbook) -> list[str]:
    sheets = [one for one in book.sheets_metadata if one.typ == calamine.SheetTypeEnum.WorkSheet]
    shown = [one for one in sheets if one.visible == calamine.SheetVisibleEnum.Visible]
    return [one.name for one in shown or sheets]


def _read(path: str, wanted: str, most: int, left: int) -> None:
    with Path(path).open("rb") as file, calamine.CalamineWorkbook.from_filelike(file) as book:
        names = book.sheet_names
        shown = _visible(book)
        chosen = wanted or next(iter(shown), "")
        if chosen == EVERY and len(names) > MOST_SHEETS:
            raise ValueError(f"{len(names)} sheets")
        for name in names if chosen == EVERY else [chosen]:
            sheet = book.get_sheet_by_name(name) if name in names else None
            merged = (sheet.merged_cell_ranges or []) if sheet else []
            told = {"sheets": names, "shown": shown, "sheet": name, "merged": merged}
            _print(told if wanted or not most else told | {"alike": _alike(book, name, shown)})
            if sheet is not None:
                filled, printed = _print_rows(sheet, most, left)
                most, left = most - filled, left - printed


def _alike(book: calamine.CalamineWorkbook, chosen: str, shown: list[str]) -> list[str]:
    """Other visible sheets with the header of the chosen one: the first row of most texts."""
    if chosen not in shown or not 1 < len(shown) <= _MOST_ALIKE:
        return []
    mine = _first_rows(book.get_sheet_by_name(chosen))
    header = max(mine, key=len, default=frozenset())
    others = [name for name in shown if name != chosen] if len(header) > 1 else []
    return [name for name in others if header in _first_rows(book.get_sheet_by_name(name))]


def _first_rows(sheet: calamine.CalamineSheet) -> list[frozenset[str]]:
    """Texts of each of the first rows."""
    rows = itertools.islice(sheet.iter_rows(), _HEADER_WITHIN)
    return [
        frozenset(cell.strip().casefold() for cell in row if isinstance(cell, str) and cell.strip())
        for row in rows
    ]


def _print_rows(sheet: calamine.CalamineSheet, most: int, left: int) -> tuple[int, int]:
    """Print the rows of a sheet; number of cells, at most ``most``, and bytes, at most ``left``."""
    before = [None] * (sheet.start[1] if sheet.start else 0)
    filled = printed = blank = 0
    for row in sheet.iter_rows():
        cells = [_cell(value) for value in row]
        while cells and cells[-1] is None:
            cells.pop()
        if not cells:
            blank += 1
            continue
        if blank:
            _print(blank)
            blank = 0
        filled += len(cells)
        line = json.dumps(before + cells)
        printed += len(line)
        if filled > most or printed > left:
            _print({"above": "cells" if filled > most else "bytes"})
            break
        sys.stdout.write(line + "\n")
    if blank:
        _print(blank)
    return filled, printed


def _print_shown(path: str, names: list[str]) -> None:
    """Print what the sheets of an ``.xls`` show; of all of them where none is named."""
    import xlrd

    with Path(os.devnull).open("w") as nowhere:
        book = xlrd.open_workbook(path, logfile=nowhere, formatting_info=True, on_demand=True)
        for name in names or book.sheet_names():
            sheet = book.sheet_by_name(name)
            runs = sheet.rich_text_runlist_map.items()
            texts = [(row + 1, at, _runs(book, sheet, row, at, them)) for (row, at), them in runs]
            _print({"sheet": name, "percents": _percents(book, sheet), "texts": texts})
            book.unload_sheet(name)


def _percents(book: xlrd.Book, sheet: Any) -> dict[str, list[tuple[int, int]]]:
    """Cells of figures by their format, of formats with a percent sign in them."""
    formats = [book.format_map[style.format_key].format_str for style in book.xf_list]
    found: dict[str, list[tuple[int, int]]] = {}
    for row in range(sheet.nrows):
        for place, kind in enumerate(sheet.row_types(row)):
            shown = formats[sheet.cell_xf_index(row, place)] if kind == _NUMBER else ""
            if "%" in shown:
                found.setdefault(shown, []).append((row + 1, place))
    return found


def _runs(
    book: xlrd.Book, sheet: Any, row: int, place: int, changes: list[tuple[int, int]]
) -> list[tuple[str, bool]]:
    """Pieces of a text, each with whether it is raised."""
    text = str(sheet.cell_value(row, place))
    fonts = [(0, book.xf_list[sheet.cell_xf_index(row, place)].font_index), *changes]
    ends = [start for start, _ in changes] + [len(text)]
    return [
        (text[start:end], book.font_list[font].escapement in _RAISED)
        for (start, font), end in zip(fonts, ends, strict=True)
    ]


if __name__ == "__main__":
    _limit_memory()
    if sys.argv[1] == SHOWN:
        _print_shown(sys.argv[2], sys.argv[3:])
    else:
        try:
            _read(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
        except _ERRORS as error:
            _print({"error": str(error) or type(error).__name__})
