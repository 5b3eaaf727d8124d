"""One map of several provinces: communes and figures side by side, the region as the whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import geopandas as gpd
import pandas as pd

from layers.base.language import Language
from layers.crs.transform import WGS84, to_crs
from maps import MapContent
from zones.publish.rounded_figures import frames_digest


def region_map_content(
    provinces: Mapping[str, MapContent],
    whole: Mapping[str, Any],
    *,
    title: str,
    language: Language,
) -> MapContent:
    """Put the maps of provinces, by name, on one; ``whole`` is the region's row of forest cover.

    A zone of one province keeps its targets; of a zone of several, of forecasts and of years, each
    province has its own on its own map.
    """
    parts = list(provinces.values())
    communes = pd.concat(
        [part.communes.set_geometry(to_crs(part.communes.geometry, WGS84)) for part in parts],
        ignore_index=True,
    )
    own = _zones_of_one(parts)
    held = _shares(pd.concat([part.zone_communes for part in parts], ignore_index=True), own)
    cover = _cover(parts, whole)
    names = _names(provinces)
    frames = [held, *([] if cover is None else [cover])]
    return MapContent(
        communes=gpd.GeoDataFrame(_named(communes, names), crs=WGS84),
        zones=_zones(parts),
        zone_communes=_named(held, names),
        targets=pd.concat([part.targets[part.targets["zone"].isin(own)] for part in parts]),
        forest_cover=None if cover is None else _named(cover, names),
        planned=_joined([part.planned for part in parts]),
        sources=_sources(provinces),
        warnings=_joined([part.warnings for part in parts]),
        title_vi=title,
        title_en=title,
        demo=any(part.demo for part in parts),
        tile_hosts=tuple(dict.fromkeys(host for part in parts for host in part.tile_hosts)),
        digest=frames_digest(frames),
        language=language,
    )


def _joined(frames: Sequence[pd.DataFrame | None]) -> pd.DataFrame | None:
    there = [frame for frame in frames if frame is not None]
    return pd.concat(there, ignore_index=True) if there else None


def _zones(parts: list[MapContent]) -> pd.DataFrame:
    """Zones of all plans; lists that differ are together one to which others may be added."""
    zones = pd.concat([part.zones for part in parts], ignore_index=True)
    several = zones.groupby("zone")["list"].transform("nunique") > 1
    return zones.assign(list=zones["list"].mask(several, "open")).drop_duplicates("zone")


def _zones_of_one(parts: list[MapContent]) -> set[str]:
    """Zones that one province alone has."""
    zones = pd.concat([part.zones["zone"].drop_duplicates() for part in parts])
    return set(zones[~zones.duplicated(keep=False)])


def _shares(held: pd.DataFrame, own: set[str]) -> pd.DataFrame:
    """Share of each commune in what the region has of a zone; of an unknown whole, none.

    What is held against the target of one province stays with zones that it alone has.
    """
    whole = held.groupby("zone")["present_ha"].transform("sum", skipna=False)
    held = held.assign(share_ratio=(held["present_ha"] / whole).where(whole > 0))
    if "held_ratio" in held:
        held = held.assign(held_ratio=held["held_ratio"].where(held["zone"].isin(own)))
    return held


def _cover(parts: list[MapContent], whole: Mapping[str, Any]) -> pd.DataFrame | None:
    """Communes of all provinces, the region last; nothing where a province was not measured."""
    frames = [part.forest_cover for part in parts if part.forest_cover is not None]
    if len(frames) < len(parts) or any(frame.empty for frame in frames):
        return None
    columns = [name for name in frames[0].columns if name != "cover_geometry_percent"]
    communes = pd.concat([frame.iloc[:-1][columns] for frame in frames], ignore_index=True)
    row = {name: value for name, value in whole.items() if name in columns}
    last = pd.DataFrame([row | {"commune_code": "", "commune": whole["name"]}])
    return pd.concat([communes, last], ignore_index=True).assign(
        cover_geometry_percent=float("nan")
    )


def _names(provinces: Mapping[str, MapContent]) -> pd.Series[str]:
    """Names of communes by code, with their province where another one has the same name."""
    told = pd.concat(
        [
            part.communes[["commune_code", "commune", "kind"]].assign(of=of)
            for of, part in provinces.items()
        ]
    )
    there = told.groupby(["commune", "kind"])["of"].transform("nunique") > 1
    names = told["commune"].where(~there, told["commune"] + " (" + told["of"] + ")")
    return pd.Series(names.to_numpy(), index=told["commune_code"].to_numpy(), dtype="str")


def _named(frame: pd.DataFrame, names: pd.Series[str]) -> pd.DataFrame:
    return frame.assign(commune=frame["commune_code"].map(names).fillna(frame["commune"]))


def _sources(provinces: Mapping[str, MapContent]) -> pd.DataFrame | None:
    frames = []
    for of, part in provinces.items():
        if part.sources is None:
            continue
        told = [name for name in ("layer", "layer_vi", "layer_en") if name in part.sources]
        frames.append(
            part.sources.assign(
                **{name: of + ": " + part.sources[name].astype("str") for name in told}
            )
        )
    return pd.concat(frames, ignore_index=True) if frames else None
