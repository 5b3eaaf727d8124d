"""Rows of one's own tables about zones that are not allocated: told, instead of called unknown."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import pandas as pd

from layers.base.findings import Finding
from layers.base.language import Phrase

__all__ = ["take_rows_aside"]


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
