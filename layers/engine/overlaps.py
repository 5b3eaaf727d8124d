"""Polygons that share ground: plots that would count double, communes that claim it twice."""

from __future__ import annotations

from functools import partial
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from layers.base.findings import Finding, Findings, severity_of_area
from layers.base.messages import message
from layers.base.workers import Workers, local_workers, run_pieces
from layers.crs.areal_scale import check_areal_scale, square_unit_m2
from layers.engine.polygon_input import attach_findings, take_in
from layers.engine.rectangle import part_in_rectangle
from layers.engine.rings import FloatArray, IntArray, rings_of
from layers.engine.shared_area import BinnedEdges, bin_edges, doubtful_ground, shared_areas


def check_overlaps(
    plots: gpd.GeoDataFrame, *, minimum_m2: float = 0.0, findings: Findings | None = None
) -> pd.DataFrame:
    """Pairs of plots that share ground, with the hectares that would count double.

    Parameters
    ----------
    plots : geopandas.GeoDataFrame
        Polygons in a projected CRS in which plane areas are those of the ground. Invalid ones are
        taken as repaired; those without geometry overlap nothing.
    minimum_m2 : float
        Pairs that share less are left out. What the last digits of the coordinates cannot tell
        from nothing is left out in any case.
    findings : Findings, optional
        Takes what was found on the way: repairs, plots without geometry. The same stands in
        ``attrs["findings"]`` of the result. The pairs are the caller's to judge.

    Returns
    -------
    pandas.DataFrame
        Columns ``["plot", "other", "area_ha", "share_ratio"]``: index labels of the two plots in
        the order of ``plots``, shared hectares, and these as a share of the smaller plot (1 for a
        plot drawn twice). Largest first. Where three plots share ground it stands in three pairs.

    Raises
    ------
    InputError
        Geometry is not polygonal.
    CrsError
        The CRS is missing, not projected, or falsifies areas by more than 0.2 %.

    Examples
    --------
    >>> from shapely import box
    >>> plots = gpd.GeoDataFrame(
    ...     geometry=[box(450e3, 24e5, 450_100, 2_400_100), box(450_050, 24e5, 450_150, 2_400_100)],
    ...     crs="EPSG:9215",
    ... )
    >>> check_overlaps(plots).to_csv(index=False).splitlines()
    ['plot,other,area_ha,share_ratio', '0,1,0.5,0.5']
    """
    found = Findings()
    intake = take_in(
        plots, pd.RangeIndex(len(plots)), source="plots", repair="repair", findings=found
    )
    check_areal_scale(intake.crs, shapely.bounds(intake.shapes))
    count = len(plots)
    rings = rings_of(intake.shapes)
    edges, areas, doubt = bin_edges(rings, count), rings.areas(count), doubtful_ground(rings, count)
    pairs = meeting_bounds(edges, edges)
    pairs = pairs[:, pairs[0] < pairs[1]]
    shared = shared_areas(edges, edges, pairs)
    factor = square_unit_m2(intake.crs)
    there = (shared > doubt[pairs[0]] + doubt[pairs[1]]) & (shared * factor >= minimum_m2)
    (first, second), shared = pairs[:, there], shared[there]
    table = pd.DataFrame(
        {
            "plot": plots.index.take(first),
            "other": plots.index.take(second),
            "area_ha": shared * factor / 1e4,
            "share_ratio": shared / np.minimum(areas[first], areas[second]),
        }
    )
    table = table.sort_values("area_ha", ascending=False, kind="stable", ignore_index=True)
    attach_findings(table, found)
    if findings is not None:
        findings.extend(found.items)
    return table


#: How far beyond a polygon others are looked at, as a share of its size.
_BEYOND = 0.01


def settle_claims(
    shapes: npt.NDArray[Any],
    labels: pd.Index[Any],
    *,
    unit_m2: float,
    source: str,
    findings: Findings,
    workers: Workers = 1,
) -> npt.NDArray[Any]:
    """Take from each polygon what an earlier one claims as well."""
    count = len(shapes)
    rings = rings_of(shapes)
    edges = bin_edges(rings, count)
    pairs = meeting_bounds(edges, edges)
    pairs = pairs[:, pairs[0] < pairs[1]]
    workers = local_workers(workers)
    groups = np.array_split(pairs, 4 * workers, axis=1)
    measure = partial(shared_areas, edges, edges)
    areas = np.concatenate(list(run_pieces(measure, groups, workers=workers)))
    doubt = doubtful_ground(rings, count)
    disputed = areas > doubt[pairs[0]] + doubt[pairs[1]]
    if not disputed.any():
        return shapes
    pairs, areas = pairs[:, disputed], areas[disputed]
    losers = np.unique(pairs[1])
    result, left = shapes.copy(), partial(_left, shapes, pairs)
    result[losers] = np.fromiter(run_pieces(left, losers, workers=workers), object, len(losers))
    # Ground that three claim is in three pairs, but is given away once by each that loses it.
    lost = float((shapely.area(shapes) - shapely.area(result)).sum()) * unit_m2
    _tell_claims(labels, pairs, areas, lost / 1e4, source, findings)
    return result


def _left(shapes: npt.NDArray[Any], pairs: IntArray, loser: int) -> Any:
    """Polygon without what the first polygons of its pairs claim."""
    winners = shapes[pairs[0][pairs[1] == loser]]
    west, south, east, north = shapely.bounds(shapes[loser])
    # Far sides of the winners take most of the time; what is cut there lies beyond the loser.
    margin = max(east - west, north - south) * _BEYOND
    bounds = west - margin, south - margin, east + margin, north + margin
    near = [part_in_rectangle(winner, bounds) for winner in winners]
    return shapely.difference(shapes[loser], shapely.union_all(near))


def meeting_bounds(p: BinnedEdges, q: BinnedEdges) -> IntArray:
    """Pairs of polygons whose bounds overlap."""
    first, second = np.isfinite(p.frame[::5]).nonzero()[0], np.isfinite(q.frame[::5]).nonzero()[0]
    asking: Any = shapely.box(*p.bounds[first].T)
    asked: Any = shapely.box(*q.bounds[second].T)
    found = shapely.STRtree(asked).query(asking)
    pairs = np.array([first[found[0]], second[found[1]]], np.int64)
    return np.ascontiguousarray(pairs[:, np.lexsort((pairs[1], pairs[0]))])


def _tell_claims(
    labels: pd.Index[Any],
    pairs: IntArray,
    areas: FloatArray,
    area_ha: float,
    source: str,
    findings: Findings,
) -> None:
    largest = np.argsort(-areas, kind="stable")[:5]
    shown = tuple(f"{labels[a]}/{labels[b]}" for a, b in pairs[:, largest].T)
    count = len(areas)
    findings.add(
        Finding(
            severity=severity_of_area(area_ha, decimals=4),
            kind="double-claim",
            source=source,
            message=message(
                "layers.engine.double_claim", count=count, area_ha=area_ha, shown=shown
            ),
            count=count,
            area_ha=area_ha,
            examples=shown,
        )
    )
