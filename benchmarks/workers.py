"""Two local workers against one, for rasters and for plots."""

from __future__ import annotations

import argparse
import threading
import time
import zlib

import numpy as np

from benchmarks._data import class_raster, plots, province_communes
from benchmarks._side_by_side import Bars, alternate, describe_machine
from layers import overlay_area, tabulate_area

__all__ = ["run"]

BAR = 1.6


def run(arguments: list[str]) -> int:
    """Print medians and ratios; exit 1 when a bar is missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks workers", description=__doc__)
    parser.add_argument("--rounds", type=int, default=9)
    rounds = parser.parse_args(arguments).rounds
    print(describe_machine("vungtrong", "numba", "rasterio", "geopandas"))
    communes, frame, path, bars = province_communes(), plots(), class_raster(), Bars()
    tabulate_area(communes.iloc[:1], path)
    overlay_area(communes, frame.iloc[:100])
    print(f"two threads that share nothing do {_ceiling():.2f}× the work of one here")
    medians, results = alternate(
        {
            "raster, 1": lambda: tabulate_area(communes, path),
            "raster, 2": lambda: tabulate_area(communes, path, workers=2),
            "plots, 1": lambda: overlay_area(communes, frame, ledger_column="dtich"),
            "plots, 2": lambda: overlay_area(communes, frame, ledger_column="dtich", workers=2),
        },
        rounds,
    )
    for work in ("raster", "plots"):
        one, two = medians[f"{work}, 1"], medians[f"{work}, 2"]
        bars.check(
            f"{work}: {one:.3f} s alone, {two:.3f} s with two = {one / two:.2f}×",
            met=one / two >= BAR,
            bar=f"{BAR}×",
        )
        same = results[f"{work}, 1"].equals(results[f"{work}, 2"])
        bars.check(f"{work}: results are the same", met=same, bar="to the last digit")
    print(f"two threads that share nothing do {_ceiling():.2f}× the work of one here")
    return bars.code()


def _ceiling() -> float:
    """Ratio that this machine gives at best: decompressing in two threads against one."""
    values = np.random.default_rng(1).integers(0, 12, 1 << 20, np.uint8)
    packed = zlib.compress(values.tobytes())

    def unpack() -> None:
        for _ in range(25):
            zlib.decompress(packed)

    ratios = []
    for _ in range(7):
        start = time.perf_counter()
        unpack()
        unpack()
        middle = time.perf_counter()
        threads = [threading.Thread(target=unpack) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        ratios.append((middle - start) / (time.perf_counter() - middle))
    return float(np.median(ratios))
