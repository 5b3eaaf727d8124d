"""One huge text or shape is told before a driver makes it: a layer of few records fills memory."""

from __future__ import annotations

import json
import sqlite3
import struct
from contextlib import closing
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyogrio
import pytest
import shapely

from layers.base.errors import InputError
from layers.io import large_values
from layers.io.flatgeobuf import record_sizes
from layers.io.vector import described_file, list_layers, load_vector
from layers.io.vector_batches import vector_parts

DRIVERS = {".gdb": "OpenFileGDB", ".mif": "MapInfo File", ".geojson": "GeoJSON"}
#: A .dbf holds at most 254 bytes in a cell, and a table of MapInfo no more.
LONG = (".gpkg", ".gdb", ".fgb", ".geojson", ".parquet")


@pytest.fixture
def plots() -> gpd.GeoDataFrame:
    shapes = [shapely.box(i, 0, i + 1, 1) for i in range(4)]
    table = {"code": ["RSX"] * 4, "note": ["a", None, 'Lộc "Bình" \\', "b"], "ha": [1.5] * 4}
    return gpd.GeoDataFrame(table, geometry=shapes, crs=9215)


def written(plots: gpd.GeoDataFrame, path: Path) -> Path:
    if path.suffix == ".parquet":
        plots.to_parquet(path)
    else:
        frame = plots.to_crs(4326) if path.suffix == ".geojson" else plots
        pyogrio.write_dataframe(frame, path, driver=DRIVERS.get(path.suffix), encoding="UTF-8")
    return path


def first_part(path: Path, *, apart: bool = True) -> object:
    """First part of a layer that is read a part at a time, with its code."""
    with described_file(path, None) as described:
        return next(iter(vector_parts(described, ["code"], apart=apart, checked=False)))


