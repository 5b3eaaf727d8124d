"""What one file shows by itself: figures that stand twice, wrong, or blank where some stood."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from layers.base.messages import joined
from zones.plan.words import number_words, unit_words
from zones.project.form_schema import Form
from zones.reports.checking.checks import Answers, check_answers, tell_unsettled
from zones.reports.known import KnownFigures
from zones.reports.layout import Reporter, lay_out
from zones.reports.reading.entries import Entry, PageReading, Told, added_up, told_together
from zones.reports.reading.words import namesakes
from zones.reports.year_round import Round

#: Hectares up to which a figure is the sum of others.
_SAME_SUM = 0.05


def check_file(readings: Sequence[PageReading], asked: Round, forms: Mapping[str, Form]) -> None:
    """Meet figures that stand twice, then check each submission of a file by itself."""
    _add_up(readings, asked)
    by_submission: dict[tuple[str, str], list[PageReading]] = defaultdict(list)
    for reading in readings:
        for reporter in sorted({entry.reporter for entry in reading.entries}):
            by_submission[reporter, reading.form].append(reading)
    for (reporter, form), mine in by_submission.items():
        _check_submission(reporter, forms[form], mine, asked)
        _ask_blanks(reporter, forms[form], readings, asked.known)


def file_findings(told: Iterable[Told], readings: Sequence[PageReading]) -> None:
    """Put findings with the sheet that they are about."""
    place = {(one.page.file, one.page.sheet): one for one in readings}
    for item in told:
        place[item.file, item.sheet].findings.append(item)


def all_entries(readings: Iterable[PageReading]) -> list[Entry]:
    """Figures of all sheets."""
    return [entry for reading in readings for entry in reading.entries]


def known_before(blank: Entry, form: Form, known: KnownFigures) -> float:
    """What stood last year, or by the register, of a figure that goes on; 0 for nothing."""
    table = form.table(blank.table)
    sources = [column.known for column in table.columns if column.known] if table else []
    if blank.column not in sources:
        return 0.0
    last = known.last.get(blank.key)
    if last is None and "register" in sources:
        last = known.register.get((blank.reporter, blank.row))
    return last or 0.0


def _add_up(readings: Sequence[PageReading], asked: Round) -> None:
    """Meet figures that stand twice in a file, on one sheet or on several.

    Those of old communes add up, one that says the same again counts once, the rest is asked back.
    """
    twice: dict[tuple[str, ...], list[Entry]] = defaultdict(list)
    for reading in readings:
        for entry in reading.entries:
            twice[reading.form, *entry.key].append(entry)
    told: list[Told] = []
    repeated: dict[int, Entry] = {}
    added: dict[str, list[Entry]] = defaultdict(list)
    several = [entries for entries in twice.values() if len(entries) > 1]
    sums = _with_sums(several)
    for entries in several:
        first, *others = entries
        if _are_old_communes(entries, asked) and first.reporter not in sums:
            added[first.reporter] += entries
        elif all(_says_the_same(first, other) for other in others):
            repeated |= {id(other): other for other in others}
        else:
            places = ", ".join(map(_place, entries))
            told += told_together(entries, "figure-twice", found=places)
    told += told_together(list(repeated.values()), "figure-repeated", found="")
    for entries in added.values():
        told += told_together(entries, "old-names-added", found="")
    for reading in readings:
        left = [entry for entry in reading.entries if id(entry) not in repeated]
        counted = {entry.line for entry in left}
        for entry in reading.entries:
            if entry.line not in counted:
                reading.rows[entry.line] = "note"
        reading.entries = left
    file_findings(told, readings)


def _are_old_communes(entries: Sequence[Entry], asked: Round) -> bool:
    """Whether each cell is that of another old commune; one may be called as all are today."""
    old, today = ([e for e in entries if bool(e.origin) is held] for held in (True, False))
    origins = {one.origin for one in old}
    if not old or len(origins) < len(old) or len(today) > 1:
        return False
    where = asked.plans[0].province, asked.vintage
    return all(set(namesakes(one.reporter, *where)) - origins for one in today)


def _with_sums(twice: Iterable[Sequence[Entry]]) -> set[str]:
    """Reporters of whom a row is called as the commune is today and is the sum of the others.

    Of a row that is a part, a figure may equal another by chance: most of its hectares do not.
    """
    equal: dict[str, float] = defaultdict(float)
    for entries in twice:
        parts = [one.value or 0.0 for one in entries if one.origin]
        for one in (one for one in entries if not one.origin and len(parts) > 1):
            is_sum = abs((one.value or 0.0) - sum(parts)) <= _SAME_SUM
            equal[one.reporter] += (one.value or 0.0) * (1 if is_sum else -1)
    return {reporter for reporter, size in equal.items() if size > 0}


def _says_the_same(one: Entry, other: Entry) -> bool:
    """Whether a sheet repeats a figure of another sheet in the same cell: a copy of the sheet."""
    same = (one.line, one.place, one.value) == (other.line, other.place, other.value)
    return same and one.sheet != other.sheet and one.value is not None


def _place(entry: Entry) -> str:
    """Where a figure stands in its file."""
    return f"{entry.sheet}!{entry.cell}" if entry.sheet else entry.cell


def _check_submission(
    reporter: str, form: Form, readings: Sequence[PageReading], asked: Round
) -> None:
    cells: dict[tuple[str, str, str], list[Entry]] = defaultdict(list)
    for entry in all_entries(readings):
        if entry.reporter == reporter:
            cells[entry.table, entry.row, entry.column].append(entry)
    for several in (mine for mine in cells.values() if len(mine) > 1):
        # Of a part of a sum nothing is known beforehand that would settle its mark.
        file_findings((told for one in several for told in tell_unsettled(one)), readings)
    entries = {at: added_up(mine) for at, mine in cells.items()}
    who = Reporter(reporter, reporter)
    confirmed = frozenset(
        (table, row) for one in readings for whose, table, row in one.confirmed if whose == reporter
    )
    sheets = lay_out(form, asked.plans, who)
    answers = Answers(reporter, form, entries, asked.known, sheets, confirmed)
    file_findings(check_answers(answers), readings)


def _ask_blanks(
    reporter: str, form: Form, readings: Sequence[PageReading], known: KnownFigures
) -> None:
    """Ask for what stands where a cell is blank though something is known: it may be 0 or not.

    A row that is asked back already makes no second question.
    """
    there = {entry.key for entry in all_entries(readings)}
    asked = {entry.key[:3] for entry in all_entries(readings) if entry.verdict == "asked"}
    for reading in (one for one in readings if one.form == form.form):
        for blank in (one for one in reading.blanks if one.reporter == reporter):
            stood = known_before(blank, form, known)
            if stood and not {blank.key, blank.key[:3]} & (there | asked):
                there.add(blank.key)
                reading.entries.append(blank)
                reading.rows[blank.line] = "figures"
                said = joined([number_words(round(stood, 2)), unit_words(blank.unit)], between=" ")
                reading.findings.append(blank.told("left-blank", expected=said))
