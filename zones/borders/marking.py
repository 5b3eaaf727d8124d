"""Boundary of the three forest classes near the line between provinces: metres to be marked.

Within a class plots are one area; its outer boundary is what is marked in the field. Where two
classes meet, the boundary is one line and counts once.
"""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from layers.engine.edges import ALONE, Edges, crossings, cut_at, edges_of, neighbours_along
from zones.borders.land import INSIDE_M
from zones.borders.line import SAME_M

#: The three classes, in the order of the law.
CLASSES = ("special_use", "protection", "production")
#: What a class borders on where it meets none of the others.
OUTSIDE = "outside"
#: Sides of the polygon that stands for a quarter of a circle.
_QUARTER = 64


def class_boundaries(
    plots: gpd.GeoDataFrame, lines: npt.NDArray[Any], distance_m: float
) -> tuple[Edges, pd.DataFrame]:
    """Boundaries of forest classes within a distance of lines.

    The frame has a row for each edge: ``three_forest``, ``other``, ``line`` (the nearest) and
    ``on_line``, whether it runs along the line itself.
    """
    present = [name for name in CLASSES if plots["three_forest"].eq(name).any()]
    whole = np.array(
        [shapely.union_all(plots.geometry[plots["three_forest"] == name]) for name in present],
        dtype=object,
    )
    if not present:
        nothing = pd.DataFrame(columns=["three_forest", "other", "line", "on_line"])
        return edges_of(whole), nothing
    edges = edges_of(whole)
    pieces, across = neighbours_along(edges, edges, tolerance_m=SAME_M)
    once = (across == ALONE) | (pieces.owner < across)
    pieces, across = pieces.take(once), across[once]
    pieces, origin = _clipped(
        pieces, shapely.union_all(shapely.buffer(lines, distance_m, quad_segs=_QUARTER))
    )
    across = across[origin]
    middle = shapely.line_interpolate_point(pieces.lines(), 0.5, normalized=True)
    line, gap = _nearest(middle, lines)
    names = np.array([*present, OUTSIDE], dtype=object)
    table = {"three_forest": names[pieces.owner], "other": names[across], "line": line}
    return pieces, pd.DataFrame({**table, "on_line": gap <= INSIDE_M})


def _clipped(edges: Edges, within: Any) -> tuple[Edges, npt.NDArray[np.int64]]:
    """Parts of edges inside a polygon, and the edge that each comes from."""
    shapely.prepare(within)
    near = np.flatnonzero(shapely.intersects(within, edges.lines()))
    some = edges.take(near)
    outline = edges_of(np.array([within])).lines()
    at, low, high = cut_at(some, *crossings(some.lines(), outline))
    parts = some.pieces(at, low, high)
    middle = shapely.line_interpolate_point(parts.lines(), 0.5, normalized=True)
    inside = shapely.intersects(within, middle)
    return parts.take(inside), near[at[inside]]


def _nearest(
    points: npt.NDArray[Any], lines: npt.NDArray[Any]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
    """Number of the nearest line of each point, the first among equals, and its distance."""
    if not len(points):
        return np.empty(0, np.int64), np.empty(0)
    pairs, gap = shapely.STRtree(lines).query_nearest(points, return_distance=True)
    order = np.lexsort((pairs[1], pairs[0]))
    first = order[np.flatnonzero(np.diff(pairs[0][order], prepend=-1))]
    return pairs[1][first], gap[first]
