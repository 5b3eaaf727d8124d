"""A second process of a command: compiles and loads while the first works, then draws."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import dataclass

from layers.base.second_process import Processes, cores, processes
from layers.io.atomic import scratch_folder

#: Rooms whose kernels are compiled when they are loaded, and what draws pages.
_KERNELS = ("layers.engine.overlaps", "layers.engine.overlay", "layers.engine.tabulate")
_PAGES = ("maps.atlas.atlas",)


@dataclass(frozen=True, slots=True)
class Second:
    """The second process, where there is a core for it."""

    processes: Processes | None = None
    _kernels: Future[None] | None = None

    def await_kernels(self) -> None:
        """Wait until the kernels are in the cache: loaded here before, they are compiled twice."""
        if self._kernels is not None:
            self._kernels.result()


@contextlib.contextmanager
def second_process(*, count: int = 1, compiles: bool = False) -> Iterator[Second]:
    """Start a second process that loads what draws pages, the kernels before it if it compiles.

    ``count`` is the number of processes beside this one; 0 for none.
    """
    if not count or cores() < 2:
        yield Second()
        return
    # What they write goes when they are gone: before, they might still write.
    with scratch_folder() as folder, processes(count, folder) as beside:
        kernels = beside.load(_KERNELS) if compiles else None
        beside.load(_PAGES)
        yield Second(beside, kernels)
