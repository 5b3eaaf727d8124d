"""Design of a sample: strata of a layer, how many points each gets, and where they lie."""

from __future__ import annotations

import json
import math
import unicodedata
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
from pydantic import TypeAdapter

from layers.base.errors import InputError, MissingFileError
from layers.base.json_text import json_bytes
from layers.base.language import Phrase
from layers.base.messages import message
from layers.crs.crs import M2_PER_HA
from layers.crs.transform import to_crs
from layers.io.atomic import save_text
from layers.io.declared_crs import declared_crs
from layers.kinds.crops import load_crops
from layers.kinds.plots import PlotLayer
from layers.sampling.draw import draw_points
from layers.sampling.size import SampleSize, sample_size
from zones.certainty.boundaries import COUNTS_FOR_COVER, FOREST
from zones.measure.present import BEARING

#: Stratum of everything that bears none of the crops, or is no forest.
OTHER = "other"
#: Fewest points of a forest state and of any other stratum (TCVN 13353:2021, appendix C).
LEAST_FOREST, LEAST_OTHER = 30, 20
#: Guesses before anything is known: the part of a crop's stratum that is it, and what the map
#: omits of it elsewhere, as part of its mapped area.
_HIT, _OMITTED = 0.85, 0.10
#: Crops with less of the ground than this get the fewest points: to hold their omissions to some
#: percent of so small an area would take tens of thousands.
RARE_SHARE = 0.02

DESIGN_FILE = "design.json"


@dataclass(frozen=True, slots=True)
class Added:
    """Points that were drawn for a sample after its first."""

    drawn: str  # Date
    seed: int
    points: dict[str, int]  # By stratum; numbered after those that were there


@dataclass(frozen=True, slots=True)
class Design:
    """What must be known of a sample when its points come back."""

    layer: str  # Layer's name in the project file
    digest: str  # SHA-256 of the layer's file
    crs: str  # CRS of the points' coordinates
    seed: int
    strata_ha: dict[str, float]  # Hectares of each stratum
    classes: list[str]  # Classes to choose from
    points: dict[str, list[float | str]]  # Point → stratum, commune code, east, north
    # Hectares of each stratum by commune; a sample of an earlier version has none
    commune_strata_ha: dict[str, dict[str, float]] = field(default_factory=dict)
    drawn: str = ""  # Date, which a sample of an earlier version does not tell
    added: list[Added] = field(default_factory=list)  # In the order they were drawn


def class_name(name: str) -> Phrase:
    """Name of a class or stratum, for those who label points and who read of them."""
    known = load_crops().set_index("crop")
    if name in known.index:
        return Phrase(en=str(known.loc[name, "name_en"]), vi=str(known.loc[name, "name_vi"]))
    if name in (FOREST, OTHER):
        return message(f"zones.certainty.class_{name}")
    return Phrase(en=name, vi=name)


def crop_strata(layer: PlotLayer, crops: set[str]) -> gpd.GeoDataFrame:
    """Plots that bear one of the crops, with ``stratum``: of a mixed stand, its largest share."""
    weights = layer.crop_weights[layer.crop_weights["crop"].isin(crops)]
    ranked = weights.sort_values(["row", "weight", "crop"], ascending=[True, False, True])
    main = ranked.drop_duplicates("row").set_index("row")["crop"]
    plots = layer.plots.assign(stratum=layer.plots["row"].map(main))
    plots = plots[plots["stratum"].notna() & plots["land"].isin(BEARING)]
    if plots.empty:
        raise InputError("zones.certainty.no_strata", crops=sorted(crops))
    return plots


def cover_strata(layer: PlotLayer) -> gpd.GeoDataFrame:
    """Plots whose forest counts for the cover rate, as the one ``stratum`` that is forest."""
    plots = layer.plots[layer.plots["land"].isin(COUNTS_FOR_COVER)]
    if plots.empty:
        raise InputError("zones.certainty.no_forest")
    return plots.assign(stratum=FOREST)


