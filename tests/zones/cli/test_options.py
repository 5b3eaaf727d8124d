"""Options in groups: the command line stays flat, the command gets objects."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import typer
from typer.testing import CliRunner

from zones.cli.terminal.options import grouped


@dataclass(frozen=True, kw_only=True)
class Place:
    file: Annotated[Path, typer.Argument()]
    names: Annotated[list[str], typer.Option("--name")] = field(default_factory=list)
    quick: Annotated[bool, typer.Option("--quick")] = False


def test_options_reach_their_group_and_defaults_are_its_own() -> None:
    seen: list[tuple[Place, str]] = []

    def command(place: Place, label: str = typer.Option("x", "--label")) -> None:
        seen.append((place, label))

    application = typer.Typer()
    application.command()(grouped(command))
    lines = ["a.csv", "b.csv --name 1 --name 2 --quick", "b.csv --label y", ""]
    codes = [CliRunner().invoke(application, line.split()).exit_code for line in lines]
    assert codes == [0, 0, 0, 2]
    assert seen == [
        (Place(file=Path("a.csv")), "x"),
        (Place(file=Path("b.csv"), names=["1", "2"], quick=True), "x"),
        (Place(file=Path("b.csv")), "y"),
    ]
