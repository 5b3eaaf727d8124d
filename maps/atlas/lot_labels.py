"""Labels of lots as a fraction: number and state over area, inside the lot or not at all."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from maps.atlas.map_frame import Geometries, MapFrame
from maps.atlas.sheet import MM_TO_PT, Box

Floats = npt.NDArray[np.float64]

_SIZES_PT = (6.0, 4.8)
_COLOUR = "#202020"
#: Height of a line of text and room on either side of the rule, as parts of the font's size.
_LINE, _GAP = 0.86, 0.18
_PADDING_MM = 0.3


@dataclass(frozen=True, slots=True)
class LotLabels:
    """Lots with what stands over and under the line of their label."""

    shapes: Geometries
    above: tuple[str, ...]
    below: tuple[str, ...]


def draw_lot_labels(frame: MapFrame, lots: LotLabels) -> int:
    """Write every label that its lot has room for, none over another; how many were written."""
    sizes, boxes = _placed(frame, lots)
    written = _apart(boxes)
    for place in written:
        west, south, east, north = shapely.bounds(boxes[place])
        corners = frame.paper_mm(np.array([[west, south], [east, north]]))
        (left, bottom), (right, top) = corners.tolist()
        _write(
            frame,
            Box(left, bottom, right - left, top - bottom).inset(_PADDING_MM),
            (lots.above[place], lots.below[place]),
            size=float(sizes[place]),
        )
    return len(written)


def _placed(frame: MapFrame, lots: LotLabels) -> tuple[Floats, Geometries]:
    """Font size (0 for none) and box on the ground of each label, the largest that fits its lot."""
    shapes = _largest_parts(frame.clipped(lots.shapes))
    chosen = np.zeros(len(shapes))
    boxes = np.full(len(shapes), None, dtype=object)
    middles = (shapely.point_on_surface(shapes), shapely.centroid(shapes))
    shapely.prepare(shapes)
    for size in _SIZES_PT:
        width, height = _box_sizes(frame, lots, size)
        # The roomiest point is dear to find: only where a lot is large enough to hold the label.
        left = np.flatnonzero((chosen == 0) & (shapely.area(shapes) > width * height))
        if not left.size:
            continue
        circles = shapely.maximum_inscribed_circle(shapes[left], tolerance=5.0)
        roomiest = shapely.get_point(circles, 0)
        for points in (roomiest, *(middle[left] for middle in middles)):
            x, y = shapely.get_x(points), shapely.get_y(points)
            half, tall = width[left] / 2, height / 2
            tried = shapely.box(x - half, y - tall, x + half, y + tall)
            fits = shapely.covers(shapes[left], tried) & (chosen[left] == 0)
            chosen[left[fits]] = size
            boxes[left[fits]] = tried[fits]
    return chosen, boxes


def _box_sizes(frame: MapFrame, lots: LotLabels, size: float) -> tuple[Floats, float]:
    """Widths and height on the ground, in metres, that labels of a size need."""
    texts = sorted({*lots.above, *lots.below})
    known = {text: frame.sheet.text_width(text, size=size) for text in texts}
    both = zip(lots.above, lots.below, strict=True)
    wide = np.array([max(known[above], known[below]) for above, below in both])
    high = 2 * size * (_LINE + _GAP) / MM_TO_PT
    metres = frame.window.metres_per_mm
    return (wide + 2 * _PADDING_MM) * metres, (high + 2 * _PADDING_MM) * metres


def _largest_parts(shapes: Geometries) -> Geometries:
    """Largest part of each lot; an empty polygon where nothing of it is in the frame."""
    parts, owners = shapely.get_parts(shapes, return_index=True)
    result = np.full(len(shapes), shapely.Polygon(), dtype=object)
    order = np.argsort(shapely.area(parts), kind="stable")
    result[owners[order]] = parts[order]
    result[shapely.get_type_id(result) != 3] = shapely.Polygon()
    return result


def _apart(boxes: Geometries) -> list[int]:
    """Places of the boxes that are written: of two that overlap the first."""
    there = np.flatnonzero(~shapely.is_missing(boxes))
    first, second = shapely.STRtree(boxes[there]).query(boxes[there], predicate="intersects")
    clashes: dict[int, set[int]] = {}
    for one, other in zip(first.tolist(), second.tolist(), strict=True):
        if other < one:
            clashes.setdefault(one, set()).add(other)
    kept: list[int] = []
    written: set[int] = set()
    for number, place in enumerate(there.tolist()):
        if clashes.get(number, set()).isdisjoint(written):
            written.add(number)
            kept.append(place)
    return kept


def _write(frame: MapFrame, box: Box, texts: tuple[str, str], *, size: float) -> None:
    sheet, middle = frame.sheet, box.bottom + box.height / 2
    gap = _GAP * size / MM_TO_PT
    above, below = texts
    sheet.text(box.centre, middle + gap, above, size=size, align="center", colour=_COLOUR)
    # A line of capitals and figures is about 0.68 of its size high.
    under = middle - gap - 0.68 * size / MM_TO_PT
    sheet.text(box.centre, under, below, size=size, align="center", colour=_COLOUR)
    wide = max(sheet.text_width(text, size=size) for text in texts) / 2
    ends = [(box.centre - wide, middle), (box.centre + wide, middle)]
    sheet.line(ends, colour=_COLOUR, width_pt=0.25)
