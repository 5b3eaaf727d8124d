"""The forms beside the annual one, filled in so that all their rules hold, and spoilt."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl  # type: ignore[import-untyped]
from scipy.optimize import linprog

from zones.project.form_schema import Form, FormTable
from zones.reports.layout import read_identity

#: Forms with figures of their own, by what is spoilt in them.
OTHER_FORMS = (
    *("seasonal-crops", "forest-01", "forest-02", "forest-03", "forest-04", "forest-05"),
    "forest-06",
)
#: What is a sum of what, less what.
_Sum = tuple[str, tuple[str, ...], tuple[str, ...]]
#: Rows of an open table that are filled in.
_OPEN = 4


class FilledTable:
    """First table of a form that came back, filled in truly; ``scale`` makes communes unlike."""

    def __init__(self, path: Path, form: Form, *, scale: float) -> None:
        self.book = openpyxl.load_workbook(path)
        self.form, self.table = form, form.tables[0]
        identities = {id(sheet): read_identity(sheet["A1"].value) for sheet in self.book}
        self.sheet: Any = next(sheet for sheet in self.book if identities[id(sheet)] is not None)
        self.columns = {
            str(cell.value): cell.column
            for cell in self.sheet[1]
            if cell.column > 1 and cell.value is not None
        }
        keyed = [cells[0].row for cells in self.sheet.iter_rows(min_row=2) if cells[0].value]
        self.lines = {str(self.sheet.cell(line, 1).value): line for line in keyed}
        if self.table.rows == "open":
            self.lines = dict(list(self.lines.items())[:_OPEN])
        self._fill(scale)

    def _fill(self, scale: float) -> None:
        rows = _weights(list(self.lines), [(one.row, one.parts, ()) for one in self.table.row_sums])
        asked = [one.column for one in self.table.columns if one.is_figure]
        most = [(str(one.most), one.plus, one.minus) for one in self.table.identities if one.most]
        columns = _weights(asked, _sums_of_columns(self.table), most)
        for row in self.lines:
            for name in asked:
                column = self.table.column(name)
                if column.is_asked or column.adds:
                    value = round(scale * rows[row] * columns[name], 4)
                    self.put(row, name, 2020 if column.unit == "year" else value)
            for rule in (one for one in self.table.identities if one.of):
                top = sum(self.value(row, name) for name in rule.plus)
                rate = top * rule.times / self.value(row, str(rule.of))
                self.put(row, rule.subject, round(rate, 4))
            for at, column in enumerate(self.table.columns):
                if column.kind in ("text", "choice") and self.table.rows == "open":
                    said = (
                        column.choices[0] if column.choices else f"{self.lines[row]}/{at}/{scale:g}"
                    )
                    self.put(row, column.column, said if column.column != "note" else "")
                elif column.kind == "date":
                    self.put(row, column.column, "10/5/2026")

    def cell(self, row: str, column: str) -> str:
        """Name of a cell."""
        return str(self.sheet.cell(self.lines[row], self.columns[column]).coordinate)

    def value(self, row: str, column: str) -> float:
        """Figure of a cell."""
        return float(self.sheet[self.cell(row, column)].value)

    def put(self, row: str, column: str, value: object) -> str:
        """Write into a cell; its name."""
        name = self.cell(row, column)
        self.sheet[name].value = value
        return name

    @property
    def place(self) -> tuple[str, str]:
        """Row and column that are spoilt: the last of each with hectares, or tonnes, of its own."""
        sums = {one.row for one in self.table.row_sums}
        row = [name for name in self.lines if name not in sums][-1]
        asked = [one for one in self.table.columns if one.is_figure and one.is_asked]
        return row, next(one.column for one in reversed(asked) if one.unit in ("ha", "t"))

    def below(self, label: str, value: float) -> str:
        """Write a label and a figure below the last row; name of the figure's cell."""
        line = max(cells[0].row for cells in self.sheet.iter_rows() if cells[0].value) + 1
        _, column = self.place
        at = self.columns[column]
        self.sheet.cell(line, min(self.columns.values()) - 1).value = label
        self.sheet.cell(line, at).value = value
        return str(self.sheet.cell(line, at).coordinate)


def _sums_of_columns(table: FormTable) -> list[_Sum]:
    """Columns that are sums of others, as the form says it."""
    found = [(one.column, one.adds, one.takes) for one in table.columns if one.adds]
    return found + [
        (one.equals, one.plus, one.minus) for one in table.identities if one.equals and not one.of
    ]


def _weights(names: list[str], sums: list[_Sum], most: list[_Sum] = []) -> Mapping[str, float]:  # noqa: B006
    """Positive weights of rows or columns of which all sums hold, and what none may exceed."""
    # Later ones weigh more, so that no two are alike.
    bounds = [(1 + place / 7, None) for place in range(len(names))]
    held = linprog(
        np.ones(len(names)),
        A_eq=_rules(names, sums),
        b_eq=np.zeros(len(sums)),
        A_ub=-_rules(names, most),
        b_ub=np.zeros(len(most)),
        bounds=bounds,
    )
    if not held.success:
        raise ValueError(held.message)
    return dict(zip(names, map(float, held.x), strict=True))


