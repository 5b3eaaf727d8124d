"""The one reader: every format, every way a file can be broken."""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import sqlite3
import struct
import sys
import warnings
import zipfile
from contextlib import closing
from pathlib import Path

import geopandas as gpd
import pyarrow.parquet as pq
import pyogrio
import pytest
import shapely

from benchmarks._damage import change_bytes
from layers.base.errors import InputError, MissingFileError
from layers.io import large_values, vector, vector_source
from layers.io.vector import _rows_of_mid, describe_vector, list_layers, load_vector
from tests.hostile import ODD_NAMES
from zones.output.table import write_frame

FORMATS = ("gpkg", "shp", "tab", "mif", "gdb", "geojson", "fgb", "parquet", "zip")


def write(frame: gpd.GeoDataFrame, path: Path) -> Path:
    """Write a frame in the format of the path's ending."""
    suffix = path.suffix
    if suffix == ".parquet":
        frame.to_parquet(path)
    elif suffix == ".zip":
        inner = write(frame, path.with_suffix(".shp"))
        with zipfile.ZipFile(path, "w") as archive:
            for part in sorted(path.parent.glob(f"{path.stem}.*")):
                if part != path:
                    archive.write(part, part.name)
                    part.unlink()
        assert not inner.exists()
    else:
        driver = {".gdb": "OpenFileGDB", ".tab": "MapInfo File", ".mif": "MapInfo File"}.get(suffix)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # FileGDB stores wide integers as reals
            pyogrio.write_dataframe(frame, path, driver=driver, encoding="UTF-8")
    return path


@pytest.fixture
def squares() -> gpd.GeoDataFrame:
    shapes = [shapely.box(100 * i, 0, 100 * i + 100, 100) for i in range(3)]
    table = {"xa": ["Lộc Bình", "Hữu Lũng", None], "n": [1, 2, 3]}
    return gpd.GeoDataFrame(table, geometry=shapes, crs="EPSG:9215")


@pytest.mark.parametrize("suffix", FORMATS)
def test_every_format_gives_the_same_records(squares, folder, suffix):
    path = write(squares, folder / f"rừng.{suffix}")
    read = load_vector(path).sort_values("n", ignore_index=True)  # FlatGeobuf orders by its index
    assert read["n"].tolist() == [1, 2, 3]
    assert read["xa"].tolist()[:2] == ["Lộc Bình", "Hữu Lũng"]
    assert read["xa"].replace("", None).isna().tolist() == [False, False, True]  # MapInfo: ""
    assert read.area.tolist() == pytest.approx([10000.0] * 3, rel=1e-3)  # TAB has a grid
    look = describe_vector(path)
    assert list(look.fields) == ["xa", "n"]
    assert look.count == 3
    assert look.crs is not None


def test_columns_are_read_as_asked(squares, folder):
    path = write(squares, folder / "a.gpkg")
    assert list(load_vector(path, columns=["n"]).columns) == ["n", "geometry"]
    with pytest.raises(InputError, match=r"no fields 'm'; its fields are 'xa', 'n'"):
        load_vector(path, columns=["m"])


def test_several_layers_are_listed(squares, folder):
    path = folder / "a.gpkg"
    for layer in ("rừng 2024", "rừng 2025"):
        pyogrio.write_dataframe(squares, path, layer=layer)
    assert list_layers(path) == ["rừng 2024", "rừng 2025"]
    with pytest.raises(InputError, match=r"2 layers, name one of them .*'rừng 2024', 'rừng 2025'"):
        load_vector(path)
    assert len(load_vector(path, layer="rừng 2025")) == 3
    with pytest.raises(MissingFileError, match=r"no layer 'x'; its layers are"):
        load_vector(path, layer="x")


def test_a_table_beside_the_layer_is_no_layer(squares, folder):
    path = write(squares, folder / "a.gpkg")
    pyogrio.write_dataframe(squares.drop(columns="geometry"), path, layer="styles")
    assert list_layers(path) == ["a"]
    assert len(load_vector(path)) == 3
    with pytest.raises(MissingFileError, match="no layer 'styles'"):
        load_vector(path, layer="styles")


@pytest.mark.parametrize(
    "name", ["https://example.org/a.gpkg", "/vsicurl/x.gpkg", "s3://b/a.shp", "PG:dbname=x"]
)
def test_remote_paths_are_refused(name):
    with pytest.raises(InputError, match="a file on this machine"):
        load_vector(name)


def test_a_missing_file_and_an_unknown_format(folder):
    with pytest.raises(MissingFileError, match=r"No file .*a\.gpkg"):
        load_vector(folder / "a.gpkg")
    (folder / "a.dwg").write_bytes(b"x")
    with pytest.raises(InputError, match=r"a\.dwg: expected a vector file, found \.dwg"):
        load_vector(folder / "a.dwg")
    (folder / "a.dbf").write_bytes(b"x")
    with pytest.raises(InputError, match=r"name the \.shp file"):
        load_vector(folder / "a.dbf")
    with pytest.raises(InputError, match="found a folder"):
        load_vector(folder)


