"""The ledger of submissions: one SQLite file in which nothing is ever overwritten.

A file is taken in as a whole or not at all; the same file is not taken in twice. A later submission
replaces an earlier one of the same reporter and form by standing after it; the earlier one stays.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Any

import pandas as pd

from layers.base.errors import InputError, MissingFileError, OutputError
from layers.base.schema import Schema
from layers.io.atomic import is_disk_full
from zones.reports.tables import FIGURES, HISTORY, REPORT_FINDINGS

#: Seconds that a program waits for another one that holds the ledger.
_PATIENCE_S = 30.0
_MARK = 0x56546C67  # application id by which a ledger is known
_COLUMNS = (
    "table",
    "row",
    "column",
    "crop",
    "unit",
    "value",
    "verdict",
    "written",
    "sheet",
    "cell",
)
_FINDING = REPORT_FINDINGS.names
_TABLES = f"""
PRAGMA application_id = {_MARK};
CREATE TABLE IF NOT EXISTS submission (
  id INTEGER PRIMARY KEY, year INTEGER NOT NULL, reporter TEXT NOT NULL, form TEXT NOT NULL,
  version INTEGER NOT NULL, file TEXT NOT NULL, sha256 TEXT NOT NULL, modified TEXT NOT NULL,
  received TEXT NOT NULL, verdict TEXT NOT NULL, older INTEGER NOT NULL, replaced INTEGER,
  UNIQUE (sha256, reporter, form, year));
CREATE TABLE IF NOT EXISTS figure (
  submission INTEGER NOT NULL REFERENCES submission,
  {", ".join(f'"{name}" {"REAL" if name == "value" else "TEXT NOT NULL"}' for name in _COLUMNS)});
CREATE INDEX IF NOT EXISTS submission_of ON submission (reporter, form, year);
CREATE INDEX IF NOT EXISTS figure_of ON figure (submission);
CREATE TABLE IF NOT EXISTS finding (
  submission INTEGER NOT NULL REFERENCES submission,
  {", ".join(f'"{name}" TEXT NOT NULL' for name in _FINDING)});
CREATE INDEX IF NOT EXISTS finding_of ON finding (submission);
"""
#: Cells of a submission that another report put in doubt after it was taken in.
_DOUBTS = """
CREATE TABLE IF NOT EXISTS doubt (
  submission INTEGER NOT NULL REFERENCES submission, sheet TEXT NOT NULL, cell TEXT NOT NULL,
  UNIQUE (submission, sheet, cell));
