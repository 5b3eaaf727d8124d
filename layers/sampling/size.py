"""How many reference points the areas of several classes need, and how strata share them.

With n_h points in stratum h the variance of the area of class k is Σ A_h² s_hk² / n_h (Cochran
1977, eq. 5.7; of one class under Neyman's allocation n = (Σ W_h S_h)² / V, Olofsson and others
2014, eq. 13; TCVN 13353:2021, appendix C).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from statistics import NormalDist
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from layers.base.errors import ClosureError, InputError
from layers.sampling.points import stratum_areas
from layers.sampling.score_interval import Floats

Sharing = Literal["proportional", "equal", "neyman", "weakest"]

#: More points than any survey sees: what needs more cannot be had by points.
MOST_POINTS = 10_000_000

_ROUNDS = 400


@dataclass(frozen=True, slots=True)
class SampleSize:
    """How many points go where, and how precise the areas will then be.

    Parameters
    ----------
    points : pandas.Series
        Points of each stratum, by name.
    precision : pandas.DataFrame
        Columns ``class, wanted_ha, expected_ha``: half the width of the interval, as asked for and
        as it is to be expected.
    """

    points: pd.Series[int]
    precision: pd.DataFrame


def sample_size(
    map_areas: pd.Series[float] | Mapping[str, float],
    expected: pd.DataFrame,
    precision_ha: Mapping[str, float],
    *,
    level: float = 0.95,
    allocation: Sharing = "weakest",
    minimum: int | Mapping[str, int] = 30,
    points: int | None = None,
) -> SampleSize:
    """Count the points that hold the area of each class to its precision (ha), all at once.

    Parameters
    ----------
    map_areas : pandas.Series or mapping
        Hectares of each stratum, by name.
    expected : pandas.DataFrame
        Expected share of the points of each stratum (rows) that will turn out to be of each class
        (columns): a guess, or the result of an earlier sample; each row sums to 1 at most.
    precision_ha : mapping of str to float
        Half the width of the interval (ha) wanted for each class that matters.
    level : float
        Level of the interval, above 0.5 and below 1.
    allocation : {"weakest", "neyman", "proportional", "equal"}
        How strata share the points: with the fewest points that hold every class (Bethel 1989);
        by area and spread, all classes together; by area; equally.
    minimum : int or mapping of str to int
        Fewest points in a stratum: 30 for forest states, 20 for others by TCVN 13353:2021,
        appendix C.
    points : int or None
        Number of points to share out; as many as the precision needs by default.

    Returns
    -------
    SampleSize
        Points by stratum, which add up, and the precision to be expected.

    Raises
    ------
    InputError
        A stratum without expected shares, shares out of range, a class of ``precision_ha`` that is
        not expected anywhere, fewer points than the minimum of all strata, or a precision that no
        number of points reaches.

    Examples
    --------
    >>> import pandas as pd
    >>> from layers import sample_size
    >>> expected = pd.DataFrame({"pine": [0.9, 0.02]}, index=["pine", "other"])
    >>> size = sample_size({"pine": 20_000.0, "other": 80_000.0}, expected, {"pine": 2_000.0})
    >>> size.points.to_dict()
    {'pine': 100, 'other': 185}
    """
    areas = stratum_areas(map_areas, None)
    areas = areas[areas > 0]
    wanted = pd.Series(precision_ha, dtype="float64")
    shares = _expected_shares(expected, areas, wanted)
    least = _minimum(minimum, areas.index)
    z = NormalDist().inv_cdf((1 + level) / 2)
    # Parts of each class's variance that a single point in each stratum would leave, the wanted
    # variance being 1.
    burden = (
        (areas.to_numpy("float64")[:, None] ** 2)
        * shares
        * (1 - shares)
        * (z / wanted.to_numpy()) ** 2
    )
    hectares: Floats = np.asarray(areas, dtype="float64")
    weights = _weights(hectares, burden, allocation)
    counts = (
        _fewest(burden, weights, least) if points is None else share_points(points, weights, least)
    )
    half = np.sqrt((burden / counts[:, None]).sum(axis=0)) * wanted.to_numpy()
    precision = pd.DataFrame(
        {"class": wanted.index, "wanted_ha": wanted.to_numpy(), "expected_ha": half}
    )
    return SampleSize(pd.Series(counts, index=areas.index, name="points"), precision)


def _expected_shares(
    expected: pd.DataFrame, areas: pd.Series[float], wanted: pd.Series[float]
) -> Floats:
    table = expected.set_axis(expected.index.astype("str"))
    lacking = sorted(set(areas.index) - set(table.index))
    unknown = sorted(set(wanted.index) - set(map(str, table.columns)))
    if lacking or unknown:
        raise InputError("layers.sampling.no_expected_shares", names=[*lacking, *unknown])
    if wanted.empty or not (wanted > 0).all():
        raise InputError("layers.sampling.precision", found=wanted.tolist())
    rows = table.loc[areas.index].astype("float64")
    faulty = rows.isna().any(axis=1) | (rows < 0).any(axis=1) | (rows.sum(axis=1) > 1 + 1e-6)
    if faulty.any():
        raise InputError("layers.sampling.expected_shares", strata=rows.index[faulty])
    return rows[list(wanted.index)].to_numpy()


def _minimum(minimum: int | Mapping[str, int], strata: pd.Index[str]) -> Floats:
    given = dict.fromkeys(strata, minimum) if isinstance(minimum, int) else dict(minimum)
    lacking = [name for name in strata if given.get(name, 0) < 1]
    if lacking:
        raise InputError("layers.sampling.minimum", strata=lacking)
    return np.array([float(given[name]) for name in strata])


def _weights(areas: Floats, burden: Floats, allocation: Sharing) -> Floats:
    """Share of each stratum in the points, summing to 1."""
    if allocation == "proportional":
        raw = areas
    elif allocation == "equal":
        raw = np.ones_like(areas)
    elif allocation == "neyman":
        raw = np.sqrt(burden.sum(axis=1))
    else:
        raw = _weakest(burden)
    if not raw.sum() > 0:
        raw = areas
    weights: Floats = raw / raw.sum()
    return weights


def _weakest(burden: Floats) -> Floats:
    """Shares that need the fewest points for all classes: Chromy's iteration on the multipliers."""
    multipliers = np.full(burden.shape[1], 1.0 / burden.shape[1])
    raw: Floats = np.sqrt(burden @ multipliers)
    for _ in range(_ROUNDS):
        shares = np.where(raw > 0, raw / max(float(raw.sum()), 1e-300), 1.0)
        strain = (burden / shares[:, None]).sum(axis=0)
        if not strain.max() > 0:
            break
        # What is strained most pulls most; what has slack lets go.
        multipliers = multipliers * (strain / strain.max()) ** 2
        multipliers /= multipliers.sum()
        raw = np.sqrt(burden @ multipliers)
    return raw


