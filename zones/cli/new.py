"""``zones new``: a commented project to fill in."""

from __future__ import annotations

import csv
import shlex
from pathlib import Path
from typing import Annotated

import typer

from zones.cli.terminal.language import language, print_json, print_line, say
from zones.cli.terminal.options import Json


def new(
    folder: Annotated[
        Path,
        typer.Argument(metavar="DIR", help=say("zones.cli.help_folder_new_project")),
    ],
    province: Annotated[
        str, typer.Option("--province", help=say("zones.cli.help_province_code_name"))
    ] = "20",
    as_json: Json = False,
) -> None:
    """Write a commented project file and the table of natural areas."""
    from layers.communes.gazetteer import find_province, province_name
    from layers.communes.spelling import plain_key
    from zones.project.template import write_new_project

    files = write_new_project(folder, province=province, language=language())
    if as_json:
        print_json({"files": [str(path) for path in files]})
        return
    for path in files:
        print_line(str(path))
    code = find_province(province)
    name = province_name(code)
    if not province.strip().isdigit() and plain_key(name) not in plain_key(province):
        print_line(say("zones.cli.joined_province", given=province, name=name, code=code))
    blank, nowhere = _blank_areas(files[1])
    if blank:
        print_line(
            say(
                "zones.cli.areas_not_known",
                name=files[1].name,
                blank=blank,
                circulated=blank - len(nowhere),
            )
        )
    if 0 < len(nowhere) < blank:
        print_line(say("zones.cli.areas_nowhere", names=nowhere))
    first = shlex.quote(str(files[0]))
    print_line(say("zones.cli.what_next", first=first))


def _blank_areas(path: Path) -> tuple[int, list[str]]:
    """Communes without an official area, and names of those for which no list circulates one."""
    with path.open(encoding="utf-8-sig", newline="") as lines:
        blank = [row for row in csv.DictReader(lines) if not row["official_area_ha"]]
    return len(blank), [row["name"] for row in blank if not row.get("circulated_area_ha")]


def register(application: typer.Typer) -> None:
    """Add the command."""
    application.command(
        "new",
        help=say("zones.cli.help_new"),
    )(new)
