"""The project file: layers by relative path, groups, themes, and the sheet of a commune.

Written from the description of the format that QGIS itself writes; ``tests/maps/qgis`` opens the
result in QGIS where it is installed.
"""

from __future__ import annotations

import sqlite3
import tempfile
import zipfile
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from xml.etree.ElementTree import Element, SubElement, indent, tostring

import geopandas as gpd
import pyproj
from pyproj import Transformer

from layers.base.clock import today
from layers.io.atomic import written_aside
from maps.qgis.content import Line, QgisContent, QgisLayer, drawn_layers, layer_id
from maps.qgis.geopackage import build_geopackage, geometry_field, table_fields
from maps.qgis.sheet import sheet_layout
from maps.qgis.style import QGIS_VERSION, layer_style, other_style, style_element

#: An archive notes times: the first that it can hold, for the same bytes every time.
_NO_TIME = (1980, 1, 1, 0, 0, 0)


def save_qgis(
    content: QgisContent, folder: Path, *, name: str, overwrite: bool = False
) -> tuple[Path, Path]:
    """Write a GeoPackage with styles and a QGIS project that opens it.

    Parameters
    ----------
    content : QgisContent
        Layers, groups, themes and the sheet.
    folder : pathlib.Path
        Folder that both files go to; the project names the GeoPackage beside it, so that the
        folder can be moved.
    name : str
        Name of both files without suffix.
    overwrite : bool
        Whether files of these names may be replaced.

    Returns
    -------
    tuple of pathlib.Path
        ``NAME.gpkg`` and ``NAME.qgz``.

    Raises
    ------
    OutputExistsError
        One of the files is there and ``overwrite`` is off.
    OutputError
        A file could not be written.
    """
    data, project = folder / f"{name}.gpkg", folder / f"{name}.qgz"
    # The driver goes by the name's end, so the file is made in a folder of its own.
    with (
        written_aside(data, overwrite=overwrite, program="QGIS") as aside,
        tempfile.TemporaryDirectory(dir=folder, prefix=".qgis-") as place,
    ):
        made = Path(place) / data.name
        build_geopackage(content.layers, made)
        with closing(sqlite3.connect(made)) as base:
            fields = {layer.table: table_fields(base, layer.table) for layer in content.layers}
        made.replace(aside)
    document = _document(content, data.name, fields)
    with (
        written_aside(project, overwrite=overwrite, program="QGIS") as aside,
        zipfile.ZipFile(aside, "w") as archive,
    ):
        entry = zipfile.ZipInfo(f"{name}.qgs", _NO_TIME)
        entry.compress_type = zipfile.ZIP_DEFLATED
        archive.writestr(entry, document)
    return data, project


def _document(content: QgisContent, data: str, fields: Mapping[str, list[str]]) -> bytes:
    root = Element("qgis", projectname=content.title, version=QGIS_VERSION)
    SubElement(root, "title").text = content.title
    SubElement(root, "projectCrs").append(_crs(content.crs))
    _tree(root, content, data)
    extent = _extent(content)
    canvas = SubElement(root, "mapcanvas", name="theMapCanvas", annotationsVisible="1")
    SubElement(canvas, "units").text = "meters"
    canvas.append(_box("extent", extent))
    SubElement(canvas, "destinationsrs").append(_crs(content.crs))
    listed = SubElement(root, "projectlayers")
    for layer in content.layers:
        listed.append(_layer(layer, content, data, fields[layer.table], extent))
    _themes(root, content)
    _properties(root)
    about = SubElement(root, "projectMetadata")
    SubElement(about, "title").text = content.title
    SubElement(about, "abstract").text = content.subtitle
    SubElement(about, "creation").text = f"{today().isoformat()}T00:00:00"
    sheets = content.layer(content.sheets)
    layouts = SubElement(root, "Layouts")
    for paper in content.papers:
        layouts.append(sheet_layout(content, paper, layer_id(sheets.table), source(data, sheets)))
    scales = SubElement(SubElement(root, "ProjectViewSettings", UseProjectScales="1"), "Scales")
    for denominator in sorted(content.scales, reverse=True):
        SubElement(scales, "Scale", Value=str(denominator))
    indent(root, " ")
    head = b"<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
    return head + bytes(tostring(root, encoding="utf-8"))


def source(data: str, layer: QgisLayer) -> str:
    """Data source of a layer, relative to the project file."""
    return f"./{data}|layername={layer.table}"


