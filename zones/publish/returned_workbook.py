"""A workbook as its readers see it, and held against the copy of what the run wrote."""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from layers.base.messages import message
from layers.io.archive_limits import look_through_archive, read_part, read_xml
from layers.io.workbook import Sheet, cell_place, column_letters, read_workbook
from zones.publish.differences import Difference, Words
from zones.publish.kept_pages import Held, aligned, excerpts, nothing, plain
from zones.publish.number_formats import BUILT_IN, shown_figure
from zones.publish.sheet_formulas import fill_in

_TOLERANCE = 1e-6
#: Below these a row (points) or a column (letters) is not seen.
_LOW, _NARROW = 1.0, 0.2
#: In a header or footer, what sets fonts, sizes and colours.
_STYLE = re.compile(r'&("[^"]*"|K[0-9A-Fa-f]{6}|\d+|[BIUESXY])')
_SIDE = re.compile(r"&[LCR]")
_FALSE = ("0", "false")
_DRAWING = re.compile(r"xl/drawings/drawing\d*\.xml\Z")
#: Most columns of a sheet, as in Excel.
_COLUMNS = 16_384
#: Most merged cells that are looked into.
_MERGES = 1000
_Pairs = list[tuple[int | None, int | None]]


@dataclass(slots=True)
class _Page:
    """A sheet: what it holds, and how it is shown."""

    sheet: Sheet = field(default_factory=Sheet)
    is_hidden: bool = False
    styles: dict[tuple[int, int], str] = field(default_factory=dict)
    margins: set[str] = field(default_factory=set)
    # Whether cells of nought stay blank, and whether figures change their format by a rule
    is_without_noughts: bool = False
    has_rules: bool = False
    _lines: dict[int, list[tuple[tuple[int, str | float], ...]]] = field(default_factory=dict)

    def lines(self, axis: int) -> list[tuple[tuple[int, str | float], ...]]:
        """Filled cells of each row (axis 0, from 1) or column (from 0)."""
        if axis not in self._lines:
            found: dict[int, list[tuple[int, str | float]]] = {}
            for at in sorted(self.sheet.cells.keys() | self.sheet.marks.keys()):
                if (value := self.cell(at)) != "":
                    found.setdefault(at[axis], []).append((at[1 - axis], value))
            whole = range(max(found, default=-1) + 1)
            self._lines[axis] = [tuple(found.get(at, ())) for at in whole]
        return self._lines[axis]

    def cell(self, at: tuple[int, int]) -> str | float:
        """Figure, or text without needless blanks."""
        value = self.sheet.marks.get(at, self.sheet.cells.get(at, ""))
        return plain(value) if isinstance(value, str) else value


@dataclass(slots=True)
class _Book:
    pages: dict[str, _Page]
    formats: dict[str, str]
    drawn: set[str]  # Texts of boxes upon the sheets


def hold_workbook(path: Path, kept: Path) -> Held:
    """Hold a workbook against its copy: sheets, cells, formats, and what is hidden."""
    wanted, given = (_read(it) for it in (kept, path))
    held = Held()
    for name in [*wanted.pages, *(name for name in given.pages if name not in wanted.pages)]:
        ours, theirs = wanted.pages.get(name), given.pages.get(name)
        if ours is None or theirs is None:
            a_sheet, none = message("zones.publish.a_sheet"), message("zones.publish.no_sheet")
            pair = (none, a_sheet) if ours is None else (a_sheet, none)
            held.differences.append(Difference(path.name, name, *pair))
            continue
        look = _Look(path.name, name, (ours, theirs), (wanted.formats, given.formats), held)
        held.differences += look.differences()
    orders = [[name for name in book.pages if name in given.pages] for book in (wanted, given)]
    common = [[name for name in order if name in wanted.pages] for order in orders]
    if common[0] != common[1]:
        place = message("zones.publish.order_of_sheets")
        names = (", ".join(order) for order in common)
        held.differences.append(Difference(path.name, place, *names))
    for text in sorted(wanted.drawn ^ given.drawn):
        place = message("zones.publish.text_box")
        texts = (text if text in book.drawn else nothing() for book in (wanted, given))
        held.differences.append(Difference(path.name, place, *texts))
    return held


def _read(path: Path) -> _Book:
    names = look_through_archive(path)
    sheets = read_workbook(path)
    formats, rules = _formats(path)
    pages = {}
    targets = {
        one.get("Id", ""): one.get("Target", "")
        for one in read_part(path, "xl/_rels/workbook.xml.rels")
    }
    for one in read_part(path, "xl/workbook.xml").iter():
        if one.tag.rpartition("}")[2] != "sheet":
            continue
        name = one.get("name", "")
        page = pages[name] = _Page(
            sheets.get(name, Sheet()), one.get("state", "visible") != "visible"
        )
        fill_in(page.sheet)
        ids = [value for key, value in one.items() if key.rpartition("}")[2] == "id"]
        # A target from the root begins with a slash, and join takes it alone.
        target = posixpath.join("/xl", targets.get(ids[0] if ids else "", ""))
        if (part := posixpath.normpath(target).lstrip("/")) in names:
            with zipfile.ZipFile(path) as archive, archive.open(part) as stream:
                scan = _Scan(page, rules)
                read_xml(
                    stream,
                    path,
                    StartElementHandler=scan.start,
                    EndElementHandler=scan.end,
                    CharacterDataHandler=scan.text,
                )
    drawn: set[str] = set()
    for part in filter(_DRAWING.match, names):
        for one in read_part(path, part).iter():
            if one.tag.rpartition("}")[2] == "txBody":
                drawn.add(plain("".join(one.itertext())))
    return _Book(pages, formats, drawn - {""})


