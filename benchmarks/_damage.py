"""Files changed as accidents and careless programs change them: bytes, cells, members, records."""

from __future__ import annotations

import io
import json
import random
import re
import sqlite3
import zipfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

__all__ = ["change_bytes", "mutate"]

#: What stands in a cell that should hold a name or a figure.
_CELLS = (
    "", " ", "NA", "nan", "NaN", "inf", "-inf", "1e308", "1e999", "-1", "0", "00", "1.234", "1,234",
    "1.234,5", "1,234.5", "12,5", "1.23.456", "10 5", "=1+1", "@x", "#REF!", "#N/A", "null", "True",
    "Na", "(cũ) Lộc Bình", "Ð", "Hoa\u0300 Bi\u0300nh", "\x00", "\x1b[2J", "\u202e", "\ufeff", "😀",
    "a" * 300,
    "2025-13-45", "31/12/2025", "99999999999999999999", "1_000", "٣", "Infinity", "[]", "{}", "!!x",
    "&a", "*a", "|", ">", "-", "'", '"', "\\", ";", ",", "\t", "\r", "\n",
)  # fmt: skip
_VALUES: tuple[Any, ...] = (
    None, True, [], {}, [[]], "", "x", -1, 0, 1e308, float("nan"), float("inf"), 10**30, "\x00",
    [None], {"x": None}, "2025-07-01", "EPSG:9215", "EPSG:4326", "../..", "/", "con", 3.5,
)  # fmt: skip
_ARCHIVES = {".xlsx", ".docx", ".zip"}


def mutate(path: Path, rng: random.Random) -> str:
    """Change a file, and say how; a change fits the kind of the file as often as not."""
    ways: list[Callable[[Path, random.Random], None]] = [_bytes]
    suffix = path.suffix.lower()
    if suffix in _ARCHIVES:
        ways = [_bytes, _members, _members, _members]
    elif suffix in {".geojson", ".json"} or suffix in {".yaml", ".yml"}:
        ways += [_nodes, _nodes, _text]
    elif suffix in {".csv", ".mid", ".txt", ".md"}:
        ways += [_cells, _cells, _text]
    elif suffix in {".mif", ".prj", ".cpg", ".tab", ".vrt", ".html"}:
        ways += [_text, _text]
    elif suffix == ".gpkg":
        ways += [_rows, _rows, _rows]
    way = rng.choice(ways)
    try:
        way(path, rng)
    except (ValueError, sqlite3.Error, zipfile.BadZipFile, RecursionError):
        _bytes(path, rng)
    return f"{path.name}: {way.__name__.strip('_')}"


