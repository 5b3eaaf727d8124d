"""``zones qgis``: the project for QGIS, from the project's earlier results."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from zones.cli.pages import make_pages
from zones.cli.terminal.console import records, telling
from zones.cli.terminal.language import language, print_json, print_line, say
from zones.cli.terminal.options import PageOptions, ProjectFile, grouped

if TYPE_CHECKING:
    from zones.project.model import Project


def qgis(
    project: ProjectFile,
    pages: PageOptions,
    changes_in: Annotated[
        Path | None,
        typer.Option("--changes", metavar="FILE", help=say("zones.cli.help_qgis_changes")),
    ] = None,
) -> None:
    """Write the QGIS project, or tell what was changed in one that came back."""
    from zones.project.model import load_project

    if changes_in is not None:
        _tell_changes(load_project(project), changes_in, as_json=pages.as_json)
        return
    make_pages(
        load_project(project),
        pages,
        step="qgis",
        changes={"qgis": {"make": True}},
    )


def _tell_changes(project: Project, path: Path, *, as_json: bool) -> None:
    """Tell the changes of a GeoPackage that came back, row by row and in hectares by commune."""
    from zones.borders.borders import Borders
    from zones.cli.lines.qgis import change_lines
    from zones.inputs.read import Inputs
    from zones.pages.qgis import qgis_content
    from zones.pages.qgis_return import read_changes
    from zones.planting.planning_map import PlanningMap
    from zones.publish.publish import PublishedFigures
    from zones.run.context import RunOptions
    from zones.run.run import run_project

    changes = {"qgis": {"make": True}}
    with telling(quiet=as_json) as teller:
        options = RunOptions(only=("qgis",), write=False, changes=changes)
        result = run_project(project, options=options, teller=teller)
    content = qgis_content(
        result.context.project,
        result[PublishedFigures],
        result[Inputs],
        planning=result.context.get(PlanningMap),
        borders=result.context.get(Borders),
    )
    table = read_changes(content, path, log=result.context.closures)
    if as_json:
        print_json({"changes": records(table)})
        return
    names = result[Inputs].communes.set_index("commune_code")["commune"].to_dict()
    for line in change_lines(table, names, language()):
        print_line(line)


def register(application: typer.Typer) -> None:
    """Add the command."""
    application.command(
        "qgis",
        help=say("zones.cli.help_qgis"),
    )(grouped(qgis))
