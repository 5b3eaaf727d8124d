"""Measures of the planning layer (TCVN 11566:2016) with their names and colours."""

from __future__ import annotations

import pandas as pd

from layers.base.resources import data_table


def load_measures() -> pd.DataFrame:
    """Measures of the standard with their names and ``colour`` (``#RRGGBB``)."""
    table = data_table("planning_measures.csv")
    text = table.select_dtypes(exclude="number").columns
    rgb = table[["red", "green", "blue"]].to_numpy().tolist()
    colours = ["#" + "".join(f"{value:02x}" for value in row) for row in rgb]
    return table.assign(colour=colours, **{name: table[name].fillna("") for name in text})


def free_measures() -> list[str]:
    """Measures that follow from no allocation: rules and decisions may give them."""
    table = load_measures()
    return list(table.loc[table["sources"].eq("") & table["land_kinds"].eq(""), "measure"])
