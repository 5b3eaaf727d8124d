"""Rasters of classes: what classes a raster holds, held against the table of the project."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyproj
import rasterio
from rasterio.errors import RasterioError

from layers.base.errors import CrsError, InputError, MissingFileError
from layers.base.findings import Finding, Findings
from layers.base.language import Phrase, format_number
from layers.base.schema import Column, Schema

__all__ = ["RASTER_CLASSES", "RasterLook", "describe_raster"]

RASTER_CLASSES = Schema(
    "raster classes",
    (
        Column("class", "integer", "value of the cells"),
        Column("name", "text", "land class; the value itself where the project names none"),
        Column("cells", "integer", "how many cells have it", minimum=0),
    ),
)


@dataclass(frozen=True, slots=True)
class RasterLook:
    """What a raster of classes holds.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    crs : pyproj.CRS
        Its CRS.
    shape : tuple of int
        Rows and columns.
    nodata : int or None
        Value that means "no class".
    classes : pandas.DataFrame
        Columns of ``RASTER_CLASSES``, sorted by class; nodata is not among them.
    findings : Findings
        Problems of kind ``class-unnamed``, notes of kind ``class-absent``.
    """

    path: Path
    crs: pyproj.CRS
    shape: tuple[int, int]
    nodata: int | None
    classes: pd.DataFrame
    findings: Findings


def describe_raster(
    path: str | Path, classes: Mapping[int, str], *, band: int = 1, source: str | None = None
) -> RasterLook:
    """Count the cells of every class and hold the classes against their names.

    Parameters
    ----------
    path : str or Path
        A raster file that GDAL reads, on this machine.
    classes : mapping of int to str
        Value → land class.
    band : int
        Band, from 1.
    source : str, optional
        Name for messages; default the file's.

    Returns
    -------
    RasterLook
        A value without a name is a problem and keeps its number as its name; a name without cells
        is a note.

    Raises
    ------
    MissingFileError
        There is no such file or band.
    CrsError
        The raster has no CRS.
    InputError
        The file is no raster, is damaged, or its values are not whole numbers.
    """
    path = Path(path)
    name = source or path.name
    if not path.is_file():
        raise MissingFileError(
            en=f"{name}: file not found: {path}. Check the path in the project file.",
            vi=f"{name}: không tìm thấy tệp: {path}. Hãy kiểm tra đường dẫn trong tệp dự án.",
        )
    try:
        with rasterio.open(path) as raster:
            _refuse_unfit(raster, band, name)
            counts = _count(raster, band)
            nodata = raster.nodatavals[band - 1]
            crs, shape = pyproj.CRS.from_user_input(raster.crs), raster.shape
    except RasterioError as error:
        reason = " ".join(str(error).split())[:300]
        raise InputError(
            en=f"{name}: could not be read as a raster ({reason}).",
            vi=f"{name}: không đọc được như một ảnh raster ({reason}).",
        ) from error
    table, findings = _named(counts, classes, name)
    whole = None if nodata is None or np.isnan(nodata) else int(nodata)
    return RasterLook(path, crs, shape, whole, table, findings)


def _refuse_unfit(raster: rasterio.DatasetReader, band: int, name: str) -> None:
    if not 1 <= band <= raster.count:
        raise MissingFileError(
            en=f"{name}: no band {band}; the raster has {raster.count}.",
            vi=f"{name}: không có kênh {band}; ảnh có {raster.count} kênh.",
        )
    if raster.crs is None:
        raise CrsError(
            en=f"{name}: expected a coordinate reference system, found none; save the raster with "
            "its CRS.",
            vi=f"{name}: ảnh raster không có hệ tọa độ; hãy lưu lại kèm hệ tọa độ.",
        )
    kind = raster.dtypes[band - 1]
    if not np.issubdtype(np.dtype(kind), np.integer):
        raise InputError(
            en=f"{name}: expected classes as whole numbers, found {kind} values.",
            vi=f"{name}: các lớp phải là số nguyên, lại gặp kiểu {kind}.",
        )


def _count(raster: rasterio.DatasetReader, band: int) -> pd.Series[int]:
    """Cells by value, window by window, without nodata and masked cells."""
    total: dict[int, int] = {}
    for _, window in raster.block_windows(band):
        values = raster.read(band, window=window, masked=True).compressed()
        found, cells = np.unique(values, return_counts=True)
        for value, number in zip(found.tolist(), cells.tolist(), strict=True):
            total[value] = total.get(value, 0) + number
    return pd.Series(total, dtype="int64").sort_index()


def _named(
    counts: pd.Series[int], classes: Mapping[int, str], name: str
) -> tuple[pd.DataFrame, Findings]:
    findings = Findings()
    unnamed = [value for value in counts.index if value not in classes]
    if unnamed:
        cells = int(counts[unnamed].sum())
        findings.add(
            Finding(
                "problem",
                "class-unnamed",
                name,
                Phrase(
                    en=f"classes without a name in the project file: {unnamed[:5]} "
                    f"({format_number(cells, 'en')} cells); add them to 'classes:'",
                    vi=f"các lớp chưa có tên trong tệp dự án: {unnamed[:5]} "
                    f"({format_number(cells, 'vi')} ô); hãy bổ sung vào mục 'classes:'",
                ),
                count=len(unnamed),
                examples=tuple(str(value) for value in unnamed[:5]),
            )
        )
    absent = sorted(set(classes) - set(counts.index))
    if absent:
        findings.add(
            Finding(
                "note",
                "class-absent",
                name,
                Phrase(
                    en=f"classes of the project file that no cell has: {absent[:5]}",
                    vi=f"các lớp trong tệp dự án không có ô nào: {absent[:5]}",
                ),
                count=len(absent),
                examples=tuple(str(value) for value in absent[:5]),
            )
        )
    names = [classes.get(value, str(value)) for value in counts.index]
    table = pd.DataFrame({"class": counts.index, "name": names, "cells": counts.to_numpy()})
    return RASTER_CLASSES.validate(table), findings
