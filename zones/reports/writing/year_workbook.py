"""The tables of a year's report as a workbook that prints, and all reported figures as data."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from layers.base.messages import message
from maps.annex.workbook import BookHead, save_tables
from maps.layout.page_table import PageColumn, PageTable
from maps.layout.words import page_day
from zones.plan.extract.indicators import known_indicators
from zones.plan.extract.units import unit_name
from zones.reports.consolidate import DECIMALS
from zones.reports.writing.year_targets import JUDGED, YearResult

CROP_TITLES = {
    "last_ha": "Năm trước", "planted_ha": "Trồng mới", "replanted_ha": "Trồng lại",
    "lost_ha": "Mất đi", "standing_ha": "Hiện có",
}  # fmt: skip
_OF_STANDING = {"certified_ha": "Có chứng nhận", "coded_ha": "Có mã số vùng trồng"}
_RANK = PageColumn("number", "TT", "count", 5)


def save_year_workbook(
    result: YearResult, rows: pd.DataFrame, path: Path, *, overwrite: bool = False
) -> Path:
    """Write targets, zones by commune, other indicators and who reported; it prints as an annex."""
    year = result.asked.year
    title = f"Báo cáo kết quả thực hiện {result.plan.name.vi}, năm {year}"
    tables = [
        _targets(result, rows),
        *_zones(result),
        *([_indicators(result)] if len(result.reported) else []),
        _status(result),
    ]
    _, rates = result.decimals
    head = BookHead(
        title=title,
        below=f"(Kèm theo {title})",
        demo=result.asked.demo,
        decimals=DECIMALS,
        percent_decimals=rates,
    )
    return save_tables(tables, head, path, overwrite=overwrite)


def _targets(result: YearResult, rows: pd.DataFrame) -> PageTable:
    year = result.asked.year
    columns = (
        _RANK,
        PageColumn("name", "Chỉ tiêu", "text", 40),
        PageColumn("clause", "Mục", "text", 9),
        PageColumn("planned", "Kế hoạch", "text", 26),
        PageColumn("unit", "Đơn vị", "text", 13),
        PageColumn("present", "Hiện trạng", "figure", 13),
        PageColumn("source", "Nguồn, thời điểm", "text", 26),
        PageColumn("reported", f"Các đơn vị báo cáo năm {year}", "figure", 14),
        PageColumn("percent", "Đạt (%)", "percent", 9),
        PageColumn("status", "Đánh giá", "text", 15),
        *(PageColumn(key, head, "text", 20) for key, head in JUDGED.items() if key in rows),
    )
    told = rows.assign(
        number=range(1, len(rows) + 1),
        **{name: rows[name].astype("float64").round(2) for name in ("present", "reported")},
    )
    title = f"Kết quả thực hiện các chỉ tiêu, báo cáo năm {year}"
    notes = ("“…”: chưa có số liệu. Đạt và Đánh giá tính từ cột Hiện trạng.",)
    return PageTable("Chỉ tiêu", title, "targets", columns, told, notes=notes)


def _zones(result: YearResult) -> Iterator[PageTable]:
    """One table for each zone of a crop: communes that may have any of it, and their total."""
    names, figures = result.asked.names(), [*CROP_TITLES, *_OF_STANDING]
    for zone in result.plan.zones:
        mine = result.crops[result.crops["crop"] == zone.crop] if zone.crop else None
        if mine is None or mine.empty:
            continue
        # A commune of which nobody knows what stands is none that has nothing.
        some = mine[figures].fillna(0).ne(0).any(axis="columns")
        mine = mine[some | mine["standing_ha"].isna()]
        mine = mine.sort_values("commune_code").reset_index(drop=True)
        # Last year's figures may be those of a layer of reports.
        mine[figures] = mine[figures].round(DECIMALS)
        if mine.empty:
            continue
        told = mine.assign(number=range(1, len(mine) + 1), commune=mine["commune_code"].map(names))
        disowned = [names[code] for code in mine["commune_code"]
                    if (code, zone.crop) in result.disowned]  # fmt: skip
        total = told[figures].sum(min_count=1).round(DECIMALS)
        if disowned:
            total["last_ha"] = math.nan
        columns = (
            _RANK,
            PageColumn("commune", "Xã, phường", "text", 30),
            PageColumn("commune_code", "Mã xã", "text", 9),
            *(PageColumn(key, head, "hectares", 14, totalled=True)
              for key, head in CROP_TITLES.items()),
            *(PageColumn(key, head, "hectares", 14, "Trong diện tích hiện có", totalled=True)
              for key, head in _OF_STANDING.items()),
        )  # fmt: skip
        yield PageTable(
            zone.name.vi,
            f"{zone.name.vi}: diện tích theo xã, báo cáo năm {result.asked.year}",
            "zone",
            columns,
            told,
            total=total,
            total_label="Cộng các xã đã báo cáo",
            unit="Đơn vị: ha",
            notes=(_NOTE, *([_DISOWNED.format(", ".join(disowned))] if disowned else [])),
        )


_NOTE = (
    "Không ghi các xã báo 0 ở mọi cột. “…”: xã chưa có số liệu, không tính là 0. “Năm trước” là số "
    "đã in trong biểu."
)


_DISOWNED = "Không ghi và không cộng số năm trước, vì xã xác nhận số hiện có khác số đã biết: {}."


def _indicators(result: YearResult) -> PageTable:
    """What the reports of the year add up to over the province."""
    told = _named(result)
    told = told[told["commune_code"].eq("") & told["value"].notna()]
    of = told["reporters"].astype("int64").astype("str")
    told = told.assign(
        number=range(1, len(told) + 1),
        reporters=of + "/" + told["expected"].astype("int64").astype("str"),
        value=told["value"].astype("float64").round(2),
    )
    columns = (
        _RANK,
        PageColumn("zone", "Vùng", "text", 28),
        PageColumn("indicator", "Chỉ tiêu", "text", 44),
        PageColumn("unit", "Đơn vị", "text", 14),
        PageColumn("value", f"Số liệu năm {result.asked.year}", "figure", 16),
        PageColumn("reporters", "Số đơn vị đã báo cáo", "mark", 14),
    )
    title = f"Số liệu các đơn vị báo cáo năm {result.asked.year}, cộng toàn tỉnh"
    return PageTable("Số liệu báo cáo", title, "targets", columns, told)


def _named(result: YearResult) -> pd.DataFrame:
    """Reported figures with names in place of ids."""
    zones = {zone.zone: zone.name.vi for plan in result.asked.plans for zone in plan.zones}
    known = {name: one.name_vi for name, one in known_indicators().items()}
    named = {
        target.indicator: target.name.vi
        for plan in result.asked.plans
        for _, target in plan.all_targets()
        if target.name is not None and target.indicator not in known
    }
    told = result.reported
    return told.assign(
        zone=told["zone"].replace(zones),
        indicator=told["indicator"].replace(known | named),
        unit=[unit_name(str(unit), "vi") for unit in told["unit"]],
        commune=told["commune_code"].map(result.asked.names()).fillna(""),
    )


def _status(result: YearResult) -> PageTable:
    status = result.status.reset_index(drop=True)
    told = status.assign(
        number=range(1, len(status) + 1),
        due=[page_day(str(day), "vi") for day in status["due"]],
        received=[
            page_day(day[:10], "vi") if isinstance(day, str) else "" for day in status["received"]
        ],
        state=[message(f"zones.reports.state_{state}").vi for state in status["state"]],
    )
    columns = (
        _RANK,
        PageColumn("reporter", "Mã", "text", 14),
        PageColumn("name", "Đơn vị", "text", 38),
        PageColumn("due", "Hạn", "mark", 13),
        PageColumn("received", "Ngày nhận", "mark", 13),
        PageColumn("state", "Tình trạng", "text", 20),
        PageColumn("questions", "Số nội dung phải trả lời", "count", 14),
        PageColumn("submissions", "Số lần gửi", "count", 10),
    )
    title = f"Tình hình gửi báo cáo năm {result.asked.year}"
    return PageTable("Tình hình gửi", title, "targets", columns, told)


def reported_data(result: YearResult) -> pd.DataFrame:
    """Every reported figure, a row for each, under Vietnamese headings."""
    heads = {
        "zone": "Vùng", "indicator": "Chỉ tiêu", "commune_code": "Mã xã", "commune": "Xã, phường",
        "unit": "Đơn vị", "value": "Số liệu", "reporters": "Số đơn vị gửi",
    }  # fmt: skip
    return _named(result)[list(heads)].rename(columns=heads)
