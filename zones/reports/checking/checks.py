"""What must hold among the figures of one reporter: identities, totals, land, last year's figures.

A cell is asked back where it cannot be right as it stands; where one figure in another unit would
make everything right, the unit is named first.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from zones.reports.checking.unit_slips import slip_of, slip_of_sum
from zones.reports.forms import Form, FormTable, Identity
from zones.reports.known import KnownFigures
from zones.reports.layout import Sheet
from zones.reports.reading.entries import Entry, PageReading, Told
from zones.reports.reading.intake import cell_name

#: Change from one year to the next that needs a word, and the hectares below which it does not.
_JUMP_RATIO, _JUMP_LEAST = 3.0, 5.0
#: A crop cannot stand on more than the commune has; the register differs for many good reasons.
_REGISTER_RATIO = 4.0
#: Hectares by which what is reported to one decimal may exceed the land.
_ROUNDED_HA = 0.05


@dataclass(slots=True)
class Answers:
    """Entries of one reporter and form, by table, row and column; blank cells have none."""

    reporter: str
    form: Form
    entries: dict[tuple[str, str, str], Entry]
    known: KnownFigures
    sheets: Sequence[Sheet] = ()

    def value(self, table: str, row: str, column: str) -> float | None:
        """Figure of a cell as it is reported."""
        entry = self.entries.get((table, row, column))
        return None if entry is None else entry.value

    def figure(self, table: FormTable, row: str, column: str) -> float | None:
        """Figure of a cell, or the one that was printed there."""
        source = table.column(column).known
        if source == "register":
            return self.known.register.get((self.reporter, row))
        if source:
            return self.known.last.get((self.reporter, table.table, row, source))
        return self.value(table.table, row, column)


def check_answers(answers: Answers) -> list[Told]:
    """All findings about the figures of one reporter."""
    found: list[Told] = []
    for table in answers.form.tables:
        rows = list(dict.fromkeys(row for name, row, _ in answers.entries if name == table.table))
        for row in rows:
            found += _settle_marks(answers, table, row)
            slipped = _slips(answers, table, row)
            found += slipped
            if not slipped:
                found += _identities(answers, table, row)
                found += _jumps(answers, table, row)
        found += _row_sums(answers, table)
    found += _parts(answers)
    found += _land(answers)
    found += _available(answers)
    return found


def _settle_marks(answers: Answers, table: FormTable, row: str) -> list[Told]:
    """Decide texts with two readings by what is known of the cell; ask where that says nothing."""
    found = []
    for (name, line, column), entry in answers.entries.items():
        if (name, line) != (table.table, row) or entry.other is None or entry.value is None:
            continue
        known = _references(answers, table, row, column)
        near = [_closeness(value, known) for value in (entry.value, entry.other)]
        best, worst = sorted(near)
        if best < math.log(2) and worst > math.log(10):
            entry.value = entry.value if near[0] == best else entry.other
            found.append(entry.told("mark-settled", expected=entry.value))
        else:
            found.append(entry.told("two-readings", expected=entry.value, found=entry.written))
        entry.other = None
    return found


def _closeness(value: float, known: Sequence[float]) -> float:
    """Distance of a figure from the nearest known one, as a logarithm; far where none is known."""
    if value <= 0:
        return math.inf
    return min((abs(math.log(value / one)) for one in known if one > 0), default=math.inf)


def _references(answers: Answers, table: FormTable, row: str, column: str) -> list[float]:
    """What is known beforehand of a figure: last year's, and the register's."""
    found = [answers.known.last.get((answers.reporter, table.table, row, column))]
    if column == "standing":
        found.append(answers.known.register.get((answers.reporter, row)))
    return [one for one in found if one is not None]


def _slips(answers: Answers, table: FormTable, row: str) -> list[Told]:
    """Figures that another unit makes right: by the identity of the row, or by what is known."""
    rule = next((one for one in table.identities if one.equals and _has_known(table, one)), None)
    subject = answers.entries.get((table.table, row, rule.subject)) if rule else None
    terms = _terms(answers, table, row, rule) if rule else None
    if rule and subject is not None and subject.value is not None and terms is not None:
        return _slip_of_identity(answers, table, row, rule, terms)
    found = []
    for (name, line, column), entry in answers.entries.items():
        if (name, line) != (table.table, row) or entry.value is None or entry.verdict == "asked":
            continue
        slip = slip_of(entry.value, _references(answers, table, row, column), entry.unit)
        if slip:
            known = _references(answers, table, row, column)[0]
            found.append(entry.told("unit-slip", expected=known, found=slip.told(entry.value)))
    return found


def _has_known(table: FormTable, rule: Identity) -> bool:
    return any(table.column(name).known for name in rule.plus)


def _terms(answers: Answers, table: FormTable, row: str, rule: Identity) -> dict[str, float] | None:
    """Terms of the right-hand side with their signs; None where one is not known."""
    signed = [(name, 1.0) for name in rule.plus] + [(name, -1.0) for name in rule.minus]
    found = {}
    for name, sign in signed:
        value = answers.figure(table, row, name)
        if value is None:
            return None
        found[name] = sign * value
    return found


def _slip_of_identity(
    answers: Answers, table: FormTable, row: str, rule: Identity, terms: Mapping[str, float]
) -> list[Told]:
    """Tell which figures in another unit make the identity hold, if any do."""
    subject = answers.entries[table.table, row, rule.subject]
    fixed = sum(value for name, value in terms.items() if table.column(name).known)
    asked = {name: value for name, value in terms.items() if not table.column(name).known}
    slip = slip_of_sum(float(subject.value or 0), fixed, asked, subject.unit)
    if slip is None:
        return []
    names = {rule.subject: subject}
    names |= {
        name: entry
        for name in asked
        if (entry := answers.entries.get((table.table, row, name))) is not None
    }
    chosen = (
        names
        if slip.columns == ("*",)
        else {name: names[rule.subject if name == "=" else name] for name in slip.columns}
    )
    return [
        entry.told("unit-slip", expected=fixed + sum(asked.values()), found=slip.told(entry.value))
        for entry in chosen.values()
        if entry.value
    ]


def _identities(answers: Answers, table: FormTable, row: str) -> list[Told]:
    """Rules of a row that do not hold; each names every cell that it is made of."""
    found = []
    for rule in table.identities:
        left = answers.figure(table, row, rule.subject)
        terms = _terms(answers, table, row, rule)
        if left is None or terms is None:
            continue
        right = sum(terms.values())
        if rule.of:
            base = answers.figure(table, row, rule.of)
            if not base:
                continue
            right = right * rule.times / base
        allowed = rule.tolerance * max(1, len(terms) / 2) + 1e-9
        gap = left - right
        if gap <= allowed and (rule.most or gap >= -allowed):
            continue
        parts = [rule.subject, *terms, *filter(None, [rule.of])]
        entries = [
            entry
            for name in parts
            if (entry := answers.entries.get((table.table, row, name))) is not None
        ]
        found += [
            entry.told(
                "most-exceeded" if rule.most else "identity",
                expected=round(right, 2),
                found=f"{rule.name.vi}: {left:.15g}",
                article=rule.article,
            )
            for entry in entries
        ]
    return found


def _jumps(answers: Answers, table: FormTable, row: str) -> list[Told]:
    """Figures far from last year's or the register's which no identity explains."""
    found = []
    explained = _is_explained(answers, table, row)
    for (name, line, column), entry in answers.entries.items():
        if (name, line) != (table.table, row) or not entry.value or entry.verdict == "asked":
            continue
        for reference, ratio in _references_with_ratio(answers, table, row, column):
            if explained and column == "standing":
                continue
            far = max(entry.value / reference, reference / entry.value) if reference > 0 else 0.0
            if far > ratio and abs(entry.value - reference) > _JUMP_LEAST:
                found.append(entry.told("jump", expected=reference, found=entry.value))
                break
    return found


def _references_with_ratio(
    answers: Answers, table: FormTable, row: str, column: str
) -> Iterable[tuple[float, float]]:
    last = answers.known.last.get((answers.reporter, table.table, row, column))
    if last is not None:
        yield last, _JUMP_RATIO
    register = answers.known.register.get((answers.reporter, row))
    if last is None and column == "standing" and register:
        gained = answers.value(table.table, row, "planted") or 0.0
        yield register + gained - (answers.value(table.table, row, "lost") or 0.0), _REGISTER_RATIO


def _is_explained(answers: Answers, table: FormTable, row: str) -> bool:
    """Whether last year's figure, what was planted and what was lost give what stands."""
    rule = next((one for one in table.identities if one.equals and _has_known(table, one)), None)
    return rule is not None and _terms(answers, table, row, rule) is not None


