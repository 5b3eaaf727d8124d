"""Where a vector file lies on disk, and whether it is whole, before any driver opens it.

GDAL would follow a path to another machine, open whatever a file turns out to contain, and read a
truncated Shapefile as plots without geometry. So a path is resolved here to one local data set of
one known format, archives are unpacked with care, and the parts of a Shapefile are counted.
"""

from __future__ import annotations

import codecs
import json
import lzma
import mmap
import os
import re
import sqlite3
import stat
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO

import pyproj
from pyogrio.util import vsi_path

from layers.base.errors import InputError, MissingFileError
from layers.base.files import require_file, resolved, special_kind
from layers.base.messages import message
from layers.io.atomic import waiting_files
from layers.io.declared_crs import declared_crs
from layers.io.endings import ARCHIVES, DRIVERS, instead_of

# How a file of the format begins, in small letters, and what would make it one of another (XML,
# such as a list of addresses to fetch).
_SIGNATURES = {
    ".tab": (b"!table", b"<"),
    ".mif": (b"version", b"<"),
    ".fgb": (b"fgb\x03fgb", b""),
}
_SEAMLESS = re.compile(rb"\\isseamless", re.IGNORECASE)

#: Parts that hold a few lines of text about a layer or raster: a CRS, a place, colours.
_NOTES = frozenset(
    [
        ".prj",
        ".qpj",
        ".cpg",
        ".hdr",
        ".wld",
        ".tfw",
        ".tifw",
        ".tiffw",
        ".pgw",
        ".stx",
        ".clr",
        ".sgrd",
    ]
)
_NOTE_BYTES = 10_000_000

# A plot layer of a province unpacks to about a gigabyte; an archive that swells beyond this, or
# holds more files, is not one.
_UNPACKED_LIMIT_BYTES = 4 * 2**30
_MEMBERS_LIMIT = 10_000
#: Where more than this unpacks from so few bytes, it is no layer: their tables shrink to a tenth.
_SWOLLEN_BYTES, _SWOLLEN_TIMES = 500_000_000, 150

_REMOTE = re.compile(r"^(?:/vsi|[a-z][a-z0-9+.-]+:)", re.IGNORECASE)
_DRIVE = re.compile(r"^[a-z]:(?![a-z])", re.IGNORECASE)


class _LetterByLetter(str):
    """Name that pyogrio hands on as it is, as it does with GDAL's own, which begin with "/vsi".

    Any other it reads as an address: what stands before a ``!`` or after a ``;`` is dropped, and
    GDAL would open another file that happens to be called like the rest.
    """

    __slots__ = ()

    def __str__(self) -> str:
        return self

    def startswith(self, prefix: Any, *bounds: Any) -> bool:
        return prefix == "/vsi" or super().startswith(prefix, *bounds)


def exact_name(path: Path, *, prefix: str = "") -> str:
    """Name by which pyogrio opens this very file, whatever letters its path holds."""
    name = _LetterByLetter(f"{prefix}{path}")
    if vsi_path(name) != name:  # another release of pyogrio may look at names in another way
        raise InputError("layers.io.name_of_another_file", path=path, read=vsi_path(name))
    return name


@dataclass(frozen=True, slots=True)
class VectorSource:
    """One local data set."""

    path: Path  # What a driver opens; lies in a temporary folder where ``origin`` is an archive
    origin: Path  # What the user named
    driver: str  # GDAL's name of the format, or ``"Parquet"``
    called: str = ""  # Name for messages where it is not that of ``path``

    @property
    def name(self) -> str:
        """Name for messages: the file, and the member of the archive."""
        if self.called or self.path == self.origin:
            return self.called or self.origin.name
        return f"{self.origin.name}/{self.path.name}"

    @property
    def opened_as(self) -> str:
        """Name for pyogrio: a prefix keeps other JSON drivers, which may fetch, away."""
        if self.driver == "GeoJSON":
            return exact_name(resolved(self.path), prefix="GeoJSON:")
        return exact_name(self.path)


