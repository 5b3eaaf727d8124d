"""Sums that do not depend on the order or the batches in which their parts come.

A number is split into a multiple of 2⁻²⁰ and a rest. The multiples add up without rounding as long
as their sum stays below 2³³ (a sum of hectares far beyond any country); the rests are so small that
their rounding does not reach the last digit of the sum.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from layers.engine.rings import FloatArray, IntArray

_STEP = 2.0**-20


class ExactSums:
    """Sums by group, of which more turn up as parts are added."""

    def __init__(self) -> None:
        self._whole = np.zeros(0)
        self._rest = np.zeros(0)
        self._count = np.zeros(0, np.int64)

    def add(self, group: IntArray, values: FloatArray) -> None:
        """Add values to their groups; missing ones add nothing."""
        there = ~np.isnan(values)
        group, values = group[there], values[there]
        groups = max(len(self._whole), int(group.max(initial=-1)) + 1)
        whole = np.round(values / _STEP) * _STEP
        for name, parts in (("_whole", whole), ("_rest", values - whole)):
            setattr(self, name, _grown(getattr(self, name), groups) + _sums(group, parts, groups))
        self._count = _grown(self._count, groups) + np.bincount(group, minlength=groups)

    def take_in(self, other: ExactSums, numbers: IntArray) -> None:
        """Add other sums, of which group ``i`` is group ``numbers[i]`` here."""
        groups = max(len(self._whole), int(numbers.max(initial=-1)) + 1)
        for name in ("_whole", "_rest", "_count"):
            mine, theirs = _grown(getattr(self, name), groups), getattr(other, name)
            mine[numbers[: len(theirs)]] += theirs
            setattr(self, name, mine)

    def sums(self, groups: int) -> FloatArray:
        """Sum of each group, missing where nothing was added."""
        total = _grown(self._whole, groups) + _grown(self._rest, groups)
        return np.where(_grown(self._count, groups) > 0, total, np.nan)


def _sums(group: IntArray, values: FloatArray, groups: int) -> FloatArray:
    return np.bincount(group, values, groups).astype(np.float64)


def _grown(values: npt.NDArray[Any], groups: int) -> npt.NDArray[Any]:
    return np.concatenate([values, np.zeros(groups - len(values), values.dtype)])
