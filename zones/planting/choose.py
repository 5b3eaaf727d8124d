"""Plots for the hectares that a commune is given: whole plots first, one split at the end.

Exact: what is chosen and what finds no plot add up to what is planned. Where a plot is split its
ledger hectares are split; the shape is cut along its longer side at the same share.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import NamedTuple

from shapely.geometry.base import BaseGeometry

from layers.engine.rectangle import part_in_rectangle

#: Hectares that are dust of sums.
_DUST_HA = 1e-9
_HALVINGS = 48


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
    free, chosen, left = list(pieces), [], {}
    cut: set[int] = set()
    for demand in demands:
        rest = demand.area_ha
        kept = []
        for piece in free:
            if _serves(piece, demand) and piece.area_ha <= rest + _DUST_HA:
                area = min(piece.area_ha, rest)
                whole = piece.place not in cut
                chosen.append(Choice(demand.place, piece.place, area, piece.shape, whole))
                rest -= area
            elif piece.first and _serves(piece, demand) and rest > _DUST_HA:
                taken, piece_left = _cut(piece, demand, rest)
                chosen.append(taken)
                cut.add(piece.place)
                kept.append(piece_left)
                rest = 0.0
            else:
                kept.append(piece)
        free = kept
        larger = [piece for piece in free if _serves(piece, demand)]
        if rest > _DUST_HA and larger:
            # The smallest that is large enough, the first of equals: large plots stay whole.
            piece = min(larger, key=lambda one: one.area_ha)
            taken, piece_left = _cut(piece, demand, rest)
            chosen.append(taken)
            cut.add(piece.place)
            free[free.index(piece)] = piece_left
            rest = 0.0
        if rest > _DUST_HA:
            left[demand.place] = rest
    return Chosen(chosen, left, free)


def _cut(piece: Piece, demand: Demand, area_ha: float) -> tuple[Choice, Piece]:
    """Part of a piece that serves a demand, and what is left of the piece."""
    part, other = split_shape(piece.shape, area_ha / piece.area_ha)
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
    low, high = (west, east) if along_x else (south, north)
    wanted = shape.area * share
    first, last = low, high
    for _ in range(_HALVINGS):
        middle = (first + last) / 2
        if _before(shape, middle, along_x=along_x).area < wanted:
            first = middle
        else:
            last = middle
    part = _before(shape, last, along_x=along_x)
    box = (last, south, east, north) if along_x else (west, last, east, north)
    return part, part_in_rectangle(shape, box)


def _before(shape: BaseGeometry, end: float, *, along_x: bool) -> BaseGeometry:
    west, south, east, north = shape.bounds
    box = (west, south, end, north) if along_x else (west, south, east, end)
    return part_in_rectangle(shape, box)
