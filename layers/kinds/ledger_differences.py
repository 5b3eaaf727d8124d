"""Ledger against geometry, plot by plot: how the differences are spread."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd

from layers.base.schema import Column, Schema

__all__ = ["LEDGER_DIFFERENCES", "ledger_differences"]

LEDGER_DIFFERENCES = Schema(
    "ledger differences",
    (
        Column("from_percent", "number", "lower end: (ledger − geometry) ÷ geometry", "%", True),
        Column("to_percent", "number", "upper end", "%", True),
        Column("plots", "integer", "plots"),
        Column("ledger_ha", "number", "area by the ledger", "ha"),
        Column("geometry_ha", "number", "area by geometry", "ha"),
    ),
)

_EDGES = np.array([-np.inf, -20, -10, -5, -2, 2, 5, 10, 20, np.inf])


def ledger_differences(plots: pd.DataFrame) -> pd.DataFrame:
    """Histogram of the difference between ledger and geometry, in percent of the geometry."""
    own = plots[plots["ledger_source"].eq("ledger") & (plots["geometry_ha"] > 0)]
    percent = 100 * (own["ledger_ha"] - own["geometry_ha"]) / own["geometry_ha"]
    place = np.searchsorted(_EDGES, percent.to_numpy(), side="right") - 1
    rows = []
    for number, (low, high) in enumerate(itertools.pairwise(_EDGES)):
        some = own[place == number]
        rows.append((low, high, len(some), some["ledger_ha"].sum(), some["geometry_ha"].sum()))
    rows.append((np.nan, np.nan, len(own), own["ledger_ha"].sum(), own["geometry_ha"].sum()))
    table = pd.DataFrame(rows, columns=LEDGER_DIFFERENCES.names)
    return LEDGER_DIFFERENCES.validate(table.replace([np.inf, -np.inf], np.nan))
