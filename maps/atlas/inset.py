"""The small map of a sheet: where it lies in the province."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely

from layers.base.language import Language, Phrase
from maps.atlas.book import Inset
from maps.atlas.map_frame import MapFrame, MapWindow
from maps.atlas.sheet import Box, Sheet
from maps.layout.words import phrase
from maps.symbols.legends import AreaSymbol, LineSymbol

_NOTHING = Phrase(en="", vi="")
_LAND = AreaSymbol("", _NOTHING, "#F4F1E8")
_HERE = AreaSymbol("", _NOTHING, "#C00000")


def draw_inset(
    sheet: Sheet,
    box: Box,
    inset: Inset,
    place: int,
    *,
    windows: Sequence[MapWindow],
    window: MapWindow,
    language: Language,
    scale: float,
) -> None:
    """Outlines with the one at ``place``, and frames of the sheets; several are numbered."""
    words = phrase("sheet.location").text(language)
    sheet.text(box.centre, box.top + 2 * scale, words, size=8 * scale, style="bold", align="center")
    frame = MapFrame(sheet, box, inset.window)
    frame.areas(inset.outlines, _LAND, edge="#888888")
    frame.areas(inset.outlines[place : place + 1], _HERE, edge="#600000")
    for number, one in enumerate(windows, start=1):
        shown = np.array([shapely.box(*one.bounds_m)], dtype=object)
        frame.lines(shown, LineSymbol("", _NOTHING, "#C00000", 1.2 if one == window else 0.4))
        if len(windows) > 1:
            x, y = frame.paper_mm(shapely.get_coordinates(shapely.centroid(shown)))[0]
            sheet.text(float(x), float(y), str(number), size=8 * scale, align="center")
    sheet.rectangle(box, edge="#000000", width_pt=0.6)