"""


def _append_only(*tables: str) -> str:
    return "".join(
        f"CREATE TRIGGER IF NOT EXISTS {table}_{verb} BEFORE {verb} ON {table} BEGIN "
        "SELECT RAISE(ABORT, 'the ledger is append-only'); END;\n"
        for table in tables
        for verb in ("UPDATE", "DELETE")
    )


_TABLES += _append_only("submission", "figure", "finding")
_DOUBTS += _append_only("doubt")
#: What a file holds: views, anything, the table of doubts.
_THERE = """SELECT COALESCE(SUM(type = 'view'), 0), COUNT(*), COALESCE(SUM(name = 'doubt'), 0)
    FROM sqlite_master"""
_NO_DOUBTS = "CREATE TEMP TABLE doubt (submission INTEGER, sheet TEXT, cell TEXT);"
#: A figure as it stands today: one that was put in doubt has no value and is asked back.
_DOUBTED = """LEFT JOIN doubt d
    ON d.submission = f.submission AND d.sheet = f.sheet AND d.cell = f.cell"""
_TODAY = {
    "value": "CASE WHEN d.cell IS NULL THEN f.value END",
    "verdict": "CASE WHEN d.cell IS NULL THEN f.verdict ELSE 'asked' END",
}
#: Verdicts of files that gave no figure: they were sent, and count nowhere.
WITHOUT_FIGURES = ("refused", "empty")
#: Findings by which a file may be another reporter's than it says.
WHOSE = ("identity-disagrees", "communes-exchanged", "copied")
#: Whether a submission ``s`` was told to be, perhaps, another reporter's.
_IN_DOUBT = f"""EXISTS (SELECT 1 FROM finding w WHERE w.submission = s.id
    AND w.reporter = s.reporter AND w.kind IN ({", ".join(f"'{kind}'" for kind in WHOSE)}))"""
#: The submission that counts for each reporter, form, year and table: the last one that is not
#: older than one before it.
_COUNTING = """
SELECT MAX(s.id) AS id, f."table" AS "table" FROM submission s JOIN figure f ON f.submission = s.id
WHERE s.older = 0 AND s.year = ?{more} GROUP BY s.reporter, s.form, f."table"
"""
_CURRENT = _COUNTING.format(more="")
_CURRENT_OF = _COUNTING.format(more=" AND s.reporter = ? AND s.form = ?")
_CURRENT_BY = _COUNTING.format(more=" AND s.reporter = ?")
_COUNTED = f"""SELECT f."table", f."row", f."column", {_TODAY["value"]}, s.file, f.cell, f.sheet,
    s.id, s.reporter, s.form, s.modified
    FROM ({{current}}) c JOIN submission s ON s.id = c.id
    JOIN figure f ON f.submission = s.id AND f."table" = c."table" {_DOUBTED}"""


@dataclass(frozen=True, slots=True)
class Counting:
    """A figure of a submission that counts, and where it came from."""

    table: str
    row: str
    column: str
    value: float | None
    file: str
    cell: str
    sheet: str
    submission: int
    reporter: str
    form: str
    modified: str


@dataclass(slots=True)
class Submission:
    """What one file reports for one reporter and form."""

    year: int
    reporter: str
    form: str
    version: int
    file: str
    sha256: str
    modified: str
    received: str
    verdict: str
    figures: Iterable[Mapping[str, object]] = field(default_factory=list)
    findings: Sequence[Mapping[str, object]] = field(default_factory=list)
    # Whose figures these are is in doubt: they take no other's place
    doubtful: bool = False


class Ledger:
    """The ledger of a project."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @contextmanager
    def _opened(
        self, *, create: bool = False, writes: bool = False
    ) -> Iterator[sqlite3.Connection]:
        if not create and not self.path.exists():
            raise MissingFileError("zones.reports.no_ledger", path=self.path)
        try:
            with closing(_connected(self.path, writes=create or writes)) as open_:
                _prepare(open_, self.path, writes=create or writes)
                yield open_
        # What SQLite says of damage may quote bytes of the file that are no letters
        except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
            if is_disk_full(error, self.path):
                raise OutputError("layers.io.disk_full", path=self.path) from error
            raise InputError(
                "zones.reports.no_readable_ledger", path=self.path, why=error
            ) from error

    def exists(self) -> bool:
        """Whether anything was ever collected."""
        return self.path.exists()

    def take(self, submissions: Sequence[Submission]) -> list[int]:
        """Take the submissions of one file in, all or none; ids of those that are new."""
        return next(iter(self.take_each([submissions])))

    def take_each(self, files: Iterable[Sequence[Submission]]) -> Iterator[list[int]]:
        """Take file after file in, each all or none; ids of those that are new."""
        with self._opened(create=True) as open_:
            for submissions in files:
                open_.execute("BEGIN IMMEDIATE")
                try:
                    new = [number for one in submissions if (number := _insert(open_, one))]
                except BaseException:
                    open_.execute("ROLLBACK")
                    raise
                open_.execute("COMMIT")
                yield new

    def doubt(self, submission: int, finding: Mapping[str, object], cells: Iterable[str]) -> None:
        """Ask cells of a submission back that was taken in before."""
        with self._opened(writes=True) as open_:
            open_.execute("BEGIN IMMEDIATE")
            try:
                _append(open_, "finding", _FINDING, submission, [finding])
                rows = [(submission, finding["sheet"], cell) for cell in cells]
                open_.executemany("INSERT OR IGNORE INTO doubt VALUES (?, ?, ?)", rows)
            except BaseException:
                open_.execute("ROLLBACK")
                raise
            open_.execute("COMMIT")

    def settle(self) -> None:
        """Write a log that is left into the file itself, so that the one file holds everything."""
        log = self.path.with_name(f"{self.path.name}-wal")
        if self.exists() and log.exists():
            with self._opened() as open_:
                open_.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def newest_year(self) -> int | None:
        """Year of the newest round in which anything was collected."""
        years = self.history()["year"]
        return int(years.max()) if len(years) else None

    def figures(self, year: int) -> pd.DataFrame:
        """Figures that count in a year, columns of ``FIGURES``; asked ones have no value."""
        own = {name: f'f."{name}"' for name in _COLUMNS} | _TODAY
        names = ", ".join(f'{own[name]} AS "{name}"' for name in _COLUMNS)
        text = f"""SELECT s.reporter, s.form, s.year, {names}, s.file, s.id AS submission
            FROM ({_CURRENT}) c JOIN submission s ON s.id = c.id
            JOIN figure f ON f.submission = s.id AND f."table" = c."table" {_DOUBTED}
            ORDER BY s.reporter, s.form, f.rowid"""
        return self._read(text, (year,), FIGURES)

    def counting(
        self, year: int, reporter: str, form: str, *, sound: bool = False
    ) -> list[Counting]:
        """Figures of a form that count for one reporter; none where there is no ledger.

        ``sound`` ones alone: not those of files that may be another's.
        """
        only = f"WHERE NOT {_IN_DOUBT}" if sound else ""
        text = f"{_COUNTED.format(current=_CURRENT_OF)} {only} ORDER BY f.rowid"
        return [Counting(*row) for row in self._rows(text, (year, reporter, form))]

    def counting_by_reporter(
        self, year: int, forms: Iterable[str]
    ) -> Iterator[tuple[tuple[str, str], list[Counting]]]:
        """Figures that count of every reporter of some forms, one reporter and form at a time."""
        if not self.exists():
            return
        wanted = set(forms)
        text = f"{_COUNTED.format(current=_CURRENT)} ORDER BY s.reporter, s.form, f.rowid"
        with self._opened() as open_:
            every = (Counting(*row) for row in open_.execute(text, (year,)))
            for who, rows in groupby(every, key=lambda one: (one.reporter, one.form)):
                if who[1] in wanted:
                    yield who, list(rows)

    def sent(self, year: int, reporter: str, form: str) -> dict[str, str]:
        """Digests of the files that are a reporter's own, with the time of each one's saving."""
        text = f"""SELECT substr(sha256, 1, 64), modified FROM submission s
            WHERE year = ? AND reporter = ? AND form = ? AND NOT {_IN_DOUBT}
            AND verdict NOT IN {WITHOUT_FIGURES}"""
        return dict(self._rows(text, (year, reporter, form)))

    def tables(self, year: int, form: str) -> dict[str, set[str]]:
        """Tables of a form of which each reporter sent figures that count."""
        found: dict[str, set[str]] = {}
        text = f"""SELECT s.reporter, c."table" FROM ({_CURRENT}) c JOIN submission s ON s.id = c.id
            WHERE s.form = ?"""
        for reporter, table in self._rows(text, (year, form)):
            found.setdefault(reporter, set()).add(table)
        return found

    def every_figure(self) -> pd.DataFrame:
        """Figures that count in any year, columns of ``FIGURES``."""
        years = sorted(self.history()["year"].unique())
        frames = [self.figures(int(year)) for year in years]
        return pd.concat(frames, ignore_index=True) if frames else FIGURES.empty()

    def findings(self, year: int, form: str = "", *, reporter: str = "") -> pd.DataFrame:
        """Findings about the submissions that count in a year, columns of ``REPORT_FINDINGS``.

        Those of one form and reporter, or of all; without those about figures that a later
        submission replaced.
        """
        return _frame(self.told(year, form, reporter=reporter), REPORT_FINDINGS)

    def told(self, year: int, form: str = "", *, reporter: str = "") -> list[dict[str, object]]:
        """Rows of ``findings``: of thousands of reporters most have none, and no table is made."""
        names = ", ".join(f'f."{name}"' for name in _FINDING)
        first = "substr(f.cell, 1, instr(f.cell || ',', ',') - 1)"  # Several cells: "B7, C7"
        text = f"""WITH current AS ({_CURRENT_BY if reporter else _CURRENT})
            SELECT {names} FROM finding f JOIN submission s ON s.id = f.submission
            WHERE s.id IN (SELECT id FROM current) AND ? IN (s.form, '') AND NOT EXISTS (
              SELECT 1 FROM figure g WHERE g.submission = s.id
              AND g.sheet = f.sheet AND g.cell = {first}
              AND (s.id, g."table") NOT IN (SELECT id, "table" FROM current))
            ORDER BY f.rowid"""
        who = (reporter,) if reporter else ()
        return self._records(text, (year, *who, form))

    def unread(self, year: int, form: str) -> pd.DataFrame:
        """What was told of files without figures of reporters of whom nothing else came.

        Columns of ``REPORT_FINDINGS``.
        """
        names = ", ".join(f'f."{name}"' for name in _FINDING)
        text = f"""SELECT {names} FROM finding f JOIN submission s ON s.id = f.submission
            WHERE s.year = ? AND s.form = ? AND s.verdict IN {WITHOUT_FIGURES}
            AND s.reporter NOT IN (SELECT reporter FROM submission o WHERE o.year = s.year
              AND o.form = s.form AND o.verdict NOT IN {WITHOUT_FIGURES}) ORDER BY f.rowid"""
        return self._read(text, (year, form), REPORT_FINDINGS)

    def strangers(self, year: int, reporter: str) -> tuple[bool, list[dict[str, object]]]:
        """Whether a reporter has figures of its own, and what was told of files that may not be.

        Of these only such as count nowhere; rows of ``REPORT_FINDINGS``.
        """
        who = (year, reporter)
        sound = f"""SELECT 1 FROM ({_CURRENT_BY}) c JOIN submission s ON s.id = c.id
            WHERE NOT {_IN_DOUBT}"""
        names = ", ".join(f'f."{name}"' for name in _FINDING)
        text = f"""SELECT {names} FROM finding f JOIN submission s ON s.id = f.submission
            WHERE s.year = ? AND s.reporter = ? AND f.reporter = s.reporter AND {_IN_DOUBT}
            AND s.id NOT IN (SELECT id FROM ({_CURRENT_BY})) ORDER BY s.file, f.rowid"""
        known = bool(self._rows(sound, who))
        return known, self._records(text, who + who)

    def history(self, year: int | None = None) -> pd.DataFrame:
        """Every submission, the first first, with what it replaced; columns of ``HISTORY``."""
        where = "" if year is None else "WHERE s.year = ?"
        counts = ", ".join(
            f"SUM({_TODAY['verdict']} = '{verdict}') AS {verdict}"
            for verdict in ("accepted", "remarked", "asked")
        )
        text = f"""SELECT s.id AS submission, s.received, s.year, s.reporter, s.form, s.version,
            s.file, substr(s.sha256, 1, 64) AS sha256, s.modified,
            CASE WHEN COUNT(d.cell) THEN 'asked' ELSE s.verdict END AS verdict,
            s.older, s.replaced, {counts}
            FROM submission s LEFT JOIN figure f ON f.submission = s.id {_DOUBTED} {where}
            GROUP BY s.id ORDER BY s.id"""
        found = self._read(text, () if year is None else (year,), HISTORY)
        days = pd.to_datetime(found["received"].str[:10], format="%Y-%m-%d", errors="coerce")
        if days.isna().any():
            why = f"received: {found['received'][days.isna()].iloc[0]!r}"
            raise InputError("zones.reports.no_readable_ledger", path=self.path, why=why)
        return found

    def _rows(self, text: str, values: tuple[object, ...]) -> list[Any]:
        if not self.exists():
            return []
        with self._opened() as open_:
            return open_.execute(text, values).fetchall()

    def _records(self, text: str, values: tuple[object, ...]) -> list[dict[str, object]]:
        if not self.exists():
            return []
        with self._opened() as open_:
            answer = open_.execute(text, values)
            names = [column[0] for column in answer.description]
            return [dict(zip(names, row, strict=True)) for row in answer]

    def _read(self, text: str, values: tuple[object, ...], schema: Schema) -> pd.DataFrame:
        return _frame(self._records(text, values), schema)


