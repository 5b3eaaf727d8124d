"""Result tables as CSV: the machine's form, or the office's, and both read back alike.

The machine's form has commas between cells, points in figures and the names of the schemas; the
office's has semicolons, decimal commas, and headings and codes in the language of the pages, as a
spreadsheet set to Vietnamese opens them. Ids of zones, targets and communes stay what they are.
What a later run takes over stands in the Parquet file, unrounded.
"""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, TypedDict

import pandas as pd
from pandas.api.types import is_bool_dtype

from layers.base.language import Language, Phrase
from layers.base.resources import data_rows, data_table
from layers.io.table import read_csv_text
from layers.io.table_output import save_csv, without_dust
from maps.layout.words import known_codes, word
from zones.output.table_words import code_words, column_title
from zones.tables import RESULT_TABLES

CsvForm = Literal["machine", "office"]


class _Marks(TypedDict):
    separator: str
    decimal: str


def save_result_csv(
    frame: pd.DataFrame, folder: Path, name: str, *, form: CsvForm, language: Language
) -> None:
    """Write a result table as ``name.csv``."""
    path = folder / f"{name}.csv"
    if form == "machine":
        save_csv(without_dust(frame), path)
        return
    save_csv(office_table(frame, name, language), path, **OFFICE)


#: How a spreadsheet set to Vietnamese reads a CSV.
OFFICE: _Marks = {"separator": ";", "decimal": ","}


def office_table(frame: pd.DataFrame, name: str, language: Language) -> pd.DataFrame:
    """Table with headings and codes in words."""
    titles = {str(column): column_title(name, str(column), language) for column in frame.columns}
    said = {
        column: frame[column].map(lambda code, of=words: of.get(code, code), na_action="ignore")
        for column in frame.columns
        if (words := _words_of(frame[column], name, language))
    }
    return without_dust(frame.assign(**said)).rename(columns=titles)


def read_result_csv(path: Path, name: str) -> pd.DataFrame:
    """Read a result table as text, in whichever form: names and figures are the machine's."""
    frame = read_csv_text(path)
    known = _columns_by_title(name)
    if not set(frame.columns) & set(known):
        return frame
    frame = frame.rename(columns=known)
    figures = [column for column in _figures(name) if column in frame.columns]
    machine = {column: frame[column].str.replace(",", ".", regex=False) for column in figures}
    for column in frame.columns:
        if codes := _codes_of_cells(name, column):
            machine[column] = frame[column].map(lambda text, of=codes: of.get(text, text))
    return frame.assign(**machine)


def _words_of(cells: pd.Series[Any], table: str, language: Language) -> Mapping[object, str]:
    if is_bool_dtype(cells):
        return {truth: words.text(language) for truth, words in _TRUTH.items()}
    return _cell_words(table, str(cells.name), language)


#: Columns whose codes the words of the pages name.
_PAGE_WORDS = ("bound", "status", "unit", "remark", "indicator", "land", "verdict", "unsure")
_TRUTH = {True: Phrase(en="yes", vi="có"), False: Phrase(en="no", vi="không")}


@functools.cache
def _cell_words(table: str, column: str, language: Language) -> dict[object, str]:
    """Words for the codes of a column; of two codes with the same word both keep their codes."""
    codes: dict[object, str] = {
        code: words.text(language)
        for code, words in (code_words(f"{table}.{column}") or code_words(column)).items()
    }
    if column in _PAGE_WORDS:
        codes |= {code: word(column, code, language) for code in known_codes(column)}
    if column == "land":
        land = data_table("legends", "land.csv")
        codes |= dict(zip(land["symbol"], land[f"name_{language}"], strict=True))
    if column in ("crop", "subject"):
        codes |= {row["crop"]: row[f"name_{language}"] for row in data_rows("crops.csv")}
    if column in _truths(table):
        codes = {truth: words.text(language) for truth, words in _TRUTH.items()}
    often = Counter(codes.values())
    return {code: text for code, text in codes.items() if often[text] == 1 and text != code}


@functools.cache
def _codes_of_cells(table: str, column: str) -> dict[str, str]:
    """Code of a cell by its words in either language, where they mean one code in both."""
    meant: dict[str, set[str]] = {}
    languages: tuple[Language, ...] = ("vi", "en")
    for language in languages:
        for code, text in _cell_words(table, column, language).items():
            meant.setdefault(text, set()).add(str(code))
    return {text: codes.pop() for text, codes in meant.items() if len(codes) == 1}


@functools.cache
def _truths(table: str) -> frozenset[str]:
    """Columns of a result table that hold true or false."""
    schemas = [schema for schema in RESULT_TABLES if schema.name == table]
    return frozenset(c.name for schema in schemas for c in schema.columns if c.kind == "boolean")


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
