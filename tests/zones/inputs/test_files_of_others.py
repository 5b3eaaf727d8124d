"""Files as honest people make them: their hectares come out right, or are told.

Each is written by the test, so that its hectares are known by hand: four communes of 100 ha, plots
of a hectare, figures of a report. A run of ``measure`` must find them by commune, land and crop.
"""

from __future__ import annotations

import datetime as dt
import json
import unicodedata
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import openpyxl
import pyogrio
import pytest
import rasterio
import shapely
from rasterio.transform import from_origin
from shapely import GeometryCollection, LineString, MultiPolygon, Point, Polygon

from layers.base.errors import VungTrongError
from tests.factories import (
    CODES,
    EAST,
    NORTH,
    PROJECT,
    communes,
    forest_plots,
    square,
)
from zones.project.model import load_project
from zones.run.context import RunOptions
from zones.run.run import run_project
from zones.tables import MEASURED

Hectares = dict[tuple[str, str, str], float]
Make = Callable[[Path], str]

_HEAD = PROJECT[: PROJECT.index("layers:")]
TOLD = "told"


def _ground(folder: Path, frame: gpd.GeoDataFrame | None = None, areas: str = "") -> None:
    (communes() if frame is None else frame).to_file(folder / "communes.gpkg", layer="communes")
    table = "code,official_area_ha\n" + "".join(f"{code},100\n" for code in CODES)
    (folder / "natural_areas.csv").write_text(areas or table, "utf-8")


def _measured(folder: Path, layers: str) -> tuple[Hectares, bool]:
    """Hectares of ground or figures, and whether a problem was told."""
    path = folder / "project.yaml"
    path.write_text(_HEAD + "layers:\n" + layers, "utf-8")
    try:
        result = run_project(load_project(path), options=RunOptions(only=("measure",), write=False))
    except VungTrongError:
        return {}, True
    table = result[MEASURED]
    table = table[table["land"] != "unclassified"]
    figures = table.assign(ha=table["ledger_ha"].fillna(table["area_ha"]))
    sums = figures.groupby(["commune_code", "land", "crop"])["ha"].sum()
    # A file of another CRS or with a grid of its own leaves dust along edges.
    found = {key: float(ha) for key, ha in sums.items() if ha > 0.002}
    return found, result.has_problems


def _report(text: str | bytes, more: str = "") -> Make:
    def make(folder: Path) -> str:
        _ground(folder)
        content = text if isinstance(text, bytes) else text.encode()
        (folder / "fruit.csv").write_bytes(content)
        return f"  fruit: {{kind: report, path: fruit.csv, date: 2025-12-31{more}}}\n"

    return make


def _workbook(*rows: list[Any], merged: str = "") -> Make:
    def make(folder: Path) -> str:
        _ground(folder)
        book = openpyxl.Workbook()
        for row in rows:
            book.active.append(row)
        if merged:
            book.active.merge_cells(merged)
        book.save(folder / "fruit.xlsx")
        return "  fruit: {kind: report, path: fruit.xlsx, date: 2025-12-31}\n"

    return make


def _communes(change: Callable[[gpd.GeoDataFrame], gpd.GeoDataFrame], areas: str = "") -> Make:
    def make(folder: Path) -> str:
        layer = _report(H + "06148,citrus,2025,12.5\n")(folder)
        _ground(folder, change(communes()), areas)
        return layer

    return make


H = "commune_code,crop,year,area_ha\n"
_HEADER = H.strip().split(",")
REPORTS: dict[str, tuple[Make, Hectares | str]] = {}


def _figures(**hectares: float) -> Hectares:
    return {(code.removeprefix("c"), "report", "citrus"): ha for code, ha in hectares.items()}


