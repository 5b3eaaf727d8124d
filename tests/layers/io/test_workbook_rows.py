"""Rows of a workbook that are blank by the million: told by their number, not one by one."""

from __future__ import annotations

import datetime as dt
import time
import zipfile
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter

from layers.base.errors import InputError
from layers.base.findings import Findings
from layers.io.shown_cells import ShownCells, shown_by, shown_in_ods, shown_in_xls
from layers.io.table import read_table, refuse_percents
from layers.io.values import parse_numbers
from layers.io.workbook import read_workbook, read_workbook_rows

_NAMES = "urn:oasis:names:tc:opendocument:xmlns"
_CELL = '<table:table-cell office:value-type="float" office:value="{}"/>'

_GOLDEN = Path(__file__).parents[2] / "golden" / "tables"
_PERCENT = _CELL.replace("float", "percentage").format(0.125)


def _text(text: str) -> str:
    paragraph = f'<t:p xmlns:t="{_NAMES}:text:1.0">{text}</t:p>'
    return f'<table:table-cell office:value-type="string">{paragraph}</table:table-cell>'


def _ods(path: Path, rows: str) -> Path:
    content = (
        f'<office:document-content xmlns:office="{_NAMES}:office:1.0" '
        f'xmlns:table="{_NAMES}:table:1.0" office:version="1.2"><office:body><office:spreadsheet>'
        f'<table:table table:name="A">{rows}</table:table></office:spreadsheet></office:body>'
        "</office:document-content>"
    )
    manifest = f'<m:manifest xmlns:m="{_NAMES}:manifest:1.0"/>'
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        book.writestr("META-INF/manifest.xml", manifest)
        book.writestr("content.xml", content)
    return path


def test_a_figure_below_a_million_blank_rows_keeps_its_row(tmp_path: Path) -> None:
    blank = '<table:table-row table:number-rows-repeated="{}"><table:table-cell/></table:table-row>'
    rows = "".join(
        f"{blank.format(count)}<table:table-row>{_CELL.format(value)}</table:table-row>"
        for count, value in ((2, 7), (1_048_000, 8))
    )
    path = _ods(tmp_path / "rows.ods", rows)
    assert read_workbook(path)["A"].cells == {(3, 0): 7.0, (1_048_004, 0): 8.0}
    assert list(read_workbook_rows(path, None)) == [(3, [7.0]), (1_048_004, [8.0])]


def test_a_row_repeated_a_million_times_is_refused_soon(tmp_path: Path) -> None:
    rows = f'<table:table-row table:number-rows-repeated="1048576">{_CELL.format(1) * 8}'
    path = _ods(tmp_path / "rows.ods", f"{rows}</table:table-row>")
    start = time.process_time()
    with pytest.raises(InputError, match="more than 1,000,000 cells"):
        read_workbook(path)
    assert time.process_time() - start < 10, "of this process; the other has limits of its own"


