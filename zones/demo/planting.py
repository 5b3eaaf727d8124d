"""Planted forest: species, planting years, mixtures, and which plots became forest.

A plot becomes forest by a test of its trees, not by a number of years, so ages of young and grown
plots overlap around the lag of each species (``data/crops.csv``).
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from layers.kinds.crops import load_crops
from zones.demo.noise import Floats
from zones.demo.quotas import load_totals

#: The layer shows the land at the end of this year.
LAYER_YEAR = 2025

#: Pairs of crops that grow mixed, and the share of the smaller one's plots that do.
_MIXTURES = (("pine", "acacia"), ("anise", "pine"), ("cinnamon", "acacia"))
_MIXED_SHARE = 0.06


def build_planting(plots: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Plant the plots whose land is a crop."""
    totals = load_totals()
    lags = load_crops().set_index("crop")["cover_lag_years"].to_dict()
    result = pd.DataFrame(
        {"species": pd.Series(None, index=plots.index, dtype="str")}
        | {"planting_year": 0, "planted": False, "established": False}
    )
    forest = totals.loc[totals["part"] == "forest"].drop("natural_forest")
    for crop, row in forest.iterrows():
        members = plots.index[plots["land"] == crop]
        area = plots.loc[members, "area_ha"]
        shuffled = members[rng.permutation(len(members))]
        young = shuffled[area[shuffled].cumsum() <= row["not_yet_ratio"] * area.sum()]
        grown = members.difference(young)
        result.loc[members, ["planted", "species"]] = [True, row["species"]]
        result.loc[grown, "established"] = True
        lag = int(lags[str(crop)])
        for group, chance in (
            (young, _young_ages(lag)),
            (grown, _grown_ages(lag, int(row["oldest_years"]))),
        ):
            ages = rng.choice(len(chance), len(group), p=chance)
            result.loc[group, "planting_year"] = LAYER_YEAR - ages
    return _mixed(plots, result, totals["species"], rng)


def _young_ages(lag: int) -> Floats:
    """Chance of each age among plots not yet forest: even, then thinning out about the lag."""
    chance = np.r_[0.6, np.ones(lag - 1), 0.45, 0.12]
    return np.asarray(chance / chance.sum(), dtype=np.float64)


def _grown_ages(lag: int, oldest: int) -> Floats:
    """Chance of each age among established plots: none before the lag is nearly over."""
    chance = np.exp(-np.arange(oldest + 1) / oldest)
    chance[: lag + 1] *= np.r_[np.zeros(lag - 1), 0.15, 0.55]
    return np.asarray(chance / chance.sum(), dtype=np.float64)


def _mixed(
    plots: pd.DataFrame, planting: pd.DataFrame, species: pd.Series[str], rng: np.random.Generator
) -> pd.DataFrame:
    """Mix some plots of two crops; as many hectares of either, so that both keep their totals."""
    result = planting.copy()
    for first, second in _MIXTURES:
        groups = [plots.index[plots["land"] == crop] for crop in (first, second)]
        least = min(plots.loc[group, "area_ha"].sum() for group in groups)
        for group in groups:
            some = group[rng.permutation(len(group))]
            some = some[plots.loc[some, "area_ha"].cumsum() <= _MIXED_SHARE * least]
            result.loc[some, "species"] = f"{species[first]}+{species[second]}"
    return result
