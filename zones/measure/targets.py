"""Plan against measurement: per target what is held and what is missing, per zone where it stands.

``held_ratio`` is present ÷ low (for a ceiling present ÷ high), shortfall and surplus count from the
plan's own figures. A target is ``below`` when present is under ``low``, ``above`` when over
``high``, else ``within``; only the status of a figure that the plan gives as about so much may
allow for a tolerance. Where nothing tells the present figure, the status is ``not_measured``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from layers.base.errors import SchemaError
from layers.base.resources import data_table
from layers.io.table import require_columns
from zones.tables import REPORTED, TARGETS, ZONES

_ABOUT = ("about", "maintain")
_STATES = ("by_year", "in_year")
_DUST = 1e-9


@dataclass(frozen=True, slots=True)
class ToleratedBounds:
    """How far from a figure given as about so much the status is still ``within``.

    Parameters
    ----------
    tolerance_percent : float
        Distance allowed on either side, in percent of the figure.
    rate_tolerance_points : float
        The same for a rate (unit ``%``), in percentage points.
    """

    tolerance_percent: float = 0.0
    rate_tolerance_points: float = 0.0


def join_plan_targets(targets: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Targets of several plans: the first leads, the others fill what it lacks.

    Parameters
    ----------
    targets : sequence of pandas.DataFrame
        One frame per plan, leading plan first; columns ``plan, target, zone, indicator, scope,
        commune_code, year`` and those of the figures: as from ``targets_frame``, with the plan's id
        in ``plan``.

    Returns
    -------
    pandas.DataFrame
        All targets of the first plan, then of each other those whose thing (zone, indicator, scope
        and commune) no earlier plan speaks of, in that year; without a year a target speaks of all
        years. ``target`` is unique: an id that recurs carries the plan's id in front.

    Raises
    ------
    SchemaError
        A column is missing (the message lists those that were found), or one plan has the same
        target id twice.

    Examples
    --------
    >>> import zones
    >>> plans = [zones.load_plan("lang-son-2026-2030")]
    >>> frames = [zones.targets_frame(plan).assign(plan=plan.plan) for plan in plans]
    >>> len(zones.join_plan_targets(frames)) == len(frames[0])
    True
    """
    thing = ["zone", "indicator", "scope", "commune_code"]
    taken: list[pd.DataFrame] = []
    seen: dict[tuple[str, ...], set[int | None]] = {}
    names: set[str] = set()
    asked = ["plan", "target", *thing, "year"]
    for frame in targets:
        missing = [name for name in asked if name not in frame.columns]
        if missing:
            found = [str(name) for name in frame.columns]
            raise SchemaError("zones.measure.target_columns", missing=missing, found=found)
        twice = frame.loc[frame["target"].duplicated(), "target"].tolist()
        if twice:
            raise SchemaError(
                "zones.measure.target_ids_repeated", iloc=frame["plan"].iloc[0], twice=twice
            )
        keys = list(frame[thing].fillna("").itertuples(index=False, name=None))
        years = [None if pd.isna(year) else int(year) for year in frame["year"]]
        every = list(zip(keys, years, strict=True))
        new = [_is_unsaid(seen.get(key, set()), year) for key, year in every]
        rest = frame[np.array(new, dtype=bool)]
        clash = rest["target"].isin(names)
        rest = rest.assign(target=rest["target"].mask(clash, rest["plan"] + ":" + rest["target"]))
        for key, year in every:
            seen.setdefault(key, set()).add(year)
        names.update(rest["target"])
        taken.append(rest)
    return pd.concat(taken, ignore_index=True)


def leading_targets(targets: pd.DataFrame) -> pd.DataFrame:
    """Of joined targets those that lead: of each thing all of the first plan that speaks of it.

    They are shared out and forecast; what later plans ask for in other years is compared alone.
    """
    thing = [targets[name].fillna("") for name in ("zone", "indicator", "commune_code")]
    first = targets["plan"].groupby(thing, sort=False).transform("first")
    return targets[targets["plan"] == first]


def _is_unsaid(said: set[int | None], year: int | None) -> bool:
    """Whether nothing that was said of a thing, by year, speaks of it in this one."""
    return not said or not (year is None or None in said or year in said)


