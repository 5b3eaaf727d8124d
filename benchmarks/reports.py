"""The year's round: forms out, reports back in, faults found, suspects named, kills survived."""

from __future__ import annotations

import argparse
import random
import resource
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks._report_country import FIGURES, country_round, take_in, write_reports
from benchmarks._report_faults import FAULTS, FilledForm, cells_named
from benchmarks._report_kills import lost_or_twice, lost_or_twice_collecting
from benchmarks._report_other_forms import OTHER_FAULTS, OTHER_FORMS, FilledTable, can_have
from layers.base.language import Phrase
from layers.communes.gazetteer import communes_on
from zones.plan.files import load_plans
from zones.project.form_schema import Form, load_form
from zones.reports.checking.checks import Answers, check_answers
from zones.reports.checking.suspects import StandingBefore
from zones.reports.collect import collect
from zones.reports.collected import Collected, keep
from zones.reports.known import KnownFigures
from zones.reports.layout import communes_as_reporters
from zones.reports.ledger import Ledger
from zones.reports.reading.entries import Entry
from zones.reports.writing.forms_out import save_forms
from zones.reports.year_round import Round

_ZONES = ("pine", "anise", "acacia", "cinnamon", "macadamia", "citrus", "persimmon", "tea")
_FORM = "plan-annual"


def made_up_round(count: int, *, seed: int = 0) -> Round:
    """Round of the first communes of Lạng Sơn with made-up hectares of eight zones each."""
    dice = random.Random(seed)
    units = list(communes_on("20").values())[:count]
    last, register, land = {}, {}, {}
    for unit in units:
        land[unit.code] = 14_000.0
        for zone in _ZONES:
            area = round(dice.lognormvariate(4.5, 1.5), 1)
            last[unit.code, "zones", zone, "standing"] = min(area, 4000.0)
            register[unit.code, zone] = min(area, 4000.0) * dice.uniform(0.9, 1.1)
        last[unit.code, "indicators", "pigs", "value"] = 1200.0
    plans = load_plans(["lang-son-2026-2030", "lang-son-2023"])
    known = KnownFigures(last, register, land)
    return Round(plans, communes_as_reporters(units), "2025-07-01", 2026, known)


def _filled(path: Path, code: str, asked: Round) -> FilledForm:
    last = {zone: asked.known.last[code, "zones", zone, "standing"] for zone in _ZONES}
    return FilledForm(path, last).fill()


def _out_and_back(folder: Path) -> list[str]:
    asked, form = made_up_round(65), load_form(_FORM)
    start = time.perf_counter()
    paths = save_forms(form, asked, folder / "out")
    out = time.perf_counter() - start
    back = folder / "back"
    back.mkdir()
    for reporter in asked.communes:
        path = next(path for path in paths if reporter.code in path.name)
        _filled(path, reporter.code, asked).book.save(back / path.name)
    start = time.perf_counter()
    collected = collect(back, asked, [form])
    keep(collected, Ledger(folder / "ledger.sqlite"))
    taken = time.perf_counter() - start
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    problems = int((collected.findings["severity"] == "problem").sum())
    alarms = problems / max(len(collected.figures), 1) * 100
    print(f"{len(paths)} forms out {out:.1f} s; 65 back in {taken:.1f} s; {memory:.2f} GB")
    print(f"clean forms: {len(collected.figures)} figures, {alarms:.2f} % false alarms")
    missed = [] if out <= 30 and taken <= 30 and memory <= 1 else ["65 out and back"]
    return missed + ([] if alarms <= 2 else ["false alarms"])


def _faults(folder: Path, forms: int) -> list[str]:
    """Each kind of fault in so many annual forms, each of another commune."""
    asked, form = made_up_round(forms), load_form(_FORM)
    paths = save_forms(form, asked, folder / _FORM)
    missed = []
    for kind, (rule, spoil) in FAULTS.items():
        books = {}
        for reporter in asked.communes:
            path = next(path for path in paths if reporter.code in path.name)
            filled = _filled(path, reporter.code, asked)
            books[reporter.code] = spoil(filled), filled.book
        missed += _unnamed(books, rule, folder / "back" / kind, asked, form)
    planted = len(FAULTS) * forms
    print(f"{len(FAULTS)} kinds of faults x {forms} forms: {planted - len(missed)} of {planted} "
          "named with their cell, no row lost")  # fmt: skip
    return _told_missed(missed)


