"""A vector layer in parts of bounded size, for files larger than memory.

Of a GeoParquet file a part names its rows: whoever works on them reads them, in another thread or
on another machine that sees the file. Records of other formats are read here, in file order, as
Arrow hands them over; formats whose text must be decoded as a whole, which end at 2 GB, as a whole.
"""

from __future__ import annotations

import contextlib
import json
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import pyarrow as pa
import pyarrow.parquet as pq
import pyogrio
import shapely

from layers.base.errors import InputError
from layers.base.files import require_file, resolved
from layers.io.flatgeobuf import BATCH
from layers.io.vector import (
    VectorDescription,
    as_input_error,
    driver_errors,
    load_vector,
    refuse_values_in,
    require_fields,
    require_own_names,
)

#: Batches of a part: of a large row group the ones before it are unpacked in vain.
PART_BATCHES = 4
#: Drivers whose records pass through Arrow as they are.
_STREAMED = ("GPKG", "FlatGeobuf")
#: Bytes at the end of a file that tell it from others: those of GeoParquet say where all else is.
_TAIL = 65_536
_BLOCK = 1 << 20

#: Bytes of a file, and a check sum of its last ones.
FileMark = tuple[int, int]


@dataclass(frozen=True, slots=True)
class HeldRows:
    """Records that were read here."""

    frame: gpd.GeoDataFrame  # Numbered by their row in the file

    def frames(self) -> Iterator[gpd.GeoDataFrame]:
        """Give them, a batch at a time."""
        yield self.frame


@dataclass(frozen=True, slots=True)
class FileRows:
    """Rows of a GeoParquet file, read by whoever works on them; it can be sent to a machine."""

    path: Path
    source: str  # File, for messages
    fields: tuple[str, ...]  # Fields that are read
    geometry: str  # Column of the geometry
    group: int  # Row group
    start: int  # First row in the group, at the start of a batch
    stop: int  # Last row in the group, and one more
    first: int  # Row in the file of the first one
    batch: int  # Rows of a batch
    check: int | None  # Check sum that the bytes of the row group must have; None: not asked

    def frames(self) -> Iterator[gpd.GeoDataFrame]:
        """Read them, a batch at a time, without a CRS, numbered by their row in the file."""
        require_file(self.path)
        with driver_errors(self.source), _parquet(self.path) as file:
            if self.check is not None and self.check != _check_sum(file, self.path, self.group):
                raise InputError("layers.io.another_file_there", path=self.path)
            columns = [*self.fields, self.geometry]
            tables = file.iter_batches(self.batch, row_groups=[self.group], columns=columns)
            at = 0
            for table in tables:
                low, high = max(at, self.start), min(at + len(table), self.stop)
                if low < high:
                    row = self.first + low - self.start
                    frame = _frame(table.slice(low - at, high - low), self.fields, None)
                    yield frame.set_axis(range(row, row + len(frame)), axis=0)
                at += len(table)
                if at >= self.stop:
                    return


def file_mark(path: Path) -> FileMark | None:
    """Tell a file from others by its size and its end; None where it is not seen."""
    try:
        with path.open("rb") as file:
            size = file.seek(0, 2)
            file.seek(max(0, size - _TAIL))
            return size, zlib.crc32(file.read())
    except OSError:
        return None


def vector_parts(
    described: VectorDescription, columns: Sequence[str], *, apart: bool, checked: bool
) -> Iterator[HeldRows | FileRows]:
    """Cut a layer into parts, in file order.

    ``apart`` leaves GeoParquet to be read by whoever works on a part; ``checked`` asks them to see
    that theirs are the same bytes.
    """
    require_fields(described, columns)
    wanted = [name for name in described.fields if name in columns]
    require_own_names(described, wanted)
    with as_input_error(described.source):
        streamed = described.driver in _STREAMED
        refuse_values_in(described, wanted, apart=apart, streamed=streamed)
    if apart and described.driver == "Parquet":
        yield from _rows_apart(described, wanted, checked=checked)
        return
    first = 0
    for frame in _frames(described, wanted):
        last = first + len(frame)
        yield HeldRows(frame.set_axis(range(first, last), axis=0))
        first = last


