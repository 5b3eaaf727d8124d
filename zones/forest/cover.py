"""Forest cover rate (tỷ lệ che phủ rừng): by commune and province, and the rates it is not.

    cover = (natural forest + planted forest that meets the criteria) / natural area

Forestry Law 2017, art. 2(3) and 2(5). Planted land that is not yet forest never counts; forest
outside the three-forest plan does; the denominator is the official natural area; the province is
the ratio of sums. ``docs/explanation/forest-cover.md`` derives each column.
"""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyproj

from layers.base.errors import InputError, SchemaError
from layers.base.findings import Finding, Severity
from layers.base.language import Phrase
from layers.base.messages import joined, message
from layers.base.schema import read_schema
from layers.crs.crs import plane_area_ha
from zones.measure.closure import ClosureLog
from zones.measure.measure import NO_CLASS
from zones.tables import FOREST_COVER

#: What the table is made from: the overlay of a forest status layer with the communes.
FOREST_AREAS = read_schema("zones.forest", "forest areas")

_COVERS = ("natural_forest", "planted_forest")
_WITH_FOREST = (*_COVERS, "not_yet_forest")
_FUNCTIONS = ("special_use", "protection", "production", "outside")


def forest_cover_rate(natural_forest_ha: Any, planted_forest_ha: Any, natural_area_ha: Any) -> Any:
    """Forest cover rate (ratio, 0.42 for 42 %).

    Forest Law 2017, art. 2(5): area of forest ÷ total natural area of the territory.

    Parameters
    ----------
    natural_forest_ha : float or array_like
        Natural forest (ha).
    planted_forest_ha : float or array_like
        Planted forest that meets the criteria (ha); never the area planted that is not yet forest.
    natural_area_ha : float or array_like
        Official natural area (ha), not the area of polygons.

    Returns
    -------
    float, numpy.ndarray or pandas.Series
        A scalar for scalars, a Series where one was given (with its index), else an array. Above 1
        where the forest exceeds the official area, which the table flags.

    Raises
    ------
    InputError
        A value is missing, infinite or negative, or a natural area is zero; all of them counted.

    Examples
    --------
    >>> round(100 * forest_cover_rate(56_123, 91_068, 389_559), 2)
    37.78
    """
    values = {
        "natural_forest_ha": np.asarray(natural_forest_ha, dtype="float64"),
        "planted_forest_ha": np.asarray(planted_forest_ha, dtype="float64"),
        "natural_area_ha": np.asarray(natural_area_ha, dtype="float64"),
    }
    faults = [fault for name, value in values.items() for fault in _faults(name, value)]
    if faults:
        raise InputError("zones.forest.values_wrong", faults=joined(faults))
    natural, planted, area = values.values()
    rate = (natural + planted) / area
    given = (natural_forest_ha, planted_forest_ha, natural_area_ha)
    series = next((item for item in given if isinstance(item, pd.Series)), None)
    if series is not None:
        return pd.Series(rate, index=series.index)
    return float(rate) if rate.ndim == 0 else rate


def _faults(name: str, value: npt.NDArray[np.float64]) -> list[Phrase]:
    wrong = {"missing": ~np.isfinite(value), "negative": value < 0}
    if name == "natural_area_ha":
        wrong["zero"] = value == 0
    return [
        message(f"zones.forest.value_{how}", count=int(mask.sum()), name=name)
        for how, mask in wrong.items()
        if mask.any()
    ]


def forest_cover_table(
    areas: pd.DataFrame,
    communes: pd.DataFrame,
    *,
    province_code: str,
    province: str,
    log: ClosureLog | None = None,
) -> pd.DataFrame:
    """Forest cover by commune and province, with the figures a dispute is about.

    Parameters
    ----------
    areas : pandas.DataFrame
        Columns of ``FOREST_AREAS``: hectares per commune, land class and three-forest class. Rows
        outside every commune are left out here and told by ``check_forest_cover``.
    communes : pandas.DataFrame
        ``commune_code, commune, official_area_ha`` and, where known, ``polygon_area_ha``.
    province_code : str
        Code of the last row.
    province : str
        Name of the last row.
    log : ClosureLog, optional
        Takes the closures that were checked.

    Returns
    -------
    pandas.DataFrame
        Columns of ``FOREST_COVER``, one row per commune in the order of ``communes``, the
        province last. Percentages are unrounded. Every ``wrong_…`` column is a rate in
        circulation that the law does not know.

    Raises
    ------
    SchemaError
        A column is missing or a value is not what the schema says.
    InputError
        A commune stands twice or without official area, an area names a commune that is not in
        ``communes``, or the province's forest exceeds its natural area.
    ClosureError
        The classes do not sum to the area with forest, or communes not to the province.
    """
    areas = FOREST_AREAS.validate(areas)
    communes = _with_polygons(communes)
    inside = areas[areas["commune_code"].fillna("").ne("")]
    _check_communes(inside, communes)
    table = _sums(inside, communes)
    known = table[table["natural_forest_ha"].notna()]
    whole = known.sum(numeric_only=True).to_frame().T
    whole = whole.assign(commune_code=province_code, commune=province)
    # A province without one commune's polygon has no polygon area at all.
    whole["polygon_area_ha"] = known["polygon_area_ha"].sum(skipna=False)
    _check_province(whole, province)
    table = _with_rates(pd.concat([table, whole], ignore_index=True))
    table["wrong_mean_of_communes_percent"] = np.nan
    last = table.index[-1]
    table.loc[last, "wrong_mean_of_communes_percent"] = table["cover_percent"].iloc[:-1].mean()
    _check_closure(table, inside, log or ClosureLog())
    return FOREST_COVER.validate(table)[FOREST_COVER.names]


