"""The country at 2 seconds of arc on a cluster of two worker processes, one of which dies."""

from __future__ import annotations

import argparse
import logging
import threading
import time
from typing import Any

import pandas as pd
import psutil

from benchmarks._data import national_communes, national_raster
from benchmarks._side_by_side import Bars, describe_machine
from layers import tabulate_area

__all__ = ["run"]

SAME = 1e-12


def run(arguments: list[str]) -> int:
    """Print times and differences; exit 1 when a bar is missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks cluster", description=__doc__)
    parser.add_argument("--seconds", type=int, default=2, help="cell size in seconds of arc")
    seconds = parser.parse_args(arguments).seconds
    import distributed

    make: Any = distributed.LocalCluster
    connect: Any = distributed.Client

    print(describe_machine("vungtrong", "numba", "rasterio", "distributed"))
    communes, path, bars = national_communes(), national_raster(seconds), Bars()
    tabulate_area(communes.iloc[:1], path)
    alone, expected = _timed(communes, path, 1)
    print(f"one process: {alone:.2f} s")
    with (
        make(
            n_workers=2, threads_per_worker=1, dashboard_address=None,
            silence_logs=logging.CRITICAL,
        ) as cluster,
        connect(cluster) as client,
    ):  # fmt: skip
        tabulate_area(communes, path, workers=client)  # the workers load their kernels
        undisturbed, found = _timed(communes, path, client)
        print(f"two workers: {undisturbed:.2f} s = {alone / undisturbed:.2f}× one process")
        _check_same(bars, "undisturbed", expected, found)
        victim = next(iter(client.run(_process_id).values()))
        killer = threading.Timer(undisturbed / 2, _kill, (victim,))
        killer.start()
        disturbed, found = _timed(communes, path, client)
        killer.join()
        print(f"one of them killed after {undisturbed / 2:.2f} s: {disturbed:.2f} s")
        bars.check("the worker died", met=not psutil.pid_exists(victim), bar="half-way")
        _check_same(bars, "disturbed", expected, found)
    return bars.code()


def _timed(communes: Any, path: Any, workers: Any) -> tuple[float, pd.DataFrame]:
    start = time.perf_counter()
    table = tabulate_area(communes, path, workers=workers)
    return time.perf_counter() - start, table


def _process_id() -> int:
    import os

    return os.getpid()


def _kill(process: int) -> None:
    psutil.Process(process).kill()


def _check_same(bars: Bars, name: str, expected: pd.DataFrame, found: pd.DataFrame) -> None:
    same_rows = expected[["commune_code", "class"]].equals(found[["commune_code", "class"]])
    numbers = expected["cells"].to_numpy(), found["cells"].to_numpy()
    worst = float(abs(numbers[0] - numbers[1]).max() / numbers[0].max()) if same_rows else 1.0
    bars.check(f"{name}: largest difference {worst:.1e}", met=worst <= SAME, bar="1e-12 relative")
