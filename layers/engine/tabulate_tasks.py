"""One piece of a tabulation: the polygons that meet one window of a raster."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from layers.base.errors import InputError
from layers.engine.cell_coverage import Window, coverage_runs
from layers.engine.class_sums import CLASSES, class_sums
from layers.engine.raster import BlockReader
from layers.engine.rings import FloatArray, IntArray, Rings

__all__ = ["BlockPiece", "ClassSums", "tabulate_block"]

#: Parts are taken together until their edges may touch this many cells: bounds the memory.
ENTRIES = 1 << 20


@dataclass(frozen=True, slots=True)
class BlockPiece:
    """What is needed to tabulate one window; it can be sent to another process.

    Parameters
    ----------
    reader : BlockReader
        Reads the raster.
    window : Window
        Top, bottom, left, right, in cells.
    rings : Rings
        Polygons, coordinates in cells.
    parts : ndarray of int64
        Which of their parts meet the window.
    bounds : ndarray of int64
        The ``entry_bounds`` of those parts.
    row_area : ndarray of float64
        Area of a cell in each row of the window, m².
    """

    reader: BlockReader
    window: Window
    rings: Rings
    parts: IntArray
    bounds: IntArray
    row_area: FloatArray

    def __reduce__(self) -> tuple[Any, tuple[Any, ...]]:
        """Cross a process border with no other parts than those that meet the window."""
        few, numbers = self.rings.take(self.parts), np.arange(len(self.parts))
        return BlockPiece, (self.reader, self.window, few, numbers, self.bounds, self.row_area)


@dataclass(frozen=True, slots=True)
class ClassSums:
    """Sums by polygon and class, as parallel columns.

    Parameters
    ----------
    owner : ndarray of int64
        Number of the polygon.
    value : ndarray of int64
        Class.
    missing : ndarray of bool
        Whether the cells have no class (``value`` is then 0).
    cells : ndarray of float64
        Sum of the shares of cells.
    area_m2 : ndarray of float64
        Sum of shares times areas of cells.
    """

    owner: IntArray
    value: IntArray
    missing: npt.NDArray[np.bool_]
    cells: FloatArray
    area_m2: FloatArray

    @staticmethod
    def join(sums: list[ClassSums]) -> ClassSums:
        """Sum what belongs together."""
        owner, value, missing, cells, area = (
            np.concatenate([getattr(s, name) for s in sums] or [np.empty(0, dtype)])
            for name, dtype in (
                ("owner", "i8"),
                ("value", "i8"),
                ("missing", "?"),
                ("cells", "f8"),
                ("area_m2", "f8"),
            )
        )
        order = np.lexsort((value, missing, owner))  # stable: the order of addition is kept
        owner, value, missing = owner[order], value[order], missing[order]
        new = np.ones(len(owner), bool)
        new[1:] = np.diff(owner) | np.diff(value) | (missing[1:] != missing[:-1])
        first = np.flatnonzero(new)
        if not len(first):
            return ClassSums(owner, value, missing, cells, area)
        return ClassSums(
            owner[first],
            value[first],
            missing[first],
            np.add.reduceat(cells[order], first),
            np.add.reduceat(area[order], first),
        )


def tabulate_block(piece: BlockPiece) -> ClassSums:
    """Sum shares of cells by polygon and class in one window."""
    values, has_data = piece.reader.read(piece.window)
    block, classes, missing = _numbered(values, has_data, piece.reader.grid.nodata)
    sums = []
    for parts, bounds in _batches(piece):
        runs = coverage_runs(piece.rings, parts, piece.window, bounds)
        corner = (piece.window[0], piece.window[2])
        part, number, cells, area = class_sums(block, len(classes), runs, piece.row_area, corner)
        lost = missing[number]
        value = np.where(lost, 0, classes[number])
        owner = piece.rings.part_owner[parts[part]]
        sums.append(ClassSums(owner, value, lost, cells, area))
    return ClassSums.join(sums)


def _batches(piece: BlockPiece) -> Iterator[tuple[IntArray, IntArray]]:
    """Group parts so that edges touch a bounded number of cells; yields their bounds as well."""
    bounds = piece.bounds
    group = (np.cumsum(bounds) - bounds) // ENTRIES
    edges = np.flatnonzero(np.diff(group, prepend=-1, append=-1))
    for start, stop in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True):
        yield piece.parts[start:stop], bounds[start:stop]


def _numbered(
    values: npt.NDArray[Any], has_data: npt.NDArray[np.bool_] | None, nodata: int | None
) -> tuple[npt.NDArray[Any], IntArray, npt.NDArray[np.bool_]]:
    """Block of class numbers (8 bits if they fit), the class of each, and whether it is none."""
    if values.dtype == np.uint8 and has_data is None:
        classes = np.arange(CLASSES, dtype=np.int64)
        return values, classes, classes == (-1 if nodata is None else nodata)
    valid = np.ones(values.shape, bool) if has_data is None else has_data
    if nodata is not None:
        valid = valid & (values != nodata)
    if not valid.any():
        return np.zeros(values.shape, np.uint8), np.zeros(1, np.int64), np.ones(1, bool)
    kind = np.iinfo(values.dtype)
    low = values.min(where=valid, initial=kind.max)
    high = values.max(where=valid, initial=kind.min)
    if int(high) > np.iinfo(np.int64).max:
        raise InputError(
            en=f"Class {high} is too large: classes must fit into 64 bits with a sign.",
            vi=f"Mã lớp {high} quá lớn: mã lớp phải nằm trong số nguyên 64 bit có dấu.",
        )
    if int(high) - int(low) < CLASSES - 1:
        # Integers wrap around, so that the low byte of the difference is right for any type.
        block = ((values - low).astype(np.uint8) + np.uint8(1)) * valid
        classes = int(low) - 1 + np.arange(CLASSES, dtype=np.int64)
    else:
        codes, found = pd.factorize(values[valid])
        block = np.zeros(values.shape, np.int32)
        block[valid] = codes + 1
        classes = np.concatenate(([0], found.astype(np.int64)))
    none = np.zeros(len(classes), bool)
    none[0] = True
    return block, classes, none
