"""Cells of a layer's number fields that are no numbers: drivers make 0 of "mười" and 7 of "7,25".

A GeoPackage, a .dbf and a .mid may hold anything in a field of numbers; the other formats cannot.
"""

from __future__ import annotations

import csv
import re
import sqlite3
import struct
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path

import numpy as np

from layers.base.errors import InputError
from layers.base.messages import message
from layers.io.vector_source import file_head, open_geopackage, sibling

_REAL = "OFTReal"
#: Types of number fields, and what their cells hold at most.
_TYPES = {"OFTInteger": 2**31, "OFTInteger64": 2**63, _REAL: 0}
_DECLARED = {"BOOLEAN": 2**31, "TINYINT": 2**7, "SMALLINT": 2**15, "MEDIUMINT": 2**31}
_NUMBER = re.compile(rb"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?")
_DELIMITER = re.compile(rb'^\s*delimiter\s+"(.)"', re.IGNORECASE | re.MULTILINE)
_WHOLE = re.compile(rb"[-+]?\d+(\.0*)?")
#: Stars fill a cell of a .dbf that is empty, or too narrow for its figure.
_BLANK = b" \t\r\n\0"
_PLAIN = np.zeros(256, dtype=bool)
_PLAIN[list(b"0123456789.-+eE \0")] = True
_BLOCK = 1 << 22
#: Sign behind the last field in the head of a .dbf.
_LAST = 0x0D
_SHOWN = 5

#: Number of a record, from 1, and what its cell holds.
_Bad = Iterator[tuple[int, str]]


def refuse_no_numbers(path: Path, driver: str, layer: str, fields: Mapping[str, str]) -> None:
    """Refuse number fields that hold something else; ``fields`` are in file order, with types."""
    numbers = {name: kind for name, kind in fields.items() if kind in _TYPES}
    if not numbers:
        return
    if driver == "GPKG":
        found = _of_geopackage(path, layer, numbers)
    elif driver == "ESRI Shapefile" and (table := sibling(path, ".dbf")):
        found = _of_dbf(table, list(fields), numbers)
    elif path.suffix.lower() == ".mif" and (table := sibling(path, ".mid")):
        found = _of_mid(path, table, list(fields), numbers)
    else:
        return
    bad = {name: cells for name, cells in found.items() if cells}
    for name, cells in bad.items():
        rows = [message("layers.io.row_holds", row=row, value=cell[:80]) for row, cell in cells]
        raise InputError("layers.io.field_of_no_numbers", source=path.name, field=name, rows=rows)


def _of_geopackage(
    path: Path, layer: str, numbers: Mapping[str, str]
) -> dict[str, list[tuple[int, str]]]:
    with closing(open_geopackage(path)) as database:
        table = _quoted(layer)
        told = database.execute(f"PRAGMA table_info({table})").fetchall()
        declared = {row[1].decode("utf-8"): row[2].decode("utf-8").upper() for row in told}
        tests = {name: _test(name, kind, declared.get(name, "")) for name, kind in numbers.items()}
        sums = ", ".join(f"sum({test})" for test in tests.values())
        counts = database.execute(f"SELECT {sums} FROM {table}").fetchone()  # noqa: S608 - quoted
        bad = [name for name, count in zip(tests, counts, strict=True) if count]
        return {name: _cells(database, table, name, tests[name]) for name in bad}


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _test(name: str, kind: str, declared: str) -> str:
    """Condition on a cell that is no number of its field's type."""
    cell = _quoted(name)
    if kind == _REAL:
        return f"typeof({cell}) NOT IN ('real', 'integer', 'null')"
    most = _DECLARED.get(declared, _TYPES[kind])
    within = f"{cell} BETWEEN {-most} AND {most - 1}"
    return f"NOT (typeof({cell}) = 'null' OR (typeof({cell}) = 'integer' AND {within}))"


def _cells(database: sqlite3.Connection, table: str, name: str, test: str) -> list[tuple[int, str]]:
    cell = _quoted(name)
    rows = database.execute(
        f"SELECT row, {cell} FROM (SELECT row_number() OVER () AS row, {cell} FROM {table}) "  # noqa: S608 - quoted
        f"WHERE {test} LIMIT {_SHOWN}"
    )
    return [(int(row), _shown(value)) for row, value in rows]