def _frame(rows: list[dict[str, object]], schema: Schema) -> pd.DataFrame:
    return schema.validate(pd.DataFrame(rows)) if rows else schema.empty()


def _connected(path: Path, *, writes: bool) -> sqlite3.Connection:
    """Connection to a ledger; one whose folder takes no file, so no log either, is only read."""
    if os.access(path.parent, os.W_OK):
        return sqlite3.connect(path, timeout=_PATIENCE_S, isolation_level=None)
    if writes:
        raise OutputError("zones.reports.ledger_read_only", path=path)
    log = path.with_name(f"{path.name}-wal")
    # A log that is left belongs to the file: without it, later submissions would be missing.
    left = log.exists() and log.stat().st_size > 0
    address = f"{path.resolve().as_uri()}?mode=ro{'' if left else '&immutable=1'}"
    open_ = sqlite3.connect(address, uri=True, timeout=_PATIENCE_S, isolation_level=None)
    try:
        open_.execute("PRAGMA schema_version")
    except sqlite3.OperationalError as error:
        open_.close()
        raise OutputError("zones.reports.ledger_read_only", path=path) from error
    return open_


def _write_ahead(open_: sqlite3.Connection) -> None:
    """Keep a write-ahead log; of several that begin a ledger, SQLite refuses some at once."""
    until = time.monotonic() + _PATIENCE_S
    while True:
        try:
            open_.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > until:
                raise
            time.sleep(0.02)
        else:
            return


