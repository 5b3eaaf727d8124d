"""Targets of a plan as an allocation asks for them: areas, conversions, yearly figures."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from layers.base.errors import InputError
from layers.base.findings import Finding
from layers.base.language import Phrase
from layers.base.messages import joined, message
from zones.allocation.inputs import AVAILABLE, KEYS, PACE, AllocationInputs, AllocationSettings
from zones.plan.frames import parts_of_one_thing

if TYPE_CHECKING:
    from zones.plan.model import Plan

_PAIR = ["zone", "commune_code"]
#: Kind of the finding on an area that points on the ground do not bear out.
POINTS_TELL = "points-tell-otherwise"


@dataclass(frozen=True, slots=True)
class Conversion:
    """An indicator that is an allocation of its own: hectares converted, on land with trees."""

    zone: str
    parent: str
    name: Phrase


@dataclass(frozen=True, slots=True)
class AskedTargets:
    """What a plan asks an allocation for, and what it leaves aside."""

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


def _no_target(settings: AllocationSettings) -> Phrase:
    return message("zones.allocation.no_target", years=_years(settings))


def _years(settings: AllocationSettings) -> str:
    first, last = settings.first_year, settings.last_year
    return f"{first}–{last}" if first < last else str(first)


def is_counted_from_nothing(zone: str, present_ha: float) -> bool:
    """Whether a zone is a conversion of which nobody tells what was converted before."""
    return zone in conversion_names() and bool(np.isnan(present_ha))


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
    areas = areas[~areas["target"].isin(parts_of_one_thing(plan))]
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
    aside |= dict.fromkeys(unknown["zone"].tolist(), message("zones.allocation.no_present_area"))
    return AskedTargets(asked, pace, findings, aside)


def _conversion_zone(indicator: str) -> str:
    return CONVERSIONS[indicator].zone


def _yearly_pace(yearly: pd.DataFrame) -> pd.DataFrame:
    frame = yearly.assign(
        commune_code="", year=np.nan, low_ha=yearly["figure_low"], high_ha=yearly["figure_high"]
    )
    return PACE.validate(frame[PACE.names])


def _set_aside(zones: list[str], names: dict[str, Phrase]) -> list[Finding]:
    if not zones:
        return []
    named = [names[zone] for zone in zones]
    return [
        Finding(
            "note",
            "zone-not-measured",
            "allocation",
            message("zones.allocation.zones_not_measured", count=len(zones), zones=named),
            count=len(zones),
            examples=tuple(zones[:5]),
        )
    ]


def _without_target(
    zones: list[str], names: dict[str, Phrase], settings: AllocationSettings
) -> list[Finding]:
    if not zones:
        return []
    named = [names[zone] for zone in zones]
    return [
        Finding(
            "note",
            "zone-without-target",
            "allocation",
            message(
                "zones.allocation.zones_without_target",
                count=len(zones),
                years=_years(settings),
                zones=named,
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
    listed = [
        message("zones.allocation.zone_of_year", zone=names[zone], year=int(year))
        for zone, year in due.itertuples(index=False)
    ]
    first, last = settings.first_year, settings.last_year
    return [
        Finding(
            "note",
            "target-outside-years",
            "allocation",
            message("zones.allocation.target_outside_years", first=first, last=last, listed=listed),
            count=len(late),
            examples=tuple(sorted(late["target"])[:5]),
        )
    ]


def tell_other_plans(
    targets: pd.DataFrame,
    plan: Plan,
    names: Mapping[str, Phrase],
    plan_names: Mapping[str, Phrase],
) -> list[Finding]:
    """Name areas that fall short of another plan: they are seen here, and not allocated."""
    zones = [zone.zone for zone in plan.zones]
    short = targets[(targets["plan"] != plan.plan) & (targets["status"] == "below")]
    short = short[(short["unit"] == "ha") & (short["indicator"] == "area")]
    short = short[~short["zone"].isin(["", *zones])].drop_duplicates(["zone", "plan"])
    if short.empty:
        return []
    listed = [
        message(
            "zones.allocation.zone_of_plan", zone=names[zone], plan=plan_names.get(other, other)
        )
        for zone, other in short[["zone", "plan"]].itertuples(index=False)
    ]
    return [
        Finding(
            "note",
            "short-of-other-plans",
            "allocation",
            message("zones.allocation.short_of_other_plans", count=len(listed), listed=listed),
            count=len(listed),
            examples=tuple(short["target"].head(5)),
        )
    ]


def tell_points(targets: pd.DataFrame, plan: Plan, names: Mapping[str, Phrase]) -> list[Finding]:
    """Name zones whose area on the map, which is counted from, lies off what points tell."""
    rows = targets[(targets["plan"] == plan.plan) & (targets["indicator"] == "area")]
    rows = rows[(rows["unit"] == "ha") & (rows["commune_code"].fillna("") == "")]
    rows = rows[rows["present"].notna() & (rows["interval_from"] == "points")]
    off = ~rows["present"].between(rows["low_interval"], rows["high_interval"])
    return [
        Finding(
            "note",
            "points-tell-otherwise",
            "allocation",
            message(
                "zones.allocation.points_tell",
                zone=names[row["zone"]],
                present=row["present"],
                estimate=row["estimate"],
                low=row["low_interval"],
                high=row["high_interval"],
            ),
            area_ha=abs(row["present"] - row["estimate"]),
            examples=(row["target"],),
        )
        for row in rows[off].drop_duplicates("zone").to_dict("records")
        if row["zone"] in names
    ]


def take_rows_aside(
    table: pd.DataFrame, aside: Collection[str], *, name: str, names: Mapping[str, Phrase]
) -> tuple[pd.DataFrame, tuple[Finding, ...]]:
    """Leave out the rows of zones that are not allocated."""
    mine = table["zone"].isin(list(aside))
    if not mine.any():
        return table, ()
    zones = sorted(table.loc[mine, "zone"].unique())
    note = Finding(
        "note",
        f"{name}-aside",
        "allocation",
        message(
            "zones.allocation.rows_aside",
            table=name,
            zones=[names.get(zone, Phrase(zone, zone)) for zone in zones],
        ),
        count=int(mine.sum()),
        examples=tuple(zones[:5]),
    )
    return table[~mine].reset_index(drop=True), (note,)


def take_losses_aside(
    losses: pd.DataFrame, aside: Collection[str]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Part losses by whether their zone is allocated."""
    mine = losses["zone"].isin(list(aside))
    return losses[~mine].reset_index(drop=True), losses[mine].reset_index(drop=True)


