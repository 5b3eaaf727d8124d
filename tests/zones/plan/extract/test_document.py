"""Documents: what their text is, which clauses it has, and which files are refused."""

from __future__ import annotations

import time
import zipfile
from pathlib import Path

import docx
import pypdf
import pytest
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from hypothesis import given
from hypothesis import strategies as st

from layers.base.errors import InputError, MissingFileError
from zones.plan.extract import document
from zones.plan.extract.document import read_document_text
from zones.plan.extract.outline import read_outline

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
MC = "http://schemas.openxmlformats.org/markup-compatibility/2006"


def _clauses(*lines: str) -> list[tuple[str | None, str]]:
    return [(p.clause, p.text) for p in read_outline(lines)]


def test_clauses_follow_the_marks() -> None:
    assert _clauses(
        "KẾ HOẠCH",
        "I. MỤC TIÊU",
        "1. Chung",
        "2. Cụ thể",
        "a) Đến năm 2025",
        "- Trồng rừng",
        "b) Đến năm 2030",
        "đ) Khác",
        "II. NHIỆM VỤ",
        "1. Vùng",
        "1.1. Thông",
        "1.2. Hồi",
        "2. Khác",
        "2.1. Dẻ",
        "Nơi nhận:",
        "1. Lưu",
    ) == [
        (None, "KẾ HOẠCH"),
        ("I", "MỤC TIÊU"),
        ("I.1", "Chung"),
        ("I.2", "Cụ thể"),
        ("I.2.a", "Đến năm 2025"),
        ("I.2.a", "Trồng rừng"),
        ("I.2.b", "Đến năm 2030"),
        ("I.2.đ", "Khác"),
        ("II", "NHIỆM VỤ"),
        ("II.1", "Vùng"),
        ("II.1.1", "Thông"),
        ("II.1.2", "Hồi"),
        ("II.2", "Khác"),
        ("II.2.1", "Dẻ"),
        (None, "Nơi nhận:"),
        (None, "1. Lưu"),
    ]


def test_numbers_that_begin_anew_open_a_level_below() -> None:
    clauses = [clause for clause, _ in _clauses("I. A", "1. B", "2. C", "1. D", "a) E", "2. F")]
    assert clauses == ["I", "I.1", "I.2", "I.2.1", "I.2.1.a", "I.2.2"]


def test_a_first_mark_may_be_lost_but_not_the_first_four() -> None:
    clauses = [
        clause for clause, _ in _clauses("I. A", "2. B", "- C", "b) D", "II. E", "- F", "9. G")
    ]
    assert clauses == ["I", "I.2", "I.2", "I.2.b", "II", "II"]


def test_articles_parts_and_annexes_stand_above() -> None:
    found = _clauses(
        "Phần thứ hai. NỘI DUNG",
        "Chương I. CHUNG",
        "Điều 1. Mục tiêu",
        "1. Trồng rừng",
        "Điều 2. Tổ chức",
        "Nơi nhận:",
        "PHỤ LỤC II",
        "I. Vùng quế",
        "PHỤ LỤC III",
    )
    assert [clause for clause, _ in found] == [
        "P2",
        "P2.C1",
        "P2.C1.Đ1",
        "P2.C1.Đ1.1",
        "P2.C1.Đ2",
        None,
        "PL2",
        "PL2.I",
        "PL3",
    ]


def test_a_decimal_number_counts_only_below_its_own_clause() -> None:
    clauses = [clause for clause, _ in _clauses("II. A", "2.1. B", "2.2. C", "- D", "3.1. E")]
    assert clauses == ["II", "II.1", "II.2", "II.2"]


@pytest.mark.parametrize("line", ["1.500 lồng cá", "4.5 ha quế", "40 cơ sở", "2030; Kế hoạch"])
def test_a_line_that_a_page_break_leaves_is_no_clause(line: str) -> None:
    found = read_outline(("I. A", "1. Nuôi cá lồng, quy mô trên", line))
    assert found[-1].clause == "I.1"
    assert len(found) == 2
    assert found[-1].text.endswith(line.strip())


def test_lines_broken_by_hand_are_joined_and_keep_their_numbers() -> None:
    lines = (
        "I. MỤC TIÊU",
        "- Duy trì và phát triển diện tích rừng trồng sản xuất ở các huyện Ba",
        "Vì và Thạch Thất đạt 5.000 ha, trồng mới mỗi năm ít nhất là 120 ha,",
        "chăm sóc 300 ha.",
        "- Khác",
    )
    found = read_outline(lines)
    assert [p.clause for p in found] == ["I", "I", "I"]
    assert found[1].line_at(found[1].text.index("5.000")) == 3
    assert found[1].line_at(found[1].text.index("300 ha")) == 4


