"""Figures that an earlier submission had, and the one that replaces it does not have."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

from zones.reports.checking.within_file import all_entries
from zones.reports.ledger import WHOSE, Ledger
from zones.reports.reading.entries import Entry, PageReading, Told

#: Figures left out that a finding lists.
_SHOWN = 5
#: Reporter and form.
_Who = tuple[str, str]
#: Where the figures of a table stand, by row and column.
_Places = dict[tuple[str, str], str]


class LeftOut:
    """What each table of each reporter had last: in the ledger, or in a file read before."""

    def __init__(self, ledger: Ledger | None, year: int, again: Counter[_Who]) -> None:
        self._ledger, self._year = ledger, year
        self._to_come = again  # Further files of a reporter and form
        self._before: dict[_Who, dict[str, _Places]] = {}

    def tell(self, digest: str, modified: str, readings: Sequence[PageReading]) -> list[Told]:
        """Findings about a file; files are told of in the order of their saving."""
        sent: dict[_Who, dict[str, list[Entry]]] = defaultdict(lambda: defaultdict(list))
        for entry in all_entries(readings):
            sent[entry.reporter, entry.form][entry.table].append(entry)
        found = []
        strange = {(told.reporter, one.form)
                   for one in readings for told in one.findings if told.rule in WHOSE}  # fmt: skip
        for who, tables in sent.items():
            if who in strange:
                continue  # It takes no other's place, nor does another take its own
            times = self._ledger.sent(self._year, *who) if self._ledger else {}
            if digest in times or modified < max(times.values(), default=""):
                continue
            before = self._before.get(who) or self._counting(*who)
            for table, entries in tables.items():
                here = {(one.row, one.column): f"{one.file} {one.cell}" for one in entries}
                missing = [place for at, place in before.get(table, {}).items() if at not in here]
                if missing:
                    found.append(_told(entries[0], missing))
                before[table] = here
            if self._to_come[who]:
                self._before[who] = before
        return found

    def _counting(self, reporter: str, form: str) -> dict[str, _Places]:
        found: dict[str, _Places] = defaultdict(dict)
        ledger, year = self._ledger, self._year
        for one in ledger.counting(year, reporter, form, sound=True) if ledger else ():
            found[one.table][one.row, one.column] = f"{one.file} {one.cell}"
        return found


def _told(first: Entry, missing: Sequence[str]) -> Told:
    """Finding about figures that a later submission leaves out; none of its own is at fault."""
    shown = ", ".join(missing[:_SHOWN])
    more = f", … ({len(missing)})" if len(missing) > _SHOWN else ""
    return Told(
        *("figures-left-out", first.reporter, first.file, first.sheet, first.cell),
        found=f"{shown}{more}",
    )
