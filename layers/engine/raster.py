"""A class raster, block by block: what it must be, which windows are read, and reading them.

Each block of the file is decoded once, whatever the number of polygons, and blocks that no polygon
touches are left alone. A window is a group of whole blocks of bounded size.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import affine
import numpy as np
import numpy.typing as npt
import pyproj
import rasterio
from pyproj.exceptions import CRSError as PyprojCrsError
from rasterio.enums import ColorInterp, MaskFlags
from rasterio.errors import CRSError as RasterioCrsError
from rasterio.windows import Window as RasterWindow

from layers.base.errors import CrsError, InputError
from layers.base.findings import Findings
from layers.crs.source import decide_crs
from layers.engine.cell_coverage import Window
from layers.engine.rings import IntArray
from layers.io.declared_crs import declared_crs
from layers.io.raster_source import GDAL_OPTIONS, open_raster, reading, refuse_mixed_classes

#: A window is not larger than this, unless one block of the file is: much larger windows leave the
#: processor's caches, much smaller ones walk the edges too often.
WINDOW_BYTES = 6 << 20
#: A window never has more cells than this.
BLOCK_CELLS = 16 << 20
#: GDAL keeps decoded blocks; whole blocks are read once, so that it need not keep many. It works
#: faster within few. Between these bounds, so that a large block is there for its next window.
CACHE_BYTES = (16 << 20, 64 << 20)
#: GDAL holds a whole block in memory, however few of its cells are wanted.
BLOCK_LIMIT_BYTES = 512 << 20
#: Cells that are gone through one by one: the country in cells of 10 m has 10 thousand million.
CELLS_LIMIT = 1 << 34
#: Cells that are gone through in seconds, whatever the file; above them a byte of it stands for so
#: many cells at most: a file packs those of a real land cover a hundred times.
_FEW_CELLS, _CELLS_A_BYTE = 1_000_000_000, 2000

RasterSource = str | Path | Any


@dataclass(frozen=True, slots=True)
class RasterGrid:
    """Where the cells of a raster lie, and what its file is like."""

    name: str  # Path, as GDAL knows it
    band: int  # Band number, from 1
    crs: pyproj.CRS  # Projected or geographic
    transform: affine.Affine  # From column and row to coordinates, without rotation
    # width, height: Cells
    width: int
    height: int
    dtype: str  # Type of the cells; an integer type where they are classes
    # Value that is no class, where every value of the type is exact in the file's own terms
    nodata: int | None
    # Whether GDAL's mask of the band says where there is data: a mask band, an alpha band, or
    # nodata of 64-bit classes, which no floating-point number holds
    masked: bool
    alpha: int | None  # Band that says so as well, where GDAL's mask does not take it in
    block: tuple[int, int]  # Rows and columns of a block of the file


def raster_grid(
    dataset: Any,
    band: int,
    *,
    source: str | None = None,
    classes: bool = True,
    crs: str | None = None,
    findings: Findings | None = None,
) -> RasterGrid:
    """Grid of an open raster, if its classes (or heights) can be counted; else why not."""
    with reading(source or str(dataset.name)):
        return _grid(dataset, band, source or str(dataset.name), classes, crs, findings)


def _grid(
    dataset: Any,
    band: int,
    name: str,
    classes: bool,
    crs: str | None,
    findings: Findings | None,
) -> RasterGrid:
    if not 1 <= band <= dataset.count:
        raise InputError("layers.engine.no_such_band", name=name, band=band, count=dataset.count)
    dtype = str(dataset.dtypes[band - 1])
    _require_kind(name, band, dtype, classes=classes)
    if classes:
        refuse_mixed_classes(dataset, name)
    _require_north_up(name, dataset.transform)
    _require_values(name, band, dataset.scales[band - 1], dataset.offsets[band - 1])
    block = dataset.block_shapes[band - 1]
    size = int(np.prod(block, dtype=np.int64)) * np.dtype(dtype).itemsize
    if size > BLOCK_LIMIT_BYTES:
        raise InputError(
            "layers.engine.block_too_large",
            name=name,
            size=size >> 20,
            block_limit_bytes=BLOCK_LIMIT_BYTES >> 20,
        )
    flags = dataset.mask_flag_enums[band - 1]
    long = np.dtype(dtype).itemsize == 8 and classes
    by_band = MaskFlags.all_valid not in flags and (MaskFlags.nodata not in flags or long)
    bands = [n for n, what in enumerate(dataset.colorinterp, 1) if what == ColorInterp.alpha]
    apart = MaskFlags.alpha not in flags and bands and bands[0] != band
    return RasterGrid(
        name=str(dataset.name),
        band=band,
        crs=_raster_crs(dataset, name, crs, findings),
        transform=dataset.transform,
        width=dataset.width,
        height=dataset.height,
        dtype=dtype,
        nodata=_nodata(dataset.nodatavals[band - 1], name) if classes and not long else None,
        masked=by_band or MaskFlags.per_dataset in flags,
        alpha=bands[0] if apart else None,
        block=block,
    )


def _require_kind(name: str, band: int, dtype: str, *, classes: bool) -> None:
    """Refuse cells that are neither classes nor heights; ``complex_int16`` is no type of NumPy."""
    kind = "c" if dtype.startswith("complex") else np.dtype(dtype).kind
    if classes and kind not in "iu":
        raise InputError("layers.engine.classes_needed", name=name, band=band, dtype=dtype)
    if kind not in "iuf":
        raise InputError("layers.engine.heights_needed", name=name, band=band, dtype=dtype)


def _require_north_up(name: str, transform: affine.Affine) -> None:
    if transform.b or transform.d:
        raise InputError("layers.engine.raster_rotated", name=name, transform=tuple(transform)[:6])
    sizes = np.array(tuple(transform)[:6])
    if transform == affine.identity or not np.isfinite(sizes).all() or not transform.determinant:
        raise InputError(
            "layers.engine.raster_without_place", name=name, transform=tuple(transform)[:6]
        )


def _require_values(name: str, band: int, scale: float, offset: float) -> None:
    """Refuse cells that stand for other values: class 3 of a scale of 10 would be class 30."""
    if (scale, offset) != (1.0, 0.0):
        raise InputError(
            "layers.engine.raster_scaled", name=name, band=band, scale=scale, offset=offset
        )


def _nodata(value: float | None, name: str) -> int | None:
    """Value without a class; one that is no whole number is read as 0 by some programs."""
    if value is None or not np.isfinite(value):
        return None
    if value % 1:
        raise InputError("layers.engine.nodata_not_whole", name=name, value=value)
    return int(value)


def _raster_crs(
    dataset: Any, name: str, named: str | None, findings: Findings | None
) -> pyproj.CRS:
    try:
        declared = declared_crs(dataset.crs) if dataset.crs else None
    except (PyprojCrsError, RasterioCrsError) as error:
        reason = " ".join(str(error).split())[:200]
        raise CrsError("layers.engine.raster_crs_damaged", name=name, reason=reason) from error
    if declared is None and named is None:
        raise CrsError("layers.engine.raster_without_crs", name=name)
    crs, notes = decide_crs(declared, source=name, named=named, bounds=tuple(dataset.bounds))
    if findings is not None:
        findings.extend(notes)
    return crs


def plan_windows(grid: RasterGrid, part_cells: IntArray) -> Iterator[tuple[Window, IntArray]]:
    """Windows that hold all cells some parts may touch, each block of the file in one of them."""
    tall, wide, step = _window_shape(grid)
    rows = np.clip(part_cells[:, :2], 0, grid.height)
    cols = np.clip(part_cells[:, 2:], 0, grid.width)
    inside = (rows[:, 0] < rows[:, 1]) & (cols[:, 0] < cols[:, 1])
    by_row = np.flatnonzero(inside)[np.argsort(rows[inside, 0], kind="stable")]
    first_rows = rows[by_row, 0]
    longest = int((rows[by_row, 1] - first_rows).max()) if len(by_row) else 0
    for top in range(0, grid.height, tall):
        bottom = min(top + tall, grid.height)
        near = by_row[
            np.searchsorted(first_rows, top - longest) : np.searchsorted(first_rows, bottom)
        ]
        near = near[rows[near, 1] > top]
        for left, right in _touched_columns(grid, cols[near], wide):
            across = near[(cols[near, 0] < right) & (cols[near, 1] > left)]
            for upper in range(top, bottom, step):
                lower = min(upper + step, bottom)
                met = across[(rows[across, 0] < lower) & (rows[across, 1] > upper)]
                if len(met):
                    yield (upper, lower, left, right), np.sort(met)


def _window_shape(grid: RasterGrid) -> tuple[int, int, int]:
    """Rows and columns of groups of whole blocks, and the rows that a window takes of them.

    Only a block that is too large by itself is read in several windows, one after the other, while
    GDAL keeps it.
    """
    high, wide = min(grid.block[0], grid.height), min(grid.block[1], grid.width)
    cells = WINDOW_BYTES // np.dtype(grid.dtype).itemsize
    if high * wide > cells:
        return high, wide, high if high * wide <= BLOCK_CELLS else max(1, BLOCK_CELLS // wide)
    columns = max(1, min(-(-grid.width // wide), cells // (high * wide))) * wide
    tall = max(1, cells // (high * columns)) * high if columns >= grid.width else high
    return tall, columns, tall


def _touched_columns(grid: RasterGrid, cols: IntArray, most: int) -> Iterator[tuple[int, int]]:
    """Stretches of neighbouring block columns that parts touch, none wider than ``most``."""
    wide = min(grid.block[1], grid.width)
    blocks = -(-grid.width // wide)
    change = np.zeros(blocks + 1, np.int64)
    np.add.at(change, cols[:, 0] // wide, 1)
    np.add.at(change, (cols[:, 1] - 1) // wide + 1, -1)
    touched = np.concatenate(([False], np.cumsum(change)[:-1] > 0, [False]))
    edges = np.flatnonzero(touched[1:] != touched[:-1]) * wide
    for start, stop in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        for left in range(start, stop, most):
            yield left, min(left + most, stop, grid.width)


@dataclass(slots=True)
class BlockReader:
    """Reads windows of one raster, from any thread or process."""

    grid: RasterGrid  # The raster
    # An open dataset that cannot be opened again by its name; it is read by one thread at a time,
    # and not on a cluster
    dataset: Any = None
    # Whether the reader came from another process, so that nobody here has set GDAL up for it
    travelled: bool = False
    _local: Any = field(default_factory=threading.local)
    _opened: list[Any] = field(default_factory=list)
    _lock: Any = field(default_factory=threading.Lock)

    def __reduce__(self) -> tuple[Any, tuple[RasterGrid, None, bool]]:
        """Cross a process border as a description; the raster is opened again over there."""
        self.require_file()
        return BlockReader, (self.grid, None, True)

    def environment(self) -> rasterio.Env:
        """Set GDAL up for reading this raster; to be entered around all the work."""
        block = int(np.prod(self.grid.block)) * np.dtype(self.grid.dtype).itemsize
        least, most = CACHE_BYTES
        return rasterio.Env(GDAL_CACHEMAX=min(max(4 * block, least), most), **GDAL_OPTIONS)

    def require_file(self) -> None:
        """Refuse a dataset that other processes cannot open."""
        if self.dataset is not None:
            raise InputError("layers.engine.cluster_needs_file", grid=self.grid.name)

    def read(self, window: Window) -> tuple[npt.NDArray[Any], npt.NDArray[np.bool_] | None]:
        """Read values, and where there is data."""
        top, bottom, left, right = window
        part = RasterWindow(left, top, right - left, bottom - top)
        grid, masks = self.grid, []
        with self.environment() if self.travelled else nullcontext():
            values = self._room(bottom - top, right - left)
            dataset = self._handle() if self.dataset is None else self.dataset
            alone = nullcontext() if self.dataset is None else self._lock
            with alone, reading(Path(grid.name).name):
                dataset.read(grid.band, window=part, out=values)
                if grid.masked:
                    masks.append(dataset.read_masks(grid.band, window=part) > 0)
                if grid.alpha is not None:
                    masks.append(dataset.read(grid.alpha, window=part) > 0)
        return values, np.logical_and.reduce(masks) if masks else None

    def _room(self, height: int, width: int) -> npt.NDArray[Any]:
        """Place for the values of a window: each thread keeps one, as fresh memory costs more."""
        room = getattr(self._local, "room", None)
        if room is None or room.size < height * width:
            room = self._local.room = np.empty(height * width, self.grid.dtype)
        return room[: height * width].reshape(height, width)

    def _handle(self) -> Any:
        handle = getattr(self._local, "handle", None)
        if handle is None:
            handle = self._local.handle = open_raster(self.grid.name, checked=True)
            self._opened.append(handle)
        return handle

    def close(self) -> None:
        """Close every handle that was opened."""
        for handle in self._opened:
            handle.close()
        self._opened.clear()
        self._local = threading.local()


def refuse_too_many(cells: int, name: str, files: Sequence[Path]) -> None:
    """Refuse to go through more cells than a country has, or than its files can tell apart."""
    if cells > CELLS_LIMIT:
        raise InputError(
            "layers.engine.too_many_cells",
            name=name,
            cells=cells / 1000000000.0,
            cells_limit=CELLS_LIMIT / 1000000000.0,
        )
    size = sum(file.stat().st_size for file in files)
    if cells > max(_FEW_CELLS, _CELLS_A_BYTE * size):
        raise InputError(
            "layers.engine.cells_from_nothing", name=name, cells=cells / 1e9, mb=size / 1e6
        )


def require_dataset(raster: Any) -> None:
    """Refuse what is no open raster."""
    if getattr(raster, "closed", True) or "r" not in getattr(raster, "mode", ""):
        raise InputError("layers.engine.not_a_dataset", raster=raster)


def can_reopen(grid: RasterGrid) -> bool:
    """Tell whether a raster's name opens the same raster again."""
    if not Path(grid.name).is_file():
        return False
    with open_raster(grid.name, checked=True) as dataset:
        return grid.band <= dataset.count and raster_grid(dataset, grid.band) == grid


def require_class(highest: int) -> None:
    """Refuse a class that no table of classes can hold."""
    if highest > np.iinfo(np.int64).max:
        raise InputError("layers.engine.class_too_large", highest=highest)


def with_data(
    values: npt.NDArray[Any], has_data: npt.NDArray[np.bool_] | None, nodata: int | None
) -> npt.NDArray[np.bool_]:
    """Cells that have a class."""
    valid = np.ones(values.shape, bool) if has_data is None else has_data
    return valid if nodata is None else valid & (values != nodata)
