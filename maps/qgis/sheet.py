"""The print layout of the commune sheet: A3 landscape, one page per row of the layer of sheets."""

from __future__ import annotations

import uuid
from xml.etree.ElementTree import Element, SubElement

from maps.qgis.content import Fill, Line, QgisContent
from maps.qgis.style import symbol

_NAMESPACE = uuid.UUID("0b8f3a4e-5d1c-4b7a-8a52-3c9d0e6f7a10")
#: A3 landscape and the parts of the sheet, in millimetres: left, top, width, height.
_PAGE = (0.0, 0.0, 420.0, 297.0)
_TITLE = (10.0, 8.0, 400.0, 9.0)
_SUBTITLE = (10.0, 17.0, 400.0, 7.0)
_MAP = (20.0, 30.0, 298.0, 252.0)
_LEGEND = (328.0, 29.0, 82.0, 188.0)
_NORTH = (390.0, 222.0, 16.0, 20.0)
_SCALE = (326.0, 226.0, 60.0, 14.0)
_RATIO = (326.0, 243.0, 84.0, 7.0)
_SOURCE = (326.0, 252.0, 84.0, 35.0)

_PAGE_ITEM, _MAP_ITEM, _PICTURE_ITEM, _LABEL_ITEM, _LEGEND_ITEM, _SCALE_ITEM = (
    "65638",
    "65639",
    "65640",
    "65641",
    "65642",
    "65646",
)
_FONT = "Times New Roman"


def sheet_layout(
    content: QgisContent, layer: str, source: str, extent: tuple[float, float, float, float]
) -> Element:
    """Layout driven by the rows of the layer of sheets: ``layer`` is its id in the project."""
    sheets = content.layer(content.sheets)
    root = Element("Layout", name=content.words["layout"], units="mm", printResolution="300")
    pages = SubElement(root, "PageCollection")
    pages.append(symbol(Fill("#ffffff", width_mm=0), ""))
    pages.append(_item("page", _PAGE_ITEM, _PAGE))
    name = f'"{sheets.label}"'
    root.append(_label("title", _TITLE, f"[% upper({name}) %]", 16, bold=True, middle=True))
    root.append(_label("subtitle", _SUBTITLE, content.title, 11, middle=True))
    root.append(_map(content.sheet_theme, extent))
    root.append(_legend(content))
    root.append(_north())
    root.append(_scale_bar())
    scale = "format_number(item_variables('map')['map_scale'], 0, 'vi')"
    ratio = f"{content.words['scale']} 1:[% {scale} %]"
    root.append(_label("ratio", _RATIO, ratio, 10))
    told = f"{content.subtitle}\n{content.crs.name}"
    root.append(_label("source", _SOURCE, f"{content.words['source']}: {told}", 8))
    SubElement(
        root,
        "Atlas",
        enabled="1",
        coverageLayer=layer,
        coverageLayerName=sheets.name,
        coverageLayerSource=source,
        coverageLayerProvider="ogr",
        pageNameExpression=name,
        filenamePattern=f"{name}",
        sortFeatures="1",
        sortKey=name,
        sortAscending="1",
        hideCoverage="0",
        filterFeatures="0",
    )
    return root


def _uuid(name: str) -> str:
    return "{" + str(uuid.uuid5(_NAMESPACE, name)) + "}"


def _item(name: str, kind: str, box: tuple[float, float, float, float], **more: str) -> Element:
    left, top, width, height = box
    root = Element(
        "LayoutItem",
        more,
        type=kind,
        id=name,
        uuid=_uuid(name),
        templateUuid=_uuid(name),
        position=f"{left:g},{top:g},mm",
        positionOnPage=f"{left:g},{top:g},mm",
        size=f"{width:g},{height:g},mm",
        referencePoint="0",
        visibility="1",
        opacity="1",
        frame="false",
        background="false",
        outlineWidthM="0.3,mm",
    )
    SubElement(root, "FrameColor", red="0", green="0", blue="0", alpha="255")
    SubElement(root, "BackgroundColor", red="255", green="255", blue="255", alpha="255")
    return root


def _label(
    name: str,
    box: tuple[float, float, float, float],
    text: str,
    size: int,
    *,
    bold: bool = False,
    middle: bool = False,
) -> Element:
    root = _item(
        name,
        _LABEL_ITEM,
        box,
        labelText=text,
        htmlState="0",
        halign="4" if middle else "1",
        valign="128" if middle else "32",
        marginX="0",
        marginY="0",
    )
    weight = 75 if bold else 50
    SubElement(root, "LabelFont", style="", description=f"{_FONT},{size},-1,5,{weight},0,0,0,0,0")
    SubElement(root, "FontColor", red="0", green="0", blue="0", alpha="255")
    return root


