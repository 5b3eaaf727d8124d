"""The planning layer of a forest map (TCVN 11566:2016): which plot is planted, when, with what.

The allocation gives each commune hectares by zone, land source and year; here plots are chosen for
them. Every row of the allocation stands in the table with its plots and with what found none, and
adds up to the printed hectares.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyproj
import shapely

from layers.base.errors import ClosureError, InputError
from layers.kinds.forest_checks import LEDGER_ROUNDING_HA
from layers.kinds.plots import PlotLayer
from zones.allocation.harvest import SOURCE
from zones.allocation.land_plots import settled_land, stand_land
from zones.allocation.plot_names import named_plots
from zones.planting.choose import Choice, Chosen, Demand, Piece, choose_pieces
from zones.planting.decisions import FIRST, no_decisions
from zones.planting.harvested import OLDEST, cut_stands, ripe_stands, uncut_rest
from zones.planting.kept import PLAN, forest_ground, kept_ground, measure_table
from zones.planting.measures import load_measures
from zones.planting.rules import load_planning_rules
from zones.planting.slivers import with_joined_polygons, without_slivers
from zones.tables import ALLOCATION_HARVEST, PLANNING_PLOTS

#: Printed hectares and those of the plots are the same to this.
_NEAR_HA = 1e-6
_KEYS = ["commune_code", "part_of_land"]
Booleans = npt.NDArray[np.bool_]
#: Part of the project file that names plots.
_WHERE = "planning"


@dataclass(frozen=True, slots=True)
class PlanningMap:
    """Plots chosen for the plan, and the ground of the forest layer that is kept."""

    table: pd.DataFrame  # ``PLANNING_PLOTS``
    plots: gpd.GeoDataFrame  # Rows of ``table`` that have a plot, with its shape and attributes
    kept: gpd.GeoDataFrame  # The rest of the forest layer, its measures by decision or rule
    measures: pd.DataFrame  # ``PLANNING_MEASURES``
    unplaced_harvest_ha: float  # Harvest for which no stand was found

    def layer(self) -> gpd.GeoDataFrame:
        """The planning layer as a whole: what is planned and what is kept, each with its period."""
        both = pd.concat([self.plots, self.kept], ignore_index=True)
        return gpd.GeoDataFrame(both, crs=self.kept.crs or self.plots.crs)


@dataclass(frozen=True, slots=True)
class Wishes:
    """What bears on the choice beside the allocation."""

    # ``ALLOCATION_HARVEST``: what is cut in the plan's years; land after harvest is there
    harvest: pd.DataFrame = field(default_factory=ALLOCATION_HARVEST.empty)
    # Of an office on single plots (``load_decisions``); what has another measure is not planted
    decisions: pd.DataFrame = field(default_factory=no_decisions)
    # Measures of ground that nothing is planned on (``load_planning_rules``)
    rules: pd.DataFrame = field(default_factory=load_planning_rules)
    # Plots of crops (``standing_crops``): nothing is planted on their ground
    crops: gpd.GeoDataFrame | None = None
    roads: gpd.GeoDataFrame | None = None  # Plots near them come first
    # Part of its land source (altitude and slope) that a piece lies in, where these are told apart
    part_of: Callable[[gpd.GeoDataFrame], pd.Series[str]] | None = None


def planning_map(
    allocation: pd.DataFrame,
    zones: pd.DataFrame,
    rules: pd.DataFrame,
    layers: Mapping[str, tuple[str, PlotLayer]],
    communes: gpd.GeoDataFrame,
    wishes: Wishes | None = None,
) -> PlanningMap:
    """Choose plots for printed hectares; ``layers`` are the kind and the plots of each layer."""
    planned, wishes = _planned(allocation), wishes or Wishes()
    told, cut, part_of = wishes.decisions, wishes.harvest, wishes.part_of
    may = _with_decisions(_pieces(rules, layers, communes, wishes), told, layers)
    pieces, unplaced_ha = cut_stands(may, cut)
    pieces = pieces.assign(
        part_of_land=pieces["source"] if part_of is None else part_of(pieces),
        locked=_locked(pieces, planned),
    )
    chosen, left, free = _choose(planned, pieces, rules)
    table = _table(planned, zones, pieces, chosen, left)
    plots = _with_attributes(table, pieces, chosen, layers)
    weights = pieces["weight"].reindex([one.piece for one in chosen]).to_numpy()
    forest = forest_ground(layers, communes)
    bare = uncut_rest(pieces, free, forest)
    planted = plots.assign(ground_ha=plots["area_ha"] / weights)
    taken = _together([planted, bare], pieces.crs)
    years = allocation["year"].dropna().astype(int)
    kept = kept_ground(
        forest,
        taken,
        told,
        wishes.rules,
        years=(years.min(), years.max()) if len(years) else None,
    )
    parts = without_slivers([planted, bare, kept], PLAN)
    planted, bare, kept = with_joined_polygons(parts, layers)
    table = _with_parts(table, planted, len(chosen))
    measures = measure_table(forest, _together([planted, bare], pieces.crs), kept)
    rest = _together([kept, bare], kept.crs).drop(columns=["leading", "ground_ha"])
    plots = planted.drop(columns="ground_ha").reset_index(drop=True)
    return PlanningMap(table, plots, rest, measures, unplaced_ha)


def _together(parts: Sequence[gpd.GeoDataFrame], crs: pyproj.CRS) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(pd.concat(parts, ignore_index=True), crs=crs)


def _planned(allocation: pd.DataFrame) -> pd.DataFrame:
    """Rows of the allocation that need plots, in the order in which they are served."""
    planned = allocation[allocation["planned_ha"].gt(0) & allocation["land"].ne("")]
    planned = planned.sort_values(["year", "zone", "commune_code", "land"], ignore_index=True)
    land = planned["land"].astype("str")
    return planned.assign(
        source=land.str.replace("[:#].*", "", regex=True),
        part_of_land=land.str.replace("#.*", "", regex=True),
        locked=land.str.extract("#(.*)", expand=False).astype("str").fillna(""),
    )


def _choose(
    planned: pd.DataFrame, pieces: gpd.GeoDataFrame, rules: pd.DataFrame
) -> tuple[list[Choice], dict[int, float], list[Piece]]:
    """Plots of each row, hectares that found none, and ground that is cut and not planted."""
    chosen: list[Choice] = []
    left: dict[int, float] = {}
    cut = pieces["source"].eq(SOURCE)
    free = {one.place: one for one in _free(pieces[cut])}
    # A plot that is locked is one of its source, whatever its altitude.
    part = pieces["part_of_land"].mask(pieces["locked"].ne(""), pieces["source"])
    places, ages = pieces.groupby(["commune_code", part]).indices, _ages(rules)
    for key, demands in planned.groupby(_KEYS):
        here = pieces.iloc[places.get(key, [])]
        found = _serve(demands, here, ages)
        chosen += found.choices
        left |= found.left
        for place in here.index[here["source"].eq(SOURCE)]:
            free.pop(int(place), None)
        free |= {one.place: one for one in found.free if cut[one.place]}
    return chosen, left, list(free.values())


def _pieces(
    rules: pd.DataFrame,
    layers: Mapping[str, tuple[str, PlotLayer]],
    communes: gpd.GeoDataFrame,
    wishes: Wishes,
) -> gpd.GeoDataFrame:
    """Parts of plots by commune and land source: the nearest to a road first, then by label."""
    plots, _ = settled_land(layers, rules, communes, wishes.crops)
    stands, roads = stand_land(layers, rules, communes), wishes.roads
    ripe = ripe_stands(layers, communes, wishes.harvest)
    both = pd.concat([plots, stands, ripe], ignore_index=True)
    both = both.assign(is_whole=_is_whole(both, layers))
    distance = np.zeros(len(both))
    if roads is not None and len(roads) and len(both):
        tree = shapely.STRtree(roads.geometry.to_numpy())
        shapes = both.geometry.to_numpy()
        nearest = tree.nearest(shapes)
        distance = shapely.distance(shapes, tree.geometries[nearest])
    order = both.assign(road_m=np.round(distance, 1), label=both["plot"].map(_natural))
    order = order.sort_values(["road_m", "label", "layer", "row"], kind="stable")
    return gpd.GeoDataFrame(order.drop(columns="label"), crs=communes.crs)


def _is_whole(pieces: pd.DataFrame, layers: Mapping[str, tuple[str, PlotLayer]]) -> Booleans:
    """Whether a piece is its whole plot: not cut at a border of communes or by other ground.

    A thousandth, or what a ledger rounds away, is no part.
    """
    plots = [
        layer.plots[["row"]].assign(layer=name, whole_ha=_plot_hectares(layer))
        for name, (_, layer) in layers.items()
    ]
    if not plots:
        return np.ones(len(pieces), dtype=bool)
    keys = ["layer", "row"]
    known = pd.concat(plots, ignore_index=True).set_index(keys)["whole_ha"]
    whole = known.reindex(pd.MultiIndex.from_frame(pieces[keys])).to_numpy()
    whole = whole * pieces["weight"].to_numpy(dtype="float64")
    missing = whole - pieces["area_ha"].to_numpy(dtype="float64")
    told: Booleans = ~(missing > np.maximum(LEDGER_ROUNDING_HA, whole / 1000))
    return told


def _plot_hectares(layer: PlotLayer) -> pd.Series[float]:
    """Hectares of each plot: of the ledger, else drawn."""
    drawn = layer.plots["geometry_ha"] if "geometry_ha" in layer.plots else float("nan")
    hectares: pd.Series[float] = layer.plots["ledger_ha"].astype("float64").fillna(drawn)
    return hectares


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
    demands: pd.DataFrame, here: gpd.GeoDataFrame, ages: Mapping[str, tuple[int, int]]
) -> Chosen:
    """Serve the rows of one commune and source; plots that are locked serve their own rows only."""
    locked = demands["locked"]
    served = Chosen([], {}, [])
    for plot in sorted({*locked, ""}):
        mine = demands[locked.eq(plot)]
        asked = [
            Demand(int(place), float(area), _born(ages, source, int(year)))
            for place, area, source, year in zip(
                mine.index, mine["planned_ha"], mine["source"], mine["year"], strict=True
            )
        ]
        found = choose_pieces(asked, _free(here[here["locked"].eq(plot)]))
        served.choices.extend(found.choices)
        served.left.update(found.left)
        served.free.extend(found.free)
    return served


def _free(pool: gpd.GeoDataFrame) -> list[Piece]:
    """Pieces to choose from; for ground that is cut, the year of its harvest counts."""
    born = pool["planting_year"].mask(pool["source"].eq(SOURCE), pool["cut_year"])
    return [
        Piece(int(place), float(area), shape, None if pd.isna(year) else int(year), bool(first))
        for place, area, shape, year, first in zip(
            pool.index, pool["area_ha"], pool.geometry, born, pool["first"], strict=True
        )
        if area > 0
    ]


def _ages(rules: pd.DataFrame) -> dict[str, tuple[int, int]]:
    """Youngest and oldest stands (years) of the land sources that ask for an age."""
    found = {}
    for source, rows in rules.groupby("source")[["age_low", "age_high"]]:
        if rows.notna().any(axis=None):
            low, high = rows.iloc[0]
            found[str(source)] = (
                0 if pd.isna(low) else int(low),
                OLDEST if pd.isna(high) else int(high),
            )
    return found


def _born(ages: Mapping[str, tuple[int, int]], source: str, year: int) -> tuple[int, int] | None:
    """Planting years of the stands of a land source that are of age in a year.

    Of ground that is cut: years of a harvest before it.
    """
    if source == SOURCE:
        return year - OLDEST, year - 1
    if source not in ages:
        return None
    youngest, oldest = ages[source]
    return year - oldest, year - youngest


def _table(
    planned: pd.DataFrame,
    zones: pd.DataFrame,
    pieces: pd.DataFrame,
    chosen: Sequence[Choice],
    left: Mapping[int, float],
) -> pd.DataFrame:
    """Rows of the allocation with their plots; what found none has an empty plot."""
    # Of a plot that was cut in part no more than a part is planted.
    cut_whole = pieces["cut_whole"].astype("bool")
    served = pd.DataFrame(
        [
            (
                one.demand,
                one.piece,
                one.area_ha,
                "whole" if one.whole and cut_whole[one.piece] else "part",
            )
            for one in chosen
        ]
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


def _with_parts(table: pd.DataFrame, planted: pd.DataFrame, count: int) -> pd.DataFrame:
    """Table whose first rows, those with plots, are whole or part as in the layer; it closes."""
    gaps = table["area_ha"].iloc[:count].sub(planted["area_ha"], fill_value=0.0).abs()
    worst = float(gaps.max()) if len(gaps) else 0.0
    if not worst <= _NEAR_HA:
        raise ClosureError("zones.planting.not_closed", worst=worst)
    return table.assign(part=[*planted["part"], *table["part"].iloc[count:]])


@cache
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
    origin = pieces[["layer", "row", "cut_year"]].reindex(places).reset_index(drop=True)
    parts = [
        layer.plots.drop(columns=["geometry", "commune_code", "commune", "plot"])
        .rename(columns={"land": "land_class"})
        .assign(layer=name)
        for name, (_, layer) in layers.items()
    ]
    joined = own.join(origin)
    joined = joined.assign(
        period=joined["year"].astype("Int64").astype("str"),
        cut_year=joined["cut_year"].astype("Int64"),
        basis=PLAN,
    )
    if parts:
        known = pd.concat(parts, ignore_index=True)
        joined = joined.merge(known, on=["layer", "row"], how="left", validate="many_to_one")
    shapes = [one.shape for one in chosen]
    return gpd.GeoDataFrame(joined, geometry=shapes, crs=pieces.crs)
