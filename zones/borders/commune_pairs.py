"""Borders of a province: every pair of communes that meet there, in tables and layers.

Positions are compared in the plane of the project's own zone; lengths are those on the ellipsoid.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from layers.base.errors import ClosureError
from layers.base.findings import Finding
from layers.base.messages import message
from layers.base.schema import Schema
from layers.crs.crs import geodesic_length_m
from zones.borders.beside import claimed_twice, disputed_ground, left_out, plots_within
from zones.borders.land import NO_PLOT, land_along, names_of_land
from zones.borders.line import BorderLine, border_lines
from zones.borders.marking import class_boundaries
from zones.borders.side import Side, Sides
from zones.project.model import Project
from zones.tables import (
    BORDER_CLAIMS,
    BORDER_CONTACTS,
    BORDER_GROUND,
    BORDER_LAND,
    BORDER_MARKING,
    BORDER_PLOTS,
    BORDERS,
)

#: Land that is forest: it counts for the cover rate.
_FOREST = ("natural_forest", "planted_forest")
_PAIR = ["commune_code", "neighbour_code"]
#: What parts of a line may leave open of its length, relative to it.
_CLOSURE_RATIO = 1e-9


@dataclass(frozen=True, slots=True)
class Borders:
    """Everything along and beside the borders of a province."""

    tables: dict[Schema, pd.DataFrame]  # By their schema, lengths in metres, areas in hectares
    layers: dict[str, gpd.GeoDataFrame]  # Layers of the map by name
    findings: list[Finding]
    pairs: pd.DataFrame  # ``own, other``: rows of both communes of each row of ``BORDERS``
    land_pair: npt.NDArray[np.int64]  # Row of ``BORDERS`` that each row of ``BORDER_LAND`` is of


@dataclass(frozen=True, slots=True)
class _Pairs:
    """Pairs of communes that meet: names, rows and lines."""

    table: pd.DataFrame  # Names of both communes; ``own`` and ``other`` are their rows
    lines: npt.NDArray[Any]

    def names(self, pair: Any) -> pd.DataFrame:
        """Names of the communes of pairs."""
        rows = self.table.drop(columns=["own", "other"]).iloc[np.asarray(pair, np.int64)]
        return rows.reset_index(drop=True)

    def number(self, own: Any, other: Any) -> npt.NDArray[np.int64]:
        """Numbers of pairs of rows of communes; -1 for communes that do not meet."""
        known = pd.MultiIndex.from_frame(self.table[["own", "other"]])
        return known.get_indexer(pd.MultiIndex.from_arrays([own, other]))


def measure_borders(project: Project, sides: Sides) -> Borders:
    """Measure the borders of a project."""
    found = find_borders(sides.own, sides.others, distance_m=float(project.borders.distance_m))
    return replace(found, findings=[*sides.told, *found.findings])


def find_borders(own: Side, others: Side, *, distance_m: float) -> Borders:
    """Measure the borders between a province and its neighbours."""
    shapes = [side.communes.geometry.to_numpy() for side in (own, others)]
    line, theirs = border_lines(*shapes)
    pairs = _pairs(line, own, others)
    parts, origin, plots = land_along(line, own.plots, others.plots)
    length = geodesic_length_m(parts.start, parts.end, own.communes.crs)
    pair = pairs.number(line.pieces.owner, line.neighbour)[origin]
    along = pd.concat(
        [
            names_of_land(
                own.plots,
                plots["own_plot"].to_numpy(),
                np.full(len(parts), bool(own.surveys)),
            ),
            names_of_land(
                others.plots,
                plots["other_plot"].to_numpy(),
                others.communes["province"]
                .isin(others.surveyed)
                .to_numpy()[line.neighbour[origin]],
            ).add_prefix("neighbour_"),
        ],
        axis=1,
    ).assign(pair=pair, length_m=length)
    table = _lengths(pairs, along, line, origin, theirs, own)
    near = {
        "own": plots_within(own.plots, pairs.lines, distance_m),
        "neighbour": plots_within(others.plots, pairs.lines, distance_m),
    }
    claims, ground = _claims(near, own, others, line, pairs)
    marked, edges = _marking(near, own, others, pairs, distance_m)
    beside, outlines = _beside(near, own, others, pairs)
    land, land_pair = _land(pairs, along)
    tables = {
        BORDERS: table,
        BORDER_LAND: land,
        BORDER_PLOTS: beside,
        BORDER_CLAIMS: claims.drop(columns="geometry"),
        BORDER_GROUND: ground.drop(columns="geometry"),
        BORDER_MARKING: marked,
        BORDER_CONTACTS: _contacts(pairs),
    }
    layers = {
        "border_lines": gpd.GeoDataFrame(table, geometry=pairs.lines, crs=own.communes.crs),
        "border_plots": outlines,
        "border_claims": claims,
        "border_ground": ground,
        "border_marking": edges,
    }
    checked = {schema: schema.validate(frame) for schema, frame in tables.items()}
    found = list(_findings(table, ground, claims))
    drawn = {name: layer for name, layer in layers.items() if len(layer)}
    return Borders(checked, drawn, found, pairs.table[["own", "other"]], land_pair)


def _pairs(line: BorderLine, own: Side, others: Side) -> _Pairs:
    """Pairs of communes by their codes, each with its line."""
    pieces = pd.DataFrame({"own": line.pieces.owner, "other": line.neighbour})
    groups = pieces.groupby(["own", "other"]).indices
    rows = pd.DataFrame(list(groups), columns=["own", "other"], dtype="int64")
    named = pd.DataFrame(
        {
            "commune_code": own.communes["commune_code"].to_numpy()[rows["own"]],
            "commune": own.communes["commune"].to_numpy()[rows["own"]],
            "neighbour_province": others.communes["province"].to_numpy()[rows["other"]],
            "neighbour_code": others.communes["commune_code"].to_numpy()[rows["other"]],
            "neighbour": others.communes["commune"].to_numpy()[rows["other"]],
        }
    )
    table = pd.concat([named, rows], axis=1).sort_values(
        ["neighbour_province", "commune_code", "neighbour_code", "neighbour"], ignore_index=True
    )
    drawn = line.pieces.lines()
    lines = [
        shapely.line_merge(shapely.multilinestrings(drawn[groups[key]]))
        for key in zip(table["own"], table["other"], strict=True)
    ]
    return _Pairs(table, np.array(lines, dtype=object))


def _lengths(
    pairs: _Pairs,
    along: pd.DataFrame,
    line: BorderLine,
    origin: npt.NDArray[np.int64],
    theirs: BorderLine,
    own: Side,
) -> pd.DataFrame:
    """Metres of line by pair, on either side's drawing, and how much of it has forest."""
    count, crs = len(pairs.table), own.communes.crs
    own_forest = along["land"].isin(_FOREST)
    other_forest = along["neighbour_land"].isin(_FOREST)

    def metres(chosen: Any, known: Any = True) -> npt.NDArray[np.float64]:
        sums = np.bincount(along["pair"][chosen], along["length_m"][chosen], count)
        unknown = np.bincount(along["pair"][~(chosen | known)], minlength=count) > 0
        return np.where(unknown, np.nan, sums)

    everywhere = np.ones(len(along), bool)
    own_known = along["land"].ne("unknown").to_numpy()
    other_known = along["neighbour_land"].ne("unknown").to_numpy()
    across = pairs.number(theirs.neighbour, theirs.pieces.owner)
    drawn = geodesic_length_m(theirs.pieces.start, theirs.pieces.end, crs)
    apart = np.zeros(count)
    number = pairs.number(line.pieces.owner, line.neighbour)
    np.maximum.at(apart, number, np.abs(line.outwards_m))
    table = pairs.names(np.arange(count)).assign(
        length_m=metres(everywhere),
        same_line_m=metres(~line.apart[origin]),
        neighbour_length_m=np.bincount(across[across >= 0], drawn[across >= 0], count),
        apart_m=apart,
        forest_m=metres(own_forest.to_numpy(), own_known),
        neighbour_forest_m=metres(other_forest.to_numpy(), other_known),
        forest_both_m=metres((own_forest & other_forest).to_numpy(), own_known & other_known),
    )
    whole = geodesic_length_m(line.pieces.start, line.pieces.end, crs).sum()
    if abs(table["length_m"].sum() - whole) > _CLOSURE_RATIO * whole:
        raise ClosureError("zones.borders.not_closed", parts=table["length_m"].sum(), whole=whole)
    return table


