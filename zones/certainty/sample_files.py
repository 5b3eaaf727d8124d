"""Points of a sample as files to fill in: GeoPackage with style and form, KML, workbook."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from xml.etree.ElementTree import Element, SubElement, tostring

import geopandas as gpd
import pandas as pd

from layers.base.messages import message
from layers.io.geopackage import save_geopackage
from layers.io.table_output import save_workbook
from maps.qgis.content import Marker, QgisLayer
from maps.qgis.geopackage import register_styles, save_style_document, table_fields
from maps.qgis.style import style_document

#: Columns to fill in: two interpreters by themselves, then what they agree on.
LABELS = ("class_1", "class_2", "agreed")
#: Columns that say where a point is: shown, not to be changed.
_KNOWN = ("point", "commune_code", "commune")
#: Name of the files, and of the layer in them.
POINTS = "points"


def save_points(
    points: gpd.GeoDataFrame,
    classes: dict[str, str],
    commune_names: dict[str, str],
    folder: Path,
    *,
    known: Mapping[str, str] | None = None,
) -> list[Path]:
    """Write the points; nothing in them tells what the map says of a point.

    ``points`` has ``point, commune_code`` and geometry; ``classes`` id → name; ``known`` the class
    of each point that is labelled already.
    """
    blank = {name: pd.Series([None] * len(points), dtype="str") for name in (*LABELS, "note")}
    blind = points[["point", "commune_code", "geometry"]].assign(
        commune=points["commune_code"].map(commune_names), **blank
    )
    blind["agreed"] = blind["point"].map(known or {}).astype("str")
    paths = [folder / f"{POINTS}.{kind}" for kind in ("gpkg", "kml", "xlsx")]
    save_geopackage({POINTS: blind}, paths[0])
    _add_form(paths[0], classes)
    on_globe = blind.to_crs(4326)
    _save_kml(on_globe, paths[1])
    table = pd.DataFrame(blind.drop(columns="geometry")).assign(
        latitude=on_globe.geometry.y.round(6), longitude=on_globe.geometry.x.round(6)
    )
    choices = pd.DataFrame({"class": list(classes), "name": list(classes.values())})
    save_workbook({"points": table, "classes": choices}, paths[2], frozen_columns=1)
    return paths


def _add_form(path: Path, classes: dict[str, str]) -> None:
    """Give the layer a symbol, fields with names, and for each label a list to choose from."""
    fields = (*_KNOWN, *LABELS, "note")
    layer = QgisLayer(
        table=POINTS,
        name=message("zones.certainty.points_layer").vi,
        group="",
        style=Marker("#ffff00"),
        aliases={name: message(f"zones.certainty.field_{name}").vi for name in fields},
        words=dict.fromkeys(LABELS, classes),
        locked=_KNOWN,
        label="point",
    )
    with closing(sqlite3.connect(path)) as base, base:
        register_styles(base)
        save_style_document(
            base, POINTS, layer.name, style_document(layer, table_fields(base, POINTS))
        )


def _save_kml(points: gpd.GeoDataFrame, path: Path) -> None:
    """Placemarks for Google Earth and phones; written by hand, so that the bytes are the same."""
    root = Element("kml", xmlns="http://www.opengis.net/kml/2.2")
    document = SubElement(root, "Document")
    for row in points.itertuples(index=False):
        mark = SubElement(document, "Placemark")
        SubElement(mark, "name").text = row.point
        SubElement(mark, "description").text = f"{row.commune} ({row.commune_code})"
        place = SubElement(SubElement(mark, "Point"), "coordinates")
        place.text = f"{row.geometry.x:.7f},{row.geometry.y:.7f}"
    text = tostring(root, encoding="unicode", xml_declaration=True)
    path.write_text(text, "utf-8", newline="\n")
