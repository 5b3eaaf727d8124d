"""Faults that only several reporters together show: communes exchanged, copied, a plot twice."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence

import numpy as np

from zones.reports.known import KnownFigures
from zones.reports.reading.entries import Entry, PageReading, Told, told_together
from zones.reports.reading.quoting import HIDDEN

#: Zones that two communes must share for their figures to be told apart.
_LEAST_ZONES = 3
#: Mean distance (logarithm of the ratio) up to which figures fit a commune, and beyond which not.
_FITS, _STRANGE = 0.15, 0.5


def exchanged_communes(entries: Sequence[Entry], known: KnownFigures) -> dict[str, str]:
    """Commune whose figures a reporter's are, where they are not its own; reporter → commune."""
    zones = sorted(
        {row for _, table, row, _ in known.last if table == "zones"}
        | {row for _, row in known.register}
    )
    codes = sorted({code for code, _ in known.register} | {key[0] for key in known.last})
    place = {zone: at for at, zone in enumerate(zones)}
    before = np.full((len(codes), len(zones)), np.nan)
    for number, code in enumerate(codes):
        for zone, at in place.items():
            value = known.last.get((code, "zones", zone, "standing"))
            before[number, at] = np.nan if value is None else value
            if value is None and (code, zone) in known.register:
                before[number, at] = known.register[code, zone]
    reported: dict[str, np.ndarray] = {}
    for entry in entries:
        if (entry.table, entry.column) == ("zones", "standing") and entry.value is not None:
            row = reported.setdefault(entry.reporter, np.full(len(zones), np.nan))
            if entry.row in place:
                row[place[entry.row]] = entry.value
    found = {}
    for code, row in reported.items():
        other = _nearest_other(row, code, codes, before)
        if other:
            found[code] = other
    return found


def _nearest_other(
    row: np.ndarray, code: str, codes: Sequence[str], before: np.ndarray
) -> str | None:
    """Commune that a row of figures fits, where it does not fit its own."""
    with np.errstate(divide="ignore", invalid="ignore"):
        apart = np.abs(np.log((row[None, :] + 1.0) / (before + 1.0)))
    shared = np.isfinite(apart)
    counts = shared.sum(axis=1)
    sums = np.where(shared, apart, 0.0).sum(axis=1)
    mean = np.where(counts >= _LEAST_ZONES, sums / np.maximum(counts, 1), np.inf)
    own = codes.index(code) if code in codes else None
    if own is None or not np.isfinite(mean[own]) or mean[own] < _STRANGE:
        return None
    mean[own] = np.inf
    best = int(np.argmin(mean))
    return codes[best] if mean[best] < _FITS else None


def tell_exchanged(
    entries: Sequence[Entry], known: KnownFigures, names: Mapping[str, str]
) -> list[Told]:
    """Ask back the standing figures of communes that gave another commune's."""
    exchanged = exchanged_communes(entries, known)
    found = []
    for code, other in exchanged.items():
        standing = [
            entry
            for entry in entries
            if entry.reporter == code and (entry.table, entry.column) == ("zones", "standing")
        ]
        mine, theirs = names.get(code, code), names.get(other, other)
        found += told_together(standing, "communes-exchanged", expected=mine, found=theirs)
    return found


def tell_copied(entries: Sequence[Entry], names: Mapping[str, str]) -> list[Told]:
    """Ask back figures that two communes gave alike to the last digit."""
    rows: dict[str, dict[tuple[str, str, str], Entry]] = defaultdict(dict)
    for entry in entries:
        if entry.value:
            rows[entry.reporter][entry.table, entry.row, entry.column] = entry
    alike: dict[tuple[object, ...], list[str]] = defaultdict(list)
    for code, cells in rows.items():
        if len(cells) >= 5:
            alike[tuple(sorted((key, entry.value) for key, entry in cells.items()))].append(code)
    found = []
    for codes in (codes for codes in alike.values() if len(codes) > 1):
        for code in codes:
            other = next(one for one in codes if one != code)
            alike_cells = list(rows[code].values())
            found += told_together(alike_cells, "copied", found=names.get(other, other))
    return found


def tell_repeated_plots(readings: Sequence[PageReading]) -> list[Told]:
    """Ask back plots that two rows report: of one commune, or of two."""
    seen: dict[tuple[str, ...], list[tuple[PageReading, str, int]]] = defaultdict(list)
    for reading in readings:
        for (reporter, _, line), texts in reading.texts.items():
            key = tuple(texts.get(one, "").strip().casefold() for one in _PLOT)
            if all(key):
                seen[key].append((reading, reporter, line))
    found = []
    for key, places in seen.items():
        for reading, _, line in places if len(places) > 1 else []:
            named = "/".join(part if _NUMBERED.match(part) else HIDDEN for part in key)
            cells = [entry for entry in reading.entries if entry.line == line]
            found += told_together(cells, "plot-twice", found=named)
    return found


#: How compartments, sub-compartments and plots are called: "214", "3", "12a".
_NUMBERED = re.compile(r"^(?:\d{1,5}[^\W\d_]{0,2}|[^\W\d_]\d{0,4})$")
_PLOT = ("compartment", "sub-compartment", "plot")
