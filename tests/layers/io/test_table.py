"""The one reader of tables: what is read, and what is refused in one line."""

from __future__ import annotations

import ast
import datetime as dt
import io
import subprocess
import zipfile
from pathlib import Path

import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter
from openpyxl.styles import PatternFill

import layers
from layers import InputError, MissingFileError, SchemaError
from layers.io import archive_limits, table, workbook
from layers.io.table import read_csv_text, read_table, require_columns
from layers.io.values import parse_numbers
from layers.io.workbook import read_workbook
from tests.hostile import ODD_NAMES


@pytest.mark.parametrize("suffix", ["csv", "xlsx", "parquet"])
def test_a_path_is_taken_letter_by_letter(folder, suffix, monkeypatch):
    writers = {"csv": "to_csv", "xlsx": "to_excel", "parquet": "to_parquet"}
    for number, (odd, decoys) in enumerate(ODD_NAMES.items()):
        here = folder / str(number)
        here.mkdir()
        monkeypatch.chdir(here)
        monkeypatch.setenv("HOME", str(here / "nhà"))
        for name, value in ((odd, "1"), *((decoy, "2") for decoy in decoys)):
            path = here / f"{name}.{suffix}"
            path.parent.mkdir(parents=True, exist_ok=True)
            getattr(pd.DataFrame({"v": [value]}), writers[suffix])(path, index=False)
        assert read_table(Path(f"{odd}.{suffix}"))["v"].tolist() == ["1"], odd


def csv_file(folder: Path, text: str, *, encoding: str = "utf-8") -> Path:
    path = folder / "Diện tích xã.csv"
    path.write_bytes(text.encode(encoding))
    return path


def xlsx_file(folder: Path, *rows: list[object]) -> Path:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(folder / "bảng.xlsx")
    return folder / "bảng.xlsx"


def rewritten(path: Path, **parts: bytes) -> Path:
    """Workbook with some members replaced; ``sheet`` is its first sheet."""
    names = {"sheet": "xl/worksheets/sheet1.xml", "styles": "xl/styles.xml"}
    changed = {names.get(name, name): data for name, data in parts.items()}
    with zipfile.ZipFile(path) as old:
        members = {name: old.read(name) for name in old.namelist()} | changed
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name, data in members.items():
            new.writestr(name, data)
    return path


def part(path: Path, name: str) -> bytes:
    with zipfile.ZipFile(path) as old:
        return old.read(name)


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_csv_keeps_codes_as_text(folder: Path, separator: str, encoding: str) -> None:
    path = csv_file(folder, f"mã{separator}ha\n06148{separator}12.5\n", encoding=encoding)
    assert read_table(path).to_dict("records") == [{"mã": "06148", "ha": "12.5"}]


@pytest.mark.parametrize("text", ["sep=;\ncode;ha\n1;2\n", "code;ha\r1;2\r", "\ncode;ha\r\n1;2"])
def test_separators_and_line_ends_of_every_program(folder: Path, text: str) -> None:
    read = read_table(csv_file(folder, text))
    assert read.to_dict("records") == [{"code": "1", "ha": "2"}]


def test_every_kind_of_file_reads_the_same(folder: Path) -> None:
    frame = pd.DataFrame(
        {"code": ["06148", "06151", None], "ha": [12.5, 3.0, 7.25], "year": [2024, 2025, 2025]}
    )
    frame.to_excel(folder / "a.xlsx", index=False, sheet_name="Số liệu")
    frame.to_parquet(folder / "a.parquet")
    frame.to_csv(folder / "a.csv", index=False)
    for name in ("a.xlsx", "a.parquet", "a.csv"):
        read = read_table(folder / name)
        assert read["code"].tolist()[:2] == ["06148", "06151"]
        assert read["code"].isna().tolist() == [False, False, True]
        assert parse_numbers(read["ha"], source="ha", decimal=None).tolist() == [12.5, 3.0, 7.25]
        assert parse_numbers(read["year"], source="year").tolist() == [2024, 2025, 2025]
    assert str(read_table(folder / "a.xlsx")["year"].dtype) == "Int64"
    with pytest.raises(MissingFileError, match=r"no sheet 'x'; the workbook has 'Số liệu'"):
        read_table(folder / "a.xlsx", sheet="x")


