"""The annex as an Excel workbook: real numbers, totals as formulas written with their value.

XlsxWriter is used because it writes a formula together with its value (openpyxl does not), so that
a viewer that never calculates shows the same total as Excel. Number formats are locale-neutral: an
Excel set to Vietnamese shows 155.000,5. Text from data is always written as text, quoted where it
looks like a formula.
"""

from __future__ import annotations

import io
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np
import pandas as pd
import xlsxwriter
from PIL import Image
from xlsxwriter.utility import xl_col_to_name, xl_rowcol_to_cell

from layers.base.clock import midnight
from layers.base.language import Language
from layers.io.atomic import written_at_once
from layers.io.table_output import WORKBOOK_OPTIONS, sheet_name
from maps.layout.content import DEMO_MARK, AnnexContent, property_text, signature_lines
from maps.layout.page_table import (
    PageColumn,
    PageTable,
    Role,
    cell_digits,
    column_widths,
    header_cells,
)
from maps.layout.tables import build_tables
from maps.layout.words import phrase

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

_FORMULA_STARTS = ("=", "+", "-", "@")
_FONT = "Times New Roman"
_A3, _A4 = 8, 9
#: Above this width a sheet takes A3; room between the margins, in points (across, down).
_A4_LETTERS = 190
_A3_ROOM_PT, _A4_ROOM_PT = (1090.0, 734.0), (741.0, 487.0)
_ROW_PT, _LETTER_PT = 15.0, 5.5
#: Width of a letter of a column on the screen, in pixels, and pixels of an inch there.
_LETTER_PX, _SCREEN_DPI = 7.0, 96
#: Share of a page below which its lines are few.
_FEW_LINES = 0.2
#: Figures nearer than this are the same.
_NEAR = 1e-6
#: Letters that a text keeps off the rule before it.
_INDENT = 1
#: Rows that stay with the total row, and rows by which the place of a page's end is uncertain.
_KEPT_ROWS, _UNSURE_ROWS = 3, 3
_NUMERIC = ("count", "year", "figure", "measured", "hectares", "percent")


def save_workbook(
    content: AnnexContent,
    path: Path,
    *,
    charts: Mapping[Role, Path] | None = None,
    overwrite: bool = False,
) -> Path:
    """Write the tables of an annex as an Excel workbook.

    Parameters
    ----------
    content : AnnexContent
        The rounded frames and their words.
    path : pathlib.Path
        File to write.
    charts : mapping, optional
        Pictures for below the tables of these roles.
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
        The folder cannot be written, or the workbook is open in another program.
    """
    head = _head(content)
    with written_at_once(path, program="Excel", overwrite=overwrite) as stream:
        _write(build_tables(content), head, stream, charts or {})
    return path


@dataclass(frozen=True, slots=True)
class BookHead:
    """What stands on every sheet of a workbook, and how its figures are printed."""

    title: str
    above: str = ""  # Line above the title of a table
    below: str = ""  # Line below it
    subject: str = ""
    demo: bool = False
    digest: str = ""
    language: Language = "vi"
    decimals: int = 1
    percent_decimals: int = 2
    signature: tuple[str, ...] = ()  # Lines of the signer, below the last table


def save_tables(
    tables: Sequence[PageTable], head: BookHead, path: Path, *, overwrite: bool = False
) -> Path:
    """Write tables as the sheets of a workbook that prints as an annex does."""
    with written_at_once(path, program="Excel", overwrite=overwrite) as stream:
        _write(tables, head, stream, {})
    return path


def _head(content: AnnexContent) -> BookHead:
    above, below = content.heading.lines(content.language)
    return BookHead(
        title=content.heading.title.text(content.language),
        above=above,
        below=below,
        subject=content.heading.attached_to,
        demo=content.demo,
        digest=content.digest,
        language=content.language,
        decimals=content.decimals,
        percent_decimals=content.percent_decimals,
        signature=content.heading.signature,
    )


def _write(
    tables: Sequence[PageTable],
    content: BookHead,
    stream: BinaryIO,
    charts: Mapping[Role, Path],
) -> None:
    with xlsxwriter.Workbook(stream, {**WORKBOOK_OPTIONS, "in_memory": True}) as book:
        _describe(book, content)
        formats = _Formats(book, content)
        taken: set[str] = set()
        for table in tables:
            name = sheet_name(table.name, taken)
            taken.add(name.casefold())
            sheet = _Sheet(book.add_worksheet(name), table, content, formats)
            signature = content.signature if table is tables[-1] else ()
            title = content.title if table is tables[0] else ""
            sheet.write(title, charts.get(table.role), signature_lines(signature))