def test_content_must_be_what_the_ending_says(folder):
    path = folder / "a.gpkg"
    path.write_text(
        "<OGRVRTDataSource><OGRVRTLayer name='a'><SrcDataSource>/vsicurl/http://localhost:9/a.shp"
        "</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>",
        encoding="utf-8",
    )
    with pytest.raises(InputError, match=r"could not be read|the GeoPackage is damaged"):
        load_vector(path)


LINKS = {
    "link": '"crs": {"type": "link", "properties": {"href": "http://localhost:9/a"}},',
    "escaped": '"c\\u0072s": {"properties": {"href": "http://a"}, "type": "l\\u0069nk"},',
    "capitals": '"CRS" : {"Type": "URL", "properties": {"url": "http://localhost:9/a"}},',
    "late": f'"x": "{"y" * 70_000}", "crs": {{"type": "link", "properties": {{"href": "a"}}}},',
    "twice": '"crs": {"type": "name", "type": "link", "properties": {"href": "a"}},',
    "deep": '"crs": {"a": ' + "[" * 100_000 + ",",
}


@pytest.mark.parametrize("crs", LINKS)
def test_a_linked_crs_is_refused(folder, crs):
    path = folder / "a.geojson"
    path.write_text('{"type": "FeatureCollection", ' + LINKS[crs] + ' "features": []}', "utf-8")
    with pytest.raises(InputError, match="CRS is a link"):
        load_vector(path)


@pytest.mark.parametrize(
    ("crs", "epsg"),
    [
        ('{"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::9215"}}', 9215),
        ('{"type": "name", "properties": {"name": "EPSG:4756"}}', 4756),
        ('{"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}', 4326),
        ('{"type": "EPSG", "properties": {"code": 4756}}', 4756),
        ("null", 4326),
        # The driver takes these for WGS 84, where VN-2000 lies 224 m beside.
        ('{"type": "name", "properties": {"name": "VN2000"}}', None),
        ('{"type": "name", "properties": {"name": "EPSG:999999"}}', None),
        ('{"type": "name", "properties": {"name": "http://localhost:9/crs"}}', None),
        ('{"type": "name", "properties": {"name": ""}}', None),
        ('{"type": "EPSG", "properties": {"code": 99}}', None),
        ('{"type": "name", "properties": [1, [2, 3, 4]]}', None),
        ("{}", None),
    ],
)
def test_a_crs_that_nobody_knows_is_not_taken_for_another(squares, folder, crs, epsg):
    path = write(squares, folder / "a.geojson")
    content = json.loads(path.read_text("utf-8"))
    content["crs"] = json.loads(crs)
    path.write_text(json.dumps(content), "utf-8")
    for told in (describe_vector(path).crs, load_vector(path).crs):
        assert (told and told.to_epsg()) == epsg or (epsg == 4326 and told.to_string()[-2:] == "84")


def test_a_named_crs_and_a_property_of_that_name_are_read(squares, folder):
    path = write(
        squares.assign(crs="link", link=['"crs": {"type": "link"}'] * 3), folder / "a.geojson"
    )
    assert load_vector(path)["crs"].tolist() == ["link"] * 3
    assert '"crs":' in path.read_text("utf-8").replace(" ", "")
    path.write_bytes(path.read_bytes().replace("Lộc".encode(), b"L\xe9c"))
    with pytest.raises(InputError, match="GeoJSON is UTF-8"):
        load_vector(path)


def test_a_json_file_that_is_also_a_pipeline_is_read_as_geojson(squares, folder):
    other = write(squares, folder / "a.fgb")
    head = '{"type": "gdal_streamed_alg", "command_line": "gdal vector pipeline ! read '
    path = folder / "b.json"
    feature = '{"type": "Feature", "properties": {"n": 7}, "geometry": {"type": "Point", '
    path.write_text(
        f'{head}{other}", "type": "FeatureCollection", "features": [{feature}"coordinates": '
        "[107, 21]}}]}",
        "utf-8",
    )
    assert load_vector(path)["n"].tolist() == [7]


def test_a_mapinfo_file_that_is_also_xml_is_refused(squares, folder):
    path = write(squares, folder / "a.mif")
    path.write_text(path.read_text("utf-8").replace("\n", "\n<OGRVRTDataSource>\n", 1), "utf-8")
    with pytest.raises(InputError, match="this is no MapInfo File"):
        load_vector(path)