def test_items_may_begin_with_a_figure_and_ranges_may_be_broken() -> None:
    lines = (
        "I. MỤC TIÊU",
        "- 15 xã đạt chuẩn;",
        "- 100% số hộ dùng nước sạch từ 30",
        "- 40 cơ sở.",
    )
    found = read_outline(lines)
    assert [p.text for p in found[1:]] == [
        "15 xã đạt chuẩn;",
        "100% số hộ dùng nước sạch từ 30 - 40 cơ sở.",
    ]


@given(
    st.lists(
        st.text(alphabet="IVX123ab.)- ha500Đồngcd;", min_size=0, max_size=40).map(str.strip),
        max_size=12,
    )
)
def test_every_line_belongs_to_exactly_one_paragraph(lines: list[str]) -> None:
    found = read_outline(tuple(lines))
    numbers = [number for paragraph in found for _, number in paragraph.starts]
    assert numbers == [number for number, line in enumerate(lines, start=1) if line]


def test_marks_of_layout_are_taken_away(tmp_path: Path) -> None:
    path = tmp_path / "văn bản.md"
    path.write_text(
        "### **II. MỤC TIÊU**\n---\nGỗ 580 nghìn m<sup>2</sup> theo Quyết định<sup>1</sup>\n"
        "50.000[^1] ha, 350¹ ha\n",
        encoding="utf-8",
    )
    assert read_document_text(path).lines == (
        "II. MỤC TIÊU",
        "",
        "Gỗ 580 nghìn m2 theo Quyết định",
        "50.000 ha, 350 ha",
    )


def _number(paragraph: docx.text.paragraph.Paragraph, list_id: int, level: int) -> None:
    properties = OxmlElement("w:numPr")
    for tag, value in (("w:ilvl", level), ("w:numId", list_id)):
        element = OxmlElement(tag)
        element.set(qn("w:val"), str(value))
        properties.append(element)
    paragraph.paragraph_format.element.get_or_add_pPr().append(properties)


def _add_list(document: docx.document.Document) -> None:
    numbering = document.part.numbering_part.element
    definition = OxmlElement("w:abstractNum")
    definition.set(qn("w:abstractNumId"), "90")
    for level, (form, text) in enumerate(
        (("upperRoman", "%1."), ("decimal", "%2."), ("lowerLetter", "%3)"))
    ):
        element = OxmlElement("w:lvl")
        element.set(qn("w:ilvl"), str(level))
        for tag, value in (("w:start", "1"), ("w:numFmt", form), ("w:lvlText", text)):
            child = OxmlElement(tag)
            child.set(qn("w:val"), value)
            element.append(child)
        definition.append(element)
    numbering.insert(0, definition)
    number = OxmlElement("w:num")
    number.set(qn("w:numId"), "90")
    reference = OxmlElement("w:abstractNumId")
    reference.set(qn("w:val"), "90")
    number.append(reference)
    numbering.append(number)


def test_a_word_document_has_the_numbers_word_prints(tmp_path: Path) -> None:
    document = docx.Document()
    _add_list(document)
    for text, level in (("MỤC TIÊU", 0), ("Chung", 1), ("Cụ thể", 1), ("Rừng", 2), ("NHIỆM VỤ", 0)):
        _number(document.add_paragraph(text), 90, level)
    _number(document.add_paragraph("Một"), 90, 1)
    document.add_paragraph("Trồng rừng đạt\t9.000 ha")
    table = document.add_table(rows=2, cols=2)
    table.cell(0, 0).text, table.cell(0, 1).text = "Xã", "ha"
    table.cell(1, 0).merge(table.cell(1, 1)).text = "Tổng"
    path = tmp_path / "kế hoạch.docx"
    document.save(str(path))
    assert read_document_text(path).lines == (
        "I. MỤC TIÊU",
        "1. Chung",
        "2. Cụ thể",
        "a) Rừng",
        "II. NHIỆM VỤ",
        "1. Một",
        "Trồng rừng đạt 9.000 ha",
        "Xã | ha",
        "Tổng",
    )


