"""The very first run on a machine: compiling the engine's kernels, and finding them again."""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile

from benchmarks._side_by_side import Bars, describe_machine

__all__ = ["run"]

# What is imported first would be loaded in any case; the rest is compiled, or read from the cache.
# A function of one line makes numba load its compiler, so that this is told apart from compiling.
CODE = """
import sys, time, geopandas, numba, rasterio
start = time.perf_counter()
if "compiler" in sys.argv:
    numba.njit("f8(f8)")(lambda x: x)
loaded = time.perf_counter()
import layers.engine.overlaps, layers.engine.overlay, layers.engine.tabulate
print(loaded - start, time.perf_counter() - loaded)
"""


def run(arguments: list[str]) -> int:
    """Print seconds without and with cached kernels; exit 1 when the bar is missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks cold", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    rounds = parser.parse_args(arguments).rounds
    print(describe_machine("numba", "llvmlite"))
    first, second, loading = [], [], []
    with tempfile.TemporaryDirectory() as bytecode:
        for number in range(rounds + 1):
            with tempfile.TemporaryDirectory() as folder:
                (loaded, cold), (_, warm) = (
                    _start(folder, bytecode, "compiler"),
                    _start(folder, bytecode),
                )
            if number:  # the very first start only writes what an installer leaves behind
                loading.append(loaded)
                first.append(cold)
                second.append(warm)
    bars = Bars()
    found, loaded = statistics.median(second), statistics.median(loading)
    compiled = statistics.median(first) - found
    print(f"modules loaded with cached kernels in {found:.2f} s")
    print(f"kernels compiled in {compiled:.2f} s, numba's compiler loaded for it in {loaded:.2f} s")
    cost = compiled + loaded
    bars.check(f"{cost:.2f} s more at the very first start", met=cost <= 3.0, bar="3 s")
    return bars.code()


def _start(cache: str, bytecode: str, *arguments: str) -> tuple[float, float]:
    """Seconds to load numba's compiler, if asked for, and the engine in a fresh process.

    Python's own bytecode is at hand.

    pip compiles modules to bytecode when it installs them; where this environment was made without,
    reading numba's sources would be taken for the compilation of kernels.
    """
    environment = os.environ | {"NUMBA_CACHE_DIR": cache, "PYTHONPYCACHEPREFIX": bytecode}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    process = subprocess.run(
        [sys.executable, "-c", CODE, *arguments],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    loaded, engine = process.stdout.split()
    return float(loaded), float(engine)
