"""``zones trajectory``: will the forest cover target be reached, when, and what decides it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from zones.cli.terminal.console import records, telling
from zones.cli.terminal.language import language, print_json, print_line, say
from zones.cli.terminal.options import Json, ProjectFile, Verbose

if TYPE_CHECKING:
    import pandas as pd

    from layers.base.schema import Schema

_To = Annotated[
    int | None,
    typer.Option(
        "--to",
        metavar="YEAR",
        show_default=False,
        help=say("zones.cli.help_last_year"),
    ),
]
_WhatIf = Annotated[
    list[str],
    typer.Option(
        "--what-if",
        metavar="KEY=VALUE",
        help=say("zones.cli.help_trajectory_what_if"),
    ),
]


def trajectory(
    project: ProjectFile,
    to: _To = None,
    what_if: _WhatIf = [],  # noqa: B006 - typer copies it
    as_json: Json = False,
    verbose: Verbose = False,
) -> None:
    """Forecast the forest cover of a project."""
    from layers.base.errors import InputError
    from zones.forest.trajectory.lines import forecast_lines
    from zones.forest.trajectory.result_tables import ForecastInputs, forecast_tables
    from zones.forest.trajectory.what_if import change_section
    from zones.project.model import load_project_until, newest_forest_layer
    from zones.project.trajectory import refuse_past_year
    from zones.run.context import RunOptions
    from zones.run.run import run_project

    loaded = load_project_until(project, to)
    layer = newest_forest_layer(loaded)
    if layer is None:
        raise InputError("zones.forest.trajectory.no_layer", path=loaded.file)
    ends = [] if to is None else [f"to={to}"]
    section = change_section(loaded.trajectory, ends)
    changed = change_section(section, what_if)
    refuse_past_year(changed.to, loaded.layers[layer].date.year)  # Before any layer is read
    with telling(quiet=as_json) as teller:
        options = RunOptions(only=("trajectory",), write=False)
        result = run_project(loaded, options=options, teller=teller)
    inputs = result[ForecastInputs]
    tables = forecast_tables(inputs, changed)
    before = forecast_tables(inputs, section) if changed is not section else None
    if as_json:
        print_json(_data(tables, before))
        return
    for line in forecast_lines(
        tables,
        before,
        language=language(),
        verbose=verbose,
        harvest_offered=inputs.harvest_offered,
    ):
        print_line(line)


def _data(
    tables: dict[Schema, pd.DataFrame], before: dict[Schema, pd.DataFrame] | None
) -> dict[str, Any]:
    """Everything unrounded; what stood before a change beside it."""
    from zones.tables import TRAJECTORY_TARGETS

    data: dict[str, Any] = {schema.name: records(table) for schema, table in tables.items()}
    if before is not None:
        data["before"] = records(before[TRAJECTORY_TARGETS])
    return data


def register(application: typer.Typer) -> None:
    """Add the command."""
    application.command(
        "trajectory",
        help=say("zones.cli.help_trajectory"),
    )(trajectory)
