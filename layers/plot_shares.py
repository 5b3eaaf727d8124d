"""One piece of an overlay: some plots near each other, and the communes around them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from layers.commune_ground import CommuneGround
from layers.errors import ClosureError
from layers.repair import NO_REPAIRS, mend
from layers.rings import FloatArray, IntArray, Rings, rings_of
from layers.shared_ground import (
    BinnedEdges,
    bin_edges,
    doubtful_ground,
    look_around,
    shared_areas,
)

__all__ = ["OUTSIDE", "SharePiece", "Shares", "largest_pieces", "plot_shares", "share_pieces"]

#: Zone number of ground outside every commune.
OUTSIDE = -1
#: Plots of one task: bounds its memory, and what a cluster does again when a worker dies.
TASK_PLOTS = 4096
# What rounding may leave open of a plot, relative to its area.
CLOSURE_RATIO = 1e-9


@dataclass(frozen=True, slots=True)
class SharePiece:
    """What is needed to share out some plots; it can be sent to another process.

    Parameters
    ----------
    rows : ndarray of int64
        Rows of the plots.
    shapes : ndarray of shapely geometries
        Polygons, missing or empty ones among them.
    zones : ndarray of int64
        Numbers of the communes whose bounds meet the plots.
    edges : BinnedEdges
        Communes.
    across : BinnedEdges
        The same with x and y exchanged.
    members : ndarray of int64
        Which of them those are.
    unit_m2 : float
        Square metres in a square unit of the coordinates.
    """

    rows: IntArray
    shapes: npt.NDArray[Any]
    zones: IntArray
    edges: BinnedEdges
    across: BinnedEdges
    members: IntArray
    unit_m2: float

    def __reduce__(self) -> tuple[Any, tuple[Any, ...]]:
        """Cross a process border with no other communes than those around the plots."""
        few, across = self.edges.take(self.members), self.across.take(self.members)
        numbers = np.arange(len(self.members))
        return SharePiece, (
            self.rows, self.shapes, self.zones, few, across, numbers, self.unit_m2,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Shares:
    """Pieces of plots, as parallel columns, by row and zone; the part outside comes last.

    Parameters
    ----------
    row : ndarray of int64
        Row of the plot.
    zone : ndarray of int64
        Number of the commune, or ``OUTSIDE``.
    share : ndarray of float64
        Share of the plot; those of a plot sum to 1.
    area_m2 : ndarray of float64
        Area of the piece.
    repairs : pandas.DataFrame
        Plots that were repaired, columns of ``REPAIRS``.
    """

    row: IntArray
    zone: IntArray
    share: FloatArray
    area_m2: FloatArray
    repairs: pd.DataFrame

    @staticmethod
    def join(shares: list[Shares]) -> Shares:
        """Bring the pieces of all tasks into one order.

        Parameters
        ----------
        shares : list of Shares
            Results of the tasks.

        Returns
        -------
        Shares
            By row and zone.
        """
        row, zone, share, area = (
            np.concatenate([getattr(s, name) for s in shares] or [np.empty(0, dtype)])
            for name, dtype in (("row", "i8"), ("zone", "i8"), ("share", "f8"), ("area_m2", "f8"))
        )
        last = zone.max(initial=0) + 1
        order = np.argsort(row * (last + 1) + np.where(zone == OUTSIDE, last, zone), kind="stable")
        repairs = [s.repairs for s in shares if len(s.repairs)]
        table = pd.concat(repairs).sort_values("position") if repairs else NO_REPAIRS
        return Shares(row[order], zone[order], share[order], area[order], table)


def share_pieces(shapes: npt.NDArray[Any], communes: CommuneGround) -> Iterator[SharePiece]:
    """Cut the work: plots near each other together, with the communes around them.

    Parameters
    ----------
    shapes : ndarray of shapely geometries
        Plots.
    communes : CommuneGround
        All communes.

    Yields
    ------
    SharePiece
        One task.
    """
    bounds = shapely.bounds(shapes)
    order = _neighbours(bounds)
    edges, across = communes.edges()
    zone_bounds = edges.bounds
    for start in range(0, len(order), TASK_PLOTS):
        rows = order[start : start + TASK_PLOTS]
        near = bounds[rows]
        near = near[~np.isnan(near[:, 0])]
        met = np.zeros(len(zone_bounds), bool)
        if len(near):
            low, high = near[:, :2].min(axis=0), near[:, 2:].max(axis=0)
            met = ((zone_bounds[:, :2] < high) & (zone_bounds[:, 2:] > low)).all(axis=1)
        zones = np.flatnonzero(met)
        yield SharePiece(rows, shapes[rows], zones, edges, across, zones, communes.unit_m2)


def _neighbours(bounds: FloatArray) -> IntArray:
    """Rows in an order that keeps neighbours together: strips from south to north, then west."""
    strips = max(1, round((len(bounds) / TASK_PLOTS) ** 0.5))
    by_y = np.argsort(bounds[:, 1], kind="stable")
    strip = np.empty(len(bounds), np.int64)
    strip[by_y] = np.arange(len(bounds)) * strips // max(len(bounds), 1)
    return np.lexsort((bounds[:, 0], strip))


def plot_shares(piece: SharePiece) -> Shares:
    """Share out some plots among the communes around them.

    Parameters
    ----------
    piece : SharePiece
        Plots and communes.

    Returns
    -------
    Shares
        Pieces; a plot without area is one piece outside, with share 1.

    Raises
    ------
    ClosureError
        The communes' parts of a plot are larger than the plot, or what is left of it does not lie
        outside them.
    """
    shapes, plots = piece.shapes, len(piece.rows)
    rings = rings_of(shapes)
    shapes, repairs = mend(shapes, rings, areas=lambda some: shapely.area(some) * piece.unit_m2)
    if len(repairs):
        rings = rings_of(shapes)
        repairs = repairs.assign(position=piece.rows[repairs["position"]])
    area, doubt = rings.areas(plots), np.zeros(plots)
    looks = look_around(shapely.bounds(shapes), piece.edges, piece.members)
    plot, zone = np.nonzero(looks == 1.0)
    shared = area[plot]
    near = np.flatnonzero(np.isnan(looks).any(axis=1))
    if len(near):
        pairs, cut, doubt[near] = _cut(rings, near, area[near], looks, piece)
        plot, zone = np.concatenate([plot, pairs[0]]), np.concatenate([zone, pairs[1]])
        shared = np.concatenate([shared, cut])
    zone = piece.zones[zone]
    outside = area - np.bincount(plot, shared, plots)
    slack = doubt * (1 + np.bincount(plot, minlength=plots)) + CLOSURE_RATIO * area
    over = np.flatnonzero(outside < -slack)
    if len(over):
        _raise_over(piece.rows[over], outside[over] * piece.unit_m2)
    homeless = np.bincount(plot, minlength=plots) == 0
    left = np.flatnonzero((outside > np.maximum(doubt, CLOSURE_RATIO * area)) | homeless)
    _check_outside(rings, left, area[left] - outside[left], piece)
    plot = np.concatenate([plot, left])
    zone = np.concatenate([zone, np.full(len(left), OUTSIDE)])
    shared = _closed(plot, np.concatenate([shared, outside[left]]), area)
    whole = area[plot]
    share = np.divide(shared, whole, out=np.ones(len(plot)), where=whole > 0)
    return Shares(piece.rows[plot], zone, share, shared * piece.unit_m2, repairs)


def _cut(
    rings: Rings, near: IntArray, area: FloatArray, looks: FloatArray, piece: SharePiece
) -> tuple[IntArray, FloatArray, FloatArray]:
    """Share out the plots whose bounds a boundary meets: pairs, their areas, doubt by plot."""
    number = np.full(len(looks), -1)
    number[near] = np.arange(len(near))
    parts = np.flatnonzero(number[rings.part_owner] >= 0)
    few = rings.take(parts).owned_by(number)
    edges = bin_edges(few, len(near))
    pairs = np.array(np.nonzero(np.isnan(looks[near])), np.int64)
    first, second = pairs
    shared = shared_areas(edges, piece.edges, np.array([first, piece.members[second]]))
    # Of a plot that is itself smaller than the doubt, a millionth is doubtful.
    doubt = np.minimum(doubtful_ground(few, len(near)), 1e-6 * area)
    kept = shared > doubt[first]
    return np.array([near[first[kept]], second[kept]]), shared[kept], doubt


def _check_outside(rings: Rings, left: IntArray, inside: FloatArray, piece: SharePiece) -> None:
    """Measure anew, with x and y exchanged, what communes hold of the plots that reach outside.

    What is left of a plot is the difference to its own area, so that its pieces close whatever is
    wrong with them. Other edges in other bins meet the second time, of all communes around.
    """
    if not len(left):
        return
    number = np.full(len(piece.rows), -1)
    number[left] = np.arange(len(left))
    few = rings.take(np.flatnonzero(number[rings.part_owner] >= 0)).owned_by(number)
    turned, many = few.moved(few.y, few.x), len(piece.members)
    pairs = np.array([np.repeat(np.arange(len(left)), many), np.tile(piece.members, len(left))])
    again = shared_areas(bin_edges(turned, len(left)), piece.across, pairs)
    again = again.reshape(len(left), many).sum(axis=1)
    slack = doubtful_ground(few, len(left)) * (2 + many) + CLOSURE_RATIO * few.areas(len(left))
    wrong = np.flatnonzero(np.abs(again - inside) > slack)
    if len(wrong):
        _raise_lost(piece.rows[left[wrong]], (again - inside)[wrong] * piece.unit_m2)


def largest_pieces(plot: IntArray, area: FloatArray) -> IntArray:
    """Positions of the largest piece of each plot; the first among equals.

    Parameters
    ----------
    plot : ndarray of int64
        Plot of each piece.
    area : ndarray of float64
        Area of each piece.

    Returns
    -------
    ndarray of int64
        One position per plot that has pieces, in no order.
    """
    if not len(plot):
        return plot
    several = np.bincount(plot)[plot] > 1
    cut = np.flatnonzero(several)
    order = cut[np.lexsort((-area[cut], plot[cut]))]
    first = order[np.flatnonzero(np.diff(plot[order], prepend=-1))]
    return np.concatenate([np.flatnonzero(~several), first])


def _closed(plot: IntArray, pieces: FloatArray, area: FloatArray) -> FloatArray:
    """Pieces whose sum is the plot's area: what rounding left over goes to the largest."""
    largest = largest_pieces(plot, pieces)
    result = pieces.copy()
    result[largest] += (area - np.bincount(plot, pieces, len(area)))[plot[largest]]
    return result


def _raise_over(rows: IntArray, outside: FloatArray) -> None:
    raise ClosureError(
        en=f"The communes' parts of {len(rows)} plots exceed the plot, rows {rows[:5].tolist()}, "
        f"by up to {-outside.min():.3g} m²; please report this with the data.",
        vi=f"Tổng các phần theo xã của {len(rows)} lô lớn hơn diện tích lô, các dòng "
        f"{rows[:5].tolist()}, nhiều nhất {-outside.min():.3g} m²; vui lòng báo lỗi kèm dữ liệu.",
    )


def _raise_lost(rows: IntArray, difference_m2: FloatArray) -> None:
    worst = float(np.abs(difference_m2).max())
    raise ClosureError(
        en=f"What communes hold of {len(rows)} plots at their outer boundary, measured twice, "
        f"differs by up to {worst:.3g} m², rows {rows[:5].tolist()}; please report this with the "
        "data.",
        vi=f"Phần nằm trong xã của {len(rows)} lô ở ranh giới ngoài, đo hai lần, lệch nhau đến "
        f"{worst:.3g} m², các dòng {rows[:5].tolist()}; vui lòng báo lỗi kèm dữ liệu.",
    )
