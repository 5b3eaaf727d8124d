"""A year's round: who is asked, by which plans, and what is known beforehand."""

from __future__ import annotations

import re
from dataclasses import dataclass

import geopandas as gpd

from zones.plan.model import Plan, Report
from zones.project.form_schema import Form, form_paths, load_form
from zones.reports.known import KnownFigures
from zones.reports.layout import Reporter, departments_as_reporters


@dataclass(frozen=True, slots=True)
class Round:
    """A year's round of a project: its plans, who reports, and what is known beforehand."""

    plans: list[Plan]
    communes: list[Reporter]
    vintage: str
    year: int
    known: KnownFigures
    demo: bool = False
    # Boundaries of the communes (commune_code, geometry) in metres; None where there are none
    boundaries: gpd.GeoDataFrame | None = None

    def reporters(self, form: Form) -> list[Reporter]:
        """Communes, then departments, that a form is for."""
        return [*self.communes, *departments_as_reporters(form, self.plans)]

    def dated(self, form: Form) -> Form:
        """Form of a plan's zones, due by the one day that the leading plan names for communes."""
        days = [day for plan in self.plans[:1] for day in plan.reports if _is_of_communes(day)]
        if len(days) != 1 or not any(table.rows == "zones" for table in form.tables):
            return form
        (day,) = days
        later = form.due.consolidated
        if later is not None and later < day.last_day:
            later = None
        ends = {"first_day": day.first_day, "last_day": day.last_day, "consolidated": later}
        return form.model_copy(update={"due": form.due.model_copy(update=ends)})

    def names(self) -> dict[str, str]:
        """Names of communes and departments."""
        found = {one.code: one.name for one in self.communes}
        every = (load_form(name) for name in form_paths())
        return found | {d.department: d.name.vi for form in every for d in form.departments}

    def held(self, reporter: str) -> set[str]:
        """Zones that a commune is known to have hectares of."""
        register = {
            zone for (code, zone), ha in self.known.register.items() if code == reporter and ha > 0
        }
        last = {
            row
            for (code, table, row, _), ha in self.known.last.items()
            if code == reporter and table == "zones" and ha > 0
        }
        return register | last


def _is_of_communes(day: Report) -> bool:
    return re.search(r"(?<!\w)(?:xã|phường)(?!\w)", day.reporter.vi.casefold()) is not None
