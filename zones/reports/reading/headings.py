"""What a reader sees above the columns of a form of ours, held against what the form wrote there.

The hidden keys say what a column was. Whoever moves a column with its heading, or writes another
unit above it, fills in what the heading says: then nothing of it is counted on the word of the key.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from layers.base.messages import message
from layers.base.units import dimension_of, unit_of, unit_of_heading, unit_of_note, unit_said
from layers.communes.spelling import exact_key
from zones.plan.words import unit_words
from zones.project.form_schema import FormColumn
from zones.reports.layout import Sheet, heading, read_identity
from zones.reports.reading.entries import Entry, PageReading, told_together
from zones.reports.reading.intake import cell_name
from zones.reports.reading.quoting import shown
from zones.reports.reading.words import Vocabulary, without_units

_NUMBERED = re.compile(r"\(?\d{1,2}\)?")
_BRACKET = re.compile(r"[(\[][^()\[\]]*[)\]]")
#: What people write before the name of a column of areas
_BEFORE = re.compile(r"^\s*(?:trong đó|tđ)?\s*[:,]?\s*(?:dt|diện tích)?\s+(?=\S)", re.IGNORECASE)
#: What a form heads besides its columns: numbers, units and the column of checks.
_BESIDE = ("TT", "Đơn vị", "Kiểm tra")


def hold_headings(
    reading: PageReading,
    sheet: Sheet,
    places: Mapping[str, int],
    corner: tuple[int, int],
    *,
    older: bool,
) -> None:
    """Ask back every figure above which something else stands than the form wrote."""
    held = _Headings(reading, sheet, places, corner, older)
    asked: set[str] = set()
    for column in (one for one in sheet.table.columns if _is_held(one, sheet)):
        found = held.strange(column) if column.column in places else None
        if found is None:
            continue
        asked.add(column.column)
        said = {
            "expected": heading(column),
            "found": found or message("zones.reports.heading_blank"),
        }
        under = [one for one in reading.entries if one.column == column.column]
        reading.findings += told_together(under, "heading-disagrees", **said)
        if not column.is_figure and (line := held.filled(column.column)):
            cell = cell_name(line, places[column.column])
            (reporter,) = reading.reporters
            what = column.name.phrase
            reading.tell("heading-disagrees", reporter=reporter, cell=cell, what=what, **said)
    for key, texts in reading.texts.items():
        reading.texts[key] = {name: text for name, text in texts.items() if name not in asked}
    others = [one for one in reading.entries if one.column not in asked]
    for unit in held.captions():
        hold_unit(reading, others, unit)


def hold_unit(reading: PageReading, entries: Sequence[Entry], said: str) -> None:
    """Ask back figures below or beside a text that says another unit than theirs."""
    dimension = dimension_of(said)
    same = [one for one in entries if dimension_of(one.unit) == dimension]
    # "Đơn vị: xã Lộc Bình" is who reports: communes are counted as well.
    meant = same if same or dimension == "count" else entries
    ask_unit(reading, meant, said)


def ask_unit(reading: PageReading, entries: Sequence[Entry], said: str) -> None:
    """Ask back figures that are not in the unit that stands beside or above them."""
    here = unit_of(said)
    wrong = [one for one in entries if here is None or unit_of(one.unit) != here]
    for unit in dict.fromkeys(one.unit for one in wrong):
        reading.findings += told_together(
            [one for one in wrong if one.unit == unit],
            "caption-disagrees",
            expected=unit_words(unit),
            found=shown(said),
        )


def _is_held(column: FormColumn, sheet: Sheet) -> bool:
    """Whether something hangs on the heading of a column: of notes nothing does."""
    return column.is_asked and (column.kind != "text" or sheet.table.rows == "open")


@dataclass
class _Headings:
    """Texts above the rows of a sheet."""

    reading: PageReading
    sheet: Sheet
    places: Mapping[str, int]
    corner: tuple[int, int]
    older: bool

    @cached_property
    def lines(self) -> dict[int, dict[int, str]]:
        """Texts by line and place, without the numbers of the columns."""
        found: dict[int, dict[int, str]] = {}
        for (line, place), cell in self.reading.page.cells.items():
            above = self.reading.rows.get(line) == "heading" and line > self.corner[0]
            if above and isinstance(cell, str) and place != self.corner[1]:
                held = found.setdefault(line, {})
                if cell.strip() and not _NUMBERED.fullmatch(cell.strip()):
                    held[place] = cell
        return found

    @cached_property
    def written(self) -> set[str]:
        """Everything that the form wrote above columns."""
        table = self.sheet.table
        groups = [column.group.vi for column in table.columns if column.group]
        texts = (*map(heading, table.columns), *groups, table.label.vi, *_BESIDE)
        return set(map(exact_key, texts))

    @cached_property
    def year(self) -> int:
        """Year of the form."""
        identity = read_identity(self.reading.page.cells[self.corner])
        return identity.year if identity else 0

    @cached_property
    def words(self) -> Vocabulary:
        """Words of the table."""
        return Vocabulary([self.sheet])

    def captions(self) -> Iterator[str]:
        """Units that titles, notes below the table or the name of the sheet say."""
        above, below = [self.reading.page.sheet], []
        for (line, _), cell in self.reading.page.cells.items():
            if isinstance(cell, str) and line in self.lines and not self._heads(line):
                above.append(cell)
            elif isinstance(cell, str) and self.reading.rows.get(line) == "note":
                below.append(cell)
        title = exact_key(self.sheet.table.name.vi)
        said = [unit_said(text) for text in above if exact_key(text) != title]
        units = {entry.unit for entry in self.reading.entries}
        # Below a table there may be notes on something else.
        held = {"", *map(dimension_of, units)}
        notes = (unit_of_note(text, units) for text in below)
        said += [unit for unit in notes if dimension_of(unit) in held]
        yield from dict.fromkeys(filter(None, said))

    def _heads(self, line: int) -> bool:
        """Whether a line is one of those with headings, or of the numbers below them."""
        texts = self.lines[line].values()
        return not texts or any(exact_key(text) in self.written for text in texts)

    def filled(self, column: str) -> int:
        """First line that holds something in a column; 0 for none."""
        place, rows = self.places[column], self.reading.rows
        lines = (line for line, at in self.reading.page.cells if at == place)
        return next((line for line in lines if rows.get(line) == "figures"), 0)

    def strange(self, column: FormColumn) -> str | None:
        """What stands above a column in place of its heading; None where that is its own."""
        place, own_key = self.places[column.column], exact_key(heading(column))
        group = exact_key(column.group.vi) if column.group else ""
        texts = [held[place] for held in self.lines.values() if place in held]
        own = [text for text in texts if exact_key(text) == own_key or self._means(text, column)]
        others = self.written - {own_key, group}
        foreign = [
            text
            for text in texts
            if text not in own
            and (exact_key(text) in others or (exact_key(text) != group and unit_of_heading(text)))
        ]
        if own and not foreign:
            foreign = self._other_group(column, own[0])
        if own and not foreign:
            return None
        return " / ".join(map(self._quoted, foreign or texts))

    def _means(self, text: str, column: FormColumn) -> bool:
        """Whether a heading that is not the form's means a column all the same, in its unit."""
        said = unit_of_heading(text)
        plain = re.sub(rf"\b{self.year}\b", "", without_units(text))
        if dimension_of(column.unit) == "area":
            plain = _BEFORE.sub("", f" {plain}")
        found = [self.words.columns(one).get(self.sheet.table.table) for one in (text, plain)]
        name, exact = max(filter(None, found), key=lambda one: one[1], default=("", False))
        same = not said or unit_of(said) == unit_of(column.unit)
        bare = bool(said) or not _BRACKET.search(text)
        return name == column.column and same and (self.older or (exact and bare))

    def _other_group(self, column: FormColumn, own: str) -> list[str]:
        """What stands over the heading of a column in place of its group, if anything does."""
        if column.group is None:
            return []
        members = [one for one in self.sheet.table.columns if one.group == column.group]
        leftmost = min(self.places[one.column] for one in members if one.column in self.places)
        place = self.places[column.column]
        line = next(line for line, held in self.lines.items() if held.get(place) == own)
        above = self.lines.get(line - 1, {})
        at = max((one for one in above if leftmost <= one <= place), default=None)
        named = sum(heading(one) == heading(column) for one in self.sheet.table.columns)
        if at is None:
            return ["–"] if named > 1 else []
        text = above[at]
        known = exact_key(text) == exact_key(column.group.vi)
        unknown = self.older and named == 1 and not unit_of_heading(text)
        return [] if known or unknown else [text]

    def _quoted(self, text: str) -> str:
        """Heading as a letter repeats it, its unit included."""
        said = unit_of_heading(text)
        if not said or said == text.strip():
            return shown(said) or self.words.quoted(text)
        return f"{self.words.quoted(without_units(text))} ({shown(said)})"
