"""What a page may ask: the rooms, and the form of a question."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

#: Rooms of the page in their order: a module of ``static/rooms`` and a file of ``zones/app/rooms``.
ROOMS = ("start", "files", "check", "targets", "scenarios", "cover", "reports", "print")


class Question(BaseModel):
    """What a page asks: nothing but what the action knows."""

    model_config = ConfigDict(extra="forbid", frozen=True)
