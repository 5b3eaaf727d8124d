"""``zones run``: the whole job."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Annotated, Any

import typer

from zones.cli.lines.run import report_region, report_run
from zones.cli.terminal.console import telling
from zones.cli.terminal.language import language_of_pages, say
from zones.cli.terminal.options import Json, Out, Overwrite, ProjectFile, Verbose
from zones.run.names import step_names


def run(
    project: ProjectFile,
    out: Out = None,
    only: Annotated[
        list[str],
        typer.Option(
            "--only",
            metavar="STEP",
            help=say("zones.cli.help_only", step_names=step_names()),
        ),
    ] = [],  # noqa: B006 - typer copies it
    overwrite: Overwrite = False,
    workers: Annotated[
        int,
        typer.Option("--workers", min=1, help=say("zones.cli.help_workers")),
    ] = 1,
    scheduler: Annotated[
        str,
        typer.Option(
            "--scheduler",
            metavar="ADDRESS",
            help=say("zones.cli.help_scheduler"),
            show_default=False,
        ),
    ] = "",
    as_json: Json = False,
    verbose: Verbose = False,
) -> None:
    """Run the job."""
    from zones.app.after_run import keep_page_of_run
    from zones.cli.terminal.beside import second_process
    from zones.project.model import load_project
    from zones.project.region import load_region
    from zones.run.context import RunOptions
    from zones.run.region import run_region
    from zones.run.run import run_project

    region = load_region(project)
    loaded = None if region is not None else load_project(project)
    draws = "atlas" in (only or ["atlas"]) and (loaded is None or loaded.atlas.make)
    jobs = 1 if loaded is None else loaded.atlas.jobs
    with (
        second_process(count=jobs if draws else 0) as second,
        _connected(scheduler, workers) as crew,
        telling(quiet=as_json) as teller,
    ):
        options = RunOptions(
            out=out,
            only=tuple(only),
            overwrite=overwrite,
            workers=crew,
            language=language_of_pages(),
            beside=second.processes,
        )
        if region is not None:
            report_region(run_region(region, options=options, teller=teller), as_json=as_json)
            return
        assert loaded is not None  # noqa: S101 - what is no region is a project
        result = run_project(loaded, options=options, teller=teller)
    keep_page_of_run(result)
    report_run(result, as_json=as_json, verbose=verbose)


@contextlib.contextmanager
def _connected(scheduler: str, workers: int) -> Iterator[object]:
    """Workers for a run: this machine's, or those of a cluster."""
    if not scheduler:
        yield workers
        return
    from layers.base.errors import InputError

    try:
        from distributed import Client
    except ImportError as error:
        raise InputError("zones.cli.scheduler_needs_distributed") from error
    connect: Any = Client  # without annotations of its own, and absent where the extra is
    try:
        client = connect(scheduler, timeout="10s")
    except (OSError, ValueError) as error:
        raise InputError("zones.cli.no_scheduler_answers", scheduler=scheduler) from error
    with client:
        yield client


def register(application: typer.Typer) -> None:
    """Add the command."""
    application.command(
        "run",
        help=say("zones.cli.help_run"),
    )(run)
