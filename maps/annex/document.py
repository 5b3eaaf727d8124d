"""The annex as a Word document, by the norms of Decree 30/2020, for the office to go on editing.

A4, Times New Roman 13–14, margins 20/20/30/15 mm, page number at the top centre from the second
page on, "Phụ lục" with its number bold and centred, the title in capitals, the document it goes
with in italics. Wide tables stand on landscape pages; tables of one kind of page follow each
other, and a short one takes the page it comes upon. Figures are those of the workbook, as text.
Tables are written as WordprocessingML: python-docx's own cells are looked up anew for every access,
which takes minutes for an allocation of some thousand rows.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal
from xml.sax.saxutils import escape

import docx
from docx.document import Document
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.section import Section
from docx.shared import Mm, Pt, RGBColor
from docx.text.paragraph import Paragraph

from layers.base.clock import midnight
from layers.base.language import Language
from layers.io.atomic import written_aside
from maps.layout.content import DEMO_MARK, AnnexContent, property_text, signature_lines
from maps.layout.page_table import (
    PageColumn,
    PageTable,
    Role,
    body_texts,
    column_widths,
    header_cells,
)
from maps.layout.tables import build_tables
from maps.layout.words import phrase

#: A picture of a map and its caption.
MapPicture = tuple[str, Path]

_FONT = "Times New Roman"
_TEXT_PT, _HEADING_PT, _NOTE_PT, _TABLE_GAP_PT = 13, 14, 11, 16
_A3_MM, _LONG_MM, _SHORT_MM = 420, 297, 210
_TOP_MM, _BOTTOM_MM, _LEFT_MM, _RIGHT_MM = 20, 20, 30, 15
#: Tables wider than this, in letters, stand on landscape pages, and on pages twice as large.
_PORTRAIT_LETTERS, _A4_LETTERS = 110, 190
_Paper = Literal["portrait", "landscape", "large"]
_CENTRE = WD_ALIGN_PARAGRAPH.CENTER
_TWIPS_PER_MM = 1440 / 25.4
_HEAD_SHADE = '<w:shd w:val="clear" w:color="auto" w:fill="E8EFE8"/>'
_HEAD_ROW = "<w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>{}</w:tr>"
_CELL_MARGINS = (
    f'<w:tblCellMar {nsdecls("w")}><w:left w:w="57" w:type="dxa"/>'
    '<w:right w:w="57" w:type="dxa"/></w:tblCellMar>'
)
#: Rows at the end of a table that are not parted by a page, and of one that is whole on its page.
_LAST_ROWS, _WHOLE_ROWS = 5, 12
#: Notes that stay with their table: a page full of them would push it off its own.
_WHOLE_NOTES = 3
#: Tallest chart below a table.
_CHART_MM = 95
_BODY_ROW = "<w:tr><w:trPr><w:cantSplit/></w:trPr>{}</w:tr>"


def save_document(
    content: AnnexContent,
    path: Path,
    *,
    charts: Mapping[Role, Path] | None = None,
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
    charts : mapping, optional
        Pictures for below the tables of these roles.
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
        write_document(_build(content, charts or {}, pictures), part)
    return path


def _build(
    content: AnnexContent, charts: Mapping[Role, Path], pictures: Sequence[MapPicture]
) -> Document:
    document = docx.Document()
    set_styles(document, content.language)
    _describe(document, content)
    tables = build_tables(content)
    section = document.sections[0]
    paper = _paper(tables[0])
    _set_paper(section, paper)
    _set_margins_text(section, content)
    _add_heading(document, content)
    for table in tables:
        wanted = _paper(table)
        short = len(table.rows) <= _WHOLE_ROWS and wanted == "portrait"
        if wanted != paper and not short:
            paper = wanted
            _set_paper(add_section(document), paper)
        _add_table(document, table)
        if table.role in charts:
            _add_picture(document, charts[table.role], most=Mm(_CHART_MM))
    _add_signature(document, content.heading.signature)
    for caption, picture in pictures:
        if paper != "landscape":
            paper = "landscape"
            _set_paper(add_section(document), paper)
        else:
            document.add_page_break()  # type: ignore[no-untyped-call]
        title = _add_title(document, caption)
        title.paragraph_format.space_before = Pt(0)
        _add_picture(document, picture)
    return document


def _paper(table: PageTable) -> _Paper:
    letters = sum(column_widths(table))
    if letters > _A4_LETTERS:
        return "large"
    return "landscape" if letters > _PORTRAIT_LETTERS else "portrait"


def add_section(document: Document) -> Section:
    """Begin a page of another size; its first page is numbered, though that of the last was not."""
    section: Section = document.add_section(WD_SECTION.NEW_PAGE)
    section.different_first_page_header_footer = False
    return section


def _set_paper(section: Section, paper: _Paper) -> None:
    set_page(section, landscape=paper != "portrait")
    if paper == "large":
        section.page_width, section.page_height = Mm(_A3_MM), Mm(_LONG_MM)


def set_styles(document: Document, spoken: Language) -> None:
    """Set font, size and language of a document by Decree 30."""
    style = document.styles["Normal"]
    style.font.name = _FONT
    style.font.size = Pt(_TEXT_PT)
    properties = style.element.get_or_add_rPr()
    fonts = properties.find(qn("w:rFonts"))
    for script in ("w:ascii", "w:hAnsi", "w:eastAsia", "w:cs"):
        fonts.set(qn(script), _FONT)
    language = OxmlElement("w:lang")
    language.set(qn("w:val"), "vi-VN" if spoken == "vi" else "en-GB")
    properties.append(language)
    style.paragraph_format.space_after = Pt(3)
    style.paragraph_format.space_before = Pt(0)


def _describe(document: Document, content: AnnexContent) -> None:
    moment = midnight().replace(tzinfo=None)  # Word takes it as UTC
    properties = document.core_properties
    properties.title = property_text(content.heading.title.text(content.language))
    properties.subject = property_text(content.heading.attached_to)
    properties.author = "vungtrong"
    properties.last_modified_by = "vungtrong"
    properties.comments = DEMO_MARK.text(content.language) if content.demo else ""
    properties.identifier = content.digest
    properties.language = "vi-VN" if content.language == "vi" else "en-GB"
    properties.created = moment
    properties.modified = moment
    properties.revision = 1


def set_page(section: Section, *, landscape: bool) -> None:
    """Set size and margins of a section by Decree 30."""
    section.orientation = WD_ORIENT.LANDSCAPE if landscape else WD_ORIENT.PORTRAIT
    section.page_width = Mm(_LONG_MM if landscape else _SHORT_MM)
    section.page_height = Mm(_SHORT_MM if landscape else _LONG_MM)
    section.top_margin, section.bottom_margin = Mm(_TOP_MM), Mm(_BOTTOM_MM)
    section.left_margin, section.right_margin = Mm(_LEFT_MM), Mm(_RIGHT_MM)
    section.header_distance = section.footer_distance = Mm(10)


def number_pages(section: Section) -> None:
    """Set the page number at the top centre, none on the first page of the document."""
    section.different_first_page_header_footer = True
    number = section.header.paragraphs[0]
    number.alignment = _CENTRE
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), "PAGE")
    number._p.append(field)  # noqa: SLF001 - python-docx has no fields


def _set_margins_text(section: Section, content: AnnexContent) -> None:
    """Page numbers; demo mark and digest on every page."""
    number_pages(section)
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
        words = phrase("digest", digest=content.digest).text(content.language)
        for footer in (section.footer, section.first_page_footer):
            run = footer.paragraphs[0].add_run(words)
            run.font.size = Pt(8)


def add_line(
    document: Document, text: str, *, size: int = _TEXT_PT, bold: bool = False, italic: bool = False
) -> Paragraph:
    """Append a line of text."""
    paragraph = document.add_paragraph()
    run = paragraph.add_run(text)
    run.bold, run.italic, run.font.size = bold, italic, Pt(size)
    return paragraph


def _add_heading(document: Document, content: AnnexContent) -> None:
    number, attached = content.heading.lines(content.language)
    lines = [
        add_line(document, number, size=_HEADING_PT, bold=True),
        add_line(
            document,
            content.heading.title.text(content.language).upper(),
            size=_HEADING_PT,
            bold=True,
        ),
        add_line(document, attached, italic=True),
    ]
    for line in lines:
        line.alignment = _CENTRE
    lines[-1].paragraph_format.space_after = Pt(12)


def _add_title(document: Document, text: str) -> Paragraph:
    """Title of a table or picture, which stays with what it names."""
    title = add_line(document, text, bold=True)
    title.alignment = _CENTRE
    title.paragraph_format.keep_with_next = True
    title.paragraph_format.space_before = Pt(_TABLE_GAP_PT)
    return title


def _add_table(document: Document, table: PageTable) -> None:
    _add_title(document, table.title)
    if table.about:
        about = add_line(document, table.about)
        about.alignment = _CENTRE
        about.paragraph_format.keep_with_next = True
    if table.unit:
        unit = add_line(document, table.unit, italic=True)
        unit.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        unit.paragraph_format.keep_with_next = True
    section = document.sections[-1]
    width = (section.page_width or 0) - (section.left_margin or 0) - (section.right_margin or 0)
    add_grid(document, table, width_mm=width / Mm(1))
    for place, note in enumerate(table.notes, start=1):
        line = add_line(document, note, size=_NOTE_PT, italic=True)
        line.paragraph_format.space_before = Pt(3)
        line.paragraph_format.keep_with_next = place < min(len(table.notes), _WHOLE_NOTES)


def add_grid(document: Document, table: PageTable, *, width_mm: float) -> None:
    """Append cells: header rows that repeat, rows that do not break, a bold total row."""
    columns, texts = table.columns, body_texts(table)
    letters = column_widths(table)
    widths = [round(width_mm * width / sum(letters) * _TWIPS_PER_MM) for width in letters]
    # A letter of a figure is about 1.75 mm wide at 11 pt; wide tables are set smaller.
    half_points = round(2 * max(8.0, min(12.0, 11.0 * width_mm / sum(letters) / 1.75)))
    lines = _head_rows(columns, widths, half_points)
    whole = len(texts) <= _WHOLE_ROWS
    for left, row in zip(range(len(texts) - 1, -1, -1), texts, strict=True):
        cells = (
            _cell(
                *(text, width, half_points, column.align),
                bold=table.total is not None and left == 0,
                # First and last rows stay together, these with the notes: no line is alone.
                keep=0 < left < _LAST_ROWS
                or left >= len(texts) - 2
                or (whole and left > 0)
                or bool(left == 0 and table.notes),
            )
            for column, text, width in zip(columns, row, widths, strict=True)
        )
        lines.append(_BODY_ROW.format("".join(cells)))
    made = document.add_table(rows=0, cols=len(widths))
    made.style = "Table Grid"
    made.autofit = False
    element = made._tbl  # noqa: SLF001 - see the module's docstring
    for column, width in zip(element.tblGrid.findall(qn("w:gridCol")), widths, strict=True):
        column.set(qn("w:w"), str(width))
    element.tblPr.append(parse_xml(_CELL_MARGINS))
    element.extend(parse_xml(f"<w:tbl {nsdecls('w')}>{''.join(lines)}</w:tbl>"))


def _head_rows(columns: tuple[PageColumn, ...], widths: list[int], half_points: int) -> list[str]:
    """Rows of the header; a cell over both rows is written in the lower one once more, empty."""
    cells = header_cells(columns)
    rows = ["" for _ in range(max(cell.row + cell.rows for cell in cells))]
    for cell in cells:
        width = sum(widths[cell.column : cell.column + cell.columns])
        span = f'<w:gridSpan w:val="{cell.columns}"/>' if cell.columns > 1 else ""
        for row in range(cell.row, cell.row + cell.rows):
            first = row == cell.row
            over = f'<w:vMerge w:val="{"restart" if first else "continue"}"/>'
            merged = span + (over if cell.rows > 1 else "") + _HEAD_SHADE
            text = cell.text if first else ""
            rows[row] += _cell(
                text, width, half_points, "center", bold=True, keep=True, properties=merged
            )
    return [_HEAD_ROW.format(row) for row in rows]


def _cell(
    text: str,
    width: int,
    half_points: int,
    side: str,
    *,
    bold: bool = False,
    keep: bool = False,
    properties: str = "",
) -> str:
    """One cell; the order of its elements is fixed by the schema of WordprocessingML."""
    size = f'<w:sz w:val="{half_points}"/>'
    weight = "<w:b/>" if bold else ""
    together = "<w:keepNext/>" if keep else ""
    lines = '</w:t><w:br/><w:t xml:space="preserve">'.join(escape(text).split("\n"))
    return (
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{properties}<w:vAlign w:val="center"/>'
        f'</w:tcPr><w:p><w:pPr>{together}<w:spacing w:before="20" w:after="20"/>'
        f'<w:jc w:val="{side}"/><w:rPr>{size}</w:rPr></w:pPr><w:r><w:rPr>{weight}{size}</w:rPr>'
        f'<w:t xml:space="preserve">{lines}</w:t></w:r></w:p></w:tc>'
    )


def _add_signature(document: Document, lines: Sequence[str]) -> None:
    """Block of the signer at the right of the page, with room to sign above the name."""
    section = document.sections[-1]
    width = (section.page_width or 0) - (section.left_margin or 0) - (section.right_margin or 0)
    texts = signature_lines(lines)
    for place, text in enumerate(texts):
        line = add_line(document, text, bold=True)
        line.alignment = _CENTRE
        line.paragraph_format.left_indent = width // 2
        line.paragraph_format.keep_with_next = place < len(texts) - 1
        line.paragraph_format.space_before = Pt(0 if place else 14)


def _add_picture(document: Document, picture: Path, *, most: int | None = None) -> None:
    """Put a picture as large as the page, or ``most`` high, leaves room for."""
    section = document.sections[-1]
    height = (section.page_height or 0) - (section.top_margin or 0) - (section.bottom_margin or 0)
    width = (section.page_width or 0) - (section.left_margin or 0) - (section.right_margin or 0)
    shape = document.add_picture(str(picture), height=min(height - Mm(14), most or height))
    if shape.width > width:
        shape.width, shape.height = width, int(shape.height * width / shape.width)
    document.paragraphs[-1].alignment = _CENTRE


def write_document(document: Document, path: Path) -> None:
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
