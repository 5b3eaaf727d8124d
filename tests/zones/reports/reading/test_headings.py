"""Headings, captions and units of a form of ours: what a reader sees is held against its keys."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from benchmarks._report_faults import LAST, FilledForm
from zones.project.form_schema import load_form
from zones.reports.collect import collect
from zones.reports.collected import Collected
from zones.reports.reading.words import unit_in
from zones.reports.year_round import Round

Spoil = Callable[[FilledForm], object]


@pytest.fixture
def collected(round_2026: Round, forms_2026: Path, tmp_path: Path) -> Callable[[Spoil], Collected]:
    """What a form of Lộc Bình gives that is filled in truly but for one thing."""

    def spoilt(spoil: Spoil) -> Collected:
        form = FilledForm(next(forms_2026.glob("*06529*")), LAST["06529"]).fill()
        spoil(form)
        form.book.save(tmp_path / "a.xlsx")
        return collect(tmp_path, round_2026, [load_form("plan-annual")])

    return spoilt


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


@pytest.mark.parametrize("caption", ["Đơn vị: sào", "ĐVT: m2", "Đơn vị tính: nghìn ha", "(tấn)"])
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
