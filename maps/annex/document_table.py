"""A table of the annex in Word: header rows that repeat, rows that do not break, a total row.

Written as WordprocessingML: python-docx's own cells are looked up anew for every access, which
takes minutes for an allocation of some thousand rows.
"""

from __future__ import annotations

from xml.sax.saxutils import escape

import pandas as pd
from docx.document import Document
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn

from maps.annex.content import AnnexContent
from maps.annex.layout import AnnexColumn, AnnexTable, print_cell
from maps.annex.tables import total_name

__all__ = ["add_table", "body_texts"]

_TWIPS_PER_MM = 1440 / 25.4
_HEAD_FILL = "E8EFE8"
_CENTRED = ("count", "year", "mark")
_HEAD_ROW = "<w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>{}</w:tr>"
_BODY_ROW = "<w:tr><w:trPr><w:cantSplit/></w:trPr>{}</w:tr>"


def add_table(
    document: Document, content: AnnexContent, table: AnnexTable, *, width_mm: float
) -> None:
    """Append a table to a document."""
    letters = sum(column.width for column in table.columns)
    widths = [round(width_mm * column.width / letters * _TWIPS_PER_MM) for column in table.columns]
    # A letter of a figure is about 1.75 mm wide at 11 pt; wide tables are set smaller.
    half_points = round(2 * max(8.0, min(12.0, 11.0 * width_mm / letters / 1.75)))
    columns = table.columns
    lines = _head_rows(columns, widths, half_points)
    texts = body_texts(content, table)
    for number, row in enumerate(texts, start=1):
        bold = table.total is not None and number == len(texts)
        lines.append(_row(columns, row, widths, half_points, bold=bold))
    made = document.add_table(rows=0, cols=len(widths))
    made.style = "Table Grid"
    made.autofit = False
    element = made._tbl  # noqa: SLF001 - see the module's docstring
    for column, width in zip(element.tblGrid.findall(qn("w:gridCol")), widths, strict=True):
        column.set(qn("w:w"), str(width))
    element.extend(parse_xml(f"<w:tbl {nsdecls('w')}>{''.join(lines)}</w:tbl>"))


def body_texts(content: AnnexContent, table: AnnexTable) -> list[list[str]]:
    """Text of every cell below the header, as the document prints it."""
    decimals = (content.decimals, content.percent_decimals)
    keys = [column.key for column in table.columns]
    rows = [
        [
            _clean(print_cell(column, value, content.language, decimals=decimals))
            for column, value in zip(table.columns, values, strict=True)
        ]
        for values in table.rows[keys].itertuples(index=False)
    ]
    return rows if table.total is None else [*rows, _total_texts(content, table)]


def _clean(text: str) -> str:
    # Control characters have no place in XML; a name that carries one keeps its letters.
    return "".join(letter for letter in text if letter.isprintable())


def _total_texts(content: AnnexContent, table: AnnexTable) -> list[str]:
    total = table.total if table.total is not None else pd.Series(dtype="object")
    decimals = (content.decimals, content.percent_decimals)
    texts = []
    for column in table.columns:
        value = total.get(column.key)
        if column.totalled or (column.kind == "percent" and value is not None):
            texts.append(print_cell(column, value, content.language, decimals=decimals))
        else:
            texts.append("")
    texts[1] = total_name(content, table)
    return texts


def _head_rows(columns: tuple[AnnexColumn, ...], widths: list[int], half_points: int) -> list[str]:
    if not any(column.group for column in columns):
        texts = [column.title for column in columns]
        return [_row(columns, texts, widths, half_points, bold=True, head=True)]
    upper, lower = "", ""
    position = 0
    while position < len(columns):
        group = columns[position].group
        end = position + 1
        while group and end < len(columns) and columns[end].group == group:
            end += 1
        text = group or columns[position].title
        width = sum(widths[position:end])
        merged = f'<w:gridSpan w:val="{end - position}"/>'
        merged += "" if group else '<w:vMerge w:val="restart"/>'
        upper += _head_cell(text, width, half_points, merged)
        for place in range(position, end):
            title = columns[place].title if group else ""
            merged = "" if group else '<w:vMerge w:val="continue"/>'
            lower += _head_cell(title, widths[place], half_points, merged)
        position = end
    return [_HEAD_ROW.format(upper), _HEAD_ROW.format(lower)]


def _row(
    columns: tuple[AnnexColumn, ...],
    texts: list[str],
    widths: list[int],
    half_points: int,
    *,
    bold: bool = False,
    head: bool = False,
) -> str:
    if head:
        cells = (
            _head_cell(text, width, half_points, "")
            for text, width in zip(texts, widths, strict=True)
        )
        return _HEAD_ROW.format("".join(cells))
    cells = (
        _cell(text, width, half_points, _side_of(column), bold=bold)
        for column, text, width in zip(columns, texts, widths, strict=True)
    )
    return _BODY_ROW.format("".join(cells))


def _side_of(column: AnnexColumn) -> str:
    if column.kind in _CENTRED:
        return "center"
    return "left" if column.kind == "text" else "right"


def _head_cell(text: str, width: int, half_points: int, merged: str) -> str:
    shade = f'<w:shd w:val="clear" w:color="auto" w:fill="{_HEAD_FILL}"/>'
    return _cell(text, width, half_points, "center", bold=True, properties=merged + shade)


def _cell(
    text: str, width: int, half_points: int, side: str, *, bold: bool = False, properties: str = ""
) -> str:
    """One cell; the order of its elements is fixed by the schema of WordprocessingML."""
    weight = "<w:b/>" if bold else ""
    return (
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{properties}<w:vAlign w:val="center"/>'
        f'</w:tcPr><w:p><w:pPr><w:spacing w:before="20" w:after="20"/><w:jc w:val="{side}"/>'
        f'</w:pPr><w:r><w:rPr>{weight}<w:sz w:val="{half_points}"/></w:rPr>'
        f'<w:t xml:space="preserve">{escape(text)}</w:t></w:r></w:p></w:tc>'
    )
