"""Kernels are compiled where they can be kept, and where they cannot."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numba import types

from layers.engine.kernels import FLOATS, inner_kernel, kernel

ROOT = Path(__file__).resolve().parents[3]


def test_a_kernel_is_compiled_where_nothing_can_be_kept() -> None:
    # A function without a file has no place for a cache, as in a read-only installation.
    space: dict[str, Any] = {}
    exec("def twice(values):\n    return 2.0 * values[0]", space)  # noqa: S102
    twice = kernel((FLOATS,))(space["twice"])
    assert twice(np.array([21.0])) == 42.0


def test_kernels_take_read_only_arrays() -> None:
    values = np.array([1.0, 2.0])
    values.flags.writeable = False

    @kernel((FLOATS,))
    def second(values: np.ndarray) -> float:
        return values[1]

    assert second(values) == 2.0


def test_an_inner_kernel_serves_kernels() -> None:
    @inner_kernel((types.float64,))
    def squared(value: float) -> float:
        return value * value

    @kernel((types.float64,))
    def fourth(value: float) -> float:
        return squared(squared(value))

    assert fourth(3.0) == 81.0


@pytest.mark.parametrize("place", ["kept", "nowhere"])
def test_the_engine_starts_in_a_fresh_process(tmp_path: Path, place: str) -> None:
    cache = tmp_path / "cache"
    if place == "nowhere":
        cache.write_text("a file where a folder is needed", "utf-8")
    code = (
        "import numpy as n, layers.engine.rings as r; z = n.zeros(4);"
        "r.ring_areas(z, z, n.arange(2))"
    )
    environment = os.environ | {"NUMBA_CACHE_DIR": str(cache), "PYTHONPATH": str(ROOT)}
    run = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    assert any(cache.rglob("*.nbc")) == (place == "kept")
