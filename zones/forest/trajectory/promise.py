"""Planting that a plan promises, as cohorts take it: what its allocation places, what it tells."""

from __future__ import annotations

import pandas as pd

from layers.kinds.crops import load_crops
from zones.forest.trajectory.forecast import Promise
from zones.forest.trajectory.planting import PLACED

#: What each land source of an allocation is to the cohorts; any other is other land.
_LAND = {"bare_production": "bare", "cut_over": "harvested"}


def promise_of(
    placed: pd.DataFrame, targets: pd.DataFrame, change: pd.DataFrame | None, *, year: int
) -> Promise:
    """Planting after a layer's year: ``PLACED`` rows, the plan's totals, what two layers show.

    ``change`` is ``COVER_CHANGE`` where there are two forest status layers.
    """
    areas = {} if change is None else change.set_index("cause")["area_ha"].to_dict()
    return Promise(
        placed, _promised(targets, year), areas.get("newly_planted"), areas.get("replanted")
    )


def land_of_sources(sources: pd.Series[str], sharing: set[str]) -> pd.Series[str]:
    """Land of the cohorts that each source is, missing where it shares its ground with trees."""
    base = sources.str.split("[:#]", regex=True).str[0]
    own = sources.ne("") & ~sources.isin(sharing) & ~base.isin(sharing)
    return base.map(_LAND).fillna("other").where(own)


def counting_crops(crops: pd.Series[str], land: pd.Series[str]) -> pd.Series[str]:
    """Crop by which planting counts for forest cover on a land; empty for one that never does."""
    counts = crops.map(load_crops().set_index("crop")["counts_for_cover"])
    counting = counts.eq("yes") | (counts.eq("by land") & land.ne("other"))
    return crops.where(counting, "")


def placed_planting(plan: pd.DataFrame, sharing: set[str], crops: pd.Series[str]) -> pd.DataFrame:
    """Hectares that an allocation plants on ground of its own, by the crop that counts.

    ``plan`` has ``zone, commune_code, source, year, planned_ha``; ``sharing`` are the sources whose
    hectares bear trees already; ``crops`` are the crops of the zones, by zone.
    """
    land = land_of_sources(plan["source"], sharing)
    rows = plan[land.notna() & plan["planned_ha"].gt(0)]
    land = land[rows.index].astype("str")
    crop = counting_crops(rows["zone"].map(crops).fillna("").astype("str"), land)
    frame = rows[["commune_code", "year", "planned_ha"]].assign(crop=crop, on=land)
    sums = frame.groupby(["commune_code", "crop", "year", "on"])["planned_ha"].sum()
    return PLACED.validate(sums.reset_index())


def cover_targets(targets: pd.DataFrame, *, after: int, to: int) -> pd.DataFrame:
    """Targets of the forest cover rate of the whole province, due after the layer's year."""
    rows = targets[
        (targets["indicator"] == "forest_cover_rate")
        & targets["commune_code"].eq("")
        & targets["low"].notna()
        & targets["year"].notna()
    ]
    return rows[rows["year"].between(after + 1, to)].sort_values(["year", "target"])


def _promised(targets: pd.DataFrame, year: int) -> pd.Series[float]:
    """Planting of the whole province that the plan promises for each year, the lower end."""
    rows = targets[
        (targets["indicator"] == "planting_per_year")
        & targets["commune_code"].eq("")
        & targets["figure_low"].notna()
        & targets["year"].notna()
    ]
    rows = rows[rows["year"] > year].drop_duplicates("year")
    return pd.Series(rows["figure_low"].to_numpy("float64"), rows["year"].to_numpy("int64"))