@pytest.mark.parametrize("suffix", LONG)
def test_one_long_text_is_told(
    plots: gpd.GeoDataFrame, folder: Path, suffix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    plots.loc[2, "note"] = "ă" * 600
    path = written(plots, folder / f"a{suffix}")
    assert load_vector(path)["note"].str.len().max() == 600
    monkeypatch.setattr(large_values, "VALUE_BYTES", 1200)
    if suffix != ".fgb":  # which tells the fields of a record only together
        assert len(load_vector(path)) == 4
    monkeypatch.setattr(large_values, "VALUE_BYTES", 1199)
    with pytest.raises(InputError, match=rf"a\{suffix}: a value of 0\.0 MB or more in field"):
        load_vector(path)


@pytest.mark.parametrize("suffix", [".gpkg", ".gdb", ".parquet"])
def test_a_field_that_is_not_read_may_hold_what_it_likes(
    plots: gpd.GeoDataFrame, folder: Path, suffix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    plots.loc[2, "note"] = "a" * 5000
    path = written(plots, folder / f"a{suffix}")
    monkeypatch.setattr(large_values, "VALUE_BYTES", 1000)
    assert load_vector(path, columns=["code"])["code"].tolist() == ["RSX"] * 4
    with pytest.raises(InputError, match="a value of"):
        load_vector(path, columns=["note"])


@pytest.mark.parametrize("suffix", [".gpkg", ".gdb", ".fgb", ".parquet", ".shp"])
def test_one_shape_of_too_many_corners_is_told(
    plots: gpd.GeoDataFrame, folder: Path, suffix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    circle = shapely.Point(0, 0).buffer(100, quad_segs=100)
    frame = plots
    path = written(frame.set_geometry([*frame.geometry[:3], circle]), folder / f"a{suffix}")
    assert len(load_vector(path)) == 4
    monkeypatch.setattr(large_values, "VALUE_BYTES", 500)
    monkeypatch.setattr(large_values, "SHAPE_BYTES", 1000)
    with pytest.raises(InputError, match=rf"a\{suffix}: a value of .* MB .* above the 0\.001 MB"):
        load_vector(path)


@pytest.mark.parametrize("suffix", [*LONG, ".shp", ".mif", ".tab"])
def test_all_texts_together_are_told(
    plots: gpd.GeoDataFrame, folder: Path, suffix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = plots.assign(code="")
    many = gpd.GeoDataFrame(
        {"code": [f"{i:03}" + "a" * 197 for i in range(500)]},
        geometry=[shapely.box(0, 0, 1, 1)] * 500, crs=9215,
    )  # fmt: skip
    monkeypatch.setattr(large_values, "WHOLE_BYTES", 60_000)
    monkeypatch.setattr(large_values, "_PART_OF_FILE", 0.01)
    monkeypatch.setattr(large_values, "VALUE_BYTES", 50_000)
    assert len(load_vector(written(few.drop(columns="note"), folder / f"few{suffix}"))) == 4
    path = written(many, folder / f"many{suffix}")
    with pytest.raises(InputError, match=rf"many\{suffix}: its texts take more than|of a group"):
        load_vector(path)


def test_few_records_that_fill_a_group_of_a_parquet_file(
    plots: gpd.GeoDataFrame, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = written(plots, folder / "a.parquet")
    monkeypatch.setattr(large_values, "WHOLE_BYTES", 100)
    monkeypatch.setattr(large_values, "_GROUP_RECORD_BYTES", 10)
    for read in (load_vector, list_layers, first_part):
        with pytest.raises(InputError, match=r"a\.parquet: 4 records of a group take .*row_group"):
            read(path)


@pytest.mark.parametrize("suffix", [".gpkg", ".fgb", ".parquet"])
def test_a_file_that_is_read_in_batches_is_looked_at_as_well(
    plots: gpd.GeoDataFrame, folder: Path, suffix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    plots.loc[1, "code"] = "a" * 5000
    path = written(plots, folder / f"a{suffix}")
    monkeypatch.setattr(large_values, "VALUE_BYTES", 1000)
    with pytest.raises(InputError, match="a value of"):
        first_part(path)


@pytest.mark.parametrize("block", [1, 2, 3, 7, 1 << 20])
def test_texts_of_geojson_are_measured_block_by_block(
    folder: Path, block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = ["", "a", 'q"q', "\\", "\\\\", '\\"', "x" * 40, "ghi chú: {"]
    (folder / "a.geojson").write_text(
        json.dumps([{"a long key": one} for one in text], ensure_ascii=False), "utf-8"
    )
    monkeypatch.setattr(large_values, "_BLOCK", block)
    found = list(large_values._of_geojson(folder / "a.geojson"))
    assert max(longest for _, longest, _ in found) == 40
    # What a backslash escapes is not counted, and a key only where a block ends behind it.
    whole = 1 + 2 + 40 + len("ghi chú: {".encode())
    keys = 10 * len(text)
    assert whole <= sum(together for *_, together in found) <= whole + keys
    if block > 1000:
        assert sum(together for *_, together in found) == whole


@pytest.mark.parametrize("indexed", ["YES", "NO"])
def test_records_of_flatgeobuf_are_where_the_file_has_them(
    plots: gpd.GeoDataFrame, folder: Path, indexed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = folder / "a.fgb"
    many = plots.loc[np.arange(250) % 4].reset_index(drop=True)
    pyogrio.write_dataframe(many, path, driver="FlatGeobuf", spatial_index=indexed)
    monkeypatch.setattr("layers.io.flatgeobuf.BATCH", 100)
    parts = list(record_sizes(path))
    assert [len(fields) for fields, _ in parts] == [100, 100, 50]
    # A field is its number (2 bytes) and its value; a text has its length (4) before it.
    plain = 2 + 4 + 3 + 2 + 8
    noted = [6 + len(text.encode()) if isinstance(text, str) else 0 for text in many["note"]]
    found = np.concatenate([fields for fields, _ in parts])
    assert sorted(found.tolist()) == sorted(plain + noted for noted in noted)


@pytest.mark.parametrize("count", [1, 2, 16, 17, 256, 257])
def test_no_number_of_records_hides_where_they_begin(
    plots: gpd.GeoDataFrame, folder: Path, count: int
) -> None:
    """A zone alone in its file was refused: its index has a node above the one of the record."""
    path = folder / "a.fgb"
    some = plots.loc[np.zeros(count, dtype="int64")].reset_index(drop=True)
    pyogrio.write_dataframe(some, path, driver="FlatGeobuf", spatial_index="YES")
    assert sum(len(fields) for fields, _ in record_sizes(path)) == count
    assert len(load_vector(path)) == count


def test_a_flatgeobuf_that_lies_is_told(plots: gpd.GeoDataFrame, folder: Path) -> None:
    path = folder / "a.fgb"
    pyogrio.write_dataframe(plots, path, driver="FlatGeobuf", spatial_index="NO")
    data = path.read_bytes()
    (head,) = struct.unpack_from("<I", data, 8)
    for at, value in ((12 + head, 2**31), (8, 2**31), (12 + head + 4, 2**31)):
        path.write_bytes(data[:at] + struct.pack("<I", value) + data[at + 4 :])
        with pytest.raises(InputError, match=r"a\.fgb: could not be read"):
            load_vector(path)


@pytest.mark.parametrize("apart", [True, False])
def test_one_shape_that_stands_in_many_records_is_told_wherever_it_is_read(
    plots: gpd.GeoDataFrame, folder: Path, apart: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = written(plots.iloc[np.zeros(20_000, dtype=int)], folder / "a.parquet")
    assert first_part(path, apart=apart)
    monkeypatch.setattr(large_values, "WHOLE_BYTES", 900_000)
    with pytest.raises(InputError, match="unpack to more than"):
        first_part(path, apart=apart)


@pytest.mark.parametrize("suffix", [".gpkg", ".fgb"])
def test_of_a_layer_in_parts_a_batch_counts_and_not_the_whole(
    plots: gpd.GeoDataFrame, folder: Path, suffix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A FlatGeobuf of more than 400 MB of texts was refused where no more than a part was held."""
    many = plots.loc[np.arange(200) % 4].assign(code="abcdefghij").reset_index(drop=True)
    path = written(many, folder / f"a{suffix}")
    monkeypatch.setattr(large_values, "WHOLE_BYTES", 1500)
    monkeypatch.setattr(large_values, "_PART_OF_FILE", 0)
    monkeypatch.setattr(large_values, "BATCH", 20)
    monkeypatch.setattr("layers.io.flatgeobuf.BATCH", 20)
    with pytest.raises(InputError, match="its texts take more than"):
        load_vector(path)
    assert first_part(path) is not None
    monkeypatch.setattr(large_values, "WHOLE_BYTES", 199)
    with pytest.raises(InputError, match="its texts take more than"):
        first_part(path)


def test_a_view_that_gives_one_shape_again_and_again(
    plots: gpd.GeoDataFrame, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = written(plots.assign(fid=range(4)), folder / "a.gpkg")
    with closing(sqlite3.connect(path)) as database:
        for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'"):
            database.execute(f'DROP TRIGGER "{name}"')
        database.execute("ALTER TABLE a RENAME TO base")
        database.execute("CREATE VIEW a AS SELECT x.* FROM base x, base y, base z, base u, base v")
        database.commit()
    monkeypatch.setattr(large_values, "WHOLE_BYTES", 1000)
    with pytest.raises(InputError, match="its texts and shapes unpack to more than"):
        load_vector(path)


def test_shapes_that_a_geodatabase_packs_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A corner takes 16 bytes in memory, and some 4 in the file."""
    turns = np.linspace(0, 2 * np.pi, 400, endpoint=False)
    circle = np.column_stack([600_000 + 100 * np.cos(turns), 2_400_000 + 100 * np.sin(turns)])
    shapes = [shapely.Polygon(circle + np.array([300 * number, 0])) for number in range(1000)]
    path = tmp_path / "plots.gdb"
    frame = gpd.GeoDataFrame({"name": ["a"] * 1000}, geometry=shapes, crs=3405)
    pyogrio.write_dataframe(frame, path, driver="OpenFileGDB")
    size = sum(part.stat().st_size for part in path.iterdir())
    assert 2 * size < 1000 * 400 * 16
    monkeypatch.setattr(large_values, "WHOLE_BYTES", 100_000)
    assert len(load_vector(path)) == 1000
