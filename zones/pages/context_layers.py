"""Communes as pages draw them: the word for their kind, the neighbours around, plots in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from layers.base.errors import InputError
from layers.communes.gazetteer import list_communes, vintages
from layers.crs.source import read_layer
from layers.crs.transform import has_place, to_crs
from layers.io.vector import VectorFile

if TYPE_CHECKING:
    import geopandas as gpd
    import pyproj

    from zones.project.model import LinesSource, NeighboursSource, Project

#: How far round the province neighbours are drawn on the map, as a share of its longer side.
_MARGIN_RATIO = 0.25


def communes_with_kinds(communes: gpd.GeoDataFrame, project: Project) -> gpd.GeoDataFrame:
    """Say xã or phường where the boundaries do not, from the table of units."""
    day = project.communes.vintage
    if str(day) < vintages(project.province)[0]:
        return communes
    known = list_communes(project.province, day).set_index("code")["kind"]
    kind = communes["kind"].mask(communes["kind"] == "", communes["commune_code"].map(known))
    filled: gpd.GeoDataFrame = communes.assign(kind=kind.fillna(""))
    return filled


def load_drawn_layer(
    project: Project, source: NeighboursSource | LinesSource, crs: pyproj.CRS, *, name: str
) -> gpd.GeoDataFrame:
    """Load a layer that is drawn and never measured."""
    file = VectorFile(
        project.resolve(source.path),
        layer=source.layer,
        crs=source.crs,
        province=project.province,
        name=name,
    )
    frame, _ = read_layer(file)
    return _drawn(frame, crs)


def _drawn(frame: gpd.GeoDataFrame, crs: pyproj.CRS) -> gpd.GeoDataFrame:
    """Shapes that have a place in the CRS of a page; the others cannot be drawn."""
    bounds = shapely.bounds(frame.geometry.to_numpy())
    drawn = np.flatnonzero(np.isfinite(bounds).all(axis=1))
    return to_crs(frame.iloc[drawn[has_place(bounds[drawn], frame.crs)]], crs)


def load_neighbours(
    project: Project, source: NeighboursSource, crs: pyproj.CRS, *, name: str
) -> gpd.GeoDataFrame:
    """Load the communes around the province."""
    frame = load_drawn_layer(project, source, crs, name=name)
    if source.name_column not in frame.columns:
        found = [str(column) for column in frame.columns if column != "geometry"]
        raise InputError(
            "zones.pages.no_name_column", name=name, name_column=source.name_column, found=found
        )
    names = frame[source.name_column].astype("str").fillna("").str.normalize("NFC")
    around: gpd.GeoDataFrame = frame[["geometry"]].assign(commune=names)
    return around[["commune", "geometry"]].reset_index(drop=True)


def load_outlines(project: Project, layer: str, crs: pyproj.CRS) -> gpd.GeoDataFrame:
    """Load the plots of a layer as they stand in its file, to draw their outlines."""
    source = project.layers[layer]
    # Only polygon layers have these two keys; the project lets no other layer be named here.
    file = VectorFile(
        project.resolve(source.path),
        layer=getattr(source, "layer", None),
        crs=getattr(source, "crs", None),
        province=project.province,
        name=layer,
    )
    frame, _ = read_layer(file, columns=[])
    return _drawn(frame[["geometry"]], crs)


def near_neighbours(
    neighbours: gpd.GeoDataFrame, communes: gpd.GeoDataFrame
) -> gpd.GeoDataFrame | None:
    """Pick the neighbours worth drawing round a province."""
    west, south, east, north = communes.total_bounds
    margin = _MARGIN_RATIO * max(east - west, north - south)
    edges = neighbours.bounds
    reach = edges["maxx"].gt(west - margin) & edges["minx"].lt(east + margin)
    reach &= edges["maxy"].gt(south - margin) & edges["miny"].lt(north + margin)
    near = neighbours[reach]
    # Nothing is measured here, so a polygon that crosses itself is no reason to stop.
    middles = shapely.point_on_surface(shapely.make_valid(near.geometry.to_numpy()))
    inside = communes.sindex.query(middles, predicate="intersects")[0]
    outside: gpd.GeoDataFrame = near.drop(index=near.index[inside]).reset_index(drop=True)
    return outside if len(outside) else None