def measured_figures(
    by_zone: pd.DataFrame, forest_cover: pd.DataFrame, *, cover_of: str = ""
) -> pd.DataFrame:
    """What targets are compared with: hectares of zones, and the forest cover rate in percent.

    ``by_zone`` has ``zone, commune_code, present_ha, told_by``. A zone stands there over the
    province (no commune code) and in every commune. ``told_of``, the date or year of a figure, goes
    along where it is there; ``cover_of`` is that of the forest cover.
    """
    sums = {"present": ("present_ha", "sum"), "told_by": ("told_by", "first")}
    sums |= {"told_of": ("told_of", "first")} if "told_of" in by_zone else {}
    communes = by_zone.groupby(["zone", "commune_code"]).agg(**sums).reset_index()
    province = by_zone.groupby("zone").agg(**sums).reset_index()
    totals = pd.concat([province.assign(commune_code=""), communes], ignore_index=True)
    frames = [totals.assign(indicator="area", unit="ha")]
    if not forest_cover.empty:
        rate = {
            "zone": "",
            "indicator": "forest_cover_rate",
            "commune_code": "",
            "unit": "%",
            "present": float(forest_cover["cover_percent"].iloc[-1]),
            "told_by": "layer",
            "told_of": cover_of,
        }
        frames.append(pd.DataFrame([rate]))
    return pd.concat(frames, ignore_index=True)


#: Columns of the comparison itself; the others are those of the plans.
_COMPARED = frozenset(
    {
        *("figure_low", "figure_high", "present", "held_ratio", "shortfall", "surplus", "status"),
        *("tolerance_percent", "told_by", "told_of", "estimate", "low_interval", "high_interval"),
        *("interval_from", "points", "points_found", "verdict", "needed"),
    }
)


