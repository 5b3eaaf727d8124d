"""What to say of a file that is not there: the nearest name, or what its folder holds."""

from __future__ import annotations

import difflib
import itertools
import unicodedata
from pathlib import Path

from layers.base.language import Phrase
from layers.base.messages import message

_LOOKED_AT = 2_000  # Names of a folder that are looked at: a share of an office may hold more


def in_its_place(path: Path) -> Phrase:
    """Say which name was perhaps meant, else what the folder holds, the likest names first."""
    near = nearest_name(path)
    if near is not None:
        return near
    folder, names = path.parent, _names(path.parent)
    if names is None:
        return message("layers.base.folder_not_there", folder=folder)
    if not names:
        return message("layers.base.folder_is_empty", folder=folder)
    likest = sorted(names, key=lambda name: (not _same_kind(name, path), -_alike(name, path), name))
    return message("layers.base.folder_holds", folder=folder, names=likest)


def nearest_name(path: Path) -> Phrase | None:
    """Say which name of the folder was perhaps meant, if one is near."""
    names = [name for name in _names(path.parent) or [] if name != path.name]
    plain = {_plain(name): name for name in reversed(names)}
    near = difflib.get_close_matches(_plain(path.name), plain, n=1, cutoff=0.7)
    return message("layers.base.did_you_mean", name=plain[near[0]]) if near else None


def _names(folder: Path) -> list[str] | None:
    """Names in a folder, sorted; None where there is no such folder, or it may not be seen."""
    try:
        found = [item.name for item in itertools.islice(folder.iterdir(), _LOOKED_AT)]
    except OSError:
        return None
    return sorted(name for name in found if not name.startswith("."))


def _plain(name: str) -> str:
    """Name without marks, spaces and case: ``Ranh giới.GPKG`` and ``ranh_gioi.gpkg`` are near."""
    letters = unicodedata.normalize("NFD", name.lower()).replace("đ", "d")
    kept = (letter for letter in letters if not unicodedata.combining(letter))
    return "".join("_" if letter in " -" else letter for letter in kept)


def _same_kind(name: str, path: Path) -> bool:
    return Path(name).suffix.lower() == path.suffix.lower()


def _alike(name: str, path: Path) -> float:
    return difflib.SequenceMatcher(None, _plain(name), _plain(path.name)).ratio()
