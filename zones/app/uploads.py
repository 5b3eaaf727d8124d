"""Files that are dropped on the page: their kind and size are limited, and they are copied once."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from layers.base.messages import message
from layers.io.atomic import written_aside
from zones.app.kinds import refuse_unread, refuse_unread_report, whole_files
from zones.app.refused import RefusedError
from zones.app.session import Session

_MOST_BYTES = 100_000_000
_YEAR = re.compile(r"[12][0-9]{3}")
_NAME = re.compile(r"[^\x00-\x1f\x7f/\\:*?\"<>|]{1,120}")


def most_bytes(name: str, year: str = "") -> int:
    """Most bytes of a file of this name; a name that is none, or of another kind, is refused.

    ``year``: what is dropped is a report of that year.
    """
    if not _NAME.fullmatch(name) or name.startswith(".") or name.strip(". ") != name:
        raise RefusedError(400, message("zones.app.bad_name", name=name[:80]))
    if year:
        refuse_unread_report(name)
    else:
        refuse_unread(name)
    return _MOST_BYTES


def returned_folder(home: Path, year: int) -> Path:
    """Folder beside the project for reports of a year that are dropped on the page."""
    return home / f"returned-{year}"


def keep_upload(session: Session, name: str, body: bytes, year: str = "") -> dict[str, Any]:
    """Copy a file into the project's folder; one of that name is never replaced.

    A report of a year goes into that year's own folder.
    """
    if session.project is None:
        raise RefusedError(409, message("zones.app.no_project"))
    if session.read_only:
        raise RefusedError(409, message("zones.app.read_only"))
    home = session.project.parent
    if year:
        if not _YEAR.fullmatch(year):
            raise RefusedError(400, message("zones.app.bad_name", name=year[:80]))
        home = session.inside(returned_folder(home, int(year)))
        home.mkdir(exist_ok=True)
    target = session.inside(home / name)
    if target.exists():
        if target.read_bytes() == body:
            return {"path": str(target), "copied": False}
        raise RefusedError(409, message("zones.app.there_already", name=name))
    with written_aside(target, overwrite=False) as part:
        part.write_bytes(body)
    return {"path": str(target), "copied": True}


def take_away(
    session: Session, path: str, copied: dict[str, str], named: Iterable[str]
) -> list[str]:
    """Take a copy away that was made here, with its parts; nothing else is ever removed.

    ``copied``: digest of what was dropped, by path. ``named``: files that the open project reads. A
    copy that the project reads, or that holds something else by now, is the user's own and stays.
    """
    if path not in copied:
        raise RefusedError(403, message("zones.app.not_copied", path=path[:80]))
    whole = Path(path)
    gone = [file for file in map(Path, copied) if _is_of(file, whole)]
    elsewhere = session.project is None or session.project.parent not in whole.parents
    read = any(_is_of(file, Path(name)) for file in gone for name in named)
    if elsewhere or read or any(_digest(it) not in ("", copied[str(it)]) for it in gone):
        raise RefusedError(409, message("zones.app.own_by_now", name=whole.name))
    for file in gone:
        file.unlink(missing_ok=True)
        del copied[str(file)]
    return sorted(file.name for file in gone)


def _is_of(file: Path, whole: Path) -> bool:
    """Whether a file is another, or a part of it."""
    beside = file.parent == whole.parent
    return file == whole or (beside and whole_files([whole.name, file.name]) == [whole.name])


def _digest(file: Path) -> str:
    """Digest of a file; none where it is gone."""
    if not file.exists():
        return ""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
