"""Cells that a spreadsheet shows with a percent sign: they hold 0.59 where 59% was typed."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path
from typing import Any

from layers.base.errors import InputError
from layers.base.messages import message
from layers.io.archive_limits import read_xml

_STYLES, _CONTENT = "xl/styles.xml", "content.xml"
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
