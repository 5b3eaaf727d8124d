"""The consolidated report of a year as the department sends it: a document and its tables.

Every figure comes from the tables of the run or from the ledger; what the office must say itself
(causes beyond the figures, proposals, names) stays a dotted blank.
"""

from __future__ import annotations

import math
import tempfile
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from layers.base.messages import message
from layers.communes.gazetteer import province_name
from layers.io.atomic import written_aside
from layers.io.table_output import save_workbook
from layers.kinds.crops import load_crops
from maps.annex.official import Block, OfficialContent, Picture, Text, save_official
from maps.annex.progress_chart import save_progress, save_years
from maps.layout.page_table import PageColumn, PageTable
from maps.layout.tables import verdict_words
from zones.certainty.sentences import verdict_sentences
from zones.plan.extract.indicators import known_indicators
from zones.plan.extract.units import unit_name
from zones.plan.model import Plan, Target
from zones.plan.words import figure_words, number_words, target_name
from zones.publish.rounded_figures import area_targets
from zones.reports.writing.letters import AGENCY
from zones.reports.writing.status_map import save_status_map
from zones.reports.year_round import Round

_STATUS = {"below": "chưa đạt", "within": "đạt", "above": "vượt", "not_measured": "chưa có số liệu"}
_JUDGED = ("low_interval", "high_interval", "verdict")
_VERDICTS = {"interval": "Khoảng tin cậy", "verdict": "Kết luận"}
_TOLD = {"layer": "bản đồ", "report": "báo cáo", "reconciled": "đối chiếu", "": ""}
#: Communes of a zone that the document names; the workbook has all.
_NAMED = 12
_BLANK = "………………………………………………………………………………"


@dataclass(frozen=True, slots=True)
class YearResult:
    """What a year's report is written from."""

    asked: Round
    targets: pd.DataFrame  # Columns of ``zones.tables.TARGETS``, rounded
    reported: pd.DataFrame  # Columns of ``zones.tables.REPORTED``
    crops: pd.DataFrame  # Columns of ``REPORTED_CROPS``
    status: pd.DataFrame  # Columns of ``STATUS``
    progress: pd.DataFrame  # Columns of ``zones.tables.PROGRESS``, rounded
    # Zones that a layer tells of: ``zone, year, told_by``
    sources: pd.DataFrame
    level_percent: float = 95.0  # Of the intervals, where the project has any
    decimals: tuple[int, int] = (1, 2)  # Of hectares and of rates

    @property
    def plan(self) -> Plan:
        """The plan that leads."""
        return self.asked.plans[0]


def save_report(result: YearResult, folder: Path, *, overwrite: bool = False) -> list[Path]:
    """Write the document and the workbook of a year's report."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = target_rows(result)
    document = folder / f"bao-cao-{result.asked.year}.docx"
    workbook = folder / f"bao-cao-{result.asked.year}.xlsx"
    with tempfile.TemporaryDirectory(prefix="zones-") as scratch:
        picture = save_progress(_progress(result, rows), Path(scratch) / "progress.png")
        reported = save_status_map(result.status, result.asked, Path(scratch) / "reported.png")
        charts = _save_years(result, folder, overwrite=overwrite)
        years = next(iter(charts), None)
        content = _content(result, rows, (reported, picture, years))
        save_official(content, document, overwrite=overwrite)
    with written_aside(workbook, overwrite=overwrite, program="Excel") as part:
        save_workbook(_sheets(result, rows), part, frozen_columns=2)
    return [document, workbook, *charts]


def _save_years(result: YearResult, folder: Path, *, overwrite: bool) -> list[Path]:
    """Chart of the zones over the years as PNG and SVG; none where nothing tells of any year."""
    years, targets = years_and_targets(result)
    names = [f"dien-bien-{result.asked.year}.{kind}" for kind in ("png", "svg")]
    return [
        save_years(years, targets, folder / name, overwrite=overwrite)
        for name in names
        if len(years)
    ]


def years_and_targets(result: YearResult) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Hectares of the zones by year up to the report's, and the targets of their area."""
    names = {zone.zone: zone.name.vi for zone in result.plan.zones}
    frame = result.progress
    frame = frame[(frame["commune_code"] == "") & (frame["year"] <= result.asked.year)]
    frame = frame[frame["zone"].isin(names)]
    whole = frame["communes"] >= frame["expected"]
    order = frame["zone"].map({zone: place for place, zone in enumerate(names)})
    years = frame.assign(name=frame["zone"].map(names), whole=whole, order=order)
    areas = result.targets[area_targets(result.targets)].dropna(subset=["year", "low"])
    areas = areas[areas["plan"] == result.plan.plan]
    targets = areas.assign(name=areas["zone"].map(names))[["name", "year", "low"]]
    return years.sort_values(["order", "year"], kind="stable"), targets


