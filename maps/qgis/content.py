"""What a QGIS project is made of: layers with their styles, groups, themes and the sheet."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import geopandas as gpd
import pandas as pd
import pyproj

from layers.base.errors import InputError

_NAMESPACE = uuid.UUID("6d0c1a55-6f5d-4f0e-9d6e-1f2a4f7b9c11")
_TABLE = re.compile(r"[a-z][a-z0-9_]*\Z")


@dataclass(frozen=True, slots=True)
class Fill:
    """How an area is drawn: colours as ``#RRGGBB``, empty for none; lines in millimetres."""

    colour: str = ""
    outline: str = "#808080"
    width_mm: float = 0.1
    hatch: str = ""  # As the tables of symbols write it: ``////``, ``xxxx``, ``....``
    hatch_colour: str = "#000000"


@dataclass(frozen=True, slots=True)
class Line:
    """How a line is drawn: colour as ``#RRGGBB``, width in millimetres."""

    colour: str
    width_mm: float = 0.3
    dashed: bool = False


@dataclass(frozen=True, slots=True)
class Marker:
    """How a point is drawn: a cross, colours as ``#RRGGBB``, size in millimetres."""

    colour: str
    outline: str = "#000000"
    size_mm: float = 4.0


@dataclass(frozen=True, slots=True)
class Categories:
    """One symbol per value of a field."""

    field: str
    symbols: tuple[tuple[str, str, Fill], ...]  # Value, its name in the legend, symbol


@dataclass(frozen=True, slots=True)
class Ranges:
    """One symbol per range of a number; a value on a border belongs to the higher range."""

    field: str
    symbols: tuple[tuple[float, float, str, Fill], ...]  # From, below, name in the legend, symbol


@dataclass(frozen=True, slots=True)
class OfSheet:
    """Areas around that of the sheet that is printed are covered; elsewhere none is."""

    field: str  # Field that says which area it is; the layer of sheets has it as ``sheet_field``
    sheet_field: str
    own: tuple[str, Fill]  # Name in the legend and symbol of the area of the sheet
    others: tuple[str, Fill]

    @property
    def is_other(self) -> str:
        """Expression of QGIS: whether an area is another than that of the sheet."""
        return f'"{self.field}" <> {sheet_value(self.sheet_field, self.field)}'


def sheet_value(sheet_field: str, field: str) -> str:
    """Expression of QGIS: a field of the sheet that is printed; ``field`` itself where none is."""
    return f"coalesce(try(attribute(@atlas_feature, '{sheet_field}')), \"{field}\")"


Style = Fill | Line | Marker | Categories | Ranges | OfSheet


@dataclass(frozen=True, slots=True)
class QgisLayer:
    """One layer of the project: a table of the GeoPackage, or rows of one joined to polygons."""

    table: str  # Name in the GeoPackage, lower-case letters, digits and underscores
    name: str  # Name in the tree of layers
    group: str  # Group that it stands in
    style: Style | None  # None for a table without geometry
    # Rows; a GeoDataFrame in the CRS of the project, or a plain frame without geometry
    frame: pd.DataFrame | None = None
    # In place of ``frame``: table of figures, field and value that choose its rows, and the layer
    # whose polygons they take by ``key``
    joined: Joined | None = None
    aliases: Mapping[str, str] = field(default_factory=dict)  # Field to its name with the unit
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  # Field to code to word
    locked: tuple[str, ...] = ()  # Fields that the form shows and does not let change
    label: str = ""  # Field that is written on the map, or an expression of QGIS
    label_is_expression: bool = False
    shown: bool = True  # Whether it is switched on when the project is opened
    # Expression of QGIS: rows whose symbols the legend of a sheet has; all where there is none
    in_sheet: str = ""
    # Styles that a reader may choose in place of the first
    others: tuple[OtherStyle, ...] = ()


@dataclass(frozen=True, slots=True)
class OtherStyle:
    """A style that a reader may choose for a layer, with the expression of its labels."""

    name: str
    style: Style
    label: str


@dataclass(frozen=True, slots=True)
class Joined:
    """Rows of a table of figures with the polygons of a layer."""

    table: str
    field: str
    value: str
    polygons: str
    key: str


@dataclass(frozen=True, slots=True)
class SheetPaper:
    """A paper and scale of sheets: millimetres from the top left (left, top, width, height)."""

    name: str  # Name of the layout
    paper: str  # What the field ``paper`` of its sheets says
    scale: int  # Denominator, as the field ``scale`` says it
    size: tuple[float, float]
    title: tuple[float, ...]
    frame: tuple[float, ...]
    panel: tuple[float, ...]
    text: float = 1.0  # Size of texts against those of A3


@dataclass(frozen=True, slots=True)
class QgisContent:
    """Everything a QGIS project shows.

    Parameters
    ----------
    title : str
        Title of the project and of the sheets.
    subtitle : str
        Second line of the sheets.
    crs : pyproj.CRS
        CRS of every layer and of the map.
    layers : tuple of QgisLayer
        In the order of drawing, the uppermost first.
    themes : mapping of str to tuple of str
        Name of a map theme to the tables that it shows.
    sheets : str
        Table of the layer with the frame of one sheet per row: fields ``sheet`` (its title),
        ``paper``, ``scale`` (the denominator) and ``scale_text`` (what is said of it).
    papers : tuple of SheetPaper
        Papers and scales of the sheets; each is a layout.
    sheet_theme : str
        Theme that the sheets show.
    sheet_style : str
        Style that layers have in this theme, where they have one of that name.
    words : mapping of str to str
        Words of the sheet: ``legend``, ``source``, ``scale``.
    scales : tuple of int
        Denominators that the canvas offers.
    """

    title: str
    subtitle: str
    crs: pyproj.CRS
    layers: tuple[QgisLayer, ...]
    themes: Mapping[str, tuple[str, ...]]
    sheets: str
    papers: tuple[SheetPaper, ...]
    sheet_theme: str
    sheet_style: str
    words: Mapping[str, str]
    scales: tuple[int, ...]

    def __post_init__(self) -> None:
        """Refuse tables that a GeoPackage does not take, or that stand in it twice."""
        tables = [layer.table for layer in self.layers]
        wrong = [name for name in tables if not _TABLE.match(name)]
        wrong += sorted({name for name in tables if tables.count(name) > 1})
        if wrong:
            raise InputError("maps.qgis.table_names", names=wrong)

    def layer(self, table: str) -> QgisLayer:
        """Layer of a table."""
        return next(layer for layer in self.layers if layer.table == table)


def layer_id(table: str) -> str:
    """Name by which a project file knows the layer of a table."""
    return f"{table}_{uuid.uuid5(_NAMESPACE, table).hex}"


def drawn_layers(layers: Iterable[QgisLayer]) -> list[QgisLayer]:
    """Layers with a geometry."""
    return [
        layer
        for layer in layers
        if layer.joined is not None or isinstance(layer.frame, gpd.GeoDataFrame)
    ]
