"""Forms and tables as they come back: other layouts, sheets twice, cells merged, rows slipped."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest

from benchmarks._report_faults import LAST, FilledForm
from zones.project.form_schema import load_form
from zones.reports.checking.shifted import shift_of
from zones.reports.collect import collect
from zones.reports.collected import Collected, keep, save_collected
from zones.reports.ledger import Ledger
from zones.reports.year_round import Round

Collects = Callable[..., Collected]


@pytest.fixture
def form(forms_2026: Path) -> FilledForm:
    return FilledForm(next(forms_2026.glob("*06529*")), LAST["06529"]).fill()


@pytest.fixture
def collects(round_2026: Round, tmp_path: Path) -> Collects:
    """What a workbook gives, or rows of a table."""

    def run(book: Any, *merged: str, ledger: Ledger | None = None) -> Collected:
        if isinstance(book, list):
            rows, book = book, openpyxl.Workbook()
            for row in rows:
                book.active.append(row)
            for cells in merged:
                book.active.merge_cells(cells)
        (tmp_path / "back").mkdir(exist_ok=True)
        book.save(tmp_path / "back" / "a.xlsx")
        return collect(tmp_path / "back", round_2026, [load_form("plan-annual")], ledger=ledger)

    return run


def _figures(got: Collected) -> dict[tuple[str, str], float]:
    rows = got.figures[got.figures["value"].notna() & (got.figures["table"] == "zones")]
    return {(str(r), str(c)): float(v) for r, c, v in rows[["row", "column", "value"]].to_numpy()}


def _told(got: Collected, kind: str) -> pd.DataFrame:
    return got.findings[got.findings["kind"] == kind]


def test_columns_under_a_merged_header_go_by_their_own_words(collects: Collects) -> None:
    rows = [
        ["UBND XÃ LỘC BÌNH", None, None, None, None, None],
        ["STT", "Loại cây", "Diện tích (ha)", None, None, "Ghi chú"],
        [None, None, "Trồng mới", "Mất đi", "Hiện có", None],
        [1, "Thông", 10.5, 4, 4343.2, None],
        [None, "Tổng cộng", 10.5, 4, 4343.2, None],
    ]
    got = collects(rows, "A2:A3", "B2:B3", "C2:E2", "F2:F3")
    assert got.findings.empty, got.findings[["kind", "cell"]].to_string()
    assert _figures(got) == {
        ("pine", "planted"): 10.5, ("pine", "lost"): 4.0, ("pine", "standing"): 4343.2,
    }  # fmt: skip


def test_what_is_planned_is_no_figure_of_the_year(collects: Collects) -> None:
    rows = [
        ["XÃ LỘC BÌNH", None, None, None],
        ["Cây", "Kế hoạch trồng mới", "Trồng mới", "Hiện có"],
        ["Thông", 99, 10.5, 4343.2],
    ]
    assert _figures(collects(rows)) == {
        ("pine", "planted"): 10.5, ("pine", "standing"): 4343.2,
    }  # fmt: skip


def test_what_was_done_of_a_plan_is_a_figure_of_the_year(collects: Collects) -> None:
    rows = [
        ["XÃ LỘC BÌNH", None, None, None, None],
        ["Cây", "Kế hoạch trồng mới", None, None, "Hiện có"],
        [None, "Giao", "Thực hiện", "Thực hiện so với kế hoạch (%)", None],
        ["Thông", 99, 10.5, 10.6, 4343.2],
    ]
    assert _figures(collects(rows, "B2:D2")) == {
        ("pine", "planted"): 10.5, ("pine", "standing"): 4343.2,
    }  # fmt: skip


def test_a_form_without_its_keys_is_read_by_its_words(form: FilledForm, collects: Collects) -> None:
    sheet = form.sheet()
    sheet.delete_cols(1)
    sheet.delete_rows(1)
    got = collects(form.book)
    assert not (got.findings["severity"] == "problem").any(), got.findings.to_string()
    assert _figures(got)["pine", "standing"] == 4343.2
    assert ("pine", "coded") not in _figures(got), "the column that checks is nobody's figure"


def test_signatures_below_a_form_are_no_figures(form: FilledForm, collects: Collects) -> None:
    line = form.below("Người lập biểu", None, None, "ngày 20 tháng 11 năm 2026") + 1
    form.sheet()[f"I{line}"] = "CHỦ TỊCH"
    got = collects(form.book)
    assert got.findings.empty, got.findings[["kind", "cell"]].to_string()
    kinds = got.rows[got.rows["sheet"] == "Vùng sản xuất"].set_index("row")["kind"]
    assert kinds.loc[[line - 1, line]].tolist() == ["note", "note"]


def test_a_sheet_copied_counts_once_and_what_differs_is_asked_back(
    form: FilledForm, collects: Collects
) -> None:
    copy = form.book.copy_worksheet(form.sheet())
    cell = form.cell("pine", "standing")
    copy[cell].value = 77_777
    got = collects(form.book)
    twice = _told(got, "figure-twice")
    assert set(twice["sheet"]) == {"Vùng sản xuất", copy.title}
    assert set(twice["cell"]) == {cell}
    assert ("pine", "standing") not in _figures(got), "neither is counted"
    keys = got.figures[["table", "row", "column"]]
    again = got.figures[keys.duplicated(keep=False) & got.figures["value"].notna()]
    assert again.empty, "no hectare counts twice"
    assert len(_told(got, "figure-repeated")) == 1
    assert (got.files["rows"] == got.files["rows_counted"] + got.files["rows_listed"]).all()


def test_a_merged_figure_is_asked_back(form: FilledForm, collects: Collects) -> None:
    sheet, cell = form.sheet(), form.cell("pine", "standing")
    below = f"I{int(cell[1:]) + 1}"
    sheet[below].value = None
    sheet.merge_cells(f"{cell}:{below}")
    told = _told(collects(form.book), "merged-cells")
    assert told["cell"].tolist() == [cell]
    assert f"{cell}:{below}" in told["message_vi"].iloc[0]


def test_hidden_columns_are_told(form: FilledForm, collects: Collects) -> None:
    form.sheet().column_dimensions["H"].hidden = True
    got = collects(form.book)
    assert set(_told(got, "hidden-column")["cell"]) == {
        form.cell(zone, "lost") for zone in form.last
    }
    assert (got.figures["verdict"] != "asked").all()


def test_figures_beside_the_cells_to_fill_are_told(form: FilledForm, collects: Collects) -> None:
    note, last = form.put("pine", "note", 345), form.put("chestnut", "last", 70)
    got = collects(form.book)
    assert _told(got, "figure-in-note")["cell"].tolist() == [note]
    assert _told(got, "known-added")["cell"].tolist() == [last]


def test_a_zone_taken_out_of_the_form_is_asked_for(form: FilledForm, collects: Collects) -> None:
    form.sheet().delete_rows(int(form.cell("pine", "standing")[1:]))
    told = _told(collects(form.book), "row-missing")
    assert len(told) == 1
    assert "Thông" in told["message_vi"].iloc[0]
    assert "4.336,7 ha" in told["message_vi"].iloc[0]


def test_a_blank_beside_known_hectares_is_asked_for(form: FilledForm, collects: Collects) -> None:
    cells = {form.put("pine", "standing", None), form.put("pigs", "value", None, "indicators")}
    # What is planted in a year says nothing about the next one's.
    form.put("anise", "planted", None)
    got = collects(form.book)
    told = _told(got, "left-blank")
    assert set(told["cell"]) == cells
    assert "để trống, trong khi năm trước hoặc trên bản đồ có 4.336,7 ha" in " ".join(
        told["message_vi"]
    )
    blank = got.figures[got.figures["cell"].isin(cells) & (got.figures["written"] == "")]
    assert blank["verdict"].tolist() == ["asked", "asked"]
    assert blank["value"].isna().all()
    assert got.files["verdict"].tolist() == ["asked"]
    assert got.rows[got.rows["kind"] == "asked"]["row"].count() == 2


def test_a_blank_of_an_own_table_is_asked_for_and_0_is_an_answer(collects: Collects) -> None:
    head = ["Xã", "Cây trồng", "Trồng mới (ha)", "Hiện có (ha)"]
    rows = [head, ["Lộc Bình", "Thông", 3, None], ["Lộc Bình", "Keo", 1, 0]]
    told = _told(collects(rows), "left-blank")
    assert told["cell"].tolist() == ["D2"]


def test_a_form_that_nobody_filled_in_asks_nothing(forms_2026: Path, collects: Collects) -> None:
    path = next(forms_2026.glob("*06529*"))
    got = collects(openpyxl.load_workbook(path))
    assert got.findings.empty
    assert got.files["verdict"].tolist() == ["empty"]


@pytest.mark.parametrize("step", [1, -1])
def test_a_row_that_slipped_is_named_as_a_whole(
    step: int, form: FilledForm, collects: Collects
) -> None:
    columns = ["planted", "replanted", "lost", "standing", "certified", "coded"]
    form.put("pine", "replanted", 1.0)
    form.put("pine", "certified", 50.5 if step < 0 else None)
    held = {name: form.sheet()[form.cell("pine", name)].value for name in columns}
    if step < 0:
        held["planted"] = None
    cells = set()
    for name in columns:
        form.put("pine", name, None)
    for at, name in enumerate(columns):
        if held[name] is not None:
            cells.add(form.put("pine", columns[at + step], held[name]))
    got = collects(form.book)
    told = _told(got, "row-shifted")
    assert set(told["cell"].iloc[0].split(", ")) == cells
    assert "Hiện có 4.343,2" in told["message_vi"].iloc[0]
    assert not any(row == "pine" for row, _ in _figures(got))


@pytest.mark.parametrize(
    ("values", "known", "step"),
    [
        ([10.5, None, 4.0, 10.9, None, None], 4.4, 0),  # 4.4 + 10.5 − 4 stand where they belong
        ([None, 10.5, 0.0, 4.0, 104.0, None], 100.0, 1),
        ([10.5, None, 4.0, 1040.0, None, None], 100.0, 0),  # ten times, no slip of the row
        ([None, None, 0.0, None, 100.0, None], 100.0, 0),  # all certified, what stands not known
    ],
)
def test_what_can_be_explained_did_not_slip(
    values: list[float | None], known: float, step: int
) -> None:
    change = (values[0] or 0.0) - (values[2] or 0.0)
    assert shift_of(values, 3, [known], change) == step


def test_a_later_table_that_leaves_figures_out_is_told(
    form: FilledForm, collects: Collects, tmp_path: Path
) -> None:
    ledger = Ledger(tmp_path / "ledger.sqlite")
    keep(collects(form.book, ledger=ledger), ledger)
    again = collects(form.book, ledger=ledger)
    assert again.findings.empty, "the same table once more leaves nothing out"
    cell = form.put("pine", "lost", None)
    told = _told(collects(form.book, ledger=ledger), "figures-left-out")
    assert told["severity"].tolist() == ["problem"]
    assert f"a.xlsx {cell}" in told["message_vi"].iloc[0]


def test_what_was_answered_is_asked_no_more(
    form: FilledForm, collects: Collects, round_2026: Round, tmp_path: Path
) -> None:
    ledger, out = Ledger(tmp_path / "ledger.sqlite"), tmp_path / "out"

    def letters() -> list[str]:
        got = collects(form.book, ledger=ledger)
        keep(got, ledger)
        save_collected(got, round_2026, out, ledger=ledger)
        return [path.name for path in (out / "cong-van").iterdir()]

    right = form.value("pine", "lost")
    form.put("pine", "lost", "chưa thống kê")
    assert letters() == ["06529 xã Lộc Bình 2026.docx"]
    (tmp_path / "back" / "a.xlsx").rename(tmp_path / "back" / "cũ.xlsx")
    form.put("pine", "lost", right)
    other = out / "cong-van" / "06148 xã Quốc Khánh 2026.docx"
    other.write_bytes(b"")
    assert letters() == [other.name], "one is answered, of the other nothing came"


def test_a_file_without_any_figure_is_asked_beside_one_that_counts(
    form: FilledForm, collects: Collects, round_2026: Round, tmp_path: Path
) -> None:
    ledger, out = Ledger(tmp_path / "ledger.sqlite"), tmp_path / "out"
    collects(form.book)
    (tmp_path / "back" / "a.xlsx").rename(tmp_path / "back" / "b.xlsx")
    got = collects([["XÃ LỘC BÌNH", None], ["Cây", "Hiện có"], ["Cây lạ lẫm", 12.5]], ledger=ledger)
    asked = got.findings[got.findings["file"] == "a.xlsx"]
    assert set(asked["reporter"]) == {"06529"}
    assert not (got.figures["file"] == "a.xlsx").any()
    keep(got, ledger)
    save_collected(got, round_2026, out, ledger=ledger)
    assert [path.name for path in (out / "cong-van").iterdir()] == ["06529 xã Lộc Bình 2026.docx"]
