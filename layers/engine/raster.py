"""A class raster, block by block: what it must be, which windows are read, and reading them.

Each block of the file is decoded once, whatever the number of polygons, and blocks that no polygon
touches are left alone. A window is a group of whole blocks of bounded size.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import affine
import numpy as np
import numpy.typing as npt
import pyproj
import rasterio
from rasterio.enums import MaskFlags
from rasterio.windows import Window as RasterWindow

from layers.base.errors import CrsError, InputError, MissingFileError
from layers.engine.cell_coverage import Window
from layers.engine.rings import IntArray

__all__ = [
    "BlockReader",
    "RasterGrid",
    "can_reopen",
    "describe_raster",
    "open_raster",
    "plan_windows",
    "require_dataset",
]

#: A window is not larger than this, unless one block of the file is: much larger windows leave the
#: processor's caches, much smaller ones walk the edges too often.
WINDOW_BYTES = 6 << 20
#: A window never has more cells than this.
BLOCK_CELLS = 16 << 20
#: GDAL keeps decoded blocks; whole blocks are read once, so that it need not keep many. It works
#: faster within few. Between these bounds, so that a large block is there for its next window.
CACHE_BYTES = (16 << 20, 64 << 20)

RasterSource = str | Path | Any


@dataclass(frozen=True, slots=True)
class RasterGrid:
    """Where the cells of a raster lie, and what its file is like.

    Parameters
    ----------
    name : str
        Path, as GDAL knows it.
    band : int
        Band number, from 1.
    crs : pyproj.CRS
        Projected or geographic.
    transform : affine.Affine
        From column and row to coordinates, without rotation.
    width, height : int
        Cells.
    dtype : str
        An integer type.
    nodata : int or None
        Value that is no class.
    masked : bool
        Whether a mask band or an alpha band says where there is data.
    block : tuple of int
        Rows and columns of a block of the file.
    """

    name: str
    band: int
    crs: pyproj.CRS
    transform: affine.Affine
    width: int
    height: int
    dtype: str
    nodata: int | None
    masked: bool
    block: tuple[int, int]


def describe_raster(dataset: Any, band: int) -> RasterGrid:
    """Grid of an open raster, if classes can be counted on it."""
    name = str(dataset.name)
    if not 1 <= band <= dataset.count:
        raise InputError(
            en=f"{name}: band {band} asked for, the raster has bands 1 to {dataset.count}.",
            vi=f"{name}: cần kênh {band}, nhưng ảnh chỉ có các kênh từ 1 đến {dataset.count}.",
        )
    dtype = str(dataset.dtypes[band - 1])
    if np.dtype(dtype).kind not in "iu":
        raise InputError(
            en=f"{name}: a raster of classes (integers) is needed, band {band} is {dtype}; "
            "classify it first (gdal_calc, or gdal_translate -ot Int32).",
            vi=f"{name}: cần ảnh phân lớp (số nguyên), kênh {band} là {dtype}; hãy phân lớp trước "
            "(gdal_calc, hoặc gdal_translate -ot Int32).",
        )
    transform = dataset.transform
    if transform.b or transform.d:
        raise InputError(
            en=f"{name}: the raster is rotated (transform {tuple(transform)[:6]}); straighten it "
            "first with gdalwarp.",
            vi=f"{name}: ảnh bị xoay (tham số {tuple(transform)[:6]}); hãy nắn thẳng "
            "bằng gdalwarp.",
        )
    nodata = dataset.nodatavals[band - 1]
    flags = dataset.mask_flag_enums[band - 1]
    return RasterGrid(
        name=name,
        band=band,
        crs=_raster_crs(dataset, name),
        transform=transform,
        width=dataset.width,
        height=dataset.height,
        dtype=dtype,
        nodata=None if nodata is None or nodata != nodata or nodata % 1 else int(nodata),
        masked=MaskFlags.per_dataset in flags or MaskFlags.alpha in flags,
        block=dataset.block_shapes[band - 1],
    )


def _raster_crs(dataset: Any, name: str) -> pyproj.CRS:
    if not dataset.crs:
        raise CrsError(
            en=f"{name}: the raster has no CRS; set it with gdal_edit -a_srs EPSG:….",
            vi=f"{name}: ảnh không có hệ tọa độ; hãy gán bằng gdal_edit -a_srs EPSG:….",
        )
    crs = pyproj.CRS.from_user_input(dataset.crs)
    plain = crs.sub_crs_list[0] if crs.is_compound else crs
    if not (plain.is_projected or (plain.is_geographic and not plain.is_derived)):
        raise CrsError(
            en=f"{name}: a projected CRS or longitude/latitude is needed, found {crs.name!r}; "
            "reproject with gdalwarp -t_srs.",
            vi=f"{name}: cần hệ tọa độ phẳng hoặc kinh/vĩ độ, thấy {crs.name!r}; hãy chuyển đổi "
            "bằng gdalwarp -t_srs.",
        )
    return plain


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
    """Reads windows of one raster, from any thread or process.

    Parameters
    ----------
    grid : RasterGrid
        The raster.
    dataset : rasterio dataset or None
        An open dataset that cannot be opened again by its name; it is read by one thread at a
        time, and not on a cluster.
    travelled : bool
        Whether the reader came from another process, so that nobody here has set GDAL up for it.
    """

    grid: RasterGrid
    dataset: Any = None
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
        return rasterio.Env(GDAL_CACHEMAX=min(max(4 * block, least), most))

    def require_file(self) -> None:
        """Refuse a dataset that other processes cannot open."""
        if self.dataset is not None:
            raise InputError(
                en=f"{self.grid.name}: a cluster needs a raster file that its workers can open.",
                vi=f"{self.grid.name}: cụm máy cần tệp ảnh mà các máy của cụm mở được.",
            )

    def read(self, window: Window) -> tuple[npt.NDArray[Any], npt.NDArray[np.bool_] | None]:
        """Read values, and where there is data."""
        top, bottom, left, right = window
        part = RasterWindow(left, top, right - left, bottom - top)
        band = self.grid.band
        with self.environment() if self.travelled else nullcontext():
            values = self._room(bottom - top, right - left)
            dataset = self._handle() if self.dataset is None else self.dataset
            with nullcontext() if self.dataset is None else self._lock:
                dataset.read(band, window=part, out=values)
                masks = dataset.read_masks(band, window=part) if self.grid.masked else None
        return values, None if masks is None else masks > 0

    def _room(self, height: int, width: int) -> npt.NDArray[Any]:
        """Place for the values of a window: each thread keeps one, as fresh memory costs more."""
        room = getattr(self._local, "room", None)
        if room is None or room.size < height * width:
            room = self._local.room = np.empty(height * width, self.grid.dtype)
        return room[: height * width].reshape(height, width)

    def _handle(self) -> Any:
        handle = getattr(self._local, "handle", None)
        if handle is None:
            handle = self._local.handle = open_raster(self.grid.name)
            self._opened.append(handle)
        return handle

    def close(self) -> None:
        """Close every handle that was opened."""
        for handle in self._opened:
            handle.close()
        self._opened.clear()
        self._local = threading.local()


def require_dataset(raster: Any) -> None:
    """Refuse what is no open raster."""
    if getattr(raster, "closed", True) or "r" not in getattr(raster, "mode", ""):
        raise InputError(
            en=f"raster: expected a path or a rasterio dataset open for reading, found {raster!r}.",
            vi=f"raster: cần đường dẫn hoặc dataset rasterio đang mở để đọc, thấy {raster!r}.",
        )


def can_reopen(grid: RasterGrid) -> bool:
    """Tell whether a raster's name opens the same raster again."""
    if not Path(grid.name).is_file():
        return False
    with open_raster(grid.name) as dataset:
        return grid.band <= dataset.count and describe_raster(dataset, grid.band) == grid


def open_raster(name: str | Path) -> Any:
    """Open a raster for reading."""
    try:
        return rasterio.open(name)
    except rasterio.errors.RasterioIOError as error:
        raise MissingFileError(
            en=f"{name}: the raster cannot be opened ({error}).",
            vi=f"{name}: không mở được tệp ảnh ({error}).",
        ) from error