def _map(theme: str, extent: tuple[float, float, float, float]) -> Element:
    root = _item(
        "map",
        _MAP_ITEM,
        _MAP,
        followPreset="true",
        followPresetName=theme,
        keepLayerSet="false",
        mapRotation="0",
    )
    root.set("frame", "true")
    root.set("background", "true")
    west, south, east, north = (f"{value:.9g}" for value in _framed(extent))
    SubElement(root, "Extent", xmin=west, ymin=south, xmax=east, ymax=north)
    # The largest of the project's scales at which the commune fits into the frame.
    SubElement(root, "AtlasMap", atlasDriven="1", scalingMode="1", margin="0.05")
    root.append(_grid())
    return root


def _framed(extent: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    """Extent in the shape of the frame: QGIS gives the frame the shape of the extent otherwise."""
    west, south, east, north = extent
    half = max((east - west) / _MAP[2], (north - south) / _MAP[3]) / 2
    x, y = (west + east) / 2, (south + north) / 2
    return x - half * _MAP[2], y - half * _MAP[3], x + half * _MAP[2], y + half * _MAP[3]


def _grid() -> Element:
    """Lines of the grid every five kilometres, with their coordinates at the frame."""
    outside = {f"{side}AnnotationPosition": "1" for side in ("left", "right", "top", "bottom")}
    root = Element(
        "ComposerMapGrid",
        outside,
        name="VN-2000",
        uuid=_uuid("grid"),
        show="1",
        intervalX="5000",
        intervalY="5000",
        offsetX="0",
        offsetY="0",
        gridStyle="0",
        unit="0",
        showAnnotation="1",
        annotationFormat="0",
        annotationPrecision="0",
        frameAnnotationDistance="1",
        annotationFontColor="90,90,90,255",
        leftAnnotationDirection="1",
        rightAnnotationDirection="1",
    )
    line = SubElement(root, "lineStyle")
    line.append(symbol(Line("#6fa8c9", 0.08), ""))
    SubElement(
        root,
        "annotationFontProperties",
        style="",
        description=f"{_FONT},7,-1,5,50,0,0,0,0,0",
    )
    return root


def _legend(content: QgisContent) -> Element:
    root = _item(
        "legend",
        _LEGEND_ITEM,
        _LEGEND,
        title=content.words["legend"],
        resizeToContents="1",
        legendFilterByAtlas="1",
        map_uuid=_uuid("map"),
        symbolWidth="7",
        symbolHeight="4",
        columnCount="1",
    )
    styles = SubElement(root, "styles")
    for name, size in (("title", 11), ("group", 9), ("subgroup", 9), ("symbol", 8)):
        style = SubElement(styles, "style", name=name, marginTop="1.5")
        SubElement(style, "styleFont", style="", description=f"{_FONT},{size},-1,5,50,0,0,0,0,0")
    label = SubElement(styles, "style", name="symbolLabel", marginTop="1", marginLeft="2")
    SubElement(label, "styleFont", style="", description=f"{_FONT},8,-1,5,50,0,0,0,0,0")
    return root


def _north() -> Element:
    return _item(
        "north",
        _PICTURE_ITEM,
        _NORTH,
        file=":/images/north_arrows/layout_default_north_arrow.svg",
        mapUuid=_uuid("map"),
        northMode="0",
        mode="0",
    )


def _scale_bar() -> Element:
    root = _item(
        "scale bar",
        _SCALE_ITEM,
        _SCALE,
        style="Single Box",
        mapUuid=_uuid("map"),
        unitType="km",
        unitLabel="km",
        numSegments="2",
        numSegmentsLeft="0",
        numUnitsPerSegment="1",
        numMapUnitsPerScaleBarUnit="1",
        segmentSizeMode="1",
        minBarWidth="35",
        maxBarWidth="56",
        height="2",
        boxContentSpace="1",
    )
    for tag in ("fillColor", "strokeColor"):
        SubElement(root, tag, red="0", green="0", blue="0", alpha="255")
    SubElement(root, "fillColor2", red="255", green="255", blue="255", alpha="255")
    return root
