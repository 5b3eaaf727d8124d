"""Ground that two maps both show: told plot by plot, and left to one land source, or to the forest.

Sums of a commune cannot tell whether the bare land of the forest layer and the crop land of the
land-use map are the same hectares; the plots that the rules claim can.
"""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

import layers
from layers.base.errors import ClosureError
from layers.base.findings import Finding, Findings
from layers.base.language import Phrase
from layers.base.messages import message
from layers.crs.crs import plane_area_ha

#: Land that a row shares with that of an earlier row (``first``), in hectares of the later one.
SHARED = ["commune_code", "source", "first", "area_ha"]
#: What has the ground (``first``) on which forest stands; it is no land source.
STANDING = "standing_forest"
_KEYS = ["commune_code", "source"]
#: Hectares that are dust of the sums, and the part of a plot that is.
_NEAR = 1e-6


def take_shared(
    pieces: gpd.GeoDataFrame, rules: pd.DataFrame
) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Take ground that two layers show off the source of the later rule.

    Gives the pieces of ``plot_land`` that are left, cut and with hectares to match, and the
    hectares taken (``SHARED``).
    """
    layers = pieces.groupby("commune_code")["layer"].nunique()
    here = pieces[pieces["commune_code"].isin(layers.index[layers > 1])]
    pairs = _claimed_twice(here, rules)
    if pairs.empty:
        return pieces, pd.DataFrame(columns=SHARED).astype({"area_ha": "float64"})
    # Where the plots of the earlier row lie on one another, a plot is still taken only once.
    part = pairs.groupby("later")["share"].transform("sum").clip(lower=1.0)
    later = pieces.loc[pairs["later"], [*_KEYS, "area_ha"]].reset_index(drop=True)
    hectares = later["area_ha"] * (pairs["share"] / part)
    first = pieces.loc[pairs["first"], "source"].reset_index(drop=True)
    taken = hectares.groupby(pairs["later"]).sum()
    shared = later.assign(first=first, area_ha=hectares)
    shared = shared.groupby(SHARED[:3])["area_ha"].sum().reset_index()
    left = _cut(pieces, pairs, taken)
    _check_taken(pieces, left, shared)
    return left, shared


def take_standing(
    pieces: gpd.GeoDataFrame, forest: gpd.GeoDataFrame
) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Take ground off the land of other maps on which the forest layer shows standing forest.

    ``forest`` has the plots with forest, with their ``layer``, in the CRS of the pieces. Gives the
    pieces that are left, cut and with hectares to match, and the hectares taken (``SHARED``).
    """
    of_map = pieces[~pieces["layer"].isin(forest["layer"].unique())]
    shapes, stands = of_map.geometry.to_numpy(), np.array(forest.geometry, dtype=object)
    place, plot = shapely.STRtree(stands).query(shapes)
    # What was valid in the CRS of its file need not be in another.
    met = np.unique(plot)
    torn = met[~shapely.is_valid(stands[met])]
    stands[torn] = shapely.make_valid(stands[torn])
    rows, starts = np.unique(place, return_index=True)
    none = pd.DataFrame(columns=SHARED).astype({"area_ha": "float64"})
    if not len(rows):
        return pieces, none
    won = np.array([shapely.union_all(stands[it]) for it in np.split(plot, starts[1:])], object)
    share = shapely.area(shapely.intersection(shapes[rows], won)) / shapely.area(shapes[rows])
    later = of_map.index[rows]
    taken = pd.Series(share, index=later) * pieces.loc[later, "area_ha"]
    left = _without(pieces, later, won, taken)
    under = pieces.loc[later, _KEYS].assign(first=STANDING, area_ha=taken)
    under = under[under["area_ha"] > 0].groupby(SHARED[:3])["area_ha"].sum().reset_index()
    _check_taken(pieces, left, under)
    return left, under if len(under) else none


def _check_taken(before: pd.DataFrame, left: pd.DataFrame, taken: pd.DataFrame) -> None:
    """Refuse a cut whose pieces and what was taken do not sum to what was there (ha)."""
    whole = float(before["area_ha"].sum())
    residual = abs(float(left["area_ha"].sum() + taken["area_ha"].sum()) - whole)
    if residual > _NEAR * max(1.0, whole):
        raise ClosureError("zones.allocation.shared_not_closed", residual=residual)


def _claimed_twice(here: gpd.GeoDataFrame, rules: pd.DataFrame) -> pd.DataFrame:
    """Pairs of pieces of two layers on one ground: first, later, share of the later (0–1)."""
    if here.empty:
        return pd.DataFrame(columns=["first", "later", "share"])
    pairs = layers.check_overlaps(here)
    plot, other = here.loc[pairs["plot"]], here.loc[pairs["other"]]
    rank = {source: number for number, source in enumerate(rules["source"])}
    before = plot["source"].map(rank).to_numpy() < other["source"].map(rank).to_numpy()
    pairs["first"] = np.where(before, pairs["plot"], pairs["other"])
    pairs["later"] = np.where(before, pairs["other"], pairs["plot"])
    pairs["share"] = pairs["area_ha"] / plane_area_ha(here, here.crs)[pairs["later"]].to_numpy()
    apart = plot["layer"].to_numpy() != other["layer"].to_numpy()
    apart &= plot["commune_code"].to_numpy() == other["commune_code"].to_numpy()
    # A source that stands in for another takes nothing of it.
    instead = rules.set_index("source")["instead_of"].str.split("|")
    sources = zip(
        here.loc[pairs["first"], "source"], here.loc[pairs["later"], "source"], strict=True
    )
    apart &= np.array([later not in instead[first] for first, later in sources], dtype=bool)
    found: pd.DataFrame = pairs.loc[apart, ["first", "later", "share"]].reset_index(drop=True)
    return found


