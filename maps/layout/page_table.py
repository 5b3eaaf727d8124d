"""What a table of a page is: columns, header cells, rows, total row, notes.

Workbook, document and sheets of the atlas print the same `PageTable`: same header, same figures,
same total row, so that one cannot say what the other does not.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from layers.base.language import Language, format_number
from maps.layout.words import Say

#: ``figure`` is a number as the plan writes it, whose unit stands in its row; ``measured`` one that
#: is rounded as hectares are, or finer.
Kind = Literal["text", "mark", "count", "year", "figure", "measured", "hectares", "percent"]
Role = Literal[
    "targets",
    "zone",
    "lists",
    "matrix",
    "groups",
    "purposes",
    "cover",
    "causes",
    "ages",
    "allocation",
    "progress",
    "tasks",
    "sources",
    "commune",
    "path",
]
#: Zones whose columns stand beside each other on a page without a word being broken.
MATRIX_ZONES = 14
#: Statistical convention: "…" is not known, "-" is nothing there.
MISSING_MARK = "…"
_NAMES_TOLD = 5


@dataclass(frozen=True, slots=True)
class PageColumn:
    """One column of a table, with its heading in the language of the page."""

    key: str
    title: str
    kind: Kind = "text"
    #: Relative to the other columns, about one per letter.
    width: float = 12.0
    #: Heading above several columns; empty for none.
    group: str = ""
    #: Columns whose sum this one is, and columns taken off: a formula in the workbook.
    adds: tuple[str, ...] = ()
    takes: tuple[str, ...] = ()
    #: Whether the total row sums this column.
    totalled: bool = False
    #: What stands for a figure that is not known; empty where there need be none.
    missing: str = MISSING_MARK

    @property
    def align(self) -> Literal["left", "center", "right"]:
        """Side of the cell at which it is printed, on every page."""
        if self.kind in ("count", "year", "mark"):
            return "center"
        return "left" if self.kind == "text" else "right"


@dataclass(frozen=True, slots=True)
class PageTable:
    """One table as it is printed; unknown figures of its rows are NaN."""

    #: Short name, for instance of a sheet.
    name: str
    title: str
    role: Role
    columns: tuple[PageColumn, ...]
    rows: pd.DataFrame
    #: Total row with the keys of the columns; None where nothing can be added.
    total: pd.Series | None = None
    total_label: str = ""
    #: Line below the title: of whom and of when it is, by what document; empty where others say so.
    about: str = ""
    #: Line right above the table ("ĐVT: ha"); empty where units stand in rows.
    unit: str = ""
    notes: tuple[str, ...] = ()
    #: Id of the zone that the table is about; empty for any other.
    zone: str = ""
    language: Language = "vi"
    #: Digits of hectares and of percentages.
    decimals: tuple[int, int] = (1, 1)

    @property
    def label_column(self) -> int:
        """Position of the column that names the rows: the first with text."""
        return next(i for i, column in enumerate(self.columns) if column.kind == "text")


@dataclass(frozen=True, slots=True)
class HeaderCell:
    """A cell of the header, which may cover both of its rows, or several columns."""

    row: int
    column: int
    rows: int
    columns: int
    text: str


def header_cells(columns: Sequence[PageColumn]) -> list[HeaderCell]:
    """Header of a table: one row, or two where columns are grouped; from left to right."""
    depth = 1 + int(any(column.group for column in columns))
    cells: list[HeaderCell] = []
    for place, column in enumerate(columns):
        if not column.group:
            cells.append(HeaderCell(0, place, depth, 1, column.title))
            continue
        if place == 0 or columns[place - 1].group != column.group:
            after = [other.group == column.group for other in columns[place:]]
            length = after.index(False) if False in after else len(after)
            cells.append(HeaderCell(0, place, 1, length, column.group))
        cells.append(HeaderCell(1, place, 1, 1, column.title))
    return cells


def print_cell(
    column: PageColumn, value: Any, language: Language, *, decimals: tuple[int, int]
) -> str:
    """Cell as paper shows it: ``155.000,5``, "-" for zero, "…" for what is not known."""
    if column.kind in ("text", "mark"):
        return "" if value is None or pd.isna(value) else str(value)
    if value is None or pd.isna(value):
        return column.missing
    number = float(value)
    if column.kind in ("count", "year"):
        return f"{number:.0f}"
    if number == 0:
        return "-"
    return format_number(number, language, decimals=cell_digits(column, number, decimals))


def cell_digits(column: PageColumn, number: float, decimals: tuple[int, int]) -> int:
    """Digits after the decimal mark of a number in a cell."""
    if column.kind == "percent":
        return decimals[1]
    if column.kind == "hectares":
        return decimals[0]
    own = len(f"{number:.6f}".rstrip("0").partition(".")[2])
    return own if column.kind == "figure" else max(own, decimals[0])


def body_texts(table: PageTable) -> list[list[str]]:
    """Text of every cell below the header, the total row last."""
    keys = [column.key for column in table.columns]

    def texts(values: Sequence[Any]) -> list[str]:
        return [
            print_cell(column, value, table.language, decimals=table.decimals)
            for column, value in zip(table.columns, values, strict=True)
        ]

    # Of columns of text a list is many times faster than rows
    cells = (table.rows[key].tolist() for key in keys)
    rows = [texts(values) for values in zip(*cells, strict=True)]
    if table.total is None:
        return rows
    values = [table.total.get(key) for key in keys]
    last = [
        text if column.totalled or (column.kind == "percent" and value is not None) else ""
        for text, column, value in zip(texts(values), table.columns, values, strict=True)
    ]
    last[table.label_column] = table.total_label
    return [*rows, last]


#: Letters below which the margins of a cell leave its text no room.
_NARROW = 8.0


def column_widths(table: PageTable) -> list[float]:
    """Width of every column in letters: no word of a heading and no figure is broken.

    A column of text is no wider than its longest text.
    """
    texts = body_texts(table)
    widths = []
    for place, column in enumerate(table.columns):
        words = [*column.title.split(), ""]
        cells = [row[place] for row in texts]
        width = float(column.width)
        if column.kind == "text" and cells:
            width = min(width, max(_NARROW, max(map(len, cells)) + 2.0))
        elif column.kind != "mark":
            words += cells
        widths.append(max(width, max(map(len, words)) + 1.5))
    return widths


def percent_of(ratio: pd.Series[float]) -> pd.Series[float]:
    """Percentage of a ratio, free of binary dust: 0.93985 is 93.985, not 93.98499999999999."""
    return (ratio * 100).round(9)


def total_of(values: pd.Series, *, decimals: int) -> float:
    """Total of printed figures, free of binary dust; NaN where none is known."""
    known = values.dropna()
    return round(math.fsum(known), decimals) if len(known) else math.nan


def summed(rows: pd.DataFrame, columns: Sequence[PageColumn], decimals: int) -> pd.Series:
    """Total row: sums of the columns that have one, nothing elsewhere."""
    totals = {
        column.key: total_of(rows[column.key], decimals=decimals) if column.totalled else None
        for column in columns
    }
    return pd.Series(totals, dtype="object")


def unknown_note(rows: pd.DataFrame, keys: Sequence[str], name: str, say: Say) -> tuple[str, ...]:
    """Sentence on rows that the total leaves out because a figure of theirs is not known."""
    partly = [key for key in keys if rows[key].notna().any()]
    missing = rows.loc[rows[partly].isna().any(axis=1), name]
    if missing.empty:
        return ()
    names = ", ".join(missing.astype(str).head(_NAMES_TOLD))
    more = ", …" if len(missing) > _NAMES_TOLD else ""
    return (say("note.unknown", count=len(missing), names=names + more),)


def rank_column(say: Say) -> PageColumn:
    """Column of running numbers, first in every table."""
    return PageColumn("rank", say("column.rank"), "count", 6)


def ranked(rows: pd.DataFrame) -> pd.DataFrame:
    """Give the rows running numbers."""
    return rows.reset_index(drop=True).assign(rank=np.arange(1, len(rows) + 1))
