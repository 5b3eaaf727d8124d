"""Folders that a project's results lie in beside its file: its own, where there are others."""

from __future__ import annotations

import re
from pathlib import Path

from zones.project.model import Project

#: What every project has on a line of its own, and no plan, region or scenario.
_PROJECT = re.compile(rb"^communes\s*:", re.MULTILINE)


def folder_beside(project: Project, name: str) -> Path:
    """Folder beside the project file; with its name where another project lies there too.

    A scenario has the inputs of its project, and shares its folders.
    """
    file = project.scenario_of or project.file
    others = (path for path in file.parent.glob("*.y*ml") if path.name != file.name)
    shared = any(path.is_file() and _PROJECT.search(path.read_bytes()) for path in others)
    return file.parent / (f"{name}-{file.stem}" if shared else name)
