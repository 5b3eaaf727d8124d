"""Reports in: every file read, every figure checked, each accepted, remarked on or asked back."""

from __future__ import annotations

import os
from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

from layers.base.clock import today
from layers.base.errors import ClosureError
from layers.base.messages import joined
from layers.base.schema import Schema
from layers.base.workers import Progress, run_pieces, silent
from layers.io.table_output import save_csv
from layers.io.workbook import Sheet
from zones.plan.words import number_words, unit_words
from zones.project.form_schema import Form
from zones.reports.checking.agreements import tell_disagreeing_forms
from zones.reports.checking.checks import Answers, check_answers, check_totals
from zones.reports.checking.suspects import tell_copied, tell_exchanged, tell_repeated_plots
from zones.reports.known import KnownFigures
from zones.reports.layout import Reporter, lay_out
from zones.reports.ledger import Ledger, Submission
from zones.reports.reading.entries import Entry, PageReading, Told, told_together
from zones.reports.reading.intake import Page, ReturnedFile, read_returned, returned_files
from zones.reports.reading.recognise import Reader
from zones.reports.tables import FIGURES, REPORT_FINDINGS, RETURNED, RETURNED_ROWS
from zones.reports.writing.letters import save_questions
from zones.reports.year_round import Round

#: Figures left out that a finding lists.
_SHOWN = 5
_WORST = ("asked", "remarked", "accepted")


@dataclass(slots=True)
class Collected:
    """What a collection gave."""

    figures: pd.DataFrame
    findings: pd.DataFrame
    files: pd.DataFrame
    rows: pd.DataFrame
    submissions: list[list[Submission]] = field(default_factory=list)  # by file


@dataclass(slots=True)
class _Returned:
    """A file with what was read of it."""

    file: ReturnedFile
    readings: list[PageReading]


def collect(
    folder: Path,
    asked: Round,
    forms: Sequence[Form],
    *,
    ledger: Ledger | None = None,
    progress: Progress = silent,
) -> Collected:
    """Read and check what came back; the first form is the one that foreign tables answer.

    ``ledger`` has what was received before: what a later submission leaves out is told.
    """
    reader = Reader(asked, forms)
    returned: list[_Returned] = []
    paths = returned_files(folder)
    by_form = {form.form: form for form in forms}
    files = run_pieces(partial(read_returned, folder=folder), paths, workers=os.cpu_count() or 1)
    for number, file in enumerate(files, start=1):
        pages = [] if file.refused else file.pages
        one = _Returned(file, [_read(reader, page, by_form) for page in pages])
        _add_up(one.readings)
        returned.append(one)
        progress(number, len(paths))
    # Of two versions the one saved last stands after the other.
    returned.sort(key=lambda one: (one.file.modified, one.file.name))
    earlier = ledger.figures(asked.year) if ledger is not None and ledger.exists() else None
    _check(returned, asked, by_form, earlier)
    if ledger is not None and ledger.exists():
        _tell_left_out(returned, ledger, asked.year)
    return _result(returned, asked)


def _read(reader: Reader, page: Page, forms: Mapping[str, Form]) -> PageReading:
    """Read a sheet and let its cells go: of many files only what they report is kept."""
    reading = reader.read(page)
    reading.findings += check_totals(reading)
    reading.lines = array("l", sorted({row for row, _ in page.cells}))
    if reading.form:
        form, known = forms[reading.form], reader.asked.known
        reading.blanks = [one for one in reading.blanks if _known(one, form, known)]
    page.content = Sheet()
    return reading


def _add_up(readings: Sequence[PageReading]) -> None:
    """Meet figures that stand twice in a file, on one sheet or on several.

    Those of old communes add up, one that says the same again counts once, the rest is asked back.
    """
    twice: dict[tuple[str, ...], list[Entry]] = defaultdict(list)
    for reading in readings:
        for entry in reading.entries:
            twice[reading.form, *entry.key].append(entry)
    told: list[Told] = []
    repeated: dict[int, Entry] = {}
    for entries in (several for several in twice.values() if len(several) > 1):
        first, *others = entries
        origins = {entry.origin for entry in entries}
        if "" not in origins and len(origins) == len(entries):
            told += [entry.told("old-names-added") for entry in entries]
        elif all(_says_the_same(first, other) for other in others):
            repeated |= {id(other): other for other in others}
        else:
            places = ", ".join(map(_place, entries))
            told += told_together(entries, "figure-twice", found=places)
    told += told_together(list(repeated.values()), "figure-repeated", found="")
    for reading in readings:
        left = [entry for entry in reading.entries if id(entry) not in repeated]
        counted = {entry.line for entry in left}
        for entry in reading.entries:
            if entry.line not in counted:
                reading.rows[entry.line] = "note"
        reading.entries = left
    _file(told, readings)


