"""Forest compartments (tiểu khu, khoảnh, lô): the address of every plot."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.spatial import cKDTree

from zones.demo.geometry import jittered
from zones.demo.noise import Floats

__all__ = ["build_compartments"]

#: A compartment has about 1,000 ha, a sub-compartment about 110 ha.
_COMPARTMENT = 3_160.0
_SUB_COMPARTMENT = 1_050.0


def build_compartments(points: Floats, rng: np.random.Generator) -> pd.DataFrame:
    """Address of every plot."""
    low, high = points.min(axis=0), points.max(axis=0)
    bounds = (float(low[0]), float(low[1]), float(high[0]) + 1, float(high[1]) + 1)
    large = jittered(bounds, _COMPARTMENT, rng)
    small = jittered(bounds, _SUB_COMPARTMENT, rng)
    _, sub = cKDTree(small).query(points)
    _, parent = cKDTree(large).query(small)
    table = pd.DataFrame({"tk": parent[sub], "sub": sub, "y": -points[:, 1], "x": points[:, 0]})
    table["tk"] = table["tk"].rank(method="dense", ascending=False).astype("int64")
    table["khoanh"] = table.groupby("tk")["sub"].rank(method="dense", ascending=False)
    ordered = table.sort_values(["tk", "khoanh", "y", "x"], kind="stable")
    table["lo"] = ordered.groupby(["tk", "khoanh"]).cumcount() + 1
    return table[["tk", "khoanh", "lo"]].astype("int64")