def _other_faults(folder: Path, forms: int) -> list[str]:
    """Faults of the seasonal form and of Biểu 01 to 06, together in so many forms or more."""
    asked = made_up_round(-(-forms // len(OTHER_FORMS)))
    missed: list[str] = []
    planted = figures = alarms = 0
    for name in OTHER_FORMS:
        form = load_form(name)
        paths = save_forms(form, asked, folder / name)
        filled = {
            one.code: partial(FilledTable, path, form, scale=1 + at / 7)
            for at, (one, path) in enumerate(zip(asked.communes, paths, strict=False))
        }
        clean = {code: (set[str](), one().book) for code, one in filled.items()}
        got = _collected(clean, folder / "clean" / name, asked, form)
        alarms += int((got.findings["severity"] == "problem").sum())
        figures += len(got.figures)
        for kind in (kind for kind in OTHER_FAULTS if can_have(kind, form)):
            rule, spoil = OTHER_FAULTS[kind]
            tables = {code: one() for code, one in filled.items()}
            books = {code: (spoil(table), table.book) for code, table in tables.items()}
            planted += len(books)
            missed += _unnamed(books, rule, folder / "back" / name / kind, asked, form)
    print(f"{len(OTHER_FAULTS)} kinds in {len(asked.communes)} communes x {len(OTHER_FORMS)} other "
          f"forms: {planted - len(missed)} of {planted} named with their cell, no row lost; clean: "
          f"{figures} figures, {alarms} false alarms")  # fmt: skip
    return _told_missed(missed) + (["false alarms"] if alarms > 0.02 * figures else [])


def _told_missed(missed: list[str]) -> list[str]:
    if missed:
        print(f"missed: {', '.join(missed)}")
    return ["faults"] if missed else []


_Books = dict[str, tuple[set[str], Any]]


def _collected(books: _Books, back: Path, asked: Round, form: Form) -> Collected:
    """What workbooks give, each in a file of its own."""
    back.mkdir(parents=True)
    for name, (_, book) in books.items():
        book.save(back / f"{name}.xlsx")
    return collect(back, asked, [form])


def _unnamed(books: _Books, rule: str, back: Path, asked: Round, form: Form) -> list[str]:
    """Forms of which a spoilt cell was not named, or a row went lost; cells and books by name."""
    got = _collected(books, back, asked, form)
    told = got.findings[got.findings["kind"] == rule]
    files = got.files.set_index("file")
    kept = files["rows"] == files["rows_counted"] + files["rows_listed"]
    return [
        f"{form.form} {back.name} {name}"
        for name, (cells, _) in books.items()
        if not cells <= cells_named(told[told["file"] == f"{name}.xlsx"])
        or not kept[f"{name}.xlsx"]
    ]


def _country(folder: Path, count: int) -> list[str]:
    """Take in reports of so many communes, and of a tenth: each costs the same, memory is flat."""
    asked, form = made_up_round(4), load_form(_FORM)
    each, held = [], []
    for size in (max(count // 10, min(50, count // 2)), count):
        back = folder / str(size) / "back"
        back.mkdir(parents=True)
        country = country_round(asked, size)
        write_reports(back, country, form)
        taken, memory, figures, problems = take_in(back, country, form)
        each.append(taken / size)
        held.append(memory)
        print(
            f"{size} communes x {figures / size:g} figures: {taken:.1f} s, {each[-1] * 1e3:.0f} ms "
            f"each, {memory:.0f} MB; {problems} false alarms"
        )
        alarms = problems > 0.02 * figures or figures != size * FIGURES
    at_last = each[-1] * 3321
    cost, memory = each[-1] / each[0], held[-1] / held[0]
    print(f"3,321 communes at that rate: {at_last:.0f} s; cost of each x {cost:.2f}, "
          f"memory of all x {memory:.2f}")  # fmt: skip
    return ["country"] if at_last > 300 or alarms or cost > 1.5 or memory > 1.25 else []


def _killed_collections(folder: Path, kills: int) -> int:
    """Kill a collection of six forms at random instants; submissions lost or twice."""
    asked, form = made_up_round(6), load_form(_FORM)
    back = folder / "back"
    back.mkdir(parents=True)
    for path in save_forms(form, asked, folder / "out"):
        code = next((one.code for one in asked.communes if one.code in path.name), "")
        if code:
            _filled(path, code, asked).book.save(back / path.name)
    bad = lost_or_twice_collecting(back, asked, form, folder / "k.sqlite", kills)
    print(f"{kills} kills of whole collections: {bad} submissions lost or twice")
    return bad


def _entry(code: str, zone: str, column: str, value: float) -> Entry:
    return Entry(
        *(code, _FORM, "zones", zone, column, zone, "ha", Phrase(zone, zone), value, str(value)),
        *("f", "s", 1, 1),
    )


def _true_entries(
    code: str, asked: Round, dice: random.Random
) -> dict[tuple[str, str, str], Entry]:
    found = {}
    for zone in _ZONES:
        last = asked.known.last[code, "zones", zone, "standing"]
        planted, lost = (
            round(dice.uniform(0, 0.15) * last, 1),
            round(dice.uniform(0, 0.08) * last, 1),
        )
        values = {"planted": planted, "lost": lost, "standing": round(last + planted - lost, 2)}
        for column, value in values.items():
            found["zones", zone, column] = _entry(code, zone, column, value)
    return found


def _suspects(trials: int) -> list[str]:
    """Slips by unit and exchanged communes in whole provinces, and clean ones beside them."""
    asked, form, dice = made_up_round(65, seed=1), load_form(_FORM), random.Random(2)
    factors = (10.0, 1000.0, 10_000.0, 10_000 / 360, 10_000 / 3600)
    right = exchanged = accused = clean = slips = 0
    for trial in range(trials):
        code = dice.choice(asked.communes).code
        entries = _true_entries(code, asked, dice)
        told = check_answers(Answers(code, form, entries, asked.known))
        clean += 1
        accused += any(one.rule == "unit-slip" for one in told)
        zone = dice.choice(_ZONES)
        entries = _true_entries(code, asked, dice)
        if asked.known.last[code, "zones", zone, "standing"] < 1:
            continue
        slips += 1
        spoilt = entries["zones", zone, "standing"]
        spoilt.value = round(float(spoilt.value or 0) * factors[trial % len(factors)], 2)
        told = check_answers(Answers(code, form, entries, asked.known))
        first = [one for one in told if one.what == Phrase(zone, zone)][:1]
        right += bool(first) and first[0].rule == "unit-slip" and spoilt.rules[:1] == ["unit-slip"]
    standing = StandingBefore(asked.known)
    pairs = max(trials // 4, 1)
    wrongly = 0
    for _ in range(pairs):
        every = {one.code: _true_entries(one.code, asked, dice) for one in asked.communes}
        given = {code: list(entries.values()) for code, entries in every.items()}
        wrongly += sum(bool(standing.whose(code, told)) for code, told in given.items())
        one, other = dice.sample([reporter.code for reporter in asked.communes], 2)
        exchanged += (standing.whose(one, given[other]), standing.whose(other, given[one])) == (
            other,
            one,
        )
    print(
        f"unit slips named first: {right} of {slips}; accused in {accused} of {clean} clean reports"
    )
    print(f"exchanged communes named: {exchanged} of {pairs}")
    print(f"communes accused in {pairs} clean provinces: {wrongly}")
    ok = right >= 0.95 * slips and exchanged >= 0.95 * pairs
    return [] if ok and accused <= 0.05 * clean and wrongly <= 0.05 * 65 * pairs else ["suspects"]


def run(arguments: list[str]) -> int:
    """Run all parts; 1 where a bar is missed."""
    parser = argparse.ArgumentParser(prog="benchmarks reports")
    parser.add_argument("--forms", type=int, default=20, help="forms for each kind of fault")
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--communes", type=int, default=300, help="of the country: up to 3321")
    parser.add_argument("--trials", type=int, default=200, help="spoilt reports in memory")
    options = parser.parse_args(arguments)
    missed = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for part in ("a", "b"):
            (folder / part).mkdir()
        missed += _out_and_back(folder / "a")
        missed += _faults(folder / "b", options.forms)
        missed += _other_faults(folder / "others", options.forms)
        missed += _suspects(options.trials)
        missed += _country(folder / "c", options.communes)
        bad = lost_or_twice(folder / "k.sqlite", kills=options.kills, count=60, longest=0.3)
        print(f"{options.kills} kills of a ledger that fills: {bad} submissions lost or twice")
        bad += _killed_collections(folder / "killed", options.kills)
        missed += ["kills"] if bad else []
    print("all bars held" if not missed else f"missed: {', '.join(missed)}")
    return 1 if missed else 0
