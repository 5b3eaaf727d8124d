"""``zones qgis``: the project for QGIS, from the project's earlier results."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from layers.base.errors import InputError
from layers.base.messages import message
from zones.cli.pages import make_pages
from zones.cli.terminal.console import records, telling
from zones.cli.terminal.language import language, print_json, print_line, say
from zones.cli.terminal.options import PageOptions, ProjectFile, grouped

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from layers.kinds.plots import PlotLayer
    from zones.pages.qgis_return import Written
    from zones.project.model import Project
    from zones.run.context import Teller


def qgis(
    project: ProjectFile,
    pages: PageOptions,
    changes_in: Annotated[
        Path | None,
        typer.Option("--changes", metavar="FILE", help=say("zones.cli.help_qgis_changes")),
    ] = None,
    decisions: Annotated[
        Path | None,
        typer.Option("--decisions", metavar="TABLE", help=say("zones.cli.help_qgis_decisions")),
    ] = None,
) -> None:
    """Write the QGIS project, or tell what was changed in one that came back."""
    from zones.project.model import load_project

    if changes_in is not None:
        _tell_changes(load_project(project), changes_in, pages, decisions)
        return
    if decisions is not None:
        raise InputError("zones.cli.decisions_without_changes")
    make_pages(
        load_project(project),
        pages,
        step="qgis",
        changes={"qgis": {"make": True}},
    )


def _tell_changes(project: Project, path: Path, pages: PageOptions, decisions: Path | None) -> None:
    """Tell the changes of a GeoPackage that came back, row by row and in hectares by commune."""
    from layers.io.atomic import scratch_folder
    from zones.cli.lines.qgis import change_lines
    from zones.pages.qgis_return import not_decided, read_changes
    from zones.pages.qgis_tables import COMMUNES

    with telling(quiet=pages.as_json) as teller, scratch_folder() as scratch:
        by_record = decisions is not None
        written = _of_earlier_run(project, path, teller, scratch, by_record=by_record)
        written = written or _of_today(project, path, teller)
        table = read_changes(written, path)
        if decisions is not None:
            made = _decided(project, written, path, teller)
            _save(made, decisions, pages)
            if len(left := not_decided(written, table)):
                text = say("zones.cli.edits_not_decided", rows=left["fid"].tolist())
                print_line(text, error=pages.as_json)
        communes = next(layer for layer in written if layer.table == COMMUNES).rows()
    if pages.as_json:
        print_json({"changes": records(table)})
        return
    names = communes.set_index("commune_code")["commune"].to_dict()
    for line in change_lines(table, names, language()):
        print_line(line)


def _of_earlier_run(
    project: Project, path: Path, teller: Teller, scratch: Path, *, by_record: bool
) -> list[Written]:
    """Layers as the last run wrote them, where it kept them and the file was made from them.

    What goes by the records of the project's layers, such as decisions, needs these unchanged.
    """
    from zones.output.folder import QGIS_FILE
    from zones.pages.qgis_return import written_in
    from zones.run.kept import changed_parts, kept_geopackage

    kept = kept_geopackage(project, scratch)
    written = [] if kept is None else written_in(kept, path)
    changed = changed_parts(project, "qgis", teller=teller) if written else []
    if by_record and "layers" in changed:
        return []
    if changed:
        file = project.resolve(project.output) / QGIS_FILE
        teller.note(message("zones.cli.changes_of_earlier_run", file=file, parts=changed))
    return written


def _of_today(project: Project, path: Path, teller: Teller) -> list[Written]:
    """Layers as the project writes them now, the planning layer too where one came back."""
    from zones.inputs.read import Inputs
    from zones.pages.qgis_content import qgis_content
    from zones.pages.qgis_return import has_planning, written_now
    from zones.planting.planning_map import PlanningMap
    from zones.publish.publish import PublishedFigures
    from zones.run.context import RunOptions
    from zones.run.run import run_project

    # What the step of the project reads is enough: nothing is written again to be read. Layers are
    # kept in no output folder, and borders stand for no hectares.
    planned = project.planning.make or has_planning(path)
    only = ("check", "publish", *(("planning",) if planned else ()))
    result = run_project(project, options=RunOptions(only=only, write=False), teller=teller)
    content = qgis_content(
        result.context.project,
        result[PublishedFigures],
        result[Inputs],
        planning=result.context.get(PlanningMap),
    )
    return written_now(content)


def _decided(
    project: Project, written: Sequence[Written], path: Path, teller: Teller
) -> pd.DataFrame:
    """What a GeoPackage decides on plots, with the decisions that the project has already."""
    from zones.pages.qgis_return import decisions_of
    from zones.planting.decisions import load_decisions, no_decisions

    known = project.planning.decisions
    earlier = no_decisions() if known is None else load_decisions(project.resolve(known))
    plots = {} if earlier.empty else _plots(project, teller)
    return decisions_of(written, path, earlier, plots)


def _save(decisions: pd.DataFrame, table: Path, pages: PageOptions) -> None:
    """Write a table of decisions; beside JSON nothing else is printed."""
    from layers.io.atomic import written_aside
    from layers.io.table_output import save_csv

    with written_aside(table, overwrite=pages.overwrite, program="Excel") as part:
        save_csv(decisions, part)
    saved = say("zones.cli.decisions_saved", count=len(decisions), path=table)
    print_line(saved, error=pages.as_json)


def _plots(project: Project, teller: Teller) -> dict[str, PlotLayer]:
    """Plots of the project's layers."""
    from zones.inputs.read import Inputs
    from zones.run.context import RunOptions
    from zones.run.run import run_project

    options = RunOptions(only=("check",), write=False)
    return run_project(project, options=options, teller=teller)[Inputs].plots


def register(application: typer.Typer) -> None:
    """Add the command."""
    application.command(
        "qgis",
        help=say("zones.cli.help_qgis"),
    )(grouped(qgis))
