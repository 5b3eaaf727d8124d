"""3,321 communes × a lon/lat raster of the country, at 4, 2 and 1 seconds of arc, or finer."""

from __future__ import annotations

import argparse
import multiprocessing
import statistics
import time

import rasterio

from benchmarks._data import national_communes, national_raster
from benchmarks._side_by_side import Bars, describe_machine, watch_memory
from layers import tabulate_area

__all__ = ["run"]

SIZES = (4, 2, 1)
LINEAR = 1.25
FLAT_MB = 200.0


def run(arguments: list[str]) -> int:
    """Print time and memory at three sizes; exit 1 when a bar is missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks national", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument(
        "--also",
        type=float,
        help="seconds of arc of one more raster, removed afterwards; 0.3333: 10 m",
    )
    chosen = parser.parse_args(arguments)
    rounds = chosen.rounds
    print(describe_machine("vungtrong", "numba", "rasterio"))
    bars = Bars()
    costs: dict[float, float] = {}
    peaks: dict[float, float] = {}
    for seconds in (*SIZES, *([chosen.also] if chosen.also else [])):
        made = national_raster(seconds)
        # A process of its own, so that memory of one size does not count for the next.
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            elapsed, cells, peak_mb, base_mb = pool.apply(_measure, (seconds, rounds))
            decoding = pool.apply(_decode, (seconds,))
        costs[seconds], peaks[seconds] = elapsed / cells * 1e8, peak_mb
        print(
            f"{seconds}″: {elapsed:.2f} s for {cells / 1e6:,.0f} million cells of land, "
            f"{costs[seconds]:.2f} s per 10⁸, decoding alone {decoding:.2f} s; peak {peak_mb:.0f} "
            f"MB, {base_mb:.0f} before"
        )
        if seconds == chosen.also:
            print(f"    raster of {made.stat().st_size / 1e9:.2f} GB")
            made.unlink()
        if seconds == 1:
            bars.check(f"{elapsed:.1f} s at 1″", met=elapsed <= 25, bar="25 s")
            bars.check(f"{peak_mb:.0f} MB at 1″", met=peak_mb <= 1500, bar="1.5 GB")
            above = peak_mb - base_mb
            bars.check(f"{above:.0f} MB above base", met=above <= 512, bar="512 MB")
    growth = costs[1] / costs[4]
    bars.check(
        f"cost per cell at 1″ is {growth:.2f}× that at 4″", met=growth <= LINEAR, bar="linear"
    )
    more = peaks[1] - peaks[4]
    bars.check(f"memory at 1″ is {more:+.0f} MB of that at 4″", met=more <= FLAT_MB, bar="flat")
    return bars.code()


def _decode(seconds: float) -> float:
    """Seconds to read all blocks that are in the file."""
    start = time.perf_counter()
    with rasterio.Env(GDAL_CACHEMAX=64 << 20), rasterio.open(national_raster(seconds)) as raster:
        for _, window in raster.block_windows(1):
            raster.read(1, window=window)
    return time.perf_counter() - start


def _measure(seconds: float, rounds: int) -> tuple[float, float, float, float]:
    """Median seconds, cells inside communes, peak and base memory in MB, in a fresh process."""
    communes, path = national_communes(), national_raster(seconds)
    tabulate_area(communes.iloc[:1], path)
    times, cells = [], 0.0
    with watch_memory() as peak:
        for _ in range(rounds):
            start = time.perf_counter()
            cells = float(tabulate_area(communes, path)["cells"].sum())
            times.append(time.perf_counter() - start)
    return statistics.median(times), cells, peak.peak_mb, peak.base_mb
