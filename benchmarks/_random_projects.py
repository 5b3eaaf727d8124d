"""Small legal projects, drawn at random: 65 square communes, whatever layers and plans may be."""

from __future__ import annotations

import json
import random
import zipfile
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import rasterio
from rasterio.transform import from_origin
from shapely import box
from shapely.affinity import translate

from layers.base.resources import data_path

__all__ = ["FORMATS", "save_layer", "write_random_project"]

#: Endings in which a layer of polygons may come.
FORMATS = (".gpkg", ".shp", ".geojson", ".fgb", ".parquet", ".tab", ".mif", ".gdb", ".zip")
_DRIVERS = {".gpkg": "GPKG", ".shp": "ESRI Shapefile", ".geojson": "GeoJSON", ".fgb": "FlatGeobuf",
            ".tab": "MapInfo File", ".mif": "MapInfo File", ".gdb": "OpenFileGDB"}  # fmt: skip
_SIDE_M = 1000.0
_KINDS = {
    "pine": "forest", "anise": "forest", "acacia": "forest", "cinnamon": "forest",
    "chestnut": "forest", "macadamia": "orchard", "custard_apple": "orchard", "citrus": "orchard",
    "persimmon": "orchard", "grass_jelly": "annual",
}  # fmt: skip
# Number and letters of the 98 codes, species, planting year, established, three forests, nggocr.
_PLOTS: tuple[tuple[int, str, str | None, int | None, int, int, int], ...] = (
    (14, "TXG", None, None, 1, 3, 1),
    (65, "RTG", "Thông", 2010, 1, 3, 2),
    (65, "RTG", "Thông+Hồi", 2012, 1, 3, 2),
    (65, "RTG", "Keo", 2015, 1, 3, 2),
    (65, "RTG", "Quế", 2008, 1, 1, 2),
    (77, "DTR", "Thông", 2023, 2, 3, 3),
    (77, "DTR", "Keo", 2024, 2, 3, 3),
    (87, "DT1", None, None, 0, 3, 3),
    (87, "DT1", None, None, 0, 0, 3),
)


def communes() -> gpd.GeoDataFrame:
    """Squares of a kilometre around the middle of each of the 65 communes, EPSG:9215."""
    table = pd.read_csv(data_path("communes-20.csv"), dtype={"code": "str"})
    middle = gpd.GeoSeries(
        gpd.points_from_xy(table["centre_lon"], table["centre_lat"]), crs=4326
    ).to_crs(9215)
    half = _SIDE_M / 2
    squares = [box(p.x - half, p.y - half, p.x + half, p.y + half) for p in middle]
    return gpd.GeoDataFrame(table[["code", "name"]], geometry=squares, crs=9215)


def save_layer(frame: gpd.GeoDataFrame, path: Path) -> None:
    """Write a layer of polygons in the format that its ending names."""
    if path.suffix == ".parquet":
        frame.to_parquet(path)
    elif path.suffix == ".zip":
        inner = path.with_suffix(".shp")
        save_layer(frame, inner)
        parts = [item for item in sorted(path.parent.glob(f"{path.stem}.*")) if item != path]
        with zipfile.ZipFile(path, "w") as archive:
            for item in parts:
                archive.write(item, item.name)
                item.unlink()
    else:
        driver = _DRIVERS[path.suffix]
        crs = frame.to_crs(4326) if driver == "GeoJSON" else frame
        crs.to_file(path, driver=driver, engine="pyogrio")


def _pieces(ground: gpd.GeoDataFrame, rng: random.Random, *, most: int) -> list[tuple[int, Any]]:
    """Rectangles within communes that do not meet: row of the commune, polygon."""
    pieces = []
    for row, square in enumerate(ground.geometry):
        west, south, *_ = square.bounds
        columns = rng.sample(range(10), rng.randint(0, min(10, most)))
        height = rng.choice([100.0, 500.0, 990.0])
        pieces += [(row, translate(box(0, 0, 99, height), west + 100 * c, south)) for c in columns]
    return pieces


