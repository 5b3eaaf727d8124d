"""``zones reports``: the year's round, from forms to one consolidated result."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from zones.cli.terminal.console import records, telling
from zones.cli.terminal.language import language, print_json, print_line, say
from zones.cli.terminal.options import Json, Overwrite, ProjectFile

if TYPE_CHECKING:
    from zones.project.model import Project
    from zones.reports.ledger import Ledger
    from zones.reports.year_round import Round
    from zones.run.context import Teller

_Year = Annotated[
    int,
    typer.Option(
        "--year",
        min=0,
        max=2100,
        show_default=False,
        help=say("zones.cli.help_year_without"),
    ),
]
_Forms = Annotated[
    list[str],
    typer.Option(
        "--form",
        metavar="FORM",
        help=say("zones.cli.help_plan_annual_seasonal_crops"),
    ),
]
#: The annual report of the plan is what a round is about.
_ANNUAL = "plan-annual"


def _ledger(project: Project) -> Ledger:
    from zones.reports.ledger import Ledger

    return Ledger(project.resolve(project.reports.ledger))


def _round(project: Project, year: int, teller: Teller) -> Round:
    """Round of a year, with the figures that counted in the year before."""
    from zones.run.year_round import prepare_round

    last = _ledger(project).figures(year - 1)
    return prepare_round(project, year, last=last, teller=teller)


def make(
    project: ProjectFile,
    year: _Year = 0,
    out: Annotated[Path, typer.Option("--out", help=say("zones.cli.help_folder_forms"))] = Path(
        "forms"
    ),
    form: _Forms = [_ANNUAL],  # noqa: B006 - typer copies it
    overwrite: Overwrite = False,
    as_json: Json = False,
) -> None:
    """Write the forms."""
    from layers.base.clock import this_year
    from layers.base.messages import message
    from zones.project.form_schema import load_form
    from zones.project.model import load_project
    from zones.reports.writing.forms_out import save_forms

    loaded, forms = load_project(project), [load_form(name) for name in form]
    made: list[Path] = []
    with telling(quiet=as_json) as teller:
        asked = _round(loaded, year or this_year(), teller)
        teller.step("make", message("zones.reports.making_forms"), 1, 1)
        for one in map(asked.dated, forms):
            made += save_forms(one, asked, out, overwrite=overwrite, progress=teller.part)
    if as_json:
        print_json({"forms": [str(path) for path in made]})
        return
    print_line(say("zones.cli.forms", count=len(made), out=out))


def collect(
    project: ProjectFile,
    folder: Annotated[
        Path,
        typer.Argument(
            metavar="FOLDER",
            help=say("zones.cli.help_folder_what_came_back"),
        ),
    ],
    year: _Year = 0,
    out: Annotated[
        Path,
        typer.Option(
            "--out",
            help=say("zones.cli.help_folder_letters_tables"),
        ),
    ] = Path("replies"),
    form: _Forms = [_ANNUAL],  # noqa: B006 - typer copies it
    overwrite: Overwrite = False,
    as_json: Json = False,
) -> None:
    """Read, check and keep what came back."""
    from layers.base.clock import this_year
    from layers.base.messages import message
    from zones.cli.lines.reports import collected_lines, doubted_lines
    from zones.output.folder import refuse_existing
    from zones.project.form_schema import load_form
    from zones.project.model import load_project
    from zones.reports.collect import collect as read_all
    from zones.reports.collected import keep, save_collected

    loaded, forms = load_project(project), [load_form(name) for name in form]
    refuse_existing(out, overwrite=overwrite, inputs=[*loaded.input_paths().values(), folder])
    ledger = _ledger(loaded)
    with telling(quiet=as_json) as teller:
        asked = _round(loaded, year or this_year(), teller)
        teller.step("collect", message("zones.reports.reading_reports"), 1, 1)
        dated = [asked.dated(one) for one in forms]
        collected = read_all(folder, asked, dated, ledger=ledger, progress=teller.part)
    keep(collected, ledger)
    save_collected(collected, asked, out, ledger=ledger, form=loaded.csv)
    files = collected.files
    if as_json:
        print_json(records(files))
    else:
        for line in collected_lines(files, asked.names(), language()):
            print_line(line)
        print_line(
            message(
                "zones.reports.collected",
                files=len(files),
                figures=collected.figures_count,
                asked=collected.asked_count,
                out=out,
            ).text(language())
        )
        for line in doubted_lines(collected.doubts, asked.names(), language()):
            print_line(line)
    if collected.doubts or files["verdict"].isin(["asked", "refused"]).any():
        raise typer.Exit(1)


def status(
    project: ProjectFile,
    year: _Year = 0,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            show_default=False,
            help=say("zones.cli.help_folder_table_letter_reminder"),
        ),
    ] = None,
    form: _Forms = [_ANNUAL],  # noqa: B006 - typer copies it
    overwrite: Overwrite = False,
    as_json: Json = False,
) -> None:
    """Tell who reported and who did not."""
    import pandas as pd

    from layers.base.clock import this_year, today
    from zones.cli.lines.reports import status_lines
    from zones.output.folder import refuse_existing
    from zones.project.form_schema import load_form
    from zones.project.model import load_project
    from zones.reports.status import open_questions, round_status, save_status
    from zones.run.year_round import expected_round

    loaded = load_project(project)
    if out is not None:
        refuse_existing(out, overwrite=overwrite, inputs=loaded.input_paths().values())
    asked = expected_round(loaded, year or this_year())
    ledger = _ledger(loaded)
    history = ledger.history(asked.year)
    tables = []
    for one in (asked.dated(load_form(name)) for name in form):
        findings = open_questions(ledger, one, asked)
        tables.append(round_status(one, asked, history, findings, today()))
        if out is not None:
            save_status(tables[-1], findings, one, asked, out, csv=loaded.csv)
    table = pd.concat(tables, ignore_index=True)
    if as_json:
        print_json(records(table))
        return
    for line in status_lines(table, language()):
        print_line(line)


def write(
    project: ProjectFile,
    year: _Year = 0,
    out: Annotated[Path, typer.Option("--out", help=say("zones.cli.help_folder_report"))] = Path(
        "report"
    ),
    overwrite: Overwrite = False,
    as_json: Json = False,
) -> None:
    """Write the consolidated report."""
    from layers.base.clock import this_year
    from layers.base.messages import message
    from zones.project.model import load_project
    from zones.reports.writing.year_report import save_report
    from zones.run.year_round import year_result

    loaded = load_project(project)
    ledger = _ledger(loaded)
    with telling(quiet=as_json) as teller:
        result = year_result(loaded, year or this_year(), ledger, teller)
        teller.step("write", message("zones.reports.writing_report"), 1, 1)
        made = save_report(result, out, overwrite=overwrite)
    if as_json:
        print_json({"files": [str(path) for path in made]})
        return
    for path in made:
        print_line(str(path))


def history(project: ProjectFile, year: _Year = 0, as_json: Json = False) -> None:
    """Show every submission."""
    from zones.cli.lines.reports import history_lines
    from zones.project.model import load_project

    table = _ledger(load_project(project)).history(year or None)
    if as_json:
        print_json(records(table))
        return
    for line in history_lines(table, language()):
        print_line(line)


def register(application: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(
        help=say("zones.cli.help_reports"),
        no_args_is_help=True,
        rich_markup_mode=None,
    )
    group.command(
        "make",
        help=say("zones.cli.help_reports_make"),
    )(make)
    group.command(
        "collect",
        help=say("zones.cli.help_reports_collect"),
    )(collect)
    group.command(
        "status",
        help=say("zones.cli.help_reports_status"),
    )(status)
    group.command(
        "write",
        help=say("zones.cli.help_reports_write"),
    )(write)
    group.command(
        "history",
        help=say("zones.cli.help_reports_history"),
    )(history)
    application.add_typer(group, name="reports")
