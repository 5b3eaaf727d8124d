"""Printed planted forest by species, and what the zones of one species print because of it.

The province's forest cover leads (Biểu 3); species and age classes (Biểu 6) are rounded to it; a
zone whose area is that of a species in the forest layer prints the species' total.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from zones.publish.figures import area_targets, print_forest_cover, print_zones, scale_to
from zones.rounding.rounding import round_table, whole_steps

__all__ = ["print_present", "print_species_ages", "zone_totals"]

_SAME_HA = 1e-6


def print_species_ages(
    species: pd.DataFrame, cover: pd.DataFrame, *, decimals: int
) -> pd.DataFrame:
    """Round planted areas so that species and age classes add up to the totals of the cover."""
    if species.empty:
        return species
    step = 10.0**-decimals
    classes = [str(name) for name in species.columns if name not in ("crop", "planted_ha")]
    established = [name for name in classes if name != "not_yet_ha"]
    province = cover.iloc[-1]
    sums = species[established].sum(axis=1)
    states = pd.DataFrame({"planted_ha": sums, "not_yet_ha": species["not_yet_ha"]})
    wanted = [float(province[name]) for name in ("planted_forest_ha", "not_yet_forest_ha")]
    coarse = _rounded(scale_to(states, states.sum(), wanted), step=step)
    classes_of = species[established].T
    fine = _rounded(scale_to(classes_of, sums, coarse["planted_ha"]).T, step=step)
    rounded = fine.assign(not_yet_ha=coarse["not_yet_ha"])
    values = {name: rounded[name].to_numpy() for name in classes}
    return species.assign(planted_ha=whole_steps(rounded.sum(axis=1), step=step), **values)


def _rounded(table: pd.DataFrame, *, step: float) -> pd.DataFrame:
    """Round a table of species by class so that both add up; rows stay where they are."""
    cells = table.rename_axis("row").reset_index().melt("row", None, "class", "area_ha")
    result = round_table(cells, by=("row", "class"), value="area_ha", step=step).cells
    wide = result.pivot_table(index="row", columns="class", values="area_ha")
    return wide.loc[table.index, table.columns.tolist()]


def zone_totals(
    tables: Mapping[str, pd.DataFrame], species: pd.DataFrame, *, decimals: int
) -> pd.Series[float]:
    """Take the printed totals of zones whose present area is planted forest of one species."""
    names, zones = tables["zone_names"], tables["zones"]
    if species.empty or "crop" not in names.columns:
        return pd.Series(dtype="float64")
    targets = tables["targets"]
    of_targets = targets[area_targets(targets)].groupby("zone")["present"].first()
    sums = zones.groupby("zone")["present_ha"].sum(min_count=1)
    exact = sums.combine_first(of_targets)
    crops = names.drop_duplicates("zone").set_index("zone")["crop"]
    planted = tables["planted_species"].set_index("crop")["planted_ha"]
    printed = species.set_index("crop")["planted_ha"]
    table = pd.DataFrame({"exact": exact, "crop": crops.reindex(exact.index)}).dropna()
    # Of no rows at all, what a map gives is text.
    same = (table["crop"].map(planted).astype("float64") - table["exact"]).abs() <= _SAME_HA
    totals = table.loc[same, "crop"].map(printed).astype("float64")
    low, high = _reach(zones, totals.index, decimals=decimals)
    return totals[(low <= totals) & (totals <= high)]


def _reach(
    zones: pd.DataFrame, wanted: pd.Index, *, decimals: int
) -> tuple[pd.Series[float], pd.Series[float]]:
    """Least and greatest total that the communes of a zone round to; any where it has no table."""
    steps = zones["present_ha"] * 10.0**decimals
    low = np.floor(steps + _SAME_HA).groupby(zones["zone"]).sum(min_count=1) - 0.5
    high = np.ceil(steps - _SAME_HA).groupby(zones["zone"]).sum(min_count=1) + 0.5
    return (
        low.reindex(wanted).fillna(-np.inf) / 10.0**decimals,
        high.reindex(wanted).fillna(np.inf) / 10.0**decimals,
    )


def print_present(tables: Mapping[str, pd.DataFrame], *, decimals: int) -> pd.DataFrame:
    """Present areas by zone and commune as every page prints them."""
    if not {"forest_cover", "planted_species"} <= set(tables):
        return print_zones(tables["zones"], decimals=decimals)
    cover = print_forest_cover(tables["forest_cover"], decimals=decimals, rate_decimals=2)
    species = print_species_ages(tables["planted_species"], cover, decimals=decimals)
    totals = zone_totals(tables, species, decimals=decimals)
    return print_zones(tables["zones"], decimals=decimals, totals=totals)
