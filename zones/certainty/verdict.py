"""Verdict on each target: met, not met, or cannot tell yet, and what it would take to tell.

Two one-sided tests, one against each end of the target, each at half of 1 − level: *met* where the
whole interval lies between the ends, *not met* where it lies wholly outside, else *cannot tell*.
With 95 % intervals a target whose truth lies exactly at an end is wrongly called met in at most
2.5 % of surveys.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping
from statistics import NormalDist
from typing import Any

import numpy as np
import pandas as pd

from zones.certainty.boundaries import FOREST
from zones.certainty.more_points import Seen, more_points
from zones.measure.targets import ToleratedBounds, bounds_with_tolerance
from zones.tables import TARGETS

_KEYS = ["zone", "indicator", "commune_code"]

#: Origin of an error of an area, as the targets name it.
_ORIGINS = {"sample": "points", "boundary": "boundaries"}
#: Before the strata of most doubt, where points in all strata are needed.
EVERYWHERE = "all:"
#: Strata that are named of all.
_NAMED = 2
#: A figure this near to an end (in half-widths) no survey can tell from it.
_AT_THE_END = 0.02


def zone_intervals(
    errors: pd.DataFrame,
    by_zone: pd.DataFrame,
    natural_area_ha: float | None,
    forest_layer: str | None,
) -> pd.DataFrame:
    """Errors of the areas that targets speak of: zones over the province and in communes, cover.

    ``by_zone`` has ``zone, crop, layer``: which layer tells of a zone. The official natural area is
    exact. Where reference points tell of a crop as well as boundaries do, the points lead: they see
    wrong classes too.
    """
    zones = by_zone[["zone", "crop", "layer"]].drop_duplicates()
    areas = errors.merge(zones, left_on=["subject", "layer"], right_on=["crop", "layer"])
    frames = [areas.assign(indicator="area", per=1.0)]
    if natural_area_ha is not None:
        cover = errors[(errors["subject"] == FOREST) & (errors["layer"] == forest_layer)]
        cover = cover[cover["commune_code"] == ""]
        frames.append(
            cover.assign(zone="", indicator="forest_cover_rate", per=100 / natural_area_ha)
        )
    every = pd.concat(frames, ignore_index=True)
    lead = every.sort_values("origin", key=lambda origin: origin != "sample", kind="stable")
    return lead.drop_duplicates(_KEYS).reset_index(drop=True)


def with_verdicts(
    targets: pd.DataFrame,
    intervals: pd.DataFrame,
    *,
    level_percent: float,
    tolerated: ToleratedBounds,
) -> pd.DataFrame:
    """Targets with ``estimate``, interval, its origin and points, ``verdict, needed``.

    ``intervals`` are from ``zone_intervals``; what no layer tells has none, and keeps its verdict.
    The status stays what it was: it compares figures.
    """
    z = NormalDist().inv_cdf((1 + level_percent / 100) / 2)
    columns = ["origin", "area_ha", "standard_error_ha", "low_ha", "high_ha", "per"]
    kept = intervals[[*_KEYS, *columns, "points", "error_m", "strata", "seen"]]
    rows = targets[_KEYS].merge(kept, on=_KEYS, how="left").set_axis(targets.index)
    measured = targets["told_by"] == "layer"
    sampled = rows["origin"] == "sample"
    centre = (rows["area_ha"] * rows["per"]).where(sampled, targets["present"])
    half = z * rows["standard_error_ha"] * rows["per"]
    low = (rows["low_ha"] * rows["per"]).where(sampled, (centre - half).clip(lower=0))
    high = (rows["high_ha"] * rows["per"]).where(sampled, centre + half)
    low, high = low.where(measured), high.where(measured)
    least, most = bounds_with_tolerance(targets, tolerated)
    verdict = interval_verdict(low, high, least, most).where(measured, targets["verdict"])
    facts = rows.assign(centre=centre, low=low, high=high, least=least, most=most, verdict=verdict)
    return TARGETS.validate(
        targets.assign(
            estimate=centre.where(sampled & measured),
            low_interval=low,
            high_interval=high,
            interval_from=rows["origin"].map(_ORIGINS).where(low.notna(), "").fillna(""),
            points=rows["points"].where(sampled & measured),
            points_found=rows["seen"].map(_found).where(sampled & measured),
            verdict=verdict,
            needed=[_needed(row, z) for row in facts.to_dict("records")],
        )
    )


def _found(seen: object) -> float:
    """Points found to be the subject; missing where they are not told by stratum."""
    return float(Seen.read(seen).hits.sum()) if isinstance(seen, str) and seen else math.nan


def interval_verdict(
    low: pd.Series[float],
    high: pd.Series[float],
    least: pd.Series[float],
    most: pd.Series[float],
) -> pd.Series[str]:
    """Compare an interval with the ends; an end that the plan does not set is held."""
    inside = (low >= least.fillna(-np.inf)) & (high <= most.fillna(np.inf))
    outside = (high < least.fillna(-np.inf)) | (low > most.fillna(np.inf))
    known = low.notna() & high.notna() & (least.notna() | most.notna())
    told = np.select([inside, outside], ["met", "not_met"], "cannot_tell")
    return pd.Series(told, index=low.index).where(known, "not_assessed")


def _needed(row: Mapping[Hashable, Any], z: float) -> str:
    """What would decide: ``points:320:pine+other``, ``error_m:0.8`` or ``at_the_end``.

    Where points in all strata are needed: ``points:320:all:`` and those of most doubt.

    Of a commune's composite estimate no number of points can be told: ``own_points:pine+other``.
    """
    if row["verdict"] == "not_assessed" and not isinstance(row["origin"], str):
        return "accuracy"
    if row["verdict"] != "cannot_tell":
        return ""
    centre, ends = (
        row["centre"],
        [end for end in (row["least"], row["most"]) if not math.isnan(end)],
    )
    inside = [end for end in ends if row["low"] <= end <= row["high"]]
    if row["origin"] == "sample" and row["commune_code"]:
        return f"own_points:{row['strata']}"
    if math.isnan(centre):
        return f"points:0:{row['strata']}"
    if row["origin"] == "sample":
        seen, ends_ha = Seen.read(row["seen"]), [end / row["per"] for end in ends]
        found = more_points(seen, ends_ha, z=z)
        if found is None:
            return "at_the_end"
        points, strata = found
        # Of points in all strata those are named where they help most.
        if len(strata) == np.count_nonzero(seen.points) > _NAMED:
            return f"points:{points}:{EVERYWHERE}{'+'.join(strata[:_NAMED])}"
        return f"points:{points}:{'+'.join(strata)}"
    # Each end within reach asks for a half-width below its distance from the estimate.
    part = min(
        abs(centre - end) / ((centre - row["low"]) if end < centre else (row["high"] - centre))
        for end in inside
        if row["high"] > row["low"]
    )
    if part < _AT_THE_END:
        return "at_the_end"
    return f"error_m:{max(math.floor(row['error_m'] * part * 10) / 10, 0.1):g}"
