"""Result tables as CSV: the machine's form, or the office's, and both read back alike.

The machine's form has commas between cells, points in figures and the names of the schemas; the
office's has semicolons, decimal commas and headings in the language of the pages, as a spreadsheet
set to Vietnamese opens them. What a later run takes over stands in the Parquet file, unrounded.
"""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Literal

import pandas as pd

from layers.base.language import Language
from layers.io.table import read_csv_text
from layers.io.table_output import save_csv, without_dust
from zones.output.table_words import column_title
from zones.tables import RESULT_TABLES

CsvForm = Literal["machine", "office"]


def save_result_csv(
    frame: pd.DataFrame, folder: Path, name: str, *, form: CsvForm, language: Language
) -> None:
    """Write a result table as ``name.csv``."""
    path = folder / f"{name}.csv"
    if form == "machine":
        save_csv(without_dust(frame), path)
        return
    titles = {str(column): column_title(name, str(column), language) for column in frame.columns}
    save_csv(without_dust(frame).rename(columns=titles), path, separator=";", decimal=",")


def read_result_csv(path: Path, name: str) -> pd.DataFrame:
    """Read a result table as text, in whichever form: names and figures are the machine's."""
    frame = read_csv_text(path)
    known = _columns_by_title(name)
    if not set(frame.columns) & set(known):
        return frame
    frame = frame.rename(columns=known)
    figures = [column for column in _figures(name) if column in frame.columns]
    return frame.assign(
        **{column: frame[column].str.replace(",", ".", regex=False) for column in figures}
    )


@functools.cache
def _columns_by_title(name: str) -> dict[str, str]:
    """Column of a table by its heading in either language, where that is not its name."""
    schema = next((table for table in RESULT_TABLES if table.name == name), None)
    languages: tuple[Language, ...] = ("vi", "en")
    titles = {
        column_title(name, column, language): column
        for column in ([] if schema is None else schema.names)
        for language in languages
    }
    return {title: column for title, column in titles.items() if title != column}


@functools.cache
def _figures(name: str) -> tuple[str, ...]:
    """Columns of a result table that hold numbers."""
    schema = next(table for table in RESULT_TABLES if table.name == name)
    return tuple(c.name for c in schema.columns if c.kind in ("number", "integer"))
