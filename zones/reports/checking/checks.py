"""What must hold among the figures of one reporter: identities, totals, land, last year's figures.

A cell is asked back where it cannot be right as it stands; where one figure in another unit would
make everything right, the unit is named first.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from layers.base.language import Phrase
from layers.base.messages import joined
from zones.plan.words import number_words, unit_words
from zones.project.form_schema import Form, FormTable, Identity
from zones.reports.checking.likely import Part, are_exchanged, likely_wrong
from zones.reports.checking.shifted import (
    Balance,
    exchanged_columns,
    exchanged_rows,
    shift_of,
    slid_by,
)
from zones.reports.checking.unit_slips import AREA_FACTORS, Slip, slip_of, slip_of_sum
from zones.reports.known import KnownFigures
from zones.reports.layout import Sheet
from zones.reports.reading.entries import Entry, PageReading, Told, told_together
from zones.reports.reading.figures import is_counted
from zones.reports.reading.intake import cell_name

#: Change from one year to the next that needs a word, and the hectares below which it does not.
_JUMP_RATIO, _JUMP_LEAST = 3.0, 5.0
#: In a first round only the register is known: it differs for good reasons, which can be told.
_REGISTER_RATIO = 1.25
#: Hectares that do not go by themselves: 0 in their place needs a word.
_GONE_LEAST = 0.5
#: Part of the register's hectares by which what stands may differ from it in a first round.
_NEAR_REGISTER = 0.12
#: Rules of figures that are another row's or column's.
_MOVED = {"rows-exchanged", "rows-slid", "columns-exchanged"}
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
    # Rows (table, row) of which the reporter wrote that the figures were looked at and are right
    confirmed: frozenset[tuple[str, str]] = frozenset()

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
        exchanged = _exchanged_columns(answers, table, rows)
        found += exchanged or _moved_rows(answers, table, rows)
        moved = {one.row for one in answers.entries.values() if _MOVED & set(one.rules)}
        for row in (one for one in rows if one not in moved):
            found += _settle_marks(answers, table, row)
            slipped = (table.table, row) not in answers.confirmed and (
                _shifted(answers, table, row)
                or _slips(answers, table, row)
                or _exchanged_changes(answers, table, row)
            )
            found += slipped or []
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
        value = _settled(answers, table, row, column)
        if value is None:
            found += tell_unsettled(entry)
            continue
        entry.value, entry.other = value, None
        found.append(entry.told("mark-settled", expected=value))
        found += _assumed(entry)
    return found


def tell_unsettled(entry: Entry) -> list[Told]:
    """Ask which of two readings a text has; of what is counted nobody writes decimals."""
    if entry.other is None or entry.value is None:
        return []
    if is_counted(entry.unit):
        told = entry.told("whole-settled", expected=entry.value)
    else:
        both = joined([number_words(entry.value), number_words(entry.other)], between=" / ")
        share = math.isclose(entry.other, entry.value * 100)
        wording = "percent-or-part" if share and entry.unit == "%" else ""
        told = entry.told("two-readings", expected=both, wording=wording)
    entry.other = None
    return [told, *_assumed(entry)]


def _assumed(entry: Entry) -> list[Told]:
    """What else was assumed: a remark on a figure that counts, and no second question."""
    if entry.assumed and entry.verdict != "asked" and entry.assumed not in entry.rules:
        return [entry.told(entry.assumed, expected=unit_words(entry.unit))]
    return []


def _settled(answers: Answers, table: FormTable, row: str, column: str) -> float | None:
    """Reading that alone keeps the identities of the row, or is alone near to what is known."""
    entry = answers.entries[table.table, row, column]
    readings = [float(one) for one in (entry.value, entry.other) if one is not None]
    holding = [one for one in readings if _keeps(answers, table, entry, one)]
    if len(holding) == 1:
        return holding[0]
    known = _references(answers, table, row, column)
    (best, value), (worst, _) = sorted((_closeness(one, known), one) for one in readings)
    return value if best < math.log(2) and worst > math.log(10) else None


def _keeps(answers: Answers, table: FormTable, entry: Entry, value: float) -> bool:
    """Whether a figure read so makes a sum of its row hold."""
    before, entry.value = entry.value, value
    held = False
    for rule in (one for one in table.identities if one.equals and not one.of):
        left, terms = answers.figure(table, entry.row, rule.subject), None
        if entry.column in (rule.subject, *rule.plus, *rule.minus):
            terms = _terms(answers, table, entry.row, rule)
        if left is not None and terms is not None:
            held |= abs(left - sum(terms.values())) <= rule.tolerance
    entry.value = before
    return held


def _closeness(value: float, known: Sequence[float]) -> float:
    """Distance of a figure from the nearest known one, as a logarithm; far where none is known."""
    if value <= 0:
        return math.inf
    return min((abs(math.log(value / one)) for one in known if one > 0), default=math.inf)


def _references(answers: Answers, table: FormTable, row: str, column: str) -> list[float]:
    """What is known beforehand of a figure: last year's, and the register's."""
    found = [_last_year(answers, table, row, column)]
    if column == "standing":
        found.append(answers.known.register.get((answers.reporter, row)))
    return [one for one in found if one is not None]


def _last_year(answers: Answers, table: FormTable, row: str, column: str) -> float | None:
    """Last year's figure; none of what a year planted or lost, which tells nothing of another's."""
    yearly = table.column(column).yearly or any(
        one.yearly for sheet in answers.sheets for one in sheet.rows if one.row == row
    )
    return None if yearly else answers.known.last.get((answers.reporter, table.table, row, column))


def _shifted(answers: Answers, table: FormTable, row: str) -> list[Told]:
    """Tell a row whose figures all stand one column beside their own."""
    rule = next((one for one in table.identities if one.equals and _has_known(table, one)), None)
    asked = [one.column for one in table.columns if one.is_figure and one.is_asked]
    if rule is None or rule.subject not in asked:
        return []
    values = [answers.value(table.table, row, name) for name in asked]
    known = _references(answers, table, row, rule.subject)
    signed = [(name, 1) for name in rule.plus] + [(name, -1) for name in rule.minus]
    change = sum(
        sign * (answers.value(table.table, row, name) or 0.0)
        for name, sign in signed
        if name in asked
    )
    at = dict(zip(asked, range(len(asked)), strict=True))

    def moved(name: str, step: int) -> float:
        place = at[name] + step
        return (values[place] if 0 <= place < len(values) else None) or 0.0

    def moved_change(step: int) -> float:
        return sum(sign * moved(name, step) for name, sign in signed if name in asked)

    step = shift_of(values, asked.index(rule.subject), known, change, moved_change)
    if not step:
        return []
    last = answers.known.last.get((answers.reporter, table.table, row, rule.subject))
    gap = moved(rule.subject, step) - moved_change(step) - (last or 0.0)
    # What slipped off the form's first column is not there to be added.
    most = (
        moved(rule.subject, step) / 2 if step < 0 and asked[0] in rule.plus else 2 * rule.tolerance
    )
    if last is not None and not -2 * rule.tolerance <= gap <= most:
        return []
    cells = [
        entry
        for name in asked
        if (entry := answers.entries.get((table.table, row, name))) is not None
    ]
    back = values[step:] if step > 0 else values[:step]
    names = asked[: len(asked) - step] if step > 0 else asked[-step:]
    said = [
        joined([table.column(name).name.phrase, number_words(value)], between=" ")
        for name, value in zip(names, back, strict=True)
        if value is not None
    ]
    return told_together(cells, "row-shifted", expected=joined(said, between=", "))


def _exchanged_columns(answers: Answers, table: FormTable, rows: Sequence[str]) -> list[Told]:
    """Tell two columns that stand in each other's place in the whole form; none of them counts."""
    rule = next((one for one in table.identities if one.equals and _has_known(table, one)), None)
    if rule is None or not rule.equals:
        return []
    asked = [one.column for one in table.columns if one.is_figure and one.is_asked]
    balances = []
    for row in rows:
        last = answers.known.last.get((answers.reporter, table.table, row, rule.subject))
        known = _references(answers, table, row, rule.subject)
        values = {name: value for name in asked
                  if (value := answers.value(table.table, row, name)) is not None}  # fmt: skip
        if not known or len(values) < 2 or (table.table, row) in answers.confirmed:
            continue
        allowed = 2 * rule.tolerance if last is not None else _NEAR_REGISTER * known[0]
        balances.append(Balance(values, known[0], allowed))
    signed = [(name, 1) for name in rule.plus] + [(name, -1) for name in rule.minus]
    signed = [(name, sign) for name, sign in signed if name in asked]
    pair = exchanged_columns(balances, rule.subject, signed, asked)
    if pair is None:
        return []
    cells = [one for (name, _, column), one in answers.entries.items()
             if name == table.table and column in pair]  # fmt: skip
    said = joined([table.column(name).name.phrase for name in pair], between=" ↔ ")
    return told_together(cells, "columns-exchanged", expected=said, found="")


