"""The three numberings of forest and land types, and which of them a file uses.

The pair of letters and number (``ldlr``, ``maldlr``) tells: read with the wrong table, a number
changes its meaning from natural to planted forest and from "not yet forest" to "no forest". So the
table is detected from the pairs or named by the user, never guessed.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Literal

import pandas as pd

from layers.base.errors import InputError
from layers.base.language import Phrase
from layers.base.messages import message
from layers.base.resources import data_path, data_table
from layers.base.schema import read_schema

#: Names of the dated tables ``data/forest_codes_<name>.csv``: 93 types of TCVN 11565:2016, 98 of
#: files in use, 55 of circular 16/2023.
CODE_TABLES = ("93", "98", "55")

FOREST_CODES = read_schema("layers.kinds", "forest codes")


@dataclass(frozen=True, slots=True)
class CodeTableChoice:
    """Which code table a file uses, and why."""

    table: str  # One of ``CODE_TABLES``
    origin: Literal["detected", "told"]  # From the pairs, or from the user
    # Plots whose pair fits each table alone, ``"several"`` of them or ``"none"``
    plots: dict[str, int]


@lru_cache(maxsize=4)
def _table(name: str) -> pd.DataFrame:
    # "NA" would be a legal type of letters, so nothing but an empty cell is missing here.
    path = data_path(f"forest_codes_{name}.csv")
    table = FOREST_CODES.validate(pd.read_csv(path, keep_default_na=False))
    other = data_table("forest_code_letters.csv", dtype={"table": "str"})
    other = other[other["table"].eq(name)].merge(
        table.drop(columns="ldlr"), on="maldlr", validate="many_to_one"
    )
    return pd.concat([table, other[FOREST_CODES.names]], ignore_index=True)


def load_code_table(name: str) -> pd.DataFrame:
    """Table of forest and land types; letters that a standard and files write apart: both rows."""
    if str(name) not in CODE_TABLES:
        raise InputError("layers.kinds.unknown_code_table", code_tables=CODE_TABLES, name=name)
    return _table(str(name)).copy()


def type_names(name: str) -> dict[str, Phrase]:
    """Full name of every type of a code table by its number."""
    table = data_table("forest_type_names.csv", dtype={"table": "str", "maldlr": "str"})
    rows = table[table["table"].eq(name)].to_dict("records")
    return {str(row["maldlr"]): Phrase(en=row["name_en"], vi=row["name_vi"]) for row in rows}


def fits_code_table(codes: pd.DataFrame, name: str) -> pd.Series[bool]:
    """Tell which plots' codes stand in a table."""
    keys = [name for name in ("maldlr", "ldlr") if name in codes.columns]
    table = load_code_table(name)[keys].drop_duplicates().assign(fits=True)
    found = codes[keys].merge(table, on=keys, how="left", validate="many_to_one")["fits"]
    return pd.Series(found.notna().to_numpy(), index=codes.index)


def choose_code_table(
    codes: pd.DataFrame, *, told: str = "auto", source: str = "forest status"
) -> CodeTableChoice:
    """Detect the code table of a file from its codes, or take the one that was told."""
    fits = pd.DataFrame({name: fits_code_table(codes, name) for name in CODE_TABLES})
    count = fits.sum(axis="columns")
    alone = fits[count.eq(1)].sum()
    plots = {
        **{name: int(alone[name]) for name in CODE_TABLES},
        "several": int(count.gt(1).sum()),
        "none": int(count.eq(0).sum()),
    }
    if str(told) != "auto":
        load_code_table(told)
        return CodeTableChoice(str(told), "told", plots)
    if not alone.any():
        raise _undecided(codes, plots, source)
    # Where several have evidence the largest part names the table; the rest are listed as errors.
    return CodeTableChoice(str(alone.idxmax()), "detected", plots)


def _undecided(codes: pd.DataFrame, plots: dict[str, int], source: str) -> InputError:
    """Say which tables are left, and what depends on the choice."""
    left, what = code_tables_left(codes)
    return InputError(
        "layers.kinds.say_code_table",
        source=source,
        several=plots["several"],
        none=plots["none"],
        tables=left,
        what=what,
    )


def code_tables_left(codes: pd.DataFrame) -> tuple[list[str], Phrase]:
    """Code tables that some plot fits, all where none does, and what depends on the choice.

    Without ``area_ha`` the plots that would change are counted, and not their hectares.
    """
    left = [name for name in CODE_TABLES if fits_code_table(codes, name).any()]
    left = left or list(CODE_TABLES)
    lands = pd.DataFrame({name: classify_codes(codes, name)["land"].fillna("") for name in left})
    differs = lands.ne(lands[left[0]], axis="index").any(axis="columns")
    if not differs.any():
        return left, message("layers.kinds.next_plots_may_change")
    place = int(differs.to_numpy().argmax())
    first = codes.iloc[[place]]
    keys = [key for key in ("maldlr", "ldlr") if key in codes]
    area = codes.loc[differs, "area_ha"].sum() if "area_ha" in codes else math.nan
    what = message(
        "layers.kinds.plots_would_change",
        count=int(differs.sum()),
        area=float(area),
        code=" ".join(str(first[key].iloc[0]) for key in keys),
        readings=[_reading(first[keys], name) for name in left],
    )
    return left, what


def _reading(code: pd.DataFrame, name: str) -> Phrase:
    """What a table calls the type of a code, a single row."""
    found = load_code_table(name).merge(code, on=list(code))["maldlr"].head(1)
    if found.empty:
        return message("layers.kinds.no_such_code", table=name)
    kind = type_names(name)[str(found.iloc[0])]
    return message("layers.kinds.reading_of_code", type=kind, table=name)


def classify_codes(codes: pd.DataFrame, name: str) -> pd.DataFrame:
    """Group, land class and rows of the forest forms of each plot's code."""
    keys = [key for key in ("maldlr", "ldlr") if key in codes.columns]
    # One number may have two spellings of letters: the land is the same.
    table = load_code_table(name).drop_duplicates(keys)
    found = codes[keys].merge(table, on=keys, how="left", validate="many_to_one")
    return found[FOREST_CODES.names[2:]].set_index(codes.index)


def not_in_force(name: str, day: date) -> tuple[Phrase, date] | None:
    """Document of a code table later than a layer's day, and since when; none where it is not."""
    tables = data_table("forest_code_tables.csv", dtype=str)
    row = tables[tables["table"].eq(name)].iloc[0]
    since = date.fromisoformat(row["from_day"])
    if since <= day:
        return None
    return Phrase(en=str(row["document_en"]), vi=str(row["document_vi"])), since
