"""Targets of a plan as an allocation asks for them: areas, conversions, yearly figures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from layers.base.findings import Finding
from layers.base.language import Phrase
from zones.allocation.inputs import PACE, AllocationSettings

if TYPE_CHECKING:
    from zones.plan.model import Plan

__all__ = ["CONVERSIONS", "AskedTargets", "Conversion", "allocation_targets", "conversion_names"]


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


@dataclass(frozen=True, slots=True)
class AskedTargets:
    """What a plan asks an allocation for, and what it leaves aside.

    Parameters
    ----------
    targets : pandas.DataFrame
        Columns of ``zones.allocation.inputs.TARGETS_HA`` but ``importance``. The lower end is the
        plan's own figure; the tolerance round a single figure only widens the upper end.
    pace : pandas.DataFrame
        ``zones.allocation.inputs.PACE``: the plan's own yearly figures of these zones.
    findings : list of Finding
        Zones set aside because nobody measured them or the plan asks for nothing, targets due in
        other years.
    aside : dict of str to Phrase
        Zones of the plan that are not allocated, and why.
    """

    targets: pd.DataFrame
    pace: pd.DataFrame
    findings: list[Finding]
    aside: dict[str, Phrase]


#: By indicator of the plan.
CONVERSIONS = {
    "large_timber_conversion": Conversion(
        "acacia_large_timber",
        "acacia",
        Phrase(en="Acacia for large timber", vi="Keo chuyển sang gỗ lớn"),
    )
}


_NOT_MEASURED = Phrase(
    en="no layer tells its present area", vi="không lớp nào cho biết hiện trạng của vùng"
)


def _no_target(settings: AllocationSettings) -> Phrase:
    years = f"{settings.first_year}–{settings.last_year}"
    return Phrase(
        en=f"the plan asks for no area of it in {years}",
        vi=f"kế hoạch không giao chỉ tiêu diện tích của vùng trong {years}",
    )


def conversion_names() -> dict[str, Phrase]:
    """Names of the zones that only the allocation has: conversions of what stands already."""
    return {item.zone: item.name for item in CONVERSIONS.values()}


def allocation_targets(
    targets: pd.DataFrame, plan: Plan, settings: AllocationSettings
) -> AskedTargets:
    """Area targets and yearly figures of the leading plan's zones, as the allocation asks."""
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
    both = pd.concat([areas, whole], ignore_index=True)
    frame = both.assign(
        year=both["year"].fillna(settings.last_year),
        low_ha=both["figure_low"].where(both["bound"] != "at_most"),
        high_ha=both["high"].where(both["bound"] != "at_least"),
    )
    within = frame["year"].between(settings.first_year, settings.last_year)
    asked_for = {*frame.loc[within, "zone"], *unknown["zone"]}
    names = {zone.zone: Phrase(en=zone.name.en, vi=zone.name.vi) for zone in plan.zones}
    silent = [zone for zone in names if zone not in asked_for]
    findings = [
        *_set_aside([zone for zone in names if zone in set(unknown["zone"])], names),
        *_without_target(silent, names, settings),
        *_late(frame[~within], names | conversion_names(), settings),
    ]
    asked = frame[within].reset_index(drop=True)
    # A yearly figure of a zone that is left aside would be one of an unknown zone.
    pace = _yearly_pace(yearly[yearly["zone"].isin(asked["zone"])])
    left = [zone for zone in dict.fromkeys(frame["zone"]) if zone not in {*asked["zone"], *names}]
    aside = dict.fromkeys([*silent, *left], _no_target(settings))
    aside |= dict.fromkeys(unknown["zone"].tolist(), _NOT_MEASURED)
    return AskedTargets(asked, pace, findings, aside)


def _conversion_zone(indicator: str) -> str:
    return CONVERSIONS[indicator].zone


def _yearly_pace(yearly: pd.DataFrame) -> pd.DataFrame:
    frame = yearly.assign(
        commune_code="", year=np.nan, low_ha=yearly["figure_low"], high_ha=yearly["figure_high"]
    )
    return PACE.validate(frame[PACE.names])


def _named(zones: list[str], names: dict[str, Phrase]) -> Phrase:
    return Phrase(
        en=", ".join(names[zone].en for zone in zones),
        vi=", ".join(names[zone].vi for zone in zones),
    )


def _set_aside(zones: list[str], names: dict[str, Phrase]) -> list[Finding]:
    if not zones:
        return []
    named = _named(zones, names)
    return [
        Finding(
            "note",
            "zone-not-measured",
            "allocation",
            Phrase(
                en=f"Not allocated, because no layer tells the present area: {named.en}. Name the "
                "layer under 'present'.",
                vi=f"{len(zones)} vùng chưa được phân bổ vì không lớp nào cho biết hiện trạng: "
                f"{named.vi}. Hãy khai lớp dữ liệu ở mục 'present'.",
            ),
            count=len(zones),
            examples=tuple(zones[:5]),
        )
    ]


def _without_target(
    zones: list[str], names: dict[str, Phrase], settings: AllocationSettings
) -> list[Finding]:
    if not zones:
        return []
    named, years = _named(zones, names), f"{settings.first_year}–{settings.last_year}"
    return [
        Finding(
            "note",
            "zone-without-target",
            "allocation",
            Phrase(
                en=f"Not allocated, because the plan asks for no area in {years}: {named.en}.",
                vi=f"{len(zones)} vùng không được phân bổ vì kế hoạch không giao chỉ tiêu diện "
                f"tích trong {years}: {named.vi}.",
            ),
            count=len(zones),
            examples=tuple(zones[:5]),
        )
    ]


def _late(
    late: pd.DataFrame, names: dict[str, Phrase], settings: AllocationSettings
) -> list[Finding]:
    if late.empty:
        return []
    due = late[["zone", "year"]].drop_duplicates().sort_values(["year", "zone"])
    pairs = [(names[zone], int(year)) for zone, year in due.itertuples(index=False)]
    listed = Phrase(
        en=", ".join(f"{name.en} ({year})" for name, year in pairs),
        vi=", ".join(f"{name.vi} ({year})" for name, year in pairs),
    )
    first, last = settings.first_year, settings.last_year
    return [
        Finding(
            "note",
            "target-outside-years",
            "allocation",
            Phrase(
                en=f"Left aside, because due outside the years allocated, {first}–{last}: "
                f"{listed.en}. Set first_year and last_year under 'allocation' to include them.",
                vi=f"Chưa tính các chỉ tiêu có hạn ngoài giai đoạn phân bổ {first}–{last}: "
                f"{listed.vi}. Muốn tính, hãy đặt first_year và last_year ở mục "
                "'allocation'.",
            ),
            count=len(late),
            examples=tuple(sorted(late["target"])[:5]),
        )
    ]
