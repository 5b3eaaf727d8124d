"""The table of one commune: every zone that is there, listed or planned."""

from __future__ import annotations

import numpy as np
import pandas as pd

from maps.annex.annex_planned import planned_by_year
from maps.annex.content import AnnexContent
from maps.annex.layout import AnnexColumn, AnnexTable, Say

__all__ = ["commune_table", "cover_lines"]


def commune_table(content: AnnexContent, code: str, say: Say) -> AnnexTable:
    """Zones of a commune: present, share of the zone's target, planned by year, gap."""
    rows = content.zones[content.zones["commune_code"] == code]
    years = content.planned_years
    if content.allocation is not None:
        rows = rows.assign(**_planned(content, rows["zone"], code))
    order = {zone: place for place, zone in enumerate(content.zone_names["zone"])}
    rows = rows.sort_values("zone", key=lambda column: column.map(order), ignore_index=True)
    figures = ["present_ha", *(f"plan_{year}" for year in years)]
    rows = rows[rows["listed"] | rows[figures].fillna(0).gt(0).any(axis=1)]
    rows = rows.assign(
        name=[content.zone_name(zone) for zone in rows["zone"]],
        listed=np.where(rows["listed"], "x", ""),
        held_percent=_column(rows, "held_ratio") * 100,
        gap_ha=_gap(rows, years, content.decimals),
    )
    columns = [
        AnnexColumn("name", say("Zone", "Vùng"), "text"),
        AnnexColumn("listed", say("List", "DM"), "mark"),
        AnnexColumn("present_ha", say("Present", "Hiện trạng"), "hectares"),
        AnnexColumn("held_percent", say("% of target", "% mục tiêu"), "percent"),
        *(
            AnnexColumn(f"plan_{year}", say(f"Plan {year}", f"KH {year}"), "hectares")
            for year in years
        ),
        AnnexColumn("gap_ha", say("Gap", "Còn thiếu"), "hectares"),
    ]
    kept = tuple(
        column
        for column in columns
        if column.key not in ("held_percent", "gap_ha") or rows[column.key].notna().any()
    )
    return AnnexTable(
        name=code,
        title=say(
            "Production zones in the commune (ha; List: named by the plan, Plan: to be planted)",
            "Vùng sản xuất trên địa bàn (ha; DM: thuộc danh mục, KH: kế hoạch trồng mới)",
        ),
        role="commune",
        columns=kept,
        rows=rows.reset_index(drop=True),
    )


def _gap(rows: pd.DataFrame, years: list[int], decimals: int) -> pd.Series[float]:
    """Hectares the commune lacks: as handed over, else all that is still to be planted there."""
    given = _column(rows, "gap_ha")
    if given.notna().any() or not years:
        return given
    plan = [f"plan_{year}" for year in years]
    return rows[plan].sum(axis=1, min_count=1).round(decimals)


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


def cover_lines(content: AnnexContent, code: str, say: Say) -> AnnexTable | None:
    """Forest and forest cover rate of a commune."""
    rows = content.forest_cover[content.forest_cover["commune_code"] == code]
    if rows.empty:
        return None
    columns = (
        AnnexColumn("natural_area_ha", say("Natural area", "Diện tích tự nhiên"), "hectares"),
        AnnexColumn("natural_forest_ha", say("Natural forest", "Rừng tự nhiên"), "hectares"),
        AnnexColumn(
            "planted_forest_ha", say("Planted, established", "Rừng trồng đã thành rừng"), "hectares"
        ),
        AnnexColumn(
            "not_yet_forest_ha", say("Not yet forest", "Trồng chưa thành rừng"), "hectares"
        ),
        AnnexColumn("cover_percent", say("Cover rate (%)", "Tỷ lệ che phủ (%)"), "percent"),
    )
    return AnnexTable(
        name=code,
        title=say("Forest and forest cover rate (ha, %)", "Rừng và tỷ lệ che phủ rừng (ha, %)"),
        role="commune",
        columns=columns,
        rows=rows.reset_index(drop=True),
    )
