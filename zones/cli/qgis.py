"""``zones qgis``: the project for QGIS, from the project's earlier results."""

from __future__ import annotations

import typer

from zones.cli.pages import make_pages
from zones.cli.terminal.language import say
from zones.cli.terminal.options import Json, Out, PageLanguage, ProjectFile, Verbose


def qgis(
    project: ProjectFile,
    out: Out = None,
    page_language: PageLanguage = None,
    as_json: Json = False,
    verbose: Verbose = False,
) -> None:
    """Write the QGIS project."""
    from zones.project.model import load_project

    make_pages(
        load_project(project),
        out,
        step="qgis",
        changes={"qgis": {"make": True}},
        page_language=page_language,
        as_json=as_json,
        verbose=verbose,
    )


def register(application: typer.Typer) -> None:
    """Add the command."""
    application.command(
        "qgis",
        help=say("zones.cli.help_qgis"),
    )(qgis)