def build_strata(
    plots: gpd.GeoDataFrame, pieces: pd.DataFrame, communes: gpd.GeoDataFrame
) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Strata of plots in the area CRS, and hectares by commune (row) and stratum.

    ``pieces`` are those of the whole layer (``plot_pieces``): what it has of communes of which it
    tells nothing, and outside every commune, is in no stratum. What lies in no stratum, or in no
    plot, is the stratum ``other``.
    """
    told = communes["commune_code"].isin(pieces["commune_code"])
    inside = pieces[pieces["commune_code"].ne("")]
    inside = inside.assign(stratum=inside["plot"].map(plots["stratum"]))
    table = inside.pivot_table(
        index="commune_code", columns="stratum", values="area_ha", aggfunc="sum", fill_value=0.0
    )
    table = table.loc[:, table.sum() > 0].reindex(communes["commune_code"], fill_value=0.0)
    whole = float(communes.geometry.union_all().area) / M2_PER_HA
    rest = whole - float(table.to_numpy().sum())
    if rest > 0:
        own = communes.geometry.area.to_numpy() / M2_PER_HA - table.sum(axis=1)
        own = own.clip(lower=0)
        # Ground that two communes claim is counted once in the whole.
        table[OTHER] = own * (rest / own.sum())
    drawn = plots.loc[plots["stratum"].isin(table.columns), ["stratum", "geometry"]]
    ground = communes.loc[told, ["geometry"]]
    cut = gpd.overlay(to_crs(drawn, communes.crs), ground, how="intersection", keep_geom_type=True)
    return cut[["stratum", "geometry"]], table


def plan_size(
    areas: Mapping[str, float],
    forest: set[str],
    *,
    precision_percent: float,
    points: int | None,
) -> SampleSize:
    """Points by stratum that hold the area of each crop that is not rare to so many percent.

    A rare crop's wanted precision is the whole ground: none.
    """
    crops, whole = [name for name in areas if name != OTHER], sum(areas.values())
    shares = pd.DataFrame(
        {crop: [_guess(crop, name, areas, whole) for name in areas] for crop in crops},
        index=list(areas),
    )
    least = {name: LEAST_FOREST if name in forest else LEAST_OTHER for name in areas}
    wanted = {
        crop: areas[crop] * precision_percent / 100 if areas[crop] >= RARE_SHARE * whole else whole
        for crop in crops
    }
    return sample_size(areas, shares, wanted, minimum=least, points=points)


def is_rare(row: Mapping[Hashable, Any], design: Design) -> bool:
    """Tell whether a row of the planned precision is of a crop that none was asked for."""
    return bool(row["wanted_ha"] > max(design.strata_ha[row["class"]], 0.0))


def _guess(crop: str, stratum: str, areas: Mapping[str, float], whole: float) -> float:
    """Part of a stratum that is expected to be a crop."""
    if stratum == crop:
        return _HIT
    # All crops together may not take more of a stratum than its own crop leaves.
    return min(_OMITTED * areas[crop] / (whole - areas[crop]), (1 - _HIT) / len(areas))


def place_points(
    strata: gpd.GeoDataFrame, communes: gpd.GeoDataFrame, size: Mapping[str, int], *, seed: int
) -> gpd.GeoDataFrame:
    """Points in strata and communes; columns ``point, stratum, commune_code`` and geometry."""
    shapes = [strata]
    avoid = {}
    if OTHER in size:
        shapes.append(communes[["geometry"]].assign(stratum=OTHER))
        avoid[OTHER] = strata.geometry
    every = gpd.GeoDataFrame(pd.concat(shapes, ignore_index=True), crs=communes.crs)
    found = draw_points(every, size, seed=seed, avoid=avoid)
    point, commune = communes.sindex.query(found.geometry.to_numpy(), predicate="intersects")
    codes = pd.Series(communes["commune_code"].to_numpy()[commune], index=point)
    return found.assign(commune_code=codes.groupby(level=0).min().reindex(found.index))


def save_design(design: Design, folder: Path) -> None:
    """Keep a design beside its points."""
    text = json.dumps(asdict(design), ensure_ascii=False, indent=1, sort_keys=True)
    save_text(text + "\n", folder / DESIGN_FILE)


def load_design(folder: Path) -> Design:
    """Read a design back."""
    path = folder / DESIGN_FILE
    if not path.is_file():
        raise MissingFileError("zones.certainty.no_design", path=path)
    try:
        design = TypeAdapter(Design).validate_json(json_bytes(path), strict=True)
        _require_whole(design)
    except ValueError as error:
        raise InputError("zones.certainty.damaged_design", path=path) from error
    return design


def _require_whole(design: Design) -> None:
    """Require strata of some hectares, and points of a stratum at a place; else ValueError."""
    for area in (*design.strata_ha.values(), *_areas(design)):
        if not 0 <= area < math.inf:
            raise ValueError(f"{area} ha")
    for stratum, code, east, north in design.points.values():
        if stratum not in design.strata_ha or not isinstance(code, str):
            raise ValueError(f"stratum {stratum}, commune {code}")
        if not math.isfinite(float(east)) or not math.isfinite(float(north)):
            raise ValueError(f"place {east}, {north}")
    try:
        declared_crs(design.crs)
    except pyproj.exceptions.CRSError as error:
        raise ValueError(design.crs) from error


def _areas(design: Design) -> Iterator[float]:
    for row in design.commune_strata_ha.values():
        yield from row.values()


def refuse_other_map(design: Design, digest: str | None) -> None:
    """A sample says nothing of a map that it was not drawn from."""
    if digest is None or digest != design.digest:
        raise InputError(
            "zones.certainty.other_map",
            layer=design.layer,
            drawn=design.digest[:12],
            now=(digest or "–")[:12],
        )


def refuse_other_ground(design: Design, by_commune: pd.DataFrame, crs: pyproj.CRS) -> None:
    """Points of two grounds are not of one sample: communes may have changed since."""
    drawn = pd.DataFrame.from_dict(design.commune_strata_ha, orient="index", dtype="float64")
    same = (
        declared_crs(design.crs) == crs
        and set(drawn.index) == set(by_commune.index)
        and set(drawn.columns) == set(by_commune.columns) == set(design.strata_ha)
    )
    if same:
        now = by_commune.loc[drawn.index, drawn.columns].to_numpy("float64")
        same = bool(np.isclose(now, drawn.to_numpy(), rtol=1e-9, atol=1e-6).all())
    if not same:
        raise InputError("zones.certainty.other_ground", layer=design.layer)


def named_strata(design: Design, names: Sequence[str]) -> list[str]:
    """Strata that are called by id or by name, in either language; all where none is."""
    known = {
        unicodedata.normalize("NFC", word).casefold(): stratum
        for stratum in design.strata_ha
        for said in [class_name(stratum)]
        for word in (said.vi, said.en, stratum)
    }
    found = [known.get(unicodedata.normalize("NFC", name).casefold(), "") for name in names]
    strange = [name for name, stratum in zip(names, found, strict=True) if not stratum]
    if strange:
        there = [class_name(stratum) for stratum in design.strata_ha]
        raise InputError("zones.certainty.no_such_stratum", names=strange, known=there)
    return list(dict.fromkeys(found)) or list(design.strata_ha)


def key_of(design: Design) -> str:
    """Key of the project file that names such a sample."""
    return "cover_sample" if FOREST in design.classes else "sample"


def refuse_other_kind(design: Design, key: str) -> None:
    """A sample of the crops says nothing of the cover rate, and the reverse; ``key`` names it."""
    if key != (right := key_of(design)):
        raise InputError("zones.certainty.other_kind", key=f"certainty.{key}", right=right)