def _pdf(path: Path, text: str, *, drawn: str = "") -> None:
    """A PDF of one page that shows one line of ASCII, or is drawn by hand."""
    stream = (drawn or f"BT /F1 12 Tf 72 720 Td ({text}) Tj ET").encode("ascii")
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        (
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R"
            b"/Resources<</Font<</F1 5 0 R>>>>>>"
        ),
        b"<</Length %d>>stream\n%s\nendstream" % (len(stream), stream),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    data, offsets = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(data)
    data += b"xref\n0 6\n0000000000 65535 f \n"
    data += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    path.write_bytes(data + b"trailer<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % start)


def test_a_pdf_gives_its_text(tmp_path: Path) -> None:
    path = tmp_path / "plan.pdf"
    _pdf(path, "Trong moi 9.000 ha rung den nam 2030")
    assert read_document_text(path).lines == ("Trong moi 9.000 ha rung den nam 2030",)


#: "350", a raised 6 and " ha", as programs write it: LibreOffice and Word, Acrobat, and by a rise;
#: then on a page turned by a quarter.
_RAISED_IN_PDF = {
    "font": "BT /F1 12 Tf 72 700 Td (Na dat 350) Tj ET BT 130.7 704.6 Td /F1 7 Tf (6) Tj ET"
    " BT 134.6 700 Td /F1 12 Tf ( ha rung trong moi) Tj ET",
    "matrix": "BT /F1 1 Tf 12 0 0 12 72 700 Tm (Na dat 350) Tj 7 0 0 7 130.7 704.6 Tm (6) Tj"
    " 12 0 0 12 134.6 700 Tm ( ha rung trong moi) Tj ET",
    "rise": "BT /F1 12 Tf 72 700 Td (Na dat 350) Tj /F1 7 Tf 4 Ts (6) Tj 0 Ts /F1 12 Tf"
    " ( ha rung trong moi) Tj ET",
    "turned": "BT /F1 12 Tf 0 1 -1 0 300 72 Tm (Na dat 350) Tj /F1 7 Tf 0 1 -1 0 295.4 130.7 Tm"
    " (6) Tj /F1 12 Tf 0 1 -1 0 300 134.6 Tm ( ha rung trong moi) Tj ET",
}


@pytest.mark.parametrize("drawn", _RAISED_IN_PDF.values(), ids=_RAISED_IN_PDF)
def test_a_raised_figure_of_a_pdf_is_the_mark_of_a_note(tmp_path: Path, drawn: str) -> None:
    path = tmp_path / "plan.pdf"
    _pdf(path, "", drawn=drawn)
    assert read_document_text(path).lines == ("Na dat 350 ha rung trong moi",)
    _pdf(path, "", drawn=drawn.replace("350", "350 m").replace("(6)", "(2)"))
    assert read_document_text(path).lines[0].startswith("Na dat 350 m2")


def test_only_a_small_figure_on_a_higher_line_is_a_mark(tmp_path: Path) -> None:
    path = tmp_path / "plan.pdf"
    shown = "BT /F1 12 Tf 72 700 Td (Na dat 35) Tj {} Td /F1 {} Tf (6) Tj ET"
    for move, size in (("52 0", 12), ("52 4", 12), ("52 0", 7), ("52 -3", 7)):
        _pdf(
            path,
            "",
            drawn=shown.format(move, size) + " BT 72 600 Td (rung trong moi den nam 2030) Tj ET",
        )
        assert read_document_text(path).lines[0] == "Na dat 356"
    # A cell beside a cell of larger letters, higher by the difference of their tops.
    _pdf(
        path,
        "",
        drawn=shown.format("200 2.7", 9) + " BT 72 600 Td (rung trong moi den nam 2030) Tj ET",
    )
    assert read_document_text(path).lines[0] == "Na dat 35 6"


@pytest.mark.parametrize(
    ("text", "move", "size", "line"),
    [
        ("Na dat", "228 5", 10, "Na dat ³⁵"),
        ("Na dat 350", "228 5", 10, "Na dat 350 ³⁵"),
        ("Na dat 350,", "71.2 5", 9, "Na dat 350,³⁵"),
    ],
)
def test_a_small_figure_of_a_pdf_that_may_be_no_mark_is_kept(
    tmp_path: Path, text: str, move: str, size: int, line: str
) -> None:
    path = tmp_path / "plan.pdf"
    drawn = f"BT /F1 14 Tf 72 700 Td ({text}) Tj {move} Td /F1 {size} Tf (35) Tj ET"
    foot = " BT /F1 10 Tf 72 80 Td (35 Gom ca dien tich trong moi) Tj ET"
    _pdf(path, "", drawn=drawn + foot)
    assert read_document_text(path).lines == (line, "35 Gom ca dien tich trong moi")


def test_a_note_at_the_foot_of_a_pdf_goes_by_its_mark(tmp_path: Path) -> None:
    path = tmp_path / "plan.pdf"
    foot = " BT /F1 {} Tf 72 80 Td (6 Gom ca dien tich trong moi) Tj ET"
    for size, line in ((10, "⁶ Gom ca dien tich trong moi"), (12, "6 Gom ca dien tich trong moi")):
        _pdf(path, "", drawn=_RAISED_IN_PDF["font"] + foot.format(size))
        assert read_document_text(path).lines == ("Na dat 350 ha rung trong moi", line)


def test_a_scan_says_that_it_is_one(tmp_path: Path) -> None:
    path = tmp_path / "scan.pdf"
    _pdf(path, "")
    with pytest.raises(InputError, match=r"a scan: 1 page holds 0 letters.*OCR"):
        read_document_text(path)


def _locked_pdf(folder: Path) -> Path:
    plain, path = folder / "plain.pdf", folder / "locked.pdf"
    _pdf(plain, "Trong moi 9.000 ha rung den nam 2030")
    writer = pypdf.PdfWriter(clone_from=plain)
    writer.encrypt("secret", algorithm="RC4-128")
    writer.write(path)
    return path


def test_an_encrypted_pdf_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="the PDF is encrypted"):
        read_document_text(_locked_pdf(tmp_path))


