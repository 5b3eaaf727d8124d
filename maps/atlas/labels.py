"""Names on a map: inside what they name, inside the frame, never on top of one another."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from maps.atlas.map_frame import MapFrame
from maps.atlas.sheet import MM_TO_PT, Box, Floats
from maps.symbols.fonts import Style

_GAP_MM = 0.6
_TRIED_STEPS = 7


@lru_cache(maxsize=256)  # the communes of a province come back on every page of it
def _points_inside(area: BaseGeometry) -> Floats:
    """Points inside an area, the roomiest first."""
    circle = shapely.maximum_inscribed_circle(np.array([area], dtype=object))
    middle = shapely.get_point(circle, 0)[0]
    west, south, east, north = area.bounds
    steps = (np.arange(_TRIED_STEPS) + 0.5) / _TRIED_STEPS
    xs, ys = np.meshgrid(west + steps * (east - west), south + steps * (north - south))
    grid = np.asarray(shapely.points(xs.ravel(), ys.ravel()), dtype=object)
    shapely.prepare(area)
    inside = grid[shapely.contains(area, grid)]
    near = np.argsort(shapely.distance(inside, middle), kind="stable")
    points = np.concatenate([[middle, area.representative_point()], inside[near]])
    return shapely.get_coordinates(points)


class LabelPlacer:
    """Places names one after the other on a map and remembers what is taken."""

    def __init__(self, frame: MapFrame) -> None:
        self.frame = frame
        self.taken: list[Box] = []

    def reserve(self, boxes: Iterable[Box]) -> None:
        """Keep names away from other things."""
        self.taken.extend(boxes)

    def name_area(
        self,
        area: BaseGeometry,
        lines: Sequence[str],
        *,
        sizes: Sequence[float],
        style: Style = "regular",
        colour: str = "#000000",
        avoid: BaseGeometry | None = None,
        backing: str | None = None,
    ) -> bool:
        """Print a name inside an area, where there is room for it."""
        if area.is_empty or not any(line.strip() for line in lines):
            return False
        sheet = self.frame.sheet
        anchors = self._anchors(area)
        for size in sizes:
            width = max(sheet.text_width(line, size=size, style=style) for line in lines)
            height = size * 0.95 * len(lines) / MM_TO_PT
            for x, y in anchors:
                box = Box(x - width / 2, y - height / 2, width, height)
                if self._free(box) and not self._touches(box, avoid):
                    self.taken.append(box.inset(-_GAP_MM))
                    if backing:
                        sheet.rectangle(box.inset(-0.15), fill=backing, width_pt=0, alpha=0.8)
                    self._print(box, lines, size, style, colour)
                    return True
        return False

    def _print(
        self, box: Box, lines: Sequence[str], size: float, style: Style, colour: str
    ) -> None:
        step = box.height / len(lines)
        for number, line in enumerate(lines):
            y = box.top - (number + 1) * step + 0.24 * size / MM_TO_PT
            self.frame.sheet.text(
                box.centre, y, line, size=size, style=style, align="center", colour=colour
            )

    def _anchors(self, area: BaseGeometry) -> list[tuple[float, float]]:
        """Points inside the area to centre a name on, the roomiest first, on paper."""
        return [(float(x), float(y)) for x, y in self.frame.paper_mm(_points_inside(area))]

    def _free(self, box: Box) -> bool:
        if not self.frame.box.inset(_GAP_MM).holds(box):
            return False
        return not any(box.overlaps(other) for other in self.taken)

    def _touches(self, box: Box, avoid: BaseGeometry | None) -> bool:
        if avoid is None:
            return False
        window, frame = self.frame.window, self.frame.box
        west = window.left_m + (box.left - frame.left) * window.metres_per_mm
        south = window.bottom_m + (box.bottom - frame.bottom) * window.metres_per_mm
        east = west + box.width * window.metres_per_mm
        north = south + box.height * window.metres_per_mm
        return bool(shapely.intersects(avoid, shapely.box(west, south, east, north)))
