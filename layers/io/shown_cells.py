"""Cells that a spreadsheet shows otherwise than they hold.

With a percent sign: they hold 0.59 where 59% was typed. With a raised or lowered figure behind a
figure, "350" and a note's small "1": to whoever reads their letters alone they say 3501. Such a
figure is written as a raised one (350¹), which no reader takes for a number. In thousands or in
another unit ("0.0,", '0" m²"'): such a figure is written with it, for the same reason.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from layers.base.errors import InputError
from layers.base.messages import message
from layers.base.units import is_hectares, measure_of
from layers.io.archive_limits import read_xml

_STYLES, _CONTENT = "xl/styles.xml", "content.xml"
_STRINGS = "xl/sharedStrings.xml"
_WORD, _WORD_BYTES = re.compile(rb"su(?:per|b)script"), 11
_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
#: Formats 9 and 10 are Excel's own "0%" and "0.00%".
_BUILT_IN = ("9", "10")
_CHILD = Path(__file__).with_name("workbook_cells.py")
_SECONDS = 20
#: Text of a format that is shown as it stands.
_LITERAL = re.compile(r'"[^"]*"|\\.')
#: Commas behind the last digit of a format: each shows a thousandth.
_SCALED = re.compile(r"[0#?](,+)(?![0#?,])")
#: Text that stands as a sign of decimals or thousands: before a digit; "1." numbers a row.
_SIGN = re.compile(r'(?:"[.,]+"|\\[.,])[0#?]')
#: A unit where a currency stands, ``[$m²-42A]``; which figures a section is for, ``[>=1000]``.
_CURRENCY, _CONDITION = re.compile(r"\[\$([^\]-]*)(?:-[^\]]*)?\]"), re.compile(r"\[[<>=]")
#: Parts of a date or time; colours and locales stand in brackets.
_BRACKETS, _OF_DATES = re.compile(r"\[[^\]]*\]"), re.compile(r"[ymdhs]", re.IGNORECASE)
_LONGEST_FORMAT = 255
#: How a format with a percent sign shows a figure
PERCENT = "%"


def shown_styles(archive: zipfile.ZipFile, path: Path) -> dict[str, str]:
    """Number of each cell style of an ``.xlsx`` that shows figures otherwise, and how."""
    formats, styles = dict.fromkeys(_BUILT_IN, PERCENT), []
    inside = False

    def start(name: str, attributes: dict[str, Any]) -> None:
        nonlocal inside
        match name.rpartition(" ")[2]:
            case "numFmt" if how := shown_by(str(attributes.get("formatCode", ""))):
                formats[str(attributes.get("numFmtId", ""))] = how
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
    return {str(at): formats[number] for at, number in enumerate(styles) if number in formats}


def shown_by(style: str) -> str:
    """How a number format shows figures otherwise than they are; empty for one that does not.

    As percents, a thousandth of them (``0.0,``), in a unit of land that is not the hectare
    (``0" m²"``), or with digits behind them (``0"00"``).
    """
    style = _CURRENCY.sub(r'"\1"', style)
    if "%" in _LITERAL.sub("", style):
        return PERCENT
    sections = style[:_LONGEST_FORMAT].split(";")
    # The first is that of figures above nought, unless they say themselves which they are for.
    several = sections if _CONDITION.search(_LITERAL.sub("", style)) else sections[:1]
    return next(filter(None, map(_section_shows, several)), "")


def _section_shows(first: str) -> str:
    bare = _LITERAL.sub("", first)
    if _OF_DATES.search(_BRACKETS.sub("", bare)):
        return ""
    texts = [text.strip('"\\') for text in _LITERAL.findall(first)]
    said = "".join(texts).strip()
    if thousands := _SCALED.search(bare):
        return f" ÷ {1000 ** len(thousands[1]):,} {said}".rstrip()
    other = measure_of(said.strip(" .()")) == "area" and not is_hectares(said)
    digits = re.fullmatch(r"[\d.,]+", said) and (re.search(r"\d", said) or _SIGN.search(first))
    return f" {said}" if other or digits else ""


@dataclass(slots=True)
class ShownCells:
    """Cells of a sheet that show something else, by row (from 1) and place (from 0)."""

    #: Shown with a percent sign, hundred times what they hold
    percents: set[tuple[int, int]] = field(default_factory=set)
    #: Texts with a raised figure beside a figure, written as a raised one
    raised: dict[tuple[int, int], str] = field(default_factory=dict)
    #: An ``.xlsb``, and an ``.xls`` that xlrd does not read, do not tell
    are_told: bool = True
    #: Rows that are hidden or filtered out, of an ``.xlsx``
    hidden_rows: set[int] = field(default_factory=set)
    #: Other visible sheets with the same header, where no sheet was named
    alike: list[str] = field(default_factory=list)


def shown_in_ods(path: Path, most: int) -> dict[str, ShownCells]:
    """What an ``.ods`` shows of its cells, by sheet.

    A sheet with more than ``most`` of them is refused: those beyond would count a hundredth.
    """
    look = _Ods(path, most)
    with zipfile.ZipFile(path) as archive, archive.open(_CONTENT) as stream:
        read_xml(
            stream,
            path,
            StartElementHandler=look.start,
            EndElementHandler=look.end,
            CharacterDataHandler=look.text,
        )
    return look.found


class _Ods:
    """Walks through the cells of an ``.ods``; the styles of letters stand before them."""

    def __init__(self, path: Path, most: int) -> None:
        self.path, self.most = path, most
        self.found: dict[str, ShownCells] = {}
        self.sheet, self.row, self.place, self.rows, self.cells = "", 0, 0, 1, 1
        self.style = ""
        self.higher: set[str] = set()  # Styles that raise letters
        self.spans: list[bool] = []
        self.runs: list[tuple[str, bool]] = []
        self.paragraphs = self.aside = 0
        self.inside = False

    def start(self, name: str, attributes: dict[str, Any]) -> None:
        told = {key.rpartition(" ")[2]: str(value) for key, value in attributes.items()}
        match name.rpartition(" ")[2]:
            case "style":
                self.style = told.get("name", "")
            case "text-properties" if _is_higher(told.get("text-position", "")):
                self.higher.add(self.style)
            case "table":
                self.sheet, self.row, self.rows = told.get("name", ""), 0, 1
            case "table-row":
                self.row, self.place = self.row + self.rows, 0
                self.rows = _times(told.get("number-rows-repeated", ""))
            case "table-cell" | "covered-table-cell":
                self.cells = _times(told.get("number-columns-repeated", ""))
                self.runs, self.paragraphs, self.spans = [], 0, []
                if told.get("value-type") == "percentage":
                    percents = self._shown().percents
                    percents.update(self._places(len(percents)))
            case kind:
                self._start_text(kind, told)

    def _start_text(self, kind: str, told: dict[str, str]) -> None:
        match kind:
            case "annotation":
                self.aside += 1
            case "p" if not self.aside:
                if self.paragraphs:
                    self.runs.append(("\n", False))
                self.paragraphs += 1
                self.inside = True
            case "span":
                self.spans.append(told.get("style-name", "") in self.higher)
            case "s" if not self.aside:
                self.runs.append((" ", False))

    def text(self, text: str) -> None:
        if self.inside and not self.aside:
            self.runs.append((text, any(self.spans)))

    def end(self, name: str) -> None:
        match name.rpartition(" ")[2]:
            case "annotation":
                self.aside -= 1
            case "p" if not self.aside:
                self.inside = False
            case "span" if self.spans:
                self.spans.pop()
            case "table-cell" | "covered-table-cell":
                text = with_raised(self.runs)
                if text is not None:
                    raised = self._shown().raised
                    raised |= dict.fromkeys(self._places(len(raised)), text)
                self.place += self.cells

    def _shown(self) -> ShownCells:
        return self.found.setdefault(self.sheet, ShownCells())

    def _places(self, known: int) -> list[tuple[int, int]]:
        """Cells for which one stands that is repeated downwards and to the right."""
        if known + self.rows * self.cells > self.most:
            what = message("layers.io.above_percents", count=self.most)
            raise InputError("layers.io.sheet_too_large", path=self.path, what=what)
        return [
            (self.row + down, self.place + beside)
            for down in range(self.rows)
            for beside in range(self.cells)
        ]


def _is_higher(position: str) -> bool:
    """Whether letters stand higher or lower: ``super 58%``, ``33% 58%``, ``sub``, ``-33%``."""
    return position.startswith("su") or bool(re.match(r"-?0*[1-9]\d*(\.\d+)?%", position))


def shown_in_xls(path: Path, sheet: str | None) -> dict[str, ShownCells] | None:
    """What an ``.xls`` shows of the cells of a sheet, or of each; None where xlrd cannot say.

    It reads in a process of its own: a damaged file may keep it busy for ever.
    """
    command = [sys.executable, "-P", str(_CHILD), "--shown", str(path), *filter(None, [sheet])]
    try:
        done = subprocess.run(command, capture_output=True, check=False, timeout=_SECONDS)  # noqa: S603
    except (subprocess.TimeoutExpired, OSError):
        return None
    if done.returncode:
        return None
    return {told["sheet"]: _of_xls(told) for told in map(json.loads, done.stdout.splitlines())}


def _of_xls(told: dict[str, Any]) -> ShownCells:
    shown = ShownCells()
    for style, cells in told["percents"].items():
        if "%" in _LITERAL.sub("", style):
            shown.percents |= {(row, place) for row, place in cells}
    for row, place, runs in told["texts"]:
        text = with_raised(runs)
        if text is not None:
            shown.raised[row, place] = text
    return shown


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
        if _WORD.search(rest + block):
            return True
        rest = block[-_WORD_BYTES:]
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


def with_raised(runs: Iterable[tuple[str, bool]]) -> str | None:
    """A text of runs, those that stand higher as raised figures; None where none joins a figure.

    A figure beside a raised one, or with only a mark of its own between, would join it.
    """
    pieces: list[str] = []
    is_changed = was_raised = False
    before = ""
    for text, is_higher in runs:
        raised = is_higher and any(map(str.isdecimal, text))
        after_raised = was_raised and text.lstrip(".,")[:1].isdecimal()
        is_changed |= (raised and before.isdecimal()) or after_raised
        if after_raised and not is_higher:
            pieces[-1] = pieces[-1].translate(_RAISED)
        pieces.append(text.translate(_RAISED) if raised and is_changed else text)
        before = pieces[-1].rstrip(".,")[-1:] or before
        was_raised = raised
    return "".join(pieces) if is_changed else None


class _Texts:
    """Puts the runs of texts together."""

    def __init__(self) -> None:
        self.found: dict[str, str] = {}
        self.count, self.cell = 0, ""
        self.inside = self.is_raised = False
        self.runs: list[tuple[str, bool]] = []

    def start(self, name: str, attributes: dict[str, Any]) -> None:
        match name.rpartition(" ")[2]:
            case "c":
                self.cell = str(attributes.get("r", ""))
            case "si" | "is":
                self.runs, self.is_raised = [], False
            case "r" | "rPh":
                self.is_raised = False
            case "vertAlign":
                self.is_raised = attributes.get("val") in ("superscript", "subscript")
            case "t":
                self.inside = True

    def text(self, text: str) -> None:
        if self.inside:
            self.runs.append((text, self.is_raised))

    def end(self, name: str) -> None:
        match name.rpartition(" ")[2]:
            case "t":
                self.inside = False
            case "si" | "is" as kind:
                text = with_raised(self.runs)
                if text is not None:
                    self.found[self.cell if kind == "is" else str(self.count)] = text
                self.count += 1
