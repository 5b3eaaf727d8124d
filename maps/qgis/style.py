"""Styles as QGIS reads them: renderer, labels, names of fields, in XML.

The same elements stand in the default style of a table (``layer_styles``) and in the project file.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from xml.etree.ElementTree import Element, SubElement, tostring

from maps.qgis.content import (
    Categories,
    Fill,
    Line,
    Marker,
    OfSheet,
    OtherStyle,
    QgisLayer,
    Ranges,
    Style,
)

#: Oldest QGIS that reads these elements as they stand (long-term release of 2021).
QGIS_VERSION = "3.22.0"

#: Hatches of the tables of symbols as brush styles of QGIS.
_BRUSHES = {
    "/": "b_diagonal",
    "\\": "f_diagonal",
    "|": "vertical",
    "-": "horizontal",
    "+": "cross",
    "x": "diagonal_x",
    ".": "dense6",
    "o": "dense5",
    "O": "dense5",
    "*": "dense4",
}
#: Symbols of what is no area.
_KINDS = {Line: "line", Marker: "marker"}
#: Where labels stand: beside a point, along a line, level inside an area.
_PLACES = {Marker: ("6", "PointGeometry"), Line: ("2", "LineGeometry")}


def layer_style(layer: QgisLayer, fields: Iterable[str]) -> list[Element]:
    """Renderer, labels, names and words of the fields of a layer."""
    names = list(fields)
    parts = [] if layer.style is None else [_renderer(layer.style)]
    if layer.style is not None and layer.label:
        parts.append(_labels(layer))
    form = [_widgets(names, layer.words), _aliases(names, layer.aliases)]
    return [*parts, *form, _editable(names, layer.locked)]


def other_style(layer: QgisLayer, other: OtherStyle) -> QgisLayer:
    """Layer as it is drawn in another of its styles."""
    return replace(layer, style=other.style, label=other.label, label_is_expression=True)


def style_document(layer: QgisLayer, fields: Iterable[str]) -> str:
    """Style of a layer as the document that ``layer_styles`` holds."""
    return "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n" + tostring(
        style_element(layer, fields), encoding="unicode"
    )


def style_element(layer: QgisLayer, fields: Iterable[str]) -> Element:
    """Style of a layer as a whole."""
    root = Element("qgis", version=QGIS_VERSION, styleCategories="AllStyleCategories")
    if layer.style is not None and layer.label:
        root.set("labelsEnabled", "1")
    root.extend(layer_style(layer, fields))
    return root


def _renderer(style: Style) -> Element:
    if isinstance(style, Categories):
        root = Element("renderer-v2", type="categorizedSymbol", attr=style.field)
        listed, symbols = SubElement(root, "categories"), SubElement(root, "symbols")
        for number, (value, name, fill) in enumerate(style.symbols):
            SubElement(
                listed, "category", value=value, label=name, symbol=str(number), render="true"
            )
            symbols.append(symbol(fill, str(number)))
        return root
    if isinstance(style, Ranges):
        root = Element(
            "renderer-v2",
            type="graduatedSymbol",
            attr=style.field,
            graduatedMethod="GraduatedColor",
        )
        listed, symbols = SubElement(root, "ranges"), SubElement(root, "symbols")
        # QGIS takes the first range that holds a value, ends included: the highest comes first.
        for number, (low, high, name, fill) in enumerate(reversed(style.symbols)):
            SubElement(
                listed,
                "range",
                lower=repr(float(low)),
                upper=repr(float(high)),
                label=name,
                symbol=str(number),
                render="true",
            )
            symbols.append(symbol(fill, str(number)))
        return root
    if isinstance(style, OfSheet):
        return _of_sheet(style)
    root = Element("renderer-v2", type="singleSymbol")
    SubElement(root, "symbols").append(symbol(style, "0"))
    return root


def _of_sheet(style: OfSheet) -> Element:
    """Rules of a layer of areas in a sheet: those around its own are covered."""
    root = Element("renderer-v2", type="RuleRenderer", symbollevels="0")
    rules, symbols = SubElement(root, "rules", key="{sheet}"), SubElement(root, "symbols")
    parts = ((style.is_other, style.others), ("ELSE", style.own))
    for number, (rule, (name, fill)) in enumerate(parts):
        SubElement(
            rules, "rule", key=f"{{sheet-{number}}}", filter=rule, symbol=str(number), label=name
        )
        symbols.append(symbol(fill, str(number)))
    return root


def symbol(style: Fill | Line | Marker, name: str) -> Element:
    """Symbol of an area, a line or a point."""
    kind = _KINDS.get(type(style), "fill")
    root = Element("symbol", type=kind, name=name, alpha="1", clip_to_extent="1", force_rhr="0")
    if isinstance(style, Line):
        _part(
            root,
            "SimpleLine",
            line_color=colour(style.colour),
            line_width=f"{style.width_mm:g}",
            line_width_unit="MM",
            line_style="dash" if style.dashed else "solid",
        )
        return root
    if isinstance(style, Marker):
        _part(
            root,
            "SimpleMarker",
            name="cross_fill",
            color=colour(style.colour),
            outline_color=colour(style.outline),
            size=f"{style.size_mm:g}",
            size_unit="MM",
        )
        return root
    outline = {
        "outline_color": colour(style.outline),
        "outline_style": "solid" if style.width_mm > 0 else "no",
        "outline_width": f"{style.width_mm:g}",
        "outline_width_unit": "MM",
    }
    plain = {"style": "solid", "color": colour(style.colour)} if style.colour else {"style": "no"}
    _part(root, "SimpleFill", **plain, **outline)
    if style.hatch:
        _part(
            root,
            "SimpleFill",
            style=_BRUSHES[style.hatch[0]],
            color=colour(style.hatch_colour),
            outline_style="no",
        )
    return root


def _part(root: Element, kind: str, **settings: str) -> None:
    part = SubElement(root, "layer", {"class": kind, "enabled": "1", "locked": "0", "pass": "0"})
    listed = SubElement(part, "Option", type="Map")
    for key, value in settings.items():
        SubElement(listed, "Option", type="QString", name=key, value=value)


def colour(code: str) -> str:
    """Colour ``#RRGGBB`` as QGIS writes it: red, green, blue, opacity."""
    red, green, blue = (int(code[at : at + 2], 16) for at in (1, 3, 5))
    return f"{red},{green},{blue},255"


