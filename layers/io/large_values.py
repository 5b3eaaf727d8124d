"""Texts and shapes whose size alone would fill the memory, found before a driver makes them.

What a file holds is measured where it lies: no text of a layer is longer than a book, no shape has
more corners than a country. Drivers hold what they read two to four times over.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path

import numpy as np
import pyogrio

from layers.base.errors import InputError
from layers.io.flatgeobuf import BATCH, record_sizes
from layers.io.parquet import group_sizes, unpacked_sizes
from layers.io.repeated_records import refuse_repeated_records
from layers.io.vector_source import VectorSource, open_geopackage, sibling

#: Most bytes of one text, and of one shape: a corner takes 16.
VALUE_BYTES, SHAPE_BYTES = 1_000_000, 100_000_000
#: Most bytes of the texts of a layer, where this is more than a part of its file; most that a
#: GeoParquet file may unpack to, where this is more than so many times its own size.
WHOLE_BYTES, _PART_OF_FILE = 400_000_000, 0.5
#: Most that a layer unpacks to: a file geodatabase writes a coordinate in a byte or more.
_SWOLLEN_TIMES = {"Parquet": 5, "OpenFileGDB": 8}
#: Most bytes of a record, on average, in a group of records that takes more than ``WHOLE_BYTES``.
_GROUP_RECORD_BYTES = 4000
_TRIANGLE_BYTES = 77
_NUMBERS = ("OFTInteger", "OFTInteger64", "OFTReal")
_FIELDS_A_QUERY = 500
_BLOCK = 1 << 22
_SHAPES = "geometry"

#: Name of a field, or of the geometry, and bytes of its longest value and of all that were looked
#: at; without a name these are of the fields of a record together.
_Sizes = Iterator[tuple[str, float, float]]


def refuse_large_records(source: VectorSource) -> None:
    """Refuse a file whose records are too large, before a driver opens it."""
    refuse_repeated_records(source, SHAPE_BYTES)
    sizes: _Sizes = iter(())
    match source.driver:
        case "FlatGeobuf":
            sizes = ((name, longest, 0) for name, longest, _ in _of_flatgeobuf(source.path))
        case "GeoJSON":
            sizes = _of_geojson(source.path)
        case "ESRI Shapefile":
            sizes = _of_shapefile(source.path)
        case "MapInfo File":
            sizes = _of_mapinfo(source.path)
        case "Parquet":
            _refuse_heavy_groups(source)
    _refuse(source, sizes, _SHAPES, size=source.path.stat().st_size)


def refuse_large_values(
    source: VectorSource,
    layer: str,
    fields: Mapping[str, str],
    geometry: str,
    *,
    apart: bool = False,
    streamed: bool = False,
) -> None:
    """Refuse a layer whose fields to be read (with their types) or shapes are too large.

    ``apart``: shapes of a GeoParquet file are left to whoever reads them, unless they are copies.
    ``streamed``: what is held at once is a batch of records, not the layer.
    """
    path = source.path
    texts = [name for name, kind in fields.items() if kind not in _NUMBERS]
    match source.driver:
        case "GPKG":
            size = path.stat().st_size
            batches = streamed and size > WHOLE_BYTES  # in less there are no more texts
            sizes = _of_geopackage(path, layer, texts, geometry, batches=batches)
            _refuse(source, sizes, geometry, size=size)
        case "FlatGeobuf":
            sizes = _of_flatgeobuf(path)
            if streamed:
                sizes = _largest(sizes)
            _refuse(source, sizes, _SHAPES, size=path.stat().st_size)
        case "OpenFileGDB":
            files = [item.stat().st_size for item in path.iterdir()]
            if max(files, default=0) > VALUE_BYTES:
                sizes = _of_geodatabase(source, layer, texts, geometry)
                _refuse(source, sizes, geometry, size=sum(files))
        case "Parquet":
            shapes = [] if apart and not _repeats(path) else [geometry]
            sizes = unpacked_sizes(path, [*fields, *shapes])
            _refuse(source, sizes, geometry, size=path.stat().st_size)


def _refuse(source: VectorSource, sizes: _Sizes, geometry: str, *, size: float) -> None:
    """Refuse the first size that is too large, the sum of all texts being one."""
    packed = source.driver == "Parquet"
    most = max(WHOLE_BYTES, size if packed else _PART_OF_FILE * size)
    # What is not packed can be more than its file in views alone, which give a row again and again.
    swollen = max(WHOLE_BYTES, _SWOLLEN_TIMES.get(source.driver, 1) * size)
    texts = shapes = 0.0
    for name, longest, together in sizes:
        limit = SHAPE_BYTES if name == geometry else VALUE_BYTES
        if longest > limit:
            about = {"source": source.name, "field": name or "*", "mb": longest / 1e6}
            raise InputError("layers.io.value_too_large", **about, most=limit / 1e6)
        shapes += together if name == geometry else 0
        texts += together if name != geometry else 0
        if texts > most:
            raise InputError("layers.io.texts_too_large", path=source.name, mb=most / 1e6)
        if texts + shapes > swollen:
            raise InputError("layers.io.layer_swells", path=source.name, mb=swollen / 1e6)


def _repeats(path: Path) -> bool:
    """Whether records take less than a triangle does: the same few shapes again and again."""
    return any(size < _TRIANGLE_BYTES * rows for rows, size in group_sizes(path))


def _refuse_heavy_groups(source: VectorSource) -> None:
    """Refuse groups of records that a reader, which holds each as a whole, could not hold."""
    for rows, size in group_sizes(source.path):
        if size > max(WHOLE_BYTES, _GROUP_RECORD_BYTES * rows):
            raise InputError(
                "layers.io.group_too_large",
                source=source.name,
                rows=rows,
                mb=size / 1e6,
                most=WHOLE_BYTES / 1e6,
            )


def _queries(layer: str, texts: Sequence[str], geometry: str) -> Iterator[tuple[list[str], str]]:
    """Columns some at a time, and the query that measures them."""
    columns = [*texts, *([geometry] if geometry else [])]
    for start in range(0, len(columns), _FIELDS_A_QUERY):
        some = columns[start : start + _FIELDS_A_QUERY]
        sizes = [f"length(CAST({_quoted(name)} AS BLOB))" for name in some]
        asked = ", ".join(f"max({size}), total({size})" for size in sizes)
        yield some, f"SELECT {asked} FROM {_quoted(layer)}"  # noqa: S608 - quoted


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _of_geopackage(
    path: Path, layer: str, texts: Sequence[str], geometry: str, *, batches: bool
) -> _Sizes:
    """Sizes of a layer, or ``batches``: of the largest batch of its records."""
    with closing(open_geopackage(path)) as database:
        for fields, query in _queries(layer, texts, geometry):
            asked = _of_batches(layer, fields) if batches else query
            yield from _told(fields, database.execute(asked).fetchone())


def _of_batches(layer: str, fields: Sequence[str]) -> str:
    """Query for the longest value of each field, and for the most that a batch holds of it."""
    sizes = ", ".join(f"length(CAST({_quoted(f)} AS BLOB)) AS s{n}" for n, f in enumerate(fields))
    each = ", ".join(f"max(s{n}) AS m{n}, total(s{n}) AS t{n}" for n in range(len(fields)))
    most = ", ".join(f"max(m{n}), max(t{n})" for n in range(len(fields)))
    rows = f"SELECT {sizes}, (row_number() OVER () - 1) / {BATCH} AS b FROM {_quoted(layer)}"  # noqa: S608 - quoted
    return f"SELECT {most} FROM (SELECT {each} FROM ({rows}) GROUP BY b)"  # noqa: S608 - quoted


def _largest(batches: _Sizes) -> _Sizes:
    """Sizes of a layer of which one batch after the other is held: those of the largest."""
    longest: dict[str, float] = {}
    most: dict[str, float] = {}
    for name, long, together in batches:
        longest[name] = max(long, longest.get(name, 0))
        most[name] = max(together, most.get(name, 0))
    yield from ((name, longest[name], most[name]) for name in longest)


def _of_geodatabase(
    source: VectorSource, layer: str, texts: Sequence[str], geometry: str
) -> _Sizes:
    for fields, query in _queries(layer, texts, geometry):
        found = pyogrio.read_dataframe(
            source.opened_as, sql=query, sql_dialect="SQLITE", read_geometry=False
        )
        yield from _told(fields, found.iloc[0].tolist())


def _told(fields: list[str], sizes: Sequence[float | None]) -> _Sizes:
    known = [size or 0 for size in sizes]
    yield from zip(fields, known[::2], known[1::2], strict=True)


def _of_flatgeobuf(path: Path) -> _Sizes:
    for fields, shapes in record_sizes(path):
        yield "", int(fields.max()), int(fields.sum())
        yield _SHAPES, int(shapes.max()), int(shapes.sum())


def _of_shapefile(path: Path) -> _Sizes:
    index, table = sibling(path, ".shx"), sibling(path, ".dbf")
    if index is not None:
        words = np.fromfile(index, dtype=">u4", offset=100)[1::2].astype(np.int64)
        yield _SHAPES, 2 * int(words.max(initial=0)), 0
    if table is not None:
        yield from _written(table, lines=False)


def _of_mapinfo(path: Path) -> _Sizes:
    for ending in (".dat", ".mid"):
        table = sibling(path, ending)
        if table is not None:
            yield from _written(table, lines=ending == ".mid")


def _written(table: Path, *, lines: bool) -> _Sizes:
    """Bytes of a table but its blanks, and of its longest line where it has lines."""
    run = 0
    for data in _blocks(table):
        longest = 0
        if lines:
            ends = np.concatenate([[-1 - run], np.flatnonzero(data == ord("\n")), [len(data)]])
            lengths = np.diff(ends) - 1
            longest, run = int(lengths.max()), int(lengths[-1])
        yield "", longest, int((data > ord(" ")).sum())


def _of_geojson(path: Path) -> _Sizes:
    """Texts of a GeoJSON file; its keys, which stand before a colon, are not counted."""
    inside, run = 0, 0
    for data in _blocks(path, escapes=True):
        marks = np.flatnonzero(data == ord('"'))
        still = (len(marks) + inside) % 2
        edges = np.concatenate([[-1 - run] * inside, marks, [len(data)] * still]).astype(np.int64)
        starts, ends = edges[::2], edges[1::2]
        lengths = ends - starts - 1
        keys = np.concatenate([data, [0, 0]])[ends + 1] == ord(":")
        yield "", int(lengths.max(initial=0)), int(lengths[~keys].sum()) - run
        inside, run = still, int(lengths[-1]) if still else 0


def _blocks(path: Path, *, escapes: bool = False) -> Iterator[np.ndarray]:
    """Bytes of a file some at a time; without what a backslash escapes in JSON, if told so."""
    rest = b""
    with path.open("rb") as file:
        while block := rest + file.read(_BLOCK):
            if escapes:
                # A backslash at the end waits for what it escapes.
                waits = (len(block) - len(block.rstrip(b"\\"))) % 2 if len(block) > len(rest) else 0
                block, rest = block[: len(block) - waits], block[len(block) - waits :]
                block = block.replace(b"\\\\", b"").replace(b'\\"', b"")
            yield np.frombuffer(block, dtype=np.uint8)
