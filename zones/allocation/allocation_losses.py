"""Losses of zones that are not allocated: they lessen no target, but free their land."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from layers.base.errors import InputError
from layers.base.findings import Finding
from layers.base.language import Language, Phrase, format_number
from zones.allocation.inputs import AVAILABLE, KEYS, AllocationInputs, AllocationSettings

__all__ = ["free_land_of", "take_losses_aside", "tell_losses_aside"]

_PAIR = ["zone", "commune_code"]


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
    _check(lost_aside, inputs, settings, standing)
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
    en, vi = _listed(sums, names, "en"), _listed(sums, names, "vi")
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


def _listed(sums: pd.Series, names: Mapping[str, Phrase], language: Language) -> str:
    return ", ".join(
        f"{names[str(zone)].text(language)} {_ha(float(area), language)} ha"
        for zone, area in sums.items()
    )


def _ha(area: float, language: Language) -> str:
    return format_number(area, language, decimals=1)


def _check(
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
        *_rows(
            lost[~lost["commune_code"].isin(inputs.communes["commune_code"])],
            Phrase(en="unknown commune", vi="xã không có trong danh mục"),
        ),
        *_rows(
            lost[~lost["source"].isin([*inputs.sources["source"], ""])],
            Phrase(en="unknown land source", vi="nguồn đất không có trong danh mục"),
        ),
        *_rows(
            lost[~lost["year"].between(first, last)],
            Phrase(en=f"year outside {first}–{last}", vi=f"năm ngoài giai đoạn {first}–{last}"),
        ),
        *_rows(
            lost[lost.duplicated(KEYS["losses"])],
            Phrase(en="repeated; sum or drop them", vi="bị trùng"),
        ),
        *_rows(
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


def _rows(wrong: pd.DataFrame, what: Phrase) -> list[Phrase]:
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
