"""The table of one commune: every zone that is there, listed or planned."""

from __future__ import annotations

import numpy as np
import pandas as pd

from maps.layout.content import AnnexContent, planned_by_year
from maps.layout.page_table import PageColumn, PageTable, percent_of
from maps.layout.words import Say


def commune_table(content: AnnexContent, code: str, say: Say) -> PageTable:
    """Zones of a commune: present, share of the zone's target, planned by year, gap."""
    rows = content.zones[content.zones["commune_code"] == code]
    plans = {year: f"plan_{year}" for year in content.planned_years}
    if content.allocation is not None:
        rows = rows.assign(**_planned(content, rows["zone"], code))
    order = {zone: place for place, zone in enumerate(content.zone_names["zone"])}
    rows = rows.sort_values("zone", key=lambda column: column.map(order), ignore_index=True)
    figures = ["present_ha", *plans.values()]
    rows = rows[rows["listed"] | rows[figures].fillna(0).gt(0).any(axis=1)]
    gap = _column(rows, "gap_ha")
    if not gap.notna().any() and plans:
        # Nobody handed a gap over: all that is still to be planted where the present is known.
        gap = rows[list(plans.values())].sum(axis=1, min_count=1).round(content.decimals)
        gap = gap.where(rows["present_ha"].notna())
    rows = rows.assign(
        name=[content.zone_name(zone) for zone in rows["zone"]],
        listed=np.where(rows["listed"], "x", ""),
        held_percent=percent_of(_column(rows, "held_ratio")),
        gap_ha=gap,
    )
    columns = [
        PageColumn("name", say("commune.zone"), "text"),
        PageColumn("listed", say("commune.listed"), "mark"),
        PageColumn("present_ha", say("column.present"), "hectares"),
        PageColumn("held_percent", say("commune.held"), "percent"),
        *(
            PageColumn(key, say("commune.plan", year=str(year)), "hectares")
            for year, key in plans.items()
        ),
        PageColumn("gap_ha", say("targets.shortfall"), "hectares"),
    ]
    kept = tuple(
        column
        for column in columns
        if column.key not in ("held_percent", "gap_ha") or rows[column.key].notna().any()
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


def _planned(content: AnnexContent, zones: pd.Series[str], code: str) -> dict[str, list[float]]:
    """Hectares added in the commune, by zone, for every planned year."""
    here = pd.Index([code])
    parts = [planned_by_year(content, zone, here) for zone in zones]
    return {
        f"plan_{year}": [float(part[year].iloc[0]) for part in parts]
        for year in content.planned_years
    }


def _column(rows: pd.DataFrame, name: str) -> pd.Series[float]:
    if name in rows.columns:
        return rows[name].astype("float64")
    return pd.Series(np.nan, index=rows.index)
