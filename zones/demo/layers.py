"""The made-up forest status layer: parcels as records with the 51 fields of the real one.

Codes are those of the 98-code table. Fields of which nothing is known publicly stay empty.
"""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from scipy.spatial import cKDTree

from layers.base.resources import data_table
from layers.kinds.forest_fields import forest_fields
from zones.demo.boundaries import AREA_CRS
from zones.demo.geometry import jittered
from zones.demo.noise import Floats, Terrain
from zones.demo.planting import LAYER_YEAR

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


NOTICE = "Dữ liệu minh họa / Demo data"

#: Type on earth hills and on limestone, by kind of land.
_TYPES = {
    "natural_rich": ("TXB", "TXDB"),
    "natural_middling": ("TXN", "TXDN"),
    "natural_poor": ("TXK", "TXDK"),
    "natural_recovering": ("TXP", "TXDP"),
    "planted": ("RTG", "RTGD"),
    "planted_other": ("RTK", "RTKD"),
    "not_yet": ("DTR", "DTRD"),
    "regenerating": ("DT2", "DT2D"),
    "bare": ("DT1", "DT1D"),
    "farmland": ("DNN", "NND"),
    "water": ("MN", "MN"),
    "other": ("DK", "DK"),
}

#: Where special-use forest lies: Hữu Liên and Mẫu Sơn.
_SPECIAL_USE = ("06400", "06541")


def build_forest_layer(
    parcels: pd.DataFrame, communes: pd.DataFrame, terrain: Terrain, rng: np.random.Generator
) -> gpd.GeoDataFrame:
    """Write parcels as records of the forest status layer."""
    plots = parcels.loc[parcels["land"] != "unclassified"].reset_index(drop=True)
    points = plots[["x", "y"]].to_numpy()
    plots = plots.join(build_compartments(points, rng))
    plots = plots.assign(rock=terrain.limestone.at(points) > 0.8, height=terrain.height(points))
    plots = plots.assign(ldlr=_types(plots, rng), malr3=_three_forest(plots, communes, rng))
    # Ledgers were measured before, and not by this geometry; they end at two decimals.
    wrong = 1 + np.clip(rng.normal(0, 0.008, len(plots)), -0.03, 0.03)
    plots["dtich"] = (plots["area_ha"] * wrong).round(2).clip(lower=0.01)
    plots = plots.sort_values(["tk", "khoanh", "lo"], ignore_index=True)
    return _records(plots, communes, rng)


def _types(plots: pd.DataFrame, rng: np.random.Generator) -> pd.Series[str]:
    """Letters of the type of every plot."""
    grown = plots["planted"] & plots["established"]
    young = plots["planted"] & ~plots["established"]
    by_fruit = plots["land"].isin(["anise", "cinnamon", "chestnut"])
    # Some offices keep the planted type for young plantings and tell by thanhrung alone.
    planted_type = grown | (young & (rng.uniform(size=len(plots)) < 0.1))
    wealth = plots["height"] + rng.normal(0, 0.5, len(plots))
    grades = ["natural_recovering", "natural_poor", "natural_middling", "natural_rich"]
    grade = pd.cut(wealth, [-np.inf, 0.9, 1.5, 2.3, np.inf], labels=grades).astype("str")
    state = plots["land"].mask(plots["land"] == "natural_forest", grade)
    state = state.mask(young, "not_yet").mask(planted_type, "planted")
    state = state.mask(planted_type & by_fruit, "planted_other")
    earth = state.map({kind: letters[0] for kind, letters in _TYPES.items()})
    return earth.mask(
        plots["rock"], state.map({kind: letters[1] for kind, letters in _TYPES.items()})
    )


def _three_forest(
    plots: pd.DataFrame, communes: pd.DataFrame, rng: np.random.Generator
) -> pd.Series[int]:
    """Class by compartment: 1 protection, 2 special-use, 3 production; 0 outside the plan."""
    compartment = plots.groupby("tk")["height"].mean()
    high = compartment > compartment.quantile(0.85)
    result = pd.Series(3, index=plots.index).mask(plots["tk"].map(high), 1)
    codes = plots["commune"].map(communes["code"])
    natural = plots["land"] == "natural_forest"
    result = result.mask(codes.isin(_SPECIAL_USE) & natural & (plots["height"] > 1), 2)
    # Forest outside the plan exists, and counts for the cover rate.
    beyond = (result == 3) & (rng.uniform(size=len(plots)) < 0.04)
    return result.mask(beyond | plots["land"].isin(["farmland", "water", "other"]), 0)


def _records(
    plots: pd.DataFrame, communes: pd.DataFrame, rng: np.random.Generator
) -> gpd.GeoDataFrame:
    number = data_table("forest_codes_98.csv").set_index("ldlr")["maldlr"]
    natural = plots["land"] == "natural_forest"
    forest = natural | plots["established"]
    wood = _wood(plots, natural, rng)
    purpose = plots["malr3"].map({0: 0, 1: 1, 2: 6, 3: 9})
    fields: dict[str, object] = {
        "tt": np.arange(1, len(plots) + 1),
        "id": np.arange(1, len(plots) + 1),
        "matinh": 20,
        "maxa": plots["commune"].map(communes["code"].astype("int64")),
        "xa": plots["commune"].map(communes["name"]),
        "tk": plots["tk"].astype("str"),
        "khoanh": plots["khoanh"].astype("str"),
        "lo": plots["lo"].astype("str"),
        "dtich": plots["dtich"],
        "nggocr": np.select([natural, plots["ldlr"].str.startswith("RT")], [1, 2], 3),
        "ldlr": plots["ldlr"],
        "maldlr": plots["ldlr"].map(number),
        "sldlr": plots["species"],
        "namtr": plots["planting_year"],
        "captuoi": 0,
        "ktan": 0,
        # New on bare land, or again after a harvest.
        "nggocrt": np.where(plots["planted"], 1 + plots["lo"] % 2, 0),
        "thanhrung": np.select([forest, plots["planted"]], [1, 2], 0),
        "mgo": wood,
        "mgolo": (wood * plots["dtich"]).round(2),
        "malr3": plots["malr3"],
        "mdsd": plots["malr3"].map({0: None, 1: "PH", 2: "DD", 3: "SX"}),
        "mamdsd": purpose,
        "churung": NOTICE,
        "nqh": (plots["malr3"] > 0).astype("int64"),
        "kd": plots["x"].round(2),
        "vd": plots["y"].round(2),
        "tinh": "Lạng Sơn",
    }
    dtypes: dict[str, Any] = {"integer": "Int32", "real": "float64", "text": "str"}
    table = pd.DataFrame(index=plots.index)
    for name, kind in forest_fields()[["field", "type"]].itertuples(index=False):
        table[name] = pd.Series(fields.get(name), index=plots.index).astype(dtypes[kind])
    return gpd.GeoDataFrame(table, geometry=plots["shape"].to_numpy(), crs=AREA_CRS)


def _wood(
    plots: pd.DataFrame, natural: pd.Series[bool], rng: np.random.Generator
) -> pd.Series[float]:
    """Standing wood, m³/ha: by grade where natural, by age where planted."""
    grade = plots["ldlr"].str[-1].map({"B": 140.0, "N": 75.0, "K": 35.0, "P": 18.0})
    age = LAYER_YEAR - plots["planting_year"]
    wood = pd.Series(0.0, index=plots.index)
    wood = wood.mask(plots["established"], (9.0 * age).clip(upper=160))
    wood = wood.mask(natural, grade)
    return (wood * rng.uniform(0.7, 1.3, len(plots))).round(1)
