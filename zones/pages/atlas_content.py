"""What the atlas is made of: which plots are drawn as which zone, and what is drawn around them."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pyproj

from layers.base.language import Language
from layers.crs.transform import to_crs
from layers.kinds.forest_status import ForestLayer
from layers.kinds.plots import PlotLayer
from maps import AnnexContent, AtlasContent
from maps.symbols.legends import AreaSymbol
from zones.inputs.read import Inputs
from zones.pages.context_layers import communes_with_kinds, load_drawn_layer, load_neighbours
from zones.pages.forest_standard import lot_labels, standard_symbols, type_letters
from zones.pages.plot_symbols import symbols_of_plots, zone_crops, zones_of_layer
from zones.plan.frames import zones_frame
from zones.project.model import Project, newest_forest_layer
from zones.publish.publish import PublishedFigures

_COMMUNES = ["commune_code", "commune", "kind", "geometry"]
_LINE_OF = {"roads": "road", "rivers": "river"}


def atlas_content(
    project: Project, figures: PublishedFigures, inputs: Inputs, annex: AnnexContent
) -> AtlasContent:
    """Put together what the atlas draws, in the area CRS."""
    settings = project.atlas
    zones = zones_frame(inputs.plans[0])
    return AtlasContent(
        annex=annex,
        communes=communes_with_kinds(inputs.communes, project)[_COMMUNES],
        plots=_drawn_plots(project, inputs, zones),
        symbol_areas=symbol_areas(figures),
        neighbours=_neighbours(project, inputs.crs),
        lines=_lines(project, inputs.crs),
        zone_crops=zone_crops(zones),
        type_symbols=_type_symbols(project, inputs),
        scale=settings.scale,
        legend_folder=None if settings.legends is None else project.resolve(settings.legends),
        font=settings.font,
    )


def plot_symbols(
    layer: PlotLayer, *, zones: dict[str, str], land_too: bool = True
) -> gpd.GeoDataFrame:
    """Give every plot the symbol it is drawn with: a zone by its leading crop, else its land."""
    symbol = symbols_of_plots(layer, zones=zones)
    plots = layer.plots[["geometry"]].assign(symbol=symbol)
    if not land_too:
        plots = plots[symbol.isin(list(zones.values()))]
    return plots[["symbol", "geometry"]].reset_index(drop=True)


def _drawn_plots(project: Project, inputs: Inputs, zones: pd.DataFrame) -> gpd.GeoDataFrame | None:
    parts = []
    # An earlier forest layer is no ground: where the newest has no plot, nothing shows through.
    newest = newest_forest_layer(project)
    for name, layer in inputs.plots.items():
        if project.layers[name].kind == "land_use":
            continue
        if isinstance(layer, ForestLayer) and name == newest and _by_type(project):
            drawn = _standard_plots(layer, project.annex.language)
        else:
            mine = zones_of_layer(project, zones, name)
            drawn = plot_symbols(layer, zones=mine, land_too=name == newest)
        parts.append(to_crs(drawn, inputs.crs))
    if not parts:
        return None
    both = pd.concat(parts, ignore_index=True)
    labels = {name: both[name].fillna("") for name in ("above", "below") if name in both.columns}
    return gpd.GeoDataFrame(both.assign(**labels), crs=inputs.crs)


def _by_type(project: Project) -> bool:
    """Whether the forest layer is drawn as the standard draws it."""
    return project.atlas.forest_legend == "tcvn11565"


def _standard_plots(layer: ForestLayer, language: Language) -> gpd.GeoDataFrame:
    """Plots of a forest layer by type, with the labels of their lots; untold types by land."""
    letters = type_letters(layer)
    symbol = letters.where(letters != "", layer.plots["land"])
    plots = layer.plots[["geometry"]].assign(symbol=symbol)
    return plots.join(lot_labels(layer, language)).reset_index(drop=True)


def _type_symbols(project: Project, inputs: Inputs) -> dict[str, AreaSymbol]:
    """Symbols of the types, where the forest layer is drawn by type."""
    layer = inputs.plots.get(newest_forest_layer(project) or "")
    if not isinstance(layer, ForestLayer) or not _by_type(project):
        return {}
    return standard_symbols(layer)


def symbol_areas(figures: PublishedFigures) -> pd.DataFrame:
    """Hectares of the legend, as published: the ground once, and what lies on it beside it.

    Ground are the classes of the newest forest layer and the zones that it tells; with what its
    ledger lacks or exceeds they add up to the natural area. Zones that other layers or reports tell
    lie upon that ground and are not added.
    """
    zones = figures.zones[["commune_code", "zone", "present_ha"]]
    zones = zones.rename(columns={"zone": "symbol", "present_ha": "area_ha"}).dropna()
    if figures.land.empty:
        return zones.assign(part="ground")
    is_ground = zones["symbol"].isin(figures.forest_zones)
    zones = zones.assign(part=is_ground.map({True: "ground", False: "upon"}))
    land = figures.land.rename(columns={"land": "symbol"}).assign(part="ground")
    areas = pd.concat([zones, land], ignore_index=True)
    whole = figures.forest_cover.iloc[:-1].set_index("commune_code")["natural_area_ha"]
    ground = areas[areas["part"] == "ground"].groupby("commune_code")["area_ha"].sum()
    apart = (whole - ground.reindex(whole.index).fillna(0.0)).round(6)
    closing = [
        column.rename("area_ha").reset_index().assign(symbol="", part=part)
        for part, column in (("difference", apart), ("whole", whole))
    ]
    return pd.concat([areas, *closing], ignore_index=True)


def _neighbours(project: Project, crs: pyproj.CRS) -> gpd.GeoDataFrame | None:
    source = project.atlas.neighbours or project.map.neighbours
    if source is None:
        return None
    return load_neighbours(project, source, crs, name="atlas: neighbours")


def _lines(project: Project, crs: pyproj.CRS) -> gpd.GeoDataFrame | None:
    parts = [
        load_drawn_layer(project, source, crs, name=f"atlas: {name}")[["geometry"]].assign(
            symbol=_LINE_OF[name]
        )
        for name, source in project.atlas.layers()
        if name in _LINE_OF
    ]
    return gpd.GeoDataFrame(pd.concat(parts, ignore_index=True), crs=crs) if parts else None