def _says_the_same(one: Entry, other: Entry) -> bool:
    """Whether a sheet repeats a figure of another sheet in the same cell: a copy of the sheet."""
    same = (one.line, one.place, one.value) == (other.line, other.place, other.value)
    return same and one.sheet != other.sheet and one.value is not None


def _place(entry: Entry) -> str:
    """Where a figure stands in its file."""
    return f"{entry.sheet}!{entry.cell}" if entry.sheet else entry.cell


def _check(
    returned: Sequence[_Returned],
    asked: Round,
    forms: Mapping[str, Form],
    earlier: pd.DataFrame | None,
) -> None:
    """Check each submission by itself, then those that count against each other."""
    last: dict[tuple[str, str], list[PageReading]] = {}
    names = asked.names()
    for one in returned:
        by_submission: dict[tuple[str, str], list[PageReading]] = defaultdict(list)
        for reading in one.readings:
            for reporter in sorted({entry.reporter for entry in reading.entries}):
                by_submission[reporter, reading.form].append(reading)
        for (reporter, form), readings in by_submission.items():
            _check_submission(reporter, forms[form], readings, asked)
            _ask_blanks(reporter, forms[form], one.readings, asked.known)
            last[reporter, form] = readings
    current = {id(one): one for readings in last.values() for one in readings}
    readings = list(current.values())
    told = tell_exchanged(_entries(readings), asked.known, names)
    told += tell_copied(_entries(readings), names)
    told += tell_repeated_plots(readings)
    told += tell_disagreeing_forms(_entries(readings), forms, earlier)
    _file(told, readings)


def _tell_left_out(returned: Sequence[_Returned], ledger: Ledger, year: int) -> None:
    """Tell figures of an earlier submission that the one which replaces it does not have."""
    counted: dict[tuple[str, str, str], dict[tuple[str, str], str]] = defaultdict(dict)
    columns = ["reporter", "form", "table", "row", "column", "file", "cell"]
    for values in ledger.figures(year)[columns].to_numpy():
        reporter, form, table, row, column, file, cell = map(str, values)
        counted[reporter, form, table][row, column] = f"{file} {cell}"
    history = ledger.history(year)
    known = set(zip(history["sha256"], history["reporter"], history["form"], strict=True))
    newest = history.groupby(["reporter", "form"])["modified"].max().to_dict()
    for one in returned:
        sent: dict[tuple[str, str, str], dict[tuple[str, str], Entry]] = defaultdict(dict)
        for entry in _entries(one.readings):
            sent[entry.reporter, entry.form, entry.table][entry.row, entry.column] = entry
        for key, entries in sent.items():
            reporter, form, _ = key
            if (one.file.sha256, reporter, form) in known:
                continue
            if one.file.modified < newest.get((reporter, form), ""):
                continue
            missing = [place for name, place in counted[key].items() if name not in entries]
            if missing:
                _file([_left_out(next(iter(entries.values())), missing)], one.readings)
            counted[key] = {name: f"{e.file} {e.cell}" for name, e in entries.items()}


def _left_out(first: Entry, missing: Sequence[str]) -> Told:
    """Finding about figures that a later submission leaves out; none of its own is at fault."""
    shown = ", ".join(missing[:_SHOWN])
    more = f", … ({len(missing)})" if len(missing) > _SHOWN else ""
    return Told(
        *("figures-left-out", first.reporter, first.file, first.sheet, first.cell),
        found=f"{shown}{more}",
    )


def _check_submission(
    reporter: str, form: Form, readings: Sequence[PageReading], asked: Round
) -> None:
    entries: dict[tuple[str, str, str], Entry] = {}
    for entry in _entries(readings):
        if entry.reporter == reporter:
            entries.setdefault((entry.table, entry.row, entry.column), entry)
    who = Reporter(reporter, reporter)
    answers = Answers(reporter, form, entries, asked.known, lay_out(form, asked.plans, who))
    _file(check_answers(answers), readings)


