"""Classes of a choropleth: fixed where a target gives them, else natural or round breaks."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np
import numpy.typing as npt

Scheme = Literal["fixed", "natural", "pretty", "single", "none"]

# Shares of a target: 0–25–50–75–100 % and over.
TARGET_BREAKS = (0.25, 0.5, 0.75, 1.0)
_CLASSES = 5
_MOST_BREAKS = 7
# Fisher–Jenks takes time with the square of the values: of more, evenly spaced ones are taken.
_MOST_VALUES = 1_000


@dataclass(frozen=True, slots=True)
class Classing:
    """Upper borders, included, of all classes of positive values but the last; ascending."""

    #: Fixed by the target, Fisher–Jenks, round breaks, a single value, or nothing to class.

    scheme: Scheme
    breaks: tuple[float, ...] = ()


def fixed_classes() -> Classing:
    """Classes of a share of a target."""
    return Classing("fixed", TARGET_BREAKS)


def classify(values: npt.NDArray[np.float64], *, scheme: Literal["natural", "pretty"]) -> Classing:
    """Class the positive values of a measure."""
    finite = values[np.isfinite(values) & (values > 0)]
    return _classed(np.sort(finite).tobytes(), scheme)


@lru_cache(maxsize=512)
def _classed(ordered: bytes, scheme: Literal["natural", "pretty"]) -> Classing:
    """Class positive values; an edit of a plan leaves most measures as they were."""
    finite = np.frombuffer(ordered, dtype=np.float64)
    different = np.unique(finite)
    if len(different) < 2:
        return Classing("single" if len(different) else "none")
    count = min(_CLASSES, len(different))
    if scheme == "pretty":
        return Classing(scheme, _occupied(round_breaks(finite, count), different))
    borders = [_roundest(border, different) for border in natural_breaks(_sample(finite), count)]
    return Classing(scheme, _occupied(borders, different))


def round_breaks(values: npt.NDArray[np.float64], classes: int) -> list[float]:
    """Evenly spaced round borders between the classes, as ``mapclassify.PrettyBreaks`` has them."""
    low, high = float(values.min()), float(values.max())
    span = _round_number(high - low, (1.0, 2.0, 5.0))
    step = _round_number(span / (classes - 1), (1.5, 3.0, 7.0), below=True)
    ends = math.floor(low / step) * step, math.ceil(high / step) * step
    return [float(border) for border in np.arange(ends[0], ends[1] + 0.5 * step, step)[1:-1]]


def _round_number(value: float, ends: Sequence[float], *, below: bool = False) -> float:
    """1, 2, 5 or 10 times a power of ten: the first whose end the value is at most, or below."""
    power = math.floor(math.log10(value))
    part = value / 10.0**power
    for number, end in zip((1.0, 2.0, 5.0), ends, strict=True):
        if part < end or (part == end and not below):
            return float(number * 10.0**power)
    return float(10.0 * 10.0**power)


def natural_breaks(values: npt.NDArray[np.float64], classes: int) -> list[float]:
    """Upper borders of all Fisher–Jenks classes but the last, of ascending values.

    As ``mapclassify.FisherJenks`` finds them, in its single precision and with its choice among
    equals, but without the seconds that it takes to load.
    """
    single = values.astype(np.float32)
    count = len(single)
    least = np.full((count + 1, classes + 1), np.inf, dtype=np.float32)
    first = np.ones((count + 1, classes + 1), dtype=np.intp)
    least[1] = 0.0
    for upper in range(1, count + 1):
        backwards = single[upper - 1 :: -1]
        squares = np.add.accumulate(backwards * backwards)
        sums = np.add.accumulate(backwards)
        spread = squares - sums * sums / np.arange(1, upper + 1, dtype=np.float32)
        least[upper, 1] = spread[-1]
        if upper > 1:
            # Row r: the last class takes the r + 1 greatest of the values up to ``upper``
            cost = spread[:-1, None] + least[upper - 1 : 0 : -1, 1:classes]
            best = len(cost) - 1 - np.argmin(cost[::-1], axis=0)
            least[upper, 2:] = cost[best, np.arange(classes - 1)]
            first[upper, 2:] = upper - best
    borders: list[float] = []
    upper = count
    for number in range(classes, 1, -1):
        upper = int(first[upper, number]) - 1
        borders.append(float(values[upper - 1]))
    return borders[::-1]


def _sample(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Evenly spaced order statistics, both ends included: the same for the same values."""
    ordered = np.sort(values)
    if len(ordered) <= _MOST_VALUES:
        return ordered
    places = np.linspace(0, len(ordered) - 1, _MOST_VALUES).round().astype(np.intp)
    return np.asarray(ordered[places])


def _roundest(border: float, different: npt.NDArray[np.float64]) -> float:
    """Find the number with the fewest digits between two classes: no value changes class."""
    above = different[different > border]
    if not len(above):
        return border
    digits = -math.floor(math.log10(above[0]))
    for more in range(15):
        step = 10.0 ** -(digits + more)
        candidate = round(math.ceil(border / step) * step, digits + more)
        if border <= candidate < above[0]:
            return float(candidate)
    return border


def _occupied(borders: list[float], different: npt.NDArray[np.float64]) -> tuple[float, ...]:
    """Borders that still have values on both sides after rounding."""
    kept: list[float] = []
    low = 0.0
    for border in sorted(set(borders)):
        inside = ((different > low) & (different <= border)).any()
        if inside and (different > border).any():
            kept.append(border)
            low = border
    return tuple(kept if len(kept) <= _MOST_BREAKS else kept[1::2][:_MOST_BREAKS])
