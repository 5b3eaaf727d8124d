"""Data of a commune's page: what it draws, and nothing else."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from maps.atlas.book import AtlasBook
from maps.atlas.commune_page import CommunePage
from maps.atlas.content import SYMBOL_AREAS
from maps.atlas.legal_scale import LegalSheets, ScaleStep, legal_sheets
from maps.atlas.legend import LegendEntry
from maps.atlas.lot_labels import LotLabels
from maps.atlas.map_frame import Geometries, MapWindow, fit_window
from maps.layout.commune_table import commune_table
from maps.layout.forest_tables import cover_lines
from maps.symbols.legends import AreaSymbol, LineSymbol

#: Square metres of a plot inside a commune below which its edge merely runs along the boundary.
_LEAST_M2 = 1.0


def commune_sheets(
    book: AtlasBook, code: str, *, legal: bool, preferred: ScaleStep = "listed"
) -> LegalSheets:
    """Paper, scale and windows of a commune: the circular's scale, or one of the rounded list."""
    shape = book.geometries[_place(book, code)]
    if legal:
        cover = book.annex.forest_cover
        natural = cover.loc[cover["commune_code"] == code, "natural_area_ha"].tolist()
        # Without a forest layer no table tells the natural area: the polygon's own stands in.
        area = natural[0] if natural else shape.area / 1e4
        return legal_sheets(shape.bounds, area, preferred=preferred)
    frame = book.layout.frame
    window = fit_window(shape.bounds, width_mm=frame.width, height_mm=frame.height)
    return LegalSheets(book.layout, (window,), 0)


def _place(book: AtlasBook, code: str) -> int:
    return int(np.flatnonzero(book.content.communes["commune_code"] == code)[0])


def commune_page(
    book: AtlasBook, code: str, sheets: LegalSheets, sheet: int, page: int, pages: int
) -> CommunePage:
    """Gather what one page draws; small enough to be handed to another process."""
    communes = book.content.communes
    place = _place(book, code)
    shape, window = book.geometries[place], sheets.windows[sheet]
    several = len(sheets.windows) > 1
    shapes, names, tree = book.around
    near = sorted(int(n) for n in tree.query(shapely.box(*window.bounds_m)) if int(n) != place)
    plots = _plots_of(book, shape)
    lines = _lines_in(book, window)
    name = f"{communes['kind'].iloc[place]} {communes['commune'].iloc[place]}".strip()
    title = book.say("commune.page", name=name)
    if several:
        title = book.say(
            "commune.page_of", title=title, number=sheet + 1, total=len(sheets.windows)
        )
    return CommunePage(
        head=book.head(title, page, pages),
        layout=sheets.layout,
        window=window,
        commune=shape,
        plots=plots,
        lots=_lots_of(book, shape),
        neighbours=shapes[near],
        neighbour_names=tuple(names[number] for number in near),
        lines=lines,
        legend=_legend(book, code, {symbol.symbol for symbol, _ in plots})
        + _line_entries(book, [line for line, _ in lines]),
        zones=commune_table(book.annex, code, book.say),
        cover=cover_lines(book.annex, code, book.say),
        inset=book.index_of(place, sheets.layout) if several else book.inset(sheets.layout),
        place=0 if several else place,
        borders=book.borders,
        listed=sheets.listed,
        index=sheets.windows if several else (),
    )


def _plots_of(book: AtlasBook, shape: BaseGeometry) -> tuple[tuple[AreaSymbol, Geometries], ...]:
    if book.plots is None:
        return ()
    tree, symbols = book.plots
    found = plots_inside(tree, shape)
    chosen, kinds = tree.geometries[found], symbols.to_numpy()[found]
    order = {symbol: number for number, symbol in enumerate(book.symbols)}
    drawn = sorted(set(kinds), key=lambda kind: (order.get(kind, -1), kind))
    return tuple((book.symbol(kind), chosen[kinds == kind]) for kind in drawn)


def plots_inside(tree: shapely.STRtree, shape: BaseGeometry) -> npt.NDArray[np.int64]:
    """Plots with ground in a commune: what touches its boundary from outside is none of them."""
    found = np.sort(tree.query(shape, predicate="intersects"))
    plots = tree.geometries[found]
    shapely.prepare(shape)
    across = np.flatnonzero(~shapely.covers(shape, plots))
    inside = shapely.area(shapely.intersection(plots[across], shape))
    return np.delete(found, across[inside < _LEAST_M2])