@contextmanager
def local_sources(path: str | Path) -> Iterator[list[VectorSource]]:
    """Open a path as the data sets it stands for: one, or those of an archive."""
    origin = local_path(path)
    if origin.suffix.lower() in ARCHIVES:
        require_file(origin)
        with tempfile.TemporaryDirectory(prefix="vungtrong-") as folder:
            _unpack(origin, Path(folder))
            yield _members(origin, Path(folder))
        return
    yield [_source(origin, origin)]


def local_path(path: str | Path) -> Path:
    """Path of something that exists on this machine; no address, no name of GDAL's own."""
    text = str(path)
    if _REMOTE.match(text) and not _DRIVE.match(text):
        raise InputError("layers.io.not_a_local_file", text=text)
    # pyarrow and geopandas take a name that begins with "~" for somebody's home.
    found = Path(path).absolute() if text.startswith("~") else Path(path)
    waiting = waiting_files(found)
    if waiting is not None:
        raise MissingFileError("layers.io.writing_interrupted", path=found, folder=waiting.name)
    require_file(found, folder=True)
    for part in _parts(found):
        refuse_special_part(found, part)
    return found


def refuse_special_part(path: Path, part: Path) -> None:
    """Refuse what a driver opens along and would wait for, or take into memory as a whole."""
    if (kind := special_kind(part)) is not None:
        raise InputError("layers.io.special_part", path=path, part=part.name, kind=kind)
    if part.suffix.lower() in _NOTES and part.is_file() and part.stat().st_size > _NOTE_BYTES:
        size, most = part.stat().st_size / 1e6, _NOTE_BYTES / 1e6
        raise InputError("layers.io.large_part", path=path, part=part.name, mb=size, most=most)


def _parts(path: Path) -> Iterator[Path]:
    """Files of a layer or raster beside its main file, or within it where it is a folder."""
    if path.is_dir():
        yield from path.iterdir()
        return
    stem, name = path.stem.lower() + ".", path.name.lower()
    for item in path.parent.iterdir():
        if item.name.lower().startswith((stem, name)):
            yield item


def _source(path: Path, origin: Path) -> VectorSource:
    suffix = path.suffix.lower()
    driver = DRIVERS.get(suffix)
    if driver is None or (path.is_dir() and suffix != ".gdb"):
        found = message("layers.io.a_folder") if path.is_dir() else suffix
        hint = instead_of(suffix)
        named = path.name or path
        raise InputError("layers.io.not_a_vector_file", file=named, found=found, hint=hint)
    source = VectorSource(path, origin, driver)
    _refuse_parts_elsewhere(source)
    if suffix == ".shp":
        _check_shapefile(source)
    elif suffix in _SIGNATURES:
        _check_signature(source, *_SIGNATURES[suffix])
        if suffix == ".tab":
            _refuse_seamless(source)
    elif driver == "GeoJSON":
        _check_geojson(source)
    elif driver == "GPKG":
        _check_geopackage(source)
    return source


def _refuse_parts_elsewhere(source: VectorSource) -> None:
    """Refuse parts that are links out of the layer's folder: the project does not name them."""
    path = source.path
    homes = [resolved(path)] if path.is_dir() else [resolved(path.parent), resolved(path).parent]
    for part in _parts(path):
        real = resolved(part)
        if part.is_symlink() and part != path and not any(map(real.is_relative_to, homes)):
            raise InputError(
                "layers.io.part_elsewhere", source=source.name, part=part.name, real=real
            )


def sibling(path: Path, suffix: str) -> Path | None:
    """Part of a file set beside its main file, whatever the case of its ending."""
    for candidate in sorted(path.parent.iterdir()):
        if candidate.stem == path.stem and candidate.suffix.lower() == suffix:
            return candidate
    return None


def _members(origin: Path, folder: Path) -> list[VectorSource]:
    found = [
        item
        for item in sorted(folder.rglob("*"))
        if item.suffix.lower() in DRIVERS
        and item.is_dir() == (item.suffix.lower() == ".gdb")
        and "__MACOSX" not in item.parts
    ]
    if not found:
        raise InputError("layers.io.archive_without_vector", origin=origin.name)
    return [_source(item, origin) for item in found]