def _ask_blanks(
    reporter: str, form: Form, readings: Sequence[PageReading], known: KnownFigures
) -> None:
    """Ask for what stands where a cell is blank though something is known: it may be 0 or not.

    A row that is asked back already makes no second question.
    """
    there = {entry.key for entry in _entries(readings)}
    asked = {entry.key[:3] for entry in _entries(readings) if entry.verdict == "asked"}
    for reading in (one for one in readings if one.form == form.form):
        for blank in (one for one in reading.blanks if one.reporter == reporter):
            stood = _known(blank, form, known)
            if stood and not {blank.key, blank.key[:3]} & (there | asked):
                there.add(blank.key)
                reading.entries.append(blank)
                reading.rows[blank.line] = "figures"
                said = joined([number_words(round(stood, 2)), unit_words(blank.unit)], between=" ")
                reading.findings.append(blank.told("left-blank", expected=said))


def _known(blank: Entry, form: Form, known: KnownFigures) -> float:
    """What stood last year, or by the register, of a figure that goes on; 0 for nothing."""
    table = form.table(blank.table)
    sources = [column.known for column in table.columns if column.known] if table else []
    if blank.column not in sources:
        return 0.0
    last = known.last.get(blank.key)
    if last is None and "register" in sources:
        last = known.register.get((blank.reporter, blank.row))
    return last or 0.0


def _entries(readings: Iterable[PageReading]) -> list[Entry]:
    return [entry for reading in readings for entry in reading.entries]


def _file(told: Sequence[Told], readings: Sequence[PageReading]) -> None:
    """Put findings with the sheet that they are about."""
    place = {(one.page.file, one.page.sheet): one for one in readings}
    for item in told:
        place[item.file, item.sheet].findings.append(item)


def _result(returned: Sequence[_Returned], asked: Round) -> Collected:
    """Tables of what was collected, each filled column by column: a country has many rows."""
    figures, findings = _Table(FIGURES), _Table(REPORT_FINDINGS)
    files, rows = _Table(RETURNED), _Table(RETURNED_ROWS)
    submissions = []
    for one in returned:
        entries = _entries(one.readings)
        told = [item.as_row() for reading in one.readings for item in reading.findings]
        kinds = [row for reading in one.readings for row in _rows(reading)]
        _close(one, entries, len(kinds))
        figures.add(_figure(entry, asked.year) for entry in entries)
        findings.add(told)
        rows.add(kinds)
        files.add([_file_row(one, entries, told, kinds)])
        submissions.append(_submissions(one, asked, told))
    made = (figures.frame(), findings.frame(), files.frame(), rows.frame())
    return Collected(*made, [group for group in submissions if group])


class _Table:
    """A table that is filled row by row and holds its cells by column."""

    def __init__(self, schema: Schema) -> None:
        self.schema = schema
        self.cells: dict[str, list[object]] = {name: [] for name in schema.names}

    def add(self, rows: Iterable[Mapping[str, object]]) -> None:
        """Append rows."""
        for row in rows:
            for name, cells in self.cells.items():
                cells.append(row[name])

    def frame(self) -> pd.DataFrame:
        """Table as its schema has it; the cells are let go."""
        cells, self.cells = self.cells, {}
        filled = any(cells.values())
        return self.schema.validate(pd.DataFrame(cells)) if filled else self.schema.empty()


def _rows(reading: PageReading) -> Iterator[dict[str, object]]:
    """Rows of a sheet and what became of each: counted only where every figure of it is."""
    page = reading.page
    verdicts: dict[int, set[str]] = defaultdict(set)
    for entry in reading.entries:
        verdicts[entry.line].add(entry.verdict)
    for line in reading.lines:
        kind: str = reading.rows.get(line, "asked")
        if kind == "figures":
            kind = "asked" if "asked" in verdicts[line] else "counted"
        yield {"file": page.file, "sheet": page.sheet, "row": line, "kind": kind}


def _close(one: _Returned, entries: Sequence[Entry], rows: int) -> None:
    """Hold that no row and no cell went lost: each row is listed, each cell is one of three."""
    held = one.file.lines
    if one.file.refused is None and held != rows:
        raise ClosureError("zones.reports.rows_lost", file=one.file.name, rows=held, left=rows)
    if any(entry.verdict not in _WORST for entry in entries):
        raise ClosureError("zones.reports.cells_lost", file=one.file.name)


def _figure(entry: Entry, year: int) -> dict[str, object]:
    verdict = entry.verdict
    return {
        "reporter": entry.reporter,
        "form": entry.form,
        "year": year,
        "table": entry.table,
        "row": entry.row,
        "column": entry.column,
        "crop": entry.crop,
        "unit": entry.unit,
        "value": None if verdict == "asked" else entry.value,
        "verdict": verdict,
        "written": entry.written,
        "file": entry.file,
        "sheet": entry.sheet,
        "cell": entry.cell,
        "submission": None,
    }


