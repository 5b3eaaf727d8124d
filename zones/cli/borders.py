"""``zones borders``: lengths, land, plots and claims along the borders with other provinces."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from layers.base.files import resolved
from zones.cli.pages import make_pages
from zones.cli.terminal.language import say
from zones.cli.terminal.options import PageOptions, ProjectFile, grouped


def borders(
    project: ProjectFile,
    pages: PageOptions,
    across: Annotated[
        list[Path],
        typer.Option("--with", metavar="PROJECT", help=say("zones.cli.help_border_projects")),
    ] = [],  # noqa: B006 - typer copies it
    distance: Annotated[
        float | None,
        typer.Option(
            "--distance",
            min=1,
            max=10_000,
            help=say("zones.cli.help_border_distance"),
            show_default=False,
        ),
    ] = None,
) -> None:
    """Measure the borders of a project."""
    from zones.project.model import load_project

    changes: dict[str, Any] = {"make": True}
    if across:
        changes["projects"] = tuple(resolved(path) for path in across)
    if distance is not None:
        changes["distance_m"] = distance
    make_pages(
        load_project(project),
        pages,
        step="borders",
        changes={"borders": changes},
    )


def register(application: typer.Typer) -> None:
    """Add the command."""
    application.command(
        "borders",
        help=say("zones.cli.help_borders"),
    )(grouped(borders))
