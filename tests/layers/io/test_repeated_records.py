"""An index that names one record again and again, or a huge one, is told before a driver reads."""

from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pyogrio
import pytest
import shapely

from layers.base.errors import InputError
from layers.io import repeated_records
from layers.io.vector import list_layers, load_vector

DRIVERS = {".gdb": "OpenFileGDB", ".tab": "MapInfo File", ".shp": "ESRI Shapefile"}
COUNT = 8


@pytest.fixture
def layer(folder: Path) -> Callable[[str], Path]:
    shapes = [shapely.box(i, 0, i + 1, 1 + i / 10) for i in range(COUNT)]
    frame = gpd.GeoDataFrame({"ten": ["a"] * COUNT}, geometry=shapes, crs=9215)

    def write(suffix: str) -> Path:
        path = folder / f"a{suffix}"
        pyogrio.write_dataframe(frame, path, driver=DRIVERS[suffix])
        return path

    return write


def user_table(path: Path) -> tuple[Path, Path]:
    """Index and table of the plots in a file geodatabase."""
    index = max(path.glob("*.gdbtablx"), key=lambda item: item.name)
    return index, index.with_suffix(".gdbtable")


def rewritten(path: Path, place: int, data: bytes) -> None:
    held = bytearray(path.read_bytes())
    held[place : place + len(data)] = data
    path.write_bytes(bytes(held))


@pytest.mark.parametrize("suffix", DRIVERS)
def test_a_layer_as_it_is_written_is_read(suffix: str, layer: Callable[[str], Path]) -> None:
    assert len(load_vector(layer(suffix))) == COUNT


@pytest.mark.parametrize("deleted", [1, COUNT - 1])
def test_a_geodatabase_with_deleted_records_is_read(
    deleted: int, layer: Callable[[str], Path]
) -> None:
    path = layer(".gdb")
    index, table = user_table(path)
    width = struct.unpack("<I", index.read_bytes()[12:16])[0]
    rewritten(index, 16, bytes(width * deleted))
    rewritten(table, 4, struct.pack("<I", COUNT - deleted))
    assert len(load_vector(path)) == COUNT - deleted


def test_a_geodatabase_that_names_one_record_again_and_again(
    layer: Callable[[str], Path],
) -> None:
    path = layer(".gdb")
    index, _ = user_table(path)
    head = index.read_bytes()[:16]
    width = struct.unpack("<I", head[12:16])[0]
    first = index.read_bytes()[16 : 16 + width]
    rewritten(index, 0, head[:8] + struct.pack("<I", 1024) + head[12:] + first * 1024)
    with pytest.raises(InputError, match=r"a\.gdb: its index names 1,024 records of .* again"):
        list_layers(path)


@pytest.mark.parametrize(
    ("size", "told"),
    [
        (2**31 - 1, "a value of 2,147.5 MB or more"),
        (100_000_001, "a value of 100.0 MB or more"),
        (100_000_000, "one record again and again, or one that is not there"),
        (50_000, "one record again and again, or one that is not there"),
    ],
)
def test_a_record_of_a_geodatabase_that_is_longer_than_its_table(
    size: int, told: str, layer: Callable[[str], Path]
) -> None:
    path = layer(".gdb")
    index, table = user_table(path)
    held = index.read_bytes()
    width = struct.unpack("<I", held[12:16])[0]
    place = int.from_bytes(held[16 : 16 + width], "little")
    rewritten(table, place, struct.pack("<I", size))
    with pytest.raises(InputError, match=told):
        list_layers(path)


def test_a_record_of_a_geodatabase_beyond_its_table(layer: Callable[[str], Path]) -> None:
    path = layer(".gdb")
    index, _ = user_table(path)
    rewritten(index, 16, b"\xff\xff\xff\x7f")
    with pytest.raises(InputError, match="8 records expected, only 7 could be read"):
        load_vector(path)


def test_a_geodatabase_that_announces_too_many_records(
    layer: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = layer(".gdb")
    index, _ = user_table(path)
    rewritten(index, 8, struct.pack("<I", 5000))
    assert len(load_vector(path)) == COUNT
    monkeypatch.setattr(repeated_records, "RECORDS", 4999)
    with pytest.raises(InputError, match="announces more than 4,999 records"):
        list_layers(path)


def test_a_shapefile_that_names_one_shape_again_and_again(layer: Callable[[str], Path]) -> None:
    path = layer(".shp")
    index, table = path.with_suffix(".shx"), path.with_suffix(".dbf")
    held, rows = index.read_bytes(), table.read_bytes()
    first, length = struct.unpack("<HH", rows[8:12])
    index.write_bytes(held[:100] + held[100:108] * 100)
    row = rows[first : first + length]
    table.write_bytes(rows[:4] + struct.pack("<I", 100) + rows[8:first] + row * 100)
    with pytest.raises(InputError, match=r"a\.shp: its \.shx leads 99 records .*first: 2, 3"):
        load_vector(path)


def entries(index: Path) -> list[tuple[int, int]]:
    """Places and lengths of a Shapefile's records, in words of two bytes."""
    return list(struct.iter_unpack(">II", index.read_bytes()[100:]))


def test_a_shapefile_index_whose_lengths_count_the_heads_is_read(
    layer: Callable[[str], Path],
) -> None:
    path = layer(".shp")
    index = path.with_suffix(".shx")
    held = load_vector(path).geometry
    longer = [struct.pack(">II", place, length + 4) for place, length in entries(index)]
    rewritten(index, 100, b"".join(longer))
    assert load_vector(path).geometry.geom_equals(held).all()


@pytest.mark.parametrize(("place", "length"), [(0, None), (0, 0), (10, None), (-1, None)])
def test_a_shapefile_index_that_leads_into_another_record_is_refused(
    place: int, length: int | None, layer: Callable[[str], Path]
) -> None:
    """Record 4 at the place of record 3, the same without a length, in its middle, at its end."""
    path = layer(".shp")
    index = path.with_suffix(".shx")
    start, long = entries(index)[2]
    long = long if length is None else length
    there = start + (place if place >= 0 else long + place)
    rewritten(index, 116, struct.pack(">IIII", start, long, there, long))
    with pytest.raises(InputError, match="leads 1 record "):
        load_vector(path)


def test_a_mapinfo_table_that_names_one_shape_again_and_again(
    layer: Callable[[str], Path],
) -> None:
    path = layer(".tab")
    index = path.with_suffix(".id")
    index.write_bytes(index.read_bytes()[:4] * COUNT)
    with pytest.raises(InputError, match=r"a\.tab: its index names 8 records"):
        load_vector(path)
