"""Workbook and document held against their copies: what readers see is told, a new save is not."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pytest

from maps.annex.document import save_document
from maps.annex.workbook import save_workbook
from tests.maps.annex import annex_squares as squares
from tests.maps.annex.office import convert
from zones.publish.kept_pages import aligned, excerpts, is_untouched, keep_page, kept_page
from zones.publish.number_formats import shown_figure
from zones.publish.returned_document import hold_document
from zones.publish.returned_workbook import hold_workbook

Told = list[tuple[str, str, str]]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Workbook, document and their copies, in one folder."""
    folder = tmp_path_factory.mktemp("Đã lập")
    content = squares.content(demo=True)
    keep_page(save_workbook(content, folder / "annex.xlsx"), folder)
    keep_page(save_document(content, folder / "annex.docx"), folder)
    return folder


def _told(path: Path, made: Path) -> Told:
    kept = kept_page(made, f"annex{path.suffix}")
    if is_untouched(path, kept):
        return []
    is_book = path.suffix == ".xlsx"
    held = hold_workbook(path, kept) if is_book else hold_document(path, kept, table_word="Bảng")
    return [tuple(one.told("en").values())[1:] for one in held.differences]  # type: ignore[misc]


def _inside(path: Path, member: str, pattern: str, new: str) -> None:
    """Change the text of one member of an archive, once."""
    with zipfile.ZipFile(path) as given:
        parts = {name: given.read(name) for name in given.namelist()}
    text, count = re.subn(pattern, new, parts[member].decode("utf-8"), count=1)
    assert count == 1, f"{pattern} is not in {member}"
    with zipfile.ZipFile(path, "w") as taken:
        for name, data in {**parts, member: text.encode("utf-8")}.items():
            taken.writestr(name, data)


_NOTE = "Không in các xã, phường ngoài danh mục và không có diện tích. x: thuộc danh mục …"


def test_a_page_as_it_was_written_is_known_by_its_parts(made: Path) -> None:
    for name in ("annex.xlsx", "annex.docx"):
        kept = kept_page(made, name)
        assert is_untouched(made / name, kept)
        before = kept.read_bytes()
        keep_page(made / name, made)
        assert kept.read_bytes() == before
        with zipfile.ZipFile(kept) as archive:
            assert not [item for item in archive.namelist() if "media" in item]
            assert archive.testzip() is None


def _exchange(sheet: Any) -> None:
    sheet["D6"], sheet["G6"] = sheet["G6"].value, sheet["D6"].value


def _extra_row(sheet: Any) -> None:
    sheet["B15"], sheet["D15"] = "Cộng thêm", 5000


def _inserted_row(sheet: Any) -> None:
    sheet.unmerge_cells("A14:H14")
    sheet.move_range("A9:H14", rows=1, translate=True)
    for letter, value in zip("ABCDEFGH", (9, "Xã Mới", "", 0, 0, 0, 0, 0), strict=True):
        sheet[f"{letter}9"] = value
        if letter > "C":
            sheet[f"{letter}13"] = f"=SUM({letter}8:{letter}12)"


def _inserted_column(sheet: Any) -> None:
    sheet["I7"], sheet["I8"] = "Ghi chú", "1.000 m²"


def _hide(sheet: Any) -> None:
    sheet.row_dimensions[9].hidden = True
    sheet.column_dimensions["E"].width = 0.01
    sheet.parent["3 Hồi"].sheet_state = "hidden"


def _without_noughts(sheet: Any) -> None:
    sheet.sheet_view.showZeros = False


def _as_text(sheet: Any) -> None:
    sheet["D8"] = "400.1"


def _renamed(sheet: Any) -> None:
    sheet.title = "2 Keo"


def _rule(sheet: Any) -> None:
    from openpyxl.formatting.rule import Rule
    from openpyxl.styles.differential import DifferentialStyle
    from openpyxl.styles.numbers import NumberFormat

    style = DifferentialStyle(numFmt=NumberFormat(numFmtId=200, formatCode="0.0,"))
    sheet.conditional_formatting.add("D8:D9", Rule(type="expression", dxf=style, formula=["TRUE"]))


