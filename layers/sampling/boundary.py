"""How sure the area of drawn polygons is: positional errors along their boundaries.

Each vertex of a boundary lies off the truth by a random error with standard deviation σ in east and
in north, and the errors of two vertices d metres apart along the boundary are correlated by
exp(−d / L). The area A = ½ Σ (x_i y_{i+1} − x_{i+1} y_i) then has, to first order, the variance
σ² Σ_ij exp(−d_ij / L) g_i · g_j with g_i = ½ (y_{i+1} − y_{i−1}, x_{i−1} − x_{i+1}), its slope at
vertex i (Chrisman and Yandell 1988, Effects of point error on area calculations, Surveying and
Mapping 48, 241–246, for L = 0; Griffith 1989 for correlated errors); the product of the errors of
neighbours adds ½ σ⁴ Σ (1 − exp(−2 d / L)) over the edges. Of a long boundary of length P with short
correlation that comes to 2 σ² L P.
"""

from __future__ import annotations

import os
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from layers.base.errors import CrsError, InputError
from layers.base.workers import run_pieces
from layers.crs.crs import M2_PER_HA
from layers.sampling.score_interval import Floats

Ints = npt.NDArray[np.int64]

#: Beyond so many correlation lengths errors have nothing to do with each other (e⁻⁸ < 0.04 %).
_REACH = 8.0


def drawn_area_error(
    polygons: gpd.GeoDataFrame,
    *,
    error_m: float,
    correlation_m: float = 0.0,
    by: str | None = None,
) -> pd.Series[float]:
    """Standard error (ha) of the area of drawn polygons, from the positional error of boundaries.

    Polygons of one group that share a boundary are one area: an error of the line between them
    takes from one what it gives to the other.

    Parameters
    ----------
    polygons : geopandas.GeoDataFrame
        Polygons in a projected CRS in metres.
    error_m : float
        Standard deviation of a vertex's error in east and in north (m).
    correlation_m : float
        Distance along the boundary (m) over which the correlation of errors falls to 1/e; 0 where
        each vertex errs for itself.
    by : str or None
        Column of groups whose areas are asked for; all polygons together by default.

    Returns
    -------
    pandas.Series
        Standard error in hectares by group; the only label is ``""`` without ``by``.

    Raises
    ------
    CrsError
        No CRS, or none in metres.
    InputError
        A negative or missing distance.

    Notes
    -----
    What is wrong about the class of a polygon (pine that is acacia) is not in it: only points on
    the ground tell that (`estimate_area`).

    Examples
    --------
    A square of 100 m drawn by four corners, each 5 m off, independently.

    >>> import geopandas as gpd
    >>> from shapely import box
    >>> from layers import drawn_area_error
    >>> square = gpd.GeoDataFrame(geometry=[box(0, 0, 100, 100)], crs=9215)
    >>> round(float(drawn_area_error(square, error_m=5).iloc[0]), 4)
    0.0708
    """
    for name, value in (("error_m", error_m), ("correlation_m", correlation_m)):
        if not (np.isfinite(value) and value >= 0):
            raise InputError("layers.sampling.distance", name=name, value=value)
    crs = polygons.crs
    if crs is None or not crs.is_projected or crs.axis_info[0].unit_conversion_factor != 1:
        raise CrsError("layers.sampling.metres", crs=str(crs))
    groups = pd.Series("", index=polygons.index) if by is None else polygons[by]
    return group_errors(
        polygons.geometry.to_numpy(), groups, error_m=error_m, correlation_m=correlation_m
    )


def group_errors(
    shapes: npt.NDArray[Any],
    groups: pd.Series[str],
    *,
    error_m: float,
    correlation_m: float,
    fit: bool = False,
) -> pd.Series[float]:
    """Standard error (ha) by group; with ``fit`` all shapes are known to fit together."""
    members = groups.groupby(groups.to_numpy()).indices

    def of_group(some: Ints) -> tuple[float, float]:
        return _ring_variance(_as_one(shapes[some], fit=fit), correlation_m)

    rows = [np.asarray(places, dtype=np.int64) for places in members.values()]
    parts = run_pieces(of_group, rows, workers=os.cpu_count() or 1)
    # The first part counts by σ², the second by σ⁴.
    variance = {
        name: error_m**2 * one + error_m**4 * two
        for name, (one, two) in zip(members, parts, strict=True)
    }
    return pd.Series(variance, dtype="float64").pow(0.5) / M2_PER_HA


def _as_one(shapes: npt.NDArray[Any], *, fit: bool) -> shapely.Geometry:
    """One shape of several; plots that fit together, as most do, are joined eight times as fast."""
    if fit or shapely.coverage_is_valid(shapes):
        return shapely.coverage_union_all(shapes)
    return shapely.union_all(shapes)


def _ring_variance(shape: shapely.Geometry, correlation_m: float) -> tuple[float, float]:
    """Variance of a shape's area: what each m² of a vertex's variance adds, and each m⁴."""
    rings = shapely.get_rings(shapely.get_parts(shape))
    if not len(rings):
        return 0.0, 0.0
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    # The last vertex of a ring is its first once more.
    last = np.append(ring[1:] != ring[:-1], True)
    xy, ring = xy[~last], ring[~last]
    starts = np.flatnonzero(np.append(True, ring[1:] != ring[:-1]))
    sizes = np.diff(np.append(starts, len(ring)))
    following = _following(starts, sizes)
    previous = np.empty_like(following)
    previous[following] = np.arange(len(following))
    slope = (xy[following] - xy[previous]) / 2
    own = float((slope**2).sum())
    if correlation_m == 0:
        return own, len(xy) / 2
    edge = np.hypot(*(xy[following] - xy).T)
    length = np.repeat(np.add.reduceat(edge, starts), sizes)
    twice = float((1 - np.exp(-2 * edge / correlation_m)).sum()) / 2
    return own + 2 * _between(slope, edge, length, following, correlation_m), twice


def _following(starts: Ints, sizes: Ints) -> Ints:
    """Index of the next vertex of the same ring."""
    following: Ints = np.arange(1, int(sizes.sum()) + 1)
    following[starts + sizes - 1] = starts
    return following


def _between(
    slope: Floats, edge: Floats, length: Floats, following: Ints, correlation_m: float
) -> float:
    """Sum over pairs of vertices of one ring, one step further apart at a time."""
    here = np.arange(len(following))
    there, apart = following.copy(), edge.copy()
    total = 0.0
    while True:
        # Round the ring each pair is met from both sides: at half its length, half from each.
        half = length / 2
        near = (apart <= half * (1 + 1e-12)) & (apart <= _REACH * correlation_m)
        here, there, apart, length = here[near], there[near], apart[near], length[near]
        if not len(here):
            return total
        share = np.where(np.isclose(apart, length / 2, rtol=1e-12, atol=0), 0.5, 1.0)
        dot = (slope[here] * slope[there]).sum(axis=1)
        total += float((share * np.exp(-apart / correlation_m) * dot).sum())
        apart = apart + edge[there]
        there = following[there]