def _land(pairs: _Pairs, along: pd.DataFrame) -> tuple[pd.DataFrame, npt.NDArray[np.int64]]:
    """Metres of line by pair and land on either side, and the pair of each row."""
    keys = ["pair", "land", "three_forest", "neighbour_land", "neighbour_three_forest"]
    sums = along.groupby(keys, as_index=False)["length_m"].sum()
    table = pd.concat([pairs.names(sums["pair"]), sums.drop(columns="pair")], axis=1)
    return table, sums["pair"].to_numpy("int64")


def _beside(
    near: dict[str, pd.DataFrame], own: Side, others: Side, pairs: _Pairs
) -> tuple[pd.DataFrame, gpd.GeoDataFrame]:
    """Plots within reach of each pair's line; and each plot once, with its outline."""
    frames, outlines = [], []
    for (name, found), side in zip(near.items(), (own, others), strict=True):
        plots = side.plots.iloc[found["row"]].reset_index(drop=True)
        renamed = plots.drop(columns="geometry").rename(columns={"commune_code": "plot_commune"})
        rows = pd.concat(
            [pairs.names(found["line"])[_PAIR], renamed, found[["distance_m", "nearest"]]], axis=1
        )
        frames.append(rows.assign(side=name, area_ha=plots["ledger_ha"]))
        once = found["nearest"].to_numpy()
        outlines.append(
            frames[-1][once].set_geometry(plots.geometry[once], crs=plots.crs)
            if len(found)
            else plots.iloc[:0]
        )
    table = pd.concat(frames, ignore_index=True)
    table = table.sort_values([*_PAIR, "side", "distance_m", "layer", "plot"], kind="stable")
    return table.reset_index(drop=True), gpd.GeoDataFrame(
        pd.concat(outlines, ignore_index=True), crs=own.communes.crs
    )


