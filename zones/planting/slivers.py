"""Slivers of plots: what cuts leave goes to the plot's other part.

A part below 0.01 ha with its hectares; a polygon of a part below 1 m² in the drawing alone. The
ground of the forest layer still closes. What is planned is no sliver: its hectares are those of the
allocation, whatever ground joins it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from layers.crs.transform import to_crs
from layers.kinds.plots import PlotLayer
from zones.planting.choose import is_sliver

#: Square metres below which a polygon of a part is a sliver, and those that are dust of a cut.
_SLIVER_M2, _DUST_M2 = 1.0, 1e-4
#: Metres within which two polygons touch.
_NEAR_M = 1e-6
_RECORD = ["layer", "row"]
_COLUMNS = [*_RECORD, "basis", "part", "ground_ha", "area_ha"]


def without_slivers(frames: Sequence[gpd.GeoDataFrame], planned: str) -> list[gpd.GeoDataFrame]:
    """Parts of plots (``ground_ha``, ``area_ha``), slivers joined to another part of their plot.

    A part of another ``basis`` than ``planned`` takes them first, the largest of these. A part that
    has taken all the others is the whole plot. A plot that is a sliver as a whole stays one.
    """
    ground = pd.concat([frame[_COLUMNS] for frame in frames], ignore_index=True)
    hectares, area = ground["ground_ha"].to_numpy().copy(), ground["area_ha"].to_numpy().copy()
    shapes = np.concatenate([frame.geometry.to_numpy() for frame in frames])
    part, of_plan = ground["part"].to_numpy().copy(), ground["basis"].eq(planned).to_numpy()
    small = np.array([is_sliver(one) for one in hectares], dtype=bool) & ~of_plan
    keys = pd.MultiIndex.from_frame(ground[_RECORD])
    touched = np.flatnonzero(keys.isin(keys[small & ground["part"].ne("whole").to_numpy()]))
    stays = np.ones(len(ground), dtype=bool)
    for _, places in pd.Series(touched).groupby(keys[touched].to_flat_index()):
        takes, *others = sorted(places, key=lambda at: (small[at], of_plan[at], -hectares[at]))
        for at in others:
            if small[at]:
                if not of_plan[takes]:
                    share = area[takes] / hectares[takes] if hectares[takes] > 0 else 1.0
                    area[takes] += hectares[at] * share
                hectares[takes] += hectares[at]
                shapes[takes] = shapely.union(shapes[takes], shapes[at])
                stays[at] = False
        if others and not stays[others].any():
            part[takes] = "whole"
    done, first = [], 0
    for frame in frames:
        mine = slice(first, first + len(frame))
        joined = frame.assign(ground_ha=hectares[mine], area_ha=area[mine], part=part[mine])
        done.append(joined.set_geometry(shapes[mine], crs=frame.crs)[stays[mine]])
        first += len(frame)
    return done


def with_joined_polygons(
    frames: Sequence[gpd.GeoDataFrame], layers: Mapping[str, tuple[str, PlotLayer]]
) -> list[gpd.GeoDataFrame]:
    """Parts of plots whose polygons below 1 m² joined the polygon that a cut took them from.

    Hectares stay as they are. So does a polygon that the plot has in its own layer, and the last
    one of a part; what lies beside no other polygon of its plot is not drawn.
    """
    shapes = np.concatenate([frame.geometry.to_numpy() for frame in frames])
    polygons, places = shapely.get_parts(shapes, return_index=True)
    keys = pd.MultiIndex.from_frame(pd.concat([frame[_RECORD] for frame in frames]))
    small = keys[np.unique(places[shapely.area(polygons) < _SLIVER_M2])]
    homes = {
        name: layers[name][1].plots.set_index("row")[["geometry"]]
        for name in set(small.get_level_values(0))
    }
    touched = np.flatnonzero(keys[places].isin(small))
    for (name, row), at in pd.Series(touched).groupby(keys[places[touched]].to_flat_index()):
        mine = places[at], polygons[at]
        own = to_crs(homes[name].loc[[row]], frames[0].crs)
        left = _joined(list(zip(*mine, strict=True)), shapely.area(shapely.get_parts(own.geometry)))
        for place in np.unique(mine[0]) if len(left) < len(at) else ():
            shapes[place] = shapely.union_all([one for part, one in left if part == place])
    ends = np.cumsum([len(frame) for frame in frames])
    return [
        frame.set_geometry(shapes[end - len(frame) : end], crs=frame.crs)
        for frame, end in zip(frames, ends, strict=True)
    ]


def _joined(
    polygons: Sequence[tuple[int, BaseGeometry]], own_m2: npt.NDArray[np.float64]
) -> list[tuple[int, BaseGeometry]]:
    """Polygons of one plot by their part, without slivers but those of its ``own`` areas."""
    left = sorted(polygons, key=lambda one: one[1].area)
    done: list[tuple[int, BaseGeometry]] = []
    while left and left[0][1].area < _SLIVER_M2:
        place, sliver = left.pop(0)
        is_last = all(place != at for at, _ in [*left, *done])
        if is_last or not left or np.isclose(own_m2, sliver.area, rtol=1e-3, atol=0).any():
            done.append((place, sliver))
        elif sliver.area > _DUST_M2:
            left = sorted(_with(left, sliver), key=lambda one: one[1].area)
    return [*done, *left]


def _with(
    polygons: Sequence[tuple[int, BaseGeometry]], sliver: BaseGeometry
) -> list[tuple[int, BaseGeometry]]:
    """Polygons of which the one with the longest border to a sliver holds it."""
    around = sliver.buffer(_NEAR_M)
    borders = [around.intersection(polygon.boundary).length for _, polygon in polygons]
    taker = int(np.argmax(borders))
    place, polygon = polygons[taker]
    both = shapely.union(polygon, sliver)
    if both.geom_type != "Polygon":
        return list(polygons)
    return [*polygons[:taker], (place, both), *polygons[taker + 1 :]]
