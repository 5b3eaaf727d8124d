"""Files of earlier collections that a later one puts in doubt: communes exchanged or copied."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from layers.base.language import Phrase
from layers.io.workbook import cell_place
from zones.reports.checking.suspects import Suspects, Suspicion
from zones.reports.ledger import Counting, Ledger
from zones.reports.reading.entries import Entry, Told


@dataclass(frozen=True, slots=True)
class Doubt:
    """A finding about a submission that was taken in before."""

    submission: int
    told: Told


class EarlierFiles:
    """Submissions of the ledger that count, by numbers below 0: files now read have others."""

    def __init__(self, ledger: Ledger | None, year: int) -> None:
        self._ledger, self._year = ledger, year
        self._who: list[tuple[str, str]] = []

    def join(self, suspects: Suspects, forms: Collection[str]) -> None:
        """Let what was taken in before be held against what is read now."""
        if self._ledger is None:
            return
        for who, figures in self._ledger.counting_by_reporter(self._year, forms):
            self._who.append(who)
            order = max((one.modified, one.file) for one in figures)
            suspects.add_earlier(-len(self._who), order, _entries(figures))

    def doubts(self, suspicions: Mapping[int, list[Suspicion]]) -> Iterator[Doubt]:
        """Findings about submissions of the ledger; what is asked back already is told no more."""
        for number in sorted(number for number in suspicions if number < 0):
            reporter, form = self._who[-number - 1]
            figures = self._ledger.counting(self._year, reporter, form) if self._ledger else []
            submissions = {one.file: one.submission for one in figures}
            entries = _entries(figures)
            for suspicion in suspicions[number]:
                yield from (Doubt(submissions[one.file], one) for one in suspicion(entries))


def _entries(figures: Collection[Counting]) -> list[Entry]:
    """Figures of the ledger that have a value, as entries."""
    return [
        Entry(
            *(one.reporter, one.form, one.table, one.row, one.column, "", ""),
            *(Phrase("", ""), one.value, f"{one.value:.15g}", one.file, one.sheet),
            *cell_place(one.cell),
        )
        for one in figures
        if one.value is not None
    ]
