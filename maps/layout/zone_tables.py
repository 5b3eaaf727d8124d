"""Tables of the zones: one zone by commune and year, all zones by commune, the allocation."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pandas as pd

from layers.base.language import Language, format_number
from maps.layout.content import (
    AnnexContent,
    planned_by_year,
    unallocated_zones,
    zones_without_figures,
)
from maps.layout.page_table import (
    MATRIX_ZONES,
    PageColumn,
    PageTable,
    percent_of,
    rank_column,
    ranked,
    summed,
    total_of,
    unknown_note,
)
from maps.layout.words import Say, word


def zone_table(content: AnnexContent, zone: str, say: Say) -> PageTable:
    """One zone by commune: present, planned year by year, where that leads."""
    rows = content.zones[content.zones["zone"] == zone]
    rows = with_plan(rows.assign(commune=content.commune_names(rows)), content, zone)
    planned = [f"plan_{year}" for year in content.planned_years]
    held = rows[["present_ha", *planned]].fillna(0).gt(0).any(axis=1)
    columns = _zone_columns(content, rows, say)
    # Of all communes: a zone that is known to be nowhere has a total of 0, not an unknown one.
    figures = [column for column in columns if column.kind == "hectares"]
    total = _sums(rows, figures, content)
    unknown = unknown_note(rows, [column.key for column in figures], "commune", say)
    unknown += _where_sums_lead(rows, total, content, say)
    told = (*_what_is_planned(content, rows, zone, say), *unknown)
    left_out = rows.loc[~(rows["listed"] | held), "present_ha"]
    marked = bool(rows["listed"].any())
    rows = rows[rows["listed"] | held]
    if content.listed_only and rows["listed"].any():
        rows = _others_together(rows, figures, content, say)
    rows = ranked(rows)
    rows = rows.assign(
        listed=np.where(rows["listed"], "x", ""),
        share_percent=percent_of(rows["share_ratio"]),
        remark=_remarks(rows, content.language),
    )
    name = content.zone_name(zone)
    return PageTable(
        name=name,
        title=say("zone.title", name=name),
        role="zone",
        columns=columns,
        rows=rows,
        total=total,
        unit=say("unit.ha"),
        notes=(_which_communes(left_out, marked, say), *told),
        zone=zone,
    )


def _others_together(
    rows: pd.DataFrame, figures: list[PageColumn], content: AnnexContent, say: Say
) -> pd.DataFrame:
    """Listed communes, and one row with the sums of all others: the total stays the zone's."""
    others = rows[~rows["listed"]]
    if others.empty:
        return rows
    sums = _sums(others, figures, content).astype("float64")
    name = say("zone.others", count=str(len(others)))
    row = {"commune": name, "listed": False, **sums, "share_ratio": others["share_ratio"].sum()}
    last = pd.DataFrame([row]).astype({"listed": bool})
    return pd.concat([rows[rows["listed"]], last], ignore_index=True)


def _sums(rows: pd.DataFrame, figures: list[PageColumn], content: AnnexContent) -> pd.Series:
    """Sums of communes; where they lead is what is known to be there with all that changes.

    What is planned for a commune whose present area nobody knows is in it: the row adds up.
    """
    sums = summed(rows, figures, content.decimals)
    if "reached_ha" in sums.index:
        sums["reached_ha"] = round(sums["present_ha"] + sums["added_ha"], content.decimals)
    return sums


def _where_sums_lead(
    rows: pd.DataFrame, total: pd.Series, content: AnnexContent, say: Say
) -> tuple[str, ...]:
    """Say what a sum by the last year is made of where a present area is not known."""
    unknown = int(rows["present_ha"].isna().sum())
    if not unknown or pd.isna(total.get("reached_ha", np.nan)):
        return ()
    return (say("zone.reached_note", year=str(content.planned_years[-1]), count=unknown),)


