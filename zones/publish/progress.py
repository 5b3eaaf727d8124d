"""Hectares of each zone over the years, rounded so that the communes add up to the province."""

from __future__ import annotations

import pandas as pd

from layers.base.errors import ClosureError
from zones.rounding.to_totals import round_to_total
from zones.tables import PROGRESS

_SERIES = ["zone", "told_by", "year"]


def round_progress(
    told: pd.DataFrame, zones: pd.DataFrame, *, communes: int, decimals: int
) -> pd.DataFrame:
    """Hectares over the years (``PROGRESS``), each series of a year closed by itself.

    ``told`` has ``zone, commune_code, year, told_by, present_ha``; of a zone, commune, year and
    teller that stand in it twice the first counts. What is in ``zones``, the present areas as they
    are printed, with ``year`` and ``told_by``, stands here as it stands there. A commune that did
    not tell has no row.
    """
    key = [*_SERIES, "commune_code"]
    known = told[told["zone"].isin(set(zones["zone"]))].dropna(subset="present_ha")
    known = known.drop_duplicates(key)
    printed = zones.dropna(subset=["present_ha", "year"]).astype({"year": "int64"})
    there = pd.MultiIndex.from_frame(printed[_SERIES])
    rest = known[~pd.MultiIndex.from_frame(known[_SERIES]).isin(there)]
    parts = [printed[[*key, "present_ha"]].assign(present=True)]
    for _, rows in rest.groupby(_SERIES, sort=False):
        rounded = round_to_total(rows["present_ha"].to_numpy("float64"), step=10.0**-decimals)
        parts.append(rows[key].assign(present_ha=rounded, present=False))
    rows = pd.concat(parts, ignore_index=True).rename(columns={"present_ha": "area_ha"})
    if rows.empty:
        return PROGRESS.empty()
    by_series = rows.groupby(_SERIES)
    sums = by_series.agg(
        area_ha=("area_ha", "sum"), communes=("area_ha", "size"), present=("present", "first")
    ).reset_index()
    province = sums.assign(commune_code="", area_ha=sums["area_ha"].round(decimals))
    _check(province, rest, decimals)
    frame = pd.concat(
        [province.assign(expected=communes), rows.assign(communes=1, expected=1)],
        ignore_index=True,
    )
    order = ["zone", "year", "told_by", "commune_code"]
    return PROGRESS.validate(frame[PROGRESS.names].sort_values(order, ignore_index=True))


def _check(province: pd.DataFrame, exact: pd.DataFrame, decimals: int) -> None:
    """Hold that rounding moved no sum by more than half a step, and lost none."""
    sums = exact.groupby(_SERIES)["present_ha"].sum()
    gaps = (sums - province.set_index(_SERIES)["area_ha"].reindex(sums.index)).abs()
    wrong = gaps[~(gaps <= 0.5 * 10.0**-decimals + 1e-6)]
    if len(wrong):
        raise ClosureError(
            "zones.publish.progress_apart", count=len(wrong), first=list(wrong.index)
        )
