"""Forms out: what a commune gets, and that it is still known when it comes back."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest

from layers.base.errors import InputError, OutputExistsError
from zones.measure.targets import yearly_unit
from zones.project.form_schema import form_paths, load_form
from zones.reports.layout import Identity, lay_out, read_identity, reports_it
from zones.reports.writing.forms_out import save_forms
from zones.reports.year_round import Round

LOC_BINH = "plan-annual-2026-06529 xã Lộc Bình.xlsx"


@pytest.fixture(scope="module")
def book(forms_2026: Path) -> openpyxl.Workbook:
    return openpyxl.load_workbook(forms_2026 / LOC_BINH)


def test_each_commune_and_department_gets_one_workbook(forms_2026: Path) -> None:
    names = sorted(path.name for path in forms_2026.iterdir())
    assert len(names) == 4 + 3
    assert LOC_BINH in names
    assert any("so-khcn" in name for name in names)


def test_the_identity_stands_hidden_on_every_table(book: openpyxl.Workbook) -> None:
    for name, table in (("Vùng sản xuất", "zones"), ("Chỉ tiêu khác của kế hoạch", "indicators")):
        sheet = book[name]
        identity = Identity(
            *("20:lang-son-2026-2030", "plan-annual", 1, table, "06529", "2025-07-01", 2026)
        )
        assert read_identity(sheet["A1"].value) == identity
        assert sheet.row_dimensions[1].hidden
        assert sheet.column_dimensions["A"].hidden


def test_a_narrow_table_stands_upright_and_its_remark_has_no_stray_blank(
    round_2026: Round, tmp_path: Path
) -> None:
    demo = replace(round_2026, communes=round_2026.communes[:1], demo=True)
    path, *_ = save_forms(load_form("plan-annual"), demo, tmp_path)
    book = openpyxl.load_workbook(path)
    zones, indicators = book["Vùng sản xuất"], book["Chỉ tiêu khác của kế hoạch"]
    assert (zones.page_setup.orientation, indicators.page_setup.orientation) == (
        "landscape",
        "portrait",
    )
    assert zones["B4"].value == "Dữ liệu minh họa. Đơn vị: ha"
    assert indicators["B4"].value == "Dữ liệu minh họa"


@pytest.mark.parametrize("text", [None, "", "vungtrong|a|b", "vungtrong|p|f|x|t|r|v|2026"])
def test_other_text_is_no_identity(text: object) -> None:
    assert read_identity(text) is None


def test_own_zones_come_first_with_what_is_known_beside_them(book: openpyxl.Workbook) -> None:
    sheet = book["Vùng sản xuất"]
    rows = [row for row in sheet.iter_rows(min_row=8, values_only=True) if row[0]]
    keys = [row[0] for row in rows]
    own = {"pine", "anise", "acacia", "citrus", "tea", "macadamia"}
    assert own <= set(keys[: len(own) + 2])
    assert set(keys[-3:]).isdisjoint(own)
    columns = [cell.value for cell in sheet[1]]
    pine = rows[keys.index("pine")]
    assert pine[columns.index("last")] == 4336.7
    assert pine[columns.index("register")] == 4380.07
    vegetables = rows[keys.index("vegetables")]
    assert vegetables[columns.index("last")] is None, "missing is not zero"


def test_only_cells_to_fill_in_are_open_and_take_numbers(book: openpyxl.Workbook) -> None:
    sheet = book["Vùng sản xuất"]
    columns = [cell.value for cell in sheet[1]]
    line = next(row[0].row for row in sheet.iter_rows(min_row=2) if row[0].value == "pine")
    locked = {name: sheet.cell(line, at + 1).protection.locked for at, name in enumerate(columns)}
    assert sheet.protection.sheet
    assert not locked["standing"]
    assert not locked["planted"]
    assert locked["last"]
    ranges = {(str(rule.sqref), rule.type) for rule in sheet.data_validations.dataValidation}
    assert sum(kind == "decimal" for _, kind in ranges) == 6


def test_cells_of_what_is_counted_take_whole_numbers(book: openpyxl.Workbook) -> None:
    sheet = book["Chỉ tiêu khác của kế hoạch"]
    columns = [cell.value for cell in sheet[1]]
    line = next(row[0].row for row in sheet.iter_rows(min_row=2) if row[0].value == "pigs")
    cell = sheet.cell(line, columns.index("value") + 1)
    rule = next(one for one in sheet.data_validations.dataValidation if cell.coordinate in one)
    assert rule.type == "whole"
    assert cell.number_format == "#,##0"


def test_a_form_takes_drop_downs_and_dates_from_its_data(round_2026: Round, tmp_path: Path) -> None:
    save_forms(load_form("forest-01"), round_2026, tmp_path)
    sheet = openpyxl.load_workbook(next(tmp_path.glob("*06529*")))["Lô rừng có biến động"]
    kinds = {rule.type for rule in sheet.data_validations.dataValidation}
    assert {"list", "date", "decimal"} <= kinds


def test_totals_of_a_form_are_formulas(round_2026: Round, tmp_path: Path) -> None:
    save_forms(load_form("forest-02"), round_2026, tmp_path)
    sheet = openpyxl.load_workbook(next(tmp_path.glob("*06529*"))).worksheets[1]
    place = {row[0].value: row[0].row for row in sheet.iter_rows() if row[0].value}
    columns = [cell.value for cell in sheet[1]]
    cell = sheet.cell(place["1120"], columns.index("c4") + 1)
    parts = [f"{cell.column_letter}{place[part]}" for part in ("1121", "1122", "1123")]
    assert cell.value == f'=IF(COUNT({",".join(parts)})=0,"",SUM({",".join(parts)}))'


def test_the_same_round_gives_the_same_bytes(
    round_2026: Round, forms_2026: Path, tmp_path: Path
) -> None:
    save_forms(load_form("plan-annual"), round_2026, tmp_path)
    assert (tmp_path / LOC_BINH).read_bytes() == (forms_2026 / LOC_BINH).read_bytes()


def test_forms_that_are_there_are_not_replaced(round_2026: Round, forms_2026: Path) -> None:
    with pytest.raises(OutputExistsError, match="7 of the forms"):
        save_forms(load_form("plan-annual"), round_2026, forms_2026)


def test_every_form_of_the_data_can_be_laid_out(round_2026: Round) -> None:
    assert len(form_paths()) == 8
    for name in form_paths():
        sheets = lay_out(load_form(name), round_2026.plans, round_2026.communes[0])
        assert all(sheet.rows for sheet in sheets), name


def test_an_unknown_form_is_refused() -> None:
    with pytest.raises(InputError, match="forest-01, forest-02"):
        load_form("bieu-99")


def test_what_no_commune_can_report_goes_to_a_department() -> None:
    form = load_form("plan-annual")
    assert reports_it(form, "pigs") is None
    assert reports_it(form, "clean_water_share").department == "so-nnmt"
    assert reports_it(form, "research_projects").department == "so-khcn"


@pytest.mark.parametrize(
    ("unit", "yearly"),
    [("ha/year", "ha"), ("head/year", "head"), ("%/year", "%/year"), ("m3/ha/year",) * 2],
)
def test_a_year_is_reported_in_the_unit_of_a_year(unit: str, yearly: str) -> None:
    assert yearly_unit(unit) == yearly


def test_libreoffice_opens_and_recalculates(forms_2026: Path, tmp_path: Path) -> None:
    office = shutil.which("soffice")
    if office is None:
        pytest.skip("no LibreOffice here")
    path = tmp_path / "điền rồi.xlsx"
    book = openpyxl.load_workbook(forms_2026 / LOC_BINH)
    sheet = book["Vùng sản xuất"]
    columns = [cell.value for cell in sheet[1]]
    line = next(row[0].row for row in sheet.iter_rows(min_row=2) if row[0].value == "pine")
    for name, value in (("planted", 10), ("lost", 0), ("standing", 4000)):
        sheet.cell(line, columns.index(name) + 1).value = value
    book.save(path)
    home = f"-env:UserInstallation=file://{tmp_path}/home"
    command = [office, home, "--headless", "--convert-to", "ods", "--outdir", str(tmp_path)]
    subprocess.run([*command, str(path)], check=True, capture_output=True, timeout=120)
    import python_calamine

    rows = python_calamine.CalamineWorkbook.from_path(path.with_suffix(".ods"))
    told = rows.get_sheet_by_name("Vùng sản xuất").to_python()
    assert any("Xem lại: Hiện có" in str(cell) for cell in told[line - 1])
    assert read_identity(told[0][0]) is not None


def test_form_01_has_the_columns_of_the_circular() -> None:
    """Circular 16/2023, appendix IV, Biểu 01, column for column; tiểu khu is the compartment."""
    (table,) = load_form("forest-01").tables
    assert table.rows == "open"
    assert table.label.vi == "TT"
    expected = {
        "compartment": ("Tiểu khu", "text", ""),
        "sub-compartment": ("Khoảnh", "text", ""),
        "plot": ("Lô", "text", ""),
        "state-before": ("Trạng thái trước", "text", ""),
        "cause": ("Nguyên nhân", "choice", ""),
        "date": ("Ngày biến động", "date", ""),
        "plot-after": ("Lô mới", "text", ""),
        "state-after": ("Trạng thái sau", "text", ""),
        "area": ("Diện tích", "number", "ha"),
        "species": ("Loài cây", "text", ""),
        "planting-year": ("Năm trồng", "whole", "year"),
        "purpose": ("Mục đích", "choice", ""),
        "note": ("Ghi chú", "text", ""),
    }
    found = {column.column: (column.name.vi, column.kind, column.unit) for column in table.columns}
    assert list(found.items()) == list(expected.items())
    assert [column.name.en for column in table.columns[:3]] == [
        "Compartment", "Sub-compartment", "Plot",
    ]  # fmt: skip
    (cause,) = (column for column in table.columns if column.column == "cause")
    # Circular 33/2018, article 37: four causes of gain, six of loss.
    assert cause.choices == (
        "Trồng rừng", "Rừng trồng đạt tiêu chí", "Tái sinh đạt tiêu chí", "Tăng khác",
        "Khai thác", "Khai thác trái phép", "Cháy rừng", "Phá rừng trái phép",
        "Chuyển mục đích", "Giảm khác",
    )  # fmt: skip