def test_an_index_that_reads_a_record_twice_is_refused(squares, folder):
    path = write(squares, folder / "a.shp")
    index = path.with_suffix(".shx")
    entries = bytearray(index.read_bytes())
    entries[108:116] = entries[100:108]  # the second plot is read from the place of the first
    index.write_bytes(entries)
    with pytest.raises(InputError, match=r"a\.shp: its \.shx .* 1 record .*first: 2"):
        load_vector(path)
    entries[108:112] = (int.from_bytes(entries[100:104], "big") + 4).to_bytes(4, "big")
    index.write_bytes(entries)
    with pytest.raises(InputError, match=r"first: 2"):
        load_vector(path)


def test_a_truncated_shapefile_is_refused(squares, folder):
    path = write(squares, folder / "a.shp")
    whole = path.read_bytes()
    path.write_bytes(whole[:-60])
    with pytest.raises(InputError, match=f"truncated, {len(whole)} bytes expected"):
        load_vector(path)
    path.write_bytes(b"not a shape")
    with pytest.raises(InputError, match="not a Shapefile"):
        load_vector(path)


def test_a_short_dbf_is_refused(squares, folder):
    path = write(squares, folder / "a.shp")
    table = path.with_suffix(".dbf")
    whole = table.read_bytes()
    table.write_bytes(whole[:4] + (2).to_bytes(4, "little") + whole[8:])
    with pytest.raises(InputError, match=r"3 shapes in the \.shp but 2 records in the \.dbf"):
        load_vector(path)
    table.write_bytes(whole[:-100])
    with pytest.raises(InputError, match=r"3 shapes in the \.shp but 2 records in the \.dbf"):
        load_vector(path)
    table.write_bytes(b"")
    with pytest.raises(InputError, match=r"\.dbf is empty or truncated"):
        load_vector(path)
    table.unlink()
    with pytest.raises(InputError, match=r"lacks its \.dbf"):
        load_vector(path)


@pytest.mark.parametrize("page", ["keep", None, "ISO-8859-1", "UTF-8"])
def test_utf8_is_recognised_whatever_the_cpg_says(squares, folder, page):
    path = write(squares, folder / "a.shp")
    if page is None:
        path.with_suffix(".cpg").unlink()
    elif page != "keep":
        path.with_suffix(".cpg").write_text(page)
    assert load_vector(path)["xa"].tolist()[:2] == ["Lộc Bình", "Hữu Lũng"]


def test_a_letter_cut_by_the_field_width_does_not_spoil_the_column(squares, folder):
    path = write(squares, folder / "a.shp")
    table = path.with_suffix(".dbf")
    content = table.read_bytes()
    cut = "Lộc Bình".encode()
    table.write_bytes(content.replace(cut, "Lộ".encode()[:-1].ljust(len(cut))))
    assert load_vector(path)["xa"].tolist()[:2] == ["L", "Hữu Lũng"]


def test_field_names_with_accents(squares, folder):
    path = write(squares.rename(columns={"xa": "Tên", "n": "Mã_xã"}), folder / "a.shp")
    assert list(describe_vector(path).fields) == ["Tên", "Mã_xã"]
    read = load_vector(path, columns=["Mã_xã"])
    assert list(read.columns) == ["Mã_xã", "geometry"]
    assert read["Mã_xã"].tolist() == [1, 2, 3]
    assert load_vector(path)["Tên"].tolist()[:2] == ["Lộc Bình", "Hữu Lũng"]


@pytest.mark.parametrize("name", [b"ten  ", b"     "])
def test_field_names_that_end_in_spaces_or_are_blank(squares, folder, name):
    path = folder / "a.shp"
    squares[["geometry"]].assign(maxa="06148", ten_x="Na").to_file(path)
    table = path.with_suffix(".dbf")
    table.write_bytes(table.read_bytes().replace(b"ten_x", name))
    read = load_vector(path)
    assert list(read.columns) == ["maxa", name.decode().strip(), "geometry"]
    assert set(read[name.decode().strip()]) == {"Na"}
    assert list(load_vector(path, columns=["maxa"]).columns) == ["maxa", "geometry"]


def test_font_bytes_come_through_as_latin_letters(squares, folder):
    path = folder / "a.shp"
    squares["xa"] = ["B¾c Giang", "Léc B×nh", None]
    squares.to_file(path, encoding="ISO-8859-1")
    for page in ("ISO-8859-1", "UTF-8", None):
        path.with_suffix(".cpg").unlink(missing_ok=True)
        if page:
            path.with_suffix(".cpg").write_text(page)
        assert load_vector(path)["xa"].tolist()[:2] == ["B¾c Giang", "Léc B×nh"]


