"""Classes of a choropleth: fixed where a target gives them, else a stated scheme of mapclassify."""

from __future__ import annotations

import math
from dataclasses import dataclass
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
    import mapclassify  # takes seconds to load, so only where a page is made

    finite = values[np.isfinite(values) & (values > 0)]
    different = np.unique(finite)
    if len(different) < 2:
        return Classing("single" if len(different) else "none")
    count = min(_CLASSES, len(different))
    if scheme == "pretty":
        bins = mapclassify.PrettyBreaks(finite, k=count).bins
    else:
        bins = mapclassify.FisherJenks(_sample(finite), k=count).bins
    borders = [float(border) for border in bins[:-1]]
    if scheme == "natural":
        borders = [_roundest(border, different) for border in borders]
    return Classing(scheme, _occupied(borders, different))


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
