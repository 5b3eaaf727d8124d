"""Plots as a picture of classes with a palette for each legend: one picture, whatever the colours.

The picture is a PNG in Web Mercator with one byte per cell, the class. Only its palette (the chunk
``PLTE``) differs between legends, so the page carries the picture once: what stands before the
palette, the palettes, and the rest. Each part is a multiple of three bytes long, so that their
base-64 texts can be written one after the other.
"""

from __future__ import annotations

import base64
import struct
import zlib
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pyproj
import shapely
from rasterio.features import rasterize
from rasterio.transform import from_bounds

from layers.crs.transform import WGS84, to_crs
from maps.interactive.content import ColouredPlots

#: Cells of the longer side, the finest first; the first whose picture is small enough is taken.
_SIDES = (2000, 1600, 1200, 900, 600)
_LIMIT_BYTES = 600_000
_MERCATOR = pyproj.CRS("EPSG:3857")
_SIGNATURE = b"\x89PNG\r\n\x1a\n"

Cells = npt.NDArray[np.uint8]


def picture_entry(coloured: ColouredPlots) -> dict[str, Any] | None:
    """Picture of coloured plots as the page carries it; None where there is nothing to draw."""
    plots = coloured.plots[~(coloured.plots.geometry.isna() | coloured.plots.geometry.is_empty)]
    if plots.empty:
        return None
    drawn = to_crs(plots[["class", "geometry"]], _MERCATOR)
    head, rest = _finest(drawn)
    west, south, east, north = to_crs(_corners(drawn), WGS84).total_bounds
    return {
        "parts": [_text(head), _text(rest)],
        "bounds": [[float(south), float(west)], [float(north), float(east)]],
        "legends": [
            {
                "id": legend.legend,
                "name": {"vi": legend.name.vi, "en": legend.name.en},
                "palette": _text(_palette(legend.colours)),
                "entries": [[name.vi, name.en, colour] for name, colour in legend.entries],
            }
            for legend in coloured.legends
        ],
    }


def _text(part: bytes) -> str:
    return base64.b64encode(part).decode("ascii")


def _corners(drawn: gpd.GeoDataFrame) -> gpd.GeoSeries:
    west, south, east, north = drawn.total_bounds
    return gpd.GeoSeries(shapely.points([[west, south], [east, north]]), crs=drawn.crs)


def _finest(drawn: gpd.GeoDataFrame) -> tuple[bytes, bytes]:
    """Head and rest of the finest picture that fits into the page; the coarsest always does."""
    for side in _SIDES:
        cells = draw_cells(drawn, side=side)
        head, rest = _png(cells)
        if len(rest) <= _LIMIT_BYTES:
            break
    return head, rest


def draw_cells(drawn: gpd.GeoDataFrame, *, side: int) -> Cells:
    """Class of the plot in each cell, 0 for none; ``side`` cells on the longer side."""
    west, south, east, north = drawn.total_bounds
    longer = max(east - west, north - south)
    width, height = (max(round(side * part / longer), 1) for part in (east - west, north - south))
    shapes = zip(drawn.geometry, drawn["class"].astype(int), strict=True)
    cells: Cells = rasterize(
        shapes,
        out_shape=(height, width),
        transform=from_bounds(west, south, east, north, width, height),
        fill=0,
        dtype="uint8",
    )
    return cells


def _png(cells: Cells) -> tuple[bytes, bytes]:
    """What stands before the palette, and what stands after it."""
    height, width = cells.shape
    head = _SIGNATURE + _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0))
    # Each line begins with its filter: none, which suits classes.
    lines = np.zeros((height, width + 1), dtype=np.uint8)
    lines[:, 1:] = cells
    packed = zlib.compress(lines.tobytes(), 9)
    return head, _chunk(b"tRNS", b"\0") + _chunk(b"IDAT", packed) + _chunk(b"IEND", b"")


def _palette(colours: tuple[str, ...]) -> bytes:
    """Chunk of colours: class 0, which is not seen, then the classes."""
    return _chunk(b"PLTE", bytes(3) + b"".join(bytes.fromhex(code[1:]) for code in colours))


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
