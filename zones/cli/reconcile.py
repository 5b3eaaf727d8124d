"""``zones reconcile``: map, register and report of each crop and commune side by side."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from zones.cli.terminal.console import records, telling
from zones.cli.terminal.language import language, print_json, print_line, say
from zones.cli.terminal.options import Json, Overwrite, ProjectFile

if TYPE_CHECKING:
    from zones.run.reconciliation import SideBySide

_TOLD = 20


def reconcile(
    project: ProjectFile,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            help=say("zones.cli.help_folder_of_differences"),
            show_default=False,
        ),
    ] = None,
    explain: Annotated[
        str | None,
        typer.Option(
            "--explain",
            metavar="CROP:COMMUNE",
            help=say("zones.cli.help_explain_figure"),
            show_default=False,
        ),
    ] = None,
    overwrite: Overwrite = False,
    as_json: Json = False,
) -> None:
    """Set the witnesses side by side."""
    from zones.cli.lines.reconcile import explained, table_of_differences
    from zones.project.model import load_project
    from zones.run.reconciliation import reconcile_project

    loaded = load_project(project)
    with telling(quiet=as_json) as teller:
        found = reconcile_project(loaded, teller)
    if out is not None:
        _save(found, out, overwrite=overwrite)
    if as_json:
        result = found.result
        print_json(
            {
                "statistic": result.statistic,
                "freedom": result.freedom,
                "probability": result.probability,
                "differences": records(found.table),
            }
        )
        return
    lines = (
        explained(found, explain, loaded.reconcile, language())
        if explain
        else table_of_differences(found, loaded.decimals, _TOLD, language())
    )
    for line in lines:
        print_line(line)


def _save(found: SideBySide, out: Path, *, overwrite: bool) -> None:
    """Write the differences; reconciled figures and those that lead as ``reconciled`` layers."""
    from layers.io.atomic import written_aside
    from layers.io.table_output import save_csv

    keys = found.table[["commune_code", "commune", "crop", "year"]]
    tables = {"differences.csv": found.table}
    for name in ("reconciled", "leading"):
        figures = keys.assign(area_ha=found.table[f"{name}_ha"].clip(lower=0).round(4))
        # Where the figure that leads is missing, it is not 0.
        figures = figures.dropna(subset="area_ha").sort_values(["crop", "commune_code"])
        tables[f"{name}.csv"] = figures
    out.mkdir(parents=True, exist_ok=True)
    for name, table in tables.items():
        with written_aside(out / name, overwrite=overwrite) as part:
            save_csv(table, part)
    print_line(say("zones.cli.written", out=out), error=True)


def register(application: typer.Typer) -> None:
    """Add the command."""
    application.command(
        "reconcile",
        help=say("zones.cli.help_reconcile"),
    )(reconcile)
