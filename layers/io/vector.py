"""The one reader of vector files: describe first, then read in bulk.

pyogrio describes and reads: it survives damaged files and moves the columns and geometries of a
quarter of a million plots in seconds. It lets any driver open a file, so it is given only what no
other driver takes for its own (``vector_source`` looks at the signature; GeoJSON by its prefix).
MapInfo files are read by fiona, which keeps to the one driver named and to the bytes of their text;
GeoParquet by geopandas, because GDAL's wheels come without that driver.
"""

from __future__ import annotations

import codecs
import csv
import shutil
import sqlite3
import struct
import sys
import tempfile
import warnings
import zlib
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

import fiona
import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pyogrio
import pyproj
import shapely
from fiona._err import CPLE_BaseError

from layers.base.errors import InputError, MissingFileError
from layers.base.json_text import parsed_json
from layers.io.dbf_text import decode_columns, decode_name
from layers.io.declared_crs import declared_crs
from layers.io.endings import ARCHIVES, DRIVERS
from layers.io.large_values import refuse_large_records, refuse_large_values
from layers.io.number_cells import refuse_no_numbers
from layers.io.table import open_parquet
from layers.io.vector_source import (
    VectorSource,
    file_head,
    local_sources,
    names_crs,
    open_geopackage,
    refuse_many_fields,
    sibling,
)

#: Key of ``attrs`` that tells whether curved outlines became line segments.
CURVED = "curved"

# Maps every byte to one letter and back, so that text can be decoded here, where we decide.
BYTES = "ISO-8859-1"
_BLOCK = 1 << 20
_IN_BYTES = ("ESRI Shapefile", "MapInfo File")

# What drivers and their bindings raise of a file that is damaged, one way or another.
_DRIVER_ERRORS = (
    pyogrio.errors.DataSourceError,
    pyogrio.errors.DataLayerError,
    pyogrio.errors.FeatureError,
    pyogrio.errors.GeometryError,
    pyogrio.errors.CRSError,
    pyproj.exceptions.ProjError,
    fiona.errors.FionaError,
    CPLE_BaseError,
    shapely.errors.ShapelyError,
    pa.ArrowException,
    sqlite3.Error,
    struct.error,
    zlib.error,
    csv.Error,
    OSError,
    ValueError,
    RuntimeError,
    LookupError,
    ArithmeticError,
    # fiona's own handlers fall over some of GDAL's errors.
    SystemError,
    AttributeError,
    TypeError,
    NameError,
)


# GDAL's own way from FlatGeobuf to Arrow falls over records without geometry, and the process ends;
# the way that all its drivers share does not.
pyogrio.set_gdal_config_options({"OGR_FLATGEOBUF_STREAM_BASE_IMPL": "YES"})
# Chords of arcs: steps of 4°, as GDAL takes them, lose 0.08 % of a circle; those of 0.5° 0.001 %.
pyogrio.set_gdal_config_options({"OGR_ARC_STEPSIZE": "0.5"})

Repair = Literal["repair", "never"]


def is_layer(path: Path) -> bool:
    """Whether a file is a layer of shapes by its ending; a Parquet file may be a plain table."""
    kind = path.suffix.lower()
    if kind == ".parquet" and path.is_file():
        with open_parquet(path) as file:
            return b"geo" in (file.schema_arrow.metadata or {})
    return kind in (*DRIVERS, *ARCHIVES)


@dataclass(frozen=True, slots=True)
class VectorFile:
    """A polygon layer on disk, and what its file does not say rightly.

    Parameters
    ----------
    path : str or Path
        Any vector file of ``load_vector``.
    layer : str or None
        Layer; needed where the file has several.
    crs : str or None
        CRS of the file where it has none; where it has one, this one wins.
    encoding : str or None
        Encoding of the text where the file's own word is wrong (``"cp1258"``), or ``"tcvn3"``,
        ``"vni"`` or ``"unicode"`` where detection is; both are detected by default.
    province : str or None
        Code of the province: its VN-2000 zone is proposed where the file has no CRS.
    repair : {"repair", "never"}
        Repair invalid polygons and report, or refuse them.
    name : str or None
        Name for messages; the file's by default.
    """

    path: str | Path
    layer: str | None = None
    crs: str | None = None
    encoding: str | None = None
    province: str | None = None
    repair: Repair = "repair"
    name: str | None = None

    @property
    def source(self) -> str:
        """Name for messages."""
        return self.name or Path(self.path).name


