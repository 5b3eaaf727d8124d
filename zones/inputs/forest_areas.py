"""Forest of a commune held against its official natural area, before anything is measured."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from shapely import box

from layers.base.findings import Finding
from layers.base.messages import joined, message
from layers.crs.transform import to_crs
from zones.measure.closure import ClosureLog
from zones.measure.measure import Ground, plot_pieces

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd
    import pyproj

    from layers.kinds.plots import PlotLayer

#: Land that counts towards the forest cover rate.
_COVERS = ("natural_forest", "planted_forest")
#: A commune whose forest by the plots' middles is nearer to its natural area is measured.
_NEARLY_FULL = 0.9


def check_forest_areas(
    name: str, layer: PlotLayer, lies: pd.Series[str], communes: gpd.GeoDataFrame, crs: pyproj.CRS
) -> list[Finding]:
    """Problem for communes with more forest than their official natural area.

    Hectares are those of the run: plots that a boundary divides are shared by area.
    """
    plots = layer.plots
    forest = plots["land"].isin(_COVERS)
    official = communes.set_index("commune_code")["official_area_ha"]
    sums = plots.loc[forest, "ledger_ha"].groupby(lies[forest]).sum()
    full = sums.index[sums > _NEARLY_FULL * official.reindex(sums.index)]
    if full.empty:
        return []
    ground = communes[communes["commune_code"].isin(full)]
    shapes = to_crs(plots.geometry[forest], communes.crs)
    near = shapes.index[shapes.intersects(box(*ground.total_bounds))]
    part = replace(layer, plots=plots.loc[near])
    pieces = plot_pieces(name, part, Ground(communes, crs, ClosureLog()), covers_all=False)[0]
    held = pieces.groupby("commune_code")["ledger_ha"].sum().reindex(full)
    over = held[held > official[full]]
    if over.empty:
        return []
    names = communes.set_index("commune_code")["commune"]
    listed = [
        message(
            "zones.inputs.area_of_commune", what=names[code], area=area, official=official[code]
        )
        for code, area in over.head(5).items()
    ]
    return [
        Finding(
            "problem",
            "forest-exceeds-area",
            name,
            message("zones.inputs.forest_exceeds_area", count=len(over), figures=joined(listed)),
            count=len(over),
            area_ha=float(over.sum()),
            examples=tuple(f"{names[code]} ({code})" for code in over.index[:5]),
        )
    ]
