"""Which land every parcel is: quotas filled commune by commune, each from where it belongs.

Water and farms fill from the valley floors up, natural forest from the ridges down, and the planted
crops by fields of noise of their own, so that they stand in patches that cross borders.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from zones.demo.noise import Floats
from zones.demo.quotas import REMAINDER, Quotas
from zones.demo.terrain import Terrain

__all__ = ["assign_land"]


def assign_land(
    parcels: pd.DataFrame, quotas: Quotas, terrain: Terrain, rng: np.random.Generator
) -> pd.Series[str]:
    """Give every parcel a kind of land."""
    kinds = [*REMAINDER, "natural_forest", *quotas.planted.columns]
    wanted = quotas.table()[kinds].to_numpy(dtype="float64")
    scores = _scores(parcels, kinds, terrain, rng)
    area = parcels["area_ha"].to_numpy()
    result = np.empty(len(parcels), dtype=object)
    for commune, members in parcels.groupby("commune").indices.items():
        chosen = _filled(scores[members], area[members], wanted[int(str(commune))], rng)
        result[members] = np.array(kinds, dtype=object)[chosen]
    return pd.Series(result, index=parcels.index, dtype="str")


def _scores(
    parcels: pd.DataFrame, kinds: list[str], terrain: Terrain, rng: np.random.Generator
) -> Floats:
    """How ill each parcel suits each kind; the lowest are taken first."""
    points = parcels[["x", "y"]].to_numpy()
    valley, height = terrain.valley(points), terrain.height(points)
    scores = np.column_stack([-terrain.patches[kind].at(points) for kind in kinds])
    scores += rng.normal(0, 0.25, scores.shape)
    place = {
        "water": 20 * valley,
        "other": 6 * np.abs(valley - 0.15),
        "unclassified": 5 * np.abs(valley - 0.25),
        "farmland": 6 * valley,
        "natural_forest": -1.6 * height,
    }
    for kind, worth in place.items():
        scores[:, kinds.index(kind)] += worth
    return scores


def _filled(scores: Floats, area: Floats, wanted: Floats, rng: np.random.Generator) -> np.ndarray:
    """Kind of each parcel: the fixed kinds in their order, then the crops in any order."""
    count = len(REMAINDER)
    first = [list(REMAINDER).index(kind) for kind in ("water", "other", "unclassified", "farmland")]
    natural = [count]
    rest = [kind for kind in range(len(wanted)) if kind not in (*first, *natural)]
    chosen = np.full(len(area), -1)
    lack = wanted.copy()
    for kind in [*first, *natural, *rng.permutation(rest)]:
        free = np.flatnonzero(chosen < 0)
        order = free[np.argsort(scores[free, kind], kind="stable")]
        reached = np.cumsum(area[order])
        # A parcel is taken while more than half of it is still wanted: no bias either way.
        taken = order[reached - area[order] / 2 <= lack[kind]]
        chosen[taken] = kind
        lack[kind] -= area[taken].sum()
    for parcel in np.flatnonzero(chosen < 0):
        kind = int(np.argmax(lack))
        chosen[parcel] = kind
        lack[kind] -= area[parcel]
    return chosen
