"""Rows of a workbook (.xlsx, .xlsm, .xls, .xlsb, .ods), whoever wrote it and whatever befell it."""

from __future__ import annotations

import json
import posixpath
import re
import subprocess
import sys
import zipfile
from array import array
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import numpy as np

from layers.base.errors import InputError, MissingFileError
from layers.base.language import Phrase
from layers.base.messages import message
from layers.io.archive_limits import look_through_archive, read_xml
from layers.io.shown_cells import (
    PERCENT,
    ShownCells,
    has_raised,
    raised_strings,
    raised_texts,
    shown_in_ods,
    shown_in_xls,
    shown_styles,
)

Cell = str | float | None

#: Most filled cells of a workbook, and the longest time to read it.
CELL_LIMIT = 10_000_000
#: Most cells of a workbook that is kept cell by cell, as a returned report, and most marks.
KEPT_CELLS = 1_000_000
#: Most rows of a sheet, columns with three letters, and most letters of a cell, as in Excel.
_ROWS, _COLUMNS, _LETTERS = 1_048_576, 18_278, 32_767
#: Most text of a workbook in bytes: it is held in memory some three times over.
TEXT_BYTES = 300_000_000
_SECONDS = 300
#: In place of a sheet's name, which may not hold it.
EVERY = "*"
_SPECIAL = re.compile(rb"<([A-Za-z]+:)?f[ />]|t=[\"']e[\"']|hidden=[\"'](1|true)")
#: Where a cell or a row is that says it.
_PLACE = re.compile(rb' r="([A-Z]*[0-9]{1,9})"')
_CHILD = Path(__file__).with_name("workbook_cells.py")
_XLSX, _ODS = "xl/workbook.xml", "content.xml"
_SHOWN_IN_ODS = re.compile(rb"[\"']percentage[\"']|text-position=[\"'](su|-?[0-9])")
_OLE, _ZIP = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"PK\x03\x04"


def read_workbook_rows(
    path: Path, sheet: str | None, *, shown: ShownCells | None = None
) -> Iterator[tuple[int, list[Cell]]]:
    """Row numbers (the first is 1) and cells of the rows of a sheet that hold something.

    Before the first of them ``shown`` is filled.
    """
    head = _require_workbook(path)
    marks: dict[int, dict[int, str]] = {}
    members = look_through_archive(path) if head.startswith(_ZIP) else []
    lines = _lines(path, sheet, CELL_LIMIT)
    about = json.loads(next(lines))
    if "sheet" in about:
        mine = _shown_in(path, members, str(about["sheet"]))
        for (row, place), text in mine.raised.items():
            marks.setdefault(row, {})[place] = text
        if shown is not None:
            shown.percents, shown.are_told = mine.percents, mine.are_told
            shown.hidden_rows = mine.hidden_rows
            shown.alike = about.get("alike", [])
    number = 0
    for told in map(json.loads, lines):
        if isinstance(told, dict):
            raise _above(path, told, CELL_LIMIT)
        if isinstance(told, int):  # Blank rows, but for errors and formulas without a value
            held = sorted(row for row in marks if number < row <= number + told)
            yield from ((row, _with_marks([], marks[row])) for row in held)
            number += told
        else:
            number += 1
            yield number, _with_marks(told, marks.get(number, {}))


def _shown_in(path: Path, members: list[str], sheet: str) -> ShownCells:
    """What a sheet shows of its cells; of an ``.xlsx``, all that stands in place of values."""
    if _XLSX in members:
        scan = _scan(path, sheet, _raised(path))
        if scan is None:
            return ShownCells()
        return ShownCells(scan.percents, scan.marks, hidden_rows=scan.hidden_rows)
    found = _shown(path, members, sheet)
    return ShownCells(are_told=False) if found is None else found.get(sheet, ShownCells())


def _shown(path: Path, members: list[str], sheet: str | None) -> dict[str, ShownCells] | None:
    """What an ``.xls`` or ``.ods`` shows of the cells of a sheet, or of each; None if untold."""
    if not members:
        return shown_in_xls(path, sheet)
    if _ODS not in members:
        return None
    return shown_in_ods(path, KEPT_CELLS) if _needs_a_look_of_ods(path) else {}


def _needs_a_look_of_ods(path: Path) -> bool:
    """Whether an ``.ods`` has cells of percents or raised letters, by a look at its bytes."""
    rest = b""
    with zipfile.ZipFile(path) as archive, archive.open(_ODS) as stream:
        while block := stream.read(1 << 20):
            if _SHOWN_IN_ODS.search(rest + block):
                return True
            rest = block[-32:]
    return False


