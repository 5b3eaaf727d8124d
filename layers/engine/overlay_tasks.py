"""Communes that share no ground, and one piece of an overlay: some plots and those around them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyproj
import shapely

from layers.base.errors import ClosureError
from layers.base.findings import Findings
from layers.base.workers import Workers
from layers.crs.areal_scale import check_areal_scale, square_unit_m2
from layers.engine.overlaps import settle_claims
from layers.engine.polygon_input import require_columns, take_in
from layers.engine.repair import NO_REPAIRS, RepairMode, mend
from layers.engine.rings import FloatArray, IntArray, Rings, rings_of
from layers.engine.shared_area import (
    BinnedEdges,
    bin_edges,
    doubtful_ground,
    look_around,
    shared_areas,
)


@dataclass(frozen=True, slots=True)
class CommuneGround:
    """Communes that share no ground."""

    ids: pd.Index[Any]  # Each id once, sorted
    number: IntArray  # Position in ``ids`` of each shape
    shapes: npt.NDArray[Any]  # Valid polygons, sorted by id; several may belong to one
    crs: pyproj.CRS  # Projected CRS

    @property
    def unit_m2(self) -> float:
        """Square metres in a square unit of the CRS."""
        return square_unit_m2(self.crs)

    def edges(self) -> GroundEdges:
        """Edges by id, in bins."""
        return GroundEdges.of(rings_of(self.shapes).owned_by(self.number), len(self.ids))


@dataclass(frozen=True, slots=True)
class GroundEdges:
    """Edges of communes in bins, and the rings that they come from."""

    rings: Rings
    edges: BinnedEdges
    across: BinnedEdges  # The same with x and y exchanged

    def __reduce__(self) -> tuple[Any, tuple[Any, ...]]:
        """Cross a process border without bins, which are six times as large as the rings."""
        return GroundEdges.of, (self.rings, self.communes)

    @property
    def communes(self) -> int:
        """Number of communes."""
        return len(self.edges.bounds)

    @staticmethod
    def of(rings: Rings, communes: int) -> GroundEdges:
        """Put the edges of rings, whose owners are numbers of communes, into bins."""
        across = rings.moved(rings.y, rings.x)
        return GroundEdges(rings, bin_edges(rings, communes), bin_edges(across, communes))


def take_communes(
    communes: gpd.GeoDataFrame,
    id_column: str,
    *,
    repair: RepairMode,
    findings: Findings,
    workers: Workers = 1,
) -> CommuneGround:
    """Check communes, repair what is invalid and give disputed ground to the lower id."""
    require_columns(communes, [id_column], "communes")
    intake = take_in(
        communes,
        communes[id_column],
        source="communes",
        repair=repair,
        findings=findings,
        workers=workers,
    )
    check_areal_scale(intake.crs, shapely.bounds(intake.shapes))
    by_id = intake.ids.argsort()
    rank = np.empty(len(by_id), np.int64)
    rank[by_id] = np.arange(len(by_id))
    rows = np.argsort(rank[intake.number], kind="stable")
    ids, number = intake.ids[by_id], rank[intake.number[rows]]
    shapes = settle_claims(
        intake.shapes[rows],
        ids[number],
        unit_m2=square_unit_m2(intake.crs),
        source="communes",
        findings=findings,
        workers=workers,
    )
    return CommuneGround(ids, number, shapes, intake.crs)


#: Number of the ground outside every commune.
OUTSIDE = -1
#: Plots of one task: bounds its memory, and what a cluster does again when a worker dies.
TASK_PLOTS = 8192
#: Up to so many communes every plot of a task is compared with all of them, in file order: to reach
#: the plots' coordinates out of that order costs more. Beyond, neighbours are taken together.
FEW_COMMUNES = 256
# What rounding may leave open of a plot, relative to its area.
CLOSURE_RATIO = 1e-9


@dataclass(frozen=True, slots=True)
class SharePiece:
    """What is needed to share out some plots; it can be sent to another process."""

    rows: IntArray  # Rows of the plots
    shapes: npt.NDArray[Any]  # Polygons, missing or empty ones among them
    numbers: IntArray  # Numbers of the communes
    ground: GroundEdges  # Their edges
    unit_m2: float  # Square metres in a square unit of the coordinates

    def __reduce__(self) -> tuple[Any, tuple[Any, ...]]:
        """Cross a process border with the communes around the plots alone; bins are made anew."""
        near = self.members(shapely.bounds(self.shapes))
        place = np.full(len(self.numbers), -1)
        place[near] = np.arange(len(near))
        rings = self.ground.rings
        few = rings.take(np.flatnonzero(place[rings.part_owner] >= 0)).owned_by(place)
        # Geometries that are sent one by one take longer than they are worked on
        packed = shapely.to_wkb(self.shapes)
        return _arrived, (self.rows, packed, self.numbers[near], few, self.unit_m2)

    def members(self, bounds: FloatArray) -> IntArray:
        """Find the communes whose bounds meet those of all plots together."""
        if np.isnan(bounds).all():
            return np.empty(0, np.int64)
        west, south = np.nanmin(bounds[:, 0]), np.nanmin(bounds[:, 1])
        east, north = np.nanmax(bounds[:, 2]), np.nanmax(bounds[:, 3])
        box = self.ground.edges.bounds
        return np.flatnonzero(
            (box[:, 0] < east) & (box[:, 1] < north) & (box[:, 2] > west) & (box[:, 3] > south)
        )


def _arrived(
    rows: IntArray, packed: npt.NDArray[Any], numbers: IntArray, rings: Rings, unit_m2: float
) -> SharePiece:
    ground, shapes = GroundEdges.of(rings, len(numbers)), shapely.from_wkb(packed)
    return SharePiece(rows, shapes, numbers, ground, unit_m2)


@dataclass(frozen=True, slots=True)
class Shares:
    """Pieces of plots, as parallel columns, by row and commune; the part outside comes last."""

    row: IntArray  # Row of the plot
    commune: IntArray  # Number of the commune, or ``OUTSIDE``
    share: FloatArray  # Share of the plot; those of a plot sum to 1
    area_m2: FloatArray  # Area of the piece
    repairs: pd.DataFrame  # Plots that were repaired, columns of ``REPAIRS``
    lacking: IntArray  # Rows of plots without geometry

    def take(self, pieces: IntArray) -> Shares:
        """Pick some pieces; what was repaired and what is lacking stays."""
        row, commune = self.row[pieces], self.commune[pieces]
        share, area = self.share[pieces], self.area_m2[pieces]
        return Shares(row, commune, share, area, self.repairs, self.lacking)

    def moved(self, first: int) -> Shares:
        """Count rows from another one on."""
        repairs = self.repairs.assign(position=self.repairs["position"] + first)
        return replace(self, row=self.row + first, repairs=repairs, lacking=self.lacking + first)

    @staticmethod
    def join(shares: list[Shares]) -> Shares:
        """Bring the pieces of all tasks into one order."""
        kinds = {"row": "i8", "commune": "i8", "share": "f8", "area_m2": "f8", "lacking": "i8"}
        row, commune, share, area, lacking = (
            np.concatenate([getattr(s, name) for s in shares] or [np.empty(0, dtype)])
            for name, dtype in kinds.items()
        )
        last = commune.max(initial=0) + 1
        order = np.argsort(row * (last + 1) + np.where(commune == OUTSIDE, last, commune))
        repairs = [s.repairs for s in shares if len(s.repairs)]
        table = pd.concat(repairs).sort_values("position") if repairs else NO_REPAIRS
        return Shares(
            row[order], commune[order], share[order], area[order], table, np.sort(lacking)
        )


def share_pieces(
    shapes: npt.NDArray[Any], ground: GroundEdges, unit_m2: float
) -> Iterator[SharePiece]:
    """Cut the work: some plots together, with the communes; ``unit_m2`` is m² in a square unit."""
    numbers = np.arange(ground.communes)
    many = len(numbers) > FEW_COMMUNES
    for rows in _tasks(shapely.bounds(shapes) if many else None, len(shapes)):
        yield SharePiece(rows, shapes[rows], numbers, ground, unit_m2)


def _tasks(bounds: FloatArray | None, plots: int) -> Iterator[IntArray]:
    """Rows of each task: in file order, or, with bounds, squares of plots that lie together.

    Strips of as many plots each from south to north, each cut from west to east: no task reaches
    from one strip into the next, or the communes around it would be those of the whole breadth.
    """
    strips, column = [np.arange(plots)], np.arange(float(plots))
    if bounds is not None:
        count = max(1, round((plots / TASK_PLOTS) ** 0.5))
        strips = np.array_split(np.argsort(bounds[:, 1], kind="stable"), count)
        column = bounds[:, 0]
    for strip in strips:
        along = strip[np.argsort(column[strip], kind="stable")]
        if len(along):
            yield from np.array_split(along, -(-len(along) // TASK_PLOTS))


def plot_shares(piece: SharePiece) -> Shares:
    """Share out some plots among the communes around them."""
    shapes, plots = piece.shapes, len(piece.rows)
    rings = rings_of(shapes)
    lacking = piece.rows[np.bincount(rings.part_owner, minlength=plots) == 0]
    shapes, repairs = mend(shapes, rings, areas=lambda some: shapely.area(some) * piece.unit_m2)
    if len(repairs):
        rings = rings_of(shapes)
        repairs = repairs.assign(position=piece.rows[repairs["position"]])
    bounds = shapely.bounds(shapes)
    area, members = rings.areas(plots), piece.members(bounds)
    looks = look_around(bounds, piece.ground.edges, members)
    whole, inside = np.nonzero(looks == 1.0)
    (cut, crossed), cut_area, doubt = _cut(rings, area, looks, members, piece)
    plot, shared = np.concatenate([whole, cut]), np.concatenate([area[whole], cut_area])
    commune = piece.numbers[members[np.concatenate([inside, crossed])]]
    outside = area - np.bincount(plot, shared, plots)
    slack = doubt * (1 + np.bincount(plot, minlength=plots)) + CLOSURE_RATIO * area
    over = np.flatnonzero(outside < -slack)
    if len(over):
        _raise_over(piece.rows[over], outside[over] * piece.unit_m2)
    homeless = np.bincount(plot, minlength=plots) == 0
    left = np.flatnonzero((outside > np.maximum(doubt, CLOSURE_RATIO * area)) | homeless)
    _check_outside(rings, left, area[left] - outside[left], members, piece)
    plot = np.concatenate([plot, left])
    commune = np.concatenate([commune, np.full(len(left), OUTSIDE)])
    shared = _closed(plot, np.concatenate([shared, outside[left]]), area)
    full = area[plot]
    share = np.divide(shared, full, out=np.ones(len(plot)), where=full > 0)
    return Shares(piece.rows[plot], commune, share, shared * piece.unit_m2, repairs, lacking)


def _cut(
    rings: Rings, area: FloatArray, looks: FloatArray, members: IntArray, piece: SharePiece
) -> tuple[IntArray, FloatArray, FloatArray]:
    """Share out the plots whose bounds a boundary meets.

    Returns pairs of a plot and the position of a commune in ``members``, their areas, and the
    doubt by plot.
    """
    doubt = np.zeros(len(looks))
    near = np.flatnonzero(np.isnan(looks).any(axis=1))
    few = _only(rings, near, len(looks))
    first, second = pairs = np.array(np.nonzero(np.isnan(looks[near])), np.int64)
    asked = np.array([first, members[second]])
    shared = shared_areas(bin_edges(few, len(near)), piece.ground.edges, asked)
    # Of a plot that is itself smaller than the doubt, a millionth is doubtful.
    doubt[near] = np.minimum(doubtful_ground(few, len(near)), 1e-6 * area[near])
    pairs[0] = near[first]
    kept = shared > doubt[pairs[0]]
    return pairs[:, kept], shared[kept], doubt


def _only(rings: Rings, chosen: IntArray, plots: int) -> Rings:
    """Rings of some of the plots, which are numbered anew."""
    number = np.full(plots, -1)
    number[chosen] = np.arange(len(chosen))
    return rings.take(np.flatnonzero(number[rings.part_owner] >= 0)).owned_by(number)


def _check_outside(
    rings: Rings, left: IntArray, inside: FloatArray, members: IntArray, piece: SharePiece
) -> None:
    """Measure anew, with x and y exchanged, what communes hold of the plots that reach outside.

    What is left of a plot is the difference to its own area, so that its pieces close whatever is
    wrong with them. Other edges in other bins meet the second time, of all communes around.
    """
    count, many = len(left), len(members)
    few = _only(rings, left, len(piece.rows))
    pairs = np.array([np.repeat(np.arange(count), many), np.tile(members, count)])
    turned = bin_edges(few.moved(few.y, few.x), count)
    again = shared_areas(turned, piece.ground.across, pairs).reshape(count, many).sum(axis=1)
    slack = doubtful_ground(few, count) * (2 + many) + CLOSURE_RATIO * few.areas(count)
    wrong = np.flatnonzero(np.abs(again - inside) > slack)
    if len(wrong):
        _raise_lost(piece.rows[left[wrong]], (again - inside)[wrong] * piece.unit_m2)


def largest_pieces(plot: IntArray, area: FloatArray) -> IntArray:
    """Positions of the largest piece of each plot; the first among equals."""
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
        "layers.engine.parts_exceed_plot", count=len(rows), rows=rows, outside=-outside.min()
    )


def _raise_lost(rows: IntArray, difference_m2: FloatArray) -> None:
    worst = float(np.abs(difference_m2).max())
    raise ClosureError(
        "layers.engine.outer_boundary_differs", count=len(rows), worst=worst, rows=rows
    )