def _row_sums(answers: Answers, table: FormTable) -> list[Told]:
    """Rows that are not the sum of their parts."""
    found = []
    columns = list(
        dict.fromkeys(column for name, _, column in answers.entries if name == table.table)
    )
    for rule in table.row_sums:
        for column in columns:
            entry = answers.entries.get((table.table, rule.row, column))
            parts = [answers.value(table.table, part, column) for part in rule.parts]
            known = [part for part in parts if part is not None]
            if entry is None or entry.value is None or len(known) < len(parts):
                continue
            allowed = 0.05 * max(1, len(parts) / 2) + 1e-9
            if abs(entry.value - sum(known)) > allowed:
                cells = [
                    entry,
                    *(answers.entries[table.table, part, column] for part in rule.parts),
                ]
                said = f"{rule.row} = {' + '.join(rule.parts)}"
                found += [
                    one.told(
                        "row-sum", expected=round(sum(known), 2), found=said, article=rule.article
                    )
                    for one in cells
                ]
    return found


def _parts(answers: Answers) -> list[Told]:
    """Rows that are a part of another row and larger than it: OCOP of four stars, of all OCOP."""
    found = []
    for sheet in answers.sheets:
        for row in (row for row in sheet.rows if row.within):
            for column in sheet.table.columns:
                part = answers.entries.get((sheet.table.table, row.row, column.column))
                whole = answers.value(sheet.table.table, row.within, column.column)
                if part is None or part.value is None or whole is None or part.value <= whole:
                    continue
                found.append(part.told("most-exceeded", expected=whole, found=part.value))
    return found


