"""Stands for the harvest of the plan's years: which plots are cut when, to be planted again.

The harvest is that of the allocation (hectares by species, commune, class and year); here the
oldest stands of age are taken for it. What is cut in one year may be planted from the next on.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from layers.base.errors import ClosureError
from layers.kinds.plots import PlotLayer
from zones.allocation.harvest import SOURCE
from zones.allocation.land_plots import stand_land
from zones.planting.choose import Choice, Demand, Piece, choose_pieces

#: Measure of ground that is cut, and how it came about.
CUT, HARVEST = "KTRT", "harvest"
#: Land source of stands that may be cut, until they are.
RIPE = "ripe"
#: Years that no stand is older than.
OLDEST = 300
_NEAR_HA = 1e-6


def ripe_stands(
    layers: Mapping[str, tuple[str, PlotLayer]], communes: gpd.GeoDataFrame, harvest: pd.DataFrame
) -> gpd.GeoDataFrame:
    """Parts of stands by commune whose leading ``crop`` is cut in the plan's years."""
    crops = sorted(set(harvest["crop"]))
    rules = pd.DataFrame({"source": crops, "crop": crops, "land": "planted_forest"}, dtype="str")
    rules = rules.assign(
        layer_kind="forest_status", three_forest="", age_low=0.0, age_high=float(OLDEST)
    )
    stands = stand_land(layers, rules, communes)
    classes = [
        layer.plots[["row", "three_forest"]].assign(layer=name)
        for name, (kind, layer) in layers.items()
        if kind == "forest_status"
    ]
    if stands.empty or not classes:
        return stands.assign(crop="", three_forest="")
    known = pd.concat(classes, ignore_index=True)
    told = stands.merge(known, on=["layer", "row"], how="left", validate="many_to_one")
    return gpd.GeoDataFrame(told.assign(crop=told["source"], source=RIPE), crs=stands.crs)


def cut_stands(pieces: gpd.GeoDataFrame, harvest: pd.DataFrame) -> tuple[gpd.GeoDataFrame, float]:
    """Pieces with the ground that is cut in the place of ripe stands; hectares without a stand.

    Ground that is cut has the source ``cut_over`` and its ``cut_year``; a plot that is cut, whole
    or in part, serves no other source.
    """
    ripe = pieces["source"].eq(RIPE)
    stands = pieces[ripe].sort_values("planting_year", kind="stable")
    chosen: list[Choice] = []
    left: list[float] = []
    places = stands.groupby(["commune_code", "crop"]).indices if len(stands) else {}
    for key, rows in harvest.groupby(["commune_code", "crop"]):
        found, missing = _cut_of_species(stands.iloc[places.get(key, [])], rows)
        chosen += found
        left += missing
    cut = _ground(stands, harvest, chosen)
    asked, missed = float(harvest["cut_ha"].sum()), sum(left)
    worst = abs(float(cut["area_ha"].sum()) + missed - asked)
    if worst > _NEAR_HA * max(1.0, asked):
        raise ClosureError("zones.planting.not_closed", worst=worst)
    plot = ["layer", "row", "commune_code"]
    touched = pd.MultiIndex.from_frame(pieces[plot]).isin(pd.MultiIndex.from_frame(cut[plot]))
    left_pieces = pieces[~ripe & ~touched].assign(cut_year=pd.NA)
    left_pieces = left_pieces.assign(cut_whole=left_pieces["is_whole"])
    both = pd.concat([left_pieces, cut], ignore_index=True)
    return gpd.GeoDataFrame(both, crs=pieces.crs), missed


def _cut_of_species(
    here: gpd.GeoDataFrame, harvest: pd.DataFrame
) -> tuple[list[Choice], list[float]]:
    """Stands of one species and commune that are cut, year by year, and hectares (ha) without."""
    chosen: list[Choice] = []
    left: list[float] = []
    free = [
        Piece(int(place), float(area), shape, int(year))
        for place, area, shape, year in zip(
            here.index, here["area_ha"], here.geometry, here["planting_year"], strict=True
        )
        # Nobody knows whether a stand of unknown age is ripe: none is cut.
        if pd.notna(year) and area > 0
    ]
    # Harvest whose class is not told takes what the others leave.
    for kind in sorted(set(harvest["three_forest"]), reverse=True):
        rows = harvest[harvest["three_forest"].eq(kind)].sort_values("year", kind="stable")
        asked = [
            Demand(int(place), float(row["cut_ha"]), _of_age(row))
            for place, row in zip(rows.index, rows.to_dict("records"), strict=True)
        ]
        fits = set(here.index[here["three_forest"].eq(kind) | (kind == "")])
        found = choose_pieces(asked, [one for one in free if one.place in fits])
        chosen += found.choices
        left += found.left.values()
        free = [one for one in free if one.place not in fits] + found.free
    return chosen, left


def _of_age(row: Mapping[Hashable, Any]) -> tuple[int, int]:
    """Planting years of the stands that are old enough to be cut in a year."""
    youngest = 0 if pd.isna(row["rotation"]) else int(row["rotation"])
    return int(row["year"]) - OLDEST, int(row["year"]) - youngest


def _ground(
    stands: gpd.GeoDataFrame, harvest: pd.DataFrame, chosen: Sequence[Choice]
) -> gpd.GeoDataFrame:
    """Ground of the stands that are cut, by the year of its harvest."""
    rows = stands.loc[[one.piece for one in chosen]]
    ground = rows.assign(
        source=SOURCE,
        cut_year=harvest["year"].reindex([one.demand for one in chosen]).to_numpy(),
        area_ha=[one.area_ha for one in chosen],
        cut_whole=rows["is_whole"].to_numpy(dtype=bool)
        & np.array([one.whole for one in chosen], dtype=bool),
    )
    return ground.set_geometry([one.shape for one in chosen], crs=stands.crs)


def uncut_rest(
    pieces: gpd.GeoDataFrame, free: Iterable[Piece], forest: gpd.GeoDataFrame
) -> gpd.GeoDataFrame:
    """Ground that is cut and not planted again by the plan, with the attributes of its plots."""
    rest = [one for one in free if one.area_ha > _NEAR_HA]
    rows = pieces.loc[[one.place for one in rest]]
    whole = [one.area_ha == area for one, area in zip(rest, rows["area_ha"], strict=True)]
    own = pd.DataFrame(
        {
            "layer": rows["layer"].to_numpy(),
            "row": rows["row"].to_numpy(),
            "area_ha": [one.area_ha for one in rest],
            "ground_ha": np.array([one.area_ha for one in rest]) / rows["weight"].to_numpy(),
            "period": rows["cut_year"].astype("Int64").astype("str").to_numpy(),
            "part": np.where(
                rows["cut_whole"].to_numpy(dtype=bool) & np.array(whole, dtype=bool),
                "whole",
                "part",
            ),
        }
    )
    known = forest.drop(columns=["geometry", "ground_ha", "leading"])
    known = known.rename(columns={"land": "land_class"})
    told = own.merge(known, on=["layer", "row"], how="left", validate="many_to_one")
    told = told.assign(measure=CUT, basis=HARVEST)
    return gpd.GeoDataFrame(told, geometry=[one.shape for one in rest], crs=pieces.crs)