def target_rows(result: YearResult) -> pd.DataFrame:
    """Targets of the leading plan: what it asks, what is there, who says so, how far it is."""
    mine = result.targets[result.targets["plan"] == result.plan.plan]
    rows = {str(row["target"]): row for row in mine.to_dict("records")}
    found = []
    for zone, target in result.plan.all_targets():
        if target.target not in rows:
            continue
        row = rows[target.target]
        found.append(
            {
                "zone": zone,
                "target": target.target,
                "name": target_name(result.plan, zone, target, "vi"),
                "clause": target.clause or "",
                "planned": _planned(target),
                "present": row["present"],
                "unit": unit_name(str(row["unit"]), "vi"),
                "told_by": _teller(result, row),
                "reported": _reported_now(result, zone, target),
                "indicator": target.indicator,
                "percent": row["held_ratio"] * 100,
                "shortfall": row["shortfall"],
                "status": _STATUS[str(row["status"])],
                "year": target.year,
                "scope": target.scope,
                **{name: row[name] for name in _JUDGED},
            }
        )
    return _with_verdicts(pd.DataFrame(found), result.decimals)


def _teller(result: YearResult, row: Mapping[Hashable, Any]) -> str:
    """Who tells a figure, and of which year it is: a map may be older than the report."""
    told = str(row["told_by"])
    source = result.sources[result.sources["zone"] == row["zone"]]
    if told and row["indicator"] == "area" and len(source):
        return f"{_TOLD[str(source['told_by'].iloc[0])]} {int(source['year'].iloc[0])}"
    # What a layer tells of no zone, as the forest cover, is of the date of that layer.
    return f"{_TOLD[told]} {result.asked.year}" if told == "report" else _TOLD[told]


def _reported_now(result: YearResult, zone: str, target: Target) -> str:
    """Hectares of a zone that communes report at the end of the year, and how many of them."""
    if target.indicator != "area" or not zone or target.scope != "province":
        return ""
    rows = result.progress
    mine = rows[(rows["zone"] == zone) & (rows["year"] == result.asked.year)]
    mine = mine[(mine["told_by"] == "report") & (mine["commune_code"] == "")]
    if mine.empty:
        return "…"
    some = mine["communes"].iloc[0] < mine["expected"].iloc[0]
    count = f"\n({number_words(int(mine['communes'].iloc[0])).vi} xã)" if some else ""
    return _said(mine["area_ha"].iloc[0], "ha") + count


def _with_verdicts(rows: pd.DataFrame, decimals: tuple[int, int]) -> pd.DataFrame:
    """Intervals and verdicts as the annex prints them, where any target was judged."""
    if rows.empty:
        return rows
    hectares, rates = decimals
    words = verdict_words(rows, language="vi", decimals=hectares, rate_decimals=rates)
    if words:
        known = rows["present"].notna()
        words["verdict"] = pd.Series(words["verdict"], rows.index).where(known, "").tolist()
    return rows.drop(columns=list(_JUDGED)).assign(**words)


def _verdict_notes(result: YearResult) -> tuple[str, ...]:
    """What the intervals are, and what would decide targets that cannot be told yet."""
    zones = [(zone.zone, zone.name.vi, zone.name.en) for zone in result.plan.zones]
    told = verdict_sentences(
        result.targets[result.targets["plan"] == result.plan.plan],
        pd.DataFrame(zones, columns=["zone", "name_vi", "name_en"]),
        level_percent=result.level_percent,
        decimals=result.decimals,
    )
    return tuple(sentence.vi for _, sentence in told)


def _planned(target: Target) -> str:
    year = "" if target.year is None else f" ({target.year})"
    return figure_words(target, target.unit).vi + year