def _cut(
    pieces: gpd.GeoDataFrame, pairs: pd.DataFrame, taken: pd.Series[float]
) -> gpd.GeoDataFrame:
    """Pieces without the ground that earlier ones have."""
    shapes = np.array(pieces.geometry, dtype=object)
    pairs = pairs.sort_values("later", kind="stable")
    rows, starts = np.unique(pairs["later"].to_numpy(), return_index=True)
    firsts = np.split(shapes[pieces.index.get_indexer(pairs["first"])], starts[1:])
    won = np.array([it[0] if len(it) == 1 else shapely.union_all(it) for it in firsts], object)
    return _without(pieces, pd.Index(rows), won, taken)


def _without(
    pieces: gpd.GeoDataFrame, rows: pd.Index[Any], won: npt.NDArray[Any], taken: pd.Series[float]
) -> gpd.GeoDataFrame:
    """Pieces without the ground taken (shape and ha); those with nothing left are dropped."""
    shapes = np.array(pieces.geometry, dtype=object)
    place = pieces.index.get_indexer(rows)
    shapes[place] = shapely.difference(shapes[place], won)
    left = pieces.set_geometry(shapes, crs=pieces.crs)
    left.loc[taken.index, "area_ha"] -= taken
    gone = taken.index[taken >= pieces.loc[taken.index, "area_ha"] * (1 - _NEAR)]
    rest: gpd.GeoDataFrame = left.drop(index=gone).reset_index(drop=True)
    return rest


def less_shared(land: pd.DataFrame, shared: pd.DataFrame, findings: Findings) -> pd.DataFrame:
    """Lessen land by what an earlier source, or forest, has of its ground; tell the hectares."""
    offered = pd.MultiIndex.from_frame(land[_KEYS])
    here = pd.MultiIndex.from_frame(shared[["commune_code", "first"]]).isin(offered)
    here |= shared["first"].eq(STANDING).to_numpy()
    here &= pd.MultiIndex.from_frame(shared[_KEYS]).isin(offered)
    mine = shared[here & (shared["area_ha"] > _NEAR).to_numpy()]
    taken = mine.groupby(_KEYS)["area_ha"].sum().reindex(offered).fillna(0.0).to_numpy()
    whole = land.groupby(_KEYS)["area_ha"].transform("sum")
    part = (taken / whole.where(whole > 0)).fillna(0.0).clip(upper=1.0)
    names = {
        source: Phrase(en=en, vi=vi)
        for source, en, vi in land[["source", "en", "vi"]].drop_duplicates().itertuples(index=False)
    }
    origins = dict(zip(land["source"], land["origin"], strict=True))
    for (source, first), rows in mine.groupby(["source", "first"]):
        if first == STANDING:
            findings.add(_under_forest(rows, names[source], origins[source]))
            continue
        layers = f"{origins[first]}, {origins[source]}"
        findings.add(_in_both_maps(rows, names[source], names[first], layers))
    return land.assign(area_ha=land["area_ha"] * (1.0 - part))


def _in_both_maps(rows: pd.DataFrame, source: Phrase, first: Phrase, layers: str) -> Finding:
    hectares, codes = _hectares_and_communes(rows)
    what = message(
        "zones.allocation.land_in_both_maps",
        area=hectares,
        count=len(codes),
        source=source,
        first=first,
    )
    return _finding("land-in-both-maps", layers, what, rows)


def _under_forest(rows: pd.DataFrame, source: Phrase, layer: str) -> Finding:
    hectares, codes = _hectares_and_communes(rows)
    what = message(
        "zones.allocation.land_under_forest", area=hectares, count=len(codes), source=source
    )
    return _finding("land-under-forest", layer, what, rows)


def _hectares_and_communes(rows: pd.DataFrame) -> tuple[float, pd.Series[str]]:
    """Hectares in all, and the communes, those with most first."""
    codes = rows.sort_values("area_ha", ascending=False, kind="stable")["commune_code"]
    return float(rows["area_ha"].sum()), codes


def _finding(kind: str, layers: str, what: Phrase, rows: pd.DataFrame) -> Finding:
    hectares, codes = _hectares_and_communes(rows)
    return Finding(
        "problem",
        kind,
        layers,
        what,
        count=len(codes),
        area_ha=hectares,
        examples=tuple(codes[:5]),
    )
