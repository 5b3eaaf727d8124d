"""What came back, file by file: the cells of every sheet, or one line that says why not.

A file is read as data and nothing in it is ever run. What cannot be read stops no other file.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from layers.base.errors import InputError, MissingFileError, VungTrongError
from layers.base.language import Phrase
from layers.base.messages import message
from layers.io.archive_limits import read_part
from layers.io.endings import WORKBOOK_KINDS
from layers.io.table import csv_rows
from layers.io.workbook import KEPT_CELLS, Sheet, column_letters, read_workbook
from zones.output.record import file_digest, leads_out
from zones.reports.reading.kinds import TEXT_KINDS, unread_report
from zones.reports.reading.quoting import without_runs

#: Left behind by office programs and file managers; no reports.
_LITTER = re.compile(r"^(\.|~\$)|^(Thumbs\.db|desktop\.ini)$", re.IGNORECASE)
_MODIFIED = "{http://purl.org/dc/terms/}modified"


@dataclass(slots=True)
class Page:
    """A sheet as it came back; rows count from 1, places of columns from 0."""

    file: str
    sheet: str
    content: Sheet

    @property
    def cells(self) -> dict[tuple[int, int], str | float]:
        """Cells that hold something, what stands in place of a value included."""
        return self.content.cells

    def rows(self) -> dict[int, dict[int, str | float]]:
        """Cells by row, then by place."""
        found: dict[int, dict[int, str | float]] = {}
        for (row, place), cell in sorted(self.cells.items()):
            found.setdefault(row, {})[place] = cell
        return found


@dataclass(slots=True)
class ReturnedFile:
    """A file that came back, or why it could not be read."""

    name: str  # Path below the folder
    sha256: str
    # When it was last saved, as the file itself says, or else its time on disk
    modified: str
    pages: list[Page] = field(default_factory=list)
    lines: int = 0  # Rows of all pages that hold something
    refused: Phrase | None = None
    notes: list[Phrase] = field(default_factory=list)


def returned_files(folder: Path) -> list[str]:
    """Files of a folder and of those within it, by their paths below it; one file is itself."""
    if folder.is_file():
        return [""]
    if not folder.is_dir():
        raise MissingFileError("zones.reports.no_folder", folder=folder)
    # Of a country's files only the names stay: a path is ten times as large.
    found = (path for path in folder.rglob("*") if path.is_file())
    names = [path.relative_to(folder).as_posix() for path in found if not _LITTER.search(path.name)]
    return sorted(names, key=lambda name: name.split("/"))


def read_returned(below: str, folder: Path) -> ReturnedFile:
    """Read every sheet of a file that came back; ``below`` is its path below the folder."""
    path, name = folder / below, below or folder.name
    linked = leads_out(path, folder)
    target = str(path.readlink()) if linked else ""
    digest = hashlib.sha256(target.encode()).hexdigest() if linked else file_digest(path)
    name = without_runs(name, digest[:8])
    file = ReturnedFile(name, digest, _time_on_disk(path))
    try:
        if linked:
            raise InputError("zones.reports.refused_link", file=name)
        file.pages = list(_pages(path, name))
        file.lines = sum(len({row for row, _ in page.cells}) for page in file.pages)
        file.modified = _modified(path) or file.modified
        file.notes = list(_notes(path, name, file.pages))
        if not any(page.cells for page in file.pages):
            file.refused = message("zones.reports.refused_empty", file=name)
    except VungTrongError as error:
        file.refused = Phrase(*(_named(error.text(lang), path, name) for lang in ("en", "vi")))
    return file


def _named(text: str, path: Path, name: str) -> str:
    """Message with the file as it is called in the folder."""
    return text.replace(str(path), name)


def _pages(path: Path, name: str) -> Iterator[Page]:
    kind = path.suffix.lower()
    if kind in WORKBOOK_KINDS:
        for number, (sheet, content) in enumerate(read_workbook(path).items(), start=1):
            # An error or a formula without a value stands where a figure should.
            content.cells |= content.marks
            yield Page(name, without_runs(sheet, f"({number})"), content)
    elif kind in TEXT_KINDS:
        yield Page(name, "", _csv_sheet(path))
    elif refusal := unread_report(kind, name):
        raise refusal


def _csv_sheet(path: Path) -> Sheet:
    sheet = Sheet()
    for number, cells in csv_rows(path, most=KEPT_CELLS):
        for place, cell in enumerate(cells):
            text = str(cell).strip()
            if text:
                sheet.cells[number, place] = text
    return sheet


def _time_on_disk(path: Path) -> str:
    seconds = int(path.lstat().st_mtime)
    return dt.datetime.fromtimestamp(seconds, tz=dt.UTC).isoformat()


def _modified(path: Path) -> str:
    """Time of the last saving that an ``.xlsx`` states; empty where it states none."""
    if path.suffix.lower() not in (".xlsx", ".xlsm"):
        return ""
    with zipfile.ZipFile(path) as archive:
        if "docProps/core.xml" not in archive.namelist():
            return ""
    stated = read_part(path, "docProps/core.xml").findtext(_MODIFIED) or ""
    return stated.replace("Z", "+00:00") if re.match(r"\d{4}-\d\d-\d\dT", stated) else ""


def _notes(path: Path, name: str, pages: list[Page]) -> Iterator[Phrase]:
    """What a reader should know of a file: macros that were not run, figures of other files."""
    if path.suffix.lower() in (".xlsm", ".xlsb"):
        yield message("zones.reports.macros_not_run", file=name)
    outside = [
        f"{page.sheet}!{cell_name(row, place)}"
        for page in pages
        for (row, place), formula in page.content.formulas.items()
        if "[" in formula
    ]
    if outside:
        yield message("zones.reports.external_links", file=name, cells=outside)


def cell_name(row: int, place: int) -> str:
    """Name of a cell, as B7."""
    return f"{column_letters(place)}{row}"