def free_land_of(
    lost_aside: pd.DataFrame,
    inputs: AllocationInputs,
    settings: AllocationSettings,
    *,
    standing: pd.DataFrame,
) -> AllocationInputs:
    """Add the land that losses of zones aside free, from the year after."""
    _check_losses(lost_aside, inputs, settings, standing)
    freed = lost_aside[(lost_aside["source"] != "") & (lost_aside["loss_ha"] > 0)]
    if freed.empty:
        return inputs
    land = freed.rename(columns={"loss_ha": "area_ha"}).assign(
        origin="losses", from_year=freed["year"] + 1, until_year=np.nan
    )
    return add_land(inputs, AVAILABLE.validate(land[AVAILABLE.names]))


def add_land(inputs: AllocationInputs, land: pd.DataFrame) -> AllocationInputs:
    """Add pieces of land (``AVAILABLE``) to those that are there."""
    # Land that stands twice is refused by the check of the inputs; it must not be summed here.
    if land.empty or inputs.available.duplicated(KEYS["available"]).any():
        return inputs
    both = pd.concat([AVAILABLE.validate(inputs.available), land], ignore_index=True)
    # Two zones may free land of one source in one year: one piece of land, of which each has part.
    pieces = both.groupby(KEYS["available"], dropna=False, as_index=False)
    summed = pieces.agg(area_ha=("area_ha", "sum"), origin=("origin", "first"))
    return replace(inputs, available=AVAILABLE.validate(summed[AVAILABLE.names]))


