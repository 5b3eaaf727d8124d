"""Start: the open project, those of late, the demo, a new one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from layers.base.errors import VungTrongError
from layers.base.files import resolved
from layers.base.messages import message
from layers.base.not_there import in_its_place
from layers.communes.gazetteer import provinces
from layers.io.endings import FOLDERS
from zones.app.desk import Desk, words
from zones.app.kinds import whole_files
from zones.app.question import Question
from zones.app.refused import RefusedError
from zones.app.session import recent_projects
from zones.demo import build_demo
from zones.project.template import write_new_project

_MOST_LISTED = 500


class At(Question):
    """A path of this machine."""

    path: str


class New(Question):
    """Where a new project shall lie, and for which province."""

    path: str
    province: str


def hello(desk: Desk) -> dict[str, Any]:
    """What the page must know at first; a project that does not load says why."""
    session = desk.session
    answer: dict[str, Any] = {
        "project": None,
        "fault": None,
        "recent": [str(path) for path in recent_projects()],
        "roots": [str(path) for path in session.roots],
        "here": str(session.roots[0] if session.roots and not session.project else Path.cwd()),
        "demo": None if session.demo is None else str(session.demo),
        "provinces": {code: item.name for code, item in provinces().items()},
    }
    if session.project is None:
        return answer
    answer["at"] = str(session.project)
    try:
        project = desk.project()
    except VungTrongError as error:
        return answer | {"fault": words(error.phrase)}
    title = {"vi": project.title, "en": project.title_en or project.title}
    return answer | {
        "project": {"title": title, "demo": project.demo, "language": project.annex.language},
        "readOnly": desk.session.read_only,
    }


def open_project(desk: Desk, asked: At) -> dict[str, Any]:
    """Open a project file, or the one of a folder; opening a path is what lets the desk see it."""
    path = _typed(asked.path)
    file = path / "project.yaml" if path.is_dir() else path
    if not file.is_file():
        if path.is_dir():
            desk.session = desk.session.with_root(path)
        raise RefusedError(
            404, message("zones.app.no_project_file", path=str(file), there=in_its_place(file))
        )
    desk.place(file)
    return hello(desk)


def open_folder(desk: Desk, asked: At) -> dict[str, Any]:
    """Let the desk see a folder."""
    path = _typed(asked.path)
    if not path.is_dir():
        raise RefusedError(404, message("zones.app.no_folder", path=str(path)))
    desk.session = desk.session.with_root(path)
    return browse(desk, At(path=str(path)))


def _typed(text: str) -> Path:
    if not text.strip() or "\0" in text:
        raise RefusedError(400, message("zones.app.no_path"))
    return Path(text.strip()).expanduser().absolute()


def browse(desk: Desk, asked: At) -> dict[str, Any]:
    """Folders and files of a folder that was opened, without parts and links that lead out."""
    folder = desk.session.inside(asked.path)
    if not folder.is_dir():
        raise RefusedError(404, message("zones.app.no_folder", path=asked.path))
    try:
        items = sorted(folder.iterdir(), key=lambda item: item.name.lower())
    except OSError as error:
        raise RefusedError(403, message("zones.app.no_folder", path=asked.path)) from error
    seen = [item for item in items if not item.name.startswith(".") and _inside(desk, item)]
    files = [item for item in seen if item.is_file() or item.suffix.lower() in FOLDERS]
    up = folder.parent if _inside(desk, folder.parent) else None
    return {
        "folder": str(folder),
        "up": None if up is None else str(up),
        "roots": [str(root) for root in desk.session.roots],
        "folders": [item.name for item in seen if item not in files][:_MOST_LISTED],
        "files": whole_files(item.name for item in files)[:_MOST_LISTED],
    }


def _inside(desk: Desk, path: Path) -> bool:
    real = resolved(path)
    return any(real.is_relative_to(root) for root in desk.session.roots)


def demo(desk: Desk) -> dict[str, Any]:
    """Open the demo province; it is made where it is not there yet."""
    folder = desk.session.demo or Path("demo").absolute()
    file = folder / "project.yaml"
    if not file.is_file():
        desk.teller.step("demo", message("zones.app.making_demo", folder=str(folder)), 1, 1)
        file = build_demo(folder, progress=desk.teller.part)
    desk.place(file)
    return hello(desk)


def new(desk: Desk, asked: New) -> dict[str, Any]:
    """Write a project to fill in, without a plan that nobody asked for, and open it."""
    folder = _typed(asked.path)
    file = write_new_project(folder, province=asked.province, with_plans=False)[0]
    desk.place(file)
    return hello(desk)


ACTIONS: dict[str, Callable[..., Any]] = {
    "hello": hello,
    "open": open_project,
    "folder": open_folder,
    "browse": browse,
    "demo": demo,
    "new": new,
}
