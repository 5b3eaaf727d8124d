"""Who runs the pieces: this process, its threads, or the workers of a cluster.

The engine cuts its work into independent pieces of bounded size. Whoever runs them, results are
handed back in the order of the pieces, so that sums are formed in one order and come out the same.
"""

from __future__ import annotations

import os
import threading
import time
import warnings
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import CancelledError, ThreadPoolExecutor, wait
from dataclasses import dataclass
from functools import cache, partial
from typing import Any, Protocol, TypeVar

from layers.base.errors import ClusterError, InputError, VungTrongError

Piece = TypeVar("Piece")
Result = TypeVar("Result")

#: A number of local workers (threads: the kernels and GDAL run outside Python's lock), or a
#: ``dask.distributed.Client``.
Workers = int | Any

# A piece whose worker dies is run again by the scheduler; one that fails for want of a file or a
# connection, this often. Errors of ours would come back the same: they are not tried again.
RETRIES = 2
# What dask raises when a piece has outlived too many workers, or the scheduler is gone; by name,
# since the library is an extra.
LOST = ("KilledWorker", "FutureCancelledError", "CommClosedError")
#: A cluster without a worker for so long will have none (seconds).
PATIENCE_S = 40.0
# How often a result that does not come is asked whether anyone still works on it.
_GLANCE_S = 5.0
# How often a client that looks for its scheduler is asked whether it has found it.
_NAP_S = 0.1
# Pieces under way per worker: enough to keep it busy, few enough to bound memory.
AHEAD = 2
_THREADS = "vungtrong-worker"


def worker_count(workers: Workers) -> int:
    """Count the workers there are."""
    if isinstance(workers, int) and not isinstance(workers, bool) and workers >= 1:
        return workers
    if hasattr(workers, "submit") and hasattr(workers, "ncores"):
        return max(1, int(sum(workers.ncores().values())))
    raise InputError("layers.base.bad_worker_count", workers=workers)


def local_workers(workers: Workers) -> int:
    """Count the workers of this process, for work that is not worth sending to a cluster."""
    return workers if isinstance(workers, int) else os.cpu_count() or 1


def ask_workers(workers: Workers, question: Callable[..., Result], *about: Any) -> list[Result]:
    """Ask every worker of a cluster at once; none where the work is done in this process."""
    if isinstance(workers, int):
        return []
    return list(workers.run(question, *about, on_error="ignore").values())


def run_pieces(
    task: Callable[..., Result],
    pieces: Iterable[Piece],
    *,
    workers: Workers = 1,
    common: Any = None,
) -> Iterator[Result]:
    """Run a task on every piece, and on what all of them need in ``common``, sent once."""
    count = worker_count(workers)
    if not isinstance(workers, int):
        for answer in _on_cluster(_Sender(workers, task, common), pieces, AHEAD * count):
            if isinstance(answer, _Failure):
                raise answer.error
            yield answer
        return
    if common is not None:
        task = partial(_with, common, task)
    if count == 1 or threading.current_thread().name.startswith(_THREADS):
        yield from map(task, pieces)  # a thread of the pool would wait for itself
    else:
        pool = _threads(count)
        yield from _in_order(lambda piece: pool.submit(task, piece), pieces, AHEAD * count)


@cache
def _threads(count: int) -> ThreadPoolExecutor:
    """Threads that stay from one call to the next: the memory of new ones costs a tenth of it."""
    return ThreadPoolExecutor(count, thread_name_prefix=_THREADS)


if hasattr(os, "register_at_fork"):  # threads do not come along into a fork
    os.register_at_fork(after_in_child=_threads.cache_clear)


class _Sent:
    """A piece on a cluster: kept until its result is here, to be sent again if need be."""

    def __init__(self, client: Any, send: Callable[[Any], Any], piece: Any) -> None:
        self.client = client
        self._send, self._piece, self._losses = send, piece, 0
        self._submit()

    def _submit(self) -> None:
        self._future = self._send(self._piece)
        # Asked for a result that is not there, a busy client may lose its own answer: it tells.
        self._settled = arrived = threading.Event()
        self._future.add_done_callback(lambda _future: arrived.set())

    def settled(self, patience_s: float) -> bool:
        """Whether it has a result, an error, or was forgotten, after so many seconds at most."""
        return self._settled.wait(patience_s)

    def result(self) -> Any:
        """Give the result; what a scheduler has forgotten is sent again, and there is none yet."""
        try:
            return self._future.result(timeout=PATIENCE_S)
        except TimeoutError:  # done, but the worker that held the result is gone
            return _NOTHING
        except CancelledError:
            self._losses += 1
            if self._losses > RETRIES:
                raise
            _await_scheduler(self.client)
            self._submit()
            return _NOTHING

    def cancel(self) -> None:
        """Ask the cluster, where there is one, to forget it."""
        if self.client.status == "running":
            self._future.cancel()


