"""What must hold between two forms of one reporter: Form 05 has the changes of Form 02."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import pandas as pd

from zones.project.form_schema import Agreement, Form, form_paths, load_form
from zones.reports.reading.entries import Entry, Told

#: Cell of a form: reporter, form, row, column.
Place = tuple[str, str, str, str]


def tell_disagreeing_forms(
    entries: Sequence[Entry], forms: Mapping[str, Form], earlier: pd.DataFrame | None
) -> list[Told]:
    """Cells that another form of the same reporter contradicts, whichever came in first.

    ``earlier`` are the figures that count in the ledger; a form that came in now takes the place of
    its earlier version, blank cells included.
    """
    new = {(entry.reporter, entry.form) for entry in entries}
    kept = {at: value for at, value in _figures(earlier).items() if at[:2] not in new}
    figures = kept | {_place(entry): entry.value for entry in entries}
    here = {_place(entry): entry for entry in entries}
    found = []
    for form, rule in _rules(forms):
        for reporter, row in sorted({(one.reporter, one.row) for one in entries}):
            mine, other = (reporter, form, row, rule.column), (reporter, rule.form, row, rule.other)
            values = figures.get(mine), figures.get(other)
            entry = here.get(mine) or here.get(other)
            if entry is None or values[0] is None or values[1] is None:
                continue
            if abs(values[0] - values[1]) > rule.tolerance + 1e-9:
                expected = values[1] if entry is here.get(mine) else values[0]
                found.append(
                    entry.told(
                        "forms-disagree",
                        expected=expected,
                        found=rule.name.phrase,
                        article=rule.article,
                    )
                )
    return found


def _rules(forms: Mapping[str, Form]) -> Iterator[tuple[str, Agreement]]:
    """Agreements of the forms collected and of those that came in before."""
    known = {name: load_form(name) for name in form_paths()} | dict(forms)
    for form in known.values():
        for table in form.tables:
            yield from ((form.form, rule) for rule in table.agreements)


def _place(entry: Entry) -> Place:
    return entry.reporter, entry.form, entry.row, entry.column


def _figures(earlier: pd.DataFrame | None) -> dict[Place, float | None]:
    if earlier is None:
        return {}
    known = earlier[earlier["value"].notna()]
    columns = [known[name].astype("str") for name in ("reporter", "form", "row", "column")]
    return dict(zip(zip(*columns, strict=True), known["value"].astype("float64"), strict=True))
