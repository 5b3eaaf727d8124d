"""``zones atlas``: printed maps of the communes, from the project's earlier results."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from zones.cli.language import say
from zones.cli.options import Json, Out, PageLanguage, ProjectFile, Verbose
from zones.cli.pages import make_pages


def atlas(
    project: ProjectFile,
    out: Out = None,
    communes: Annotated[
        list[str],
        typer.Option(
            "--communes",
            metavar="CODE",
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
    page_language: PageLanguage = None,
    as_json: Json = False,
    verbose: Verbose = False,
) -> None:
    """Write the atlas."""
    changes: dict[str, Any] = {"make": True}
    codes = [code.strip() for item in communes for code in item.split(",") if code.strip()]
    if codes:
        changes |= {"communes": tuple(codes), "overview": False}
    if paper:
        changes["paper"] = paper
    if jobs:
        changes["jobs"] = jobs
    make_pages(
        project,
        out,
        step="atlas",
        changes={"atlas": changes},
        page_language=page_language,
        as_json=as_json,
        verbose=verbose,
    )


def register(application: typer.Typer) -> None:
    """Add the command."""
    application.command(
        "atlas",
        help=say("zones.cli.help_atlas"),
    )(atlas)