def _forest(ground: gpd.GeoDataFrame, rng: random.Random) -> gpd.GeoDataFrame:
    pieces = _pieces(ground, rng, most=rng.choice([1, 3, 10]))
    kinds = rng.sample(_PLOTS, rng.randint(1, len(_PLOTS)))
    rows = []
    for number, (row, shape) in enumerate(pieces or [(0, ground.geometry[0])], start=1):
        kind = rng.choice(kinds)
        ledger = round(shape.area / 1e4 * rng.choice([1, 1, 1.05]), 2)
        rows.append(
            {
                "maxa": ground["code"][row], "xa": ground["name"][row], "tk": "1", "khoanh": "1",
                "lo": str(number), "maldlr": kind[0], "ldlr": kind[1], "sldlr": kind[2],
                "namtr": kind[3], "thanhrung": kind[4], "malr3": kind[5],
                "mamdsd": {0: 0, 1: 1, 3: 9}[kind[5]], "nggocr": kind[6], "dtich": ledger,
                "geometry": shape,
            }
        )  # fmt: skip
    return gpd.GeoDataFrame(rows, crs=9215)


def _report(ground: gpd.GeoDataFrame, rng: random.Random, path: Path) -> None:
    crops = rng.sample(list(_KINDS), rng.randint(1, 4))
    rows = [
        (code, crop, year, round(rng.uniform(0, 50), 1))
        for code in rng.sample(list(ground["code"]), rng.randint(1, 30))
        for crop in crops
        for year in range(rng.choice([2024, 2025]), 2026)
    ]
    table = pd.DataFrame(rows, columns=["commune_code", "crop", "year", "area_ha"])
    if path.suffix == ".xlsx":
        table.to_excel(path, index=False)
    else:
        table.to_csv(path, index=False, encoding="utf-8")


def _raster(ground: gpd.GeoDataFrame, rng: random.Random, path: Path) -> None:
    west, south, east, north = ground.total_bounds
    cell = 200.0
    wide, high = int((east - west) / cell) + 1, int((north - south) / cell) + 1
    values = np.random.default_rng(rng.randrange(1 << 30)).integers(0, 4, (high, wide))
    with rasterio.open(
        path, "w", driver="GTiff", width=wide, height=high, count=1, dtype="uint8", nodata=0,
        crs="EPSG:9215", transform=from_origin(west, north, cell, cell), compress="deflate",
    ) as raster:  # fmt: skip
        raster.write(values.astype("uint8"), 1)


def _plan(ground: gpd.GeoDataFrame, rng: random.Random, crops: list[str]) -> dict[str, Any]:
    zones = []
    for crop in crops:
        low = float(rng.choice([0, 1, 10, 100, 5000]))
        figures = rng.choice(
            [
                {"bound": "at_least", "low": low},
                {"bound": "range", "low": low, "high": low * 1.5 + 1},
                {"bound": "exact", "figure": low},
                {"bound": "about", "figure": low},
                {"bound": "at_most", "high": low},
                {"bound": "maintain", "figure": low},
            ]
        )
        target = {
            "target": f"{crop.replace('_', '-')}-area", "indicator": "area", **figures,
            "unit": "ha", "year": rng.choice([2030, 2030, 2028]), "clause": "1", "measure": "layer",
        }  # fmt: skip
        listed = rng.choice(["open", "closed", "province", "none"])
        rows = rng.sample(range(len(ground)), rng.randint(1, 8))
        named = [{"code": ground["code"][r], "as_written": ground["name"][r]} for r in rows]
        zones.append(
            {
                "zone": crop, "clause": "1", "name": {"vi": crop, "en": crop}, "crop": crop,
                "land_kind": _KINDS[crop], "counts_for_cover": "by_land", "list": listed,
                "communes": named if listed in ("open", "closed") else [],
                "targets": [target] if rng.random() < 0.8 else [],
            }
        )  # fmt: skip
    return {
        "plan": "mine", "name": {"vi": "Kế hoạch", "en": "Plan"}, "issuer": None, "number": None,
        "date": "2026", "province": "20", "vintage": "2025-07-01",
        "horizon": {"first": 2026, "last": 2030}, "zones": zones, "indicators": [], "reports": [],
    }  # fmt: skip


