"""``zones demo``: a made province to try everything on, and the whole job run on it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from layers.base.errors import InputError
from layers.base.messages import message
from zones.cli.lines.run import report_region, report_run
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
        list[str], typer.Option("--province", help=say("zones.cli.help_demo_provinces"))
    ] = ["20"],  # noqa: B006 - typer copies it
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
        from zones.demo import build_demo, build_region_demo

        teller.note(message("zones.cli.making_demo"))
        given: Any = {"seed": seed, "overwrite": overwrite, "progress": teller.part}
        if len(province) == 1:
            (one,) = province
            path = build_demo(out, communes_file=communes, province=one, full=full, **given)
        elif communes is not None or full:
            raise InputError("zones.demo.lang_son_alone", provinces=province)
        else:
            path = build_region_demo(out, province, **given)
        second.await_kernels()  # before they are loaded here
        from zones.project.model import load_project
        from zones.project.region import load_region
        from zones.run.context import RunOptions
        from zones.run.region import run_region
        from zones.run.run import run_project

        options = RunOptions(
            overwrite=overwrite, language=language_of_pages(), beside=second.processes
        )
        region = load_region(path)
        if region is not None:
            made = run_region(region, options=options, teller=teller)
        else:
            result = run_project(load_project(path), options=options, teller=teller)
    if region is not None:
        report_region(made, as_json=as_json)
    else:
        report_run(result, as_json=as_json, verbose=verbose)
    if not as_json:
        print_line(say("zones.cli.open_in_browser", out=path.parent / "out" / "map.html"))


def register(application: typer.Typer) -> None:
    """Add the command."""
    application.command(
        "demo",
        help=say("zones.cli.help_demo"),
    )(demo)
