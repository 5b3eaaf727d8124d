"""Plots for the hectares that a commune is given: whole plots first, one split at the end.

Exact: what is chosen and what finds no plot add up to what is planned. No part is a sliver.
Where a plot is split its ledger hectares are split; the shape is cut along its longer side at the
same share.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from layers.base.errors import ClosureError
from layers.engine.rectangle import part_in_rectangle

#: Hectares below which nothing is cut off a plot: a ledger has two decimals.
SLIVER_HA = 0.01
#: Hectares that are dust of sums.
_DUST_HA = 1e-9


@dataclass(frozen=True, slots=True)
class Piece:
    """A plot, or the part of it in one commune, that may be chosen."""

    place: int  # Row of the piece in the table that it comes from
    area_ha: float  # By the ledger where the layer has one
    shape: BaseGeometry  # In metres
    planting_year: int | None = None  # Of a stand
    first: bool = False  # Taken before the others, split where it is larger than what is asked


@dataclass(frozen=True, slots=True)
class Demand:
    """Hectares of a zone in one commune, from one land source, in one year."""

    place: int  # Row of the allocation
    area_ha: float
    # Planting years of the stands that may serve; any where there is none
    born: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """A piece, or a part of one, that serves a demand."""

    demand: int
    piece: int
    area_ha: float
    shape: BaseGeometry
    whole: bool


class Chosen(NamedTuple):
    """What serves the demands, what is left of them (ha, by demand), and what stays free."""

    choices: list[Choice]
    left: dict[int, float]
    free: list[Piece]


def choose_pieces(demands: Iterable[Demand], pieces: Iterable[Piece]) -> Chosen:
    """Serve demands in their order from pieces in theirs."""
    given = list(pieces)
    # What is smaller than a sliver serves nobody, and is free.
    pool = _Pool([one for one in given if not is_sliver(one.area_ha)])
    left = {}
    for demand in demands:
        rest = pool.serve(demand)
        if rest > _DUST_HA:
            left[demand.place] = rest
    small = [one for one in given if is_sliver(one.area_ha)]
    return Chosen(pool.chosen, left, [*pool.free, *small])


def is_sliver(area_ha: float) -> bool:
    """Whether hectares are too few to be a part of a plot; dust of sums does not decide."""
    return area_ha < SLIVER_HA - _DUST_HA


class _Pool:
    """Pieces that are free, in their order, and what was chosen of them."""

    def __init__(self, pieces: list[Piece]) -> None:
        self.free = pieces
        self.chosen: list[Choice] = []
        self._order = {piece.place: at for at, piece in enumerate(pieces)}
        self._cut: set[int] = set()

    def serve(self, demand: Demand) -> float:
        """Choose for a demand: whole pieces, then a part of one; hectares that are left."""
        rest, taken, there = demand.area_ha, [], self.free
        self.free = []
        for piece in there:
            self.free.append(piece)
            if not _serves(piece, demand):
                continue
            if piece.area_ha <= rest + _DUST_HA:
                area = min(piece.area_ha, rest)
                taken.append((self.free.pop(), area))
                rest -= area
            elif piece.first and rest > _DUST_HA:
                rest -= self._split(len(self.free) - 1, demand, rest)
        part = self._part_for(demand, rest, taken) if rest > _DUST_HA else None
        if part is not None and part.given_back is not None:
            back = part.given_back
            taken = [one for one in taken if one[0] is not back]
            self.free = sorted([*self.free, back], key=lambda one: self._order[one.place])
            rest += back.area_ha
        self.chosen += [
            Choice(demand.place, one.place, area, one.shape, one.place not in self._cut)
            for one, area in taken
        ]
        if part is not None:
            rest -= self._split(self.free.index(part.piece), demand, rest)
        return rest

    def _part_for(
        self, demand: Demand, rest: float, taken: Sequence[tuple[Piece, float]]
    ) -> _Part | None:
        """Piece to be split for the rest: the smallest that is large enough, the first of equals.

        Large plots stay whole. Where either part would be a sliver, a whole piece is given back and
        the larger rest is cut; else the cut leaves a sliver of the demand.
        """
        larger = [one for one in self.free if _serves(one, demand) and one.area_ha > rest]
        larger.sort(key=lambda one: one.area_ha)
        # What is to be taken first is never given back.
        whole = sorted((one for one, _ in taken if not one.first), key=lambda one: one.area_ha)
        for given_back in (None, *whole):
            asked = rest + (given_back.area_ha if given_back else 0.0)
            for piece in larger:
                if _share(piece, asked) >= asked - _DUST_HA:
                    return _Part(piece, given_back)
        return next((_Part(one, None) for one in larger if _share(one, rest) > 0), None)

    def _split(self, at: int, demand: Demand, asked: float) -> float:
        """Cut what a demand asks for, as far as no part is a sliver; hectares that it gets."""
        piece = self.free[at]
        area = _share(piece, asked)
        if area > 0:
            taken, rest = _cut(piece, demand, area)
            self.chosen.append(taken)
            self._cut.add(piece.place)
            self.free[at] = rest
        return area


@dataclass(frozen=True, slots=True)
class _Part:
    """Piece to be split, and a whole one that is given back for it."""

    piece: Piece
    given_back: Piece | None


def _share(piece: Piece, asked: float) -> float:
    """Most hectares up to ``asked`` that may be cut off a piece: neither part is a sliver."""
    most = min(asked, piece.area_ha - SLIVER_HA)
    return 0.0 if is_sliver(most) else most


def _cut(piece: Piece, demand: Demand, area_ha: float) -> tuple[Choice, Piece]:
    """Part of a piece that serves a demand, and what is left of the piece."""
    part, other = split_shape(piece.shape, area_ha / piece.area_ha)
    # The ledger's hectares lie where they are drawn.
    gap = abs(part.area * piece.area_ha - piece.shape.area * area_ha)
    if gap > SLIVER_HA * piece.shape.area:
        raise ClosureError("zones.planting.cut_not_closed", gap=gap / piece.shape.area)
    taken = Choice(demand.place, piece.place, area_ha, part, whole=False)
    return taken, replace(piece, area_ha=piece.area_ha - area_ha, shape=other)


def _serves(piece: Piece, demand: Demand) -> bool:
    if demand.born is None:
        return True
    first, last = demand.born
    return piece.planting_year is not None and first <= piece.planting_year <= last


def split_shape(shape: BaseGeometry, share: float) -> tuple[BaseGeometry, BaseGeometry]:
    """Cut a polygon across its longer side into a share of its area and the rest."""
    west, south, east, north = shape.bounds
    along_x = east - west >= north - south
    edges = _edges(shape, along_x=along_x)
    last = (west if along_x else south) + _place_of(edges, shape.area * share)
    before = (west, south, last, north) if along_x else (west, south, east, last)
    after = (last, south, east, north) if along_x else (west, last, east, north)
    return part_in_rectangle(shape, before), part_in_rectangle(shape, after)


def _place_of(edges: npt.NDArray[np.float64], wanted: float) -> float:
    """How far along the edges the area before a line across them is as wanted.

    Between two corners the area is a square function of the place.
    """
    corners = np.unique(edges[:2])
    low, high = 0, len(corners) - 1
    while high - low > 1:
        middle = (low + high) // 2
        if _area_before(edges, corners[middle]) < wanted:
            low = middle
        else:
            high = middle
    start, end = float(corners[low]), float(corners[high])
    before = _area_before(edges, start)
    half, whole = (_area_before(edges, at) - before for at in ((start + end) / 2, end))
    # slope t + curve t², with t from 0 to 1 between the corners.
    slope, curve, asked = 4 * half - whole, 2 * whole - 4 * half, wanted - before
    root = np.sqrt(max(slope**2 + 4 * curve * asked, 0.0))
    part = 2 * asked / (slope + root) if slope + root > 0 else 0.0
    return start + (end - start) * min(max(part, 0.0), 1.0)


def _edges(shape: BaseGeometry, *, along_x: bool) -> npt.NDArray[np.float64]:
    """Edges of a polygon as rows ``from, to, height at either, sign``, along its longer side."""
    found = []
    corner = np.array(shape.bounds[:2])
    for polygon in shapely.get_parts(shape):
        for number, ring in enumerate((polygon.exterior, *polygon.interiors)):
            along, across = (shapely.get_coordinates(ring) - corner).T[:: 1 if along_x else -1]
            rows = np.array([along[:-1], along[1:], across[:-1], across[1:]])
            turned = float(((rows[1] - rows[0]) * (rows[2] + rows[3])).sum())
            # A hole is taken off, however it is turned.
            sign = (1 if number == 0 else -1) * np.copysign(1.0, turned)
            found.append(np.vstack([rows, np.full(rows.shape[1], sign)]))
    return np.hstack(found)


def _area_before(edges: npt.NDArray[np.float64], end: float) -> float:
    """Area of a polygon before a line across it: the trapezes below its edges, with their sign."""
    start, stop, low, high, sign = edges
    cut_start, cut_stop = np.minimum(start, end), np.minimum(stop, end)
    wide = stop - start
    slope = np.divide(high - low, wide, out=np.zeros_like(wide), where=wide != 0)
    middle = low + slope * ((cut_start + cut_stop) / 2 - start)
    return float((sign * (cut_stop - cut_start) * middle).sum())