def _which_communes(left_out: pd.Series[float], marked: bool, say: Say) -> str:
    """Say which communes a table leaves out (unknown areas are not areas of 0), and what x is."""
    unknown, kind = left_out.isna(), "none"
    if unknown.any():
        kind = "unknown" if unknown.all() else "both"
    mark = (say("zone.listed_mark"),) if marked else ()
    return " ".join((say(f"zone.left_out_{kind}"), *mark))


def _plans_nothing(content: AnnexContent, rows: pd.DataFrame) -> bool:
    """Whether the allocation is known to add nothing to a zone, and to take nothing from it."""
    keys = [f"plan_{year}" for year in content.planned_years]
    keys += [key for key in ("loss_ha",) if key in rows.columns]
    return bool(keys) and bool(rows[keys].eq(0).all(axis=None))


def _what_is_planned(
    content: AnnexContent, rows: pd.DataFrame, zone: str, say: Say
) -> tuple[str, ...]:
    """Say that nothing is planned, and why where that is known; or what goes beyond the list."""
    if _plans_nothing(content, rows):
        targets = content.targets
        mine = targets[targets["zone"].eq(zone) & targets["unit"].eq("ha")]
        if "indicator" in mine.columns:
            mine = mine[mine["indicator"].eq("area")]
        short = mine["status"].eq("below").any()
        no_land = "available_ha" in rows.columns and rows["available_ha"].isna().all()
        return (say("zone.no_land_data") if short and no_land else say("zone.nothing_planned"),)
    keys = [f"plan_{year}" for year in content.planned_years]
    if not keys or not rows["listed"].any():
        return ()
    planned = rows[keys].sum(axis=1)
    beyond = planned[~rows["listed"] & planned.gt(0)]
    if beyond.empty:
        return ()
    figures = {
        name: format_number(
            total_of(sums, decimals=content.decimals), content.language, decimals=content.decimals
        )
        for name, sums in (("beyond", beyond), ("whole", planned))
    }
    return (say("zone.beyond_list", count=len(beyond), **figures),)


def with_plan(rows: pd.DataFrame, content: AnnexContent, zone: str) -> pd.DataFrame:
    """Add to a zone's rows the hectares planned by year, the losses, and where that leads."""
    if content.allocation is None:
        return rows
    rows = rows.set_index("commune_code", drop=False)
    planned = planned_by_year(content, zone, rows.index)
    rows = rows.assign(**{f"plan_{year}": planned[year] for year in planned.columns})
    change = planned.sum(axis=1, min_count=1)
    if content.losses is not None:
        lost = content.losses[content.losses["zone"] == zone]
        sums = lost.groupby("commune_code")["loss_ha"].sum().reindex(rows.index).fillna(0.0)
        # Losses are the allocation's: of a zone that it left out nobody worked them out.
        rows = rows.assign(loss_ha=sums.where(change.notna()).round(content.decimals))
        change = change - rows["loss_ha"]
    return rows.assign(
        added_ha=change.round(content.decimals),
        reached_ha=(rows["present_ha"] + change).round(content.decimals),
    ).reset_index(drop=True)


def _zone_columns(content: AnnexContent, rows: pd.DataFrame, say: Say) -> tuple[PageColumn, ...]:
    """Columns of a zone; years and losses only where there are any, as marks and remarks are."""
    years = content.planned_years
    listed = (PageColumn("listed", say("zone.listed"), "mark", 9),) if rows["listed"].any() else ()
    head = (
        rank_column(say),
        PageColumn("commune", say("column.commune"), "text", 25),
        *listed,
        PageColumn("present_ha", say("column.present"), "hectares", 13, totalled=True),
    )
    longest = max(map(len, _remarks(rows, content.language)), default=0)
    remark = (PageColumn("remark", say("zone.remark"), "text", longest + 1.0),) if longest else ()
    if not years:
        share = PageColumn("share_percent", say("zone.share"), "percent", 11)
        return (*head, share, *remark)
    nothing = _plans_nothing(content, rows)
    lost = () if nothing or content.losses is None else ("loss_ha",)
    losses = tuple(PageColumn(key, say("zone.lost"), "hectares", 11, totalled=True) for key in lost)
    planned = () if nothing else _year_columns(years, say)
    keys = tuple(column.key for column in planned)
    until, change = say("zone.until", year=str(years[-1])), say("zone.change")
    sums = (("reached_ha", until, 13.0, ("present_ha", *keys)), ("added_ha", change, 12.0, keys))
    tail = tuple(
        PageColumn(key, title, "hectares", width, adds=adds, takes=lost, totalled=True)
        for key, title, width, adds in sums
    )
    return (*head, *planned, *losses, *tail, *remark)