@dataclass(frozen=True, slots=True)
class VectorDescription:
    """What a layer is, before its records are read."""

    source: str  # File (and member of an archive), for messages
    driver: str  # Format
    layer: str  # Name of the layer
    layers: tuple[str, ...]  # All layers with geometry in the file
    fields: dict[str, str]  # Field name to type, in file order
    geometry: str  # Name of the geometry's column
    geometry_type: str  # Type declared by the file
    crs: pyproj.CRS | None  # CRS declared by the file; None where it declares none
    # Encoding declared by the file (``.cpg``, MapInfo charset); None where it declares none
    encoding: str | None
    count: int  # Records that are there, whatever the file announces
    # Fields whose name stands twice or is that of the geometry's column; none can be read
    ambiguous: tuple[str, ...]
    opened: VectorSource = field(repr=False)


def list_layers(path: str | Path) -> list[str]:
    """Names of the layers with geometry in a file.

    Parameters
    ----------
    path : str or Path
        A vector file, a FileGDB folder or a zip archive.

    Returns
    -------
    list of str
        In file order; tables without geometry are left out.

    Raises
    ------
    MissingFileError
        There is no such file.
    InputError
        The file is remote, damaged or of an unknown format.
    """
    with local_sources(path) as sources:
        return [name for source in sources for name in _layers_of(source)]


def describe_vector(path: str | Path, *, layer: str | None = None) -> VectorDescription:
    """Tell driver, fields, CRS and encoding of a layer without reading its records.

    Parameters
    ----------
    path : str or Path
        A vector file, a FileGDB folder or a zip archive.
    layer : str, optional
        Layer; needed where the file has several.

    Returns
    -------
    VectorDescription
        The description.

    Raises
    ------
    MissingFileError
        There is no such file or layer.
    InputError
        The file is remote, damaged, of an unknown format, or has several layers and none was
        named.
    """
    with described_file(path, layer) as described:
        return described


@contextmanager
def described_file(path: str | Path, layer: str | None) -> Iterator[VectorDescription]:
    """Open a path and keep what it stands for at hand, unpacked archives too."""
    with local_sources(path) as sources:
        found = [(source, name) for source in sources for name in _layers_of(source)]
        names = [name for _, name in found]
        origin = sources[0].origin.name
        if layer is None and len(names) != 1:
            raise _which_layer(origin, names)
        chosen = [(source, name) for source, name in found if layer in (None, name)]
        if not chosen:
            raise MissingFileError(
                "layers.io.no_such_layer", origin=origin, layer=layer, names=names
            )
        if len(chosen) > 1:
            raise _which_layer(origin, [f"{s.name}: {name}" for s, name in chosen])
        source, name = chosen[0]
        with _without_unread_prj(source) as opened:
            yield _describe(opened, name, layers=tuple(names))


@contextmanager
def _without_unread_prj(source: VectorSource) -> Iterator[VectorSource]:
    """A data set as it is; a Shapefile whose .prj no driver can read is opened as one without."""
    if source.driver != "ESRI Shapefile" or _reads_prj(source):
        yield source
        return
    with tempfile.TemporaryDirectory(prefix="vungtrong-") as folder:
        for suffix in (".shp", ".shx", ".dbf", ".cpg"):
            if part := sibling(source.path, suffix):
                shutil.copyfile(part, Path(folder, source.path.stem + suffix))
        yield replace(source, path=Path(folder, source.path.stem + ".shp"), called=source.name)


def _reads_prj(source: VectorSource) -> bool:
    """Whether the .prj can be read; what else is at fault is told where the layer is described."""
    try:
        with as_input_error(source.name):
            pyogrio.read_info(source.opened_as, encoding=BYTES)
    except InputError as error:
        return not isinstance(error.__cause__, pyogrio.errors.CRSError)
    return True


def _which_layer(origin: str, names: list[str]) -> InputError:
    if not names:
        return InputError("layers.io.no_layer_with_geometry", origin=origin)
    return InputError("layers.io.several_layers", origin=origin, count=len(names), names=names)