REPORTS |= {
    "figures as text": (
        _report(H + '06148,citrus,2025,"12,5"\n06184,citrus,2025,"7,25"\n'),
        _figures(c06148=12.5, c06184=7.25),
    ),
    "spaces around": (_report(H + '06148,citrus,2025," 12,5 "\n'), _figures(c06148=12.5)),
    "semicolons": (_report(H.replace(",", ";") + "06148;citrus;2025;12,5\n"),
                   _figures(c06148=12.5)),
    "tabs": (_report(H.replace(",", "\t") + "06148\tcitrus\t2025\t12,5\n"), _figures(c06148=12.5)),
    "UTF-16": (_report((H + "06148,citrus,2025,12.5\n").encode("utf-16")), _figures(c06148=12.5)),
    "codes, years as floats": (_report(H + "6148.0,citrus,2025.0,12.5\n"), _figures(c06148=12.5)),
    "a total row": (
        _report(H + "06148,citrus,2025,10\n06184,citrus,2025,20\nTổng,citrus,2025,30\n"),
        _figures(c06148=10, c06184=20),
    ),
    "names in NFD": (
        _report(H + unicodedata.normalize("NFD", "Đồng Đăng") + ",citrus,2025,12.5\n"),
        _figures(c06184=12.5),
    ),
    "eth for Đ": (_report(H + "Ðồng Ðăng,citrus,2025,12.5\n"), _figures(c06184=12.5)),
    "three of one crop": (
        _report(H + "06148,Cam,2025,10\n06148,Quýt,2025,10\n06148,Bưởi,2025,10\n"),
        _figures(c06148=30),
    ),
    "an exact repeat": (
        _report(H + "06148,citrus,2025,10\n06148,citrus,2025,10\n"), _figures(c06148=10)
    ),
    "numbers beside text": (
        _workbook(_HEADER, ["06148", "citrus", "2025", "12,5"], [6184, "citrus", 2025, 7.25]),
        _figures(c06148=12.5, c06184=7.25),
    ),
    "a merged code": (
        _workbook(_HEADER, ["06148", "Cam", 2025, 10], [None, "Cam", 2025, 5], merged="A2:A3"),
        TOLD,
    ),
    "a year as a date": (_workbook(_HEADER, ["06148", "citrus", dt.date(2025, 12, 31), 10]),
                         TOLD),
    "m² for hectares": (_workbook(_HEADER, ["06148", "citrus", 2025, 125_000]), TOLD),
    "a formula": (_workbook(_HEADER, ["06148", "citrus", 2025, "=5+5"]), TOLD),
    "two readings": (_report(H + '06148,citrus,2025,"1.200"\n'), TOLD),
    "two marks": (_report(H + '06148,citrus,2025,"12,5"\n06184,citrus,2025,"7.25"\n'), TOLD),
    "a dash": (_report(H + "06148,citrus,2025,-\n06184,citrus,2025,3\n"), TOLD),
    "the header again": (_report(f"{H}06148,citrus,2025,10\n{H}06184,citrus,2025,20\n"),
                         _figures(c06148=10, c06184=20)),
    "a short row": (_report(H + "06148,citrus,2025,10\n06184,citrus,2025\n"), TOLD),
    "communes by whole numbers": (_communes(lambda f: f.assign(code=f["code"].astype("int64"))),
                                  _figures(c06148=12.5)),
    "communes by names in capitals": (
        _communes(lambda f: f.assign(code="", name=("Xã " + f["name"]).str.upper())),
        _figures(c06148=12.5),
    ),
    "communes with names exchanged": (_communes(lambda f: f.assign(name=list(f["name"])[::-1])),
                                      TOLD),
    "natural areas in km²": (
        _communes(lambda f: f, "code,official_area_ha\n" + "".join(f"{c},1\n" for c in CODES)), TOLD
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", REPORTS)
def test_reports_and_communes(name: str, tmp_path: Path) -> None:
    make, expected = REPORTS[name]
    found, told = _measured(tmp_path, make(tmp_path))
    if expected == TOLD:
        assert told
    else:
        assert found == pytest.approx(expected, abs=1e-9)


Save = Callable[[gpd.GeoDataFrame, Path], object]


def _plots(*shapes: Any, name: str = "trees.gpkg", save: Save | None = None, more: str = "",
           **columns: list[Any]) -> Make:  # fmt: skip
    def make(folder: Path) -> str:
        _ground(folder)
        table = {"crop": ["Hồng"] * len(shapes)} | columns
        frame = gpd.GeoDataFrame(table, geometry=list(shapes), crs=9215)
        (save or (lambda one, path: one.to_file(path)))(frame, folder / name)
        return (
            f"  trees: {{kind: crop_plots, path: {name}, date: 2025-12-31, "
            f"columns: {{crop: crop}}{more}}}\n"
        )

    return make


def _bytes(frame: gpd.GeoDataFrame, path: Path, encoding: str = "UTF-8") -> None:
    pyogrio.write_dataframe(frame, path, encoding=encoding)
    path.with_suffix(".cpg").unlink(missing_ok=True)


def _without_prj(frame: gpd.GeoDataFrame, path: Path) -> None:
    _bytes(frame, path)
    path.with_suffix(".prj").unlink()


def _datum_lost(frame: gpd.GeoDataFrame, path: Path) -> None:
    """ESRI's words for the zone of Lạng Sơn, on WGS 84."""
    _bytes(frame, path)
    path.with_suffix(".prj").write_text(
        'PROJCS["VN_2000_107_15",GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",'
        '6378137,298.257223563]],PRIMEM["Greenwich",0],UNIT["Degree",0.0174532925199433]],'
        'PROJECTION["Transverse_Mercator"],PARAMETER["False_Easting",500000],'
        'PARAMETER["False_Northing",0],PARAMETER["Central_Meridian",107.25],'
        'PARAMETER["Scale_Factor",0.9999],PARAMETER["Latitude_Of_Origin",0],UNIT["Meter",1]]'
    )


def _row_deleted(frame: gpd.GeoDataFrame, path: Path) -> None:
    _bytes(frame, path)
    table = bytearray(path.with_suffix(".dbf").read_bytes())
    start, length = (int.from_bytes(table[at : at + 2], "little") for at in (8, 10))
    table[start + length] = ord("*")
    path.with_suffix(".dbf").write_bytes(table)


def _zipped(frame: gpd.GeoDataFrame, path: Path) -> None:
    _bytes(frame, path.with_suffix(".shp"))
    parts = sorted(path.parent.glob("trees.*"))
    with zipfile.ZipFile(path, "w") as archive:
        for part in parts:
            archive.write(part, f"thư mục/{part.name}")
            part.unlink()


def _named(crs: str | None) -> Save:
    """GeoJSON in metres with this name for its CRS."""

    def save(frame: gpd.GeoDataFrame, path: Path) -> None:
        frame.to_file(path, driver="GeoJSON")
        content = json.loads(path.read_text("utf-8"))
        content.pop("crs")
        if crs is not None:
            content["crs"] = {"type": "name", "properties": {"name": crs}}
        path.write_text(json.dumps(content), "utf-8")

    return save


HA, NEXT = square(0, 0, 100, 100), square(200, 0, 100, 100)
BOTH = square(900, 0, 200, 100)  # a hectare in each of the two communes in the south
_HALVES = {"06148": 1.0, "06184": 1.0}
_BOWTIE = Polygon([(EAST, NORTH), (EAST + 100, NORTH + 100), (EAST + 100, NORTH),
                   (EAST, NORTH + 100)])  # fmt: skip
_HOLE = Polygon(square(0, 0, 200, 200).exterior, [square(50, 50, 100, 100).exterior])
PLOTS: dict[str, tuple[Make, dict[str, float] | str]] = {
    "parts in two communes": (_plots(MultiPolygon([HA, square(1500, 0, 100, 100)])), _HALVES),
    "parts that overlap": (_plots(MultiPolygon([HA, square(50, 0, 100, 100)])), {"06148": 1.5}),
    "a hole": (_plots(_HOLE), {"06148": 3.0}),
    "a bow tie": (_plots(_BOWTIE), {"06148": 0.5}),
    "a collection": (
        _plots(GeometryCollection([HA, LineString([(EAST, NORTH), (EAST + 50, NORTH)])])),
        {"06148": 1.0},
    ),
    "heights": (_plots(shapely.force_3d(HA, 5)), {"06148": 1.0}),
    "empty, missing and a point": (
        _plots(HA, Polygon(), None, Point(EAST + 5, NORTH + 5)), {"06148": 1.0}
    ),
    "UTM": (_plots(BOTH, save=lambda f, p: f.to_crs(32648).to_file(p)), _HALVES),
    "Web Mercator": (_plots(BOTH, save=lambda f, p: f.to_crs(3857).to_file(p)), _HALVES),
    "a neighbour's zone": (_plots(BOTH, save=lambda f, p: f.to_crs(9214).to_file(p)), _HALVES),
    "the datum lost": (_plots(BOTH, name="trees.shp", save=_datum_lost), _HALVES),
    "no .prj": (_plots(BOTH, name="trees.shp", save=_without_prj), TOLD),
    "no .prj, CRS named": (
        _plots(BOTH, name="trees.shp", save=_without_prj, more=", crs: EPSG:9215"), _HALVES
    ),
    "metres as degrees": (
        _plots(BOTH, save=lambda f, p: f.set_crs(4326, allow_override=True).to_file(p)), TOLD
    ),
    "kilometres": (
        _plots(BOTH, save=lambda f, p: f.set_geometry(f.scale(0.001, 0.001, origin=(0, 0)))
               .to_file(p)),
        TOLD,
    ),
    "GeoJSON with its zone": (
        _plots(BOTH, name="trees.geojson", save=_named("urn:ogc:def:crs:EPSG::9215")), _HALVES
    ),
    "GeoJSON of unknown name": (
        _plots(BOTH, name="trees.geojson", save=_named("VN2000 Lạng Sơn")), TOLD
    ),
    "GeoJSON in metres without": (_plots(BOTH, name="trees.geojson", save=_named(None)), TOLD),
    "TCVN3": (
        _plots(HA, NEXT, name="trees.shp", save=lambda f, p: _bytes(f, p, "ISO-8859-1"),
               crop=["Hång", "Hång"], xa=["Thôy Hïng", "§ång §¨ng"]),
        {"06148": 2.0},
    ),
    "a row deleted": (_plots(HA, NEXT, name="trees.shp", save=_row_deleted), {"06148": 1.0}),
    "a zip with a folder": (_plots(HA, name="trees.zip", save=_zipped), {"06148": 1.0}),
    "one plot twice": (_plots(HA, HA), TOLD),
    "one outline of two crops": (_plots(HA, HA, crop=["Hồng", "Cam"]), TOLD),
    "a crop missing": (_plots(HA, NEXT, crop=["Hồng", None]), TOLD),
}  # fmt: skip


@pytest.mark.parametrize("name", PLOTS)
def test_plots(name: str, tmp_path: Path) -> None:
    make, expected = PLOTS[name]
    found, told = _measured(tmp_path, make(tmp_path))
    if expected == TOLD:
        assert told
    else:
        sums: dict[str, float] = {}
        for (code, _, crop), ha in found.items():
            assert crop == "persimmon"
            sums[code] = sums.get(code, 0.0) + ha
        assert sums == pytest.approx(expected, abs=0.001)


_NATURAL, _PLANTED = "natural_forest", "planted_forest"
BY_LEDGER: Hectares = {
    ("06148", _NATURAL, ""): 50.0, ("06148", _PLANTED, "pine"): 10.4,
    ("06184", _PLANTED, "pine"): 30.4, ("06184", _PLANTED, "anise"): 20.0,
    ("06211", "not_yet_forest", "pine"): 30.0, ("06529", "bare", ""): 10.0,
}  # fmt: skip
_VNI = {
    "Thông": "Thoâng", "Thông+Hồi": "Thoâng+Hoài", "Đồng Đăng": "Ñoàng Ñaêng",
    "Thụy Hùng": "Thuïy Huøng", "Cao Lộc": "Cao Loäc", "Lộc Bình": "Loäc Bình",
}  # fmt: skip
Change = Callable[[gpd.GeoDataFrame], gpd.GeoDataFrame]
FOREST: dict[str, tuple[Change, str]] = {
    "MapInfo": (lambda f: f, "tab"),
    "File geodatabase": (lambda f: f, "gdb"),
    "ledger as text, comma": (
        lambda f: f.assign(dtich=[str(ha).replace(".", ",") for ha in f["dtich"]]), "gpkg"
    ),
    "codes as floats": (lambda f: f.assign(maxa=f["maxa"].astype(float)), "gpkg"),
    "letters in small and spaces": (lambda f: f.assign(ldlr=" " + f["ldlr"].str.lower()), "gpkg"),
    "species in NFD": (
        lambda f: f.assign(sldlr=f["sldlr"].map(
            lambda text: unicodedata.normalize("NFD", text), na_action="ignore")), "gpkg",
    ),
    "species in VNI": (lambda f: f.assign(sldlr=f["sldlr"].replace(_VNI),
                                          xa=f["xa"].replace(_VNI)), "shp"),
    "rows in another order": (lambda f: f.iloc[::-1], "gpkg"),
    "a neighbour's zone": (lambda f: f.to_crs(9214), "gpkg"),
}  # fmt: skip
_FOREST = "  forest: {kind: forest_status, path: FILE, date: 2025-12-31, code_table: 98}\n"
_DRIVERS = {"tab": "MapInfo File", "gdb": "OpenFileGDB"}


@pytest.mark.parametrize("name", FOREST)
def test_forest_plots(name: str, tmp_path: Path) -> None:
    change, kind = FOREST[name]
    _ground(tmp_path)
    frame = change(forest_plots())
    if kind == "shp":
        _bytes(frame, tmp_path / "forest.shp", "ISO-8859-1")
    else:
        path = tmp_path / f"forest.{kind}"
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a geodatabase stores wide integers as reals
            pyogrio.write_dataframe(frame, path, driver=_DRIVERS.get(kind))
    found, _ = _measured(tmp_path, _FOREST.replace("FILE", f"forest.{kind}"))
    assert found == pytest.approx(BY_LEDGER, abs=0.002)


def _cover(values: Any, *, mask: bool = False, **profile: Any) -> Make:
    def make(folder: Path) -> str:
        _ground(folder)
        plain = {"dtype": "uint8", "crs": "EPSG:9215", "count": 1,
                 "transform": from_origin(EAST, NORTH + 2000, 10, 10)}  # fmt: skip
        with rasterio.open(
            folder / "cover.tif", "w", driver="GTiff", width=values.shape[1],
            height=values.shape[0], **plain | profile,
        ) as raster:  # fmt: skip
            raster.write(values.astype(raster.dtypes[0]), 1)
            if mask:
                east = np.broadcast_to(np.arange(values.shape[1]) >= 100, values.shape)
                raster.write_mask(east)
        return "  cover: {kind: raster, path: cover.tif, date: 2025-12-31, classes: {1: trees}}\n"

    return make


ONES = np.ones((200, 200), int)
_ALL = dict.fromkeys(CODES, 100.0)
_EASTERN = {"06184": 100.0, "06529": 100.0}
_NO_WEST = np.where(np.arange(200)[None, :] < 100, -9999, ONES)
COVERS: dict[str, tuple[Make, dict[str, float] | str]] = {
    "whole": (_cover(ONES), _ALL),
    "a mask": (_cover(ONES, mask=True), _EASTERN),
    "nodata below zero": (_cover(_NO_WEST, dtype="int16", nodata=-9999), _EASTERN),
    "south up": (_cover(ONES, transform=rasterio.Affine(10, 0, EAST, 0, 10, NORTH)), _ALL),
    "another zone's name": (_cover(ONES, crs="EPSG:9214"), TOLD),
    "no CRS": (_cover(ONES, crs=None), TOLD),
    "heights instead": (_cover(ONES, dtype="float32"), TOLD),
}


@pytest.mark.parametrize("name", COVERS)
@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
def test_rasters(name: str, tmp_path: Path) -> None:
    make, expected = COVERS[name]
    found, told = _measured(tmp_path, make(tmp_path))
    if expected == TOLD:
        assert told
    else:
        sums = {code: ha for (code, land, _), ha in found.items() if land == "trees"}
        assert sums == pytest.approx(expected, abs=0.001)
