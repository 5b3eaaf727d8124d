"""``zones annex``: workbook and document of a project, from its earlier results."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from zones.cli.pages import codes_of_option, make_pages
from zones.cli.terminal.language import say
from zones.cli.terminal.options import PageOptions, ProjectFile, grouped


def annex(
    project: ProjectFile,
    pages: PageOptions,
    maps: Annotated[
        list[str],
        typer.Option(
            "--maps",
            metavar="COMMUNE",
            help=say("zones.cli.help_maps"),
        ),
    ] = [],  # noqa: B006 - typer copies it
) -> None:
    """Write workbook and document."""
    from zones.project.model import load_project

    changes: dict[str, dict[str, Any]] = {}
    loaded = load_project(project)
    if maps:
        every = "all" in maps
        chosen = "all" if every else codes_of_option(maps, loaded, "--maps")
        changes["annex"] = {"commune_maps": chosen}
    make_pages(
        loaded,
        pages,
        step="annex",
        changes=changes,
    )


def register(application: typer.Typer) -> None:
    """Add the command."""
    application.command(
        "annex",
        help=say("zones.cli.help_annex"),
    )(grouped(annex))
