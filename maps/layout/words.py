"""Words of the pages in both languages: phrases of ``words.json``, names of ids from ``data/``.

A word that no table knows is printed as its identifier: a plan may count anything.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from layers.base.language import Language, Phrase
from layers.base.messages import filled
from layers.base.resources import data_rows, kept

if TYPE_CHECKING:
    import pandas as pd

#: Says a phrase in the language of a page: key, then the values of its placeholders.
Say = Callable[..., str]

#: Kind of word, its table, and the table's column of identifiers.
_TABLES = (
    ("unit", "units.csv", "unit"),
    ("indicator", "indicators.csv", "indicator"),
    ("land", "land_sources.csv", "source"),
)


@kept
def _phrases() -> dict[str, Phrase]:
    own = json.loads(Path(__file__).with_name("words.json").read_text(encoding="utf-8"))
    phrases = {key: Phrase(**both) for key, both in own.items()}
    for kind, name, column in _TABLES:
        for row in data_rows(name):
            phrases[f"{kind} {row[column]}"] = Phrase(en=row["name_en"], vi=row["name_vi"])
    return phrases


def phrase(key: str, **values: object) -> Phrase:
    """Phrase with its placeholders filled."""
    known = _phrases()[key]
    return filled(known, **values) if values else known


def speaker(language: Language) -> Say:
    """Make the function that says phrases in one language."""

    def say(key: str, **values: object) -> str:
        return phrase(key, **values).text(language)

    return say


def word(kind: str, identifier: str, language: Language) -> str:
    """Name of an identifier of a kind: bound, status, remark, unit, indicator or land."""
    known = _phrases().get(f"{kind} {identifier}")
    if known is None and kind == "unit" and "/" in identifier:
        first, *others = identifier.split("/")
        return "/".join([word(kind, first, language), *(_per(part, language) for part in others)])
    return identifier if known is None else known.text(language)


def known_codes(kind: str) -> list[str]:
    """Identifiers of a kind that have a name; of units also the yearly ones."""
    found = [key.partition(" ")[2] for key in _phrases() if key.partition(" ")[0] == kind]
    yearly = [f"{unit}/year" for unit in found if "/" not in unit] if kind == "unit" else []
    return [*found, *yearly]


def _per(unit: str, language: Language) -> str:
    """Name a unit below a stroke: in English one of it, as its identifier says."""
    return unit if language == "en" and unit.isalpha() else word("unit", unit, language)


def page_day(text: str, language: Language) -> str:
    """Day or month as the reader writes it: ``31/12/2025`` in Vietnamese, ISO in English."""
    parts = text.split("-")
    dated = [len(part) for part in parts] in ([4, 2], [4, 2, 2]) and "".join(parts).isdigit()
    return "/".join(reversed(parts)) if language == "vi" and dated else text


def repeated_keys(table: str, keys: pd.DataFrame) -> list[Phrase]:
    """Tell which keys of a table occur twice: nothing, or one sentence with the first five."""
    twice = keys[keys.duplicated()].drop_duplicates()
    first = ", ".join(" / ".join(map(str, key)) for key in twice.head(5).to_numpy())
    told = phrase("fault.repeated", table=table, count=len(twice), first=first)
    return [told] if len(twice) else []
