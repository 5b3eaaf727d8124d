"""Shapes of the pieces of cut plots: only maps need them, hectares never do."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from layers.engine.commune_ground import CommuneGround
from layers.engine.overlay_tasks import OUTSIDE
from layers.engine.rings import IntArray

__all__ = ["piece_shapes"]


def piece_shapes(
    plots: npt.NDArray[Any], zone: IntArray, communes: CommuneGround
) -> npt.NDArray[Any]:
    """Shape of one piece of each plot."""
    if not len(plots):
        return plots.copy()
    tree = shapely.STRtree(communes.shapes)
    piece, row = tree.query(plots)
    wanted = (zone[piece] == OUTSIDE) | (zone[piece] == communes.number[row])
    piece, row = piece[wanted], row[wanted]
    # Only the part of a commune around the plot: its other vertices would all be noded in vain.
    near = np.array(
        [
            shapely.clip_by_rect(shape, *bounds)
            for shape, bounds in zip(
                communes.shapes[row], _wider(shapely.bounds(plots[piece])), strict=True
            )
        ],
        object,
    )
    order = np.argsort(piece, kind="stable")
    piece, near = piece[order], near[order]
    first = np.flatnonzero(np.diff(piece, prepend=-1))
    around = np.full(len(plots), shapely.Polygon(), object)
    for start, stop in zip(first, [*first[1:], len(piece)], strict=True):
        around[piece[start]] = shapely.union_all(near[start:stop])
    outside = zone == OUTSIDE
    result = plots.copy()
    result[outside] = shapely.difference(plots[outside], around[outside])
    result[~outside] = shapely.intersection(plots[~outside], around[~outside])
    return result


def _wider(bounds: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Bounds with a margin, so that cutting there leaves no edge of its own inside."""
    margin = 0.5 * np.maximum(bounds[:, 2] - bounds[:, 0], bounds[:, 3] - bounds[:, 1])
    return bounds + margin[:, None] * [-1.0, -1.0, 1.0, 1.0]
