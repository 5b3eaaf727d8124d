"""A vector layer a batch at a time, for files larger than memory.

The file is looked at as ``load_vector`` does, and its records come in file order, as Arrow hands
them over. Formats whose text must be decoded as a whole are read as a whole: they end at 2 GB.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import pyarrow as pa
import pyarrow.parquet as pq
import pyogrio
import shapely

from layers.io.vector import (
    VectorDescription,
    as_input_error,
    described_file,
    load_vector,
    refuse_no_numbers_in,
    require_all_records,
    require_fields,
)

#: Records of a batch.
BATCH = 65_536
#: Drivers whose records pass through Arrow as they are.
_STREAMED = ("GPKG", "FlatGeobuf")


def vector_batches(
    path: str | Path, *, layer: str | None, columns: Sequence[str], batch: int = BATCH
) -> Iterator[gpd.GeoDataFrame]:
    """Records of a layer in file order, numbered through, in the CRS that the file declares."""
    with described_file(path, layer) as described:
        require_fields(described, columns)
        wanted = [name for name in described.fields if name in columns]
        with as_input_error(described.source):
            refuse_no_numbers_in(described, wanted)
        first = 0
        for frame in _frames(described, wanted, batch):
            last = first + len(frame)
            yield frame.set_axis(range(first, last), axis=0)
            first = last
        require_all_records(described, first)


def _frames(
    described: VectorDescription, wanted: list[str], batch: int
) -> Iterator[gpd.GeoDataFrame]:
    source = described.opened.path
    if described.driver not in (*_STREAMED, "Parquet"):
        whole = load_vector(source, layer=described.layer, columns=wanted)
        for start in range(0, len(whole), batch):
            yield whole.iloc[start : start + batch]
        return
    with contextlib.ExitStack() as opened:
        with as_input_error(described.source):
            tables = _tables(described, wanted, batch, opened)
        while True:
            # Only the reading itself: what is done with a batch has errors of its own.
            with as_input_error(described.source):
                table = next(tables, None)
                if table is None:
                    return
                frame = _frame(table, wanted, described)
            yield frame


def _tables(
    described: VectorDescription, wanted: list[str], batch: int, opened: contextlib.ExitStack
) -> Iterator[pa.RecordBatch]:
    """Batches of fields and of the geometry as WKB, in file order."""
    source = described.opened.path
    if described.driver == "Parquet":
        # Buffers that are read ahead stay until the end: the whole file, in time.
        file = opened.enter_context(pq.ParquetFile(source, pre_buffer=False))
        raw = json.loads((file.schema_arrow.metadata or {})[b"geo"])
        columns = [*wanted, raw["primary_column"]]
        return (
            table
            for group in range(file.num_row_groups)
            for table in file.iter_batches(batch, row_groups=[group], columns=columns)
        )
    _, reader = opened.enter_context(
        pyogrio.open_arrow(
            source, layer=described.layer, columns=wanted, batch_size=batch, use_pyarrow=True
        )
    )
    return iter(reader)


def _frame(table: pa.RecordBatch, wanted: list[str], described: VectorDescription) -> Any:
    """Frame of a batch; what is no field asked for is the geometry, or the driver's own number."""
    fields: Any = pa.Table.from_batches([table]).select(wanted).to_pandas()
    binary = [
        place
        for place, item in enumerate(table.schema)
        if item.name not in wanted and (_is_binary(item.type))
    ]
    wkb = table.column(binary[0]).to_numpy(zero_copy_only=False)
    return gpd.GeoDataFrame(fields, geometry=shapely.from_wkb(wkb), crs=described.crs)


def _is_binary(kind: pa.DataType) -> bool:
    plain = getattr(kind, "storage_type", kind)
    return bool(pa.types.is_binary(plain) or pa.types.is_large_binary(plain))
