"""The sheet of one border: two communes of two provinces, and what stands along their line."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from layers.base.language import Phrase
from maps.atlas.book import Inset
from maps.atlas.inset import draw_inset
from maps.atlas.labels import LabelPlacer
from maps.atlas.legend import LegendEntry, draw_legend
from maps.atlas.map_frame import Geometries, MapFrame, MapWindow
from maps.atlas.sheet import Box, Sheet
from maps.atlas.sheet_layout import (
    STRIP_MM,
    PageHead,
    SheetLayout,
    draw_scale_block,
    draw_sources,
    start_sheet,
)
from maps.atlas.table import draw_table
from maps.layout.page_table import PageTable
from maps.layout.words import phrase
from maps.symbols.fonts import FontSet
from maps.symbols.legends import AreaSymbol, LineSymbol

_NOTHING = Phrase(en="", vi="")
_PAPER = AreaSymbol("", _NOTHING, "#FFFFFF")
_AROUND = AreaSymbol("", _NOTHING, "#EFEFEF")
#: Outline of a commune, and of its place in the small map.
_EDGE = "#666666"


@dataclass(frozen=True, slots=True)
class BorderPage:
    """Everything that one sheet draws; small enough to be handed to another process."""

    head: PageHead
    layout: SheetLayout
    window: MapWindow
    pair: tuple[BaseGeometry, BaseGeometry]
    names: tuple[str, str]
    #: Communes of both provinces around the pair.
    around: Geometries
    around_names: tuple[str, ...]
    #: In drawing order: land, and upon it ground that is claimed twice or by nobody.
    areas: tuple[tuple[AreaSymbol, Geometries], ...]
    lines: tuple[tuple[LineSymbol, Geometries], ...]
    legend: tuple[LegendEntry, ...]
    #: Figures of the pair: what they are, and what the tables say.
    figures: tuple[tuple[str, str], ...]
    land: PageTable
    #: Lines that the office fills in by hand.
    contacts: tuple[str, ...]
    inset: Inset
    #: Positions of the pair's own commune among the inset's outlines.
    place: int


def draw_border_page(page: BorderPage, fonts: FontSet) -> Sheet:
    """Draw the sheet of a pair of communes."""
    sheet = start_sheet(page.head, page.layout, fonts)
    frame = MapFrame(sheet, page.layout.frame, page.window)
    _draw_map(frame, page)
    _draw_panel(sheet, page)
    return sheet


def _draw_map(frame: MapFrame, page: BorderPage) -> None:
    k = page.layout.scale
    around = frame.clipped(page.around)
    pair = np.array(page.pair, dtype=object)
    frame.areas(around, _AROUND)
    frame.areas(frame.clipped(pair), _PAPER)
    for symbol, shapes in page.areas:
        frame.areas(frame.clipped(shapes), symbol, edge=_EDGE)
    frame.grid(LineSymbol("", _NOTHING, "#6FA8C9", 0.25), page.head.language, size=7 * k)
    outlines = np.concatenate([page.around, pair])
    frame.lines(outlines, LineSymbol("", _NOTHING, _EDGE, 0.5, (6.0, 2.0, 1.0, 2.0)))
    for line, shapes in page.lines:
        frame.lines(shapes, line)
    frame.border(strip_mm=STRIP_MM)
    labels = LabelPlacer(frame)
    sizes = tuple(size * k for size in (12.0, 10.0, 8.0, 6.5))
    for shape, name in zip(frame.clipped(pair), page.names, strict=True):
        labels.name_area(shape, [name], sizes=sizes, backing="#FFFFFF")
    for place in np.argsort(-shapely.area(around), kind="stable"):
        labels.name_area(
            around[place],
            [page.around_names[place]],
            sizes=sizes[1:],
            style="italic",
            colour="#444444",
        )


def _draw_panel(sheet: Sheet, page: BorderPage) -> None:
    """Panel from the bottom up (sources, scale, inset, contacts) and from the top down."""
    k, panel, head = page.layout.scale, page.layout.panel, page.head
    foot = Box(panel.left, panel.bottom, panel.width, 13 * k)
    draw_sources(sheet, foot, head, size=7 * k)
    scale = Box(panel.left, foot.top + 1, panel.width, max(17.0, 20 * k))
    draw_scale_block(sheet, scale, page.window.denominator, head.language)
    window = page.inset.window
    inset = Box(panel.left, scale.top + 1, window.width_mm, window.height_mm)
    draw_inset(
        *(sheet, inset, page.inset, page.place),
        windows=(page.window,),
        window=page.window,
        language=head.language,
        scale=k,
    )
    gap = 3 * k
    beside = Box(inset.right + gap, inset.bottom, panel.right - inset.right - gap, inset.height)
    _draw_contacts(sheet, beside, page)
    room = Box(panel.left, inset.top + 7 * k, panel.width, panel.top - inset.top - 7 * k)
    rows = 3 + len(page.land.rows)
    below = min(room.height * 0.6, (10 + rows * 4.6 + len(page.figures) * 5) * k)
    used = draw_legend(
        *(sheet, Box(room.left, room.bottom + below, room.width, room.height - below)),
        *(page.legend, head.language),
        decimals=head.decimals[0],
        scale=k,
        title=phrase("border.legend").text(head.language),
    )
    left = Box(room.left, room.bottom, room.width, room.height - used - 2 * k)
    used = _draw_figures(sheet, left, page)
    left = Box(left.left, left.bottom, left.width, left.height - used - 3 * k)
    line = Box(left.left, left.top - 5 * k, left.width, 5 * k)
    sheet.paragraph(line, page.land.title, size=9 * k, style="bold", align="center")
    table = Box(left.left, left.bottom, left.width, left.height - 6 * k)
    draw_table(sheet, table, page.land, sizes=(8 * k, 4.5))


def _draw_figures(sheet: Sheet, box: Box, page: BorderPage) -> float:
    """Names and figures in lines; returns the room they take."""
    k = page.layout.scale
    step = 5.0 * k
    for number, (name, figure) in enumerate(page.figures, start=1):
        y = box.top - number * step
        sheet.text(box.left, y, name, size=8 * k)
        sheet.text(box.right, y, figure, size=8.5 * k, style="bold", align="right")
        sheet.line([(box.left, y - 1.2 * k), (box.right, y - 1.2 * k)], width_pt=0.2)
    return len(page.figures) * step


def _draw_contacts(sheet: Sheet, box: Box, page: BorderPage) -> None:
    """Lines with room to write on."""
    k = page.layout.scale
    title = phrase("border.contacts").text(page.head.language)
    sheet.text(box.centre, box.top + 2 * k, title, size=8 * k, style="bold", align="center")
    step = box.height / max(len(page.contacts), 1)
    for number, words in enumerate(page.contacts):
        top = box.top - number * step
        sheet.text(box.left, top - 3.4 * k, words, size=7.5 * k, style="italic")
        y = top - step + 1.5 * k
        sheet.line([(box.left, y), (box.right, y)], width_pt=0.3, dashes=(1.0, 1.5))
