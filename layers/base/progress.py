"""How long work tells how far it is, without knowing who listens."""

from __future__ import annotations

from typing import Protocol

__all__ = ["Progress", "silent"]


class Progress(Protocol):
    """Called now and then by long work."""

    def __call__(self, done: int, total: int) -> None:
        """Tell that ``done`` of ``total`` parts are finished."""


def silent(done: int, total: int) -> None:
    """Listen to nothing (the default)."""