def _with_marks(cells: list[Cell], marks: dict[int, str]) -> list[Cell]:
    """Cells of a row with what stands in place of values."""
    if marks:
        cells += [None] * (max(marks) + 1 - len(cells))
        for place, text in marks.items():
            cells[place] = text
    return cells


def sheet_names(path: Path, *, named: str = "") -> list[str]:
    """Names of the sheets of a workbook, in order; of the hidden ones that which is ``named``."""
    _require_workbook(path)
    about = json.loads(next(_lines(path, None, cells=0)))
    return [str(name) for name in about["sheets"] if name in (*about["shown"], named)]


@dataclass(slots=True)
class Sheet:
    """Cells of a sheet by row (from 1) and place (from 0); formulas are of an ``.xlsx`` only.

    So are errors among the marks, and hidden rows and columns.
    """

    cells: dict[tuple[int, int], str | float] = field(default_factory=dict)
    formulas: dict[tuple[int, int], str] = field(default_factory=dict)
    # What stands in place of a value: an error, a formula that was never calculated, or a text
    # with a raised figure
    marks: dict[tuple[int, int], str] = field(default_factory=dict)
    # First and last cell of each range of merged cells; of ``.xls`` as well
    merged: list[tuple[tuple[int, int], tuple[int, int]]] = field(default_factory=list)
    # Cells shown with a percent sign, hundred times what they hold
    percents: set[tuple[int, int]] = field(default_factory=set)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)


def read_workbook(path: Path) -> dict[str, Sheet]:
    """Every sheet of a workbook; a formula that Excel shares among cells is empty text."""
    head = _require_workbook(path)
    members = look_through_archive(path) if head.startswith(_ZIP) else []
    raised = _raised(path) if _XLSX in members else None
    found: dict[str, Sheet] = {}
    number, sheet = 0, Sheet()
    for line in map(json.loads, _lines(path, EVERY, KEPT_CELLS)):
        if isinstance(line, int):
            number += line
        elif isinstance(line, list):
            number += 1
            held = [(place, cell) for place, cell in enumerate(line) if cell is not None]
            sheet.cells |= {(number, place): cell for place, cell in held}
        elif "sheet" in line:
            number, sheet = 0, found.setdefault(line["sheet"], Sheet())
            for (top, left), (bottom, right) in line["merged"]:
                sheet.merged.append(((top + 1, left), (bottom + 1, right)))
            scan = None if raised is None else _scan(path, line["sheet"], raised, formulas=True)
            if scan:
                sheet.formulas, sheet.marks = scan.formulas, scan.marks
                sheet.percents = scan.percents
                sheet.hidden_rows, sheet.hidden_columns = scan.hidden_rows, scan.hidden_columns
        else:
            raise _above(path, line, KEPT_CELLS)
    others = {} if _XLSX in members else _shown(path, members, None) or {}
    for name, shown in others.items():
        mine = found.setdefault(name, Sheet())
        mine.percents, mine.marks = mine.percents | shown.percents, mine.marks | shown.raised
    return found


def _require_workbook(path: Path) -> bytes:
    """First bytes of a workbook; what is none is refused."""
    with path.open("rb") as file:
        head = file.read(8)
    if not head.startswith((_ZIP, _OLE)):
        raise _unreadable(path, message("layers.io.no_workbook"))
    return head


def _lines(path: Path, sheet: str | None, cells: int) -> Iterator[bytes]:
    """Lines that the child process prints; the first is known to name an existing sheet."""
    limits = [str(cells), str(TEXT_BYTES)]
    command = [sys.executable, "-P", str(_CHILD), str(path), sheet or "", *limits]
    try:
        done = subprocess.run(command, capture_output=True, check=False, timeout=_SECONDS)  # noqa: S603
    except subprocess.TimeoutExpired as error:
        raise _too_large(path, message("layers.io.above_seconds", seconds=_SECONDS)) from error
    except OSError as error:
        raise _unreadable(
            path, message("layers.io.reader_not_started", error=str(error))
        ) from error
    lines = done.stdout.splitlines()
    last = json.loads(lines[-1]) if done.returncode == 0 and lines else {}
    if done.returncode or not lines:
        if b"memory" in done.stderr:
            raise _too_large(path, message("layers.io.above_memory"))
        raise _unreadable(path, message("layers.io.reader_stopped"))
    if isinstance(last, dict) and "error" in last:
        raise _unreadable(path, last["error"])
    about = json.loads(lines[0])
    if "sheets" in about and about["sheet"] not in about["sheets"]:
        raise MissingFileError(
            "layers.io.no_such_sheet", path=path, sheet=about["sheet"], sheets=about["sheets"]
        )
    return iter(lines)


def _unreadable(path: Path, reason: Phrase | str) -> InputError:
    return InputError("layers.io.unreadable_workbook", path=path, reason=reason)


