"""Faults that only several reporters together show: communes exchanged, copied, a plot twice.

Of each submission as much is kept as tells it from others: a country's fit into memory.
"""

from __future__ import annotations

import hashlib
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from zones.project.form_schema import Form
from zones.reports.checking.agreements import (
    Figures,
    disagreements,
    sums,
    tell_disagreeing,
    told_again,
)
from zones.reports.known import KnownFigures
from zones.reports.ledger import WHOSE
from zones.reports.reading.entries import Entry, PageReading, Told, told_together
from zones.reports.reading.quoting import HIDDEN

#: Zones that two communes must share for their figures to be told apart.
_LEAST_ZONES = 3
#: Figures that two communes must share for one to be a copy of the other.
_LEAST_ALIKE = 5
#: Mean distance (logarithm of the ratio) up to which figures fit a commune, and beyond which not.
_FITS, _STRANGE = 0.15, 0.5

_NONE: Figures = {}

#: What a file is asked once all are read: gives the findings at its entries.
Suspicion = Callable[[Sequence[Entry]], list[Told]]
#: When a file was saved, and its name: the later of two versions counts.
Order = tuple[str, str]


@dataclass(slots=True)
class _Witness:
    """What of a submission tells whether it is another's."""

    order: Order
    file: int  # Its number
    exchanged: str  # Commune whose standing hectares these are, where they are not its own
    alike: bytes  # Digest of its figures; empty where it has too few
    strange: bool  # Whether it may be another's, as its title or its figures say
    compared: Figures  # Figures that another form says as well
    plots: tuple[tuple[bytes, str, str, int], ...]  # As _plots gives them


class Suspects:
    """Submissions of a round, of each reporter and form the one saved last."""

    def __init__(self, known: KnownFigures, forms: Mapping[str, Form]) -> None:
        self._forms = forms
        self._standing = StandingBefore(known)
        self._compared = told_again(forms)
        self.again: Counter[tuple[str, str]] = Counter()  # Further files of a reporter and form
        self._last: dict[tuple[str, str], _Witness] = {}
        # Files in place of which another one counts
        self._exchanged_too: list[tuple[str, str, _Witness]] = []

    def add(self, file: int, order: Order, readings: Sequence[PageReading]) -> None:
        """Take note of what a file says."""
        by_submission: dict[tuple[str, str], list[Entry]] = defaultdict(list)
        for reading in readings:
            for entry in reading.entries:
                by_submission[entry.reporter, reading.form].append(entry)
        for (reporter, form), entries in by_submission.items():
            whose = self._standing.whose(reporter, entries)
            told = self._compared.get(form, ())
            witness = _Witness(
                *(order, file, whose, _digest(entries), bool(whose) or _is_in_doubt(entries)),
                sums(((e.row, e.column), e.value) for e in entries if e.column in told) or _NONE,
                tuple(
                    plot for one in readings if one.form == form for plot in _plots(one, reporter)
                ),
            )
            if (reporter, form) in self._last:
                self.again[reporter, form] += 1
            self._take(reporter, sys.intern(form), witness)

    def _take(self, reporter: str, form: str, witness: _Witness) -> None:
        """Keep the later of two files; one that may be another's is never the later one."""
        last = self._last.get((reporter, form))
        both = [one for one in (last, witness) if one is not None]
        *lost, kept = sorted(both, key=lambda one: (not one.strange, one.order))
        self._last[reporter, form] = kept
        self._exchanged_too += [(reporter, form, one) for one in lost if one.exchanged]

    def add_earlier(self, file: int, order: Order, entries: Sequence[Entry]) -> None:
        """Take note of what was taken in before of one reporter and form; ``file`` is below 0."""
        for first in entries[:1]:
            whose = self._standing.whose(first.reporter, entries)
            witness = _Witness(order, file, whose, _digest(entries), bool(whose), _NONE, ())
            self._take(first.reporter, sys.intern(first.form), witness)

    def told(
        self, names: Mapping[str, str], earlier: Callable[[str, str], Figures]
    ) -> dict[int, list[Suspicion]]:
        """Suspicions by number of the file; ``earlier`` are figures of the ledger."""
        found: dict[int, list[Suspicion]] = defaultdict(list)
        for places in (self._exchanged(names), self._copied(names), self._plots_twice()):
            for file, suspicion in places:
                found[file].append(suspicion)
        figures = {key: one.compared for key, one in self._last.items() if one.file >= 0}
        for key, doubt in disagreements(figures, self._forms, earlier):
            found[self._last[key].file].append(partial(tell_disagreeing, *key, doubt))
        return found

    def _exchanged(self, names: Mapping[str, str]) -> Iterator[tuple[int, Suspicion]]:
        """Communes that gave another commune's standing figures."""
        last = [(*who, witness) for who, witness in self._last.items() if witness.exchanged]
        for reporter, form, witness in last + self._exchanged_too:
            if witness.file >= 0 or witness is self._last[reporter, form]:
                mine, theirs = (names.get(one, one) for one in (reporter, witness.exchanged))
                yield witness.file, partial(_tell_exchanged, reporter, form, mine, theirs)

    def _copied(self, names: Mapping[str, str]) -> Iterator[tuple[int, Suspicion]]:
        """Figures of a form that two reporters gave alike to the last digit."""
        alike: dict[tuple[str, bytes], list[str]] = defaultdict(list)
        for (reporter, form), witness in self._last.items():
            if witness.alike:
                alike[form, witness.alike].append(reporter)
        for (form, _), codes in alike.items():
            # Whose own these figures are, by last year's, is not asked.
            strange = [code for code in codes if self._last[code, form].strange]
            for code in (strange or codes) if len(codes) > 1 else []:
                other = next(one for one in codes if one != code)
                tell = partial(_tell_copied, code, form, names.get(other, other))
                yield self._last[code, form].file, tell

    def _plots_twice(self) -> Iterator[tuple[int, Suspicion]]:
        """Plots that two rows report: of one commune, or of two."""
        seen: dict[bytes, list[tuple[int, str, str, int]]] = defaultdict(list)
        for witness in self._last.values():
            for plot, named, sheet, line in witness.plots:
                seen[plot].append((witness.file, named, sheet, line))
        for places in (places for places in seen.values() if len(places) > 1):
            for file, named, sheet, line in places:
                yield file, partial(_tell_plot, sheet, line, named)