def _with_polygons(communes: pd.DataFrame) -> pd.DataFrame:
    needed = ["commune_code", "commune", "official_area_ha"]
    missing = [name for name in needed if name not in communes.columns]
    if missing:
        raise SchemaError("zones.forest.commune_columns_missing", needed=needed, missing=missing)
    polygons = communes.get("polygon_area_ha", pd.Series(np.nan, index=communes.index))
    return pd.DataFrame(communes[needed]).assign(polygon_area_ha=polygons.astype("float64"))


def _check_communes(areas: pd.DataFrame, communes: pd.DataFrame) -> None:
    codes = communes["commune_code"]
    twice = sorted(set(codes[codes.duplicated()]))
    unknown = sorted(set(areas["commune_code"]) - set(codes))
    official = communes["official_area_ha"].astype("float64")
    without = codes[~(official > 0)].tolist()
    faults = [
        message(f"zones.forest.faulty_{how}", count=len(found), codes=found)
        for how, found in (("repeated", twice), ("not_listed", unknown), ("without_area", without))
        if found
    ]
    if faults:
        raise InputError("zones.forest.communes_wrong", faults=joined(faults))


def communes_told(measured: pd.DataFrame) -> set[str]:
    """Codes of the communes of which a layer tells, from its rows of ``MEASURED``."""
    return set(measured.loc[~measured["land"].isin(NO_CLASS), "commune_code"].dropna()) - {""}


def _sums(areas: pd.DataFrame, communes: pd.DataFrame) -> pd.DataFrame:
    codes = communes["commune_code"]
    table = communes.rename(columns={"official_area_ha": "natural_area_ha"}).reset_index(drop=True)

    def total(rows: pd.Series[bool], column: str = "ledger_ha") -> npt.NDArray[np.float64]:
        sums = areas.loc[rows].groupby("commune_code")[column].sum()
        # A commune without any such plot has none of it; without any plot at all it is missing.
        filled = sums.reindex(codes, fill_value=0.0)
        return filled.where(codes.isin(areas["commune_code"]).to_numpy()).to_numpy(dtype="float64")

    for land in _WITH_FOREST:
        table[f"{land}_ha"] = total(areas["land"].eq(land))
    with_forest, covers = areas["land"].isin(_WITH_FOREST), areas["land"].isin(_COVERS)
    for name in _FUNCTIONS:
        table[f"{name}_ha"] = total(with_forest & areas["three_forest"].eq(name))
    table["forest_outside_ha"] = total(covers & areas["three_forest"].eq("outside"))
    table["forest_by_geometry_ha"] = total(covers, "area_ha")
    with_forest_ha = table[[f"{land}_ha" for land in _WITH_FOREST]]
    table["area_with_forest_ha"] = with_forest_ha.sum(axis=1, skipna=False)
    return table


def _with_rates(table: pd.DataFrame) -> pd.DataFrame:
    natural, planted = table["natural_forest_ha"], table["planted_forest_ha"]
    area = table["natural_area_ha"]
    polygon = table["polygon_area_ha"]
    forest = natural + planted
    inside = (forest - table["forest_outside_ha"]).clip(lower=0.0)
    zero = pd.Series(0.0, index=table.index)
    return table.assign(
        cover_percent=_percent(natural, planted, area),
        cover_geometry_percent=_percent(table["forest_by_geometry_ha"], zero, area),
        polygon_difference_percent=100 * (polygon - area) / area,
        exceeds_natural_area=forest > area,
        wrong_with_not_yet_percent=100 * (forest + table["not_yet_forest_ha"]) / area,
        wrong_polygon_area_percent=100 * forest / polygon.where(polygon > 0),
        wrong_inside_plan_percent=100 * inside / area,
    )


