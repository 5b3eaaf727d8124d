"""When planting counts: the legal minimum, the physical lag of each species, and its curve.

A planting of year ``y`` with a lag of ``L`` years counts on 31 December of ``y + L``. The curve of
a species says which share of its plantings is forest by each age. A layer shows every planting
once, at one age, as forest or not yet: current-status data, the simplest interval censoring. Its
maximum-likelihood curve is the isotonic regression of "is forest" on age, weighted by hectares
(Groeneboom and Wellner 1992).
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from layers.kinds.crops import load_crops
from zones.forest.trajectory.cohorts import Start

Floats = npt.NDArray[np.float64]

#: Ages that a curve is estimated for; older stands say nothing about a lag.
_AGES = 21
#: Fewest communes with plantings of a species, and hectares on either side, for an estimate.
_FEWEST_COMMUNES, _FEWEST_HA = 5, 10.0
#: Most years between plantings seen as not yet forest and as forest for a layer to tell the lag.
_WIDEST_GAP = 2
#: Share of plantings that are forest at the lag.
_HALF = 0.5
#: Ends of the band of a lag: 95 % of the resampled layers.
_BAND = (0.025, 0.975)


@dataclass(frozen=True, slots=True)
class Curve:
    """Share of a species' plantings that is forest by age, with resampled curves."""

    share: Floats  # By age 0, 1, …; the last holds for all later ages
    resampled: Floats  # Resamples × ages
    below: int = -1  # Oldest age with plantings of which less than half are forest

    @property
    def lag(self) -> int | None:
        """First age at which half of the plantings are forest."""
        return _first_half(self.share)

    @property
    def band(self) -> tuple[int, int | None]:
        """Ends of the lag's 95 % band; no upper end where resampled layers never reach half."""
        found = [_first_half(row) for row in self.resampled]
        lags = np.sort([_AGES if lag is None else lag for lag in found])
        low, high = (int(np.quantile(lags, end, method="nearest")) for end in _BAND)
        return low, None if high >= _AGES else high


def _first_half(share: Floats) -> int | None:
    reached = np.flatnonzero(share >= _HALF)
    return int(reached[0]) if len(reached) else None


def estimate_curve(
    forest_ha: Floats, young_ha: Floats, *, rng: np.random.Generator, resamples: int = 200
) -> Curve | None:
    """Curve from hectares by commune and age (communes × ages) that are forest and not yet.

    The band comes from resampling whole communes, whose plots were judged by the same people.
    Nothing where the layer says too little: fewer than five communes, or ten hectares of either
    side within twenty years of age.
    """
    forest, young = forest_ha[:, :_AGES], young_ha[:, :_AGES]
    known = (forest + young).sum(axis=1) > 0
    if known.sum() < _FEWEST_COMMUNES or min(forest.sum(), young.sum()) < _FEWEST_HA:
        return None
    forest, young = forest[known], young[known]
    drawn = rng.multinomial(len(forest), np.full(len(forest), 1 / len(forest)), size=resamples)
    curves = [_isotonic(weights @ forest, weights @ young) for weights in drawn.astype("float64")]
    share = _isotonic(forest.sum(axis=0), young.sum(axis=0))
    below = np.flatnonzero(((forest + young).sum(axis=0) > 0) & (share < _HALF))
    return Curve(share, np.array(curves), int(below.max(initial=-1)))


def _isotonic(forest: Floats, young: Floats) -> Floats:
    """Rising share of forest by age; an age without plantings has that of the age before."""
    from scipy.optimize import (
        isotonic_regression,  # Slow to load, seldom needed
    )

    whole = forest + young
    seen = whole > 0
    share = np.zeros(len(whole))
    share[seen] = isotonic_regression(forest[seen] / whole[seen], weights=whole[seen]).x
    return np.asarray(np.maximum.accumulate(share))


