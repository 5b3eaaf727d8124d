"""The engine on a real cluster of worker processes, with the same digits as here."""

from __future__ import annotations

import logging
import os
import signal
import warnings
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
from layers import overlay_area, overlay_file, tabulate_area
from layers.base.errors import InputError, MissingFileError
from layers.base.language import Phrase
from layers.base.workers import run_pieces
from tests.layers.engine.engine_ground import polygons, raster_file

distributed = pytest.importorskip("distributed")


def process_id() -> int:
    return os.getpid()


def refuse(piece: Path) -> None:
    with piece.open("a", encoding="utf-8") as file:
        file.write("tried\n")
    raise InputError(Phrase("no such class", "không có lớp này"))


@pytest.fixture(scope="module")
def client() -> Iterator[Any]:
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
    assert killed[0] not in client.run(process_id).values()
    pd.testing.assert_frame_equal(found, expected, check_exact=True)


@pytest.mark.filterwarnings("ignore")
def test_plots_of_a_file_on_a_cluster(
    client: Any, boxes: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker dies half-way; the sums are those of one process to the last digit."""
    monkeypatch.setattr(layers.engine.overlay_tasks, "TASK_PLOTS", 4)
    monkeypatch.setattr(layers.engine.overlay_file, "BATCH", 12)
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
