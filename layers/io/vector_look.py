"""What a vector layer is, before its records are read: format, layers, fields, CRS, encoding.

fiona tells it of a file that nobody has vouched for, opened by the one driver its ending promises.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import fiona
import pyogrio
import pyproj
import shapely

from layers.base.errors import InputError, MissingFileError
from layers.io.dbf_text import decode_name
from layers.io.vector_source import VectorSource, local_sources, sibling

__all__ = ["VectorLook", "as_input_error", "list_layers", "look_into", "looked"]


@dataclass(frozen=True, slots=True)
class VectorLook:
    """What a layer is, before its records are read.

    Parameters
    ----------
    source : str
        File (and member of an archive), for messages.
    driver : str
        Format.
    layer : str
        Name of the layer.
    layers : tuple of str
        All layers with geometry in the file.
    fields : dict of str to str
        Field name to type, in file order.
    geometry_type : str
        Type declared by the file.
    crs : pyproj.CRS or None
        CRS declared by the file; None where it declares none.
    encoding : str or None
        Encoding declared by the file (``.cpg``, MapInfo charset); None where it declares none.
    count : int
        Records.
    """

    source: str
    driver: str
    layer: str
    layers: tuple[str, ...]
    fields: dict[str, str]
    geometry_type: str
    crs: pyproj.CRS | None
    encoding: str | None
    count: int
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


def look_into(path: str | Path, *, layer: str | None = None) -> VectorLook:
    """Tell driver, fields, CRS and encoding of a layer without reading its records.

    Parameters
    ----------
    path : str or Path
        A vector file, a FileGDB folder or a zip archive.
    layer : str, optional
        Layer; needed where the file has several.

    Returns
    -------
    VectorLook
        The description.

    Raises
    ------
    MissingFileError
        There is no such file or layer.
    InputError
        The file is remote, damaged, of an unknown format, or has several layers and none was
        named.
    """
    with looked(path, layer) as look:
        return look


@contextmanager
def looked(path: str | Path, layer: str | None) -> Iterator[VectorLook]:
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
                en=f"{origin}: no layer {layer!r}; its layers are {names}.",
                vi=f"{origin}: không có lớp {layer!r}; các lớp hiện có: {names}.",
            )
        if len(chosen) > 1:
            raise _which_layer(origin, [f"{s.name}: {name}" for s, name in chosen])
        yield _look(*chosen[0], layers=tuple(names))


def _which_layer(origin: str, names: list[str]) -> InputError:
    if not names:
        return InputError(
            en=f"{origin}: the file has no layer with geometry.",
            vi=f"{origin}: tệp không có lớp nào có hình học.",
        )
    return InputError(
        en=f"{origin}: {len(names)} layers, name one of them (layer): {names}.",
        vi=f"{origin}: có {len(names)} lớp, hãy chọn một lớp (layer): {names}.",
    )


@contextmanager
def as_input_error(source: str) -> Iterator[None]:
    """Turn the many exceptions of the drivers into one; their warnings repeat what we check."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except (InputError, MissingFileError, MemoryError):
        raise
    except (
        pyogrio.errors.DataSourceError,
        pyogrio.errors.DataLayerError,
        pyogrio.errors.FeatureError,
        pyogrio.errors.GeometryError,
        pyogrio.errors.CRSError,
        pyproj.exceptions.CRSError,
        fiona.errors.FionaError,
        fiona.errors.CRSError,
        shapely.errors.ShapelyError,
        OSError,
        ValueError,
        RuntimeError,
        KeyError,
    ) as error:
        reason = " ".join(str(error).split())[:300]
        raise InputError(
            en=f"{source}: could not be read ({reason}); is the file whole and of that format?",
            vi=f"{source}: không đọc được ({reason}); tệp có đầy đủ và đúng định dạng không?",
        ) from error


def _layers_of(source: VectorSource) -> list[str]:
    if source.driver == "Parquet":
        return [source.path.stem]
    with as_input_error(source.name):
        # Opened by the one driver its ending promises: a file that contains something else, such
        # as a list of addresses to fetch, fails here.
        fiona.open(source.path, enabled_drivers=[source.driver]).close()
        names: list[str] = fiona.listlayers(source.path)
        if len(names) == 1:
            return names
        return [name for name in names if _has_geometry(source, name)]


def _has_geometry(source: VectorSource, layer: str) -> bool:
    with fiona.open(source.path, layer=layer, enabled_drivers=[source.driver]) as opened:
        return bool(opened.schema["geometry"] != "None")


def _look(source: VectorSource, layer: str, *, layers: tuple[str, ...]) -> VectorLook:
    with as_input_error(source.name):
        if source.driver == "Parquet":
            return _look_parquet(source)
        # Names of fields in the bytes of the file too: a code page that GDAL does not know would
        # make empty names of them.
        bytes_ = {"encoding": "ISO-8859-1"} if source.driver == "ESRI Shapefile" else {}
        with fiona.open(
            source.path, layer=layer, enabled_drivers=[source.driver], **bytes_
        ) as opened:
            geometry_type, crs = opened.schema["geometry"], opened.crs_wkt
            look = VectorLook(
                source=source.name,
                driver=source.driver,
                layer=layer,
                layers=layers,
                fields={
                    decode_name(name) if bytes_ else name: kind
                    for name, kind in opened.schema["properties"].items()
                },
                geometry_type=geometry_type,
                crs=pyproj.CRS.from_wkt(crs) if crs else None,
                encoding=_declared_encoding(source),
                count=_count(opened, source),
                opened=source,
            )
    if geometry_type == "None":
        raise InputError(
            en=f"{source.name}: layer {layer!r} is a table without geometry.",
            vi=f"{source.name}: lớp {layer!r} là bảng không có hình học.",
        )
    return look


def _count(opened: fiona.Collection, source: VectorSource) -> int:
    try:
        return len(opened)
    except TypeError:  # a text format without an index, such as MIF
        return int(pyogrio.read_info(source.path, force_feature_count=True)["features"])


def _declared_encoding(source: VectorSource) -> str | None:
    if source.driver == "ESRI Shapefile":
        page = sibling(source.path, ".cpg")
        return page.read_text(encoding="ascii", errors="replace").strip() if page else None
    if source.driver == "MapInfo File":
        info: dict[str, Any] = pyogrio.read_info(source.path)
        return str(info["encoding"])
    return "UTF-8"


def _look_parquet(source: VectorSource) -> VectorLook:
    import pyarrow.parquet as pq

    schema, rows = pq.read_schema(source.path), pq.read_metadata(source.path).num_rows
    raw = (schema.metadata or {}).get(b"geo")
    if raw is None:
        raise InputError(
            en=f"{source.name}: a Parquet table without GeoParquet metadata has no geometry.",
            vi=f"{source.name}: bảng Parquet không có siêu dữ liệu GeoParquet nên không có hình.",
        )
    primary = json.loads(raw)["primary_column"]
    column = json.loads(raw)["columns"][primary]
    crs = column.get("crs", "OGC:CRS84")  # the standard's default when the key is absent
    return VectorLook(
        source=source.name,
        driver=source.driver,
        layer=source.path.stem,
        layers=(source.path.stem,),
        fields={f.name: str(f.type) for f in schema if f.name not in json.loads(raw)["columns"]},
        geometry_type="/".join(column.get("geometry_types") or ["Unknown"]),
        crs=pyproj.CRS.from_user_input(crs) if crs else None,
        encoding="UTF-8",
        count=rows,
        opened=source,
    )