def _rows_apart(
    described: VectorDescription, wanted: list[str], *, checked: bool
) -> Iterator[FileRows]:
    path, first = resolved(described.opened.path), 0
    with as_input_error(described.source), _parquet(path) as file:
        for group in range(file.num_row_groups):
            rows = file.metadata.row_group(group).num_rows
            check = _check_sum(file, path, group) if checked else None
            for start in range(0, rows, PART_BATCHES * BATCH):
                stop = min(start + PART_BATCHES * BATCH, rows)
                yield FileRows(
                    path,
                    described.source,
                    tuple(wanted),
                    _geometry_column(file),
                    group,
                    start,
                    stop,
                    first,
                    BATCH,
                    check,
                )
                first += stop - start


def _parquet(path: Path) -> pq.ParquetFile:
    # Buffers that are read ahead stay until the end: the whole file, in time.
    return pq.ParquetFile(path, pre_buffer=False)


def _geometry_column(file: pq.ParquetFile) -> str:
    return str(json.loads((file.schema_arrow.metadata or {})[b"geo"])["primary_column"])


def _check_sum(file: pq.ParquetFile, path: Path, group: int) -> int:
    """Check sum of the bytes of a row group."""
    row_group = file.metadata.row_group(group)
    chunks = [row_group.column(column) for column in range(row_group.num_columns)]
    starts = [
        min(c.dictionary_page_offset or c.data_page_offset, c.data_page_offset) for c in chunks
    ]
    end = max(s + c.total_compressed_size for s, c in zip(starts, chunks, strict=True))
    result, at = 0, min(starts)
    with path.open("rb") as opened:
        opened.seek(at)
        while block := opened.read(min(_BLOCK, end - at)):
            result, at = zlib.crc32(block, result), at + len(block)
    return result


def _frames(described: VectorDescription, wanted: list[str]) -> Iterator[gpd.GeoDataFrame]:
    source = described.opened.path
    if described.driver not in (*_STREAMED, "Parquet"):
        whole = load_vector(source, layer=described.layer, columns=wanted)
        for start in range(0, len(whole), BATCH):
            yield whole.iloc[start : start + BATCH]
        return
    with contextlib.ExitStack() as opened:
        with as_input_error(described.source):
            tables = _tables(described, wanted, opened)
        while True:
            # Only the reading itself: what is done with a batch has errors of its own.
            with as_input_error(described.source):
                table = next(tables, None)
                if table is None:
                    return
                frame = _frame(table, wanted, described.crs)
            yield frame


def _tables(
    described: VectorDescription, wanted: list[str], opened: contextlib.ExitStack
) -> Iterator[pa.RecordBatch]:
    """Batches of fields and of the geometry as WKB, in file order."""
    if described.driver == "Parquet":
        file = opened.enter_context(_parquet(described.opened.path))
        columns = [*wanted, _geometry_column(file)]
        return (
            table
            for group in range(file.num_row_groups)
            for table in file.iter_batches(BATCH, row_groups=[group], columns=columns)
        )
    _, reader = opened.enter_context(
        pyogrio.open_arrow(
            described.opened.opened_as,
            layer=described.layer,
            columns=wanted,
            batch_size=BATCH,
            use_pyarrow=True,
        )
    )
    return iter(reader)


def _frame(table: pa.RecordBatch, wanted: Sequence[str], crs: Any) -> Any:
    """Frame of a batch; what is no field asked for is the geometry, or the driver's own number."""
    fields: Any = pa.Table.from_batches([table]).select(list(wanted)).to_pandas()
    binary = [
        place
        for place, item in enumerate(table.schema)
        if item.name not in wanted and (_is_binary(item.type))
    ]
    wkb = table.column(binary[0]).to_numpy(zero_copy_only=False)
    return gpd.GeoDataFrame(fields, geometry=shapely.from_wkb(wkb), crs=crs)


def _is_binary(kind: pa.DataType) -> bool:
    plain = getattr(kind, "storage_type", kind)
    return bool(pa.types.is_binary(plain) or pa.types.is_large_binary(plain))
