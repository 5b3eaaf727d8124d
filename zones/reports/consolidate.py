"""What a year's figures add up to: by crop and commune, and by indicator for the province.

Only figures that were accepted count. A commune that did not report is missing, not zero: a sum
says how many of those who were asked it is made of.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from zones.reports.tables import REPORTED_CROPS
from zones.tables import REPORTED

_PARTS = ("standing", "planted", "replanted", "lost", "certified", "coded")


def reported_crops(figures: pd.DataFrame, last: pd.DataFrame) -> pd.DataFrame:
    """Hectares of each crop, commune and year as reported, columns of ``REPORTED_CROPS``.

    ``figures`` and ``last`` are the figures that count in the year and in the year before.
    """
    found = _of_crops(figures)
    if found.empty:
        return REPORTED_CROPS.empty()
    keys = ["reporter", "crop", "year"]
    wide = found.pivot_table(index=keys, columns="column", values="value", aggfunc="sum")
    wide = wide.reindex(columns=list(_PARTS)).reset_index()
    year_before = _of_crops(last)
    standing = year_before[year_before["column"] == "standing"]
    before = standing.groupby(["reporter", "crop"])["value"].sum()
    pairs = pd.MultiIndex.from_frame(wide[["reporter", "crop"]])
    named = {part: f"{part}_ha" for part in _PARTS} | {"reporter": "commune_code"}
    frame = wide.assign(last_ha=before.reindex(pairs).to_numpy()).rename(columns=named)
    return REPORTED_CROPS.validate(frame[REPORTED_CROPS.names])


def reported_years(figures: pd.DataFrame, communes: Sequence[str]) -> pd.DataFrame:
    """Standing hectares of each zone, commune and year as reported.

    Columns ``zone, commune_code, year, told_by, present_ha``.
    """
    mine = figures[figures["table"].eq("zones") & figures["column"].eq("standing")]
    mine = mine[mine["value"].notna() & mine["reporter"].isin(set(communes))]
    named = {"row": "zone", "reporter": "commune_code", "value": "present_ha"}
    wanted = ["zone", "commune_code", "year", "told_by", "present_ha"]
    return mine.rename(columns=named).assign(told_by="report")[wanted]


def _of_crops(figures: pd.DataFrame) -> pd.DataFrame:
    counted = figures[figures["value"].notna()]
    return counted[(counted["table"] == "zones") & (counted["crop"] != "")]


def reported_indicators(
    figures: pd.DataFrame, year: int, *, communes: Sequence[str]
) -> pd.DataFrame:
    """Reported figures by zone, indicator and commune, the province first (``REPORTED``).

    ``figures`` has those of all years; ``value`` is that of ``year``, ``total`` of all years up to
    it. The standing hectares of a zone are its indicator ``area``.
    """
    asked = figures["table"].isin(["zones", "indicators"])
    wanted = figures["column"].isin(["standing", "value"])
    counted = figures[asked & wanted & figures["value"].notna() & (figures["year"] <= year)]
    if counted.empty:
        return REPORTED.empty()
    dotted = counted["row"].str.rpartition(".")
    of_zone = counted["table"] == "zones"
    rows = counted.assign(
        zone=dotted[0].mask(of_zone, counted["row"]),
        indicator=dotted[2].mask(of_zone, "area"),
        commune_code=counted["reporter"].where(counted["reporter"].isin(set(communes)), ""),
    )
    keys = ["zone", "indicator", "unit"]
    province = _sums(rows, keys, year).assign(commune_code="")
    by_commune = rows[rows["commune_code"] != ""]
    by_commune = _sums(by_commune, [*keys, "commune_code"], year)
    frame = pd.concat([province, by_commune], ignore_index=True)
    # Of a department one answer is all there is to come.
    one = rows[rows["commune_code"] == ""].set_index(keys).index
    alone = pd.MultiIndex.from_frame(frame[keys]).isin(one) | (frame["commune_code"] != "")
    frame = frame.assign(expected=pd.Series(len(communes), index=frame.index).mask(alone, 1))
    return REPORTED.validate(frame.assign(year=year)[REPORTED.names])


def _sums(rows: pd.DataFrame, keys: list[str], year: int) -> pd.DataFrame:
    """Sums of the year and of all years, and how many reported in the year."""
    now = rows[rows["year"] == year]
    total = rows.groupby(keys)["value"].sum().rename("total")
    value = now.groupby(keys)["value"].sum().rename("value")
    count = now.groupby(keys)["reporter"].nunique().rename("reporters")
    frame = pd.concat([total, value, count], axis="columns").reset_index()
    return frame.assign(reporters=frame["reporters"].fillna(0))
