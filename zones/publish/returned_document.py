"""A document as its readers see it, and held against the copy of what the run wrote."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree.ElementTree import Element

from layers.base.errors import InputError
from layers.base.messages import message
from layers.io.archive_limits import look_through_archive, read_part
from zones.publish.differences import Difference, Words, placed
from zones.publish.kept_pages import Held, aligned, excerpts, nothing, plain

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_BEYOND = re.compile(r"word/(header|footer|footnotes|endnotes)\d*\.xml\Z")
#: Fields whose figure each program counts anew.
_COUNTED = ("PAGE", "NUMPAGES", "SECTIONPAGES")
#: What was taken away with changes tracked, or is shown another time.
_UNSEEN = tuple(f"{_W}{name}" for name in ("del", "moveFrom", "rPr", "pPr", "instrText"))
#: Letters of a number of columns.
_WIDTH = 4
_OFF = ("0", "false", "off")
#: In the list of paragraphs, where a table stands.
_TABLE = "\0"


@dataclass(slots=True)
class Table:
    """Texts of the cells of a table, row by row, and how many of the rows are its heading."""

    rows: list[list[str]] = field(default_factory=list)
    head: int = 0

    def titles(self) -> list[str]:
        """Lowest heading of each column."""
        columns = zip(*self.rows[: self.head], strict=False)
        return [next((text for text in reversed(texts) if text), "") for texts in columns]


@dataclass(slots=True)
class Document:
    """Paragraphs that say something and tables, in their order, and the texts of the margins."""

    lines: list[str] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    margins: set[str] = field(default_factory=set)


def read_document(path: Path, *, margins: bool = False) -> Document:
    """Read what a document shows."""
    try:
        return _read(path, margins=margins)
    except RecursionError as error:  # elements in each other without end
        raise InputError("layers.io.damaged_or_locked", path=path, error=error) from error


def _read(path: Path, *, margins: bool) -> Document:
    names = look_through_archive(path)
    found = Document()
    for element in _blocks(read_part(path, "word/document.xml")):
        if element.tag == f"{_W}tbl":
            found.tables.append(_table(element))
            found.lines.append(_TABLE)
        elif text := plain(text_of(element)):
            found.lines.append(text)
    for name in filter(_BEYOND.match, names if margins else ()):
        texts = (plain(text_of(one)) for one in _blocks(read_part(path, name)))
        found.margins.update(filter(None, texts))
    return found


def _blocks(element: Element) -> Iterator[Element]:
    """Paragraphs and tables, whatever they are wrapped in."""
    for child in element:
        if child.tag in (f"{_W}p", f"{_W}tbl"):
            yield child
        elif child.tag not in _UNSEEN:
            yield from _blocks(child)


def _inner(element: Element, name: str) -> Iterator[Element]:
    for child in element:
        if child.tag == name:
            yield child
        elif child.tag not in (*_UNSEEN, f"{_W}tbl"):
            yield from _inner(child, name)


def _table(element: Element) -> Table:
    table = Table()
    for row in _inner(element, f"{_W}tr"):
        if _is_on(row.find(f"{_W}trPr/{_W}hidden")) or row.find(f"{_W}trPr/{_W}del") is not None:
            continue
        if table.head == len(table.rows) and _is_on(row.find(f"{_W}trPr/{_W}tblHeader")):
            table.head += 1
        cells: list[str] = []
        for cell in _inner(row, f"{_W}tc"):
            span = cell.find(f"{_W}tcPr/{_W}gridSpan")
            width = "1" if span is None else span.get(f"{_W}val", "1")
            # Letters as they stand: a cell of a figure is compared as it is printed.
            more = int(width) - 1 if width.isdecimal() and len(width) < _WIDTH else 0
            cells += [text_of(cell), *[""] * more]
        table.rows.append(cells)
    return table


def _is_on(element: Element | None) -> bool:
    return element is not None and element.get(f"{_W}val", "1") not in _OFF


def text_of(element: Element) -> str:
    """Letters that a reader sees of a paragraph or cell, without numbers of pages."""
    pieces: list[str] = []
    fields: list[str] = []
    _collect(element, pieces, fields)
    return "".join(pieces)


def _collect(element: Element, pieces: list[str], fields: list[str]) -> None:
    for child in element:
        # Formulas and boxes of drawings have letters of their own, and are seen as well.
        match child.tag.rpartition("}")[2]:
            case "t" if not any(map(_counts, fields)):
                pieces.append(child.text or "")
            case "sym":
                pieces.append(f"[{child.get(f'{_W}char')}]")
            case "tab" | "br" | "cr":
                pieces.append("\n")
            case "fldChar":
                _mark_field(child.get(f"{_W}fldCharType", ""), fields)
            case "instrText" if fields:
                fields[-1] += child.text or ""
            case _ if _is_seen(child):
                if child.tag == f"{_W}p" and pieces:
                    pieces.append("\n")
                _collect(child, pieces, fields)


def _mark_field(kind: str, fields: list[str]) -> None:
    """Begin or end a field; between them its instruction is put together."""
    if kind == "begin":
        fields.append("")
    elif kind == "end" and fields:
        fields.pop()


def _is_seen(element: Element) -> bool:
    if element.tag == f"{_W}r":
        return not _is_on(element.find(f"{_W}rPr/{_W}vanish"))
    return element.tag not in _UNSEEN and not _counts(element.get(f"{_W}instr", ""))


def _counts(instruction: str) -> bool:
    return instruction.split()[:1] in ([name] for name in _COUNTED)


def hold_document(path: Path, kept: Path, *, table_word: str) -> Held:
    """Hold a document against its copy: paragraphs, tables, headers and footers."""
    wanted, given = (read_document(it, margins=True) for it in (kept, path))
    held = Held()
    for place, expected, found in _paragraphs(wanted.lines, given.lines):
        held.differences.append(Difference(path.name, place, expected, found))
    if len(wanted.tables) != len(given.tables):
        several = range(max(len(wanted.tables), len(given.tables)))
        held.moved |= {f"{table_word} {number + 1}" for number in several}
        held.moved.add(message("zones.publish.the_document").vi)
    keys = [[str(table.rows) for table in it.tables] for it in (wanted, given)]
    for ours, theirs in aligned(*keys):
        number = theirs if ours is None else ours
        name = f"{table_word} {(number or 0) + 1}"
        if ours is None or theirs is None:
            a_table, none = message("zones.publish.a_table"), message("zones.publish.none")
            sides = (none, a_table) if ours is None else (a_table, none)
            held.differences.append(Difference(path.name, name, *sides))
            held.moved.add(name)
            continue
        _hold_table(path.name, name, wanted.tables[ours], given.tables[theirs], held)
    margin = message("zones.publish.margin")
    for text in sorted(wanted.margins ^ given.margins):
        texts = (text if text in it.margins else nothing() for it in (wanted, given))
        held.differences.append(Difference(path.name, margin, *texts))
    return held


def _paragraphs(ours: list[str], theirs: list[str]) -> Iterator[tuple[Words, Words, Words]]:
    """Places and texts of paragraphs that differ."""
    for one, other in aligned(ours, theirs):
        wanted = "" if one is None else ours[one]
        given = "" if other is None else theirs[other]
        if wanted == given:
            continue
        at = one if other is None else other
        before = (theirs if other is not None else ours)[:at]
        number = 1 + sum(text != _TABLE for text in before)
        place = message("zones.publish.paragraph", number=number)
        # That a table stands elsewhere is told of the texts around it.
        if wanted.strip(_TABLE) or given.strip(_TABLE):
            yield (place, *excerpts(wanted.strip(_TABLE), given.strip(_TABLE)))


def _hold_table(file: str, name: str, wanted: Table, given: Table, held: Held) -> None:
    titles = wanted.titles()
    rows = [[tuple(map(plain, row)) for row in table.rows] for table in (wanted, given)]
    for ours, theirs in aligned(*rows):
        line = (ours if theirs is None else theirs) or 0
        if ours is None or theirs is None:
            held.moved.add(name)
            text = " | ".join(filter(None, rows[1][line] if ours is None else rows[0][line]))
            place = placed(name, message("zones.publish.table_row", row=line + 1))
            pair = excerpts("", text) if ours is None else excerpts(text, "")
            held.differences.append(Difference(file, place, *pair))
            continue
        one, other = rows[0][ours], rows[1][theirs]
        for column in range(max(len(one), len(other))):
            texts = [row[column] if column < len(row) else "" for row in (one, other)]
            if texts[0] == texts[1]:
                continue
            title = titles[column] if column < len(titles) else str(column + 1)
            if ours < wanted.head:
                heading = message("zones.publish.heading", row=ours + 1, column=column + 1)
                place = placed(name, heading)
            else:
                label = one[1] if len(one) > 1 and one[1] else str(ours - wanted.head + 1)
                place = placed(name, label, title)
            held.differences.append(Difference(file, place, *excerpts(*texts)))
