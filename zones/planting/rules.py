"""Rules that give a measure to plots of the forest layer that nothing is planned on.

``data/planning_rules.csv``, or a table of the project: the first row that fits a plot has it. What
no row fits has no measure, and is told.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from layers.base.errors import InputError
from layers.base.resources import data_path, data_table
from layers.base.schema import read_schema
from layers.kinds.crops import load_crops
from layers.kinds.plots import LAND_CLASSES
from zones.allocation.inputs import figures_of, read_figures
from zones.planting.measures import free_measures

RULES = read_schema("zones.planting", "planning rules")
_THREE_FOREST = ("special_use", "protection", "production", "outside")


def load_planning_rules(path: Path | None = None, *, crops: Collection[str] = ()) -> pd.DataFrame:
    """Rules of the project's table, else the embedded ones; unknown words are refused.

    ``crops`` are those of the layers beside the known ones.
    """
    name = "planning_rules.csv"
    rules = (
        figures_of(RULES, data_table(name, dtype=str), data_path(name))
        if path is None
        else read_figures(RULES, path)
    )
    known: dict[str, Collection[str]] = {
        "measure": free_measures(),
        "land": LAND_CLASSES,
        "three_forest": _THREE_FOREST,
        "crop": [*load_crops()["crop"], *crops],
    }
    for column, words in known.items():
        told = rules[column].str.split("|").explode()
        unknown = told[~told.isin([*words, ""]) | (told.eq("") & (column in ("measure", "land")))]
        rows = (unknown.index + 2).tolist()
        if len(unknown):
            raise InputError(
                "zones.planting.unknown_in_rules",
                path=path or name,
                column=column,
                count=len(unknown),
                found=[f"{word!r} ({row})" for row, word in zip(rows, unknown, strict=True)],
                known=list(words),
            )
    return rules


def measures_by_rule(
    plots: pd.DataFrame, leading: pd.Series[str], rules: pd.DataFrame, *, year: int | None
) -> pd.Series[str]:
    """Measure of each plot by the first rule that fits; of no ``year`` no age is known."""
    measure = pd.Series("", index=plots.index, dtype="str")
    for rule in rules.to_dict("records"):
        measure = measure.mask(measure.eq("") & _fits(plots, leading, rule, year), rule["measure"])
    return measure


def _fits(
    plots: pd.DataFrame, leading: pd.Series[str], rule: Mapping[Hashable, Any], year: int | None
) -> pd.Series[bool]:
    fits = pd.Series(True, index=plots.index)
    for column, values in (
        ("land", plots["land"]),
        ("three_forest", plots["three_forest"]),
        ("crop", leading),
    ):
        if rule[column]:
            fits &= values.isin(str(rule[column]).split("|"))
    born = plots["planting_year"].astype("Float64")
    age = born * pd.NA if year is None else year - born
    for limit, within in (("age_low", age.ge), ("age_high", age.le)):
        if pd.notna(rule[limit]):
            # A stand of unknown age fits no rule about ages.
            fits &= within(rule[limit]).fillna(False).astype("bool")
    return fits