def test_a_cipher_that_needs_another_package_is_refused_alike(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def decrypt(*_: object) -> None:
        raise pypdf.errors.DependencyError

    path = _locked_pdf(tmp_path)
    monkeypatch.setattr(pypdf.PdfReader, "decrypt", decrypt)
    with pytest.raises(InputError, match="the PDF is encrypted"):
        read_document_text(path)


@pytest.mark.parametrize("suffix", [".docx", ".pdf"])
def test_binary_junk_is_refused_whatever_its_name(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"junk{suffix}"
    path.write_bytes(bytes(range(256)) * 40)
    with pytest.raises(InputError, match=r"not a (Word document|PDF)"):
        read_document_text(path)


def test_an_archive_that_is_no_word_document_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.docx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("word/readme.txt", "x")
    with pytest.raises(InputError, match="not a Word document"):
        read_document_text(path)


def _word(path: Path, body: str, **parts: str) -> Path:
    """A Word document of bare XML: what a test is about, and nothing else."""
    head = f'xmlns:w="{W}" xmlns:mc="{MC}"'
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            "word/document.xml", f"<w:document {head}><w:body>{body}</w:body></w:document>"
        )
        for name, xml in parts.items():
            archive.writestr(f"word/{name}.xml", f"<w:{name} {head}>{xml}</w:{name}>")
    return path


def _run(text: str) -> str:
    return f"<w:r><w:t xml:space='preserve'>{text}</w:t></w:r>"


def _paragraph(*inside: str) -> str:
    return f"<w:p>{''.join(inside)}</w:p>"


def _raised(text: str, properties: str = "<w:vertAlign w:val='superscript'/>") -> str:
    return f"<w:r><w:rPr>{properties}</w:rPr><w:t>{text}</w:t></w:r>"


def test_raised_figures_of_word_are_marks_of_notes(tmp_path: Path) -> None:
    style = "<w:style w:type='character' w:styleId='{}'><w:basedOn w:val='{}'/>{}</w:style>"
    mark = "<w:rPr><w:vertAlign w:val='superscript'/></w:rPr>"
    cell = "<w:tc>{}</w:tc>"
    row = "".join(
        cell.format(_paragraph(*runs))
        for runs in ((_run("Na"),), (_run("350"), _raised("7")), (_run("ha"),))
    )
    path = _word(
        tmp_path / "a.docx",
        _paragraph(_run("I. MỤC TIÊU"), _raised("1"))
        + _paragraph(_run("hồi 50.000"), _raised("2"), _run(" ha, na 350"), _raised("3, 4"))
        + _paragraph(_run("gỗ 20 m"), _raised("3"), _raised("1"), _run("/ha, 6 km"), _raised("2"))
        + _paragraph(_run("quế 60"), _raised("5", "<w:rStyle w:val='Mark'/>"), _run(" ha"))
        + _paragraph(_run("chè 70"), _raised("6", "<w:position w:val='4'/><w:sz w:val='16'/>"))
        + _paragraph(_run("CO"), _raised("2", "<w:vertAlign w:val='subscript'/>"))
        + _paragraph(_run("thông 9"), _raised("0", "<w:vertAlign w:val='baseline'/>"))
        + f"<w:tbl><w:tr>{row}</w:tr></w:tbl>",
        styles=style.format("Base", "", mark) + style.format("Mark", "Base", ""),
    )
    assert read_document_text(path).lines == (
        "I. MỤC TIÊU",
        "hồi 50.000 ha, na 350",
        "gỗ 20 m3/ha, 6 km2",
        "quế 60 ha",
        "chè 70",
        "CO2",
        "thông 90",
        "Na | 350 | ha",
    )


@pytest.mark.parametrize("size", ["", "<w:sz w:val='26'/>"])
def test_a_word_figure_on_a_shifted_line_is_kept(tmp_path: Path, size: str) -> None:
    up = "<w:position w:val='{}'/>" + size
    sizes = "<w:docDefaults><w:rPrDefault><w:rPr><w:sz w:val='26'/></w:rPr></w:rPrDefault>"
    sizes += "</w:docDefaults><w:style w:type='paragraph' w:styleId='S' w:default='1'>"
    sizes += "<w:rPr><w:sz w:val='28'/></w:rPr></w:style>"
    cells = [
        _paragraph(_run("Na")),
        _paragraph(_raised("35", up.format(9))),
        _paragraph(_run("ha")),
    ]
    row = "".join(f"<w:tc>{cell}</w:tc>" for cell in cells)
    path = _word(
        tmp_path / "a.docx",
        _paragraph(_run("hồi đạt "), _raised("350", up.format(2)), _run(" ha, na "))
        + _paragraph(_run("na "), _raised("12.500", up.format(8)), _run(" ha"))
        + _paragraph(_run("na 1"), _raised("2", up.format(2)), _run(" ha"))
        + _paragraph(_run("na 1"), _raised("2", up.format(6)), _run(" ha"))
        + _paragraph(_raised("na 1", up.format(6)), _raised("2", up.format(7)), _run(" ha"))
        + f"<w:tbl><w:tr>{row}</w:tr></w:tbl>",
        styles=sizes,
    )
    assert read_document_text(path).lines == (
        "hồi đạt 350 ha, na",
        "na 12.500 ha",
        "na 12 ha",
        "na 1 ² ha",
        "na 12 ha",
        "Na | 35 | ha",
    )


def test_a_figure_torn_over_two_lines_is_one() -> None:
    lines = ("I. A", "- Vùng chè đạt 50.", "000 ha, hồi 155", ".000 ha; na năm 2030.", "300 ha.")
    texts = [paragraph.text for paragraph in read_outline(lines)]
    assert texts[1] == "Vùng chè đạt 50.000 ha, hồi 155.000 ha; na năm 2030. 300 ha."


def _deleted(text: str) -> str:
    return f"<w:del><w:r><w:delText>{text}</w:delText></w:r></w:del>"


def test_tracked_changes_are_read_as_accepted_and_told(tmp_path: Path) -> None:
    joined = "<w:p><w:pPr><w:rPr><w:del/></w:rPr></w:pPr>" + _run("Trồng 10 ha ") + "</w:p>"
    row = "<w:tr>{}<w:tc><w:p>" + _run("{}") + "</w:p></w:tc></w:tr>"
    path = _word(
        tmp_path / "a.docx",
        _paragraph(_run("Thông 4."), f"<w:ins>{_run('5')}</w:ins>", _run("00 ha"))
        + _paragraph(_run("Quế 1"), _deleted("4.5"), f"<w:ins>{_run('2.0')}</w:ins>", _run("00 ha"))
        + _paragraph(_run("tại các xã A, "), f"<w:moveTo>{_run('B, ')}</w:moveTo>", _run("C"))
        + _paragraph(f"<w:moveFrom>{_run('B, ')}</w:moveFrom>")
        + joined
        + _paragraph(_run("keo"))
        + "<w:tbl>"
        + row.format("", "giữ")
        + row.format("<w:trPr><w:del/></w:trPr>", "bỏ")
        + "</w:tbl>",
    )
    document = read_document_text(path)
    assert document.lines == (
        "Thông 4.500 ha",
        "Quế 12.000 ha",
        "tại các xã A, B, C",
        "",
        "Trồng 10 ha keo",
        "giữ",
    )
    assert "7 tracked changes, which were read as accepted" in document.notes[0].en


def test_text_counts_whatever_word_wraps_it_in(tmp_path: Path) -> None:
    box = f"<w:txbxContent>{_paragraph(_run('Trong khung 7 ha'))}</w:txbxContent>"
    drawing = (
        f"<w:r><mc:AlternateContent><mc:Choice><w:drawing>{box}</w:drawing></mc:Choice>"
        f"<mc:Fallback><w:pict>{box}</w:pict></mc:Fallback></mc:AlternateContent></w:r>"
    )
    field = (
        "<w:r><w:fldChar w:fldCharType='begin'/></w:r><w:r><w:instrText>REF x 99 ha</w:instrText>"
        f"</w:r><w:r><w:fldChar w:fldCharType='separate'/></w:r>{_run('5')}"
        "<w:r><w:fldChar w:fldCharType='end'/></w:r>"
    )
    path = _word(
        tmp_path / "a.docx",
        _paragraph(f"<w:smartTag><w:smartTag>{_run('Lục Ngạn')}</w:smartTag></w:smartTag>")
        + f"<w:sdt><w:sdtContent>{_paragraph(_run('Khối 1 ha'))}</w:sdtContent></w:sdt>"
        + _paragraph(f"<w:sdt><w:sdtContent>{_run('Dòng 2 ha')}</w:sdtContent></w:sdt>")
        + _paragraph(f"<w:hyperlink>{_run('Liên kết 3 ha')}</w:hyperlink>")
        + _paragraph(f"<w:fldSimple>{_run('4')}</w:fldSimple>", _run(" ha và "), field, _run(" ha"))
        + _paragraph(_run("Có khung"), drawing)
        + _paragraph(_run("Có chú thích"), "<w:r><w:footnoteReference w:id='2'/></w:r>")
        + _paragraph(
            "<w:r><w:t>rừng 8</w:t><w:noBreakHyphen/><w:t>9 ha</w:t><w:br/><w:t>hết</w:t></w:r>",
            "<w:r><w:rPr><w:vanish/></w:rPr><w:t>ẩn 6 ha</w:t></w:r>",
        ),
        footnotes=f"<w:footnote w:id='2'>{_paragraph(_run('Quyết định 12'))}</w:footnote>",
    )
    assert read_document_text(path).lines == (
        "Lục Ngạn",
        "Khối 1 ha",
        "Dòng 2 ha",
        "Liên kết 3 ha",
        "4 ha và 5 ha",
        "Có khung",
        "Trong khung 7 ha",
        "Có chú thích",
        "² Quyết định 12",
        "rừng 8-9 ha hết",
    )


def _inserted(text: str) -> str:
    return f"<w:ins>{_run(text)}</w:ins>"


def test_insertions_count_wherever_they_stand(tmp_path: Path) -> None:
    cell = "<w:tc>" + _paragraph(_run("4."), _inserted("5"), _run("00 ha")) + "</w:tc>"
    inner = f"<w:tbl><w:tr><w:tc>{_paragraph(_inserted('trong 6 ha'))}</w:tc></w:tr></w:tbl>"
    nested = f"<w:tc>{inner}{_paragraph(_run('ô'))}</w:tc>"
    box = f"<w:txbxContent>{_paragraph(_run('Khung '), _inserted('7 ha'))}</w:txbxContent>"
    shown = "<w:r><w:rPr><w:vanish w:val='0'/></w:rPr><w:t>hiện 8 ha</w:t></w:r>"
    path = _word(
        tmp_path / "a.docx",
        f"<w:tbl><w:tr><w:trPr><w:ins/></w:trPr>{cell}{nested}</w:tr></w:tbl>"
        + _paragraph(f"<w:hyperlink><w:ins>{_run('liên kết 1 ha')}</w:ins></w:hyperlink>")
        + f"<w:sdt><w:sdtContent>{_paragraph(_inserted('khối 2 ha'))}</w:sdtContent></w:sdt>"
        + _paragraph(_run("hình"), f"<w:r><w:pict>{box}</w:pict></w:r>")
        + _paragraph(_run("chú"), "<w:r><w:footnoteReference w:id='2'/></w:r>")
        + _paragraph(shown),
        footnotes=f"<w:footnote w:id='2'>{_paragraph(_run('Có '), _inserted('9 ha'))}</w:footnote>",
    )
    document = read_document_text(path)
    assert document.lines == (
        "4.500 ha | trong 6 ha ô",
        "liên kết 1 ha",
        "khối 2 ha",
        "hình",
        "Khung 7 ha",
        "chú",
        "² Có 9 ha",
        "hiện 8 ha",
    )
    # The row, five insertions of the body, and one of the footnote.
    assert "7 tracked changes" in document.notes[0].en


def test_columns_of_a_table_keep_their_places(tmp_path: Path) -> None:
    def cell(text: str, properties: str = "") -> str:
        return f"<w:tc><w:tcPr>{properties}</w:tcPr>{_paragraph(_run(text))}</w:tc>"

    rows = [
        cell("Vùng", "<w:vMerge w:val='restart'/>") + cell("Năm", "<w:gridSpan w:val='2'/>"),
        cell("", "<w:vMerge/>") + cell("2025") + cell("2030"),
        cell("Keo") + cell("100") + cell("100"),
        cell("Quế") + cell("") + cell("50"),
    ]
    table = "<w:tbl>" + "".join(f"<w:tr>{row}</w:tr>" for row in rows) + "</w:tbl>"
    assert read_document_text(_word(tmp_path / "a.docx", table)).lines == (
        "Vùng | Năm |",
        "Vùng | 2025 | 2030",
        "Keo | 100 | 100",
        "Quế |  | 50",
    )


def test_lists_of_one_definition_go_on_counting(tmp_path: Path) -> None:
    def item(text: str, list_id: int) -> str:
        number = f"<w:numPr><w:ilvl w:val='0'/><w:numId w:val='{list_id}'/></w:numPr>"
        return f"<w:p><w:pPr>{number}</w:pPr>{_run(text)}</w:p>"

    level = "<w:lvl w:ilvl='0'><w:numFmt w:val='decimal'/><w:lvlText w:val='%1.'/></w:lvl>"
    anew = "<w:lvlOverride w:ilvl='0'><w:startOverride w:val='1'/></w:lvlOverride>"
    link = "<w:abstractNumId w:val='7'/>"
    numbering = (
        f"<w:abstractNum w:abstractNumId='7'>{level}</w:abstractNum>"
        f"<w:num w:numId='1'>{link}</w:num>"
        f"<w:num w:numId='2'>{link}</w:num><w:num w:numId='3'>{link}{anew}</w:num>"
    )
    body = item("A", 1) + item("B", 2) + item("C", 3) + item("D", 1)
    found = read_document_text(_word(tmp_path / "a.docx", body, numbering=numbering))
    assert found.lines == ("1. A", "2. B", "1. C", "3. D")


@pytest.mark.parametrize(
    ("name", "size"), [("word/document.xml", 120_000_000), ("word/styles.xml", 60_000_000)]
)
def test_a_document_that_unpacks_without_end_is_refused_unread(
    tmp_path: Path, name: str, size: int
) -> None:
    path = tmp_path / "bomb.docx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        if "document" not in name:
            body = f"<w:document xmlns:w='{W}'><w:body/></w:document>"
            archive.writestr("word/document.xml", body)
        with archive.open(name, "w", force_zip64=True) as part:
            for _ in range(size // 1_000_000):
                part.write(b" " * 1_000_000)
    began = time.perf_counter()
    with pytest.raises(
        InputError, match=rf"bomb.docx: {name} unpacks to .* MB; at most .* are read"
    ):
        read_document_text(path)
    assert time.perf_counter() - began < 1


def _notes() -> tuple[str, dict[str, str]]:
    note = f"<w:footnote w:id='2'>{_paragraph(_run('a b ' * 5000))}</w:footnote>"
    return "<w:p>" + "<w:footnoteReference w:id='2'/>" * 5000 + "</w:p>", {"footnotes": note}


def _rows() -> tuple[str, dict[str, str]]:
    first = "".join(f"<w:tc>{_paragraph(_run(text))}</w:tc>" for text in ("x" * 5000, "y"))
    again = "<w:tc><w:tcPr><w:vMerge/></w:tcPr><w:p/></w:tc>"
    return f"<w:tbl><w:tr>{first}</w:tr>{f'<w:tr>{again * 2}</w:tr>' * 5000}</w:tbl>", {}


def _labels() -> tuple[str, dict[str, str]]:
    level = f"<w:lvl w:ilvl='0'><w:lvlText w:val='{'%1.' * 5000}'/></w:lvl>"
    numbering = f"<w:abstractNum w:abstractNumId='0'>{level}</w:abstractNum>"
    numbering += "<w:num w:numId='1'><w:abstractNumId w:val='0'/></w:num>"
    mark = "<w:pPr><w:numPr><w:ilvl w:val='0'/><w:numId w:val='1'/></w:numPr></w:pPr>"
    return _paragraph(mark, _run("x")) * 5000, {"numbering": numbering}


@pytest.mark.parametrize("repeated", [_notes, _rows, _labels])
def test_what_is_repeated_without_end_is_refused_while_it_comes(tmp_path: Path, repeated) -> None:  # type: ignore[no-untyped-def]
    """Each would be 25 to 100 million letters, of some hundred kilobytes."""
    body, parts = repeated()
    path = _word(tmp_path / "a.docx", body, **parts)
    with pytest.raises(InputError, match=r"a\.docx: more than 100,000 lines or 4,000,000 letters"):
        read_document_text(path)


def _styled(name: str) -> str:
    return f"<w:pPr><w:pStyle w:val='{name}'/></w:pPr>"


def test_a_style_is_followed_once_however_long_its_line(tmp_path: Path) -> None:
    styles = "".join(
        f"<w:style w:styleId='s{n}'><w:basedOn w:val='s{n + 1}'/></w:style>" for n in range(4000)
    )
    last = "<w:pPr><w:numPr><w:numId w:val='1'/></w:numPr></w:pPr>"
    styles += f"<w:style w:styleId='s4000'><w:basedOn w:val='s0'/>{last}</w:style>"
    numbering = (
        "<w:abstractNum w:abstractNumId='0'><w:lvl w:ilvl='0'><w:lvlText w:val='%1.'/></w:lvl>"
        "</w:abstractNum><w:num w:numId='1'><w:abstractNumId w:val='0'/></w:num>"
    )
    body = "".join(_paragraph(_styled(f"s{n}"), _run("x")) for n in range(4000))
    began = time.perf_counter()
    found = read_document_text(_word(tmp_path / "a.docx", body, styles=styles, numbering=numbering))
    assert found.lines[-1] == "4000. x"
    assert time.perf_counter() - began < 5


def test_a_style_that_leads_back_to_itself_has_no_list(tmp_path: Path) -> None:
    styles = "".join(
        f"<w:style w:styleId='{one}'><w:basedOn w:val='{two}'/></w:style>"
        for one, two in ("ab", "ba")
    )
    body = _paragraph(_styled("a"), _run("x")) * 2
    assert read_document_text(_word(tmp_path / "a.docx", body, styles=styles)).lines == ("x", "x")


def test_levels_that_word_does_not_know_are_none(tmp_path: Path) -> None:
    level = "<w:lvl w:ilvl='9'><w:lvlText w:val='%1.'/></w:lvl>"
    numbering = f"<w:abstractNum w:abstractNumId='0'>{level}</w:abstractNum>"
    numbering += "<w:num w:numId='1'><w:abstractNumId w:val='0'/></w:num>"
    mark = "<w:pPr><w:numPr><w:ilvl w:val='9'/><w:numId w:val='1'/></w:numPr></w:pPr>"
    path = _word(tmp_path / "a.docx", _paragraph(mark, _run("x")), numbering=numbering)
    assert read_document_text(path).lines == ("x",)


def test_pages_that_draw_without_end_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Thousands of pages may all draw the same."""
    path = tmp_path / "a.pdf"
    _pdf(path, "Vung hoi, 35.000 ha tai cac xa " * 3)
    assert read_document_text(path).lines
    monkeypatch.setattr(document, "_MOST_DRAWING_MB", 0)
    with pytest.raises(InputError, match=r"a\.pdf: its pages hold more than 0 MB of drawing"):
        read_document_text(path)


def test_entities_and_foreign_parts_are_not_followed(tmp_path: Path) -> None:
    path = tmp_path / "entities.docx"
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>'
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(
            "word/document.xml", f"{bomb}<w:document xmlns:w='{W}'><w:body/></w:document>"
        )
    with pytest.raises(InputError, match="not a Word document"):
        read_document_text(path)


def test_a_text_of_too_many_lines_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "long.txt"
    path.write_text("a\n" * 100_001, encoding="utf-8")
    with pytest.raises(
        InputError, match=r"long\.txt: more than 100,000 lines or 4,000,000 letters; split"
    ):
        read_document_text(path)


def test_a_huge_file_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "huge.docx"
    with path.open("wb") as file:
        file.truncate(300_000_000)
    with pytest.raises(InputError, match="300 MB; documents of at most 100 MB"):
        read_document_text(path)


def test_binary_text_other_encodings_and_other_kinds_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"Tr\xe5ng r\xf5ng")
    with pytest.raises(InputError, match="expected text in UTF-8"):
        read_document_text(tmp_path / "a.txt")
    (tmp_path / "b.txt").write_bytes(b"abc\0def")
    with pytest.raises(InputError, match="found binary data"):
        read_document_text(tmp_path / "b.txt")
    (tmp_path / "c.odt").write_bytes(b"x")
    with pytest.raises(InputError, match=r"expected one of .*found '.odt'"):
        read_document_text(tmp_path / "c.odt")
    with pytest.raises(MissingFileError, match="No file"):
        read_document_text(tmp_path / "d.txt")


def test_text_of_another_unicode_form_is_the_same_text(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("Tro\u0302\u0300ng ru\u031b\u0300ng", encoding="utf-16")
    assert read_document_text(path).lines == ("Trồng rừng",)


def test_struck_text_of_word_is_left_out_and_told(tmp_path: Path) -> None:
    """A struck target was a target."""
    struck = "<w:r><w:rPr><w:{0}/></w:rPr><w:t xml:space='preserve'>{1}</w:t></w:r>"
    undone = "<w:r><w:rPr><w:strike w:val='0'/></w:rPr><w:t> ha</w:t></w:r>"
    styled = "<w:pPr><w:pStyle w:val='cu2'/></w:pPr>"
    path = _word(
        tmp_path / "a.docx",
        _paragraph(_run("Hồi "), struck.format("strike", "5"), struck.format("strike", "00 ha"))
        + _paragraph(_run("Na 7"), struck.format("dstrike", "8"), undone)
        + _paragraph(styled, _run("Quế 9"), undone)
        + _paragraph(styled, _run("Bỏ")),
        styles="<w:style w:type='paragraph' w:styleId='cu'><w:rPr><w:strike/></w:rPr></w:style>"
        "<w:style w:type='paragraph' w:styleId='cu2'><w:basedOn w:val='cu'/></w:style>",
    )
    document = read_document_text(path)
    assert [line for line in document.lines if line] == ["Hồi", "Na 7 ha", "ha"]
    (note,) = document.notes
    assert note.en.endswith(
        "4 struck-through passages were left out: “500 ha”, “8”, “Quế 9”, “Bỏ”."
    )