def _prepare(open_: sqlite3.Connection, path: Path, *, writes: bool) -> None:
    """Set up a new ledger, and refuse a database of somebody else."""
    open_.execute("PRAGMA foreign_keys = ON")
    open_.execute("BEGIN")  # All of what is looked at here is of one instant
    mark = open_.execute("PRAGMA application_id").fetchone()[0]
    views, things, doubts = open_.execute(_THERE).fetchone()
    open_.execute("COMMIT")
    if views:
        raise InputError("zones.reports.no_readable_ledger", path=path, why="views, without end")
    if mark == _MARK:
        open_.execute("PRAGMA synchronous = FULL")
        if not doubts:  # A ledger from before there were doubts
            # Who only reads leaves the file as it is: it is an input of the run.
            open_.executescript(f"BEGIN IMMEDIATE;{_DOUBTS}COMMIT;" if writes else _NO_DOUBTS)
        return
    if things:
        raise InputError("zones.reports.no_readable_ledger", path=path, why="another database")
    _write_ahead(open_)
    open_.execute("PRAGMA synchronous = FULL")
    open_.executescript(f"BEGIN IMMEDIATE;{_TABLES}{_DOUBTS}COMMIT;")


def _insert(open_: sqlite3.Connection, one: Submission) -> int:
    """Id of a submission that is new; 0 where this very file is in the ledger."""
    # A file without figures bars none that a program can read by now. Ledgers of earlier versions
    # have its bare digest.
    marked = f"{one.sha256}:{_outcome(one.verdict)}"
    same = """SELECT sha256, verdict FROM submission
        WHERE sha256 IN (?, ?) AND reporter = ? AND form = ? AND year = ?"""
    who = (one.reporter, one.form, one.year)
    there = open_.execute(same, (one.sha256, marked, *who)).fetchall()
    if any(_outcome(verdict) == _outcome(one.verdict) for _, verdict in there):
        return 0
    digest = marked if there or one.verdict in WITHOUT_FIGURES else one.sha256
    current = open_.execute(
        f"SELECT id, modified, {_IN_DOUBT} FROM submission s WHERE reporter = ? AND form = ? "
        "AND year = ? AND older = 0 ORDER BY id DESC LIMIT 1",
        (one.reporter, one.form, one.year),
    ).fetchone()
    # What may be another's keeps no file of the reporter's own back, whenever it was saved.
    doubts = (one.doubtful, bool(current[2])) if current else (False, False)
    older = bool(current and (doubts[0] if len(set(doubts)) > 1 else one.modified < current[1]))
    older = older or one.verdict in WITHOUT_FIGURES
    values = (
        *(one.year, one.reporter, one.form, one.version, one.file, digest, one.modified),
        *(one.received, one.verdict, older, current[0] if current and not older else None),
    )
    marks = ", ".join("?" * len(values))
    number = open_.execute(
        "INSERT INTO submission (year, reporter, form, version, file, sha256, modified, received, "
        f"verdict, older, replaced) VALUES ({marks})",
        values,
    ).lastrowid
    _append(open_, "figure", _COLUMNS, number, one.figures)
    _append(open_, "finding", _FINDING, number, one.findings)
    return int(number or 0)


def _outcome(verdict: str) -> str:
    return verdict if verdict in WITHOUT_FIGURES else "figures"


def _append(
    open_: sqlite3.Connection,
    table: str,
    columns: Sequence[str],
    number: int | None,
    rows: Iterable[Mapping[str, object]],
) -> None:
    marks = ", ".join("?" * (len(columns) + 1))
    values = [(number, *(row[name] for name in columns)) for row in rows]
    open_.executemany(f"INSERT INTO {table} VALUES ({marks})", values)
