"""Land plot by plot: what altitude and slope make of it, and plots that are locked.

The measured tables know hectares by commune; where a rule needs the plot itself, its land source is
split, and the parts add up to what it was.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd

import layers
from layers.base.errors import ClosureError, InputError
from layers.base.messages import joined, message
from layers.crs.transform import to_crs
from layers.engine.repair import faces
from layers.io.atomic import scratch_folder
from zones.allocation.inputs import AVAILABLE, LOCKS, SUITABILITY, AllocationInputs
from zones.allocation.land import FOREST
from zones.allocation.land_shared import take_shared, take_standing
from zones.allocation.plot_names import named_plots
from zones.tables import ALLOCATION_SOURCES

if TYPE_CHECKING:
    import pyproj

    from layers.kinds.plots import PlotLayer

_COLUMNS = [
    *("plot", "row", "commune_code", "source", "planting_year", "weight", "area_ha", "geometry")
]
_FAIR = 0.5
#: A land source with a class of altitude and slope, as ``_class_id`` writes it.
_PART = re.compile(
    r"(?P<source>[^:#]+):(?P<low>[\d.]*)-(?P<high>[\d.]*)m:(?P<flat>[\d.]+)-(?P<steep>[\d.]+)°"
)
#: Hectares this close, as a part of the land, are the same.
_NEAR = 1e-6


def plot_land(
    layers: Mapping[str, tuple[str, PlotLayer]], rules: pd.DataFrame, communes: gpd.GeoDataFrame
) -> gpd.GeoDataFrame:
    """Find the plots that are land, by the rules without crops or ages."""
    frames = []
    for name, (kind, layer) in layers.items():
        plots = to_crs(layer.plots, communes.crs)
        source = _source_of(plots, rules[rules["layer_kind"] == kind])
        weights = pd.Series(1.0, index=plots.index)
        frames.append(_land_pieces(plots, source, weights, communes).assign(layer=name))
    return _joined(frames, communes)


def settled_land(
    layers: Mapping[str, tuple[str, PlotLayer]],
    rules: pd.DataFrame,
    communes: gpd.GeoDataFrame,
    crops: gpd.GeoDataFrame | None = None,
) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Plots that are land, each ground in one source and none under forest, and what was taken.

    Ground of ``crops`` (``standing_crops``) is no land; what was taken for them is not given: the
    measured tables tell it.
    """
    pieces = plot_land(layers, rules, communes)
    if crops is not None:
        pieces, _ = take_standing(pieces, crops)
    pieces, under = take_standing(pieces, _standing_forest(layers, communes.crs))
    left, shared = take_shared(pieces, rules)
    return left, pd.concat([under, shared], ignore_index=True)


def stand_land(
    layers: Mapping[str, tuple[str, PlotLayer]], rules: pd.DataFrame, communes: gpd.GeoDataFrame
) -> gpd.GeoDataFrame:
    """Find the stands that are land at some age: plots by the share of their leading crop."""
    frames = []
    for name, (kind, layer) in layers.items():
        plots = to_crs(layer.plots, communes.crs)
        leading = layer.crop_weights.sort_values("weight", ascending=False, kind="stable")
        leading = leading.drop_duplicates("row").set_index("row")
        crop, weight = (plots["row"].map(leading[column]) for column in ("crop", "weight"))
        source = pd.Series("", index=plots.index, dtype="str")
        aged = rules["age_low"].notna() | rules["age_high"].notna()
        for rule in rules[aged & rules["layer_kind"].eq(kind)].to_dict("records"):
            fits = _fits(plots, rule) & crop.isin(str(rule["crop"]).split("|"))
            source = source.mask(fits & (source == ""), str(rule["source"]))
        frames.append(_land_pieces(plots, source, weight, communes).assign(layer=name))
    return _joined(frames, communes)


