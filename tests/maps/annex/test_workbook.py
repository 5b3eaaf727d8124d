"""The workbook: real numbers, totals that meet, nothing from data that a spreadsheet would run."""

from __future__ import annotations

import re
import zipfile
from dataclasses import replace
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from layers.base.errors import InputError, OutputError, OutputExistsError, SchemaError
from layers.base.language import Phrase
from maps.annex.workbook import number_format, save_workbook
from maps.layout.content import AnnexContent, AnnexHeading, TableNote
from maps.layout.page_table import total_of
from maps.layout.tables import build_tables
from tests.maps.annex import annex_squares as squares
from tests.maps.annex.office import convert


@pytest.fixture
def content() -> AnnexContent:
    return squares.content()


def _cells(sheet: openpyxl.worksheet.worksheet.Worksheet) -> dict[str, list[object]]:
    """Rows of a sheet by the text in their second cell."""
    return {str(row[1]): list(row) for row in sheet.iter_rows(values_only=True) if row[1]}


def test_sheets_follow_the_annex(content: AnnexContent, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(save_workbook(content, tmp_path / "Phụ lục.xlsx"))
    assert book.sheetnames == [
        *("1 Chỉ tiêu", "2 Thông", "3 Hồi", "4 Hoàng đàn", "5 Vùng chưa có số liệu"),
        *("6 Vùng × xã", "7 Biểu 04 Che phủ rừng", "8 Biểu 06 Loài, cấp tuổi", "9 Phân bổ"),
        *("10 Chưa có số liệu", "11 Nguồn số liệu"),
    ]


def test_who_signs_stands_below_the_last_table_as_in_the_document(
    content: AnnexContent, tmp_path: Path
) -> None:
    signed = replace(content.heading, signature=("KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH", ""))
    path = save_workbook(replace(content, heading=signed), tmp_path / "annex.xlsx")
    *others, last = openpyxl.load_workbook(path)
    below = [cell for row in last.iter_rows(values_only=True) for cell in row if cell]
    assert below[-3:] == ["KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH", "……………………"]
    rows = {cell.value: cell.row for row in last.iter_rows() for cell in row}
    assert rows["……………………"] - rows["PHÓ CHỦ TỊCH"] == 4  # room to sign
    for sheet in others:
        assert "KT. CHỦ TỊCH" not in [c for row in sheet.iter_rows(values_only=True) for c in row]


def test_total_is_a_formula_and_its_value(content: AnnexContent, tmp_path: Path) -> None:
    path = save_workbook(content, tmp_path / "annex.xlsx")
    values = _cells(openpyxl.load_workbook(path, data_only=True)["2 Thông"])
    formulas = _cells(openpyxl.load_workbook(path)["2 Thông"])
    assert values["Tổng cộng"][3:8] == [900.5, 20.1, 79.4, 1000.0, 99.5]
    assert str(formulas["Tổng cộng"][3]).startswith("=SUM(D")
    assert values["Bình Gia"][3:8] == [400.1, 20.1, 30.2, 450.4, 50.3]
    assert str(formulas["Bình Gia"][6]).count("+") == 2


def test_a_row_of_several_communes_adds_up_where_an_area_is_not_known(tmp_path: Path) -> None:
    """Two communes in one row: 200.2 ha and nothing planned; an unknown area and 5 ha planned."""
    zones = squares.zones()
    tan_van = zones["zone"].eq("pine") & zones["commune_code"].eq("06004")
    zones = zones.assign(
        listed=zones["listed"] & ~tan_van, present_ha=zones["present_ha"].mask(tan_van)
    )
    planted = pd.DataFrame(
        [("pine", "06004", "Tân Văn", "bare", 2026, 5.0)], columns=squares.allocation().columns
    )
    allocation = pd.concat([squares.allocation(), planted], ignore_index=True)
    content = squares.content(zones=zones, allocation=allocation, listed_only=True)
    path = save_workbook(content, tmp_path / "annex.xlsx")
    values = _cells(openpyxl.load_workbook(path, data_only=True)["2 Thông"])
    formulas = _cells(openpyxl.load_workbook(path)["2 Thông"])
    assert values["2 xã, phường khác"][3:8] == [200.2, 5.0, 0.0, 205.2, 5.0]
    assert values["Tổng cộng"][3:8] == [900.5, 25.1, 79.4, 1005.0, 104.5]
    for name in ("Bình Gia", "2 xã, phường khác"):
        assert re.fullmatch(r"=D(\d+)\+E\1\+F\1", str(formulas[name][6]))
    # Named one by one, the commune's end is not known: a sum of the column is not the total.
    path = save_workbook(replace(content, listed_only=False), tmp_path / "all.xlsx")
    values = _cells(openpyxl.load_workbook(path, data_only=True)["2 Thông"])
    formulas = _cells(openpyxl.load_workbook(path)["2 Thông"])
    assert values["Tân Văn"][3:8] == ["…", 5.0, 0.0, "…", 5.0]
    assert values["Tổng cộng"][3:8] == [900.5, 25.1, 79.4, 1005.0, 104.5]
    assert re.fullmatch(r"=D(\d+)\+E\1\+F\1", str(formulas["Tổng cộng"][6]))
    assert str(formulas["Tổng cộng"][7]).startswith("=SUM(H")


def test_losses_are_taken_off(tmp_path: Path) -> None:
    losses = pd.DataFrame(
        [
            ("pine", "06001", 2026, 0.3),
            ("pine", "06001", 2027, 10.1),
            ("anise", "06002", 2026, 1.0),
        ],
        columns=["zone", "commune_code", "year", "loss_ha"],
    )
    path = save_workbook(squares.content(losses=losses), tmp_path / "annex.xlsx")
    values = _cells(openpyxl.load_workbook(path, data_only=True)["2 Thông"])
    formulas = _cells(openpyxl.load_workbook(path)["2 Thông"])
    assert values["Bình Gia"][3:9] == [400.1, 20.1, 30.2, 10.4, 440.0, 39.9]
    assert values["Tổng cộng"][3:9] == [900.5, 20.1, 79.4, 10.4, 989.6, 89.1]
    assert re.fullmatch(r"=D(\d+)\+E\1\+F\1-G\1", str(formulas["Bình Gia"][7]))


def test_province_row_of_forest_cover(content: AnnexContent, tmp_path: Path) -> None:
    path = save_workbook(content, tmp_path / "annex.xlsx")
    values = _cells(openpyxl.load_workbook(path, data_only=True)["7 Biểu 04 Che phủ rừng"])
    formulas = _cells(openpyxl.load_workbook(path)["7 Biểu 04 Che phủ rừng"])
    assert values["Tỉnh Lạng Sơn"][2:8] == [5000, 3076, 2300, 760, 16, 61.2]
    assert all(str(cell).startswith("=") for cell in formulas["Tỉnh Lạng Sơn"][2:8])
    assert "ROUND" in str(formulas["Tỉnh Lạng Sơn"][7])


def test_rate_stays_a_number_where_printed_hectares_do_not_give_it(tmp_path: Path) -> None:
    cover = squares.forest_cover()
    cover.loc[4, "cover_percent"] = 61.3
    path = save_workbook(squares.content(forest_cover=cover), tmp_path / "annex.xlsx")
    row = _cells(openpyxl.load_workbook(path)["7 Biểu 04 Che phủ rừng"])["Tỉnh Lạng Sơn"]
    assert row[7] == 61.3


def _without_values(path: Path, target: Path) -> Path:
    """Copy a workbook, its formulas stripped of their values, so that the reader must calculate."""
    with zipfile.ZipFile(path) as given, zipfile.ZipFile(target, "w") as taken:
        for name in given.namelist():
            data = given.read(name)
            if name.startswith("xl/worksheets/sheet"):
                data = re.sub(rb"(</f>)<v>[^<]*</v>", rb"\1", data)
            taken.writestr(name, data)
    return target


def test_formulas_recalculated_by_libreoffice_give_the_written_values(
    content: AnnexContent, tmp_path: Path
) -> None:
    path = save_workbook(content, tmp_path / "annex.xlsx")
    bare = _without_values(path, tmp_path / "bare.xlsx")
    ours = openpyxl.load_workbook(path, data_only=True)
    theirs = openpyxl.load_workbook(convert(bare, tmp_path / "lại", "xlsx"), data_only=True)
    compared = 0
    for sheet in openpyxl.load_workbook(path):
        for cell in (cell for row in sheet.iter_rows() for cell in row if cell.data_type == "f"):
            written = ours[sheet.title][cell.coordinate].value
            again = theirs[sheet.title][cell.coordinate].value
            assert again == pytest.approx(written, abs=1e-9), (sheet.title, cell.coordinate)
            compared += 1
    assert compared > 30


def test_missing_is_not_zero(content: AnnexContent, tmp_path: Path) -> None:
    # Of plants under canopy one commune alone told anything: 3 ha.
    zones = content.zones.copy()
    zones.loc[zones["zone"].eq("medicinal") & zones["commune_code"].eq("06002"), "present_ha"] = 3.0
    names = content.zone_names.iloc[[0, 1, 3, 2]]
    content = replace(content, zones=zones, zone_names=names)
    book = openpyxl.load_workbook(save_workbook(content, tmp_path / "annex.xlsx"), data_only=True)
    matrix = _cells(book["6 Vùng × xã"])
    assert matrix["Tổng cộng"][2:6] == [900.5, 50.0, 0.0, 3.0]
    assert matrix["Bình Gia"][3:6] == [0.0, 0.0, "…"]


def test_a_commune_neither_listed_nor_holding_anything_is_left_out(content: AnnexContent) -> None:
    tables = {table.zone: table for table in build_tables(content) if table.role == "zone"}
    assert tables["pine"].rows["commune"].tolist() == [*squares.COMMUNES.values()]
    assert tables["anise"].rows["commune"].tolist() == ["Đồng Đăng"]
    assert tables["cypress"].rows.empty
    total = tables["anise"].total
    assert total is not None
    assert total["reached_ha"] == 50.3


@pytest.mark.parametrize("start", ["=", "+", "-", "@"])
def test_text_from_data_is_never_a_formula(start: str, tmp_path: Path) -> None:
    hostile = f'{start}HYPERLINK("http://x","y")'
    zones = squares.zones()
    zones["commune"] = zones["commune"].replace("Bình Gia", hostile)
    sources = pd.DataFrame({"layer": [hostile], "date": ["x"], "source": ["http://example.org"]})
    path = save_workbook(squares.content(zones=zones, sources=sources), tmp_path / "annex.xlsx")
    book = openpyxl.load_workbook(path)
    found = [
        cell
        for sheet in book
        for row in sheet.iter_rows()
        for cell in row
        if isinstance(cell.value, str) and "HYPERLINK" in cell.value
    ]
    assert len(found) >= 3
    assert all(cell.data_type == "s" and cell.quotePrefix for cell in found)
    assert all(
        cell.hyperlink is None for sheet in book for row in sheet.iter_rows() for cell in row
    )


def test_demo_data_says_so_on_every_sheet(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(save_workbook(squares.content(demo=True), tmp_path / "a.xlsx"))
    assert all(sheet["A1"].value == "Dữ liệu minh họa / Demo data" for sheet in book)
    assert all("Dữ liệu minh họa" in str(sheet.oddFooter.left.text) for sheet in book)


def test_a_digest_that_begins_with_a_digit_is_no_size_of_letters(tmp_path: Path) -> None:
    """ "&8" and "0ad5…" would be letters of 80 points over the whole sheet."""
    content = replace(squares.content(), digest="0ad500acf81b2233")
    book = openpyxl.load_workbook(save_workbook(content, tmp_path / "a.xlsx"))
    for sheet in book:
        assert sheet.oddFooter.left.size == 8
        assert str(sheet.oddFooter.left.text).strip() == "Mã số liệu: 0ad500acf81b2233"


def test_every_sheet_is_set_up_for_print(content: AnnexContent, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(save_workbook(content, tmp_path / "annex.xlsx"))
    for sheet in book:
        assert sheet.page_setup.orientation == "landscape"
        assert sheet.page_setup.paperSize in (8, 9)
        assert sheet.print_title_rows
        assert sheet.freeze_panes
        # One page number, not a second one at the foot.
        assert sheet.oddHeader.center.text == "&P"
        assert "&P" not in str(sheet.oddFooter.right.text)


def test_digest_is_carried(content: AnnexContent, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(save_workbook(content, tmp_path / "annex.xlsx"))
    assert book.custom_doc_props["digest"].value == "a" * 64
    assert any("a" * 64 in str(cell.value) for row in book["11 Nguồn số liệu"] for cell in row)


def test_same_content_same_bytes(
    content: AnnexContent, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1767225600")
    first = save_workbook(content, tmp_path / "a.xlsx").read_bytes()
    assert save_workbook(content, tmp_path / "b.xlsx").read_bytes() == first
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1867225600")
    assert save_workbook(content, tmp_path / "c.xlsx").read_bytes() != first


def test_english_annex(tmp_path: Path) -> None:
    path = save_workbook(squares.content(language="en", allocation=None), tmp_path / "a.xlsx")
    book = openpyxl.load_workbook(path, data_only=True)
    assert book.sheetnames[1] == "2 Pine"
    rows = _cells(book["2 Pine"])
    assert rows["Total"][3] == 900.5
    assert rows["Commune"][4] == "Share (%)"


def test_number_formats() -> None:
    assert number_format(0) == '#,##0;-#,##0;"-"'
    assert number_format(2) == '#,##0.00;-#,##0.00;"-"'


def test_totals_have_no_binary_dust() -> None:
    assert total_of(pd.Series([0.1] * 3), decimals=1) == 0.3
    assert pd.isna(total_of(pd.Series([float("nan")]), decimals=1))


def test_earlier_workbook_stays_when_a_new_one_cannot_be_written(
    content: AnnexContent, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "annex.xlsx"
    path.write_bytes(b"earlier")

    def locked(_self: Path, target: Path) -> Path:
        raise PermissionError(13, "used by another process", str(target))

    monkeypatch.setattr(Path, "replace", locked)
    with pytest.raises(OutputExistsError, match=r"annex\.xlsx exists: give another name"):
        save_workbook(content, path)
    with pytest.raises(OutputError, match="open in Excel"):
        save_workbook(content, path, overwrite=True)
    assert path.read_bytes() == b"earlier"
    assert [item.name for item in tmp_path.iterdir()] == ["annex.xlsx"]


def test_missing_folder_is_named(content: AnnexContent, tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="không có"):
        save_workbook(content, tmp_path / "không có" / "annex.xlsx")


def test_zone_without_a_name_is_refused() -> None:
    with pytest.raises(InputError, match=r"1 zone has no name, first 'anise'"):
        squares.content(zone_names=squares.zone_names().query("zone != 'anise'"))


def test_doubled_rows_are_refused() -> None:
    zones = squares.zones()
    with pytest.raises(InputError, match=r"zones: 1 key occurs twice \(pine / 06001\)"):
        squares.content(zones=pd.concat([zones, zones.head(1)]))


def test_missing_column_is_refused() -> None:
    with pytest.raises(SchemaError, match="sources: expected columns"):
        squares.content(sources=pd.DataFrame({"layer": ["x"]}))


def test_heading_without_a_document_leaves_a_line(tmp_path: Path) -> None:
    heading = AnnexHeading(number="II", title=Phrase(en="x", vi="y"))
    path = save_workbook(squares.content(heading=heading), tmp_path / "annex.xlsx")
    sheet = openpyxl.load_workbook(path)["2 Thông"]
    assert sheet["A1"].value == "Phụ lục II"
    assert sheet["A3"].value == "(Kèm theo ……………………………………)"


def test_rows_with_long_texts_are_tall_enough(tmp_path: Path) -> None:
    sources = pd.DataFrame(
        {"layer": ["Kế hoạch phát triển vùng " * 5, "x"], "date": "2026", "source": "UBND tỉnh"}
    )
    sheet = openpyxl.load_workbook(
        save_workbook(squares.content(sources=sources), tmp_path / "a.xlsx")
    )["11 Nguồn số liệu"]
    rows = {str(row[1].value): row[1].row for row in sheet.iter_rows() if row[1].value}
    long = next(row for text, row in rows.items() if text.startswith("Kế hoạch phát"))
    assert sheet.row_dimensions[long].height >= 3 * 15
    assert sheet.row_dimensions[rows["x"]].height is None


@pytest.mark.parametrize(("communes", "pages"), [(15, 0), (25, None), (40, 0)])
def test_a_page_with_a_few_lines_is_drawn_into_the_one_before(
    communes: int, pages: int | None, tmp_path: Path
) -> None:
    one = squares.zones().query("zone == 'pine'").head(1)
    rows = [one.assign(commune_code=f"{n:05d}", commune=f"Xã {n}") for n in range(communes)]
    content = squares.content(zones=pd.concat(rows, ignore_index=True), allocation=None)
    sheet = openpyxl.load_workbook(save_workbook(content, tmp_path / "a.xlsx"))["2 Thông"]
    # No number is one page, 0 as many as it takes.
    assert sheet.page_setup.fitToHeight == pages


@pytest.mark.parametrize(("communes", "broken"), [(20, False), (26, True), (36, False)])
def test_the_total_row_is_not_alone_on_a_page(communes: int, broken: bool, tmp_path: Path) -> None:
    """Three rows of communes go with a total row that would begin a page, or nearly."""
    one = squares.zones().query("zone == 'pine'").head(1)
    rows = [one.assign(commune_code=f"{n:05d}", commune=f"Xã {n}") for n in range(communes)]
    signature = ("CHỦ TỊCH", "Nông Văn C")
    heading = AnnexHeading(province="Lạng Sơn", signature=signature)
    zones = pd.concat(rows, ignore_index=True)
    notes = tuple(TableNote("zone", Phrase(en=f"Sentence {n}.", vi=f"Câu {n}.")) for n in range(8))
    content = squares.content(zones=zones, allocation=None, heading=heading, notes=notes)
    path = save_workbook(content, tmp_path / "a.xlsx")
    sheet = openpyxl.load_workbook(path)["2 Thông"]
    (total,) = (row[1].row for row in sheet.iter_rows() if row[1].value == "Tổng cộng")
    # The break is below this row: three communes and the total row follow.
    assert [item.id for item in sheet.row_breaks.brk] == ([total - 4] if broken else [])


def test_a_text_stands_off_the_rule_before_it(content: AnnexContent, tmp_path: Path) -> None:
    """A figure ends at the rule at which the text of the next column would begin."""
    sheet = openpyxl.load_workbook(save_workbook(content, tmp_path / "a.xlsx"))["1 Chỉ tiêu"]
    cells = {str(cell.value): cell for row in sheet.iter_rows() for cell in row}
    for text in ("Chưa đạt", "ha", "III.1.1"):
        assert cells[text].alignment.indent == 1
    assert cells["900.5"].alignment.indent == 0
