"""Slivers of plots: what cuts leave below a hundredth of a hectare goes to the plot's other part.

Nothing is lost: shape and ground go together; the ground of the forest layer still closes. What is
planned is no sliver: its hectares are those of the allocation, whatever ground joins it.
"""

from __future__ import annotations

from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from zones.planting.choose import is_sliver

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