def _standing_forest(
    layers: Mapping[str, tuple[str, PlotLayer]], crs: pyproj.CRS
) -> gpd.GeoDataFrame:
    """Plots of the forest layer on which forest stands, or is planted, with their ``layer``."""
    none = gpd.GeoDataFrame({"layer": pd.Series(dtype="str")}, geometry=[], crs=crs)
    frames = [none]
    for name, (kind, layer) in layers.items():
        if kind == "forest_status":
            stands = layer.plots[layer.plots["land"].isin(FOREST)]
            frames.append(to_crs(stands[["geometry"]], crs).assign(layer=name))
    return gpd.GeoDataFrame(pd.concat(frames, ignore_index=True), crs=crs)


def _land_pieces(
    plots: gpd.GeoDataFrame,
    source: pd.Series[str],
    weight: pd.Series[float],
    communes: gpd.GeoDataFrame,
) -> pd.DataFrame:
    """Parts of plots by commune, in hectares of the ledger times the weight of the plot."""
    mine = plots[source != ""].assign(source=source[source != ""], weight=weight)
    if mine.empty:
        return pd.DataFrame(columns=_COLUMNS)
    ledger = "ledger_ha" if mine["ledger_ha"].notna().any() else None
    pieces = layers.overlay_geometry(communes, mine, ledger_column=ledger).rename(
        columns={"plot": "label"}
    )
    of_plot = ["plot", "source", "row", "planting_year", "weight"]
    pieces = pieces.merge(mine[of_plot], left_on="label", right_index=True)
    pieces = pieces[pieces["commune_code"].notna()]
    pieces = pieces.set_geometry(faces(pieces.geometry.to_numpy()), crs=plots.crs)
    hectares = pieces["ledger_ha"].fillna(pieces["area_ha"]) * pieces["weight"]
    found: pd.DataFrame = pieces.assign(area_ha=hectares)[_COLUMNS]
    return found