@contextmanager
def driver_errors(source: str) -> Iterator[None]:
    """Turn the many exceptions of the drivers into one."""
    try:
        yield
    except (InputError, MissingFileError, MemoryError):
        raise
    except _DRIVER_ERRORS as error:
        reason = " ".join(str(error).split())[:300]
        raise InputError("layers.io.vector_not_read", source=source, reason=reason) from error


@contextmanager
def as_input_error(source: str) -> Iterator[None]:
    """Do so, and hear no warnings, which repeat what we check; not for several threads at once."""
    hook = sys.unraisablehook
    # A message in bytes that are no UTF-8 makes the bindings' own handlers fall over, on stderr.
    sys.unraisablehook = _ignore
    try:
        with driver_errors(source), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        sys.unraisablehook = hook


def _ignore(_error: object) -> None:
    """Take note of nothing: the number of records tells whether something was lost."""


def _layers_of(source: VectorSource) -> list[str]:
    """Layers with geometry; of a file with one layer, that one."""
    with as_input_error(source.name):
        refuse_large_records(source)
        if source.driver == "Parquet":
            return [source.path.stem]
        layers = pyogrio.list_layers(source.opened_as)
        names = [str(name) for name, _ in layers]
        return names if len(names) == 1 else [str(name) for name, kind in layers if kind]


def _describe(source: VectorSource, layer: str, *, layers: tuple[str, ...]) -> VectorDescription:
    with as_input_error(source.name):
        if source.driver == "Parquet":
            return _describe_parquet(source)
        # Names of fields in the bytes of the file too: a code page that GDAL does not know would
        # make empty names of them.
        in_bytes = source.driver in _IN_BYTES
        info = pyogrio.read_info(
            source.opened_as, layer=layer, encoding=BYTES if in_bytes else None
        )
        refuse_many_fields(source, len(info["fields"]))
        names = [decode_name(name) if in_bytes else str(name) for name in info["fields"]]
        if source.driver == "OpenFileGDB" and not names and info["features"] <= 0:
            # Of a damaged table the driver has the name, from a catalogue, and nothing else.
            raise InputError("layers.io.damaged_geodatabase", source=source.name, layer=layer)
        geometry_type = info["geometry_type"]
        description = VectorDescription(
            source=source.name,
            driver=source.driver,
            layer=layer,
            layers=layers,
            fields=dict(zip(names, info["ogr_types"], strict=True)),
            geometry=str(info["geometry_name"] or "geometry"),
            geometry_type=str(geometry_type),
            crs=_declared_crs(source, info["crs"]),
            encoding=_declared_encoding(source),
            count=_count(source, layer, info["features"]),
            ambiguous=_ambiguous(names),
            opened=source,
        )
    if geometry_type is None:
        raise InputError("layers.io.layer_without_geometry", source=source.name, layer=layer)
    return description


def _declared_crs(source: VectorSource, told: str | None) -> pyproj.CRS | None:
    """CRS that a file declares; None as well where the driver put another in its place."""
    if told is None:
        return None
    crs = declared_crs(told)
    return crs if source.driver != "GeoJSON" or names_crs(source.path, crs) else None


def _ambiguous(names: list[str]) -> tuple[str, ...]:
    return tuple(sorted({name for name in names if names.count(name) > 1 or name == "geometry"}))


def _count(source: VectorSource, layer: str, told: int) -> int:
    """Count the records that are there, whatever number the file announces."""
    if source.driver == "GPKG":
        with closing(open_geopackage(source.path)) as database:
            quoted = layer.replace('"', '""')
            found = database.execute(f'SELECT count(*) FROM "{quoted}"')  # noqa: S608 - quoted
            return int(found.fetchone()[0])
    table = sibling(source.path, ".dbf") if source.driver == "ESRI Shapefile" else None
    if table is not None:
        return _rows_of_dbf(table)
    if source.path.suffix.lower() == ".mif":
        table = sibling(source.path, ".mid")
        return _rows_of_mid(table) if table else 0
    return max(told, 0)  # a format without an index tells nothing


