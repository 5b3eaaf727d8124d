"""Parcels of the pages of the province: all zones, one zone, forest cover."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cached_property, partial
from typing import Any

import numpy as np
import pandas as pd

from layers.base.language import format_number
from maps.annex.layout import AnnexColumn, AnnexTable
from maps.annex.tables import build_tables, total_name
from maps.atlas.book import AtlasBook
from maps.atlas.map_scale import fill_window
from maps.atlas.province_pages import GlancePage, OverviewPage, ProvinceMap, glance_boxes
from maps.symbols.legends import load_class_symbols

__all__ = ["ProvinceParcels"]

MakeOverview = Callable[[int, int], "OverviewPage | GlancePage"]


class ProvinceParcels:
    """Makes the parcels of the pages of the province.

    Parameters
    ----------
    book : AtlasBook
        What the pages share.
    """

    def __init__(self, book: AtlasBook) -> None:
        self.book = book

    @cached_property
    def _tables(self) -> tuple[AnnexTable, ...]:
        return build_tables(self.book.annex)

    def listed(self) -> list[tuple[str, MakeOverview]]:
        """List the pages of the province in order."""
        tables = {table.zone: table for table in self._tables if table.role == "zone"}
        covers = [table for table in self._tables if table.role == "cover"]
        pages: list[tuple[str, MakeOverview]] = []
        if tables:
            glance = self.book.say("All zones", "Tất cả các vùng")
            pages.append((glance, partial(self._glance, list(tables))))
        pages += [
            (self.book.annex.zone_name(zone), partial(self._zone, table))
            for zone, table in tables.items()
        ]
        title = self.book.say("Forest cover", "Tỷ lệ che phủ rừng")
        pages += [(title, partial(self._cover, table)) for table in covers]
        return pages

    def _by_commune(self, rows: pd.DataFrame, column: str) -> Any:
        codes = self.book.content.communes["commune_code"]
        values = rows.drop_duplicates("commune_code").set_index("commune_code")[column]
        return values.reindex(codes).to_numpy()

    def _shares(self, zone: str) -> tuple[Any, Any]:
        rows = self.book.annex.zones[self.book.annex.zones["zone"] == zone]
        percents = self._by_commune(rows, "share_ratio").astype("float64") * 100
        # A zone of 0 ha has no shares, but its communes do hold a known nothing.
        held = self._by_commune(rows, "present_ha").astype("float64")
        percents = np.where(np.isnan(percents) & (held == 0), 0.0, percents)
        listed = pd.Series(self._by_commune(rows, "listed")).eq(True).to_numpy()
        return percents, listed

    def _planned(self, zone: str) -> Any:
        codes = self.book.content.communes["commune_code"]
        allocation = self.book.annex.allocation
        if allocation is None:
            return np.full(len(codes), np.nan)
        mine = allocation[allocation["zone"] == zone]
        sums = mine.groupby("commune_code")["planned_ha"].sum(min_count=1)
        return sums.reindex(codes).to_numpy(dtype="float64")

    def _zone(self, table: AnnexTable, page: int, pages: int) -> OverviewPage:
        name = self.book.annex.zone_name(table.zone)
        percents, listed = self._shares(table.zone)
        planned = self._planned(table.zone)
        province = self.book.annex.heading.province
        title = self.book.say(f"Zone {name}", f"Bản đồ vùng {name}")
        kept = ("commune", "listed", "present_ha", "added_ha")
        keys = tuple(column.key for column in table.columns if column.key not in kept)
        return OverviewPage(
            head=self.book.head(f"{title} – {province}" if province else title, page, pages),
            layout=self.book.layout,
            map=self.book.province_map,
            percents=percents,
            classes=load_class_symbols("shares", self.book.content.legend_folder),
            measure=self.book.say("SHARE OF THE ZONE'S AREA", "TỶ TRỌNG TRONG DIỆN TÍCH CỦA VÙNG"),
            listed=listed,
            planned_ha=planned,
            labels=("",) * len(percents),
            table=self._narrow(table, without=keys),
            borders=self.book.borders,
        )

    def _cover(self, table: AnnexTable, page: int, pages: int) -> OverviewPage:
        rows = self.book.annex.forest_cover
        percents = self._by_commune(rows, "cover_percent").astype("float64")
        digits, language = self.book.annex.percent_decimals, self.book.annex.language
        labels = tuple(
            "…" if np.isnan(value) else format_number(value, language, decimals=digits)
            for value in percents
        )
        province = self.book.annex.heading.province
        title = self.book.say("Forest cover rate by commune", "Tỷ lệ che phủ rừng theo xã, phường")
        kept = ("commune", "natural_area_ha", "with_forest_ha", "cover_percent")
        without = tuple(column.key for column in table.columns if column.key not in kept)
        return OverviewPage(
            head=self.book.head(f"{title} – {province}" if province else title, page, pages),
            layout=self.book.layout,
            map=self.book.province_map,
            percents=percents,
            classes=load_class_symbols("cover", self.book.content.legend_folder),
            measure=self.book.say("FOREST COVER RATE", "TỶ LỆ CHE PHỦ RỪNG"),
            listed=np.zeros(len(percents), dtype=bool),
            planned_ha=np.full(len(percents), np.nan),
            labels=labels,
            table=self._narrow(table, without=without),
            borders=self.book.borders,
        )

    def _glance(self, zones: list[str], page: int, pages: int) -> GlancePage:
        shares = [self._shares(zone) for zone in zones]
        boxes = glance_boxes(self.book.layout, len(zones))
        windows = tuple(
            fill_window(self.book.province_bounds, width_mm=box.width, height_mm=box.height)
            for box in boxes
        )
        coarse = self.book.province_map
        small = ProvinceMap(
            self.book.coarse(windows[0]), coarse.names, coarse.neighbours, windows[0]
        )
        province = self.book.annex.heading.province
        title = self.book.say("Production zones at a glance", "Sơ đồ các vùng sản xuất")
        return GlancePage(
            head=self.book.head(f"{title} – {province}" if province else title, page, pages),
            layout=self.book.layout,
            map=small,
            titles=tuple(self.book.annex.zone_name(zone) for zone in zones),
            percents=tuple(percents for percents, _ in shares),
            listed=tuple(listed for _, listed in shares),
            classes=load_class_symbols("shares", self.book.content.legend_folder),
            measure=self.book.say("SHARE OF THE ZONE'S AREA", "TỶ TRỌNG TRONG DIỆN TÍCH CỦA VÙNG"),
            windows=windows,
            table=self._zone_totals(zones),
            borders=self.book.borders,
        )

    def _narrow(self, table: AnnexTable, *, without: tuple[str, ...]) -> AnnexTable:
        """Table for the panel: fewer columns, the total row named, only the notes handed over."""
        annex = self.book.annex
        columns = tuple(column for column in table.columns if column.key not in without)
        last = table.total
        if last is not None:
            last = last.copy()
            last["commune"] = total_name(annex, table)
        notes = annex.notes_on(table.role, table.zone)
        return replace(table, columns=columns, total=last, notes=notes)

    def _zone_totals(self, zones: list[str]) -> AnnexTable:
        totals = {table.zone: table.total for table in self._tables}
        targets = self.book.annex.targets
        wanted = targets["unit"].eq("ha")
        if "indicator" in targets.columns:
            wanted &= targets["indicator"].eq("area")
        areas = targets[wanted].drop_duplicates("zone").set_index("zone")
        ends = {"low": "low", "high": "high"}
        if "figure_low" in areas.columns:
            ends = {"low": "figure_low", "high": "figure_high"}
        rows = pd.DataFrame(
            {
                "name": [self.book.annex.zone_name(zone) for zone in zones],
                "present_ha": [_of(totals.get(zone), "present_ha") for zone in zones],
                "added_ha": [_of(totals.get(zone), "added_ha") for zone in zones],
            }
        )
        rows = rows.assign(
            **{end: areas[column].reindex(zones).to_numpy() for end, column in ends.items()}
        )
        planned = (
            (AnnexColumn("added_ha", self.book.say("Planned", "Kế hoạch"), "hectares"),)
            if self.book.annex.allocation is not None
            else ()
        )
        return AnnexTable(
            name="zones",
            title="",
            role="commune",
            columns=(
                AnnexColumn("name", self.book.say("Zone (ha)", "Vùng (ha)"), "text"),
                AnnexColumn("present_ha", self.book.say("Present", "Hiện trạng"), "hectares"),
                *planned,
                AnnexColumn(
                    "low", self.book.say("Target from", "Mục tiêu từ"), "hectares", missing=""
                ),
                AnnexColumn("high", self.book.say("to", "đến"), "hectares", missing=""),
            ),
            rows=rows,
        )


def _of(total: pd.Series | None, key: str) -> float:
    value = None if total is None else total.get(key)
    return float("nan") if value is None else float(value)
