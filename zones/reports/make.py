"""Forms out: one workbook for each commune, and for each department that reports something."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from layers.base.errors import OutputExistsError
from layers.base.workers import Progress, silent
from zones.plan.model import Plan
from zones.reports.forms import Form, form_paths, load_form
from zones.reports.known import KnownFigures
from zones.reports.layout import Reporter, departments_as_reporters, lay_out, project_id
from zones.reports.workbook import Issue, save_form


@dataclass(frozen=True, slots=True)
class Round:
    """A year's round of a project: its plans, who reports, and what is known beforehand."""

    plans: list[Plan]
    communes: list[Reporter]
    vintage: str
    year: int
    known: KnownFigures
    demo: bool = False

    def reporters(self, form: Form) -> list[Reporter]:
        """Communes, then departments, that a form is for."""
        return [*self.communes, *departments_as_reporters(form, self.plans)]

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


def issues(form: Form, asked: Round) -> Iterator[Issue]:
    """Every workbook of a form before it is written."""
    for reporter in asked.reporters(form):
        sheets = lay_out(form, asked.plans, reporter, held=asked.held(reporter.code))
        known = asked.known.of(reporter.code, sheets)
        yield Issue(
            *(form, reporter, asked.year, project_id(asked.plans), asked.vintage),
            *(sheets, known, asked.demo),
        )


def save_forms(
    form: Form, asked: Round, folder: Path, *, overwrite: bool = False, progress: Progress = silent
) -> list[Path]:
    """Write the workbooks of a form into a folder; none where one is there already."""
    every = list(issues(form, asked))
    paths = [folder / _file_name(issue) for issue in every]
    there = [path.name for path in paths if path.exists()]
    if there and not overwrite:
        raise OutputExistsError(
            "zones.reports.forms_exist", folder=folder, count=len(there), files=there
        )
    folder.mkdir(parents=True, exist_ok=True)
    for number, (issue, path) in enumerate(zip(every, paths, strict=True), start=1):
        save_form(issue, path, overwrite=overwrite)
        progress(number, len(paths))
    return paths


def _file_name(issue: Issue) -> str:
    name = issue.reporter.name.replace("/", "-")
    return f"{issue.form.form}-{issue.year}-{issue.reporter.code} {name}.xlsx"