def write_random_project(folder: Path, seed: int, *, only: str = "", ending: str = "") -> Path:
    """Write a project that ``zones run`` must do; with ``only`` one of that layer alone."""
    rng = random.Random(seed)
    folder.mkdir(parents=True, exist_ok=True)
    ground = communes()
    save_layer(ground, folder / "communes.gpkg")
    ground[["code"]].assign(official_area_ha=110).to_csv(folder / "natural_areas.csv", index=False)

    layers = _write_layers(folder, ground, rng, only=only, ending=ending)
    plans = ["mine.yaml"]
    if not only:
        plans = rng.choice([plans, plans, ["lang-son-2026-2030"], ["lang-son-2023"]])
    if "mine.yaml" in plans:
        crops = rng.sample(list(_KINDS), rng.randint(1, 5))
        _save_yaml(_plan(ground, rng, crops), folder / "mine.yaml")
    present = {}
    growing = [name for name in ("forest", "orchards", "fruit") if name in layers]
    if len(growing) > 1:  # a crop that two layers may have counts in one of them
        present = {crop: rng.choice(growing) for crop in _KINDS}
    project = {
        "version": 1, "title": "Thử nghiệm", "province": "20",
        "communes": {
            "vintage": "2025-07-01", "path": "communes.gpkg",
            "natural_areas": {"path": "natural_areas.csv"},
        },
        "plans": plans, "layers": layers, "present": present,
    }  # fmt: skip
    path = folder / "project.yaml"
    _save_yaml(project, path)
    return path


def _write_layers(
    folder: Path, ground: gpd.GeoDataFrame, rng: random.Random, *, only: str, ending: str
) -> dict[str, dict[str, Any]]:
    """Write layers of some kinds; their entries in the project."""

    def wanted(name: str, chance: float) -> bool:
        return name == only if only else rng.random() < chance

    def file(name: str) -> str:
        return f"{name}{ending or rng.choice(FORMATS)}"

    layers: dict[str, dict[str, Any]] = {}
    if wanted("forest", 0.7):
        _add(layers, "forest", "forest_status", file("forest"), code_table="98")
        save_layer(_forest(ground, rng), folder / layers["forest"]["path"])
    if wanted("before", 0.2):
        _add(layers, "before", "forest_status", file("before"), code_table="98")
        layers["before"]["date"] = "2020-12-31"
        save_layer(_forest(ground, rng), folder / layers["before"]["path"])
    if wanted("orchards", 0.4):
        columns = {"crop": "cay", "commune_code": "ma_xa"}
        _add(layers, "orchards", "crop_plots", file("orchards"), columns=columns)
        parts = _pieces(ground, rng, most=2) or [(0, ground.geometry[0])]
        kinds = [rng.choice(["Na", "Mắc ca", "Hồng", "Cam"]) for _ in parts]
        codes = [ground["code"][row] for row, _ in parts]
        shapes = [shape for _, shape in parts]
        frame = gpd.GeoDataFrame({"cay": kinds, "ma_xa": codes}, geometry=shapes, crs=9215)
        save_layer(frame, folder / layers["orchards"]["path"])
    if wanted("use", 0.4):
        _add(layers, "use", "land_use", file("use"), columns={"code": "loai"})
        parts = _pieces(ground, rng, most=4) or [(0, ground.geometry[0])]
        codes = [rng.choice(["LUC", "HNK", "CLN", "RSX", "ONT"]) for _ in parts]
        frame = gpd.GeoDataFrame({"loai": codes}, geometry=[s for _, s in parts], crs=9215)
        save_layer(frame, folder / layers["use"]["path"])
    if wanted("cover", 0.4):
        names = {1: "trees", 2: "crops", 3: "water"}
        _add(layers, "cover", "raster", "cover.tif", classes=names)
        _raster(ground, rng, folder / "cover.tif")
    if wanted("fruit", 0.5) or not layers:
        _add(layers, "fruit", "report", f"fruit{ending or rng.choice(['.csv', '.xlsx'])}")
        _report(ground, rng, folder / layers["fruit"]["path"])
    return layers


def _save_yaml(document: dict[str, Any], path: Path) -> None:
    """JSON is YAML."""
    path.write_text(json.dumps(document, ensure_ascii=False, indent=1), "utf-8")


def _add(layers: dict[str, dict[str, Any]], name: str, kind: str, path: str, **more: Any) -> None:
    layers[name] = {"kind": kind, "path": path, "date": "2025-12-31", **more}