def _claims(
    near: dict[str, pd.DataFrame], own: Side, others: Side, line: BorderLine, pairs: _Pairs
) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Plots that both sides have; ground that communes of both have or neither, or no plot has."""
    rows = [np.unique(found["row"]) for found in near.values()]
    plots = own.plots.iloc[rows[0]], others.plots.iloc[rows[1]]
    twice, seams = claimed_twice(*plots), left_out(pairs.lines, *plots)
    columns = ["province", "layer", "plot", "commune_code", "land", "three_forest"]
    mine = own.plots.loc[twice["own_plot"], columns].reset_index(drop=True)
    theirs = others.plots.loc[twice["other_plot"], columns].reset_index(drop=True)
    claims = pd.concat(
        [mine.drop(columns="province"), theirs.add_prefix("neighbour_")], axis=1
    ).assign(area_ha=twice["area_ha"])
    ground = disputed_ground(line, own.communes, others.communes)
    names = pd.DataFrame(
        {
            "commune_code": own.communes["commune_code"].to_numpy()[ground["own"].astype(int)],
            "neighbour_code": others.communes["commune_code"].to_numpy()[
                ground["other"].astype(int)
            ],
        }
    )
    bare = pd.concat(
        [pairs.names(seams["line"])[_PAIR], seams[["area_ha", "geometry"]]], axis=1
    ).assign(claim=NO_PLOT)
    told = pd.concat([names, ground[["claim", "area_ha", "geometry"]]], axis=1)
    told = pd.concat([told, bare[told.columns]], ignore_index=True) if len(bare) else told
    return (
        gpd.GeoDataFrame(claims, geometry=twice.geometry, crs=own.communes.crs),
        gpd.GeoDataFrame(told, geometry="geometry", crs=own.communes.crs),
    )


def _marking(
    near: dict[str, pd.DataFrame], own: Side, others: Side, pairs: _Pairs, distance_m: float
) -> tuple[pd.DataFrame, gpd.GeoDataFrame]:
    """Boundaries of forest classes within reach, by pair and side: sums, and their lines."""
    frames = []
    for (name, found), side in zip(near.items(), (own, others), strict=True):
        plots = side.plots.iloc[np.unique(found["row"])]
        edges, table = class_boundaries(plots, pairs.lines, distance_m)
        frame = table.assign(
            side=name, length_m=geodesic_length_m(edges.start, edges.end, own.communes.crs)
        )
        frames.append(frame.assign(geometry=list(edges.lines())))
    both = pd.concat(frames, ignore_index=True)
    keys = ["line", "side", "three_forest", "other", "on_line"]
    sums = both.groupby(keys, as_index=False)["length_m"].sum()
    marked = pd.concat([pairs.names(sums["line"])[_PAIR], sums.drop(columns="line")], axis=1)
    drawn = [
        (*key, shapely.line_merge(shapely.multilinestrings(rows["geometry"].to_list())))
        for key, rows in both.groupby(keys)
    ]
    lines = gpd.GeoDataFrame(marked, geometry=[row[-1] for row in drawn], crs=own.communes.crs)
    return marked, lines


def _contacts(pairs: _Pairs) -> pd.DataFrame:
    """Who is to be called on either side: names stand, the rest is filled in by the office."""
    empty = [name for name in BORDER_CONTACTS.names if name not in pairs.table.columns]
    return pairs.names(np.arange(len(pairs.table))).assign(**dict.fromkeys(empty, ""))


def _findings(table: pd.DataFrame, ground: pd.DataFrame, claims: pd.DataFrame) -> Iterator[Finding]:
    apart = table[table["apart_m"] > 0]
    if len(apart):
        yield Finding(
            "problem",
            "border-lines-differ",
            "communes",
            message(
                "zones.borders.lines_differ",
                count=len(apart),
                length=float(apart["length_m"].sum() - apart["same_line_m"].sum()),
                own=float(apart["length_m"].sum()),
                neighbour=float(apart["neighbour_length_m"].sum()),
                apart=float(apart["apart_m"].max()),
                pairs=[
                    f"{a}–{b}" for a, b in zip(apart["commune"], apart["neighbour"], strict=True)
                ],
            ),
            count=len(apart),
            examples=tuple(apart["commune_code"].head(5)),
        )
    for claim in ("both", "neither", NO_PLOT):
        rows = ground[ground["claim"] == claim]
        if len(rows):
            area = float(rows["area_ha"].sum())
            yield Finding(
                "problem",
                f"ground-claimed-by-{claim.replace('_', '-')}",
                "communes",
                message(f"zones.borders.ground_{claim}", count=len(rows), area=area),
                count=len(rows),
                area_ha=area,
                examples=tuple(rows["commune_code"].head(5)),
            )
    if len(claims):
        area = float(claims["area_ha"].sum())
        yield Finding(
            "problem",
            "plots-claimed-twice",
            str(claims["layer"].iloc[0]),
            message(
                "zones.borders.plots_twice",
                count=len(claims),
                area=area,
                plots=claims["plot"].tolist(),
            ),
            count=len(claims),
            area_ha=area,
            examples=tuple(claims["plot"].head(5)),
        )
