"""Print layouts of the commune sheets: one per paper and scale, one page per row of the sheets.

Each row is the frame of its sheet and says its scale: QGIS prints what the atlas prints.
"""

from __future__ import annotations

import uuid
from xml.etree.ElementTree import Element, SubElement

from maps.qgis.content import Fill, Line, QgisContent, QgisLayer, SheetPaper, layer_id
from maps.qgis.style import symbol

_NAMESPACE = uuid.UUID("0b8f3a4e-5d1c-4b7a-8a52-3c9d0e6f7a10")
_PAGE_ITEM, _MAP_ITEM, _PICTURE_ITEM, _LABEL_ITEM, _LEGEND_ITEM, _SCALE_ITEM = (
    "65638",
    "65639",
    "65640",
    "65641",
    "65642",
    "65646",
)
_FONT = "Times New Roman"
#: Metres between lines of the grid, 4 to 5 cm on paper, as in the atlas; of other scales 4 cm.
_GRID_M = {5_000: 200, 10_000: 500, 25_000: 1_000, 50_000: 2_000, 100_000: 5_000}
Box = tuple[float, ...]


def sheet_layout(content: QgisContent, paper: SheetPaper, layer: str, source: str) -> Element:
    """Layout of a paper, driven by its rows of the layer of sheets: ``layer`` is its id."""
    root = Element("Layout", name=paper.name, units="mm", printResolution="300")
    pages = SubElement(root, "PageCollection")
    pages.append(symbol(Fill("#ffffff", width_mm=0), ""))
    pages.append(_item("page", _PAGE_ITEM, (0.0, 0.0, *paper.size)))
    k = paper.text
    left, top, wide, high = paper.title
    title = (left, top, wide, high * 0.6)
    under = (left, top + high * 0.6, wide, high * 0.4)
    root.append(_label("title", title, '[% upper("sheet") %]', 16 * k, bold=True, middle=True))
    root.append(_label("subtitle", under, content.title, 11 * k, middle=True))
    root.append(_map(content, paper))
    for item in _panel(content, paper):
        root.append(item)
    root.append(_atlas(content.layer(content.sheets), paper, layer, source))
    return root


def _panel(content: QgisContent, paper: SheetPaper) -> list[Element]:
    """Legend, north arrow, scale and sources, beside the map."""
    k = paper.text
    left, top, wide, high = paper.panel
    foot = top + high
    ratio = f"{content.words['scale']} 1:[% format_number(\"scale\", 0, 'vi') %]"
    told = f"{content.words['source']}: {content.subtitle}\n{content.crs.name}"
    return [
        _legend(content, (left, top, wide, high - 72 * k), k),
        _scale_bar((left, foot - 68 * k, wide - 24 * k, 14 * k), paper.scale),
        _north((left + wide - 20 * k, foot - 68 * k, 16 * k, 20 * k)),
        _label("ratio", (left, foot - 53 * k, wide - 24 * k, 7 * k), ratio, 12 * k, bold=True),
        _label("scale text", (left, foot - 45 * k, wide, 9 * k), '[% "scale_text" %]', 8 * k),
        _label("source", (left, foot - 35 * k, wide, 35 * k), told, 8 * k),
    ]


def _atlas(sheets: QgisLayer, paper: SheetPaper, layer: str, source: str) -> Element:
    quoted = paper.paper.replace("'", "''")
    filtered = f'"paper" = \'{quoted}\' AND "scale" = {paper.scale}'
    return Element(
        "Atlas",
        enabled="1",
        coverageLayer=layer,
        coverageLayerName=sheets.name,
        coverageLayerSource=source,
        coverageLayerProvider="ogr",
        pageNameExpression='"sheet"',
        filenamePattern='"sheet"',
        sortFeatures="1",
        sortKey='"sheet"',
        sortAscending="1",
        hideCoverage="1",
        filterFeatures="1",
        featureFilter=filtered,
    )


def _uuid(name: str) -> str:
    return "{" + str(uuid.uuid5(_NAMESPACE, name)) + "}"


def _item(name: str, kind: str, box: Box, **more: str) -> Element:
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
    box: Box,
    text: str,
    size: float,
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
    SubElement(root, "LabelFont", style="", description=f"{_FONT},{size:g},-1,5,{weight},0,0,0,0,0")
    SubElement(root, "FontColor", red="0", green="0", blue="0", alpha="255")
    return root


