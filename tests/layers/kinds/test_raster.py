"""Rasters of classes against the table of the project."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import rasterio
from affine import Affine

from layers import CrsError, InputError, MissingFileError, describe_raster


def save(folder: Path, values: np.ndarray, *, crs: str | None = "EPSG:9215") -> Path:
    path = folder / "lớp phủ.tif"
    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        width=values.shape[1],
        height=values.shape[0],
        count=1,
        dtype=values.dtype,
        crs=crs,
        nodata=0,
        transform=Affine(30, 0, 500_000, 0, -30, 2_400_000),
    ) as raster:
        raster.write(values, 1)
    return path


def test_cells_are_counted_and_nodata_is_no_class(folder: Path) -> None:
    look = describe_raster(
        save(folder, np.array([[0, 1, 1], [2, 1, 0]], dtype="uint8")), {1: "tree", 2: "water"}
    )
    assert look.classes.to_numpy().tolist() == [[1, "tree", 3], [2, "water", 1]]
    assert look.shape == (2, 3)
    assert look.nodata == 0
    assert look.crs.to_epsg() == 9215
    assert look.findings.items == []


def test_a_class_without_a_name_is_a_problem_and_a_name_without_cells_a_note(folder: Path) -> None:
    look = describe_raster(
        save(folder, np.array([[1, 7, 7]], dtype="int16")), {1: "tree", 3: "rice"}, source="phủ"
    )
    assert look.classes["name"].tolist() == ["tree", "7"]
    (problem,) = look.findings.of("problem")
    assert problem.kind == "class-unnamed"
    assert "[7] (2 cells)" in problem.message.en
    (note,) = look.findings.of("note")
    assert note.examples == ("3",)


def test_unfit_rasters_are_refused(folder: Path) -> None:
    with pytest.raises(InputError, match="expected classes as whole numbers, found float32"):
        describe_raster(save(folder, np.ones((2, 2), dtype="float32")), {})
    path = save(folder, np.ones((2, 2), dtype="uint8"))
    with pytest.raises(MissingFileError, match="no band 2; the raster has 1"):
        describe_raster(path, {}, band=2)
    with pytest.raises(MissingFileError, match="file not found"):
        describe_raster(folder / "no.tif", {})
    (folder / "text.tif").write_text("no raster", "utf-8")
    with pytest.raises(InputError, match="could not be read as a raster"):
        describe_raster(folder / "text.tif", {})
    with pytest.raises(CrsError, match="expected a coordinate reference system"):
        describe_raster(save(folder, np.ones((2, 2), dtype="uint8"), crs=None), {})
