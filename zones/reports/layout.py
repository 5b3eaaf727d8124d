"""A form laid out for one reporter: which rows it has, with their units, its own zones first."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from layers.base.language import Phrase
from layers.communes.gazetteer import Unit
from zones.measure.targets import yearly_unit
from zones.plan.extract.indicators import known_indicators
from zones.plan.extract.units import unit_name
from zones.plan.model import Plan
from zones.plan.words import target_name
from zones.project.form_schema import Department, Form, FormColumn, FormTable

#: What layers tell; no reporter is asked for it among the indicators.
MEASURED_INDICATORS = ("area", "forest_cover_rate")
_IDENTITY = "vungtrong"
#: Sheet that says how to fill a form in.
HOW = "Hướng dẫn"


@dataclass(frozen=True, slots=True)
class Reporter:
    """Who reports: a commune by its code, or a department."""

    code: str
    name: str  # With the word for its kind, as "xã Lộc Bình"


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table of a form."""

    row: str
    name: str  # Vietnamese
    unit: str = ""
    crop: str = ""
    words: tuple[str, ...] = ()
    level: int = 0
    own: bool = False  # One of the reporter's own zones
    within: str = ""  # Row that this one is a part of
    english: str = ""
    yearly: bool = False  # What a year did: last year's figure tells nothing of it

    @property
    def title(self) -> Phrase:
        """Name in both languages; what somebody wrote stays as it is."""
        return Phrase(en=self.english or self.name, vi=self.name)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table with its rows."""

    table: FormTable
    rows: tuple[Row, ...]

    def unit(self, row: Row | None, column: str) -> str:
        """Unit of a cell: that of the column, or of the row."""
        named = self.table.column(column).unit
        return (row.unit if row else "") if named == "row" else named


@dataclass(frozen=True, slots=True)
class Identity:
    """What a sheet of ours says of itself, wherever the file went and whatever it is called."""

    project: str
    form: str
    version: int
    table: str
    reporter: str
    vintage: str
    year: int

    def text(self) -> str:
        """Text of the hidden first cell."""
        return (
            f"{_IDENTITY}|{self.project}|{self.form}|{self.version}|{self.table}|"
            f"{self.reporter}|{self.vintage}|{self.year}"
        )


def read_identity(text: object) -> Identity | None:
    """Identity that a cell holds; None where it holds none."""
    parts = str(text).strip().split("|")
    if len(parts) != 8 or parts[0] != _IDENTITY or not (parts[3] + parts[7]).isdecimal():
        return None
    project, form, version, table, reporter, vintage, year = parts[1:]
    return Identity(project, form, int(version), table, reporter, vintage, int(year))


def project_id(plans: Sequence[Plan]) -> str:
    """What tells the forms of one project from those of another: province and leading plan."""
    return f"{plans[0].province}:{plans[0].plan}"


def communes_as_reporters(units: Iterable[Unit]) -> list[Reporter]:
    """Communes as those who report."""
    return [Reporter(unit.code, f"{unit.kind} {unit.name}") for unit in units]


def departments_as_reporters(form: Form, plans: Sequence[Plan]) -> list[Reporter]:
    """Departments that a form asks for at least one indicator."""
    found = [Reporter(item.department, item.name.vi) for item in form.departments]
    return [one for one in found if any(sheet.rows for sheet in lay_out(form, plans, one))]


def lay_out(
    form: Form, plans: Sequence[Plan], reporter: Reporter, *, held: Iterable[str] = ()
) -> list[Sheet]:
    """Tables of a form for a reporter; ``held`` are the zones that it is known to have."""
    department = _department(form, reporter)
    sheets = []
    for table in form.tables:
        if table.rows == "indicators":
            rows = _indicator_rows(form, plans, department)
        elif department is not None:
            continue
        elif table.rows == "zones":
            rows = _zone_rows(table, plans, reporter, set(held))
        elif table.rows == "units":
            rows = [Row("unit", reporter.name)]
        elif table.rows == "open":
            rows = [Row(f"{number}", f"{number}") for number in range(1, table.open_rows + 1)]
        else:
            rows = [
                Row(
                    *(one.row, one.name.vi, one.unit, one.crop, one.words, one.level),
                    english=one.name.en,
                )
                for one in table.fixed
            ]
        sheets.append(Sheet(table, tuple(rows)))
    return sheets


def _department(form: Form, reporter: Reporter) -> Department | None:
    return next((one for one in form.departments if one.department == reporter.code), None)


def _zone_rows(
    table: FormTable, plans: Sequence[Plan], reporter: Reporter, held: set[str]
) -> list[Row]:
    """Zones of the plans, the reporter's own first."""
    rows: dict[str, Row] = {}
    for plan in plans:
        for zone in plan.zones:
            if table.land_kinds and zone.land_kind not in table.land_kinds:
                continue
            listed = any(commune.code == reporter.code for commune in zone.communes)
            own = zone.listing == "province" or listed or zone.zone in held
            row = Row(
                *(zone.zone, zone.name.vi, "ha", zone.crop or "", tuple(zone.species)),
                own=own,
                english=zone.name.en,
            )
            rows.setdefault(zone.zone, row)
    return sorted(rows.values(), key=lambda row: not row.own)


