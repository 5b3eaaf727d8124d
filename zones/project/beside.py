"""Folders that a project's results lie in beside its file: its own, where there are others."""

from __future__ import annotations

import re
from pathlib import Path

from zones.project.model import Project

#: What every project has on a line of its own, and no plan, region or scenario.
_PROJECT = re.compile(rb"^communes\s*:", re.MULTILINE)
_TITLE = re.compile(rb"^title\s*:(.*)$", re.MULTILINE)
#: Most of a file that is looked at: a project is some hundred lines.
_HEAD_BYTES = 1 << 20


def folder_beside(project: Project, name: str) -> Path:
    """Folder beside the project file; with its name where another project lies there too.

    A scenario has the inputs of its project, and shares its folders. So does a file of the same
    title: a copy that was kept of an earlier state, beside which the forms of a year must be found.
    """
    file = project.scenario_of or project.file
    titles = {_title(path) for path in file.parent.glob("*.y*ml") if path.name != file.name}
    shared = bool(titles - {None, _title(file)})
    return file.parent / (f"{name}-{file.stem}" if shared else name)


def _title(path: Path) -> bytes | None:
    """Title of a project file as it is written; none of any other file, or of one that is shut."""
    try:
        with path.open("rb") as stream:
            text = stream.read(_HEAD_BYTES)
    except OSError:
        return None
    if not _PROJECT.search(text):
        return None
    found = _TITLE.search(text)
    return found[1].strip() if found else b""
