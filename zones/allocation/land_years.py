"""Land over the years: when each piece may be used, and the rows that let it be used once."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from layers.base.errors import InputError
from zones.allocation.inputs import AllocationInputs, AllocationSettings

__all__ = ["land_rows", "usable_land", "usable_years"]

_KEYS = ["commune_code", "source"]

#: Most sets of years for one source in one commune: all that eleven years have.
_MOST_SETS = 2**11


def _windows(inputs: AllocationInputs, settings: AllocationSettings) -> pd.DataFrame:
    """Land with the first and the last year of the plan in which it may be used."""
    land = inputs.available[inputs.available["area_ha"] > 0]
    land = land.assign(
        first=land["from_year"].fillna(settings.first_year).clip(lower=settings.first_year),
        last=land["until_year"].fillna(settings.last_year).clip(upper=settings.last_year),
    )
    land = land[(land["first"] <= land["last"]).to_numpy(dtype=bool)]
    return land.astype({"first": "int64", "last": "int64"})


def usable_land(inputs: AllocationInputs, settings: AllocationSettings) -> pd.DataFrame:
    """Hectares that the plan may use: the part that may be used, free in a year of the plan."""
    limits = inputs.sources.set_index("source")["limit_ratio"]
    land = _windows(inputs, settings)
    # Of no rows at all, what a map gives is text.
    usable = land["area_ha"] * land["source"].map(limits).astype("float64")
    land = land.assign(usable_ha=usable)[usable.to_numpy() > 0]
    sums = land.groupby([*_KEYS, "origin"])["usable_ha"].sum()
    return pd.DataFrame(sums.reset_index())


def usable_years(inputs: AllocationInputs, settings: AllocationSettings) -> pd.DataFrame:
    """Years in which each source of each commune has some land."""
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
    is free in at least one of these years (Hall 1935). The sets that count are closed and
    inseparable (Edmonds 1970): what the years of some pieces leave of all years, every two
    neighbours in it held together by a piece that is free in both. The others follow from these.
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
        spans = list(zip(mine["first"], mine["last"], strict=True))
        for years in _year_sets(spans, f"{source}, {code}"):
            members += [{"local": len(rows), **place, "year": year} for year in years]
            upper = sum(
                area
                for (first, last), area in zip(spans, mine["area"], strict=True)
                if any(first <= year <= last for year in years)
            )
            rows.append({**place, "year": years[-1], "upper": upper})
    return (
        whole.assign(year=settings.last_year),
        pd.DataFrame(rows, columns=[*_KEYS, "year", "upper"]),
        pd.DataFrame(members, columns=["local", *_KEYS, "year"]),
    )


def _year_sets(spans: list[tuple[int, int]], where: str) -> list[tuple[int, ...]]:
    """Find the sets of years that count, each as a way from year to year.

    From one year of a set to the next there is a piece that is free in both; the years between
    are left out only where pieces that are free in none but them cover them all, for else they
    would join the set and make the row stronger at no cost. The same holds before the first year
    and after the last. Where no window lies inside another, nothing can be left out between, and
    the sets are runs of years.
    """
    years = sorted({year for first, last in spans for year in range(first, last + 1)})

    def covered(low: int, high: int) -> bool:
        inside = [(first, last) for first, last in spans if low <= first and last <= high]
        between = [year for year in years if low <= year <= high]
        return all(any(first <= year <= last for first, last in inside) for year in between)

    onward = {
        year: [
            then
            for then in years
            if year < then
            and any(first <= year and then <= last for first, last in spans)
            and covered(year + 1, then - 1)
        ]
        for year in years
    }
    ends = {year for year in years if covered(year + 1, years[-1])}
    ways: dict[int, int] = {}
    for year in reversed(years):
        ways[year] = (year in ends) + sum(ways[then] for then in onward[year])
    starts = [year for year in years if covered(years[0], year - 1)]
    count = sum(ways[year] for year in starts)
    if count > _MOST_SETS:
        raise InputError(
            en=f"Land {where}: {len(spans)} windows of from_year and until_year lie in one another "
            f"so often that {count} sets of years must be kept apart, at most {_MOST_SETS} are "
            "possible: join windows, or plan fewer years.",
            vi=f"Đất {where}: {len(spans)} khoảng năm (from_year, until_year) lồng vào nhau quá "
            f"nhiều, phải xét {count} tập hợp năm, tối đa {_MOST_SETS}: hãy gộp các khoảng năm "
            "hoặc giảm số năm của kỳ kế hoạch.",
        )
    # The whole stands among them in any case: it tells what land there is in all.
    return sorted({tuple(years), *_along((), starts, onward, ends)})


def _along(
    way: tuple[int, ...], following: list[int], onward: dict[int, list[int]], ends: set[int]
) -> Iterator[tuple[int, ...]]:
    for year in following:
        longer = (*way, year)
        if year in ends:
            yield longer
        yield from _along(longer, onward[year], onward, ends)
