"""Ours and peers in turn, in one process: medians, ratios, memory, bars."""

from __future__ import annotations

import gc
import importlib.metadata
import os
import platform
import statistics
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

__all__ = ["Bars", "Peak", "alternate", "describe_machine", "watch_memory"]

MB = 1 << 20


def describe_machine(*packages: str) -> str:
    """One line on the machine and the versions that matter."""
    model = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        names = [line for line in cpuinfo.read_text().splitlines() if line.startswith("model name")]
        model = names[0].partition(": ")[2] if names else model
    versions = []
    for package in packages:
        try:
            versions.append(f"{package} {importlib.metadata.version(package)}")
        except importlib.metadata.PackageNotFoundError:
            versions.append(f"{package} not installed")
    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    memory = psutil.virtual_memory().total / (1 << 30)
    return (
        f"{os.cpu_count()} × {model}, {memory:.0f} GB{load}; Python {platform.python_version()}, "
        + ", ".join(versions)
    )


@dataclass(slots=True)
class Peak:
    """Resident memory while something ran, in MB."""

    base_mb: float = 0.0
    peak_mb: float = 0.0

    @property
    def above_mb(self) -> float:
        """Memory above what the process had before."""
        return self.peak_mb - self.base_mb


@contextmanager
def watch_memory() -> Iterator[Peak]:
    """Sample the resident memory of this process every few milliseconds."""
    gc.collect()
    process, done, peak = psutil.Process(), threading.Event(), Peak()
    peak.base_mb = peak.peak_mb = process.memory_info().rss / MB

    def sample() -> None:
        while not done.wait(0.004):
            peak.peak_mb = max(peak.peak_mb, process.memory_info().rss / MB)

    sampler = threading.Thread(target=sample, daemon=True)
    sampler.start()
    try:
        yield peak
    finally:
        done.set()
        sampler.join()
        peak.peak_mb = max(peak.peak_mb, process.memory_info().rss / MB)


def alternate(
    runs: dict[str, Callable[[], Any]], rounds: int
) -> tuple[dict[str, float], dict[str, Any]]:
    """Run all in turn, several times over; median seconds and last result of each.

    Nothing runs before the first round but what the caller ran: warm kernels beforehand.
    """
    seconds: dict[str, list[float]] = {name: [] for name in runs}
    results: dict[str, Any] = {}
    for number in range(rounds):
        for name, run in runs.items():
            gc.collect()
            start = time.perf_counter()
            results[name] = run()
            seconds[name].append(time.perf_counter() - start)
            print(f"  round {number + 1}, {name}: {seconds[name][-1]:.3f} s", flush=True)
    return {name: statistics.median(times) for name, times in seconds.items()}, results


@dataclass(slots=True)
class Bars:
    """What must be met; the benchmark exits 1 when something is not."""

    missed: list[str] = field(default_factory=list)

    def check(self, what: str, *, met: bool, bar: str) -> None:
        """Print one figure with its bar."""
        print(f"{'ok    ' if met else 'MISSED'}  {what} (bar: {bar})")
        if not met:
            self.missed.append(what)

    def code(self) -> int:
        """Exit code."""
        return 1 if self.missed else 0