def test_a_formula_without_a_value_among_blank_rows_stands_in_its_row(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active["A1"], book.active["B5"], book.active["A9"] = 1, "=A1+1", 2
    book.save(tmp_path / "f.xlsx")
    rows = list(read_workbook_rows(tmp_path / "f.xlsx", None))
    assert rows == [(1, [1.0]), (5, [None, "B5: =A1+1"]), (9, [2.0])]


def test_more_percent_cells_than_are_kept_are_refused(tmp_path: Path) -> None:
    cell = _CELL.replace("float", "percentage").format(0.59)
    rows = f'<table:table-row table:number-rows-repeated="2">{cell * 2}</table:table-row>'
    path = _ods(tmp_path / "rows.ods", rows)
    assert shown_in_ods(path, 4)["A"].percents == {(1, 0), (1, 1), (2, 0), (2, 1)}
    with pytest.raises(InputError, match="more than 3 percent cells"):
        shown_in_ods(path, 3)


def _again(path: Path, old: str, new: str) -> Path:
    """Write something else into the XML of the first sheet."""
    with zipfile.ZipFile(path) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    sheet = parts["xl/worksheets/sheet1.xml"].decode("utf-8")
    assert sheet.count(old) == 1
    parts["xl/worksheets/sheet1.xml"] = sheet.replace(old, new).encode("utf-8")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
        for name, data in parts.items():
            book.writestr(name, data)
    return path


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('<c r="B2"', '<c r="B2"><v>9</v></c><c r="B2"'),
        ('<row r="3"', '<row r="2"><c r="B2"><v>9</v></c></row><row r="3"'),
        ("</sheetData>", '<row r="2"><c r="B2"><v>9</v></c></row></sheetData>'),
    ],
)
def test_a_cell_that_stands_twice_is_refused(tmp_path: Path, old: str, new: str) -> None:
    """Which of the two figures a program shows is anyone's guess."""
    path = tmp_path / "f.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        for row in range(4):
            sheet.write_row(row, 0, [row, row * 10.0])
    assert len(list(read_workbook_rows(path, None))) == 4
    _again(path, old, new)
    for read in (lambda: list(read_workbook_rows(path, None)), lambda: read_workbook(path)):
        with pytest.raises(InputError, match="cell B2 of sheet 'Sheet1' stands twice"):
            read()


def test_blank_cells_and_rows_out_of_order_are_no_doubt(tmp_path: Path) -> None:
    path = tmp_path / "f.xlsx"
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet().write_row(1, 0, [1, 2])
    _again(path, '<c r="B2"', '<c r="B2" s="0"/><c r="B2"')
    assert list(read_workbook_rows(path, None)) == [(2, [1.0, 2.0])]
    _again(path, "</sheetData>", '<row r="1"><c r="B1"><v>9</v></c></row></sheetData>')
    assert list(read_workbook_rows(path, None)) == [(1, [None, 9.0]), (2, [1.0, 2.0])]


