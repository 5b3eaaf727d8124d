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
    told = {name: about for name, about in file_words().items() if _is_there(folder, name)}
    width = max(map(len, told))
    parts = [_part(told, width, "vi"), _part(told, width, "en")]
    (folder / READ_ME).write_text("\n".join(parts), encoding="utf-8", newline="\n")


def _is_there(folder: Path, name: str) -> bool:
    return name == RECORD_NAME or (folder / name).exists()


def _part(told: dict[str, Phrase], width: int, language: Language) -> str:
    lines = [f"{name:<{width}}  {about.text(language)}" for name, about in told.items()]
    title = message("zones.output.read_me_title").text(language)
    return "\n".join([title, "=" * len(title), *lines, ""])


@functools.cache
def file_words() -> dict[str, Phrase]:
    """What each file or folder of a run is, in the order in which a person needs them."""
    return {row["file"]: Phrase(en=row["en"], vi=row["vi"]) for row in word_rows("files.csv")}
