"""``zones annex``: workbook and document of a project, from its earlier results."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from zones.cli.language import say
from zones.cli.options import Json, Out, PageLanguage, ProjectFile, Verbose
from zones.cli.pages import make_pages


def annex(
    project: ProjectFile,
    out: Out = None,
    maps: Annotated[
        list[str],
        typer.Option(
            "--maps",
            metavar="COMMUNE",
            help=say("zones.cli.help_maps"),
        ),
    ] = [],  # noqa: B006 - typer copies it
    page_language: PageLanguage = None,
    as_json: Json = False,
    verbose: Verbose = False,
) -> None:
    """Write workbook and document."""
    changes: dict[str, dict[str, Any]] = {}
    if maps:
        changes["annex"] = {"commune_maps": "all" if "all" in maps else tuple(maps)}
    make_pages(
        project,
        out,
        step="annex",
        changes=changes,
        page_language=page_language,
        as_json=as_json,
        verbose=verbose,
    )


def register(application: typer.Typer) -> None:
    """Add the command."""
    application.command(
        "annex",
        help=say("zones.cli.help_annex"),
    )(annex)
