"""Printed figures: every table is rounded once, here, so that a figure is the same on every page.

Pages get these frames and compute nothing; their digest stands on each of them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

import numpy as np
import pandas as pd

from zones.rounding import round_table, round_to_total

__all__ = [
    "area_targets",
    "frames_digest",
    "print_forest_cover",
    "print_land",
    "print_species_ages",
    "print_targets",
    "print_zones",
]

_FOREST = ["natural_forest_ha", "planted_forest_ha", "not_yet_forest_ha"]


def print_zones(zones: pd.DataFrame, *, decimals: int) -> pd.DataFrame:
    """Round the present areas so that the communes of each zone add up to its rounded total.

    Parameters
    ----------
    zones : pandas.DataFrame
        Columns of ``maps.tables.ZONES``.
    decimals : int
        Digits after the decimal mark.

    Returns
    -------
    pandas.DataFrame
        The same with ``present_ha`` rounded; ``share_ratio`` stays exact.
    """
    step = 10.0**-decimals
    parts = []
    for _, rows in zones.groupby("zone", sort=False):
        if rows["present_ha"].notna().all():
            rounded = round_to_total(rows["present_ha"].to_numpy(), step=step)
            rows = rows.assign(present_ha=rounded)
        parts.append(rows)
    return pd.concat(parts).sort_index()


def print_targets(
    targets: pd.DataFrame, zones: pd.DataFrame, *, decimals: int, rate_decimals: int
) -> pd.DataFrame:
    """Round the figures of the targets; ratios stay exact.

    Parameters
    ----------
    targets : pandas.DataFrame
        Columns of ``maps.tables.TARGETS``, ``indicator`` and ``commune_code``.
    zones : pandas.DataFrame
        As from ``print_zones``.
    decimals : int
        Digits of hectares and other quantities.
    rate_decimals : int
        Digits of rates (unit ``%``).

    Returns
    -------
    pandas.DataFrame
        The same with ``present, shortfall, surplus`` rounded; the present area of a zone is the sum
        of its printed communes, and what it lacks is counted from that.
    """
    rates = targets["unit"] == "%"
    columns = {}
    for name in ("present", "shortfall", "surplus"):
        exact = targets[name]
        columns[name] = exact.round(decimals).mask(rates, exact.round(rate_decimals))
    sums = zones.groupby("zone")["present_ha"].sum(min_count=1).round(decimals)
    printed = targets["zone"].map(sums).where(area_targets(targets))
    known = printed.notna() & columns["present"].notna()
    columns["present"] = columns["present"].mask(known, printed)
    for name, gap in (
        ("shortfall", targets["low"] - printed),
        ("surplus", printed - targets["high"]),
    ):
        wanted = known & (targets[name] > 0)
        columns[name] = columns[name].mask(wanted, gap.round(decimals).clip(lower=0))
    return targets.assign(**columns)


def area_targets(targets: pd.DataFrame) -> pd.Series[bool]:
    """Tell the targets that are about the area of a whole zone.

    Parameters
    ----------
    targets : pandas.DataFrame
        Columns of ``maps.tables.TARGETS``, ``indicator`` and ``commune_code``.

    Returns
    -------
    pandas.Series of bool
        Index of ``targets``.
    """
    area = (targets["indicator"] == "area") & (targets["unit"] == "ha")
    return area & (targets["commune_code"] == "") & (targets["zone"] != "")


def print_forest_cover(cover: pd.DataFrame, *, decimals: int, rate_decimals: int) -> pd.DataFrame:
    """Round the forest cover table: forest classes close across, every column closes downwards.

    Parameters
    ----------
    cover : pandas.DataFrame
        Columns of ``maps.tables.FOREST_COVER``, the province last; further columns in ha and
        percent are rounded too.
    decimals : int
        Digits of hectares.
    rate_decimals : int
        Digits of rates.

    Returns
    -------
    pandas.DataFrame
        The same, rounded; the province's hectares are the sums of the printed communes.
    """
    if cover.empty:
        return cover
    step = 10.0**-decimals
    communes, province = cover.iloc[:-1], cover.iloc[-1:]
    result = communes.copy()
    cells = communes.melt("commune_code", _FOREST, "class", "area_ha")
    rounded = round_table(cells, by=("commune_code", "class"), value="area_ha", step=step).cells
    wide = rounded.pivot_table(index="commune_code", columns="class", values="area_ha")
    result[_FOREST] = wide.loc[communes["commune_code"], _FOREST].to_numpy()
    for name in [name for name in cover.columns if str(name).endswith("_ha")]:
        if name in _FOREST or communes[name].isna().any():
            continue
        if (communes[name] < 0).any():
            result[name] = communes[name].round(decimals)
        else:
            result[name] = round_to_total(communes[name].to_numpy(), step=step)
    sums = {
        name: round(float(result[name].sum()), decimals)
        for name in result.columns
        if str(name).endswith("_ha") and result[name].notna().all()
    }
    result = pd.concat([result, province.assign(**sums)], ignore_index=True)
    percents = [name for name in cover.columns if str(name).endswith("_percent")]
    return result.assign(**{str(name): result[name].round(rate_decimals) for name in percents})


def print_species_ages(ages: pd.DataFrame, *, decimals: int) -> pd.DataFrame:
    """Round the planted areas so that species and age classes both add up.

    Parameters
    ----------
    ages : pandas.DataFrame
        Columns of ``maps.tables.SPECIES_AGES``.
    decimals : int
        Digits of hectares.

    Returns
    -------
    pandas.DataFrame
        The same, rounded as a whole.
    """
    if ages.empty:
        return ages
    keys = ("species", "age_class")
    return round_table(ages, by=keys, value="area_ha", step=10.0**-decimals).cells


def print_land(measured: pd.DataFrame, *, decimals: int) -> pd.DataFrame:
    """Round hectares by commune and land class, as the legends of the atlas print them.

    Parameters
    ----------
    measured : pandas.DataFrame
        ``commune_code, land, area_ha, ledger_ha``; the ledger leads where there is one.
    decimals : int
        Digits of hectares.

    Returns
    -------
    pandas.DataFrame
        ``commune_code, land, area_ha``; communes and classes add up.
    """
    value = measured["ledger_ha"] if measured["ledger_ha"].notna().any() else measured["area_ha"]
    cells = measured.assign(area_ha=value.fillna(measured["area_ha"]))
    sums = cells.groupby(["commune_code", "land"])["area_ha"].sum().reset_index()
    if sums.empty:
        return sums
    by = ("commune_code", "land")
    return round_table(sums, by=by, value="area_ha", step=10.0**-decimals).cells


def frames_digest(frames: Iterable[pd.DataFrame]) -> str:
    """Digest of printed frames, as every page made from them carries it.

    Parameters
    ----------
    frames : iterable of pandas.DataFrame
        Printed frames, in a fixed order.

    Returns
    -------
    str
        First 16 hexadecimal digits of the SHA-256 of their CSV text.
    """
    total = hashlib.sha256()
    for frame in frames:
        plain = frame.replace({np.nan: None})
        total.update(plain.to_csv(index=False, lineterminator="\n").encode("utf-8"))
    return total.hexdigest()[:16]
