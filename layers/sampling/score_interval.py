"""Interval of a weighted sum of proportions by the score test, sound for rare classes too.

The normal interval (estimate ± z standard errors) misses the truth far too often where a class was
seen in few points: a stratum in which nothing was found has an estimated variance of nought. The
score interval asks of each possible value p₀ whether the sample would still be a plain one if p₀
were true: (p̂ − p₀)² ≤ z² V(p₀), with V from the proportions that are likeliest among those that
add up to p₀ (constrained maximum likelihood; Mee 1984, Miettinen and Nurminen 1985; of one stratum
it is Wilson's interval of 1927).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

_STEPS = 80


def score_interval(
    hits: Floats, points: Floats, weights: Floats, *, z: float, finite: Floats
) -> tuple[Floats, Floats]:
    """Lower and upper end of Σ W p by class.

    ``hits`` has a row per stratum and a column per class; ``points``, ``weights`` and ``finite``
    (1 − sampled share) a value per stratum. A stratum without points may hold nothing or all.
    """
    known = points > 0
    unknown = float(weights[~known].sum())
    n, w, rest = points[known, None], weights[known, None], finite[known, None]
    x = hits[known]
    centre = (w * x / n).sum(axis=0)

    p = x / n

    def is_inside(multiplier: Floats) -> npt.NDArray[np.bool_]:
        d = _shift(p, n, multiplier * w)
        spread = p * (1 - p) + d * (1 - 2 * p) - d**2
        variance = (w**2 * rest * np.maximum(spread, 0.0) / n).sum(axis=0)
        inside: npt.NDArray[np.bool_] = (w * d).sum(axis=0) ** 2 <= z**2 * variance
        return inside

    ends = []
    for sign in (1.0, -1.0):
        # The multiplier runs over many powers of ten: its logarithm is halved, not itself.
        near = np.full(x.shape[1], 0.0)
        far = np.full(x.shape[1], np.arcsinh(1e15 * float((n / w).max())) if len(n) else 1.0)
        for _ in range(_STEPS):
            middle = (near + far) / 2
            inside = is_inside(sign * np.sinh(middle))
            near, far = np.where(inside, middle, near), np.where(inside, far, middle)
        ends.append(centre + (w * _shift(p, n, sign * np.sinh(near) * w)).sum(axis=0))
    low, high = np.minimum(ends[0], centre), np.maximum(ends[1], centre) + unknown
    return np.clip(low, 0.0, 1.0), np.clip(high, 0.0, 1.0)


def _shift(seen: Floats, points: Floats, pull: Floats) -> Floats:
    """Likeliest proportions under a pull downwards, less those seen.

    Roots of pull d² − (n + pull (1 − 2 p̂)) d − pull p̂ (1 − p̂) = 0. The shift is solved for, not
    the proportion: where none or all were found, the rounding of p − p̂ would pass for a distance
    without variance, and the interval would shrink to the estimate.
    """
    b = points + pull * (1 - 2 * seen)
    spread = pull * seen * (1 - seen)
    root = np.sqrt(b * b + 4 * pull * spread)
    with np.errstate(divide="ignore", invalid="ignore"):
        d = np.where(b >= 0, -2 * spread / (b + root), (b - root) / (2 * pull))
    return np.clip(np.where(np.isfinite(d), d, 0.0), -seen, 1 - seen)


def wilson_interval(ratio: Floats, points: Floats, *, z: float) -> tuple[Floats, Floats]:
    """Wilson's interval of a proportion seen in so many (effective) points."""
    with np.errstate(invalid="ignore", divide="ignore"):
        spread = z**2 / points
        middle = (ratio + spread / 2) / (1 + spread)
        half = z * np.sqrt(ratio * (1 - ratio) / points + spread / (4 * points)) / (1 + spread)
    return np.clip(middle - half, 0.0, 1.0), np.clip(middle + half, 0.0, 1.0)
