"""``zones atlas``: printed maps of the communes, from the project's earlier results."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from zones.cli.pages import codes_of_option, make_pages, tell_pages, with_language
from zones.cli.terminal.console import telling
from zones.cli.terminal.language import say
from zones.cli.terminal.options import PageOptions, ProjectFile, grouped

if TYPE_CHECKING:
    from zones.project.model import Project
    from zones.run.context import RunResult, Teller

#: Communes that the name of a file of single sheets lists.
_NAMED = 4


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
    changes |= {"communes": codes, "overview": False}
    settings = with_language({"atlas": changes}, pages.page_language)
    with telling(quiet=pages.as_json) as teller:
        result, path = _sheets(loaded, pages.out, codes, settings, teller)
    tell_pages(result, {path.name: path}, as_json=pages.as_json, verbose=pages.verbose)


def _sheets(
    project: Project,
    out: Path | None,
    codes: tuple[str, ...],
    settings: dict[str, dict[str, Any]],
    teller: Teller,
) -> tuple[RunResult, Path]:
    """Draw single sheets into a file of their own: the whole atlas stays as it is."""
    from zones.inputs.read import Inputs
    from zones.publish.publish import PublishedFigures
    from zones.run.context import RunOptions
    from zones.run.run import changed_project, run_project
    from zones.run.steps.atlas import STEP, write_atlas

    needed = ("check", "publish")
    options = RunOptions(out=out, only=needed, write=False, changes=settings)
    result = run_project(project, options=options, teller=teller)
    teller.step("atlas", STEP.label, 1, 1)
    result.out.mkdir(parents=True, exist_ok=True)
    more = [f"and-{len(codes) - _NAMED}-more"] if len(codes) > _NAMED else []
    path = result.out / ("-".join(["atlas", *codes[:_NAMED], *more]) + ".pdf")
    changed = changed_project(project, settings)
    write_atlas(changed, result[PublishedFigures], result[Inputs], path, progress=teller.part)
    return result, path


def register(application: typer.Typer) -> None:
    """Add the command."""
    application.command(
        "atlas",
        help=say("zones.cli.help_atlas"),
    )(grouped(atlas))