@dataclass(frozen=True, slots=True)
class SpeciesLag:
    """When the plantings of one species count."""

    crop: str  # Species
    years: int | None  # Physical lag in years; none: its plantings never count
    basis: str  # ``setting``, ``layer``, ``table`` or ``none``
    low: int | None = None  # Ends of its 95 % band where it comes from the layer
    high: int | None = None
    curve: Curve | None = None  # Where it comes from the layer

    def counts_after(self, legal_years: int) -> int | None:
        """Years until a planting counts: the legal minimum or the physical lag, if that is more."""
        return None if self.years is None else max(legal_years, self.years)


def later(lag: SpeciesLag, years: int) -> SpeciesLag:
    """Lag that is some years longer, or shorter."""
    if lag.years is None:
        return lag
    moved = replace(lag, years=max(lag.years + years, 1))
    if lag.curve is None:
        return moved
    at = np.clip(np.arange(len(lag.curve.share)) - years, 0, len(lag.curve.share) - 1)
    curve = Curve(lag.curve.share[at], lag.curve.resampled[:, at], lag.curve.below + years)
    return replace(moved, curve=curve)


def species_lags(
    start: Start, *, own: Mapping[str, int], from_layer: bool, seed: int
) -> list[SpeciesLag]:
    """Lag of every species of a start: the project's own, else the layer's, else the table's."""
    table = load_crops().set_index("crop")["cover_lag_years"].dropna().astype("int64").to_dict()
    commune = start.cells["commune"].to_numpy()
    found = []
    for crop in start.crops:
        rows = (start.cells["crop"] == crop).to_numpy()
        if crop in own:
            found.append(SpeciesLag(crop, own[crop], "setting"))
            continue
        curve = None
        if from_layer and crop:
            curve = estimate_curve(
                _by_commune(start.forest_ha[rows], commune[rows], len(start.communes)),
                _by_commune(
                    _of_known_age(start)[rows],
                    commune[rows],
                    len(start.communes),
                ),
                # Each species by itself: what is changed of one moves no other.
                rng=np.random.default_rng([seed, zlib.crc32(crop.encode())]),
            )
        if curve is not None and curve.lag is not None and curve.lag - curve.below > _WIDEST_GAP:
            found.append(_between(crop, curve.below + 1, curve.lag, table.get(crop)))
        elif curve is not None and curve.lag is not None:
            low, high = curve.band
            found.append(SpeciesLag(crop, curve.lag, "layer", low, high, curve))
        elif crop in table:
            found.append(SpeciesLag(crop, table[crop], "table"))
        else:
            found.append(SpeciesLag(crop, None, "none"))
    return found


def _between(crop: str, low: int, high: int, listed: int | None) -> SpeciesLag:
    """Lag where a layer has no plantings of the ages in between: that of the table, if it fits."""
    if listed is not None and low <= listed <= high:
        return SpeciesLag(crop, listed, "table")
    years = high if listed is None or listed > high else low
    return SpeciesLag(crop, years, "layer", low, high)


def _of_known_age(start: Start) -> Floats:
    young = start.young_ha.copy()
    young[:, 0] -= start.young_unknown_ha
    return young


def _by_commune(hectares: Floats, commune: npt.NDArray[np.int64], count: int) -> Floats:
    table = np.zeros((count, hectares.shape[1]))
    np.add.at(table, commune, hectares)
    return table


def last_seasons(lags: list[SpeciesLag], *, legal_years: int, year: int) -> pd.DataFrame:
    """Last planting season of each species that counts on 31 December of a year.

    ``crop, lag_years, low_years, high_years, basis, last_season``; a species without a lag has no
    season.
    """
    rows = []
    for lag in lags:
        after = lag.counts_after(legal_years)
        rows.append(
            {
                "crop": lag.crop,
                "lag_years": after,
                "low_years": lag.low,
                "high_years": lag.high,
                "basis": lag.basis,
                "last_season": None if after is None else year - after,
            }
        )
    return pd.DataFrame(
        rows, columns=["crop", "lag_years", "low_years", "high_years", "basis", "last_season"]
    )
