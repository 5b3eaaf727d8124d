"""``zones demo``: a made province to try everything on, and the whole job run on it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from layers.base.messages import message
from zones.cli.lines.run import report_run
from zones.cli.terminal.language import language_of_pages, print_line, say
from zones.cli.terminal.options import Json, Overwrite, Verbose


def demo(
    out: Annotated[Path, typer.Option("--out", help=say("zones.cli.help_demo_folder"))] = Path(
        "demo"
    ),
    communes: Annotated[
        Path | None,
        typer.Option(
            "--communes",
            metavar="FILE",
            show_default=False,
            help=say("zones.cli.help_demo_communes"),
        ),
    ] = None,
    province: Annotated[
        str, typer.Option("--province", help=say("zones.cli.help_province_code_name"))
    ] = "20",
    seed: Annotated[int, typer.Option("--seed", help=say("zones.cli.help_seed"))] = 0,
    full: Annotated[bool, typer.Option("--full", help=say("zones.cli.help_demo_full"))] = False,
    overwrite: Overwrite = False,
    as_json: Json = False,
    verbose: Verbose = False,
) -> None:
    """Make a province and run the whole job on it."""
    from zones.cli.terminal.beside import second_process
    from zones.cli.terminal.console import telling

    with second_process(compiles=True) as second, telling(quiet=as_json) as teller:
        from zones.demo import build_demo

        teller.note(message("zones.cli.making_demo"))
        path = build_demo(
            out,
            communes_file=communes,
            province=province,
            seed=seed,
            overwrite=overwrite,
            full=full,
            progress=teller.part,
        )
        second.await_kernels()  # before they are loaded here
        from zones.project.model import load_project
        from zones.run.context import RunOptions
        from zones.run.run import run_project

        options = RunOptions(
            overwrite=overwrite, language=language_of_pages(), beside=second.processes
        )
        result = run_project(load_project(path), options=options, teller=teller)
    report_run(result, as_json=as_json, verbose=verbose)
    if not as_json:
        print_line(say("zones.cli.open_in_browser", out=result.out / "map.html"))


def register(application: typer.Typer) -> None:
    """Add the command."""
    application.command(
        "demo",
        help=say("zones.cli.help_demo"),
    )(demo)