def _said(value: float, unit: str = "") -> str:
    """Figure as the document prints it; what is not known is no nought."""
    text = "…" if pd.isna(value) else number_words(round(float(value), 1)).vi
    return f"{text} {unit}".strip()


def _content(
    result: YearResult, rows: pd.DataFrame, drawn: tuple[Path | None, ...]
) -> OfficialContent:
    asked, province = result.asked, province_name(result.plan.province)
    captions = (
        f"Tình hình gửi báo cáo năm {asked.year}",
        f"Mức đạt chỉ tiêu diện tích các vùng, năm {asked.year}",
        "Diện tích các vùng qua các năm (ha); năm chưa có số liệu để trống",
    )
    reported, reached, followed = (
        [] if path is None else [Picture(path, caption, width)]
        for path, caption, width in zip(drawn, captions, (105.0, 160.0, 160.0), strict=True)
    )
    blocks: list[Block] = [
        Text(f"Kính gửi: Ủy ban nhân dân tỉnh {province}", heading=True),
        *_replies(result),
        *reported,
        Text("II. KẾT QUẢ THỰC HIỆN SO VỚI KẾ HOẠCH", heading=True),
        _targets_table(rows, result),
        *reached,
        *followed,
        *_behind(result, rows),
        Text("IV. ĐỀ XUẤT, KIẾN NGHỊ", heading=True),
        *[Text(_BLANK) for _ in range(3)],
    ]
    return OfficialContent(
        parent=f"UBND TỈNH {province.upper()}",
        agency=AGENCY,
        place=province,
        kind="BÁO CÁO",
        subject=f"Kết quả thực hiện {result.plan.name.vi}, năm {asked.year}",
        blocks=blocks,
        recipients=("Như trên", "Các sở, ngành liên quan", "UBND các xã, phường", "Lưu: VT"),
        demo=asked.demo,
    )


def _replies(result: YearResult) -> Iterator[Block]:
    """Who reported, on time or not, and who is missing."""
    states = result.status["state"].value_counts()
    received = int(result.status["received"].notna().sum())
    late = int(result.status["late"].sum())
    yield Text("I. TÌNH HÌNH BÁO CÁO", heading=True)
    yield Text(
        message(
            "zones.reports.replies",
            expected=len(result.status),
            received=received,
            late=late,
            asked=int(states.get("asked", 0)),
            missing=len(result.status) - received,
        ).vi
    )
    missing = result.status.loc[result.status["received"].isna(), "name"].tolist()
    if missing:
        yield Text(
            f"Các đơn vị chưa gửi: {', '.join(missing)}. Số liệu của các đơn vị này chưa có trong "
            "tổng hợp và không được tính là 0."
        )
    asked = result.status.loc[result.status["state"] == "asked", "name"].tolist()
    if asked:
        yield Text(f"Các đơn vị còn phải làm rõ số liệu: {', '.join(asked)}.")


def _targets_table(rows: pd.DataFrame, result: YearResult) -> PageTable:
    year, judged = result.asked.year, "verdict" in rows
    # With a verdict the columns share the same page: the interval stands below its figure.
    widths = (21, 9, 15, 18, 9, 12, 7, 10) if judged else (27, 8, 20, 16, 10, 13, 8, 11)
    done = "Hiện có" + (" (khoảng tin cậy)" if judged else "")
    heads = (
        *(("name", "Chỉ tiêu"), ("clause", "Mục"), ("planned", "Kế hoạch"), ("done", done)),
        *(
            ("told_by", "Theo, năm"),
            ("reported", f"Xã báo cáo {year}"),
            ("percent", "Đạt (%)"),
            ("status", "Đánh giá"),
        ),
    )
    columns = (
        PageColumn("number", "TT", "count", 5),
        *(
            PageColumn(key, head, "text", width, missing="")
            for (key, head), width in zip(heads, widths, strict=True)
        ),
        *((PageColumn("verdict", _VERDICTS["verdict"], "text", 14),) if judged else ()),
    )
    told = rows.assign(
        number=range(1, len(rows) + 1),
        done=[_done(row) for row in rows.to_dict("records")],
        percent=[_said(round(value)) if pd.notna(value) else "…" for value in rows["percent"]],
    )
    notes = (
        "“…”: chưa có số liệu; số theo báo cáo chỉ gồm các đơn vị đã gửi và đã được nhận.",
        "Mức đạt tính theo cột Hiện có, của năm ghi ở cột Theo.",
        *_verdict_notes(result),
    )
    return PageTable(
        "Chỉ tiêu", "Bảng 1. Kết quả thực hiện các chỉ tiêu", "targets", columns, told, notes=notes
    )


