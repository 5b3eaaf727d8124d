"""What the pages of an atlas share: symbols, heading, and the geometry of the province."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
import shapely

from layers.base.language import Phrase
from maps.atlas.content import AtlasContent, describe_crs
from maps.atlas.map_frame import Geometries, MapWindow, fit_window
from maps.atlas.sheet_layout import PageHead, SheetLayout
from maps.layout.content import source_rows
from maps.layout.words import speaker
from maps.symbols.legends import AreaSymbol, load_area_symbols, load_line_symbols, zone_symbols

_OVERVIEW_TOLERANCE_MM = 0.05
_INSET_MM = 52.0


@dataclass(frozen=True, slots=True)
class Inset:
    """The small map that shows where a sheet lies: simplified communes in the whole province."""

    outlines: Geometries
    window: MapWindow


@dataclass(frozen=True, slots=True)
class ProvinceMap:
    """The communes as pages of the province show them, finer detail than paper shows left out."""

    communes: Geometries
    names: tuple[str, ...]
    neighbours: Geometries
    window: MapWindow


class AtlasBook:
    """The content of an atlas on a paper, and what several of its pages share, made once."""

    def __init__(self, content: AtlasContent, layout: SheetLayout) -> None:
        self.content = content
        self.annex = content.annex
        self.layout = layout
        self.say = speaker(content.language)
        folder = content.legend_folder
        zones = zone_symbols(self.annex.zone_names, crops=content.zone_crops, folder=folder)
        # Zones are drawn over the land they stand on.
        self.symbols = {**load_area_symbols("land", folder), **content.type_symbols, **zones}
        self.borders = load_line_symbols(folder)
        self._insets: dict[float, Inset] = {}

    def head(self, title: str, page: int, pages: int) -> PageHead:
        """Say what a page says about itself; its title names the province."""
        annex = self.annex
        province = annex.heading.province
        sources = tuple(
            " – ".join(part for part in row if part)
            for row in source_rows(annex).itertuples(index=False)
        )
        return PageHead(
            heading=annex.heading,
            title=f"{title} – {province}" if province else title,
            language=annex.language,
            page=page,
            pages=pages,
            demo=annex.demo,
            crs=describe_crs(self.content.communes.crs, annex.language),
            sources=sources,
            digest=annex.digest,
            decimals=(annex.decimals, annex.percent_decimals),
        )

    @cached_property
    def geometries(self) -> Geometries:
        """Polygons of the communes."""
        return np.asarray(self.content.communes.geometry.to_numpy(), dtype=object)

    @cached_property
    def around(self) -> tuple[Geometries, list[str], shapely.STRtree]:
        """Communes of the province and around it, their names, and a tree over them."""
        shapes, names = list(self.geometries), self.content.communes["commune"].tolist()
        outer = self.content.neighbours
        if outer is not None:
            known = outer[~(outer.geometry.isna() | outer.geometry.is_empty)]
            shapes += list(known.geometry)
            names += [name if isinstance(name, str) else "" for name in known["commune"]]
        array = np.array(shapes, dtype=object)
        return array, names, shapely.STRtree(array)

    @cached_property
    def plots(self) -> tuple[shapely.STRtree, pd.Series] | None:
        """A tree over the plots, and their symbols."""
        plots = self.content.plots
        return None if plots is None else (shapely.STRtree(plots.geometry), plots["symbol"])

    @cached_property
    def ground(self) -> frozenset[str]:
        """Zones and land classes whose hectares are the ground, in any commune."""
        areas = self.content.symbol_areas
        if areas is None:
            return frozenset()
        return frozenset(areas.loc[areas["part"] == "ground", "symbol"])

    @cached_property
    def province_bounds(self) -> tuple[float, float, float, float]:
        """West, south, east, north of all communes."""
        west, south, east, north = shapely.total_bounds(self.geometries)
        return float(west), float(south), float(east), float(north)

    def coarse(self, window: MapWindow) -> Geometries:
        """Polygons of the communes without the detail that a window cannot show."""
        tolerance = _OVERVIEW_TOLERANCE_MM * window.metres_per_mm
        return np.asarray(shapely.simplify(self.geometries, tolerance), dtype=object)

    def inset(self, layout: SheetLayout) -> Inset:
        """The small map of the province on a paper."""
        side = _INSET_MM * layout.scale
        if side not in self._insets:
            window = fit_window(self.province_bounds, width_mm=side, height_mm=side, margin_mm=1.5)
            self._insets[side] = Inset(self.coarse(window), window)
        return self._insets[side]

    def index_of(self, place: int, layout: SheetLayout) -> Inset:
        """The small map of one commune, for the index of its sheets."""
        side = _INSET_MM * layout.scale
        shape = self.geometries[place]
        window = fit_window(shape.bounds, width_mm=side, height_mm=side, margin_mm=4.0)
        return Inset(np.array([shape], dtype=object), window)

    @cached_property
    def province_map(self) -> ProvinceMap:
        """The communes as the pages of the province show them."""
        frame = self.layout.frame
        window = fit_window(self.province_bounds, width_mm=frame.width, height_mm=frame.height)
        outer = self.content.neighbours
        shapes: Geometries = np.empty(0, dtype=object)
        if outer is not None:
            tolerance = _OVERVIEW_TOLERANCE_MM * window.metres_per_mm
            shapes = np.asarray(shapely.simplify(outer.geometry.to_numpy(), tolerance))
        return ProvinceMap(
            self.coarse(window), tuple(self.content.communes["commune"]), shapes, window
        )

    def symbol(self, kind: str) -> AreaSymbol:
        """Symbol of a zone or a land class."""
        known = self.symbols.get(kind)
        return known or AreaSymbol(kind, Phrase(en=kind, vi=kind), "#DDDDDD")
