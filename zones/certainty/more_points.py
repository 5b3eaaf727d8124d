"""How many more points would decide a target, and where: surveys of the ground as it was found."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from statistics import NormalDist

import numpy as np

from layers.sampling.score_interval import Floats, score_interval

#: A larger sample than so many times the present one decides nothing.
_MOST = 2_500.0
#: The factor is found to this part of it: nobody counts points closer.
_CLOSE_RATIO = 0.005
#: Part of the surveys of that size that are to decide.
POWER = 0.8
#: Strata that are tried by themselves.
_ALONE = 3


@dataclass(frozen=True, slots=True)
class Seen:
    """Points of each stratum, and those of them found to be a class."""

    strata: tuple[str, ...]
    areas_ha: Floats
    points: Floats
    hits: Floats

    def __str__(self) -> str:
        rows = zip(self.strata, self.areas_ha, self.points, self.hits, strict=True)
        return "+".join(f"{name}:{area:.6f}:{n:.0f}:{k:.0f}" for name, area, n, k in rows)

    @staticmethod
    def read(text: str) -> Seen:
        """Read what ``str`` wrote."""
        rows = [row.split(":") for row in text.split("+")]
        areas, points, hits = (
            np.array([row[i] for row in rows], dtype="float64") for i in (1, 2, 3)
        )
        return Seen(tuple(row[0] for row in rows), areas, points, hits)

    def interval_ha(self, factor: Floats, *, z: float) -> tuple[float, float]:
        """Interval (ha) of a sample so many times as large by stratum, with the same shares."""
        whole = float(self.areas_ha.sum())
        low, high = score_interval(
            (self.hits * factor)[:, None],
            self.points * factor,
            self.areas_ha / whole,
            z=z,
            finite=np.ones(len(self.points)),
        )
        return float(low[0]) * whole, float(high[0]) * whole

    def chance(self, factor: Floats, ends_ha: list[float], *, z: float) -> float:
        """Chance that a sample so many times as large decides, the ground being as was found.

        The new points shift the estimate, by a normal law whose variance is theirs; the interval
        around it is as wide as that of the larger sample with the shares of today.
        """
        low, high = self.interval_ha(factor, z=z)
        sampled = self.points > 0
        area, n, k = (it[sampled] for it in (self.areas_ha, self.points, self.hits))
        share, times = k / n, factor[sampled]
        centre = float(area @ share)
        shift = math.sqrt(float(area**2 @ (share * (1 - share) * (times - 1) / (n * times**2))))
        if shift == 0:
            return float(not any(low <= end <= high for end in ends_ha))
        law = NormalDist(centre, shift)
        edges = [-math.inf, *sorted(ends_ha), math.inf]
        parts = (
            law.cdf(above - (high - centre)) - law.cdf(below + (centre - low))
            for below, above in pairwise(edges)
        )
        return sum(max(part, 0.0) for part in parts)


def more_points(seen: Seen, ends_ha: list[float], *, z: float) -> tuple[int, list[str]] | None:
    """Fewest more points with which most surveys decide, and the strata to put them in.

    Tried are the strata where a point narrows the interval most: one of the first three, then the
    first two, three and so on, shared out as their points are now. None where even the largest
    sample seldom decides. The number is rounded up to two digits: nobody knows it closer.
    """
    order = _where_points_help(seen, z=z)
    choices = [*([name] for name in order[:_ALONE]), *(order[:n] for n in range(2, len(order) + 1))]
    best: tuple[int, list[str]] | None = None
    for strata in choices:
        here = np.array([name in strata for name in seen.strata])

        def decides(factor: float, here: Floats = here) -> bool:
            return seen.chance(np.where(here, factor, 1.0), ends_ha, z=z) >= POWER

        now = float(seen.points[here].sum())
        most = _MOST if best is None else min(_MOST, 1 + best[0] / now)
        if not decides(most):
            continue
        few, enough = 0.0, math.log(most)
        while now * (math.exp(enough) - math.exp(few)) > max(1.0, _CLOSE_RATIO * enough * now):
            middle = (few + enough) / 2
            few, enough = (few, middle) if decides(math.exp(middle)) else (middle, enough)
        more = max(math.ceil(now * math.expm1(enough)), 1)
        if best is None or more < best[0]:
            best = more, strata
    if best is None:
        return None
    digit = 10 ** max(len(str(best[0])) - 2, 0)
    return math.ceil(best[0] / digit) * digit, best[1]


def _where_points_help(seen: Seen, *, z: float) -> list[str]:
    """Strata with points, first that where one more narrows the interval most.

    Of a stratum without points nobody knows what more of them would show.
    """

    def width(factor: Floats) -> float:
        low, high = seen.interval_ha(factor, z=z)
        return high - low

    ones = np.ones(len(seen.strata))
    now = width(ones)
    gain = {
        name: (now - width(ones + ones * (np.array(seen.strata) == name))) / points
        for name, points in zip(seen.strata, seen.points, strict=True)
        if points > 0
    }
    return sorted(gain, key=lambda name: (-gain[name], name))
