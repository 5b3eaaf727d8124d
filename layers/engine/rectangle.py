"""What of polygons lies in a rectangle, exactly.

``shapely.clip_by_rect`` is faster, but takes the wrong side of an edge that passes through a corner
of the rectangle: it gives valid polygons of wrong ground.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry


def part_in_rectangle(shape: BaseGeometry, bounds: Sequence[float]) -> BaseGeometry:
    """Area of a polygon in a rectangle (west, south, east, north), without lines and points."""
    west, south, east, north = bounds
    found = shapely.intersection(shape, shapely.box(west, south, east, north))
    parts = shapely.get_parts(shapely.get_parts(found))
    areas = parts[shapely.get_type_id(parts) == shapely.GeometryType.POLYGON]
    if len(areas) == 1:
        only: BaseGeometry = areas[0]
        return only
    return shapely.MultiPolygon(list(np.asarray(areas)))
