"""Which communes of today the codes in a layer's records mean.

All codes of July 2025 were old codes, many of another unit, so a code is carried from the vintage
of the layer to that of the boundaries; an old commune that was divided becomes any of its parts.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from layers.base.findings import Finding
from layers.base.language import Phrase, format_number
from layers.communes.crosswalk import heirs
from layers.communes.gazetteer import communes_on, vintage_on

__all__ = ["CommuneList", "named_communes"]


@dataclass(frozen=True, slots=True)
class CommuneList:
    """The communes plots are compared with.

    Parameters
    ----------
    province : str
        Code of the province.
    codes : tuple of str
        Codes of the boundaries.
    vintage : str or None
        Day of the boundaries, ISO; the newest by default.
    """

    province: str
    codes: tuple[str, ...]
    vintage: str | None = None


def named_communes(
    plots: pd.DataFrame, communes: CommuneList, *, vintage: str | None = None, source: str
) -> tuple[pd.Series[str], list[Finding]]:
    """Code, among today's communes, of the commune each plot names."""
    province = communes.province
    end = vintage_on(communes.vintage, province=province)
    day = end if vintage is None else vintage_on(vintage, province=province)
    if day > end:
        return plots["commune_code"].mask(plots["row"] >= 0), [_newer_codes(day, end, source)]
    if day == end:
        known = {code: code for code in (*communes_on(province, end), *communes.codes)}
    else:
        after = heirs(province, from_=day, to=end)
        known = {code: "|".join(parts) for code, parts in after.items()}
    text = pd.StringDtype(na_value=np.nan)
    now: pd.Series[str] = plots["commune_code"].map(known).astype(text)
    strange = plots["commune_code"].notna() & now.isna()
    return now, _unknown_codes(plots, strange, day, source)


def _newer_codes(day: str, end: str, source: str) -> Finding:
    return Finding(
        "problem",
        "commune-codes-newer",
        source,
        Phrase(
            en=f"commune codes are those in force from {day}, newer than the boundaries ({end}), "
            "so plots cannot be compared with the communes they name",
            vi=f"mã xã thuộc danh mục từ {day}, mới hơn lớp ranh giới ({end}), nên không đối chiếu "
            "được lô với xã đã ghi",
        ),
    )


def _unknown_codes(
    plots: pd.DataFrame, strange: pd.Series[bool], day: str, source: str
) -> list[Finding]:
    if not strange.any():
        return []
    count = int(strange.sum())
    first = ", ".join(plots.loc[strange, "commune_code"].drop_duplicates().head(5))
    return [
        Finding(
            "problem",
            "commune-unknown",
            source,
            Phrase(
                en=f"{count} plots name communes that did not exist from {day} ({first}); they "
                "are measured where they lie",
                vi=f"{format_number(count, 'vi')} lô ghi mã xã không có trong danh mục từ {day} "
                f"({first}); vẫn tính theo nơi lô nằm",
            ),
            count=count,
            area_ha=float(plots.loc[strange, "ledger_ha"].sum()),
            examples=tuple(plots.loc[strange, "plot"].head(5)),
            rows=tuple(int(row) for row in plots.loc[strange, "row"]),
        )
    ]
