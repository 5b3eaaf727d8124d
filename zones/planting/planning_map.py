"""The planning layer of a forest map (TCVN 11566:2016): which plot is planted, when, with what.

The allocation gives each commune hectares by zone, land source and year; here plots are chosen for
them. Every row of the allocation stands in the table with its plots and with what found none, and
adds up to the printed hectares.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from layers.base.errors import ClosureError, InputError
from layers.crs.transform import to_crs
from layers.kinds.plots import PlotLayer
from zones.allocation.land_plots import settled_land, stand_land
from zones.allocation.plot_names import named_plots
from zones.planting.choose import Choice, Demand, Piece, choose_pieces
from zones.planting.decisions import EXCLUDE, FIRST, no_decisions
from zones.planting.measures import load_measures
from zones.tables import PLANNING_PLOTS

#: Printed hectares and those of the plots are the same to this.
_NEAR_HA = 1e-6
_KEYS = ["commune_code", "part_of_land"]
#: Part of the project file that names plots.
_WHERE = "planning"
#: Years that no stand is older than.
_OLDEST = 300


@dataclass(frozen=True, slots=True)
class PlanningMap:
    """Plots chosen for the plan, and the forest that is kept."""

    table: pd.DataFrame  # ``PLANNING_PLOTS``
    plots: gpd.GeoDataFrame  # Rows of ``table`` that have a plot, with its shape and attributes
    kept: gpd.GeoDataFrame  # Plots of other measures: protected, left to regenerate, decided

    def layer(self) -> gpd.GeoDataFrame:
        """The planning layer as a whole: what is planned and what is kept, each with its period."""
        both = pd.concat([self.plots, self.kept], ignore_index=True)
        return gpd.GeoDataFrame(both, crs=self.kept.crs or self.plots.crs)


def planning_map(
    allocation: pd.DataFrame,
    zones: pd.DataFrame,
    rules: pd.DataFrame,
    layers: Mapping[str, tuple[str, PlotLayer]],
    communes: gpd.GeoDataFrame,
    *,
    decisions: pd.DataFrame | None = None,
    roads: gpd.GeoDataFrame | None = None,
    part_of: Callable[[gpd.GeoDataFrame], pd.Series[str]] | None = None,
) -> PlanningMap:
    """Choose plots for printed hectares; ``layers`` are the kind and the plots of each layer.

    ``decisions`` are those of an office on single plots (``load_decisions``); what has another
    measure is not planted.
    ``part_of`` says which part of its land source a piece lies in (altitude and slope), where the
    allocation tells them apart.
    """
    planned = allocation[allocation["planned_ha"].gt(0) & allocation["land"].ne("")]
    planned = planned.sort_values(["year", "zone", "commune_code", "land"], ignore_index=True)
    planned = planned.assign(
        source=planned["land"].str.split("[:#]", n=1, regex=True).str[0],
        part_of_land=planned["land"].str.partition("#")[0],
        locked=planned["land"].str.partition("#")[2],
    )
    told = no_decisions() if decisions is None else decisions
    pieces = _with_decisions(_pieces(rules, layers, communes, roads), told, layers)
    pieces = pieces.assign(
        part_of_land=pieces["source"] if part_of is None else part_of(pieces),
        locked=_locked(pieces, planned),
    )
    chosen: list[Choice] = []
    left: dict[int, float] = {}
    for key, demands in planned.groupby(_KEYS):
        # A plot that is locked is one of its source, whatever its altitude.
        locked = pieces["locked"].ne("")
        part = pieces["part_of_land"].mask(locked, pieces["source"])
        here = pieces[pieces["commune_code"].eq(key[0]) & part.eq(key[1])]
        found, missing = _serve(demands, here, rules)
        chosen += found
        left |= missing
    table = _table(planned, zones, pieces, chosen, left)
    plots = _with_attributes(table, pieces, chosen, layers)
    years = allocation["year"].dropna().astype(int)
    period = f"{years.min()}–{years.max()}" if len(years) else ""
    return PlanningMap(table, plots, _kept(plots, layers, communes, told, period))


def _pieces(
    rules: pd.DataFrame,
    layers: Mapping[str, tuple[str, PlotLayer]],
    communes: gpd.GeoDataFrame,
    roads: gpd.GeoDataFrame | None,
) -> gpd.GeoDataFrame:
    """Parts of plots by commune and land source: the nearest to a road first, then by label."""
    plots, _ = settled_land(layers, rules, communes)
    both = pd.concat([plots, stand_land(layers, rules, communes)], ignore_index=True)
    distance = np.zeros(len(both))
    if roads is not None and len(roads) and len(both):
        tree = shapely.STRtree(roads.geometry.to_numpy())
        shapes = both.geometry.to_numpy()
        nearest = tree.nearest(shapes)
        distance = shapely.distance(shapes, tree.geometries[nearest])
    order = both.assign(road_m=np.round(distance, 1), label=both["plot"].map(_natural))
    order = order.sort_values(["road_m", "label", "layer", "row"], kind="stable")
    return gpd.GeoDataFrame(order.drop(columns="label"), crs=communes.crs)


def _with_decisions(
    pieces: gpd.GeoDataFrame,
    decisions: pd.DataFrame,
    layers: Mapping[str, tuple[str, PlotLayer]],
) -> gpd.GeoDataFrame:
    """Pieces that may be planted, those to be taken ``first`` before the others; else in order."""
    asked = _named(pieces, decisions["plot"], layers)
    decision = asked.map(decisions.set_index("plot")["decision"]).astype("str").fillna("")
    first = decision.eq(FIRST)
    free = decision.eq("") | first
    may = pieces[free].assign(first=first[free])
    return may.sort_values("first", ascending=False, kind="stable", ignore_index=True)


def _named(
    pieces: gpd.GeoDataFrame, names: Iterable[str], layers: Mapping[str, tuple[str, PlotLayer]]
) -> pd.Series[str]:
    """Name that each piece was asked by; a name that no layer knows is refused."""
    asked = set(names)
    found = named_plots(pieces, asked, where=_WHERE)
    absent = asked - set(found)
    if absent:
        # Plots that are no land are never taken anyway: naming one is no fault.
        plots = [layer.plots.assign(layer=name) for name, (_, layer) in layers.items()]
        known = pd.concat(plots, ignore_index=True) if plots else pieces
        known = known.assign(commune_code=known["commune_code"].fillna(""))
        absent -= set(named_plots(known, absent, where=_WHERE))
    if absent:
        unknown = sorted(absent)
        raise InputError("zones.planting.unknown_plots", count=len(unknown), plots=unknown)
    return found


def _locked(pieces: gpd.GeoDataFrame, planned: pd.DataFrame) -> pd.Series[str]:
    """Name by which the allocation locked a piece; empty where it did not."""
    locked = pd.Series("", index=pieces.index, dtype="str")
    for source, rows in planned[planned["locked"].ne("")].groupby("source"):
        mine = pieces[pieces["source"].eq(str(source))]
        found = named_plots(mine, rows["locked"], where="locks")
        locked = locked.mask(locked.index.isin(mine.index), found.reindex(locked.index))
    return locked


def _natural(label: str) -> tuple[tuple[int, str], ...]:
    """Key that puts lot 2 before lot 10."""
    return tuple(
        (int(part), "") if part.isdigit() else (-1, part) for part in str(label).split("/")
    )


def _serve(
    demands: pd.DataFrame, here: gpd.GeoDataFrame, rules: pd.DataFrame
) -> tuple[list[Choice], dict[int, float]]:
    """Serve the rows of one commune and source; plots that are locked serve their own rows only."""
    locked = demands["locked"]
    ages = rules.set_index("source")[["age_low", "age_high"]]
    chosen: list[Choice] = []
    left: dict[int, float] = {}
    for plot in sorted({*locked, ""}):
        mine = demands[locked.eq(plot)]
        pool = here[here["locked"].eq(plot)]
        asked = [
            Demand(
                int(place), float(row["planned_ha"]), _born(ages, row["source"], int(row["year"]))
            )
            for place, row in zip(mine.index, mine.to_dict("records"), strict=True)
        ]
        free = [
            Piece(
                int(place),
                float(row["area_ha"]),
                row["geometry"],
                None if pd.isna(row["planting_year"]) else int(row["planting_year"]),
                bool(row["first"]),
            )
            for place, row in zip(pool.index, pool.to_dict("records"), strict=True)
            if row["area_ha"] > 0
        ]
        found, missing = choose_pieces(asked, free)
        chosen += found
        left |= missing
    return chosen, left


def _born(ages: pd.DataFrame, source: str, year: int) -> tuple[int, int] | None:
    """Planting years of the stands of a land source that are of age in a year."""
    rule = ages[ages.index == source]
    if rule.empty or rule.isna().all(axis=None):
        return None
    low, high = rule["age_low"].iloc[0], rule["age_high"].iloc[0]
    oldest = _OLDEST if pd.isna(high) else int(high)
    return year - oldest, year - (0 if pd.isna(low) else int(low))


def _table(
    planned: pd.DataFrame,
    zones: pd.DataFrame,
    pieces: pd.DataFrame,
    chosen: Sequence[Choice],
    left: Mapping[int, float],
) -> pd.DataFrame:
    """Rows of the allocation with their plots; what found none has an empty plot."""
    served = pd.DataFrame(
        [(one.demand, one.piece, one.area_ha, "whole" if one.whole else "part") for one in chosen]
        + [(place, -1, area, "") for place, area in left.items()],
        columns=["demand", "piece", "area_ha", "part"],
    )
    labels = pieces["plot"].reindex(served["piece"]).fillna("").to_numpy()
    rows = planned.reindex(served["demand"]).reset_index(drop=True)
    kinds = zones.set_index("zone")["land_kind"]
    table = rows.drop(columns="planned_ha").assign(
        measure=[
            _measure(source, kinds.get(zone, "forest"))
            for source, zone in zip(rows["source"], rows["zone"], strict=True)
        ],
        plot=labels,
        part=served["part"].to_numpy(),
        area_ha=served["area_ha"].to_numpy(),
    )
    sums = served.groupby("demand")["area_ha"].sum().reindex(planned.index).fillna(0.0)
    worst = float((sums - planned["planned_ha"]).abs().max()) if len(planned) else 0.0
    if worst > _NEAR_HA:
        raise ClosureError("zones.planting.not_closed", worst=worst)
    return PLANNING_PLOTS.validate(table[PLANNING_PLOTS.names])


def _measure(source: str, land_kind: str) -> str:
    """Measure of the standard: by the land source, for crops of the forest; else other planting."""
    table = load_measures()
    for row in table.to_dict("records"):
        kinds = row["land_kinds"].split("|") if row["land_kinds"] else []
        sources = row["sources"].split("|") if row["sources"] else []
        applies = bool(sources or kinds) and (not sources or source in sources)
        if applies and (not kinds or land_kind in kinds):
            return str(row["measure"])
    return ""


def _with_attributes(
    table: pd.DataFrame,
    pieces: gpd.GeoDataFrame,
    chosen: Sequence[Choice],
    layers: Mapping[str, tuple[str, PlotLayer]],
) -> gpd.GeoDataFrame:
    """Chosen plots with their shapes and the attributes of the layer that they come from."""
    own = table.iloc[: len(chosen)].reset_index(drop=True)
    places = [one.piece for one in chosen]
    origin = pieces[["layer", "row"]].reindex(places).reset_index(drop=True)
    parts = [
        layer.plots.drop(columns=["geometry", "commune_code", "commune", "plot"])
        .rename(columns={"land": "land_class"})
        .assign(layer=name)
        for name, (_, layer) in layers.items()
    ]
    joined = own.join(origin)
    joined = joined.assign(period=joined["year"].astype("Int64").astype("str"))
    if parts:
        known = pd.concat(parts, ignore_index=True)
        joined = joined.merge(known, on=["layer", "row"], how="left", validate="many_to_one")
    shapes = [one.shape for one in chosen]
    return gpd.GeoDataFrame(joined, geometry=shapes, crs=pieces.crs)


def _kept(
    plots: gpd.GeoDataFrame,
    layers: Mapping[str, tuple[str, PlotLayer]],
    communes: gpd.GeoDataFrame,
    decisions: pd.DataFrame,
    period: str,
) -> gpd.GeoDataFrame:
    """Plots of the forest layer that nothing is planned on, with all their attributes.

    Protected, left to regenerate, or under a measure that was decided, in its period or the plan's.
    """
    table = load_measures()
    by_land = {
        land: row["measure"] for row in table.to_dict("records") for land in row["lands"].split("|")
    }
    frames = [
        to_crs(layer.plots, communes.crs).assign(layer=name)
        for name, (kind, layer) in layers.items()
        if kind == "forest_status"
    ]
    if not frames:
        return plots.iloc[:0]
    both = pd.concat(frames, ignore_index=True)
    decided = decisions[~decisions["decision"].isin([EXCLUDE, FIRST])].set_index("plot")
    named = both.assign(commune_code=both["commune_code"].fillna(""))
    asked = named_plots(named, decided.index, where=_WHERE)
    measure = asked.map(decided["decision"]).astype("str").fillna(both["land"].map(by_land))
    told = asked.map(decided["period"]).astype("str").fillna("")
    # A label may stand twice, in two communes or layers: the record tells which plot was taken.
    taken = pd.MultiIndex.from_frame(plots[["layer", "row"]])
    chosen = pd.MultiIndex.from_frame(both[["layer", "row"]]).isin(taken)
    both = both.rename(columns={"land": "land_class"}).assign(
        measure=measure, period=told.where(told.ne(""), period), area_ha=both["ledger_ha"]
    )
    kept = both[measure.notna() & ~chosen]
    return gpd.GeoDataFrame(kept.reset_index(drop=True), crs=communes.crs)