def test_code_page_1258_is_decoded(squares, folder):
    path = folder / "a.shp"
    squares["xa"] = ["Ðô", "¡", None]  # bytes D0 F4 and A1
    squares.to_file(path, encoding="ISO-8859-1")
    path.with_suffix(".cpg").write_text("1258")
    assert load_vector(path)["xa"].tolist()[:2] == ["Đô", "¡"]


@pytest.mark.parametrize("suffix", ["shp", "tab", "gpkg"])
def test_an_encoding_that_the_user_names(squares, folder, suffix):
    path = write(squares, folder / f"a.{suffix}")
    with pytest.raises(
        InputError, match="expected a code page such as cp1258 or utf-8, found 'foo'"
    ):
        load_vector(path, encoding="foo")
    assert load_vector(path, encoding="utf-8")["xa"].tolist()[0] == "Lộc Bình"


def test_a_code_page_that_the_user_names(squares, folder):
    path = folder / "a.shp"
    squares["xa"] = ["Ðô", "¡", None]  # bytes D0 F4 and A1
    squares.to_file(path, encoding="ISO-8859-1")
    assert load_vector(path, encoding="cp1258")["xa"].tolist()[0] == "Đô"


def test_bytes_in_a_mapinfo_file_of_neutral_charset(squares, folder):
    path = write(squares, folder / "a.mif")
    table = path.with_suffix(".mid")
    table.write_bytes(table.read_bytes().replace("Lộc Bình".encode(), b"L\xe9c B\xd7nh"))
    assert load_vector(path)["xa"].tolist()[0] == "Léc B×nh"


def zipped(folder: Path, members: dict[str, bytes]) -> Path:
    path = folder / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


@pytest.mark.parametrize(
    "name", ["../a.shp", "/etc/a.shp", "x/../../a.shp", r"..\a.shp", "C:/a.shp"]
)
def test_a_zip_that_unpacks_outside_is_refused(folder, name):
    with pytest.raises(InputError, match="1 member would unpack outside the folder"):
        load_vector(zipped(folder, {name: b"x"}))


def test_a_zip_with_several_layers_lists_them(squares, folder):
    parts = {}
    for name in ("a", "b"):
        path = write(squares, folder / f"{name}.gpkg")
        parts[f"in/{name}.gpkg"] = path.read_bytes()
    path = zipped(folder, parts)
    with pytest.raises(InputError, match=r"2 layers, name one of them \(layer\): 'a', 'b'"):
        load_vector(path)
    assert len(load_vector(path, layer="b")) == 3


def test_a_zip_without_layer_or_damaged(folder):
    with pytest.raises(InputError, match="holds no vector file"):
        load_vector(zipped(folder, {"a.txt": b"x"}))
    (folder / "b.zip").write_bytes(b"PK")
    with pytest.raises(InputError, match="damaged"):
        load_vector(folder / "b.zip")


CIRCLE = b"GP\x00\x01" + struct.pack("<i", 9215) + struct.pack("<BII", 1, 10, 1)
CIRCLE += struct.pack("<BII10d", 1, 8, 5, 0, 0, 1, 1, 2, 0, 1, -1, 0, 0)


def test_curves_become_segments(squares, folder):
    path = folder / "c.gpkg"
    pyogrio.write_dataframe(squares.head(1), path, layer_options={"SPATIAL_INDEX": "NO"})
    with closing(sqlite3.connect(path)) as database:
        database.execute("update c set geom = ?", (CIRCLE,))
        database.commit()
    read = load_vector(path)
    assert read.area[0] == pytest.approx(3.14159265, rel=2e-5)
    assert read.attrs == {"curved": True}
    assert load_vector(write(squares, folder / "d.gpkg")).attrs == {"curved": False}


def test_a_parquet_table_without_geometry(squares, folder):
    squares.drop(columns="geometry").to_parquet(folder / "a.parquet")
    with pytest.raises(InputError, match="without GeoParquet metadata"):
        load_vector(folder / "a.parquet")


@pytest.mark.parametrize("suffix", ["gdb", "mif"])
def test_a_file_that_ends_early_is_refused(squares, folder, suffix):
    """Two drivers read what is there and say nothing of the rest."""
    many = squares.loc[squares.index.repeat(400)].reset_index(drop=True)
    path = write(many, folder / f"a.{suffix}")
    if suffix == "gdb":
        part = max(path.glob("*.gdbtable"), key=lambda item: item.stat().st_size)
        part.write_bytes(part.read_bytes()[:-5000])
    else:
        text = path.read_text("utf-8")
        path.write_text(text[: text.rindex("Region")], "utf-8")
    with pytest.raises(InputError, match=r"1200 records expected, only \d+ could be read"):
        load_vector(path)


def test_line_breaks_inside_the_text_of_a_mid_are_no_rows(squares, folder):
    path = write(squares, folder / "a.mif")
    table = path.with_suffix(".mid")
    table.write_bytes(table.read_bytes().replace("Lộc Bình".encode(), b"a\nb"))
    assert _rows_of_mid(table) == 3


