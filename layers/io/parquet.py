"""What a Parquet file unpacks to, told before it does: one text may stand for a million cells."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

#: Most records of a batch that is looked at, and some bytes of one; texts stand in it once each.
_BATCH, _BATCH_BYTES = 65_536, 32_000_000
#: Bytes of a figure in memory.
_FIGURE = 8


def text_fields(schema: pa.Schema) -> list[str]:
    """Names of the fields of text or bytes."""
    return [field.name for field in schema if _is_text(field.type)]


def _is_text(kind: pa.DataType) -> bool:
    plain = kind.value_type if pa.types.is_dictionary(kind) else kind
    asked = (pa.types.is_string, pa.types.is_large_string)
    return any(is_kind(plain) for is_kind in (*asked, pa.types.is_binary, pa.types.is_large_binary))


@contextmanager
def packed(path: Path, fields: Sequence[str]) -> Iterator[pq.ParquetFile]:
    """Parquet file of whose fields each different text is held once."""
    with pq.ParquetFile(path.absolute(), read_dictionary=list(fields), pre_buffer=False) as file:
        yield file


def text_bytes(column: pa.ChunkedArray | pa.Array) -> int:
    """Bytes of the texts of a column, each as often as it stands there."""
    return _longest_and_all(column)[1]


def _longest_and_all(column: pa.ChunkedArray | pa.Array) -> tuple[int, int]:
    """Bytes of the longest text of a column, and of all."""
    longest = total = 0
    for chunk in column.chunks if isinstance(column, pa.ChunkedArray) else [column]:
        if pa.types.is_dictionary(chunk.type):
            lengths = pc.binary_length(chunk.dictionary).take(chunk.indices)
        elif _is_text(chunk.type):
            lengths = pc.binary_length(chunk)
        else:
            continue
        longest = max(longest, pc.max(lengths).as_py() or 0)
        total += pc.sum(lengths).as_py() or 0
    return longest, total


def unpacked_sizes(path: Path, names: Sequence[str]) -> Iterator[tuple[str, int, int]]:
    """Columns a batch at a time: name, bytes of the longest cell and of all; figures at once."""
    schema = pq.read_schema(path.absolute())
    texts = [name for name in text_fields(schema) if name in names]
    rows = pq.read_metadata(path.absolute()).num_rows
    for name in names:
        if name not in texts:
            yield name, _FIGURE, _FIGURE * rows
    with packed(path, texts) as file:
        for batch in file.iter_batches(_records(path), columns=texts):
            for name, column in zip(batch.schema.names, batch.columns, strict=True):
                yield name, *_longest_and_all(column)


def group_sizes(path: Path) -> list[tuple[int, int]]:
    """Records of each group of records, and the bytes that it unpacks to."""
    about = pq.read_metadata(path.absolute())
    groups = map(about.row_group, range(about.num_row_groups))
    return [(group.num_rows, group.total_byte_size) for group in groups]


def _records(path: Path) -> int:
    """Records of a batch: few where they are large."""
    most = max((size / max(rows, 1) for rows, size in group_sizes(path)), default=1)
    return int(min(_BATCH, max(1, _BATCH_BYTES // max(most, 1))))
