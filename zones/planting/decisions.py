"""What an office decides on single plots: left out, taken first, or under another measure.

A table with the columns ``plot`` and ``decision`` (and ``period``), written by hand or from what
came back from QGIS.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from layers.base.errors import InputError
from layers.io.table import read_table, require_columns
from zones.planting.measures import free_measures

EXCLUDE, FIRST = "exclude", "first"
COLUMNS = ["plot", "decision", "period"]


def known_decisions() -> list[str]:
    """Words of the column ``decision``: two of ours, and measures that no allocation decides."""
    return [EXCLUDE, FIRST, *free_measures()]


def no_decisions() -> pd.DataFrame:
    """Table of decisions without any."""
    return pd.DataFrame(columns=COLUMNS, dtype="str")


def decisions_with(excluded: Iterable[str], path: Path | None) -> pd.DataFrame:
    """Decisions of a project: plots that its file excludes, then those of its table."""
    out = pd.DataFrame({"plot": list(dict.fromkeys(excluded)), "decision": EXCLUDE, "period": ""})
    table = no_decisions() if path is None else load_decisions(path)
    both = pd.concat([out, table], ignore_index=True).astype("str")
    decided: pd.DataFrame = both.drop_duplicates("plot", ignore_index=True)
    return decided


def load_decisions(path: Path) -> pd.DataFrame:
    """Read a table of decisions; a plot has one, of the known words."""
    table = read_table(path)
    require_columns(table, {"plot": "plot", "decision": "decision"}, source=path.name)
    if "period" not in table.columns:
        table = table.assign(period="")
    table = table[COLUMNS].apply(lambda column: column.fillna("").astype("str").str.strip())
    table = table[table["plot"].ne("") | table["decision"].ne("")]
    known = known_decisions()
    unknown = table[~table["decision"].isin(known)]
    if len(unknown):
        raise InputError(
            "zones.planting.unknown_decisions",
            path=path,
            count=len(unknown),
            found=_rows(unknown, unknown["decision"]),
            known=known,
        )
    twice = table[table["plot"].duplicated(keep=False)]
    if len(twice):
        raise InputError(
            "zones.planting.decided_twice",
            path=path,
            count=twice["plot"].nunique(),
            found=_rows(twice, twice["plot"]),
        )
    decided: pd.DataFrame = table.reset_index(drop=True)
    return decided


def _rows(table: pd.DataFrame, values: Iterable[str]) -> list[str]:
    """Values with the rows of the file that they stand in."""
    return [f"{value!r} ({int(row) + 2})" for row, value in zip(table.index, values, strict=True)]
