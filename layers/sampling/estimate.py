"""Areas of classes and accuracy of a map from a probability sample of reference points.

All estimators are those of Stehman (2014) for a stratified random sample whose strata need not be
the classes of the map; where they are, they are those of Olofsson and others (2014), eqs. 1 to 13.

Olofsson, P., Foody, G. M., Herold, M., Stehman, S. V., Woodcock, C. E., Wulder, M. A. (2014). Good
practices for estimating area and assessing accuracy of land change. Remote Sensing of Environment
148, 42–57, doi:10.1016/j.rse.2014.02.015. Stehman, S. V. (2014). Estimating area and map accuracy
for stratified random sampling when the strata are different from the map classes. International
Journal of Remote Sensing 35, 4923–4939, doi:10.1080/01431161.2014.930207.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from statistics import NormalDist
from typing import Literal

import numpy as np
import pandas as pd

from layers.base.errors import InputError
from layers.base.findings import Findings
from layers.base.schema import read_schema
from layers.sampling.points import check_sample, check_strata, stratum_areas
from layers.sampling.score_interval import Floats, score_interval, wilson_interval

AREA_ESTIMATES = read_schema("layers.sampling", "area estimates")

ACCURACY = read_schema("layers.sampling", "accuracy")

Interval = Literal["score", "normal"]


@dataclass(frozen=True, slots=True)
class AreaEstimate:
    """What a sample says of a map.

    Parameters
    ----------
    areas : pandas.DataFrame
        Columns ``class, points, mapped_ha, area_ha, standard_error_ha, low_ha, high_ha``.
    accuracy : pandas.DataFrame
        Columns ``measure, class, points, ratio, standard_error_ratio, low_ratio, high_ratio``; one
        row ``overall``, then ``users`` and ``producers`` of each class.
    error_matrix : pandas.DataFrame
        Estimated share of the whole area, map classes down, classes on the ground across.
    findings : Findings
        Strata with no point or one, classes that the map lacks.
    """

    areas: pd.DataFrame
    accuracy: pd.DataFrame
    error_matrix: pd.DataFrame
    findings: Findings = field(default_factory=Findings)


@dataclass(frozen=True, slots=True)
class Counts:
    """A sample as counts."""

    strata: pd.Index[str]
    classes: list[str]
    cells: Floats  # Points by stratum, map class and class on the ground
    areas_ha: Floats  # Hectares of each stratum
    finite: Floats  # 1 − sampled share of each stratum (1: points on a plane)

    @property
    def points(self) -> Floats:
        """Points of each stratum."""
        found: Floats = self.cells.sum(axis=(1, 2))
        return found

    @property
    def weights(self) -> Floats:
        """Share of each stratum in the whole area."""
        shares: Floats = self.areas_ha / self.areas_ha.sum()
        return shares


def estimate_area(
    sample: pd.DataFrame,
    map_areas: pd.Series[float] | Mapping[str, float],
    *,
    level: float = 0.95,
    interval: Interval = "score",
    total_ha: float | None = None,
    unit_ha: float | None = None,
) -> AreaEstimate:
    """Estimate the area of each class (ha) and the accuracy of the map from reference points.

    The area of class k is A Σ W_h p_hk, where W_h is the share of stratum h in the whole area A
    and p_hk the share of its points found to be k (Olofsson and others 2014, eqs. 9 and 11; Stehman
    2014, eqs. 3 and 14); its variance A² Σ W_h² (1 − f_h) s_hk² / n_h (Olofsson eqs. 10 and 11,
    Stehman eqs. 25 and 26). Overall accuracy is the same of "map and ground agree" (Olofsson eqs. 1
    and 5); user's and producer's accuracy are ratios of two such sums (Olofsson eqs. 2, 3, 6 and 7;
    Stehman eqs. 27 and 28).

    Parameters
    ----------
    sample : pandas.DataFrame
        One row per point: ``stratum``, ``reference_class`` (found on the ground or in an image),
        and, where the strata are not the classes of the map, ``map_class``. A column ``point`` of
        identifiers may stand there: no point may be there twice.
    map_areas : pandas.Series or mapping
        Hectares of each stratum, by name; strata of a buffer are strata like others.
    level : float
        Level of the intervals, above 0.5 and below 1.
    interval : {"score", "normal"}
        How the intervals of areas and accuracies are made: by the score test, which holds for rare
        classes too, or as estimate ± z standard errors, as the two papers print them.
    total_ha : float or None
        The whole area in hectares, where ``map_areas`` are shares of it that sum to 1.
    unit_ha : float or None
        Hectares of a sampling unit (a pixel), where units are drawn without replacement from a
        finite number; none for points.

    Returns
    -------
    AreaEstimate
        Areas, accuracy, error matrix and findings.

    Raises
    ------
    InputError
        Points without a label or with two, strata without map area, shares that do not sum to 1,
        fewer points than strata.
    SchemaError
        A column is missing.

    Notes
    -----
    A simple random or a systematic sample is given with the mapped class as its stratum: it is then
    post-stratified, and its variance is taken for the numbers of points that came out (Holt and
    Smith 1979). Of a systematic sample the intervals are, as a rule, a little too wide. A stratum
    without points leaves the area missing and the interval open by its whole hectares; one with a
    single point leaves the standard error missing.

    Examples
    --------
    >>> import pandas as pd
    >>> from layers import estimate_area
    >>> sample = pd.DataFrame({
    ...     "stratum": ["pine"] * 50 + ["other"] * 100,
    ...     "reference_class": ["pine"] * 40 + ["other"] * 10 + ["pine"] * 5 + ["other"] * 95,
    ... })
    >>> estimate = estimate_area(sample, {"pine": 1000.0, "other": 3000.0})
    >>> estimate.areas[["class", "area_ha", "standard_error_ha"]].round(1)
       class  area_ha  standard_error_ha
    0   pine    950.0               87.1
    1  other   3050.0               87.1
    """
    _check_options(level, unit_ha)
    frame = check_sample(sample)
    areas = stratum_areas(map_areas, total_ha)
    findings = check_strata(frame, areas)
    own = "map_class" not in sample
    counts = count_points(frame, areas, unit_ha, own_classes=own)
    z = NormalDist().inv_cdf((1 + level) / 2)
    return AreaEstimate(
        areas=_areas(counts, areas, z, interval, own_classes=own),
        accuracy=_accuracy(counts, z, interval),
        error_matrix=_error_matrix(counts),
        findings=findings,
    )


def _check_options(level: float, unit_ha: float | None) -> None:
    if not 0.5 < level < 1:
        raise InputError("layers.sampling.level", level=level)
    if unit_ha is not None and not unit_ha > 0:
        raise InputError("layers.sampling.unit", unit_ha=unit_ha)


def count_points(
    frame: pd.DataFrame, areas: pd.Series[float], unit_ha: float | None, *, own_classes: bool
) -> Counts:
    """Count the points by stratum, map class and class on the ground."""
    used = areas[areas > 0]
    # Classes stand in the order of the map; what only the sample has comes after them.
    mapped = list(used.index) if own_classes else sorted(frame["map_class"].unique())
    others = sorted(set(frame["reference_class"]) - set(mapped))
    classes = [*mapped, *others]
    place = {name: number for number, name in enumerate(classes)}
    shape = (len(used), len(classes), len(classes))
    cells = np.zeros(shape)
    at = (
        used.index.get_indexer(pd.Index(frame["stratum"])),
        frame["map_class"].map(place).to_numpy(),
        frame["reference_class"].map(place).to_numpy(),
    )
    np.add.at(cells, at, 1.0)
    points = cells.sum(axis=(1, 2))
    hectares: Floats = np.asarray(used, dtype="float64")
    sampled = np.zeros(len(used)) if unit_ha is None else points * unit_ha / hectares
    if (sampled > 1 + 1e-9).any():
        stratum = used.index[int(sampled.argmax())]
        raise InputError("layers.sampling.too_many_units", stratum=stratum, unit_ha=unit_ha)
    return Counts(used.index, classes, cells, hectares, np.clip(1 - sampled, 0.0, 1.0))


def _mean(counts: Counts, hits: Floats) -> Floats:
    """Estimated share of the whole area; missing where a stratum has no point."""
    with np.errstate(invalid="ignore", divide="ignore"):
        shares = hits / counts.points[:, None]
    total: Floats = (counts.weights[:, None] * shares).sum(axis=0)
    return total


def _standard_error(counts: Counts, mean: Floats, mean_square: Floats) -> Floats:
    """Standard error of a stratified mean, from each stratum's mean and mean square of a value."""
    n = counts.points[:, None]
    # One point tells no variance: it is missing, and so is the sum.
    variance = np.maximum(mean_square - mean**2, 0.0) / np.where(n > 1, n - 1, np.nan)
    parts = counts.weights[:, None] ** 2 * counts.finite[:, None] * variance
    error: Floats = np.sqrt(parts.sum(axis=0))
    return error