def _formats(path: Path) -> tuple[dict[str, str], set[str]]:
    """Number formats by style of a cell, and numbers of the rules that set one."""
    root = read_part(path, "xl/styles.xml")
    space = root.tag.removesuffix("styleSheet")
    codes = dict(BUILT_IN)
    for one in root.iterfind(f"{space}numFmts/{space}numFmt"):
        codes[one.get("numFmtId", "")] = one.get("formatCode", "")
    styles = [one.get("numFmtId", "0") for one in root.iterfind(f"{space}cellXfs/{space}xf")]
    rules = root.iterfind(f"{space}dxfs/{space}dxf")
    setting = {str(n) for n, one in enumerate(rules) if one.find(f"{space}numFmt") is not None}
    return {str(n): codes.get(style, f"[{style}]") for n, style in enumerate(styles)}, setting


class _Scan:
    """Finds what a sheet does not show, and how it shows the rest."""

    def __init__(self, page: _Page, rules: set[str]) -> None:
        self.page, self.rules = page, rules
        self.row, self.place = 0, -1
        self.margin: list[str] | None = None

    def start(self, name: str, attributes: dict[str, Any]) -> None:
        """Take an element."""
        sheet = self.page.sheet
        match name.rpartition(" ")[2]:
            case "row":
                given = str(attributes.get("r", ""))
                self.row = int(given) if given.isdecimal() else self.row + 1
                self.place = -1
                if _figure(attributes.get("ht"), _LOW) < _LOW:
                    sheet.hidden_rows.add(self.row)
            case "c":
                place = cell_place(str(attributes.get("r", "")))[1] if attributes.get("r") else None
                self.place = self.place + 1 if place is None else place
                at = (self.row, self.place)
                if isinstance(sheet.cells.get(at), int | float):
                    self.page.styles[at] = attributes.get("s", "0")
            case "col" if _figure(attributes.get("width"), _NARROW) < _NARROW:
                left, right = (_figure(attributes.get(end), 1) for end in ("min", "max"))
                first, last = (int(min(max(at, 1), _COLUMNS)) for at in (left, right))
                sheet.hidden_columns.update(range(first - 1, last))
            case "sheetView":
                self.page.is_without_noughts |= attributes.get("showZeros") in _FALSE
            case "cfRule":
                self.page.has_rules |= attributes.get("dxfId") in self.rules
            case kind if kind.endswith(("Header", "Footer")) and kind != "headerFooter":
                self.margin = []

    def text(self, text: str) -> None:
        """Take letters."""
        if self.margin is not None:
            self.margin.append(text)

    def end(self, name: str) -> None:
        """Leave an element."""
        if self.margin is not None and name.endswith(("Header", "Footer")):
            texts = _SIDE.split(_STYLE.sub("", "".join(self.margin)))
            self.page.margins.update(filter(None, map(plain, texts)))
            self.margin = None


def _figure(text: str | None, otherwise: float) -> float:
    try:
        return float(text) if text else otherwise
    except ValueError:
        return otherwise


