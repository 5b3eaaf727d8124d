"""What a year's figures add up to: by crop and commune, and by indicator for the province.

Only figures that were accepted count. A commune that did not report is missing, not zero: a sum
says how many of those who were asked it is made of.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from zones.measure.measure import is_unknown
from zones.reports.tables import REPORTED_CROPS
from zones.tables import REPORTED

#: Decimals of a reported figure, in every table, sheet and sum.
DECIMALS = 2
_PARTS = ("standing", "planted", "replanted", "lost", "certified", "coded")


_CELL = ["reporter", "form", "year", "table", "row", "column", "crop", "unit"]


def counted_figures(figures: pd.DataFrame, keys: Sequence[str] = tuple(_CELL)) -> pd.DataFrame:
    """Figures that count, one for each cell of a form, columns ``keys`` and ``value``.

    Those of old communes are added up: of a sum with a part that is asked back nothing is known.
    Each is rounded here, once, so that every sum is that of the figures that are printed.
    """
    by = [figures[key] for key in keys]
    unknown = figures["value"].isna().groupby(by, sort=False).transform("any")
    cells = figures[~unknown].groupby(_CELL, sort=False)["value"].sum().round(DECIMALS)
    sums = cells.reset_index().groupby(list(keys), sort=False)["value"].sum()
    return sums.round(DECIMALS).reset_index()


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
    before = standing.set_index(["reporter", "crop"])["value"]
    pairs = pd.MultiIndex.from_frame(wide[["reporter", "crop"]])
    named = {part: f"{part}_ha" for part in _PARTS} | {"reporter": "commune_code"}
    frame = wide.assign(last_ha=before.reindex(pairs).to_numpy()).rename(columns=named)
    return REPORTED_CROPS.validate(frame[REPORTED_CROPS.names])


def with_earlier_reports(crops: pd.DataFrame, measured: pd.DataFrame) -> pd.DataFrame:
    """``REPORTED_CROPS`` with last year's hectares of report layers where no round was held.

    ``measured`` has the columns of ``zones.tables.MEASURED``.
    """
    told = measured[(measured["land"] == "report") & ~is_unknown(measured)]
    earlier = told.assign(year=told["planting_year"] + 1)
    keys = ["commune_code", "crop", "year"]
    sums = earlier.groupby(keys)["ledger_ha"].sum(min_count=1)
    known = sums.reindex(pd.MultiIndex.from_frame(crops[keys])).set_axis(crops.index)
    return crops.assign(last_ha=crops["last_ha"].fillna(known))


def disowned_last_year(figures: pd.DataFrame, findings: pd.DataFrame) -> frozenset[tuple[str, str]]:
    """Commune and crop of which the reporter confirms what stands against what was known before.

    ``figures`` are those that count in the year, ``findings`` what was told of their submissions.
    """
    at = ["reporter", "file", "sheet", "cell"]
    told = findings.loc[findings["kind"] == "confirmed", at]
    cells = told.assign(cell=told["cell"].str.split(", ")).explode("cell").drop_duplicates()
    standing = figures[figures["table"].eq("zones") & figures["column"].eq("standing")]
    pairs = standing.merge(cells, on=at)[["reporter", "crop"]]
    return frozenset((str(who), str(crop)) for who, crop in pairs.itertuples(index=False))


def without_disowned(crops: pd.DataFrame, disowned: frozenset[tuple[str, str]]) -> pd.DataFrame:
    """``REPORTED_CROPS`` without last year's hectares that the communes do not stand by."""
    pairs = pd.MultiIndex.from_frame(crops[["commune_code", "crop"]])
    return crops.assign(last_ha=crops["last_ha"].mask(pairs.isin(list(disowned))))


def reported_years(figures: pd.DataFrame, communes: Sequence[str]) -> pd.DataFrame:
    """Standing hectares of each zone, commune and year as reported.

    Columns ``zone, commune_code, year, told_by, present_ha``.
    """
    counted = counted_figures(figures)
    mine = counted[counted["table"].eq("zones") & counted["column"].eq("standing")]
    mine = mine[mine["reporter"].isin(set(communes))]
    named = {"row": "zone", "reporter": "commune_code", "value": "present_ha"}
    wanted = ["zone", "commune_code", "year", "told_by", "present_ha"]
    return mine.rename(columns=named).assign(told_by="report")[wanted]


def _of_crops(figures: pd.DataFrame) -> pd.DataFrame:
    """Figures by commune, crop, year and column: those of all zones of a crop together."""
    of_crops = figures[(figures["table"] == "zones") & (figures["crop"] != "")]
    return counted_figures(of_crops, ("reporter", "crop", "year", "column"))


def reported_indicators(
    figures: pd.DataFrame, year: int, *, communes: Sequence[str]
) -> pd.DataFrame:
    """Reported figures by zone, indicator and commune, the province first (``REPORTED``).

    ``figures`` has those of all years; ``value`` is that of ``year``, ``total`` of all years up to
    it. The standing hectares of a zone are its indicator ``area``, of which years do not add up.
    """
    asked = figures["table"].isin(["zones", "indicators"])
    wanted = figures["column"].isin(["standing", "value"])
    counted = counted_figures(figures[asked & wanted & (figures["year"] <= year)])
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
    total = frame["total"].mask(frame["indicator"] == "area", frame["value"])
    return REPORTED.validate(frame.assign(year=year, total=total)[REPORTED.names])


def _sums(rows: pd.DataFrame, keys: list[str], year: int) -> pd.DataFrame:
    """Sums of the year and of all years, and how many reported in the year."""
    now = rows[rows["year"] == year]
    total = rows.groupby(keys)["value"].sum().rename("total")
    value = now.groupby(keys)["value"].sum().rename("value")
    count = now.groupby(keys)["reporter"].nunique().rename("reporters")
    frame = pd.concat([total, value, count], axis="columns").reset_index()
    return frame.assign(reporters=frame["reporters"].fillna(0))