def _labels(layer: QgisLayer) -> Element:
    root = Element("labeling", type="simple")
    settings = SubElement(root, "settings", calloutType="simple")
    text = SubElement(
        settings,
        "text-style",
        fieldName=layer.label,
        isExpression="1" if layer.label_is_expression else "0",
        fontFamily="Times New Roman",
        fontSize="6" if layer.label_is_expression else "8",
        fontSizeUnit="Point",
        textColor="30,30,30,255",
        textOpacity="1",
    )
    SubElement(
        text,
        "text-buffer",
        bufferDraw="1",
        bufferSize="0.7",
        bufferSizeUnits="MM",
        bufferColor="255,255,255,255",
        bufferOpacity="1",
    )
    place, shapes = _PLACES.get(type(layer.style), ("4", "PolygonGeometry"))
    # Two millimetres beside a point or above a line; areas have their labels inside.
    SubElement(
        settings, "placement", placement=place, layerType=shapes, priority="5", dist="2",
        distUnits="MM", placementFlags="2",
    )  # fmt: skip
    # A lot without room for its label has none, as in the atlas; names of communes stand anyway.
    inside = "1" if layer.label_is_expression and shapes == "PolygonGeometry" else "0"
    SubElement(
        settings, "rendering", drawLabels="1", fontLimitPixelSize="0", obstacle="1",
        fitInPolygonOnly=inside,
    )  # fmt: skip
    return root


def _widgets(fields: Iterable[str], words: Mapping[str, Mapping[str, str]]) -> Element:
    """Form of a layer: fields with words are lists to choose from; row numbers do not show."""
    root = Element("fieldConfiguration")
    for name in fields:
        widget = SubElement(SubElement(root, "field", name=name), "editWidget", type="")
        config = SubElement(widget, "config")
        if name not in words:
            SubElement(config, "Option")
            widget.set("type", "Hidden" if name == "fid" else "")
            continue
        widget.set("type", "ValueMap")
        listed = SubElement(SubElement(config, "Option", type="Map"), "Option")
        listed.attrib.update(type="List", name="map")
        for code, word in words[name].items():
            entry = SubElement(listed, "Option", type="Map")
            SubElement(entry, "Option", type="QString", name=word, value=code)
    return root


def _aliases(fields: Iterable[str], aliases: Mapping[str, str]) -> Element:
    root = Element("aliases")
    for number, name in enumerate(fields):
        SubElement(root, "alias", field=name, index=str(number), name=aliases.get(name, ""))
    return root


def _editable(fields: Iterable[str], locked: Iterable[str]) -> Element:
    root, kept = Element("editable"), set(locked)
    for name in fields:
        SubElement(root, "field", name=name, editable="0" if name in kept else "1")
    return root