@pytest.mark.parametrize("block", [1, 2, 5, 100])
def test_tables_of_any_size_are_counted_block_by_block(squares, folder, monkeypatch, block):
    monkeypatch.setattr(vector, "_BLOCK", block)
    mid = folder / "a.mid"
    for text, rows in (('"a",1\n\n"b\n\n c",2\n', 3), ("", 0), ('"a\n\n"', 1), (" \n\n ", 0)):
        mid.write_text(text, "utf-8")
        assert _rows_of_mid(mid) == rows
    path = write(squares, folder / "a.shp")
    with path.with_suffix(".dbf").open("r+b") as table:
        header = table.read(12)
        table.seek(int.from_bytes(header[8:10], "little"))
        table.write(b"*")
        table.seek(0, 2)
        table.write(bytes(5000))  # what lies behind the records is none
    assert describe_vector(path).count == 2


def test_one_polygon_that_stands_for_gigabytes_is_refused(squares, folder, monkeypatch):
    path = write(squares, folder / "a.parquet")
    table = pq.read_table(path)
    again = table.take([0] * 20_000)
    pq.write_table(again, path)
    assert len(load_vector(path)) == 20_000
    monkeypatch.setattr(large_values, "WHOLE_BYTES", 900_000)
    with pytest.raises(
        InputError, match=r"a\.parquet: its texts and shapes unpack to more than \d"
    ):
        load_vector(path)


@pytest.mark.parametrize("suffix", ["geojson", "fgb", "parquet"])
def test_a_layer_of_too_many_fields_is_refused(squares, folder, monkeypatch, suffix):
    path = write(squares.to_crs(4326), folder / f"a.{suffix}")
    monkeypatch.setattr(vector_source, "FIELD_LIMIT", 1)
    with pytest.raises(InputError, match=rf"a\.{suffix}: more than 1 fields; keep the columns"):
        load_vector(path)


def test_damaged_files_are_told_plainly(squares, folder):
    for suffix in ("gpkg", "fgb", "geojson", "parquet"):
        path = write(squares, folder / f"a.{suffix}")
        path.write_bytes(path.read_bytes()[:200])
        with pytest.raises(InputError, match=r"could not be read|is damaged|no layer with"):
            load_vector(path)


def test_bytes_that_are_no_utf8_are_refused_at_once(squares, folder):
    path = folder / "a.gpkg"
    pyogrio.write_dataframe(squares, path, layer_options={"SPATIAL_INDEX": "NO"})
    with sqlite3.connect(path) as database:
        database.execute("update a set xa = cast(x'4cbe63' as text) where n = 1")
    database.close()
    with pytest.raises(InputError, match=r"could not be read|the GeoPackage is damaged"):
        load_vector(path)


def announce(path: Path, records: int) -> None:
    """Let a GeoPackage announce another number of records than it has."""
    with closing(sqlite3.connect(path)) as database:
        database.execute("UPDATE gpkg_ogr_contents SET feature_count = ?", (records,))
        database.commit()


@pytest.mark.parametrize("announced", [0, 2, 9])
@pytest.mark.parametrize("curved", [False, True])
def test_the_records_of_a_geopackage_are_counted_not_believed(squares, folder, announced, curved):
    path = folder / "a.gpkg"
    pyogrio.write_dataframe(squares, path, layer_options={"SPATIAL_INDEX": "NO"})
    if curved:
        with closing(sqlite3.connect(path)) as database:
            database.execute("INSERT INTO a (geom, xa, n) VALUES (?, 'Na', 4)", (CIRCLE,))
            database.commit()
    announce(path, announced)
    assert describe_vector(path).count == 3 + curved
    read = load_vector(path)
    assert len(read) == 3 + curved
    assert read.attrs["curved"] is curved


def test_deleted_rows_of_a_shapefile_are_not_missing(squares, folder):
    path = write(squares, folder / "a.shp")
    table = path.with_suffix(".dbf")
    content = bytearray(table.read_bytes())
    first, length = struct.unpack("<HH", content[8:12])
    content[first + length] = ord("*")
    table.write_bytes(content)
    assert describe_vector(path).count == 2
    assert load_vector(path)["n"].tolist() == [1, 3]


def test_a_field_named_like_the_geometry_is_told(squares, folder):
    path = write(squares.assign(geometri="x"), folder / "a.gpkg")
    with closing(sqlite3.connect(path)) as database:
        database.execute('ALTER TABLE "a" RENAME COLUMN geometri TO geometry')
        database.commit()
    with pytest.raises(InputError, match=r"fields 'geometry' stand twice, or are called"):
        load_vector(path)
    assert load_vector(path, columns=["n"])["n"].tolist() == [1, 2, 3]