def _moved_rows(answers: Answers, table: FormTable, rows: Sequence[str]) -> list[Told]:
    """Tell rows whose figures stand in each other's place or a line off; none of them counts."""
    rule = next((one for one in table.identities if one.equals and _has_known(table, one)), None)
    if rule is None:
        return []
    stands, known, lines = {}, {}, {}
    for row in rows:
        entry = answers.entries.get((table.table, row, rule.subject))
        if entry is None or entry.value is None or (table.table, row) in answers.confirmed:
            continue
        signed = [(name, 1) for name in rule.plus] + [(name, -1) for name in rule.minus]
        change = sum(sign * (answers.value(table.table, row, name) or 0.0) for name, sign in signed)
        stands[row], lines[row] = entry.value - change, entry.line
        if last := _references(answers, table, row, rule.subject):
            known[row] = last[0]
    at_lines = {lines[row]: value for row, value in stands.items()}
    known_at = {lines[row]: value for row, value in known.items()}
    whole = len(at_lines) == len(stands)  # Of old communes a row has several lines
    if whole and (step := slid_by(at_lines, known_at)):
        cells = _cells_of(answers, table, list(stands), rule.subject)
        said = Phrase("one line down", "xuống") if step > 0 else Phrase("one line up", "lên")
        return told_together(cells, "rows-slid", expected=said, found="")
    found = []
    names = {one.row: one.title for sheet in answers.sheets for one in sheet.rows}
    for pair in exchanged_rows({row: stands[row] for row in known}, known):
        cells = _cells_of(answers, table, pair, rule.subject)
        said = joined([names[row] for row in pair], between=" ↔ ")
        found += told_together(cells, "rows-exchanged", expected=said, found="")
    return found


