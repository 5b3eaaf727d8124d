"""``zones verify``: whether the files of an output folder still say the same."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from zones.cli.terminal.language import language, print_json, print_line, say
from zones.cli.terminal.options import Json, Verbose

if TYPE_CHECKING:
    from zones.publish.verify import Verification

_SHOWN = 20


def verify(
    folder: Annotated[
        Path,
        typer.Argument(metavar="DIR", help=say("zones.cli.help_result_folder")),
    ],
    as_json: Json = False,
    verbose: Verbose = False,
) -> None:
    """Check an output folder."""
    from zones.publish.verify import verify_folder

    result = verify_folder(folder)
    if as_json:
        print_json(
            {
                "folder": str(result.folder),
                "digest": result.digest,
                "agrees": result.agrees,
                "recorded": result.recorded,
                "compared": result.compared,
                "by_bytes": result.by_bytes,
                "uncompared": result.uncompared,
                "without_copy": result.without_copy,
                "differences": [item.told(language()) for item in result.differences],
            }
        )
    else:
        for name, count in result.compared.items():
            print_line(_compared(name, count))
        _tell_files(result)
        shown = result.differences if verbose else result.differences[:_SHOWN]
        for item in shown:
            print_line(item.phrase.text(language()))
        if len(shown) < len(result.differences):
            rest = len(result.differences) - len(shown)
            print_line(say("zones.cli.more_with_v", rest=rest))
        print_line(_verdict(result))
        if result.note:
            print_line(result.note.text(language()))
    if not result.agrees:
        raise typer.Exit(1)


def _compared(name: str, count: int) -> str:
    """Say what was compared of a file; of a PDF it is the digest alone."""
    if count == 0:
        return say("zones.cli.digest_of_figures", name=name)
    return say("zones.cli.figures", name=name, count=count)


def _tell_files(result: Verification) -> None:
    if result.by_bytes:
        print_line(say("zones.cli.held_by_bytes", count=len(result.by_bytes)))
    if result.uncompared:
        names = ", ".join(result.uncompared)
        print_line(say("zones.cli.not_compared", names=names))


def _verdict(result: Verification) -> str:
    if result.differences:
        return say("zones.cli.differences", count=len(result.differences))
    if not result.recorded:
        return say("zones.cli.pages_say_the_same", digest=result.digest)
    if not result.digest:
        return say("zones.cli.as_the_run_wrote")
    return say("zones.cli.all_say_the_same", digest=result.digest)


def register(application: typer.Typer) -> None:
    """Add the command."""
    application.command(
        "verify",
        help=say("zones.cli.help_verify"),
    )(verify)
