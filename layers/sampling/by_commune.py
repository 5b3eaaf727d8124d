"""Areas of classes in each commune, where most communes have few points or none.

The province's points say what each stratum is made of; applied to a commune's strata that is the
*synthetic* estimate, the same make-up everywhere. The commune's own points say how it departs from
that (*own* estimate: survey regression, Särndal, Swensson and Wretman 1992, eq. 10.5.6). The
composite takes the own departure with weight γ = τ² / (τ² + v), where v is the variance of the own
departure and τ² that of true departures between communes, found from all of them (moments; Fay and
Herriot 1979; Rao and Molina 2015, eqs. 5.2.26 and 6.1.12). Without points γ is 0.
"""

from __future__ import annotations

from statistics import NormalDist
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from layers.base.errors import ClosureError, InputError
from layers.base.schema import Column, Schema
from layers.sampling.estimate import estimate_area
from layers.sampling.points import check_sample
from layers.sampling.score_interval import Floats

COMMUNE_ESTIMATES = Schema(
    "commune estimates",
    (
        Column("commune_code", "text", "commune"),
        Column("class", "text", "class on the ground"),
        Column("points", "integer", "reference points in the commune"),
        Column("weight", "number", "weight of the commune's own points, 0 to 1", minimum=0),
        Column("synthetic_ha", "number", "area by the province's points alone", "ha"),
        Column("area_ha", "number", "composite estimate; communes add up to the province", "ha"),
        Column("standard_error_ha", "number", "its standard error", "ha"),
        Column("low_ha", "number", "lower end of the interval", "ha"),
        Column("high_ha", "number", "upper end of the interval", "ha"),
    ),
)

_ROUNDS = 500
_CLOSED = 1e-9


def estimate_area_by_commune(
    sample: pd.DataFrame, map_areas: pd.DataFrame, *, level: float = 0.95
) -> pd.DataFrame:
    """Estimate the area of each class (ha) in each commune, with the weight of its own points.

    Parameters
    ----------
    sample : pandas.DataFrame
        One row per point: ``stratum``, ``reference_class``, ``commune_code``.
    map_areas : pandas.DataFrame
        ``commune_code, stratum, area_ha``: hectares of each stratum in each commune.
    level : float
        Level of the intervals, above 0.5 and below 1.

    Returns
    -------
    pandas.DataFrame
        Columns ``commune_code, class, points, weight, synthetic_ha, area_ha, standard_error_ha,
        low_ha, high_ha``. Classes add up to each commune, communes to the province's estimate.

    Raises
    ------
    InputError
        As `estimate_area`; points in communes that ``map_areas`` does not have; a stratum of the
        map without points.

    Notes
    -----
    Where the weight is small the figure is hardly the commune's own: print the weight beside it.
    The standard error holds the spread between communes, so that it never falls below it where a
    commune has no points; it is an average over communes alike, not a promise for one of them.
    """
    frame = check_sample(sample.assign(map_class=sample["stratum"]))
    codes = sample["commune_code"].astype("str").to_numpy()
    table = map_areas.astype({"commune_code": "str", "stratum": "str"})
    strange = sorted(set(codes) - set(table["commune_code"]))
    if strange:
        count = int(np.isin(codes, strange).sum())
        raise InputError("layers.sampling.points_outside", count=count, communes=strange)
    wide = table.pivot_table(
        index="commune_code", columns="stratum", values="area_ha", aggfunc="sum", fill_value=0.0
    )
    province = estimate_area(frame[["stratum", "reference_class"]], wide.sum(), level=level)
    if province.areas["area_ha"].isna().any():
        raise InputError("layers.sampling.commune_strata", strata=_unseen(frame, wide))
    points = _Points(frame, codes, wide, list(province.areas["class"]))
    synthetic = wide.to_numpy() @ points.shares
    weight, area, variance = _composite(points, synthetic, wide.to_numpy())
    total = province.areas["area_ha"].to_numpy()
    area = _raked(area, wide.sum(axis=1).to_numpy(), total)
    return _table(points, wide.index, (weight, synthetic, area, variance), level)


def _unseen(frame: pd.DataFrame, wide: pd.DataFrame) -> list[str]:
    return sorted(set(wide.columns) - set(frame["stratum"]))


