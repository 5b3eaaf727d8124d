"""The consolidated report of a year as the department sends it: a document and its tables.

Every figure comes from the tables of the run or from the ledger; what the office must say itself
(causes beyond the figures, proposals, names) stays a dotted blank.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from layers.base.messages import message
from layers.communes.gazetteer import province_name
from layers.io.atomic import scratch_folder, written_aside
from layers.io.table_output import save_workbook
from maps.annex.official import Block, OfficialContent, Picture, Text, save_official
from maps.annex.progress_chart import save_progress, save_years
from maps.layout.page_table import PageColumn, PageTable
from zones.plan.words import number_words
from zones.publish.rounded_figures import area_targets
from zones.reports.writing.letters import AGENCY, NOT_READ, NOT_THERE
from zones.reports.writing.status_map import save_status_map
from zones.reports.writing.year_targets import (
    STATUS_WORDS,
    YearResult,
    said,
    target_rows,
    targets_table,
)
from zones.reports.writing.year_workbook import CROP_TITLES, reported_data, save_year_workbook

#: Communes of a zone that the document names; the workbook has all.
_NAMED = 12
_BLANK = "………………………………………………………………………………"


def save_report(result: YearResult, folder: Path, *, overwrite: bool = False) -> list[Path]:
    """Write the document and the workbook of a year's report."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = target_rows(result)
    document = folder / f"bao-cao-{result.asked.year}.docx"
    workbook = folder / f"bao-cao-{result.asked.year}.xlsx"
    with scratch_folder() as scratch:
        picture = save_progress(_progress(result, rows), scratch / "progress.png")
        reported = save_status_map(result.status, result.asked, scratch / "reported.png")
        charts = _save_years(result, folder, overwrite=overwrite)
        years = next(iter(charts), None)
        content = _content(result, rows, (reported, picture, years))
        save_official(content, document, overwrite=overwrite)
    save_year_workbook(result, rows, workbook, overwrite=overwrite)
    data = folder / f"so-lieu-{result.asked.year}.xlsx"
    with written_aside(data, overwrite=overwrite, program="Excel") as part:
        save_workbook({"Số liệu": reported_data(result)}, part, frozen_columns=2)
    return [document, workbook, data, *charts]


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
    # A sum of a few communes beside that of all looks like a fall.
    frame = frame[frame["communes"] * 2 >= frame["expected"]]
    # Nor is a sum told that holds what communes do not stand by.
    crops = {crop for _, crop in result.disowned}
    disputed = [zone.zone for zone in result.plan.zones if zone.crop in crops]
    before = frame["told_by"].eq("report") & frame["year"].eq(result.asked.year - 1)
    frame = frame[~(before & frame["zone"].isin(disputed))]
    whole = frame["communes"] >= frame["expected"]
    order = frame["zone"].map({zone: place for place, zone in enumerate(names)})
    years = frame.assign(name=frame["zone"].map(names), whole=whole, order=order)
    areas = result.targets[area_targets(result.targets)].dropna(subset=["year", "low"])
    areas = areas[areas["plan"] == result.plan.plan]
    targets = areas.assign(name=areas["zone"].map(names))[["name", "year", "low"]]
    return years.sort_values(["order", "year"], kind="stable"), targets


def _content(
    result: YearResult, rows: pd.DataFrame, drawn: tuple[Path | None, ...]
) -> OfficialContent:
    asked, province = result.asked, province_name(result.plan.province)
    captions = (
        f"Tình hình gửi báo cáo năm {asked.year}",
        f"Mức đạt chỉ tiêu diện tích các vùng, năm {asked.year}",
        "Diện tích các vùng qua các năm (ha); năm mới có số liệu của dưới nửa số xã để trống",
    )
    reported, reached, followed = (
        [] if path is None else [Picture(path, caption, width)]
        for path, caption, width in zip(drawn, captions, (85.0, 160.0, 160.0), strict=True)
    )
    blocks: list[Block] = [
        Text(f"Kính gửi: Ủy ban nhân dân tỉnh {province}", heading=True),
        *_replies(result),
        *reported,
        Text("II. KẾT QUẢ THỰC HIỆN SO VỚI KẾ HOẠCH", heading=True),
        targets_table(rows, result),
        *reached,
        *_doubtful(rows),
        *_behind(result, rows),
        *followed,
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
        ).vi
    )
    missing = result.status.loc[result.status["received"].isna(), "name"].tolist()
    if missing:
        yield Text(
            f"{len(missing)} đơn vị {NOT_THERE}: {', '.join(missing)}. Số liệu của các đơn vị này "
            "chưa có trong tổng hợp và không được tính là 0."
        )
    unread = result.status.loc[result.status["state"] == "unread", "name"].tolist()
    if unread:
        yield Text(
            f"{len(unread)} đơn vị {NOT_READ}: {', '.join(unread)}. Số liệu của các đơn vị này "
            "cũng chưa có trong tổng hợp."
        )
    asked = result.status.loc[result.status["state"] == "asked", "name"].tolist()
    if asked:
        yield Text(f"Các đơn vị còn phải làm rõ số liệu: {', '.join(asked)}.")


