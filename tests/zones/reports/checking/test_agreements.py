"""Forms 02 and 05 of one commune: what changed by class is what changed by cause."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from layers.base.language import Phrase
from layers.io.workbook import Sheet
from zones.project.form_schema import load_form
from zones.reports.checking.suspects import Suspects
from zones.reports.collect import collect
from zones.reports.collected import Collected
from zones.reports.known import KnownFigures
from zones.reports.ledger import Ledger
from zones.reports.reading.entries import Entry, PageReading
from zones.reports.reading.intake import Page
from zones.reports.writing.forms_out import save_forms
from zones.reports.year_round import Round

CODE = "06529"
#: Rows of Form 02 (start, change, end, production) that close by themselves.
PURPOSES = {
    "1122": {"c4": 100.0, "c5": 7.0, "c6": 107.0, "c19": 107.0, "c7": 0, "c13": 0, "c20": 0}
}


@pytest.fixture(scope="module")
def empty(round_2026: Round, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("biểu rừng")
    for name in ("forest-02", "forest-05"):
        save_forms(load_form(name), round_2026, folder)
    return folder


def fill(empty: Path, back: Path, form: str, rows: dict[str, dict[str, float]]) -> None:
    book = openpyxl.load_workbook(next(empty.glob(f"{form}*{CODE}*")))
    sheet = book.worksheets[1]
    columns = {cell.value: cell.column for cell in sheet[1]}
    lines = {str(cell.value): cell.row for cell in sheet["A"]}
    for row, figures in rows.items():
        for column, value in figures.items():
            sheet.cell(lines[row], columns[column]).value = value
    back.mkdir(exist_ok=True)
    book.save(back / f"{form}.xlsx")


def disagreements(got: Collected) -> list[tuple[str, str, str]]:
    told = got.findings[got.findings["kind"] == "forms-disagree"]
    return list(told[["file", "expected", "found"]].itertuples(index=False, name=None))


def test_a_change_that_the_other_form_does_not_have_is_asked_back(
    round_2026: Round, empty: Path, tmp_path: Path
) -> None:
    forms = [load_form("forest-02"), load_form("forest-05")]
    fill(empty, tmp_path / "back", "forest-02", PURPOSES)
    fill(empty, tmp_path / "back", "forest-05", {"1122": {"c4": 7.0, "c5": 7.0}})
    assert disagreements(collect(tmp_path / "back", round_2026, forms)) == []
    fill(empty, tmp_path / "back", "forest-05", {"1122": {"c4": 9.0, "c5": 9.0}})
    got = collect(tmp_path / "back", round_2026, forms)
    assert disagreements(got) == [("forest-05.xlsx", "7", "Cột 4 của Biểu 05 = cột 5 của Biểu 02")]
    asked = got.figures[(got.figures["form"] == "forest-05") & (got.figures["column"] == "c4")]
    assert asked["verdict"].tolist() == ["asked"]


def test_a_form_is_held_against_what_came_in_before(
    round_2026: Round, empty: Path, tmp_path: Path
) -> None:
    ledger = Ledger(tmp_path / "sổ.sqlite")
    causes = load_form("forest-05")
    fill(empty, tmp_path / "first", "forest-05", {"1122": {"c4": 9.0, "c5": 9.0}})
    first = collect(tmp_path / "first", round_2026, [causes], ledger=ledger)
    assert disagreements(first) == []
    for group in first.submissions():
        ledger.take(group)
    fill(empty, tmp_path / "second", "forest-02", PURPOSES)
    second = collect(tmp_path / "second", round_2026, [load_form("forest-02")], ledger=ledger)
    assert disagreements(second) == [
        ("forest-02.xlsx", "9", "Cột 4 của Biểu 05 = cột 5 của Biểu 02")
    ]


def test_a_cell_that_a_newer_version_leaves_blank_contradicts_nobody(
    round_2026: Round, empty: Path, tmp_path: Path
) -> None:
    ledger = Ledger(tmp_path / "sổ.sqlite")
    causes = load_form("forest-05")
    fill(empty, tmp_path / "first", "forest-05", {"1122": {"c4": 9.0, "c5": 9.0}})
    for group in collect(tmp_path / "first", round_2026, [causes], ledger=ledger).submissions():
        ledger.take(group)
    fill(empty, tmp_path / "second", "forest-05", {"1121": {"c4": 3.0, "c5": 3.0}})
    fill(empty, tmp_path / "second", "forest-02", PURPOSES)
    forms = [load_form("forest-02"), causes]
    assert disagreements(collect(tmp_path / "second", round_2026, forms, ledger=ledger)) == []


def test_figures_of_old_communes_agree_by_their_sum() -> None:
    """Form 05 of two old communes, 4 ha and 3 ha, against 7 ha of Form 02; then against 8 ha."""
    forms = {name: load_form(name) for name in ("forest-02", "forest-05")}
    suspects = Suspects(KnownFigures(), forms)
    parts = [_change("forest-05", "causes", "c4", value, line) for line, value in ((8, 4), (9, 3))]
    suspects.add(0, ("1", "05.xlsx"), [_reading("forest-05", parts)])
    for whole, asked in ((7.0, []), (8.0, ["B8, B9"])):
        other = [_change("forest-02", "purposes", "c5", whole, 8)]
        suspects.add(1, ("2", "02.xlsx"), [_reading("forest-02", other)])
        told = suspects.told({}, lambda *_: {})
        found = [one for tell in told.get(0, []) for one in tell(parts)]
        assert [one.cell for one in found] == asked
    assert {one.verdict for one in parts} == {"asked"}


def _change(form: str, table: str, column: str, value: float, line: int) -> Entry:
    what = Phrase("", "")
    return Entry(
        *(CODE, form, table, "1122", column, "", "ha", what, value, str(value)),
        *("f.xlsx", "s", line, 1),
    )


def _reading(form: str, entries: list[Entry]) -> PageReading:
    return PageReading(Page("f.xlsx", "s", Sheet()), entries, form=form)
