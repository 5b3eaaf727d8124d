"""Pages of the whole province: one zone, forest cover, all zones at a glance."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from layers.base.language import Language, Phrase, format_number
from maps.annex.layout import AnnexTable
from maps.atlas.labels import LabelPlacer
from maps.atlas.legend import LegendEntry, draw_legend
from maps.atlas.map_frame import Geometries, MapFrame
from maps.atlas.map_scale import MapWindow
from maps.atlas.paper import MM_TO_PT, Box, wrap_text
from maps.atlas.sheet import Sheet
from maps.atlas.sheet_layout import (
    STRIP_MM,
    PageHead,
    SheetLayout,
    draw_scale_block,
    draw_sources,
    start_sheet,
)
from maps.atlas.table import draw_long_table, draw_table
from maps.symbols.fonts import FontSet
from maps.symbols.legends import AreaSymbol, ClassSymbol, LineSymbol

__all__ = [
    "GlancePage",
    "OverviewPage",
    "ProvinceMap",
    "draw_glance_page",
    "draw_overview_page",
    "glance_boxes",
]

Floats = npt.NDArray[np.float64]

_NOTHING = Phrase(en="", vi="")
_NO_DATA = AreaSymbol(
    "no_data", Phrase(en="No data", vi="Không có số liệu"), "#FFFFFF", "////", "#999999"
)
_NONE = AreaSymbol("none", Phrase(en="None (0)", vi="Không có (0)"), "#F7F7F2")
_LISTED = LineSymbol(
    "listed", Phrase(en="Listed in the plan", vi="Thuộc danh mục kế hoạch"), "#08306B", 1.5
)
_PLANNED_FILL = "#2166AC"


@dataclass(frozen=True, slots=True)
class ProvinceMap:
    """The communes of the province, as every overview page shows them.

    Parameters
    ----------
    communes : numpy.ndarray
        Polygons in the map's CRS, finer than the paper shows left out.
    names : tuple of str
        Their names.
    neighbours : numpy.ndarray
        Polygons around.
    window : MapWindow
        The province in the frame of the page.
    """

    communes: Geometries
    names: tuple[str, ...]
    neighbours: Geometries
    window: MapWindow


@dataclass(frozen=True, slots=True)
class OverviewPage:
    """A choropleth of the province.

    Parameters
    ----------
    head : PageHead
        What the page says about itself.
    layout : SheetLayout
        Where things stand.
    map : ProvinceMap
        The communes.
    percents : numpy.ndarray
        What the colour shows, per commune; NaN is no data.
    classes : tuple of ClassSymbol
        Classes of the colour.
    measure : str
        What the colour shows, in the legend.
    listed : numpy.ndarray of bool
        Communes with a strong outline.
    planned_ha : numpy.ndarray
        Hectares of the circles, per commune; NaN or 0 for none.
    labels : tuple of str
        Second line of every commune's label.
    table : AnnexTable
        Table of the panel.
    borders : dict
        Line symbols by id.
    """

    head: PageHead
    layout: SheetLayout
    map: ProvinceMap
    percents: Floats
    classes: tuple[ClassSymbol, ...]
    measure: str
    listed: npt.NDArray[np.bool_]
    planned_ha: Floats
    labels: tuple[str, ...]
    table: AnnexTable
    borders: dict[str, LineSymbol]


@dataclass(frozen=True, slots=True)
class GlancePage:
    """All zones beside each other, one small map each.

    Parameters
    ----------
    head : PageHead
        What the page says about itself.
    layout : SheetLayout
        Where things stand.
    map : ProvinceMap
        The communes; its window is not used.
    titles : tuple of str
        Name of each zone.
    percents : tuple of numpy.ndarray
        Per zone: share of every commune.
    listed : tuple of numpy.ndarray
        Per zone: listed communes.
    classes : tuple of ClassSymbol
        Classes of the colour.
    measure : str
        What the colour shows.
    windows : tuple of MapWindow
        One per zone, in the size of its small map.
    table : AnnexTable
        Table of the panel.
    borders : dict
        Line symbols by id.
    """

    head: PageHead
    layout: SheetLayout
    map: ProvinceMap
    titles: tuple[str, ...]
    percents: tuple[Floats, ...]
    listed: tuple[npt.NDArray[np.bool_], ...]
    classes: tuple[ClassSymbol, ...]
    measure: str
    windows: tuple[MapWindow, ...]
    table: AnnexTable
    borders: dict[str, LineSymbol]


def draw_overview_page(page: OverviewPage, fonts: FontSet) -> Sheet:
    """Draw a choropleth page."""
    sheet = start_sheet(page.head, page.layout, fonts)
    frame = MapFrame(sheet, page.layout.frame, page.map.window)
    k = page.layout.scale
    around = frame.clipped(page.map.neighbours)
    frame.areas(around, AreaSymbol("", _NOTHING, "#F0F0F0"))
    _draw_classes(frame, page.map.communes, page.percents, page.classes)
    frame.grid(page.borders["grid"], page.head.language, size=7 * k)
    frame.lines(page.map.neighbours, page.borders["neighbour"])
    frame.lines(page.map.communes, LineSymbol("", _NOTHING, "#555555", 0.4))
    frame.lines(page.map.communes[page.listed], _LISTED)
    frame.border(strip_mm=STRIP_MM)
    circles = _draw_circles(frame, page)
    _name_communes(frame, page, circles)
    _draw_panel(sheet, page)
    return sheet


def _draw_classes(
    frame: MapFrame, communes: Geometries, percents: Floats, classes: tuple[ClassSymbol, ...]
) -> None:
    frame.areas(communes[np.isnan(percents)], _NO_DATA)
    frame.areas(communes[percents == 0], _NONE)
    ends = [*(symbol.from_percent for symbol in classes), math.inf]
    for number, symbol in enumerate(classes):
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


def _class_entries(
    classes: tuple[ClassSymbol, ...], language: Language, *, with_none: bool, with_no_data: bool
) -> tuple[LegendEntry, ...]:
    entries = []
    ends = [symbol.from_percent for symbol in classes]
    for number, symbol in enumerate(classes):
        low = format_number(ends[number], language)
        if number + 1 < len(ends):
            text = f"{low} – {format_number(ends[number + 1], language)} %"
        else:
            text = f"≥ {low} %"
        entries.append(LegendEntry(AreaSymbol("", _NOTHING, symbol.fill), text))
    entries += [LegendEntry(_NONE, _NONE.name.text(language))] if with_none else []
    entries += [LegendEntry(_NO_DATA, _NO_DATA.name.text(language))] if with_no_data else []
    return tuple(entries)


def _draw_panel(sheet: Sheet, page: OverviewPage) -> None:
    k, panel, head = page.layout.scale, page.layout.panel, page.head
    foot = Box(panel.left, panel.bottom, panel.width, 11 * k)
    draw_sources(sheet, foot, head, size=7 * k)
    scale = Box(panel.left, foot.top + 1, panel.width, max(17.0, 20 * k))
    draw_scale_block(sheet, scale, page.map.window.denominator, head.language)
    entries = _class_entries(
        page.classes,
        head.language,
        with_none=bool((page.percents == 0).any()),
        with_no_data=bool(np.isnan(page.percents).any()),
    )
    if page.listed.any():
        entries += (LegendEntry(_LISTED, _LISTED.name.text(head.language)),)
    largest = float(np.nan_to_num(page.planned_ha).max(initial=0))
    room = Box(panel.left, panel.bottom, panel.width, panel.height)
    used = draw_legend(
        *(sheet, room, entries, head.language),
        decimals=head.decimals[0],
        scale=k,
        title=page.measure,
    )
    if largest > 0:
        used += _draw_circle_key(sheet, panel, panel.top - used, largest, page)
    top = panel.top - used - 2 * k
    floor = scale.top + 2 + _draw_notes(sheet, panel, scale.top + 2, page)
    table = Box(panel.left, floor, panel.width, top - floor)
    draw_long_table(
        *(sheet, table, page.table),
        language=head.language,
        decimals=head.decimals,
        sizes=(8.0 * k, 4.5),
    )


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
    words = Phrase(
        en=f"Planned planting, area of the circle in proportion; the largest: {figure} ha",
        vi=f"Kế hoạch trồng mới, diện tích hình tròn tỷ lệ với số ha; lớn nhất: {figure} ha",
    ).text(language)
    room = Box(x + radius + 2 * k, top - height, panel.right - x - radius - 2 * k, height)
    sheet.paragraph(room, words, size=8 * k)
    return height


def draw_glance_page(page: GlancePage, fonts: FontSet) -> Sheet:
    """Draw the page of all zones."""
    sheet = start_sheet(page.head, page.layout, fonts)
    k, panel, head = page.layout.scale, page.layout.panel, page.head
    for number, box in enumerate(glance_boxes(page.layout, len(page.titles))):
        frame = MapFrame(sheet, box, page.windows[number])
        _draw_classes(frame, page.map.communes, page.percents[number], page.classes)
        frame.lines(page.map.communes, LineSymbol("", _NOTHING, "#777777", 0.2))
        listed = page.map.communes[page.listed[number]]
        frame.lines(listed, LineSymbol("", _NOTHING, _LISTED.colour, 0.6))
        size = 9.5 * k
        while size > 5 and sheet.text_width(page.titles[number], size=size) > box.width:
            size -= 0.25
        y = box.top + 1.0
        sheet.text(box.centre, y, page.titles[number], size=size, style="bold", align="center")
    foot = Box(panel.left, panel.bottom, panel.width, 11 * k)
    draw_sources(sheet, foot, head, size=7 * k)
    shares = np.concatenate(page.percents)
    entries = _class_entries(
        page.classes,
        head.language,
        with_none=bool((shares == 0).any()),
        with_no_data=bool(np.isnan(shares).any()),
    )
    entries += (LegendEntry(_LISTED, _LISTED.name.text(head.language)),)
    used = draw_legend(
        *(sheet, panel, entries, head.language),
        decimals=head.decimals[0],
        scale=k,
        title=page.measure,
    )
    room = Box(panel.left, foot.top + 2, panel.width, panel.top - used - foot.top - 4 * k)
    draw_table(
        *(sheet, room, page.table),
        language=head.language,
        decimals=head.decimals,
        sizes=(8.5 * k, 4.0),
    )
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
