"""One process beside this one: started early, it loads and compiles ahead of need, then draws.

Python's lock keeps two threads from compiling or drawing at once; a second process does not wait.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import multiprocessing
import os
import signal
import sys
import threading
import warnings
from collections.abc import Iterator, Sequence
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing.connection import wait
from pathlib import Path

from layers.base.errors import ClusterError


def cores() -> int:
    """Number of cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@dataclass(frozen=True, slots=True)
class Processes:
    """Processes beside this one, and a folder for what they write until the block ends."""

    pool: Executor
    folder: Path
    count: int

    def load(self, modules: Sequence[str]) -> Future[None]:
        """Load modules in a process; what they compile is in the cache when the future is done."""
        with _without_interrupt():
            return self.pool.submit(_load, tuple(modules))


@contextlib.contextmanager
def processes(count: int, folder: Path) -> Iterator[Processes]:
    """Processes that end with this block, however it ends, whatever they are at then.

    What they write goes to ``folder``, which must stay until the block has ended.
    """
    before = set(multiprocessing.active_children())
    # "spawn" everywhere: a fork of a process with threads of its own may hang.
    pool = ProcessPoolExecutor(
        count,
        mp_context=multiprocessing.get_context("spawn"),
        initializer=_settle,
        initargs=(gc.get_threshold(),),
    )
    try:
        yield Processes(pool, folder, count)
    except BrokenExecutor as error:
        raise ClusterError("layers.base.process_lost") from error
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
        for child in set(multiprocessing.active_children()) - before:
            child.terminate()
            child.join()


def _load(modules: tuple[str, ...]) -> None:
    for module in modules:
        importlib.import_module(module)


@contextlib.contextmanager
def _without_interrupt() -> Iterator[None]:
    """Let a process that starts here leave Ctrl-C to this one."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    held = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, held)


def _settle(circles: tuple[int, int, int]) -> None:
    """Behave as the process that started this one, and end when it is gone."""
    gc.set_threshold(*circles)
    if not sys.warnoptions:
        warnings.simplefilter("ignore")
    threading.Thread(target=_follow, daemon=True).start()


def _follow() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)
