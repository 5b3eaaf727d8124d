"""The targets of a year's report: what leads each, what the year's reports say, how far it is."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from layers.base.language import Phrase
from maps.layout.page_table import PageColumn, PageTable
from maps.layout.tables import verdict_words
from maps.layout.words import page_day
from zones.certainty.sentences import contradicts_status, verdict_phrase, verdict_sentences
from zones.measure.targets import yearly_unit
from zones.plan.extract.units import unit_name
from zones.plan.model import Plan, Target
from zones.plan.words import figure_words, number_words, target_name
from zones.reports.year_round import Round

STATUS_WORDS = {
    "below": "chưa đạt", "within": "đạt", "above": "vượt", "not_measured": "chưa có số liệu",
}  # fmt: skip
JUDGED = {"interval": "Khoảng tin cậy", "verdict": "Kết luận"}
_INTERVAL = ("low_interval", "high_interval", "verdict")
_TOLD = {
    "layer": "lớp bản đồ", "report": "báo cáo", "reconciled": "đã đối chiếu", "": "",
}  # fmt: skip
#: Verdicts that an interval was needed for.
_VERDICTS = ("met", "not_met", "cannot_tell")
_SHOWN = (
    "“Hiện trạng” là số dùng để so sánh với kế hoạch, kèm nguồn và thời điểm; “Đạt” và "
    "“Đánh giá” tính từ số này."
)
#: From so many times a floor a figure is looked at once more before anybody signs.
_FAR_ABOVE = 3.0


@dataclass(frozen=True, slots=True)
class YearResult:
    """What a year's report is written from."""

    asked: Round
    targets: pd.DataFrame  # Columns of ``zones.tables.TARGETS``, rounded
    reported: pd.DataFrame  # Columns of ``zones.tables.REPORTED``, of the report's year
    crops: pd.DataFrame  # Columns of ``REPORTED_CROPS``
    status: pd.DataFrame  # Columns of ``STATUS``
    progress: pd.DataFrame  # Columns of ``zones.tables.PROGRESS``, rounded
    level_percent: float = 95.0  # Of the intervals, where the project has any
    samples: tuple[Phrase, ...] = ()  # Which points the intervals rest on
    decimals: tuple[int, int] = (1, 2)  # Of hectares and of rates
    # Commune and crop whose last year's figure the commune does not stand by
    disowned: frozenset[tuple[str, str]] = frozenset()

    @property
    def plan(self) -> Plan:
        """The plan that leads."""
        return self.asked.plans[0]


def target_rows(result: YearResult) -> pd.DataFrame:
    """Targets of the leading plan: what it asks, what is there, who says so, how far it is.

    ``present`` is the figure that leads, of ``source``; ``reported`` what the year's reports add up
    to, ``reported_said`` the same in words.
    """
    mine = result.targets[result.targets["plan"] == result.plan.plan]
    rows = {str(row["target"]): row for row in mine.to_dict("records")}
    sums = _reported(result.reported)
    found = []
    for zone, target in result.plan.all_targets():
        if target.target not in rows:
            continue
        row = rows[target.target]
        key = (zone, target.indicator, str(row["commune_code"]), yearly_unit(str(row["unit"])))
        reported = sums.get(key)
        unit = unit_name(str(row["unit"]), "vi")
        found.append(
            {
                "zone": zone,
                "target": target.target,
                "indicator": target.indicator,
                "name": target_name(result.plan, zone, target, "vi"),
                "clause": target.clause or "",
                "planned": _planned(target),
                "low": row["low"],
                "figure_high": row["figure_high"],
                "present": row["present"],
                "unit": unit,
                "teller": str(row["told_by"]),
                "of_year": _year_of(str(row["told_of"])),
                "source": _source(target, row),
                "reported": math.nan if reported is None else float(reported["value"]),
                "reported_said": _reported_said(reported, unit),
                "percent": row["held_ratio"] * 100,
                "shortfall": row["shortfall"],
                "status": STATUS_WORDS[str(row["status"])],
                "year": target.year,
                "scope": target.scope,
                "judged": str(row["verdict"]) in _VERDICTS,
                "unsure": str(row["verdict"]) == "cannot_tell",
                "contrary": verdict_phrase(row).vi if contradicts_status(row) else "",
                "doubtful": target.bound != "at_most" and row["held_ratio"] >= _FAR_ABOVE,
                **{name: row[name] for name in _INTERVAL},
            }
        )
    return _with_verdicts(pd.DataFrame(found), result.decimals)


def source_words(told_by: str, told_of: str) -> str:
    """Who tells a figure and of when: "bản đồ, 31/12/2025", "báo cáo, năm 2026"."""
    day = f"năm {told_of}" if told_of.isdigit() else page_day(told_of, "vi")
    return ", ".join(part for part in (_TOLD[told_by], day if told_by else "") if part)


def _source(target: Target, row: Mapping[Hashable, Any]) -> str:
    """Source of a present figure; of what adds up over the years, of all of them."""
    if target.period == "cumulative" and row["told_by"] == "report":
        return f"báo cáo, cộng dồn đến năm {row['told_of']}"
    return source_words(str(row["told_by"]), str(row["told_of"]))