def _indicator_rows(form: Form, plans: Sequence[Plan], department: Department | None) -> list[Row]:
    """Indicators of the plans that the reporter is asked for, each once, in its unit of a year."""
    known = known_indicators()
    rows: dict[str, Row] = {}
    for plan in plans:
        ids = {
            target.target: indicator_key(zone, target.indicator)
            for zone, target in plan.all_targets()
        }
        for zone, target in plan.all_targets():
            asked = target.scope == "province" and target.indicator not in MEASURED_INDICATORS
            if not asked or reports_it(form, target.indicator) != department:
                continue
            about = known.get(target.indicator)
            key = indicator_key(zone, target.indicator)
            words = () if zone or about is None else (about.name_vi,)
            unit = yearly_unit(target.unit)
            within = ids.get(target.within or "", "")
            vi, en = (target_name(plan, zone, target, word) for word in ("vi", "en"))
            yearly = target.period in ("per_year", "cumulative")
            row = Row(key, vi, unit, "", words, within=within, english=en, yearly=yearly)
            rows.setdefault(key, row)
    return list(rows.values())


def indicator_key(zone: str, indicator: str) -> str:
    """Row of an indicator: its id, behind that of its zone where it has one."""
    return f"{zone}.{indicator}" if zone else indicator


def reports_it(form: Form, indicator: str) -> Department | None:
    """Department that reports an indicator; None where the communes do."""
    about = known_indicators().get(indicator)
    for department in form.departments:
        if indicator in department.indicators:
            return department
    dimension = about.dimension if about else "rate"
    return next((one for one in form.departments if dimension in one.dimensions), None)


def cell_title(row: Row, column: FormColumn) -> Phrase:
    """What a cell is about: its row and its column."""
    return _titled(row.title, column.name.phrase)


@functools.lru_cache(maxsize=4096)
def _titled(row: Phrase, column: Phrase) -> Phrase:
    """One title for the same cell of every reporter: a country has a hundred thousand of them."""
    return Phrase(en=f"{row.en}, {column.en.lower()}", vi=f"{row.vi}, {column.vi.lower()}")


def unit_label(unit: str) -> str:
    """Unit as a form prints it, Vietnamese."""
    return unit_name(unit, "vi") if unit else ""


def heading(column: FormColumn) -> str:
    """Heading of a column as a form prints it, with its unit, Vietnamese."""
    unit = unit_label(column.unit) if column.unit not in ("", "row", "year") else ""
    return f"{column.name.vi} ({unit})" if unit else column.name.vi
