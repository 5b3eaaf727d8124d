"""Records of a forest status layer: raw fields → typed columns, areas, the canonical frame."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd

from layers.base.findings import Finding
from layers.crs.crs import plane_area_ha, require_crs
from layers.io.legacy_encoding import convert_text
from layers.io.values import (
    as_code,
    as_commune_code,
    as_integer,
    as_number,
    as_text,
    plot_labels,
)
from layers.kinds.plots import PLOTS
from layers.kinds.polygons import measuring_crs

__all__ = ["arrange_plots", "read_fields", "with_areas"]

_TEXT = ("tk", "khoanh", "lo", "xa", "sldlr", "mdsd")
_THREE_FOREST = {1: "protection", 2: "special_use", 3: "production"}


def read_fields(
    raw: gpd.GeoDataFrame, *, encoding: str, source: str
) -> tuple[gpd.GeoDataFrame, dict[str, pd.Series[bool]], list[Finding]]:
    """Give every field its type."""
    frame = gpd.GeoDataFrame({"row": np.arange(len(raw))}, geometry=raw.geometry)
    nothing = pd.Series(np.nan, index=raw.index, dtype="float64")
    findings: list[Finding] = []
    for name in _TEXT:
        values = raw.get(name, nothing)
        if pd.api.types.is_string_dtype(values.dtype):
            values, found = convert_text(values, encoding=encoding, column=name, source=source)
            findings += found
        frame[name] = as_text(values)
    frame["commune_code"] = as_commune_code(raw.get("maxa", nothing))
    frame["ldlr"] = as_code(raw.get("ldlr", nothing))
    unreadable = {}
    for name in ("maldlr", "nggocr", "namtr", "thanhrung", "malr3", "mamdsd"):
        frame[name], unreadable[name] = as_integer(raw.get(name, nothing))
    frame["dtich"], unreadable["dtich"] = as_number(raw.get("dtich", nothing))
    frame["plot"] = plot_labels(frame)
    frame["area_ha"] = frame["dtich"].where(frame["dtich"] > 0)
    return frame, unreadable, findings


def with_areas(frame: gpd.GeoDataFrame, kept: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Put repaired geometries and hectares in; the ledger leads where it is an area."""
    result = frame.copy()
    shapes = result.geometry.to_numpy().copy()
    shapes[result.index.get_indexer(kept.index)] = kept.geometry.to_numpy()
    result = result.set_geometry(gpd.GeoSeries(shapes, index=frame.index, crs=frame.crs))
    crs = require_crs(frame, source="forest status")
    result["geometry_ha"] = plane_area_ha(kept, measuring_crs(crs)).reindex(frame.index)
    ledger = (result["dtich"] > 0) | (result["dtich"].eq(0) & (result["geometry_ha"] <= 0.005))
    result["ledger_source"] = np.where(ledger, "ledger", "geometry")
    result["area_ha"] = result["dtich"].where(ledger, result["geometry_ha"])
    result["origin"], result["purpose"] = result["nggocr"], result["mamdsd"]
    return result


def arrange_plots(frame: gpd.GeoDataFrame, *, year: int) -> gpd.GeoDataFrame:
    """Arrange the columns: those of ``PLOTS`` first, then what only this layer has."""
    by_purpose = pd.cut(
        frame["mamdsd"].astype("float64"), [0.5, 4.5, 8.5, 12.5], labels=[1, 2, 3]
    ).astype("Int64")
    main = frame["malr3"] if frame["malr3"].notna().any() else by_purpose
    columns = {
        "row": frame["row"],
        "plot": frame["plot"],
        "commune_code": frame["commune_code"],
        "commune": frame["xa"],
        "land": frame["land"],
        "three_forest": main.map(_THREE_FOREST).fillna("outside"),
        "planting_year": frame["namtr"].where(frame["namtr"].between(1900, year)),
        "ledger_ha": frame["area_ha"],
        "type_number": frame["maldlr"],
        "type_code": frame["ldlr"],
        "group": frame["group"],
        "counts": frame["land"].isin(["natural_forest", "planted_forest"]),
        "thanhrung": frame["thanhrung"],
        "origin": frame["origin"],
        "purpose": frame["purpose"],
        "species": frame["sldlr"],
        "ledger_source": frame["ledger_source"],
        "geometry_ha": frame["geometry_ha"],
        "tk": frame["tk"],
        "khoanh": frame["khoanh"],
        "lo": frame["lo"],
    }
    table = PLOTS.validate(pd.DataFrame(columns))
    return gpd.GeoDataFrame(table, geometry=frame.geometry, crs=frame.crs)
