"""A table of the annex drawn on a sheet: sized so that every figure stands on one line."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from layers.base.language import Language
from maps.annex.layout import AnnexColumn, AnnexTable, print_cell
from maps.atlas.paper import MM_TO_PT, Box, wrap_text
from maps.atlas.sheet import Sheet
from maps.symbols.fonts import Style

__all__ = ["draw_long_table", "draw_table"]

_PAD_MM = 0.7
_LEADING = 1.18
_NARROWEST_TEXT_MM = 14.0


@dataclass(slots=True)
class _Layout:
    """A table at one font size: widths of columns, lines of every cell."""

    size: float
    widths: list[float]
    head: list[list[str]]
    body: list[list[list[str]]]

    @property
    def line_mm(self) -> float:
        return self.size * _LEADING / MM_TO_PT

    def height_of(self, lines: list[list[str]]) -> float:
        return max(len(cell) for cell in lines) * self.line_mm + _PAD_MM

    @property
    def height(self) -> float:
        return self.height_of(self.head) + sum(map(self.height_of, self.body))


def draw_table(
    sheet: Sheet,
    box: Box,
    table: AnnexTable,
    *,
    language: Language,
    decimals: tuple[int, int],
    sizes: tuple[float, float] = (7.5, 4.5),
) -> float:
    """Draw a table from the top of a box downwards."""
    cells = _cells(table, language, decimals)
    size, least = sizes
    layout = _fit(sheet, table, cells, box.width, size)
    while size > least and (sum(layout.widths) > box.width + 1e-6 or layout.height > box.height):
        size -= 0.25
        layout = _fit(sheet, table, cells, box.width, size)
    bold_last = table.total is not None
    left_out = _shorten(layout, box.height, keep_last=bold_last)
    used = _draw(sheet, box, table.columns, layout, bold_last=bold_last)
    if left_out:
        word = "dòng nữa, xem bảng của phụ lục" if language == "vi" else "more rows, see the tables"
        text = f"… {left_out} {word}"
        sheet.text(box.left, box.top - used - layout.line_mm, text, size=layout.size)
        used += layout.line_mm
    return used


def draw_long_table(
    sheet: Sheet,
    box: Box,
    table: AnnexTable,
    *,
    language: Language,
    decimals: tuple[int, int],
    sizes: tuple[float, float] = (7.5, 4.5),
) -> None:
    """Draw a table with many rows in two halves beside each other, the total row in the second."""
    count = len(table.rows)
    row_mm = sizes[0] * _LEADING / MM_TO_PT + _PAD_MM
    if (count + 4) * row_mm <= box.height:
        draw_table(sheet, box, table, language=language, decimals=decimals, sizes=sizes)
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
        draw_table(sheet, place, part, language=language, decimals=decimals, sizes=sizes)


def _cells(table: AnnexTable, language: Language, decimals: tuple[int, int]) -> list[list[str]]:
    rows: list[Any] = [row for _, row in table.rows.iterrows()]
    rows += [] if table.total is None else [table.total]
    made = [
        [
            print_cell(column, row.get(column.key), language, decimals=decimals)
            for column in table.columns
        ]
        for row in rows
    ]
    if table.total is not None:
        # A total row has text where it has a name, and nothing where nothing can be summed.
        for place, column in enumerate(table.columns):
            value = table.total.get(column.key)
            if not column.totalled and (value is None or pd.isna(value)):
                made[-1][place] = ""
    return made


def _fit(
    sheet: Sheet, table: AnnexTable, cells: list[list[str]], width: float, size: float
) -> _Layout:
    def text_width(text: str, style: Style = "bold") -> float:
        return sheet.text_width(text, size=size, style=style)

    widths = []
    for place, column in enumerate(table.columns):
        words = max((text_width(word) for word in column.title.split()), default=0.0)
        # A heading of more than three lines looks like a chimney.
        words = max(words, text_width(column.title) / 2.4)
        longest = max((text_width(row[place]) for row in cells), default=0.0)
        widths.append(max(words, longest) + 2 * _PAD_MM)
    widths = _share_room(widths, table.columns, width)
    inner = [value - 2 * _PAD_MM for value in widths]

    def wrapped(texts: list[str]) -> list[list[str]]:
        return [
            wrap_text(sheet.fonts, text, width_mm=room + 0.01, size=size, style="bold")
            for text, room in zip(texts, inner, strict=True)
        ]

    head = wrapped([column.title for column in table.columns])
    return _Layout(size, widths, head, [wrapped(row) for row in cells])


def _share_room(widths: list[float], columns: tuple[AnnexColumn, ...], width: float) -> list[float]:
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
    columns: tuple[AnnexColumn, ...],
    layout: _Layout,
    *,
    bold_last: bool,
) -> float:
    y = box.top
    edges = [box.left]
    for width in layout.widths:
        edges.append(edges[-1] + width)
    rows = [layout.head, *layout.body]
    for number, lines in enumerate(rows):
        height = layout.height_of(lines)
        bold = number == 0 or (bold_last and number == len(rows) - 1)
        if number == 0:
            header = Box(box.left, y - height, edges[-1] - box.left, height)
            sheet.rectangle(header, fill="#E8EFE8", width_pt=0)
        for place, column in enumerate(columns):
            cell = Box(edges[place], y - height, layout.widths[place], height)
            _draw_cell(sheet, cell, lines[place], column, layout, bold=bold, head=number == 0)
        sheet.line([(edges[0], y), (edges[-1], y)], width_pt=0.35)
        y -= height
    sheet.line([(edges[0], y), (edges[-1], y)], width_pt=0.35)
    for x in edges:
        sheet.line([(x, box.top), (x, y)], width_pt=0.35)
    return box.top - y


def _draw_cell(
    sheet: Sheet,
    cell: Box,
    lines: list[str],
    column: AnnexColumn,
    layout: _Layout,
    *,
    bold: bool,
    head: bool,
) -> None:
    free = cell.height - len(lines) * layout.line_mm
    for number, line in enumerate(lines):
        y = cell.top - free / 2 - (number + 0.76) * layout.line_mm
        style: Style = "bold" if bold else "regular"
        if head or column.kind in ("count", "year", "mark"):
            sheet.text(cell.centre, y, line, size=layout.size, style=style, align="center")
        elif column.kind == "text":
            sheet.text(cell.left + _PAD_MM, y, line, size=layout.size, style=style)
        else:
            x = cell.right - _PAD_MM
            sheet.text(x, y, line, size=layout.size, style=style, align="right")