def _shown(value: object) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def _of_dbf(
    table: Path, fields: list[str], numbers: Mapping[str, str]
) -> dict[str, list[tuple[int, str]]]:
    places = _places_in_dbf(table, fields, numbers)
    found: dict[str, list[tuple[int, str]]] = {name: [] for name in places}
    with table.open("rb") as file:
        _, rows, first, length = struct.unpack("<4sIHH", file.read(12))
        file.seek(first)
        step, done = max(_BLOCK // max(length, 1), 1), 0
        while done < rows and (block := file.read(min(step, rows - done) * length)):
            records = np.frombuffer(block[: len(block) // length * length], dtype=np.uint8)
            records = records.reshape(-1, length)
            kept = records[:, 0] != ord("*")
            for name, (start, width) in places.items():
                bad = _no_numbers(records[:, start : start + width], numbers[name])
                found[name] += [(done + row + 1, text) for row, text in bad if kept[row]]
            done += len(records)
            if not len(records):
                break
    return {name: cells[:_SHOWN] for name, cells in found.items()}


def _places_in_dbf(
    table: Path, fields: list[str], numbers: Mapping[str, str]
) -> dict[str, tuple[int, int]]:
    """Start and width in a record of each number field that is written as text."""
    head = file_head(table, 1 << 16)
    abouts = [head[at : at + 32] for at in range(32, len(head), 32)]
    end = next((n for n, about in enumerate(abouts) if about[0] == _LAST), len(abouts))
    if end != len(fields):  # two of one name, which whoever asks for them is told
        return {}
    places, start = {}, 1
    for name, about in zip(fields, abouts, strict=False):
        if name in numbers and chr(about[11]) in "NF":
            places[name] = (start, about[16])
        start += about[16]
    return places


def _no_numbers(cells: np.ndarray, kind: str) -> _Bad:
    """Rows of a block whose cells are neither blank nor a number."""
    texts = np.ascontiguousarray(cells).view(f"S{cells.shape[1]}").ravel()
    plain = _PLAIN[cells].all(axis=1)
    for row in np.flatnonzero(~plain | ~_read_alike(texts, plain, kind)):
        text = texts[row].strip(_BLANK)
        if text.strip(b"*") and not _is_number(text, kind):
            yield int(row), text.decode("utf-8", "replace")


def _read_alike(texts: np.ndarray, plain: np.ndarray, kind: str) -> np.ndarray:
    """Whether all cells of a block are numbers, told at once; else each is looked at."""
    asked = np.char.strip(texts[plain])
    try:
        values = np.where(asked == b"", b"0", asked).astype("float64")
    except ValueError:
        return np.zeros(len(texts), dtype=bool)
    alike = np.ones(len(texts), dtype=bool)
    if kind != _REAL:
        alike[plain] = (values == np.floor(values)) & (np.abs(values) < min(_TYPES[kind], 2**53))
    return alike


def _is_number(text: bytes, kind: str) -> bool:
    if kind == _REAL:
        return _NUMBER.fullmatch(text) is not None
    whole = _WHOLE.fullmatch(text)
    return whole is not None and abs(int(text.partition(b".")[0])) < _TYPES[kind]


def _of_mid(
    path: Path, table: Path, fields: list[str], numbers: Mapping[str, str]
) -> dict[str, list[tuple[int, str]]]:
    told = _DELIMITER.search(file_head(path, 1 << 16))
    delimiter = told[1].decode("latin-1") if told else "\t"
    found: dict[str, list[tuple[int, str]]] = {name: [] for name in numbers}
    places = {name: fields.index(name) for name in numbers}
    with table.open(encoding="latin-1", newline="") as file:
        for number, row in enumerate(csv.reader(file, delimiter=delimiter), start=1):
            for name, place in places.items():
                text = row[place].strip() if place < len(row) else ""
                if text and not _is_number(text.encode("latin-1"), numbers[name]):
                    found[name].append((number, text.encode("latin-1").decode("utf-8", "replace")))
    return {name: cells[:_SHOWN] for name, cells in found.items()}