def _areas(
    counts: Counts, areas: pd.Series[float], z: float, interval: Interval, *, own_classes: bool
) -> pd.DataFrame:
    whole = float(counts.areas_ha.sum())
    hits = counts.cells.sum(axis=1)
    mean = _mean(counts, hits)
    with np.errstate(invalid="ignore", divide="ignore"):
        shares = hits / counts.points[:, None]
    error = _standard_error(counts, shares, shares)
    if interval == "normal":
        low, high = mean - z * error, mean + z * error
    else:
        low, high = score_interval(hits, counts.points, counts.weights, z=z, finite=counts.finite)
    mapped = areas.reindex(counts.classes).fillna(0.0).to_numpy()
    frame = pd.DataFrame(
        {
            "class": counts.classes,
            "points": hits.sum(axis=0).astype("int64"),
            "mapped_ha": mapped if own_classes else np.nan,
            "area_ha": mean * whole,
            "standard_error_ha": error * whole,
            "low_ha": low * whole,
            "high_ha": high * whole,
        }
    )
    return AREA_ESTIMATES.validate(frame)


def _accuracy(counts: Counts, z: float, interval: Interval) -> pd.DataFrame:
    right = np.diagonal(counts.cells, axis1=1, axis2=2)
    everything = counts.points[:, None]
    parts = [
        ("overall", [""], right.sum(axis=1, keepdims=True), everything),
        ("users", counts.classes, right, counts.cells.sum(axis=2)),
        ("producers", counts.classes, right, counts.cells.sum(axis=1)),
    ]
    frames = []
    for measure, classes, hits, of in parts:
        ratio, error = _ratio(counts, hits, of)
        seen = of.sum(axis=0)
        low, high = ratio - z * error, ratio + z * error
        if interval == "score":
            low, high = wilson_interval(ratio, _effective(ratio, error, seen), z=z)
        frame = pd.DataFrame({"class": classes, "points": seen.astype("int64"), "ratio": ratio})
        frame = frame.assign(
            measure=measure, standard_error_ratio=error, low_ratio=low, high_ratio=high
        )
        frames.append(frame)
    return ACCURACY.validate(pd.concat(frames, ignore_index=True))


