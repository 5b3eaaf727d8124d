"""Land over the years: when each piece may be used, and how a plan is laid on the pieces."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from layers.base.remembered import remembered
from zones.allocation.inputs import AllocationSettings

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

_KEYS = ["commune_code", "source"]

#: Hectares below which a piece counts as used up.
_ROOM_HA = 1e-4


@remembered()
def _windows(available: pd.DataFrame, settings: AllocationSettings) -> pd.DataFrame:
    """Land with the first and the last year of the plan in which it may be used."""
    land = available[available["area_ha"] > 0]
    land = land.assign(
        first=land["from_year"].fillna(settings.first_year).clip(lower=settings.first_year),
        last=land["until_year"].fillna(settings.last_year).clip(upper=settings.last_year),
    )
    land = land[(land["first"] <= land["last"]).to_numpy(dtype=bool)]
    return land.astype({"first": "int64", "last": "int64"})


@remembered()
def usable_land(
    available: pd.DataFrame, sources: pd.DataFrame, settings: AllocationSettings
) -> pd.DataFrame:
    """Hectares that the plan may use: the part that may be used, free in a year of the plan."""
    limits = sources.set_index("source")["limit_ratio"]
    land = _windows(available, settings)
    # Of no rows at all, what a map gives is text.
    usable = land["area_ha"] * land["source"].map(limits).astype("float64")
    land = land.assign(usable_ha=usable)[usable.to_numpy() > 0]
    sums = land.groupby([*_KEYS, "origin"])["usable_ha"].sum()
    return pd.DataFrame(sums.reset_index())


def usable_years(available: pd.DataFrame, settings: AllocationSettings) -> pd.DataFrame:
    """Years in which each source of each commune has some land."""
    land = _windows(available, settings)[[*_KEYS, "first", "last"]].drop_duplicates()
    years = pd.DataFrame({"year": np.array(settings.years, dtype="int64")})
    pairs = land.merge(years, how="cross")
    pairs = pairs[pairs["year"].between(pairs["first"], pairs["last"])]
    return pairs[[*_KEYS, "year"]].drop_duplicates()


@remembered()
def land_windows(
    available: pd.DataFrame, sources: pd.DataFrame, settings: AllocationSettings
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Hectares of land that is free in all years, and of pieces that have years of their own.

    The first has one row per commune and source; the second, of the other communes and sources,
    one row per window of years (``first``, ``last``). Both have ``area_ha``.
    """
    limits = sources.set_index("source")["limit_ratio"]
    land = _windows(available, settings)
    # Of no rows at all, what a map gives is text.
    usable = land["area_ha"] * land["source"].map(limits).astype("float64")
    land = land.assign(area_ha=usable)
    always = (land["first"] == settings.first_year) & (land["last"] == settings.last_year)
    plain = always.groupby([land[key] for key in _KEYS]).transform("all").astype(bool)
    whole = land[plain].groupby(_KEYS)["area_ha"].sum().reset_index()
    pieces = land[~plain].groupby([*_KEYS, "first", "last"])["area_ha"].sum().reset_index()
    return whole, pieces


def lay_on_windows(used: pd.DataFrame, pieces: pd.DataFrame) -> pd.DataFrame:
    """Lay the hectares of each year on the pieces that are free in it.

    Of the pieces that are free in a year the one that ends first is used first: a plan that can be
    laid at all is laid in this way. A year is open where one more hectare has room: on a piece with
    land left, or on one from which a hectare can move to another year that is open.
    """
    wanted = used.groupby([*_KEYS, "year"])["planned_ha"].sum().to_dict()
    rows: list[tuple[object, ...]] = []
    for place, years, free, area in _spans(pieces):
        asked = [wanted.get((*place, year), 0.0) for year in years]
        laid = zip(years, *_lay(free, area.copy(), asked), strict=True)
        rows += [(*place, *year) for year in laid]
    return pd.DataFrame(rows, columns=[*_KEYS, "year", "open", "over_ha"])


@remembered()
def _spans(pieces: pd.DataFrame) -> list[tuple[tuple[Any, ...], range, Flags, Floats]]:
    """Of each commune and source: its years, which piece is free in which, and their hectares."""
    ordered = pieces.sort_values([*_KEYS, "last", "first"])
    spans = ordered[["first", "last", "area_ha"]].to_numpy(dtype="float64")
    found: list[tuple[tuple[Any, ...], range, Flags, Floats]] = []
    for key, mine in ordered.reset_index().groupby(_KEYS, sort=True).indices.items():
        place: Any = key
        first, last, area = spans[mine].T
        years = range(int(first.min()), int(last.max()) + 1)
        free = (first <= np.array(years)[:, None]) & (np.array(years)[:, None] <= last)
        found.append((place, years, free, area))
    return found


def _lay(free: Flags, left: Floats, asked: list[float]) -> tuple[Any, list[float]]:
    """Tell of each year whether it is open and what lies over; ``left`` is used up."""
    laid = np.zeros(free.shape)
    over = []
    for year, hectares in enumerate(asked):
        for piece in np.flatnonzero(free[year]):
            laid[year, piece] = min(hectares, left[piece])
            left[piece] -= laid[year, piece]
            hectares -= laid[year, piece]
        over.append(hectares)
    room: Flags = left > _ROOM_HA
    for _ in asked:
        opened: Any = (free & room).any(axis=1)
        room |= ((laid > _ROOM_HA) & opened[:, None]).any(axis=0)
    return (free & room).any(axis=1), over