def _done(row: Mapping[Hashable, Any]) -> str:
    """What is there, with its interval where it has one."""
    if pd.isna(row["present"]):
        return "…"
    interval = row.get("interval") or ""
    return _said(row["present"], row["unit"]) + (f"\n({interval})" if interval else "")


def _behind(result: YearResult, rows: pd.DataFrame) -> Iterator[Block]:
    """What is behind, what was planted and lost of it, and in which communes."""
    yield Text("III. CHỈ TIÊU CHƯA ĐẠT VÀ NGUYÊN NHÂN", heading=True)
    behind = rows[rows["status"] == _STATUS["below"]]
    if behind.empty:
        yield Text("Không có chỉ tiêu nào đã có số liệu mà chưa đạt.")
    for number, row in enumerate(behind.to_dict("records"), start=1):
        yield Text(f"{number}. {_why(result, row)}")
        yield Text(f"Nguyên nhân: {_BLANK[:22]}")
    table = _communes_table(result, behind)
    if table is not None:
        yield table
    unknown = rows[rows["status"] == _STATUS["not_measured"]]
    if len(unknown):
        yield Text(f"Chưa có số liệu: {'; '.join(unknown['name'].drop_duplicates())}.")


def _why(result: YearResult, row: Mapping[Hashable, Any]) -> str:
    """Sentence on a target that is behind: how far, and what the year did about it."""
    unit, shortfall = str(row["unit"]), float(row["shortfall"])
    missing = "điểm %" if unit == "%" else unit
    told = (
        f"{row['name']} (mục {row['clause']}): đạt {_said(row['present'], unit)} (theo "
        f"{row['told_by']}), kế hoạch {row['planned']}, còn thiếu {_said(shortfall, missing)}."
    )
    left = 0 if pd.isna(row["year"]) else int(row["year"]) - result.asked.year
    if left > 0:
        # Of what is counted one by one no half is asked for.
        yearly = shortfall / left if unit in ("ha", "%") else math.ceil(shortfall / left)
        told += f" Bình quân mỗi năm còn lại cần tăng {_said(yearly, missing)}."
    if row["indicator"] != "area":
        return told
    crop = next((zone.crop for zone in result.plan.zones if zone.zone == row["zone"]), None)
    mine = result.crops[result.crops["crop"] == crop] if crop else result.crops.iloc[:0]
    if mine.empty:
        return told
    # Who was asked back on one figure may count with another: each sum says of how many it is.
    parts = [
        f"{words} {_of_communes(mine[f'{part}_ha'])}"
        for part, words in (
            ("planted", "trồng mới"), ("replanted", "trồng lại"), ("lost", "mất đi"),
        )
    ]  # fmt: skip
    now = f"hiện có {row['reported']}; ".replace("\n", " ") if row["reported"] else ""
    return f"{told} Theo báo cáo của các xã năm {result.asked.year}: {now}{'; '.join(parts)}."


def _of_communes(areas: pd.Series) -> str:
    """Sum of the hectares that count, and of how many communes they are."""
    count = int(areas.notna().sum())
    if not count:
        return "chưa có số liệu"
    return f"{_said(areas.sum(), 'ha')} ({number_words(count).vi} xã)"


