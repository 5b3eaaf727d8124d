"""The annex as a Word document, by the norms of Decree 30/2020, for the office to go on editing.

A4, Times New Roman 13–14, margins 20/20/30/15 mm, page number at the top centre from the second
page on, "Phụ lục" with its number bold and centred, the title in capitals, the document it goes
with in italics. Wide tables stand on landscape pages. Figures are those of the workbook, as text.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from pathlib import Path

import docx
from docx.document import Document
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.section import Section
from docx.shared import Mm, Pt, RGBColor
from docx.text.paragraph import Paragraph

from layers.base.clock import midnight
from layers.base.language import Phrase
from layers.io.atomic import written_aside
from maps.annex.content import DEMO_MARK, AnnexContent
from maps.annex.document_table import add_table
from maps.annex.layout import AnnexTable, speaker
from maps.annex.tables import build_tables

__all__ = ["MapPicture", "save_document"]

#: A picture of a map and its caption.
MapPicture = tuple[str, Path]

_FONT = "Times New Roman"
_TEXT_PT, _HEADING_PT, _NOTE_PT = 13, 14, 11
_LONG_MM, _SHORT_MM = 297, 210
_TOP_MM, _BOTTOM_MM, _LEFT_MM, _RIGHT_MM = 20, 20, 30, 15
#: Tables wider than this, in letters, stand on landscape pages.
_PORTRAIT_LETTERS = 105
_CENTRE = WD_ALIGN_PARAGRAPH.CENTER


def save_document(
    content: AnnexContent,
    path: Path,
    *,
    pictures: Sequence[MapPicture] = (),
    overwrite: bool = False,
) -> Path:
    """Write the tables of an annex as a Word document.

    Parameters
    ----------
    content : AnnexContent
        The rounded frames and their words.
    path : pathlib.Path
        File to write.
    pictures : sequence of tuple
        Caption and picture of maps to put behind the tables, one landscape page each.
    overwrite : bool
        Replace a file that is there.

    Returns
    -------
    pathlib.Path
        ``path``.

    Raises
    ------
    OutputExistsError
        The file exists and ``overwrite`` is not set.
    OutputError
        The folder cannot be written, or the document is open in another program.
    """
    with written_aside(path, program="Word", overwrite=overwrite) as part:
        _write(_build(content, pictures), part)
    return path


def _build(content: AnnexContent, pictures: Sequence[MapPicture]) -> Document:
    document = docx.Document()
    _set_styles(document, content)
    _describe(document, content)
    tables = [table for table in build_tables(content) if table.role != "sources"]
    sources = [table for table in build_tables(content) if table.role == "sources"]
    section = document.sections[0]
    _set_page(section, landscape=_is_wide(tables[0]))
    _set_margins_text(section, content)
    _add_heading(document, content)
    wide = _is_wide(tables[0])
    for number, table in enumerate([*tables, *sources], start=1):
        turned = _is_wide(table) != wide
        if turned:
            wide = not wide
            _set_page(document.add_section(WD_SECTION.NEW_PAGE), landscape=wide)
        _add_table(document, content, table, number, new_page=number > 1 and not turned)
    for caption, picture in pictures:
        if not wide:
            wide = True
            _set_page(document.add_section(WD_SECTION.NEW_PAGE), landscape=True)
        else:
            document.add_page_break()  # type: ignore[no-untyped-call]
        _add_picture(document, caption, picture)
    return document


def _is_wide(table: AnnexTable) -> bool:
    return sum(column.width for column in table.columns) > _PORTRAIT_LETTERS


def _set_styles(document: Document, content: AnnexContent) -> None:
    style = document.styles["Normal"]
    style.font.name = _FONT
    style.font.size = Pt(_TEXT_PT)
    properties = style.element.get_or_add_rPr()
    fonts = properties.find(qn("w:rFonts"))
    for script in ("w:ascii", "w:hAnsi", "w:eastAsia", "w:cs"):
        fonts.set(qn(script), _FONT)
    language = OxmlElement("w:lang")
    language.set(qn("w:val"), "vi-VN" if content.language == "vi" else "en-GB")
    properties.append(language)
    style.paragraph_format.space_after = Pt(3)
    style.paragraph_format.space_before = Pt(0)


def _describe(document: Document, content: AnnexContent) -> None:
    moment = midnight().replace(tzinfo=None)  # Word takes it as UTC
    properties = document.core_properties
    properties.title = content.heading.title.text(content.language)
    properties.subject = content.heading.attached_to
    properties.author = "vungtrong"
    properties.last_modified_by = "vungtrong"
    properties.comments = DEMO_MARK.text(content.language) if content.demo else ""
    properties.identifier = content.digest
    properties.language = "vi-VN" if content.language == "vi" else "en-GB"
    properties.created = moment
    properties.modified = moment
    properties.revision = 1


def _set_page(section: Section, *, landscape: bool) -> None:
    section.orientation = WD_ORIENT.LANDSCAPE if landscape else WD_ORIENT.PORTRAIT
    section.page_width = Mm(_LONG_MM if landscape else _SHORT_MM)
    section.page_height = Mm(_SHORT_MM if landscape else _LONG_MM)
    section.top_margin, section.bottom_margin = Mm(_TOP_MM), Mm(_BOTTOM_MM)
    section.left_margin, section.right_margin = Mm(_LEFT_MM), Mm(_RIGHT_MM)
    section.header_distance = section.footer_distance = Mm(10)


def _set_margins_text(section: Section, content: AnnexContent) -> None:
    """Page number at the top centre, none on the first page; demo mark and digest on every page."""
    section.different_first_page_header_footer = True
    number = section.header.paragraphs[0]
    number.alignment = _CENTRE
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), "PAGE")
    number._p.append(field)  # noqa: SLF001 - python-docx has no fields
    headers = [section.header, section.first_page_header]
    if content.demo:
        for header in headers:
            mark = header.add_paragraph() if header.paragraphs[0].runs else header.paragraphs[0]
            if header is section.header:
                mark = header.add_paragraph()
            mark.alignment = _CENTRE
            run = mark.add_run(f"{DEMO_MARK.vi} / {DEMO_MARK.en}")
            run.bold, run.font.size = True, Pt(_NOTE_PT)
            run.font.color.rgb = RGBColor(0xC0, 0, 0)
    if content.digest:
        words = Phrase(en="Digest of the figures", vi="Mã số liệu").text(content.language)
        for footer in (section.footer, section.first_page_footer):
            run = footer.paragraphs[0].add_run(f"{words}: {content.digest}")
            run.font.size = Pt(8)


def _line(
    document: Document, text: str, *, size: int = _TEXT_PT, bold: bool = False, italic: bool = False
) -> Paragraph:
    paragraph = document.add_paragraph()
    run = paragraph.add_run(text)
    run.bold, run.italic, run.font.size = bold, italic, Pt(size)
    return paragraph


def _add_heading(document: Document, content: AnnexContent) -> None:
    heading, say = content.heading, speaker(content.language)
    number = say(f"Annex {heading.number}", f"Phụ lục {heading.number}").strip()
    attached = heading.attached_to or "……………………………………"
    lines = [
        _line(document, number, size=_HEADING_PT, bold=True),
        _line(
            document,
            heading.title.text(content.language).upper(),
            size=_HEADING_PT,
            bold=True,
        ),
        _line(document, say(f"(Attached to {attached})", f"(Kèm theo {attached})"), italic=True),
    ]
    for line in lines:
        line.alignment = _CENTRE
    lines[-1].paragraph_format.space_after = Pt(12)


def _add_table(
    document: Document, content: AnnexContent, table: AnnexTable, number: int, *, new_page: bool
) -> None:
    say = speaker(content.language)
    title = _line(document, say(f"Table {number}. ", f"Bảng {number}. ") + table.title, bold=True)
    title.alignment = _CENTRE
    title.paragraph_format.keep_with_next = True
    title.paragraph_format.page_break_before = new_page
    if table.unit:
        unit = _line(document, table.unit, italic=True)
        unit.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        unit.paragraph_format.keep_with_next = True
    section = document.sections[-1]
    width = (section.page_width or 0) - (section.left_margin or 0) - (section.right_margin or 0)
    add_table(document, content, table, width_mm=width / Mm(1))
    for note in table.notes:
        _line(document, note, size=_NOTE_PT, italic=True)


def _add_picture(document: Document, caption: str, picture: Path) -> None:
    title = _line(document, caption, bold=True)
    title.alignment = _CENTRE
    title.paragraph_format.keep_with_next = True
    section = document.sections[-1]
    height = (section.page_height or 0) - (section.top_margin or 0) - (section.bottom_margin or 0)
    document.add_picture(str(picture), height=height - Mm(14))
    document.paragraphs[-1].alignment = _CENTRE


def _write(document: Document, path: Path) -> None:
    """Save with fixed times inside the archive, so that the same content is the same file."""
    raw = io.BytesIO()
    document.save(raw)
    with (
        zipfile.ZipFile(raw) as given,
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as taken,
    ):
        for name in given.namelist():
            entry = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 0
            taken.writestr(entry, given.read(name))
