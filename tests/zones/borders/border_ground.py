"""Two small provinces of the tests side by side: squares whose borders one can add up."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pandas as pd

from tests.factories import square, write_project
from zones.borders.side import PLOTS, Side

#: Communes of Bắc Ninh, and where their squares of 1 km begin.
ACROSS = {"07282": ("Đồng Kỳ", 2000, 0), "07294": ("Bố Hạ", 2000, 1000)}

PROJECT = """\
version: 1
title: Tỉnh giáp ranh
province: "24"
communes:
  vintage: 2025-07-01
  path: communes.gpkg
  part_of_province: true
  natural_areas: {path: natural_areas.csv}
plans: [plan.yaml]
layers:
  rung: {kind: forest_status, path: rung.gpkg, date: 2025-12-31, code_table: 98}
"""


def across(shift_m: float = 0.0) -> gpd.GeoDataFrame:
    """Two communes east of the small project, moved east by so many metres."""
    return gpd.GeoDataFrame(
        {"code": list(ACROSS), "name": [name for name, _, _ in ACROSS.values()]},
        geometry=[square(x + shift_m, y, 1000, 1000) for _, x, y in ACROSS.values()],
        crs=9215,
    )


def forest_across() -> gpd.GeoDataFrame:
    """Three plots across: 300 m of natural forest, 700 m of planted, one reaching 50 m over."""
    rows = [
        ("07282", 14, "TXG", 1, 1, 1, 6.0, square(2000, 0, 200, 300)),
        ("07282", 65, "RTG", 2, 3, 9, 14.0, square(2000, 300, 200, 700)),
        ("07294", 65, "RTG", 2, 3, 9, 15.0, square(1950, 1500, 300, 500)),
    ]
    names = ["maxa", "maldlr", "ldlr", "nggocr", "malr3", "mamdsd", "dtich", "geometry"]
    frame = gpd.GeoDataFrame(rows, columns=names, crs=9215)
    return frame.assign(
        tk="9", khoanh="1", lo=["1", "2", "3"], sldlr=[None, "Thông", "Thông"],
        namtr=[None, 2010, 2012], thanhrung=1, xa="",
    )  # fmt: skip


def write_across(folder: Path) -> Path:
    """Write the project of the province across."""
    folder.mkdir(parents=True)
    across().to_file(folder / "communes.gpkg", layer="communes")
    forest_across().to_file(folder / "rung.gpkg", layer="rung")
    (folder / "natural_areas.csv").write_text(
        "code,official_area_ha\n" + "".join(f"{code},100\n" for code in ACROSS), "utf-8"
    )
    path = folder / "project.yaml"
    path.write_text(PROJECT, "utf-8")
    return path


def write_own(folder: Path, *, borders: str = "") -> Path:
    """Write the small project with the communes across as its layer of neighbours."""
    path = write_project(folder)
    across().to_file(folder / "around.gpkg", layer="around")
    text = path.read_text("utf-8") + "map: {neighbours: {path: around.gpkg}}\n" + borders
    path.write_text(text, "utf-8")
    return path


def side(frame: gpd.GeoDataFrame, province: str, plots: gpd.GeoDataFrame | None = None) -> Side:
    """Side of communes without, or with, plots."""
    named = frame.rename(columns={"code": "commune_code", "name": "commune"})
    communes = named.assign(province=province)[["commune_code", "commune", "province", "geometry"]]
    none = gpd.GeoDataFrame(pd.DataFrame(columns=PLOTS), geometry=[], crs=frame.crs)
    return Side(communes.reset_index(drop=True), none if plots is None else plots)
