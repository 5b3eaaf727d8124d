"""Headings, captions and units of a form of ours: what a reader sees is held against its keys."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from benchmarks._report_faults import FilledForm
from layers.base.units import unit_in, unit_of_heading, unit_said
from zones.project.form_schema import load_form
from zones.reports.collect import collect
from zones.reports.collected import Collected
from zones.reports.reading.words import without_units
from zones.reports.year_round import Round

Spoil = Callable[[FilledForm], object]


def _verdicts(got: Collected, row: str) -> dict[str, str]:
    figures = got.figures[got.figures["row"] == row]
    return dict(zip(figures["column"], figures["verdict"], strict=True))


def _retitle(form: FilledForm, old: str, new: str) -> None:
    for cells in form.sheet().iter_rows(min_row=2, max_row=7):
        for cell in cells:
            if isinstance(cell.value, str) and old in cell.value:
                cell.value = cell.value.replace(old, new)


@pytest.mark.parametrize("unit", ["sào", "m²", "nghìn ha", "tấn"])
def test_another_unit_in_all_headings_leaves_nothing_counted(
    collected: Callable[[Spoil], Collected], unit: str
) -> None:
    got = collected(lambda form: _retitle(form, "(ha)", f"({unit})"))
    assert set(_verdicts(got, "citrus").values()) == {"asked"}
    told = got.findings[got.findings["kind"] == "heading-disagrees"]
    assert len(told) == 4
    assert told["expected"].tolist()[0] == "Trồng mới trong năm (ha)"
    assert told["found"].tolist()[0] == f"Trồng mới trong năm ({unit})"
    assert all("8" in cell for cell in told["cell"])


@pytest.mark.parametrize(
    "caption",
    ["Đơn vị: sào", "ĐVT: m2", "Đơn vị tính: nghìn ha", "(tấn)", "Đơn vị: 1.000ha", "1/10 ha"],
)
def test_a_caption_in_another_unit_holds_for_the_table(
    collected: Callable[[Spoil], Collected], caption: str
) -> None:
    got = collected(lambda form: form.sheet().__setitem__("B4", caption))
    assert set(_verdicts(got, "citrus").values()) == {"asked"}
    assert _verdicts(got, "pigs") == {"value": "accepted"}
    told = got.findings[got.findings["kind"] == "caption-disagrees"]
    assert told["expected"].tolist() == ["ha"]
    assert told["found"].iloc[0] in caption


def test_a_unit_in_a_note_holds_for_its_row(collected: Callable[[Spoil], Collected]) -> None:
    got = collected(lambda form: form.put("citrus", "note", "ĐVT: sào"))
    assert set(_verdicts(got, "citrus").values()) == {"asked"}
    assert _verdicts(got, "pine")["planted"] == "accepted"


def test_a_note_on_something_else_is_put_on_no_hectare(
    collected: Callable[[Spoil], Collected],
) -> None:
    notes = {
        "citrus": "giảm 5 (%)",
        "pine": "sản lượng 5 tấn (tấn)",
        "anise": "trồng ở lô 3 (m2)",
        "acacia": "chưa đo, ước (1.000 ha)",
    }

    def spoil(form: FilledForm) -> None:
        for row, note in notes.items():
            form.put(row, "note", note)
        form.put("tea", "note", "tính theo (sào)")
        for text in ("Tỷ lệ sống (%) đạt 90", "Sản lượng gỗ (m3) 500", "Đơn vị tính: đồng"):
            form.below(text)

    got = collected(spoil)
    assert all(set(_verdicts(got, row).values()) == {"accepted"} for row in notes)
    assert set(_verdicts(got, "tea").values()) == {"asked"}


def test_headings_written_another_way_in_the_same_unit_are_taken(
    collected: Callable[[Spoil], Collected],
) -> None:
    written = {
        "Trồng mới trong năm (ha)": "Trồng mới trong năm, ha",
        "Trồng lại sau khai thác (ha)": "Trồng lại sau khai thác [ha]",
        "Mất đi trong năm (ha)": "Mất đi trong năm 2026 (ha)",
        "Hiện có (ha)": "DT hiện có (ha)",
        "Có chứng nhận (ha)": "trong đó: có chứng nhận (ha)",
    }

    def spoil(form: FilledForm) -> None:
        form.put("citrus", "replanted", 1.5)
        for old, new in written.items():
            _retitle(form, old, new)

    got = collected(spoil)
    assert got.findings.empty, got.findings[["kind", "found"]].to_string()
    assert set(_verdicts(got, "citrus").values()) == {"accepted"}


def test_headings_of_another_year_or_unit_stay_asked(
    collected: Callable[[Spoil], Collected],
) -> None:
    def spoil(form: FilledForm) -> None:
        _retitle(form, "Trồng mới trong năm (ha)", "Trồng mới trong năm 2025 (ha)")
        _retitle(form, "Hiện có (ha)", "DT hiện có, sào")
        _retitle(form, "Mất đi trong năm (ha)", "Kế hoạch mất đi trong năm (ha)")

    assert _verdicts(collected(spoil), "citrus") == {
        **dict.fromkeys(("planted", "lost", "standing"), "asked"),
        "certified": "accepted",
    }


def test_a_foreign_heading_in_no_unit_of_ours_is_asked_back(
    round_2026: Round, tmp_path: Path
) -> None:
    heads = ["Trồng mới (1000ha)", "Hiện có [sào]", "Mất đi (công)", "Có chứng nhận, ha"]
    book = openpyxl.Workbook()
    for row in (["XÃ LỘC BÌNH NĂM 2026"], ["Cây trồng", *heads], ["Cam", 1, 700, 2, 3]):
        book.active.append(row)
    book.save(tmp_path / "a.xlsx")
    got = collect(tmp_path, round_2026, [load_form("plan-annual")])
    figures = got.figures.set_index("column")["value"]
    assert figures[["planted", "lost"]].isna().all()
    assert figures["certified"] == 3
    told = got.findings[got.findings["kind"] == "unit-of-another-kind"]
    assert told["found"].tolist() == ["1000ha", "công"]
    converted = got.findings[got.findings["kind"] == "unit-converted"]
    assert converted["found"].tolist() == ["sào"]


@pytest.mark.parametrize(
    ("one", "other", "columns"),
    [("F", "G", {"planted", "replanted"}), ("J", "K", {"certified", "coded"})],
)
def test_columns_moved_with_their_headings_are_not_read_by_their_keys(
    collected: Callable[[Spoil], Collected], one: str, other: str, columns: set[str]
) -> None:
    def spoil(form: FilledForm) -> None:
        for zone in form.last:
            form.put(zone, "replanted", 1.5)
            form.put(zone, "coded", 0.5)
        titles = {"F": 5, "G": 5, "J": 6, "K": 6}
        sheet = form.sheet()
        left, right = (sheet[f"{at}{titles[at]}"] for at in (one, other))
        left.value, right.value = right.value, left.value
        for line in range(8, sheet.max_row + 1):
            a, b = sheet[f"{one}{line}"], sheet[f"{other}{line}"]
            a.value, b.value = b.value, a.value

    got = collected(spoil)
    verdicts = _verdicts(got, "citrus")
    assert {name for name, verdict in verdicts.items() if verdict == "asked"} == columns


@pytest.mark.parametrize("unit", ["nghìn con", "ha", "đôi"])
def test_another_unit_beside_a_row_is_asked_back(
    collected: Callable[[Spoil], Collected], unit: str
) -> None:
    def spoil(form: FilledForm) -> None:
        line = form.cell("pigs", "value", "indicators")[1:]
        form.sheet("indicators")[f"D{line}"].value = unit

    got = collected(spoil)
    assert _verdicts(got, "pigs") == {"value": "asked"}
    assert _verdicts(got, "ocop_products") == {"value": "accepted"}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Hiện có (ha)", "HIỆN CÓ\n(ha)"),
        ("Hiện có (ha)", "Diện tích hiện có"),
        ("Trồng mới trong năm (ha)", "Trồng mới (ha)"),
        ("Đơn vị: ha", "Đơn vị tính: héc-ta"),
        ("Đơn vị: ha", "Đơn vị: xã Lộc Bình"),
        ("VÙNG SẢN XUẤT", "VÙNG SẢN XUẤT (kèm theo công văn)"),
    ],
)
def test_a_heading_that_means_the_same_is_no_fault(
    collected: Callable[[Spoil], Collected], old: str, new: str
) -> None:
    got = collected(lambda form: _retitle(form, old, new))
    assert set(_verdicts(got, "citrus").values()) == {"accepted"}
    assert not got.findings["kind"].str.endswith("-disagrees").any()


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("Diện tích (nghìn ha)", "nghìn ha"),
        ("Đơn vị: 1.000 con", "1.000 con"),
        ("Vùng hồi (10.000 ha)", ""),
        ("Biểu (kèm theo)", ""),
    ],
)
def test_a_multiple_of_a_unit_is_not_passed_over(text: str, unit: str) -> None:
    assert unit_in(text) == unit


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("Đơn vị: 1.000ha", "1.000ha"),
        ("ĐVT: 1000ha", "1000ha"),
        ("Đơn vị: 1 000 ha", "1 000 ha"),
        ("Đơn vị: 100 m2", "100 m2"),
        ("10 ha", "10 ha"),
        ("1/10 ha", "1/10 ha"),
        ("Đơn vị tính - sào", "sào"),
        ("Đơn vị: công", "công"),
        ("Đơn vị: thửa", "thửa"),
        ("Đơn vị: bung", "bung"),
        ("Đơn vị: ha và m2", "ha và m2"),
        ("Đơn vị: sào Trung Bộ", "sào Trung Bộ"),
        ("VÙNG SẢN XUẤT tính bằng sào", "sào"),
        ("Đơn vị: 1 ha", "ha"),
        ("Đơn vị tính: diện tích ha, sản lượng tấn", "ha"),
        ("Đơn vị: ha, Lộc Bình ngày 20/11/2026", "ha"),
        ("Đơn vị: xã Lộc Bình", ""),
        ("Đơn vị: Mẫu Sơn", ""),
        ("Đơn vị: Công Sơn", ""),
        ("Đơn vị: Hạt kiểm lâm khu vực 3", ""),
        ("Mã đơn vị: 06529", ""),
        ("Đơn vị báo cáo: UBND xã Lộc Bình", ""),
        ("Số liệu tính theo xã", ""),
        ("Năm 2026", ""),
        ("(Kèm theo báo cáo của 3 xã)", ""),
    ],
)
def test_a_caption_says_its_unit_or_who_reports(text: str, unit: str) -> None:
    assert unit_said(text) == unit


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("Hiện có (100 ha)", "100 ha"),
        ("Hiện có (1.000ha)", "1.000ha"),
        ("Hiện có (công)", "công"),
        ("Hiện có (sào Trung Bộ)", "sào Trung Bộ"),
        ("Hiện có (sào, đã đo)", "sào"),
        ("Hiện có (ha và m2)", "ha và m2"),
        ("Hiện có, sào", "sào"),
        ("Hiện có sào", "sào"),
        ("Hiện có (đơn vị ha)", "ha"),
        ("Hiện có (tính theo ha)", "ha"),
        ("Hiện có (5)", ""),
        ("Hiện có (3 xã)", ""),
        ("Hiện có (năm 2026)", ""),
        ("Cây", ""),
    ],
)
def test_a_heading_says_its_unit(text: str, unit: str) -> None:
    assert unit_of_heading(text) == unit
    assert without_units(text) in ("Hiện có", "Cây")


def test_a_unit_is_found_in_a_cell_that_holds_a_book() -> None:
    """Every word for a unit had all of the rest tried as one, word by word."""
    assert unit_in("Đơn vị " * 5000) == ""
    assert unit_in("Ghi chú về vùng trồng. " * 1500 + "ĐVT: sào") == "sào"
