"""How many more points would decide a target, and where: the same interval of a larger sample."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from layers.sampling.score_interval import Floats, score_interval

#: A larger sample than so many times the present one decides nothing.
_MOST = 2_500.0
#: The factor is found to this part of it: nobody counts points closer.
_CLOSE_RATIO = 0.005


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


def more_points(
    seen: Seen, named: list[str], ends_ha: list[float], *, z: float
) -> tuple[int, list[str]] | None:
    """Fewest more points that leave no end within the interval, and the strata to put them in.

    Tried are the named strata, the one where points help most first, and all; none where even the
    largest sample decides nothing. Widths that come from what was not found shrink as 1/n, others
    as its root: the interval itself is asked, not a formula.
    """
    choices = [*([name] for name in named), named, list(seen.strata)]
    best: tuple[int, list[str]] | None = None
    for strata in choices:
        here = np.array([name in strata for name in seen.strata])

        def decides(factor: float, here: Floats = here) -> bool:
            low, high = seen.interval_ha(np.where(here, factor, 1.0), z=z)
            return not any(low <= end <= high for end in ends_ha)

        now = float(seen.points[here].sum())
        if now == 0:  # Of a stratum without points nobody knows what more of them would show
            continue
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
    return best