def _doubtful(rows: pd.DataFrame) -> Iterator[Block]:
    """Figures that are several times what the plan asks: to be looked at before signing."""
    told = [
        f"{row['name']} ({said(row['present'], row['unit'])}, kế hoạch {row['planned']})"
        for row in rows[rows["doubtful"]].to_dict("records")
    ]
    if told:
        yield Text(
            "Đề nghị kiểm tra lại trước khi ký, vì gấp từ ba lần kế hoạch trở lên: "
            f"{'; '.join(told)}."
        )


def _behind(result: YearResult, rows: pd.DataFrame) -> Iterator[Block]:
    """What is behind, what was planted and lost of it, and in which communes."""
    yield Text("III. CHỈ TIÊU CHƯA ĐẠT VÀ NGUYÊN NHÂN", heading=True)
    behind = rows[rows["status"] == STATUS_WORDS["below"]]
    if behind.empty:
        yield Text("Không có chỉ tiêu nào đã có số liệu mà chưa đạt.")
    for number, row in enumerate(behind.to_dict("records"), start=1):
        yield Text(f"{number}. {_why(result, row)}")
        yield Text(f"Nguyên nhân: {_BLANK[:22]}")
    table = _communes_table(result, behind)
    if table is not None:
        yield table
    unknown = rows[rows["status"] == STATUS_WORDS["not_measured"]]
    if len(unknown):
        yield Text(f"Chưa có số liệu: {'; '.join(unknown['name'].drop_duplicates())}.")


def _why(result: YearResult, row: Mapping[Hashable, Any]) -> str:
    """Sentence on a target that is behind: how far, by which figure, and what the year did."""
    unit, shortfall = str(row["unit"]), float(row["shortfall"])
    points = "điểm phần trăm" if unit == "%" else unit
    told = (
        f"{row['name']} (mục {row['clause']}): đạt {said(row['present'], unit)} "
        f"({row['source']}), kế hoạch {row['planned']}, còn thiếu {said(shortfall, points)}."
    )
    told += _yearly(row, shortfall, points)
    if row["indicator"] != "area":
        return told
    its_own = row["teller"] == "report" and row["of_year"] == result.asked.year
    if pd.notna(row["reported"]) and not its_own:
        gap = float(row["low"]) - float(row["reported"])
        reach = f"còn thiếu {said(gap, unit)}" if gap > 0 else "đạt kế hoạch"
        number = str(row["reported_said"]).replace("\n", " ")
        told += f" Các xã báo cáo năm {result.asked.year}: {number}, theo số này thì {reach}."
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
    return f"{told} Theo báo cáo trong năm: {'; '.join(parts)}."


def _yearly(row: Mapping[Hashable, Any], shortfall: float, unit: str) -> str:
    """What each year is left to add, from the date of the figure on; "" where no year is left."""
    if pd.isna(row["year"]) or pd.isna(row["of_year"]) or unit.endswith("/năm"):
        return ""
    first, last = int(row["of_year"]) + 1, int(row["year"])
    left = last - first + 1
    counted = unit not in ("ha", "điểm phần trăm")
    # Of what is counted one by one no half is asked for, nor one in every year for one in all.
    if left < 1 or (counted and shortfall < left):
        return ""
    yearly = math.ceil(shortfall / left) if counted else shortfall / left
    span = f"năm {last}" if left == 1 else f"mỗi năm từ {first} đến {last}"
    mean = "Bình quân " if left > 1 else "Trong "
    return f" {mean}{span} cần tăng {said(yearly, unit)}, tính từ số {row['source']}."


def _of_communes(areas: pd.Series) -> str:
    """Sum of the hectares that count, and of how many communes they are."""
    count = int(areas.notna().sum())
    if not count:
        return "chưa có số liệu"
    return f"{said(areas.sum(), 'ha')} ({number_words(count).vi} xã)"


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
        **{name: [said(value) for value in changed[name]] for name in figures},
    )
    columns = (
        PageColumn("number", "TT", "count", 5),
        PageColumn("zone", "Vùng", "text", 16),
        PageColumn("commune", "Xã, phường", "text", 24),
        *(PageColumn(name, title, "text", 12) for name, title in CROP_TITLES.items()),
    )
    title = "Bảng 2. Các xã có biến động lớn nhất ở những vùng chưa đạt (ha, theo báo cáo)"
    return PageTable("Xã", title, "targets", columns, told)


def _progress(result: YearResult, rows: pd.DataFrame) -> pd.DataFrame:
    """Shares of the zones' area targets that are reached, in percent."""
    areas = rows[(rows["zone"] != "") & rows["percent"].notna() & (rows["scope"] == "province")]
    areas = areas[areas["target"].str.contains("area")].drop_duplicates("zone")
    names = {zone.zone: zone.name.vi for zone in result.plan.zones}
    return pd.DataFrame({"name": areas["zone"].map(names), "percent": areas["percent"]})
