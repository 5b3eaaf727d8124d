"""Points of a sample as files to fill in: GeoPackage with style and form, KML, workbook."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from xml.etree.ElementTree import Element, SubElement, tostring

import geopandas as gpd
import pandas as pd

from layers.io.geopackage import save_geopackage
from layers.io.table_output import save_workbook
from maps.qgis.geopackage import register_styles, save_style_document
from maps.qgis.style import widgets

#: Columns to fill in: two interpreters by themselves, then what they agree on.
LABELS = ("class_1", "class_2", "agreed")
_TABLE = "points"


def save_points(
    points: gpd.GeoDataFrame, classes: dict[str, str], commune_names: dict[str, str], folder: Path
) -> list[Path]:
    """Write the points; nothing in them tells what the map says of a point.

    ``points`` has ``point, commune_code`` and geometry; ``classes`` id → name.
    """
    blind = points[["point", "commune_code", "geometry"]].assign(
        commune=points["commune_code"].map(commune_names),
        **{name: pd.Series([None] * len(points), dtype="str") for name in (*LABELS, "note")},
    )
    paths = [folder / f"{_TABLE}.{kind}" for kind in ("gpkg", "kml", "xlsx")]
    save_geopackage({_TABLE: blind}, paths[0])
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
    """Give the layer a symbol and, for each label, a list to choose from."""
    root = Element("qgis", version="3.34", styleCategories="Symbology|Labeling|Fields|Forms")
    renderer = SubElement(root, "renderer-v2", type="singleSymbol", symbollevels="0")
    symbol = SubElement(SubElement(renderer, "symbols"), "symbol", type="marker", name="0")
    layer = SubElement(SubElement(symbol, "layer", {"class": "SimpleMarker"}), "Option", type="Map")
    for name, value in (
        ("name", "cross_fill"),
        ("color", "255,255,0,255"),
        ("outline_color", "0,0,0,255"),
        ("size", "4"),
    ):
        SubElement(layer, "Option", type="QString", name=name, value=value)
    with closing(sqlite3.connect(path)) as base, base:
        fields = [row[1] for row in base.execute(f"PRAGMA table_info({_TABLE})")]
        fields = [name for name in fields if name not in ("fid", "geom")]
        root.append(widgets(fields, dict.fromkeys(LABELS, classes)))
        text = "<!DOCTYPE qgis>\n" + tostring(root, encoding="unicode")
        register_styles(base)
        save_style_document(base, _TABLE, "points", text)


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
