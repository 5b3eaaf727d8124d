"""Cells that a spreadsheet shows otherwise than they hold.

With a percent sign: they hold 0.59 where 59% was typed. With a raised figure behind a figure, "350"
and a note's small "1": to whoever reads their letters alone they say 3501. Such a figure is written
as a raised one (350¹), which no reader takes for a number.
"""

from __future__ import annotations

import re
import zipfile
from pathlib import Path
from typing import IO, Any

from layers.base.errors import InputError
from layers.base.messages import message
from layers.io.archive_limits import read_xml

_STYLES, _CONTENT = "xl/styles.xml", "content.xml"
_STRINGS = "xl/sharedStrings.xml"
_WORD = b"superscript"
_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
#: Formats 9 and 10 are Excel's own "0%" and "0.00%".
_BUILT_IN = ("9", "10")
#: Text of a format that is shown as it stands.
_LITERAL = re.compile(r'"[^"]*"|\\.')


def percent_styles(archive: zipfile.ZipFile, path: Path) -> frozenset[str]:
    """Numbers of the cell styles of an ``.xlsx`` that show percents."""
    formats, styles = set(_BUILT_IN), []
    inside = False

    def start(name: str, attributes: dict[str, Any]) -> None:
        nonlocal inside
        match name.rpartition(" ")[2]:
            case "numFmt" if "%" in _LITERAL.sub("", str(attributes.get("formatCode", ""))):
                formats.add(str(attributes.get("numFmtId", "")))
            case "cellXfs":
                inside = True
            case "xf" if inside:
                styles.append(str(attributes.get("numFmtId", "")))

    def end(name: str) -> None:
        nonlocal inside
        inside = inside and not name.endswith("cellXfs")

    if _STYLES in archive.namelist():
        with archive.open(_STYLES) as stream:
            read_xml(stream, path, StartElementHandler=start, EndElementHandler=end)
    return frozenset(str(place) for place, number in enumerate(styles) if number in formats)


def percent_cells(path: Path, most: int) -> dict[str, set[tuple[int, int]]]:
    """Percent cells of an ``.ods`` by sheet, row (from 1) and place (from 0).

    A sheet with more than ``most`` of them is refused: those beyond would count a hundredth.
    """
    found: dict[str, set[tuple[int, int]]] = {}
    sheet, row, place, rows = "", 0, 0, 1

    def start(name: str, attributes: dict[str, Any]) -> None:
        nonlocal sheet, row, place, rows
        told = {key.rpartition(" ")[2]: str(value) for key, value in attributes.items()}
        match name.rpartition(" ")[2]:
            case "table":
                sheet, row, rows = told.get("name", ""), 0, 1
            case "table-row":
                row, place, rows = row + rows, 0, _times(told.get("number-rows-repeated", ""))
            case "table-cell" | "covered-table-cell":
                cells = _times(told.get("number-columns-repeated", ""))
                if told.get("value-type") == "percentage":
                    mine = found.setdefault(sheet, set())
                    if len(mine) + rows * cells > most:
                        what = message("layers.io.above_percents", count=most)
                        raise InputError("layers.io.sheet_too_large", path=path, what=what)
                    mine.update(
                        (row + down, place + beside)
                        for down in range(rows)
                        for beside in range(cells)
                    )
                place += cells

    with zipfile.ZipFile(path) as archive, archive.open(_CONTENT) as stream:
        read_xml(stream, path, StartElementHandler=start)
    return found


def _times(repeated: str) -> int:
    """How often a row or a cell stands there."""
    return int(repeated) if repeated.isdecimal() else 1


def raised_strings(archive: zipfile.ZipFile, path: Path) -> dict[str, str]:
    """Shared texts of a workbook with a raised figure behind a figure, by their numbers."""
    if _STRINGS not in archive.namelist():
        return {}
    with archive.open(_STRINGS) as stream:
        if not has_raised(stream):
            return {}
    with archive.open(_STRINGS) as stream:
        return raised_texts(stream, path)


def has_raised(stream: IO[bytes]) -> bool:
    """Whether an XML part raises letters anywhere, by a look at its bytes."""
    rest = b""
    while block := stream.read(1 << 20):
        if _WORD in rest + block:
            return True
        rest = block[-len(_WORD) :]
    return False


def raised_texts(stream: IO[bytes], path: Path) -> dict[str, str]:
    """Texts of a part with a raised figure behind a figure: by number, those of cells by place."""
    texts = _Texts()
    read_xml(
        stream,
        path,
        StartElementHandler=texts.start,
        EndElementHandler=texts.end,
        CharacterDataHandler=texts.text,
    )
    return texts.found


class _Texts:
    """Puts the runs of texts together, those that stand higher as raised figures."""

    def __init__(self) -> None:
        self.found: dict[str, str] = {}
        self.count, self.cell = 0, ""
        self.inside = self.is_raised = self.is_changed = self.was_raised = False
        self.pieces: list[str] = []

    def start(self, name: str, attributes: dict[str, Any]) -> None:
        match name.rpartition(" ")[2]:
            case "c":
                self.cell = str(attributes.get("r", ""))
            case "si" | "is":
                self.pieces, self.is_changed = [], False
                self.is_raised = self.was_raised = False
            case "r" | "rPh":
                self.is_raised = False
            case "vertAlign":
                self.is_raised = attributes.get("val") == "superscript"
            case "t":
                self.inside = True

    def text(self, text: str) -> None:
        if not self.inside:
            return
        # A figure beside a raised one, or with only a mark of its own between, would join it.
        before = "".join(self.pieces).rstrip(".,")[-1:]
        raised = self.is_raised and any(map(str.isdecimal, text))
        after_raised = self.was_raised and text.lstrip(".,")[:1].isdecimal()
        if (raised and before.isdecimal()) or after_raised:
            self.is_changed = True
        if after_raised and not self.is_raised:
            self.pieces[-1] = self.pieces[-1].translate(_RAISED)
        self.pieces.append(text.translate(_RAISED) if raised and self.is_changed else text)
        self.was_raised = raised

    def end(self, name: str) -> None:
        match name.rpartition(" ")[2]:
            case "t":
                self.inside = False
            case "si" | "is" as kind:
                if self.is_changed:
                    key = self.cell if kind == "is" else str(self.count)
                    self.found[key] = "".join(self.pieces)
                self.count += 1
