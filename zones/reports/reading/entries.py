"""What is read from a sheet: entries, each of one cell, rows by what they are, and findings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from layers.base.language import Phrase
from layers.base.messages import message
from zones.plan.words import number_words
from zones.reports.reading.intake import Page, cell_name
from zones.reports.reading.quoting import is_personal, without_numbers

#: Rules whose cell is counted all the same, with a remark; every other one is asked back.
REMARKS = frozenset(
    {
        *("about", "unit-converted", "mark-settled", "whole-settled", "old-name", "row-by-name"),
        *("old-names-added", "header-near", "known-changed", "hidden-row", "older-form"),
        *("known-added", "figure-in-note", "hidden-column", "figure-repeated", "confirmed"),
    }
)

RowKind = Literal["heading", "figures", "blank", "total", "note", "asked"]


@dataclass(frozen=True, slots=True)
class Told:
    """A finding before it becomes a row of a table."""

    rule: str
    reporter: str
    file: str
    sheet: str
    cell: str  # Several where figures contradict each other: the one likely wrong first
    what: str | Phrase = ""
    expected: object = ""
    found: object = ""
    article: str = ""
    wording: str = ""  # Other sentence than that of the rule

    @property
    def severity(self) -> str:
        """Whether the cell is asked back or only remarked on."""
        return "note" if self.rule in REMARKS else "problem"

    def phrase(self) -> Phrase:
        """Sentence of the rule."""
        values = {
            "what": _as_written(self.what),
            "expected": _as_written(self.expected),
            "found": _as_written(self.found),
        }
        return message(
            f"zones.reports.finding_{(self.wording or self.rule).replace('-', '_')}", **values
        )

    def as_row(self) -> dict[str, object]:
        """Row of ``REPORT_FINDINGS``."""
        said = self.phrase()
        return {
            "reporter": self.reporter,
            "kind": self.rule,
            "severity": self.severity,
            "file": self.file,
            "sheet": self.sheet,
            "cell": self.cell,
            "expected": _in_vietnamese(self.expected),
            "found": _in_vietnamese(self.found),
            "message_vi": said.vi,
            "message_en": said.en,
            "article": self.article,
        }


def _in_vietnamese(value: object) -> str:
    """What was expected or found as the table of findings writes it."""
    written = _as_written(value)
    return written.vi if isinstance(written, Phrase) else str(written)


def _as_written(value: object) -> object:
    """Figure with the decimals that it has, in the language of its reader; nobody's number."""
    if isinstance(value, str):
        return without_numbers(value)
    if isinstance(value, Phrase):
        return Phrase(en=without_numbers(value.en), vi=without_numbers(value.vi))
    if not isinstance(value, float):
        return value
    if is_personal(value):
        return "…"
    return number_words(round(value, 2) if abs(value) >= 1 else value)


@dataclass(slots=True)
class Entry:
    """A figure cell: whose it is, what it says, and what became of it."""

    reporter: str
    form: str
    table: str
    row: str
    column: str
    crop: str
    unit: str
    what: Phrase
    value: float | None
    written: str
    file: str
    sheet: str
    line: int
    place: int
    other: float | None = None
    assumed: str = ""  # Remark that holds once one of two readings is settled
    origin: str = ""
    rules: list[str] = field(default_factory=list)
    # Figures that this one is the sum of: those of old communes
    parts: tuple[Entry, ...] = ()

    @property
    def cell(self) -> str:
        """Name of the cell; of a sum, those of its parts."""
        if self.parts:
            cells = (
                one.cell if one.sheet == self.sheet else f"{one.sheet}!{one.cell}"
                for one in self.parts
            )
            return ", ".join(cells)
        return cell_name(self.line, self.place)

    @property
    def verdict(self) -> str:
        """What became of the figure: accepted, remarked or asked."""
        if self.value is None or any(rule not in REMARKS for rule in self.rules):
            return "asked"
        return "remarked" if self.rules else "accepted"

    @property
    def is_slip(self) -> bool:
        """Whether another unit was told to make the figure right."""
        return "unit-slip" in self.rules

    @property
    def key(self) -> tuple[str, str, str, str]:
        """Reporter, table, row and column."""
        return self.reporter, self.table, self.row, self.column

    def told(
        self,
        rule: str,
        *,
        expected: object = "",
        found: object = None,
        article: str = "",
        wording: str = "",
    ) -> Told:
        """Finding of a rule at this cell, or at all those of a sum."""
        for one in (self, *self.parts):
            one.rules.append(rule)
        seen = self.written if found is None else found
        return Told(
            *(rule, self.reporter, self.file, self.sheet, self.cell, self.what),
            *(expected, seen, article, wording),
        )


def added_up(entries: Sequence[Entry]) -> Entry:
    """The one figure of a cell of a form, or the sum of those that its old communes gave.

    A sum of which a part is asked back is not known.
    """
    first, *others = entries
    if not others:
        return first
    values = [one.value for one in entries if one.value is not None and one.verdict != "asked"]
    whole = len(values) == len(entries)
    rules = list(dict.fromkeys(rule for one in entries for rule in one.rules))
    return replace(
        first,
        value=sum(values) if whole else None,
        written=" + ".join(one.written for one in entries),
        rules=rules,
        parts=tuple(entries),
    )


def told_together(entries: Sequence[Entry], rule: str, **values: Any) -> list[Told]:
    """One finding for each sheet about all its cells together, the first cell first.

    ``values`` are those of ``Entry.told``.
    """
    sheets: dict[tuple[str, str], list[Entry]] = {}
    for entry in entries:
        sheets.setdefault((entry.file, entry.sheet), []).append(entry)
    found = []
    for cells in sheets.values():
        first, *_ = [one.told(rule, **values) for one in cells]
        names = dict.fromkeys(one.cell for one in cells)
        found.append(replace(first, cell=", ".join(names)))
    return found


@dataclass(slots=True)
class PageReading:
    """What a sheet gave."""

    page: Page
    entries: list[Entry] = field(default_factory=list)
    findings: list[Told] = field(default_factory=list)
    rows: dict[int, RowKind] = field(default_factory=dict)
    lines: Sequence[int] = ()  # Rows of the sheet that hold something
    # Texts of rows of open tables, by reporter, row and column: plots, causes, dates
    texts: dict[tuple[str, str, int], dict[str, str]] = field(default_factory=dict)
    # Cells of figures that were asked for and left blank; those that hold nothing known stay so
    blanks: list[Entry] = field(default_factory=list)
    reporters: set[str] = field(default_factory=set)
    # Reporter, table and row of figures that the reporter says are right as they stand
    confirmed: set[tuple[str, str, str]] = field(default_factory=set)
    form: str = ""
    version: int = 0

    def tell(self, rule: str, *, reporter: str = "", cell: str = "", **values: object) -> None:
        """Add a finding of the sheet or of one of its cells."""
        page = self.page
        self.findings.append(Told(rule, reporter, page.file, page.sheet, cell, **values))  # type: ignore[arg-type]
