"""Faults that only several reporters together show: communes exchanged, copied, a plot twice.

Of each submission as much is kept as tells it from others: a country's fit into memory.
"""

from __future__ import annotations

import hashlib
import re
from array import array
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

import numpy as np

from zones.project.form_schema import Form
from zones.reports.checking.agreements import Figures, disagreements, tell_disagreeing, told_again
from zones.reports.known import KnownFigures
from zones.reports.reading.entries import Entry, PageReading, Told, told_together
from zones.reports.reading.quoting import HIDDEN

#: Zones that two communes must share for their figures to be told apart.
_LEAST_ZONES = 3
#: Figures that two communes must share for one to be a copy of the other.
_LEAST_ALIKE = 5
#: Mean distance (logarithm of the ratio) up to which figures fit a commune, and beyond which not.
_FITS, _STRANGE = 0.15, 0.5

#: What a file is asked once all are read: gives the findings at its entries.
Suspicion = Callable[[Sequence[Entry]], list[Told]]
#: When a file was saved, and its name: the later of two versions counts.
Order = tuple[str, str]


@dataclass(slots=True)
class _Witness:
    """What of a submission tells whether it is another's."""

    order: Order
    file: int  # Its number
    standing: array[float]  # Hectares by zone
    alike: bytes  # Digest of its figures; empty where it has too few
    compared: Figures  # Figures that another form says as well
    plots: list[tuple[bytes, str, str, int]] = field(default_factory=list)  # As _plots gives them


class Suspects:
    """Submissions of a round, of each reporter and form the one saved last."""

    def __init__(self, known: KnownFigures, forms: Mapping[str, Form]) -> None:
        self._known, self._forms = known, forms
        self._zones = known_zones(known)
        self._last: dict[tuple[str, str], _Witness] = {}

    def add(self, file: int, order: Order, readings: Sequence[PageReading]) -> None:
        """Take note of what a file says."""
        by_submission: dict[tuple[str, str], list[Entry]] = defaultdict(list)
        for reading in readings:
            for entry in reading.entries:
                by_submission[entry.reporter, reading.form].append(entry)
        compared = told_again(self._forms)
        for (reporter, form), entries in by_submission.items():
            last = self._last.get((reporter, form))
            if last is not None and last.order > order:
                continue
            witness = self._last[reporter, form] = _Witness(
                *(order, file, standing_row(entries, self._zones), _digest(entries)),
                {(e.row, e.column): e.value for e in entries if e.column in compared[form]},
            )
            for reading in (one for one in readings if one.form == form):
                witness.plots += _plots(reading, reporter)

    def told(
        self, names: Mapping[str, str], earlier: Callable[[str, str], Figures]
    ) -> dict[int, list[Suspicion]]:
        """Suspicions by number of the file; ``earlier`` are figures of the ledger."""
        found: dict[int, list[Suspicion]] = defaultdict(list)
        for places in (self._exchanged(names), self._copied(names), self._plots_twice()):
            for file, suspicion in places:
                found[file].append(suspicion)
        figures = {key: witness.compared for key, witness in self._last.items()}
        for key, doubt in disagreements(figures, self._forms, earlier):
            found[self._last[key].file].append(partial(tell_disagreeing, *key, doubt))
        return found

    def _exchanged(self, names: Mapping[str, str]) -> Iterator[tuple[int, Suspicion]]:
        """Communes that gave another commune's standing figures."""
        rows: dict[str, list[array[float]]] = defaultdict(list)
        for (reporter, _), witness in self._last.items():
            rows[reporter].append(witness.standing)
        reported = {reporter: _first_told(several) for reporter, several in rows.items()}
        exchanged = exchanged_communes(reported, self._known)
        for (reporter, form), witness in self._last.items():
            other = exchanged.get(reporter)
            if other:
                named = names.get(reporter, reporter), names.get(other, other)
                yield witness.file, partial(_tell_exchanged, reporter, form, *named)

    def _copied(self, names: Mapping[str, str]) -> Iterator[tuple[int, Suspicion]]:
        """Figures of a form that two reporters gave alike to the last digit."""
        alike: dict[tuple[str, bytes], list[str]] = defaultdict(list)
        for (reporter, form), witness in self._last.items():
            if witness.alike:
                alike[form, witness.alike].append(reporter)
        for (form, _), codes in alike.items():
            for code in codes if len(codes) > 1 else []:
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


