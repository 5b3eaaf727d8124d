"""The atlas of a run: which plots are drawn as which zone, and what is drawn around them."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from layers.crs.transform import to_crs
from zones.pages.context_layers import communes_with_kinds, load_drawn_layer, load_neighbours
from zones.plan.frames import zones_frame

if TYPE_CHECKING:
    import geopandas as gpd
    import pyproj

    from layers.kinds.plots import PlotLayer
    from maps import AtlasContent
    from zones.pages.map import PrintedTables
    from zones.project.model import Project
    from zones.run.context import RunState

__all__ = ["atlas_content", "commune_pictures", "plot_symbols", "render_atlas", "zone_crops"]

_COMMUNES = ["commune_code", "commune", "kind", "geometry"]
_LINE_OF = {"roads": "road", "rivers": "river"}


def zone_crops(state: RunState) -> dict[str, str]:
    """Crop of every zone of the leading plan that is one crop."""
    frame = zones_frame(state.plans()[0])
    return {zone: crop for zone, crop in zip(frame["zone"], frame["crop"], strict=True) if crop}


def plot_symbols(
    layer: PlotLayer, *, zones: dict[str, str], land_too: bool = True
) -> gpd.GeoDataFrame:
    """Give every plot the symbol it is drawn with."""
    weights = layer.crop_weights.sort_values("weight", ascending=False, kind="stable")
    leading = weights.drop_duplicates("row").set_index("row")["crop"]
    plots = layer.plots[["row", "land", "geometry"]]
    zone = plots["row"].map(leading).map(zones).where(plots["land"] != "natural_forest")
    if not land_too:
        plots, zone = plots[zone.notna()], zone[zone.notna()]
    symbol = zone.where(zone.notna(), plots["land"]).astype("str")
    return plots.assign(symbol=symbol)[["symbol", "geometry"]].reset_index(drop=True)


def atlas_content(state: RunState, printed: PrintedTables) -> AtlasContent:
    """Put together what the atlas draws."""
    from maps import AtlasContent
    from zones.pages.annex import annex_content

    settings, project = state.project.atlas, state.project
    communes, crs = state.communes()
    return AtlasContent(
        annex=annex_content(state, printed),
        communes=communes_with_kinds(communes, project)[_COMMUNES],
        plots=_drawn_plots(state),
        symbol_areas=_symbol_areas(printed),
        neighbours=_neighbours(project, crs),
        lines=_lines(state, crs),
        zone_crops=zone_crops(state),
        legend_folder=None if settings.legends is None else project.resolve(settings.legends),
        font=settings.font,
    )


def _drawn_plots(state: RunState) -> gpd.GeoDataFrame | None:
    import geopandas as gpd

    inputs, project = state.inputs(), state.project
    crops = zone_crops(state)
    parts = []
    for name, layer in inputs.plots.items():
        kind = project.layers[name].kind
        if kind == "land_use":
            continue
        mine = {
            crop: zone for zone, crop in crops.items() if project.present.get(crop, name) == name
        }
        drawn = plot_symbols(layer, zones=mine, land_too=kind == "forest_status")
        parts.append(to_crs(drawn, inputs.crs))
    if not parts:
        return None
    return gpd.GeoDataFrame(pd.concat(parts, ignore_index=True), crs=inputs.crs)


def _symbol_areas(printed: PrintedTables) -> pd.DataFrame:
    """Hectares of the legend: the printed present areas of the zones, and the land beside them."""
    zones = printed.zones[["commune_code", "zone", "present_ha"]]
    parts = [zones.rename(columns={"zone": "symbol", "present_ha": "area_ha"}).dropna()]
    if printed.land is not None:
        parts.append(printed.land.rename(columns={"land": "symbol"}))
    return pd.concat(parts, ignore_index=True)


def _neighbours(project: Project, crs: pyproj.CRS) -> gpd.GeoDataFrame | None:
    source = project.atlas.neighbours or project.map.neighbours
    if source is None:
        return None
    return load_neighbours(project, source, crs, name="atlas: neighbours")


def _lines(state: RunState, crs: pyproj.CRS) -> gpd.GeoDataFrame | None:
    import geopandas as gpd

    parts = [
        load_drawn_layer(state.project, source, crs, name=f"atlas: {name}")[["geometry"]].assign(
            symbol=_LINE_OF[name]
        )
        for name, source in state.project.atlas.layers()
        if name in _LINE_OF
    ]
    return gpd.GeoDataFrame(pd.concat(parts, ignore_index=True), crs=crs) if parts else None


def render_atlas(state: RunState, printed: PrintedTables) -> None:
    """Write ``atlas.pdf``."""
    from maps import save_atlas

    settings = state.project.atlas
    save_atlas(
        atlas_content(state, printed),
        state.stage / "atlas.pdf",
        communes=settings.communes or None,
        overview=settings.overview,
        paper=settings.paper,
        jobs=settings.jobs,
        overwrite=True,
        progress=state.teller.part,
    )


@contextmanager
def commune_pictures(
    state: RunState, printed: PrintedTables, codes: tuple[str, ...] | None
) -> Iterator[list[tuple[str, Path]]]:
    """Pictures of commune maps, for a document."""
    from maps import find_fonts, list_pages, save_page_picture

    content = atlas_content(state, printed)
    fonts = find_fonts(content.font)
    folder = Path(tempfile.mkdtemp(prefix="maps-"))
    try:
        pages = list_pages(content, communes=codes, overview=False, paper="A4")
        made = []
        for number, page in enumerate(pages):
            path = folder / f"{number}.png"
            made.append((page.bookmark, save_page_picture(page.make(), path, fonts)))
        yield made
    finally:
        shutil.rmtree(folder, ignore_errors=True)
