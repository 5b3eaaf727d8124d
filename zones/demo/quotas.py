"""How many hectares of each kind of land every commune gets, so that the province comes out right.

The totals stand in ``data/demo/land-20.csv``, where a crop is at home in
``data/demo/crop_weights-20.csv`` (weight × area of the commune, ``*`` for communes not named). Both
are made up; they follow what the plan of 2026–2030 says about where crops stand and how far their
areas are from the targets.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from layers.base.resources import data_table
from zones.demo.noise import Floats

#: What the land outside forest is made of, and in which shares; ``unclassified`` is in no layer.
REMAINDER = {
    "farmland": 0.45,
    "regenerating": 0.17,
    "unclassified": 0.16,
    "bare": 0.10,
    "other": 0.07,
    "water": 0.05,
}

_MOST_PLANTED = 0.72
_MOST_FOREST = {"xã": 0.86, "phường": 0.55}


@dataclass(frozen=True, slots=True)
class Quotas:
    """Hectares by commune and kind of land."""

    planted: pd.DataFrame  # Crop by crop, not yet forest included; one row per commune
    natural: Floats  # Natural forest
    remainder: pd.DataFrame  # Columns of ``REMAINDER``

    def table(self) -> pd.DataFrame:
        """All kinds side by side."""
        natural = pd.Series(self.natural, name="natural_forest")
        return pd.concat([natural, self.planted, self.remainder], axis=1)


def load_totals() -> pd.DataFrame:
    """Totals of the made-up province."""
    return data_table("demo", "land-20.csv").set_index("item")


def crop_hectares(
    crops: pd.Series[float], communes: pd.DataFrame, rng: np.random.Generator
) -> pd.DataFrame:
    """Spread the hectares of crops over communes by their weights."""
    table = data_table("demo", "crop_weights-20.csv", dtype={"commune_code": str})
    weights = table.pivot_table(index="commune_code", columns="crop", values="weight", sort=False)
    by_commune = weights.reindex(communes["code"])[crops.index].fillna(weights.loc["*"])
    spread = by_commune.to_numpy(dtype="float64")
    spread = spread * communes["official_area_ha"].to_numpy()[:, None]
    spread = spread * rng.lognormal(0, 0.15, spread.shape)
    return pd.DataFrame(spread / spread.sum(axis=0) * crops.to_numpy(), columns=crops.index)


def build_quotas(communes: pd.DataFrame, *, height: Floats, rng: np.random.Generator) -> Quotas:
    """Share the province's totals out to communes."""
    totals = load_totals()
    crops = totals.loc[totals["part"] == "forest", "area_ha"].drop("natural_forest")
    area = communes["area_ha"].to_numpy(dtype="float64")
    ceiling = area * communes["kind"].map(_MOST_FOREST).fillna(0.86).to_numpy()
    planted = _within(
        crop_hectares(crops, communes, rng), np.minimum(_MOST_PLANTED * area, ceiling)
    )
    room = ceiling - planted.sum(axis=1).to_numpy()
    liking = area * np.clip(height, 0.3, None) * rng.lognormal(0, 0.25, len(area))
    natural = _filled(liking, room, float(totals["area_ha"]["natural_forest"]))
    left = area - natural - planted.sum(axis=1).to_numpy()
    shares = np.array(list(REMAINDER.values())) * rng.lognormal(0, 0.2, (len(area), len(REMAINDER)))
    town = (communes["kind"] == "phường").to_numpy()
    built = np.isin(list(REMAINDER), ["other", "unclassified"])
    shares = np.where(town[:, None] & built, 2.5 * shares, shares)
    shares = shares / shares.sum(axis=1, keepdims=True)
    return Quotas(planted, natural, pd.DataFrame(left[:, None] * shares, columns=list(REMAINDER)))


def _within(wanted: pd.DataFrame, most: Floats) -> pd.DataFrame:
    """Send what a commune cannot hold to the others that grow the same crops."""
    totals, table = wanted.sum(), wanted
    for _ in range(200):
        over = np.minimum(1.0, most / table.sum(axis=1).to_numpy())
        table = table.mul(over, axis=0)
        if (over > 1 - 1e-9).all():
            break
        table = table / table.sum() * totals
    return table / table.sum() * totals


def _filled(liking: Floats, room: Floats, total: float) -> Floats:
    """Shares in proportion to liking, none above its room (bisection on the common factor)."""
    low, high = 0.0, float((room / liking).max())
    for _ in range(60):
        middle = (low + high) / 2
        enough = np.minimum(room, middle * liking).sum() >= total
        low, high = (low, middle) if enough else (middle, high)
    return np.minimum(room, high * liking)