def _lots_of(book: AtlasBook, shape: BaseGeometry) -> LotLabels | None:
    """Lots of a commune that have a label."""
    plots = book.content.plots
    if book.plots is None or plots is None or "above" not in plots.columns:
        return None
    tree, _ = book.plots
    found = plots_inside(tree, shape)
    labels = plots[["above", "below"]].iloc[found]
    named = labels["above"].ne("").to_numpy()
    return LotLabels(
        tree.geometries[found[named]],
        tuple(labels.loc[named, "above"]),
        tuple(labels.loc[named, "below"]),
    )


def _lines_in(book: AtlasBook, window: MapWindow) -> tuple[tuple[LineSymbol, Geometries], ...]:
    lines = book.content.lines
    if lines is None or not len(lines):
        return ()
    near = lines.iloc[np.sort(lines.sindex.query(shapely.box(*window.bounds_m)))]
    return tuple(
        (book.borders[kind], near.geometry[near["symbol"] == kind].to_numpy())
        for kind in ("river", "road")
        if (near["symbol"] == kind).any()
    )


def _legend(book: AtlasBook, code: str, drawn: set[str]) -> tuple[LegendEntry, ...]:
    """Symbols with hectares that add up to the ground; what lies upon it stands apart, below.

    What comes from reports has no plots to draw, and says so.
    """
    areas = book.content.symbol_areas
    mine = SYMBOL_AREAS.empty() if areas is None else areas[areas["commune_code"] == code]
    upon = set(mine.loc[mine["part"] == "upon", "symbol"])
    symbols = mine[mine["part"].isin(["ground", "upon"])]
    known = dict(zip(symbols["symbol"], symbols["area_ha"], strict=True))
    entries = _symbol_entries(book, known, drawn)
    above = [entry for kind, entry in entries if kind in upon]
    words = {"difference": book.say("legend.difference"), "whole": book.say("legend.whole")}
    closing = [
        LegendEntry(None, words[part], float(area))
        for part, area in zip(mine["part"], mine["area_ha"], strict=True)
        if part in words and round(float(area), book.annex.decimals)
    ]
    told = [LegendEntry(None, book.say("legend.upon"))] if above and closing else []
    ground = [entry for kind, entry in entries if kind not in upon]
    if book.content.type_symbols:
        # Types have colours and no hectares; the hectares are those of the published classes.
        types = [entry for entry in ground if math.isnan(entry.area_ha)]
        classes = [replace(entry, symbol=None) for entry in ground if entry not in types]
        word = book.say("legend.by_class")
        ground = [*types, *([LegendEntry(None, word)] if classes else []), *classes]
    return (*ground, *closing, *told, *above)


def _symbol_entries(
    book: AtlasBook, known: dict[str, float], drawn: set[str]
) -> list[tuple[str, LegendEntry]]:
    """Lines of the symbols that are drawn or have hectares, in the order of the legend."""
    # Only nothing at all is left out: a sliver that is drawn has its "-".
    shown = drawn | {kind for kind in known if known[kind] > 0}
    order = [*book.annex.zone_names["zone"], *book.symbols]
    entries = []
    for kind in sorted(shown, key=lambda kind: order.index(kind) if kind in order else len(order)):
        symbol = book.symbol(kind)
        name = symbol.name.text(book.content.language) or kind
        # What no plot covers is the bare paper: it needs no plot to be seen.
        ground = bool(book.content.type_symbols) and kind in book.ground
        if kind not in drawn and kind != "unclassified" and not ground:
            name = book.say("legend.not_drawn", name=name)
        entries.append((kind, LegendEntry(symbol, name, known.get(kind, math.nan))))
    return entries


def _line_entries(book: AtlasBook, lines: list[LineSymbol]) -> tuple[LegendEntry, ...]:
    drawn = [*lines, book.borders["commune"], book.borders["neighbour"]]
    return tuple(LegendEntry(line, line.name.text(book.content.language)) for line in drawn)
