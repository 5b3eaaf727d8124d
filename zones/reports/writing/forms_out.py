"""Forms out: one workbook for each commune, and for each department that reports something."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from layers.base.errors import InputError, OutputExistsError
from layers.base.workers import Progress, silent
from zones.project.form_schema import Form
from zones.reports.layout import lay_out, project_id
from zones.reports.writing.form_workbook import Issue, save_form
from zones.reports.year_round import Round


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
    if every and not any(sheet.rows for issue in every for sheet in issue.sheets):
        raise InputError("zones.reports.form_asks_nothing", form=form.form)
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