_SHEETS: dict[str, tuple[Callable[[Any], None], Told]] = {
    "unit": (lambda s: s.__setitem__("A5", "ĐVT: m²"), [("2 Thông!A5", "ĐVT: ha", "ĐVT: m²")]),
    "title": (
        lambda s: s.__setitem__("A3", "BẢNG 2. VÙNG HỒI, THEO XÃ, PHƯỜNG"),
        [("2 Thông!A3", *(f"BẢNG 2. VÙNG {name}, THEO XÃ, PHƯỜNG" for name in ("THÔNG", "HỒI")))],
    ),
    "headings": (
        _exchange,
        [("2 Thông!D6", "Hiện trạng", "Đến 2027"), ("2 Thông!G6", "Đến 2027", "Hiện trạng")],
    ),
    "year": (lambda s: s.__setitem__("E7", "2025"), [("2 Thông!E7", "2026", "2025")]),
    "note": (lambda s: s.__setitem__("A14", None), [("2 Thông!14:14", _NOTE, "nothing")]),
    "row below": (_extra_row, [("2 Thông!15:15", "nothing", "Cộng thêm | 5000")]),
    "row between": (
        _inserted_row,
        [("2 Thông!9:9", "nothing", "9 | Xã Mới | 0 | 0 | 0 | 0 | 0")],
    ),
    "column": (_inserted_column, [("2 Thông!I:I", "nothing", "Ghi chú | 1.000 m²")]),
    "hidden": (
        _hide,
        [
            ("2 Thông!9:9", "shown", "hidden"),
            ("2 Thông!E:E", "shown", "hidden"),
            ("2 Thông!F:F", "shown", "hidden"),
            ("3 Hồi", "shown", "hidden"),
        ],
    ),
    "noughts": (_without_noughts, [("2 Thông", "shown", "noughts are not shown")]),
    "merged": (lambda s: s.merged_cells.add("D8:D9"), [("2 Thông!D9", "shown", "hidden")]),
    "text": (
        _as_text,
        [
            ("2 Thông!D8", "400.1", "the text '400.1'"),
            ("2 Thông!D12", "900.5", "500.4"),
            ("2 Thông!G8", "450.4", "50.3"),
            ("2 Thông!G12", "1000", "599.9"),
        ],
    ),
    "rule": (_rule, [("2 Thông", "none", "a conditional number format")]),
    "formula": (
        lambda s: s.__setitem__("D6", "=1+1"),
        [("2 Thông!D6", "Hiện trạng", "D6: =1+1")],
    ),
    "sheet": (
        lambda s: s.parent.create_sheet("Thêm"),
        [("Thêm", "no such sheet", "a sheet")],
    ),
    "renamed": (
        _renamed,
        [("2 Thông", "a sheet", "no such sheet"), ("2 Keo", "no such sheet", "a sheet")],
    ),
    "footer": (
        lambda s: setattr(s.oddHeader.left, "text", "ĐVT: m²"),
        [
            ("2 Thông, header or footer", "nothing", "ĐVT: m²"),
        ],
    ),
}


@pytest.mark.parametrize("name", list(_SHEETS))
def test_what_a_reader_sees_otherwise_in_the_workbook_is_told(
    made: Path, tmp_path: Path, name: str
) -> None:
    change, told = _SHEETS[name]
    book = openpyxl.load_workbook(made / "annex.xlsx")
    change(book["2 Thông"])
    book.save(tmp_path / "annex.xlsx")
    assert sorted(_told(tmp_path / "annex.xlsx", made)) == sorted(told)


#: Formats of a cell with 400.1 ha, and what a reader sees of them.
_FORMATS = {
    "0.0,": "0.4, by the number format 0.0,",
    '"999,9"': '999,9, by the number format "999,9"',
    "0": "400, by the number format 0",
    "0%": "40010%, by the number format 0%",
    ";;;": "nothing, by the number format ;;;",
    "[White]0.0": "nothing, by the number format [White]0.0",
    '0.0" m²"': '400.1 m², by the number format 0.0" m²"',
    "# ?/10": "the number format # ?/10",
}


def test_a_number_format_that_shows_another_figure_is_told(made: Path, tmp_path: Path) -> None:
    path = tmp_path / "annex.xlsx"
    book = openpyxl.load_workbook(made / "annex.xlsx")
    cells = [row[3] for row in book["2 Thông"]["A8:D9"]]
    for code, told in _FORMATS.items():
        cells[0].number_format = code
        book.save(path)
        assert _told(path, made) == [("2 Thông!D8", "400.1", told)]
    # Digits more, another grouping, or a red figure below nought show the same.
    cells[0].number_format, cells[1].number_format = "0.00", '#,##0.0;[Red]-#,##0.0;"–"'
    book.save(path)
    assert _told(path, made) == []


@pytest.mark.parametrize(
    ("value", "code", "shown"),
    [
        (1234.5, '#,##0.0;-#,##0.0;"-"', "1234.5"),
        (0.0, '#,##0.0;-#,##0.0;"-"', "0"),
        (0.0, r"#,##0.0;\-#,##0.0;\-", "0"),
        (0.0, "General", "0"),
        (0.0, "#", ""),
        (-2.5, "0.0", "-2.5"),
        (-2.5, '0.0;-0.0;"-"', "-2.5"),
        (-2.5, "0.0;0.0", "2.5"),
        (2.45, "0.0", "2.5"),
        (1234.5, "#,##0.0_);(#,##0.0)", "1234.5"),
        (1_234_500.0, "#,##0.0,,", "1.2"),
        (0.5, "0.00%", "50%"),
        (3.0, "[$-42A]0", "3"),
        (3.0, '0"1"', "31"),
        (3.0, '0"1"0', None),
        (3.0, "[>2]0;0.0", None),
        (3.0, "0.0E+00", None),
        (3.0, "dd/mm/yyyy", None),
        (3.0, "0" * 300, None),
    ],
)
def test_what_a_format_shows(value: float, code: str, shown: str | None) -> None:
    assert shown_figure(value, code) == shown


