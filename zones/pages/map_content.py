"""What the interactive map is made of: published figures, geometry, and warnings in words."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import geopandas as gpd
import pandas as pd
import pyproj

from layers.base.language import Language, Phrase
from layers.base.messages import message
from layers.base.remembered import remembered
from layers.kinds.forest_status import ForestLayer
from maps import ColouredPlots, MapContent
from maps.symbols.legends import load_area_symbols, zone_symbols
from zones.inputs.read import Inputs
from zones.pages.context_layers import (
    communes_with_kinds,
    load_neighbours,
    load_outlines,
    near_neighbours,
)
from zones.pages.forest_standard import coloured_plots
from zones.pages.plot_symbols import symbols_of_plots, zone_crops, zones_of_layer
from zones.plan.frames import zones_frame
from zones.project.model import Project
from zones.publish.publish import PublishedFigures


def map_content(
    project: Project,
    figures: PublishedFigures,
    communes: gpd.GeoDataFrame,
    crs: pyproj.CRS,
    *,
    inputs: Inputs | None = None,
    trajectory: pd.DataFrame | None = None,
    language: Language | None = None,
) -> MapContent:
    """Put together what the map shows; ``communes`` are in the area CRS ``crs``.

    ``inputs`` are needed where the plots of a forest layer are drawn in colours; ``trajectory`` is
    ``TRAJECTORY`` of the same figures, where forest cover was forecast.
    """
    return MapContent(
        communes=communes_with_kinds(communes, project),
        **_figures(figures, communes),
        cover_path=None if trajectory is None else _cover_path(trajectory),
        title_vi=project.title,
        title_en=project.title_en or project.title,
        neighbours=_neighbours(project, communes, crs),
        plot_outlines=_outlines(project, crs, inputs),
        demo=project.demo,
        tile_hosts=project.map.tile_hosts,
        language=language or project.map.language or project.annex.language,
    )


def with_figures(content: MapContent, figures: PublishedFigures) -> MapContent:
    """Put other figures on a map: the communes stay as they are; no forecast was made of these."""
    return replace(content, cover_path=None, **_figures(figures, content.communes))


def _cover_path(trajectory: pd.DataFrame) -> pd.DataFrame:
    """Pick the ledger that counts for the rate."""
    rows = trajectory[trajectory["ledger"] == "counts"]
    return rows[["year", "commune_code", "cover_percent", "low_percent", "high_percent"]]


def _figures(figures: PublishedFigures, communes: gpd.GeoDataFrame) -> dict[str, Any]:
    """What of a map follows from the published figures."""
    # Zones of the leading plan are those that have rows by commune.
    zones = _shown(figures.zone_names, tuple(figures.zones["zone"].unique()))
    return {
        "zones": zones,
        "zone_communes": figures.zones.merge(
            figures.limits, on=["zone", "commune_code"], how="left", validate="1:1"
        ),
        "targets": figures.targets[figures.targets["zone"].isin([*zones["zone"], ""])],
        "forest_cover": figures.forest_cover,
        "progress": _shown(figures.progress, tuple(zones["zone"])),
        "planned": _planned(figures, zones),
        "sources": figures.sources,
        "warnings": _commune_warnings(figures, communes),
        "verdicts": tuple(
            note
            for note in figures.notes
            if note.table == "verdict" and note.zone in set(zones["zone"])
        ),
        "digest": figures.digest,
    }


@remembered(most=4)
def _shown(table: pd.DataFrame, zones: tuple[str, ...]) -> pd.DataFrame:
    """Rows of the zones that are on the map."""
    return table[table["zone"].isin(zones)]


def _planned(figures: PublishedFigures, zones: pd.DataFrame) -> pd.DataFrame:
    """Pick the allocation of the zones on the map; conversions have no zone of their own."""
    known = figures.allocation["planned_ha"].notna()
    return figures.allocation[known & figures.allocation["zone"].isin(zones["zone"])]


def _neighbours(
    project: Project, communes: gpd.GeoDataFrame, crs: pyproj.CRS
) -> gpd.GeoDataFrame | None:
    source = project.map_neighbours
    if source is None:
        return None
    return near_neighbours(load_neighbours(project, source, crs, name="map: neighbours"), communes)


def _outlines(
    project: Project, crs: pyproj.CRS, inputs: Inputs | None
) -> gpd.GeoDataFrame | ColouredPlots | None:
    """Plots to lay over the map: those of a forest layer in colours, of others their outlines."""
    name = project.map.outlines
    if name is None:
        return None
    layer = None if inputs is None else inputs.plots.get(name)
    if inputs is None or not isinstance(layer, ForestLayer):
        return load_outlines(project, name, crs)
    zones = zones_frame(inputs.plans[0])
    drawn = symbols_of_plots(layer, zones=zones_of_layer(project, zones, name))
    known = {**load_area_symbols("land"), **zone_symbols(zones, crops=zone_crops(zones))}
    return coloured_plots(layer, drawn, known)


def _commune_warnings(figures: PublishedFigures, communes: gpd.GeoDataFrame) -> pd.DataFrame:
    """List what the reader of a commune's card should know."""
    names = figures.zone_names.set_index("zone")
    rows = []
    for row in figures.zones[figures.zones["remark"] != ""].to_dict("records"):
        zone = names.loc[row["zone"]]
        told = message(
            f"zones.pages.remark_{row['remark']}",
            zone=Phrase(zone["name_en"], zone["name_vi"]),
            share=100 * row["share_ratio"],
        )
        rows.append((row["commune_code"], told))
    cover = figures.forest_cover.iloc[:-1]
    over = cover.loc[cover["exceeds_natural_area"].astype(bool), "commune_code"]
    rows += [(code, message("zones.pages.forest_exceeds_area")) for code in over]
    texts = [(code, told.vi, told.en) for code, told in rows]
    table = pd.DataFrame(texts, columns=["commune_code", "message_vi", "message_en"])
    return table[table["commune_code"].isin(communes["commune_code"])].astype("str")
