"""One cell read as a figure: halves of a head, marks with two readings, remarks on them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from benchmarks._report_faults import FilledForm
from layers.io.workbook import read_workbook
from tests.layers.io.test_workbook_rows import _ods as ods
from zones.project.form_schema import load_form
from zones.reports.collect import collect
from zones.reports.collected import Collected
from zones.reports.reading.figures import read_cell
from zones.reports.writing.forms_out import save_forms
from zones.reports.year_round import Round

Spoil = Callable[[FilledForm], object]


@pytest.mark.parametrize(
    ("text", "value", "other"),
    [
        ("2.500 con", 2500.0, None),
        ("2,500", 2500.0, None),
        ("1.500.000", 1_500_000.0, None),
        ("12 con", 12.0, None),
        ("2.000", 2000.0, 2.0),
        ("2,5", 2.5, None),
    ],
)
def test_a_mark_in_a_count_parts_thousands(text: str, value: float, other: float | None) -> None:
    read = read_cell(text, "head", whole=True)
    assert (read.value, read.other, read.rule) == (value, other, "")


def test_hectares_keep_both_readings() -> None:
    read = read_cell("2.500", "ha")
    assert {read.value, read.other} == {2500.0, 2.5}


@pytest.mark.parametrize("written", [1199.5, "1199,5 con"])
def test_half_a_head_is_asked_back(
    written: object, collected: Callable[[Spoil], Collected]
) -> None:
    got = collected(lambda form: form.put("pigs", "value", written, "indicators"))
    told = got.findings.set_index("kind").loc[["not-whole"]]
    assert told["severity"].tolist() == ["problem"]
    assert "số nguyên (con)" in told["message_vi"].iloc[0]
    assert "1199,5" in told["message_vi"].iloc[0].replace(".", "")
    pigs = got.figures[got.figures["row"] == "pigs"].iloc[0]
    assert (pigs["verdict"], pigs["value"] != pigs["value"]) == ("asked", True)


def test_heads_with_a_point_count_whatever_mark_the_sheet_has(
    collected: Callable[[Spoil], Collected],
) -> None:
    def spoil(form: FilledForm) -> None:
        form.put("pigs", "value", "1.180 con", "indicators")
        form.put("ocop_products", "note", "7.5", "indicators")  # A decimal point in the sheet

    got = collected(spoil)
    pigs = got.figures[got.figures["row"] == "pigs"].iloc[0]
    assert pigs["value"] == 1180.0
    assert not (got.findings["severity"] == "problem").any(), got.findings["message_en"].tolist()


def test_an_estimate_with_two_readings_is_one_question(
    collected: Callable[[Spoil], Collected],
) -> None:
    got = collected(lambda form: form.put("pine", "replanted", "khoảng 1.200"))
    assert got.findings["kind"].tolist() == ["two-readings"]
    assert "1.200 / 1,2" in got.findings["message_vi"].iloc[0]


def test_an_estimate_that_the_row_settles_counts_with_both_remarks(
    collected: Callable[[Spoil], Collected],
) -> None:
    got = collected(lambda form: form.put("pine", "planted", "khoảng 10.500"))
    assert set(got.findings["kind"]) == {"mark-settled", "about"}
    planted = got.figures[(got.figures["row"] == "pine") & (got.figures["column"] == "planted")]
    assert planted["value"].tolist() == [10.5]


@pytest.mark.parametrize("shape", ["0%", "0.00%", '#,##0.0" "%'])
def test_a_percent_of_a_spreadsheet_counts_as_it_is_shown(
    shape: str, round_2026: Round, tmp_path: Path
) -> None:
    form = load_form("plan-annual")
    made = save_forms(form, round_2026, tmp_path / "out")
    (path,) = (one for one in made if "so-nnmt" in one.name)
    back = tmp_path / "back"
    back.mkdir()
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[1]
    (line,) = (row[0].row for row in sheet.iter_rows() if row[0].value == "clean_water_share")
    place = [cell.value for cell in sheet[1]].index("value") + 1
    sheet.cell(line, place).value = 0.59
    sheet.cell(line, place).number_format = shape
    book.save(back / "a.xlsx")
    got = collect(back, round_2026, [form])
    assert got.findings["kind"].tolist() == []
    assert got.figures[["row", "value", "written"]].to_numpy().tolist() == [
        ["clean_water_share", 59.0, "59%"]
    ]
    for written, count, said in ((0.59, 0, "0,59 / 59 %"), ("59%", 1, ""), ("0,59%", 1, "")):
        sheet.cell(line, place).value = written
        sheet.cell(line, place).number_format = '0.0"%"'  # A sign that only stands beside
        book.save(back / "a.xlsx")
        got = collect(back, round_2026, [form])
        assert got.figures["value"].notna().sum() == count
        assert all(said in text for text in got.findings["message_vi"])
        assert len(got.findings) == (count == 0)


def test_a_percent_of_an_opendocument_sheet_and_of_no_share(tmp_path: Path) -> None:
    cell = '<table:table-cell office:value-type="{}" office:value="{}"/>'
    row = "<table:table-row>{}</table:table-row>"
    blank = '<table:table-row table:number-rows-repeated="2"><table:table-cell/></table:table-row>'
    beside = '<table:table-cell table:number-columns-repeated="3"/>'
    rows = blank + row.format(beside + cell.format("percentage", 0.59) + cell.format("float", 0.5))
    assert read_workbook(ods(tmp_path / "a.ods", rows))["A"].percents == {(3, 3)}
    assert read_cell(0.59, "ha", percent=True).rule == "unit-of-another-kind"
    assert read_cell(0.036, "%", percent=True).value == 3.6
    assert read_cell(0.59, "ha").other is None
    assert read_cell(1.5, "%").other is None


def test_a_row_put_above_the_first_is_no_heading(collected: Callable[[Spoil], Collected]) -> None:
    def spoil(form: FilledForm) -> None:
        sheet = form.sheet()
        line = int(form.cell("pine", "standing")[1:])
        place = sheet[form.cell("pine", "standing")].column
        sheet.insert_rows(line)
        sheet.cell(line, 3).value = "Sầu riêng"
        sheet.cell(line, place).value = 12.0

    got = collected(spoil)
    told = got.findings[got.findings["kind"] == "row-unplaced"]
    assert told["cell"].tolist() == ["I8"], got.findings[["kind", "cell"]].to_string()


def test_each_language_says_it_in_its_own_words(collected: Callable[[Spoil], Collected]) -> None:
    got = collected(lambda form: form.scale("pine", 10.0, "standing"))
    said = got.findings.iloc[0]
    assert said["message_vi"].startswith("Thông, hiện có: 43.432 (ghi nhầm × 10: đúng ra 4.343,2)")
    assert said["message_en"].startswith(
        "Pine, standing: 43,432 (× 10 by mistake: it would be 4,343.2)"
    )
