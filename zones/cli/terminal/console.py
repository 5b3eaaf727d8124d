"""What commands print in common: progress, findings, tables as JSON."""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from layers.base.findings import SEVERITY_WORDS
from layers.base.language import Phrase
from zones.cli.terminal.language import language, print_line, say

if TYPE_CHECKING:
    import pandas as pd
    from rich.progress import TaskID

    from zones.run.context import Teller


class _SilentTeller:
    """Tells nothing."""

    def step(self, _name: str, label: Phrase, number: int, total: int) -> None:
        """Tell nothing of a step."""

    def part(self, done: int, total: int) -> None:
        """Tell nothing of a part."""

    def note(self, text: Phrase) -> None:
        """Tell nothing of a note."""


class _LineTeller(_SilentTeller):
    """One plain line per step, on the error stream, so that output can be piped."""

    def step(self, _name: str, label: Phrase, number: int, total: int) -> None:
        """Print the step's line."""
        print_line(f"[{number}/{total}] {label.text(language())}", error=True)

    def note(self, text: Phrase) -> None:
        """Print the note."""
        print_line(text.text(language()), error=True)


class _BarTeller(_SilentTeller):
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

    def step(self, _name: str, label: Phrase, number: int, total: int) -> None:
        """Finish the last bar and begin one for the step."""
        self.finish()
        text = f"[{number}/{total}] {label.text(language())}"
        self._task = self.bar.add_task(text.replace("[", r"\["), total=1)

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


@contextlib.contextmanager
def telling(*, quiet: bool) -> Iterator[Teller]:
    """Teller that fits the stream."""
    if quiet:
        yield _SilentTeller()
    elif sys.stderr.isatty():
        teller = _BarTeller()
        with teller.bar:
            yield teller
            teller.finish()
    else:
        yield _LineTeller()


def print_findings(findings: Iterable[Mapping[Any, Any]], *, verbose: bool) -> None:
    """Print findings, rows of ``FINDINGS``, a line each; notes only where asked for."""
    hidden = 0
    for row in findings:
        if row["severity"] == "note" and not verbose:
            hidden += 1
            continue
        severity = SEVERITY_WORDS[row["severity"]].text(language())
        print_line(f"{severity} [{row['source']}] {row[f'message_{language()}']}")
    if hidden:
        print_line(say("zones.cli.notes_hidden", hidden=hidden))


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows of a table as plain data for JSON, figures with all their digits."""
    text = frame.to_json(orient="records", double_precision=15, force_ascii=False)
    found: list[dict[str, Any]] = json.loads(text)
    return found
