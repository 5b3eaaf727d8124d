"""A collection that is killed while it fills the ledger, and begun again."""

from __future__ import annotations

import multiprocessing as mp
import os
import random
import signal
import time
from pathlib import Path

from zones.project.form_schema import Form
from zones.reports.collect import collect
from zones.reports.collected import keep
from zones.reports.ledger import Ledger, Submission
from zones.reports.year_round import Round


def submissions(count: int) -> list[list[Submission]]:
    """Made-up submissions, one file each, of two reporters and ten figures."""
    return [[_submission(number, who) for who in ("06529", "06148")] for number in range(count)]


def _submission(number: int, reporter: str) -> Submission:
    figure = {
        "table": "zones", "row": "pine", "column": "standing", "crop": "pine", "unit": "ha",
        "value": float(number), "verdict": "accepted", "written": str(number), "sheet": "1",
        "cell": "B7",
    }  # fmt: skip
    return Submission(
        *(2026, reporter, "plan-annual", 1, f"{number}.xlsx", f"{number:064d}"),
        *(f"2026-11-{10 + number // 60 % 20}T10:{number % 60:02d}:00", "2026-11-18", "accepted"),
        figures=[figure] * 10,
    )


def _fill(path: Path, count: int, told: int) -> None:
    ledger = Ledger(path)
    for group in submissions(count):
        ledger.take(group)
        os.write(told, f"{group[0].file}\n".encode())


def kill_while_filling(path: Path, *, count: int, after: float) -> list[str]:
    """Fill a ledger in another process and kill it; the files that it said were taken in."""
    reading, writing = os.pipe()
    child = mp.get_context("fork").Process(target=_fill, args=(path, count, writing))
    child.start()
    os.close(writing)
    time.sleep(after)
    os.kill(child.pid or 0, signal.SIGKILL)
    child.join()
    with os.fdopen(reading) as lines:
        return lines.read().split("\n")[:-1]


def lost_or_twice(path: Path, *, kills: int, count: int, longest: float, seed: int = 0) -> int:
    """Files lost or taken in twice over many kills of one collection."""
    dice = random.Random(seed)
    acknowledged: set[str] = set()
    for _ in range(kills):
        after = dice.uniform(0, longest)
        acknowledged |= set(kill_while_filling(path, count=count, after=after))
    history = Ledger(path).history()
    files = history["file"].value_counts()
    lost = sum(1 for file in acknowledged if files.get(file, 0) != 2)
    return lost + int((files != 2).sum())


def _collect(back: Path, asked: Round, form: Form, path: Path) -> None:
    ledger = Ledger(path)
    keep(collect(back, asked, [form], ledger=ledger), ledger)


def lost_or_twice_collecting(back: Path, asked: Round, form: Form, path: Path, kills: int) -> int:
    """Submissions lost or taken in twice while a whole collection is killed again and again.

    Each kill falls at a random instant between its first step and the end of the work.
    """
    dice, context = random.Random(1), mp.get_context("fork")
    start = time.perf_counter()
    _collect(back, asked, form, path.with_name("whole.sqlite"))
    longest = time.perf_counter() - start
    there: set[str] = set()
    bad = 0
    for _ in range(kills):
        child = context.Process(target=_collect, args=(back, asked, form, path))
        child.start()
        time.sleep(dice.uniform(0, longest))
        os.kill(child.pid or 0, signal.SIGKILL)
        child.join()
        files = Ledger(path).history()["file"].tolist()
        bad += len(there - set(files)) + len(files) - len(set(files))
        there = set(files)
    _collect(back, asked, form, path)
    files = Ledger(path).history()["file"].tolist()
    return bad + abs(len(files) - len(list(back.iterdir())))
