"""Land over the years: when each piece may be used, and the rows that let it be used once."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from zones.allocation_inputs import AllocationInputs, AllocationSettings

__all__ = ["land_rows", "usable_years"]

_KEYS = ["commune_code", "source"]


def _windows(inputs: AllocationInputs, settings: AllocationSettings) -> pd.DataFrame:
    """Land with the first and the last year of the plan in which it may be used."""
    land = inputs.available[inputs.available["area_ha"] > 0]
    land = land.assign(
        first=land["from_year"].fillna(settings.first_year).clip(lower=settings.first_year),
        last=land["until_year"].fillna(settings.last_year).clip(upper=settings.last_year),
    )
    land = land[(land["first"] <= land["last"]).to_numpy(dtype=bool)]
    return land.astype({"first": "int64", "last": "int64"})


def usable_years(inputs: AllocationInputs, settings: AllocationSettings) -> pd.DataFrame:
    """Years in which each source of each commune has some land.

    Parameters
    ----------
    inputs : AllocationInputs
        Checked inputs.
    settings : AllocationSettings
        The years.

    Returns
    -------
    pandas.DataFrame
        ``commune_code, source, year``.
    """
    land = _windows(inputs, settings)[[*_KEYS, "first", "last"]].drop_duplicates()
    years = pd.DataFrame({"year": np.array(settings.years, dtype="int64")})
    pairs = land.merge(years, how="cross")
    pairs = pairs[pairs["year"].between(pairs["first"], pairs["last"])]
    return pairs[[*_KEYS, "year"]].drop_duplicates()


def land_rows(
    inputs: AllocationInputs, settings: AllocationSettings
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Write that each hectare is used once.

    Where all land of a source is free in all years, one row says so. Where pieces have years of
    their own (a stand is convertible at some ages only, cut land is free from the next year), a
    plan can be laid on them exactly if in every set of years no more is planted than the land that
    is free in at least one of these years (Hall 1935). The sets that count are what the years of
    some pieces leave of all years; the others follow.

    Parameters
    ----------
    inputs : AllocationInputs
        Checked inputs.
    settings : AllocationSettings
        The years.

    Returns
    -------
    whole : pandas.DataFrame
        ``commune_code, source, year, upper``: rows over all years until ``year``.
    windowed : pandas.DataFrame
        The same columns: rows over sets of years, ``year`` the last of them.
    members : pandas.DataFrame
        ``local`` (number of a row of ``windowed``), ``commune_code, source, year``.
    """
    limits = inputs.sources.set_index("source")["limit_ratio"]
    land = _windows(inputs, settings)
    # Of no rows at all, what a map gives is text.
    land["area"] = land["area_ha"] * land["source"].map(limits).astype("float64")
    always = (land["first"] == settings.first_year) & (land["last"] == settings.last_year)
    plain = always.groupby([land[key] for key in _KEYS]).transform("all").astype(bool)
    whole = land[plain].groupby(_KEYS)["area"].sum().reset_index(name="upper")
    pieces = land[~plain].groupby([*_KEYS, "first", "last"])["area"].sum().reset_index()
    rows: list[dict[str, object]] = []
    members: list[dict[str, object]] = []
    for (code, source), mine in pieces.groupby(_KEYS):
        place = {"commune_code": code, "source": source}
        for years, upper in _year_sets(mine, settings.years):
            members += [{"local": len(rows), **place, "year": year} for year in years]
            rows.append({**place, "year": years[-1], "upper": upper})
    return (
        whole.assign(year=settings.last_year),
        pd.DataFrame(rows, columns=[*_KEYS, "year", "upper"]),
        pd.DataFrame(members, columns=["local", *_KEYS, "year"]),
    )


def _year_sets(
    pieces: pd.DataFrame, years: tuple[int, ...]
) -> Iterator[tuple[tuple[int, ...], float]]:
    """Find sets of years, each with the land that is free in at least one of them."""
    spans = [
        (frozenset(range(first, last + 1)), area)
        for first, last, area in zip(pieces["first"], pieces["last"], pieces["area"], strict=True)
    ]
    sets = {frozenset(years)}
    for span in sorted({span for span, _ in spans}, key=sorted):
        sets |= {left for group in sets if (left := group - span)}
    for group in sorted(sets, key=sorted):
        yield tuple(sorted(group)), sum(area for span, area in spans if span & group)