def _describe(book: xlsxwriter.Workbook, content: BookHead) -> None:
    book.set_properties(
        {
            "title": property_text(content.title),
            "subject": property_text(content.subject),
            "author": "vungtrong",
            "comments": DEMO_MARK.text(content.language) if content.demo else "",
            "created": midnight(),
        }
    )
    if content.digest:
        book.set_custom_property("digest", content.digest)
    book.set_calc_mode("auto")


class _Formats:
    """Cell formats of one workbook, made once each."""

    def __init__(self, book: xlsxwriter.Workbook, content: BookHead) -> None:
        self._book = book
        self._made: dict[tuple[tuple[str, Any], ...], Format] = {}
        self._decimals = (content.decimals, content.percent_decimals)

    def get(self, **properties: Any) -> Format:
        key = tuple(sorted(properties.items()))
        if key not in self._made:
            base = {"font_name": _FONT, "font_size": 11, "valign": "vcenter"}
            self._made[key] = self._book.add_format({**base, **properties})
        return self._made[key]

    def number(self, column: PageColumn, value: float, *, bold: bool = False) -> Format:
        if column.kind in ("count", "year"):
            return self.get(border=1, align=column.align, bold=bold, num_format="0")
        # Excel prints the mark of "0.##" even where no digit follows, so each cell says its digits.
        digits = cell_digits(column, value, self._decimals)
        shape = number_format(digits)
        return self.get(border=1, align=column.align, bold=bold, num_format=shape)

    def text(self, column: PageColumn, text: str, *, bold: bool = False) -> Format:
        properties: dict[str, Any] = {"border": 1, "align": column.align}
        if column.kind == "text":
            # Off the rule, and off the figure that ends at it.
            properties = {"border": 1, "text_wrap": True, "indent": _INDENT}
        if text.startswith(_FORMULA_STARTS):
            properties["quote_prefix"] = True
        return self.get(**properties, bold=bold)


def number_format(decimals: int) -> str:
    """Excel format of a figure: thousands grouped, zero as "-"."""
    digits = "#,##0" + ("." + "0" * decimals if decimals else "")
    return f'{digits};-{digits};"-"'