def check_totals(reading: PageReading) -> list[Told]:
    """Totals of a sheet that are the sum of no rows: of all, of those above or of those below."""
    lines = sorted(line for line, kind in reading.rows.items() if kind == "total")
    found = []
    for number, line in enumerate(lines):
        before = lines[number - 1] if number else 0
        after = lines[number + 1] if number + 1 < len(lines) else math.inf
        for place in sorted({entry.place for entry in reading.entries}):
            total = reading.page.cells.get((line, place))
            entries = [entry for entry in reading.entries if entry.place == place]
            if not isinstance(total, float) or any(entry.value is None for entry in entries):
                continue
            # The total is in the unit of the table, as its rows were before they were converted.
            raw = [(entry.line, reading.page.cells[entry.line, place]) for entry in entries]
            parts = [(at, value) for at, value in raw if isinstance(value, float)]
            sums = [
                sum(value for _, value in parts),
                sum(value for at, value in parts if before < at < line),
                sum(value for at, value in parts if line < at < after),
            ]
            if len(parts) == len(raw) and all(abs(total - one) > 0.06 for one in sums):
                cell, what = cell_name(line, place), entries[0].what.rpartition(", ")[2]
                page = reading.page
                found.append(
                    Told(
                        "total-differs",
                        entries[0].reporter,
                        page.file,
                        page.sheet,
                        cell,
                        what,
                        round(sums[0], 2),
                        total,
                    )
                )
    return found


def _land(answers: Answers) -> list[Told]:
    """Hectares beyond the commune's natural area, one crop or all planted crops together."""
    land = answers.known.land.get(answers.reporter)
    if land is None:
        return []
    return [
        entry.told("land-exceeded", expected=round(land, 1), found=entry.value)
        for entry in answers.entries.values()
        if entry.unit == "ha"
        and entry.value is not None
        and entry.value > land * 1.001
        and not entry.is_slip
    ]


def _available(answers: Answers) -> list[Told]:
    """Hectares planted beyond the land that a run found for the zone in the commune."""
    found = []
    for (table, row, column), entry in answers.entries.items():
        land = answers.known.available.get((answers.reporter, row))
        if (table, column, entry.unit) != ("zones", "planted", "ha") or land is None:
            continue
        if entry.value is not None and entry.value > land + _ROUNDED_HA and not entry.is_slip:
            found.append(
                entry.told("planted-beyond-land", expected=round(land, 2), found=entry.value)
            )
    return found
