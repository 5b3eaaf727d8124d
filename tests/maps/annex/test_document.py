"""The document: page and letters as the decree wants them, the workbook's figures as text."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import docx
import openpyxl
import pandas as pd
import pypdf
import pytest
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from PIL import Image

from layers.base.errors import OutputError, OutputExistsError
from layers.base.language import Phrase
from maps import TableNote
from maps.annex.document import save_document
from maps.annex.workbook import save_workbook
from maps.layout.content import AnnexContent, AnnexHeading
from maps.layout.tables import build_tables
from tests.maps.annex import annex_squares as squares
from tests.maps.annex.office import convert


@pytest.fixture
def content() -> AnnexContent:
    return squares.content()


@pytest.fixture
def made(content: AnnexContent, tmp_path: Path) -> docx.document.Document:
    return docx.Document(str(save_document(content, tmp_path / "Phụ lục.docx")))


def _rows(table: docx.table.Table) -> dict[str, list[str]]:
    cells = [[cell.text for cell in row.cells] for row in table.rows]
    return {row[1]: row for row in cells}


def _captions(document: docx.document.Document) -> list[str]:
    return [item.text for item in document.paragraphs if item.text.startswith("Bảng ")]


def test_heading_lines_follow_the_decree(made: docx.document.Document) -> None:
    number, title, attached = made.paragraphs[:3]
    assert number.text == "Phụ lục I"
    assert title.text == "CÁC VÙNG SẢN XUẤT"
    assert attached.text == (
        "(Kèm theo Kế hoạch số 12/KH-UBND ngày 05/01/2026 của UBND tỉnh Lạng Sơn)"
    )
    assert [item.alignment for item in (number, title, attached)] == [WD_ALIGN_PARAGRAPH.CENTER] * 3
    assert number.runs[0].bold
    assert title.runs[0].bold
    assert attached.runs[0].italic
    assert number.runs[0].font.size == Pt(14)
    assert attached.runs[0].font.size == Pt(13)


def test_pages_are_a4_with_the_margins_of_the_decree(
    made: docx.document.Document, tmp_path: Path
) -> None:
    # Short tables stay on the landscape page they come upon; a narrow long one turns the page.
    rows = [("pine", f"{code:05}", f"Xã {code}", True, 1.0, 0.05, "") for code in range(20)]
    zones = pd.DataFrame(rows, columns=squares.zones().columns)
    long = save_document(squares.content(zones=zones, allocation=None), tmp_path / "dài.docx")
    turned = docx.Document(str(long)).sections
    assert {section.orientation for section in made.sections} == {WD_ORIENT.LANDSCAPE}
    assert {section.orientation for section in turned} == {WD_ORIENT.LANDSCAPE, WD_ORIENT.PORTRAIT}
    for section in [*made.sections, *turned]:
        sides = sorted([section.page_width / Mm(1), section.page_height / Mm(1)])
        assert sides == pytest.approx([210, 297], abs=0.1)
        assert (section.page_width > section.page_height) == (
            section.orientation == WD_ORIENT.LANDSCAPE
        )
        margins = (section.top_margin, section.bottom_margin)
        margins += (section.left_margin, section.right_margin)
        assert [value / Mm(1) for value in margins] == pytest.approx([20, 20, 30, 15], abs=0.1)


def test_font_is_times_new_roman_13(made: docx.document.Document) -> None:
    style = made.styles["Normal"]
    assert style.font.name == "Times New Roman"
    assert style.font.size == Pt(13)
    fonts = style.element.rPr.find(qn("w:rFonts"))
    assert fonts.get(qn("w:cs")) == "Times New Roman"


def test_page_number_stands_at_the_top_centre_from_the_second_page_on(
    made: docx.document.Document,
) -> None:
    section = made.sections[0]
    assert section.different_first_page_header_footer
    paragraph = section.header.paragraphs[0]
    assert paragraph.alignment == WD_ALIGN_PARAGRAPH.CENTER
    assert 'w:instr="PAGE"' in paragraph._p.xml
    assert "PAGE" not in section.first_page_header._element.xml


def test_only_the_first_page_of_all_is_without_a_number(tmp_path: Path) -> None:
    # A page of another size begins a section; Word hides the number of its first page as well
    # where the section takes over "different first page" from the one before.
    rows = [("pine", f"{code:05}", f"Xã {code}", True, 1.0, 0.05, "") for code in range(20)]
    zones = pd.DataFrame(rows, columns=squares.zones().columns)
    long = {"layer": "Lớp hiện trạng rừng " * 2, "source": "Chi cục Kiểm lâm tỉnh " * 3}
    sources = squares.content().sources.assign(**long)
    content = squares.content(zones=zones, allocation=None, sources=sources)
    path = save_document(content, tmp_path / "a.docx")
    first, *others = docx.Document(str(path)).sections
    assert first.different_first_page_header_footer
    assert len(others) >= 2
    assert not any(section.different_first_page_header_footer for section in others)
    assert all(section.header.is_linked_to_previous for section in others)


def test_one_table_per_zone_and_those_of_the_forest(
    made: docx.document.Document, content: AnnexContent
) -> None:
    assert len(made.tables) == len(build_tables(content)) == 11
    assert _captions(made)[1] == "Bảng 2. Vùng Thông, theo xã, phường"
    assert len(_captions(made)) == 11


def test_figures_are_printed_as_offices_print_them(made: docx.document.Document) -> None:
    zone = _rows(made.tables[1])
    assert zone["Bình Gia"][3:8] == ["400,1", "20,1", "30,2", "450,4", "50,3"]
    assert zone["Tân Văn"][3:8] == ["-"] * 5
    assert zone["Tổng cộng"][3:8] == ["900,5", "20,1", "79,4", "1.000,0", "99,5"]
    assert zone["Tổng cộng"][0] == ""
    matrix = _rows(made.tables[5])
    assert matrix["Bình Gia"][2:] == ["400,1", "-", "-"]
    cover = _rows(made.tables[6])
    assert cover["Tỉnh Lạng Sơn"][2:] == ["5.000,0", "3.076,0", "2.300,0", "760,0", "16,0", "61,2"]


def test_total_row_is_bold(made: docx.document.Document) -> None:
    last, before = made.tables[1].rows[-1], made.tables[1].rows[-2]
    assert last.cells[3].paragraphs[0].runs[0].bold
    assert not before.cells[3].paragraphs[0].runs[0].bold


def test_header_rows_repeat_and_rows_do_not_break(made: docx.document.Document) -> None:
    for table in made.tables:
        marks = [row._tr.trPr.find(qn("w:tblHeader")) is not None for row in table.rows]
        assert marks[0]
        assert marks == sorted(marks, reverse=True)
        assert all(row._tr.trPr.find(qn("w:cantSplit")) is not None for row in table.rows)


def test_years_stand_under_one_heading(made: docx.document.Document) -> None:
    upper, lower = made.tables[1].rows[0], made.tables[1].rows[1]
    assert upper.cells[4].text == upper.cells[5].text == "Kế hoạch trồng mới"
    assert [cell.text for cell in lower.cells][4:6] == ["2026", "2027"]
    assert upper.cells[1].text == lower.cells[1].text == "Xã, phường"


def test_document_prints_what_the_workbook_says(
    content: AnnexContent, made: docx.document.Document, tmp_path: Path
) -> None:
    book = openpyxl.load_workbook(save_workbook(content, tmp_path / "a.xlsx"), data_only=True)
    compared = 0
    for sheet, table in zip(book, made.tables, strict=True):
        printed = _rows(table)
        if sheet.title in ("1 Chỉ tiêu", "9 Phân bổ", "10 Chưa có số liệu", "11 Nguồn số liệu"):
            continue  # rows without a name of their own
        for row in sheet.iter_rows(values_only=True):
            if row[1] not in printed:
                continue
            for value, text in zip(row, printed[str(row[1])], strict=True):
                if isinstance(value, int | float):
                    plain = "0" if text == "-" else text.replace(".", "").replace(",", ".")
                    assert float(plain) == pytest.approx(value, abs=1e-9), (sheet.title, row)
                    compared += 1
    assert compared > 100


def test_names_are_text_whatever_they_look_like(tmp_path: Path) -> None:
    hostile = "=1+1 <w:br/> & \x0b]]>"
    zones = squares.zones()
    zones["commune"] = zones["commune"].replace("Bình Gia", hostile)
    path = save_document(squares.content(zones=zones), tmp_path / "a.docx")
    assert "=1+1 <w:br/> & ]]>" in _rows(docx.Document(str(path)).tables[1])


def test_demo_data_says_so_on_every_page(tmp_path: Path) -> None:
    path = save_document(squares.content(demo=True), tmp_path / "a.docx")
    section = docx.Document(str(path)).sections[0]
    for header in (section.header, section.first_page_header):
        text = " ".join(item.text for item in header.paragraphs)
        assert "Dữ liệu minh họa / Demo data" in text
    assert len(section.first_page_header.paragraphs) == 1


def test_digest_is_carried(made: docx.document.Document) -> None:
    assert made.core_properties.identifier == "a" * 64
    for footer in (made.sections[0].footer, made.sections[0].first_page_footer):
        assert "a" * 64 in footer.paragraphs[0].text


def test_same_content_same_bytes(
    content: AnnexContent, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1767225600")
    first = save_document(content, tmp_path / "a.docx").read_bytes()
    assert save_document(content, tmp_path / "b.docx").read_bytes() == first


def test_pictures_follow_the_tables(content: AnnexContent, tmp_path: Path) -> None:
    picture = tmp_path / "bản đồ.png"
    Image.new("RGB", (420, 297), "white").save(picture)
    wide = tmp_path / "biểu đồ.png"
    Image.new("RGB", (900, 300), "white").save(wide)
    path = save_document(
        content, tmp_path / "a.docx", pictures=[("Xã Bình Gia", picture), ("Xã Tân Văn", wide)]
    )
    document = docx.Document(str(path))
    assert len(document.inline_shapes) == 2
    assert all(shape.height < Mm(175) for shape in document.inline_shapes)
    assert all(shape.width < Mm(253) for shape in document.inline_shapes)
    texts = [item.text for item in document.paragraphs]
    assert "Xã Bình Gia" in texts
    assert document.sections[-1].orientation == WD_ORIENT.LANDSCAPE


def test_annex_in_english_and_without_a_plan_document(tmp_path: Path) -> None:
    heading = AnnexHeading(number="", title=Phrase(en="Zones", vi="Vùng"))
    path = save_document(
        squares.content(language="en", heading=heading, allocation=None), tmp_path / "a.docx"
    )
    document = docx.Document(str(path))
    assert [item.text for item in document.paragraphs[:3]] == [
        "Annex",
        "ZONES",
        "(Attached to ……………………………………)",
    ]
    assert _rows(document.tables[1])["Bình Gia"][3] == "400.1"


def test_libreoffice_prints_it_on_a4_in_a_font_with_times_metrics(
    content: AnnexContent, tmp_path: Path
) -> None:
    path = save_document(content, tmp_path / "annex.docx")
    reader = pypdf.PdfReader(convert(path, tmp_path / "pdf", "pdf"))
    for page in reader.pages:
        sides = sorted([float(page.mediabox.width), float(page.mediabox.height)])
        assert sides == pytest.approx([595.3, 841.9], abs=1)
    names = {
        str(font.get_object()["/BaseFont"])
        for page in reader.pages
        for font in page["/Resources"]["/Font"].get_object().values()
    }
    assert all(re.search("Times|Tinos|Liberation|Termes|DejaVu|Noto", name) for name in names)
    text = " ".join(" ".join(page.extract_text().split()) for page in reader.pages)
    assert "12/KH-UBND" in text
    assert "1.000,0" in text


def test_earlier_document_stays_when_a_new_one_cannot_be_written(
    content: AnnexContent, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "annex.docx"
    path.write_bytes(b"earlier")

    def locked(_self: Path, target: Path) -> Path:
        raise PermissionError(13, "used by another process", str(target))

    monkeypatch.setattr(Path, "replace", locked)
    with pytest.raises(OutputExistsError, match=r"annex\.docx exists: give another name"):
        save_document(content, path)
    with pytest.raises(OutputError, match="open in Word"):
        save_document(content, path, overwrite=True)
    assert path.read_bytes() == b"earlier"
    assert [item.name for item in tmp_path.iterdir()] == ["annex.docx"]


def test_long_names_and_empty_zones_are_printed(tmp_path: Path) -> None:
    zones = squares.zones()
    long = "Nghĩa Thượng Phong Trường Giang Hoành Sơn Bình Nguyên Thịnh X"
    zones["commune"] = zones["commune"].replace("Bình Gia", long)
    path = save_document(squares.content(zones=zones), tmp_path / "a.docx")
    tables = docx.Document(str(path)).tables
    assert long in _rows(tables[1])
    assert _rows(tables[3])["Tổng cộng"][2] == "-"


def test_frames_may_be_empty_of_zones(tmp_path: Path) -> None:
    content = squares.content(zones=squares.zones().iloc[:0], allocation=None)
    path = save_document(content, tmp_path / "a.docx")
    assert isinstance(docx.Document(str(path)).tables[0], docx.table.Table)
    assert pd.DataFrame(content.zones).empty


def test_long_titles_and_control_characters_are_made_safe_and_told(tmp_path: Path) -> None:
    title = "Các vùng\x00 sản xuất\ntập trung " * 20
    heading = AnnexHeading(title=Phrase(en=title, vi=title), attached_to="Kế hoạch\x1f số 1")
    content = squares.content(heading=heading)
    document = docx.Document(str(save_document(content, tmp_path / "a.docx")))
    assert document.paragraphs[1].text == ("CÁC VÙNG SẢN XUẤT TẬP TRUNG " * 20)
    assert document.paragraphs[2].text == "(Kèm theo Kế hoạch số 1)"
    assert len(document.core_properties.title) == 255
    book = openpyxl.load_workbook(save_workbook(content, tmp_path / "a.xlsx"))
    assert len(book.properties.title) == 255
    notes = build_tables(content)[-1].notes
    assert any("1 đoạn chữ có ký tự điều khiển" in note for note in notes)
    assert any("255 chữ đầu" in note for note in notes)
    assert len(build_tables(squares.content())[-1].notes) == 1


def test_last_rows_stay_together_and_with_their_notes(made: docx.document.Document) -> None:
    kept = [
        row.cells[1].paragraphs[0].paragraph_format.keep_with_next for row in made.tables[1].rows
    ]
    assert all(kept[-5:])
    note = next(item for item in made.paragraphs if item.text.startswith("Không in các xã"))
    assert not note.paragraph_format.keep_with_next


def test_a_page_of_notes_does_not_push_its_table_off_the_page(tmp_path: Path) -> None:
    notes = tuple(TableNote("targets", Phrase(f"Note {n}", f"Ghi chú {n}")) for n in range(9))
    content = replace(squares.content(), notes=notes)
    made = docx.Document(str(save_document(content, tmp_path / "a.docx")))
    kept = [
        item.paragraph_format.keep_with_next
        for item in made.paragraphs
        if item.text.startswith("Ghi chú ")
    ]
    assert kept[:9] == [True, True, *[False] * 7]


def test_short_tables_share_a_page_and_long_ones_follow(tmp_path: Path) -> None:
    """No table starts a page of its own; a chart stands below its table, above who signs."""
    picture = tmp_path / "biểu đồ.png"
    Image.new("RGB", (900, 300), "white").save(picture)
    heading = AnnexHeading(signature=("CHỦ TỊCH", "Nguyễn Văn A"))
    content = squares.content(heading=heading)
    path = save_document(content, tmp_path / "a.docx", charts={"cover": picture})
    document = docx.Document(str(path))
    assert not [p for p in document.paragraphs if p.paragraph_format.page_break_before]
    body = list(document.element.body)
    drawn = next(i for i, one in enumerate(body) if one.xpath(".//w:drawing"))
    before = [i for i, one in enumerate(body[:drawn]) if one.tag.endswith("}tbl")]
    cover = [table.role for table in build_tables(content)].index("cover")
    assert len(before) == cover + 1
    signed = next(i for i, one in enumerate(body) if "Nguyễn Văn A" in "".join(one.itertext()))
    assert signed > max(i for i, one in enumerate(body) if one.tag.endswith("}tbl"))
    assert document.inline_shapes[0].height <= Mm(95)


def test_who_signs_stands_below_the_tables_with_room_to_sign(tmp_path: Path) -> None:
    heading = AnnexHeading(signature=("TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH", ""))
    path = save_document(squares.content(heading=heading), tmp_path / "a.docx")
    lines = [paragraph.text for paragraph in docx.Document(str(path)).paragraphs]
    place = lines.index("TM. ỦY BAN NHÂN DÂN")
    assert lines[place:] == ["TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH", "", "", "", "……………………"]
    plain = save_document(squares.content(), tmp_path / "b.docx")
    assert "……………………" not in [p.text for p in docx.Document(str(plain)).paragraphs]


def test_what_is_asked_for_each_year_is_so_much_a_year() -> None:
    asked = squares.targets().assign(period=["per_year", "by_year", "by_year", "by_year"])
    (table, *_) = build_tables(squares.content(targets=asked))
    units = {row["subject"]: row["unit"] for row in table.rows.to_dict("records")}
    assert sorted(unit for unit in units.values() if unit.startswith("ha")) == ["ha", "ha/năm"]


def test_targets_of_communes_are_told_apart() -> None:
    targets = (
        squares.targets()
        .iloc[[0, 0, 0]]
        .assign(target=["a", "b", "c"], commune_code=["", "06001", "06002"])
    )
    content = squares.content(targets=targets, kinds={"06001": "xã"})
    (table, *_) = build_tables(content)
    assert table.rows["subject"].tolist() == [
        "Thông: Diện tích",
        "Thông: Diện tích – Xã Bình Gia",
        "Thông: Diện tích – Đồng Đăng",
    ]
