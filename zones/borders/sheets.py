"""The borders as map sheets: one for every pair of communes that meet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import shapely

from layers.base.language import Phrase, format_number
from layers.base.messages import message
from layers.base.workers import Progress
from layers.communes.gazetteer import province_name
from maps.atlas.atlas import About, AtlasPage, save_pages
from maps.atlas.book import Inset
from maps.atlas.border_page import BorderPage
from maps.atlas.content import describe_crs
from maps.atlas.legend import LegendEntry
from maps.atlas.map_frame import Geometries, MapWindow, fit_window
from maps.atlas.sheet_layout import PageHead, lay_out
from maps.layout.content import AnnexHeading
from maps.layout.page_table import MISSING_MARK, PageTable
from maps.layout.words import page_day
from maps.symbols.legends import AreaSymbol, LineSymbol, load_area_symbols
from zones.borders.annex import DECIMALS, BorderWriter
from zones.borders.commune_pairs import Borders
from zones.borders.side import Side, Sides
from zones.project.model import Project
from zones.rounding.to_totals import round_to_total
from zones.tables import BORDER_LAND, BORDER_MARKING, BORDER_PLOTS, BORDERS

_PAIR = ["commune_code", "neighbour_code"]
#: Side of the small map on A3, millimetres; finer detail than paper shows is left out.
_INSET_MM, _TOLERANCE_MM = 48.0, 0.05
_STEP = 10.0**-DECIMALS
#: Symbols of what a border sheet shows beside land, by layer of the map.
_CLAIMS = {
    "border_claims": ("#00000000", "xxxx", "#B2182B"),
    "border_ground": ("#FDDBC7", "....", "#B2182B"),
}
_LINES = {
    "reach": ("#4D4D4D", 0.6, (4.0, 2.0), ""),
    "border_marking": ("#1F4E9E", 1.4, (5.0, 2.0), ""),
    "border_lines": ("#8E0152", 1.6, (), "#F1B6DA"),
}


def save_border_sheets(
    found: Borders,
    sides: Sides,
    project: Project,
    heading: AnnexHeading,
    path: Path,
    *,
    progress: Progress,
) -> Path:
    """Write a PDF with a sheet for every pair of communes, by neighbouring province."""
    book = SheetBook(found, sides, project, heading)
    title = book.writer.say("subject", province=project.province_label(book.writer.language))
    return save_pages(
        list(book.pages()),
        path,
        About(title, heading.attached_to),
        font=project.atlas.font,
        jobs=project.atlas.jobs,
        overwrite=True,
        progress=progress,
    )


@dataclass
class SheetBook:
    """What the sheets of a project share."""

    found: Borders
    sides: Sides
    project: Project
    heading: AnnexHeading

    def __post_init__(self) -> None:
        self.writer = BorderWriter(self.project.annex.language)
        paper = self.project.atlas.paper
        self.layout = lay_out("A3" if paper == "legal" else paper)
        self.symbols = load_area_symbols("land", self._legends())
        self.distance_m = float(self.project.borders.distance_m)

    def _legends(self) -> Path | None:
        folder = self.project.atlas.legends
        return None if folder is None else self.project.resolve(folder)

    @cached_property
    def trees(self) -> list[tuple[Side, shapely.STRtree]]:
        """Plots of either side, and a tree over them."""
        return [
            (side, shapely.STRtree(side.plots.geometry.to_numpy()))
            for side in (self.sides.own, self.sides.others)
        ]

    @cached_property
    def around(self) -> tuple[Geometries, list[str], shapely.STRtree]:
        """Communes of both sides, their names, and a tree over them."""
        both = [self.sides.own.communes, self.sides.others.communes]
        shapes = np.concatenate([frame.geometry.to_numpy() for frame in both])
        names = [name for frame in both for name in frame["commune"]]
        return shapes, names, shapely.STRtree(shapes)

    @cached_property
    def inset(self) -> Inset:
        """The small map of the province."""
        shapes = self.sides.own.communes.geometry.to_numpy()
        side = _INSET_MM * self.layout.scale
        west, south, east, north = map(float, shapely.total_bounds(shapes))
        window = fit_window(
            (west, south, east, north), width_mm=side, height_mm=side, margin_mm=1.5
        )
        coarse = shapely.simplify(shapes, _TOLERANCE_MM * window.metres_per_mm)
        return Inset(np.asarray(coarse, dtype=object), window)

    def pages(self) -> Iterator[AtlasPage]:
        """Sheets in the order of the tables, grouped by neighbouring province."""
        table = self.found.tables[BORDERS]
        for number in range(len(table)):
            row = table.iloc[number]
            make = partial(self.page, number, number + 1, len(table))
            group = province_name(row["neighbour_province"]) or self.writer.say("elsewhere")
            yield AtlasPage(f"{row['commune']} – {row['neighbour']}", group, make)

    def page(self, place: int, number: int, total: int) -> BorderPage:
        """Gather what one sheet draws."""
        row = self.found.tables[BORDERS].iloc[place]
        line = self.found.layers["border_lines"].geometry.iloc[place]
        frame = self.layout.frame
        reach = line.buffer(self.distance_m)
        window = fit_window(reach.bounds, width_mm=frame.width, height_mm=frame.height)
        box = shapely.box(*window.bounds_m)
        shapes, names, tree = self.around
        # By row and not by name: a neighbour may stand in its file in several records
        own, beyond = map(int, self.found.pairs.iloc[place])
        other = len(self.sides.own.communes) + beyond
        near = [int(n) for n in np.sort(tree.query(box)) if int(n) not in {own, other}]
        areas = [*self._land(window), *self._claimed(window)]
        lines = list(self._lines(row, line, reach))
        drawn: list[AreaSymbol | LineSymbol] = [symbol for symbol, _ in areas]
        drawn += [symbol for symbol, _ in lines]
        return BorderPage(
            head=self._head(row, number, total),
            layout=self.layout,
            window=window,
            pair=(shapes[own], shapes[other]),
            names=(str(row["commune"]), str(row["neighbour"])),
            around=shapes[near],
            around_names=tuple(names[n] for n in near),
            areas=tuple(areas),
            lines=tuple(lines),
            legend=tuple(
                LegendEntry(symbol, symbol.name.text(self.writer.language)) for symbol in drawn
            ),
            figures=tuple(self._figures(row)),
            land=self._land_table(place, float(row["length_m"])),
            contacts=tuple(
                self.writer.say(f"column_{key}")
                for key in (
                    *("forest_ranger", "phone"),
                    *("neighbour_forest_ranger", "neighbour_phone", "fire_watch"),
                )
            ),
            inset=self.inset,
            place=own,
        )

    def _head(self, row: pd.Series[Any], number: int, total: int) -> PageHead:
        title = self.writer.say(
            "sheet_title",
            commune=row["commune"],
            neighbour=row["neighbour"],
            province=province_name(row["neighbour_province"]) or self.writer.say("elsewhere"),
        )
        own, others = self.sides.own, self.sides.others
        # A side has its newest forest status layer here; the key of the project is no word.
        layer = message("zones.project.kind_forest_status").text(self.writer.language)
        surveys = (
            f"{province_name(survey.province)}: {layer} – "
            + page_day(survey.date, self.writer.language)
            for survey in (*own.surveys, *others.surveys)
        )
        return PageHead(
            heading=self.heading,
            title=title,
            language=self.writer.language,
            page=number,
            pages=total,
            demo=self.project.demo,
            crs=describe_crs(own.communes.crs, self.writer.language),
            sources=tuple(surveys),
            digest="",
            decimals=(DECIMALS, DECIMALS),
        )

    def _land(self, window: MapWindow) -> Iterator[tuple[AreaSymbol, Geometries]]:
        """Plots of both sides in a window, by land class in the order of the legend."""
        box = shapely.box(*window.bounds_m)
        shapes, lands = [], []
        for side, tree in self.trees:
            rows = np.sort(tree.query(box, predicate="intersects"))
            shapes.append(tree.geometries[rows])
            lands.append(side.plots["land"].to_numpy()[rows])
        shape, land = np.concatenate(shapes), np.concatenate(lands)
        for name, symbol in self.symbols.items():
            if (land == name).any():
                yield symbol, shape[land == name]

    def _claimed(self, window: MapWindow) -> Iterator[tuple[AreaSymbol, Geometries]]:
        """Ground that both sides claim, or neither, in a window."""
        box = shapely.box(*window.bounds_m)
        for name, (fill, hatch, colour) in _CLAIMS.items():
            layer = self.found.layers.get(name)
            rows = [] if layer is None else layer.sindex.query(box, predicate="intersects")
            if layer is not None and len(rows):
                symbol = AreaSymbol(name, self._name(name), fill, hatch, colour)
                yield symbol, layer.geometry.to_numpy()[np.sort(rows)]

    def _lines(
        self, row: pd.Series[Any], line: Any, reach: Any
    ) -> Iterator[tuple[LineSymbol, Geometries]]:
        """Reach beside the line, boundaries to be marked, and the line of the pair."""
        marking = self.found.layers.get("border_marking")
        drawn: dict[str, Geometries] = {"reach": np.array([reach], dtype=object)}
        if marking is not None:
            mine = marking[_PAIR].eq(row[_PAIR]).all(axis=1)
            drawn["border_marking"] = marking.geometry.to_numpy()[mine.to_numpy()]
        drawn["border_lines"] = np.array([line], dtype=object)
        for name, (colour, width, dashes, casing) in _LINES.items():
            if len(drawn.get(name, ())):
                symbol = LineSymbol(name, self._name(name), colour, width, dashes, casing)
                yield symbol, drawn[name]

    def _name(self, key: str) -> Phrase:
        if key == "reach":
            return message("zones.borders.reach", distance=self.distance_m)
        return message(f"zones.borders.symbol_{key}")

    def _figures(self, row: pd.Series[Any]) -> Iterator[tuple[str, str]]:
        """Figures of a pair as the tables have them."""
        keys = ["length_m", "forest_m", "neighbour_forest_m", "forest_both_m"]
        if row["apart_m"] > 0:
            keys[1:1] = ["neighbour_length_m", "apart_m"]
        for key in keys:
            yield self.writer.say(f"column_{key}"), self._figure(row[key])
        table = self.found.tables[BORDERS]
        # Neighbours without a code cannot be told apart in the tables of what lies beside the line
        if table[_PAIR].eq(row[_PAIR]).all(axis=1).sum() > 1:
            return
        plots, marking = (self._of(row, schema) for schema in (BORDER_PLOTS, BORDER_MARKING))
        for side in ("own", "neighbour"):
            near = plots[plots["side"].eq(side) & plots["nearest"]]
            if len(near):
                area = self._figure(near["area_ha"].sum(min_count=len(near)))
                said = f"{format_number(len(near), self.writer.language)} / {area}"
                yield self.writer.say("near_plots", side=self.writer.say(f"word_{side}")), said
        if len(marking):
            yield self.writer.say("to_mark"), self._figure(marking["length_m"].sum())

    def _of(self, row: pd.Series[Any], schema: Any) -> pd.DataFrame:
        frame = self.found.tables[schema]
        return frame[frame[_PAIR].eq(row[_PAIR]).all(axis=1)]

    def _figure(self, value: float) -> str:
        if np.isnan(value):
            return MISSING_MARK
        return format_number(float(value), self.writer.language, decimals=DECIMALS)

    def _land_table(self, place: int, length_m: float) -> PageTable:
        """Metres of the pair's line by land on either side; they add up to its printed length."""
        along = self.found.tables[BORDER_LAND][self.found.land_pair == place]
        sums = along.groupby(["land", "neighbour_land"])["length_m"].sum().reset_index()
        sums = sums.sort_values("length_m", ascending=False, kind="stable", ignore_index=True)
        rounded = round_to_total(sums["length_m"], total=round(length_m, DECIMALS), step=_STEP)
        named = sums.assign(
            land=self.writer.land(sums["land"]),
            neighbour_land=self.writer.land(sums["neighbour_land"]),
            length_m=np.asarray(rounded),
        )
        columns = (
            ("land", "text", 22),
            ("neighbour_land", "text", 22),
            ("length_m", "hectares", 12),
        )
        return self.writer.table("land", named, *columns, title=self.writer.say("title_land_pair"))
