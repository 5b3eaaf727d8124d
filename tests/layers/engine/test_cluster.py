"""The engine on a real cluster of worker processes, with the same digits as here."""

from __future__ import annotations

import logging
import os
import signal
import socket
import subprocess
import sys
import time
import warnings
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import shapely

import layers.engine.overlay_file
import layers.engine.overlay_tasks
import layers.engine.raster
import layers.engine.tabulate
import layers.io.vector_batches
from layers import overlay_area, overlay_file, tabulate_area
from layers.base.errors import ClusterError, InputError, MissingFileError
from layers.base.findings import Findings
from layers.base.language import Phrase
from layers.base.workers import AHEAD, run_pieces
from tests.layers.engine.engine_ground import polygons, raster_file

distributed = pytest.importorskip("distributed")


def process_id() -> int:
    return os.getpid()


def refuse(piece: Path) -> None:
    with piece.open("a", encoding="utf-8") as file:
        file.write("tried\n")
    raise InputError(Phrase("no such class", "không có lớp này"))


@pytest.fixture(scope="module")
def shared_client() -> Iterator[Any]:
    with warnings.catch_warnings():
        # What the cluster's own libraries are about to give up is not ours to judge.
        warnings.simplefilter("ignore")
        settings = {
            "n_workers": 2,
            "threads_per_worker": 1,
            "dashboard_address": None,
            "silence_logs": logging.CRITICAL,
        }
        with (
            distributed.LocalCluster(**settings) as cluster,
            distributed.Client(cluster) as client,
        ):
            yield client


@pytest.fixture
def client(shared_client: Any) -> Any:
    """Client of two workers that answer: one that a test before killed is started again."""
    until = time.monotonic() + 120
    while len(shared_client.run(process_id, on_error="ignore")) < 2:
        assert time.monotonic() < until
        time.sleep(0.05)
    return shared_client


@pytest.fixture
def boxes() -> Any:
    random = np.random.default_rng(4)
    corners = random.uniform(0, 40, (40, 2))
    return polygons(*shapely.box(*corners.T, *(corners + 6.7).T), codes=range(40))


