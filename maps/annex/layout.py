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
    """Total of printed figures, free of binary dust.

    Parameters
    ----------
    values : pandas.Series
        Figures of at most ``decimals`` digits; missing ones are left out.
    decimals : int
        Digits after the decimal mark.

    Returns
    -------
    float
        Their sum; NaN where every figure is missing.

    Examples
    --------
    >>> total_of(pd.Series([0.1, 0.2]), decimals=1)
    0.3
    """
    known = values.dropna()
    return round(math.fsum(known), decimals) if len(known) else math.nan


def speaker(language: Language) -> Say:
    """Make the function that chooses between English and Vietnamese.

    Parameters
    ----------
    language : {"vi", "en"}
        Language of the page.

    Returns
    -------
    callable
        Given an English and a Vietnamese text, the one to print.
    """

    def say(en: str, vi: str) -> str:
        return Phrase(en=en, vi=vi).text(language)

    return say


def summed(rows: pd.DataFrame, columns: Sequence[AnnexColumn], decimals: int) -> pd.Series:
    """Total row: sums of the columns that have one, nothing elsewhere.

    Parameters
    ----------
    rows : pandas.DataFrame
        Rows of the table.
    columns : sequence of AnnexColumn
        Columns of the table.
    decimals : int
        Digits of the figures.

    Returns
    -------
    pandas.Series
        Indexed by the keys of the columns.
    """
    totals = {
        column.key: total_of(rows[column.key], decimals=decimals) if column.totalled else None
        for column in columns
    }
    return pd.Series(totals, dtype="object")


def rank_column(say: Say) -> AnnexColumn:
    """Column of running numbers, first in every table.

    Parameters
    ----------
    say : callable
        Chooses the language.

    Returns
    -------
    AnnexColumn
        The column ``rank``.
    """
    return AnnexColumn("rank", say("No.", "TT"), "count", 6)


def ranked(rows: pd.DataFrame) -> pd.DataFrame:
    """Give the rows running numbers.

    Parameters
    ----------
    rows : pandas.DataFrame
        Rows of a table.

    Returns
    -------
    pandas.DataFrame
        The same with ``rank`` from 1 and a fresh index.
    """
    return rows.reset_index(drop=True).assign(rank=np.arange(1, len(rows) + 1))


def print_cell(
    column: AnnexColumn, value: Any, language: Language, *, decimals: tuple[int, int]
) -> str:
    """Cell as paper shows it: ``155.000,5``, "-" for zero, "…" for what is not known.

    Parameters
    ----------
    column : AnnexColumn
        The cell's column.
    value : object
        The cell's value.
    language : {"vi", "en"}
        Language of the page.
    decimals : tuple of int
        Digits of hectares and of percentages; a ``figure`` shows those it has.

    Returns
    -------
    str
        The text.

    Examples
    --------
    >>> print_cell(AnnexColumn("area", "", "hectares"), 1234.5, "vi", decimals=(1, 1))
    '1.234,5'
    """
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
    """Digits after the decimal mark of a number in a cell.

    Parameters
    ----------
    column : AnnexColumn
        The cell's column.
    number : float
        The number.
    decimals : tuple of int
        Digits of hectares and of percentages.

    Returns
    -------
    int
        A figure of the plan keeps the digits it was written with, at most six.

    Examples
    --------
    >>> cell_digits(AnnexColumn("low", "", "figure"), 5.125, (1, 2))
    3
    """
    if column.kind == "percent":
        return decimals[1]
    if column.kind == "hectares":
        return decimals[0]
    own = len(f"{number:.6f}".rstrip("0").partition(".")[2])
    return own if column.kind == "figure" else max(own, decimals[0])
