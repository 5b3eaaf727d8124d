"""Where the records of a FlatGeobuf lie and how large they are, whatever its head announces."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path

import numpy as np

IntArray = np.ndarray[tuple[int, ...], np.dtype[np.int64]]

#: Magic bytes and length of the head come before the head.
_HEAD = 12
#: Places in the head's table of the number of records and of the branches of a node of the index.
_COUNT, _BRANCHES = 8, 9
_NODE_BYTES = 40
#: Records that a reader of parts takes at once.
BATCH = 65_536


def record_sizes(path: Path) -> Iterator[tuple[IntArray, IntArray]]:
    """Bytes of the fields and of the rest, mostly the shape, of each record, a batch at a time."""
    data = np.memmap(path, dtype=np.uint8, mode="r")
    view, end = data.data, len(data)
    at = _first_record(view, end)
    starts: list[int] = []
    sizes: list[int] = []
    while at + 4 <= end:
        (size,) = struct.unpack_from("<I", view, at)
        if at + 4 + size > end:
            raise ValueError("a record reaches beyond the end of the file")
        starts.append(at + 4)
        sizes.append(size)
        at += 4 + size
        if len(starts) == BATCH:
            yield _parts(data, np.array(starts), np.array(sizes))
            starts, sizes = [], []
    if starts:
        yield _parts(data, np.array(starts), np.array(sizes))


def _first_record(view: memoryview, end: int) -> int:
    """Place behind the head and the index."""
    (size,) = struct.unpack_from("<I", view, _HEAD - 4)
    table = _HEAD + struct.unpack_from("<I", view, _HEAD)[0]
    count = _value(view, table, _COUNT, "<Q", 0)
    branches = _value(view, table, _BRANCHES, "<H", 16)
    nodes = level = count if branches else 0
    at_root = not nodes
    while not at_root:  # above one record alone there is a node too
        level = -(-level // max(branches, 2))
        nodes, at_root = nodes + level, level <= 1
    first = int(_HEAD + size + nodes * _NODE_BYTES)
    if first > end:
        raise ValueError(f"{count} records are announced in {end} bytes")
    return first


def _value(view: memoryview, table: int, place: int, kind: str, default: int) -> int:
    """Value of a table by its place in it; a value that is left out is the default."""
    slots = table - struct.unpack_from("<i", view, table)[0]
    here = slots + 4 + 2 * place
    if here + 2 > slots + struct.unpack_from("<H", view, slots)[0]:
        return default
    (offset,) = struct.unpack_from("<H", view, here)
    return int(struct.unpack_from(kind, view, table + offset)[0]) if offset else default


def _parts(data: np.memmap, starts: IntArray, sizes: IntArray) -> tuple[IntArray, IntArray]:
    """Bytes of the fields, and of the rest, of records that begin at ``starts``."""
    table = starts + _read(data, starts, "<u4")
    slots = table - _read(data, table, "<i4")
    wide = _read(data, slots, "<u2") >= 8
    offset = np.where(wide, _read(data, np.where(wide, slots + 6, slots), "<u2"), 0)
    there = offset > 0
    vector = table + offset
    vector = np.where(there, vector + _read(data, np.where(there, vector, table), "<u4"), table)
    fields = np.where(there, _read(data, vector, "<u4"), 0)
    if (fields > sizes).any():
        raise ValueError("the fields of a record are longer than the record")
    return fields, sizes - fields


def _read(data: np.memmap, places: IntArray, kind: str) -> IntArray:
    """Numbers at places of a file."""
    width = int(kind[-1])
    if len(places) and (places.min() < 0 or places.max() + width > len(data)):
        raise ValueError("a record points outside of the file")
    found = np.asarray(data[places[:, None] + np.arange(width)])
    return np.ascontiguousarray(found).view(kind).ravel().astype(np.int64)
