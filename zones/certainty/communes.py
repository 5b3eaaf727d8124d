"""Intervals of each zone in each commune, and where a commune's figure is not sure."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
import pandas as pd

from zones.tables import ZONES

_PAIR = ["zone", "commune_code"]
#: An interval whose half is more than this part of its figure is wide.
WIDE_RATIO = 0.10
#: Below this weight of the commune's own points the figure is mostly the province's.
OWN_RATIO = 0.5


def with_commune_intervals(
    zones: pd.DataFrame, intervals: pd.DataFrame, targets: pd.DataFrame, *, level_percent: float
) -> pd.DataFrame:
    """Zones with the interval of each commune's area (ha), and with what makes it unsure.

    ``intervals`` are from ``zone_intervals``, ``targets`` from ``with_verdicts``. Only a commune
    with a target of its own has a verdict.
    """
    z = NormalDist().inv_cdf((1 + level_percent / 100) / 2)
    columns = ["origin", "area_ha", "standard_error_ha", "low_ha", "high_ha", "own_weight_ratio"]
    mine = intervals[intervals["indicator"].eq("area") & intervals["commune_code"].ne("")]
    rows = zones[_PAIR].merge(mine[[*_PAIR, *columns]], on=_PAIR, how="left")
    rows = rows.set_axis(zones.index)
    present, sampled = zones["present_ha"], rows["origin"] == "sample"
    half = z * rows["standard_error_ha"]
    low = rows["low_ha"].where(sampled, (present - half).clip(lower=0))
    high = rows["high_ha"].where(sampled, present + half)
    known = present.notna()
    frame = zones.assign(
        low_interval_ha=low.where(known),
        high_interval_ha=high.where(known),
        own_weight_ratio=rows["own_weight_ratio"].where(known),
        verdict=_own_verdicts(zones, targets),
    )
    centre = rows["area_ha"].where(sampled, present)
    return ZONES.validate(frame.assign(unsure=_unsure(frame, centre)))


def _own_verdicts(zones: pd.DataFrame, targets: pd.DataFrame) -> pd.Series[str]:
    """Verdict on the area target of the commune itself that is due first."""
    own = targets[targets["indicator"].eq("area") & targets["commune_code"].ne("")]
    own = own[own["low_interval"].notna()].sort_values("year", kind="stable")
    verdict = own.drop_duplicates(_PAIR).set_index(_PAIR)["verdict"]
    found = verdict.reindex(pd.MultiIndex.from_frame(zones[_PAIR]))
    return pd.Series(found.fillna("").to_numpy(), index=zones.index, dtype="str")


def _unsure(frame: pd.DataFrame, centre: pd.Series[float]) -> pd.Series[str]:
    """Gravest reason why a figure is not sure; empty where it is, or where nobody knows."""
    half = (frame["high_interval_ha"] - frame["low_interval_ha"]) / 2
    reasons = {
        "cannot_tell": frame["verdict"] == "cannot_tell",
        "composite": frame["own_weight_ratio"] < OWN_RATIO,
        "wide": half > WIDE_RATIO * centre,
    }
    word = np.select(list(reasons.values()), list(reasons), "")
    return pd.Series(word, index=frame.index).where(frame["low_interval_ha"].notna(), "")
