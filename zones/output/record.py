"""The record of a run, ``run.json``: versions, inputs, closures, warnings, timings."""

from __future__ import annotations

import functools
import hashlib
import importlib.metadata
import json
import platform
from pathlib import Path
from typing import Any

from layers.base.errors import InputError
from layers.base.resources import data_path

__all__ = [
    "file_digest",
    "input_record",
    "output_digests",
    "read_record",
    "software_versions",
    "write_record",
]

RECORD_NAME = "run.json"
_PACKAGES = (
    *("vungtrong", "geopandas", "shapely", "pyproj", "rasterio", "pyogrio", "numpy", "pandas"),
    "numba",
)


def file_digest(path: Path) -> str:
    """SHA-256 of a file, or of all files of a folder (a FileGDB is one)."""
    if path.is_dir():
        total = hashlib.sha256()
        for part in sorted(item for item in path.rglob("*") if item.is_file()):
            total.update(part.relative_to(path).as_posix().encode())
            total.update(bytes.fromhex(file_digest(part)))
        return total.hexdigest()
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _files_of(path: Path) -> list[Path]:
    """List the files of an input: a Shapefile or MapInfo file is several."""
    if path.is_dir() or path.suffix.lower() not in {".shp", ".tab", ".mif"}:
        return [path]
    return sorted(item for item in path.parent.glob(f"{path.stem}.*") if item.is_file())


def input_record(path: Path) -> dict[str, Any]:
    """Size and digest of one input, its sidecar files included."""
    files = _files_of(path)
    if len(files) == 1:
        digest = file_digest(files[0])
    else:
        digest = hashlib.sha256("".join(map(file_digest, files)).encode()).hexdigest()
    leaves = [leaf for item in files for leaf in (item.rglob("*") if item.is_dir() else [item])]
    size = sum(leaf.stat().st_size for leaf in leaves if leaf.is_file())
    return {"path": path.name, "bytes": size, "sha256": digest}


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
    """Versions of Python, of the packages and of the embedded tables on which figures rest."""
    versions = {"python": platform.python_version(), "data": _tables_digest()}
    for name in _PACKAGES:
        try:
            versions[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            versions[name] = "not installed"
    return versions


@functools.cache
def _tables_digest() -> str:
    return file_digest(data_path())[:16]


def read_record(folder: Path) -> dict[str, Any] | None:
    """Record of the run that wrote a folder."""
    path = folder / RECORD_NAME
    if not path.is_file():
        return None
    try:
        record = json.loads(path.read_text("utf-8"))
    except ValueError as error:
        raise InputError(
            en=f"{path}: expected the record of a run, found a damaged file; run all steps again.",
            vi=f"{path}: tệp nhật ký bị hỏng; hãy chạy lại toàn bộ các bước.",
        ) from error
    return record if isinstance(record, dict) else None


def write_record(folder: Path, record: dict[str, Any]) -> None:
    """Write ``run.json``."""
    text = json.dumps(record, ensure_ascii=False, indent=2, default=str)
    (folder / RECORD_NAME).write_text(text + "\n", encoding="utf-8", newline="\n")
