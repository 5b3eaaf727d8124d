"""Making one kind of page of a project: what ``annex`` and ``atlas`` have in common."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from layers.base.errors import InputError
from zones.cli.terminal.console import print_findings, telling
from zones.cli.terminal.language import print_json, print_line

if TYPE_CHECKING:
    from zones.cli.terminal.options import PageOptions
    from zones.project.model import Project
    from zones.run.context import RunResult


def make_pages(
    project: Project,
    pages: PageOptions,
    *,
    step: str,
    changes: dict[str, dict[str, Any]],
) -> None:
    """Run one step over earlier results, with some settings changed, and say what it wrote.

    Its own earlier page is replaced unasked; a folder of anything else than results is not.
    """
    from zones.output.folder import TABLES_FOLDER
    from zones.output.record import read_record
    from zones.run.context import RunOptions
    from zones.run.run import run_project

    changes = with_language(changes, pages.page_language)
    out = pages.out or project.resolve(project.output)
    overwrite = pages.overwrite or read_record(out) is not None
    with telling(quiet=pages.as_json) as teller:
        options = RunOptions(out=out, only=(step,), overwrite=overwrite, changes=changes)
        result = run_project(project, options=options, teller=teller)
    files = result.record["steps"][step]["files"]
    made = {name: result.out / name for name in files if not name.startswith(f"{TABLES_FOLDER}/")}
    tell_pages(result, made, as_json=pages.as_json, verbose=pages.verbose)


def tell_pages(result: RunResult, made: dict[str, Path], *, as_json: bool, verbose: bool) -> None:
    """Say which pages were written and end with the exit code of the data."""
    if as_json:
        pages = {name: str(path) for name, path in made.items()}
        print_json({"out": str(result.out), "pages": pages, "has_problems": result.has_problems})
    else:
        for page in made.values():
            print_line(str(page))
        if verbose:
            print_findings(result.record["findings"], verbose=True)
    if result.has_problems:
        raise typer.Exit(1)


def codes_of_option(asked: list[str], project: Project, option: str) -> tuple[str, ...]:
    """Codes of the communes that an option names by code or name, several with commas."""
    from zones.inputs.named_communes import commune_codes

    names = [name.strip() for item in asked for name in item.split(",") if name.strip()]
    return commune_codes(names, project, option)


def with_language(
    changes: dict[str, dict[str, Any]], code: str | None
) -> dict[str, dict[str, Any]]:
    """Changes of settings with the language of the pages, where one is asked for."""
    if code is None:
        return changes
    if code not in ("vi", "en"):
        raise InputError("zones.cli.bad_page_language", code=code)
    return {**changes, "annex": {**changes.get("annex", {}), "language": code}}
