"""Random points inside polygons, the same for the same seed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from layers.base.errors import CrsError, InputError
from layers.sampling.score_interval import Floats

#: Points tried for one that is wanted, before a stratum is called too thin to hit.
_TRIES = 2_000


def draw_points(
    strata: gpd.GeoDataFrame,
    points: Mapping[str, int],
    *,
    seed: int,
    avoid: Mapping[str, gpd.GeoSeries] | None = None,
) -> gpd.GeoDataFrame:
    """Draw points uniformly in strata; columns ``point, stratum`` and geometry, in mixed order.

    ``strata`` has ``stratum`` and polygons in a projected CRS; ``points`` how many each gets;
    ``avoid`` polygons that a stratum is without. The order tells nothing of the strata, so that
    who looks at the points does not know what the map says.
    """
    if strata.crs is None or not strata.crs.is_projected:
        raise CrsError("layers.sampling.metres", crs=str(strata.crs))
    random = np.random.default_rng(seed)
    names, places = [], []
    for name, number in points.items():
        mine = strata.loc[strata["stratum"] == name].geometry.to_numpy()
        without = None if avoid is None or name not in avoid else avoid[name].sindex
        places.append(_drawn(mine, int(number), random, without, name))
        names += [name] * int(number)
    order = random.permutation(len(names))
    xy = np.concatenate(places)[order]
    width = max(4, len(str(len(names))))
    return gpd.GeoDataFrame(
        {
            "point": [f"P{place:0{width}d}" for place in range(1, len(names) + 1)],
            "stratum": np.array(names, dtype=object)[order],
        },
        geometry=gpd.points_from_xy(xy[:, 0], xy[:, 1]),
        crs=strata.crs,
    ).astype({"stratum": "str"})


def _drawn(
    shapes: npt.NDArray[Any], number: int, random: np.random.Generator, without: Any, name: str
) -> Floats:
    """So many points: a polygon by its area, a place in its box, kept where it lies inside."""
    areas = shapely.area(shapes)
    if number and not areas.sum() > 0:
        raise InputError("layers.sampling.empty_stratum", stratum=name)
    kept, found, tried = [np.empty((0, 2))], 0, 0
    # A place in a polygon's box is kept in proportion to its area within: boxes lead, not areas.
    boxes = shapely.bounds(shapes)
    weight = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    shapely.prepare(shapes)
    while found < number:
        batch = max(2 * (number - found), 64)
        tried += batch
        if tried > _TRIES * number + 10_000:
            raise InputError("layers.sampling.empty_stratum", stratum=name)
        at = random.choice(len(shapes), size=batch, p=weight / weight.sum())
        low, high = boxes[at, :2], boxes[at, 2:]
        xy = low + (high - low) * random.random((batch, 2))
        good = shapely.contains_xy(shapes[at], xy[:, 0], xy[:, 1])
        if without is not None:
            hit = without.query(shapely.points(xy), predicate="intersects")[0]
            good[hit] = False
        kept.append(xy[good])
        found += int(good.sum())
    return np.concatenate(kept)[:number]


def agreement(first: pd.Series[str], second: pd.Series[str]) -> float:
    """Share of the points with two labels whose labels are the same; missing where none has two."""
    both = first.notna() & second.notna()
    return float((first[both] == second[both]).mean()) if both.any() else float("nan")