class _Points:
    """Points as numbers: commune, stratum and class of each, and what strata are made of."""

    def __init__(
        self,
        frame: pd.DataFrame,
        codes: npt.NDArray[Any],
        wide: pd.DataFrame,
        classes: list[str],
    ) -> None:
        self.classes = classes
        self.commune = wide.index.get_indexer(pd.Index(codes))
        self.stratum = wide.columns.get_indexer(pd.Index(frame["stratum"]))
        label = pd.Index(classes).get_indexer(pd.Index(frame["reference_class"]))
        shape = (len(wide.columns), len(classes))
        counts = np.zeros(shape)
        np.add.at(counts, (self.stratum, label), 1.0)
        self.counts = counts.sum(axis=1)
        used = self.counts > 0
        self.shares = np.divide(
            counts, self.counts[:, None], out=np.zeros(shape), where=used[:, None]
        )
        # Each point stands for so many hectares of its stratum.
        area = wide.sum().to_numpy()
        self.expansion = (area / np.maximum(self.counts, 1))[self.stratum]
        self.residual = -self.shares[self.stratum]
        self.residual[np.arange(len(label)), label] += 1.0
        self.number = np.bincount(self.commune, minlength=len(wide))


def _composite(points: _Points, synthetic: Floats, areas: Floats) -> tuple[Floats, Floats, Floats]:
    """Weight by commune; area and variance by commune and class (before closing)."""
    communes, classes = synthetic.shape
    whole = areas.sum(axis=1)
    # Own departure of a commune's make-up, and its variance by the province's proportions.
    base = np.bincount(points.commune, points.expansion, communes)
    departure, noise = np.zeros((communes, classes)), np.zeros((communes, classes))
    spread = points.shares * (1 - points.shares)
    for place in range(classes):
        value = points.expansion * points.residual[:, place]
        departure[:, place] = np.bincount(points.commune, value, communes)
        error = points.expansion**2 * spread[points.stratum, place]
        noise[:, place] = np.bincount(points.commune, error, communes)
    seen = base > 0
    departure[seen] /= base[seen, None]
    noise[seen] /= base[seen, None] ** 2
    between = _between(departure[seen], noise[seen])
    gamma = np.zeros(communes)
    total = float(between.sum())
    if total > 0:
        gamma[seen] = total / (total + noise[seen].sum(axis=1))
    area = synthetic + whole[:, None] * gamma[:, None] * departure
    common = areas**2 @ (spread / np.maximum(points.counts, 1)[:, None])
    own = gamma[:, None] ** 2 * noise + (1 - gamma[:, None]) ** 2 * between
    return gamma, np.maximum(area, 0.0), common + whole[:, None] ** 2 * own


def _between(departure: Floats, noise: Floats) -> Floats:
    """Variance of true departures between communes, by class: moments, weighted, at least 0."""
    weight = np.divide(1.0, noise, out=np.zeros_like(noise), where=noise > 0)
    sums = weight.sum(axis=0)
    excess = (weight * departure**2).sum(axis=0) - (noise > 0).sum(axis=0)
    spread: Floats = np.divide(excess, sums, out=np.zeros_like(sums), where=sums > 0)
    return np.maximum(spread, 0.0)


def _raked(area: Floats, rows: Floats, columns: Floats) -> Floats:
    """Scale by turns until classes add up to communes and communes to the province's classes."""
    found: Floats = area.copy()
    for _ in range(_ROUNDS):
        sums = found.sum(axis=0)
        found = found * np.divide(columns, sums, out=np.zeros_like(sums), where=sums > 0)
        sums = found.sum(axis=1)
        found = found * np.divide(rows, sums, out=np.zeros_like(sums), where=sums > 0)[:, None]
        if np.abs(found.sum(axis=0) - columns).max() <= _CLOSED * rows.sum():
            return found
    raise ClosureError(
        "layers.sampling.not_raked", gap=float(np.abs(found.sum(axis=0) - columns).max())
    )


def _table(
    points: _Points,
    codes: pd.Index[str],
    found: tuple[Floats, Floats, Floats, Floats],
    level: float,
) -> pd.DataFrame:
    weight, synthetic, area, variance = found
    z = NormalDist().inv_cdf((1 + level) / 2)
    count = len(points.classes)
    error = np.sqrt(variance)
    whole = area.sum(axis=1, keepdims=True)
    frame = pd.DataFrame(
        {
            "commune_code": np.repeat(codes.to_numpy(), count),
            "class": np.tile(points.classes, len(codes)),
            "points": np.repeat(points.number, count),
            "weight": np.repeat(weight, count),
            "synthetic_ha": synthetic.ravel(),
            "area_ha": area.ravel(),
            "standard_error_ha": error.ravel(),
            "low_ha": np.maximum(area - z * error, 0.0).ravel(),
            "high_ha": np.minimum(area + z * error, whole).ravel(),
        }
    )
    return COMMUNE_ESTIMATES.validate(frame)
