"""An official letter or report by the norms of Decree 30/2020: agency, motto, title, body, signer.

What the office writes itself (number, proposals, names) stays a dotted blank.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import docx
from docx.document import Document
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.shared import Mm, Pt, RGBColor

from layers.base.clock import midnight
from layers.base.language import Language
from layers.io.atomic import written_aside
from maps.annex.document import (
    add_grid,
    add_line,
    add_section,
    number_pages,
    set_page,
    set_styles,
    write_document,
)
from maps.layout.content import DEMO_MARK, property_text
from maps.layout.page_table import PageTable, column_widths

_CENTRE, _JUSTIFIED = WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.JUSTIFY
_COUNTRY = ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc")
#: Tables wider than this, in letters, stand on a landscape page.
_PORTRAIT_LETTERS = 120
_LEFT_MM, _RIGHT_MM = 72.0, 95.0
#: Lines of the text that stay with the signature.
_LAST_LINES = 4


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph, or a heading."""

    text: str
    heading: bool = False


@dataclass(frozen=True, slots=True)
class Picture:
    """A chart with its caption."""

    path: Path
    caption: str
    width_mm: float = 160.0


Block = Text | Picture | PageTable


@dataclass(frozen=True, slots=True)
class OfficialContent:
    """What a letter or report says."""

    parent: str  # Agency above, as "UBND TỈNH LẠNG SƠN"
    agency: str
    place: str  # Where it is dated
    kind: str  # "BÁO CÁO"; empty for a letter
    subject: str
    blocks: Sequence[Block]
    recipients: Sequence[str] = field(default_factory=tuple)
    signer: str = "GIÁM ĐỐC"
    demo: bool = False
    language: Language = "vi"
    annexes: Sequence[Block] = field(default_factory=tuple)  # Behind the signature


def save_official(content: OfficialContent, path: Path, *, overwrite: bool = False) -> Path:
    """Write a letter or report as a Word document."""
    with written_aside(path, program="Word", overwrite=overwrite) as part:
        write_document(_build(content), part)
    return path


def _build(content: OfficialContent) -> Document:
    document = docx.Document()
    set_styles(document, content.language)
    set_page(document.sections[0], landscape=False)
    number_pages(document.sections[0])
    _describe(document, content)
    if content.demo:
        mark = add_line(document, f"{DEMO_MARK.vi} / {DEMO_MARK.en}", size=11, bold=True)
        mark.alignment = _CENTRE
        mark.runs[0].font.color.rgb = RGBColor(0xC0, 0, 0)
    _add_head(document, content)
    for block in content.blocks:
        _add_block(document, block)
    if document.sections[-1].orientation == WD_ORIENT.LANDSCAPE:
        set_page(add_section(document), landscape=False)
    _add_end(document, content)
    if content.annexes:
        add_section(document)
    for block in content.annexes:
        _add_block(document, block)
    return document


def _describe(document: Document, content: OfficialContent) -> None:
    moment = midnight().replace(tzinfo=None)  # Word takes it as UTC
    properties = document.core_properties
    properties.title = property_text(content.subject)
    properties.author = properties.last_modified_by = "vungtrong"
    properties.comments = DEMO_MARK.text(content.language) if content.demo else ""
    properties.created = properties.modified = moment
    properties.revision = 1


def _add_head(document: Document, content: OfficialContent) -> None:
    """Agency and number on the left, country and date on the right, then kind and subject."""
    day = midnight()
    dated = f"{content.place}, ngày … tháng {day.month} năm {day.year}"
    # The subject of a letter stands below its number, that of a report as its title.
    about: list[tuple[str, dict[str, bool]]] = (
        [] if content.kind else [(f"V/v {content.subject}", {})]
    )
    sides = (
        [(content.parent, {}), (content.agency, {"bold": True}), ("Số: ……/………", {}), *about],
        [
            (_COUNTRY[0], {"bold": True}),
            (_COUNTRY[1], {"bold": True, "underline": True}),
            (dated, {"italic": True}),
        ],
    )
    _two_columns(document, sides)
    for text in (content.kind, content.subject) if content.kind else ():
        line = add_line(document, text, size=14, bold=True)
        line.alignment = _CENTRE
    document.paragraphs[-1].paragraph_format.space_after = Pt(10)


def _two_columns(
    document: Document, sides: Sequence[Sequence[tuple[str, dict[str, bool]]]]
) -> None:
    table = document.add_table(rows=1, cols=2)
    table.autofit = False
    # Who signs stays on the page of those who get a copy.
    table.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))  # noqa: SLF001
    widths = (_LEFT_MM, _RIGHT_MM)
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Mm(width)
    for cell, lines, width in zip(table.rows[0].cells, sides, widths, strict=True):
        cell.width = Mm(width)
        for number, (text, style) in enumerate(lines):
            paragraph = cell.paragraphs[0] if number == 0 else cell.add_paragraph()
            paragraph.alignment = _CENTRE
            run = paragraph.add_run(text)
            run.font.size = Pt(12)
            run.bold, run.italic = style.get("bold"), style.get("italic")
            run.underline = style.get("underline")
    document.add_paragraph()


def _add_block(document: Document, block: Block) -> None:
    if isinstance(block, PageTable):
        _add_table(document, block)
    elif isinstance(block, Picture):
        document.add_picture(str(block.path), width=Mm(block.width_mm))
        drawn = document.paragraphs[-1]
        drawn.alignment, drawn.paragraph_format.keep_with_next = _CENTRE, True
        add_line(document, block.caption, size=12, italic=True).alignment = _CENTRE
    else:
        line = add_line(document, block.text, bold=block.heading)
        line.alignment = _JUSTIFIED
        line.paragraph_format.first_line_indent = Mm(10)
        line.paragraph_format.space_after = Pt(6)
        line.paragraph_format.keep_with_next = block.heading


def _add_table(document: Document, table: PageTable) -> None:
    wide = sum(column_widths(table)) > _PORTRAIT_LETTERS
    if wide != (document.sections[-1].orientation == WD_ORIENT.LANDSCAPE):
        set_page(add_section(document), landscape=wide)
    title = add_line(document, table.title, bold=True)
    title.alignment = _CENTRE
    title.paragraph_format.keep_with_next = True
    section = document.sections[-1]
    width = (section.page_width or 0) - (section.left_margin or 0) - (section.right_margin or 0)
    add_grid(document, table, width_mm=width / Mm(1))
    for note in table.notes:
        add_line(document, note, size=11, italic=True)
    document.add_paragraph()


def _add_end(document: Document, content: OfficialContent) -> None:
    """Recipients on the left, signer on the right."""
    left = [("Nơi nhận:", {"bold": True, "italic": True})]
    left += [(f"- {name};", {}) for name in content.recipients]
    right = [(content.signer, {"bold": True}), ("", {}), ("", {}), ("……………………", {})]
    # The last lines of the text go with those who sign on one page.
    for paragraph in document.paragraphs[-_LAST_LINES:]:
        paragraph.paragraph_format.keep_with_next = True
    _two_columns(document, (left, right))
