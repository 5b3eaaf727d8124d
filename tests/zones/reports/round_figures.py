"""Figures of two rounds, small enough to add up in the head."""

from __future__ import annotations

import pandas as pd

from zones.reports.tables import FIGURES

COMMUNES = ("06529", "06148", "06613")


def figures(*rows: tuple[str, int, str, str, str, str, str, float | None]) -> pd.DataFrame:
    """Figures: reporter, year, table, row, column, crop, unit, value."""
    names = ["reporter", "year", "table", "row", "column", "crop", "unit", "value"]
    frame = pd.DataFrame(rows, columns=names)
    verdict = frame["value"].notna().map({True: "accepted", False: "asked"})
    text = dict.fromkeys(("written", "file", "sheet", "cell"), "x")
    return FIGURES.validate(frame.assign(form="plan-annual", verdict=verdict, submission=1, **text))


ROUNDS = figures(
    ("06529", 2026, "zones", "pine", "standing", "pine", "ha", 100.0),
    ("06529", 2026, "zones", "pine", "planted", "pine", "ha", 10.0),
    ("06148", 2026, "zones", "pine", "standing", "pine", "ha", 50.0),
    ("06613", 2026, "zones", "pine", "standing", "pine", "ha", None),
    ("06529", 2026, "zones", "vegetables", "standing", "", "ha", 7.0),
    ("06529", 2026, "indicators", "pigs", "value", "", "head", 1000.0),
    ("06148", 2026, "indicators", "pigs", "value", "", "head", 500.0),
    ("06529", 2025, "indicators", "pigs", "value", "", "head", 300.0),
    ("06529", 2026, "indicators", "anise.organic_area", "value", "", "ha", 4.0),
    ("so-nnmt", 2026, "indicators", "clean_water_share", "value", "", "%", 71.5),
)
