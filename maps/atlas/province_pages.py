"""Pages of the whole province: one zone, forest cover, all zones at a glance."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from layers.base.language import Language, Phrase, format_number
from maps.atlas.book import ProvinceMap
from maps.atlas.labels import LabelPlacer
from maps.atlas.legend import LegendEntry, draw_legend
from maps.atlas.map_frame import MapFrame, MapWindow
from maps.atlas.sheet import MM_TO_PT, Box, Sheet, wrap_text
from maps.atlas.sheet_layout import (
    STRIP_MM,
    PageHead,
    SheetLayout,
    draw_scale_block,
    draw_sources,
    start_sheet,
)
from maps.atlas.table import draw_long_table, draw_table
from maps.layout.page_table import PageTable
from maps.layout.words import phrase
from maps.symbols.fonts import FontSet
from maps.symbols.legends import AreaSymbol, ClassSymbol, LineSymbol

Floats = npt.NDArray[np.float64]

_NOTHING = Phrase(en="", vi="")
_NO_DATA = AreaSymbol("no_data", phrase("legend.no_data"), "#FFFFFF", "////", "#999999")
_NONE = AreaSymbol("none", phrase("legend.none"), "#F7F7F2")
_LISTED = LineSymbol("listed", phrase("legend.listed"), "#08306B", 1.5)
_PLANNED_FILL = "#2166AC"


@dataclass(frozen=True, slots=True)
class Choropleth:
    """What the colour of the communes shows, in percent (NaN is no data), and who is listed."""

    percents: Floats
    #: Communes with a strong outline.
    listed: npt.NDArray[np.bool_]
    classes: tuple[ClassSymbol, ...]
    #: What the colour shows, as the legend says it.
    measure: str


@dataclass(frozen=True, slots=True)
class OverviewPage:
    """A choropleth of the province, with circles for planned hectares."""

    head: PageHead
    layout: SheetLayout
    map: ProvinceMap
    shown: Choropleth
    #: Hectares of the circles, per commune; NaN or 0 for none.
    planned_ha: Floats
    #: Second line of every commune's label.
    labels: tuple[str, ...]
    table: PageTable
    borders: dict[str, LineSymbol]


@dataclass(frozen=True, slots=True)
class GlancePage:
    """All zones beside each other, one small map each; the window of ``map`` is not used."""

    head: PageHead
    layout: SheetLayout
    map: ProvinceMap
    titles: tuple[str, ...]
    shown: tuple[Choropleth, ...]
    windows: tuple[MapWindow, ...]
    table: PageTable
    borders: dict[str, LineSymbol]


def draw_overview_page(page: OverviewPage, fonts: FontSet) -> Sheet:
    """Draw a choropleth page."""
    sheet = start_sheet(page.head, page.layout, fonts)
    frame = MapFrame(sheet, page.layout.frame, page.map.window)
    k = page.layout.scale
    around = frame.clipped(page.map.neighbours)
    frame.areas(around, AreaSymbol("", _NOTHING, "#F0F0F0"))
    _draw_classes(frame, page.map, page.shown)
    frame.grid(page.borders["grid"], page.head.language, size=7 * k)
    frame.lines(page.map.neighbours, page.borders["neighbour"])
    frame.lines(page.map.communes, LineSymbol("", _NOTHING, "#555555", 0.4))
    frame.lines(page.map.communes[page.shown.listed], _LISTED)
    frame.border(strip_mm=STRIP_MM)
    circles = _draw_circles(frame, page)
    _name_communes(frame, page, circles)
    _draw_panel(sheet, page)
    return sheet


def _draw_classes(frame: MapFrame, there: ProvinceMap, shown: Choropleth) -> None:
    percents, communes = shown.percents, there.communes
    frame.areas(communes[np.isnan(percents)], _NO_DATA)
    frame.areas(communes[percents == 0], _NONE)
    ends = [*(symbol.from_percent for symbol in shown.classes), math.inf]
    for number, symbol in enumerate(shown.classes):
        chosen = (percents >= ends[number]) & (percents < ends[number + 1]) & (percents != 0)
        frame.areas(communes[chosen], AreaSymbol("", _NOTHING, symbol.fill))


def _draw_circles(frame: MapFrame, page: OverviewPage) -> dict[int, Box]:
    """Circles whose area is proportional to the planned hectares, largest beneath."""
    planned = np.nan_to_num(page.planned_ha)
    boxes: dict[int, Box] = {}
    if not planned.max(initial=0) > 0:
        return boxes
    radii = _largest_radius(page.layout) * np.sqrt(planned / planned.max())
    turn = np.linspace(0, 2 * np.pi, 37)
    for place in np.argsort(-radii, kind="stable"):
        if radii[place] < 0.3:
            continue
        middle = page.map.communes[place].representative_point()
        x, y = frame.paper_mm(np.array([[middle.x, middle.y]]))[0]
        radius = float(radii[place])
        points = [(x + radius * math.cos(angle), y + radius * math.sin(angle)) for angle in turn]
        frame.sheet.area(points, fill=_PLANNED_FILL, edge="#FFFFFF", width_pt=0.4, alpha=0.75)
        boxes[int(place)] = Box(x - radius, y - radius, 2 * radius, 2 * radius)
    return boxes


def _largest_radius(layout: SheetLayout) -> float:
    return 4.5 * layout.scale


def _name_communes(frame: MapFrame, page: OverviewPage, circles: dict[int, Box]) -> None:
    labels = LabelPlacer(frame)
    labels.reserve(circles.values())
    k = page.layout.scale
    # The narrow ones first: where they find no room, nobody else may take it.
    sizes = [geometry.area for geometry in page.map.communes]
    for place in np.argsort(sizes, kind="stable"):
        lines = [page.map.names[place]]
        if page.labels[place]:
            lines.append(page.labels[place])
        labels.name_area(
            page.map.communes[place],
            lines,
            sizes=(7.5 * k, 6.5 * k, 5.5 * k, 4.8),
            backing="#FFFFFF",
        )


def _draw_class_legend(
    sheet: Sheet, box: Box, shown: Sequence[Choropleth], language: Language, *, scale: float
) -> float:
    """Draw the legend of one or several maps that share classes; returns the room it takes."""
    classes = shown[0].classes
    ends = [format_number(symbol.from_percent, language) for symbol in classes]
    texts = [f"{low} – {high} %" for low, high in itertools.pairwise(ends)]
    texts += [f"≥ {ends[-1]} %"]
    entries = [
        LegendEntry(AreaSymbol("", _NOTHING, symbol.fill), text)
        for symbol, text in zip(classes, texts, strict=True)
    ]
    percents = np.concatenate([one.percents for one in shown])
    others: list[tuple[AreaSymbol | LineSymbol, bool]] = [
        (_NONE, bool((percents == 0).any())),
        (_NO_DATA, bool(np.isnan(percents).any())),
        (_LISTED, any(one.listed.any() for one in shown)),
    ]
    entries += [LegendEntry(other, other.name.text(language)) for other, there in others if there]
    return draw_legend(
        *(sheet, box, tuple(entries), language), decimals=0, scale=scale, title=shown[0].measure
    )


def _draw_panel(sheet: Sheet, page: OverviewPage) -> None:
    k, panel, head = page.layout.scale, page.layout.panel, page.head
    foot = Box(panel.left, panel.bottom, panel.width, 11 * k)
    draw_sources(sheet, foot, head, size=7 * k)
    scale = Box(panel.left, foot.top + 1, panel.width, max(17.0, 20 * k))
    draw_scale_block(sheet, scale, page.map.window.denominator, head.language)
    used = _draw_class_legend(sheet, panel, [page.shown], head.language, scale=k)
    largest = float(np.nan_to_num(page.planned_ha).max(initial=0))
    if largest > 0:
        used += _draw_circle_key(sheet, panel, panel.top - used, largest, page)
    top = panel.top - used - 2 * k
    floor = scale.top + 2 + _draw_notes(sheet, panel, scale.top + 2, page)
    table = Box(panel.left, floor, panel.width, top - floor)
    draw_long_table(sheet, table, page.table, sizes=(8.0 * k, 4.5))


def _draw_notes(sheet: Sheet, panel: Box, bottom: float, page: OverviewPage) -> float:
    """Sentences below the table, from the bottom up; returns the room they take."""
    if not page.table.notes:
        return 0.0
    k, size = page.layout.scale, 7 * page.layout.scale
    text = " ".join(page.table.notes)
    lines = len(wrap_text(sheet.fonts, text, width_mm=panel.width, size=size, style="italic"))
    height = lines * size * 1.3 / MM_TO_PT
    sheet.paragraph(Box(panel.left, bottom, panel.width, height), text, size=size, style="italic")
    return height + 2 * k


def _draw_circle_key(
    sheet: Sheet, panel: Box, top: float, largest: float, page: OverviewPage
) -> float:
    k, language = page.layout.scale, page.head.language
    radius = _largest_radius(page.layout)
    height = 2 * radius + 2 * k
    turn = np.linspace(0, 2 * np.pi, 37)
    y = top - height / 2
    x = panel.left + radius
    points = [(x + radius * math.cos(angle), y + radius * math.sin(angle)) for angle in turn]
    sheet.area(points, fill=_PLANNED_FILL, edge="#FFFFFF", width_pt=0.4, alpha=0.75)
    figure = format_number(largest, language, decimals=page.head.decimals[0])
    words = phrase("legend.circles", largest=figure).text(language)
    room = Box(x + radius + 2 * k, top - height, panel.right - x - radius - 2 * k, height)
    sheet.paragraph(room, words, size=8 * k)
    return height


def draw_glance_page(page: GlancePage, fonts: FontSet) -> Sheet:
    """Draw the page of all zones."""
    sheet = start_sheet(page.head, page.layout, fonts)
    k, panel, head = page.layout.scale, page.layout.panel, page.head
    for number, box in enumerate(glance_boxes(page.layout, len(page.titles))):
        frame = MapFrame(sheet, box, page.windows[number])
        _draw_classes(frame, page.map, page.shown[number])
        frame.lines(page.map.communes, LineSymbol("", _NOTHING, "#777777", 0.2))
        listed = page.map.communes[page.shown[number].listed]
        frame.lines(listed, LineSymbol("", _NOTHING, _LISTED.colour, 0.6))
        size = 9.5 * k
        while size > 5 and sheet.text_width(page.titles[number], size=size) > box.width:
            size -= 0.25
        y = box.top + 1.0
        sheet.text(box.centre, y, page.titles[number], size=size, style="bold", align="center")
    foot = Box(panel.left, panel.bottom, panel.width, 11 * k)
    draw_sources(sheet, foot, head, size=7 * k)
    used = _draw_class_legend(sheet, panel, page.shown, head.language, scale=k)
    room = Box(panel.left, foot.top + 2, panel.width, panel.top - used - foot.top - 4 * k)
    draw_table(sheet, room, page.table, sizes=(8.5 * k, 4.0))
    return sheet


def glance_boxes(layout: SheetLayout, count: int) -> list[Box]:
    """Boxes of the small maps, as large as the room of the map lets them be."""
    room = layout.frame.inset(-3)
    title = 10 * layout.scale * 1.3 / MM_TO_PT + 1
    best = max(
        range(1, count + 1),
        key=lambda columns: min(
            room.width / columns, room.height / math.ceil(count / columns) - title
        ),
    )
    rows = math.ceil(count / best)
    width, height = room.width / best, room.height / rows
    side = min(width - 2, height - title - 1)
    return [
        Box(
            room.left + (number % best) * width + (width - side) / 2,
            room.top - (number // best + 1) * height + 0.5,
            side,
            side,
        )
        for number in range(count)
    ]
