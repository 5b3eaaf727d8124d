"""Names of result tables, of their columns and of the codes in them, in both languages."""

from __future__ import annotations

import csv
import functools
import importlib.resources
from dataclasses import dataclass

from layers.base.language import Language, Phrase


@dataclass(frozen=True, slots=True)
class TableWords:
    """Name of a table, and the sentence that says what it holds."""

    title: Phrase
    about: Phrase


def word_rows(name: str) -> list[dict[str, str]]:
    """Rows of a list of words beside the code."""
    text = importlib.resources.files("zones.output").joinpath(name).read_text("utf-8")
    return list(csv.DictReader(text.splitlines()))


@functools.cache
def table_words() -> dict[str, TableWords]:
    """Words of every result table by its name, in the order in which a person needs them."""
    return {
        row["table"]: TableWords(
            Phrase(en=row["en"], vi=row["vi"]), Phrase(en=row["about_en"], vi=row["about_vi"])
        )
        for row in word_rows("table_words.csv")
    }


@functools.cache
def _column_words() -> dict[str, Phrase]:
    return {
        row["column"]: Phrase(en=row["en"], vi=row["vi"]) for row in word_rows("column_words.csv")
    }


def column_title(table: str, column: str, language: Language) -> str:
    """Heading of a column for a person; a column that no list knows keeps its name."""
    words = _column_words()
    found = words.get(f"{table}.{column}", words.get(column))
    return column if found is None else found.text(language)


@functools.cache
def code_words(column: str) -> dict[str, Phrase]:
    """What the codes of a column mean, by code."""
    return {
        row["code"]: Phrase(en=row["en"], vi=row["vi"])
        for row in word_rows("code_words.csv")
        if row["column"] == column
    }