def _fewest(burden: Floats, weights: Floats, least: Floats) -> npt.NDArray[np.int64]:
    """Fewest points, shared by weights and never below the minimum, that hold every class."""

    def counts(number: float) -> Floats:
        found: Floats = np.maximum(least, np.ceil(number * weights - 1e-9))
        return found

    def holds(number: float) -> bool:
        return bool(((burden / counts(number)[:, None]).sum(axis=0) <= 1 + 1e-12).all())

    low, high = 0, MOST_POINTS
    if not holds(high):
        raise InputError("layers.sampling.out_of_reach", most=MOST_POINTS)
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle + 1, high)
    return counts(low).astype("int64")


def share_points(points: int, weights: Floats, least: Floats) -> npt.NDArray[np.int64]:
    """Share a number of points by weights, none below the minimum; they add up."""
    if points < least.sum():
        raise InputError(
            "layers.sampling.too_few_points",
            points=points,
            strata=len(least),
            least=int(least.sum()),
        )
    fixed = np.zeros(len(weights), dtype=bool)
    share = np.zeros(len(weights))
    for _ in range(len(weights) + 1):
        free = points - least[fixed].sum()
        share = np.where(fixed, least, free * weights / max(weights[~fixed].sum(), 1e-300))
        low = ~fixed & (share < least)
        if not low.any():
            break
        fixed |= low
    counts = np.floor(share + 1e-9).astype("int64")
    order = np.argsort(-(share - counts), kind="stable")
    counts[order[: points - int(counts.sum())]] += 1
    if int(counts.sum()) != points or (counts < least).any():
        raise ClosureError(
            "layers.sampling.points_do_not_add_up", total=int(counts.sum()), points=points
        )
    return counts
