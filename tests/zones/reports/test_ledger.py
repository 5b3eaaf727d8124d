"""The ledger: append-only, whole files or none, the last submission counts and none is lost."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from threading import Barrier

import pytest

from benchmarks._report_kills import lost_or_twice, submissions
from layers.base.errors import InputError, MissingFileError
from zones.reports.ledger import Ledger, Submission
from zones.reports.tables import REPORT_FINDINGS


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger(tmp_path / "sổ.sqlite")


def test_a_later_submission_replaces_and_the_earlier_one_stays(ledger: Ledger) -> None:
    for group in submissions(2):
        ledger.take(group)
    history = ledger.history()
    assert history["submission"].tolist() == [1, 2, 3, 4]
    assert history["replaced"].fillna(0).tolist() == [0, 0, 1, 2]
    counted = ledger.figures(2026)
    assert set(counted["value"]) == {1.0}
    assert set(counted["submission"]) == {3, 4}
    assert ledger.figures(2025).empty


def test_the_same_file_is_taken_in_once(ledger: Ledger) -> None:
    (group,) = submissions(1)
    assert ledger.take(group) == [1, 2]
    assert ledger.take(group) == []
    assert len(ledger.history()) == 2


def test_a_version_saved_before_the_one_there_does_not_count(ledger: Ledger) -> None:
    first, second = submissions(2)
    ledger.take(second)
    ledger.take(first)
    assert ledger.history()["older"].tolist() == [False, False, True, True]
    assert set(ledger.figures(2026)["value"]) == {1.0}


@pytest.mark.parametrize("kind", ["identity-disagrees", "communes-exchanged", "copied", "jump"])
def test_what_may_be_another_communes_holds_no_earlier_version_back(
    kind: str, ledger: Ledger
) -> None:
    """A stranger's file was saved after the commune's own, and came before it."""
    (own,), (strange,) = ([group[0]] for group in submissions(2))
    told = dict.fromkeys(REPORT_FINDINGS.names, "") | {"reporter": own.reporter, "kind": kind}
    ledger.take([replace(strange, findings=[told], doubtful=kind != "jump")])
    ledger.take([own])
    assert ledger.history()["older"].tolist() == [False, kind == "jump"]
    assert set(ledger.figures(2026)["value"]) == {1.0 if kind == "jump" else 0.0}


def test_a_table_sent_alone_leaves_the_others(ledger: Ledger) -> None:
    (first,), (second,) = ([group[0]] for group in submissions(2))
    figures = [{**figure, "table": "indicators", "row": "pigs"} for figure in second.figures]
    ledger.take([first])
    ledger.take([replace(second, figures=figures)])
    assert ledger.figures(2026).groupby("table")["value"].first().to_dict() == {
        "zones": 0.0,
        "indicators": 1.0,
    }


def test_a_question_that_a_later_table_answered_is_asked_no_more(ledger: Ledger) -> None:
    """Of two tables the one that was asked back is sent again alone; the other still counts."""
    (first,), (second,) = ([group[0]] for group in submissions(2))
    zones = dict(next(iter(first.figures)))
    pigs = {**zones, "table": "indicators", "row": "pigs", "sheet": "2"}
    question = dict.fromkeys(REPORT_FINDINGS.names, "") | {"reporter": first.reporter}
    told = [question | {"sheet": sheet, "cell": "B7, C7", "kind": sheet} for sheet in ("1", "2")]
    ledger.take([replace(first, figures=[zones, pigs], findings=told)])
    assert ledger.findings(2026)["kind"].tolist() == ["1", "2"]
    ledger.take([replace(second, figures=[zones])])
    assert ledger.findings(2026, "plan-annual")["kind"].tolist() == ["2"]
    assert ledger.findings(2026, "forest-01").empty


@pytest.mark.parametrize("verb", ["UPDATE submission SET verdict = ''", "DELETE FROM figure"])
def test_nothing_can_be_overwritten(verb: str, ledger: Ledger) -> None:
    ledger.take(submissions(1)[0])
    with (
        sqlite3.connect(ledger.path) as open_,
        pytest.raises(sqlite3.IntegrityError, match="append-only"),
    ):
        open_.execute(verb)
    open_.close()


def test_a_file_is_taken_in_as_a_whole_or_not_at_all(ledger: Ledger) -> None:
    good, bad = submissions(1)[0]
    broken = replace(bad, figures=[{"table": "zones"}])
    with pytest.raises(KeyError):
        ledger.take([good, broken])
    assert ledger.history().empty


def test_kills_lose_nothing_and_repeat_nothing(ledger: Ledger) -> None:
    assert lost_or_twice(ledger.path, kills=8, count=40, longest=0.15) == 0
    for group in submissions(40):
        ledger.take(group)
    assert len(ledger.history()) == 80


def test_another_database_or_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MissingFileError, match="nothing was collected yet"):
        Ledger(tmp_path / "none.sqlite").settle() or Ledger(
            tmp_path / "none.sqlite"
        )._opened().__enter__()
    other = tmp_path / "other.sqlite"
    with sqlite3.connect(other) as open_:
        open_.execute("CREATE TABLE x (y)")
    open_.close()
    with pytest.raises(InputError, match="another database"):
        Ledger(other).history()
    damaged = tmp_path / "damaged.sqlite"
    damaged.write_bytes(b"no database at all" * 100)
    with pytest.raises(InputError, match="expected a ledger"):
        Ledger(damaged).history()


@pytest.mark.parametrize("day", ["2026,12-01T08:00", "2026-02-31T08:00", "", "31/12/2026"])
def test_a_day_of_receipt_that_is_none_is_damage(ledger: Ledger, day: str) -> None:
    (group,) = submissions(1)
    ledger.take(group)
    with closing(sqlite3.connect(ledger.path)) as open_:
        guards = open_.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for (name,) in guards:
            open_.execute(f'DROP TRIGGER "{name}"')
        open_.execute("UPDATE submission SET received = ? WHERE id = 1", [day])
        open_.commit()
    with pytest.raises(InputError, match=f"damaged file .*received: '{day}'"):
        ledger.history()


def test_a_view_in_place_of_a_table_is_refused(ledger: Ledger) -> None:
    """It may have no end."""
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n"
    with sqlite3.connect(ledger.path) as open_:
        open_.execute(f"CREATE VIEW more AS {endless}")
    open_.close()
    with pytest.raises(InputError, match="views"):
        ledger.history()


def test_a_ledger_from_before_there_were_doubts_is_read_as_it_is(ledger: Ledger) -> None:
    (group,) = submissions(1)
    ledger.take(group)
    with sqlite3.connect(ledger.path) as open_:
        open_.execute("DROP TABLE doubt")
        open_.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    ledger.settle()
    before = ledger.path.read_bytes()
    assert set(ledger.figures(2026)["value"]) == {0.0}
    ledger.settle()
    assert ledger.path.read_bytes() == before
    figure = group[0].figures[0]
    asked = dict.fromkeys(REPORT_FINDINGS.names, "") | {"sheet": figure["sheet"]}
    ledger.doubt(1, asked, [str(figure["cell"])])
    assert ledger.figures(2026)["value"].isna().any()


@pytest.mark.parametrize("old", [False, True])
def test_several_at_once_make_or_mend_a_ledger(old: bool, tmp_path: Path) -> None:
    """Who comes second finds made what it saw missing, and says nothing of it."""
    groups = list(submissions(6))
    for number in range(12):
        ledger = Ledger(tmp_path / f"{number}.sqlite")
        if old:
            ledger.take(groups[0])
            with closing(sqlite3.connect(ledger.path)) as open_:
                open_.execute("DROP TABLE doubt")
        together = Barrier(len(groups))

        def take(group: list[Submission], ledger: Ledger = ledger, at: Barrier = together) -> None:
            at.wait()
            ledger.take(group)

        with ThreadPoolExecutor(len(groups)) as pool:
            list(pool.map(take, groups))
        assert len(ledger.history()) == 2 * len(groups)


@pytest.mark.parametrize("bare", [False, True], ids=["now", "earlier version"])
def test_a_file_that_nobody_could_read_counts_once_somebody_can(bare: bool, ledger: Ledger) -> None:
    """Refused for its size, or for words that a later plan brought: the same bytes, read again."""
    ((first,),) = ([group[0]] for group in submissions(1))
    refused = replace(first, verdict="refused", figures=[])
    if bare:  # As earlier versions kept it
        ledger.take([replace(first, year=2025)])
        with closing(sqlite3.connect(ledger.path)) as base, base:
            base.execute(
                "INSERT INTO submission SELECT 9, 2026, reporter, form, version, file, ?, modified,"
                " received, 'refused', 1, NULL FROM submission",
                (first.sha256,),
            )
    else:
        ledger.take([refused])
    assert ledger.take([refused]) == []
    assert len(ledger.take([first])) == 1
    assert ledger.take([first]) == ledger.take([refused]) == []
    assert ledger.history()["verdict"].tolist()[-2:] == ["refused", first.verdict]
    assert set(ledger.history()["sha256"][-2:]) == {first.sha256[:64]}
    assert first.sha256 in ledger.sent(2026, first.reporter, first.form)
    assert len(ledger.figures(2026)) == len(list(first.figures)) > 0


def test_a_ledger_whose_own_words_are_no_letters_is_told(tmp_path: Path) -> None:
    """SQLite quotes what it finds damaged, and the quotation could not be read."""
    ledger = Ledger(tmp_path / "reports.sqlite")
    ledger.take([])
    data = ledger.path.read_bytes()
    ledger.path.write_bytes(data.replace(b"CREATE TABLE ", b"CREATE TABL\xf3 "))
    with pytest.raises(InputError, match=r"reports\.sqlite"):
        ledger.take([])