@pytest.mark.parametrize("kind", ["xls", "ods", "xlsb"])
def test_workbooks_of_other_offices_are_read(folder: Path, kind: str) -> None:
    path = Path(__file__).parents[2] / "golden" / "tables" / f"hectares.{kind}"
    read = read_table(path)
    assert read["commune"].tolist() == ["Lộc Bình", "Na Sầm"]
    assert parse_numbers(read["area_ha"], source="x", decimal=",").tolist() == [12.5, 7.25]
    assert read["code"].tolist() == ["06148", "06151"]


def test_number_cells_need_no_decimal_mark(folder: Path) -> None:
    path = xlsx_file(folder, ["ha", "text"], [12.5, "1.234,5"], [7.25, "12,5"])
    read = read_table(path)
    assert parse_numbers(read["ha"], source="x", decimal=",").tolist() == [12.5, 7.25]
    assert parse_numbers(read["text"], source="x", decimal=",").tolist() == [1234.5, 12.5]


def test_number_and_text_cells_may_share_a_column(folder: Path) -> None:
    path = xlsx_file(folder, ["ha"], [12.5], ["1.234,5"], [None], [3])
    read = read_table(path)["ha"]
    # The blank row is no record, and rows keep the numbers that the sheet shows.
    assert read.index.tolist() == [0, 1, 3]
    assert parse_numbers(read, source="x", decimal=",").tolist() == [12.5, 1234.5, 3.0]
    with pytest.raises(InputError, match=r"'x' has a decimal|found 1 cell of text \(row 3: '1"):
        parse_numbers(read, source="x", decimal=".")


def test_dates_and_truth_are_text(folder: Path) -> None:
    path = xlsx_file(folder, ["day", "true"], [dt.date(2025, 12, 31), True])
    assert read_table(path).loc[0].tolist() == ["2025-12-31", "TRUE"]


def test_names_are_composed_and_stripped(folder: Path) -> None:
    path = csv_file(folder, "xa\n  Lo\u0323\u0302c Bi\u0300nh \n")
    assert read_table(path)["xa"].tolist() == ["Lộc Bình"]


def test_na_is_a_fruit(folder: Path) -> None:
    path = csv_file(folder, "crop,note\nNA,null\nna,\n")
    read = read_table(path)
    assert read["crop"].tolist() == ["NA", "na"]
    assert read["note"].tolist()[0] == "null"
    assert read["note"].isna().tolist() == [False, True]


def test_one_separator_too_many_shifts_nothing(folder: Path) -> None:
    path = csv_file(folder, "code,2024,2025\n06148,10,20,\n06151,30,40\n")
    assert read_table(path).to_numpy().tolist() == [["06148", "10", "20"], ["06151", "30", "40"]]
    path = csv_file(folder, "code,2024,2025,\n06148,10,20,\n")
    assert read_table(path).columns.tolist() == ["code", "2024", "2025"]


@pytest.mark.parametrize("row", ["06148,10,20,30", "06148,12,5,20"])
def test_a_row_wider_than_the_header_is_told(folder: Path, row: str) -> None:
    path = csv_file(folder, f"code,2024,2025\n06151,1,2\n{row}\n")
    with pytest.raises(InputError, match=r"1 row has more cells .* 3 of the header \(row 3"):
        read_table(path)


def test_titles_above_the_header_of_a_workbook_are_passed_over(folder: Path) -> None:
    book = openpyxl.Workbook()
    rows = [["BÁO CÁO NĂM 2025"], [], ["Đơn vị tính: ha"], ["Xã", "Cây", "DT"], ["A", "Na", 7.5]]
    for row in rows:
        book.active.append(row)
    book.save(folder / "title.xlsx")
    frame = read_table(folder / "title.xlsx")
    assert frame.to_dict("list") == {"Xã": ["A"], "Cây": ["Na"], "DT": [7.5]}
    assert frame.index.tolist() == [3]  # the fifth row of the file
    book.active.delete_rows(1, 4)  # a name, figures beside it: no title above a header
    for row in (["Xã"], ["A", "Na", 7.5]):
        book.active.append(row)
    book.active.delete_rows(1)
    book.save(folder / "name.xlsx")
    assert list(read_table(folder / "name.xlsx")) == ["Xã", "(B)", "(C)"]


def test_a_workbook_row_wider_than_its_header_is_read(folder: Path) -> None:
    path = xlsx_file(folder, ["code", "ha"], ["06148", 1, None, "ghi chú"])
    read = read_table(path)
    assert read.columns.tolist() == ["code", "ha", "(D)"]
    assert read.loc[0].tolist() == ["06148", 1, "ghi chú"]


