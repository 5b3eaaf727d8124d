"""Ground of forest layer and land-use map on which plots of crops stand: no land to plant."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from layers.base.findings import Findings
from layers.crs.transform import to_crs
from layers.kinds.plots import leading_crops
from zones.tables import CROPS_ON_LAND

if TYPE_CHECKING:
    import geopandas as gpd

    from layers.kinds.plots import PlotLayer
    from zones.measure.measure import Ground

_KEYS = ["commune_code", "layer", "land", "three_forest", "crop_layer", "crop"]


def measure_crops_on_land(
    land: Mapping[str, PlotLayer], crops: Mapping[str, PlotLayer], ground: Ground
) -> pd.DataFrame:
    """Hectares of land of each layer under the plots of each crop layer; ``CROPS_ON_LAND``.

    The hectares are those of the land: of its ledger where it has one. Where plots of one crop
    layer lie on one another, the ground counts once.
    """
    found = [CROPS_ON_LAND.empty()]
    for name, layer in crops.items():
        stands = _by_commune(layer, ground)
        for other, below in land.items():
            here = _below(stands, to_crs(below.plots, ground.crs))
            found.append(here.assign(layer=other, crop_layer=name))
    rows = pd.concat(found, ignore_index=True)
    sums = rows.groupby(_KEYS, observed=True)["area_ha"].sum().reset_index()
    return CROPS_ON_LAND.validate(sums[CROPS_ON_LAND.names])


def _by_commune(layer: PlotLayer, ground: Ground) -> gpd.GeoDataFrame:
    """Plots of a crop layer in the communes, with ``commune_code`` and leading ``crop``."""
    from layers.engine.overlay import overlay_geometry
    from layers.engine.repair import faces

    plots = to_crs(layer.plots, ground.crs)
    pieces = overlay_geometry(ground.communes, plots, findings=Findings())
    pieces = pieces[pieces["commune_code"].notna() & pieces["area_ha"].gt(0)]
    pieces = pieces.set_geometry(faces(pieces.geometry.to_numpy()), crs=plots.crs)
    crop = pieces["plot"].map(leading_crops(layer))
    made: gpd.GeoDataFrame = pieces.assign(crop=crop, piece=np.arange(len(pieces)))
    return made


def _below(stands: gpd.GeoDataFrame, plots: gpd.GeoDataFrame) -> pd.DataFrame:
    """Hectares of plots of land under pieces of crops, by commune, crop and land."""
    from layers.engine.overlay import overlay_pieces

    met = np.unique(stands.sindex.query(plots.geometry.to_numpy(), predicate="intersects")[0])
    plots = plots.iloc[met]
    pieces = overlay_pieces(
        stands,
        plots,
        id_column="piece",
        ledger_column="ledger_ha" if plots["ledger_ha"].notna().any() else None,
        findings=Findings(),
    )
    pieces = pieces[pieces["piece"].notna()]
    told = stands.set_index("piece")[["commune_code", "crop"]]
    under = told.loc[pieces["piece"].astype("int64")].reset_index(drop=True)
    on = plots.loc[pieces["plot"], ["land", "three_forest"]].reset_index(drop=True)
    hectares = pieces["ledger_ha"].fillna(pieces["area_ha"]).astype("float64")
    both: pd.DataFrame = pd.concat(
        [under, on, hectares.rename("area_ha").reset_index(drop=True)], axis=1
    )
    return both