def compare_targets(
    targets: pd.DataFrame,
    present: pd.DataFrame,
    *,
    tolerated: ToleratedBounds,
    reported: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Compare the targets with what was measured.

    Parameters
    ----------
    targets : pandas.DataFrame
        As from ``join_plan_targets``; ``low`` and ``high`` in the unit of the row. Areas in another
        unit than the hectare are converted to it. A row whose ``is_part`` is true ("of which Shan
        tea 6,200 ha") is compared with nothing: what is known is of the whole.
    present : pandas.DataFrame
        Columns ``zone, indicator, commune_code, unit, present``: what was measured; a commune code
        of ``""`` is the province. One row per thing. ``told_by`` says who tells it: ``layer``, as
        where the column is not there, ``report`` or ``reconciled``; ``told_of`` of which date or
        year it is, empty where that column is not there.
    tolerated : ToleratedBounds
        What the status of a figure given as about so much allows for.
    reported : pandas.DataFrame, optional
        Columns of ``zones.tables.REPORTED``; stands in where no layer tells the present figure.

    Returns
    -------
    pandas.DataFrame
        Columns of ``zones.tables.TARGETS``; ``figure_low`` and ``figure_high`` as the plan says
        them. ``shortfall`` is max(low − present, 0) and ``surplus``
        max(present − high, 0), in ``unit``; missing where the plan has no such end or nothing was
        measured. ``tolerance_percent`` is missing where no tolerance is allowed for.

    Raises
    ------
    SchemaError
        A column is missing; the message lists those that were found.

    Examples
    --------
    >>> import pandas as pd
    >>> import zones
    >>> plan = zones.load_plan("lang-son-2026-2030")
    >>> targets = zones.join_plan_targets([zones.targets_frame(plan).assign(plan=plan.plan)])
    >>> present = pd.DataFrame({"zone": ["chestnut"], "indicator": ["area"], "commune_code": [""],
    ...                         "unit": ["ha"], "present": [100.0]})
    >>> found = zones.compare_targets(targets, present, tolerated=zones.ToleratedBounds())
    >>> found.set_index("target").loc["chestnut-area-2030", "status"]
    'below'
    """
    keys = ["zone", "indicator", "commune_code", "unit"]
    asked = [name for name in TARGETS.names if name not in _COMPARED]
    require_columns(targets, dict(zip(asked, asked, strict=True)), source="targets")
    given = [*keys, "present"]
    require_columns(present, dict(zip(given, given, strict=True)), source="present")
    frame = _in_hectares(targets.assign(commune_code=targets["commune_code"].fillna("")))
    told = present if "told_by" in present else present.assign(told_by="layer")
    told = told if "told_of" in told else told.assign(told_of="")
    wanted = [*given, "told_by", "told_of"]
    frame = frame.merge(told[wanted], on=keys, how="left", validate="many_to_one")
    # A layer shows a state; what is planted or harvested per year no single state can tell, and
    # neither a layer nor a report tells a part from the whole.
    part = frame["is_part"].astype(bool) if "is_part" in frame else pd.Series(False, frame.index)
    state = frame["period"].isin(_STATES) & ~part
    frame = frame.assign(
        figure_low=frame["low"], figure_high=frame["high"], present=frame["present"].where(state)
    )
    frame = _with_reported(frame, REPORTED.empty() if reported is None else reported, part)
    low, high, now = frame["low"], frame["high"], frame["present"].astype("float64")
    least, most = bounds_with_tolerance(frame, tolerated)
    under, over = _beyond(least, now), _beyond(now, most)
    status = np.select([now.isna(), under, over], ["not_measured", "below", "above"], "within")
    reference = low.where(frame["bound"] != "at_most", high)
    allowed = frame["bound"].isin(_ABOUT) & (frame["unit"] != "%")
    frame = frame.assign(
        held_ratio=(now / reference.where(reference > 0)),
        shortfall=(low - now).where(_beyond(low, now) | (low - now).isna(), 0.0),
        surplus=(now - high).where(_beyond(now, high) | (now - high).isna(), 0.0),
        status=status,
        tolerance_percent=np.where(
            allowed & (tolerated.tolerance_percent > 0), tolerated.tolerance_percent, np.nan
        ),
        estimate=np.nan,
        low_interval=np.nan,
        high_interval=np.nan,
        interval_from="",
        points=np.nan,
        points_found=np.nan,
        verdict=_first_verdict(frame),
        needed=np.where(frame["told_by"] == "layer", "accuracy", ""),
    )
    return TARGETS.validate(frame[TARGETS.names])


def _first_verdict(frame: pd.DataFrame) -> pd.Series[str]:
    """Verdict where no accuracy is stated: none of what is counted, or told by reports."""
    drawn = frame["told_by"] == "layer"
    area = (frame["indicator"] == "area") & (frame["unit"] == "ha")
    missing = (area | (frame["indicator"] == "forest_cover_rate")) & frame["present"].isna()
    word = np.select([drawn, missing], ["not_assessed", "not_measured"], "")
    return pd.Series(word, index=frame.index, dtype="str")


def _with_reported(
    targets: pd.DataFrame, reported: pd.DataFrame, part: pd.Series[bool]
) -> pd.DataFrame:
    """Reported figures where no layer tells: of the year, or of all years where they add up.

    A sum to which some that were asked have not answered is no figure of the whole: it is missing.
    """
    keys = ["zone", "indicator", "commune_code", "unit"]
    whole = reported[reported["reporters"] >= reported["expected"]]
    told = whole.set_index(keys)[["value", "total", "year"]]
    asked = targets.assign(unit=targets["unit"].map(yearly_unit))
    found = told.reindex(pd.MultiIndex.from_frame(asked[keys])).set_axis(targets.index)
    value = found["value"].where(targets["period"] != "cumulative", found["total"])
    its_year = (targets["period"] != "in_year") | (targets["year"] == found["year"]).fillna(False)
    value = value.astype("float64").where(its_year.astype(bool) & ~part)
    present = targets["present"].astype("float64")
    told_by = targets["told_by"].where(present.notna(), np.where(value.notna(), "report", ""))
    its_round = found["year"].astype("Int64").astype("str").where(value.notna(), "")
    told_of = targets["told_of"].fillna("").where(present.notna(), its_round)
    return targets.assign(present=present.fillna(value), told_by=told_by, told_of=told_of)


def yearly_unit(unit: str) -> str:
    """Unit of one year's figure: ha for ha/year, heads for head/year; rates stay."""
    return re.sub(r"(?<!%)/year$", "", unit) if unit.count("/") == 1 else unit


def with_reported_zones(by_zone: pd.DataFrame, reported: pd.DataFrame) -> pd.DataFrame:
    """Hectares of zones by commune; those of zones that no layer tells of as reported."""
    areas = reported[(reported["indicator"] == "area") & (reported["commune_code"] != "")]
    areas = areas[~areas["zone"].isin(set(by_zone["zone"])) & areas["value"].notna()]
    told = areas.rename(columns={"value": "present_ha"}).assign(layer="")
    columns = ["zone", "commune_code", "layer", "present_ha"]
    return pd.concat([by_zone, told[columns]], ignore_index=True) if len(told) else by_zone


def _in_hectares(targets: pd.DataFrame) -> pd.DataFrame:
    """Convert areas (also those per year) to hectares."""
    units = data_table("units.csv").set_index("unit")
    factors = units.loc[units["dimension"] == "area", "factor"]
    base = targets["unit"].str.removesuffix("/year")
    factor = base.map(factors).astype("float64")
    figures = {name: targets[name] * factor.fillna(1.0) for name in ("low", "high")}
    yearly = base != targets["unit"]
    unit = targets["unit"].mask(factor.notna(), "ha").mask(factor.notna() & yearly, "ha/year")
    return targets.assign(**figures, unit=unit)


def _beyond(greater: pd.Series[float], less: pd.Series[float]) -> pd.Series[bool]:
    """Tell what is greater by more than the binary dust of sums of decimal hectares."""
    return (greater > less) & ~np.isclose(greater, less, rtol=_DUST, atol=0)


def bounds_with_tolerance(
    targets: pd.DataFrame, tolerated: ToleratedBounds
) -> tuple[pd.Series[float], pd.Series[float]]:
    """Ends of the targets, in unit, with what a figure given as about so much allows for."""
    half = _tolerance(targets, tolerated)
    return targets["low"] - half, targets["high"] + half


def _tolerance(frame: pd.DataFrame, tolerated: ToleratedBounds) -> pd.Series[float]:
    relative = frame["low"] * (tolerated.tolerance_percent / 100)
    width = relative.mask(frame["unit"] == "%", tolerated.rate_tolerance_points)
    return width.where(frame["bound"].isin(_ABOUT), 0.0).fillna(0.0)


def share_zones(
    present: pd.DataFrame,
    listed: pd.DataFrame,
    *,
    communes: pd.DataFrame,
    listed_min_percent: float = 1.0,
    unlisted_max_percent: float = 5.0,
) -> pd.DataFrame:
    """Present area of every zone in every commune, and the two lists a planner wants at once.

    Parameters
    ----------
    present : pandas.DataFrame
        Columns ``zone, commune_code, present_ha``; a zone or a commune without a row was not
        measured.
    listed : pandas.DataFrame
        Columns ``zone, commune_code``: the plan's lists (the whole province written out).
    communes : pandas.DataFrame
        Columns ``commune_code, commune``.
    listed_min_percent : float
        A listed commune that holds less of the zone than this is remarked ``listed_but_little``.
    unlisted_max_percent : float
        An unlisted commune that holds more than this is remarked ``unlisted_but_much``.

    Returns
    -------
    pandas.DataFrame
        Columns of ``zones.tables.ZONES``, one row per zone and commune; what was not measured is
        missing, and the shares are of what is known.
    """
    zones = pd.unique(pd.concat([listed["zone"], present["zone"]]))
    grid = pd.MultiIndex.from_product(
        [zones, communes["commune_code"]], names=["zone", "commune_code"]
    )
    areas = present.groupby(["zone", "commune_code"])["present_ha"].sum().reindex(grid)
    frame = areas.reset_index().merge(communes[["commune_code", "commune"]], on="commune_code")
    marks = pd.MultiIndex.from_frame(listed[["zone", "commune_code"]])
    keys = pd.MultiIndex.from_frame(frame[["zone", "commune_code"]])
    area = frame["present_ha"]
    total = area.groupby(frame["zone"]).transform("sum")
    share = area / total.where(total > 0)
    is_listed = keys.isin(marks)
    little = is_listed & (share * 100 < listed_min_percent)
    much = ~is_listed & (share * 100 > unlisted_max_percent)
    remark = np.select([little, much], ["listed_but_little", "unlisted_but_much"], "")
    frame = frame.assign(listed=is_listed, present_ha=area, share_ratio=share, remark=remark)
    # Filled in where the project states how sure its layers are.
    missing = dict.fromkeys(("low_interval_ha", "high_interval_ha", "own_weight_ratio"), np.nan)
    frame = frame.assign(**missing, verdict="", unsure="")
    order = {zone: place for place, zone in enumerate(zones)}
    frame = frame.sort_values(
        ["zone", "commune_code"],
        key=lambda column: column.map(order) if column.name == "zone" else column,
        ignore_index=True,
    )
    return ZONES.validate(frame)