def _percent(
    natural: pd.Series[float], planted: pd.Series[float], area: pd.Series[float]
) -> pd.Series[float]:
    """Rate in percent where the forest is known."""
    known = natural.notna()
    rate = 100 * forest_cover_rate(natural[known], planted[known], area[known])
    return pd.Series(rate, index=natural.index[known]).reindex(natural.index)


def _check_province(whole: pd.DataFrame, province: str) -> None:
    forest = float(whole["natural_forest_ha"].iloc[0] + whole["planted_forest_ha"].iloc[0])
    area = float(whole["natural_area_ha"].iloc[0])
    if forest > area:
        raise InputError(
            "zones.forest.forest_exceeds_province", province=province, forest=forest, area=area
        )


def _check_closure(table: pd.DataFrame, areas: pd.DataFrame, log: ClosureLog) -> None:
    functions = [f"{name}_ha" for name in _FUNCTIONS]
    known = table[table["natural_forest_ha"].notna()]
    for _, row in known.iterrows():
        log.check(
            f"forest cover: three-forest classes of {row['commune']}",
            parts=float(row[functions].sum()),
            whole=float(row["area_with_forest_ha"]),
        )
    given = areas.loc[areas["land"].isin(_WITH_FOREST), "ledger_ha"].sum()
    log.check(
        "forest cover: communes to province (area with forest)",
        parts=float(known["area_with_forest_ha"].iloc[:-1].sum()),
        whole=float(given),
    )
    log.check(
        "forest cover: communes to province (natural area)",
        parts=float(known["natural_area_ha"].iloc[:-1].sum()),
        whole=float(table["natural_area_ha"].iloc[-1]),
    )


def measured_cover(
    measured: pd.DataFrame,
    communes: gpd.GeoDataFrame,
    crs: pyproj.CRS,
    *,
    province_code: str,
    province: str,
    log: ClosureLog | None = None,
) -> pd.DataFrame:
    """Forest cover table of one measured forest layer, with the polygons' areas in hectares."""
    return forest_cover_table(
        measured[~measured["land"].isin(NO_CLASS)],
        communes.assign(polygon_area_ha=plane_area_ha(communes, crs)),
        province_code=province_code,
        province=province,
        log=log,
    )


def check_forest_cover(
    table: pd.DataFrame, areas: pd.DataFrame, *, source: str = "forest cover"
) -> list[Finding]:
    """Tell what a reader of the table must know.

    Parameters
    ----------
    table : pandas.DataFrame
        Result of ``forest_cover_table``.
    areas : pandas.DataFrame
        What it was made from.
    source : str
        The forest status layer.

    Returns
    -------
    list of Finding
        Problems: forest beyond the official area of a commune, forest outside every commune,
        communes without any plot.
    """
    communes = table.iloc[:-1]
    forest = communes["natural_forest_ha"] + communes["planted_forest_ha"]
    beyond = communes["exceeds_natural_area"]
    empty = ~communes["commune_code"].isin(communes_told(areas))
    outside = areas["commune_code"].fillna("").eq("") & areas["land"].isin(_WITH_FOREST)
    cases: list[tuple[Severity, str, pd.Series[bool], Phrase]] = [
        ("problem", "forest-exceeds-area", beyond, message("zones.forest.forest_exceeds_area")),
        ("problem", "commune-without-plots", empty, message("zones.forest.commune_without_plots")),
    ]
    found = [
        _about_communes(severity, kind, source, communes.assign(forest_ha=forest)[mask], what)
        for severity, kind, mask, what in cases
    ]
    found.append(_outside(float(areas.loc[outside, "ledger_ha"].sum()), int(outside.sum()), source))
    return [item for item in found if item is not None]


def _about_communes(
    severity: Severity, kind: str, source: str, rows: pd.DataFrame, what: Phrase
) -> Finding | None:
    if rows.empty:
        return None
    names = [
        f"{name} ({code})" for name, code in zip(rows["commune"], rows["commune_code"], strict=True)
    ]
    return Finding(
        severity,
        kind,
        source,
        message("zones.forest.communes_listed", what=what, count=len(rows), communes=names),
        count=len(rows),
        area_ha=float(rows["forest_ha"].sum()),
        examples=tuple(names[:5]),
    )


def _outside(area_ha: float, count: int, source: str) -> Finding | None:
    if not area_ha > 0:
        return None
    return Finding(
        "problem",
        "forest-outside-communes",
        source,
        message("zones.forest.forest_outside_communes", area=area_ha),
        count=count,
        area_ha=area_ha,
    )
