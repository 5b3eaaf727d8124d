"""What must hold between two forms of one reporter: Form 05 has the changes of Form 02."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from zones.project.form_schema import Agreement, Form, form_paths, load_form
from zones.reports.reading.entries import Entry, Told, told_together

#: Figures of a form of one reporter, by row and column.
Figures = Mapping[tuple[str, str], float | None]


@dataclass(frozen=True, slots=True)
class Doubt:
    """A figure that another form contradicts."""

    row: str
    column: str
    expected: float
    rule: Agreement


def told_again(forms: Mapping[str, Form]) -> Mapping[str, set[str]]:
    """Columns by form that another form says as well."""
    found: dict[str, set[str]] = defaultdict(set)
    for form, rule in _rules(forms):
        found[form].add(rule.column)
        found[rule.form].add(rule.other)
    return found


def disagreements(
    new: Mapping[tuple[str, str], Figures],
    forms: Mapping[str, Form],
    earlier: Callable[[str, str], Figures],
) -> Iterator[tuple[tuple[str, str], Doubt]]:
    """Reporter, form and figure that another form contradicts, whichever came in first.

    ``earlier`` are the figures of the ledger; a form that came in now takes the place of its
    earlier version, blank cells included.
    """
    reporters = sorted({reporter for reporter, _ in new})
    for form, rule in _rules(forms):
        for reporter in reporters:
            pair = (reporter, form), (reporter, rule.form)
            if not any(key in new for key in pair):
                continue
            mine, other = (new[key] if key in new else earlier(*key) for key in pair)
            for row in sorted({row for row, _ in (*mine, *other)}):
                here, there = (row, rule.column), (row, rule.other)
                one, two = mine.get(here), other.get(there)
                if one is None or two is None or abs(one - two) <= rule.tolerance + 1e-9:
                    continue
                if pair[0] in new:
                    yield pair[0], Doubt(*here, two, rule)
                else:
                    yield pair[1], Doubt(*there, one, rule)


def sums(figures: Iterable[tuple[tuple[str, str], float | None]]) -> Figures:
    """Figure of each cell; those of old communes added up, missing where one of them is."""
    found: dict[tuple[str, str], float | None] = {}
    for at, value in figures:
        before = found.get(at, 0.0)
        found[at] = None if before is None or value is None else before + value
    return found


def tell_disagreeing(
    reporter: str, form: str, doubt: Doubt, entries: Sequence[Entry]
) -> list[Told]:
    """Ask the figure back."""
    place = (reporter, form, doubt.row, doubt.column)
    cells = [one for one in entries if (one.reporter, one.form, one.row, one.column) == place]
    return told_together(
        cells,
        "forms-disagree",
        expected=doubt.expected,
        found=doubt.rule.name.phrase,
        article=doubt.rule.article,
    )


def _rules(forms: Mapping[str, Form]) -> Iterator[tuple[str, Agreement]]:
    """Agreements of the forms collected and of those that came in before."""
    known = {name: load_form(name) for name in form_paths()} | dict(forms)
    for form in known.values():
        for table in form.tables:
            yield from ((form.form, rule) for rule in table.agreements)
