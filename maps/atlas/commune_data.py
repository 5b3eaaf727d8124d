"""Parcels of the commune pages: what one commune's page draws, and nothing else."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
import shapely

from maps.annex.commune_table import commune_table, cover_lines
from maps.atlas.book import AtlasBook
from maps.atlas.commune_page import CommunePage
from maps.atlas.legend import LegendEntry
from maps.atlas.map_frame import Geometries
from maps.atlas.map_scale import MapWindow, fit_window
from maps.symbols.legends import AreaSymbol, LineSymbol

__all__ = ["CommuneParcels"]


class CommuneParcels:
    """Makes the parcels of commune pages.

    Parameters
    ----------
    book : AtlasBook
        What the pages share.
    """

    def __init__(self, book: AtlasBook) -> None:
        self.book = book

    @cached_property
    def _tree(self) -> shapely.STRtree | None:
        plots = self.book.content.plots
        return None if plots is None else shapely.STRtree(plots.geometry.to_numpy())

    @cached_property
    def _kinds(self) -> Any:
        plots = self.book.content.plots
        return None if plots is None else plots["symbol"].to_numpy()

    def make(self, code: str, page: int, pages: int) -> CommunePage:
        """Make the parcel of one page."""
        communes = self.book.content.communes
        place = int(np.flatnonzero(communes["commune_code"] == code)[0])
        shape = self.book.geometries[place]
        frame = self.book.layout.frame
        window = fit_window(shape.bounds, width_mm=frame.width, height_mm=frame.height)
        shapes, names, tree = self.book.around
        near = [int(n) for n in tree.query(shapely.box(*window.bounds_m)) if int(n) != place]
        near.sort()
        plots = self._plots_of(shape)
        lines = self._lines_in(window)
        name = f"{communes['kind'].iloc[place]} {communes['commune'].iloc[place]}".strip()
        return CommunePage(
            head=self.book.head(self._commune_title(name), page, pages),
            layout=self.book.layout,
            window=window,
            commune=shape,
            plots=plots,
            neighbours=shapes[near],
            neighbour_names=tuple(names[number] for number in near),
            lines=lines,
            legend=self._legend(code, [symbol for symbol, _ in plots], [line for line, _ in lines]),
            zones=commune_table(self.book.annex, code, self.book.say),
            cover=cover_lines(self.book.annex, code, self.book.say),
            inset=self.book.inset,
            place=place,
            borders=self.book.borders,
        )

    def _commune_title(self, name: str) -> str:
        province = self.book.annex.heading.province
        return self.book.say(
            f"Map of production zones, {name}" + (f" – {province}" if province else ""),
            f"Bản đồ vùng sản xuất {name}" + (f" – {province}" if province else ""),
        )

    def _plots_of(self, shape: Any) -> tuple[tuple[AreaSymbol, Geometries], ...]:
        tree = self._tree
        if tree is None:
            return ()
        found = np.sort(tree.query(shape, predicate="intersects"))
        chosen, kinds = tree.geometries[found], self._kinds[found]
        order = {symbol: number for number, symbol in enumerate(self.book.symbols)}
        drawn = sorted(set(kinds), key=lambda kind: (order.get(kind, -1), kind))
        return tuple((self.book.symbol(kind), chosen[kinds == kind]) for kind in drawn)

    def _lines_in(self, window: MapWindow) -> tuple[tuple[LineSymbol, Geometries], ...]:
        lines = self.book.content.lines
        if lines is None or not len(lines):
            return ()
        near = lines.iloc[np.sort(lines.sindex.query(shapely.box(*window.bounds_m)))]
        return tuple(
            (self.book.borders[kind], near.geometry[near["symbol"] == kind].to_numpy())
            for kind in ("river", "road")
            if (near["symbol"] == kind).any()
        )

    def _legend(
        self, code: str, plots: list[AreaSymbol], lines: list[LineSymbol]
    ) -> tuple[LegendEntry, ...]:
        areas = self.book.content.symbol_areas
        known: dict[str, float] = {}
        if areas is not None:
            mine = areas[areas["commune_code"] == code]
            known = dict(zip(mine["symbol"], mine["area_ha"], strict=True))
        # Only nothing at all is left out: a sliver that is drawn has its "-".
        shown = {symbol.symbol for symbol in plots} | {kind for kind in known if known[kind] > 0}
        order = [*self.book.annex.zone_names["zone"], *self.book.symbols]
        ranked = sorted(shown, key=lambda kind: order.index(kind) if kind in order else len(order))
        drawn_kinds = {symbol.symbol for symbol in plots}
        entries = [
            LegendEntry(
                self.book.symbol(kind),
                self._name(kind, drawn=kind in drawn_kinds),
                known.get(kind, float("nan")),
            )
            for kind in ranked
        ]
        drawn = [*lines, self.book.borders["commune"], self.book.borders["neighbour"]]
        entries += [LegendEntry(line, line.name.text(self.book.content.language)) for line in drawn]
        return tuple(entries)

    def _name(self, kind: str, *, drawn: bool) -> str:
        """Name of a symbol; areas that come from reports have no plots to draw."""
        name = self.book.symbol(kind).name.text(self.book.content.language) or kind
        # What no plot covers is the bare paper: it needs no plot to be seen.
        return (
            name
            if drawn or kind == "unclassified"
            else name + self.book.say(" (not drawn)", " (không vẽ)")
        )
