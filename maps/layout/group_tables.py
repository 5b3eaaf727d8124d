"""Tables of groups of communes: the zones, and forest cover; the province closes each."""

from __future__ import annotations

import pandas as pd

from maps.layout.content import AnnexContent
from maps.layout.page_table import PageColumn, PageTable, rank_column, ranked
from maps.layout.words import Say

_COVER = ("natural_area_ha", "natural_forest_ha", "planted_forest_ha", "not_yet_forest_ha")
_PLANNED = ("planned_ha", "loss_ha")


def group_tables(content: AnnexContent, say: Say) -> list[PageTable]:
    """Tables by group; none where the project has no groups."""
    if content.group_zones is None or content.group_zones["present_ha"].isna().all():
        return []
    tables = [_zones_table(content, content.group_zones, say)]
    if content.group_cover is not None and len(content.group_cover):
        tables.append(_cover_table(content.group_cover, say))
    return tables


def _zones_table(content: AnnexContent, frame: pd.DataFrame, say: Say) -> PageTable:
    """Hectares of each zone by group, behind them those of the province."""
    figures = ["present_ha", *(key for key in _PLANNED if frame[key].notna().any())]
    parts = []
    told = frame[figures].notna().any(axis=1).groupby(frame["zone"]).transform("any")
    for zone, mine in frame[told].groupby("zone", sort=False):
        sums = mine[[*figures, "communes", "known"]].sum(min_count=1).round(content.decimals)
        whole = pd.DataFrame([{**sums.to_dict(), "group": say("groups.all")}])
        parts.append(pd.concat([mine, whole]).assign(zone=content.zone_name(str(zone))))
    rows = pd.concat(parts, ignore_index=True)
    change = rows[figures[1:]].assign(**{key: -rows[key] for key in figures[2:]})
    reached = rows["present_ha"] + change.sum(axis=1, min_count=1)
    rows = ranked(rows.assign(reached_ha=reached.round(content.decimals)))
    planned = figures[1:]
    years = content.planned_years
    titles = {
        "present_ha": say("groups.present_ha"),
        "planned_ha": say("groups.planned_ha"),
        "loss_ha": say("groups.loss_ha"),
    }
    columns = [
        rank_column(say),
        PageColumn("zone", say("groups.zone"), "text", 24),
        PageColumn("group", say("groups.group"), "text", 26),
        PageColumn("communes", say("groups.communes"), "count", 9),
        PageColumn("known", say("groups.known"), "count", 11),
        *(PageColumn(key, titles[key], "hectares", 14) for key in figures),
    ]
    if planned and years:
        until = say("zone.until", year=str(years[-1]))
        columns.append(PageColumn("reached_ha", until, "hectares", 14))
    return PageTable(
        name=say("groups.name"),
        title=say("groups.title"),
        role="groups",
        columns=tuple(columns),
        rows=rows,
        unit=say("unit.ha"),
        notes=(say("groups.note"),),
    )


def _cover_table(frame: pd.DataFrame, say: Say) -> PageTable:
    """Forest and forest cover rate by group, the province as total row."""
    columns = (
        rank_column(say),
        PageColumn("group", say("groups.group"), "text", 26),
        PageColumn("communes", say("groups.communes"), "count", 9),
        *(PageColumn(key, say(f"cover.{key}"), "hectares", 14, totalled=True) for key in _COVER),
        PageColumn("cover_percent", say("cover.cover_percent"), "percent", 12),
    )
    return PageTable(
        name=say("groups.cover_name"),
        title=say("groups.cover_title"),
        role="groups",
        columns=columns,
        rows=ranked(frame.iloc[:-1]),
        total=frame.iloc[-1][[column.key for column in columns[2:]]],
        total_label=say("groups.all"),
        unit=say("unit.ha_percent"),
    )
