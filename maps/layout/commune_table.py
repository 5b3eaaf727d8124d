"""The table of one commune: every zone that is there, listed or planned."""

from __future__ import annotations

import numpy as np
import pandas as pd

from maps.layout.content import AnnexContent
from maps.layout.page_table import PageColumn, PageTable, percent_of
from maps.layout.words import Say
from maps.layout.zone_tables import with_plan


def commune_table(content: AnnexContent, code: str, say: Say) -> PageTable:
    """Zones of a commune (ha): the quantities of the annex's zone tables, and the share held."""
    rows = content.zones[content.zones["commune_code"] == code]
    years = content.planned_years
    # Zone by zone as the annex works them out: a sheet and the annex name and print the same.
    parts = [with_plan(part, content, str(zone)) for zone, part in rows.groupby("zone", sort=False)]
    rows = pd.concat(parts, ignore_index=True) if parts else rows
    order = {zone: place for place, zone in enumerate(content.zone_names["zone"])}
    rows = rows.sort_values("zone", key=lambda column: column.map(order), ignore_index=True)
    plans = [f"plan_{year}" for year in years if f"plan_{year}" in rows.columns]
    lost = [key for key in ("loss_ha",) if key in rows.columns]
    figures = ["present_ha", *plans, *lost]
    rows = rows[rows["listed"] | rows[figures].fillna(0).gt(0).any(axis=1)]
    rows = rows.assign(
        name=[content.zone_name(zone) for zone in rows["zone"]],
        listed=np.where(rows["listed"], "x", ""),
        held_percent=percent_of(_column(rows, "held_ratio")),
    )
    columns = [
        PageColumn("name", say("commune.zone"), "text"),
        PageColumn("listed", say("commune.listed"), "mark"),
        PageColumn("present_ha", say("column.present"), "hectares"),
        PageColumn("held_percent", say("commune.held"), "percent"),
        *(
            PageColumn(key, say("commune.plan", year=key.removeprefix("plan_")), "hectares")
            for key in plans
        ),
        *(PageColumn(key, say("zone.lost"), "hectares") for key in lost),
    ]
    if plans:
        until = say("zone.until", year=str(years[-1]))
        columns += [
            PageColumn("reached_ha", until, "hectares"),
            PageColumn("added_ha", say("zone.change"), "hectares"),
        ]
    kept = tuple(
        column
        for column in columns
        if column.key != "held_percent" or rows[column.key].notna().any()
    )
    return PageTable(
        name=code,
        title=say("commune.title"),
        role="commune",
        columns=kept,
        rows=rows.reset_index(drop=True),
        language=content.language,
        decimals=(content.decimals, content.percent_decimals),
    )


def _column(rows: pd.DataFrame, name: str) -> pd.Series[float]:
    if name in rows.columns:
        return rows[name].astype("float64")
    return pd.Series(np.nan, index=rows.index)
