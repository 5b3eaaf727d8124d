"""Communes and map contents for the tests of the interactive map."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely.geometry import Polygon, box

from benchmarks._map_content import made_content
from layers import data_path
from layers.base.language import Phrase
from maps import ColouredPlots, MapContent, PlotLegend

__all__ = [
    "coloured",
    "cover_path",
    "grid_of_communes",
    "province_content",
    "real_communes",
    "squares",
    "with_cover_path",
    "with_intervals",
    "with_progress",
]


def squares(count: int = 4, *, names: dict[int, str] | None = None) -> gpd.GeoDataFrame:
    """A row of squares of 0.1° with codes 00001, 00002, …"""
    named = names or {}
    return gpd.GeoDataFrame(
        {
            "commune_code": [f"{row + 1:05d}" for row in range(count)],
            "commune": [named.get(row, f"Xã số {row + 1}") for row in range(count)],
            "kind": "xã",
            "official_area_ha": 11_000.0,
        },
        geometry=[box(106 + 0.1 * row, 21, 106.1 + 0.1 * row, 21.1) for row in range(count)],
        crs=4326,
    )


def grid_of_communes() -> gpd.GeoDataFrame:
    """The 65 communes of Lạng Sơn by name and code, as squares in a grid."""
    facts = pd.read_csv(data_path("communes-20.csv"), dtype={"code": str})
    return gpd.GeoDataFrame(
        {
            "commune_code": facts["code"],
            "commune": facts["name"],
            "kind": facts["kind"],
            "official_area_ha": facts["official_area_ha"],
        },
        geometry=[_cell(row) for row in range(len(facts))],
        crs=4326,
    )


def _cell(row: int) -> Polygon:
    west, south = 106 + 0.1 * (row % 9), 21.5 + 0.1 * (row // 9)
    return box(west, south, west + 0.1, south + 0.1)


def province_content(**options: object) -> MapContent:
    """Everything a page may show, on the grid of communes."""
    return made_content(grid_of_communes(), **options)


def real_communes(shared: Path, layer: str = "communes") -> gpd.GeoDataFrame:
    """Communes as received, with their overlaps and repeated vertices."""
    frame = gpd.read_file(shared / "data" / "lang_son_communes.gpkg", layer=layer)
    return gpd.GeoDataFrame(
        {
            "commune_code": frame["code"],
            "commune": frame["name"],
            "kind": frame["fullName"].str.split().str[0].str.lower(),
            "official_area_ha": frame["areaKm2"].astype("float64") * 100,
        },
        geometry=frame.geometry,
        crs=frame.crs,
    )


def cover_path(content: MapContent, years: range = range(2025, 2031)) -> pd.DataFrame:
    """A path of the rates of a content: each year half a point more, the band a tenth wider."""
    cover = content.forest_cover
    assert cover is not None
    frames = [
        cover[["commune_code", "cover_percent"]].assign(
            year=year,
            cover_percent=cover["cover_percent"] + 0.5 * (year - years[0]),
            low_percent=cover["cover_percent"] + 0.4 * (year - years[0]),
            high_percent=cover["cover_percent"] + 0.6 * (year - years[0]),
        )
        for year in years
    ]
    return pd.concat(frames, ignore_index=True)


def with_intervals(content: MapContent) -> MapContent:
    """A content whose pine has intervals: ± 20 % in the first commune with any, ± 2 % elsewhere."""
    frame = content.zone_communes
    grown = frame["zone"].eq("pine") & frame["present_ha"].gt(0)
    first = frame.index == grown.idxmax()
    half = np.where(first, 0.2, 0.02) * frame["present_ha"]
    told = frame.assign(
        low_interval_ha=(frame["present_ha"] - half).where(grown),
        high_interval_ha=(frame["present_ha"] + half).where(grown),
        own_weight_ratio=np.where(first, 0.12, np.nan),
        verdict=np.where(first, "cannot_tell", ""),
        unsure=np.where(first, "composite", ""),
    )
    return replace(content, zone_communes=told)


def with_progress(content: MapContent) -> MapContent:
    """A content whose pine has a layer of 2020, today's of 2025, and reports of 2026 and 2028.

    The layer of 2020 has half of today's hectares; in 2026 the first commune did not report, in
    2028 all reported 10 ha more than there are today.
    """
    mine = content.zone_communes.loc[content.zone_communes["zone"] == "pine"]
    now = mine[["zone", "commune_code"]].assign(area_ha=mine["present_ha"].fillna(0.0))
    parts = [
        now.assign(area_ha=now["area_ha"] / 2, year=2020, told_by="layer"),
        now.assign(year=2025, told_by="layer"),
        now.iloc[1:].assign(area_ha=now["area_ha"] + 1, year=2026, told_by="report"),
        now.assign(area_ha=now["area_ha"] + 10, year=2028, told_by="report"),
    ]
    rows = pd.concat(parts, ignore_index=True).assign(communes=1, expected=1)
    keys = ["zone", "told_by", "year"]
    sums = rows.groupby(keys).agg(area_ha=("area_ha", "sum"), communes=("communes", "sum"))
    province = sums.reset_index().assign(commune_code="", expected=len(now))
    told = pd.concat([province, rows], ignore_index=True)
    return replace(content, progress=told.assign(present=told["year"] == 2025))


def with_cover_path(content: MapContent) -> MapContent:
    """A content with a path of forest cover, and a target for its last year."""
    assert content.forest_cover is not None
    today = float(content.forest_cover["cover_percent"].iloc[-1])
    asked = {
        "target": "forest-cover", "zone": "", "clause": None, "bound": "at_least", "unit": "%",
        "year": 2030, "low": today + 3, "high": None, "present": today, "held_ratio": 0.95,
        "shortfall": 3.0, "surplus": 0.0, "status": "below", "indicator": "forest_cover_rate",
    }  # fmt: skip
    targets = content.targets.assign(indicator="area")
    both = pd.concat([targets, pd.DataFrame([asked])], ignore_index=True)
    return replace(content, targets=both, cover_path=cover_path(content))


def coloured(plots: gpd.GeoDataFrame) -> ColouredPlots:
    """Two classes in two legends."""
    names = (Phrase("A", "Một"), Phrase("B", "Hai"))
    legends = tuple(
        PlotLegend(name, Phrase(name, name), colours, tuple(zip(names, colours, strict=True)))
        for name, colours in (("safe", ("#112233", "#445566")), ("law", ("#00d000", "#ffd8b0")))
    )
    return ColouredPlots(plots, legends)
