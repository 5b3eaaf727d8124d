"""What a Parquet file unpacks to, told before it does: one text may stand for a million cells."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

#: Records of a batch that is looked at; texts stand in it once each.
_BATCH = 65_536


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
    with pq.ParquetFile(path, read_dictionary=list(fields), pre_buffer=False) as file:
        yield file


def text_bytes(column: pa.ChunkedArray | pa.Array) -> int:
    """Bytes of the texts of a column, each as often as it stands there."""
    chunks = column.chunks if isinstance(column, pa.ChunkedArray) else [column]
    total = 0
    for chunk in chunks:
        if pa.types.is_dictionary(chunk.type):
            lengths = pc.binary_length(chunk.dictionary).take(chunk.indices)
        elif _is_text(chunk.type):
            lengths = pc.binary_length(chunk)
        else:
            continue
        total += pc.sum(lengths).as_py() or 0
    return total


def unpacked_bytes(path: Path, fields: Sequence[str], most: int) -> int:
    """Bytes of the texts of fields, or the first sum above ``most``."""
    total = 0
    with packed(path, fields) as file:
        for batch in file.iter_batches(_BATCH, columns=list(fields)):
            total += sum(map(text_bytes, batch.columns))
            if total > most:
                break
    return total
