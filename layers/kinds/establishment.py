"""Planted and already forest, or not yet: the type and ``thanhrung`` together decide.

| type | ``thanhrung`` | counts as forest | told as |
|---|---|---|---|
| RT… (planted) | 1 | yes | – |
| RT… | 2 | no | note |
| RT… | 0 or empty | yes | note: assumed |
| RT… | field missing | yes | note: the type decides |
| DTR… (planted, not yet forest) | 2 | no | – |
| DTR… | 0 or empty | no | note: assumed |
| DTR… | 1 | no | problem: conflict |
| DTR… | field missing | no | note: the type decides |
| any | another value | as if empty | problem |
| natural | 2 | yes | problem: conflict |
| no forest | 1 | no | problem: conflict |
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from layers.base.findings import Finding, Severity
from layers.base.language import Phrase
from layers.kinds.polygons import list_plots

__all__ = ["check_establishment", "settle_land"]

_FOREST, _NOT_YET = 1, 2


def settle_land(land: pd.Series[str], status: pd.Series[int] | None) -> pd.Series[str]:
    """Land class after ``thanhrung`` had its say."""
    if status is None:
        return land
    young = land.eq("planted_forest") & status.eq(_NOT_YET).fillna(value=False)
    return land.mask(young.astype(bool), "not_yet_forest")


def check_establishment(
    frame: pd.DataFrame, status: pd.Series[int] | None, *, source: str
) -> list[Finding]:
    """Count every case of type against ``thanhrung``, in plots and hectares."""
    planted = frame["group"].eq("planted").fillna(value=False)
    young = frame["group"].eq("planted_not_yet").fillna(value=False)
    cases: list[tuple[Severity, str, pd.Series[bool], Phrase]] = []
    if status is None:
        cases = [
            ("note", "established-by-type", planted, _BY_TYPE),
            ("note", "not-yet-by-type", young, _NOT_YET_BY_TYPE),
        ]
    else:
        empty = status.isna() | status.eq(0).fillna(value=False)
        odd = ~empty & ~status.isin([_FOREST, _NOT_YET])
        is_forest = status.eq(_FOREST).fillna(value=False)
        is_young = status.eq(_NOT_YET).fillna(value=False)
        natural, bare = frame["group"].eq("natural"), frame["group"].eq("no_forest")
        cases = [
            ("note", "planted-established", planted & is_forest, _ESTABLISHED),
            ("note", "planted-not-established", planted & is_young, _NOT_ESTABLISHED),
            ("note", "established-assumed", planted & (empty | odd), _ASSUMED),
            ("note", "not-yet", young & is_young, _YOUNG),
            ("note", "not-yet-assumed", young & (empty | odd), _YOUNG_ASSUMED),
            ("problem", "not-yet-but-established", young & is_forest, _CONFLICT),
            ("problem", "thanhrung-unknown", odd, _ODD),
            ("problem", "natural-not-established", natural & is_young, _NATURAL),
            ("problem", "no-forest-but-established", bare & is_forest, _BARE),
        ]
    found = (
        list_plots(
            severity,
            kind,
            pd.Series(np.asarray(mask, dtype=bool), index=frame.index),
            message,
            frame=frame,
            source=source,
        )
        for severity, kind, mask, message in cases
    )
    return [item for item in found if item is not None]


_BY_TYPE = Phrase(
    en="no field thanhrung: the planted types (RT…) count as forest by their type alone",
    vi="không có trường thanhrung: rừng trồng (RT…) được tính là rừng chỉ theo mã loại",
)
_NOT_YET_BY_TYPE = Phrase(
    en="no field thanhrung: the not-yet types (DTR…) do not count, by their type alone",
    vi="không có trường thanhrung: đất đã trồng chưa thành rừng (DTR…) không được tính, chỉ theo "
    "mã loại",
)
_ESTABLISHED = Phrase(
    en="planted types (RT…) with thanhrung 1 count as forest",
    vi="rừng trồng (RT…) có thanhrung 1 được tính là rừng",
)
_NOT_ESTABLISHED = Phrase(
    en="planted types (RT…) with thanhrung 2 do not count, they are not yet forest",
    vi="rừng trồng (RT…) có thanhrung 2 không được tính, chưa thành rừng",
)
_ASSUMED = Phrase(
    en="planted types (RT…) without thanhrung (0 or empty) count as forest, assumed",
    vi="rừng trồng (RT…) không ghi thanhrung (0 hoặc trống) được tạm tính là rừng",
)
_YOUNG = Phrase(
    en="not-yet types (DTR…) with thanhrung 2 do not count",
    vi="đất đã trồng chưa thành rừng (DTR…) có thanhrung 2 không được tính",
)
_YOUNG_ASSUMED = Phrase(
    en="not-yet types (DTR…) without thanhrung (0 or empty) do not count, by their type",
    vi="đất đã trồng chưa thành rừng (DTR…) không ghi thanhrung không được tính, theo mã loại",
)
_CONFLICT = Phrase(
    en="not-yet types (DTR…) with thanhrung 1 contradict themselves and do not count, correct one",
    vi="mã chưa thành rừng (DTR…) nhưng thanhrung 1: mâu thuẫn, không được tính, hãy sửa một trong "
    "hai",
)
_ODD = Phrase(
    en="thanhrung is neither 1, 2, 0 nor empty and was taken as empty, correct it",
    vi="thanhrung không phải 1, 2, 0 hay trống, được coi là trống, hãy sửa",
)
_NATURAL = Phrase(
    en="natural forest types with thanhrung 2 contradict themselves and count by their type",
    vi="mã rừng tự nhiên nhưng thanhrung 2: mâu thuẫn, vẫn tính theo mã loại",
)
_BARE = Phrase(
    en="types without forest with thanhrung 1 contradict themselves and do not count",
    vi="mã đất chưa có rừng nhưng thanhrung 1: mâu thuẫn, không được tính",
)
