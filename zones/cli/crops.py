"""``zones crops``: the crops that are known, by id and name, with what the planner must know."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from zones.cli.terminal.language import language, print_json, print_line, say
from zones.cli.terminal.options import Json

#: What the table of crops says of cover → what a plan says.
_COUNTS = {"yes": "established", "never": "never", "by land": "by_land"}


def crops(
    name: Annotated[str, typer.Argument(metavar="NAME", help=say("zones.cli.help_crop_name"))] = "",
    project: Annotated[
        Path | None,
        typer.Option(
            "--project",
            metavar="PROJECT",
            help=say("zones.cli.help_crops_of_project"),
            show_default=False,
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """List crops: id, names, kind of land, whether they count for forest cover."""
    from layers.kinds.crops import crops_like
    from zones.output.text_table import table_lines
    from zones.project.model import project_file, read_project

    if project is not None:
        read_project(project_file(project))
    found = crops_like(name)
    if as_json:
        print_json([_record(row) for row in found])
    elif not found:
        print_line(say("zones.cli.no_such_crop", name=name))
    else:
        heads = ("id", "name", "species", "land", "cover", "years", "also")
        rows = [[say(f"zones.cli.crops_{head}") for head in heads], *map(_cells, found)]
        for line in table_lines(rows, left=range(len(heads))):
            print_line(line)
    if not found:
        raise typer.Exit(1)


def _record(row: dict[str, Any]) -> dict[str, Any]:
    years = {key: row[key] or None for key in ("cover_lag_years", "rotation_years", "part_of")}
    return {**row, **years, "counts_for_cover": _COUNTS[row["counts_for_cover"]]}


def _cells(row: dict[str, Any]) -> list[str]:
    return [
        row["crop"],
        row[f"name_{language()}"],
        row["species"],
        say(f"zones.cli.land_kind_{row['land_kind']}"),
        say(f"zones.cli.counts_{_COUNTS[row['counts_for_cover']]}"),
        row["cover_lag_years"] or "–",
        ", ".join(row["names"][:4]) or "–",
    ]


def register(application: typer.Typer) -> None:
    """Add the command."""
    application.command("crops", help=say("zones.cli.help_crops"))(crops)
