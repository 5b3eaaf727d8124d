"""The one reader of vector files: look first (fiona), then read in bulk (pyogrio, pyarrow).

fiona tells driver, layers, schema and encoding of a file that nobody has vouched for; pyogrio
moves the columns and geometries of a quarter of a million plots in seconds. GeoParquet goes
through geopandas, because GDAL's wheels come without that driver.
"""

from __future__ import annotations

import codecs
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pyarrow as pa
import pyogrio

from layers.base.errors import InputError
from layers.io.dbf_text import decode_columns
from layers.io.vector_look import VectorLook, as_input_error, looked
from layers.io.vector_source import sibling

__all__ = ["CURVED", "load_vector"]


#: Key of ``attrs`` that tells whether curved outlines became line segments.
CURVED = "curved"


def load_vector(
    path: str | Path,
    *,
    layer: str | None = None,
    columns: Sequence[str] | None = None,
    encoding: str | None = None,
) -> gpd.GeoDataFrame:
    """Read a vector layer as it is, in its own CRS.

    Parameters
    ----------
    path : str or Path
        GeoPackage, Shapefile, MapInfo TAB or MIF, FileGDB folder, GeoJSON, FlatGeobuf,
        GeoParquet, or a zip archive of one.
    layer : str, optional
        Layer; needed where the file has several.
    columns : sequence of str, optional
        Fields to read, as the file spells them; all by default.
    encoding : str, optional
        Encoding of the text of a Shapefile or MapInfo file, where the file's own word is wrong.

    Returns
    -------
    geopandas.GeoDataFrame
        The fields in file order and ``geometry``; one row per record in file order, RangeIndex.
        Curves become line segments, and ``attrs["curved"]`` tells so. Null geometries stay.

    Raises
    ------
    MissingFileError
        There is no such file or layer.
    InputError
        The file is remote, damaged, of an unknown format, has several layers and none was named,
        or lacks a column asked for; or no such encoding exists.

    Notes
    -----
    Text of a Shapefile is taken byte by byte and decoded here: GDAL gives up on a letter that the
    width of a field cut in two, and on a ``.cpg`` that lies. Text in a Vietnamese font encoding
    stays as its Latin-1 letters; ``layers.io.legacy_encoding`` recognises it.
    """
    _require_encoding(encoding)
    with looked(path, layer) as look:
        _require_columns(look, columns)
        wanted = None if columns is None else [name for name in look.fields if name in columns]
        with as_input_error(look.source):
            if look.driver == "Parquet":
                frame = _read_parquet(look, wanted)
            else:
                frame = _read_gdal(look, wanted, encoding)
        _require_all_records(look, len(frame))
        if frame.active_geometry_name != "geometry":
            frame = frame.rename_geometry("geometry")
        fields = list(look.fields) if wanted is None else wanted
        result = gpd.GeoDataFrame(frame[[*fields, "geometry"]].reset_index(drop=True))
        result.attrs = {CURVED: bool(frame.attrs.get(CURVED))}
        return result


def _require_columns(look: VectorLook, columns: Sequence[str] | None) -> None:
    missing = [name for name in columns or () if name not in look.fields]
    if missing:
        raise InputError(
            en=f"{look.source}: no fields {missing}; its fields are {list(look.fields)}.",
            vi=f"{look.source}: không có trường {missing}; các trường: {list(look.fields)}.",
        )


def _require_encoding(encoding: str | None) -> None:
    try:
        codecs.lookup(encoding or "utf-8")
    except LookupError as error:
        raise InputError(
            en=f"encoding: expected a code page such as cp1258 or utf-8, found {encoding!r}.",
            vi=f"encoding: cần tên bảng mã như cp1258 hoặc utf-8, gặp {encoding!r}.",
        ) from error


def _require_all_records(look: VectorLook, read: int) -> None:
    """Refuse a file that ends early: some drivers just stop there."""
    expected = look.count
    if look.opened.path.suffix.lower() == ".mif":
        table = sibling(look.opened.path, ".mid")
        expected = _rows_of_mid(table) if table else 0
    if read < expected:
        raise InputError(
            en=f"{look.source}: {expected} records expected, only {read} could be read; the file "
            "is truncated or damaged, copy or export it again.",
            vi=f"{look.source}: cần {expected} bản ghi nhưng chỉ đọc được {read}; tệp bị cắt cụt "
            "hoặc hỏng, hãy sao chép hoặc xuất lại.",
        )


def _rows_of_mid(path: Path) -> int:
    """Rows of the table of a MIF file; a line break inside quotes ends no row."""
    content = path.read_bytes().rstrip()
    outside = content.split(b'"')[::2]
    return sum(part.count(b"\n") for part in outside) + bool(content)


def _read_parquet(look: VectorLook, wanted: list[str] | None) -> gpd.GeoDataFrame:
    frame = gpd.read_parquet(look.opened.path)
    name = frame.active_geometry_name
    fields = list(look.fields) if wanted is None else wanted
    return gpd.GeoDataFrame(frame[[*fields, name]], geometry=name)


def _read_gdal(
    look: VectorLook, wanted: list[str] | None, encoding: str | None
) -> gpd.GeoDataFrame:
    options: dict[str, Any] = {"layer": look.layer, "columns": wanted}
    path = look.opened.path
    if look.driver == "ESRI Shapefile":
        # Latin-1 maps every byte to one letter and back, so nothing is lost before we decide.
        # Field names come in the same letters, so where they matter all fields are read, in order.
        plain = all(name.isascii() for name in look.fields)
        options["columns"] = wanted if plain else None
        frame = _read_bulk(path, {**options, "encoding": "ISO-8859-1"})
        if not plain:
            names = [name for name in frame.columns if name != "geometry"]
            frame = frame.rename(columns=dict(zip(names, look.fields, strict=True)))
        return decode_columns(frame, look.encoding, told=encoding)
    if encoding is not None:
        return _read_slowly(path, {**options, "encoding": encoding})
    if look.driver == "MapInfo File":
        try:
            return _read_slowly(path, options)
        except UnicodeDecodeError:
            # Charset "Neutral" promises nothing: the bytes are kept as Latin-1 letters.
            return _read_slowly(path, {**options, "encoding": "ISO-8859-1"})
    return _read_bulk(path, options)


def _read_bulk(path: Path, options: dict[str, Any]) -> gpd.GeoDataFrame:
    try:
        frame = pyogrio.read_dataframe(path, use_arrow=True, **options)
    except NotImplementedError:
        # Curved geometries do not pass through Arrow; the record reader makes segments of them.
        frame = _read_slowly(path, options)
        frame.attrs[CURVED] = True
        return frame
    for name in frame.columns.drop("geometry", errors="ignore"):
        if pd.api.types.is_string_dtype(frame[name].dtype):
            # Arrow takes text on trust; bytes that are no UTF-8 would fail somewhere later.
            pa.array(frame[name].array).validate(full=True)
    return frame


def _read_slowly(path: Path, options: dict[str, Any]) -> gpd.GeoDataFrame:
    return pyogrio.read_dataframe(path, use_arrow=False, **options)