@pytest.mark.parametrize("again", ["HA", " ha ", "Ha"])
def test_headers_that_differ_in_case_or_space_are_not_told_apart(folder: Path, again: str) -> None:
    with pytest.raises(InputError, match=r"1 header stands over several columns \('ha': B, C\)"):
        read_table(csv_file(folder, f"code,ha,{again}\n06148,1,2\n"))


def test_a_header_that_stands_twice_is_told_with_its_columns(folder: Path) -> None:
    with pytest.raises(InputError, match=r"1 header stands over several columns \('ha': B, D\)"):
        read_table(csv_file(folder, "code,ha,x,ha\n1,2,3,4\n"))
    with pytest.raises(InputError, match=r"\('ha': A, B\)"):
        read_table(xlsx_file(folder, ["ha", "ha"], [1, 2]))


def test_a_formula_that_was_never_calculated_is_named_with_its_cell(folder: Path) -> None:
    path = xlsx_file(folder, ["a", "ha"], [1, 10], [2, "=A3*5"])
    read = read_table(path)
    assert parse_numbers(read["a"], source="x").tolist() == [1, 2]
    with pytest.raises(InputError, match=r"1 cell holds formulas .*\(B3: =A3\*5\).*LibreOffice"):
        parse_numbers(read["ha"], source="x")


def test_a_nought_that_no_program_calculated_is_no_figure(folder: Path) -> None:
    path = folder / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["a", "ha"])
        sheet.write(1, 0, 1)
        sheet.write_formula(1, 1, "=A2*5")
        sheet.write_formula(2, 1, "=A2*7", None, 7)
    with pytest.raises(InputError, match=r"1 cell holds formulas .*\(B2: =A2\*5\)"):
        parse_numbers(read_table(path)["ha"], source="x")


def test_an_error_in_a_cell_is_no_missing_figure(folder: Path) -> None:
    path = xlsx_file(folder, ["a", "ha"], [1, 10], [2, "#DIV/0!"])
    read = read_table(path)
    assert parse_numbers(read["a"], source="x").tolist() == [1, 2]
    with pytest.raises(InputError, match=r"found 1 cell of text \(row 3: '#DIV/0!'\)"):
        parse_numbers(read["ha"], source="x")


def test_unusual_workbooks_are_read(folder: Path) -> None:
    path = xlsx_file(folder, ["ha"], [1.5])
    styles = part(path, "xl/styles.xml").replace(b"<patternFill />", b"")
    assert read_table(rewritten(path, styles=styles))["ha"].tolist() == [1.5]
    book = openpyxl.load_workbook(xlsx_file(folder, ["ha"], [2.5]))
    book.create_chartsheet("biểu đồ", 0)
    book.create_sheet("ẩn", 0).append(["other"])
    book["ẩn"].sheet_state = "hidden"
    book.save(path)
    assert read_table(path)["ha"].tolist() == [2.5]


def test_a_workbook_cut_short_is_one_line(folder: Path) -> None:
    path = xlsx_file(folder, ["ha"], [1.5], [2.5])
    whole = part(path, "xl/worksheets/sheet1.xml")
    with pytest.raises(InputError, match=r"damaged|not a readable workbook"):
        read_table(rewritten(path, sheet=whole[: whole.index(b"2.5")]))
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(InputError, match="damaged or locked"):
        read_table(path)


def test_unreadable_tables(folder: Path) -> None:
    with pytest.raises(MissingFileError, match="No file"):
        read_table(folder / "none.csv")
    (folder / "a.doc").write_text("x")
    with pytest.raises(InputError, match=r"expected a table as .csv, .tsv, .xlsx.*save its table"):
        read_table(folder / "a.doc")
    (folder / "a.rar").write_text("x")
    with pytest.raises(InputError, match="unpack it"):
        read_table(folder / "a.rar")
    (folder / "a.csv").write_bytes(b"x\n\xe1\xff\n")
    with pytest.raises(InputError, match=r"expected UTF-8 text.*position 2"):
        read_table(folder / "a.csv")
    (folder / "a.csv").write_bytes("x\n1\n".encode("utf-16-le"))
    with pytest.raises(InputError, match="it is no text"):
        read_table(folder / "a.csv")
    (folder / "a.csv").write_text('x,y\n"1,2\n')
    with pytest.raises(InputError, match=r"not a readable CSV table \(unexpected end of data\)"):
        read_table(folder / "a.csv")
    for text in ("", "code,ha\n", "\n\n"):
        (folder / "b.csv").write_text(text)
        with pytest.raises(InputError, match="found an empty table"):
            read_table(folder / "b.csv")
    for name, data in (("d.xlsx", b"no workbook"), ("d.xls", b"<html></html>"), ("d.ods", b"")):
        (folder / name).write_bytes(data)
        with pytest.raises(InputError, match=r"not a readable workbook \(no workbook\)"):
            read_table(folder / name)
    (folder / "e.parquet").write_bytes(b"PAR1" + bytes(40) + b"PAR1")
    with pytest.raises(InputError, match="not a readable Parquet table"):
        read_table(folder / "e.parquet")