def test_a_field_name_twice_is_told(squares, folder):
    path = write(squares.assign(xb="x"), folder / "a.shp")
    table = path.with_suffix(".dbf")
    table.write_bytes(table.read_bytes().replace(b"xb\0", b"xa\0"))
    with pytest.raises(InputError, match=r"fields 'xa' stand twice"):
        load_vector(path)
    assert load_vector(path, columns=["n"])["n"].tolist() == [1, 2, 3]


@pytest.mark.parametrize("suffix", ["gpkg", "shp", "geojson", "mif", "fgb"])
def test_names_with_brackets_and_marks(squares, folder, suffix):
    path = write(squares, folder / f"a.{suffix}")
    strange = "(cũ) rừng [2025] #1 & 'x' 100%"
    for part in folder.glob("a.*"):
        part.rename(part.with_stem(strange))
    assert sorted(load_vector(folder / f"{strange}.{suffix}")["n"]) == [1, 2, 3]
    assert len(list_layers(path.with_stem(strange))) == 1


def put(source: Path, at: Path) -> Path:
    """Copy a layer with all its parts to a path of another name."""
    at.parent.mkdir(parents=True, exist_ok=True)
    for part in source.parent.glob(f"{source.stem}.*"):
        copy = shutil.copytree if part.is_dir() else shutil.copyfile
        copy(part, at.with_name(at.stem + part.suffix))
    return at


@pytest.mark.parametrize("suffix", FORMATS)
def test_a_path_is_taken_letter_by_letter(squares, folder, suffix, monkeypatch):
    right = write(squares, folder / f"đúng.{suffix}")
    wrong = write(squares.head(1), folder / f"sai.{suffix}")
    for number, (odd, decoys) in enumerate(ODD_NAMES.items()):
        here = folder / str(number)
        here.mkdir()
        monkeypatch.chdir(here)
        monkeypatch.setenv("HOME", str(here / "nhà"))
        path = Path(f"{odd}.{suffix}")
        put(right, here / path)
        for decoy in decoys:
            put(wrong, here / f"{decoy}.{suffix}")
        assert describe_vector(path).count == 3, odd
        assert sorted(load_vector(path)["n"]) == [1, 2, 3], odd


def test_a_member_of_an_archive_is_taken_letter_by_letter(squares, folder, monkeypatch):
    for name, frame in (("đúng", squares), ("sai", squares.head(1))):
        write(frame, folder / f"{name}.shp")
    monkeypatch.chdir(folder)
    put(folder / "sai.shp", folder / "lô.shp")
    with zipfile.ZipFile(folder / "!gói.zip", "w") as archive:
        for part in folder.glob("đúng.*"):
            archive.write(part, f"!mới/!lô{part.suffix}")
    assert list_layers("!gói.zip") == ["!lô"]
    assert load_vector("!gói.zip")["n"].tolist() == [1, 2, 3]


@pytest.mark.parametrize("suffix", ["gpkg", "shp", "geojson", "fgb"])
def test_a_layer_is_written_letter_by_letter(squares, folder, suffix, monkeypatch):
    monkeypatch.chdir(folder)
    for place in ("!mới", "mới"):
        (folder / place).mkdir()
    other = write(squares.head(1), folder / "mới" / f"lô.{suffix}")
    kept = other.read_bytes()
    write_frame(squares, folder / "!mới" / f"lô.{suffix}")
    assert other.read_bytes() == kept
    assert sorted(load_vector(folder / "!mới" / f"lô.{suffix}")["n"]) == [1, 2, 3]


def test_a_name_that_pyogrio_would_read_in_another_way_is_refused(squares, folder, monkeypatch):
    """Should another release of it parse all names, no other file is read unseen."""
    path = put(write(squares, folder / "lô.gpkg"), folder / "!lô.gpkg")
    monkeypatch.setattr(vector_source, "vsi_path", lambda name: name.rpartition("!")[2])
    assert len(load_vector(folder / "lô.gpkg")) == 3
    with pytest.raises(InputError, match=r"!lô\.gpkg: .* take this name for 'lô\.gpkg'; give"):
        load_vector(path)


def test_a_layer_name_with_brackets(squares, folder):
    path = write(squares, folder / "a.gpkg")
    with closing(sqlite3.connect(path)) as database:
        database.execute('ALTER TABLE "a" RENAME TO "(cũ) ""rừng"" 2025"')
        for table in ("gpkg_contents", "gpkg_geometry_columns", "gpkg_ogr_contents"):
            database.execute(f"UPDATE {table} SET table_name = '(cũ) \"rừng\" 2025'")  # noqa: S608
        database.commit()
    assert list_layers(path) == ['(cũ) "rừng" 2025']
    assert load_vector(path)["n"].tolist() == [1, 2, 3]


