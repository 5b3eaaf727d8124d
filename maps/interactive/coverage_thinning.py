"""First thinning of a large coverage: small bends go before the borders are simplified for good.

Simplifying by Visvalingam and Whyatt takes the vertex of the smallest triangle away again and
again, in one queue for all borders. Most vertices of a country fall in its first rounds, and those
can be taken away together: whatever is the smallest between its two neighbours, and small enough.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

__all__ = ["thin_coverage"]

Geometries = npt.NDArray[np.object_]
Flags = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Values = npt.NDArray[Any]

_ROUNDS = 3
_MIXERS = np.array([0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0xD6E8FEB86659FD93], dtype=np.uint64)
_SHORT_RING = 12


def thin_coverage(shapes: Geometries, tolerance: float) -> Geometries:
    """Take small bends out of shared borders, the same on both sides."""
    parts, owners = shapely.get_parts(shapes, return_index=True)
    whole = np.full(len(shapes), None, dtype=object)
    shapely.multipolygons(parts, indices=owners, out=whole)
    kind, xy, (rings, polygons, multiples) = shapely.to_ragged_array(whole)
    fixed = _nodes(xy, rings)
    for _ in range(_ROUNDS):
        kept = ~_small_bends(xy, rings, fixed, tolerance)
        rings = np.concatenate([[0], np.cumsum(kept)])[rings]
        xy, fixed = xy[kept], fixed[kept]
    thinned = np.asarray(
        shapely.from_ragged_array(kind, xy, (rings, polygons, multiples)), dtype=object
    )
    broken = ~shapely.is_valid(thinned)
    if broken.any():
        thinned[broken] = shapely.make_valid(
            thinned[broken], method="structure", keep_collapsed=False
        )
    return thinned


def _around(values: Values, rings: npt.NDArray[Any]) -> tuple[Values, Values]:
    """Value of the vertex before and after each, round every closed ring."""
    before, after = np.roll(values, 1, axis=0), np.roll(values, -1, axis=0)
    first, last = rings[:-1], rings[1:] - 1
    # The last vertex of a ring is its first once more.
    before[first], after[last] = values[last - 1], values[first + 1]
    return before, after


def _nodes(xy: Floats, rings: npt.NDArray[Any]) -> Flags:
    """Tell vertices that not all borders pass alike."""
    # Vertices go by one number each; two that share it by chance would only stay in the map.
    bits = np.ascontiguousarray(xy + 0.0).view(np.uint64) * _MIXERS[:2]
    key = bits[:, 0] ^ bits[:, 1] ^ (bits[:, 1] >> np.uint64(29))
    before, after = _around(key, rings)
    # A sum, since the border is passed one way by one commune and the other way by the next.
    passing = before * _MIXERS[2] + after * _MIXERS[2]
    order = np.argsort(key, kind="stable")
    same = key[order][1:] == key[order][:-1]
    differs = same & (passing[order][1:] != passing[order][:-1])
    group = np.concatenate([[0], np.cumsum(~same)])
    parting = np.zeros(int(group[-1]) + 1, dtype=bool)
    parting[group[1:][differs]] = True
    node = np.zeros(len(key), dtype=bool)
    node[order] = parting[group]
    return node


def _small_bends(xy: Floats, rings: npt.NDArray[Any], fixed: Flags, tolerance: float) -> Flags:
    """Find what is smaller than the tolerance and than the bends on both sides of it."""
    before, after = _around(xy, rings)
    first, second = before - xy, after - xy
    area = np.abs(first[:, 0] * second[:, 1] - second[:, 0] * first[:, 1]) / 2
    sizes = np.diff(rings)
    # Half of a ring may go in a round: of these enough is left for a ring.
    area[fixed | np.repeat(sizes < _SHORT_RING, sizes)] = np.inf
    area[rings[:-1]] = area[rings[1:] - 1] = np.inf
    left, right = _around(area, rings)
    return (area < left) & (area < right) & (area < tolerance**2)