def _ratio(counts: Counts, hits: Floats, of: Floats) -> tuple[Floats, Floats]:
    """Ratio of two stratified sums and its standard error; ``hits`` are among ``of``."""
    whole = _mean(counts, of)
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = _mean(counts, hits) / whole
        y, x = hits / counts.points[:, None], of / counts.points[:, None]
        # Of y − R x: (1 − R)² where both are 1, R² where only x is.
        square = y * (1 - ratio) ** 2 + (x - y) * ratio**2
        error = _standard_error(counts, y - ratio * x, square) / whole
    return ratio, error


def _effective(ratio: Floats, error: Floats, seen: Floats) -> Floats:
    """Points of a simple sample as precise as this one; those seen where all or none are right."""
    with np.errstate(invalid="ignore", divide="ignore"):
        effective = ratio * (1 - ratio) / error**2
    points: Floats = np.where((error > 0) & np.isfinite(effective), effective, seen)
    return points


def _error_matrix(counts: Counts) -> pd.DataFrame:
    shape = counts.cells.shape
    cells = _mean(counts, counts.cells.reshape(shape[0], -1)).reshape(shape[1:])
    return pd.DataFrame(
        cells,
        index=pd.Index(counts.classes, name="map_class"),
        columns=pd.Index(counts.classes, name="reference_class"),
    )
