"""``zones qgis``: the project for QGIS, from the project's earlier results."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from layers.base.errors import InputError
from zones.cli.pages import make_pages
from zones.cli.terminal.console import records, telling
from zones.cli.terminal.language import language, print_json, print_line, say
from zones.cli.terminal.options import PageOptions, ProjectFile, grouped

if TYPE_CHECKING:
    from maps import QgisContent
    from zones.project.model import Project
    from zones.run.context import RunResult


def qgis(
    project: ProjectFile,
    pages: PageOptions,
    changes_in: Annotated[
        Path | None,
        typer.Option("--changes", metavar="FILE", help=say("zones.cli.help_qgis_changes")),
    ] = None,
    decisions: Annotated[
        Path | None,
        typer.Option("--decisions", metavar="TABLE", help=say("zones.cli.help_qgis_decisions")),
    ] = None,
) -> None:
    """Write the QGIS project, or tell what was changed in one that came back."""
    from zones.project.model import load_project

    if changes_in is not None:
        _tell_changes(load_project(project), changes_in, pages, decisions)
        return
    if decisions is not None:
        raise InputError("zones.cli.decisions_without_changes")
    make_pages(
        load_project(project),
        pages,
        step="qgis",
        changes={"qgis": {"make": True}},
    )


def _tell_changes(project: Project, path: Path, pages: PageOptions, decisions: Path | None) -> None:
    """Tell the changes of a GeoPackage that came back, row by row and in hectares by commune."""
    from zones.cli.lines.qgis import change_lines
    from zones.inputs.read import Inputs
    from zones.pages.qgis_content import qgis_content
    from zones.pages.qgis_return import read_changes
    from zones.planting.planning_map import PlanningMap
    from zones.publish.publish import PublishedFigures
    from zones.run.context import RunOptions
    from zones.run.run import run_project

    # What the step of the project reads is enough: nothing is written again to be read. Layers are
    # kept in no output folder, and borders stand for no hectares.
    only = ("check", "publish", *(("planning",) if project.planning.make else ()))
    with telling(quiet=pages.as_json) as teller:
        options = RunOptions(only=only, write=False)
        result = run_project(project, options=options, teller=teller)
    content = qgis_content(
        result.context.project,
        result[PublishedFigures],
        result[Inputs],
        planning=result.context.get(PlanningMap),
    )
    table = read_changes(content, path, log=result.context.closures)
    if decisions is not None:
        _save_decisions(result, content, path, decisions, overwrite=pages.overwrite)
    if pages.as_json:
        print_json({"changes": records(table)})
        return
    names = result[Inputs].communes.set_index("commune_code")["commune"].to_dict()
    for line in change_lines(table, names, language()):
        print_line(line)


def _save_decisions(
    result: RunResult, content: QgisContent, path: Path, table: Path, *, overwrite: bool
) -> None:
    """Write what a GeoPackage decides on plots, with the decisions that the project has already."""
    from layers.io.atomic import written_aside
    from layers.io.table_output import save_csv
    from zones.inputs.read import Inputs
    from zones.pages.qgis_return import decisions_of
    from zones.planting.decisions import load_decisions, no_decisions

    project = result.context.project
    known = project.planning.decisions
    earlier = no_decisions() if known is None else load_decisions(project.resolve(known))
    made = decisions_of(content, path, result[Inputs], earlier)
    with written_aside(table, overwrite=overwrite, program="Excel") as part:
        save_csv(made, part)
    print_line(say("zones.cli.decisions_saved", count=len(made), path=table))


def register(application: typer.Typer) -> None:
    """Add the command."""
    application.command(
        "qgis",
        help=say("zones.cli.help_qgis"),
    )(grouped(qgis))