#: Stands for a result that is yet to come.
_NOTHING = object()


class _Sender:
    """Sends pieces to a cluster, and ahead of them, once, what all of them need."""

    def __init__(self, client: Any, task: Callable[..., Any], common: Any) -> None:
        self.client = client
        self._task, self._common, self._there = partial(_answer, task), common, None

    def __call__(self, piece: Any) -> Any:
        """Submit a piece; gives the future of its result."""
        common = () if self._common is None else (self._ahead(),)
        return self.client.submit(self._task, piece, *common, pure=False, retries=RETRIES)

    def _ahead(self) -> Any:
        """Future of what all need: a result like others, made anew when its workers are gone."""
        if self._there is None or self._there.status in ("cancelled", "lost"):
            with warnings.catch_warnings():  # it is meant to be large, and sent once
                warnings.filterwarnings("ignore", message="Sending large graph")
                self._there = self.client.submit(_same, self._common, pure=False, retries=RETRIES)
        return self._there


def _on_cluster(send: _Sender, pieces: Iterable[Piece], ahead: int) -> Iterator[Any]:
    try:
        yield from _in_order(partial(_Sent, send.client, send), pieces, ahead, _result)
    except VungTrongError:
        raise
    except Exception as error:
        if type(error).__name__ not in LOST:
            raise
        raise ClusterError("layers.base.cluster_lost_workers", kind=type(error).__name__) from error


def _result(sent: _Sent) -> Any:
    """Result of a piece, unless the cluster has lost every worker that could give it.

    A scheduler that was started again knows nothing of what was sent: it is sent again. Results
    that are here already stay.
    """
    alone_since = None
    while True:
        if sent.settled(_GLANCE_S):
            result = sent.result()
            if result is not _NOTHING:
                return result
        now = time.monotonic()
        if sent.client.status != "running" or sent.client.ncores():  # it looks for its scheduler
            alone_since = None
        elif alone_since is None:
            alone_since = now
        elif now - alone_since > PATIENCE_S:
            raise ClusterError("layers.base.cluster_without_workers", seconds=PATIENCE_S)


def _await_scheduler(client: Any) -> None:
    """Wait until the client, which tries by itself, has its scheduler again."""
    given_up = time.monotonic() + PATIENCE_S
    while client.status != "running":
        if client.status == "closed" or time.monotonic() > given_up:
            raise ClusterError("layers.base.cluster_without_scheduler")
        time.sleep(_NAP_S)


@dataclass(frozen=True, slots=True)
class _Failure:
    """An error of ours, on its way back from a cluster as a result."""

    error: VungTrongError


def _same(common: Result) -> Result:
    return common


def _with(common: Any, task: Callable[..., Result], piece: Any) -> Result:
    return task(piece, common)


def _answer(task: Callable[..., Result], piece: Any, *common: Any) -> Result | _Failure:
    try:
        return task(piece, *common)
    except VungTrongError as error:
        return _Failure(error)


def _in_order(
    submit: Callable[[Piece], Any],
    pieces: Iterable[Piece],
    ahead: int,
    result: Callable[[Any], Any] = lambda future: future.result(),
) -> Iterator[Any]:
    pending: deque[Any] = deque()
    try:
        for piece in pieces:
            pending.append(submit(piece))
            if len(pending) > ahead:
                yield result(pending.popleft())
        while pending:
            yield result(pending.popleft())
    finally:
        # A thread that runs already may hold a file that the caller is about to close.
        wait([future for future in pending if future.cancel() is False])


class Progress(Protocol):
    """Called now and then by long work."""

    def __call__(self, done: int, total: int) -> None:
        """Tell that ``done`` of ``total`` parts are finished."""


def silent(done: int, total: int) -> None:
    """Listen to nothing (the default)."""
