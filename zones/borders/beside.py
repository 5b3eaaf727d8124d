"""What lies beside the line: plots within reach of it, ground that both sides claim or neither."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from layers.base.findings import Findings
from layers.crs.crs import M2_PER_HA
from layers.engine.overlay import overlay_geometry
from zones.borders.line import SAME_M, BorderLine

#: Ground below this is told by no ledger (hectares).
LEAST_HA = 0.01
#: Ground up to this width between plots of the two sides was left out by both, metres.
SEAM_M = 50.0


def plots_within(
    plots: gpd.GeoDataFrame, lines: npt.NDArray[Any], distance_m: float
) -> pd.DataFrame:
    """Plots within a distance of each line: ``line``, ``row``, ``distance_m``, ``nearest``."""
    shapes = plots.geometry.to_numpy()
    line, row = shapely.STRtree(shapes).query(lines, predicate="dwithin", distance=distance_m)
    frame = pd.DataFrame({"line": line, "row": row})
    frame["distance_m"] = shapely.distance(lines[line], shapes[row])
    frame = frame.sort_values(["row", "distance_m", "line"], ignore_index=True)
    return frame.assign(nearest=~frame["row"].duplicated())


def claimed_twice(own: gpd.GeoDataFrame, others: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Ground that plots of both sides cover: ``own_plot``, ``other_plot`` (of the index), area."""
    if own.empty or others.empty:
        empty = pd.DataFrame(columns=["own_plot", "other_plot", "area_ha"])
        return gpd.GeoDataFrame(empty, geometry=[], crs=own.crs)
    mine, theirs = shapely.STRtree(others.geometry.to_numpy()).query(
        own.geometry.to_numpy(), predicate="intersects"
    )
    there = others.iloc[np.unique(theirs)]
    pieces = overlay_geometry(
        there.assign(other_plot=there.index),
        own.iloc[np.unique(mine)],
        id_column="other_plot",
        findings=Findings(),
    )
    pieces = pieces[pieces["other_plot"].notna() & (pieces["area_ha"] > LEAST_HA)]
    named = pieces.rename(columns={"plot": "own_plot"}).astype({"other_plot": "int64"})
    return named[["own_plot", "other_plot", "area_ha", "geometry"]].reset_index(drop=True)


def disputed_ground(
    line: BorderLine, own: gpd.GeoDataFrame, others: gpd.GeoDataFrame
) -> gpd.GeoDataFrame:
    """Ground of the communes of both sides, and between them: ``own``, ``other``, ``claim``."""
    mine, theirs = own.geometry.to_numpy(), others.geometry.to_numpy()
    first, second = shapely.STRtree(theirs).query(mine, predicate="intersects")
    shared = shapely.intersection(mine[first], theirs[second])
    frames = [_claims(first, second, "both", shared)]
    apart = np.flatnonzero(line.outwards_m > 0)
    pairs = pd.DataFrame({"own": line.pieces.owner[apart], "other": line.neighbour[apart]})
    lines = line.pieces.take(apart).lines()
    for _, here in pairs.groupby(["own", "other"]):
        places = here.index.to_numpy()
        width = line.outwards_m[apart[places]].max()
        strip = shapely.buffer(
            shapely.line_merge(shapely.multilinestrings(lines[places])), width, cap_style="flat"
        )
        around = [
            shapes[shapely.STRtree(shapes).query(strip, predicate="intersects")]
            for shapes in (mine, theirs)
        ]
        gap = shapely.difference(strip, shapely.union_all(np.concatenate(around)))
        frames.append(
            _claims(
                here["own"].iloc[:1].tolist(), here["other"].iloc[:1].tolist(), "neither", [gap]
            )
        )
    ground = pd.concat(frames, ignore_index=True)
    ground = ground.assign(area_ha=shapely.area(ground["geometry"].to_numpy()) / M2_PER_HA)
    kept = ground[ground["area_ha"] > LEAST_HA].reset_index(drop=True)
    return gpd.GeoDataFrame(kept, crs=own.crs)


def left_out(
    lines: npt.NDArray[Any], own: gpd.GeoDataFrame, others: gpd.GeoDataFrame
) -> pd.DataFrame:
    """Ground between plots of the two sides that neither covers: ``line``, ``area_ha``, geometry.

    ``own`` and ``others`` are plots near the lines; ground goes with the line nearest to it.
    """
    if own.empty or others.empty:
        return pd.DataFrame({"line": [], "area_ha": [], "geometry": []}).astype({"line": "int64"})
    sides = [shapely.union_all(side.geometry.to_numpy()) for side in (own, others)]
    covered = shapely.union_all(sides)
    # Mitred, so that a corner of one plot is not filled as a seam between two would be.
    wide = shapely.buffer(covered, SEAM_M / 2, join_style="mitre")
    closed = shapely.buffer(wide, -SEAM_M / 2, join_style="mitre")
    holes = shapely.get_parts(shapely.difference(closed, covered))
    areas = shapely.area(holes) / M2_PER_HA
    between = (shapely.distance(holes[:, None], np.array(sides)) <= SAME_M).all(axis=1)
    kept = between & (areas > LEAST_HA)
    nearest = shapely.STRtree(lines).nearest(holes[kept])
    return pd.DataFrame({"line": nearest, "area_ha": areas[kept], "geometry": list(holes[kept])})


def _claims(own: Any, other: Any, claim: str, shapes: Any) -> pd.DataFrame:
    frame = pd.DataFrame({"own": np.asarray(own), "other": np.asarray(other), "claim": claim})
    return frame.assign(geometry=list(shapes))
