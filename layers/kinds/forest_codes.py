"""The two numberings of forest and land types, and which of them a file uses.

The pair of letters and number (``ldlr``, ``maldlr``) tells: read with the wrong table, a number
changes its meaning from natural to planted forest and from "not yet forest" to "no forest". So the
table is detected from the pairs or named by the user, never guessed.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import pandas as pd

from layers.base.errors import InputError
from layers.base.messages import message
from layers.base.resources import data_path
from layers.base.schema import Column, Schema

#: Names of the dated tables ``data/forest_codes_<name>.csv``.
CODE_TABLES = ("93", "98")

FOREST_CODES = Schema(
    "forest codes",
    (
        Column("maldlr", "integer", "number of the type", minimum=1),
        Column("ldlr", "text", "letters of the type"),
        Column("group", "text", "natural, planted, planted_not_yet or no_forest"),
        Column("land", "text", "land class, see LAND_CLASSES; planted means once established"),
    ),
)


@dataclass(frozen=True, slots=True)
class CodeTableChoice:
    """Which code table a file uses, and why."""

    table: str  # ``"93"`` or ``"98"``
    origin: Literal["detected", "told"]  # From the pairs, or from the user
    # Plots whose pair fits ``"93"`` only, ``"98"`` only, ``"both"`` or ``"neither"``
    plots: dict[str, int]


@lru_cache(maxsize=4)
def _table(name: str) -> pd.DataFrame:
    # "NA" would be a legal type of letters, so nothing but an empty cell is missing here.
    path = data_path(f"forest_codes_{name}.csv")
    return FOREST_CODES.validate(pd.read_csv(path, keep_default_na=False))


def load_code_table(name: str) -> pd.DataFrame:
    """Table of forest and land types."""
    if str(name) not in CODE_TABLES:
        raise InputError("layers.kinds.unknown_code_table", code_tables=CODE_TABLES, name=name)
    return _table(str(name)).copy()


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
    fits = {name: fits_code_table(codes, name) for name in CODE_TABLES}
    old, new = (fits[name] for name in CODE_TABLES)
    plots = {
        "93": int((old & ~new).sum()),
        "98": int((new & ~old).sum()),
        "both": int((old & new).sum()),
        "neither": int((~old & ~new).sum()),
    }
    if str(told) != "auto":
        load_code_table(told)
        return CodeTableChoice(str(told), "told", plots)
    if plots["93"] == plots["98"] == 0:
        raise _undecided(codes, plots, source)
    # Where both have evidence the larger part names the table and the rest are listed as errors.
    return CodeTableChoice("93" if plots["93"] >= plots["98"] else "98", "detected", plots)


def _undecided(codes: pd.DataFrame, plots: dict[str, int], source: str) -> InputError:
    lands = {name: classify_codes(codes, name)["land"] for name in CODE_TABLES}
    old, new = (lands[name].fillna("") for name in CODE_TABLES)
    differs = old != new
    area = float(codes.loc[differs, "area_ha"].sum())
    if differs.any():
        first = int(differs.to_numpy().argmax())
        shown = " ".join(str(codes[k].iloc[first]) for k in ("maldlr", "ldlr") if k in codes)
        readings = [lands[name].iloc[first] for name in CODE_TABLES]
        what = message(
            "layers.kinds.plots_would_change",
            count=int(differs.sum()),
            area=area,
            code=shown,
            in_93=readings[0],
            in_98=readings[1],
        )
    else:
        what = message("layers.kinds.next_plots_may_change")
    return InputError(
        "layers.kinds.say_code_table",
        source=source,
        both=plots["both"],
        neither=plots["neither"],
        what=what,
    )


def classify_codes(codes: pd.DataFrame, name: str) -> pd.DataFrame:
    """Group and land class of each plot's code."""
    keys = [key for key in ("maldlr", "ldlr") if key in codes.columns]
    table = load_code_table(name)
    found = codes[keys].merge(table, on=keys, how="left", validate="many_to_one")
    return found[["group", "land"]].set_index(codes.index)