def _map(content: QgisContent, paper: SheetPaper) -> Element:
    root = _item(
        "map",
        _MAP_ITEM,
        paper.frame,
        followPreset="true",
        followPresetName=content.sheet_theme,
        keepLayerSet="false",
        mapRotation="0",
    )
    root.set("frame", "true")
    root.set("background", "true")
    # The extent gives the frame its shape and scale: that of the first sheet has both.
    sheets = content.layer(content.sheets).frame
    mine = None
    if sheets is not None:
        mine = sheets[sheets["paper"].eq(paper.paper) & sheets["scale"].eq(paper.scale)]
    west, south, east, north = (0, 0, 1, 1) if mine is None else mine.geometry.iloc[0].bounds
    SubElement(
        root,
        "Extent",
        xmin=f"{west:.9g}",
        ymin=f"{south:.9g}",
        xmax=f"{east:.9g}",
        ymax=f"{north:.9g}",
    )
    # The scale stays; the map moves to the middle of each frame.
    SubElement(root, "AtlasMap", atlasDriven="1", scalingMode="0", margin="0")
    root.append(_grid(_GRID_M.get(paper.scale, paper.scale * 0.04)))
    return root


def _grid(apart_m: float) -> Element:
    """Lines of the grid, with their coordinates at the frame."""
    outside = {f"{side}AnnotationPosition": "1" for side in ("left", "right", "top", "bottom")}
    root = Element(
        "ComposerMapGrid",
        outside,
        name="VN-2000",
        uuid=_uuid("grid"),
        show="1",
        intervalX=f"{apart_m:g}",
        intervalY=f"{apart_m:g}",
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


def _legend(content: QgisContent, box: Box, k: float) -> Element:
    root = _item(
        "legend",
        _LEGEND_ITEM,
        box,
        title=content.words["legend"],
        resizeToContents="1",
        legendFilterByAtlas="1",
        map_uuid=_uuid("map"),
        symbolWidth=f"{7 * k:g}",
        symbolHeight=f"{4 * k:g}",
        columnCount="1",
    )
    styles = SubElement(root, "styles")
    for name, size in (("title", 11), ("group", 9), ("subgroup", 9), ("symbol", 8)):
        style = SubElement(styles, "style", name=name, marginTop="1.5")
        SubElement(
            style, "styleFont", style="", description=f"{_FONT},{size * k:g},-1,5,50,0,0,0,0,0"
        )
    root.append(_legend_tree(content))
    label = SubElement(styles, "style", name="symbolLabel", marginTop="1", marginLeft="2")
    SubElement(label, "styleFont", style="", description=f"{_FONT},{8 * k:g},-1,5,50,0,0,0,0,0")
    return root


def _legend_tree(content: QgisContent) -> Element:
    """Layers of the sheet in the legend, with the symbols that are drawn inside its commune."""
    root = Element("layer-tree-group")
    shown = content.themes.get(content.sheet_theme, ())
    for layer in content.layers:
        if layer.table not in shown:
            continue
        node = SubElement(
            root,
            "layer-tree-layer",
            id=layer_id(layer.table),
            name=layer.name,
            providerKey="ogr",
            checked="Qt::Checked",
            expanded="1",
        )
        if layer.in_sheet:
            listed = SubElement(SubElement(node, "customproperties"), "Option", type="Map")
            for name, kind, value in (
                ("legend/expressionFilter", "QString", layer.in_sheet),
                ("legend/expressionFilterEnabled", "bool", "true"),
            ):
                SubElement(listed, "Option", name=name, type=kind, value=value)
    return root


def _north(box: Box) -> Element:
    return _item(
        "north",
        _PICTURE_ITEM,
        box,
        file=":/images/north_arrows/layout_default_north_arrow.svg",
        mapUuid=_uuid("map"),
        northMode="0",
        mode="0",
    )


def _scale_bar(box: Box, denominator: int) -> Element:
    root = _item(
        "scale bar",
        _SCALE_ITEM,
        box,
        style="Single Box",
        mapUuid=_uuid("map"),
        unitType="km",
        unitLabel="km",
        numSegments="4",
        numSegmentsLeft="0",
        # Two centimetres of paper: 0.5 km at 1:25,000.
        numUnitsPerSegment=f"{denominator / 50_000:g}",
        numMapUnitsPerScaleBarUnit="1",
        segmentSizeMode="0",
        height="2",
        boxContentSpace="1",
    )
    for tag in ("fillColor", "strokeColor"):
        SubElement(root, tag, red="0", green="0", blue="0", alpha="255")
    SubElement(root, "fillColor2", red="255", green="255", blue="255", alpha="255")
    return root