def _year_columns(years: list[int], say: Say) -> tuple[PageColumn, ...]:
    group = say("column.planned")
    return tuple(
        PageColumn(f"plan_{year}", str(year), "hectares", 10, group, totalled=True)
        for year in years
    )


def _remarks(rows: pd.DataFrame, language: Language) -> list[str]:
    # Remarks hold communes against the list: where there is none, they say nothing.
    if "remark" not in rows.columns or not rows["listed"].any():
        return [""] * len(rows)
    return [word("remark", item, language) if item else "" for item in rows["remark"].fillna("")]


def listed_zones_table(content: AnnexContent, say: Say) -> list[PageTable]:
    """Zones of which no hectare is known, a row each: what the plan says of them is its list."""
    silent = zones_without_figures(content)
    if not silent:
        return []
    listed = content.zones[content.zones["listed"]]
    listed = listed.assign(commune=content.commune_names(listed))
    names = {str(zone): list(rows["commune"]) for zone, rows in listed.groupby("zone")}
    rows = pd.DataFrame(
        {
            "zone_name": [content.zone_name(zone) for zone in silent],
            "count": [len(names.get(zone, ())) for zone in silent],
            "communes": [", ".join(names.get(zone, ())) for zone in silent],
        }
    )
    columns = (
        rank_column(say),
        PageColumn("zone_name", say("allocation.zone"), "text", 22),
        PageColumn("count", say("lists.count"), "count", 11),
        PageColumn("communes", say("lists.communes"), "text", 66),
    )
    return [
        PageTable(
            name=say("lists.name"),
            title=say("lists.title"),
            role="lists",
            columns=columns,
            rows=ranked(rows),
            notes=(say("lists.note"),),
        )
    ]


def matrix_tables(content: AnnexContent, say: Say) -> list[PageTable]:
    """Present area of all zones by commune, in as many tables as a page has no room for."""
    silent = zones_without_figures(content)
    there = set(content.zones["zone"]) - set(silent)
    zones = [zone for zone in content.zone_names["zone"] if zone in there]
    if not zones:
        return []
    count = math.ceil(len(zones) / MATRIX_ZONES)
    tables = [_matrix_table(content, list(part), say) for part in np.array_split(zones, count)]
    if count == 1:
        return tables
    parts = ({"part": str(part), "parts": str(count)} for part in range(1, count + 1))
    return [
        replace(table, title=say("matrix.part", title=table.title, **part))
        for table, part in zip(tables, parts, strict=True)
    ]


def _matrix_table(content: AnnexContent, zones: list[str], say: Say) -> PageTable:
    communes = content.zones[["commune_code", "commune"]].drop_duplicates("commune_code")
    communes = communes.assign(commune=content.commune_names(communes))
    wide = content.zones.pivot_table(
        index="commune_code", columns="zone", values="present_ha", aggfunc="first", dropna=False
    ).reindex(columns=zones)
    rows = communes.sort_values("commune_code").merge(wide, on="commune_code", how="left")
    rows = ranked(rows.rename(columns={zone: f"zone_{zone}" for zone in zones}))
    columns = (
        rank_column(say),
        PageColumn("commune", say("column.commune"), "text", 24),
        *(
            PageColumn(f"zone_{zone}", content.zone_name(zone), "hectares", 12, totalled=True)
            for zone in zones
        ),
    )
    return PageTable(
        name=say("matrix.name"),
        title=say("matrix.title"),
        role="matrix",
        columns=columns,
        rows=rows,
        total=summed(rows, columns, content.decimals),
        unit=say("unit.ha"),
        notes=(
            say("matrix.note"),
            *unknown_note(rows, [f"zone_{zone}" for zone in zones], "commune", say),
        ),
    )


