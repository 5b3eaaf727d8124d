"""Land along the line: what lies just inside it on either side, in metres of line."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from layers.engine.edges import Edges, crossings, cut_at
from zones.borders.line import BorderLine

#: So far inside the line its land is read (metres): boundaries of plots are drawn to within that.
INSIDE_M = 10.0
#: Land of ground without a plot, and of a side whose plots are not known.
NO_PLOT, UNKNOWN = "no_plot", "unknown"


def land_along(
    line: BorderLine, own: gpd.GeoDataFrame, others: gpd.GeoDataFrame
) -> tuple[Edges, npt.NDArray[np.int64], pd.DataFrame]:
    """Pieces of the line within which neither side's plot changes, their origin, and the plots.

    The frame has the row of the plot on either side, -1 for none: ``own_plot``, ``other_plot``.
    """
    pieces = line.pieces
    sides = (
        (pieces.lines(INSIDE_M), own.geometry.to_numpy()),
        (pieces.lines(-(line.outwards_m + INSIDE_M)), others.geometry.to_numpy()),
    )
    met = [crossings(lines, shapely.boundary(shapes)) for lines, shapes in sides]
    edge, low, high = cut_at(
        pieces, np.concatenate([found[0] for found in met]), np.concatenate([met[0][1], met[1][1]])
    )
    share = (low + high) / 2 / pieces.length_m[edge]
    plots = {
        name: _plot_at(shapely.line_interpolate_point(lines[edge], share, normalized=True), shapes)
        for name, (lines, shapes) in zip(("own_plot", "other_plot"), sides, strict=True)
    }
    return pieces.pieces(edge, low, high), edge, pd.DataFrame(plots)


def _plot_at(points: npt.NDArray[Any], shapes: npt.NDArray[Any]) -> npt.NDArray[np.int64]:
    """Row of the polygon at each point, the first of several; -1 for none."""
    found = np.full(len(points), len(shapes), np.int64)
    point, shape = shapely.STRtree(shapes).query(points, predicate="intersects")
    np.minimum.at(found, point, shape)
    return np.where(found == len(shapes), -1, found)


def names_of_land(
    plots: gpd.GeoDataFrame, rows: npt.NDArray[np.int64], surveyed: npt.NDArray[np.bool_]
) -> pd.DataFrame:
    """Land and forest class of plots; what stands for them where there is none."""
    absent = np.where(surveyed, NO_PLOT, UNKNOWN)
    names = {}
    for column in ("land", "three_forest"):
        values = np.append(plots[column].to_numpy(dtype=object), "")[rows]
        names[column] = np.where(rows < 0, absent, values)
    return pd.DataFrame(names)
