"""Ground that two communes claim: it goes to the lower code, and is told."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from layers.base.findings import Finding, Findings
from layers.base.language import Phrase, format_number
from layers.base.workers import Workers, local_workers, run_pieces
from layers.engine.rings import FloatArray, IntArray, rings_of
from layers.engine.shared_area import BinnedEdges, bin_edges, doubtful_ground, shared_areas

__all__ = ["meeting_bounds", "settle_claims"]


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
    groups = np.array_split(pairs, 4 * local_workers(workers), axis=1)
    measure = partial(shared_areas, edges, edges)
    areas = np.concatenate(list(run_pieces(measure, groups, workers=local_workers(workers))))
    doubt = doubtful_ground(rings, count)
    disputed = areas > doubt[pairs[0]] + doubt[pairs[1]]
    if not disputed.any():
        return shapes
    pairs, areas = pairs[:, disputed], areas[disputed]
    result = shapes.copy()
    for loser in np.unique(pairs[1]):
        winners = shapes[pairs[0][pairs[1] == loser]]
        result[loser] = shapely.difference(shapes[loser], shapely.union_all(winners))
    _tell_claims(labels, pairs, areas * unit_m2, source, findings)
    return result


def meeting_bounds(p: BinnedEdges, q: BinnedEdges) -> IntArray:
    """Pairs of polygons whose bounds overlap."""
    first, second = np.isfinite(p.frame[::5]).nonzero()[0], np.isfinite(q.frame[::5]).nonzero()[0]
    asking: Any = shapely.box(*p.bounds[first].T)
    asked: Any = shapely.box(*q.bounds[second].T)
    found = shapely.STRtree(asked).query(asking)
    pairs = np.array([first[found[0]], second[found[1]]], np.int64)
    return np.ascontiguousarray(pairs[:, np.lexsort((pairs[1], pairs[0]))])


def _tell_claims(
    labels: pd.Index[Any], pairs: IntArray, areas_m2: FloatArray, source: str, findings: Findings
) -> None:
    largest = np.argsort(-areas_m2, kind="stable")[:5]
    shown = tuple(f"{labels[a]}/{labels[b]}" for a, b in pairs[:, largest].T)
    count, area_ha = len(areas_m2), float(areas_m2.sum()) / 1e4
    findings.add(
        Finding(
            severity="problem",
            kind="double-claim",
            source=source,
            message=Phrase(
                en=f"{count} pairs of polygons claim the same ground, {area_ha:.4f} ha in all "
                f"({', '.join(shown)}): it was given to the lower code; correct the boundaries.",
                vi=f"{count} cặp vùng chồng lên nhau, tổng "
                f"{format_number(area_ha, 'vi', decimals=4)} ha "
                f"({', '.join(shown)}): phần chồng được tính cho mã nhỏ hơn; hãy chỉnh ranh giới.",
            ),
            count=count,
            area_ha=area_ha,
            examples=shown,
        )
    )
