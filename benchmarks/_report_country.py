"""Reports of every commune of the country: forms filled in by the thousand, taken back in."""

from __future__ import annotations

import multiprocessing as mp
import random
import re
import resource
import time
import zipfile
from dataclasses import replace
from pathlib import Path

from benchmarks._report_faults import FilledForm
from layers.communes.gazetteer import communes_on, provinces
from zones.project.form_schema import Form
from zones.reports.collect import collect
from zones.reports.collected import keep, save_collected
from zones.reports.known import KnownFigures
from zones.reports.layout import Reporter
from zones.reports.ledger import Ledger
from zones.reports.writing.form_workbook import save_form
from zones.reports.writing.forms_out import issues
from zones.reports.year_round import Round

#: Figures of each commune: those of the zones by column, and what is counted.
ZONES = ("pine", "anise", "acacia", "cinnamon", "macadamia", "citrus", "persimmon", "tea")
_COLUMNS = ("planted", "lost", "standing")
_COUNTED = 16
FIGURES = len(ZONES) * len(_COLUMNS) + _COUNTED
#: Numbers of the first form that stand for those of each commune.
_MARK = 7_000_000


def country_round(asked: Round, count: int, *, seed: int = 0) -> Round:
    """Round of the first communes of the country, with what each had a year before."""
    codes = [unit.code for province in provinces() for unit in communes_on(province).values()]
    dice, last = random.Random(seed), {}
    for code in codes[:count]:
        for zone in ZONES:
            last[code, "zones", zone, "standing"] = round(50 + 900 * dice.random(), 1)
    who = [Reporter(code, f"xã {code}") for code in codes[:count]]
    return replace(asked, communes=who, known=KnownFigures(last=last))


def write_reports(folder: Path, asked: Round, form: Form, *, seed: int = 1) -> None:
    """Fill a form in once and write it for each commune with its own name and figures."""
    first = asked.communes[0]
    marks = {key: float(_MARK + at) for at, key in enumerate(_keys(first.code))}
    known = KnownFigures(last={key: value for key, value in marks.items() if key[3] == "last"})
    known = KnownFigures(last={(*key[:3], "standing"): value for key, value in known.last.items()})
    issue = next(issues(form, replace(asked, communes=[first], known=known)))
    path = folder / f"{first.code}.xlsx"
    save_form(issue, path)
    filled = FilledForm(path, {})
    counted = [row.row for row in issue.sheets[1].rows][:_COUNTED]
    for (_, table, row, column), value in marks.items():
        if column != "last":
            filled.put(counted[int(row)] if table == "indicators" else row, column, value, table)
    filled.book.save(path)
    with zipfile.ZipFile(path) as book:
        parts = {item.filename: book.read(item) for item in book.infolist()}
    dice = random.Random(seed)
    for reporter in asked.communes:
        values = _values(reporter.code, asked, dice)
        _write(folder / f"{reporter.code}.xlsx", parts, (first.code, reporter.code), values)


def _keys(code: str) -> list[tuple[str, str, str, str]]:
    zones = [(code, "zones", zone, name) for zone in ZONES for name in ("last", *_COLUMNS)]
    return zones + [(code, "indicators", str(at), "value") for at in range(_COUNTED)]


def _values(code: str, asked: Round, dice: random.Random) -> list[float]:
    """Figures of a commune in the order of the marks; what stands is the sum of the others."""
    found: list[float] = []
    for zone in ZONES:
        last = asked.known.last[code, "zones", zone, "standing"]
        planted, lost = round(dice.uniform(0, 30), 1), round(dice.uniform(0, 9), 1)
        found += [last, planted, lost, round(last + planted - lost, 1)]
    return found + [float(dice.randrange(1, 5000)) for _ in range(_COUNTED)]


def _write(
    path: Path, parts: dict[str, bytes], codes: tuple[str, str], values: list[float]
) -> None:
    def figure(found: re.Match[bytes]) -> bytes:
        return f"<v>{values[int(found[1]) - _MARK]:g}</v>".encode()

    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as book:
        for name, part in parts.items():
            text = part
            if "worksheets/sheet" in name:
                text = re.sub(rb"<v>(7000\d\d\d)(?:\.0)?</v>", figure, part)
                for words in ("|{}|", "xã {}"):
                    old, new = (words.format(code).encode() for code in codes)
                    text = text.replace(old, new)
            book.writestr(name, text)


def take_in(folder: Path, asked: Round, form: Form) -> tuple[float, float, int, int]:
    """Seconds and MB it takes to collect and keep a folder; figures and problems found."""
    with mp.get_context("fork").Pool(1) as pool:
        return pool.apply(_take_in, (folder, asked, form))


def _take_in(folder: Path, asked: Round, form: Form) -> tuple[float, float, int, int]:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.perf_counter()
    ledger = Ledger(folder.parent / "ledger.sqlite")
    collected = collect(folder, asked, [form], ledger=ledger)
    keep(collected, ledger)
    save_collected(collected, asked, folder.parent, ledger=ledger)
    taken = time.perf_counter() - start
    memory = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1e3
    problems = int((collected.findings["severity"] == "problem").sum())
    return taken, memory, collected.figures_count, problems