def _unpack(archive: Path, folder: Path) -> None:
    try:
        with zipfile.ZipFile(archive) as opened:
            members = opened.infolist()
            _check_members(archive, members)  # before a byte is written
            opened.extractall(folder)
    except InputError:
        raise
    except (
        zipfile.BadZipFile,
        zlib.error,
        lzma.LZMAError,
        struct.error,
        EOFError,
        NotImplementedError,
        RuntimeError,
        OSError,
        ValueError,
        OverflowError,
    ) as error:
        raise InputError("layers.io.archive_damaged", archive=archive.name, error=error) from error


def _check_members(archive: Path, members: list[zipfile.ZipInfo]) -> None:
    outside = [member.filename for member in members if _leaves_folder(member)]
    if outside:
        raise InputError(
            "layers.io.members_outside_folder",
            archive=archive.name,
            count=len(outside),
            outside=outside,
        )
    if any(member.flag_bits & 0x1 for member in members):
        raise InputError("layers.io.archive_encrypted", archive=archive.name)
    # Members may share their bytes, and lie about how many they have: the file has no more.
    size, packed = sum(member.file_size for member in members), archive.stat().st_size
    if size > _UNPACKED_LIMIT_BYTES or len(members) > _MEMBERS_LIMIT:
        limit = f"{_UNPACKED_LIMIT_BYTES / 2**30:.0f} GiB"
        raise InputError(
            "layers.io.archive_too_large",
            archive=archive.name,
            count=len(members),
            size=size / 2**30,
            members_limit=_MEMBERS_LIMIT,
            limit=limit,
        )
    if size > max(_SWOLLEN_BYTES, _SWOLLEN_TIMES * packed):
        raise InputError(
            "layers.io.archive_swells", archive=archive.name, size=size / 1e6, packed=packed / 1e6
        )


def _leaves_folder(member: zipfile.ZipInfo) -> bool:
    name = member.filename.replace("\\", "/")
    link = stat.S_ISLNK(member.external_attr >> 16)
    return (
        link
        or name.startswith("/")
        or _DRIVE.match(name) is not None
        or ".." in PurePosixPath(name).parts
    )


