"""Targets of a plan as an allocation asks for them: areas, conversions, yearly figures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from layers.findings import Finding
from layers.wording import Phrase
from zones.allocation_inputs import PACE, AllocationSettings

if TYPE_CHECKING:
    from zones.plan_model import Plan

__all__ = ["CONVERSIONS", "Conversion", "allocation_targets", "conversion_names"]


@dataclass(frozen=True, slots=True)
class Conversion:
    """An indicator that is an allocation of its own: hectares converted, on land with trees.

    Parameters
    ----------
    zone : str
        Id of the zone that only the allocation has.
    parent : str
        Zone whose communes it takes over.
    name : Phrase
        Its name.
    """

    zone: str
    parent: str
    name: Phrase


#: By indicator of the plan.
CONVERSIONS = {
    "large_timber_conversion": Conversion(
        "acacia_large_timber",
        "acacia",
        Phrase(en="Acacia for large timber", vi="Keo chuyển sang gỗ lớn"),
    )
}


def conversion_names() -> dict[str, Phrase]:
    """Names of the zones that only the allocation has: conversions of what stands already.

    Returns
    -------
    dict of str to Phrase
        By id.
    """
    return {item.zone: item.name for item in CONVERSIONS.values()}


def allocation_targets(
    targets: pd.DataFrame, plan: Plan, settings: AllocationSettings
) -> tuple[pd.DataFrame, pd.DataFrame, list[Finding]]:
    """Area targets and yearly figures of the leading plan's zones, as the allocation asks.

    Parameters
    ----------
    targets : pandas.DataFrame
        The run's table ``targets``.
    plan : Plan
        The leading plan.
    settings : AllocationSettings
        The years.

    Returns
    -------
    frame : pandas.DataFrame
        Columns of ``zones.allocation_inputs.TARGETS_HA`` but ``importance``. The lower end is the
        plan's own figure; the tolerance round a single figure only widens the upper end.
    pace : pandas.DataFrame
        ``zones.allocation_inputs.PACE``: the plan's own yearly figures.
    findings : list of Finding
        Zones set aside because nobody measured them, targets due in other years.
    """
    mine = targets[targets["zone"].isin([zone.zone for zone in plan.zones])]
    mine = mine[mine["unit"].isin(["ha", "ha/year"])]
    mine = mine.assign(commune_code=mine["commune_code"].fillna(""))
    areas = mine[(mine["indicator"] == "area") & (mine["period"] == "by_year")]
    unknown = areas[areas["present"].isna() & (areas["commune_code"] == "")]
    areas = areas[~areas["zone"].isin(unknown["zone"])]
    converted = mine["indicator"].isin(list(CONVERSIONS))
    whole = mine[converted & mine["period"].isin(["cumulative", "by_year"])]
    yearly = mine[converted & (mine["period"] == "per_year")]
    whole = whole.assign(zone=whole["indicator"].map(_conversion_zone))
    yearly = yearly.assign(zone=yearly["indicator"].map(_conversion_zone))
    asked = pd.concat([areas, whole], ignore_index=True)
    frame = asked.assign(
        year=asked["year"].fillna(settings.last_year),
        low_ha=asked["figure_low"].where(asked["bound"] != "at_most"),
        high_ha=asked["high"].where(asked["bound"] != "at_least"),
    )
    within = frame["year"].between(settings.first_year, settings.last_year)
    findings = [*_set_aside(unknown), *_late(frame[~within])]
    return frame[within].reset_index(drop=True), _yearly_pace(yearly), findings


def _conversion_zone(indicator: str) -> str:
    return CONVERSIONS[indicator].zone


def _yearly_pace(yearly: pd.DataFrame) -> pd.DataFrame:
    frame = yearly.assign(
        commune_code="", year=np.nan, low_ha=yearly["figure_low"], high_ha=yearly["figure_high"]
    )
    return PACE.validate(frame[PACE.names])


def _set_aside(unknown: pd.DataFrame) -> list[Finding]:
    zones = tuple(sorted(set(unknown["zone"])))
    if not zones:
        return []
    return [
        Finding(
            "note",
            "zone-not-measured",
            "allocation",
            Phrase(
                en=f"{len(zones)} zones are not allocated, because no layer tells their present "
                f"area: {', '.join(zones)}. Name their layer under 'present'.",
                vi=f"{len(zones)} vùng chưa được phân bổ vì không lớp nào cho biết hiện trạng: "
                f"{', '.join(zones)}. Hãy khai lớp dữ liệu ở mục 'present'.",
            ),
            count=len(zones),
            examples=zones[:5],
        )
    ]


def _late(late: pd.DataFrame) -> list[Finding]:
    names = tuple(sorted(late["target"]))
    if not names:
        return []
    return [
        Finding(
            "note",
            "target-outside-years",
            "allocation",
            Phrase(
                en=f"{len(names)} targets are due outside the years allocated: "
                f"{', '.join(names[:5])}.",
                vi=f"{len(names)} chỉ tiêu có hạn ngoài giai đoạn phân bổ: {', '.join(names[:5])}.",
            ),
            count=len(names),
            examples=names[:5],
        )
    ]