@pytest.mark.parametrize("kind", ["xlsx", "ods"])
def test_figures_shown_as_percents_are_told_with_their_cells(tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"f.{kind}"
    if kind == "ods":
        rows = [_text("ha") + _text("tỷ lệ"), _CELL.format(3) + _PERCENT, _PERCENT + _PERCENT]
        _ods(path, "".join(f"<table:table-row>{row}</table:table-row>" for row in rows))
    else:
        with xlsxwriter.Workbook(path) as book:
            sheet, percent = book.add_worksheet(), book.add_format({"num_format": "0.0%"})
            sheet.write_row(0, 0, ["ha", "tỷ lệ"])
            sheet.write(1, 0, 3)
            for row, column in ((1, 1), (2, 0), (2, 1)):
                sheet.write_number(row, column, 0.125, percent)
    frame = read_table(path)
    assert frame["ha"].tolist() == [3, 0.125]
    with pytest.raises(InputError, match=r"f: expected figures, found 1 cell .*percents \(A3\)"):
        refuse_percents(frame, "ha", source="f")
    with pytest.raises(InputError, match=r"2 cells .*\(B2, B3\), which hold"):
        refuse_percents(frame, "tỷ lệ", source="f")


def test_figures_shown_in_another_unit_are_no_numbers(tmp_path: Path) -> None:
    """What is seen as 12.5 (thousand), m² or a hundredfold is none of the hectares in the cell."""
    styles = ["0.0,", '0.0" m²"', '0"00"', "#,##0.0", '0.0" ha"', "_(* #,##0_)"]
    path = tmp_path / "f.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write(0, 0, "ha")
        for row, style in enumerate(styles, 1):
            sheet.write_number(row, 0, 12_500, book.add_format({"num_format": style}))
    assert [cells for _, cells in read_workbook_rows(path, None)][1:] == [
        ["12500 ÷ 1,000"], ["12500 m²"], ["12500 00"], [12_500], [12_500], [12_500],
    ]  # fmt: skip
    with pytest.raises(InputError, match=r"3 cells of text \(row 2: '12500 ÷ 1,000'"):
        parse_numbers(read_table(path)["ha"], source="f")


def test_signs_of_dates_and_of_numbered_rows_are_no_other_unit() -> None:
    """A date shown as 01.03.2024 was read as the text "45352 .."."""
    for style in (r"dd\.mm\.yyyy", 'mm"."yyyy', '[$-42A]d" "mmm","yy', '0"."', r"#,##0.0\,"):
        assert not shown_by(style)
    assert [shown_by(style) for style in ('0"."0', r"0\,00", '"1."0', '[Red]0" m²"')] == [
        " .", " ,", " 1.", " m²",
    ]  # fmt: skip


def test_units_in_the_place_of_a_currency_and_sections_of_a_format_are_seen() -> None:
    """The first section is that of figures above nought, unless conditions say otherwise."""
    for style in ("#,##0 [$₫-42A]", "[$ha-42A] 0.0", "0.0;[Red]-0.0,", "[$-42A]#,##0.0"):
        assert not shown_by(style)
    assert shown_by("#,##0.0 [$m²-42A]") == " m²"
    assert shown_by("[<1000]0.0;[>=1000]#,##0.0,") == " ÷ 1,000"


def test_a_workbook_that_tells_no_percents_has_its_small_figures_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = {}
    for kind in ("xls", "xlsb", "ods"):
        shown = ShownCells()
        list(read_workbook_rows(_GOLDEN / f"hectares.{kind}", None, shown=shown))
        told[kind] = shown.are_told
    assert told == {"xls": True, "xlsb": False, "ods": True}
    path = tmp_path / "f.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        rows = (["ha", "m"], [1, 0], [0.5, 2], [3, "0,5"], [None, -0.5])
        for at, row in enumerate(rows):
            sheet.write_row(at, 0, row)
    refuse_percents(read_table(path), "ha", source="f")
    monkeypatch.setattr("layers.io.workbook._shown_in", lambda *_: ShownCells(are_told=False))
    frame, findings = read_table(path), Findings()
    refuse_percents(frame, "ha", source="f", findings=findings)
    refuse_percents(frame, "m", source="f", findings=findings)
    (finding,) = findings.items
    assert (finding.severity, finding.kind, finding.count) == ("note", "percents-untold", 2)
    assert "2 figures between 0 and 1 (rows 2, 3)" in finding.message.en
    with pytest.raises(InputError, match=r"rows 2, 3.*save the table as \.xlsx"):
        refuse_percents(frame, "ha", source="f")
    refuse_percents(frame, "ha", source="f", rows=[4])
    refuse_percents(frame, "ha", source="f", hectares=False)  # A share, a serial number
    refuse_percents(frame, "m", source="f")


def test_a_date_in_a_column_of_figures_is_no_serial_number(tmp_path: Path) -> None:
    path = tmp_path / "f.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["ha"])
        sheet.write_datetime(1, 0, dt.date(2025, 5, 12), book.add_format({"num_format": "d/m"}))
    with pytest.raises(InputError, match="row 2: '2025-05-12"):
        parse_numbers(read_table(path)["ha"], source="f")


@pytest.mark.parametrize("script", [1, 2], ids=["raised", "lowered"])
def test_a_raised_figure_of_a_cell_does_not_join_the_figure_before_it(
    tmp_path: Path, script: int
) -> None:
    path = tmp_path / "f.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet, raised = book.add_worksheet(), book.add_format({"font_script": script})
        sheet.write_row(0, 0, ["ha", "m"])
        sheet.write_rich_string(1, 0, "350", raised, "1")
        sheet.write_rich_string(1, 1, "20 m", raised, "3")
        sheet.write_row(2, 0, ["40", "x"])
        # Before a figure, and behind a mark of it, a raised one would join it too.
        sheet.write_rich_string(3, 0, raised, "1", "350")
        sheet.write_rich_string(3, 1, "350.", raised, "1")
    assert list(read_workbook_rows(path, None))[1:] == [
        (2, ["350¹", "20 m3"]),
        (3, ["40", "x"]),
        (4, ["¹350", "350.¹"]),
    ]
    with pytest.raises(InputError, match=r"row 2: '350¹"):
        parse_numbers(read_table(path)["ha"], source="f")
    (sheet,) = read_workbook(path).values()
    assert sheet.marks == {(2, 0): "350¹", (4, 0): "¹350", (4, 1): "350.¹"}
    # A text of the cell's own, as openpyxl writes it.
    rich, runs = openpyxl.cell.rich_text, openpyxl.cell.text.InlineFont(vertAlign="superscript")
    book = openpyxl.Workbook()
    book.active.append(["ha"])
    book.active["A3"] = rich.CellRichText("50.000", rich.TextBlock(runs, "12"))
    book.save(path)
    assert list(read_workbook_rows(path, None))[1:] == [(3, ["50.000¹²"])]


@pytest.mark.parametrize("kind", ["xls", "ods"])
def test_what_other_workbooks_show_is_told_as_of_an_xlsx(kind: str) -> None:
    """Written by LibreOffice; the third column shows 12.5%, 59.0"%" (a text) and a formula in %."""
    path = _GOLDEN / f"shown.{kind}"
    assert list(read_workbook_rows(path, None))[1:] == [
        (2, ["350¹", "20 m3", 0.125]),
        (3, ["40", "x", 59.0]),
        (4, ["¹350", "350.¹", 0.25]),
        (5, ["CO2", "Diện tích (1)", 3.0]),
    ]
    sheets = read_workbook(path)
    assert sheets["A"].marks == {(2, 0): "350¹", (4, 0): "¹350", (4, 1): "350.¹"}
    assert (sheets["A"].percents, sheets["B"].percents) == ({(2, 2), (4, 2)}, {(2, 0)})
    with pytest.raises(InputError, match=r"2 cells .*\(C2, C4\), which hold"):
        refuse_percents(read_table(path), "tỷ lệ", source="f")


@pytest.mark.parametrize("position", ["33% 58%", "super 58%", "-25% 58%", "sub 58%"])
def test_raised_figures_of_an_ods_stand_in_every_cell_for_which_one_stands(
    tmp_path: Path, position: str
) -> None:
    """Letters may be raised by a share of their height; a remark of a cell is none of its text."""
    text = f'xmlns:t="{_NAMES}:text:1.0"'
    style = (
        f'<s:style xmlns:s="{_NAMES}:style:1.0" s:name="T1"><s:text-properties '
        f's:text-position="{position}"/></s:style>'
    )
    raised = '<t:span t:style-name="T1">1</t:span>'
    remark = f"<office:annotation><t:p>7{raised}</t:p></office:annotation>"
    cell = (
        f'<table:table-cell {text} office:value-type="string" table:number-columns-repeated="2">'
        "{}</table:table-cell>"
    )
    cells = cell.format(f"{remark}<t:p>350{raised}</t:p>") + cell.format(f"{remark}<t:p>8</t:p>")
    path = _ods(tmp_path / "f.ods", f"{style}<table:table-row>{cells}</table:table-row>")
    assert list(read_workbook_rows(path, None)) == [(1, ["350¹", "350¹", "8", "8"])]


def test_an_xls_that_xlrd_does_not_read_does_not_tell(tmp_path: Path) -> None:
    path = tmp_path / "f.xls"
    path.write_bytes((_GOLDEN / "shown.xls").read_bytes()[:2048])
    assert shown_in_xls(path, None) is None
    assert shown_in_xls(_GOLDEN / "shown.xls", "no such sheet") is None
