"""Words of the annex: what identifiers are called on paper, from the tables of ``data/``.

A word that no table knows is printed as its identifier: a plan may count anything.
"""

from __future__ import annotations

from functools import lru_cache

import pandas as pd

from layers.base.language import Language
from layers.base.resources import data_path

__all__ = ["word"]

#: Kind of word, its table, and the table's column of identifiers.
_TABLES = (
    ("unit", "units.csv", "unit"),
    ("indicator", "indicators.csv", "indicator"),
    ("land", "land_sources.csv", "source"),
)


@lru_cache(maxsize=1)
def _words() -> dict[tuple[str, str], tuple[str, str]]:
    own = pd.read_csv(data_path("annex_words.csv"), dtype="str", keep_default_na=False)
    words = {
        (row["kind"], row["id"]): (row["name_vi"], row["name_en"]) for row in own.to_dict("records")
    }
    for kind, name, column in _TABLES:
        table = pd.read_csv(data_path(name), dtype="str", keep_default_na=False)
        words |= {
            (kind, row[column]): (row["name_vi"], row["name_en"])
            for row in table.to_dict("records")
        }
    return words


def word(kind: str, identifier: str, language: Language) -> str:
    """Word for an identifier."""
    known = _words().get((kind, identifier))
    if known is None and kind == "unit" and "/" in identifier:
        first, *others = identifier.split("/")
        return "/".join([word(kind, first, language), *(_per(part, language) for part in others)])
    vi, en = known or (identifier, identifier)
    return vi if language == "vi" else en


def _per(unit: str, language: Language) -> str:
    """Name a unit below a stroke: in English one of it, as its identifier says."""
    return unit if language == "en" and unit.isalpha() else word("unit", unit, language)
