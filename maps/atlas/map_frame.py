"""A map inside its frame: ground coordinates on paper at a true scale, grid, scale bar, north."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely
from matplotlib.path import Path as Outline

from layers.base.errors import InputError
from layers.base.language import Language, format_number
from maps.atlas.sheet import MM_TO_PT, Box, Sheet
from maps.layout.words import phrase
from maps.symbols.legends import AreaSymbol, LineSymbol

Geometries = npt.NDArray[np.object_]
Floats = npt.NDArray[np.float64]

#: Less than a dot of a 1200 dpi printer.
_INVISIBLE_MM = 0.02
_GRID_PAPER_MM = 35.0
_BAR_PAPER_MM = 64.0
_BAR_PARTS = 4
#: Denominators that a printed map may have.
SCALES = (
    *(1_000, 1_500, 2_000, 2_500, 3_000, 4_000, 5_000, 7_500),
    *(10_000, 12_500, 15_000, 20_000, 25_000, 30_000, 35_000, 40_000, 50_000, 60_000, 75_000),
    *(80_000, 90_000),
    *(100_000, 125_000, 150_000, 200_000, 250_000, 300_000, 400_000, 500_000, 600_000, 750_000),
    *(1_000_000, 1_250_000, 1_500_000, 2_000_000, 2_500_000, 3_000_000, 4_000_000, 5_000_000),
)


@dataclass(frozen=True, slots=True)
class MapWindow:
    """The ground that a map frame shows: corner in the CRS, size on paper, true scale 1:n."""

    left_m: float
    bottom_m: float
    width_mm: float
    height_mm: float
    denominator: int

    @property
    def metres_per_mm(self) -> float:
        """Metres of ground under one millimetre of paper."""
        return self.denominator / 1000

    @property
    def bounds_m(self) -> tuple[float, float, float, float]:
        """West, south, east, north of the frame in the map's CRS."""
        return (
            self.left_m,
            self.bottom_m,
            self.left_m + self.width_mm * self.metres_per_mm,
            self.bottom_m + self.height_mm * self.metres_per_mm,
        )


