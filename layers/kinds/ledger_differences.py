"""Ledger against geometry, plot by plot: how the differences are spread."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd

from layers.base.findings import Finding
from layers.base.language import Phrase, format_number
from layers.base.schema import Column, Schema

__all__ = ["LEDGER_DIFFERENCES", "check_ledger_unit", "ledger_differences"]

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


#: A ledger in m² is 10,000 times the polygons, one in km² a hundredth of them.
_OTHER_UNIT_RATIO = 50.0


def check_ledger_unit(
    ledger: pd.Series[float], geometry: pd.Series[float], *, source: str
) -> list[Finding]:
    """Error where a ledger as a whole is in another unit than hectares."""
    ratios = (ledger / geometry)[(ledger > 0) & (geometry > 0)]
    ratio = float(ratios.median()) if len(ratios) else 1.0
    if 1 / _OTHER_UNIT_RATIO < ratio < _OTHER_UNIT_RATIO:
        return []
    times = [format_number(ratio, language, decimals=3) for language in ("en", "vi")]
    return [
        Finding(
            "error",
            "ledger-unit",
            source,
            Phrase(
                en=f"expected ledger areas in hectares, found areas {times[0]} times those of the "
                "polygons (median); m² are 10,000 times as many: convert the column",
                vi=f"diện tích hồ sơ phải tính bằng ha, lại gấp {times[1]} lần diện tích hình vẽ "
                "(trung vị); nếu là m² thì gấp 10.000 lần: hãy đổi cột này sang ha",
            ),
            count=len(ratios),
        )
    ]
