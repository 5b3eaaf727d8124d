"""Who runs the pieces: order, errors, bounded numbers under way, clusters."""

from __future__ import annotations

import pickle
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from typing import Any

import pytest

from layers.base.errors import ClusterError, InputError
from layers.base.language import Phrase
from layers.base.workers import run_pieces, worker_count


def double(piece: int) -> int:
    return 2 * piece


def fail_at_three(piece: int) -> int:
    if piece == 3:
        raise InputError(Phrase("three", "ba"))
    return piece


def crossed(value: Any) -> Any:
    return pickle.loads(pickle.dumps(value))  # noqa: S301


class Settled(Future[Any]):
    """A future whose result is worked out when it is asked for."""

    def add_done_callback(self, fn: Any) -> None:
        fn(self)


class FakeClient:
    """What the engine uses of a dask client; pieces and results cross a process border."""

    status = "running"

    def __init__(self) -> None:
        self.under_way = self.most = self.cancelled = 0

    def ncores(self) -> dict[str, int]:
        return {"tcp://a": 1, "tcp://b": 2}

    def submit(self, task: Any, piece: Any, *, pure: bool, retries: int) -> Any:
        assert not pure
        assert retries > 0
        client = self
        self.under_way += 1
        self.most = max(self.most, self.under_way)

        class Pending(Settled):
            def result(self, timeout: float | None = None) -> Any:
                client.under_way -= 1
                task_there, piece_there = crossed((task, piece))
                return crossed(task_there(piece_there))

            def cancel(self) -> bool:
                client.cancelled += 1
                return True

        return Pending()


@pytest.mark.parametrize("workers", [1, 3, FakeClient()], ids=["here", "threads", "cluster"])
def test_results_come_in_the_order_of_the_pieces(workers: Any) -> None:
    assert list(run_pieces(double, iter(range(40)), workers=workers)) == list(range(0, 80, 2))


@pytest.mark.parametrize("workers", [1, 3, FakeClient()], ids=["here", "threads", "cluster"])
def test_an_error_reaches_the_caller_in_both_languages(workers: Any) -> None:
    with pytest.raises(InputError, match="three") as caught:
        list(run_pieces(fail_at_three, range(10), workers=workers))
    assert caught.value.text("vi") == "ba"


class StubbornClient(FakeClient):
    """Runs a failing task again as often as it was asked to, as a scheduler does."""

    def __init__(self) -> None:
        super().__init__()
        self.runs = 0

    def submit(self, task: Any, piece: Any, *, pure: bool, retries: int) -> Any:
        client = self

        class Pending(Settled):
            left = retries

            def result(self, timeout: float | None = None) -> Any:
                client.runs += 1
                try:
                    return task(piece)
                except OSError:
                    self.left -= 1
                    if self.left < 0:
                        raise
                    return self.result()

        return Pending()


def refuse(piece: int) -> int:
    raise InputError(Phrase(f"no {piece}", f"không {piece}"))


def break_down(piece: int) -> int:
    raise OSError("connection lost")


def test_errors_of_ours_are_not_tried_again_on_a_cluster() -> None:
    client = StubbornClient()
    with pytest.raises(InputError, match="no 7"):
        list(run_pieces(refuse, [7], workers=client))
    assert client.runs == 1
    client = StubbornClient()
    with pytest.raises(OSError, match="connection lost"):
        list(run_pieces(break_down, [7], workers=client))
    assert client.runs == 3


class KilledWorker(Exception):  # noqa: N818
    """As dask names it."""


def kill(piece: int) -> int:
    raise KilledWorker(piece)


def test_a_cluster_that_loses_its_workers_over_and_over_gives_up_in_both_languages() -> None:
    with pytest.raises(
        ClusterError, match=r"lost its workers.*\(KilledWorker\): give them"
    ) as lost:
        list(run_pieces(kill, [7], workers=FakeClient()))
    assert "Cụm máy" in lost.value.text("vi")


@pytest.mark.parametrize("workers", [2, FakeClient()], ids=["threads", "cluster"])
def test_pieces_are_not_all_taken_at_once(workers: Any) -> None:
    taken = 0

    def pieces() -> Iterator[int]:
        nonlocal taken
        for piece in range(1000):
            taken = piece
            yield piece

    results = run_pieces(double, pieces(), workers=workers)
    assert next(results) == 0
    assert taken < 20
    results.close()


def test_work_that_is_given_up_is_cancelled() -> None:
    client = FakeClient()
    results = run_pieces(double, range(1000), workers=client)
    next(results)
    results.close()
    assert client.cancelled == client.under_way > 0
    assert client.most <= 2 * 3 + 1


def test_threads_work_at_the_same_time() -> None:
    meeting = threading.Barrier(2, timeout=10)
    assert list(run_pieces(lambda _: meeting.wait() >= 0, range(4), workers=2)) == [True] * 4


def test_workers_of_a_cluster_are_counted() -> None:
    assert worker_count(5) == 5
    assert worker_count(FakeClient()) == 3
    with pytest.raises(InputError, match=r"workers: expected a number.*found 'tcp://host:8786'"):
        worker_count("tcp://host:8786")


def test_threads_stay_and_end_what_they_began() -> None:
    """The next call finds the same threads; an error waits for the pieces that run already."""
    names: set[str] = set()
    begun, go_on, ended = threading.Event(), threading.Event(), threading.Event()

    def task(piece: int) -> int:
        names.add(threading.current_thread().name)
        if piece == 0:
            begun.wait(10)
            threading.Timer(0.05, go_on.set).start()
            raise InputError(Phrase("zero", "không"))
        begun.set()
        go_on.wait(10)
        ended.set()
        return piece

    with pytest.raises(InputError, match="zero"):
        list(run_pieces(task, range(9), workers=2))
    assert ended.is_set()
    assert list(run_pieces(double, range(50), workers=2)) == [2 * n for n in range(50)]
    assert {thread.name for thread in threading.enumerate()} >= names
    assert len(names) == 2


def test_a_piece_may_have_pieces_of_its_own() -> None:
    def outer(piece: int) -> list[int]:
        return list(run_pieces(double, range(piece), workers=2))

    assert list(run_pieces(outer, range(8), workers=2)) == [
        [2 * n for n in range(piece)] for piece in range(8)
    ]