def allocation_tables(content: AnnexContent, frame: pd.DataFrame, say: Say) -> list[PageTable]:
    """Allocation by zone, commune, land and year: new ground, then land that is shared.

    Plants under canopy and stands that are converted take no new ground, and two of them may lie
    on the same hectare; so each such land source has a table and a total of its own.
    """
    if allocates_nothing(frame):
        return []
    shared = frame["land"].isin(content.sharing)
    new = _allocation_table(content, frame[~shared], say)
    kinds = frame.loc[shared & (frame["planned_ha"] > 0), "land"].unique()
    lands = sorted(kinds, key=content.sharing.index)
    return [new, *(_shared_table(content, frame, land, say) for land in lands)]


def allocates_nothing(frame: pd.DataFrame) -> bool:
    """Whether an allocation has no hectare, and so no table."""
    return not frame["planned_ha"].gt(0).any()


def left_out_note(content: AnnexContent, say: Say) -> tuple[str, ...]:
    """Sentence on the zones that the allocation left out."""
    zones = ", ".join(content.zone_name(zone) for zone in unallocated_zones(content))
    return (say("allocation.left_out", zones=zones),) if zones else ()


def _shared_table(content: AnnexContent, frame: pd.DataFrame, land: str, say: Say) -> PageTable:
    """Lay out what the allocation puts on one land source that bears trees as well."""
    table = _allocation_table(content, frame[frame["land"] == land], say)
    name = word("land", land, content.language)
    group = say("allocation.shared_group")
    return replace(
        table,
        name=name,
        title=say("allocation.shared_title", land=name),
        columns=tuple(
            replace(column, group=group) if column.group else column for column in table.columns
        ),
        notes=(say("allocation.shared_note"),),
        total_label="",
    )


def _allocation_table(content: AnnexContent, frame: pd.DataFrame, say: Say) -> PageTable:
    years = content.planned_years
    # Rows without land only say that a zone is there and nothing is added.
    frame = frame[frame["planned_ha"] > 0]
    keys = ["zone", "commune_code", "commune", "land"]
    wide = frame.pivot_table(index=keys, columns="year", values="planned_ha", aggfunc="sum")
    order = {zone: place for place, zone in enumerate(content.zone_names["zone"])}
    wide = wide.reindex(columns=years)
    rows = wide.reset_index().sort_values(
        ["zone", "commune_code", "land"],
        key=lambda column: column.map(order) if column.name == "zone" else column,
    )
    rows = rows.rename(columns={year: f"plan_{year}" for year in years})
    planned = _year_columns(years, say)
    plan = [column.key for column in planned]
    rows = ranked(rows).assign(**{key: rows[key].fillna(0.0).to_numpy() for key in plan})
    rows = rows.assign(
        commune=content.commune_names(rows),
        zone_name=[content.zone_name(zone) for zone in rows["zone"]],
        land_name=[word("land", land, content.language) for land in rows["land"]],
        added_ha=rows[plan].sum(axis=1).round(content.decimals),
    )
    columns = (
        rank_column(say),
        PageColumn("zone_name", say("allocation.zone"), "text", 24),
        PageColumn("commune", say("column.commune"), "text", 22),
        PageColumn("land_name", say("allocation.land"), "text", 32),
        *planned,
        PageColumn("added_ha", say("column.sum"), "hectares", 13, adds=tuple(plan), totalled=True),
    )
    total = summed(rows, columns, content.decimals)
    if rows.empty:  # of zones that were allocated, nothing is a known 0
        total = pd.Series({column.key: 0.0 for column in columns if column.totalled})
    return PageTable(
        name=say("allocation.name"),
        title=say("allocation.title"),
        role="allocation",
        columns=columns,
        rows=rows,
        total=total,
        unit=say("unit.ha"),
        notes=left_out_note(content, say),
        total_label=say("allocation.total"),
    )