def _rows_of_dbf(path: Path) -> int:
    """Count the records of a .dbf that are not marked as deleted."""
    kept = 0
    with path.open("rb") as file:
        _, rows, first, length = struct.unpack("<4sIHH", file.read(12))
        length = max(length, 1)
        left = rows * length
        file.seek(first)
        while block := file.read(min(left, max(_BLOCK // length, 1) * length)):
            marks = np.frombuffer(block, dtype=np.uint8)[::length]
            kept += int((marks != ord("*")).sum())
            left -= len(block)
    return kept


def _declared_encoding(source: VectorSource) -> str | None:
    if source.driver == "ESRI Shapefile":
        page = sibling(source.path, ".cpg")
        return file_head(page, 1024).decode("ascii", "replace").strip() if page else None
    if source.driver == "MapInfo File":
        return str(pyogrio.read_info(source.opened_as)["encoding"])
    return "UTF-8"


def _describe_parquet(source: VectorSource) -> VectorDescription:
    schema, rows = pq.read_schema(source.path), pq.read_metadata(source.path).num_rows
    refuse_many_fields(source, len(schema))
    raw = (schema.metadata or {}).get(b"geo")
    if raw is None:
        raise InputError("layers.io.parquet_without_geometry", source=source.name)
    geo = parsed_json(raw)
    column = geo["columns"][geo["primary_column"]]
    crs = column.get("crs", "OGC:CRS84")  # the standard's default when the key is absent
    fields = [field for field in schema if field.name not in geo["columns"]]
    return VectorDescription(
        source=source.name,
        driver=source.driver,
        layer=source.path.stem,
        layers=(source.path.stem,),
        fields={field.name: str(field.type) for field in fields},
        geometry=geo["primary_column"],
        geometry_type="/".join(column.get("geometry_types") or ["Unknown"]),
        crs=declared_crs(crs) if crs else None,
        encoding="UTF-8",
        count=rows,
        ambiguous=_ambiguous([field.name for field in fields]),
        opened=source,
    )


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
    with described_file(path, layer) as described:
        require_fields(described, columns)
        wanted = None if columns is None else [name for name in described.fields if name in columns]
        require_own_names(described, wanted)
        with as_input_error(described.source):
            refuse_values_in(described, wanted)
            if described.driver == "Parquet":
                frame = _read_parquet(described, wanted)
            else:
                frame = _read_gdal(described, wanted, encoding)
        require_all_records(described, len(frame))
        _require_text(frame, described.source)
        if frame.active_geometry_name != "geometry":
            frame = frame.rename_geometry("geometry")
        fields = list(described.fields) if wanted is None else wanted
        result = gpd.GeoDataFrame(frame[[*fields, "geometry"]].reset_index(drop=True))
        if described.crs is None:
            result = result.set_crs(None, allow_override=True)
        result.attrs = {CURVED: bool(frame.attrs.get(CURVED))}
        return result


def refuse_values_in(
    described: VectorDescription, wanted: Sequence[str] | None, **how: bool
) -> None:
    """Refuse what is read and too large, and fields of numbers that hold something else.

    ``apart``: shapes of a GeoParquet file are looked at only where they seem to be copies.
    ``streamed``: no more than a batch of records is held at once.
    """
    asked = described.fields if wanted is None else wanted
    fields = {n: kind if n in asked else "" for n, kind in described.fields.items()}
    opened = described.opened
    read = {name: kind for name, kind in fields.items() if kind}
    refuse_large_values(opened, described.layer, read, described.geometry, **how)
    refuse_no_numbers(opened.path, opened.driver, described.layer, fields)


def require_fields(described: VectorDescription, columns: Sequence[str] | None) -> None:
    """Refuse a layer that lacks fields."""
    there = list(described.fields)
    missing = [name for name in columns or () if name not in described.fields]
    if missing:
        raise InputError(
            "layers.io.fields_missing", source=described.source, missing=missing, there=there
        )


def require_own_names(described: VectorDescription, wanted: list[str] | None) -> None:
    """Refuse fields that cannot be told apart by name, where they are needed."""
    all_read = wanted is None or not all(name.isascii() for name in described.fields)
    needed = described.fields if all_read else wanted
    twice = [name for name in described.ambiguous if name in (needed or ())]
    if twice:
        raise InputError("layers.io.fields_repeated", source=described.source, twice=twice)


def _require_encoding(encoding: str | None) -> None:
    try:
        codecs.lookup(encoding or "utf-8")
    except LookupError as error:
        raise InputError("layers.io.unknown_encoding", encoding=encoding) from error


def require_all_records(described: VectorDescription, read: int) -> None:
    """Refuse a file that ends early: some drivers stop there, others give one record too few."""
    expected = described.count
    if read < expected:
        raise InputError(
            "layers.io.records_lost", source=described.source, expected=expected, read=read
        )


def _rows_of_mid(path: Path) -> int:
    """Rows of the table of a MIF file; a line break inside quotes ends no row."""
    rows = waiting = 0  # line ends at the end of what is there close no further row
    quoted = filled = False
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            if content := block.rstrip():
                outside, inside = content.split(b'"')[::2], content.split(b'"')[1::2]
                rows += waiting + sum(part.count(b"\n") for part in (inside if quoted else outside))
                quoted ^= content.count(b'"') % 2 == 1
                waiting, filled = 0, True
            waiting += 0 if quoted else block[len(content) :].count(b"\n")
    return rows + filled


def _read_parquet(described: VectorDescription, wanted: list[str] | None) -> gpd.GeoDataFrame:
    fields = list(described.fields) if wanted is None else wanted
    return gpd.read_parquet(described.opened.path, columns=[*fields, described.geometry])


def _read_gdal(
    described: VectorDescription, wanted: list[str] | None, encoding: str | None
) -> gpd.GeoDataFrame:
    options: dict[str, Any] = {"layer": described.layer, "columns": wanted}
    path = described.opened.opened_as
    if described.driver == "ESRI Shapefile":
        # Names come as they stand in the file: where that is not how they are described (other
        # letters, spaces at the end), all fields are read.
        stands = pyogrio.read_info(path, layer=described.layer, encoding=BYTES)["fields"]
        plain = all(decode_name(name) == name for name in stands)
        options["columns"] = wanted if plain else None
        frame = _read_bulk(path, {**options, "encoding": BYTES})
        frame.columns = [decode_name(name) for name in frame.columns]
        return decode_columns(frame, described.encoding, told=encoding)
    if described.driver == "MapInfo File":
        return decode_columns(_read_fiona(described, wanted), None, told=encoding)
    if described.driver == "GeoJSON":
        return _read_bulk(path, {**options, "encoding": encoding})
    if encoding is not None:
        return _read_slowly(path, {**options, "encoding": encoding})
    return _read_bulk(path, options)


def _read_fiona(described: VectorDescription, wanted: list[str] | None) -> gpd.GeoDataFrame:
    """Read record by record, with the one driver that may, text as its bytes in Latin-1."""
    with fiona.open(
        described.opened.path,
        layer=described.layer,
        enabled_drivers=[described.driver],
        encoding=BYTES,
    ) as opened:
        fields = opened.schema["properties"]
        names = {name: decode_name(name) for name in fields}
        kept = [name for name in fields if wanted is None or names[name] in wanted]
        frame = gpd.GeoDataFrame.from_features(
            opened, crs=described.crs, columns=["geometry", *kept]
        )
    return frame.rename(columns=names)


def _read_bulk(path: str, options: dict[str, Any]) -> gpd.GeoDataFrame:
    try:
        return pyogrio.read_dataframe(path, use_arrow=True, **options)
    except NotImplementedError:
        # Curved geometries do not pass through Arrow; the record reader makes segments of them.
        frame = _read_slowly(path, options)
        frame.attrs[CURVED] = True
        return frame


def _require_text(frame: gpd.GeoDataFrame, source: str) -> None:
    """Refuse bytes that are no UTF-8: Arrow takes text on trust, and would fail somewhere later."""
    with as_input_error(source):
        for place, kind in enumerate(frame.dtypes):
            if isinstance(kind, pd.StringDtype):
                pa.array(frame.iloc[:, place].array).validate(full=True)


def _read_slowly(path: str, options: dict[str, Any]) -> gpd.GeoDataFrame:
    # A filter makes the driver count; without one it believes what a GeoPackage announces.
    where = "1=1" if path.lower().endswith(".gpkg") else None
    return pyogrio.read_dataframe(path, use_arrow=False, where=where, **options)
