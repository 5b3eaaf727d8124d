"""The GeoPackage of a QGIS project: tables, joined layers, and a default style for each."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import geopandas as gpd
import pandas as pd
import shapely

from layers.io.geopackage import save_geopackage, stamp
from maps.qgis.content import Joined, QgisLayer, drawn_layers
from maps.qgis.style import other_style, style_document

_STYLES = """
CREATE TABLE layer_styles (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  f_table_catalog TEXT(256), f_table_schema TEXT(256), f_table_name TEXT(256),
  f_geometry_column TEXT(256), styleName TEXT(30), styleQML TEXT, styleSLD TEXT,
  useAsDefault BOOLEAN, description TEXT, owner TEXT(30), ui TEXT(30),
  update_time DATETIME DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')))
"""


def build_geopackage(layers: Sequence[QgisLayer], path: Path) -> None:
    """Write layers, each with its name and its style; nothing there before."""
    frames = {layer.table: layer.frame for layer in layers if layer.frame is not None}
    save_geopackage(frames, path)
    with closing(sqlite3.connect(path)) as base, base:
        for layer in layers:
            if layer.joined is not None:
                _join(base, layer.table, layer.joined)
        for layer in layers:
            told = f"{layer.name} [{made_from(layer)}]" if layer.joined is None else layer.name
            base.execute(
                "UPDATE gpkg_contents SET identifier = ?, description = ? WHERE table_name = ?",
                (f"{layer.table}: {layer.name}", told, layer.table),
            )
        register_styles(base)
        for layer in drawn_layers(layers):
            _save_style(base, layer)


def made_from(layer: QgisLayer) -> str:
    """Digest of the rows of a layer: what comes back is held against what was written."""
    total = hashlib.sha256()
    if layer.frame is not None:
        plain = pd.DataFrame(layer.frame.drop(columns="geometry", errors="ignore")).astype("str")
        total.update(pd.util.hash_pandas_object(plain, index=False).to_numpy().tobytes())
        if isinstance(layer.frame, gpd.GeoDataFrame):
            total.update(b"".join(shapely.to_wkb(layer.frame.geometry.to_numpy())))
    return f"vungtrong:{total.hexdigest()[:16]}"


def table_fields(base: sqlite3.Connection, table: str) -> list[str]:
    """Fields of a table or of a joined layer, without its geometry."""
    columns = [str(row[1]) for row in base.execute(f"PRAGMA table_info({_quoted(table)})")]
    return [name for name in columns if name not in ("geom", "OGC_FID")]


def geometry_field(layer: QgisLayer) -> str:
    """Name of the geometry column of a layer; empty for a table without."""
    drawn = layer.joined is not None or isinstance(layer.frame, gpd.GeoDataFrame)
    return "geom" if drawn else ""


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _join(base: sqlite3.Connection, table: str, joined: Joined) -> None:
    """Make rows of a table of figures a layer with the polygons of another: a view, no copy."""
    fields = [name for name in table_fields(base, joined.table) if name != "fid"]
    listed = ", ".join(f"f.{_quoted(name)}" for name in fields)
    # A view takes no parameters; its parts are quoted as SQL quotes names and text.
    base.execute(
        f"CREATE VIEW {_quoted(table)} AS SELECT f.fid AS OGC_FID, p.geom AS geom, {listed} "  # noqa: S608
        f"FROM {_quoted(joined.table)} f JOIN {_quoted(joined.polygons)} p "
        f"ON p.{_quoted(joined.key)} = f.{_quoted(joined.key)} "
        f"WHERE f.{_quoted(joined.field)} = {_text(joined.value)}"
    )
    base.execute(
        "INSERT INTO gpkg_contents (table_name, data_type, identifier, description, last_change, "
        "min_x, min_y, max_x, max_y, srs_id) SELECT ?, 'features', ?, '', ?, min_x, min_y, max_x, "
        "max_y, srs_id FROM gpkg_contents WHERE table_name = ?",
        (table, table, stamp(), joined.polygons),
    )
    base.execute(
        "INSERT INTO gpkg_geometry_columns SELECT ?, column_name, geometry_type_name, srs_id, z, m "
        "FROM gpkg_geometry_columns WHERE table_name = ?",
        (table, joined.polygons),
    )


def register_styles(base: sqlite3.Connection) -> None:
    """Make the table of styles that QGIS looks for."""
    base.execute(_STYLES)
    base.execute(
        "INSERT INTO gpkg_contents (table_name, data_type, identifier, description, last_change, "
        "srs_id) VALUES ('layer_styles', 'attributes', 'layer_styles', '', ?, 0)",
        (stamp(),),
    )


def _save_style(base: sqlite3.Connection, layer: QgisLayer) -> None:
    fields = table_fields(base, layer.table)
    save_style_document(base, layer.table, layer.name, style_document(layer, fields))
    for other in layer.others:
        document = style_document(other_style(layer, other), fields)
        save_style_document(base, layer.table, other.name, document, default=False)


def save_style_document(
    base: sqlite3.Connection, table: str, name: str, document: str, *, default: bool = True
) -> None:
    """Keep a style of a table, as its default or to be chosen."""
    base.execute(
        "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, "
        "f_geometry_column, styleName, styleQML, styleSLD, useAsDefault, description, owner, "
        "update_time) VALUES ('', '', ?, 'geom', ?, ?, '', ?, ?, '', ?)",
        (table, name[:30], document, int(default), name, stamp()),
    )