def _crs(crs: pyproj.CRS) -> Element:
    root = Element("spatialrefsys")
    SubElement(root, "wkt").text = crs.to_wkt("WKT2_2019")
    authority = crs.to_authority()
    SubElement(root, "authid").text = ":".join(authority) if authority else ""
    SubElement(root, "description").text = crs.name
    SubElement(root, "geographicflag").text = "true" if crs.is_geographic else "false"
    return root


def _extent(content: QgisContent) -> tuple[float, float, float, float]:
    frame = content.layer(content.sheets).frame
    if not isinstance(frame, gpd.GeoDataFrame):
        return 0.0, 0.0, 1.0, 1.0
    west, south, east, north = map(float, frame.total_bounds)
    return west, south, east, north


def _box(name: str, extent: tuple[float, float, float, float]) -> Element:
    root = Element(name)
    for tag, value in zip(("xmin", "ymin", "xmax", "ymax"), extent, strict=True):
        SubElement(root, tag).text = f"{value:.9g}"
    return root


def _tree(root: Element, content: QgisContent, data: str) -> None:
    tree = SubElement(root, "layer-tree-group")
    groups: dict[str, Element] = {}
    for layer in content.layers:
        group = groups.get(layer.group)
        if group is None:
            group = SubElement(
                tree, "layer-tree-group", name=layer.group, checked="Qt::Checked", expanded="1"
            )
            groups[layer.group] = group
        SubElement(
            group,
            "layer-tree-layer",
            id=layer_id(layer.table),
            name=layer.name,
            source=source(data, layer),
            providerKey="ogr",
            checked="Qt::Checked" if layer.shown else "Qt::Unchecked",
            expanded="1" if layer.shown else "0",
        )


def _layer(
    layer: QgisLayer,
    content: QgisContent,
    data: str,
    fields: list[str],
    extent: tuple[float, float, float, float],
) -> Element:
    # Figures and frames come from the run: what is edited there is read by nobody.
    made = layer.joined is not None or layer.style is None or layer.table == content.sheets
    root = Element("maplayer", type="vector", styleCategories="AllStyleCategories")
    root.set("readOnly", "1" if made else "0")
    drawn = geometry_field(layer) != ""
    line = isinstance(layer.style, Line)
    root.set("geometry", ("Line" if line else "Polygon") if drawn else "No geometry")
    root.set("labelsEnabled", "1" if layer.label and drawn else "0")
    if drawn:
        root.append(_box("extent", extent))
        transform = Transformer.from_crs(content.crs, "EPSG:4326", always_xy=True)
        root.append(_box("wgs84extent", transform.transform_bounds(*extent)))
    SubElement(root, "id").text = layer_id(layer.table)
    SubElement(root, "datasource").text = source(data, layer)
    SubElement(root, "layername").text = layer.name
    if drawn:
        SubElement(root, "srs").append(_crs(content.crs))
    SubElement(root, "provider", encoding="UTF-8").text = "ogr"
    root.extend(layer_style(layer, fields))
    if layer.others:
        root.append(_styles(layer, fields))
    SubElement(root, "layerOpacity").text = "1"
    return root


def _styles(layer: QgisLayer, fields: list[str]) -> Element:
    """Styles that a theme may choose: the default, which the layer has, and the others."""
    root = Element("map-layer-style-manager", current="default")
    SubElement(root, "map-layer-style", name="default")
    for other in layer.others:
        one = SubElement(root, "map-layer-style", name=other.name)
        one.append(style_element(other_style(layer, other), fields))
    return root


def _themes(root: Element, content: QgisContent) -> None:
    presets = SubElement(root, "visibility-presets")
    known = {layer.table for layer in drawn_layers(content.layers)}
    styles = {layer.table: {other.name for other in layer.others} for layer in content.layers}
    for name, tables in content.themes.items():
        preset = SubElement(
            presets,
            "visibility-preset",
            {"name": name, "has-expanded-info": "0", "has-checked-group-info": "0"},
        )
        for table in tables:
            if table in known:
                style = "default"
                if name == content.sheet_theme and content.sheet_style in styles[table]:
                    style = content.sheet_style
                SubElement(
                    preset, "layer", id=layer_id(table), style=style, visible="1", expanded="1"
                )


def _properties(root: Element) -> None:
    """Paths relative to the project file; areas on the ellipsoid, in hectares."""
    properties = SubElement(root, "properties")
    reference = SubElement(properties, "SpatialRefSys")
    SubElement(reference, "ProjectionsEnabled", type="int").text = "1"
    paths = SubElement(properties, "Paths")
    SubElement(paths, "Absolute", type="bool").text = "false"
    measurement = SubElement(properties, "Measurement")
    SubElement(measurement, "AreaUnits", type="QString").text = "ha"
    SubElement(measurement, "DistanceUnits", type="QString").text = "meters"
