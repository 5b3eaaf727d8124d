"""Sums of the published figures by group of communes; every column closes with the province."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from zones.measure.closure import ClosureLog
from zones.tables import GROUP_COVER, GROUP_ZONES

_SUMS = ("present_ha", "planned_ha", "loss_ha")
_HECTARES = ("natural_area_ha", "natural_forest_ha", "planted_forest_ha", "not_yet_forest_ha")


def group_zones(
    zones: pd.DataFrame,
    allocation: pd.DataFrame,
    losses: pd.DataFrame,
    groups: Mapping[str, str],
    closures: ClosureLog,
) -> pd.DataFrame:
    """Hectares of each zone by group: present, planted and lost in all years; zones in order."""
    keys = ["zone", "commune_code"]
    rows = zones[[*keys, "present_ha"]]
    planned = allocation.dropna(subset=["planned_ha"])
    for name, frame in (("planned_ha", planned), ("loss_ha", losses)):
        sums = frame.groupby(keys)[name].sum().reindex(pd.MultiIndex.from_frame(rows[keys]))
        # A commune without a row takes nothing of a zone that was allocated; of another zone
        # nobody knows.
        allocated = rows["zone"].isin(planned["zone"]) & (len(frame) > 0)
        rows = rows.assign(**{name: sums.fillna(0.0).where(allocated.to_numpy()).to_numpy()})
    group = _in_order(rows["commune_code"], groups)
    rows = rows.assign(group=group, known=rows["present_ha"].notna())
    grouped = rows.groupby(["zone", "group"], observed=True)
    table = grouped[list(_SUMS)].sum(min_count=1)
    table = table.assign(communes=grouped.size(), known=grouped["known"].sum()).reset_index()
    order = {zone: place for place, zone in enumerate(zones["zone"].unique())}
    table = table.sort_values("zone", key=lambda zone: zone.map(order), kind="stable")
    table = table.astype({"group": "str"}).reset_index(drop=True)
    for name in _SUMS:
        closures.check(f"groups: {name}", parts=table[name].sum(), whole=rows[name].sum())
    return GROUP_ZONES.validate(table.round(dict.fromkeys(_SUMS, 4)))


def _in_order(codes: pd.Series, groups: Mapping[str, str]) -> pd.Series:
    """Groups of communes, which sort in the order in which they are given."""
    order = list(dict.fromkeys(groups.values()))
    return pd.Series(pd.Categorical(codes.map(groups), order, ordered=True), index=codes.index)


def _whole_sums(frame: pd.DataFrame, of: pd.Series, columns: list[str]) -> pd.DataFrame:
    """Sums by group; missing where the figure of one of its communes is."""
    grouped = frame[columns].groupby(of, observed=True)
    return grouped.sum().where(grouped.count().eq(grouped.size(), axis="index"))


def group_cover(
    rounded: pd.DataFrame,
    measured: pd.DataFrame,
    groups: Mapping[str, str],
    closures: ClosureLog,
    *,
    rate_decimals: int,
) -> pd.DataFrame:
    """Forest and forest cover rate by group, the province last.

    Hectares are sums of the printed ones; the rate is of what was measured, never of rounded
    figures. A group with a commune whose forest is not known has no sum.
    """
    if rounded.empty:
        return GROUP_COVER.empty()
    printed, exact = rounded.iloc[:-1], measured.iloc[:-1]
    names = _in_order(printed["commune_code"], groups)
    sums = _whole_sums(printed, names, list(_HECTARES))
    counted = exact.assign(forest=exact["natural_forest_ha"] + exact["planted_forest_ha"])
    of = _in_order(exact["commune_code"], groups)
    whole = _whole_sums(counted, of, ["forest", "natural_area_ha"])
    rate = (whole["forest"] / whole["natural_area_ha"] * 100).round(rate_decimals)
    table = sums.assign(cover_percent=rate, communes=names.value_counts())
    table = table.rename_axis("group").reset_index().astype({"group": "str"})
    last = rounded.iloc[[-1]]
    province = last[[*_HECTARES, "cover_percent"]].assign(group="", communes=len(printed))
    for name in _HECTARES:
        if printed[name].notna().all():
            closures.check(
                f"group cover: {name}", parts=table[name].sum(), whole=float(last[name].iloc[0])
            )
    table = pd.concat([table, province], ignore_index=True)
    return GROUP_COVER.validate(table.round(dict.fromkeys(_HECTARES, 4)))
