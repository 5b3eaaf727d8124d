"""Tables of groups of communes: the zones, and forest cover; the province closes each."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pandas as pd

from maps.layout.content import AnnexContent
from maps.layout.page_table import (
    MATRIX_ZONES,
    PageColumn,
    PageTable,
    rank_column,
    ranked,
    summed,
)
from maps.layout.words import Say

_COVER = ("natural_area_ha", "natural_forest_ha", "planted_forest_ha", "not_yet_forest_ha")
_PLANNED = ("planned_ha", "loss_ha")


def group_tables(content: AnnexContent, say: Say) -> list[PageTable]:
    """Tables by group; none where the project has no groups."""
    if content.group_zones is None or content.group_zones["present_ha"].isna().all():
        return []
    tables = _zones_tables(content, content.group_zones, say)
    if content.group_cover is not None and len(content.group_cover):
        tables.append(_cover_table(content.group_cover, say))
    first, *others = tables
    return [replace(first, notes=(*first.notes, *content.notes_on("groups"))), *others]


def _zones_tables(content: AnnexContent, frame: pd.DataFrame, say: Say) -> list[PageTable]:
    """Hectares of groups by zone, a table for each figure: present, added, lost, by the end."""
    figures = ["present_ha", *(key for key in _PLANNED if frame[key].notna().any())]
    known = frame[figures].notna().any(axis=1).groupby(frame["zone"]).any()
    zones = [zone for zone in content.zone_names["zone"] if known.get(zone, default=False)]
    titles = {key: say(f"groups.{key}") for key in figures}
    if len(figures) > 1 and content.planned_years:
        change = [frame["planned_ha"], *(-frame[key] for key in figures[2:])]
        frame = frame.assign(change_ha=pd.concat(change, axis=1).sum(axis=1, min_count=1))
        frame = frame.assign(reached_ha=_reached(frame, content))
        titles["reached_ha"] = say("groups.reached_ha", year=str(content.planned_years[-1]))
    parts = np.array_split(zones, math.ceil(len(zones) / MATRIX_ZONES))
    return [
        _matrix_table(content, frame, key, [str(zone) for zone in part], title, say)
        for key, title in titles.items()
        for part in parts
    ]


def _reached(sums: pd.DataFrame, content: AnnexContent) -> pd.Series[float]:
    """Where sums lead (ha): what is known to be there with all that changes."""
    return (sums["present_ha"] + sums["change_ha"]).round(content.decimals)


def _matrix_table(
    content: AnnexContent, frame: pd.DataFrame, key: str, zones: list[str], title: str, say: Say
) -> PageTable:
    """One figure (ha) of some zones by group, the province as total row."""
    wide = frame.pivot_table(
        index="group", columns="zone", values=key, aggfunc="first", dropna=False, sort=False
    ).reindex(columns=zones)
    rows = wide.rename(columns={zone: f"zone_{zone}" for zone in zones}).reset_index()
    figures = tuple(
        PageColumn(f"zone_{zone}", content.zone_name(zone), "hectares", 12, totalled=True)
        for zone in zones
    )
    total = summed(rows, list(figures), content.decimals)
    if key == "reached_ha":
        # What changes in a group of which nothing is known to be there is in no row of a group.
        whole = frame.groupby("zone")[["present_ha", "change_ha"]].sum(min_count=1)
        total = _reached(whole, content).rename(lambda zone: f"zone_{zone}")
    partly = _partly(content, frame, zones, say) if key == "present_ha" else ()
    return PageTable(
        name=say("groups.name"),
        title=say("groups.title", figure=title),
        role="groups",
        columns=(rank_column(say), PageColumn("group", say("groups.group"), "text", 24), *figures),
        rows=ranked(rows),
        total=total,
        total_label=say("groups.all"),
        unit=say("unit.ha"),
        notes=(say(f"groups.note_{key}"), *partly),
    )


def _partly(
    content: AnnexContent, frame: pd.DataFrame, zones: list[str], say: Say
) -> tuple[str, ...]:
    """Name the sums that some communes of a group are missing from, with how many there are."""
    rows = frame[frame["zone"].isin(zones) & frame["known"].between(1, frame["communes"] - 1)]
    alike = rows.groupby(["group", "known", "communes"], sort=False)["zone"]
    listed = [
        f"{group} – {', '.join(content.zone_name(str(zone)) for zone in told)} ({known}/{communes})"
        for (group, known, communes), told in alike
    ]
    return (say("groups.partly", listed="; ".join(listed)),) if listed else ()


def _cover_table(frame: pd.DataFrame, say: Say) -> PageTable:
    """Forest and forest cover rate by group, the province as total row."""
    columns = (
        rank_column(say),
        PageColumn("group", say("groups.group"), "text", 26),
        PageColumn("communes", say("groups.communes"), "count", 9, totalled=True),
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
