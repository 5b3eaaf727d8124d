"""What plots are drawn with on every page: the zone of their leading crop, else their land."""

from __future__ import annotations

import pandas as pd

from layers.kinds.plots import PlotLayer
from zones.measure.present import BEARING
from zones.project.model import Project


def symbols_of_plots(layer: PlotLayer, *, zones: dict[str, str]) -> pd.Series[str]:
    """Symbol of every plot: the zone of its leading crop, else its land."""
    weights = layer.crop_weights.sort_values("weight", ascending=False, kind="stable")
    leading = weights.drop_duplicates("row").set_index("row")["crop"]
    plots = layer.plots
    # Of a layer without crops the zones would be numbers, all missing.
    zone = plots["row"].map(leading).map(zones).astype("object")
    zone = zone.where(plots["land"].isin(BEARING))
    symbol: pd.Series[str] = zone.where(zone.notna(), plots["land"]).astype("str")
    return symbol


def zone_crops(zones: pd.DataFrame) -> dict[str, str]:
    """Crop of every zone of a plan that has one."""
    pairs = zip(zones["zone"], zones["crop"], strict=True)
    return {zone: crop for zone, crop in pairs if crop}


def zones_of_layer(project: Project, zones: pd.DataFrame, layer: str) -> dict[str, str]:
    """Zone by crop, for the crops that a project takes from a layer."""
    return {
        crop: zone
        for zone, crop in zone_crops(zones).items()
        if project.present.get(crop, layer) == layer
    }
