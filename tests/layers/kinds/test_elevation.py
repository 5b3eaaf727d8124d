"""Planes and domes whose altitude and slope one knows."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import rasterio
from rasterio.transform import from_origin

from layers.base.errors import CrsError, InputError, MissingFileError
from layers.kinds.elevation import classify_elevation, horn_slope


def write(path: Path, heights: np.ndarray, crs: str | None, transform: object) -> Path:
    with rasterio.open(
        path, "w", driver="GTiff", width=heights.shape[1], height=heights.shape[0], count=1,
        dtype="float32", nodata=-9999, crs=crs, transform=transform,
    ) as raster:  # fmt: skip
        raster.write(heights.astype("float32"), 1)
    return path


def test_slope_of_planes() -> None:
    east, south = np.meshgrid(np.arange(5.0), np.arange(5.0))
    ones = np.ones(3)
    for across, down in ((1, 0), (0, 1), (3, 4)):
        slope = horn_slope(across * east + down * south, wide_m=ones, high_m=ones)
        assert np.allclose(slope, np.degrees(np.arctan(np.hypot(across, down))))
    assert np.allclose(horn_slope(east, wide_m=2 * ones, high_m=ones), np.degrees(np.arctan(0.5)))


def test_horn_weighs_the_neighbours() -> None:
    # One raised corner of 8 m: dz/dx = dz/dy = 8 / 8.
    heights = np.zeros((3, 3))
    heights[0, 2] = 8.0
    slope = horn_slope(heights, wide_m=np.ones(1), high_m=np.ones(1))
    assert slope[0, 0] == pytest.approx(np.degrees(np.arctan(np.sqrt(2))))


def test_classes_of_a_ramp_across_blocks(tmp_path: Path) -> None:
    # 1,200 rows of 10 m that rise 1 m a row: 5.7 degrees; above 800 m steeper.
    rows = np.arange(1200.0)
    rise = np.where(rows < 800, rows, 800 + (rows - 800) * 10)
    path = write(
        tmp_path / "độ cao.tif",
        np.repeat(rise[:, None], 4, axis=1),
        "EPSG:9215",
        from_origin(450_000, 2_400_000, 10, 10),
    )
    target = tmp_path / "classes.tif"
    classes = classify_elevation(path, target, altitudes_m=[200, 800], slopes_degree=[30])
    assert classes["class"].tolist() == [1, 2, 3, 4, 5, 6]
    assert classes.iloc[2][["altitude_low_m", "slope_high_degree"]].tolist() == [200, 30]
    with rasterio.open(target) as raster:
        values = raster.read(1)[:, 1]
        assert raster.nodata == 0
    assert values[0] == 0
    assert (values[1:200] == 1).all()
    assert (values[200:800] == 3).all()
    assert (values[801:1199] == 6).all()
    assert values[1199] == 0


def test_cells_of_a_lonlat_raster_are_measured_on_the_ellipsoid(tmp_path: Path) -> None:
    # At 22° N an arc second is 30.76 m north and 28.69 m east; 10 m per cell eastwards.
    heights = np.tile(np.arange(6.0) * 10, (6, 1))
    second = 1 / 3600
    path = write(tmp_path / "d.tif", heights, "EPSG:4326", from_origin(106, 22, second, second))
    angle = np.degrees(np.arctan(10 / 28.69))
    for edge, value in ((angle - 0.05, 2), (angle + 0.05, 1)):
        classify_elevation(path, tmp_path / "c.tif", altitudes_m=[], slopes_degree=[edge])
        with rasterio.open(tmp_path / "c.tif") as raster:
            assert raster.read(1)[3, 3] == value


def test_no_height_no_class(tmp_path: Path) -> None:
    heights = np.zeros((7, 7))
    heights[3, 3] = -9999
    path = write(tmp_path / "d.tif", heights, "EPSG:9215", from_origin(0, 0, 10, 10))
    classify_elevation(path, tmp_path / "c.tif", altitudes_m=[], slopes_degree=[])
    with rasterio.open(tmp_path / "c.tif") as raster:
        values = raster.read(1)
    assert (values == 1).sum() == 25 - 9
    assert (values[2:5, 2:5] == 0).all()


def test_refusals(tmp_path: Path) -> None:
    flat, corner = np.zeros((3, 3)), from_origin(0, 0, 10, 10)
    target = tmp_path / "c.tif"
    with pytest.raises(MissingFileError, match=r"No file .*no\.tif"):
        classify_elevation(tmp_path / "no.tif", target, altitudes_m=[], slopes_degree=[])
    path = write(tmp_path / "d.tif", flat, None, corner)
    with pytest.raises(CrsError, match="no CRS"):
        classify_elevation(path, target, altitudes_m=[], slopes_degree=[])
    path = write(tmp_path / "e.tif", flat, "EPSG:9215", corner)
    with pytest.raises(InputError, match="must rise"):
        classify_elevation(path, target, altitudes_m=[800, 200], slopes_degree=[])
    with pytest.raises(InputError, match="at most 255"):
        classify_elevation(path, target, altitudes_m=list(range(300)), slopes_degree=[])
    turned = rasterio.Affine(10, 1, 0, 1, -10, 0)
    path = write(tmp_path / "f.tif", flat, "EPSG:9215", turned)
    with pytest.raises(InputError, match="rotated"):
        classify_elevation(path, target, altitudes_m=[], slopes_degree=[])
    path = write(tmp_path / "g.tif", flat, "EPSG:9215", corner)  # decimetres, declared as such
    with rasterio.open(path, "r+") as dataset:
        dataset.scales = (0.1,)
    with pytest.raises(InputError, match=r"scale of 0\.1 .*-unscale"):
        classify_elevation(path, target, altitudes_m=[], slopes_degree=[])
