"""The legend of a map sheet: symbols, names and, where they are known, hectares."""

from __future__ import annotations

import math
from dataclasses import dataclass

from layers.base.language import Language, format_number
from maps.atlas.sheet import MM_TO_PT, Box, Sheet
from maps.layout.words import phrase
from maps.symbols.legends import AreaSymbol, LineSymbol


@dataclass(frozen=True, slots=True)
class LegendEntry:
    """One line of a legend: symbol, name, and the hectares beside it (NaN for none).

    A line without a symbol says something of the lines around it.
    """

    symbol: AreaSymbol | LineSymbol | None
    text: str
    area_ha: float = math.nan


def draw_legend(
    sheet: Sheet,
    box: Box,
    entries: tuple[LegendEntry, ...],
    language: Language,
    *,
    decimals: int,
    scale: float = 1.0,
    title: str = "",
) -> float:
    """Draw a legend from the top of a box downwards, in two columns where it is long."""
    usual = phrase("legend.title").text(language)
    line = Box(box.left, box.top - 6.5 * scale, box.width, 6.2 * scale)
    sheet.paragraph(line, title or usual, size=10 * scale, style="bold", align="center")
    columns = 2 if len(entries) > 8 else 1
    rows = math.ceil(len(entries) / columns)
    head = 7.0 * scale
    step = min(6.2 * scale, (box.height - head) / max(rows, 1))
    width = (box.width - 4 * scale * (columns - 1)) / columns
    for number, entry in enumerate(entries):
        column, row = divmod(number, rows)
        left = box.left + column * (width + 4 * scale)
        cell = Box(left, box.top - head - (row + 1) * step, width, step)
        _draw_entry(sheet, cell, entry, language, decimals=decimals, scale=scale)
    return head + rows * step


def _draw_entry(
    sheet: Sheet, cell: Box, entry: LegendEntry, language: Language, *, decimals: int, scale: float
) -> None:
    wide = 9.5 * scale if entry.symbol else 0.0
    patch = Box(cell.left, cell.bottom + cell.height * 0.14, wide, cell.height * 0.72)
    if entry.symbol:
        _draw_patch(sheet, patch, entry.symbol)
    size = min(8.5 * scale, cell.height * 0.58 * MM_TO_PT)
    y = cell.bottom + cell.height / 2 - size * 0.32 / MM_TO_PT
    figure = ""
    if not math.isnan(entry.area_ha):
        figure = (
            "-" if entry.area_ha == 0 else format_number(entry.area_ha, language, decimals=decimals)
        )
        sheet.text(cell.right, y, figure, size=size, align="right")
    room = cell.right - patch.right - 2.2 * scale - sheet.text_width(figure + " ", size=size)
    left = patch.right + 1.6 * scale if entry.symbol else cell.left
    if sheet.text_width(entry.text, size=size) <= room:
        sheet.text(left, y, entry.text, size=size)
        return
    # A long name takes two lines rather than letters that nobody reads.
    lines = Box(left, cell.bottom, room, cell.height)
    sheet.paragraph(lines, entry.text, size=size, leading=1.02, least=4.5)


def _draw_patch(sheet: Sheet, patch: Box, symbol: AreaSymbol | LineSymbol) -> None:
    if isinstance(symbol, LineSymbol):
        y = patch.bottom + patch.height / 2
        ends = [(patch.left, y), (patch.right, y)]
        if symbol.casing:
            sheet.line(ends, colour=symbol.casing, width_pt=symbol.width_pt * 4)
        sheet.line(ends, colour=symbol.colour, width_pt=symbol.width_pt, dashes=symbol.dashes)
        return
    sheet.patterned(patch, symbol.fill, symbol.hatch, symbol.hatch_colour)
