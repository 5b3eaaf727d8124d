"""The record of a run, ``run.json``: versions, inputs, closures, warnings, timings."""

from __future__ import annotations

import functools
import hashlib
import importlib.metadata
import json
import os
import platform
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from layers.base.errors import InputError
from layers.base.files import require_file, resolved
from layers.base.json_text import json_bytes, parsed_json
from layers.base.resources import data_path
from layers.io.endings import RASTER_ENDINGS
from layers.io.raster_source import raster_files

RECORD_NAME = "run.json"
_PACKAGES = (
    *("vungtrong", "geopandas", "shapely", "pyproj", "rasterio", "pyogrio", "numpy", "pandas"),
    "numba",
)


#: Told of so many bytes more that were read.
Read = Callable[[int], None]
_PIECE = 1 << 20


def _nobody(_count: int) -> None:
    """Tell nobody."""


class _Step(BaseModel):
    """What a record says of a step, as far as a later run reads it."""

    settings: dict[str, str] = {}
    tables: list[str] = []
    files: list[str] = []
    closures: list[dict[str, Any]] = []


class _Record(BaseModel):
    """What a later run, or ``verify``, reads of a record."""

    inputs: dict[str, Any] = {}
    outputs: dict[str, str] = {}
    steps: dict[str, _Step] = {}


def file_digest(path: Path, *, read: Read = _nobody) -> str:
    """SHA-256 of a file, or of all files of a folder (a FileGDB is one)."""
    total = hashlib.sha256()
    if path.is_dir():
        for part in sorted(item for item in path.rglob("*") if item.is_file()):
            total.update(part.relative_to(path).as_posix().encode())
            total.update(bytes.fromhex(file_digest(part, read=read)))
        return total.hexdigest()
    # A device or a pipe would be read without end.
    with require_file(path).open("rb") as stream:
        while piece := stream.read(_PIECE):
            total.update(piece)
            read(len(piece))
    return total.hexdigest()


def leads_out(path: Path, folder: Path) -> bool:
    """Whether a path is a link to what lies outside of a folder that came from elsewhere."""
    return path.is_symlink() and not resolved(path).is_relative_to(resolved(folder))


def _files_of(path: Path, folders: Sequence[Path]) -> list[Path]:
    """List the files that an input is read from, the main one first.

    A Shapefile or MapInfo file is several, a raster has files beside it, a VRT has sources, and a
    GeoPackage or ledger that is open elsewhere, or was killed, has its last changes in a ``-wal``.
    """
    suffix = path.suffix.lower()
    if path.is_dir() and suffix != ".gdb":
        return []  # No input: whoever reads it says so. It may be the whole disk.
    if suffix in RASTER_ENDINGS:
        return raster_files(path, folders=folders)
    if path.is_dir() or suffix not in {".shp", ".tab", ".mif"}:
        beside = (path.with_name(f"{path.name}{ending}") for ending in ("-journal", "-wal"))
        return [path, *(item for item in beside if item.is_file())]
    # Names are compared, not matched: "rung[2025].shp" is no pattern.
    near = [item for item in path.parent.iterdir() if item.name.startswith(f"{path.stem}.")]
    rest = [item for item in sorted(near) if item.is_file() and item.suffix != ".lock"]
    return [path, *(item for item in rest if item != path)]


def input_record(
    path: Path, *, folders: Sequence[Path] = (), read: Read = _nobody
) -> dict[str, Any]:
    """``path``, ``bytes``, ``sha256`` of an input; ``files`` with their digests where several."""
    files = _files_of(path, folders)
    digests = {_name(item, path): file_digest(item, read=read) for item in files}
    leaves = [leaf for item in files for leaf in (item.rglob("*") if item.is_dir() else [item])]
    size = sum(leaf.stat().st_size for leaf in leaves if leaf.is_file())
    record = {"path": path.name, "bytes": size, "sha256": digests.get(path.name, "")}
    if len(files) <= 1:
        return record
    together = "".join(f"{name}\0{digest}\n" for name, digest in sorted(digests.items()))
    whole = hashlib.sha256(together.encode()).hexdigest()
    return {**record, "sha256": whole, "files": dict(sorted(digests.items()))}


def _name(item: Path, path: Path) -> str:
    """Name of a part of an input, from the folder where the input lies."""
    if item == path:
        return path.name
    home = resolved(path).parent
    return os.path.relpath(resolved(item), home).replace(os.sep, "/")


def input_stamp(path: Path, *, folders: Sequence[Path] = ()) -> tuple[tuple[str, int, int], ...]:
    """Size and time of change of the files of an input, cheap to compare."""
    return tuple(
        (str(leaf), leaf.stat().st_size, leaf.stat().st_mtime_ns)
        for item in _files_of(path, folders)
        for leaf in sorted(item.rglob("*") if item.is_dir() else [item])
        if leaf.is_file()
    )


def refuse_changed(
    paths: Mapping[str, Path], stamps: Mapping[str, object], *, folders: Sequence[Path] = ()
) -> None:
    """Refuse a run whose inputs changed while it read them: the record would name other files."""
    changed = sorted(
        name
        for name, path in paths.items()
        if name in stamps
        and (not path.exists() or input_stamp(path, folders=folders) != stamps[name])
    )
    if changed:
        raise InputError("zones.output.inputs_changed", count=len(changed), changed=changed)


def output_digests(folder: Path, kept: dict[str, str]) -> dict[str, str]:
    """Digests of the files that a run leaves in its folder, so that a later change is seen."""
    files = sorted(item for item in folder.rglob("*") if item.is_file())
    names = {item.relative_to(folder).as_posix(): item for item in files}
    return {
        name: kept[name] if name in kept else file_digest(path)
        for name, path in names.items()
        if name != RECORD_NAME
    }


def software_versions() -> dict[str, str]:
    """Versions of Python, of the packages and of the embedded tables on which figures rest.

    Of the program its code: one version number may stand for more than one state of it.
    """
    versions = {
        "python": platform.python_version(),
        "data": _tables_digest(),
        "code": _code_digest(),
    }
    for name in _PACKAGES:
        try:
            versions[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            versions[name] = "not installed"
    return versions


@functools.cache
def _tables_digest() -> str:
    return file_digest(data_path())[:16]


@functools.cache
def _code_digest() -> str:
    home = Path(__file__).parents[2]
    return code_digest([home / name for name in ("layers", "maps", "zones")])


def code_digest(packages: Iterable[Path]) -> str:
    """Digest of the files of packages, without what Python or Numba compiled of them."""
    total = hashlib.sha256()
    for package in packages:
        for part in sorted(item for item in package.rglob("*") if item.is_file()):
            name = part.relative_to(package.parent)
            if "__pycache__" not in name.parts:
                total.update(f"{name.as_posix()}\0{file_digest(part)}\n".encode())
    return total.hexdigest()[:16]


def read_record(folder: Path) -> dict[str, Any] | None:
    """Record of the run that wrote a folder."""
    path = folder / RECORD_NAME
    if not path.is_file():
        return None
    try:
        record: dict[str, Any] = parsed_json(json_bytes(path))
        _Record.model_validate(record)
    except ValueError as error:
        raise InputError("zones.output.record_damaged", path=path) from error
    return record


def write_record(folder: Path, record: dict[str, Any]) -> None:
    """Write ``run.json``."""
    text = json.dumps(record, ensure_ascii=False, indent=2, default=str)
    (folder / RECORD_NAME).write_text(text + "\n", encoding="utf-8", newline="\n")
