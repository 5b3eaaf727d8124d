"""Ground of the forest layer that nothing is planned on: its measure by decision, else by rule.

Whole plots, and what is left of those that were chosen in part. Planned and kept ground add up to
the forest layer, class by class.
"""

from __future__ import annotations

from collections.abc import Mapping

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from layers.base.errors import ClosureError
from layers.crs.transform import to_crs
from layers.engine.repair import faces
from layers.kinds.plots import PlotLayer, leading_crops
from zones.allocation.plot_names import named_plots
from zones.planting.decisions import EXCLUDE, FIRST
from zones.planting.rules import measures_by_rule
from zones.tables import PLANNING_MEASURES

#: How a measure came about; empty: there is none.
PLAN, DECISION, RULE = "plan", "decision", "rule"
_RECORD = ["layer", "row"]
#: Hectares that are dust of sums.
_NEAR_HA = 1e-6


def forest_ground(
    layers: Mapping[str, tuple[str, PlotLayer]], communes: gpd.GeoDataFrame
) -> gpd.GeoDataFrame:
    """Plots of the forest layers with ``layer``, ``leading`` crop and ``ground_ha`` (ledger)."""
    frames = [
        to_crs(layer.plots, communes.crs).assign(layer=name, leading=leading_crops(layer))
        for name, (kind, layer) in layers.items()
        if kind == "forest_status"
    ]
    if not frames:
        none = communes.iloc[:0][["commune_code", "geometry"]]
        return none.assign(layer="", row=0, plot="", land="", leading="", ground_ha=0.0)
    both = gpd.GeoDataFrame(pd.concat(frames, ignore_index=True), crs=communes.crs)
    drawn = pd.Series(both.geometry.area.to_numpy() / 1e4, index=both.index).fillna(0.0)
    return both.assign(ground_ha=both["ledger_ha"].astype("float64").fillna(drawn))


def kept_ground(
    forest: gpd.GeoDataFrame,
    taken: gpd.GeoDataFrame,
    decisions: pd.DataFrame,
    rules: pd.DataFrame,
    *,
    years: tuple[int, int] | None,
) -> gpd.GeoDataFrame:
    """Ground of ``forest`` beside what is ``taken`` (``layer``, ``row``, ``ground_ha``), in ha.

    Ages are those of the first of ``years``; a measure without a period of its own has all of them.
    Of a plan without years no age is known.
    """
    left = _left(forest, taken)
    decided = decisions[~decisions["decision"].isin([EXCLUDE, FIRST])].set_index("plot")
    named = left.assign(commune_code=left["commune_code"].fillna(""))
    asked = named_plots(named, decided.index, where="planning")
    told, period = (
        asked.map(decided[name]).astype("str").fillna("") for name in ("decision", "period")
    )
    first = years[0] if years else None
    by_rule = measures_by_rule(left, left["leading"], rules, year=first) if len(left) else told
    measure = told.where(told.ne(""), by_rule)
    basis = pd.Series(RULE, index=left.index, dtype="str")
    basis = basis.mask(told.ne(""), DECISION).mask(measure.eq(""), "")
    whole = f"{years[0]}–{years[1]}" if years else ""
    period = period.where(period.ne(""), whole).mask(measure.eq(""), "")
    return left.rename(columns={"land": "land_class"}).assign(
        measure=measure, period=period, basis=basis, area_ha=left["ground_ha"]
    )


def _left(forest: gpd.GeoDataFrame, taken: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Plots of which nothing was taken, and the rest of those of which a part was."""
    keys = pd.MultiIndex.from_frame(forest[_RECORD])
    gone = taken.groupby(_RECORD)["ground_ha"].sum().reindex(keys).to_numpy()
    met = ~np.isnan(gone)
    rest = forest["ground_ha"].to_numpy() - np.nan_to_num(gone)
    kept = forest[~met | (rest > _NEAR_HA)]
    cut = met[kept.index]
    shapes = kept.geometry.to_numpy().copy()
    if cut.any():
        of_plot, ground = taken.groupby(_RECORD).indices, taken.geometry.to_numpy()
        chosen = [shapely.union_all(ground[of_plot[key]]) for key in keys[kept.index[cut]]]
        shapes[cut] = faces(shapely.difference(shapes[cut], chosen))
    part = np.where(cut, "part", "whole")
    left = kept.assign(ground_ha=rest[kept.index], part=part).set_geometry(shapes, crs=kept.crs)
    return left.reset_index(drop=True)


def measure_table(forest: pd.DataFrame, taken: pd.DataFrame, kept: pd.DataFrame) -> pd.DataFrame:
    """Ground of the forest layers by land class and measure (``PLANNING_MEASURES``); it closes."""
    classes = forest[[*_RECORD, "land"]].rename(columns={"land": "land_class"})
    planned = taken[[*_RECORD, "measure", "basis", "ground_ha"]].merge(classes, on=_RECORD)
    columns = ["layer", "land_class", "measure", "basis"]
    both = pd.concat([planned, kept[[*planned.columns]]], ignore_index=True)
    table = both.groupby(columns, as_index=False).agg(
        plots=("row", "nunique"), area_ha=("ground_ha", "sum")
    )
    keys = ["layer", "land_class"]
    whole = forest.rename(columns={"land": "land_class"}).groupby(keys)["ground_ha"].sum()
    gaps = table.groupby(keys)["area_ha"].sum().sub(whole, fill_value=0.0).abs()
    worst = float(gaps.max()) if len(gaps) else 0.0
    if not worst <= _NEAR_HA * max(1.0, float(whole.sum())):
        raise ClosureError("zones.planting.classes_not_closed", worst=worst)
    return PLANNING_MEASURES.validate(table)