_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def _row_added(document: Any) -> None:
    cells = document.tables[1].add_row().cells
    cells[1].text, cells[3].text = "Xã Mới", "999,9"


def _text_box(document: Any) -> None:
    from docx.oxml import parse_xml
    from docx.oxml.ns import nsdecls

    wrapped = f"<w:sdt {nsdecls('w')}><w:sdtContent><w:p><w:r><w:t>ĐVT: m²</w:t></w:r></w:p>"
    document.tables[1]._tbl.addprevious(parse_xml(f"{wrapped}</w:sdtContent></w:sdt>"))


def _set(place: int, text: str) -> Callable[[Any], None]:
    return lambda document: setattr(document.paragraphs[place].runs[0], "text", text)


def _cell(row: int, column: int, text: str) -> Callable[[Any], None]:
    def change(document: Any) -> None:
        document.tables[1].rows[row].cells[column].paragraphs[0].runs[0].text = text

    return change


_DOCUMENTS: dict[str, tuple[Callable[[Any], None], Told]] = {
    "unit": (_set(5, "ĐVT: m²"), [("paragraph 6", "ĐVT: ha", "ĐVT: m²")]),
    "heading": (
        _cell(0, 3, "Đến 2027"),
        [("Bảng 2, heading, row 1, column 4", "Hiện trạng", "Đến 2027")],
    ),
    "figure": (_cell(2, 3, "999,9"), [("Bảng 2, Bình Gia, Hiện trạng", "400,1", "999,9")]),
    "row": (_row_added, [("Bảng 2, row 8", "nothing", "Xã Mới | 999,9")]),
    "wrapped": (_text_box, [("paragraph 7", "nothing", "ĐVT: m²")]),
    "note gone": (_set(6, ""), [("paragraph 7", _NOTE, "nothing")]),
    "unseen": (
        lambda d: setattr(d.paragraphs[5].runs[0].font, "hidden", True),
        [("paragraph 6", "ĐVT: ha", "nothing")],
    ),
    "table": (
        lambda d: d.tables[1]._tbl.getparent().remove(d.tables[1]._tbl),
        [("Bảng 2", "a table", "none")],
    ),
    "margin": (
        lambda d: d.sections[0].footer.add_paragraph("ĐVT: m²"),
        [("header, footer or footnote", "nothing", "ĐVT: m²")],
    ),
}


@pytest.mark.parametrize("name", list(_DOCUMENTS))
def test_what_a_reader_sees_otherwise_in_the_document_is_told(
    made: Path, tmp_path: Path, name: str
) -> None:
    change, told = _DOCUMENTS[name]
    document = docx.Document(str(made / "annex.docx"))
    change(document)
    document.save(str(tmp_path / "annex.docx"))
    assert _told(tmp_path / "annex.docx", made) == told


def test_pages_saved_again_by_other_programs_say_the_same(made: Path, tmp_path: Path) -> None:
    openpyxl.load_workbook(made / "annex.xlsx").save(tmp_path / "annex.xlsx")
    docx.Document(str(made / "annex.docx")).save(str(tmp_path / "annex.docx"))
    for name in ("annex.xlsx", "annex.docx"):
        assert _told(tmp_path / name, made) == []


@pytest.mark.parametrize("name", ["annex.xlsx", "annex.docx"])
def test_pages_saved_again_by_an_office_say_the_same(made: Path, tmp_path: Path, name: str) -> None:
    saved = convert(made / name, tmp_path / "lại", Path(name).suffix[1:])
    assert not is_untouched(saved, kept_page(made, name))
    assert _told(saved, made) == []


def test_lists_are_held_against_each_other_item_by_item() -> None:
    assert aligned("abc", "abc") == [(0, 0), (1, 1), (2, 2)]
    assert aligned("abc", "axc") == [(0, 0), (1, 1), (2, 2)]
    assert aligned("abc", "abxc") == [(0, 0), (1, 1), (None, 2), (2, 3)]
    assert aligned("abcd", "ad") == [(0, 0), (1, None), (2, None), (3, 1)]
    assert aligned("", "a") == [(None, 0)]
    texts = (f"{'x' * 100} {area} ha {'y' * 100}" for area in (6, 7))
    assert excerpts(*texts) == tuple(f"…{'x' * 19} {area} ha {'y' * 55}…" for area in (6, 7))
