"""A field of numbers that holds something else is told: no driver's 0 or 7 passes for hectares."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from layers.base.errors import InputError
from layers.io.vector import described_file, load_vector
from layers.io.vector_batches import vector_parts

FUNCTIONS = {"ST_IsEmpty": 0, "ST_MinX": 0.0, "ST_MaxX": 0.0, "ST_MinY": 0.0, "ST_MaxY": 0.0}


@pytest.fixture
def plots() -> gpd.GeoDataFrame:
    shapes = [shapely.box(i, 0, i + 1, 1) for i in range(3)]
    table = {"xã": ["Lộc Bình", "Na Sầm", "a"], "ha": [1.5, 2.5, -3.5], "n": [1, 2, 3]}
    return gpd.GeoDataFrame(table, geometry=shapes, crs=9215)


def in_geopackage(plots: gpd.GeoDataFrame, folder: Path, *changes: str) -> Path:
    path = folder / "lô.gpkg"
    plots.astype({"n": "int16"}).to_file(path, layer="lô")
    with closing(sqlite3.connect(path)) as database, database:
        for name, value in FUNCTIONS.items():
            database.create_function(name, 1, lambda _, value=value: value)
        for change in changes:
            database.execute(change)
    return path


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("ha = '7,25'", r"'ha' .*row 2: '7,25'"),
        ("ha = 'mười'", r"'ha' .*row 2: 'mười'"),
        ("ha = x'3132'", r"'ha' .*row 2: '12'"),
        ("n = 2.5", r"'n' .*row 2: '2.5'"),
        ("n = 70000", r"'n' .*row 2: '70000'"),
        ("n = 'hai'", r"'n' .*row 2: 'hai'"),
    ],
)
def test_a_geopackage(plots: gpd.GeoDataFrame, folder: Path, change: str, told: str) -> None:
    path = in_geopackage(plots, folder, f'UPDATE "lô" SET {change} WHERE fid = 2')  # noqa: S608
    with pytest.raises(InputError, match=rf"lô\.gpkg: field {told}"):
        load_vector(path)
    with described_file(path, None) as described, pytest.raises(InputError, match=told):
        next(vector_parts(described, ["ha", "n"], apart=True, checked=False))
    assert len(load_vector(path, columns=["xã"])) == 3


def test_a_geopackage_of_numbers_and_blanks(plots: gpd.GeoDataFrame, folder: Path) -> None:
    path = in_geopackage(
        plots,
        folder,
        'UPDATE "lô" SET ha = 3, n = NULL WHERE fid = 1',
        'CREATE VIEW "khung nhìn" AS SELECT * FROM "lô"',
        "INSERT INTO gpkg_contents (table_name, data_type, identifier, srs_id) "
        "SELECT 'khung nhìn', data_type, 'v', srs_id FROM gpkg_contents",
        "INSERT INTO gpkg_geometry_columns SELECT 'khung nhìn', column_name, geometry_type_name, "
        "srs_id, z, m FROM gpkg_geometry_columns",
    )
    assert load_vector(path, layer="lô")["ha"].tolist() == [3, 2.5, -3.5]
    assert load_vector(path, layer="khung nhìn")["n"].isna().tolist() == [True, False, False]


def in_text(plots: gpd.GeoDataFrame, folder: Path, kind: str, old: bytes, new: bytes) -> Path:
    path = folder / f"a.{kind}"
    plots.rename(columns={"xã": "xa"}).to_file(path, engine="pyogrio")
    table = path.with_suffix({"shp": ".dbf", "mif": ".mid"}[kind])
    data = table.read_bytes()
    at = data.rindex(old)
    new = new.ljust(len(old)) if kind == "shp" else new
    table.write_bytes(data[:at] + new + data[at + len(old) :])
    return path


@pytest.mark.parametrize("kind", ["shp", "mif"])
@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (b"2.5", b"2,5", r"'ha' .*row 2: '2,5"),
        (b"-3.5", b"abc", r"'ha' .*row 3: 'abc"),
        (b"2.5", b"1-2", r"'ha' .*row 2: '1-2"),
        (b"2.5", b"1 2", r"'ha' .*row 2: '1 2"),
        (b"2.5", b"nan", r"'ha' .*row 2: 'nan"),
        (b"2.5", b".", r"'ha' .*row 2: '\."),
    ],
)
def test_figures_as_text(
    plots: gpd.GeoDataFrame, folder: Path, kind: str, old: bytes, new: bytes, told: str
) -> None:
    if kind == "shp":  # zeros fill the cell: 2.500000000000000
        old, new = old + b"0" * 14, new
    elif b"," in new:
        new = b'"' + new + b'"'
    path = in_text(plots, folder, kind, old, new)
    with pytest.raises(InputError, match=rf"a\.{kind}: field {told}"):
        load_vector(path)
    assert len(load_vector(path, columns=["xa"])) == 3


def test_whole_numbers_as_text(plots: gpd.GeoDataFrame, folder: Path) -> None:
    for kind, cell in (("shp", b"                 2"), ("mif", b",2\n")):
        whole = {"shp": b"               2.0", "mif": b",2.0\n"}[kind]
        assert load_vector(in_text(plots, folder, kind, cell, whole))["n"].tolist() == [1, 2, 3]
        part = {"shp": b"               2.5", "mif": b",2.5\n"}[kind]
        with pytest.raises(InputError, match=r"field 'n' .*row 2: '2\.5'"):
            load_vector(in_text(plots, folder, kind, cell, part))
        blank = {"shp": b"*" * 18, "mif": b",\n"}[kind]
        assert len(load_vector(in_text(plots, folder, kind, cell, blank))) == 3


@pytest.mark.parametrize("blank", [b" " * 17, b"\0" * 17, b"*" * 17, b"\0 " * 8 + b" "])
def test_blank_cells_of_a_dbf_are_no_figures(
    plots: gpd.GeoDataFrame, folder: Path, blank: bytes
) -> None:
    path = in_text(plots, folder, "shp", b"2.5" + b"0" * 14, blank)
    assert load_vector(path, columns=["n"])["n"].tolist() == [1, 2, 3]
    assert len(load_vector(path)) == 3


def test_a_deleted_record_is_not_read(plots: gpd.GeoDataFrame, folder: Path) -> None:
    path = in_text(plots, folder, "shp", b"2.5" + b"0" * 14, b"abc")
    table = path.with_suffix(".dbf")
    data = bytearray(table.read_bytes())
    first, length = (int.from_bytes(data[at : at + 2], "little") for at in (8, 10))
    data[first + length] = ord("*")
    table.write_bytes(data)
    assert load_vector(path, columns=["ha"])["ha"].tolist() == [1.5, -3.5]