class MapFrame:
    """A frame on a sheet that shows a window of the ground; as large as the window on paper."""

    def __init__(self, sheet: Sheet, box: Box, window: MapWindow) -> None:
        self.sheet = sheet
        self.box = box
        self.window = window

    def paper_mm(self, coordinates_m: Floats) -> Floats:
        """Ground coordinates on paper."""
        origin = np.array([self.window.left_m, self.window.bottom_m])
        corner = np.array([self.box.left, self.box.bottom])
        return np.asarray((coordinates_m - origin) / self.window.metres_per_mm + corner)

    def clipped(self, geometries: Geometries) -> Geometries:
        """Parts of geometries that lie inside the frame."""
        bounds = self.window.bounds_m
        try:
            inside = shapely.clip_by_rect(geometries, *bounds)
        except shapely.errors.GEOSException:  # a sliver of which one corner is left on the edge
            inside = shapely.intersection(geometries, shapely.box(*bounds))
        return np.asarray(inside, dtype=object)

    def areas(self, geometries: Geometries, symbol: AreaSymbol, *, edge: str | None = None) -> None:
        """Draw polygons of one symbol as a single compound path."""
        self.sheet.outline(
            self._compound(geometries),
            fill=symbol.fill,
            hatch=symbol.hatch,
            hatch_colour=symbol.hatch_colour,
            edge=edge,
            width_pt=0.15 if edge else 0.0,
        )

    def lines(self, geometries: Geometries, symbol: LineSymbol) -> None:
        """Draw lines, or the outlines of polygons, of one symbol."""
        areal = np.isin(shapely.get_type_id(geometries), (3, 6))
        bare = np.where(areal, shapely.boundary(geometries), geometries)
        outline = self._compound(self.clipped(bare))
        if symbol.casing:
            self.sheet.outline(outline, edge=symbol.casing, width_pt=symbol.width_pt * 4, alpha=0.6)
        self.sheet.outline(
            outline, edge=symbol.colour, width_pt=symbol.width_pt, dashes=symbol.dashes
        )

    def _compound(self, geometries: Geometries) -> Outline:
        """One path of many geometries: rings closed, vertices that no eye can see left out."""
        tolerance = _INVISIBLE_MM * self.window.metres_per_mm
        drawn = shapely.simplify(geometries, tolerance, preserve_topology=False)
        parts = shapely.get_parts(shapely.get_parts(drawn))
        kinds = shapely.get_type_id(parts)
        # With the non-zero rule of PDF a hole must run the other way round than its shell.
        rings = shapely.get_rings(shapely.orient_polygons(parts[kinds == 3]))
        open_lines = parts[(kinds == 1) | (kinds == 2)]
        strands = np.concatenate([rings, open_lines])
        closed = np.arange(len(strands)) < len(rings)
        coordinates, strand = shapely.get_coordinates(strands, return_index=True)
        points = np.round(self.paper_mm(coordinates) * MM_TO_PT, 2)
        repeated = np.zeros(len(points), dtype=bool)
        repeated[1:] = (points[1:] == points[:-1]).all(axis=1) & (strand[1:] == strand[:-1])
        points, strand = points[~repeated], strand[~repeated]
        sizes = np.bincount(strand, minlength=len(strands))
        enough = sizes >= np.where(closed, 4, 2)
        kept = enough[strand]
        points, strand = points[kept], strand[kept]
        if not len(points):
            return Outline(np.empty((0, 2)))
        codes = np.full(len(points), Outline.LINETO, dtype=np.uint8)
        starts = np.flatnonzero(np.r_[True, strand[1:] != strand[:-1]])
        ends = np.r_[starts[1:], len(points)] - 1
        codes[starts] = Outline.MOVETO
        codes[ends[closed[strand[ends]]]] = Outline.CLOSEPOLY
        return Outline(points, codes)

    def grid(self, symbol: LineSymbol, language: Language, *, size: float) -> None:
        """Draw the grid of whole kilometres, with its coordinates outside the frame."""
        west, south, east, north = self.window.bounds_m
        box = self.box
        longest = _GRID_PAPER_MM * self.window.metres_per_mm * 2
        step = round_length(longest)
        for easting in grid_lines(west, east, step_m=step):
            x = float(self.paper_mm(np.array([[easting, south]]))[0, 0])
            self.sheet.line(
                [(x, box.bottom), (x, box.top)], colour=symbol.colour, width_pt=symbol.width_pt
            )
            text = format_number(easting, language)
            half = self.sheet.text_width(text, size=size) / 2
            # A coordinate close to a corner would run into the one round the corner.
            if box.left + half <= x <= box.right - half:
                self.sheet.text(x, box.top + 1.2, text, size=size, align="center")
                below = box.bottom - 1.0 - size * 0.72 / MM_TO_PT
                self.sheet.text(x, below, text, size=size, align="center")
        for northing in grid_lines(south, north, step_m=step):
            y = float(self.paper_mm(np.array([[west, northing]]))[0, 1])
            self.sheet.line(
                [(box.left, y), (box.right, y)], colour=symbol.colour, width_pt=symbol.width_pt
            )
            text = format_number(northing, language)
            half = self.sheet.text_width(text, size=size) / 2
            if box.bottom + half <= y <= box.top - half:
                for x in (box.left - 1.2, box.right + 1.2 + size * 0.72 / MM_TO_PT):
                    self.sheet.text(x, y, text, size=size, align="center", rotation=90)

    def border(self, *, strip_mm: float) -> None:
        """Draw the double frame of a map sheet."""
        self.sheet.rectangle(self.box, edge="#000000", width_pt=0.6)
        self.sheet.rectangle(self.box.inset(-strip_mm), edge="#000000", width_pt=1.2)


def choose_scale(
    width_m: float, height_m: float, *, frame_width_mm: float, frame_height_mm: float
) -> int:
    """Largest scale of the rounded list at which an extent fits a frame."""
    needed = 1000 * max(width_m / frame_width_mm, height_m / frame_height_mm)
    for denominator in SCALES:
        # A hair of tolerance: an extent that fits exactly must not be pushed out by binary dust.
        if math.isfinite(needed) and needed <= denominator * (1 + 1e-9):
            return denominator
    raise InputError("maps.atlas.fits_no_sheet", width_km=width_m / 1000, height_km=height_m / 1000)


