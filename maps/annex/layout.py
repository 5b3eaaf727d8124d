"""What a printed table of the annex is: columns, rows, total row, notes.

Workbook and document print the same `AnnexTable`: same rows, same figures, same total row, so that
one cannot say what the other does not.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from layers.base.language import Language, Phrase, format_number

__all__ = [
    "MISSING_MARK",
    "AnnexColumn",
    "AnnexTable",
    "Say",
    "cell_digits",
    "print_cell",
    "rank_column",
    "ranked",
    "speaker",
    "summed",
    "total_of",
]

Kind = Literal["text", "mark", "count", "year", "figure", "measured", "hectares", "percent"]
Role = Literal["targets", "zone", "matrix", "cover", "ages", "allocation", "sources", "commune"]
#: Statistical convention: "…" is not known, "-" is nothing there.
MISSING_MARK = "…"

#: Chooses between English and Vietnamese.
Say = Callable[[str, str], str]


@dataclass(frozen=True, slots=True)
class AnnexColumn:
    """One column of a printed table.

    Parameters
    ----------
    key : str
        Column of the rows.
    title : str
        Heading, in the language of the page.
    kind : {"text", "mark", "count", "year", "figure", "measured", "hectares", "percent"}
        How cells are formatted; ``figure`` is a number as the plan writes it, whose unit stands in
        its row, ``measured`` one that is rounded as hectares are, or finer.
    width : float
        Width relative to the others (about one character each).
    group : str
        Heading above several columns; empty for none.
    adds, takes : tuple of str
        Columns whose sum this one is, row by row, and columns taken off: the workbook writes it as
        a formula.
    totalled : bool
        Whether the total row sums this column.
    missing : str
        What stands for a figure that is not known; empty where there need be none.
    """

    key: str
    title: str
    kind: Kind = "text"
    width: float = 12.0
    group: str = ""
    adds: tuple[str, ...] = ()
    takes: tuple[str, ...] = ()
    totalled: bool = False
    missing: str = MISSING_MARK


@dataclass(frozen=True, slots=True)
class AnnexTable:
    """One table as it is printed.

    Parameters
    ----------
    name : str
        Short name, for instance of a sheet.
    title : str
        Title above the table.
    role : str
        Which table of the annex it is.
    columns : tuple of AnnexColumn
        Columns in order.
    rows : pandas.DataFrame
        One row per line, with the keys of the columns; missing figures are NaN.
    total : pandas.Series or None
        The total row, with the keys of the columns; None where nothing can be added.
    unit : str
        The line right above the table, for instance ``ĐVT: ha``; empty where units stand in rows.
    notes : tuple of str
        Sentences below the table.
    zone : str
        Id of the zone the table is about; empty for any other.
    total_label : str
        What the total row is called; empty for the usual name.
    """

    name: str
    title: str
    role: Role
    columns: tuple[AnnexColumn, ...]
    rows: pd.DataFrame
    total: pd.Series | None = None
    unit: str = ""
    notes: tuple[str, ...] = ()
    zone: str = ""
    total_label: str = ""


def total_of(values: pd.Series, *, decimals: int) -> float:
    """Total of printed figures, free of binary dust."""
    known = values.dropna()
    return round(math.fsum(known), decimals) if len(known) else math.nan


def speaker(language: Language) -> Say:
    """Make the function that chooses between English and Vietnamese."""

    def say(en: str, vi: str) -> str:
        return Phrase(en=en, vi=vi).text(language)

    return say


def summed(rows: pd.DataFrame, columns: Sequence[AnnexColumn], decimals: int) -> pd.Series:
    """Total row: sums of the columns that have one, nothing elsewhere."""
    totals = {
        column.key: total_of(rows[column.key], decimals=decimals) if column.totalled else None
        for column in columns
    }
    return pd.Series(totals, dtype="object")


def rank_column(say: Say) -> AnnexColumn:
    """Column of running numbers, first in every table."""
    return AnnexColumn("rank", say("No.", "TT"), "count", 6)


def ranked(rows: pd.DataFrame) -> pd.DataFrame:
    """Give the rows running numbers."""
    return rows.reset_index(drop=True).assign(rank=np.arange(1, len(rows) + 1))


def print_cell(
    column: AnnexColumn, value: Any, language: Language, *, decimals: tuple[int, int]
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


def cell_digits(column: AnnexColumn, number: float, decimals: tuple[int, int]) -> int:
    """Digits after the decimal mark of a number in a cell."""
    if column.kind == "percent":
        return decimals[1]
    if column.kind == "hectares":
        return decimals[0]
    own = len(f"{number:.6f}".rstrip("0").partition(".")[2])
    return own if column.kind == "figure" else max(own, decimals[0])