def _worst(verdicts: Iterable[str]) -> str:
    found = set(verdicts)
    return next((one for one in _WORST if one in found), "asked")


def _file_row(
    one: _Returned,
    entries: Sequence[Entry],
    told: Sequence[Mapping[str, object]],
    rows: Sequence[Mapping[str, object]],
) -> dict[str, object]:
    file = one.file
    said = [file.refused] if file.refused else file.notes
    verdict = _worst(entry.verdict for entry in entries) if entries else "empty"
    if any(row["severity"] == "problem" for row in told):
        verdict = "asked"
    verdict = "refused" if file.refused else verdict
    counted = sum(row["kind"] == "counted" for row in rows)
    return {
        "file": file.name,
        "sha256": file.sha256,
        "modified": file.modified,
        "verdict": verdict,
        "reporters": " ".join(sorted({entry.reporter for entry in entries})),
        "rows": len(rows),
        "rows_counted": counted,
        "rows_listed": len(rows) - counted,
        "message_vi": "; ".join(phrase.vi for phrase in said),
        "message_en": "; ".join(phrase.en for phrase in said),
    }


@dataclass(frozen=True, slots=True)
class _Figures:
    """Figures of a submission as rows, each made when it is asked for."""

    entries: Sequence[Entry]
    year: int

    def __iter__(self) -> Iterator[dict[str, object]]:
        return (_figure(entry, self.year) for entry in self.entries)


def _submissions(
    one: _Returned, asked: Round, told: Sequence[Mapping[str, object]]
) -> list[Submission]:
    """Submissions of a file: one for each reporter and form in it."""
    groups: dict[tuple[str, str, int], list[Entry]] = defaultdict(list)
    for reading in one.readings:
        for entry in reading.entries:
            groups[entry.reporter, reading.form, reading.version].append(entry)
    return [
        Submission(
            *(asked.year, reporter, form, version, one.file.name, one.file.sha256),
            *(one.file.modified, today().isoformat(), _worst(entry.verdict for entry in entries)),
            figures=_Figures(entries, asked.year),
            findings=[row for row in told if row["reporter"] in (reporter, "")],
        )
        for (reporter, form, version), entries in sorted(groups.items())
    ]


def keep(collected: Collected, ledger: Ledger) -> set[str]:
    """Take what was collected into the ledger, file by file; files that were there already."""
    known = set()
    taken = ledger.take_each(collected.submissions)
    for submissions, new in zip(collected.submissions, taken, strict=True):
        if not new:
            known.add(submissions[0].file)
    ledger.settle()
    return known


def save_collected(
    collected: Collected, known: set[str], asked: Round, folder: Path, *, ledger: Ledger
) -> pd.DataFrame:
    """Write tables and letters of a collection; the files, those of before marked as known.

    Letters ask about what counts in ``ledger``: what a later submission answered is asked no more.
    """
    letters = folder / "letters"
    letters.mkdir(parents=True, exist_ok=True)
    repeated = collected.files["file"].isin(known) & (collected.files["verdict"] != "refused")
    files = collected.files.assign(verdict=collected.files["verdict"].mask(repeated, "known"))
    tables = {
        "files": files,
        "findings": collected.findings,
        "figures": collected.figures,
        "rows": collected.rows,
    }
    for name, table in tables.items():
        save_csv(table, folder / f"{name}.csv")
    findings = _of_what_counts(collected, ledger, asked.year)
    save_questions(findings, asked, asked.names(), letters)
    return files


def _of_what_counts(collected: Collected, ledger: Ledger, year: int) -> pd.DataFrame:
    """Leave out findings about files of which no figure counts any more, whatever their name.

    A file that never had a figure was replaced by none: what it lacks is still asked.
    """
    figures, history = ledger.figures(year), ledger.history(year)
    had = history[history[["accepted", "remarked", "asked"]].sum(axis=1) > 0]
    known = set(zip(had["reporter"], had["sha256"], strict=True))
    still = had[had["submission"].isin(figures["submission"])]
    replaced = known - set(zip(still["reporter"], still["sha256"], strict=True))
    findings = collected.findings
    digests = findings["file"].map(collected.files.set_index("file")["sha256"])
    told = zip(findings["reporter"], digests, strict=True)
    return findings[np.array([pair not in replaced for pair in told], dtype=bool)]
