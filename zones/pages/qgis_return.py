"""What comes back from QGIS: the GeoPackage held against what the project writes now.

Rows are known by their number (``fid``), which QGIS keeps. Each table carries a digest of what was
written into it; where the project writes something else today, a change could not be told from an
edit, and the file is refused.
"""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pandas.api.types import is_numeric_dtype

from layers.base.errors import InputError
from layers.crs.transform import to_crs
from layers.io.vector import as_input_error, describe_vector, load_vector
from layers.io.vector_source import open_geopackage
from maps.qgis.content import Line, QgisContent, QgisLayer
from maps.qgis.geopackage import made_from
from zones.measure.closure import ClosureLog
from zones.tables import QGIS_CHANGES

#: Column of the hectares that a row stands for; else the hectares of its polygon.
_HECTARES = ("ledger_ha", "area_ha")
_NEAR = 1e-9


def read_changes(
    content: QgisContent, path: Path, *, log: ClosureLog | None = None
) -> pd.DataFrame:
    """Rows that were edited, redrawn, added or deleted, with their hectares before and after."""
    describe_vector(path, layer=content.sheets)
    layers = [layer for layer in content.layers if _has_hectares(layer)]
    with as_input_error(path.name), closing(open_geopackage(path)) as base:
        rows = base.execute("SELECT table_name, coalesce(description, '') FROM gpkg_contents")
        told = {name.decode("utf-8"): text.decode("utf-8") for name, text in rows}
    absent = [layer.table for layer in layers if layer.table not in told]
    if absent:
        raise InputError(
            "zones.pages.qgis_tables_missing", path=path, count=len(absent), tables=absent
        )
    other = [layer.name for layer in layers if told[layer.table] != made_from(layer)]
    if other:
        raise InputError(
            "zones.pages.qgis_of_other_data", path=path, count=len(other), layers=other
        )
    log = log or ClosureLog()
    frames = [_layer_changes(layer, path, log) for layer in layers]
    return QGIS_CHANGES.validate(pd.concat([QGIS_CHANGES.empty(), *frames], ignore_index=True))


def _has_hectares(layer: QgisLayer) -> bool:
    """Whether rows stand for hectares of a commune; borders and the communes around do not."""
    drawn = isinstance(layer.frame, gpd.GeoDataFrame) and not isinstance(layer.style, Line)
    return drawn and layer.frame is not None and "commune_code" in layer.frame.columns


def _layer_changes(layer: QgisLayer, path: Path, log: ClosureLog) -> pd.DataFrame:
    """Changes of one layer; what they add and take is the difference of the layer's hectares."""
    frame = layer.frame
    if not isinstance(frame, gpd.GeoDataFrame):
        return QGIS_CHANGES.empty()
    before = frame.set_axis(np.arange(1, len(frame) + 1), axis="index")
    after = _numbered(path, layer.table, before)
    both = before.index.intersection(after.index)
    edited = _edited_fields(before.loc[both], after.loc[both])
    old, new = (_hectares(rows) for rows in (before, after))
    rows = [
        *((fid, "added", "") for fid in after.index.difference(before.index)),
        *((fid, "deleted", "") for fid in before.index.difference(after.index)),
        *((fid, "edited", text) for fid, text in edited.items() if text),
    ]
    table = pd.DataFrame(rows, columns=["fid", "change", "fields"])
    fids = pd.Index(table["fid"])
    codes = after["commune_code"].reindex(fids).fillna(before["commune_code"].reindex(fids))
    table = table.assign(
        layer=layer.name,
        commune_code=codes.fillna("").to_numpy(),
        before_ha=old.reindex(fids).fillna(0.0).to_numpy(),
        after_ha=new.reindex(fids).fillna(0.0).to_numpy(),
    )
    log.check(
        f"QGIS: changes of {layer.name} to the difference of the layers",
        parts=float((table["after_ha"] - table["before_ha"]).sum()) + float(old.sum()),
        whole=float(new.sum()),
    )
    return table


def _numbered(path: Path, table: str, before: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Layer of the file by the number of its rows, in the CRS and with the columns of ours."""
    with as_input_error(path.name), closing(open_geopackage(path)) as base:
        fids = [int(row[0]) for row in base.execute(f'SELECT fid FROM "{table}" ORDER BY fid')]  # noqa: S608
    read = load_vector(path, layer=table)
    if len(set(fids)) != len(read):
        raise InputError("zones.pages.qgis_rows_unnumbered", path=path, table=table)
    texts = [name for name in _HECTARES if name in read and not is_numeric_dtype(read[name])]
    if texts:
        raise InputError("zones.pages.qgis_text_hectares", path=path, table=table, fields=texts)
    missing = [name for name in before.columns if name not in ("geometry", *read.columns)]
    if missing:
        raise InputError(
            "zones.pages.qgis_fields_missing",
            path=path,
            table=table,
            count=len(missing),
            fields=missing,
        )
    return to_crs(read.set_axis(fids, axis="index"), before.crs)


def _hectares(rows: gpd.GeoDataFrame) -> pd.Series[float]:
    """Hectares that each row stands for: by the ledger or the plan, else by its polygon."""
    drawn = pd.Series(rows.geometry.area.to_numpy() / 1e4, index=rows.index)
    told = [rows[name].astype("float64") for name in _HECTARES if name in rows.columns]
    hectares: pd.Series[float] = told[0].fillna(drawn) if told else drawn
    return hectares.fillna(0.0)


def _edited_fields(before: gpd.GeoDataFrame, after: gpd.GeoDataFrame) -> dict[int, str]:
    """Names of the fields that differ, by number of the row; ``geometry`` where it was redrawn."""
    names: dict[int, list[str]] = {int(fid): [] for fid in before.index}
    for name in [name for name in before.columns if name != "geometry"]:
        for fid in before.index[_differs(before[name], after[name])]:
            names[int(fid)].append(str(name))
    same = shapely.equals(before.geometry.to_numpy(), after.geometry.to_numpy())
    for fid in before.index[~same]:
        names[int(fid)].append("geometry")
    return {fid: ", ".join(found) for fid, found in names.items()}


def _differs(before: pd.Series[Any], after: pd.Series[Any]) -> pd.Series[bool]:
    if pd.api.types.is_numeric_dtype(before.dtype):
        old, new = (
            pd.to_numeric(one, errors="coerce").astype("float64") for one in (before, after)
        )
        return ~((old - new).abs().le(_NEAR) | (old.isna() & new.isna()))
    old_text, new_text = (one.astype("str").where(one.notna(), "") for one in (before, after))
    return old_text.ne(new_text)