def fit_window(
    bounds_m: tuple[float, float, float, float],
    *,
    width_mm: float,
    height_mm: float,
    margin_mm: float = 3.0,
) -> MapWindow:
    """Window of a frame, centred on an extent at the largest rounded scale that shows it whole."""
    west, south, east, north = bounds_m
    denominator = choose_scale(
        east - west,
        north - south,
        frame_width_mm=width_mm - 2 * margin_mm,
        frame_height_mm=height_mm - 2 * margin_mm,
    )
    return centred_window(bounds_m, (width_mm, height_mm), denominator)


def fill_window(
    bounds_m: tuple[float, float, float, float],
    *,
    width_mm: float,
    height_mm: float,
    margin_mm: float = 1.0,
) -> MapWindow:
    """Window of a sketch without a scale of its own: the extent fills the frame."""
    west, south, east, north = bounds_m
    needed = max(
        (east - west) / (width_mm - 2 * margin_mm), (north - south) / (height_mm - 2 * margin_mm)
    )
    return centred_window(bounds_m, (width_mm, height_mm), math.ceil(1000 * needed))


def centred_window(
    bounds_m: tuple[float, float, float, float], size_mm: tuple[float, float], denominator: int
) -> MapWindow:
    """Window of a frame at a scale, centred on an extent."""
    west, south, east, north = bounds_m
    width_mm, height_mm = size_mm
    return MapWindow(
        left_m=(west + east) / 2 - width_mm * denominator / 2000,
        bottom_m=(south + north) / 2 - height_mm * denominator / 2000,
        width_mm=width_mm,
        height_mm=height_mm,
        denominator=denominator,
    )


def round_length(longest: float) -> float:
    """Greatest of 1, 2 and 5 times a power of ten that is not longer."""
    power = 10.0 ** math.floor(math.log10(longest))
    return next(step * power for step in (5, 2, 1) if step * power <= longest * (1 + 1e-9))


def grid_lines(low_m: float, high_m: float, *, step_m: float) -> list[float]:
    """Coordinates of the grid lines inside an interval: whole multiples of the step."""
    first, last = math.ceil(low_m / step_m), math.floor(high_m / step_m)
    return [number * step_m for number in range(first, last + 1)]


def scale_text(denominator: int, language: Language) -> str:
    """Numeric scale as a map prints it."""
    return phrase("sheet.scale", denominator=denominator).text(language)


def draw_scale_bar(
    sheet: Sheet, centre_mm: float, bottom_mm: float, denominator: int, language: Language
) -> float:
    """Draw a divided scale bar, exactly true on paper."""
    length_m = round_length(_BAR_PAPER_MM * denominator / 1000)
    length_mm = length_m * 1000 / denominator
    left, height = centre_mm - length_mm / 2, 1.4
    part = length_mm / _BAR_PARTS
    for number in range(_BAR_PARTS):
        box = Box(left + number * part, bottom_mm, part, height)
        fill = "#000000" if number % 2 == 0 else "#FFFFFF"
        sheet.rectangle(box, fill=fill, edge="#000000", width_pt=0.4)
    in_km = length_m >= 1000
    unit = "km" if in_km else "m"
    for number in range(0, _BAR_PARTS + 1, 2):
        metres = length_m * number / _BAR_PARTS
        figure = _plain(metres / 1000 if in_km else metres, language)
        text = f"{figure} {unit}" if number == _BAR_PARTS else figure
        sheet.text(left + number * part, bottom_mm + 2.4, text, size=7, align="center")
    return length_mm


def _plain(value: float, language: Language) -> str:
    text = f"{value:g}"
    return text.replace(".", ",") if language == "vi" else text


def draw_north_arrow(sheet: Sheet, box: Box, language: Language) -> None:
    """Draw an arrow to grid north, which is up on every sheet."""
    letter = phrase("sheet.north").text(language)
    size = min(11.0, box.height * 0.28 * MM_TO_PT)
    tip = box.top - size * 0.95 / MM_TO_PT
    half = min(box.width / 2, (tip - box.bottom) * 0.3)
    notch = box.bottom + (tip - box.bottom) * 0.22
    sheet.text(box.centre, tip + 0.8, letter, size=size, style="bold", align="center")
    for side, fill in ((-1, "#000000"), (1, "#FFFFFF")):
        corners: Sequence[tuple[float, float]] = (
            (box.centre, tip),
            (box.centre + side * half, box.bottom),
            (box.centre, notch),
            (box.centre, tip),
        )
        sheet.area(corners, fill=fill, edge="#000000", width_pt=0.5)
