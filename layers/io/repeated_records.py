"""Records that the index of a layer names again and again, found before a driver reads them.

A few kilobytes of index can name one record a million times, or announce one of gigabytes: no
record is longer than a shape may be, and all together they take no more than their table has.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from layers.base.errors import InputError
from layers.io.vector_source import VectorSource, file_head, sibling

#: Most records of a layer, deleted ones too: drivers go through them one by one.
RECORDS = 50_000_000
_GEODATABASE_HEAD, _SHAPEFILE_HEAD = 16, 100
_WIDTHS = (4, 5, 6)
_BLOCK = 1 << 20
#: How many times its records may outgrow a table: one cut short is told by what is lost of it.
_TOLERANCE = 2

IntArray = np.ndarray[tuple[int, ...], np.dtype[np.int64]]


def refuse_repeated_records(source: VectorSource, most_bytes: int) -> None:
    """Refuse a layer whose index names more than there is, or records beyond so many bytes."""
    match source.driver:
        case "OpenFileGDB":
            for index in sorted(source.path.glob("*.gdbtablx")):
                table = index.with_suffix(".gdbtable")
                if table.is_file():
                    _refuse_records(source, index, table, most_bytes)
        case "ESRI Shapefile":
            _refuse_shapes(source)
        case "MapInfo File":
            _refuse_objects(source)


def _refuse_records(source: VectorSource, index: Path, table: Path, most_bytes: int) -> None:
    """Hold the index of a table of a file geodatabase against the table."""
    head = file_head(index, _GEODATABASE_HEAD)
    if len(head) < _GEODATABASE_HEAD:
        return
    _, blocks, announced, width = struct.unpack("<IIII", head)
    if width not in _WIDTHS:
        return
    places = min((index.stat().st_size - _GEODATABASE_HEAD) // width, blocks * 1024)
    if max(announced, places) > RECORDS:
        raise InputError("layers.io.many_records", source=source.name, most=RECORDS)
    size = table.stat().st_size
    if size < 4:
        return
    records = np.memmap(table, dtype=np.uint8, mode="r")
    count = together = 0
    for offsets in _offsets(index, places, width):
        offsets = offsets[
            offsets + 4 <= size
        ]  # of a table cut short the driver reads what is there
        lengths = records[offsets[:, None] + np.arange(4)].view("<u4").ravel().astype(np.int64)
        count, together = count + len(offsets), together + int(lengths.sum()) + 4 * len(offsets)
        if (longest := int(lengths.max(initial=0))) > most_bytes:
            about = {"source": source.name, "field": "*", "mb": longest / 1e6}
            raise InputError("layers.io.value_too_large", **about, most=most_bytes / 1e6)
        if together > _TOLERANCE * size:
            raise _shared(source, count, together, size)


def _offsets(index: Path, places: int, width: int) -> Iterator[IntArray]:
    """Places of the records in the table, many at a time; deleted ones have none."""
    with index.open("rb") as file:
        file.seek(_GEODATABASE_HEAD)
        while places > 0 and (block := file.read(width * min(places, _BLOCK))):
            rows = np.frombuffer(block[: len(block) // width * width], np.uint8).reshape(-1, width)
            padded = np.zeros((len(rows), 8), np.uint8)
            padded[:, :width] = rows
            offsets = padded.view("<i8").ravel()
            yield offsets[offsets > 0]
            places -= len(rows)


def _refuse_shapes(source: VectorSource) -> None:
    """Refuse an index that leads into one record twice: the plot of another would be lost."""
    index = sibling(source.path, ".shx")
    if index is None:
        return
    words = np.fromfile(index, dtype=">u4", offset=_SHAPEFILE_HEAD).astype(np.int64)
    places, lengths = words[: len(words) // 2 * 2].reshape(-1, 2).T
    rows = np.flatnonzero(places)  # a record without a shape may have no place
    rows = rows[np.argsort(places[rows], kind="stable")]
    # In words of two bytes. Lengths of some programs count the head of four words too.
    within = places[rows][1:] < places[rows][:-1] + np.maximum(lengths[rows][:-1], 1)
    if within.any():
        again = np.sort(rows[1:][within]) + 1
        raise InputError(
            "layers.io.index_repeats", source=source.name, count=len(again), rows=again.tolist()
        )


def _refuse_objects(source: VectorSource) -> None:
    """Hold the index of a MapInfo table, a place for each row, against itself."""
    index = sibling(source.path, ".id")
    if index is not None:
        places = np.fromfile(index, dtype="<u4")
        places = places[places > 0]
        if len(places) > _TOLERANCE * len(np.unique(places)):
            raise _shared(source, len(places), 4 * len(places), source.path.stat().st_size)


def _shared(source: VectorSource, count: int, together: float, size: float) -> InputError:
    return InputError(
        "layers.io.records_repeated",
        source=source.name,
        count=count,
        mb=together / 1e6,
        size=size / 1e6,
    )
