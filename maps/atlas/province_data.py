"""Data of the pages of the province: all zones, one zone, forest cover."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from layers.base.language import format_number
from maps.atlas.book import AtlasBook, ProvinceMap
from maps.atlas.map_frame import fill_window
from maps.atlas.province_pages import Choropleth, GlancePage, OverviewPage, glance_boxes
from maps.layout.page_table import MISSING_MARK, PageColumn, PageTable
from maps.layout.tables import build_tables, verdict_words, zone_tables
from maps.symbols.legends import load_class_symbols

MakePage = Callable[[int, int], "OverviewPage | GlancePage"]

_ZONE_COLUMNS = ("commune", "listed", "present_ha", "added_ha")
_COVER_COLUMNS = ("commune", "natural_area_ha", "with_forest_ha", "cover_percent")


def province_pages(book: AtlasBook) -> list[tuple[str, MakePage]]:
    """Bookmark and maker of every page of the province, in order."""
    zones = zone_tables(book.annex)
    pages: list[tuple[str, MakePage]] = []
    if zones:
        pages.append((book.say("atlas.all_zones"), partial(_glance_page, book, zones)))
    pages += [
        (book.annex.zone_name(zone), partial(_zone_page, book, table))
        for zone, table in zones.items()
    ]
    covers = [table for table in build_tables(book.annex) if table.role == "cover"]
    return [*pages, *((book.say("atlas.cover"), partial(_cover_page, book, c)) for c in covers)]


def _by_commune(book: AtlasBook, rows: pd.DataFrame, column: str) -> Any:
    codes = book.content.communes["commune_code"]
    values = rows.drop_duplicates("commune_code").set_index("commune_code")[column]
    return values.reindex(codes).to_numpy()


def _shares(book: AtlasBook, zone: str) -> Choropleth:
    """Share of a zone by commune, in percent, and which communes its plan lists."""
    rows = book.annex.zones[book.annex.zones["zone"] == zone]
    percents = _by_commune(book, rows, "share_ratio").astype("float64") * 100
    # A zone of 0 ha has no shares, but its communes do hold a known nothing.
    held = _by_commune(book, rows, "present_ha").astype("float64")
    percents = np.where(np.isnan(percents) & (held == 0), 0.0, percents)
    listed = pd.Series(_by_commune(book, rows, "listed")).eq(True).to_numpy()
    return Choropleth(
        percents=percents,
        listed=listed,
        classes=load_class_symbols("shares", book.content.legend_folder),
        measure=book.say("atlas.share"),
    )


def _planned(book: AtlasBook, zone: str) -> Any:
    allocation = book.annex.allocation
    if allocation is None:
        return np.full(len(book.content.communes), np.nan)
    mine = allocation[allocation["zone"] == zone]
    sums = mine.groupby("commune_code")["planned_ha"].sum(min_count=1)
    return sums.reindex(book.content.communes["commune_code"]).to_numpy(dtype="float64")


def _zone_page(book: AtlasBook, table: PageTable, page: int, pages: int) -> OverviewPage:
    shares = _shares(book, table.zone)
    title = book.say("atlas.zone", name=book.annex.zone_name(table.zone))
    return OverviewPage(
        head=book.head(title, page, pages),
        layout=book.layout,
        map=book.province_map,
        shown=shares,
        planned_ha=_planned(book, table.zone),
        labels=("",) * len(shares.percents),
        table=_narrow(book, table, _ZONE_COLUMNS),
        borders=book.borders,
    )


def _cover_page(book: AtlasBook, table: PageTable, page: int, pages: int) -> OverviewPage:
    percents = _by_commune(book, book.annex.forest_cover, "cover_percent").astype("float64")
    digits, language = book.annex.percent_decimals, book.annex.language
    labels = tuple(
        MISSING_MARK if np.isnan(value) else format_number(value, language, decimals=digits)
        for value in percents
    )
    return OverviewPage(
        head=book.head(book.say("atlas.cover_title"), page, pages),
        layout=book.layout,
        map=book.province_map,
        shown=Choropleth(
            percents=percents,
            listed=np.zeros(len(percents), dtype=bool),
            classes=load_class_symbols("cover", book.content.legend_folder),
            measure=book.say("atlas.cover_measure"),
        ),
        planned_ha=np.full(len(percents), np.nan),
        labels=labels,
        table=_narrow(book, table, _COVER_COLUMNS, notes=table.notes[:1]),
        borders=book.borders,
    )


def _glance_page(
    book: AtlasBook, tables: dict[str, PageTable], page: int, pages: int
) -> GlancePage:
    windows = tuple(
        fill_window(book.province_bounds, width_mm=box.width, height_mm=box.height)
        for box in glance_boxes(book.layout, len(tables))
    )
    coarse = book.province_map
    small = ProvinceMap(book.coarse(windows[0]), coarse.names, coarse.neighbours, windows[0])
    return GlancePage(
        head=book.head(book.say("atlas.glance_title"), page, pages),
        layout=book.layout,
        map=small,
        titles=tuple(book.annex.zone_name(zone) for zone in tables),
        shown=tuple(_shares(book, zone) for zone in tables),
        windows=windows,
        table=_zone_totals(book, tables),
        borders=book.borders,
    )


def _narrow(
    book: AtlasBook, table: PageTable, keys: tuple[str, ...], notes: tuple[str, ...] = ()
) -> PageTable:
    """Table for the panel: fewer columns; of the notes those handed over, and some of its own."""
    columns = tuple(column for column in table.columns if column.key in keys)
    told = book.annex.notes_on(table.role, table.zone)
    return replace(table, columns=columns, notes=(*notes, *told))


def _zone_totals(book: AtlasBook, tables: dict[str, PageTable]) -> PageTable:
    targets, say = book.annex.targets, book.say
    wanted = targets["unit"].eq("ha")
    if "indicator" in targets.columns:
        wanted &= targets["indicator"].eq("area")
    if "commune_code" in targets.columns:
        wanted &= targets["commune_code"].fillna("").eq("")
    areas = targets[wanted].drop_duplicates("zone").set_index("zone")
    figures = "figure_" if "figure_low" in areas.columns else ""
    rows = pd.DataFrame({"name": [book.annex.zone_name(zone) for zone in tables]})
    for key in ("present_ha", "added_ha"):
        rows[key] = [float(_total(table).get(key, np.nan)) for table in tables.values()]
    for end in ("low", "high"):
        rows[end] = areas[figures + end].reindex(list(tables)).to_numpy()
    judged = verdict_words(
        areas.reindex(list(tables)),
        language=book.annex.language,
        decimals=book.annex.decimals,
        rate_decimals=book.annex.percent_decimals,
    )
    rows = rows.assign(**judged)
    # A figure is never broken: as a mark the interval keeps its width.
    verdicts = (
        PageColumn("interval", say("targets.interval"), "mark"),
        PageColumn("verdict", say("targets.verdict"), "text"),
    )
    columns = (
        PageColumn("name", say("glance.zone"), "text"),
        PageColumn("present_ha", say("column.present"), "hectares"),
        PageColumn("added_ha", say("glance.planned"), "hectares"),
        PageColumn("low", say("glance.low"), "hectares", missing=""),
        PageColumn("high", say("glance.high"), "hectares", missing=""),
        *(verdicts if judged else ()),
    )
    allocated = book.annex.allocation is not None
    return PageTable(
        name="zones",
        title="",
        role="commune",
        columns=tuple(c for c in columns if allocated or c.key != "added_ha"),
        rows=rows,
        language=book.annex.language,
        decimals=(book.annex.decimals, book.annex.percent_decimals),
    )


def _total(table: PageTable) -> pd.Series:
    return pd.Series(dtype="float64") if table.total is None else table.total
