"""Small projects made by the tests: four square communes of 100 ha whose figures one can add up."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path

import geopandas as gpd
import numpy as np
import rasterio
from rasterio.transform import from_origin
from shapely import box

#: South-west corner of the ground, EPSG:9215.
EAST, NORTH = 450_000.0, 2_400_000.0
CODES = {"06148": "Thụy Hùng", "06184": "Đồng Đăng", "06211": "Cao Lộc", "06529": "Lộc Bình"}

PROJECT = """\
version: 1
title: Thử nghiệm
province: "20"
communes:
  vintage: 2025-07-01
  path: communes.gpkg
  part_of_province: true
  natural_areas: {path: natural_areas.csv}
plans: [lang-son-2026-2030, lang-son-2023]
layers:
  forest: {kind: forest_status, path: forest.gpkg, date: 2025-12-31, code_table: 98}
  fruit: {kind: report, path: fruit.csv, date: 2025-12-31}
  cover: {kind: raster, path: cover.tif, date: 2025-12-31, classes: {1: trees, 2: crops}}
"""


def square(x: float, y: float, width: float, height: float):  # type: ignore[no-untyped-def]
    """Rectangle in metres from the corner of the ground."""
    return box(EAST + x, NORTH + y, EAST + x + width, NORTH + y + height)


def communes() -> gpd.GeoDataFrame:
    """Four squares of 1 km, two by two, in the order of CODES."""
    corners = [(0, 0), (1000, 0), (0, 1000), (1000, 1000)]
    return gpd.GeoDataFrame(
        {"code": list(CODES), "name": list(CODES.values())},
        geometry=[square(x, y, 1000, 1000) for x, y in corners],
        crs=9215,
    )


def forest_plots() -> gpd.GeoDataFrame:
    """Five plots: natural forest, pine over two communes, mixed, not yet, bare land.

    | plot | where | ha | ledger | land |
    |---|---|---|---|---|
    | 1 | Thụy Hùng | 50 | 50 | natural forest |
    | 2 | half Thụy Hùng, half Đồng Đăng | 20 | 20.8 | pine, established |
    | 3 | Đồng Đăng | 40 | 40 | pine + anise, established |
    | 4 | Cao Lộc | 30 | 30 | pine, not yet |
    | 5 | Lộc Bình | 10 | 10 | bare |
    """
    rows = [
        ("06148", 14, "TXG", None, None, 1, 50.0, square(0, 0, 500, 1000)),
        ("06148", 65, "RTG", "Thông", 2010, 1, 20.8, square(900, 0, 200, 1000)),
        ("06184", 65, "RTG", "Thông+Hồi", 2012, 1, 40.0, square(1200, 0, 400, 1000)),
        ("06211", 77, "DTR", "Thông", 2023, 2, 30.0, square(0, 1000, 300, 1000)),
        ("06529", 87, "DT1", None, None, 0, 10.0, square(1000, 1000, 100, 1000)),
    ]
    names = ["maxa", "maldlr", "ldlr", "sldlr", "namtr", "thanhrung", "dtich", "geometry"]
    frame = gpd.GeoDataFrame(rows, columns=names, crs=9215)
    numbers = [str(number) for number in range(1, len(frame) + 1)]
    return frame.assign(
        tk="1", khoanh="1", lo=numbers, xa=frame["maxa"].map(CODES), malr3=3, mamdsd=9,
        nggocr=[1, 2, 2, 3, 3],
    )  # fmt: skip


def write_raster(path: Path) -> None:
    """Raster of 10 m over the ground: trees in the south, crops in the north, a nodata column."""
    values = np.ones((200, 200), dtype="uint8")
    values[:100] = 2
    values[:, 199] = 0
    with rasterio.open(
        path, "w", driver="GTiff", width=200, height=200, count=1, dtype="uint8", nodata=0,
        crs="EPSG:9215", transform=from_origin(EAST, NORTH + 2000, 10, 10),
    ) as raster:  # fmt: skip
        raster.write(values, 1)


def write_project(folder: Path) -> Path:
    """Write a whole project; the folder may have any name."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in _files().items():
        (folder / name).write_bytes(content)
    return folder / "project.yaml"


@cache
def _files() -> dict[str, bytes]:
    """Files of the project: hundreds of tests begin with them."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        _write_files(folder)
        return {path.name: path.read_bytes() for path in folder.iterdir()}


def _write_files(folder: Path) -> None:
    communes().to_file(folder / "communes.gpkg", layer="communes")
    forest_plots().to_file(folder / "forest.gpkg", layer="lop_dien_bien")
    (folder / "natural_areas.csv").write_text(
        "code,official_area_ha\n" + "".join(f"{code},110\n" for code in CODES), "utf-8"
    )
    (folder / "fruit.csv").write_text(
        "commune_code,crop,year,area_ha\n"
        "06148,custard_apple,2024,99\n06148,custard_apple,2025,7.5\n06529,citrus,2025,2\n",
        "utf-8",
    )
    write_raster(folder / "cover.tif")
    (folder / "project.yaml").write_text(PROJECT, "utf-8")