def _year_of(told_of: str) -> int | None:
    return int(told_of[:4]) if told_of[:4].isdigit() else None


def _reported(reported: pd.DataFrame) -> dict[tuple[str, ...], Mapping[Hashable, Any]]:
    """Sums of the year's reports that anybody told, by zone, indicator, commune and unit."""
    told = reported[reported["value"].notna() & (reported["reporters"] > 0)]
    keys = ("zone", "indicator", "commune_code", "unit")
    return {tuple(str(row[key]) for key in keys): row for row in told.to_dict("records")}


def _reported_said(reported: Mapping[Hashable, Any] | None, unit: str) -> str:
    """Sum of the reports, and of how many it is where some have not told."""
    if reported is None:
        return "…"
    told, asked = int(reported["reporters"]), int(reported["expected"])
    part = f"\n({told}/{asked} đơn vị)" if told < asked else ""
    return said(reported["value"], unit) + part


def _with_verdicts(rows: pd.DataFrame, decimals: tuple[int, int]) -> pd.DataFrame:
    """Intervals and verdicts as the annex prints them, of the targets that were judged."""
    if rows.empty:
        return rows
    hectares, rates = decimals
    words = verdict_words(rows, language="vi", decimals=hectares, rate_decimals=rates)
    if words:
        known = rows["present"].notna() & rows["judged"]
        words["verdict"] = pd.Series(words["verdict"], rows.index).where(known, "").tolist()
    return rows.drop(columns=list(_INTERVAL)).assign(**words)


def _planned(target: Target) -> str:
    year = "" if target.year is None else f" ({target.year})"
    return figure_words(target, target.unit).vi + year


def said(value: float, unit: str = "") -> str:
    """Figure as the document prints it; what is not known is no nought."""
    text = "…" if pd.isna(value) else number_words(round(float(value), 2)).vi
    return f"{text} {unit}".strip()


def targets_table(rows: pd.DataFrame, result: YearResult) -> PageTable:
    """Table of the targets, each figure with its source and date, and the reports of the year."""
    judged = "verdict" in rows
    year = result.asked.year
    columns = (
        PageColumn("number", "TT", "count", 5),
        PageColumn("name", "Chỉ tiêu", "text", 23),
        PageColumn("clause", "Mục", "text", 9, missing=""),
        PageColumn("planned", "Kế hoạch", "text", 17),
        PageColumn("done", "Hiện trạng" + (" (khoảng tin cậy)" if judged else ""), "text", 17),
        PageColumn("source", "Nguồn, thời điểm", "text", 14, missing=""),
        PageColumn("reported_said", f"Các đơn vị báo cáo năm {year}", "text", 14),
        PageColumn("percent", "Đạt (%)", "text", 7),
        PageColumn("judgement", "Đánh giá", "text", 12),
    )
    told = rows.assign(
        number=range(1, len(rows) + 1),
        done=[_done(row) for row in rows.to_dict("records")],
        percent=[_percent(row) for row in rows.to_dict("records")],
        judgement=[judgement(row) for row in rows.to_dict("records")],
    )
    notes = [
        _SHOWN,
        "“…”: chưa có số liệu; số theo báo cáo chỉ gồm các đơn vị đã gửi và đã được nhận.",
        *_verdict_notes(result),
    ]
    title = f"Bảng 1. Kết quả thực hiện các chỉ tiêu, báo cáo năm {year}"
    return PageTable("Chỉ tiêu", title, "targets", columns, told, notes=tuple(notes))


def _percent(row: Mapping[Hashable, Any]) -> str:
    """Share that is reached, in whole percent; what is still short of its target is below 100."""
    if pd.isna(row["percent"]):
        return "…"
    whole = round(float(row["percent"]))
    return said(min(whole, 99) if row["status"] == STATUS_WORDS["below"] else whole)


def judgement(row: Mapping[Hashable, Any]) -> str:
    """Status, and what the interval says of it where the figure has one."""
    if row["unsure"]:
        return f"{row['status']}\n(chưa kết luận được vì sai số)"
    contrary = f"\n(theo điểm kiểm tra: {row['contrary']})" if row["contrary"] else ""
    return f"{row['status']}{contrary}"


def _verdict_notes(result: YearResult) -> Sequence[str]:
    """What the intervals are, and what would decide targets that cannot be told yet."""
    zones = [(zone.zone, zone.name.vi, zone.name.en) for zone in result.plan.zones]
    told = verdict_sentences(
        result.targets[result.targets["plan"] == result.plan.plan],
        pd.DataFrame(zones, columns=["zone", "name_vi", "name_en"]),
        level_percent=result.level_percent,
        decimals=result.decimals,
    )
    return [sentence.vi for sentence in (*result.samples, *(text for _, text in told))]


def _done(row: Mapping[Hashable, Any]) -> str:
    """What is there, with its interval where it has one."""
    if pd.isna(row["present"]):
        return "…"
    interval = row.get("interval") or ""
    return said(row["present"], row["unit"]) + (f"\n({interval})" if interval else "")
