"""Ground of forest layer and land-use map on which plots of crops stand: no land to plant."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd

from layers.base.findings import Findings
from layers.crs.transform import to_crs
from layers.kinds.plots import leading_crops
from zones.tables import CROPS_ON_LAND

if TYPE_CHECKING:
    import pyproj

    from layers.kinds.plots import PlotLayer
    from zones.measure.measure import Ground

_KEYS = ["commune_code", "layer", "land", "three_forest", "crop_layer", "crop"]


def standing_crops(
    layers: Mapping[str, PlotLayer], chosen: Mapping[str, str], crs: pyproj.CRS
) -> gpd.GeoDataFrame:
    """Plots of crop layers in one CRS: ``layer``, leading ``crop`` (empty: none told), geometry.

    Where a crop stands in several layers, those of the one ``chosen`` for its present area.
    """
    none = {"layer": pd.Series(dtype="str"), "crop": pd.Series(dtype="str")}
    frames = [gpd.GeoDataFrame(none, geometry=[], crs=crs)]
    for name, layer in layers.items():
        plots = to_crs(layer.plots[["geometry"]], crs)
        crop = leading_crops(layer)
        tells = crop.map(lambda crop, name=name: chosen.get(crop, name) == name)
        frames.append(plots.assign(layer=name, crop=crop)[tells.to_numpy(dtype=bool)])
    return gpd.GeoDataFrame(pd.concat(frames, ignore_index=True), crs=crs)


def measure_crops_on_land(
    land: Mapping[str, PlotLayer], stands: gpd.GeoDataFrame, ground: Ground
) -> pd.DataFrame:
    """Hectares of land of each layer under plots of crops (``standing_crops``); ``CROPS_ON_LAND``.

    The hectares are those of the land: of its ledger where it has one. Where plots of crops lie on
    one another, of one layer or of two, the ground counts once.
    """
    found = [CROPS_ON_LAND.empty()]
    pieces = _by_commune(stands, ground)
    for name, layer in land.items():
        found.append(_below(pieces, to_crs(layer.plots, ground.crs)).assign(layer=name))
    rows = pd.concat(found, ignore_index=True)
    sums = rows.groupby(_KEYS, observed=True)["area_ha"].sum().reset_index()
    ground.closures.check(
        "crops on land: communes to plots",
        parts=sums["area_ha"].sum(),
        whole=rows["area_ha"].sum(),
    )
    return CROPS_ON_LAND.validate(sums[CROPS_ON_LAND.names])


def _by_commune(stands: gpd.GeoDataFrame, ground: Ground) -> gpd.GeoDataFrame:
    """Pieces of plots of crops in the communes, with ``commune_code``, layer and crop."""
    from layers.engine.overlay import overlay_geometry
    from layers.engine.repair import faces

    pieces = overlay_geometry(ground.communes, stands, findings=Findings())
    pieces = pieces[pieces["commune_code"].notna() & pieces["area_ha"].gt(0)]
    pieces = pieces.set_geometry(faces(pieces.geometry.to_numpy()), crs=stands.crs)
    told = stands.loc[pieces["plot"], ["layer", "crop"]].set_axis(pieces.index)
    made: gpd.GeoDataFrame = pieces.assign(
        crop_layer=told["layer"], crop=told["crop"], piece=np.arange(len(pieces))
    )
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
    told = stands.set_index("piece")[["commune_code", "crop_layer", "crop"]]
    under = told.loc[pieces["piece"].astype("int64")].reset_index(drop=True)
    on = plots.loc[pieces["plot"], ["land", "three_forest"]].reset_index(drop=True)
    hectares = pieces["ledger_ha"].fillna(pieces["area_ha"]).astype("float64")
    both: pd.DataFrame = pd.concat(
        [under, on, hectares.rename("area_ha").reset_index(drop=True)], axis=1
    )
    return both
