"""How many misspelt commune names are found, and how many are mistaken for another.

Misspellings of all 3,321 names, by one or two slips each, looked up in their province and in the
whole country. Bars, in the province: recall ≥ 98 %, false matches ≤ 0.1 %, and every other text
refused with the right commune among the candidates told. A text that has become exactly the name
of another commune counts as false, although nothing could tell it. The peer is what one would
write in three lines: the best ratio of rapidfuzz over lower-case NFC names.
"""

from __future__ import annotations

import argparse
import random
import statistics
import time
import unicodedata
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

import psutil
from rapidfuzz import fuzz, process

from benchmarks.misspell import misspell
from layers.communes.gazetteer import communes_on, provinces
from layers.communes.match_result import Match, NoMatch
from layers.communes.matching import match_commune

__all__ = ["run"]

Answer = Match | NoMatch | str
LookUp = Callable[[str, str | None], Answer]


@dataclass
class Tally:
    """Outcomes of one way of looking up."""

    outcome: Counter[str] = field(default_factory=Counter)
    told: int = 0
    slips: Counter[str] = field(default_factory=Counter)
    missed: Counter[str] = field(default_factory=Counter)
    false: list[str] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)

    def add(self, look: LookUp, text: str, code: str, slips: str, province: str | None) -> None:
        """Look one text up and count what came of it."""
        start = time.perf_counter()
        found = look(text, province)
        self.seconds.append(time.perf_counter() - start)
        self.slips[slips] += 1
        if isinstance(found, NoMatch):
            self.outcome[found.reason] += 1
            self.missed[slips] += 1
            self.told += code in [candidate.unit.code for candidate in found.candidates]
            return
        taken = found if isinstance(found, str) else found.code
        self.outcome["right" if taken == code else "false"] += 1
        if taken != code:
            how = "" if isinstance(found, str) else found.how
            self.false.append(f"{text!r} ({communes_on()[code].label}) taken for {taken}, {how}")

    @property
    def total(self) -> int:
        """Texts looked up."""
        return sum(self.outcome.values())

    def percent(self, outcome: str) -> float:
        """Share of an outcome."""
        return 100 * self.outcome[outcome] / self.total

    @property
    def microseconds(self) -> float:
        """Median time of one look-up."""
        return 1e6 * statistics.median(self.seconds)

    def show(self, title: str) -> None:
        """Print the outcomes."""
        refused = self.total - self.outcome["right"] - self.outcome["false"]
        print(f"{title}: {self.total} misspellings, median {self.microseconds:.0f} µs each")
        for outcome, count in self.outcome.most_common():
            print(f"  {outcome:15} {count:7}  {self.percent(outcome):7.3f} %")
        if refused:
            print(
                f"  refused with the right commune among the candidates: {self.told} of {refused}"
            )


def _ours(text: str, province: str | None) -> Answer:
    return match_commune(text, province=province)


class _Peer:
    """Nearest name by ratio, which is what a few lines with rapidfuzz give."""

    def __init__(self) -> None:
        self.names: dict[str | None, dict[str, str]] = {
            where: {c: unit.name.casefold() for c, unit in communes_on(where).items()}
            for where in (None, *provinces())
        }

    def __call__(self, text: str, province: str | None) -> Answer:
        wanted = unicodedata.normalize("NFC", text).casefold()
        found = process.extractOne(wanted, self.names[province], scorer=fuzz.ratio)
        return str(found[2])


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks names")
    parser.add_argument("--each", type=int, default=10, help="misspellings of each name")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--nationwide-each", type=int, default=2)
    parser.add_argument("--show", type=int, default=10, help="examples of false matches")
    return parser.parse_args(arguments)


def run(arguments: list[str]) -> int:
    """Measure, print, and say whether the bars are kept."""
    options = _parse(arguments)
    source = random.Random(options.seed)
    inside, nationwide, naive = Tally(), Tally(), Tally()
    peer = _Peer()
    for code, unit in communes_on().items():
        for turn in range(options.each):
            text, slips = misspell(unit.name, unit.kind, 1 + turn % 2, source)
            inside.add(_ours, text, code, slips, unit.province)
            naive.add(peer, text, code, slips, unit.province)
            if turn < options.nationwide_each:
                nationwide.add(_ours, text, code, slips, None)
    inside.show("in the province")
    for example in inside.false[: options.show]:
        print(f"  false: {example}")
    for slips, count in inside.missed.most_common(options.show):
        print(f"  refused: {slips}: {count} of {inside.slips[slips]}")
    nationwide.show("nationwide")
    naive.show("peer, in the province")
    return _verdict(inside, naive)


def _verdict(inside: Tally, naive: Tally) -> int:
    recall, false = inside.percent("right"), inside.percent("false")
    refused = inside.total - inside.outcome["right"] - inside.outcome["false"]
    kept = recall >= 98 and false <= 0.1 and inside.told == refused
    print(
        f"recall {recall:.2f} % (bar 98; peer {naive.percent('right'):.2f}), "
        f"false {false:.3f} % (bar 0.1; peer {naive.percent('false'):.3f}), "
        f"time {inside.microseconds / naive.microseconds:.1f} of the peer's, "
        f"peak memory {psutil.Process().memory_info().rss / 2**20:.0f} MB: "
        f"{'kept' if kept else 'MISSED'}"
    )
    return 0 if kept else 1