def change_bytes(data: bytes, rng: random.Random) -> bytes:
    """Bits flipped, a piece cut, doubled, swapped, or overwritten."""
    if not data:
        return rng.randbytes(rng.randint(1, 100))
    raw = bytearray(data)
    # Heads of files matter more than their bodies.
    edge = rng.choice([64, 512, 4096, len(raw), len(raw)])
    at = rng.randrange(min(edge, len(raw)))
    size = rng.choice([1, 2, 4, 16, 256, max(1, len(raw) // 4)])
    match rng.randrange(8):
        case 0:
            for _ in range(rng.choice([1, 3, 20])):
                raw[rng.randrange(min(edge, len(raw)))] ^= 1 << rng.randrange(8)
        case 1:
            del raw[at:]
        case 2:
            del raw[at : at + size]
        case 3:
            raw[at:at] = raw[at : at + size]
        case 4:
            other = rng.randrange(len(raw))
            one, two = raw[at : at + size], raw[other : other + size]
            raw[at : at + len(two)], raw[other : other + len(one)] = two, one
        case 5:
            raw[at : at + size] = bytes([rng.choice([0, 0xFF, 0x20])]) * size
        case 6:
            raw[at : at + size] = rng.randbytes(size)
        case _:
            raw[at] = rng.choice([0, 0xFF, 0x7F, 0x80, 0x22, 0x0A])
    return bytes(raw)


def _bytes(path: Path, rng: random.Random) -> None:
    path.write_bytes(change_bytes(path.read_bytes(), rng))


def _text(path: Path, rng: random.Random) -> None:
    """Put another word or figure in the place of one, or write the whole in another encoding."""
    text = path.read_text("utf-8", errors="surrogateescape")
    if rng.random() < 0.15:
        coded = text.encode(rng.choice(["utf-16", "cp1258", "latin-1", "utf-8-sig"]), "replace")
        path.write_bytes(coded)
        return
    words = list(re.finditer(r"[\w.]+", text))
    for _ in range(rng.choice([1, 1, 3])):
        if words:
            word = rng.choice(words)
            text = text.replace(word.group(), rng.choice(_CELLS), rng.choice([1, -1]))
    path.write_text(text, "utf-8", errors="surrogateescape")


def _cells(path: Path, rng: random.Random) -> None:
    """Cells of a table become what no reader expects; rows and separators come and go."""
    lines = path.read_text("utf-8", errors="surrogateescape").split("\n")
    for _ in range(rng.choice([1, 1, 2, 5])):
        row = rng.choice([0, rng.randrange(len(lines))])
        cells = lines[row].split(",")
        match rng.randrange(6):
            case 0:
                cells.append(rng.choice(_CELLS))
            case 1:
                del cells[rng.randrange(len(cells))]
            case 2:
                lines.insert(row, lines[rng.randrange(len(lines))])
            case 3:
                cells = [rng.choice([";", "\t"]).join(cells)]
            case _:
                cells[rng.randrange(len(cells))] = rng.choice(_CELLS)
        lines[row] = ",".join(cells)
    path.write_text("\n".join(lines), "utf-8", errors="surrogateescape")


def _nodes(path: Path, rng: random.Random) -> None:
    """Give a node of a document another value or another name, or take it away."""
    document = json.loads(path.read_text("utf-8"))
    for _ in range(rng.choice([1, 1, 2])):
        places: list[tuple[Any, Any]] = []
        waiting = [document]
        while waiting:
            node = waiting.pop()
            keys = list(node) if isinstance(node, dict) else range(len(node))
            for key in keys:
                places.append((node, key))
                if isinstance(node[key], dict | list):
                    waiting.append(node[key])
        if not places:
            break
        # Of many alike, such as coordinates, one is taken as seldom as a key of the head.
        node, key = rng.choice(rng.choice([places, places[: len(places) // 10 + 1]]))
        match rng.randrange(5):
            case 0:
                del node[key]
            case 1 if isinstance(node, dict):
                node[str(rng.choice(_CELLS))] = node.pop(key)
            case 2 if isinstance(node[key], str):
                node[key] = rng.choice(_CELLS)
            case _:
                node[key] = rng.choice(_VALUES)
    path.write_text(json.dumps(document, ensure_ascii=False), "utf-8", errors="surrogatepass")


def _members(path: Path, rng: random.Random) -> None:
    """Damage, edit, drop or double a member of an archive, which stays an archive."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    names = list(members)
    inner = [name for name in names if re.search(r"sheet|document|sharedStr|styles|workbook", name)]
    name = rng.choice(inner if inner and rng.random() < 0.7 else names)
    out = io.BytesIO()
    how = rng.randrange(6)
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, data in members.items():
            if member == name and how == 0:
                continue
            changed = data
            if member == name and how in (1, 2):
                changed = change_bytes(data, rng)
            elif member == name and data[:1] == b"<":
                changed = _edited_xml(data, rng)
            archive.writestr(member, changed)
            if member == name and how == 3:
                archive.writestr(f"{member}~", data)
    path.write_bytes(out.getvalue())


def _edited_xml(data: bytes, rng: random.Random) -> bytes:
    """Replace an attribute, a text or a tag."""
    text = data.decode("utf-8", "replace")
    pattern = rng.choice([r'="[^"]*"', r">[^<]+<", r"<\w[^>]*>", r"</\w[^>]*>"])
    found = list(re.finditer(pattern, text))
    if not found:
        return data
    place = rng.choice(found)
    cell = rng.choice(_CELLS).replace("&", "&amp;").replace("<", "&lt;").replace("\x00", "")
    new = {"=": f'="{cell}"', ">": f">{cell}<", "<": rng.choice(["", place.group() * 2])}
    return (text[: place.start()] + new[place.group()[0]] + text[place.end() :]).encode()


def _rows(path: Path, rng: random.Random) -> None:
    """Give a cell of a GeoPackage, of its own tables as well, another value."""
    with closing(sqlite3.connect(path)) as base:
        asked = "SELECT name FROM sqlite_master WHERE type = ?"
        tables = [name for (name,) in base.execute(asked, ["table"])]
        tables = [name for name in tables if not name.startswith(("sqlite", "rtree"))]
        for (name,) in base.execute(asked, ["trigger"]).fetchall():
            base.execute(f'DROP TRIGGER "{name}"')
        for _ in range(rng.choice([1, 1, 3])):
            table = rng.choice(tables)
            columns = [row[1] for row in base.execute(f'PRAGMA table_info("{table}")')]
            column = rng.choice(columns)
            blob = base.execute(f'SELECT "{column}" FROM "{table}" LIMIT 1').fetchone()
            value: Any = rng.choice((*_CELLS, None, -1, 1e308, 2**62))
            if blob and isinstance(blob[0], bytes):
                value = change_bytes(blob[0], rng)
            rows = rng.choice(["1", f"rowid % 7 = {rng.randrange(7)}", "rowid = 1"])
            if rng.random() < 0.1:
                base.execute(f'DELETE FROM "{table}" WHERE {rows}')
            else:
                base.execute(
                    f'UPDATE OR IGNORE "{table}" SET "{column}" = ? WHERE {rows}', (value,)
                )
        base.commit()
