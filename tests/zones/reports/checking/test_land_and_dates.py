"""What is planted is held against the land available, and a column of dates holds dates."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from benchmarks._report_faults import LAST, PLANTED, FilledForm
from tests.factories import write_project
from zones.output.folder import kept_table
from zones.output.record import file_digest
from zones.project.form_schema import load_form
from zones.project.model import load_project
from zones.reports.collect import collect
from zones.reports.collected import Collected
from zones.reports.writing.forms_out import save_forms
from zones.reports.year_round import Round
from zones.run.year_round import land_available
from zones.tables import ALLOCATION_LAND


def _collected(
    land: dict[tuple[str, str], float], asked: Round, forms: Path, folder: Path
) -> Collected:
    form = FilledForm(next(forms.glob("*06529*")), LAST["06529"]).fill()
    form.book.save(folder / "06529.xlsx")
    known = replace(asked.known, available=land)
    return collect(folder, replace(asked, known=known), [load_form("plan-annual")])


def test_planted_beyond_the_land_available_is_asked_back_with_both_hectares(
    round_2026: Round, forms_2026: Path, tmp_path: Path
) -> None:
    # 10.5 ha are planted in each zone; another commune's land, and none known, say nothing.
    land = {("06529", "pine"): 8.25, ("06529", "anise"): PLANTED, ("06148", "tea"): 0.0}
    got = _collected(land, round_2026, forms_2026, tmp_path)
    assert got.findings["kind"].tolist() == ["planted-beyond-land"]
    told = got.findings.iloc[0]
    assert (told["reporter"], told["expected"], told["found"]) == ("06529", "8,25", "10,5")
    assert "10.5 ha planted is more than the land available, 8.25 ha" in told["message_en"]
    form = FilledForm(next(forms_2026.glob("*06529*")), LAST["06529"])
    assert told["cell"] == form.cell("pine", "planted")
    asked = got.figures[got.figures["verdict"] == "asked"]
    assert asked[["row", "column"]].to_numpy().tolist() == [["pine", "planted"]]


def test_land_that_is_none_takes_nothing(
    round_2026: Round, forms_2026: Path, tmp_path: Path
) -> None:
    got = _collected({("06529", "pine"): 0.0}, round_2026, forms_2026, tmp_path)
    assert got.findings["expected"].tolist() == ["0"]


def test_land_is_that_of_the_last_run_as_it_was_written(tmp_path: Path) -> None:
    project = load_project(write_project(tmp_path))
    assert land_available(project) == {}
    rows = [("pine", "06148", 12.5, ""), ("anise", "06148", None, ""), ("tea", "06184", 0.0, "")]
    columns = ["zone", "commune_code", "available_ha", "binding"]
    out = project.resolve(project.output)
    name = kept_table(ALLOCATION_LAND.name)
    path = out / name
    path.parent.mkdir(parents=True)
    ALLOCATION_LAND.validate(pd.DataFrame(rows, columns=columns)).to_parquet(path)
    digest = file_digest(path)
    record = out / "run.json"
    record.write_text(f'{{"outputs": {{"{name}": "{digest}"}}}}', "utf-8")
    assert land_available(project) == {("06148", "pine"): 12.5, ("06184", "tea"): 0.0}
    record.write_text(f'{{"outputs": {{"{name}": "another"}}}}', "utf-8")
    assert land_available(project) == {}


@pytest.mark.parametrize("added", [False, True])
@pytest.mark.parametrize(
    ("cell", "asked"),
    [
        (46152, False), (40_000, False), (60_000, False), ("10/5/2026", False),
        ("2026-05-10", False), ("46152", False), (39_999, True), (60_001, True), (2026, True),
        ("31/2/2026", True), ("tháng 5", True), ("5/2026", True), (None, False),
    ],
)  # fmt: skip
def test_a_date_is_read_and_what_is_none_is_asked_back(
    cell: object, asked: bool, added: bool, empty_01: Path, round_2026: Round, tmp_path: Path
) -> None:
    book = openpyxl.load_workbook(empty_01)
    sheet = book.worksheets[1]
    columns = {cell.value: cell.column for cell in sheet[1]}
    last = max(cells[0].row for cells in sheet.iter_rows() if cells[0].value)
    line = last + 1 if added else 8
    sheet.cell(line, columns["date"]).value = cell
    sheet.cell(line, columns["date"]).number_format = "General"
    sheet.cell(line, columns["area"]).value = 1.5
    book.save(tmp_path / "a.xlsx")
    got = collect(tmp_path, round_2026, [load_form("forest-01")])
    told = got.findings[got.findings["kind"] == "not-a-date"]
    place = sheet.cell(line, columns["date"]).coordinate
    assert told["cell"].tolist() == ([place] if asked else [])
    assert got.figures["value"].tolist() == [1.5]
    assert got.files["verdict"].tolist() == ["asked" if asked else "accepted"]


@pytest.fixture(scope="module")
def empty_01(round_2026: Round, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("biểu 01")
    save_forms(load_form("forest-01"), round_2026, folder)
    return next(folder.glob("*06529*"))