def test_a_byte_in_the_schema_of_a_geopackage_is_one_line(squares, folder):
    path = write(squares, folder / "a.gpkg")
    content = path.read_bytes()
    at = content.index(b'"xa" TEXT') + 1
    path.write_bytes(content[:at] + b"\xff" + content[at + 1 :])
    with pytest.raises(InputError, match="the GeoPackage is damaged") as caught:
        load_vector(path)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "view",
    [
        "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT a.* FROM a, c",
        "SELECT a.* FROM a, a b, a c, a d, a e, a f, a g, a h, a i, a j, a k, a l, a m, a n, a o",
        "SELECT a.*, hex(zeroblob(200000000)) AS much FROM a",
    ],
)
def test_a_view_without_end_is_one_line(squares, folder, monkeypatch, view):
    monkeypatch.setattr("layers.io.vector_source._VIEW_STEPS", 20_000_000)
    path = write(squares, folder / "a.gpkg")
    with closing(sqlite3.connect(path)) as database:
        database.execute(f"CREATE VIEW v AS {view}")
        database.commit()
    with pytest.raises(InputError, match=r"the view 'v' of the GeoPackage is not read to its end"):
        load_vector(path, layer="a")


def test_a_column_that_is_worked_out_without_end_is_one_line(squares, folder, monkeypatch):
    monkeypatch.setattr(vector_source, "_VIEW_VALUE_BYTES", 100_000)
    path = write(squares, folder / "a.gpkg")
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("ALTER TABLE a ADD COLUMN m INTEGER AS (n * 2)")
    assert load_vector(path)["m"].tolist() == [2, 4, 6]
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("ALTER TABLE a ADD COLUMN t TEXT AS (hex(zeroblob(60000)))")
    with pytest.raises(InputError, match=r"a\.gpkg: .*'a'"):
        load_vector(path, columns=["n"])


def test_an_archive_that_swells_from_almost_nothing_is_refused(squares, folder, monkeypatch):
    path = write(squares, folder / "a.zip")
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("b.txt", bytes(2_000_000))
    assert len(load_vector(path)) == 3
    monkeypatch.setattr(vector_source, "_SWOLLEN_BYTES", 1_000_000)
    with pytest.raises(InputError, match=r"a\.zip: 0\.0 MB unpack to 2 MB; no layer does that"):
        load_vector(path)


def test_an_archive_whose_members_share_their_bytes_is_refused(squares, folder, monkeypatch):
    """Each has little more than its packed size; together they have many times the file's."""
    path = write(squares, folder / "a.zip")
    words = random.Random(1).randbytes(3000).hex().encode()  # packs to half
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("b.txt", words)
    data = path.read_bytes()
    end = data.rindex(b"PK\x05\x06")
    entry = data[data.rindex(b"PK\x01\x02") : end]
    monkeypatch.setattr(vector_source, "_SWOLLEN_BYTES", 100_000)
    monkeypatch.setattr(vector_source, "_SWOLLEN_TIMES", 5)
    assert len(load_vector(path)) == 3
    count, size = (
        struct.unpack_from(kind, data, end + at)[0] for kind, at in (("<H", 8), ("<I", 12))
    )
    tail = bytearray(data[end:])
    struct.pack_into("<HHI", tail, 8, count + 200, count + 200, size + 200 * len(entry))
    path.write_bytes(data[:end] + 200 * entry + bytes(tail))
    with pytest.raises(InputError, match=r"a\.zip: .* MB unpack to 1 MB; no layer does that"):
        load_vector(path)


def test_a_plain_view_and_a_broken_one_stop_nobody(squares, folder):
    path = write(squares, folder / "a.gpkg")
    with closing(sqlite3.connect(path)) as database:
        database.execute("CREATE VIEW whole AS SELECT * FROM a WHERE n > 1")
        database.execute("CREATE VIEW broken AS SELECT * FROM gone")
        database.commit()
    assert load_vector(path, layer="a")["n"].tolist() == [1, 2, 3]


def test_an_archive_that_swells_is_refused(folder):
    path = folder / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(5):
            archive.writestr(f"{number}.shp", b"")
    content = path.read_bytes()
    # The directory at the end tells each member's size (24 bytes after its mark).
    for found in re.finditer(b"PK\x01\x02", content):
        at = found.start() + 24
        content = content[:at] + struct.pack("<I", 2**30) + content[at + 4 :]
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"would unpack to 5 files of 5 GiB; at most 10000 files"):
        load_vector(path)


