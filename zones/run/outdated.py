"""What no longer holds, or was edited by a person, is kept aside: nothing is taken away unasked.

``outdated/`` in the output folder holds the latest copy of each result that belongs to earlier
settings or data, until it is made again, and every file that a person changed before a run
replaced it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from zones.output.folder import OUTDATED_FOLDER, TABLES_FOLDER
from zones.output.record import file_digest
from zones.run.reuse import is_whole

#: Part of the record with the digests of copies that a later run may replace.
_KEY = "outdated"


@dataclass(frozen=True, slots=True)
class Aside:
    """Files of an output folder that a run moves aside."""

    steps: tuple[str, ...] = ()  # Steps whose results no longer hold and are not done again
    edited: tuple[str, ...] = ()  # Files that the run makes anew and that a person has changed
    moved: Mapping[str, str] = field(default_factory=dict)  # File to the name of its copy
    gone: Collection[str] = ()  # Files that are neither kept nor moved
    copies: Collection[str] = ()  # Copies of earlier runs that go when their result is made again

    def pages(self) -> list[str]:
        """Files that a person opens, among those of earlier settings."""
        tables = f"{TABLES_FOLDER}/"
        return [name for name in self.moved if not name.startswith(tables)]


def files_aside(
    out: Path, recorded: Mapping[str, Any] | None, stays: Collection[str], todo: Collection[str]
) -> Aside:
    """Find what a run keeps aside; steps that stay keep their files."""
    recorded = recorded or {}
    made: Mapping[str, Any] = recorded.get("steps", {})
    digests: Mapping[str, str] = recorded.get("outputs", {})
    stale = [name for name in made if name not in stays and name not in todo]
    old = [file for name in stale for file in made[name].get("files", ()) if (out / file).is_file()]
    again = [file for name in todo for file in made.get(name, {}).get("files", ())]
    edited = [file for file in again if (out / file).is_file() and _is_edited(out, file, digests)]
    ours = _replaceable(out, recorded)
    moved = {file: copy_name(out, file, ours) for file in [*old, *edited]}
    gone = (set(again) - set(moved)) | (ours & set(moved.values()))
    return Aside(tuple(stale), tuple(edited), moved, gone, ours - gone)


def _is_edited(out: Path, file: str, digests: Mapping[str, str]) -> bool:
    return file in digests and not is_whole(out / file, digests[file])


def _replaceable(out: Path, recorded: Mapping[str, Any]) -> set[str]:
    """Copies that a run put aside and nobody has changed since."""
    kept: Mapping[str, str] = recorded.get(_KEY, {})
    return {name for name, digest in kept.items() if is_whole(out / name, digest)}


def copy_name(out: Path, file: str, ours: Collection[str]) -> str:
    """Name of a copy: that of the file, with a number where a person's copy has it."""
    path = PurePosixPath(OUTDATED_FOLDER, file)
    name, number = path, 2
    while (out / name).exists() and str(name) not in ours:
        name, number = path.with_stem(f"{path.stem} ({number})"), number + 1
    return str(name)


def drop_renewed(stage: Path, aside: Aside, done: Mapping[str, Any]) -> None:
    """Take away the copies whose results stand in the folder again."""
    made = {f"{OUTDATED_FOLDER}/{file}" for step in done.values() for file in step["files"]}
    for name in made.intersection(aside.copies):
        (stage / name).unlink()
    folder = stage / OUTDATED_FOLDER
    for place in sorted([folder, *folder.rglob("*")], reverse=True):
        if place.is_dir() and not any(place.iterdir()):
            place.rmdir()


def outdated_record(
    stage: Path, recorded: Mapping[str, Any] | None, aside: Aside
) -> dict[str, str]:
    """Digests of the copies that a later run may replace: those that no person has changed."""
    before: Mapping[str, str] = (recorded or {}).get(_KEY, {})
    kept = {name: digest for name, digest in before.items() if is_whole(stage / name, digest)}
    digests: Mapping[str, str] = (recorded or {}).get("outputs", {})
    for file, name in aside.moved.items():
        if (stage / name).is_file() and digests.get(file) == (made := file_digest(stage / name)):
            kept[name] = made
    return dict(sorted(kept.items()))