def _cells_of(answers: Answers, table: FormTable, rows: Sequence[str], first: str) -> list[Entry]:
    """Figures of some rows, those of the column ``first`` first."""
    cells = [one for (name, row, _), one in answers.entries.items()
             if name == table.table and row in rows]  # fmt: skip
    return sorted(cells, key=lambda one: one.column != first)


def _exchanged_changes(answers: Answers, table: FormTable, row: str) -> list[Told]:
    """Tell what was gained and lost in a year and stands in each other's column.

    In a first round the register stands for last year: only where it has the commune's own figure
    can this be seen.
    """
    rule = next((one for one in table.identities if one.equals and _has_known(table, one)), None)
    if rule is None or len(rule.minus) != 1:
        return []
    gained = [name for name in rule.plus if table.column(name).is_asked]
    entries = [answers.entries.get((table.table, row, name)) for name in (*gained, *rule.minus)]
    stands = answers.value(table.table, row, rule.subject)
    last = answers.known.last.get((answers.reporter, table.table, row, rule.subject))
    before = answers.known.register.get((answers.reporter, row)) if last is None else last
    if stands is None or before is None or len(entries) != 2:
        return []
    cells = [entry for entry in entries if entry is not None and entry.value is not None]
    values = [entry.value or 0.0 for entry in cells]
    if len(cells) != 2 or not are_exchanged(stands, before, *values):
        return []
    said = number_words(round(before + values[0] - values[1], 2))
    return told_together(cells, "changes-exchanged", expected=said, found=number_words(stands))


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
            found += _slips_beside(answers, entry, slip, known)
    return found


