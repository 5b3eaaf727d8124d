"""Zip archives (workbooks, documents) looked through before any library opens them.

A few kilobytes can unpack to gigabytes, and entities can grow without end, so both are met here:
every member is unpacked once against a stated limit, its checksum compared, and a document type in
its XML, which no office program writes, refused.
"""

from __future__ import annotations

import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO
from xml.etree import ElementTree as ET
from xml.parsers import expat

from layers.base.errors import InputError

#: What an archive may unpack to in all.
UNPACKED_LIMIT_MB = 500
_MEMBERS = 10_000
_BLOCK = 1 << 20
#: Most bytes of a part that is held in memory as a tree, some thirty times as large.
_TREE_BYTES = 32_000_000
#: Parts that hold what is read: damaged, they would be read in part.
_CONTENT = re.compile(r"(^|/)(worksheets/[^/]*|content|document|workbook|sharedStrings)\.xml$")

#: What ``zipfile`` raises on archives that are damaged, locked or of an unknown method.
_ERRORS = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    NotImplementedError,
    OSError,
    RuntimeError,
    ValueError,
    KeyError,
    ET.ParseError,
)


def look_through_archive(path: Path) -> list[str]:
    """Names of the members of an archive that is whole, small enough and free of entities."""
    with _told(path), zipfile.ZipFile(path) as archive:
        members = archive.infolist()
        if len(members) > _MEMBERS:
            raise zipfile.BadZipFile(f"{len(members)} members")
        total = sum(member.file_size for member in members)
        if total > UNPACKED_LIMIT_MB * 1_000_000:
            raise InputError(
                "layers.io.unpacks_too_large",
                path=path,
                total=total / 1000000.0,
                unpacked_limit_mb=UNPACKED_LIMIT_MB,
            )
        for member in members:
            if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                raise NotImplementedError(f"compression {member.compress_type}")
            with archive.open(member) as stream:
                _unpack(stream, path, member.filename)
        return [member.filename for member in members]


@contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except InputError:
        raise
    except _ERRORS as error:
        raise InputError("layers.io.damaged_or_locked", path=path, error=error) from error


def _unpack(stream: IO[bytes], path: Path, name: str) -> None:
    """Read a member to its end, where its checksum is compared; XML must be whole, and plain."""
    parser = _parser(path) if name.lower().endswith((".xml", ".rels")) else None
    while block := stream.read(_BLOCK):
        if parser is not None:
            try:
                parser.Parse(block)
            except expat.ExpatError as error:
                if _CONTENT.search(name):
                    raise zipfile.BadZipFile(f"{name}: {error}") from error
                parser = None  # a reader may do without styles or properties
            except LookupError as error:  # an encoding that no program knows
                raise zipfile.BadZipFile(f"{name}: {error}") from error
    if parser is not None and _CONTENT.search(name):
        try:
            parser.Parse(b"", True)
        except expat.ExpatError as error:
            raise zipfile.BadZipFile(f"{name}: {error}") from error


def _parser(path: Path) -> expat.XMLParserType:
    parser = expat.ParserCreate(namespace_separator=" ")

    def refuse(*_: object) -> None:
        raise InputError("layers.io.xml_entities", path=path)

    parser.StartDoctypeDeclHandler = refuse
    return parser


def read_xml(stream: IO[bytes], path: Path, **handlers: object) -> None:
    """Send a whole XML part through handlers of ``expat``."""
    parser = _parser(path)
    parser.buffer_text = True
    for name, handler in handlers.items():
        setattr(parser, name, handler)
    with _told(path):
        try:
            parser.ParseFile(stream)
        except expat.ExpatError as error:
            raise zipfile.BadZipFile(str(error)) from error


def read_part(path: Path, name: str) -> ET.Element:
    """Root of a small XML part of an archive that was looked through."""
    with _told(path), zipfile.ZipFile(path) as archive:
        if archive.getinfo(name).file_size > _TREE_BYTES:
            raise zipfile.BadZipFile(f"{name}: {archive.getinfo(name).file_size} bytes")
        return ET.fromstring(archive.read(name))  # noqa: S314 - entities were refused
