"""Communes and map contents for the tests of the interactive map."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pandas as pd
from shapely.geometry import Polygon, box

from benchmarks._map_content import made_content
from layers import data_path
from maps import MapContent

__all__ = ["grid_of_communes", "province_content", "real_communes", "squares"]


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