def _slips_beside(answers: Answers, slipped: Entry, slip: Slip, known: float) -> list[Told]:
    """Figures of a row that the slip of another one makes right.

    Who wrote hectares in another unit wrote the whole row so; of other slips only what exceeds
    the known figure shows one.
    """
    whole = slip.name in AREA_FACTORS and not slip.name.startswith("×")
    return [
        entry.told(
            "unit-slip", expected=round(entry.value / slip.factor, 2), found=slip.told(entry.value)
        )
        for (table, row, _), entry in answers.entries.items()
        if (table, row) == (slipped.table, slipped.row)
        and entry.verdict != "asked"
        and entry.unit == slipped.unit
        and entry.value
        and (whole or entry.value > known >= entry.value / slip.factor)
    ]


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
    if slip.columns == ("*",):
        # Who wrote the row in another unit wrote all of its figures so.
        whole = [one for (name, line, _), one in answers.entries.items()
                 if (name, line) == (table.table, row) and one.unit == subject.unit]  # fmt: skip
        chosen = dict.fromkeys(names) | {one.column: one for one in whole}
    else:
        chosen = {name: names[rule.subject if name == "=" else name] for name in slip.columns}
    return [
        entry.told(
            "unit-slip",
            expected=round(entry.value / slip.factor, 2),
            found=slip.told(entry.value),
        )
        for entry in chosen.values()
        if entry is not None and entry.value
    ]


def _identities(answers: Answers, table: FormTable, row: str) -> list[Told]:
    """Rules of a row that do not hold: one finding each, the figure likely wrong first."""
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
        cells = {
            name: entry
            for name in dict.fromkeys(parts)
            if (entry := answers.entries.get((table.table, row, name))) is not None
        }
        known = any(table.column(name).known for name in (*rule.plus, *rule.minus))
        if cells and known and (table.table, row) in answers.confirmed:
            # What was printed may be wrong, and the reporter says that the rest is not.
            found += told_together(
                list(cells.values()), "confirmed", expected=round(right, 2), found=left
            )
        elif cells:
            found += _told_identity(answers, table, rule, cells, (left, right))
    return found


def _told_identity(
    answers: Answers,
    table: FormTable,
    rule: Identity,
    cells: Mapping[str, Entry],
    sides: tuple[float, float],
) -> list[Told]:
    """Finding about all cells of a rule that does not hold, the one likely wrong first."""
    left, right = sides
    parts = [] if rule.of else list(_parts_of(answers, table, rule, cells, right - left))
    wrong = likely_wrong(parts) if parts else ""
    first = wrong or next((name for name in (rule.subject,) if name in cells), next(iter(cells)))
    ordered = [cells[first], *(entry for name, entry in cells.items() if name != first)]
    kind, said = "most-exceeded" if rule.most else "identity", number_words(left)
    found = joined([rule.name.phrase, said], between=": ")
    wording, needed = "", right
    if wrong and len(cells) > 1:
        part = next(one for one in parts if one.name == wrong)
        found = joined([number_words(part.value), rule.name.phrase], between=" – ")
        wording, needed = f"{kind}-part", part.needed
    return told_together(
        ordered, kind, expected=round(needed, 2), found=found, article=rule.article, wording=wording
    )


def _parts_of(
    answers: Answers, table: FormTable, rule: Identity, cells: Mapping[str, Entry], gap: float
) -> Iterable[Part]:
    """Figures of a rule and what each would be if the others were right; ``gap`` lacks the sum."""
    row = next(iter(cells.values())).row
    before = next((answers.figure(table, row, name) for name in rule.plus
                   if table.column(name).known), None)  # fmt: skip
    for name, entry in cells.items():
        value = float(entry.value or 0)
        is_sum = name == rule.subject
        sign = 1.0 if is_sum else 1.0 if name in rule.minus else -1.0
        known = _references(answers, table, row, name)
        yield Part(
            name,
            value,
            value + sign * gap,
            known,
            scale=before or max(abs(float(one.value or 0)) for one in cells.values()),
            is_story=is_sum and _is_carried_on(answers, table, rule, row, value),
        )


