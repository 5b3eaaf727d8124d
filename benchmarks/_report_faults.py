"""Forms filled in as a commune does, and spoilt in the ways communes do."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl  # type: ignore[import-untyped]
import pandas as pd

from zones.reports.checking.unit_slips import AREA_FACTORS
from zones.reports.layout import read_identity

#: What happened in the year: newly planted and lost hectares of each zone.
PLANTED, LOST = 10.5, 4.0
#: Last year's standing hectares of each commune, unlike each other so that an exchange shows.
LAST = {
    "06529": {"pine": 4336.7, "anise": 261.2, "acacia": 142.7, "citrus": 24.0, "tea": 12.5},
    "06148": {"pine": 870.3, "anise": 1904.0, "acacia": 58.1, "citrus": 3.2, "tea": 40.0},
    "06613": {"pine": 9120.5, "anise": 33.0, "acacia": 611.4, "citrus": 8.8, "tea": 210.0},
    "06187": {"pine": 15.2, "anise": 4.4, "acacia": 9.3, "citrus": 31.0, "tea": 1.6},
}
_SHEETS = {"zones": "Vùng sản xuất", "indicators": "Chỉ tiêu khác của kế hoạch"}


def cells_named(findings: pd.DataFrame) -> set[str]:
    """Cells that findings name: each one, or all that contradict each other."""
    return {cell for cells in findings["cell"] for cell in cells.split(", ")}


class FilledForm:
    """A form of a commune; cells are named by row and column of the form."""

    def __init__(self, path: Path, last: Mapping[str, float]) -> None:
        self.book = openpyxl.load_workbook(path)
        self.last = dict(last)

    def sheet(self, table: str = "zones") -> Any:
        """Sheet of a table."""
        return self.book[_SHEETS[table]]

    def cell(self, row: str, column: str, table: str = "zones") -> str:
        """Name of a cell."""
        sheet = self.sheet(table)
        columns = [cell.value for cell in sheet[1]]
        line = next(cells[0].row for cells in sheet.iter_rows() if cells[0].value == row)
        return f"{sheet.cell(line, columns.index(column) + 1).column_letter}{line}"

    def value(self, row: str, column: str) -> float:
        """Figure of a cell of the zones."""
        return float(self.sheet()[self.cell(row, column)].value)

    def put(self, row: str, column: str, value: object, table: str = "zones") -> str:
        """Write into a cell; its name."""
        name = self.cell(row, column, table)
        self.sheet(table)[name].value = value
        return name

    def fill(self) -> FilledForm:
        """Fill the form in truly."""
        for zone, last in self.last.items():
            self.put(zone, "planted", PLANTED)
            self.put(zone, "lost", LOST)
            self.put(zone, "standing", round(last + PLANTED - LOST, 2))
            self.put(zone, "certified", round(last / 10, 1))
        for row, value in (("pigs", 1180), ("ocop_products", 7), ("ocop_four_star", 2)):
            self.put(row, "value", value, "indicators")
        return self

    def scale(self, row: str, factor: float, *columns: str) -> set[str]:
        """Write figures of a row in another unit; names of the cells."""
        return {self.put(row, name, round(self.value(row, name) * factor, 3)) for name in columns}

    def below(self, *values: object) -> int:
        """Write a row below the last one; its number."""
        sheet = self.sheet()
        line = int(max(cells[0].row for cells in sheet.iter_rows() if cells[0].value)) + 1
        for column, value in zip("CFHI", values, strict=False):
            sheet[f"{column}{line}"] = value
        return line


#: The zone that is spoilt: the largest of the commune, so that a slip shows.
def largest(form: FilledForm) -> str:
    """Zone with most hectares."""
    return max(form.last, key=lambda zone: form.last[zone])


def _cell(column: str, value: object) -> Callable[[FilledForm], set[str]]:
    return lambda form: {form.put(largest(form), column, value)}


def _scaled(factor: float, *columns: str) -> Callable[[FilledForm], set[str]]:
    return lambda form: form.scale(largest(form), factor, *columns)


def _added(column: str, value: float) -> Callable[[FilledForm], set[str]]:
    def spoil(form: FilledForm) -> set[str]:
        zone = largest(form)
        return {form.put(zone, column, round(form.value(zone, column) + value, 2))}

    return spoil


def _beyond(form: FilledForm) -> set[str]:
    """Hectares beyond any commune's that no wrong unit makes of last year's."""
    zone = largest(form)
    ratios = {value: value / form.last[zone] for value in (41_319.7, 58_319.7, 77_319.7, 93_319.7)}
    factors = [*AREA_FACTORS.values()]
    value = next(v for v, ratio in ratios.items()
                 if all(not 0.8 < ratio / factor < 1.25 for factor in factors))  # fmt: skip
    return {form.put(zone, "standing", value)}


def _label(form: FilledForm) -> set[str]:
    cell = form.cell(largest(form), "standing")
    form.sheet()[f"C{cell[1:]}"].value = "Cây khác"
    return {cell}


def _inserted(form: FilledForm) -> set[str]:
    line = form.below("Sầu riêng", 3.5)
    return {f"F{line}"}


def _twice(form: FilledForm) -> set[str]:
    line = form.below("Thông", 3.5)
    return {f"F{line}"}


def _hidden(form: FilledForm) -> set[str]:
    cell = form.cell(largest(form), "standing")
    form.sheet().row_dimensions[int(cell[1:])].hidden = True
    return {cell}


def _title(form: FilledForm) -> set[str]:
    own = str(form.sheet()["B3"].value)
    other = "Hội Hoan" if "Quốc Khánh" in own else "Quốc Khánh"
    form.sheet()["B3"].value = f"xã {other} – năm 2026"
    return {form.cell(zone, "standing") for zone in form.last}


def _identity(**changes: Any) -> Callable[[FilledForm], set[str]]:
    def spoil(form: FilledForm) -> set[str]:
        identity = read_identity(form.sheet()["A1"].value)
        if identity is not None:
            form.sheet()["A1"].value = replace(identity, **changes).text()
        return {"A1"}

    return spoil


def _total(form: FilledForm) -> set[str]:
    line = form.below("Tổng cộng", None, None, 99_999.0)
    return {f"I{line}"}


def _part(form: FilledForm) -> set[str]:
    return {form.put("ocop_four_star", "value", 9, "indicators")}


def _stray(form: FilledForm) -> set[str]:
    line = form.below(None, 12.25)
    return {f"F{line}"}


def _shifted(form: FilledForm) -> set[str]:
    zone = largest(form)
    columns = ("planted", "replanted", "lost", "standing", "certified", "coded")
    held = [form.sheet()[form.cell(zone, name)].value for name in columns[:-1]]
    form.put(zone, "planted", None)
    cells = {
        form.put(zone, name, value) for name, value in zip(columns[1:], held, strict=True)
        if value is not None
    }  # fmt: skip
    for name, value in zip(columns[1:], held, strict=True):
        form.put(zone, name, value)
    return cells


def _merged(form: FilledForm) -> set[str]:
    cell = form.cell(largest(form), "standing")
    below = f"{cell[0]}{int(cell[1:]) + 1}"
    form.sheet()[below].value = None
    form.sheet().merge_cells(f"{cell}:{below}")
    return {cell}


def _hidden_column(form: FilledForm) -> set[str]:
    form.sheet().column_dimensions["H"].hidden = True
    return {form.cell(zone, "lost") for zone in form.last}


def _copied(form: FilledForm) -> set[str]:
    cell = form.cell(largest(form), "standing")
    form.book.copy_worksheet(form.sheet())[cell].value = 77_777
    return {cell}


def _taken_out(form: FilledForm) -> set[str]:
    form.sheet().delete_rows(int(form.cell(largest(form), "standing")[1:]))
    return {"A1"}


def _headed(*changes: tuple[str, str, str]) -> Callable[[FilledForm], set[str]]:
    """Write texts above columns: column, what stands there, what is written instead."""

    def spoil(form: FilledForm) -> set[str]:
        for name, old, new in changes:
            letter = form.cell(largest(form), name)[0]
            cell = next(
                form.sheet()[f"{letter}{line}"]
                for line in range(2, 8)
                if old in str(form.sheet()[f"{letter}{line}"].value)
            )
            cell.value = str(cell.value).replace(old, new)
        return {form.cell(zone, name) for zone in form.last for name, *_ in changes
                if form.sheet()[form.cell(zone, name)].value is not None}  # fmt: skip

    return spoil


def _captioned(form: FilledForm) -> set[str]:
    form.sheet()["B4"].value = "Đơn vị: sào"
    return {form.cell(zone, name) for zone in form.last for name in ("planted", "standing")}


def _counted_in_thousands(form: FilledForm) -> set[str]:
    cell = form.cell("pigs", "value", "indicators")
    form.sheet("indicators")[f"D{cell[1:]}"].value = "nghìn con"
    return {cell}


#: Kinds of faults: what is expected to be told of which cells.
FAULTS: dict[str, tuple[str, Callable[[FilledForm], set[str]]]] = {
    "dash": ("dash", _cell("lost", "-")),
    "dots": ("dash", _cell("lost", "...")),
    "words": ("not-a-number", _cell("lost", "chưa thống kê")),
    "sum typed": ("not-a-number", _cell("planted", "8+2,5")),
    "half a head": ("not-whole", lambda form: {form.put("pigs", "value", 1199.5, "indicators")}),
    "head with a comma": (
        "not-whole",
        lambda form: {form.put("pigs", "value", "1199,5 con", "indicators")},
    ),
    "two readings": ("two-readings", _cell("replanted", "khoảng 1.200")),
    "date": ("figure-became-date", _cell("planted", dt.date(2026, 5, 10))),
    "formula": ("formula-not-calculated", _cell("standing", "=F8+1")),
    "broken reference": ("cell-error", _cell("standing", "#REF!")),
    "unit of another kind": ("unit-of-another-kind", _cell("planted", "10,5 tấn")),
    "negative": ("negative", _cell("lost", -4)),
    "about": ("about", _cell("planted", "khoảng 10,5")),
    "unit in the cell": ("unit-converted", _cell("planted", "105.000 m2")),
    "sào in the cell": ("unit-converted", _cell("planted", "291,667 sào")),
    "telephone": ("personal-data", _cell("planted", "0912345678")),
    "ten times": ("unit-slip", _scaled(10, "standing")),
    "thousand times": ("unit-slip", _scaled(1000, "standing")),
    "tenth": ("unit-slip", _scaled(0.1, "standing")),
    "thousandth": ("unit-slip", _scaled(0.001, "standing")),
    "square metres": ("unit-slip", _scaled(10_000, "standing")),
    "sào": ("unit-slip", _scaled(10_000 / 360, "standing")),
    "mẫu": ("unit-slip", _scaled(10_000 / 3600, "standing")),
    "row in sào": ("unit-slip", _scaled(10_000 / 360, "standing", "planted", "lost")),
    "row in m²": ("unit-slip", _scaled(10_000, "standing", "planted", "lost")),
    "planted in m²": ("unit-slip", _scaled(10_000, "planted")),
    "standing mistyped": ("identity", _added("standing", 7.3)),
    "planted mistyped": ("identity", _added("planted", 3.1)),
    "certified above standing": ("most-exceeded", _added("certified", 1e5)),
    "coded above standing": ("most-exceeded", _cell("coded", 90_000)),
    "beyond the land": ("land-exceeded", _beyond),
    "part above whole": ("most-exceeded", _part),
    "pigs in another count": (
        "unit-slip",
        lambda form: {form.put("pigs", "value", 12_000, "indicators")},
    ),
    "label changed": ("label-disagrees", _label),
    "heading in another unit": (
        "heading-disagrees",
        _headed(("planted", "(ha)", "(m²)"), ("certified", "(ha)", "(sào)")),
    ),
    "columns moved with their headings": (
        "heading-disagrees",
        _headed(
            ("planted", "Trồng mới trong năm", "Trồng lại sau khai thác"),
            ("replanted", "Trồng lại sau khai thác", "Trồng mới trong năm"),
        ),
    ),
    "caption in sào": ("caption-disagrees", _captioned),
    "unit beside the row changed": ("caption-disagrees", _counted_in_thousands),
    "unknown row": ("row-unplaced", _inserted),
    "stray figure": ("row-unplaced", _stray),
    "row twice": ("figure-twice", _twice),
    "hidden row": ("hidden-row", _hidden),
    "last year's figure changed": (
        "known-changed",
        lambda form: {form.put(largest(form), "last", 5)},
    ),
    "title of another commune": ("identity-disagrees", _title),
    "another year": ("other-year", _identity(year=2025)),
    "another province": ("other-project", _identity(project="24:bac-giang-2024")),
    "unknown form": ("unknown-form", _identity(form="bieu-cu")),
    "older form": ("older-form", _identity(version=0)),
    "total": ("total-differs", _total),
    "row shifted by a column": ("row-shifted", _shifted),
    "merged cells": ("merged-cells", _merged),
    "hidden column": ("hidden-column", _hidden_column),
    "sheet copied with another figure": ("figure-twice", _copied),
    "zone taken out": ("row-missing", _taken_out),
    "standing left blank": (
        "left-blank",
        lambda form: {form.put(largest(form), "standing", None)},
    ),
    "figure in the note": ("figure-in-note", _cell("note", 345)),
    "last year's figure written in": (
        "known-added",
        lambda form: {form.put("chestnut", "last", 70)},
    ),
}