def _check_shapefile(source: VectorSource) -> None:
    """Refuse a Shapefile whose parts are missing, truncated or of unequal length.

    GDAL reads records beyond the end of a truncated .shp as null geometries and those beyond the
    end of a .dbf as null attributes: plots would be lost without a word.
    """
    index, table = sibling(source.path, ".shx"), sibling(source.path, ".dbf")
    missing = [s for s, part in ((".shx", index), (".dbf", table)) if part is None]
    if index is None or table is None:
        raise InputError("layers.io.shapefile_parts_missing", source=source.name, missing=missing)
    header = file_head(source.path, 100)
    if len(header) < 100 or int.from_bytes(header[:4], "big") != 9994:
        raise InputError("layers.io.not_a_shapefile", source=source.name)
    declared, present = int.from_bytes(header[24:28], "big") * 2, source.path.stat().st_size
    if present < declared:
        raise InputError(
            "layers.io.shapefile_truncated", source=source.name, declared=declared, present=present
        )
    _check_record_counts(source, (index.stat().st_size - 100) // 8, table)


def _check_record_counts(source: VectorSource, shapes: int, table: Path) -> None:
    header = file_head(table, 32)
    if len(header) < 32:
        raise InputError("layers.io.dbf_empty", source=source.name)
    records = int.from_bytes(header[4:8], "little")
    start, length = int.from_bytes(header[8:10], "little"), int.from_bytes(header[10:12], "little")
    whole = max(table.stat().st_size - start, 0) // max(length, 1)
    present = min(records, whole)
    if present != shapes:
        raise InputError(
            "layers.io.shapes_unlike_records", source=source.name, shapes=shapes, present=present
        )


def _check_signature(source: VectorSource, start: bytes, forbidden: bytes) -> None:
    """Refuse a file that is not of its format, or that a driver of another would open."""
    head = file_head(source.path, 1024)
    if not head.lower().startswith(start) or (forbidden and forbidden in head):
        raise InputError("layers.io.not_of_format", source=source.name, driver=source.driver)


def _refuse_seamless(source: VectorSource) -> None:
    """Refuse a table of tables: the driver would read files that the project does not name."""
    with source.path.open("rb") as file, _mapped(file) as content:
        if _SEAMLESS.search(content):
            raise InputError("layers.io.seamless_table", source=source.name)


def file_head(path: Path, size: int) -> bytes:
    """First bytes of a file."""
    with path.open("rb") as opened:
        return opened.read(size)


# A key "crs", its letters written out or escaped, in capitals or not.
_CRS_KEY = re.compile(
    rb'"(?:c|\\u00[46]3)(?:r|\\u00[57]2)(?:s|\\u00[57]3)"\s*:\s*(?=\{)', re.IGNORECASE
)
#: Most fields of a layer: the drivers look through all of them for each.
FIELD_LIMIT = 10_000
_KEY = re.compile(rb'"([^"\\]{0,100})"\s*:')
_CRS_TYPES = ("name", "epsg", "ogc")
# A view over a million plots takes some 50 million steps of SQLite; four times as many, 8 s, are
# the most that is looked at, and one value of a view holds at most 64 MiB.
_VIEW_STEPS, _STEPS_A_CALL = 200_000_000, 1_000_000
_VIEW_VALUE_BYTES = 64 * 2**20
# A CRS is a few hundred bytes; one that needs more is not read.
_CRS_BYTES = 65536


def _check_geojson(source: VectorSource) -> None:
    """Refuse a CRS that is a link: the driver would fetch whatever address it names."""
    _require_utf8(source)
    keys: set[bytes] = set()
    with source.path.open("rb") as file:
        while block := file.read(1 << 20):
            keys.update(_KEY.findall(block))
            refuse_many_fields(source, len(keys))
    if any(_is_link(members) for members in _crs_members(source.path)):
        raise InputError("layers.io.crs_is_a_link", source=source.name)


def names_crs(path: Path, told: pyproj.CRS) -> bool:
    """Whether every CRS that a GeoJSON file names is the one that the driver told.

    The driver takes a CRS that it does not know for WGS 84.
    """
    return all(_is_named(members, told) for members in _crs_members(path))


def refuse_many_fields(source: VectorSource, count: int) -> None:
    """Refuse a layer of more fields than any office has."""
    if count > FIELD_LIMIT:
        raise InputError("layers.io.too_many_fields", source=source.name, most=FIELD_LIMIT)


_Members = list[tuple[str, Any]] | None


def _crs_members(path: Path) -> list[_Members]:
    """Members of every object "crs" of a GeoJSON file; None where one cannot be understood."""
    decoder = json.JSONDecoder(object_pairs_hook=list)
    found: list[_Members] = []
    with path.open("rb") as file, _mapped(file) as content:
        for key in _CRS_KEY.finditer(content):
            text = content[key.end() : key.end() + _CRS_BYTES].decode("utf-8", "replace")
            try:
                found.append(decoder.raw_decode(text)[0])
            except (ValueError, RecursionError):
                found.append(None)
    return found


def _is_link(members: _Members) -> bool:
    """Whether a CRS is of any type but a name."""
    if members is None:
        return True
    types = [told for key, told in members if key.casefold() == "type"]
    return any(str(told).casefold() not in _CRS_TYPES for told in types)


def _is_named(members: _Members, told: pyproj.CRS) -> bool:
    """Whether a CRS has a name, or a number of the EPSG, that stands for ``told``."""
    inner = dict(members or ()).get("properties")
    said = dict(inner) if isinstance(inner, list) and all(map(_is_pair, inner)) else {}
    name = said.get("name", said.get("urn", f"EPSG:{said.get('code')}"))
    try:
        named = declared_crs(str(name))
    except pyproj.exceptions.CRSError:
        return False
    return bool(named.equals(told, ignore_axis_order=True))


def _is_pair(item: object) -> bool:
    return isinstance(item, tuple)


def _require_utf8(source: VectorSource) -> None:
    """Refuse bytes that are no UTF-8: the driver's message about them cannot be decoded either."""
    decoder, position = codecs.getincrementaldecoder("utf-8")(), 0
    with source.path.open("rb") as file:
        while True:
            block = file.read(1 << 20)
            try:
                decoder.decode(block, final=not block)
            except UnicodeDecodeError as error:
                at = position + error.start
                raise InputError("layers.io.geojson_not_utf8", source=source.name, at=at) from error
            if not block:
                return
            position += len(block)


@contextmanager
def _mapped(file: BinaryIO) -> Iterator[mmap.mmap | bytes]:
    if os.fstat(file.fileno()).st_size == 0:
        yield b""
        return
    with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        yield content


def _check_geopackage(source: VectorSource) -> None:
    """Refuse a damaged GeoPackage: one wrong byte in its schema can end the process in the driver.

    SQLite itself looks first; names and definitions must be UTF-8.
    """
    try:
        with closing(open_geopackage(source.path)) as database:
            found = database.execute("PRAGMA quick_check(1)").fetchone()
            rows = database.execute("SELECT name, tbl_name, sql, type FROM sqlite_master")
            for row in (schema := rows.fetchall()):
                _require_text(row)
            for table in ("gpkg_contents", "gpkg_geometry_columns", "gpkg_spatial_ref_sys"):
                for row in database.execute(f"SELECT * FROM {table}"):  # noqa: S608 - of our own
                    _require_text(row)
            made = [row[0].decode() for row in schema if _is_made(database, row)]
            _require_views_end(source, database, made)
    except (sqlite3.Error, UnicodeDecodeError) as error:
        raise _damaged(source, str(error)) from error
    if found[0] != b"ok":
        raise _damaged(source, found[0].decode("utf-8", "replace"))


def _is_made(database: sqlite3.Connection, row: tuple[bytes, bytes, bytes | None, bytes]) -> bool:
    """Whether values are worked out as they are read: a view, or a table with such columns."""
    if row[3] != b"table" or b" AS" not in (row[2] or b"").upper():
        return row[3] == b"view"
    name = row[0].decode().replace('"', '""')
    columns = database.execute(f'PRAGMA table_xinfo("{name}")').fetchall()
    return any(column[6] in (2, 3) for column in columns)


def _require_views_end(
    source: VectorSource, database: sqlite3.Connection, views: list[str]
) -> None:
    """Refuse a view without end, or of huge values: the driver would count its rows for ever."""
    database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _VIEW_VALUE_BYTES)
    for view in views:
        calls = iter(range(_VIEW_STEPS // _STEPS_A_CALL))
        database.set_progress_handler(partial(_ended, calls), _STEPS_A_CALL)
        name = view.replace('"', '""')
        try:
            for _ in database.execute(f'SELECT * FROM "{name}"'):  # noqa: S608 - quoted, read only
                pass
        except (sqlite3.OperationalError, sqlite3.DataError) as error:
            # A view that is left over from a table that is gone stops nobody: it is not read.
            if str(error).startswith(("no such", "error in view")):
                continue
            raise InputError("layers.io.view_without_end", source=source.name, view=view) from error
    database.set_progress_handler(None, 0)


def _ended(calls: Iterator[int]) -> bool:
    return next(calls, None) is None


def open_geopackage(path: Path) -> sqlite3.Connection:
    """Open a GeoPackage for reading only, text as bytes."""
    database = sqlite3.connect(f"{resolved(path).as_uri()}?mode=ro", uri=True)
    database.text_factory = bytes
    return database


def _require_text(row: tuple[object, ...]) -> None:
    for cell in row:
        if isinstance(cell, bytes):
            cell.decode("utf-8")


def _damaged(source: VectorSource, reason: str) -> InputError:
    reason = " ".join(reason.split())[:200]
    return InputError("layers.io.geopackage_damaged", source=source.name, reason=reason)
