"""The project file as the page writes it: looked at before it is written, with a way back."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from ruamel.yaml.comments import CommentedMap

from layers.base.errors import VungTrongError
from layers.base.language import Phrase
from layers.base.messages import message
from layers.base.resources import rows_put_back
from layers.io.atomic import save_text
from zones.app.desk import Desk
from zones.app.refused import RefusedError
from zones.project.model import project_of
from zones.project.yaml import dump_document, merge_document, parse_document, read_text
from zones.project.yaml_blocks import change_block, cut_block, put_block

#: Texts that can be taken back, and their letters together: each answer carries them.
_MOST_STEPS, _MOST_LETTERS = 20, 300_000


def project_path(desk: Desk) -> Path:
    """Project file that is open."""
    if desk.session.project is None:
        raise RefusedError(409, message("zones.app.no_project"))
    return desk.session.project


def write_project(desk: Desk, made: Mapping[str, Any] | str, *, always: bool = False) -> None:
    """Write the project file, and keep what stood there.

    A text that would not load is refused where the one before would: nobody is left with a project
    that the page itself broke. ``always``: what was asked for is done all the same.
    """
    desk.may_write()
    file = project_path(desk)
    before = read_text(file)
    text = made if isinstance(made, str) else dump_document(made)
    if text == before:
        return
    fault = _fault(text, file)
    if fault is not None and not always and _fault(before, file) is None:
        raise RefusedError(422, message("zones.app.would_not_load", why=fault))
    save_text(text, file)
    kept = [*desk.session.past, (before, _digest(text))][-_MOST_STEPS:]
    while kept and sum(len(earlier) for earlier, _ in kept) > _MOST_LETTERS:
        kept.pop(0)
    desk.session = replace(desk.session, past=tuple(kept))


def can_undo(desk: Desk) -> bool:
    """Whether the last change of the file was made here, and nobody wrote it since."""
    file, past = project_path(desk), desk.session.past
    try:
        return bool(past) and past[-1][1] == _digest(read_text(file))
    except VungTrongError:
        return False


def undo(desk: Desk) -> None:
    """Put back the text that stood there before the last change."""
    desk.may_write()
    file = project_path(desk)
    if not can_undo(desk):
        raise RefusedError(409, message("zones.app.changed_elsewhere", file=file.name))
    *earlier, (text, _) = desk.session.past
    save_text(text, file)
    desk.session = replace(desk.session, past=tuple(earlier))


def with_changes(text: str, file: Path, changes: list[str]) -> str:
    """Text of a project or scenario file with these changed figures, and no others."""
    document = parse_document(text, file)
    if "scenario_of" in document:
        _set_changes(document, changes)
        return dump_document(document)
    section = document.get("allocation")
    if not isinstance(section, CommentedMap):
        return put_block(text, "allocation", "changes", changes) if changes else text
    if not changes and set(section) <= {"changes"}:
        return cut_block(text, "allocation")

    return change_block(text, file, ("allocation",), lambda it: _set_changes(it, changes))


def with_settings(text: str, file: Path, section: str, wanted: Mapping[str, Any]) -> str:
    """Text of a project file with these keys of a section; None takes a key out."""

    def change(held: CommentedMap) -> None:
        for key, value in wanted.items():
            if value is None:
                held.pop(key, None)
            elif isinstance(held.get(key), CommentedMap) and isinstance(value, Mapping):
                merge_document(held[key], value, keys=())
            else:
                held[key] = value

    if isinstance(parse_document(text, file).get(section), CommentedMap):
        return change_block(text, file, (section,), change) if wanted else text
    for key, value in wanted.items():
        text = text if value is None else put_block(text, section, key, value)
    return text


def _set_changes(section: CommentedMap, changes: list[str]) -> None:
    if changes:
        section["changes"] = changes
    else:
        section.pop("changes", None)


def _fault(text: str, file: Path) -> Phrase | None:
    """What keeps a text from being a project; whether its files are there does not matter."""
    try:
        with rows_put_back():
            project_of(parse_document(text, file), file)
    except VungTrongError as error:
        return error.phrase
    return None


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
