"""A table of the annex drawn on a sheet: sized so that every figure stands on one line."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace

from maps.atlas.sheet import MM_TO_PT, Align, Box, Sheet, wrap_text
from maps.layout.page_table import HeaderCell, PageColumn, PageTable, body_texts, header_cells
from maps.layout.words import phrase
from maps.symbols.fonts import Style

_PAD_MM = 0.7
_LEADING = 1.18
_NARROWEST_TEXT_MM = 14.0


@dataclass(slots=True)
class _Layout:
    """A table at one font size: widths of columns, lines of every cell."""

    size: float
    widths: list[float]
    head: list[tuple[HeaderCell, list[str]]]
    body: list[list[list[str]]]

    @property
    def line_mm(self) -> float:
        return self.size * _LEADING / MM_TO_PT

    def height_of(self, lines: list[list[str]]) -> float:
        return max(len(cell) for cell in lines) * self.line_mm + _PAD_MM

    @property
    def head_heights(self) -> list[float]:
        """Height of each row of the header; what stands over both rows may stretch the lower."""
        rows = range(max(cell.row + cell.rows for cell, _ in self.head))
        heights = [
            max(
                (self.height_of([text]) for cell, text in self.head if (cell.row, cell.rows) == at),
                default=0.0,
            )
            for at in ((row, 1) for row in rows)
        ]
        tall = max((self.height_of([text]) for cell, text in self.head if cell.rows > 1), default=0)
        heights[-1] += max(0.0, tall - sum(heights))
        return heights

    @property
    def height(self) -> float:
        return sum(self.head_heights) + sum(map(self.height_of, self.body))


def draw_table(
    sheet: Sheet,
    box: Box,
    table: PageTable,
    *,
    sizes: tuple[float, float] = (7.5, 4.5),
) -> float:
    """Draw a table from the top of a box downwards."""
    cells = body_texts(table)
    size, least = sizes
    layout = _fit(sheet, table, cells, box.width, size)
    while size > least and (sum(layout.widths) > box.width + 1e-6 or layout.height > box.height):
        size -= 0.25
        layout = _fit(sheet, table, cells, box.width, size)
    bold_last = table.total is not None
    left_out = _shorten(layout, box.height, keep_last=bold_last)
    used = _draw(sheet, box, table.columns, layout, bold_last=bold_last)
    if left_out:
        text = phrase("table.more_rows", count=left_out).text(table.language)
        sheet.text(box.left, box.top - used - layout.line_mm, text, size=layout.size)
        used += layout.line_mm
    return used


def draw_long_table(
    sheet: Sheet,
    box: Box,
    table: PageTable,
    *,
    sizes: tuple[float, float] = (7.5, 4.5),
) -> None:
    """Draw a table with many rows in two halves beside each other, the total row in the second."""
    count = len(table.rows)
    row_mm = sizes[0] * _LEADING / MM_TO_PT + _PAD_MM
    if (count + 4) * row_mm <= box.height:
        draw_table(sheet, box, table, sizes=sizes)
        return
    half = (count + 2) // 2
    gap = 2.0
    width = (box.width - gap) / 2
    parts = (
        replace(table, rows=table.rows.iloc[:half], total=None),
        replace(table, rows=table.rows.iloc[half:]),
    )
    for number, part in enumerate(parts):
        place = Box(box.left + number * (width + gap), box.bottom, width, box.height)
        draw_table(sheet, place, part, sizes=sizes)


def _fit(
    sheet: Sheet, table: PageTable, cells: list[list[str]], width: float, size: float
) -> _Layout:
    def text_width(text: str, style: Style = "bold") -> float:
        return sheet.text_width(text, size=size, style=style)

    widths = []
    for place, column in enumerate(table.columns):
        words = max((text_width(word) for word in column.title.split()), default=0.0)
        # A heading of more than three lines looks like a chimney.
        words = max(words, text_width(column.title) / 2.4)
        # Words before a mark stand on lines of their own.
        whole = [row[place].split() if column.kind == "mark" else [row[place]] for row in cells]
        longest = max((text_width(text) for texts in whole for text in texts), default=0.0)
        widths.append(max(words, longest) + 2 * _PAD_MM)
    widths = _share_room(widths, table.columns, width)
    inner = [value - 2 * _PAD_MM for value in widths]

    def wrapped_text(text: str, room: float) -> list[str]:
        return wrap_text(sheet.fonts, text, width_mm=room + 0.01, size=size, style="bold")

    def wrapped(texts: list[str]) -> list[list[str]]:
        return [wrapped_text(text, room) for text, room in zip(texts, inner, strict=True)]

    head = []
    for cell in header_cells(table.columns):
        room = sum(widths[cell.column : cell.column + cell.columns]) - 2 * _PAD_MM
        head.append(
            (cell, wrap_text(sheet.fonts, cell.text, width_mm=room + 0.01, size=size, style="bold"))
        )
    return _Layout(size, widths, head, [wrapped(row) for row in cells])


def _share_room(widths: list[float], columns: tuple[PageColumn, ...], width: float) -> list[float]:
    """Give text columns what is left over, or take from them what lacks."""
    texts = [place for place, column in enumerate(columns) if column.kind == "text"]
    spare = width - sum(widths)
    shared = list(widths)
    for place in texts:
        change = (
            spare / len(texts)
            if spare > 0
            else spare * widths[place] / sum(widths[other] for other in texts)
        )
        shared[place] = max(shared[place] + change, min(widths[place], _NARROWEST_TEXT_MM))
    return shared


def _shorten(layout: _Layout, height: float, *, keep_last: bool) -> int:
    """Drop rows that do not fit, the total row never; returns how many."""
    dropped = 0
    while layout.height + (layout.line_mm if dropped else 0) > height and len(layout.body) > 1:
        layout.body.pop(-2 if keep_last else -1)
        dropped += 1
    return dropped


def _draw(
    sheet: Sheet,
    box: Box,
    columns: tuple[PageColumn, ...],
    layout: _Layout,
    *,
    bold_last: bool,
) -> float:
    edges = [box.left, *(box.left + width for width in itertools.accumulate(layout.widths))]
    tops = [box.top]
    for height in layout.head_heights:
        tops.append(tops[-1] - height)
    header = Box(box.left, tops[-1], edges[-1] - box.left, box.top - tops[-1])
    sheet.rectangle(header, fill="#E8EFE8", width_pt=0)
    for head, lines in layout.head:
        right, bottom = edges[head.column + head.columns], tops[head.row + head.rows]
        cell = Box(edges[head.column], bottom, right - edges[head.column], tops[head.row] - bottom)
        _draw_cell(sheet, cell, lines, layout, bold=True, align="center")
        sheet.line([(cell.left, cell.top), (cell.right, cell.top)], width_pt=0.35)
        sheet.line([(cell.left, cell.bottom), (cell.left, cell.top)], width_pt=0.35)
    y = tops[-1]
    for number, row in enumerate(layout.body, start=1):
        height = layout.height_of(row)
        bold = bold_last and number == len(layout.body)
        for place, column in enumerate(columns):
            cell = Box(edges[place], y - height, layout.widths[place], height)
            _draw_cell(sheet, cell, row[place], layout, bold=bold, align=column.align)
        sheet.line([(edges[0], y), (edges[-1], y)], width_pt=0.35)
        y -= height
    sheet.line([(edges[0], y), (edges[-1], y)], width_pt=0.35)
    for x in edges:
        sheet.line([(x, tops[-1]), (x, y)], width_pt=0.35)
    sheet.line([(edges[-1], box.top), (edges[-1], tops[-1])], width_pt=0.35)
    return box.top - y


def _draw_cell(
    sheet: Sheet, cell: Box, lines: list[str], layout: _Layout, *, bold: bool, align: Align
) -> None:
    free = cell.height - len(lines) * layout.line_mm
    x = {"left": cell.left + _PAD_MM, "center": cell.centre, "right": cell.right - _PAD_MM}[align]
    style: Style = "bold" if bold else "regular"
    for number, line in enumerate(lines):
        y = cell.top - free / 2 - (number + 0.76) * layout.line_mm
        sheet.text(x, y, line, size=layout.size, style=style, align=align)