@pytest.mark.parametrize("text", ['PROJCS["VN-2000', "PROJCS[]", 'GEOGCS["a"]'])
def test_a_layer_with_a_broken_prj_is_read_as_one_without(squares, folder, text):
    path = write(squares, folder / "a.shp")
    whole = load_vector(path)
    path.with_suffix(".prj").write_text(text, "utf-8")
    about = describe_vector(path)
    assert (about.crs, about.source, about.count) == (None, "a.shp", len(squares))
    read = load_vector(path)
    assert read.crs is None
    assert read.drop(columns="geometry").equals(whole.drop(columns="geometry"))
    assert read.geometry.to_wkb().equals(whole.geometry.to_wkb())
    path.with_suffix(".dbf").write_bytes(b"")  # what else is at fault is told as before
    with pytest.raises(InputError, match=r"a\.shp"):
        load_vector(path)


def test_text_of_a_parquet_layer_is_looked_at(squares, folder):
    path = folder / "a.parquet"
    squares.to_parquet(path, compression="none")
    content = path.read_bytes()
    path.write_bytes(content.replace("Hữu Lũng".encode(), b"\x80" * len("Hữu Lũng".encode())))
    with pytest.raises(InputError, match=r"a\.parquet: could not be read .*UTF8"):
        load_vector(path)


def test_a_file_geodatabase_with_wrong_bytes_is_read_whole_or_refused(squares, folder):
    path = write(squares, folder / "a.gdb")
    rng = random.Random(1)
    refused = 0
    parts = [part for part in sorted(path.iterdir()) if part.stat().st_size]
    for _ in range(60):
        part = rng.choice(parts)
        whole = part.read_bytes()
        part.write_bytes(change_bytes(whole, rng))
        try:
            assert len(load_vector(path)) == 3, part
        except (InputError, MissingFileError):
            refused += 1
        part.write_bytes(whole)
    assert refused > 3
    (path / "a00000009.gdbtable").write_bytes(b"")
    with pytest.raises(InputError, match="has neither fields nor records; the geodatabase is"):
        load_vector(path)


def test_flatgeobuf_without_some_geometry(squares: gpd.GeoDataFrame, tmp_path: Path) -> None:
    """A record without geometry between others once ended the process."""
    shapes = squares.geometry.to_numpy().copy()
    shapes[0] = None
    path = tmp_path / "thiếu hình.fgb"
    holed = squares.set_geometry(gpd.GeoSeries(shapes, crs=squares.crs))
    holed.to_file(path, driver="FlatGeobuf", SPATIAL_INDEX="NO")
    assert load_vector(path).geometry.isna().tolist() == [True, *[False] * (len(squares) - 1)]


@pytest.mark.skipif(sys.platform == "win32", reason="pipes have names on POSIX")
@pytest.mark.parametrize(
    ("suffix", "part"),
    [("shp", "a.prj"), ("shp", "a.qix"), ("gpkg", "a.gpkg-wal"), ("gdb", "a.gdb/timestamps2"),
     ("mif", "a.ind"), ("fgb", "a.fgb.aux.xml")],
)  # fmt: skip
def test_a_pipe_among_the_parts_of_a_layer_is_not_waited_for(squares, folder, suffix, part):
    path = write(squares, folder / f"a.{suffix}")
    (folder / part).unlink(missing_ok=True)
    os.mkfifo(folder / part)
    with pytest.raises(InputError, match="opened along: it is a pipe"):
        load_vector(path)


@pytest.mark.skipif(sys.platform == "win32", reason="links need a right of their own there")
@pytest.mark.parametrize(("suffix", "part"), [("shp", "a.dbf"), ("gdb", "a.gdb/timestamps")])
def test_a_part_that_is_a_link_out_of_the_folder_is_refused(squares, folder, suffix, part):
    home, elsewhere = folder / "home", folder / "elsewhere"
    home.mkdir()
    elsewhere.mkdir()
    path = write(squares, home / f"a.{suffix}")
    inner = elsewhere if suffix == "gdb" else home  # within its own folder it is of the layer
    (home / part).rename(inner / "b")
    (home / part).symlink_to(inner / "b")
    if suffix == "shp":
        assert len(load_vector(path)) == len(squares)
        (home / "b").rename(elsewhere / "b")
        (home / part).unlink()
        (home / part).symlink_to(elsewhere / "b")
    with pytest.raises(InputError, match="is a link out of its folder"):
        load_vector(path)


@pytest.mark.parametrize(
    ("ending", "remedy"),
    [
        (".dgn", "open it in QGIS and export"),
        (".gml", "open it in QGIS and export"),
        (".rar", "unpack it"),
        (".xlsx", "kind: report"),
        (".docx", "kind: report"),
        (".dbf", r"\.shp"),
    ],
)
def test_a_file_that_is_no_layer_is_refused_with_what_to_do(
    ending: str, remedy: str, tmp_path: Path
) -> None:
    path = tmp_path / f"rung{ending}"
    path.write_bytes(b"x")
    with pytest.raises(InputError, match=remedy):
        load_vector(path)
