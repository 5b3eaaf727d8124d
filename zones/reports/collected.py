"""What a collection gave, kept on disk: into the ledger, into tables, into letters."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice, tee
from pathlib import Path

import pandas as pd

from layers.base.clock import today
from layers.base.errors import ClosureError
from layers.base.schema import Schema
from layers.io.table_output import save_long_csv
from zones.output.folder import filled_folder
from zones.output.result_csv import OFFICE, CsvForm, office_table
from zones.reports.checking.earlier_files import Doubt
from zones.reports.checking.within_file import all_entries
from zones.reports.ledger import WHOSE, Ledger, Submission
from zones.reports.reading.entries import Entry, PageReading, Told
from zones.reports.reading.intake import ReturnedFile
from zones.reports.spool import Spool
from zones.reports.tables import FIGURES, REPORT_FINDINGS, RETURNED, RETURNED_ROWS
from zones.reports.writing.letters import save_questions
from zones.reports.year_round import Round

_WORST = ("asked", "remarked", "accepted")
#: Folder with the letters, which are Vietnamese.
LETTERS_FOLDER = "cong-van"
#: Its name until November 2026.
_EARLIER_LETTERS = "letters"
#: Rows of a table that are written at a time.
_AT_A_TIME = 300

_Row = Mapping[str, object]


@dataclass(slots=True)
class Returned:
    """A file with what was read of it."""

    file: ReturnedFile
    readings: list[PageReading]
    named: str = ""  # Whose a file without a figure is, by its name


@dataclass(frozen=True, slots=True)
class _Kept:
    """Rows of a file, by table."""

    figures: list[dict[str, object]]
    findings: list[dict[str, object]]
    rows: list[dict[str, object]]
    files: list[dict[str, object]]
    submissions: list[Submission]


class Collected:
    """What a collection gave. Its tables are read from disk each time they are asked for."""

    def __init__(self, year: int, *, doubts: Sequence[Doubt] = (), form: str = "") -> None:
        self._year, self._form = year, form
        self.doubts = doubts  # About files of earlier collections
        self.known: set[str] = set()  # Files that the ledger had already
        self._kept: Spool[_Kept] = Spool()
        self._asked_in: dict[str, list[int]] = defaultdict(list)  # Files by reporter asked back
        self._sent: set[str] = set()  # Reporters of whom figures came
        self.figures_count = self.asked_count = 0

    def add(self, one: Returned) -> None:
        """Put a file aside that has been checked."""
        entries = all_entries(one.readings)
        findings = _findings(one)
        rows = [row for reading in one.readings for row in _rows(reading)]
        _close(one, entries, len(rows))
        figures = [_figure(entry, self._year) for entry in entries]
        submissions = _submissions(one, self._year, figures, findings)
        submissions = submissions or _without_figures(one, self._year, self._form, findings)
        for reporter in {str(row["reporter"]) for row in findings if _is_question(row)}:
            self._asked_in[reporter].append(len(self._kept))
        self._sent |= {entry.reporter for entry in entries}
        files = [_file_row(one, entries, findings, rows)]
        self._kept.add(_Kept(figures, findings, rows, files, submissions))
        self.figures_count += len(figures)
        self.asked_count += sum(row["verdict"] == "asked" for row in figures)

    @property
    def files(self) -> pd.DataFrame:
        """What became of each file, columns of ``RETURNED``."""
        return self._table("files", RETURNED)

    @property
    def figures(self) -> pd.DataFrame:
        """Every figure that came back, columns of ``FIGURES``."""
        return self._table("figures", FIGURES)

    @property
    def findings(self) -> pd.DataFrame:
        """Every question and remark, columns of ``REPORT_FINDINGS``."""
        return self._table("findings", REPORT_FINDINGS)

    @property
    def rows(self) -> pd.DataFrame:
        """What became of every row, columns of ``RETURNED_ROWS``."""
        return self._table("rows", RETURNED_ROWS)

    def _table(self, name: str, schema: Schema) -> pd.DataFrame:
        return pd.concat(_pieces(self._every(name), schema), ignore_index=True)

    def _every(self, name: str) -> Iterator[_Row]:
        rows = (row for kept in self._kept for row in getattr(kept, name))
        if name == "findings":
            return chain(rows, (doubt.told.as_row() for doubt in self.doubts))
        return map(self._with_known, rows) if name == "files" else rows

    def _with_known(self, row: _Row) -> _Row:
        """Row of a file; one that was in the ledger and could be read is known."""
        known = row["file"] in self.known and row["verdict"] != "refused"
        return {**row, "verdict": "known"} if known else row

    def heard(self) -> set[str]:
        """Reporters of whom something came, and files."""
        rows = self._every("files")
        return {one for row in rows for one in (str(row["file"]), *str(row["reporters"]).split())}

    def first_findings(self, count: int) -> tuple[pd.DataFrame, int]:
        """So many of the questions and remarks, and how many there are."""
        every = self._every("findings")
        first = list(islice(every, count))
        return _frame(first, REPORT_FINDINGS), len(first) + sum(1 for _ in every)

    def submissions(self) -> Iterator[list[Submission]]:
        """Submissions by file; files of nobody known have none."""
        return (kept.submissions for kept in self._kept if kept.submissions)

    def questions(self, ledger: Ledger) -> Iterator[tuple[str, pd.DataFrame]]:
        """What each reporter who is asked now has to answer by the ledger, older questions too.

        Questions about a file that cannot be put to one reporter come with none, by file.
        """
        asked = set(self._asked_in) | {doubt.told.reporter for doubt in self.doubts}
        strange: dict[str, list[_Row]] = defaultdict(list)
        for reporter in sorted((asked | self._sent) - {""}):
            told = ledger.told(self._year, reporter=reporter)
            rows: list[_Row] = [row for row in told if row["reporter"] == reporter]
            sound, doubtful = ledger.strangers(self._year, reporter)
            if sound:
                # Whose report is there is not asked about a file that may be another's.
                for row in doubtful:
                    strange[str(row["file"])].append(row)
            else:
                rows += doubtful
            for kept in (self._kept[number] for number in self._asked_in.get(reporter, ())):
                # What gives no figure counts nowhere.
                if reporter not in {one.reporter for one in kept.submissions if one.figures}:
                    mine = (row for row in kept.findings if row["reporter"] == reporter)
                    rows += [row for row in mine if row not in rows]
            if rows := [row for row in rows if _is_question(row)]:
                yield reporter, _frame(rows, REPORT_FINDINGS)
        for rows in strange.values():
            yield "", _frame([row for row in rows if _is_question(row)], REPORT_FINDINGS)
        for kept in (self._kept[number] for number in self._asked_in.get("", ())):
            rows = [row for row in kept.findings if _is_question(row) and row["reporter"] == ""]
            yield "", _frame(rows, REPORT_FINDINGS)

    def save_tables(self, folder: Path, *, form: CsvForm = "machine") -> None:
        """Write the tables of figures, findings and rows, some files at a time.

        The office's form is Vietnamese, as the letters are.
        """
        for name, schema in (
            ("figures", FIGURES),
            ("findings", REPORT_FINDINGS),
            ("rows", RETURNED_ROWS),
            ("files", RETURNED),
        ):
            pieces, path = _pieces(self._every(name), schema), folder / f"{name}.csv"
            if form == "machine":
                save_long_csv(pieces, path)
            else:
                told = (office_table(piece, schema.name, "vi") for piece in pieces)
                save_long_csv(told, path, **OFFICE)


def _pieces(rows: Iterator[_Row], schema: Schema) -> Iterator[pd.DataFrame]:
    """Table in pieces; one without rows where there are none."""
    yield _frame(list(islice(rows, _AT_A_TIME)), schema)
    while some := list(islice(rows, _AT_A_TIME)):
        yield _frame(some, schema)


def _frame(rows: Sequence[_Row], schema: Schema) -> pd.DataFrame:
    return schema.validate(pd.DataFrame(rows)) if rows else schema.empty()


def _is_question(row: _Row) -> bool:
    return row["severity"] == "problem"


def keep(collected: Collected, ledger: Ledger) -> None:
    """Take what was collected into the ledger, file by file, and what it puts in doubt there."""
    sent, again = tee(collected.submissions())
    for submissions, new in zip(sent, ledger.take_each(again), strict=True):
        if not new:
            collected.known.add(submissions[0].file)
    for doubt in collected.doubts:
        ledger.doubt(doubt.submission, doubt.told.as_row(), doubt.told.cell.split(", "))
    ledger.settle()


def save_collected(
    collected: Collected,
    asked: Round,
    folder: Path,
    *,
    ledger: Ledger,
    form: CsvForm = "machine",
) -> None:
    """Write tables and letters of a collection that was kept in ``ledger``.

    Letters ask about what counts there: what a later submission answered is asked no more.
    """
    with filled_folder(folder) as stage:
        collected.save_tables(stage, form=form)
    letters, earlier = folder / LETTERS_FOLDER, folder / _EARLIER_LETTERS
    if earlier.is_dir() and not letters.exists():
        earlier.rename(letters)  # What was answered since goes from there as well
    letters.mkdir(exist_ok=True)
    save_questions(collected.questions(ledger), asked, collected.heard(), letters)


def _findings(one: Returned) -> list[dict[str, object]]:
    """Findings of a file; in a file of one reporter those without a cell of its are its too."""
    if one.file.refused is not None:
        told = Told("file-unreadable", one.named, one.file.name, "", "", found=one.file.refused)
        return [told.as_row()]
    who = {entry.reporter for entry in all_entries(one.readings)}
    who |= {reporter for reading in one.readings for reporter in reading.reporters}
    only = who.pop() if len(who) == 1 else one.named if not who else ""
    rows = [item.as_row() for reading in one.readings for item in reading.findings]
    return [{**row, "reporter": row["reporter"] or only} for row in rows]


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


def _close(one: Returned, entries: Sequence[Entry], rows: int) -> None:
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
    one: Returned,
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


def _without_figures(
    one: Returned, year: int, form: str, findings: Sequence[dict[str, object]]
) -> list[Submission]:
    """Submission of a file of one reporter that gave no figure: it was sent all the same.

    A form that came back as blank as it went out is none.
    """
    asked = [row for row in findings if _is_question(row)]
    who = {reporter for reading in one.readings for reporter in reading.reporters}
    who |= {str(row["reporter"]) for row in findings} - {""} or {one.named} - {""}
    if len(who) != 1 or not asked:
        return []
    form = next((reading.form for reading in one.readings if reading.form), form)
    file = one.file
    verdict = "refused" if file.refused else "empty"
    return [
        Submission(
            *(year, who.pop(), form, 0, file.name, file.sha256, file.modified),
            *(today().isoformat(), verdict),
            findings=asked,
        )
    ]


def _submissions(
    one: Returned,
    year: int,
    figures: Iterable[dict[str, object]],
    findings: Sequence[dict[str, object]],
) -> list[Submission]:
    """Submissions of a file: one for each reporter and form in it, with the findings about it."""
    versions = {reading.form: reading.version for reading in one.readings}
    # A file that could not be read has one finding, and no sheet.
    forms = [reading.form for reading in one.readings for _ in reading.findings] or [""]
    told = list(zip(forms, findings, strict=False))
    groups: dict[tuple[str, str], list[dict[str, object]]] = defaultdict(list)
    for row in figures:
        groups[str(row["reporter"]), str(row["form"])].append(row)
    return [
        Submission(
            *(year, reporter, form, versions[form], one.file.name, one.file.sha256),
            *(one.file.modified, today().isoformat()),
            _worst(str(row["verdict"]) for row in mine),
            figures=mine,
            findings=[
                row for of, row in told if of in (form, "") and row["reporter"] in (reporter, "")
            ],
            doubtful=any(
                of == form and row["reporter"] == reporter and row["kind"] in WHOSE
                for of, row in told
            ),
        )
        for (reporter, form), mine in sorted(groups.items())
    ]
