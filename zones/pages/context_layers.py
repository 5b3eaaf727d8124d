"""Communes as pages draw them: the word for their kind, the neighbours around, plots in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import shapely

from layers.base.errors import InputError
from layers.communes.gazetteer import list_communes, vintages
from layers.crs.source import place_layer
from layers.crs.transform import to_crs
from layers.io.vector import load_vector

if TYPE_CHECKING:
    import geopandas as gpd
    import pyproj

    from zones.project.model import LinesSource, NeighboursSource, Project

__all__ = [
    "communes_with_kinds",
    "load_drawn_layer",
    "load_neighbours",
    "load_outlines",
    "near_neighbours",
]

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
    frame = load_vector(project.resolve(source.path), layer=source.layer)
    kept = frame[~(frame.geometry.isna() | frame.geometry.is_empty)]
    placed, _ = place_layer(kept, source=name, named=source.crs, province=project.province)
    return to_crs(placed, crs)


def load_neighbours(
    project: Project, source: NeighboursSource, crs: pyproj.CRS, *, name: str
) -> gpd.GeoDataFrame:
    """Load the communes around the province."""
    frame = load_drawn_layer(project, source, crs, name=name)
    if source.name_column not in frame.columns:
        found = [str(column) for column in frame.columns if column != "geometry"]
        raise InputError(
            en=f"{name}: expected a column {source.name_column!r} with names, found {found}; set "
            "name_column.",
            vi=f"{name}: cần cột tên {source.name_column!r}, chỉ có {found}; hãy đặt name_column.",
        )
    names = frame[source.name_column].astype("str").fillna("").str.normalize("NFC")
    around: gpd.GeoDataFrame = frame[["geometry"]].assign(commune=names)
    return around[["commune", "geometry"]].reset_index(drop=True)


def load_outlines(project: Project, layer: str, crs: pyproj.CRS) -> gpd.GeoDataFrame:
    """Load the plots of a layer as they stand in its file, to draw their outlines."""
    source = project.layers[layer]
    # Only polygon layers have these two keys; the project lets no other layer be named here.
    inside, named = getattr(source, "layer", None), getattr(source, "crs", None)
    frame = load_vector(project.resolve(source.path), layer=inside, columns=[])
    placed, _ = place_layer(
        frame[["geometry"]], source=layer, named=named, province=project.province
    )
    return to_crs(placed, crs)


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