def _joined(frames: Sequence[pd.DataFrame], communes: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Pieces of all layers, numbered."""
    filled = [frame for frame in frames if len(frame)]
    if not filled:
        none = communes.iloc[:0].assign(
            plot="", source="", area_ha=0.0, row=0, planting_year=pd.NA, weight=1.0
        )
        return none[_COLUMNS].assign(layer="", piece=0)
    both = pd.concat(filled, ignore_index=True)
    return gpd.GeoDataFrame(both, crs=communes.crs).assign(piece=np.arange(len(both)))


def _source_of(plots: pd.DataFrame, rules: pd.DataFrame) -> pd.Series:
    """Source of each plot: the first rule that fits and asks for no crop and no age."""
    source = pd.Series("", index=plots.index, dtype="str")
    ageless = rules["age_low"].isna() & rules["age_high"].isna()
    plain = rules[(rules["crop"] == "") & ageless & (rules["shares"] == "no")]
    for rule in plain.to_dict("records"):
        fits = _fits(plots, rule)
        source = source.mask(fits & (source == ""), str(rule["source"]))
    return source


def _fits(plots: pd.DataFrame, rule: Mapping[Hashable, object]) -> pd.Series[bool]:
    """Tell which plots have the land and the three-forest class of a rule."""
    fits = pd.Series(True, index=plots.index)
    for column in ("land", "three_forest"):
        wanted = [part for part in str(rule[column]).split("|") if part]
        if wanted:
            fits &= plots[column].isin(wanted)
    return fits


def split_by_elevation(
    inputs: AllocationInputs,
    land: gpd.GeoDataFrame,
    rules: pd.DataFrame,
    crops: pd.DataFrame,
    *,
    elevation: Path,
    folders: Sequence[Path] = (),
) -> AllocationInputs:
    """Split land by the classes of altitude and slope that the crops' rules tell apart.

    Only sources that some crop takes within limits are split, and only communes whose plots of that
    source lie on the raster. Where there is no height, no crop with limits may grow.
    """
    limits = ["altitude_low_m", "altitude_good_m", "altitude_high_m", "slope_high_degree"]
    limited = rules[rules[limits].notna().any(axis=1) & rules["crop"].isin(crops["crop"])]
    pieces = land[land["source"].isin(limited["source"])]
    if pieces.empty:
        return inputs
    edges = _edges(limited, limits[:3]), _edges(limited, limits[3:])
    table, classes = _classified(pieces, edges, elevation, folders)
    shares = _shares(pd.DataFrame(pieces.drop(columns="geometry")), table)
    return _with_parts(inputs, shares.merge(classes, on="class", how="left"), limited, crops)


def _classified(
    pieces: gpd.GeoDataFrame,
    edges: tuple[list[float], list[float]],
    elevation: Path,
    folders: Sequence[Path],
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Hectares by piece and class (0: no height), and the classes with the name of their part."""
    from layers.kinds.elevation import classify_elevation

    with scratch_folder() as folder:
        raster = folder / "classes.tif"
        classes = classify_elevation(
            elevation, raster, altitudes_m=edges[0], slopes_degree=edges[1], folders=folders
        )
        table = layers.tabulate_area(pieces, raster, id_column="piece")
    table = table.assign(**{"class": table["class"].fillna(0).astype("int64")})
    return table, classes.assign(part=[_class_id(row) for row in classes.to_dict("records")])


def leading_parts(
    pieces: gpd.GeoDataFrame,
    sources: Iterable[str],
    *,
    elevation: Path,
    folders: Sequence[Path] = (),
) -> pd.Series[str]:
    """Land source of each piece with the class of altitude and slope that most of it lies in.

    ``sources`` are those of the allocation; they say which sources were split, and at which edges.
    """
    split = [part for source in sources if (part := _PART.fullmatch(source)) is not None]
    result: pd.Series[str] = pieces["source"].astype("str")
    mine = pieces[pieces["source"].isin({part["source"] for part in split})]
    if mine.empty:
        return result
    altitudes = {float(part[end]) for part in split for end in ("low", "high") if part[end]}
    slopes = {float(part[end]) for part in split for end in ("flat", "steep")} - {0.0, 90.0}
    mine = mine.assign(piece=np.arange(len(mine)))
    edges = sorted(altitudes), sorted(slopes)
    table, classes = _classified(mine, edges, elevation, folders)
    order = table.sort_values(["area_ha", "class"], ascending=[True, False], kind="stable")
    leading = order.groupby("piece")["class"].last().reindex(mine["piece"])
    names = leading.map(classes.set_index("class")["part"]).fillna("?")
    parts_of = pd.Series(mine["source"].to_numpy() + ":" + names.to_numpy(), index=mine.index)
    return parts_of.reindex(result.index).fillna(result)


def _edges(rules: pd.DataFrame, columns: list[str]) -> list[float]:
    values = rules[columns].to_numpy(dtype="float64").ravel()
    edges: list[float] = np.unique(values[~np.isnan(values)]).tolist()
    return edges


def _shares(pieces: pd.DataFrame, table: pd.DataFrame) -> pd.DataFrame:
    """Part of each class in the land of each commune and source; class 0 is without heights."""
    table = table.groupby(["piece", "class"])["area_ha"].sum().reset_index(name="of_piece")
    table["whole"] = table.groupby("piece")["of_piece"].transform("sum")
    table = table[table["of_piece"] > 0]
    joined = pieces.merge(table, on="piece")
    joined["hectares"] = joined["area_ha"] * joined["of_piece"] / joined["whole"]
    keys = ["commune_code", "source"]
    sums = joined.groupby([*keys, "class"])["hectares"].sum().reset_index()
    sums["share"] = sums["hectares"] / sums.groupby(keys)["hectares"].transform("sum")
    return sums


def _class_id(row: Mapping[object, float]) -> str:
    low, high = row["altitude_low_m"], row["altitude_high_m"]
    altitude = f"{'' if np.isinf(low) else f'{low:g}'}-{'' if np.isinf(high) else f'{high:g}'}m"
    return f"{altitude}:{row['slope_low_degree']:g}-{row['slope_high_degree']:g}°"


def _with_parts(
    inputs: AllocationInputs, shares: pd.DataFrame, limited: pd.DataFrame, crops: pd.DataFrame
) -> AllocationInputs:
    shares = shares.assign(part=shares["source"] + ":" + shares["part"].fillna("?"))
    keys = ["commune_code", "source"]
    whole = inputs.available.merge(shares[keys].drop_duplicates(), on=keys)
    parts = whole.merge(shares, on=keys)
    parts = parts.assign(area_ha=parts["area_ha"] * parts["share"])
    residual = abs(float(parts["area_ha"].sum() - whole["area_ha"].sum()))
    if residual > _NEAR * max(1.0, float(whole["area_ha"].sum())):
        raise ClosureError("zones.allocation.split_not_closed", residual=residual)
    split = pd.MultiIndex.from_frame(shares[keys])
    rest = inputs.available[~pd.MultiIndex.from_frame(inputs.available[keys]).isin(split)]
    added = parts.assign(source=parts["part"]).reindex(columns=AVAILABLE.names)
    suits = inputs.suitability.merge(
        shares[[*keys, "part", "altitude_low_m", "altitude_high_m", "slope_low_degree"]], on=keys
    )
    suits = suits.assign(
        suitability=suits["suitability"] * _factors(suits, limited, crops), source=suits["part"]
    )
    return replace(
        inputs,
        available=AVAILABLE.validate(pd.concat([rest, added], ignore_index=True)),
        sources=_with_part_names(inputs.sources, shares),
        suitability=SUITABILITY.validate(
            pd.concat([inputs.suitability, suits[SUITABILITY.names]], ignore_index=True)
        ),
    )


def _factors(suits: pd.DataFrame, limited: pd.DataFrame, crops: pd.DataFrame) -> pd.Series:
    """1 within a crop's limits, a half where it is only fair, 0 beyond and without heights."""
    crop = crops.assign(crop=crops["crop"].where(crops["crop"] != "", crops["zone"]))
    rows = suits.merge(crop, on="zone", how="left").merge(
        limited.drop(columns="suitability"), on=["crop", "source"], how="left", indicator=True
    )
    low, high = rows["altitude_low_m_x"], rows["altitude_high_m_x"]
    out = (high <= rows["altitude_low_m_y"]) | (low >= rows["altitude_high_m_y"])
    out |= rows["slope_low_degree"] >= rows["slope_high_degree"]
    out |= low.isna()
    fair = low >= rows["altitude_good_m"]
    factor = np.select([out, fair], [0.0, _FAIR], 1.0)
    factor = np.where(rows["_merge"] == "both", factor, 1.0)
    return pd.Series(factor, index=suits.index)


def _with_part_names(sources: pd.DataFrame, shares: pd.DataFrame) -> pd.DataFrame:
    pairs = shares[["source", "part"]].drop_duplicates()
    named = sources.merge(pairs, on="source")
    suffix = named["part"].str.split(":", n=1).str[1].str.replace(":", ", ", regex=False)
    known = suffix != "?"
    named = named.assign(
        source=named["part"],
        name_vi=named["name_vi"] + ", " + suffix.where(known, "chưa rõ độ cao"),
        name_en=named["name_en"] + ", " + suffix.where(known, "height unknown"),
    )
    return ALLOCATION_SOURCES.validate(
        pd.concat([sources, named[ALLOCATION_SOURCES.names]], ignore_index=True)
    )


def lock_plots(
    inputs: AllocationInputs, land: gpd.GeoDataFrame, locks: pd.DataFrame
) -> AllocationInputs:
    """Take locked plots out of their source and make each a source of its own."""
    if locks.empty:
        return inputs
    named = named_plots(land, locks["plot"], where="locks")
    unknown = sorted(set(locks["plot"]) - set(named))
    if unknown:
        raise InputError(
            "zones.allocation.unknown_locked_plots", count=len(unknown), unknown=unknown
        )
    keys = ["commune_code", "source"]
    mine = land.assign(plot=named)[named.ne("")]
    mine = mine.groupby(["plot", *keys])["area_ha"].sum().reset_index()
    mine["part"] = mine["source"] + "#" + mine["plot"]
    available = _without(inputs.available, mine)
    added = mine.assign(source=mine["part"], origin="plots").reindex(columns=AVAILABLE.names)
    suits = inputs.suitability.merge(mine[[*keys, "part"]], on=keys)
    suits = suits.assign(source=suits["part"])[SUITABILITY.names]
    here = locks[["plot", "zone", "lock"]].merge(mine, on="plot")
    barred = pd.MultiIndex.from_frame(here.loc[here["lock"] == "must_not", ["zone", "part"]])
    suits = suits[~pd.MultiIndex.from_frame(suits[["zone", "source"]]).isin(barred)]
    allowed = here[here["lock"].isin(["must", "may"])]
    granted = allowed.assign(source=allowed["part"], suitability=1.0)[SUITABILITY.names]
    suits = pd.concat([granted, suits], ignore_index=True).drop_duplicates(
        ["zone", "source", "commune_code"]
    )
    musts = here[here["lock"] == "must"]
    asked = LOCKS.validate(musts.assign(source=musts["part"])[LOCKS.names])
    opened = LOCKS.validate(
        allowed.assign(lock="may", source=allowed["part"], area_ha=np.nan)[LOCKS.names]
    )
    names = mine[["source", "part", "plot"]].merge(inputs.sources, on="source")
    names = names.assign(
        source=names["part"],
        name_vi=names["name_vi"] + ", lô " + names["plot"],
        name_en=names["name_en"] + ", plot " + names["plot"],
    )
    return replace(
        inputs,
        available=AVAILABLE.validate(pd.concat([available, added], ignore_index=True)),
        sources=ALLOCATION_SOURCES.validate(
            pd.concat(
                [inputs.sources, names[ALLOCATION_SOURCES.names]], ignore_index=True
            ).drop_duplicates("source")
        ),
        suitability=SUITABILITY.validate(pd.concat([inputs.suitability, suits], ignore_index=True)),
        locks=LOCKS.validate(
            pd.concat([inputs.locks, asked, opened], ignore_index=True).drop_duplicates(
                ["zone", "commune_code", "source", "lock"]
            )
        ),
    )


def _without(available: pd.DataFrame, locked: pd.DataFrame) -> pd.DataFrame:
    """Land less that of locked plots, so that no hectare stands twice."""
    keys = ["commune_code", "source"]
    taken = locked.groupby(keys)["area_ha"].sum()
    _check_room(taken, available.groupby(keys)["area_ha"].sum().reindex(taken.index).fillna(0.0))
    index = pd.MultiIndex.from_frame(available[keys])
    less = pd.Series(taken.reindex(index).fillna(0.0).to_numpy(), index=available.index)
    whole = available.groupby(keys)["area_ha"].transform("sum")
    factor = (1 - less / whole.where(whole > 0)).fillna(1.0).clip(lower=0.0)
    left = available.assign(area_ha=available["area_ha"] * factor)
    before = float(available["area_ha"].sum())
    residual = abs(float(left["area_ha"].sum() + taken.sum()) - before)
    if residual > _NEAR * max(1.0, before):
        raise ClosureError("zones.allocation.locks_not_closed", residual=residual)
    return left


def _check_room(taken: pd.Series[float], room: pd.Series[float]) -> None:
    """Refuse plots for which their source has no land left: it would come from nowhere."""
    over = taken[taken > room + _NEAR * room.clip(lower=1.0)]
    if over.empty:
        return
    told = [
        message(
            "zones.allocation.plots_and_land",
            place=f"{source}, {code}",
            plots=taken[code, source],
            land=room[code, source],
        )
        for code, source in over.index
    ]
    raise InputError("zones.allocation.too_many_locked", count=len(over), places=joined(told[:5]))
