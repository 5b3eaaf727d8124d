"""What the desk knows of the person at it: the open project, and the folders that were opened."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from layers.base.errors import MissingFileError
from layers.base.files import resolved
from layers.base.json_text import parsed_json
from layers.base.messages import message
from layers.base.not_there import in_its_place
from layers.io.atomic import save_text
from zones.app.refused import RefusedError

#: What a worker tells on its way: a step, how far it is, a note.
Tell = Callable[[dict[str, Any]], None]

_MOST_RECENT = 8


@dataclass(frozen=True, slots=True)
class Session:
    """What a worker that takes another's place must know."""

    project: Path | None = None  # Project file that is open
    roots: tuple[Path, ...] = ()  # Folders that the user opened, resolved
    demo: Path | None = None  # Folder for the demo, where the desk starts with it
    read_only: str = ""  # Why nothing may be written: "", "second" or "folder"
    # Texts of the project file before the page's changes, each with the digest of what was written
    past: tuple[tuple[str, str], ...] = ()

    def with_root(self, folder: Path) -> Session:
        """Open one more folder."""
        real = resolved(folder)
        return self if real in self.roots else replace(self, roots=(*self.roots, real))

    def inside(self, path: str | Path) -> Path:
        """Path as it really is, which must lie in a folder that was opened."""
        text = str(path)
        if not text or "\0" in text or text.startswith(("\\\\", "//")):
            raise RefusedError(403, message("zones.app.outside", path=text[:80]))
        real = resolved(Path(text))
        if not any(real.is_relative_to(root) for root in self.roots):
            raise RefusedError(403, message("zones.app.outside", path=text[:80]))
        return real


def settings_folder() -> Path:
    """Folder for what the desk remembers of its user."""
    home = os.environ.get("APPDATA") or os.environ.get("XDG_CONFIG_HOME") or ""
    return (Path(home) if home else Path.home() / ".config") / "vungtrong"


def _recent_file() -> Path:
    return settings_folder() / "recent.json"


def recent_projects() -> list[Path]:
    """Project files that were opened lately and are still there, the last one first."""
    try:
        known = parsed_json(_recent_file().read_text("utf-8"))
        paths = [Path(str(item)) for item in known]
    except (OSError, ValueError, TypeError):
        return []  # a convenience: a damaged list is an empty one
    return [path for path in paths if path.is_file()]


def remember_project(path: Path) -> None:
    """Put a project at the head of the list; a list that cannot be kept is no fault."""
    paths = [path, *(item for item in recent_projects() if item != path)][:_MOST_RECENT]
    text = json.dumps([str(item) for item in paths], ensure_ascii=False)
    try:
        _recent_file().parent.mkdir(parents=True, exist_ok=True)
        save_text(text, _recent_file())
    except OSError:
        return


def first_session(given: Path | None) -> Session:
    """Session of what was given on the command line: a project, a folder, or the demo."""
    here = Path.cwd()
    if given is None:
        return Session(demo=here / "demo").with_root(here)
    path = given.absolute()
    if path.is_dir():
        file = path / "project.yaml"
        return Session(project=file if file.is_file() else None).with_root(path)
    if not path.is_file():
        raise MissingFileError(
            "zones.app.no_project_file", path=str(path), there=in_its_place(path)
        )
    return Session(project=resolved(path)).with_root(resolved(path).parent)
