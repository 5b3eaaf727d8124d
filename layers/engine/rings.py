"""Polygons as plain arrays: coordinates, rings and parts, as the kernels read them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from layers.engine.kernels import FLOAT_OUT, FLOATS, INTS, kernel

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Rings:
    """Rings of many polygons, one after the other."""

    # x, y: Coordinates of all rings; each ring ends with its first vertex
    x: FloatArray
    y: FloatArray
    ring_start: IntArray  # First vertex of each ring, and the number of vertices at the end
    # +1 or -1, so that ``ring_sign * signed area`` is positive for a shell and negative for a hole,
    # whichever way round either was drawn; 0 for a ring without area
    ring_sign: FloatArray
    part_ring: IntArray  # First ring (the shell) of each part, and the number of rings at the end
    part_owner: IntArray  # Number of the polygon that a part belongs to

    @property
    def part_start(self) -> IntArray:
        """First vertex of each part, and the number of vertices at the end."""
        return self.ring_start[self.part_ring]

    def moved(self, x: FloatArray, y: FloatArray) -> Rings:
        """Give the same rings other coordinates; their signs are found anew."""
        return _signed(x, y, self.ring_start, self.part_ring, self.part_owner)

    def owned_by(self, owner: IntArray) -> Rings:
        """Give polygons other numbers, for instance one number to all polygons of a commune."""
        return replace(self, part_owner=owner[self.part_owner])

    def part_bounds(self) -> npt.NDArray[np.float64]:
        """Bounds of each part."""
        start = self.part_start[:-1]
        if not len(start):
            return np.empty((0, 4))
        low, high = np.minimum.reduceat, np.maximum.reduceat
        columns = (low(self.x, start), low(self.y, start), high(self.x, start), high(self.y, start))
        return np.column_stack(columns)

    def areas(self, polygons: int) -> FloatArray:
        """Plane area of each polygon."""
        signed = ring_areas(self.x, self.y, self.ring_start) * self.ring_sign
        owner = np.repeat(self.part_owner, np.diff(self.part_ring))
        return np.bincount(owner, signed, polygons).astype(np.float64)

    def take(self, parts: IntArray) -> Rings:
        """Pick some parts."""
        ring = spans(self.part_ring, parts)
        vertex = spans(self.ring_start, ring)
        return Rings(
            self.x[vertex],
            self.y[vertex],
            offsets(np.diff(self.ring_start)[ring]),
            self.ring_sign[ring],
            offsets(np.diff(self.part_ring)[parts]),
            self.part_owner[parts],
        )


def rings_of(geometry: npt.NDArray[Any]) -> Rings:
    """Rings of polygons and multipolygons."""
    # Missing and empty geometries have no coordinates.
    counts = shapely.get_num_coordinates(geometry)
    owner = np.flatnonzero(counts)
    parts = geometry if len(owner) == len(geometry) else geometry[owner]
    if (shapely.get_type_id(parts) != shapely.GeometryType.POLYGON).any():
        parts, whole = shapely.get_parts(parts, return_index=True)
        counts = shapely.get_num_coordinates(parts)
        parts, owner = parts[counts > 0], owner[whole[counts > 0]]
    counts = counts[counts > 0].astype(np.int64)
    xy = shapely.get_coordinates(parts)
    rings = shapely.get_num_interior_rings(parts).astype(np.int64) + 1
    part_ring = offsets(rings)
    vertices = np.repeat(counts, rings)
    holed = rings > 1
    if holed.any():  # the only parts whose rings must be looked at one by one
        vertices[np.repeat(holed, rings)] = shapely.get_num_coordinates(
            shapely.get_rings(parts[holed])
        )
    x, y = np.ascontiguousarray(xy[:, 0]), np.ascontiguousarray(xy[:, 1])
    return _signed(x, y, offsets(vertices), part_ring, owner.astype(np.int64))


def _signed(
    x: FloatArray, y: FloatArray, ring_start: IntArray, part_ring: IntArray, owner: IntArray
) -> Rings:
    sign = -np.sign(ring_areas(x, y, ring_start))
    sign[part_ring[:-1]] *= -1
    return Rings(x, y, ring_start, sign, part_ring, owner)


def offsets(counts: npt.NDArray[np.integer[Any]]) -> IntArray:
    """Where groups of the given sizes begin, one after the other, and where the last ends."""
    return np.concatenate(([0], np.cumsum(counts))).astype(np.int64)


def spans(start: IntArray, chosen: IntArray) -> IntArray:
    """Members of some groups: ``start[i], start[i] + 1, …`` for each chosen group ``i``."""
    counts = (start[1:] - start[:-1])[chosen]
    shift = start[chosen] - (np.cumsum(counts) - counts)
    members: IntArray = np.arange(counts.sum(), dtype=np.int64) + np.repeat(shift, counts)
    return members


def ring_areas(x: FloatArray, y: FloatArray, ring_start: IntArray) -> FloatArray:
    """Signed area of each ring by the shoelace formula, positive counter-clockwise."""
    areas = np.zeros(len(ring_start) - 1)
    _shoelace(x, y, ring_start, areas)
    return areas


@kernel((FLOATS, FLOATS, INTS, FLOAT_OUT))
def _shoelace(x: FloatArray, y: FloatArray, ring_start: IntArray, areas: FloatArray) -> None:
    """Coordinates are taken from the ring's first vertex: products keep the digits of a plot."""
    for ring in range(len(areas)):
        first = ring_start[ring]
        total = 0.0
        for i in range(first + 1, ring_start[ring + 1] - 1):
            total += (x[i] - x[first]) * (y[i + 1] - y[first])
            total -= (x[i + 1] - x[first]) * (y[i] - y[first])
        areas[ring] = 0.5 * total
