"""``zones cover``: the forest cover rate by commune, and what a dispute about it needs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from layers.base.messages import message
from zones.cli.terminal.console import print_findings, records, telling
from zones.cli.terminal.language import language, print_json, print_line, say
from zones.cli.terminal.options import Json, ProjectFile, Verbose

if TYPE_CHECKING:
    from zones.project.model import Project
    from zones.run.context import RunResult

#: Inputs beside the forest layers whose findings concern the cover.
_GROUND = ("communes", "natural_areas")


def cover(
    project: ProjectFile,
    decimals: Annotated[
        int,
        typer.Option(
            "--decimals",
            min=0,
            max=6,
            help=say("zones.cli.help_decimals_rates"),
        ),
    ] = 2,
    as_json: Json = False,
    verbose: Verbose = False,
) -> None:
    """Measure the forest cover of a project."""
    from zones.project.model import load_project
    from zones.run.context import RunOptions
    from zones.run.kept import kept_results
    from zones.run.run import run_project

    whole = load_project(project)
    alone = _forest_alone(whole)
    names = ("cover", "change") if len(alone.layers) > 1 else ("cover",)
    with telling(quiet=as_json) as teller:
        result = kept_results(whole, names, sources=(*_GROUND, *alone.layers), teller=teller)
        if result is None:
            options = RunOptions(only=names, write=False)
            result = run_project(alone, options=options, teller=teller)
        else:
            teller.note(message("zones.cli.cover_of_earlier_run", out=result.out))
    if as_json:
        print_json(_data(alone, result))
    else:
        _print(alone, result, rate_decimals=decimals)
        print_findings(result.record["findings"], verbose=verbose)
    if result.has_problems:
        raise typer.Exit(1)


def _forest_alone(project: Project) -> Project:
    """Project of its two newest forest layers: no plan has a say in a rate, none can stop it."""
    from layers.base.errors import InputError
    from zones.project.model import forest_layers

    names = forest_layers(project)[-2:]
    if not names:
        raise InputError("zones.cli.no_forest_layer", file=project.file)
    chosen = {name: layer for name, layer in project.layers.items() if name in names}
    return project.model_copy(update={"layers": chosen, "plans": [], "present": {}})


def _data(project: Project, result: RunResult) -> dict[str, Any]:
    """Everything unrounded; decimals are a matter of print."""
    from zones.project.model import forest_layers

    tables, names = result.tables, forest_layers(project)
    data: dict[str, Any] = {
        "layer": names[-1],
        "year": project.layers[names[-1]].date.year,
        "forest_cover": records(tables["forest_cover"]),
        "planted_species": records(tables["planted_species"]),
    }
    if "cover_change" in tables:
        data["earlier"] = names[0]
        data["change"] = records(tables["cover_change"])
        data["change_pieces"] = records(tables["cover_change_pieces"])
    return data | {"findings": result.record["findings"]}


def _print(project: Project, result: RunResult, *, rate_decimals: int) -> None:
    """Print the tables with the figures that the annex prints."""
    from zones.cli.lines.cover import change_lines, cover_lines, species_lines
    from zones.project.model import forest_layers
    from zones.publish.rounded_figures import round_forest_cover, round_species

    tables, names = result.tables, forest_layers(project)
    hectares = project.decimals
    rounded = round_forest_cover(
        tables["forest_cover"], decimals=hectares, rate_decimals=rate_decimals
    )
    species = round_species(tables["planted_species"], rounded, decimals=hectares)
    decimals = (hectares, rate_decimals)
    year = project.layers[names[-1]].date.year
    lines = cover_lines(rounded, f"{year} ({names[-1]})", decimals=decimals, language=language())
    lines += ["", *species_lines(species, decimals=hectares, language=language())]
    if "cover_change" in tables:
        change = tables["cover_change"]
        lines += ["", *change_lines(change, names[0], decimals=decimals, language=language())]
    for line in lines:
        print_line(line)


def register(application: typer.Typer) -> None:
    """Add the command."""
    application.command(
        "cover",
        help=say("zones.cli.help_cover"),
    )(cover)