def _rules(names: list[str], sums: list[_Sum]) -> np.ndarray:
    """Each sum less its whole, as a row of factors."""
    at = {name: place for place, name in enumerate(names)}
    rules = np.zeros((len(sums), len(names)))
    for line, (whole, plus, minus) in enumerate(sums):
        rules[line, at[whole]] -= 1
        for name in plus:
            rules[line, at[name]] += 1
        for name in minus:
            rules[line, at[name]] -= 1
    return rules


Spoil = Callable[[FilledTable], set[str]]


def _cell(value: object) -> Spoil:
    return lambda form: {form.put(*form.place, value)}


def _mistyped(form: FilledTable) -> set[str]:
    row, column = form.place
    return {form.put(row, column, round(form.value(row, column) + 7.3, 2))}


def _label(form: FilledTable) -> set[str]:
    row, column = form.place
    line = form.lines[row]
    form.sheet.cell(line, min(form.columns.values()) - 1).value = "Loại khác"
    return {form.cell(row, column)}


def _hidden(form: FilledTable) -> set[str]:
    row, column = form.place
    form.sheet.row_dimensions[form.lines[row]].hidden = True
    return {form.cell(row, column)}


def _hidden_column(form: FilledTable) -> set[str]:
    row, column = form.place
    letter = "".join(filter(str.isalpha, form.cell(row, column)))
    form.sheet.column_dimensions[letter].hidden = True
    return {form.cell(row, column)}


def _merged(form: FilledTable) -> set[str]:
    (row, column), lines = form.place, list(form.lines)
    before = lines[lines.index(row) - 1]
    first, last = form.cell(before, column), form.put(row, column, None)
    form.sheet.merge_cells(f"{first}:{last}")
    return {first}


def _identity(**changes: Any) -> Spoil:
    def spoil(form: FilledTable) -> set[str]:
        identity = read_identity(form.sheet["A1"].value)
        if identity is not None:
            form.sheet["A1"].value = replace(identity, **changes).text()
        return {"A1"}

    return spoil


def _title(form: FilledTable) -> set[str]:
    own = str(form.sheet["B3"].value)
    other = "Hội Hoan" if "Quốc Khánh" in own else "Quốc Khánh"
    form.sheet["B3"].value = f"xã {other} – năm 2026"
    return {form.cell(*form.place)}


#: Kinds of faults that any form can have, with the rule that tells them.
OTHER_FAULTS: dict[str, tuple[str, Spoil]] = {
    "dash": ("dash", _cell("-")),
    "words": ("not-a-number", _cell("chưa thống kê")),
    "sum typed": ("not-a-number", _cell("8+2,5")),
    "date": ("figure-became-date", _cell(dt.date(2026, 5, 10))),
    "formula": ("formula-not-calculated", _cell("=F8+1")),
    "broken reference": ("cell-error", _cell("#REF!")),
    "division by nought": ("cell-error", _cell("#DIV/0!")),
    "unit of another kind": ("unit-of-another-kind", _cell("10,5 con")),
    "telephone": ("personal-data", _cell("0912345678")),
    "hidden row": ("hidden-row", _hidden),
    "hidden column": ("hidden-column", _hidden_column),
    "merged": ("merged-cells", _merged),
    "title of another commune": ("identity-disagrees", _title),
    "another year": ("other-year", _identity(year=2025)),
    "another province": ("other-project", _identity(project="24:bac-giang-2024")),
    "unknown form": ("unknown-form", _identity(form="bieu-cu")),
    "older form": ("older-form", _identity(version=0)),
    "unknown commune": ("unknown-reporter", _identity(reporter="99999")),
    "label changed": ("label-disagrees", _label),
    "unknown row": ("row-unplaced", lambda form: {form.below("Sầu riêng", 3.5)}),
    "negative": ("negative", _cell(-4)),
    "mistyped": ("identity", _mistyped),
    "row mistyped": ("row-sum", _mistyped),
}


def can_have(fault: str, form: Form) -> bool:
    """Whether a fault is one in a form: open tables have no labels, changes may be negative."""
    table = form.tables[0]
    column = next(
        one for one in reversed(table.columns)
        if one.is_figure and one.is_asked and one.unit in ("ha", "t")
    )  # fmt: skip
    bound = {
        name
        for rule in table.identities if rule.equals and not rule.of
        for name in (rule.subject, *rule.plus, *rule.minus)
    }  # fmt: skip
    return {
        "label changed": table.rows != "open",
        "unknown row": table.rows != "open",
        "merged": table.rows != "units",
        "negative": not column.negative,
        "mistyped": column.column in bound,
        "row mistyped": bool(table.row_sums),
    }.get(fault, True)