class StandingBefore:
    """Standing hectares of all communes by zone, as they are known beforehand."""

    def __init__(self, known: KnownFigures) -> None:
        zones = {row for _, table, row, _ in known.last if table == "zones"}
        zones |= {row for _, row in known.register}
        codes = sorted({code for code, _ in known.register} | {key[0] for key in known.last})
        self._zones = {zone: at for at, zone in enumerate(sorted(zones))}
        self._codes = {code: number for number, code in enumerate(codes)}
        self._before = np.full((len(codes), len(zones)), np.nan)
        for (code, zone), value in known.register.items():
            self._before[self._codes[code], self._zones[zone]] = value
        for (code, table, zone, column), value in known.last.items():
            if (table, column) == ("zones", "standing"):
                self._before[self._codes[code], self._zones[zone]] = value

    def whose(self, reporter: str, entries: Sequence[Entry]) -> str:
        """Commune that the figures of a reporter fit, where they do not fit its own."""
        told: dict[str, float] = defaultdict(float)
        for entry in entries:
            if (entry.table, entry.column) == ("zones", "standing") and entry.value is not None:
                told[entry.row] += entry.value  # Those of old communes add up
        row, own = (
            np.array([told.get(zone, np.nan) for zone in self._zones]),
            self._codes.get(reporter),
        )
        if own is None or not _STRANGE <= _apart(row, self._before[own : own + 1])[0] < np.inf:
            return ""
        mean = _apart(row, self._before)
        mean[own] = np.inf
        best = int(np.argmin(mean))
        return list(self._codes)[best] if mean[best] < _FITS else ""


def _apart(row: np.ndarray, before: np.ndarray) -> np.ndarray:
    """Mean distance of a row of figures from those of each commune, as a logarithm."""
    with np.errstate(divide="ignore", invalid="ignore"):
        apart = np.abs(np.log((row[None, :] + 1.0) / (before + 1.0)))
    shared = np.isfinite(apart)
    counts = shared.sum(axis=1)
    sums = np.where(shared, apart, 0.0).sum(axis=1)
    mean: np.ndarray = np.where(counts >= _LEAST_ZONES, sums / np.maximum(counts, 1), np.inf)
    return mean


def _digest(entries: Sequence[Entry]) -> bytes:
    """What is alike in two submissions with the same figures; empty for too few to tell."""
    figures = sorted((e.table, e.row, e.column, e.value) for e in entries if e.value)
    if len(figures) < _LEAST_ALIKE:
        return b""
    return hashlib.blake2b(repr(figures).encode(), digest_size=16).digest()


def _is_in_doubt(entries: Sequence[Entry]) -> bool:
    """Whether a form says in its title that its figures are another's."""
    return any(rule in entry.rules for entry in entries for rule in WHOSE)


def _plots(reading: PageReading, reporter: str) -> Iterator[tuple[bytes, str, str, int]]:
    """Plots of a sheet: what is alike in two, how it may be shown, its sheet and row."""
    for (who, _, line), texts in reading.texts.items():
        key = [texts.get(one, "").strip().casefold() for one in _PLOT]
        if who == reporter and all(key):
            named = "/".join(part if _NUMBERED.match(part) else HIDDEN for part in key)
            alike = hashlib.blake2b("\n".join(key).encode(), digest_size=16).digest()
            yield alike, named, reading.page.sheet, line


def _tell_exchanged(
    reporter: str, form: str, mine: str, theirs: str, entries: Sequence[Entry]
) -> list[Told]:
    given = [one for one in entries if (one.reporter, one.form) == (reporter, form)]
    # What stands tells it, but none of the figures is this commune's.
    given.sort(key=lambda one: (one.table, one.column) != ("zones", "standing"))
    return told_together(given, "communes-exchanged", expected=mine, found=theirs)


def _tell_copied(reporter: str, form: str, other: str, entries: Sequence[Entry]) -> list[Told]:
    mine = [e for e in entries if (e.reporter, e.form) == (reporter, form) and e.value]
    return told_together(mine, "copied", found=other)


def _tell_plot(sheet: str, line: int, named: str, entries: Sequence[Entry]) -> list[Told]:
    cells = [entry for entry in entries if (entry.sheet, entry.line) == (sheet, line)]
    return told_together(cells, "plot-twice", found=named)


#: How compartments, sub-compartments and plots are called: "214", "3", "12a".
_NUMBERED = re.compile(r"^(?:\d{1,5}[^\W\d_]{0,2}|[^\W\d_]\d{0,4})$")
_PLOT = ("compartment", "sub-compartment", "plot")