def _is_carried_on(
    answers: Answers, table: FormTable, rule: Identity, row: str, value: float
) -> bool:
    """Whether a sum is the sum of some of its terms alone: last year's, or nothing taken off."""
    terms = [answers.figure(table, row, name) or 0.0 for name in rule.plus]
    sums = (sum(terms), *terms) if rule.equals else ()
    return any(abs(one - value) <= rule.tolerance for one in sums if one)


def _jumps(answers: Answers, table: FormTable, row: str) -> list[Told]:
    """Figures far from last year's or the register's which no identity explains."""
    found = []
    explained = _explained(answers, table, row)
    carried_on = {one.known for one in table.columns if one.known}
    for (name, line, column), entry in answers.entries.items():
        value = entry.value
        if (name, line) != (table.table, row) or value is None or entry.verdict == "asked":
            continue
        if column == explained or (value == 0 and column not in carried_on):
            continue
        for reference, ratio in _references_with_ratio(answers, table, row, column):
            least = _GONE_LEAST if value == 0 and column == "standing" else _JUMP_LEAST
            if _ratio(value, reference) > ratio and abs(value - reference) > least:
                rule = "confirmed" if (name, line) in answers.confirmed else "jump"
                found.append(entry.told(rule, expected=round(reference, 2), found=value))
                break
    return found


def _ratio(value: float, reference: float) -> float:
    """How many times a figure is what was known, or the other way round; 0 for nothing known."""
    if reference <= 0:
        return 0.0
    return max(value / reference, reference / value) if value else math.inf


def _references_with_ratio(
    answers: Answers, table: FormTable, row: str, column: str
) -> Iterable[tuple[float, float]]:
    last = _last_year(answers, table, row, column)
    if last is not None:
        yield last, _JUMP_RATIO
    register = answers.known.register.get((answers.reporter, row))
    if last is None and column == "standing" and register:
        changes = [answers.entries.get((table.table, row, name)) for name in ("planted", "lost")]
        if all(entry is None or entry.verdict != "asked" for entry in changes):
            gained, lost = (entry.value or 0.0 if entry else 0.0 for entry in changes)
            yield register + gained - lost, _REGISTER_RATIO


def _explained(answers: Answers, table: FormTable, row: str) -> str:
    """Column that last year's figure and what was planted and lost give; "" where one is open."""
    rule = next((one for one in table.identities if one.equals and _has_known(table, one)), None)
    return rule.subject if rule and _terms(answers, table, row, rule) is not None else ""


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
                parts_there = [answers.entries[table.table, part, column] for part in rule.parts]
                names = {one.row: one.name.phrase for one in table.fixed}
                said = joined([names[part] for part in rule.parts], between=" + ")
                found += told_together(
                    [entry, *parts_there],
                    "row-sum",
                    expected=round(sum(known), 2),
                    found=joined([names[rule.row], said], between=" = "),
                    article=rule.article,
                )
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
                cell = answers.entries[sheet.table.table, row.within, column.column].cell
                title = next(one.title for one in sheet.rows if one.row == row.within)
                said = joined(
                    [title, Phrase(f"({cell}):", f"(ô {cell}):"), number_words(whole)], between=" "
                )
                found.append(
                    part.told(
                        "most-exceeded", expected=said, found=part.value, wording="part-exceeded"
                    )
                )
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
                cell, title = cell_name(line, place), entries[0].what
                what = Phrase(*(text.rpartition(", ")[2] for text in (title.en, title.vi)))
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
            rule = "confirmed" if (table, row) in answers.confirmed else "planted-beyond-land"
            found.append(entry.told(rule, expected=round(land, 2), found=entry.value))
    return found