def _above(path: Path, told: dict[str, str], cells: int) -> InputError:
    """Error of the limit that the child process told."""
    if told["above"] == "cells":
        return _too_large(path, message("layers.io.above_cells", count=cells))
    return _too_large(path, message("layers.io.above_text", size=TEXT_BYTES / 1e6))


def _too_large(path: Path, what: Phrase) -> InputError:
    return InputError("layers.io.sheet_too_large", path=path, what=what)


def column_letters(place: int) -> str:
    """Letters of a column, the first (place 0) being A."""
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _raised(path: Path) -> dict[str, str]:
    with zipfile.ZipFile(path) as archive:
        return raised_strings(archive, path)


def _scan(
    path: Path, sheet: str, raised: dict[str, str], *, formulas: bool = False
) -> _SheetScan | None:
    """Look through the XML of a sheet; None where the workbook does not say which it is."""
    with zipfile.ZipFile(path) as archive:
        name = _part_of_sheet(archive, path, sheet)
        if name is None:
            return None
        styles = shown_styles(archive, path)
        with archive.open(name) as stream:
            own = has_raised(stream)
        with archive.open(name) as stream:
            if not (raised or own or _needs_a_look(stream, styles)):
                return None
        scan = _SheetScan(
            path,
            formulas=formulas,
            never_calculated=_never_calculated(archive, path),
            styles=styles,
            raised=raised,
        )
        with archive.open(name) as stream:
            read_xml(
                stream,
                path,
                StartElementHandler=scan.start,
                EndElementHandler=scan.end,
                CharacterDataHandler=scan.text,
            )
        if own:
            with archive.open(name) as stream:
                texts = raised_texts(stream, path)
            scan.marks |= {cell_place(cell): text for cell, text in texts.items()}
    if twice := scan.twice():
        raise InputError("layers.io.cell_twice", path=path, sheet=sheet, cell=twice)
    return scan


def _needs_a_look(stream: IO[bytes], shown: Iterable[str]) -> bool:
    """Whether the XML of a sheet holds more than values, each once; most need no parsing.

    That is formulas, errors, hidden rows, styles that show figures otherwise, and cells or rows
    that stand there again.
    """
    special = _SPECIAL
    if styles := "|".join(map(re.escape, shown)).encode():
        special = re.compile(_SPECIAL.pattern + rb"| s=[\"'](" + styles + rb")[\"']")
    rest, last = b"", 0
    earlier: set[bytes] = set()
    while block := stream.read(1 << 20):
        text = rest + block
        whole = text.rfind(b"<") if len(text) < 1 << 22 else -1
        text, rest = (text[:whole], text[whole:]) if whole >= 0 else (text, b"")
        places = _PLACE.findall(text)
        held, rows = set(places), [last, *(int(row) for row in places if row.isdigit())]
        again = len(held) < len(places) or not held.isdisjoint(earlier)
        if again or sorted(rows) != rows or special.search(text):
            return True
        earlier, last = held, rows[-1]
    return False


def _part_of_sheet(archive: zipfile.ZipFile, path: Path, sheet: str) -> str | None:
    """Name of the member that holds a sheet; None where the workbook does not say."""
    ids: dict[str, str] = {}
    targets: dict[str, str] = {}

    def start(name: str, attributes: dict[str, str]) -> None:
        match name.rpartition(" ")[2]:
            case "sheet":
                keys = [key for key in attributes if key.rpartition(" ")[2] == "id"]
                ids[attributes.get("name", "")] = attributes[keys[0]] if keys else ""
            case "Relationship":
                targets[attributes.get("Id", "")] = attributes.get("Target", "")

    for part in ("xl/workbook.xml", "xl/_rels/workbook.xml.rels"):
        if part in archive.namelist():
            with archive.open(part) as stream:
                read_xml(stream, path, StartElementHandler=start)
    target = targets.get(ids.get(sheet, ""), "")
    name = target.lstrip("/") if target.startswith("/") else posixpath.join("xl", target)
    name = posixpath.normpath(name)
    return name if name in archive.namelist() else None


def _never_calculated(archive: zipfile.ZipFile, path: Path) -> bool:
    """Whether a program wrote the file that leaves its formulas to whoever opens it."""
    found = False

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal found
        if name.endswith(" calcPr"):
            found = attributes.get("fullCalcOnLoad", "0") in ("1", "true")

    with archive.open("xl/workbook.xml") as stream:
        read_xml(stream, path, StartElementHandler=start)
    return found


