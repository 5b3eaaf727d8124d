"""The scale that the circular lists for a commune map, and the paper that holds it.

Circular 33/2018/TT-BNNPTNT as amended by 16/2023: by natural area, one step either way allowed
(``data/map_scales.csv``).
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import Literal

from layers.base.resources import data_table
from maps.atlas.map_frame import MapWindow, centred_window
from maps.atlas.sheet_layout import LEGAL_PAPERS, SheetLayout, lay_out

#: Between the commune and the frame.
_MARGIN_MM = 3.0
Bounds = tuple[float, float, float, float]
#: The listed scale, or the one beside it that the circular allows.
ScaleStep = Literal["listed", "finer", "coarser"]


@dataclass(frozen=True, slots=True)
class LegalSheets:
    """Sheets of one commune: all on one paper at one scale, from the north-west."""

    layout: SheetLayout
    windows: tuple[MapWindow, ...]
    listed: int  # Denominator that the circular lists for the natural area


def listed_scale(natural_area_ha: float) -> int:
    """Denominator of the scale that the circular lists for a natural area."""
    for _, row in data_table("map_scales.csv").iterrows():
        end = math.inf if math.isnan(row["up_to_ha"]) else float(row["up_to_ha"])
        if natural_area_ha < end or (natural_area_ha == end and row["including"] == "yes"):
            return int(row["denominator"])
    return int(data_table("map_scales.csv")["denominator"].max())


def legal_sheets(
    bounds_m: Bounds, natural_area_ha: float, *, preferred: ScaleStep = "listed"
) -> LegalSheets:
    """Smallest paper that holds a commune at the preferred scale, else a coarser one, else several.

    The preferred scale is the listed one or one step beside it; none is more than a step away. The
    extent is in metres of the CRS that the sheet is drawn in.
    """
    listed = listed_scale(natural_area_ha)
    steps = sorted(int(value) for value in data_table("map_scales.csv")["denominator"])
    place = steps.index(listed)
    allowed = steps[place : place + 2]
    if preferred == "finer":
        allowed = steps[max(place - 1, 0) : place + 2]
    elif preferred == "coarser":
        allowed = allowed[-1:]
    layouts = [lay_out(paper, portrait=tall) for paper in LEGAL_PAPERS for tall in (False, True)]
    for denominator, layout in itertools.product(allowed, layouts):
        if _parts(bounds_m, layout, denominator) == (1, 1):
            frame = layout.frame
            window = centred_window(bounds_m, (frame.width, frame.height), denominator)
            return LegalSheets(layout, (window,), listed)
    return _several(bounds_m, layouts[-2], allowed[-1], listed)


def _parts(bounds_m: Bounds, layout: SheetLayout, denominator: int) -> tuple[int, int]:
    """How many frames an extent needs beside and below each other."""
    west, south, east, north = bounds_m
    metres = denominator / 1000
    wide = (layout.frame.width - 2 * _MARGIN_MM) * metres
    high = (layout.frame.height - 2 * _MARGIN_MM) * metres
    # A hair of tolerance: an extent that fits exactly must not be pushed out by binary dust.
    return (
        max(math.ceil((east - west) / wide - 1e-9), 1),
        max(math.ceil((north - south) / high - 1e-9), 1),
    )


def _several(bounds_m: Bounds, layout: SheetLayout, denominator: int, listed: int) -> LegalSheets:
    """Frames side by side over an extent that no paper holds."""
    across, down = _parts(bounds_m, layout, denominator)
    west, south, east, north = bounds_m
    width, height = (east - west) / across, (north - south) / down
    windows = tuple(
        centred_window(
            (
                west + column * width,
                north - (row + 1) * height,
                west + (column + 1) * width,
                north - row * height,
            ),
            (layout.frame.width, layout.frame.height),
            denominator,
        )
        for row in range(down)
        for column in range(across)
    )
    return LegalSheets(layout, windows, listed)
