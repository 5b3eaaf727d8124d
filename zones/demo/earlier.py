"""The forest status layer of the year before: what was planted, grew up or was cut since is undone.

It gives the forms their start and their changes by cause; everything in it is made up.
"""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from layers.base.resources import data_table
from zones.demo.planting import LAYER_YEAR

EARLIER_YEAR = LAYER_YEAR - 1
#: Share of the young forest that became forest in the year, and of the bare land that was cut.
_BECAME, _CUT = 0.08, 0.03
#: Ages of what is young forest, and of what was cut, in years.
_YOUNG, _CUT_AGE = 7, 8
Booleans = npt.NDArray[np.bool_]


def earlier_layer(forest: gpd.GeoDataFrame, rng: np.random.Generator) -> gpd.GeoDataFrame:
    """Records of the layer a year before, on the same plots."""
    planted = forest["namtr"].gt(EARLIER_YEAR)
    again = (planted & forest["nggocrt"].eq(2)).to_numpy()
    first = (planted & ~forest["nggocrt"].eq(2)).to_numpy()
    chance = rng.uniform(size=len(forest))
    grown = forest["thanhrung"].eq(1) & forest["namtr"].ge(LAYER_YEAR - _YOUNG)
    became = (grown & forest["ldlr"].str.startswith("RT") & (chance < _BECAME)).to_numpy()
    bare = forest["ldlr"].str.startswith("DT1") & forest["malr3"].eq(3)
    cut = (bare & (chance < _CUT)).to_numpy() | again
    layer = _changed(forest, first, "DT1", nggocr=3, namtr=0, nggocrt=0, thanhrung=0)
    layer = _changed(layer, became, "DTR", nggocr=3, thanhrung=2)
    stand = {"nggocr": 2, "nggocrt": 2, "thanhrung": 1, "namtr": EARLIER_YEAR - _CUT_AGE}
    layer = _changed(layer, cut, "RTG", **stand)
    layer["sldlr"] = layer["sldlr"].mask(first).mask(cut, "Keo")
    wood = ["mgo", "mgolo"]
    layer[wood] = layer[wood].mask(pd.Series(first | became | cut, index=layer.index), 0.0)
    return layer


def _changed(
    forest: gpd.GeoDataFrame, rows: Booleans, letters: str, **values: int
) -> gpd.GeoDataFrame:
    """Records with another type, on earth hills or limestone as before, and other fields."""
    number = data_table("forest_codes_98.csv").set_index("ldlr")["maldlr"]
    rock = forest["ldlr"].isin(["NND"]) | forest["ldlr"].str.fullmatch(r"(RTG|RTK|DTR|DT1|DT2)D")
    code = pd.Series(np.where(rock, f"{letters}D", letters), index=forest.index)
    layer = forest.copy()
    layer["ldlr"] = layer["ldlr"].mask(rows, code)
    layer["maldlr"] = layer["ldlr"].map(number).astype(forest["maldlr"].dtype)
    for name, value in values.items():
        layer[name] = layer[name].mask(rows, value)
    return layer
