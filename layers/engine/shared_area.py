"""Area that two polygons share, without constructing their intersection.

The algebra. The edges of a polygon, each with a sign, say where the polygon is: with ``s = +1`` for
an edge that has the inside below it, ``-1`` for one that has it above, a point lies inside if the
signs of all edges above it add up to 1. The product of two such sums is the intersection, and its
area is a sum over pairs of edges, ``f`` and ``g`` being the straight lines through them,

    area(P ∩ Q) = Σ s_i t_j ∫ (min(f_i(x), g_j(x)) - y0) dx

where ``x`` runs over what the two edges have in common and ``y0`` is any level below. The smaller
of two straight lines is straight but for one bend, so that each term is one or two trapezoids. No
vertex is computed, nothing can fail to be noded, and vertical or repeated edges add nothing.

A plot needs only the edges of the other polygon over its own stretch of ``x``: they are found
through bins. Of those, edges below the plot add nothing, edges above it act as if they ran along
its top; and when no edge meets the plot's bounds the plot is wholly inside or wholly outside.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numba import types

from layers.engine.kernels import FLOAT_OUT, FLOATS, INT_OUT, INTS, inner_kernel, kernel
from layers.engine.rings import FloatArray, IntArray, Rings, offsets, spans

# About so many edges lie in each bin of a polygon.
EDGES_PER_BIN = 16
# Rounding must not drop an edge from a bin that it barely reaches: bins take a little more.
MARGIN = 1e-9
# Coordinates are known to this many units in the last place of the largest of them.
LAST_PLACES = 8
EPSILON = 2.0**-52
# A covered share of a rectangle's width this close to 0 or 1 is 0 or 1.
ROUNDING = 1e-12

_BINNED = (FLOATS, INTS, INTS, FLOATS)
_F = types.float64


@dataclass(frozen=True, slots=True)
class BinnedEdges:
    """Edges of some polygons, each polygon's in bins along x."""

    frame: FloatArray  # Lowest x, lowest y, highest x, highest y, width of the polygon's bins
    first_bin: IntArray  # First bin of each polygon, and the number of bins at the end
    bin_start: IntArray  # First line of each bin, and their number at the end
    # Left x, its y, right x, its y, sign; an edge stands in every bin that it reaches
    lines: FloatArray

    @property
    def arrays(self) -> tuple[FloatArray, IntArray, IntArray, FloatArray]:
        """Fields in the order in which the kernels take them."""
        return self.frame, self.first_bin, self.bin_start, self.lines

    @property
    def bounds(self) -> FloatArray:
        """Bounds of the polygons, shape (polygons, 4); infinite where there is no polygon."""
        return self.frame.reshape(-1, 5)[:, :4]

    def take(self, polygons: IntArray) -> BinnedEdges:
        """Pick some polygons."""
        bins = spans(self.first_bin, polygons)
        lines = spans(self.bin_start, bins)
        return BinnedEdges(
            self.frame.reshape(-1, 5)[polygons].ravel(),
            offsets(np.diff(self.first_bin)[polygons]),
            offsets(np.diff(self.bin_start)[bins]),
            self.lines.reshape(-1, 5)[lines].ravel(),
        )


