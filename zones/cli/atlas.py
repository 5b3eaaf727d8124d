"""``zones atlas``: printed maps of the communes, from the project's earlier results."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from zones.cli.pages import codes_of_option, make_pages
from zones.cli.terminal.language import say
from zones.cli.terminal.options import PageOptions, ProjectFile, grouped


def atlas(
    project: ProjectFile,
    pages: PageOptions,
    communes: Annotated[
        list[str],
        typer.Option(
            "--communes",
            metavar="COMMUNE",
            help=say("zones.cli.help_communes_printed"),
        ),
    ] = [],  # noqa: B006 - typer copies it
    paper: Annotated[
        str,
        typer.Option(
            "--paper",
            metavar="legal|A4|A3|A2|A1|A0",
            help=say("zones.cli.help_scale"),
            show_default=False,
        ),
    ] = "",
    jobs: Annotated[
        int,
        typer.Option(
            "--jobs",
            min=0,
            help=say("zones.cli.help_jobs"),
            show_default=False,
        ),
    ] = 0,
) -> None:
    """Write the atlas."""
    from zones.project.model import load_project
    from zones.run.steps.atlas import sheets_name

    loaded = load_project(project)
    changes: dict[str, Any] = {"make": True}
    if paper:
        changes["paper"] = paper
    if jobs:
        changes["jobs"] = jobs
    if not communes:
        make_pages(
            loaded,
            pages,
            step="atlas",
            changes={"atlas": changes},
        )
        return
    codes = codes_of_option(communes, loaded, "--communes")
    make_pages(
        loaded,
        pages,
        step=sheets_name(codes),
        changes={"atlas": {**changes, "communes": codes, "overview": False}},
    )


def register(application: typer.Typer) -> None:
    """Add the command."""
    application.command(
        "atlas",
        help=say("zones.cli.help_atlas"),
    )(grouped(atlas))