def test_a_coloured_cell_far_away_costs_nothing(folder: Path) -> None:
    path = xlsx_file(folder, ["ha"], [1.5])
    book = openpyxl.load_workbook(path)
    book.active["XFD1048576"].fill = PatternFill("solid", fgColor="FF0000")
    book.save(path)
    assert read_table(path)["ha"].tolist() == [1.5]


def test_a_filled_cell_far_away_is_named(folder: Path) -> None:
    path = xlsx_file(folder, ["ha"], [1.5])
    book = openpyxl.load_workbook(path)
    book.active["XFD1048576"] = 1
    book.save(path)
    with pytest.raises(InputError, match=r"takes more than .*delete what lies beyond the table"):
        read_table(path)


def test_rows_without_a_figure_are_not_rows(folder: Path) -> None:
    sheet = b"".join(b'<row r="%d"><c r="A%d" s="0"/></row>' % (n, n) for n in range(3, 100_003))
    path = xlsx_file(folder, ["ha"], [1.5])
    whole = part(path, "xl/worksheets/sheet1.xml")
    path = rewritten(path, sheet=whole.replace(b"</sheetData>", sheet + b"</sheetData>"))
    assert len(read_table(path)) == 1


@pytest.mark.parametrize("name", ["sheet", "styles", "xl/sharedStrings.xml", "docProps/app.xml"])
def test_entities_are_refused(folder: Path, name: str) -> None:
    bomb = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">]><x>&a;</x>'
    with pytest.raises(InputError, match="XML entities"):
        read_table(rewritten(xlsx_file(folder, ["ha"], [1.5]), **{name: bomb}))


