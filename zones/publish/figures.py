"""Printed figures: every table is rounded once, here, so that a figure is the same on every page.

Pages get these frames and compute nothing; their digest stands on each of them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import pandas as pd

from zones.rounding.rounding import round_table, round_to_total, whole_steps

__all__ = [
    "FUNCTIONS",
    "WITH_FOREST",
    "area_targets",
    "frames_digest",
    "print_forest_cover",
    "print_land",
    "print_targets",
    "print_zones",
    "scale_to",
    "target_areas",
]

#: Classes of the area with forest by origin, and by function.
WITH_FOREST = ["natural_forest_ha", "planted_forest_ha", "not_yet_forest_ha"]
FUNCTIONS = ["special_use_ha", "protection_ha", "production_ha", "outside_ha"]


def print_zones(
    zones: pd.DataFrame, *, decimals: int, totals: pd.Series[float] | None = None
) -> pd.DataFrame:
    """Round the present areas so that the communes of each zone add up to its rounded total."""
    step = 10.0**-decimals
    parts = []
    wanted = {} if totals is None else totals.to_dict()
    for zone, rows in zones.groupby("zone", sort=False):
        if rows["present_ha"].notna().all():
            exact = rows["present_ha"].to_numpy()
            rounded = round_to_total(exact, total=wanted.get(zone), step=step)
            rows = rows.assign(present_ha=rounded)
        parts.append(rows)
    return pd.concat([zones.iloc[:0], *parts]).sort_index()


def print_targets(
    targets: pd.DataFrame,
    zones: pd.DataFrame,
    *,
    decimals: int,
    rate_decimals: int,
    totals: pd.Series[float] | None = None,
) -> pd.DataFrame:
    """Round the figures of the targets; ratios stay exact."""
    rates = targets["unit"] == "%"
    exact = targets["present"]
    present = exact.round(decimals).mask(rates, exact.round(rate_decimals))
    printed = target_areas(targets, zones, totals=totals).round(decimals)
    present = present.mask(printed.notna() & exact.notna(), printed)
    columns = {"present": present}
    for name, gap in (
        ("shortfall", targets["low"] - present),
        ("surplus", present - targets["high"]),
    ):
        lacking = gap.round(decimals).mask(rates, gap.round(rate_decimals)).clip(lower=0)
        columns[name] = targets[name].where(~(targets[name] > 0), lacking)
    return targets.assign(**columns)


def area_targets(targets: pd.DataFrame) -> pd.Series[bool]:
    """Tell the targets that are about the area of a whole zone."""
    area = (targets["indicator"] == "area") & (targets["unit"] == "ha")
    return area & (targets["commune_code"] == "") & (targets["zone"] != "")


def target_areas(
    targets: pd.DataFrame, zones: pd.DataFrame, *, totals: pd.Series[float] | None = None
) -> pd.Series[float]:
    """Present areas of the targets, as the tables of the zones print them."""
    by_zone = zones.groupby("zone")["present_ha"].sum(min_count=1)
    if totals is not None:
        by_zone = by_zone.combine_first(totals.astype("float64"))
    cells = zones.set_index(["zone", "commune_code"])["present_ha"]
    keys = pd.MultiIndex.from_frame(targets[["zone", "commune_code"]])
    in_commune = pd.Series(cells.reindex(keys).to_numpy(), index=targets.index)
    area = (targets["indicator"] == "area") & (targets["unit"] == "ha")
    of_zone = targets["zone"].map(by_zone).astype("float64")
    return of_zone.where(area_targets(targets), in_commune.where(area))


def print_forest_cover(cover: pd.DataFrame, *, decimals: int, rate_decimals: int) -> pd.DataFrame:
    """Round the forest cover table: forest classes close across, every column closes downwards."""
    if cover.empty:
        return cover
    step = 10.0**-decimals
    communes, province = cover.iloc[:-1], cover.iloc[-1:]
    # What is planted is rounded as a whole first: species and ages split it again (Biểu 6).
    planted = ["planted_forest_ha", "not_yet_forest_ha"]
    whole = communes[planted].sum()
    scaled = scale_to(communes[planted], whole, round_to_total(whole, step=step))
    parts = communes.assign(**{name: scaled[name] for name in planted})
    result = communes.assign(**_round_classes(parts, WITH_FOREST, step=step))
    with_forest = whole_steps(result[WITH_FOREST].sum(axis=1), step=step)
    done = {*WITH_FOREST, *FUNCTIONS, "area_with_forest_ha"}
    if set(FUNCTIONS) <= set(cover.columns):
        rows = communes[FUNCTIONS].T
        scaled = scale_to(rows, rows.sum(), with_forest).T
        parts = communes.assign(**{name: scaled[name] for name in FUNCTIONS})
        result = result.assign(**_round_classes(parts, FUNCTIONS, step=step))
    if "area_with_forest_ha" in cover.columns:
        result["area_with_forest_ha"] = with_forest
    for name in [name for name in cover.columns if str(name).endswith("_ha")]:
        if name in done or communes[name].isna().any():
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


def scale_to(cells: pd.DataFrame, sums: pd.Series[float], printed: npt.ArrayLike) -> pd.DataFrame:
    """Scale columns to printed sums: they are whole then, and rounding keeps what is whole."""
    wanted = pd.Series(np.asarray(printed, dtype="float64"), index=sums.index)
    return cells * (wanted / sums.where(sums > 0)).fillna(0.0)


def _round_classes(
    communes: pd.DataFrame, classes: list[str], *, step: float
) -> dict[str, npt.NDArray[np.float64]]:
    """Round hectares by commune and class so that both add up."""
    cells = communes.melt("commune_code", classes, "class", "area_ha")
    by = ("commune_code", "class")
    rounded = round_table(cells, by=by, value="area_ha", step=step).cells
    wide = rounded.pivot_table(index="commune_code", columns="class", values="area_ha")
    values = wide.loc[communes["commune_code"], classes].to_numpy()
    return {name: values[:, place] for place, name in enumerate(classes)}


def print_land(measured: pd.DataFrame, cover: pd.DataFrame, *, decimals: int) -> pd.DataFrame:
    """Round hectares by commune and land class, as the legends of the atlas print them."""
    value = measured["ledger_ha"] if measured["ledger_ha"].notna().any() else measured["area_ha"]
    cells = measured.assign(area_ha=value.fillna(measured["area_ha"]))
    sums = cells.groupby(["commune_code", "land"])["area_ha"].sum().reset_index()
    natural = sums["land"] == "natural_forest"
    printed = cover.set_index("commune_code")["natural_forest_ha"]
    same = sums[natural].assign(
        area_ha=sums.loc[natural, "commune_code"].map(printed).astype("float64")
    )
    others = sums[~natural]
    if len(others):
        by = ("commune_code", "land")
        others = round_table(others, by=by, value="area_ha", step=10.0**-decimals).cells
    return pd.concat([same, others]).sort_index().reset_index(drop=True)


def frames_digest(frames: Iterable[pd.DataFrame]) -> str:
    """Digest of printed frames, as every page made from them carries it."""
    total = hashlib.sha256()
    for frame in frames:
        plain = frame.replace({np.nan: None})
        total.update(plain.to_csv(index=False, lineterminator="\n").encode("utf-8"))
    return total.hexdigest()[:16]
