"""The first command of a new user: ``zones demo``, cold, and what importing the packages costs."""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks._side_by_side import Bars, describe_machine

__all__ = ["run"]

DEMO_S, IMPORT_S = 20.0, 0.3


def run(arguments: list[str]) -> int:
    """Print seconds of imports and of a first demo; exit 1 when a bar is missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks start", description=__doc__)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument(
        "--python", default=sys.executable, help="Python of an environment that has the wheel"
    )
    chosen = parser.parse_args(arguments)
    print(describe_machine("numba", "matplotlib", "geopandas"))
    bars = Bars()
    imports = [_seconds(chosen.python, "-c", "import layers") for _ in range(5)]
    bare = [_seconds(chosen.python, "-c", "pass") for _ in range(5)]
    cost = statistics.median(imports) - statistics.median(bare)
    bars.check(f"import layers: {cost:.2f} s", met=cost <= IMPORT_S, bar="0.3 s")
    first = [_demo(chosen.python) for _ in range(chosen.rounds)]
    wall, work = statistics.median(w for w, _ in first), statistics.median(c for _, c in first)
    print(f"first demo: {work:.1f} s of CPU")
    bars.check(f"first demo: {wall:.1f} s", met=wall <= DEMO_S, bar="20 s on two quiet cores")
    return bars.code()


def _demo(python: str) -> tuple[float, float]:
    """Seconds and seconds of CPU of a demo without anything that an earlier run has left behind.

    Python's own bytecode is at hand, as pip leaves it.
    """
    with tempfile.TemporaryDirectory() as folder:
        caches = {"NUMBA_CACHE_DIR": f"{folder}/numba", "MPLCONFIGDIR": f"{folder}/fonts"}
        before = os.times()
        seconds = _seconds(python, "-m", "zones", "demo", "--out", f"{folder}/demo", **caches)
        after = os.times()
    user = after.children_user - before.children_user
    return seconds, user + after.children_system - before.children_system


def _seconds(python: str, *arguments: str, **environment: str) -> float:
    here = {} if python != sys.executable else {"PYTHONPATH": str(Path(__file__).parents[1])}
    start = time.perf_counter()
    done = subprocess.run(
        [python, "-P", *arguments], env=os.environ | here | environment,
        stdout=subprocess.DEVNULL, check=False,
    )  # fmt: skip
    seconds = time.perf_counter() - start
    if done.returncode not in (0, 1):  # 1: the data has problems, as that of the demo has
        done.check_returncode()
    return seconds