def test_limits_are_checked_before_reading(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = rewritten(xlsx_file(folder, ["ha"], [1.5]), styles=bytes(3_000_000))
    monkeypatch.setattr(archive_limits, "UNPACKED_LIMIT_MB", 2)
    with pytest.raises(InputError, match="unpacks to 3 MB, more than the 2 MB"):
        read_table(path)
    monkeypatch.setattr(table, "CELL_LIMIT", 5)
    with pytest.raises(InputError, match="the table has 6 cells or more, above the 5"):
        read_table(csv_file(folder, "a,b\n1,2\n3,4\n5,6\n"))
    pd.DataFrame({"a": range(6)}).to_parquet(folder / "a.parquet")
    with pytest.raises(InputError, match="the table has 6 cells"):
        read_table(folder / "a.parquet")
    monkeypatch.setattr(workbook, "CELL_LIMIT", 2)
    with pytest.raises(InputError, match="more than 2 cells") as caught:
        read_table(xlsx_file(folder, ["a"], [1], [2], [3]))
    assert "trang tính vượt giới hạn (hơn 2 ô)" in caught.value.text("vi")


def test_text_that_would_fill_the_memory_is_refused(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Some hundred kilobytes can unpack to one cell of hundreds of megabytes."""
    path = xlsx_file(folder, ["ha"], [1.5])
    cell = b'<row r="3"><c r="A3" t="inlineStr"><is><t>%b</t></is></c></row>' % (b"a" * 3_100_000)
    whole = part(path, "xl/worksheets/sheet1.xml")
    path = rewritten(path, sheet=whole.replace(b"</sheetData>", cell + b"</sheetData>"))
    monkeypatch.setattr(workbook, "TEXT_BYTES", 3_000_000)
    with pytest.raises(InputError, match=r"takes more than 3 MB of text"):
        read_table(path)


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_a_table_of_too_many_columns_is_refused(folder: Path, kind: str) -> None:
    path = folder / f"a.{kind}"
    names = [f"c{number}" for number in range(16_385)]
    if kind == "csv":
        path.write_text(",".join(names) + "\n1\n")
    else:
        pd.DataFrame([range(len(names))], columns=names).to_parquet(path)
    with pytest.raises(InputError, match=r"16,385 columns, above the 16,384 that are read"):
        read_table(path)


def test_a_text_that_would_fill_the_memory_is_refused_before_it_is_read(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = folder / "a.csv"
    path.write_text("commune,note\n" + f"Lộc Bình,{'a' * 1000}\n" * 4, "utf-8")
    monkeypatch.setattr(table, "TEXT_BYTES", path.stat().st_size)
    for read in (read_table, read_csv_text):
        assert len(read(path)) == 4
    monkeypatch.setattr(table, "TEXT_BYTES", path.stat().st_size - 1)
    for read in (read_table, read_csv_text):
        with pytest.raises(InputError, match=r"a\.csv: 0 MB of text, above the 0 MB"):
            read(path)


def test_a_line_without_end_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table, "_LINE_LETTERS", 20)
    assert len(read_table(csv_file(folder, 'a,b\n1,"2\n3"\n' + "4,5\n" * 20))) == 21
    with pytest.raises(InputError, match=r"a line has 20 letters or more; is it a table\?"):
        read_table(csv_file(folder, "a,b\n1," + "2" * 20 + "\n"))


def test_a_csv_that_is_kept_cell_by_cell_has_a_limit(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = csv_file(folder, "a,b\n1,2\n3,4\n")
    monkeypatch.setattr(table, "KEPT_CELLS", 6)
    assert len(read_csv_text(path)) == 2
    monkeypatch.setattr(table, "KEPT_CELLS", 5)
    with pytest.raises(InputError, match="the table has 6 cells or more, above the 5 that are"):
        read_csv_text(path)
    path = csv_file(folder, "a,b\n1,2\n" + "\n" * 9)
    with pytest.raises(InputError, match="the table has 6 cells or more, above the 5 that are"):
        read_csv_text(path)


def test_rows_are_taken_few_at_a_time_where_they_are_wide(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An error far to the right of each of a million rows would fill the memory with blanks."""
    path = xlsx_file(folder, ["a", "b"], *([row, 2] for row in range(9)))
    expected = read_table(path)
    monkeypatch.setattr(table, "_CHUNK_CELLS", 5)
    pd.testing.assert_frame_equal(read_table(path), expected)
    taken = [len(rows) for rows in table._chunks(iter([(n, ["a"] * 3) for n in range(5)]))]
    assert taken == [2, 2, 1]


def test_a_workbook_read_whole_has_limits(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = xlsx_file(folder, ["ha"], [1.5], ["=1"], ["=2"])
    assert len(read_workbook(path)["Sheet"].formulas) == 2
    monkeypatch.setattr(workbook, "KEPT_CELLS", 1)
    with pytest.raises(InputError, match=r"more than 1 (cell|formula and errors)"):
        read_workbook(path)
    with pytest.raises(InputError, match="more than 1 formula and errors"):
        read_table(xlsx_file(folder, ["ha"], *[["=1"]] * 3))


def test_text_and_places_beyond_excels_are_not_kept(folder: Path) -> None:
    """A formula of 100 MB comes in pieces; columns hidden from -2,000,000,000 on are no columns."""
    path = xlsx_file(folder, ["ha", "x"], ["=1", 2])
    whole = part(path, "xl/worksheets/sheet1.xml")
    start, end = whole.index(b"<sheetData>"), whole.index(b"<f>")
    hidden = b'<cols><col min="-2000000000" max="2" hidden="1"/></cols>'
    row = b'<row r="9" hidden="1"/><row r="99999999999" hidden="1"/></sheetData>'
    long = whole[:start] + hidden + whole[start:end] + b"<f>" + b"1+" * 200_000 + whole[end + 3 :]
    found = read_workbook(rewritten(path, sheet=long.replace(b"</sheetData>", row)))["Sheet"]
    assert found.hidden_columns == {0, 1}
    assert found.hidden_rows == {9}
    assert 30_000 < len(found.formulas[2, 0]) < 110_000


@pytest.mark.parametrize("encoding", ["a" * 300, "shift_jis", "utf-7"])
def test_an_encoding_that_xml_does_not_have_is_damage(folder: Path, encoding: str) -> None:
    for name in ("xl/styles.xml", "xl/workbook.xml", "docProps/core.xml"):
        path = xlsx_file(folder, ["ha"], [1.5])
        text = b'<?xml version="1.0" encoding="' + encoding.encode() + b'"?><a/>'
        with pytest.raises(InputError, match="damaged or locked"):
            archive_limits.look_through_archive(rewritten(path, **{name: text}))


def test_a_tree_of_a_part_is_small(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A few kilobytes of properties can unpack to a tree of gigabytes."""
    core = b"<a>" + b"<b/>" * 500 + b"</a>"
    path = rewritten(xlsx_file(folder, ["ha"], [1.5]), **{"docProps/core.xml": core})
    assert len(archive_limits.read_part(path, "docProps/core.xml")) == 500
    monkeypatch.setattr(archive_limits, "_TREE_BYTES", 2000)
    with pytest.raises(InputError, match=r"damaged or locked .*core\.xml: 2007 bytes"):
        archive_limits.read_part(path, "docProps/core.xml")


def test_a_member_that_unpacks_to_more_than_it_says_is_damaged(folder: Path) -> None:
    path = rewritten(xlsx_file(folder, ["ha"], [1.5]), styles=bytes(100_000))
    data = bytearray(path.read_bytes())
    size = (100_000).to_bytes(4, "little")
    for at in range(len(data) - 4):
        if data[at : at + 4] == size:
            data[at : at + 4] = (10).to_bytes(4, "little")
    path.write_bytes(bytes(data))
    with pytest.raises(InputError, match="damaged or locked"):
        read_table(path)


def test_a_reader_that_hangs_is_stopped(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def hang(*_: object, **options: float) -> None:
        raise subprocess.TimeoutExpired("reader", options["timeout"])

    monkeypatch.setattr(workbook.subprocess, "run", hang)
    with pytest.raises(InputError, match="more than 300 seconds"):
        read_table(xlsx_file(folder, ["ha"], [1.5]))


def test_one_text_that_stands_for_gigabytes_is_refused(folder: Path) -> None:
    """Of 4,000 rows that repeat a text of 100,000 letters the file has some kilobytes."""
    words = pa.DictionaryArray.from_arrays(
        pa.array([0] * 4000, pa.int32()), pa.array(["N" * 10**5])
    )
    path = folder / "a.parquet"
    for store_schema in (True, False):
        pq.write_table(pa.table({"crop": words}), path, store_schema=store_schema)
        assert path.stat().st_size < 50_000
        with pytest.raises(InputError, match=r"its texts unpack to more than 400 MB"):
            read_table(path)
    pq.write_table(pa.table({"crop": words.slice(0, 3)}), path)
    assert read_table(path)["crop"].tolist() == ["N" * 10**5] * 3


def test_lists_are_no_cells(folder: Path) -> None:
    path = folder / "a.parquet"
    box = pa.array([{"x": 1.0}])
    pq.write_table(pa.table({"ha": [1.5], "box": box}), path)
    assert read_table(path)["ha"].tolist() == [1.5]
    inner = pa.array([{"x": [1.0]}])
    pq.write_table(pa.table({"ha": [[1.5, 2.0]], "box": inner}), path)
    with pytest.raises(InputError, match=r"2 columns hold lists \(ha, box\)"):
        read_table(path)


def test_parquet_columns_of_every_type(folder: Path) -> None:
    frame = pd.DataFrame({"a": [1.5, None], "day": [dt.date(2025, 1, 2)] * 2, "t": [" x ", ""]})
    frame.to_parquet(folder / "a.parquet")
    read = read_table(folder / "a.parquet")
    assert read["day"].tolist() == ["2025-01-02"] * 2
    assert read["a"].isna().tolist() == [False, True]
    assert read["t"].tolist()[0] == "x"
    assert read["t"].isna().tolist() == [False, True]


def test_missing_columns_are_named_with_those_found() -> None:
    with pytest.raises(SchemaError, match=r"expected columns ha \(area\); found code, area_ha"):
        require_columns(
            pd.DataFrame(columns=["code", "area_ha"]), {"code": "code", "area": "ha"}, source="t"
        )


def test_a_zip_that_is_no_workbook(folder: Path) -> None:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as file:
        file.writestr("a.txt", "x")
    (folder / "a.xlsx").write_bytes(data.getvalue())
    with pytest.raises(InputError, match="not a readable workbook"):
        read_table(folder / "a.xlsx")


def test_no_table_is_read_another_way() -> None:
    """Tables of users are read here; embedded ones never take NA, na or null for nothing."""
    root = Path(layers.__file__).parents[1]
    for path in (
        one for room in ("layers", "maps", "zones") for one in (root / room).rglob("*.py")
    ):
        for call in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute):
                continue
            name, place = call.func.attr, f"{path.relative_to(root)}:{call.lineno}"
            assert name not in ("read_excel", "load_workbook"), place
            if name == "read_csv":
                keywords = {one.arg: ast.unparse(one.value) for one in call.keywords}
                assert keywords.get("keep_default_na") == "False", place
