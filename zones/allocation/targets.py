"""Targets of a plan as an allocation asks for them: areas, conversions, yearly figures."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from layers.base.errors import InputError
from layers.base.findings import Finding
from layers.base.language import Language, Phrase, format_number
from zones.allocation.inputs import AVAILABLE, KEYS, PACE, AllocationInputs, AllocationSettings

if TYPE_CHECKING:
    from zones.plan.model import Plan

_PAIR = ["zone", "commune_code"]


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


def take_rows_aside(
    table: pd.DataFrame, aside: Collection[str], *, name: str, names: Mapping[str, Phrase]
) -> tuple[pd.DataFrame, tuple[Finding, ...]]:
    """Leave out the rows of zones that are not allocated."""
    mine = table["zone"].isin(list(aside))
    if not mine.any():
        return table, ()
    zones = sorted(table.loc[mine, "zone"].unique())
    listed = {
        language: ", ".join(names[zone].text(language) if zone in names else zone for zone in zones)
        for language in ("en", "vi")
    }
    note = Finding(
        "note",
        f"{name}-aside",
        "allocation",
        Phrase(
            en=f"Table {name!r}: rows without effect, because their zones are not allocated: "
            f"{listed['en']}.",
            vi=f"Bảng {name!r}: có dòng không có tác dụng vì vùng chưa được phân bổ: "
            f"{listed['vi']}.",
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
    # Land that stands twice is refused by the check of the inputs; it must not be summed here.
    if freed.empty or inputs.available.duplicated(KEYS["available"]).any():
        return inputs
    land = freed.rename(columns={"loss_ha": "area_ha"}).assign(
        origin="losses", from_year=freed["year"] + 1, until_year=np.nan
    )
    land = AVAILABLE.validate(land[AVAILABLE.names])
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
    en, vi = _losses_by_zone(sums, names, "en"), _losses_by_zone(sums, names, "vi")
    land = Phrase(en="", vi="")
    if freed > 0:
        land = Phrase(
            en=f" {_ha(freed, 'en')} ha of it can be planted from the year after.",
            vi=f" Trong đó {_ha(freed, 'vi')} ha thành đất có thể trồng từ năm sau.",
        )
    return [
        Finding(
            "note",
            "losses-aside",
            "allocation",
            Phrase(
                en=f"Lost of zones that are not allocated, so that no target counts it: {en}."
                f"{land.en}",
                vi=f"Diện tích mất của vùng chưa được phân bổ, không tính vào chỉ tiêu nào: {vi}."
                f"{land.vi}",
            ),
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
    en, vi = _losses_by_zone(sums, names, "en"), _losses_by_zone(sums, names, "vi")
    return [
        Finding(
            "note",
            "lost-land-not-replanted",
            "allocation",
            Phrase(
                en=f"Losses that name no land source, so that their land is not planted again: "
                f"{en}. Land to be replanted after harvest joins source 'cut_over'.",
                vi=f"Diện tích mất không ghi nguồn đất nên không được trồng lại: {vi}. Đất trồng "
                "lại sau khai thác ghi nguồn 'cut_over'.",
            ),
            count=len(kept),
            area_ha=float(sums.sum()),
            examples=tuple(str(zone) for zone in sums.index[:5]),
        )
    ]


def _losses_by_zone(sums: pd.Series, names: Mapping[str, Phrase], language: Language) -> str:
    return ", ".join(
        f"{names[zone].text(language) if zone in names else zone} {_ha(float(area), language)} ha"
        for zone, area in zip(sums.index.astype("str"), sums, strict=True)
    )


def _ha(area: float, language: Language) -> str:
    return format_number(area, language, decimals=1)


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
            Phrase(en="unknown commune", vi="xã không có trong danh mục"),
        ),
        *_wrong_rows(
            lost[~lost["source"].isin([*inputs.sources["source"], ""])],
            Phrase(en="unknown land source", vi="nguồn đất không có trong danh mục"),
        ),
        *_wrong_rows(
            lost[~lost["year"].between(first, last)],
            Phrase(en=f"year outside {first}–{last}", vi=f"năm ngoài giai đoạn {first}–{last}"),
        ),
        *_wrong_rows(
            lost[lost.duplicated(KEYS["losses"])],
            Phrase(en="repeated; sum or drop them", vi="bị trùng"),
        ),
        *_wrong_rows(
            lost[too_much],
            Phrase(
                en="more is lost than the commune has of the zone; lower the losses",
                vi="mất nhiều hơn diện tích hiện có của vùng tại xã; hãy giảm số mất",
            ),
        ),
    ]
    if faults:
        raise InputError(
            en="; ".join(fault.en for fault in faults), vi="; ".join(fault.vi for fault in faults)
        )


def _wrong_rows(wrong: pd.DataFrame, what: Phrase) -> list[Phrase]:
    if wrong.empty:
        return []
    keys = wrong[KEYS["losses"]].head(5).to_numpy()
    first = [tuple(str(part) for part in row) for row in keys]
    return [
        Phrase(
            en=f"losses: {len(wrong)} rows, first {first}: {what.en}",
            vi=f"losses: {len(wrong)} dòng, đầu tiên {first}: {what.vi}",
        )
    ]
