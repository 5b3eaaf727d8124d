"""The tables of an annex, in the order in which they are printed."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from layers.base.language import Phrase
from maps.annex.annex_sources import source_rows
from maps.annex.annex_words import word
from maps.annex.content import AnnexContent
from maps.annex.forest_tables import ages_table, cover_table
from maps.annex.layout import AnnexColumn, AnnexTable, Say, rank_column, ranked, speaker
from maps.annex.zone_tables import allocation_tables, matrix_table, zone_table

__all__ = ["build_tables", "total_name"]


def build_tables(content: AnnexContent) -> tuple[AnnexTable, ...]:
    """Lay out every table of an annex."""
    say = speaker(content.language)
    tables = [_targets_table(content, say)]
    tables += [
        zone_table(content, zone, place, say)
        for place, zone in enumerate(content.zone_names["zone"], start=1)
        if (content.zones["zone"] == zone).any()
    ]
    tables.append(matrix_table(content, say))
    # A project without a forest status layer has no cover to print.
    if len(content.forest_cover):
        tables.append(cover_table(content, say))
    if content.species_ages is not None:
        tables.append(ages_table(content, content.species_ages, say))
    if content.allocation is not None:
        tables += allocation_tables(content, content.allocation, say)
    tables.append(_sources_table(content, say))
    return tuple(
        replace(table, notes=(*table.notes, *content.notes_on(table.role, table.zone)))
        for table in tables
    )


def total_name(content: AnnexContent, table: AnnexTable) -> str:
    """Name of a total row: the province where it is one of the units, else "Tổng cộng"."""
    if table.total_label:
        return table.total_label
    province = content.heading.province
    if table.role == "cover" and province:
        return province[0].upper() + province[1:]
    return Phrase(en="Total", vi="Tổng cộng").text(content.language)


def _targets_table(content: AnnexContent, say: Say) -> AnnexTable:
    frame = content.targets
    language = content.language
    rows = ranked(frame)
    # What the plan says, where it is handed over: low and high hold the tolerance as well.
    ends = {
        end: rows[f"figure_{end}"] if f"figure_{end}" in rows.columns else rows[end]
        for end in ("low", "high")
    }
    rows = rows.assign(
        **ends,
        subject=[_subject(content, row) for _, row in rows.iterrows()],
        bound=[word("bound", item, language) for item in rows["bound"]],
        unit=[word("unit", item, language) for item in rows["unit"]],
        status=[word("status", item, language) for item in rows["status"]],
        held_percent=rows["held_ratio"] * 100,
    )
    target = say("Target", "Mục tiêu")
    columns = (
        rank_column(say),
        AnnexColumn("subject", say("Zone, indicator", "Vùng, chỉ tiêu"), "text", 32),
        AnnexColumn("clause", say("Clause", "Mục"), "text", 10),
        AnnexColumn("unit", say("Unit", "ĐVT"), "text", 13),
        AnnexColumn("year", say("Year", "Năm"), "year", 8, missing=""),
        AnnexColumn("bound", say("Bound", "Loại"), "text", 15),
        AnnexColumn("low", say("Low", "Từ"), "figure", 12, target, missing=""),
        AnnexColumn("high", say("High", "Đến"), "figure", 12, target, missing=""),
        AnnexColumn("present", say("Present", "Hiện trạng"), "measured", 13),
        AnnexColumn("held_percent", say("Held (%)", "Đạt (%)"), "percent", 9),
        AnnexColumn("shortfall", say("Shortfall", "Còn thiếu"), "measured", 12),
        AnnexColumn("surplus", say("Surplus", "Vượt"), "measured", 12),
        AnnexColumn("status", say("Status", "Đánh giá"), "text", 11),
    )
    return AnnexTable(
        name=say("Targets", "Chỉ tiêu"),
        title=say("Targets of the plan and what is held", "Chỉ tiêu kế hoạch và mức đạt"),
        role="targets",
        columns=columns,
        rows=rows,
    )


def _subject(content: AnnexContent, row: pd.Series) -> str:
    given = row.get("name_vi" if content.language == "vi" else "name_en")
    if isinstance(given, str) and given:
        return given
    indicator = row.get("indicator")
    parts = [content.zone_name(row["zone"])] if row["zone"] else []
    if isinstance(indicator, str) and indicator:
        parts.append(word("indicator", indicator, content.language))
    return ": ".join(parts) or str(row["target"])


def _sources_table(content: AnnexContent, say: Say) -> AnnexTable:
    columns = (
        rank_column(say),
        AnnexColumn("layer", say("Input", "Tài liệu, lớp dữ liệu"), "text", 40),
        AnnexColumn("date", say("Date", "Thời điểm"), "text", 16),
        AnnexColumn("source", say("Source", "Nguồn"), "text", 60),
    )
    notes = [say(f"Digest of the figures: {content.digest}", f"Mã số liệu: {content.digest}")]
    return AnnexTable(
        name=say("Sources", "Nguồn số liệu"),
        title=say("Sources of the figures", "Nguồn số liệu"),
        role="sources",
        columns=columns,
        rows=ranked(source_rows(content)),
        notes=tuple(notes) if content.digest else (),
    )