def _communes_table(result: YearResult, behind: pd.DataFrame) -> PageTable | None:
    """Communes in which most changed of the zones that are behind."""
    zones = {zone.crop: zone.name.vi for zone in result.plan.zones if zone.crop}
    crops = {z.crop for z in result.plan.zones if z.zone in set(behind["zone"])}
    mine = result.crops[result.crops["crop"].isin(crops)]
    changed = mine.assign(change=mine[["planted_ha", "lost_ha"]].fillna(0).max(axis=1))
    changed = changed[changed["change"] > 0].sort_values("change", ascending=False).head(_NAMED)
    if changed.empty:
        return None
    names = result.asked.names()
    figures = ("last_ha", "planted_ha", "replanted_ha", "lost_ha", "standing_ha")
    told = changed.assign(
        number=range(1, len(changed) + 1),
        zone=changed["crop"].map(zones),
        commune=changed["commune_code"].map(names),
        **{name: [_said(value) for value in changed[name]] for name in figures},
    )
    columns = (
        PageColumn("number", "TT", "count", 5),
        PageColumn("zone", "Vùng", "text", 16),
        PageColumn("commune", "Xã, phường", "text", 24),
        *(PageColumn(name, title, "text", 12) for name, title in _CROP_TITLES.items()),
    )
    title = "Bảng 2. Các xã có biến động lớn nhất ở những vùng chưa đạt (ha, theo báo cáo)"
    return PageTable("Xã", title, "targets", columns, told)


_CROP_TITLES = {
    "last_ha": "Năm trước", "planted_ha": "Trồng mới", "replanted_ha": "Trồng lại",
    "lost_ha": "Mất đi", "standing_ha": "Hiện có",
}  # fmt: skip


def _progress(result: YearResult, rows: pd.DataFrame) -> pd.DataFrame:
    """Shares of the zones' area targets that are reached, in percent."""
    areas = rows[(rows["zone"] != "") & rows["percent"].notna() & (rows["scope"] == "province")]
    areas = areas[areas["target"].str.contains("area")].drop_duplicates("zone")
    names = {zone.zone: zone.name.vi for zone in result.plan.zones}
    return pd.DataFrame({"name": areas["zone"].map(names), "percent": areas["percent"]})


def _state(state: str) -> str:
    return message(f"zones.reports.state_{state}").vi


def _sheets(result: YearResult, rows: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Tables of the workbook, with Vietnamese headings."""
    names = result.asked.names()
    told_of = ["name", "clause", "planned", "present", "unit", "told_by", "reported"]
    told_of += ["percent", "status"]
    targets = rows[told_of + [key for key in _VERDICTS if key in rows]]
    crops = result.crops.assign(
        commune=result.crops["commune_code"].map(names),
        crop=result.crops["crop"].map(load_crops().set_index("crop")["name_vi"]),
    )
    order = ["commune_code", "commune", "crop", *_CROP_TITLES, "certified_ha", "coded_ha"]
    heads = {
        **_CROP_TITLES, **_VERDICTS,
        "commune_code": "Mã xã", "commune": "Xã, phường", "crop": "Cây trồng",
        "certified_ha": "Có chứng nhận", "coded_ha": "Có mã số", "name": "Tên", "clause": "Mục",
        "planned": "Kế hoạch", "present": "Hiện có", "unit": "Đơn vị", "told_by": "Theo, năm",
        "reported": f"Xã báo cáo {result.asked.year}",
        "percent": "Đạt (%)", "status": "Đánh giá", "zone": "Vùng", "indicator": "Chỉ tiêu",
        "value": "Số liệu", "reporters": "Số đơn vị gửi", "reporter": "Mã", "due": "Hạn",
        "received": "Ngày nhận", "state": "Tình trạng", "questions": "Số ô phải trả lời",
        "submissions": "Số lần gửi",
    }  # fmt: skip
    zones = {zone.zone: zone.name.vi for plan in result.asked.plans for zone in plan.zones}
    known = {name: indicator.name_vi for name, indicator in known_indicators().items()}
    told = result.reported
    reported = told.assign(
        commune=told["commune_code"].map(names),
        zone=told["zone"].replace(zones),
        indicator=told["indicator"].replace(known),
        unit=[unit_name(unit, "vi") for unit in told["unit"]],
    )
    reported = reported[
        ["zone", "indicator", "commune_code", "commune", "unit", "value", "reporters"]
    ]
    status = result.status.assign(state=result.status["state"].map(_state))
    status = status[["reporter", "name", "due", "received", "state", "questions", "submissions"]]
    return {
        "Chỉ tiêu": targets.rename(columns=heads),
        "Vùng theo xã": crops[order].rename(columns=heads),
        "Số liệu báo cáo": reported.rename(columns=heads),
        "Tình hình gửi": status.rename(columns=heads),
    }
