"""The first page of a project as it was last seen: shown at once, while the worker makes it anew.

It is kept in a file of the user's own, under a key of all that it was made from; what is made
afterwards is held against it.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from pathlib import Path
from typing import Any

from layers.io.atomic import save_text
from zones.app.session import settings_folder
from zones.output.record import software_versions
from zones.project.model import Project
from zones.run.reuse import read_sources

_MOST_KEPT = 8


def page_key(project: Project) -> str:
    """Digest of the files of a project, of what it says, and of the software."""
    own = hashlib.sha256(project.file.read_bytes()).hexdigest()
    made_of = [own, project.model_dump_json(), read_sources(project), software_versions()]
    return hashlib.sha256(json.dumps(made_of, sort_keys=True).encode()).hexdigest()


def kept_page(project: Project) -> dict[str, Any] | None:
    """The page as it was kept, if all that it was made from is the same."""
    try:
        said = json.loads(_file(project).read_text("utf-8"))
        answer = said["answer"] if said["key"] == page_key(project) else None
    except (OSError, ValueError, TypeError, KeyError):
        return None  # a convenience: a page that cannot be read is made
    return answer if isinstance(answer, dict) else None


def keep_page(project: Project, answer: dict[str, Any]) -> None:
    """Keep a page for the next time, and those of the projects opened last beside it."""
    file = _file(project)
    with contextlib.suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.parent.chmod(0o700)  # its figures are for its owner
        save_text(json.dumps({"key": page_key(project), "answer": answer}), file)
        known = sorted(file.parent.glob("*.json"), key=lambda item: -item.stat().st_mtime)
        for old in known[_MOST_KEPT:]:
            old.unlink()


def forget_page(project: Project) -> None:
    """Let go of a page that was not what is made of the project."""
    with contextlib.suppress(OSError):
        _file(project).unlink()


def _file(project: Project) -> Path:
    name = hashlib.sha256(str(project.file).encode()).hexdigest()[:16]
    return settings_folder() / "pages" / f"{name}.json"
