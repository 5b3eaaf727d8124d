"""What a forecast does not know, drawn many times: lags, survival, the split of planting, harvest.

The first draw is the likely case: it is the forecast, the others are its band.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from zones.forest.trajectory.cohorts import AGES, Start
from zones.forest.trajectory.lags import SpeciesLag
from zones.forest.trajectory.model import Rates

Floats = npt.NDArray[np.float64]

#: Chance that a lag of the table is a year shorter, right, a year longer.
_SHIFTS = np.array([-1, 0, 1])
_CHANCES = np.array([0.25, 0.5, 0.25])

Triangle = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Unknowns:
    """Likely values and how far they may be off."""

    lags: list[SpeciesLag]  # By species
    legal_years: int  # Least years of a lag
    survival: Triangle  # Low, likely, high
    bare_share: Triangle
    harvest_share: Floats  # By species, of mature forest
    harvest_ha: Floats  # By species, fixed; NaN: by share
    harvest_uncertainty: float  # Part by which a harvest may be less or more


def draw_rates(unknowns: Unknowns, *, draws: int, seed: int) -> Rates:
    """Rates of the likely case, then of ``draws`` draws.

    Every draw takes the same random numbers whatever the values are, so that a value that is
    changed moves what hangs on it and nothing else.
    """
    rng = np.random.default_rng(seed)
    survival = _triangle(unknowns.survival, rng, draws)
    bare_share = _triangle(unknowns.bare_share, rng, draws)
    off = unknowns.harvest_uncertainty
    factor = _triangle((1.0 - off, 1.0, 1.0 + off), rng, draws)
    counts = np.zeros((len(unknowns.lags), AGES + 1, 1 + draws))
    for species, lag in enumerate(unknowns.lags):
        counts[species] = _counts(lag, unknowns.legal_years, rng.random(draws))
    return Rates(
        counts,
        survival,
        bare_share,
        np.minimum(unknowns.harvest_share[:, None] * factor, 1.0),
        unknowns.harvest_ha[:, None] * factor,
    )


def some_of(rates: Rates, draws: slice) -> Rates:
    """Rates of some of the draws."""
    return Rates(
        rates.counts[..., draws],
        rates.survival[draws],
        rates.bare_share[draws],
        rates.harvest_share[:, draws],
        rates.harvest_ha[:, draws],
    )


def _triangle(ends: Triangle, rng: np.random.Generator, draws: int) -> Floats:
    """Likely value, then draws from the triangle; a triangle without width is its value."""
    low, likely, high = ends
    part = rng.random(draws)
    width = high - low
    peak = (likely - low) / width if width > 0 else 0.5
    rising = low + np.sqrt(part * width * (likely - low))
    falling = high - np.sqrt((1.0 - part) * width * (high - likely))
    return np.concatenate([[likely], np.where(part < peak, rising, falling)])


def _counts(lag: SpeciesLag, legal_years: int, part: Floats) -> Floats:
    """Ages × (1 + draws): share of plantings that is forest, none before the legal minimum."""
    ages = np.arange(AGES + 1)
    if lag.curve is not None:
        chosen = (part * len(lag.curve.resampled)).astype("int64")
        curves = np.vstack([lag.curve.share, lag.curve.resampled[chosen]])
        table = curves[:, np.minimum(ages, curves.shape[1] - 1)].T
    elif lag.years is None:
        table = np.zeros((len(ages), 1 + len(part)))
    elif lag.low is not None and lag.high is not None:  # The layer tells its ends alone
        drawn = lag.low + np.floor(part * (lag.high - lag.low + 1))
        table = (ages[:, None] >= np.concatenate([[lag.years], drawn])).astype("float64")
    else:
        shift = _SHIFTS[np.searchsorted(np.cumsum(_CHANCES), part, side="right")]
        shift = shift if lag.basis == "table" else np.zeros_like(shift)
        years = np.concatenate([[lag.years], np.maximum(lag.years + shift, 1)])
        table = (ages[:, None] >= years).astype("float64")
    table[: max(legal_years, 1)] = 0.0
    return np.asarray(table, dtype="float64")


def usual_harvest(
    start: Start,
    rotation: npt.NDArray[np.int64],
    planted_ha: Floats,
    bare_share: float,
) -> Floats:
    """Share of mature forest cut in a year, by species, as the layer's own last years show it.

    What was planted on harvested land in a year must have been cut; it is set against what stands
    at or above the rotation. ``planted_ha`` is the mean of the last years by species.
    """
    shares = np.zeros(len(rotation))
    for number, crop in enumerate(start.crops):
        if rotation[number] <= 0:
            continue
        mine = (start.cells["crop"] == crop).to_numpy()
        mine = mine & start.cells["three_forest"].isin(["production", "outside"]).to_numpy()
        mature = float(start.forest_ha[mine][:, rotation[number] :].sum())
        if mature > 0:
            shares[number] = min(1.0, (1.0 - bare_share) * planted_ha[number] / mature)
    return shares
