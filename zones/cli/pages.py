"""Making one kind of page of a project: what ``annex`` and ``atlas`` have in common."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import typer

from layers.base.errors import InputError
from zones.cli.console import print_findings, telling
from zones.cli.language import print_json, print_line


def make_pages(
    path: Path,
    out: Path | None,
    *,
    step: str,
    changes: dict[str, dict[str, Any]],
    page_language: str | None,
    as_json: bool,
    verbose: bool,
) -> None:
    """Run one step over earlier results, with some settings changed, and say what it wrote."""
    from zones.project.model import load_project
    from zones.run.context import RunOptions
    from zones.run.run import run_project

    if page_language is not None:
        changes = {**changes, "annex": {**changes.get("annex", {}), **_language(page_language)}}
    project = load_project(path)
    with telling(quiet=as_json) as teller:
        options = RunOptions(out=out, only=(step,), overwrite=True, changes=changes)
        result = run_project(project, options=options, teller=teller)
    files = result.record["steps"][step]["files"]
    made = {name: str(result.out / name) for name in files if "/" not in name}
    if as_json:
        print_json({"out": str(result.out), "pages": made, "has_problems": result.has_problems})
    else:
        for page in made.values():
            print_line(page)
        if verbose:
            print_findings(result.record["findings"], verbose=True)
    if result.has_problems:
        raise typer.Exit(1)


def _language(code: str) -> dict[str, str]:
    if code not in ("vi", "en"):
        raise InputError("zones.cli.bad_page_language", code=code)
    return {"language": code}
