"""Cells of one sheet of a workbook as lines of JSON, printed by a process of its own.

A damaged or hostile workbook may take all memory or end the process that reads it: this one is
allowed 2 GB and is nobody's loss. The first line tells the sheets; then one line for each row that
holds something, and one with the number of blank rows before it, where there are some. It imports
nothing of the project, to start in a blink.
"""

from __future__ import annotations

import datetime as dt
import json
import sys
from pathlib import Path

import python_calamine as calamine

MEMORY_BYTES = 2_000_000_000
#: In place of a sheet's name, which may not hold it.
EVERY = "*"
#: Most sheets of a workbook that is read whole.
MOST_SHEETS = 1000
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
            _print({"sheets": names, "shown": shown, "sheet": name, "merged": merged})
            if sheet is not None:
                filled, printed = _print_rows(sheet, most, left)
                most, left = most - filled, left - printed


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


if __name__ == "__main__":
    _limit_memory()
    try:
        _read(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
    except _ERRORS as error:
        _print({"error": str(error) or type(error).__name__})
