"""What a page may ask: the rooms, and the form of a question."""

from __future__ import annotations

from itertools import groupby
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

#: Rooms of the page in their order: a module of ``static/rooms`` and a file of ``zones/app/rooms``.
ROOMS = ("start", "files", "check", "targets", "scenarios", "cover", "reports", "print")


#: Most changes of figures that are tried at once: each is applied after the one before it.
MOST_CHANGES = 1_000


def _without_echoes(changes: tuple[str, ...]) -> tuple[str, ...]:
    """Changes without those that say what was just said; a factor ("1.2x") works each time."""
    return tuple(
        line
        for text, same in groupby(changes)
        for line in (same if text.lower().endswith("x") else (text,))
    )


#: Changes of figures, ``KEY=VALUE`` as the command line takes them.
ChangeLines = Annotated[
    tuple[str, ...], Field(max_length=MOST_CHANGES), AfterValidator(_without_echoes)
]


class Question(BaseModel):
    """What a page asks: nothing but what the action knows."""

    model_config = ConfigDict(extra="forbid", frozen=True)