@dataclass(slots=True)
class _Look:
    """One sheet beside its copy."""

    file: str
    name: str
    pages: tuple[_Page, _Page]
    formats: tuple[dict[str, str], dict[str, str]]
    held: Held

    def differences(self) -> Iterator[Difference]:
        """What the sheet says otherwise, and what it does not show."""
        rows, columns = self._pairs()
        both = {left: right for left, right in columns if left is not None and right is not None}
        for ours, theirs in rows:
            if ours is None or theirs is None:
                yield from self._line(ours, theirs, axis=0)
                continue
            for left, right in sorted(self._filled(ours, theirs, both)):
                yield from self._cell((ours, left), (theirs, right))
        for pair in columns:
            if None in pair:
                yield from self._line(*pair, axis=1)
        for place, expected, found in self._unseen():
            yield Difference(self.file, place, expected, found)

    def _filled(self, ours: int, theirs: int, both: dict[int, int]) -> set[tuple[int, int]]:
        """Columns of copy and sheet in which either holds something in a row."""
        mine, other = (
            {place for line in page.lines(0)[at : at + 1] for place, _ in line}
            for page, at in zip(self.pages, (ours, theirs), strict=True)
        )
        return {(left, both[left]) for left in both.keys() & mine} | {
            (left, right) for left, right in both.items() if right in other
        }

    def _pairs(self) -> tuple[_Pairs, _Pairs]:
        """Rows and columns of copy and sheet that belong together: one that was added is found."""
        rows, columns = ([page.lines(axis) for page in self.pages] for axis in (0, 1))
        high, wide = (range(max(map(len, lines))) for lines in (rows, columns))
        if len(rows[0]) == len(rows[1]):
            pairs: tuple[_Pairs, _Pairs] = [(at, at) for at in high], aligned(*columns)
        else:
            pairs = aligned(*rows), [(at, at) for at in wide]
        if any(None in pair for found in pairs for pair in found):
            self.held.moved.add(self.name)
        return pairs

    def _line(self, ours: int | None, theirs: int | None, *, axis: int) -> Iterator[Difference]:
        """Tell a row or column that was added or taken away, unless it is blank."""
        page, at = self.pages[ours is None], (theirs if ours is None else ours) or 0
        held = (_shown(value) for _, value in page.lines(axis)[at])
        text = " | ".join(map(str, held))
        if text:
            texts = excerpts("", text) if ours is None else excerpts(text, "")
            yield Difference(self.file, self._range(at, axis), *texts)

    def _range(self, at: int, axis: int) -> str:
        label = column_letters(at) if axis else str(at)
        return f"{self.name}!{label}:{label}"

    def _cell(self, ours: tuple[int, int], theirs: tuple[int, int]) -> Iterator[Difference]:
        wanted, given = self.pages[0].cell(ours), self.pages[1].cell(theirs)
        pair: tuple[Words, Words] | None = None
        if isinstance(wanted, str) and isinstance(given, str):
            formula = self.pages[1].sheet.formulas.get(theirs)
            if wanted != given:
                pair = excerpts(wanted, given)
            elif formula and ours not in self.pages[0].sheet.formulas:
                pair = (wanted, f"={formula}")
        elif isinstance(wanted, str) or isinstance(given, str):
            # A figure that became text shows the same letters, and no sum counts it.
            is_text = isinstance(given, str) and bool(given)
            told = message("zones.publish.as_text", text=given) if is_text else _shown(given)
            pair = (_shown(wanted), told)
        elif not abs(wanted - given) <= _TOLERANCE:
            pair = (_shown(wanted), _shown(given))
        else:
            pair = self._shown_otherwise(wanted, ours, theirs)
        if pair:
            row, place = theirs
            cell = f"{self.name}!{column_letters(place)}{row}"
            yield Difference(self.file, cell, *pair)

    def _shown_otherwise(
        self, value: float, ours: tuple[int, int], theirs: tuple[int, int]
    ) -> tuple[Words, Words] | None:
        """What is shown of a figure and of the same under another number format."""
        styles = (
            page.styles.get(at, "0") for page, at in zip(self.pages, (ours, theirs), strict=True)
        )
        code, other = (known.get(one, one) for known, one in zip(self.formats, styles, strict=True))
        wanted, given = (shown_figure(value, one) for one in (code, other))
        if code == other or (wanted is not None and wanted == given):
            return None
        if given is None:
            return wanted or code, message("zones.publish.strange_format", code=other)
        found = message("zones.publish.by_format", text=given or nothing(), code=other)
        return wanted or _shown(value), found

    def _unseen(self) -> Iterator[tuple[Words, Words, Words]]:
        """What a sheet holds and does not show, or shows in its margins alone."""
        shown, hidden = message("zones.publish.shown"), message("zones.publish.hidden")
        wanted, given = self.pages
        if given.is_hidden and not wanted.is_hidden:
            yield self.name, shown, hidden
        mine, theirs = (
            (page.sheet.hidden_rows, page.sheet.hidden_columns) for page in (wanted, given)
        )
        for axis, lines in enumerate((given.lines(0), given.lines(1))):
            filled = {at for at, line in enumerate(lines) if line}
            for at in sorted((theirs[axis] - mine[axis]) & filled):
                yield self._range(at, axis), shown, hidden
        if given.is_without_noughts and not wanted.is_without_noughts:
            yield self.name, shown, message("zones.publish.without_noughts")
        if given.has_rules and not wanted.has_rules:
            yield self.name, message("zones.publish.none"), message("zones.publish.format_rule")
        for cell in self._covered():
            yield cell, shown, hidden
        margin = message("zones.publish.margin_of", sheet=self.name)
        for text in sorted(wanted.margins ^ given.margins):
            texts = (text if text in page.margins else nothing() for page in self.pages)
            yield (margin, *texts)  # type: ignore[misc]

    def _covered(self) -> Iterator[str]:
        """Cells that hold something and are merged into another."""
        wanted, given = (page.sheet for page in self.pages)
        new = [area for area in given.merged if area not in wanted.merged]
        for (top, left), (bottom, right) in new[:_MERGES]:
            for row, place in given.cells:
                if top <= row <= bottom and left <= place <= right and (row, place) != (top, left):
                    yield f"{self.name}!{column_letters(place)}{row}"


def _shown(value: str | float) -> Words:
    return f"{value:.12g}" if isinstance(value, float | int) else value or nothing()
