"""The note in an output folder that says what each of its files is, in both languages."""

from __future__ import annotations

import functools
from pathlib import Path

from layers.base.language import Language, Phrase
from layers.base.messages import message
from zones.output.record import RECORD_NAME
from zones.output.table_words import word_rows

READ_ME = "READ-ME.txt"


def write_read_me(folder: Path) -> None:
    """Write the note about the files that lie in a folder; the record comes after it."""
    told = {
        name: about for key, about in file_words().items() for name in _names_there(folder, key)
    }
    width = max(map(len, told))
    parts = [_part(told, width, "vi"), _part(told, width, "en")]
    (folder / READ_ME).write_text("\n".join(parts), encoding="utf-8", newline="\n")


def _names_there(folder: Path, key: str) -> list[str]:
    """Names in a folder that a line of the list speaks of: its own, or all of its pattern."""
    if "*" in key:
        return sorted(path.name for path in folder.glob(key))
    return [key] if key == RECORD_NAME or (folder / key).exists() else []


def _part(told: dict[str, Phrase], width: int, language: Language) -> str:
    lines = [f"{name:<{width}}  {about.text(language)}" for name, about in told.items()]
    title = message("zones.output.read_me_title").text(language)
    return "\n".join([title, "=" * len(title), *lines, ""])


@functools.cache
def file_words() -> dict[str, Phrase]:
    """What each file or folder of a run is, in the order in which a person needs them."""
    return {row["file"]: Phrase(en=row["en"], vi=row["vi"]) for row in word_rows("files.csv")}
