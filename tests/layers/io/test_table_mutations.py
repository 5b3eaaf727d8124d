"""Damaged tables: whatever befell a file, it is read, or refused in one line; nothing else.

A seeded sample: bits flipped, files cut, members of workbooks exchanged or changed, headers edited.
"""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from layers.base.errors import VungTrongError
from layers.io.table import read_table
from layers.io.values import parse_numbers

GOLDEN = Path(__file__).parents[2] / "golden" / "tables"
HEADERS = (b"", b"area_ha", b"=1+1", b"\xff", b'"', b"\x00", "Diện tích".encode(), b";" * 30)

Mutation = Callable[[bytes, random.Random], bytes]


def _flip(data: bytes, rng: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(rng.choice((1, 1, 4, 32)) if data else 0):
        changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
    return bytes(changed)


def _cut(data: bytes, rng: random.Random) -> bytes:
    start, end = sorted(rng.randrange(len(data) + 1) for _ in range(2))
    return data[:end] if rng.random() < 0.7 else data[:start] + data[end:]


def _header(data: bytes, rng: random.Random) -> bytes:
    head, _, rest = data.partition(b"\n")
    cells = head.split(b",")
    cells[rng.randrange(len(cells))] = rng.choice(HEADERS)
    return b",".join(cells) + b"\n" + rest


def _members(change: Mutation) -> Mutation:
    """Change one member of an archive, or give it the content of another."""

    def mutate(data: bytes, rng: random.Random) -> bytes:
        with zipfile.ZipFile(io.BytesIO(data)) as old:
            members = {name: old.read(name) for name in old.namelist()}
        name, other = rng.choice(list(members)), rng.choice(list(members))
        members[name] = members[other] if rng.random() < 0.2 else change(members[name], rng)
        if rng.random() < 0.1:
            del members[other]
        made = io.BytesIO()
        with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
            for each, content in members.items():
                new.writestr(each, content)
        return made.getvalue()

    return mutate


def _csv() -> bytes:
    rows = [f"06{number:03},Lộc Bình,Na,2025,{number}.5" for number in range(20)]
    return "\n".join(["commune_code,commune,crop,year,area_ha", *rows, ""]).encode()


def _xlsx() -> bytes:
    book = openpyxl.Workbook()
    for row in (["commune_code", "crop", "area_ha"], ["06148", "Na", 12.5], ["06151", "Na", "=1"]):
        book.active.append(row)
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def _parquet() -> bytes:
    frame = pd.DataFrame({"commune_code": ["06148", None], "crop": "Na", "area_ha": [12.5, 7.25]})
    return frame.to_parquet()


def _cases(kind: str) -> Iterator[tuple[Mutation, int]]:
    # A workbook that survives the first look costs a process.
    zipped, flat = kind in ("xlsx", "ods", "xlsb"), kind in ("csv", "parquet")
    yield _flip, 100 if flat else 8
    yield _cut, 60 if flat else 8
    if kind == "csv":
        yield _header, 60
    if zipped:
        yield _members(_flip), 12
        yield _members(_cut), 12


def look(path: Path) -> str:
    """What became of a file: ``read``, or the line that refuses it."""
    try:
        table = read_table(path)
        for name in table.columns:
            if "area" in name:
                parse_numbers(table[name], source=path.name)
    except VungTrongError as error:
        return f"{error.text('en')} {error.text('vi')}"
    return "read"


@pytest.mark.parametrize("kind", ["csv", "parquet", "xlsx", "ods", "xls", "xlsb"])
def test_a_damaged_table_is_read_or_refused_in_one_line(folder: Path, kind: str) -> None:
    made = {"csv": _csv, "xlsx": _xlsx, "parquet": _parquet}
    data = made[kind]() if kind in made else (GOLDEN / f"hectares.{kind}").read_bytes()
    rng = random.Random(f"20-{kind}")
    told = []
    for mutate, count in _cases(kind):
        for _ in range(count):
            path = folder / f"bảng.{kind}"
            path.write_bytes(mutate(data, rng))
            told.append(look(path))
    # The sample does damage, and does not damage everything.
    assert len({line for line in told if line != "read"}) > 1