@dataclass(slots=True)
class _Sheet:
    sheet: Worksheet
    table: PageTable
    content: BookHead
    formats: _Formats
    _widths: list[float] = field(init=False)
    #: Points of paper that rows with a height of their own take beyond the usual one.
    _taller: float = 0.0

    def write(self, title: str, chart: Path | None, signature: Sequence[str]) -> None:
        self._widths = column_widths(self.table)
        top = self._write_heading(title)
        first = self._write_header(top)
        self._write_rows(first)
        last = first + len(self.table.rows) - 1
        below = self._write_total(first, last)
        table = below * _ROW_PT + self._taller
        self._write_notes(below + 1)
        if chart is not None:
            self._put_chart(chart, below + 2 + len(self.table.notes))
        end = below + 1 + len(self.table.notes)
        self._write_signature(end + 1, signature)
        paper = self._set_up_print(top, first, end + len(signature))
        if paper is not None and self.table.total is not None:
            self._keep_total(table, last, *paper)

    @property
    def _last_column(self) -> int:
        return len(self.table.columns) - 1

    def _column_of(self, key: str) -> int:
        return next(i for i, column in enumerate(self.table.columns) if column.key == key)

    def _line(self, row: int, text: str, **properties: Any) -> None:
        style = self.formats.get(text_wrap=True, **properties)
        if self._last_column:
            self.sheet.merge_range(row, 0, row, self._last_column, "", style)
        self.sheet.write_string(row, 0, text, style)

    def _write_heading(self, title: str) -> int:
        """Heading lines of the annex; returns the first row of the table's header."""
        row = 0
        if self.content.demo:
            mark = f"{DEMO_MARK.vi} / {DEMO_MARK.en}"
            self._line(row, mark, bold=True, font_color="#C00000", align="center")
            row += 1
        lines: list[tuple[str, dict[str, Any]]] = [
            (self.content.above, {"bold": True, "font_size": 14}),
            (title.upper(), {"bold": True, "font_size": 14}),
            (self.table.title.upper(), {"bold": True, "font_size": 13}),
            (self.content.below, {"italic": True, "font_size": 13}),
            (self.table.about, {"font_size": 12}),
        ]
        for text, style in lines:
            if text:
                self._line(row, text, align="center", **style)
                self._set_lines(row, math.ceil(1.3 * len(text) / sum(self._widths)))
                row += 1
        if self.table.unit:
            self._line(row, self.table.unit, italic=True, align="right")
            row += 1
        return row

    def _write_header(self, top: int) -> int:
        """Header cells and widths of columns; returns the first row of the body."""
        style = self.formats.get(
            bold=True, border=1, align="center", text_wrap=True, bg_color="#E8EFE8"
        )
        columns = self.table.columns
        cells = header_cells(columns)
        for cell in cells:
            row, below = top + cell.row, top + cell.row + cell.rows - 1
            right = cell.column + cell.columns - 1
            if (row, cell.column) != (below, right):
                self.sheet.merge_range(row, cell.column, below, right, "", style)
            self.sheet.write_string(row, cell.column, cell.text, style)
        for place, width in enumerate(self._widths):
            self.sheet.set_column(place, place, width)
        depth = max(cell.row + cell.rows for cell in cells)
        titles = zip(columns, self._widths, strict=True)
        longest = max(len(column.title) / width for column, width in titles)
        self._set_lines(top + depth - 1, max(2, math.ceil(longest * 1.2)))
        return top + depth

    def _set_lines(self, row: int, lines: int) -> None:
        """Give a row room for several lines: nobody else does where cells are merged."""
        if lines > 1:
            self.sheet.set_row(row, _ROW_PT * lines)
            self._taller += _ROW_PT * (lines - 1)

    def _write_rows(self, first: int) -> None:
        for place, (_, row) in enumerate(self.table.rows.iterrows()):
            for position, column in enumerate(self.table.columns):
                self._write_cell(first + place, position, column, row[column.key])
            texts = zip(self.table.columns, self._widths, strict=True)
            lines = (
                len(str(row[c.key])) * 0.85 / (width - _INDENT)
                for c, width in texts
                if c.kind == "text"
            )
            self._set_lines(first + place, math.ceil(max(lines, default=1)))

    def _write_cell(
        self, row: int, position: int, column: PageColumn, value: Any, *, bold: bool = False
    ) -> None:
        if column.kind not in _NUMERIC:
            text = "" if pd.isna(value) else str(value)
            style = self.formats.text(column, text, bold=bold)
            self.sheet.write_string(row, position, text, style)
        elif pd.isna(value):
            missing = self.formats.text(column, column.missing, bold=bold)
            self.sheet.write_string(row, position, column.missing, missing)
        elif column.adds:
            plus, minus = (
                [xl_rowcol_to_cell(row, self._column_of(key)) for key in keys]
                for keys in (column.adds, column.takes)
            )
            formula = "=" + "+".join(plus) + "".join(f"-{cell}" for cell in minus)
            style = self.formats.number(column, float(value), bold=bold)
            self.sheet.write_formula(row, position, formula, style, float(value))
        else:
            style = self.formats.number(column, float(value), bold=bold)
            self.sheet.write_number(row, position, float(value), style)

    def _write_total(self, first: int, last: int) -> int:
        """Total row, if there is one; returns the row below the table."""
        total = self.table.total
        if total is None:
            return last + 1
        row = last + 1
        empty = self.formats.get(border=1, bold=True)
        for position, column in enumerate(self.table.columns):
            value = total.get(column.key)
            if column.totalled and not pd.isna(value) and self._is_sum(column, float(value)):
                letter = xl_col_to_name(position)
                formula = f"=SUM({letter}{first + 1}:{letter}{last + 1})"
                style = self.formats.number(column, float(value), bold=True)
                self.sheet.write_formula(row, position, formula, style, float(value))
            elif column.kind == "percent" and column.key in total.index and not pd.isna(value):
                self._write_rate(row, position, column, float(value))
            elif column.totalled or (column.kind == "percent" and column.key in total.index):
                self._write_cell(row, position, column, value, bold=True)
            else:
                self.sheet.write_blank(row, position, None, empty)
        style = self.formats.get(border=1, bold=True, align="center", text_wrap=True)
        self.sheet.write_string(row, self.table.label_column, self.table.total_label, style)
        return row + 1

    def _is_sum(self, column: PageColumn, total: float) -> bool:
        """Whether the figures above give a total: not where a row's is unknown, the whole known."""
        known = self.table.rows[column.key].dropna()
        return len(known) > 0 and abs(math.fsum(known) - total) < _NEAR

    def _write_rate(self, row: int, position: int, column: PageColumn, value: float) -> None:
        """Province's cover rate: a formula of the printed hectares where that gives the rate."""
        total = self.table.total
        style = self.formats.number(column, value, bold=True)
        if total is None:
            return
        digits = self.content.percent_decimals
        forest = float(total["natural_forest_ha"]) + float(total["planted_forest_ha"])
        area = float(total["natural_area_ha"])
        if area <= 0 or round(forest / area * 100, digits) != round(value, digits):
            self.sheet.write_number(row, position, value, style)
            return
        natural, planted, whole = (
            xl_rowcol_to_cell(row, self._column_of(key))
            for key in ("natural_forest_ha", "planted_forest_ha", "natural_area_ha")
        )
        formula = f"=ROUND(({natural}+{planted})/{whole}*100,{digits})"
        self.sheet.write_formula(row, position, formula, style, round(value, digits))

    def _write_notes(self, row: int) -> None:
        for place, note in enumerate(self.table.notes):
            self._line(row + place, note, italic=True, align="left", font_size=10)
            self._set_lines(row + place, math.ceil(len(note) / sum(self._widths) + 0.1))

    def _write_signature(self, row: int, lines: Sequence[str]) -> None:
        """Block of the signer below the right half of the table, as in the document."""
        ends = np.cumsum(self._widths)
        left = min(int(np.searchsorted(ends, ends[-1] / 2)), self._last_column)
        style = self.formats.get(bold=True, align="center", text_wrap=True)
        for place, text in enumerate(lines):
            if left < self._last_column:
                self.sheet.merge_range(row + place, left, row + place, self._last_column, "", style)
            self.sheet.write_string(row + place, left, text, style)

    def _put_chart(self, chart: Path, row: int) -> None:
        """Put a picture below the table, as wide as the table is."""
        stream = io.BytesIO(chart.read_bytes())
        with Image.open(stream) as picture:
            inches = picture.width / picture.info["dpi"][0]
        scale = sum(self._widths) * _LETTER_PX / _SCREEN_DPI / inches
        options = {
            "image_data": stream,
            "x_scale": scale,
            "y_scale": scale,
            "description": self.table.title,
        }
        self.sheet.insert_image(row, 0, "chart.png", options)

    def _keep_total(self, table: float, last: int, room: float, head: float) -> None:
        """Begin a page above the last rows where the total row would stand on one without them.

        ``table`` is the height (pt) down to the total row, ``room`` that of a page, of which the
        heading that is repeated takes ``head``.
        """
        page, over = divmod(table - head, room - head)
        kept, unsure = (rows * _ROW_PT for rows in (_KEPT_ROWS + 1, _UNSURE_ROWS))
        begins, ends = page >= 1 and over < kept + unsure, over > room - head - unsure
        if len(self.table.rows) > _KEPT_ROWS and (begins or ends):
            self.sheet.set_h_pagebreaks([last + 1 - _KEPT_ROWS])

    def _set_up_print(self, top: int, first: int, rows: int) -> tuple[float, float] | None:
        """Set up paper; returns the room of a page and of the heading on each (pt), if several."""
        sheet, width = self.sheet, sum(self._widths)
        wide = width > _A4_LETTERS
        sheet.set_landscape()
        sheet.set_paper(_A3 if wide else _A4)
        sheet.set_margins(left=0.8, right=0.6, top=0.8, bottom=0.7)
        across, down = _A3_ROOM_PT if wide else _A4_ROOM_PT
        room = down / min(1.0, across / (width * _LETTER_PT))
        head = (first - top + 1) * _ROW_PT
        pages = (rows * _ROW_PT + self._taller - head) / (room - head)
        # A last page with a few lines alone is drawn into the page before it.
        few = pages > 1 and pages % 1 < _FEW_LINES
        sheet.fit_to_pages(1, math.floor(pages) if few else 0)
        sheet.repeat_rows(top, first - 1)
        sheet.freeze_panes(first, 2)
        sheet.center_horizontally()
        language = self.content.language
        told = [DEMO_MARK.text(language)] if self.content.demo else []
        if self.content.digest:
            told.append(phrase("digest", digest=self.content.digest).text(language))
        # A space ends the size: "&8" before a digit would be another size.
        foot = " · ".join(told)
        sheet.set_header("&C&P")
        sheet.set_footer(f'&L&"{_FONT}"&8 {foot}')
        return None if few or pages <= 1 else (room, head)