def bin_edges(rings: Rings, polygons: int) -> BinnedEdges:
    """Put the edges of polygons into bins."""
    frame = np.tile([math.inf, math.inf, -math.inf, -math.inf, 0.0], (polygons, 1))
    parts = rings.part_bounds()
    np.minimum.at(frame[:, :2], rings.part_owner, parts[:, :2])
    np.maximum.at(frame[:, 2:4], rings.part_owner, parts[:, 2:])
    edges = np.bincount(rings.part_owner, np.diff(rings.part_start), polygons).astype(np.int64)
    bins = np.where(edges > 0, edges // EDGES_PER_BIN + 1, 0)
    np.divide(frame[:, 2] - frame[:, 0], bins, out=frame[:, 4], where=bins > 0)
    first_bin = np.concatenate(([0], np.cumsum(bins))).astype(np.int64)
    flat = frame.ravel()
    ring_owner = np.repeat(rings.part_owner, np.diff(rings.part_ring))
    where = (rings.x, rings.y, rings.ring_start, rings.ring_sign, ring_owner, flat, first_bin)
    next_line = np.zeros(first_bin[-1] + 1, np.int64)
    _fill_bins(*where, next_line, np.empty(0))  # counts what each bin will hold
    bin_start = offsets(next_line[:-1])
    lines = np.empty(5 * bin_start[-1])
    next_line = bin_start.copy()
    _fill_bins(*where, next_line, lines)
    return BinnedEdges(flat, first_bin, bin_start, lines)


def look_around(bounds: FloatArray, q: BinnedEdges, members: IntArray) -> FloatArray:
    """Tell which rectangles lie wholly inside or outside which polygons."""
    result = np.zeros((len(bounds), len(members)))
    _look_around(np.ascontiguousarray(bounds).ravel(), members, *q.arrays, result.ravel())
    return result


def shared_areas(p: BinnedEdges, q: BinnedEdges, pairs: IntArray) -> FloatArray:
    """Area that the polygons of each pair share."""
    first, second = np.ascontiguousarray(pairs, dtype=np.int64)
    areas = np.zeros(len(first))
    _pair_areas(*p.arrays, *q.arrays, first, second, areas)
    return areas


def doubtful_ground(rings: Rings, polygons: int) -> FloatArray:
    """Area that the last digits of a polygon's coordinates cannot tell from none."""
    step = np.hypot(np.diff(rings.x), np.diff(rings.y))
    step[rings.ring_start[1:-1] - 1] = 0.0
    vertices = np.diff(rings.part_start)
    owner = np.repeat(rings.part_owner, vertices)
    perimeter = np.bincount(owner[:-1], step, polygons).astype(np.float64)
    largest = np.ones(polygons)
    np.maximum.at(largest, rings.part_owner, np.abs(rings.part_bounds()).max(axis=1, initial=1.0))
    doubt: FloatArray = perimeter * largest * EPSILON * LAST_PLACES
    return doubt


@kernel((FLOATS, FLOATS, INTS, FLOATS, INTS, FLOATS, INTS, INT_OUT, FLOAT_OUT))
def _fill_bins(
    x: FloatArray,
    y: FloatArray,
    ring_start: IntArray,
    ring_sign: FloatArray,
    ring_owner: IntArray,
    frame: FloatArray,
    first_bin: IntArray,
    next_line: IntArray,
    lines: FloatArray,
) -> None:
    """Write edges into their bins, from ``next_line`` on; only count them if there is no room."""
    for ring in range(len(ring_owner)):
        q = ring_owner[ring]
        first, most = first_bin[q], first_bin[q + 1] - first_bin[q] - 1
        low, width = frame[5 * q], frame[5 * q + 4]
        for v in range(ring_start[ring], ring_start[ring + 1] - 1):
            if x[v] == x[v + 1] or ring_sign[ring] == 0.0:
                continue
            sign = ring_sign[ring] if x[v] > x[v + 1] else -ring_sign[ring]
            a, b = (v, v + 1) if x[v] < x[v + 1] else (v + 1, v)
            k_first = max(math.floor((x[a] - low) / width - MARGIN), 0)
            k_last = min(math.floor((x[b] - low) / width + MARGIN), most)
            for k in range(first + k_first, first + k_last + 1):
                n = 5 * next_line[k]
                next_line[k] += 1
                if len(lines) > 0:
                    lines[n], lines[n + 1], lines[n + 2] = x[a], y[a], x[b]
                    lines[n + 3], lines[n + 4] = y[b], sign


@inner_kernel((_F,) * 6)
def _least_integral(
    left: float, right: float, f_left: float, f_right: float, g_left: float, g_right: float
) -> float:
    """Integral from left to right of the smaller of two straight lines, given by their ends."""
    d_left, d_right = f_left - g_left, f_right - g_right
    if d_left <= 0.0 and d_right <= 0.0:
        return 0.5 * (right - left) * (f_left + f_right)
    if d_left >= 0.0 and d_right >= 0.0:
        return 0.5 * (right - left) * (g_left + g_right)
    share = d_left / (d_left - d_right)
    middle = f_left + share * (f_right - f_left)
    first, last = min(f_left, g_left) + middle, min(f_right, g_right) + middle
    return 0.5 * (right - left) * (share * first + (1.0 - share) * last)


@inner_kernel((FLOATS, INTS, types.int64, _F, _F))
def _bin_range(
    frame: FloatArray,
    first_bin: IntArray,
    q: int,
    left: float,
    right: float,
) -> tuple[int, int]:
    """First and last bin of a polygon between two x."""
    low, width, most = frame[5 * q], frame[5 * q + 4], first_bin[q + 1] - first_bin[q] - 1
    return (
        min(max(math.floor((left - low) / width), 0), most),
        min(max(math.floor((right - low) / width), 0), most),
    )


@inner_kernel((*_BINNED, types.int64, *(_F,) * 5))
def _area_under(
    frame: FloatArray,
    first_bin: IntArray,
    bin_start: IntArray,
    lines: FloatArray,
    p: int,
    left: float,
    right: float,
    g_left: float,
    g_right: float,
    level: float,
) -> float:
    """Area of polygon ``p`` below a line from left to right and above ``level``.

    ``g_left`` and ``g_right`` are the line's heights above the level.
    """
    if g_left < 0.0:
        left, g_left = left + (right - left) * (g_left / (g_left - g_right)), 0.0
    elif g_right < 0.0:
        right, g_right = left + (right - left) * (g_left / (g_left - g_right)), 0.0
    if left >= right:
        return 0.0
    slope = (g_right - g_left) / (right - left)
    low, width = frame[5 * p], frame[5 * p + 4]
    k_first, k_last = _bin_range(frame, first_bin, p, left, right)
    total = 0.0
    for k in range(k_first, k_last + 1):
        start = left if k == k_first else low + k * width
        stop = right if k == k_last else low + (k + 1) * width
        for n in range(bin_start[first_bin[p] + k], bin_start[first_bin[p] + k + 1]):
            i = 5 * n
            a, b = max(lines[i], start), min(lines[i + 2], stop)
            if a >= b:
                continue
            f_slope = (lines[i + 3] - lines[i + 1]) / (lines[i + 2] - lines[i])
            f_a = (lines[i + 1] - level) + (a - lines[i]) * f_slope
            f_b = (lines[i + 1] - level) + (b - lines[i]) * f_slope
            g_a, g_b = g_left + (a - left) * slope, g_left + (b - left) * slope
            total += lines[i + 4] * _least_integral(a, b, f_a, f_b, g_a, g_b)
    return total


@inner_kernel((FLOATS, types.int64, _F, _F))
def _stretch(
    lines: FloatArray, i: int, start: float, stop: float
) -> tuple[float, float, float, float]:
    """Part of a line between two x: its ends and their heights; empty if the ends are equal."""
    a, b = max(lines[i], start), min(lines[i + 2], stop)
    if a >= b:
        return a, a, 0.0, 0.0
    slope = (lines[i + 3] - lines[i + 1]) / (lines[i + 2] - lines[i])
    return (
        a,
        b,
        lines[i + 1] + (a - lines[i]) * slope,
        lines[i + 1] + (b - lines[i]) * slope,
    )


@inner_kernel((FLOATS, types.int64, types.int64, *(_F,) * 4))
def _first_look(
    lines: FloatArray, first: int, last: int, start: float, stop: float, bottom: float, top: float
) -> float:
    """Width of the stretches of one bin that lie below the polygon; NaN if an edge meets them."""
    below = 0.0
    for i in range(5 * first, 5 * last, 5):
        if max(lines[i + 1], lines[i + 3]) <= bottom:
            continue
        a, b, g_a, g_b = _stretch(lines, i, start, stop)
        if a == b or max(g_a, g_b) <= bottom:
            continue
        if min(g_a, g_b) < top:
            return math.nan
        below += lines[i + 4] * (b - a)
    return below


@kernel((FLOATS, INTS, *_BINNED, FLOAT_OUT))
def _look_around(
    bounds: FloatArray,
    members: IntArray,
    frame: FloatArray,
    first_bin: IntArray,
    bin_start: IntArray,
    lines: FloatArray,
    result: FloatArray,
) -> None:
    """Tell by the edges above each rectangle, unless one meets it, whether it is covered.

    Vertical edges are not among them: where one crosses a rectangle, only part of its width is
    covered.
    """
    for rectangle in range(len(bounds) // 4):
        left, bottom = bounds[4 * rectangle], bounds[4 * rectangle + 1]
        right, top = bounds[4 * rectangle + 2], bounds[4 * rectangle + 3]
        for member in range(len(members)):
            q = members[member]
            if not (frame[5 * q] < right and frame[5 * q + 2] > left):
                continue
            if not (frame[5 * q + 1] < top and frame[5 * q + 3] > bottom):
                continue
            inside = frame[5 * q] <= left and frame[5 * q + 2] >= right
            below = 0.0 if inside else math.nan
            k_first, k_last = _bin_range(frame, first_bin, q, left, right)
            for k in range(k_first, k_last + 1):
                if math.isnan(below):
                    break
                n = first_bin[q] + k
                start = left if k == k_first else frame[5 * q] + k * frame[5 * q + 4]
                stop = right if k == k_last else frame[5 * q] + (k + 1) * frame[5 * q + 4]
                below += _first_look(
                    lines, bin_start[n], bin_start[n + 1], start, stop, bottom, top
                )
            covered = below / (right - left)
            whole = round(covered)
            here = rectangle * len(members) + member
            result[here] = whole if abs(covered - whole) < ROUNDING else math.nan


@kernel((*_BINNED, *_BINNED, INTS, INTS, FLOAT_OUT))
def _pair_areas(
    p_frame: FloatArray,
    p_first_bin: IntArray,
    p_bin_start: IntArray,
    p_lines: FloatArray,
    frame: FloatArray,
    first_bin: IntArray,
    bin_start: IntArray,
    lines: FloatArray,
    pair_p: IntArray,
    pair_q: IntArray,
    areas: FloatArray,
) -> None:
    """Sum over the edges of ``q`` that are not below the bounds of ``p``."""
    for pair in range(len(pair_p)):
        p, q = pair_p[pair], pair_q[pair]
        bottom, top = p_frame[5 * p + 1], p_frame[5 * p + 3]
        left, right = max(p_frame[5 * p], frame[5 * q]), min(p_frame[5 * p + 2], frame[5 * q + 2])
        if left >= right or frame[5 * q + 1] >= top or frame[5 * q + 3] <= bottom:
            continue
        k_first, k_last = _bin_range(frame, first_bin, q, left, right)
        for k in range(k_first, k_last + 1):
            start = left if k == k_first else frame[5 * q] + k * frame[5 * q + 4]
            stop = right if k == k_last else frame[5 * q] + (k + 1) * frame[5 * q + 4]
            n = first_bin[q] + k
            for i in range(5 * bin_start[n], 5 * bin_start[n + 1], 5):
                a, b, g_a, g_b = _stretch(lines, i, start, stop)
                if a == b or max(g_a, g_b) <= bottom:
                    continue
                areas[pair] += lines[i + 4] * _area_under(
                    p_frame, p_first_bin, p_bin_start, p_lines,
                    p, a, b, g_a - bottom, g_b - bottom, bottom,
                )  # fmt: skip
