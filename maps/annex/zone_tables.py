"""Tables of the zones: one zone by commune and year, all zones by commune, the allocation."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from layers.base.language import Language
from maps.annex.annex_planned import planned_by_year, unallocated_zones
from maps.annex.annex_words import word
from maps.annex.content import AnnexContent
from maps.annex.layout import AnnexColumn, AnnexTable, Say, rank_column, ranked, summed

__all__ = ["allocation_tables", "matrix_table", "zone_table"]


def zone_table(content: AnnexContent, zone: str, place: int, say: Say) -> AnnexTable:
    """One zone by commune: present, planned year by year, where that leads."""
    rows = content.zones[content.zones["zone"] == zone]
    rows = _with_plan(rows, content, zone)
    planned = [f"plan_{year}" for year in content.planned_years]
    held = rows[["present_ha", *planned]].fillna(0).gt(0).any(axis=1)
    columns = _zone_columns(content, say)
    # Of all communes: a zone that is known to be nowhere has a total of 0, not an unknown one.
    figures = [column for column in columns if column.kind == "hectares"]
    total = summed(rows, figures, content.decimals)
    left_out = rows.loc[~(rows["listed"] | held), "present_ha"]
    rows = ranked(rows[rows["listed"] | held])
    rows = rows.assign(
        listed=np.where(rows["listed"], "x", ""),
        share_percent=rows["share_ratio"] * 100,
        remark=_remarks(rows, content.language),
    )
    name = content.zone_name(zone)
    return AnnexTable(
        name=f"{place} {name}",
        title=say(f"Zone {place}: {name}, by commune", f"Vùng {place}: {name}, theo xã, phường"),
        role="zone",
        columns=columns,
        rows=rows,
        total=total,
        unit=say("Unit: ha", "ĐVT: ha"),
        notes=(_which_communes(left_out, say),),
        zone=zone,
    )


def _which_communes(left_out: pd.Series[float], say: Say) -> str:
    """Say which communes a table leaves out: unknown areas are not areas of 0."""
    mark = say("x: listed in the plan.", "x: thuộc danh mục của kế hoạch.")
    unknown = left_out.isna()
    if unknown.any() and unknown.all():
        return (
            say(
                "Other communes are left out: their present area is not known; ",
                "Không in các xã, phường khác vì chưa có số liệu hiện trạng; ",
            )
            + mark
        )
    if unknown.any():
        return (
            say(
                "Communes neither listed nor known to hold any area are left out; ",
                "Không in các xã, phường ngoài danh mục mà không có diện tích hoặc chưa có số "
                "liệu; ",
            )
            + mark
        )
    return (
        say(
            "Communes neither listed nor holding any area are left out; ",
            "Không in các xã, phường ngoài danh mục và không có diện tích; ",
        )
        + mark
    )


def _with_plan(rows: pd.DataFrame, content: AnnexContent, zone: str) -> pd.DataFrame:
    """Add the planned hectares of each year, the losses, and where that leads."""
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


def _zone_columns(content: AnnexContent, say: Say) -> tuple[AnnexColumn, ...]:
    years = content.planned_years
    head = (
        rank_column(say),
        AnnexColumn("commune", say("Commune", "Xã, phường"), "text", 24),
        AnnexColumn("listed", say("Listed", "Danh mục"), "mark", 9),
        AnnexColumn("present_ha", say("Present", "Hiện trạng"), "hectares", 13, totalled=True),
    )
    remark = AnnexColumn("remark", say("Remarks", "Ghi chú"), "text", 22)
    if not years:
        share = AnnexColumn("share_percent", say("Share (%)", "Tỷ trọng (%)"), "percent", 11)
        return (*head, share, remark)
    keys = tuple(f"plan_{year}" for year in years)
    group = say("To be planted", "Kế hoạch trồng mới")
    planned = tuple(
        AnnexColumn(key, str(year), "hectares", 11, group, totalled=True)
        for key, year in zip(keys, years, strict=True)
    )
    lost: tuple[str, ...] = ()
    losses: tuple[AnnexColumn, ...] = ()
    if content.losses is not None:
        lost = ("loss_ha",)
        title = say("Lost", "Giảm do khai thác")
        losses = (AnnexColumn("loss_ha", title, "hectares", 11, totalled=True),)
    until = say(f"By {years[-1]}", f"Đến {years[-1]}")
    change = say("Change", "Tăng, giảm")
    tail = (
        AnnexColumn(
            *("reached_ha", until, "hectares", 13),
            adds=("present_ha", *keys),
            takes=lost,
            totalled=True,
        ),
        AnnexColumn(*("added_ha", change, "hectares", 12), adds=keys, takes=lost, totalled=True),
    )
    return (*head, *planned, *losses, *tail, remark)


def _remarks(rows: pd.DataFrame, language: Language) -> list[str]:
    if "remark" not in rows.columns:
        return [""] * len(rows)
    return [word("remark", item, language) if item else "" for item in rows["remark"].fillna("")]


def matrix_table(content: AnnexContent, say: Say) -> AnnexTable:
    """Present area of all zones by commune."""
    zones = [z for z in content.zone_names["zone"] if (content.zones["zone"] == z).any()]
    communes = content.zones[["commune_code", "commune"]].drop_duplicates("commune_code")
    wide = content.zones.pivot_table(
        index="commune_code", columns="zone", values="present_ha", aggfunc="first", dropna=False
    ).reindex(columns=zones)
    rows = communes.sort_values("commune_code").merge(wide, on="commune_code", how="left")
    rows = ranked(rows.rename(columns={zone: f"zone_{zone}" for zone in zones}))
    columns = (
        rank_column(say),
        AnnexColumn("commune", say("Commune", "Xã, phường"), "text", 24),
        *(
            AnnexColumn(f"zone_{zone}", content.zone_name(zone), "hectares", 12, totalled=True)
            for zone in zones
        ),
    )
    return AnnexTable(
        name=say("Zones × communes", "Vùng × xã"),
        title=say("Present area of the zones by commune", "Hiện trạng các vùng theo xã, phường"),
        role="matrix",
        columns=columns,
        rows=rows,
        total=summed(rows, columns, content.decimals),
        unit=say("Unit: ha", "ĐVT: ha"),
        notes=(
            say(
                "Zones may share a hectare (plants under canopy), so they are not summed across.",
                "Các vùng có thể dùng chung diện tích (cây dưới tán), nên không cộng theo hàng.",
            ),
        ),
    )


def allocation_tables(content: AnnexContent, frame: pd.DataFrame, say: Say) -> list[AnnexTable]:
    """Allocation by zone, commune, land and year: new ground, then land that is shared.

    Plants under canopy and stands that are converted take no new ground, and two of them may lie
    on the same hectare; so each such land source has a table and a total of its own.
    """
    shared = frame["land"].isin(content.sharing)
    new = _allocation_table(content, frame[~shared], say)
    kinds = frame.loc[shared & (frame["planned_ha"] > 0), "land"].unique()
    lands = sorted(kinds, key=content.sharing.index)
    return [new, *(_shared_table(content, frame, land, say) for land in lands)]


def _shared_table(content: AnnexContent, frame: pd.DataFrame, land: str, say: Say) -> AnnexTable:
    """Lay out what the allocation puts on one land source that bears trees as well."""
    table = _allocation_table(content, frame[frame["land"] == land], say)
    name = word("land", land, content.language)
    group = say("On wooded land", "Trên đất đang có rừng")
    return replace(
        table,
        name=name,
        title=say(
            f"Allocation on land that bears trees: {name}",
            f"Phân bổ trên đất đang có rừng: {name}",
        ),
        columns=tuple(
            replace(column, group=group) if column.group else column for column in table.columns
        ),
        notes=(
            say(
                "This area shares the hectare with standing trees: it is no new planting and is "
                "not added to the total of new planting.",
                "Diện tích này nằm trên đất đang có rừng, không phải trồng mới và không cộng vào "
                "tổng diện tích trồng mới.",
            ),
        ),
        total_label="",
    )


def _allocation_table(content: AnnexContent, frame: pd.DataFrame, say: Say) -> AnnexTable:
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
    plan = [f"plan_{year}" for year in years]
    rows = ranked(rows).assign(**{key: rows[key].fillna(0.0).to_numpy() for key in plan})
    rows = rows.assign(
        zone_name=[content.zone_name(zone) for zone in rows["zone"]],
        land_name=[word("land", land, content.language) for land in rows["land"]],
        added_ha=rows[plan].sum(axis=1).round(content.decimals),
    )
    group = say("To be planted", "Kế hoạch trồng mới")
    columns = (
        rank_column(say),
        AnnexColumn("zone_name", say("Zone", "Vùng"), "text", 20),
        AnnexColumn("commune", say("Commune", "Xã, phường"), "text", 22),
        AnnexColumn("land_name", say("Land", "Loại đất"), "text", 22),
        *(
            AnnexColumn(key, str(year), "hectares", 11, group, totalled=True)
            for key, year in zip(plan, years, strict=True)
        ),
        AnnexColumn(
            "added_ha", say("Total", "Tổng"), "hectares", 13, adds=tuple(plan), totalled=True
        ),
    )
    return AnnexTable(
        name=say("Allocation", "Phân bổ"),
        title=say(
            "Allocation to communes, land and years", "Phân bổ theo xã, phường, loại đất và năm"
        ),
        role="allocation",
        columns=columns,
        rows=rows,
        total=summed(rows, columns, content.decimals),
        unit=say("Unit: ha", "ĐVT: ha"),
        notes=_left_out(content, say),
        total_label=say("Total of new planting", "Tổng trồng mới"),
    )


def _left_out(content: AnnexContent, say: Say) -> tuple[str, ...]:
    names = ", ".join(content.zone_name(zone) for zone in unallocated_zones(content))
    if not names:
        return ()
    return (say(f"Not allocated: {names}.", f"Chưa phân bổ: {names}."),)