def tell_losses_aside(lost_aside: pd.DataFrame, names: Mapping[str, Phrase]) -> list[Finding]:
    """Tell what is lost of zones that are not allocated."""
    if lost_aside.empty:
        return []
    sums = lost_aside.groupby("zone")["loss_ha"].sum()
    freed = float(lost_aside.loc[lost_aside["source"] != "", "loss_ha"].sum())
    land = Phrase(en="", vi="")
    if freed > 0:
        land = message("zones.allocation.land_freed", area=freed)
    return [
        Finding(
            "note",
            "losses-aside",
            "allocation",
            message("zones.allocation.losses_aside", lost=_losses_by_zone(sums, names), land=land),
            count=len(lost_aside),
            examples=tuple(str(zone) for zone in sums.index[:5]),
        )
    ]


def tell_lost_land(losses: pd.DataFrame, names: Mapping[str, Phrase]) -> list[Finding]:
    """Tell losses that name no land source: nothing is planted on their land again."""
    kept = losses[(losses["source"] == "") & (losses["loss_ha"] > 0)]
    if kept.empty:
        return []
    sums = kept.groupby("zone")["loss_ha"].sum()
    return [
        Finding(
            "note",
            "lost-land-not-replanted",
            "allocation",
            message("zones.allocation.land_not_replanted", lost=_losses_by_zone(sums, names)),
            count=len(kept),
            area_ha=float(sums.sum()),
            examples=tuple(str(zone) for zone in sums.index[:5]),
        )
    ]


def _losses_by_zone(sums: pd.Series, names: Mapping[str, Phrase]) -> Phrase:
    lost = (
        message("zones.allocation.loss_of_zone", zone=names.get(zone, zone), area=float(area))
        for zone, area in zip(sums.index.astype("str"), sums, strict=True)
    )
    return joined(lost, between=", ")


def _check_losses(
    lost: pd.DataFrame,
    inputs: AllocationInputs,
    settings: AllocationSettings,
    standing: pd.DataFrame,
) -> None:
    first, last = settings.first_year, settings.last_year
    present = standing.groupby(_PAIR)["present_ha"].sum(min_count=1).dropna()
    here = present.reindex(pd.MultiIndex.from_frame(lost[_PAIR])).fillna(0.0).to_numpy()
    measured = lost["zone"].isin(present.index.get_level_values("zone"))
    too_much = measured & (lost.groupby(_PAIR)["loss_ha"].transform("sum") > here + 1e-6)
    faults = [
        *_wrong_rows(
            lost[~lost["commune_code"].isin(inputs.communes["commune_code"])],
            message("zones.allocation.unknown_commune"),
        ),
        *_wrong_rows(
            lost[~lost["source"].isin([*inputs.sources["source"], ""])],
            message("zones.allocation.unknown_source"),
        ),
        *_wrong_rows(
            lost[~lost["year"].between(first, last)],
            message("zones.allocation.year_outside", first=first, last=last),
        ),
        *_wrong_rows(
            lost[lost.duplicated(KEYS["losses"])],
            message("zones.allocation.rows_repeated"),
        ),
        *_wrong_rows(
            lost[too_much],
            message("zones.allocation.more_lost_than_present"),
        ),
    ]
    if faults:
        raise InputError(joined(faults))


def _wrong_rows(wrong: pd.DataFrame, what: Phrase) -> list[Phrase]:
    if wrong.empty:
        return []
    rows = [tuple(str(part) for part in row) for row in wrong[KEYS["losses"]].to_numpy()]
    return [message("zones.allocation.losses_wrong", count=len(rows), rows=rows, what=what)]
