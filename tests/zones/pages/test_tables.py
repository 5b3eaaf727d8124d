"""``tables.xlsx`` and ``findings.xlsx`` of a run whose CSV tables are in the office's form."""

from __future__ import annotations

import shutil
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from tests.factories import write_project
from zones.output.table_words import column_title
from zones.pages.tables import needed_words
from zones.project.model import load_project
from zones.publish.form_rounding import form_table
from zones.publish.verify import verify_folder
from zones.run.context import RunOptions
from zones.run.run import run_project


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = write_project(tmp_path_factory.mktemp("Bảng"))
    path.write_text(path.read_text("utf-8") + "csv: office\n", "utf-8")
    run_project(load_project(path), options=RunOptions())
    return path


@pytest.fixture(scope="module")
def out(project: Path) -> Path:
    return project.parent / "out"


def _sheet(out: Path, name: str) -> pd.DataFrame:
    return pd.read_excel(
        out / "tables.xlsx", sheet_name=name, dtype={"Mã xã": "str"}, engine="openpyxl"
    )


def test_the_first_sheet_says_what_each_sheet_is(out: Path) -> None:
    book = openpyxl.load_workbook(out / "tables.xlsx")
    contents = _sheet(out, "Có những gì")
    assert list(contents["Tờ"]) == book.sheetnames[1:]
    for row in contents.to_dict("records"):
        assert book[row["Tờ"]].max_row == row["Số dòng"] + 1
        assert (out / row["Tệp cho máy đọc"]).is_file()


def test_the_workbook_shows_the_printed_figures(out: Path) -> None:
    printed = pd.read_csv(out / "tables" / "printed" / "zones.csv", dtype={"commune_code": "str"})
    shown = _sheet(out, "Vùng theo xã")
    assert list(shown["Mã xã"]) == list(printed["commune_code"])
    pd.testing.assert_series_equal(
        shown["Hiện trạng (ha)"], printed["present_ha"], check_names=False, check_dtype=False
    )
    book = openpyxl.load_workbook(out / "tables.xlsx")
    (digest,) = set(printed["digest"])
    assert book.custom_doc_props["digest"].value == digest


def test_codes_are_words_and_figures_have_a_format(out: Path) -> None:
    targets = _sheet(out, "Chỉ tiêu")
    assert {"Thông", "Na"} <= set(targets["Vùng"].dropna())
    assert set(targets["Đánh giá"]) <= {"Chưa đạt", "Đạt", "Vượt", "Chưa đo"}
    sheet = openpyxl.load_workbook(out / "tables.xlsx")["Vùng theo xã"]
    heads = [cell.value for cell in sheet[1]]
    cell = sheet.cell(2, heads.index("Hiện trạng (ha)") + 1)
    assert cell.number_format == "#,##0.0###"


def test_forest_forms_bear_the_headings_of_the_circular() -> None:
    """Headings of tables.xlsx are the names of the form's columns, with their numbers."""
    for number, table in (("02", "forest_form_purposes"), ("05", "forest_form_causes")):
        form = form_table(number)
        for language in ("vi", "en"):
            for column in form.columns:
                name = getattr(column.name, language)
                group = f"{getattr(column.group, language)}: " if column.group else ""
                title = f"({column.column[1:]}) {group}{name} (ha)"
                assert column_title(table, column.column, language) == title


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("points:1320:pine+other", "Thêm 1.320 điểm mẫu"),
        ("points:0:pine", "Thêm điểm mẫu"),
        ("own_points:pine", "Thêm điểm mẫu ngay tại xã"),
        ("error_m:0.8", "Ranh giới sai không quá 0,8 m"),
        ("at_the_end", "Không điều tra nào kết luận được lúc này"),
        ("accuracy", "Nêu lớp được khoanh vẽ từ đâu (certainty:)"),
    ],
)
def test_what_would_decide_is_said_in_words(code: str, words: str) -> None:
    assert needed_words(code).vi == words


def test_columns_are_no_wider_than_what_stands_in_them_and_empty_ones_are_left_out(
    out: Path,
) -> None:
    sheet = openpyxl.load_workbook(out / "tables.xlsx")["Vùng theo xã"]
    heads = {cell.value: cell for cell in sheet[1]}
    # A sample would fill these; there is none.
    assert "Khoảng tin cậy: từ (ha)" not in heads
    cell = heads["Tỷ trọng trong vùng"]
    assert sheet.column_dimensions[cell.column_letter].width < len("Tỷ trọng trong vùng") - 3
    assert sheet.row_dimensions[1].height >= 2 * 14
    form = openpyxl.load_workbook(out / "tables.xlsx")["Biểu 02"]
    assert form.max_column == 18  # All of the circular's, filled or not
    assert form["A3"].value == "1100 Rừng phân theo nguồn gốc"


def test_sheets_print_on_a4_or_a3_with_the_header_on_every_page(out: Path) -> None:
    book = openpyxl.load_workbook(out / "tables.xlsx")
    for sheet in book:
        wide = sheet.max_column > 10
        assert str(sheet.page_setup.paperSize) == ("8" if wide else "9"), sheet.title
        assert sheet.page_setup.orientation == "landscape"
        assert (sheet.page_setup.fitToHeight, sheet.print_title_rows) == (0, "$1:$1")


def test_every_finding_is_told_in_one_workbook(out: Path) -> None:
    told = pd.read_excel(out / "findings.xlsx", engine="openpyxl")
    kept = pd.concat([pd.read_parquet(path) for path in (out / "tables").glob("*findings.parquet")])
    assert sorted(told["Nội dung"]) == sorted(kept["message_vi"])
    assert list(told["Mức độ"]) == sorted(told["Mức độ"], key=["Vấn đề", "Ghi chú"].index)


def test_a_folder_with_tables_for_the_office_is_verified_and_taken_over(
    project: Path, out: Path, tmp_path: Path
) -> None:
    assert verify_folder(out).agrees
    result = verify_folder(out)
    assert result.compared["tables/zones.csv"] > 0
    returned = shutil.copytree(out, tmp_path / "trả về")
    table = returned / "tables" / "zones.csv"
    text = table.read_text("utf-8-sig")
    assert ";10,4;" in text
    table.write_text(text.replace(";10,4;", ";18,4;", 1), "utf-8-sig")
    (found,) = verify_folder(returned).differences
    assert (found.file, found.found) == ("tables/zones.csv", "18.4")
    again = run_project(load_project(project), options=RunOptions(only=("map",), overwrite=True))
    assert "measure" in again.record["steps"]
    assert (out / "tables" / "zones.csv").read_text("utf-8-sig") == text


def test_the_same_tables_give_the_same_bytes(project: Path, out: Path) -> None:
    before = {name: (out / name).read_bytes() for name in ("tables.xlsx", "findings.xlsx")}
    run_project(load_project(project), options=RunOptions(only=("tables",), overwrite=True))
    assert before == {name: (out / name).read_bytes() for name in before}
