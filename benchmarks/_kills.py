"""Commands that are ended at random instants: what was there before stays whole, byte by byte.

A command is killed (SIGKILL) or asked to stop (SIGTERM, SIGINT). Afterwards its outputs are the
earlier ones, or the new ones complete, or cannot be opened; every few tries the command runs to its
end and nothing else may be left beside its outputs.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import random
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks._random_projects import write_random_project
from zones.reports.ledger import Ledger

__all__ = ["Kill", "try_kills"]

#: Starts a command in a child process, by its words and folder; gives the number of the process.
Start = Callable[[list[str], Path], int]
#: Waits for a process: exit code (negative: the signal that it died of), None where it hangs.
Wait = Callable[[int], int | None]

_FOLDER = "out"
_CONVERT = "names convert layer-shp.shp --from 2024 --to 2025 --province 20 --code-column maxa"
_YEAR = "--year 2026 --out"
#: Commands, and how often each is tried: the long ones more seldom.
_COMMANDS = {
    "run project.yaml --overwrite": 1,
    "run project.yaml --only measure --overwrite": 4,
    "run project.yaml --only annex --overwrite": 2,
    "annex project.yaml": 2,
    "allocate project.yaml --out plan --overwrite": 2,
    f"{_CONVERT} --out new.shp --overwrite": 6,
    "qgis project.yaml --out desk --overwrite": 2,
    "sample make project.yaml --points 60 --out sample --overwrite": 3,
    "plan import mine.yaml targets.xlsx --decimal , --output new.yaml --overwrite": 3,
    f"reports make project.yaml {_YEAR} forms --overwrite": 2,
    f"reports collect project.yaml forms {_YEAR} replies --overwrite": 4,
}
#: A random project with a forest layer that holds a crop of its plan.
_PROJECT = 7
#: What some need, done once before.
_BEFORE = {
    "plan import": ("plan export mine.yaml targets.xlsx --overwrite",),
    "reports collect": (f"reports make project.yaml {_YEAR} forms --overwrite",),
}
_FOLDERS = ("out", "plan", "desk", "sample", "forms", "replies")
_SIGNALS = (signal.SIGKILL, signal.SIGTERM, signal.SIGINT)
#: Every so many tries a command runs to its end, and what is left beside its outputs is looked at.
_WHOLE_EVERY = 5


@dataclass(frozen=True, slots=True)
class Kill:
    """How one try ended.

    Parameters
    ----------
    command : str
        The command line.
    how : str
        Signal, and after how many seconds.
    fault : str
        What was wrong; empty where all was well.
    done : bool
        Whether the command was done before the signal came.
    """

    command: str
    how: str
    fault: str
    done: bool


def try_kills(
    place: Path, documents: Path, start: Start, wait: Wait, *, counts: tuple[int, int], seed: int
) -> Iterator[Kill]:
    """End commands at random instants: so many kills, then so many signals."""
    folder = place / "kills"
    write_random_project(folder, _PROJECT)
    for path in documents.glob("layer-shp*"):
        shutil.copy(path, folder)
    durations: dict[str, float] = {}
    before: dict[str, str] = {}
    rng = random.Random(seed)
    for number in range(sum(counts)):
        (command,) = rng.choices(list(_COMMANDS), list(_COMMANDS.values()))
        if command not in durations:
            durations[command] = _done_once(folder, command, start, wait)
            before = _digests(folder)
        how = _SIGNALS[0] if number < counts[0] else rng.choice(_SIGNALS[1:])
        instant = rng.random() * durations[command]
        process = start(command.split(), folder)
        time.sleep(instant)
        code = _ended(process, how, wait)
        fault = _wrong_code(code, how) or _wrong_files(folder, before)
        if not fault and number % _WHOLE_EVERY == 0:
            fault = _run_whole(folder, command, start, wait, before)
        yield Kill(command, f"{how.name} after {instant:.2f} s", fault, code in (0, 1))
        if fault:
            break  # what follows would tell of the same damage


def _done_once(folder: Path, command: str, start: Start, wait: Wait) -> float:
    """Seconds that a command takes, after what it needs."""
    begun = 0.0
    for needed in (*_BEFORE.get(" ".join(command.split()[:2]), ()), command):
        begun = time.monotonic()
        code = wait(start(needed.split(), folder))
        if code not in (0, 1):
            told = (folder / ".told").read_text("utf-8", errors="replace")
            raise RuntimeError(f"{needed} ended with {code}: {told}")
    return time.monotonic() - begun


def _ended(process: int, how: signal.Signals, wait: Wait) -> int | None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(process, how)
    return wait(process)


def _wrong_code(code: int | None, how: signal.Signals) -> str:
    """What an exit code may not be: killed, stopped (2), or done before (0, 1)."""
    expected = (-signal.SIGKILL,) if how == signal.SIGKILL else (2,)
    return "" if code in (*expected, 0, 1) else f"exit code {code}"


def _digests(folder: Path) -> dict[str, str]:
    """Digest of every file but the records of runs and the hidden ones; of a ledger its rows."""
    ledger = folder / "reports.sqlite"
    rows = {ledger.name: str(len(Ledger(ledger).history()))} if ledger.exists() else {}
    return rows | {
        path.relative_to(folder).as_posix(): _digest(path)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        and path.name != "run.json"
        and not path.name.startswith(ledger.name)
        and not any(part.startswith(".") for part in path.relative_to(folder).parts)
    }


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _wrong_record(out: Path) -> str:
    """What the record of a run says of its files and is not so."""
    recorded = json.loads((out / "run.json").read_text("utf-8"))["outputs"]
    wrong = [name for name, digest in recorded.items() if _digest(out / name) != digest]
    return f"the record differs from {', '.join(wrong[:5])}" if wrong else ""


def _wrong_files(folder: Path, before: dict[str, str]) -> str:
    """What is not as it was; a layer that waits to be moved, or a folder to be put back, is."""
    there = _digests(folder)
    if any(folder.glob(".new.shp.ready")) or any(folder.glob(".new.shp.moving")):
        if "new.shp" in there:
            return "new.shp can be opened while its parts are moved"
        there = {name: it for name, it in there.items() if not name.startswith("new.")}
        before = {name: it for name, it in before.items() if not name.startswith("new.")}
    for name in _FOLDERS:
        kept = folder / f".{name}.old"
        if not (folder / name).exists() and kept.exists():
            there |= {f"{name}/{inner}": it for inner, it in _digests(kept).items()}
    changed = sorted(name for name in {*there, *before} if there.get(name) != before.get(name))
    if changed:
        return f"{len(changed)} files differ: {', '.join(changed[:5])}"
    return _wrong_record(folder / "out") if (folder / "out").exists() else ""


def _run_whole(folder: Path, command: str, start: Start, wait: Wait, before: dict[str, str]) -> str:
    code = wait(start(command.split(), folder))
    if code not in (0, 1):
        return f"the next run ended with {code}"
    outputs = (word for word in (*_FOLDERS, "new.shp", "new.yaml") if _writes(command, word))
    left = [path.name for word in outputs for path in folder.glob(f".{word}.*")]
    return f"left behind: {', '.join(left)}" if left else _wrong_files(folder, before)


def _writes(command: str, output: str) -> bool:
    words = command.split()
    named = [words[words.index(option) + 1] for option in ("--out", "--output") if option in words]
    return output in (named or [_FOLDER])
