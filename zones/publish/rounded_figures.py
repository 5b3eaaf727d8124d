"""Rounded figures: every table is rounded once, here, so that a figure is the same on every page.

The province's forest cover leads (Biểu 04); species and age classes (Biểu 06) are rounded to it; a
zone whose area is that of a species in the forest layer takes the species' total. Pages get these
frames and compute nothing; their digest stands on each of them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from layers.base.remembered import remembered
from maps.tables import COVER_YEARS
from zones.measure.present import BEARING
from zones.rounding.to_sums import PrintedSums, round_to_sums
from zones.rounding.to_totals import clean_steps, round_table, round_to_total, whole_steps

_SAME_HA = 1e-6

#: Classes of the area with forest by origin, and by function.
WITH_FOREST = ["natural_forest_ha", "planted_forest_ha", "not_yet_forest_ha"]
#: What a step costs in a figure of the province and of a commune, against 1 in a class of one.
_PROVINCE, _COMMUNE = 16.0, 2.0
#: Figures that add up may stand so many steps of the last digit off their own value.
_STEPS_OFF = 2
FUNCTIONS = ["special_use_ha", "protection_ha", "production_ha", "outside_ha"]


@dataclass(frozen=True, slots=True)
class RoundedMeasures:
    """What was measured, rounded."""

    # targets, zones, forest_cover, planted_species: Columns of the schemas in ``zones.tables``;
    # ``zones`` has ``held_ratio`` as well
    targets: pd.DataFrame
    zones: pd.DataFrame
    zone_totals: pd.Series[float]  # Totals in hectares that other tables set, by zone
    forest_cover: pd.DataFrame
    planted_species: pd.DataFrame
    land: pd.DataFrame  # ``commune_code, land, area_ha``: land that is no zone
    #: Present hectares by crop that are of no zone, unrounded
    outside: pd.Series[float] = field(default_factory=lambda: pd.Series(dtype="float64"))
    forest_zones: tuple[str, ...] = ()  # Zones whose hectares are ground of the forest layer
    # Furthest that a printed figure lies from its exact one (ha), by the role of the table
    off_ha: Mapping[str, float] = field(default_factory=dict)


def furthest(printed: pd.DataFrame, exact: pd.DataFrame, key: str) -> float:
    """Furthest that a printed figure lies from its exact one (ha), rows matched by a column."""
    if printed.empty:
        return 0.0
    names = [str(name) for name in printed if name != key]
    gaps = printed.set_index(key)[names] - exact.set_index(key)[names]
    return float(np.nan_to_num(gaps.abs().to_numpy(dtype="float64")).max(initial=0.0))


def round_zones(
    zones: pd.DataFrame, *, decimals: int, totals: pd.Series[float] | None = None
) -> pd.DataFrame:
    """Round the present areas so that the communes of each zone add up to its rounded total."""
    step = 10.0**-decimals
    parts = []
    wanted = {} if totals is None else totals.to_dict()
    for zone, rows in zones.groupby("zone", sort=False):
        known = rows["present_ha"].dropna()
        if len(known):
            rounded = round_to_total(known.to_numpy(), total=wanted.get(zone), step=step)
            rows = rows.assign(present_ha=pd.Series(rounded, index=known.index))
        parts.append(rows)
    result = pd.concat([zones.iloc[:0], *parts]).sort_index()
    ends = [name for name in ("low_interval_ha", "high_interval_ha") if name in result]
    return result.assign(**{name: result[name].round(decimals) for name in ends})


def round_targets(
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
    for name in ("estimate", "low_interval", "high_interval"):
        columns[name] = (
            targets[name].round(decimals).mask(rates, targets[name].round(rate_decimals))
        )
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


def round_forest_cover(cover: pd.DataFrame, *, decimals: int, rate_decimals: int) -> pd.DataFrame:
    """Round the forest cover table: forest classes close across, every column closes downwards."""
    if cover.empty:
        return cover
    unknown = cover["natural_forest_ha"].isna()
    if unknown.any():
        known = round_forest_cover(
            cover[~unknown], decimals=decimals, rate_decimals=rate_decimals
        ).set_axis(cover.index[~unknown])
        rest = cover[unknown].assign(
            natural_area_ha=lambda rows: rows.natural_area_ha.round(decimals)
        )
        return pd.concat([known, rest]).sort_index()
    step = 10.0**-decimals
    communes, province = cover.iloc[:-1], cover.iloc[-1:]
    classes = [*WITH_FOREST, *(FUNCTIONS if set(FUNCTIONS) <= set(cover.columns) else [])]
    result = communes.assign(**_round_classes(communes, classes, step=step))
    with_forest = whole_steps(result[WITH_FOREST].sum(axis=1), step=step)
    done = {*WITH_FOREST, *FUNCTIONS, "area_with_forest_ha"}
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
    """Round hectares by commune and class: forest by origin, and the same forest by function.

    Both add up to the area with forest of each commune; no figure and no sum lies further than a
    step from its exact one where that can be.
    """
    exact = communes[classes].to_numpy(dtype="float64") / step
    count, places = exact.shape
    origins = np.array([name in WITH_FOREST for name in classes], dtype="float64")
    planted = np.array([name in WITH_FOREST[1:] for name in classes], dtype="float64")
    functions, each = 1.0 - origins, sparse.identity(count)
    sides = [origins, functions] if functions.any() else [origins]
    everywhere = np.ones((1, count))
    blocks = [
        # Of the province: every class, the area with forest, what is planted (species and ages
        # split it again in Form 06); of the communes: the area with forest.
        (sparse.kron(everywhere, sparse.identity(places)), _PROVINCE, False),
        (sparse.kron(everywhere, [origins]), _PROVINCE, False),
        (sparse.kron(everywhere, [planted]), _PROVINCE, False),
        (sparse.kron(each, [origins]), _COMMUNE, False),
        *((sparse.kron(each, [origins - side]), _COMMUNE, True) for side in sides[1:]),
    ]
    members = sparse.vstack([block for block, _, _ in blocks], format="csr")
    heights = [block.shape[0] for block, _, _ in blocks]
    same = np.repeat([even for _, _, even in blocks], heights)
    sums = PrintedSums(
        members,
        np.where(same, 0.0, members @ exact.ravel()),
        np.where(same, 0.0, -np.inf),
        np.where(same, 0.0, np.inf),
        weight=np.repeat([weight for _, weight, _ in blocks], heights),
        cell_weight=1.0,
    )
    steps = clean_steps(round_to_sums(exact.ravel(), sums).reshape(exact.shape), step=step)
    return {name: steps[:, place] for place, name in enumerate(classes)}


def round_land(measured: pd.DataFrame, cover: pd.DataFrame, *, decimals: int) -> pd.DataFrame:
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
        total.update(_as_bytes(frame))
    return total.hexdigest()[:16]


@remembered(most=24)
def _as_bytes(frame: pd.DataFrame) -> bytes:
    plain = frame.replace({np.nan: None})
    return plain.to_csv(index=False, lineterminator="\n").encode("utf-8")


def round_species(species: pd.DataFrame, cover: pd.DataFrame, *, decimals: int) -> pd.DataFrame:
    """Round planted areas so that species and age classes add up to the totals of the cover."""
    if species.empty:
        return species
    step = 10.0**-decimals
    classes = [str(name) for name in species.columns if name not in ("crop", "planted_ha")]
    established = [name for name in classes if name != "not_yet_ha"]
    province = cover.iloc[-1]
    sums = species[established].sum(axis=1)
    states = pd.DataFrame({"planted_ha": sums, "not_yet_ha": species["not_yet_ha"]})
    wanted = [float(province[name]) for name in ("planted_forest_ha", "not_yet_forest_ha")]
    coarse = _rounded(scale_to(states, states.sum(), wanted), step=step)
    classes_of = species[established].T
    fine = _rounded(scale_to(classes_of, sums, coarse["planted_ha"]).T, step=step)
    rounded = fine.assign(not_yet_ha=coarse["not_yet_ha"])
    values = {name: rounded[name].to_numpy() for name in classes}
    return species.assign(planted_ha=whole_steps(rounded.sum(axis=1), step=step), **values)


def _rounded(table: pd.DataFrame, *, step: float) -> pd.DataFrame:
    """Round a table of species by class so that both add up; rows stay where they are."""
    cells = table.rename_axis("row").reset_index().melt("row", None, "class", "area_ha")
    result = round_table(cells, by=("row", "class"), value="area_ha", step=step).cells
    wide = result.pivot_table(index="row", columns="class", values="area_ha")
    return wide.loc[table.index, table.columns.tolist()]


def zone_totals(
    targets: pd.DataFrame,
    zones: pd.DataFrame,
    names: pd.DataFrame,
    species: tuple[pd.DataFrame, pd.DataFrame],
    *,
    decimals: int,
) -> pd.Series[float]:
    """Rounded totals (ha) of zones whose present area is planted forest of one species.

    ``species`` is the table of species as measured and as rounded.
    """
    measured, rounded = species
    if rounded.empty:
        return pd.Series(dtype="float64")
    of_targets = targets[area_targets(targets)].groupby("zone")["present"].first()
    sums = zones.groupby("zone")["present_ha"].sum(min_count=1)
    exact = sums.combine_first(of_targets)
    crops = names.drop_duplicates("zone").set_index("zone")["crop"]
    planted = measured.set_index("crop")["planted_ha"]
    printed = rounded.set_index("crop")["planted_ha"]
    table = pd.DataFrame({"exact": exact, "crop": crops.reindex(exact.index)}).dropna()
    # Of no rows at all, what a map gives is text.
    same = (table["crop"].map(planted).astype("float64") - table["exact"]).abs() <= _SAME_HA
    totals = table.loc[same, "crop"].map(printed).astype("float64")
    low, high = _reach(zones, totals.index, decimals=decimals)
    return totals[(low <= totals) & (totals <= high)]


def _reach(
    zones: pd.DataFrame, wanted: pd.Index, *, decimals: int
) -> tuple[pd.Series[float], pd.Series[float]]:
    """Least and greatest total that the communes of a zone round to; any where it has no table."""
    steps = zones["present_ha"] * 10.0**decimals
    low = np.floor(steps + _SAME_HA).groupby(zones["zone"]).sum(min_count=1) - 0.5
    high = np.ceil(steps - _SAME_HA).groupby(zones["zone"]).sum(min_count=1) + 0.5
    return (
        low.reindex(wanted).fillna(-np.inf) / 10.0**decimals,
        high.reindex(wanted).fillna(np.inf) / 10.0**decimals,
    )


def round_measures(
    *,
    targets: pd.DataFrame,
    zones: pd.DataFrame,
    zone_names: pd.DataFrame,
    forest_cover: pd.DataFrame,
    planted_species: pd.DataFrame,
    land: pd.DataFrame,
    forest_zones: Mapping[str, str],
    decimals: tuple[int, int],
) -> RoundedMeasures:
    """Round what was measured, once: hectares and rates to so many ``decimals`` each.

    ``land`` are the measured rows of the layer that gives the cover rate; what bears a crop of
    ``forest_zones`` (crop by zone) prints as that zone.
    """
    hectares, rates = decimals
    cover = round_forest_cover(forest_cover, decimals=hectares, rate_decimals=rates)
    species = round_species(planted_species, cover, decimals=hectares)
    totals = zone_totals(targets, zones, zone_names, (planted_species, species), decimals=hectares)
    rounded = round_zones(zones, decimals=hectares, totals=totals)
    printed = round_targets(targets, rounded, decimals=hectares, rate_decimals=rates, totals=totals)
    classed = (land["commune_code"] != "") & (land["land"] != "overlap")
    as_zone = land["crop"].isin(list(forest_zones.values())) & land["land"].isin(BEARING)
    return RoundedMeasures(
        targets=printed,
        zones=_with_target_share(rounded, printed),
        zone_totals=totals,
        forest_cover=cover,
        planted_species=species,
        land=round_land(land[classed & ~as_zone], cover, decimals=hectares),
        forest_zones=tuple(forest_zones),
        off_ha={
            "cover": furthest(cover[_hectares(cover)], forest_cover, "commune_code"),
            "ages": furthest(species, planted_species, "crop"),
        },
    )


def _hectares(cover: pd.DataFrame) -> list[str]:
    """Commune and the columns of hectares of the cover table."""
    return ["commune_code", *(str(name) for name in cover if str(name).endswith("_ha"))]


def _with_target_share(zones: pd.DataFrame, targets: pd.DataFrame) -> pd.DataFrame:
    """Share of the zone's area target that each commune's present area holds."""
    areas = targets[area_targets(targets) & (targets["period"] == "by_year")]
    areas = areas.sort_values("year", kind="stable", na_position="first")
    goal = areas["figure_low"].fillna(areas["figure_high"])
    by_zone = goal.groupby(areas["zone"]).last()
    by_zone = by_zone.where(by_zone > 0)
    return zones.assign(
        held_ratio=zones["present_ha"] / zones["zone"].map(by_zone).astype("float64")
    )


def round_cover_years(
    trajectory: pd.DataFrame, present: pd.Series[Any], *, decimals: int, rate_decimals: int
) -> pd.DataFrame:
    """Forest of the province that counts for the rate, by year of a forecast (``COVER_YEARS``).

    ``present`` is the province's row of the printed forest cover, where the forecast begins; what
    no year changes stays as it is printed there.
    """
    province = trajectory["commune_code"] == trajectory["commune_code"].iloc[-1]
    rows = trajectory[province & (trajectory["ledger"] == "counts")][COVER_YEARS.names]
    digits = {
        name: rate_decimals if name.endswith("_percent") else decimals
        for name in COVER_YEARS.names[1:]
    }
    rounded = rows.round(digits).reset_index(drop=True)
    # Its figures are rounded so that communes add up to them: a step beside the nearest, at times.
    for name in (*WITH_FOREST, "cover_percent"):
        printed, step = float(present[name]), 10.0 ** -digits[name]
        change = (rows[name] - rows[name].iloc[0]).abs().to_numpy()
        if abs(printed - float(rows[name].iloc[0])) < _STEPS_OFF * step:
            rounded.loc[change < step / 2, name] = printed
    return COVER_YEARS.validate(rounded)