class _SheetScan:
    """Finds formulas, those without a value, errors, hidden rows and columns."""

    def __init__(
        self,
        path: Path,
        *,
        formulas: bool,
        never_calculated: bool,
        styles: Mapping[str, str],
        raised: dict[str, str],
    ) -> None:
        self.path, self.seen, self.keeps_formulas = path, 0, formulas
        self.never_calculated = never_calculated
        self.styles, self.raised = styles, raised
        self.percents: set[tuple[int, int]] = set()
        #: Cells that hold an error, a formula without a value, a raised figure or one shown in
        #: another unit, as text that is no number.
        self.marks: dict[tuple[int, int], str] = {}
        self.formulas: dict[tuple[int, int], str] = {}
        self.hidden_rows: set[int] = set()
        self.hidden_columns: set[int] = set()
        self.row = self.place = 0
        self.kind = self.style = self.inside = self.formula = self.value = ""
        self.has_formula = False
        self.held, self.in_order = array("q"), True

    def start(self, name: str, attributes: dict[str, Any]) -> None:
        match name.rpartition(" ")[2]:
            case "row":
                given = str(attributes.get("r", ""))
                self.row = int(given) if given.isdecimal() else self.row + 1
                self.place = -1
                if attributes.get("hidden") in ("1", "true") and self.row <= _ROWS:
                    self.hidden_rows.add(self.row)
            case "col" if attributes.get("hidden") in ("1", "true"):
                ends = [int(attributes.get(end, 1)) for end in ("min", "max")]
                self.hidden_columns.update(range(max(ends[0], 1) - 1, min(ends[1], 16_384)))
            case "c":
                self.place = _place(str(attributes.get("r", ""))) or self.place + 1
                self.kind = attributes.get("t", "")
                self.style = attributes.get("s", "")
                self.formula = self.value = ""
                self.has_formula = False
            case "f":
                self.inside, self.has_formula = "f", True
            case "v":
                self.inside = "v"

    def text(self, text: str) -> None:
        # What no cell holds is not kept: pieces of a text without end would be copied without end.
        if self.inside == "f" and len(self.formula) <= _LETTERS:
            self.formula += text
        elif self.inside == "v" and len(self.value) <= _LETTERS:
            self.value += text

    def end(self, name: str) -> None:
        match name.rpartition(" ")[2]:
            case "f" | "v":
                self.inside = ""
            case "c":
                self._cell()

    def _cell(self) -> None:
        self.seen += 1
        if self.seen > CELL_LIMIT:
            raise _too_large(self.path, message("layers.io.above_cells", count=CELL_LIMIT))
        if max(len(self.formulas), len(self.marks), len(self.percents)) > KEPT_CELLS:
            raise _too_large(self.path, message("layers.io.above_formulas", count=KEPT_CELLS))
        if self.value or self.has_formula or self.kind == "inlineStr":
            at = self.row * _COLUMNS + self.place
            self.in_order = self.in_order and (not self.held or self.held[-1] < at)
            self.held.append(at)
        if self.has_formula and self.keeps_formulas:
            self.formulas[self.row, self.place] = self.formula.strip()
        how = self.styles.get(self.style) if self.value and self.kind in ("", "n") else None
        if how == PERCENT:
            self.percents.add((self.row, self.place))
        elif how and not self.keeps_formulas:  # Who reads formulas holds formats apart
            self.marks[self.row, self.place] = f"{self.value}{how}"
        if self.kind == "s" and (text := self.raised.get(self.value.strip())):
            self.marks[self.row, self.place] = text
        if self.kind == "e":
            self.marks[self.row, self.place] = self.value or "#N/A"
        # A writer that calculates nothing leaves no value, or a nought that it announces as such.
        empty = self.value == "" or (self.never_calculated and self.value == "0")
        if self.has_formula and empty and self.kind != "str":
            cell = f"{column_letters(self.place)}{self.row}"
            self.marks[self.row, self.place] = f"{cell}: ={self.formula.strip() or '…'}"

    def twice(self) -> str:
        """Cell that stands there twice with something in it; "" where there is none."""
        if self.in_order:
            return ""
        held = np.sort(np.frombuffer(self.held, dtype=np.int64))
        again = held[1:][held[1:] == held[:-1]]
        if not len(again):
            return ""
        row, place = divmod(int(again[0]), _COLUMNS)
        return f"{column_letters(place)}{row}"


def cell_place(reference: str) -> tuple[int, int]:
    """Row (from 1) and place (from 0) of a reference such as B7; (0, 0) where there is none."""
    digits = reference.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    place = _place(reference)
    return (int(digits), place) if digits.isdecimal() and place is not None else (0, 0)


def _place(reference: str) -> int | None:
    """Place of a column from a reference such as B7; None where there is none."""
    letters = re.match(r"[A-Z]{1,3}", reference)
    if letters is None:
        return None
    place = 0
    for letter in letters.group():
        place = place * 26 + ord(letter) - 64
    return place - 1
