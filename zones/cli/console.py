"""How a run tells of itself: a progress bar on a terminal, plain lines otherwise."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

from layers.base.language import Phrase
from zones.cli.language import language, print_line
from zones.run.run import SilentTeller, step_label

if TYPE_CHECKING:
    from rich.progress import TaskID

__all__ = ["BarTeller", "LineTeller", "telling"]


class LineTeller(SilentTeller):
    """One plain line per step, on the error stream, so that output can be piped."""

    def step(self, name: str, number: int, total: int) -> None:
        """Print the step's line."""
        print_line(f"[{number}/{total}] {_label(name)}", error=True)

    def note(self, text: Phrase) -> None:
        """Print the note."""
        print_line(text.text(language()), error=True)


class BarTeller(SilentTeller):
    """A progress bar per step."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

        self.bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.completed:.0f}/{task.total:.0f}"),
            TimeElapsedColumn(),
            console=Console(stderr=True),
        )
        self._task: TaskID | None = None

    def step(self, name: str, number: int, total: int) -> None:
        """Finish the last bar and begin one for the step."""
        self.finish()
        self._task = self.bar.add_task(
            f"[{number}/{total}] {_label(name)}".replace("[", r"\["), total=1
        )

    def part(self, done: int, total: int) -> None:
        """Move the bar."""
        if self._task is None:
            self._task = self.bar.add_task("", total=total)
        self.bar.update(self._task, completed=done, total=max(total, 1))

    def note(self, text: Phrase) -> None:
        """Print the note above the bars."""
        self.bar.console.print(text.text(language()), markup=False)

    def finish(self) -> None:
        """Fill the bar of the step that has ended."""
        if self._task is not None:
            total = self.bar.tasks[self._task].total or 1
            self.bar.update(self._task, completed=total)


def _label(name: str) -> str:
    return step_label(name).text(language())


@contextlib.contextmanager
def telling(*, quiet: bool) -> Iterator[SilentTeller]:
    """Teller that fits the stream."""
    if quiet:
        yield SilentTeller()
    elif sys.stderr.isatty():
        teller = BarTeller()
        with teller.bar:
            yield teller
            teller.finish()
    else:
        yield LineTeller()
