"""Ground that is drawn twice: by two plots of a layer, by the plots of two layers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd

import layers
from layers.base.findings import Finding, severity_of_area
from layers.base.messages import message
from layers.crs.transform import to_crs
from layers.kinds.crops import load_crops

if TYPE_CHECKING:
    import pyproj

    from layers.kinds.plots import PlotLayer

#: Shared ground below this is the noise of digitising along a common border, not a double plot.
_OVERLAP_MINIMUM_M2 = 1.0


def check_plot_overlaps(name: str, layer: PlotLayer, crs: pyproj.CRS) -> list[Finding]:
    """Find plots that share ground: their hectares count double in every sum by geometry."""
    pairs = layers.check_overlaps(to_crs(layer.plots, crs), minimum_m2=_OVERLAP_MINIMUM_M2)
    if pairs.empty:
        return []
    labels = layer.plots["plot"]
    rows = layer.plots["row"]
    area = float(pairs["area_ha"].sum())
    first = tuple(
        f"{labels[plot]} + {labels[other]}"
        for plot, other in zip(pairs["plot"].head(5), pairs["other"].head(5), strict=True)
    )
    concerned = sorted(set(pairs["plot"]) | set(pairs["other"]))
    listed = ", ".join(first)
    severity = severity_of_area(area, decimals=2)
    told = message("zones.inputs.plots_overlap", count=len(pairs), area=area, listed=listed)
    if severity == "note":
        told = message("zones.inputs.plots_brush", count=len(pairs), area=area, listed=listed)
    return [
        Finding(
            severity=severity,
            kind="plots-overlap",
            source=name,
            message=told,
            count=len(pairs),
            area_ha=area,
            examples=first,
            rows=tuple(int(rows[plot]) for plot in concerned),
        )
    ]


def check_crop_layers(maps: Mapping[str, PlotLayer], crs: pyproj.CRS) -> Iterator[Finding]:
    """Find ground that two layers of crop plots give to different crops: it counts for both.

    Crops below trees share their ground; one crop in two layers is measured in one of them.
    """
    crops = load_crops()
    below = set(crops.loc[crops["land_kind"] == "understorey", "crop"])
    plots = {name: _crop_plots(layer, below, crs) for name, layer in maps.items()}
    for first, second in combinations(plots, 2):
        both = pd.concat(
            [plots[name].assign(layer=name) for name in (first, second)], ignore_index=True
        )
        pairs = layers.check_overlaps(both, minimum_m2=_OVERLAP_MINIMUM_M2)
        one, other = both.loc[pairs["plot"]], both.loc[pairs["other"]]
        apart = one["layer"].to_numpy() != other["layer"].to_numpy()
        apart &= one["crop"].to_numpy() != other["crop"].to_numpy()
        if apart.any():
            yield _two_layers((first, second), pairs[apart], one[apart], other[apart])


def _crop_plots(layer: PlotLayer, below: set[str], crs: pyproj.CRS) -> gpd.GeoDataFrame:
    """Plots with the crops they bear, as one word; those with a crop below trees are left out."""
    weights = layer.crop_weights.sort_values("crop")
    under = weights.loc[weights["crop"].isin(below), "row"]
    crops = weights.groupby("row")["crop"].agg("+".join)
    plots = layer.plots.assign(crop=layer.plots["row"].map(crops))
    mine = plots[plots["crop"].notna() & ~plots["row"].isin(under)]
    return to_crs(mine[["plot", "crop", "geometry"]], crs)


def _two_layers(
    names: tuple[str, str], pairs: pd.DataFrame, one: pd.DataFrame, other: pd.DataFrame
) -> Finding:
    labels = [
        f"{plot} ({crop}) + {second} ({beside})"
        for plot, crop, second, beside in zip(
            one["plot"], one["crop"], other["plot"], other["crop"], strict=True
        )
    ]
    area = float(pairs["area_ha"].sum())
    return Finding(
        severity_of_area(area, decimals=2),
        "crop-layers-overlap",
        ", ".join(names),
        message(
            "zones.inputs.crop_layers_overlap",
            first=names[0],
            second=names[1],
            count=len(pairs),
            area=area,
            plots=labels,
        ),
        count=len(pairs),
        area_ha=area,
        examples=tuple(labels[:5]),
    )
