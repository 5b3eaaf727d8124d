"""Entries of the project file: the files that it names, and what it says of each."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ruamel.yaml.comments import CommentedMap

from layers.kinds.crops import crop_named
from zones.project.yaml import is_there

_TEXTS = ("source", "layer", "sheet", "decimal", "crs", "code_table")


def sections(document: CommentedMap, key: str) -> CommentedMap:
    """What stands under a key, where that is a section at all."""
    found = document.get(key)
    return found if isinstance(found, CommentedMap) else CommentedMap()


def entries(document: CommentedMap, home: Path) -> list[dict[str, Any]]:
    """Files that the project names; an entry that is no section is listed, to be taken out."""
    listed = [("communes", "communes", sections(document, "communes"))]
    layers = sections(document, "layers")
    for name in layers:
        item = sections(layers, name)
        listed.append((str(name), str(item.get("kind", "")), item))
    return [
        {
            "name": name,
            "kind": kind,
            "path": str(item.get("path", "")),
            "at": str((home / str(item.get("path", ""))).resolve()),
            "there": bool(item.get("path")) and is_there(home / str(item["path"])),
            "date": str(item.get("date") or item.get("vintage") or ""),
            **{key: str(item.get(key) or "") for key in _TEXTS},
            "columns": _columns(item),
            "crops": {text: crop_named(it)[0] or it for text, it in _named(item, "crops").items()},
            "classes": _named(item, "classes"),
            "communes": _named(item, "communes") if kind in ("report", "reconciled") else {},
        }
        for name, kind, item in listed
    ]


def _named(item: CommentedMap, key: str) -> dict[str, str]:
    return {str(name): str(value) for name, value in sections(item, key).items() if value}


def _columns(item: CommentedMap) -> dict[str, str]:
    """Columns that an entry names, "" where it says that there is none; boundaries name two."""
    told = {
        str(name): "" if value is None else str(value)
        for name, value in sections(item, "columns").items()
    }
    pair = ("code", "name")
    return told | {it: str(item[f"{it}_column"]) for it in pair if item.get(f"{it}_column")}


def entry_of(
    listed: list[dict[str, Any]],
    path: Path,
    *,
    name: str = "",
    kind: str | None = None,
    part: str | None = None,
) -> dict[str, Any]:
    """Entry that lists a file, or this layer or sheet (``part``) of it; empty where none does."""
    at = str(path.resolve())
    return next(
        (
            it
            for it in listed
            if it["at"] == at
            and name in ("", it["name"])
            and kind in (None, it["kind"])
            and (part is None or (it["layer"] or it["sheet"]) in ("", part))
        ),
        {},
    )
