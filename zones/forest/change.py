"""Change of forest cover between two dates of the layer, as far as two layers can tell.

A layer shows states, not events: that a plot was cut and planted again shows only in a later
planting year. So every hectare is traced through the ground it lies on, from the plot it was to the
plot it is, and put under one cause; the causes sum to the difference of the two rates.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from layers.base.errors import CrsError, InputError
from layers.base.language import Phrase
from layers.engine.overlay import overlay_pieces
from zones.measure.closure import ClosureLog
from zones.tables import COVER_CHANGE, COVER_CHANGE_PIECES

#: Causes in the order they are printed.
CAUSES = {
    "became_established": Phrase("planted before, became forest", "trồng trước đó, đã thành rừng"),
    "newly_planted": Phrase("newly planted", "trồng mới"),
    "replanted": Phrase("forest gone and replanted", "mất rừng, đã trồng lại"),
    "gone": Phrase("forest gone and not replanted", "mất rừng, chưa trồng lại"),
    "natural_gained": Phrase("natural forest gained", "rừng tự nhiên tăng"),
    "natural_lost": Phrase("natural forest lost", "rừng tự nhiên giảm"),
    "reclassified": Phrase("reclassified on the same ground", "đổi loại trên cùng lô"),
    "remeasured": Phrase("forest at both dates, ledger changed", "vẫn là rừng, đổi diện tích"),
    "no_forest": Phrase("no forest at either date", "không có rừng ở cả hai thời điểm"),
    "only_before": Phrase("in the earlier layer only", "chỉ có ở lớp trước"),
    "only_after": Phrase("in the later layer only", "chỉ có ở lớp sau"),
}

_FOREST = ("natural_forest", "planted_forest")
# Boundaries drawn twice never meet exactly: shares within this of a whole are a whole.
_WHOLE = 1e-9


@dataclass(frozen=True, slots=True)
class Survey:
    """One date of the forest status layer."""

    # ``row, plot, land, planting_year, ledger_ha`` and polygons that do not overlap, in the area
    # CRS. ``ledger_ha`` is what lies inside the communes, so that it sums to the rate
    plots: gpd.GeoDataFrame
    year: int  # Year of the layer
    natural_area_ha: float  # Official natural area the rate of that date is of


def survey_inside(
    plots: gpd.GeoDataFrame,
    communes: gpd.GeoDataFrame,
    *,
    told: Collection[str],
    year: int,
    natural_area_ha: float,
    workers: object = 1,
) -> Survey:
    """Survey of plots with the part of their ledger (ha) that lies inside the communes.

    ``told`` are codes of the communes that the layer tells of: what lies in others is in no rate.
    """
    pieces = overlay_pieces(communes, plots, ledger_column="ledger_ha", workers=workers)
    inside = pieces[pieces["commune_code"].isin(told)].groupby("plot")["ledger_ha"].sum()
    ledger = inside.reindex(plots.index, fill_value=0.0)
    return Survey(plots.assign(ledger_ha=ledger), year, natural_area_ha)


@dataclass(frozen=True, slots=True)
class CoverChange:
    """Change of forest cover by cause."""

    table: pd.DataFrame
    pieces: pd.DataFrame


def cover_change(before: Survey, after: Survey, *, log: ClosureLog | None = None) -> CoverChange:
    """Change of forest cover between two dates, by cause.

    ``became_established``: not yet forest → planted forest. ``newly_planted``: no forest →
    planted, with a planting year after the first date (or none while not yet forest).
    ``replanted``: forest → planted with a planting year after the first date. ``gone``: planted
    forest → neither forest nor planted. ``natural_lost``: natural forest → no forest.
    ``natural_gained``: the reverse. ``reclassified``: every other change of class on the same
    ground, such as planted forest that is called not yet forest with an unchanged planting year.
    Two layers cannot tell a correction from an event; what the years do not prove is called
    reclassified.
    """
    _check(before, after)
    pieces = _trace(before.plots, after.plots)
    pieces = pieces.assign(cause=_causes(pieces, before.year))
    counted_before = np.where(pieces["before_land"].isin(_FOREST), pieces["before_ha"], 0.0)
    counted_after = np.where(pieces["after_land"].isin(_FOREST), pieces["after_ha"], 0.0)
    pieces = pieces.assign(
        forest_before_ha=counted_before,
        forest_after_ha=counted_after,
        change_ha=counted_after - counted_before,
    )
    table = _summary(pieces, before, after)
    _close(table, pieces, before, after, log or ClosureLog())
    columns = COVER_CHANGE_PIECES.names
    order = pieces["cause"].map({cause: place for place, cause in enumerate(CAUSES)})
    told = pieces.assign(order=order).sort_values(["order", "after_row", "before_row"])
    return CoverChange(
        COVER_CHANGE.validate(table),
        COVER_CHANGE_PIECES.validate(told[columns].reset_index(drop=True)),
    )


def _check(before: Survey, after: Survey) -> None:
    if before.plots.crs is None or before.plots.crs != after.plots.crs:
        raise CrsError("zones.forest.one_crs_needed")
    if after.year <= before.year:
        raise InputError("zones.forest.dates_reversed", year=before.year, year_2=after.year)
    if not (before.natural_area_ha > 0 and after.natural_area_ha > 0):
        raise InputError("zones.forest.natural_area_needed")


def _trace(before: gpd.GeoDataFrame, after: gpd.GeoDataFrame) -> pd.DataFrame:
    """Every piece of ground: from which plot to which, with its ledger at both dates."""
    old, new, old_share, new_share = _shared_ground(
        before.geometry.to_numpy(), after.geometry.to_numpy()
    )
    both = _sides(before, after, old, new).assign(
        before_ha=before["ledger_ha"].to_numpy()[old] * old_share,
        after_ha=after["ledger_ha"].to_numpy()[new] * new_share,
    )
    left = _remainder(len(before), old, old_share)
    right = _remainder(len(after), new, new_share)
    here, there = np.flatnonzero(left), np.flatnonzero(right)
    gone = _sides(before, after, here, None).assign(
        before_ha=before["ledger_ha"].to_numpy()[here] * left[here], after_ha=0.0
    )
    come = _sides(before, after, None, there).assign(
        before_ha=0.0, after_ha=after["ledger_ha"].to_numpy()[there] * right[there]
    )
    return pd.concat([both, gone, come], ignore_index=True)


def _sides(
    before: gpd.GeoDataFrame,
    after: gpd.GeoDataFrame,
    old: npt.NDArray[np.int64] | None,
    new: npt.NDArray[np.int64] | None,
) -> pd.DataFrame:
    """Attributes of the plots a piece was and is; None leaves a side empty."""
    size = len(old) if old is not None else len(new) if new is not None else 0
    columns: dict[str, Any] = {}
    for side, frame, index in (("before", before, old), ("after", after, new)):
        for name in ("row", "plot", "land", "planting_year"):
            values = frame[name].iloc[[] if index is None else index].reset_index(drop=True)
            columns[f"{side}_{name}"] = values.reindex(range(size))
    return pd.DataFrame(columns)


_Int = npt.NDArray[np.int64]
_Float = npt.NDArray[np.float64]


def _shared_ground(
    before: npt.NDArray[Any], after: npt.NDArray[Any]
) -> tuple[_Int, _Int, _Float, _Float]:
    """Pairs of plots on the same ground, with the share of each plot that lies there."""
    same_old, same_new = _same_outline(before, after)
    rest_old = np.setdiff1d(np.arange(len(before)), same_old)
    rest_new = np.setdiff1d(np.arange(len(after)), same_new)
    tree = shapely.STRtree(after[rest_new])
    left, right = tree.query(before[rest_old], predicate="intersects")
    area = shapely.area(shapely.intersection(before[rest_old][left], after[rest_new][right]))
    left, right, area = left[area > 0], right[area > 0], area[area > 0]
    old, new = rest_old[left], rest_new[right]
    old_share = _shares(area, shapely.area(before), old)
    new_share = _shares(area, shapely.area(after), new)
    ones = np.ones(len(same_old))
    return (
        np.concatenate([same_old, old]),
        np.concatenate([same_new, new]),
        np.concatenate([ones, old_share]),
        np.concatenate([ones, new_share]),
    )


def _same_outline(before: npt.NDArray[Any], after: npt.NDArray[Any]) -> tuple[_Int, _Int]:
    """Pair the plots that were not redrawn: most of a layer, and nothing to intersect."""
    outlines = [
        pd.DataFrame({"outline": shapely.to_wkb(shapely.normalize(shapes))})
        .reset_index(names="place")
        .drop_duplicates("outline", keep=False)
        for shapes in (before, after)
    ]
    pairs = outlines[0].merge(outlines[1], on="outline", suffixes=("_old", "_new"))
    return pairs["place_old"].to_numpy(), pairs["place_new"].to_numpy()


def _shares(area: _Float, whole: _Float, plots: _Int) -> _Float:
    """Share of each plot in a piece; where pieces overlap they share the plot, not more."""
    share = area / whole[plots]
    total = np.bincount(plots, weights=share, minlength=len(whole))
    full = np.abs(total - 1) < _WHOLE
    scale = np.where(full | (total > 1), total, 1.0)
    return np.asarray(share / scale[plots])


def _remainder(size: int, plots: _Int, share: _Float) -> _Float:
    """Share of each plot that the other date does not cover."""
    rest = 1 - np.bincount(plots, weights=share, minlength=size)
    return np.where(rest > _WHOLE, rest, 0.0)


def _causes(pieces: pd.DataFrame, year: int) -> npt.NDArray[Any]:
    old, new = pieces["before_land"], pieces["after_land"]
    planted_year = pieces["after_planting_year"].astype("Float64")
    later = planted_year.gt(year).fillna(value=False).to_numpy(dtype=bool)
    earlier = planted_year.le(year).fillna(value=False).to_numpy(dtype=bool)
    was_forest, is_forest = old.isin(_FOREST), new.isin(_FOREST)
    was_planted, is_planted = old.eq("planted_forest"), new.eq("planted_forest")
    was_young, is_young = old.eq("not_yet_forest"), new.eq("not_yet_forest")
    was_natural, is_natural = old.eq("natural_forest"), new.eq("natural_forest")
    no_forest = ~was_forest & ~was_young
    cases = [
        (new.isna(), "only_before"),
        (old.isna(), "only_after"),
        (was_young & is_planted, "became_established"),
        (no_forest & is_young & ~earlier, "newly_planted"),
        (no_forest & is_planted & later, "newly_planted"),
        (was_planted & (is_planted | is_young) & later, "replanted"),
        (was_natural & is_young & later, "natural_lost"),
        (was_planted & ~is_forest & ~is_young, "gone"),
        (was_natural & ~is_forest, "natural_lost"),
        (~was_forest & is_natural, "natural_gained"),
        (old.eq(new) & is_forest, "remeasured"),
        (was_forest | is_forest | (no_forest & is_young), "reclassified"),
    ]
    masks = [np.asarray(mask, dtype=bool) for mask, _ in cases]
    return np.select(masks, [cause for _, cause in cases], "no_forest")


def _summary(pieces: pd.DataFrame, before: Survey, after: Survey) -> pd.DataFrame:
    area = pieces["after_ha"].where(pieces["after_row"].notna(), pieces["before_ha"])
    plot = pieces["after_row"].fillna(pieces["before_row"])
    grouped = pieces.assign(area_ha=area, plot=plot).groupby("cause")
    sums = grouped[["area_ha", "forest_before_ha", "forest_after_ha", "change_ha"]].sum()
    sums.insert(0, "plots", grouped["plot"].nunique())
    table = sums.reindex(list(CAUSES), fill_value=0).reset_index()
    table["change_points"] = 100 * table["change_ha"] / after.natural_area_ha
    forest = float(table["forest_before_ha"].sum())
    if before.natural_area_ha != after.natural_area_ha:
        moved = 100 * forest * (1 / after.natural_area_ha - 1 / before.natural_area_ha)
        row = pd.DataFrame({"cause": ["natural_area"], "change_points": [moved]})
        table = pd.concat([table, row.reindex(columns=table.columns).fillna(0)], ignore_index=True)
    total = table.drop(columns="cause").sum().to_frame().T.assign(cause="total")
    return pd.concat([table, total[table.columns]], ignore_index=True)


def _close(
    table: pd.DataFrame, pieces: pd.DataFrame, before: Survey, after: Survey, log: ClosureLog
) -> None:
    rates = []
    for side, survey in (("before", before), ("after", after)):
        counts = survey.plots["land"].isin(_FOREST)
        forest = float(survey.plots.loc[counts, "ledger_ha"].sum())
        rates.append(100 * forest / survey.natural_area_ha)
        log.check(
            f"cover change: pieces to plots, {side}",
            parts=float(pieces[f"forest_{side}_ha"].sum()),
            whole=forest,
        )
    log.check(
        "cover change: causes to the difference of the rates",
        parts=float(table["change_points"].iloc[-1]) + rates[0],
        whole=rates[1],
        unit="%",
    )