def known_zones(known: KnownFigures) -> list[str]:
    """Zones of which hectares are known beforehand."""
    return sorted(
        {row for _, table, row, _ in known.last if table == "zones"}
        | {row for _, row in known.register}
    )


def standing_row(entries: Sequence[Entry], zones: Sequence[str]) -> array[float]:
    """Standing hectares that a reporter gave, in the order of the zones; NaN where it gave none."""
    told: dict[str, float] = defaultdict(float)
    for entry in entries:
        if (entry.table, entry.column) == ("zones", "standing") and entry.value is not None:
            told[entry.row] += entry.value  # Those of old communes add up
    return array("d", (told.get(zone, np.nan) for zone in zones))


def _first_told(rows: Sequence[array[float]]) -> np.ndarray:
    """Hectares by zone of a reporter with one form or several."""
    found = np.array(rows[0])
    for row in rows[1:]:
        found = np.where(np.isnan(found), np.array(row), found)
    return found


def exchanged_communes(reported: Mapping[str, np.ndarray], known: KnownFigures) -> dict[str, str]:
    """Commune whose figures a reporter's are, where they are not its own; reporter → commune.

    ``reported`` are hectares by reporter in the order of ``known_zones``.
    """
    zones = known_zones(known)
    codes = sorted({code for code, _ in known.register} | {key[0] for key in known.last})
    before = np.full((len(codes), len(zones)), np.nan)
    for number, code in enumerate(codes):
        for at, zone in enumerate(zones):
            value = known.last.get((code, "zones", zone, "standing"))
            before[number, at] = np.nan if value is None else value
            if value is None and (code, zone) in known.register:
                before[number, at] = known.register[code, zone]
    found = {}
    own = {code: number for number, code in enumerate(codes)}
    for code, row in reported.items():
        other = _nearest_other(row, own.get(code), before)
        if other is not None:
            found[code] = codes[other]
    return found


def _nearest_other(row: np.ndarray, own: int | None, before: np.ndarray) -> int | None:
    """Number of the commune that a row of figures fits, where it does not fit its own."""
    if own is None or not _STRANGE <= _apart(row, before[own : own + 1])[0] < np.inf:
        return None
    mean = _apart(row, before)
    mean[own] = np.inf
    best = int(np.argmin(mean))
    return best if mean[best] < _FITS else None


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
    standing = [
        entry
        for entry in entries
        if (entry.reporter, entry.form) == (reporter, form)
        and (entry.table, entry.column) == ("zones", "standing")
    ]
    return told_together(standing, "communes-exchanged", expected=mine, found=theirs)


def _tell_copied(reporter: str, form: str, other: str, entries: Sequence[Entry]) -> list[Told]:
    mine = [e for e in entries if (e.reporter, e.form) == (reporter, form) and e.value]
    return told_together(mine, "copied", found=other)


def _tell_plot(sheet: str, line: int, named: str, entries: Sequence[Entry]) -> list[Told]:
    cells = [entry for entry in entries if (entry.sheet, entry.line) == (sheet, line)]
    return told_together(cells, "plot-twice", found=named)


#: How compartments, sub-compartments and plots are called: "214", "3", "12a".
_NUMBERED = re.compile(r"^(?:\d{1,5}[^\W\d_]{0,2}|[^\W\d_]\d{0,4})$")
_PLOT = ("compartment", "sub-compartment", "plot")