@pytest.mark.filterwarnings("ignore")
def test_rasters_and_plots_on_a_cluster(
    client: Any, boxes: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(layers.engine.raster, "WINDOW_BYTES", 500)
    monkeypatch.setattr(layers.engine.overlay_tasks, "TASK_PLOTS", 10)
    path = tmp_path / "lớp phủ.tif"
    values = np.random.default_rng(3).integers(1, 5, (50, 50))
    path.write_bytes(raster_file(values, blockysize=1).read())
    here, there = (tabulate_area(boxes, path, workers=w) for w in (1, client))
    pd.testing.assert_frame_equal(here, there, check_exact=True)
    plots = boxes.drop(columns="commune_code").assign(land="x")
    here, there = (overlay_area(boxes.iloc[:5], plots, workers=w) for w in (1, client))
    pd.testing.assert_frame_equal(here, there, check_exact=True)


@pytest.mark.filterwarnings("ignore")
def test_errors_come_back_from_a_cluster(client: Any, boxes: Any, tmp_path: Path) -> None:
    with (
        raster_file(np.ones((50, 50))).open() as raster,
        pytest.raises(InputError, match="a cluster needs a raster file that its workers can open"),
    ):
        tabulate_area(boxes, raster, workers=client)
    with pytest.raises(MissingFileError, match="nowhere"):
        tabulate_area(boxes, tmp_path / "nowhere.tif", workers=client)


@pytest.mark.filterwarnings("ignore")
def test_an_error_of_ours_comes_back_from_a_cluster_untried(client: Any, tmp_path: Path) -> None:
    path = tmp_path / "lần thử.txt"
    with pytest.raises(InputError, match="no such class") as caught:
        list(run_pieces(refuse, [path], workers=client))
    assert caught.value.text("vi") == "không có lớp này"
    assert path.read_text("utf-8") == "tried\n"


@pytest.mark.filterwarnings("ignore")
def test_a_worker_that_dies_costs_time_not_results(
    client: Any, boxes: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(layers.engine.raster, "WINDOW_BYTES", 50)
    path = tmp_path / "lớp phủ.tif"
    values = np.random.default_rng(5).integers(1, 5, (50, 50))
    path.write_bytes(raster_file(values, blockysize=1).read())
    expected = tabulate_area(boxes, path)
    whole, killed = layers.engine.tabulate.run_pieces, []

    def deadly(*arguments: Any, **settings: Any) -> Iterator[Any]:
        for number, result in enumerate(whole(*arguments, **settings)):
            if number == 15:
                victim = next(iter(client.run(process_id).values()))
                os.kill(victim, signal.SIGTERM if os.name == "nt" else signal.SIGKILL)
                killed.append(victim)
            yield result

    monkeypatch.setattr(layers.engine.tabulate, "run_pieces", deadly)
    found = tabulate_area(boxes, path, workers=client)
    assert killed
    assert killed[0] not in client.run(process_id, on_error="ignore").values()
    pd.testing.assert_frame_equal(found, expected, check_exact=True)


@pytest.mark.filterwarnings("ignore")
def test_plots_of_a_file_on_a_cluster(
    client: Any, boxes: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker dies half-way; the sums are those of one process to the last digit."""
    monkeypatch.setattr(layers.io.vector_batches, "BATCH", 4)
    monkeypatch.setattr(layers.io.vector_batches, "PART_BATCHES", 1)
    path = tmp_path / "lô.parquet"
    boxes.drop(columns="commune_code").assign(land="x").to_parquet(path)
    expected = overlay_file(boxes.iloc[:9], path)
    whole, killed = layers.engine.overlay_file.run_pieces, []

    def deadly(*arguments: Any, **settings: Any) -> Iterator[Any]:
        for number, result in enumerate(whole(*arguments, **settings)):
            if number == 4:
                killed.append(next(iter(client.run(process_id).values())))
                os.kill(killed[0], signal.SIGTERM if os.name == "nt" else signal.SIGKILL)
            yield result

    monkeypatch.setattr(layers.engine.overlay_file, "run_pieces", deadly)
    found = overlay_file(boxes.iloc[:9], path, workers=client)
    assert killed
    pd.testing.assert_frame_equal(found, expected, check_exact=True)


def not_seen(path: Path) -> None:
    """Stand for a machine that does not see the file."""


def another(path: Path) -> tuple[int, int]:
    """Stand for a machine that sees another one."""
    return 1, 1


@pytest.mark.filterwarnings("ignore")
def test_plots_of_a_file_that_workers_do_not_see_are_sent_to_them(
    client: Any, boxes: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, found = tmp_path / "lô.parquet", Findings()
    boxes.drop(columns="commune_code").assign(land="x").to_parquet(path)
    expected = overlay_file(boxes.iloc[:9], path)
    ask = layers.engine.overlay_file.ask_workers

    def asked(answer: Any) -> Any:
        return lambda workers, _question, path: ask(workers, answer, path)

    monkeypatch.setattr(layers.engine.overlay_file, "ask_workers", asked(not_seen))
    table = overlay_file(boxes.iloc[:9], path, workers=client, findings=found)
    pd.testing.assert_frame_equal(table, expected, check_exact=True)
    (told,) = [item for item in found.items if item.kind == "file-not-seen"]
    assert "2 of 2 workers of the cluster do not see the file" in told.message.en
    monkeypatch.setattr(layers.engine.overlay_file, "ask_workers", asked(another))
    with pytest.raises(InputError, match="2 of 2 workers of the cluster see another file"):
        overlay_file(boxes.iloc[:9], path, workers=client)


def measured(piece: tuple[Path, int], common: str = "utf-8") -> int:
    """Square of a number; each time it is worked out leaves a line."""
    path, number = piece
    with path.open("a", encoding=common) as file:
        file.write(f"{number}\n")
    return number**2


class OwnCluster:
    """A scheduler and a worker as processes, on a port that stays."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.address = f"tcp://127.0.0.1:{free.getsockname()[1]}"
        self.folder = folder
        self.processes: list[subprocess.Popen[bytes]] = []

    def start(self) -> None:
        port = self.address.rpartition(":")[2]
        host = ["--host", "127.0.0.1", "--port", port, "--no-dashboard"]
        self._start("scheduler", *host)
        self._start("worker", self.address, "--no-nanny", "--nthreads", "1", "--no-dashboard")

    def _start(self, *command: str) -> None:
        folder = str(Path(__file__).parents[3])
        self.processes.append(
            subprocess.Popen(
                [sys.executable, "-m", "dask", *command],
                cwd=self.folder,
                env={**os.environ, "PYTHONPATH": os.pathsep.join([folder, *sys.path])},
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        )

    def kill(self) -> None:
        for process in self.processes:
            process.kill()
            process.wait()
        self.processes.clear()


@pytest.fixture
def own_cluster(tmp_path: Path) -> Iterator[OwnCluster]:
    cluster = OwnCluster(tmp_path)
    cluster.start()
    yield cluster
    cluster.kill()


@pytest.mark.filterwarnings("ignore")
def test_a_scheduler_that_is_started_again_costs_only_what_was_under_way(
    own_cluster: OwnCluster, tmp_path: Path
) -> None:
    path, count, before = tmp_path / "lần tính.txt", 30, 12
    with distributed.Client(own_cluster.address, timeout=60) as client:
        client.wait_for_workers(1, timeout=60)
        results, pieces = [], ((path, n) for n in range(count))
        for result in run_pieces(measured, pieces, workers=client, common="utf-8"):
            results.append(result)
            if len(results) == before:
                own_cluster.kill()
                own_cluster.start()
    assert results == [number**2 for number in range(count)]
    worked = Counter(map(int, path.read_text("utf-8").split()))
    # What was handed over stays; only the few pieces under way may be worked out again.
    assert {worked[number] for number in range(before)} == {1}
    assert {worked[number] for number in range(before + AHEAD + 1, count)} == {1}


@pytest.mark.filterwarnings("ignore")
def test_a_scheduler_that_does_not_come_back_is_one_line(
    own_cluster: OwnCluster, tmp_path: Path
) -> None:
    path = tmp_path / "lần tính.txt"
    with distributed.Client(own_cluster.address, timeout=60) as client:
        client.wait_for_workers(1, timeout=60)
        client._timeout = 1  # for how long it looks for its scheduler, seconds
        results = run_pieces(measured, ((path, n) for n in range(9)), workers=client)
        assert next(results) == 0
        own_cluster.kill()
        with pytest.raises(ClusterError, match="scheduler is gone"):
            list(results)
