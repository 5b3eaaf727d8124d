"""The page of one commune: its map, and what the panel beside it says."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from layers.base.language import Phrase
from maps.atlas.book import Inset
from maps.atlas.inset import draw_inset
from maps.atlas.labels import LabelPlacer
from maps.atlas.legend import LegendEntry, draw_legend
from maps.atlas.lot_labels import LotLabels, draw_lot_labels
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
from maps.layout.page_table import PageTable, body_texts
from maps.layout.words import phrase
from maps.symbols.fonts import FontSet, Style
from maps.symbols.legends import AreaSymbol, LineSymbol

_NOTHING = Phrase(en="", vi="")


@dataclass(frozen=True, slots=True)
class CommunePage:
    """Everything that one page draws; small enough to be handed to another process."""

    head: PageHead
    layout: SheetLayout
    window: MapWindow
    commune: BaseGeometry
    #: In drawing order; they may reach over the commune's boundary.
    plots: tuple[tuple[AreaSymbol, Geometries], ...]
    lots: LotLabels | None
    neighbours: Geometries
    neighbour_names: tuple[str, ...]
    lines: tuple[tuple[LineSymbol, Geometries], ...]
    legend: tuple[LegendEntry, ...]
    zones: PageTable
    cover: PageTable | None
    inset: Inset
    #: Position of the commune among the inset's outlines.
    place: int
    borders: dict[str, LineSymbol]
    #: Denominator that the circular lists; 0 where the sheet has a scale of the rounded list.
    listed: int = 0
    #: Windows of all sheets of the commune, where one does not hold it.
    index: tuple[MapWindow, ...] = ()


def draw_commune_page(page: CommunePage, fonts: FontSet) -> Sheet:
    """Draw the page of a commune."""
    sheet = start_sheet(page.head, page.layout, fonts)
    frame = MapFrame(sheet, page.layout.frame, page.window)
    _draw_map(frame, page)
    _draw_panel(sheet, page)
    return sheet


def _draw_map(frame: MapFrame, page: CommunePage) -> None:
    k = page.layout.scale
    around = frame.clipped(page.neighbours)
    frame.areas(around, AreaSymbol("", _NOTHING, "#F0F0F0"))
    frame.areas(np.array([page.commune], dtype=object), AreaSymbol("", _NOTHING, "#FFFFFF"))
    for symbol, plots in page.plots:
        frame.areas(_inside(plots, page.commune), symbol, edge="#666666")
    frame.grid(page.borders["grid"], page.head.language, size=7 * k)
    for line, geometries in page.lines:
        frame.lines(geometries, line)
    frame.lines(page.neighbours, page.borders["neighbour"])
    frame.lines(np.array([page.commune], dtype=object), page.borders["commune"])
    frame.border(strip_mm=STRIP_MM)
    if page.lots is not None:
        inside = _inside(page.lots.shapes, page.commune)
        draw_lot_labels(frame, replace(page.lots, shapes=inside))
    _name_neighbours(frame, page, around)


def _inside(plots: Geometries, commune: BaseGeometry) -> Geometries:
    """Part of each plot inside the commune; only those on the boundary are cut."""
    shapely.prepare(commune)
    whole = shapely.covers(commune, plots)
    parts = plots.copy()
    parts[~whole] = shapely.intersection(plots[~whole], commune)
    return parts


def _name_neighbours(frame: MapFrame, page: CommunePage, around: Geometries) -> None:
    labels = LabelPlacer(frame)
    shapely.prepare(page.commune)
    k = page.layout.scale
    largest_first = np.argsort(-shapely.area(around), kind="stable")
    for place in largest_first:
        labels.name_area(
            around[place],
            [page.neighbour_names[place]],
            sizes=(11 * k, 9.5 * k, 8 * k, 6.5 * k),
            style="italic",
            colour="#444444",
            avoid=page.commune,
        )


def _draw_panel(sheet: Sheet, page: CommunePage) -> None:
    """Panel from the bottom up (sources, scale, inset) and from the top down (legend, tables)."""
    k, panel, head = page.layout.scale, page.layout.panel, page.head
    foot = Box(panel.left, panel.bottom, panel.width, 13 * k)
    draw_sources(sheet, foot, head, size=7 * k)
    scale = Box(panel.left, foot.top + 1, panel.width, max(17.0, 20 * k))
    denominator = page.window.denominator
    draw_scale_block(sheet, scale, denominator, head.language, listed=page.listed)
    inset_box = Box(panel.left, scale.top + 1, page.inset.window.width_mm, 0)
    inset_box = Box(panel.left, inset_box.bottom, inset_box.width, page.inset.window.height_mm)
    draw_inset(
        *(sheet, inset_box, page.inset, page.place),
        windows=page.index or (page.window,),
        window=page.window,
        language=head.language,
        scale=k,
    )
    beside = Box(
        inset_box.right + 3 * k,
        inset_box.bottom,
        panel.right - inset_box.right - 3 * k,
        inset_box.height,
    )
    if page.cover is not None:
        _draw_cover(sheet, beside, page)
    room = Box(panel.left, inset_box.top + 7 * k, panel.width, panel.top - inset_box.top - 7 * k)
    # The table takes what it needs, up to half; a long legend is drawn closer in what is left.
    rows = 2 + len(page.zones.rows)
    table = min(room.height * 0.5, (9 + rows * 4.6) * k)
    used = draw_legend(
        *(sheet, Box(room.left, room.bottom + table, room.width, room.height - table)),
        *(page.legend, head.language),
        decimals=head.decimals[0],
        scale=k,
    )
    left = Box(room.left, room.bottom, room.width, room.height - used - 3 * k)
    _draw_zones(sheet, left, page)


def _draw_zones(sheet: Sheet, box: Box, page: CommunePage) -> None:
    k, head = page.layout.scale, page.head
    line = Box(box.left, box.top - 5.2 * k, box.width, 5.2 * k)
    sheet.paragraph(line, page.zones.title, size=9 * k, style="bold", align="center")
    room = Box(box.left, box.bottom, box.width, box.height - 6 * k)
    if page.zones.rows.empty:
        words = phrase("commune.no_zone").text(head.language)
        sheet.paragraph(room, words, size=9 * k, style="italic", align="center")
        return
    draw_table(sheet, room, page.zones, sizes=(8.5 * k, 4.5))


def _draw_cover(sheet: Sheet, box: Box, page: CommunePage) -> None:
    """Forest figures as lines of name and figure: a table of one row reads badly."""
    k, cover = page.layout.scale, page.cover
    if cover is None:
        return
    used = sheet.paragraph(box, cover.title, size=9.5 * k, style="bold", align="center")
    step = min(6.5 * k, (box.height - used) / (len(cover.columns) + 0.5))
    figures = body_texts(cover)[0]
    for number, (column, figure) in enumerate(zip(cover.columns, figures, strict=True), start=1):
        y = box.top - used - number * step
        last = number == len(cover.columns)
        style: Style = "bold" if last else "regular"
        sheet.text(box.left, y, column.title, size=8 * k, style=style)
        sheet.text(box.right, y, figure, size=8.5 * k, style=style, align="right")
        sheet.line([(box.left, y - 1.2 * k), (box.right, y - 1.2 * k)], width_pt=0.2)
