"""Scales: rounded, as large as the sheet allows, true."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from layers.base.errors import InputError
from maps.atlas.map_frame import (
    SCALES,
    MapFrame,
    MapWindow,
    choose_scale,
    fill_window,
    fit_window,
    grid_lines,
    round_length,
)
from maps.atlas.sheet import Box, Sheet
from maps.symbols.fonts import find_fonts


def test_scale_of_a_commune() -> None:
    # 17.1 km on 240 mm would be 1:71,250; the next rounded scale shows it whole.
    assert choose_scale(10_000, 17_100, frame_width_mm=272, frame_height_mm=240) == 75_000


def test_extent_that_fits_exactly_keeps_its_scale() -> None:
    assert choose_scale(2_500, 100, frame_width_mm=100, frame_height_mm=100) == 25_000


@given(width=st.floats(20, 400_000), height=st.floats(20, 400_000))
def test_no_larger_scale_of_the_list_would_do(width: float, height: float) -> None:
    chosen = choose_scale(width, height, frame_width_mm=272, frame_height_mm=240)
    needed = 1000 * max(width / 272, height / 240)
    assert needed <= chosen * (1 + 1e-9)
    assert all(scale < needed for scale in SCALES if scale < chosen)


@given(
    west=st.floats(-1e6, 1e6),
    south=st.floats(0, 3e6),
    width=st.floats(10, 3e5),
    height=st.floats(10, 3e5),
)
def test_window_holds_the_extent_and_is_true(
    west: float, south: float, width: float, height: float
) -> None:
    bounds = (west, south, west + width, south + height)
    window = fit_window(bounds, width_mm=272, height_mm=240, margin_mm=3)
    left, bottom, right, top = window.bounds_m
    margin = 3 * window.metres_per_mm * (1 - 1e-6)
    assert left + margin <= bounds[0]
    assert bounds[2] <= right - margin
    assert bottom + margin <= bounds[1]
    assert bounds[3] <= top - margin
    assert right - left == pytest.approx(0.272 * window.denominator)
    assert window.denominator in SCALES


@pytest.mark.parametrize("extent", [30_000_000.0, float("nan"), float("inf")])
def test_extent_of_another_crs_is_refused(extent: float) -> None:
    with pytest.raises(InputError, match=r"fits no map sheet.*Check the CRS"):
        choose_scale(extent, 10, frame_width_mm=272, frame_height_mm=240)


@given(st.floats(1e-3, 1e7))
def test_round_lengths_fill_at_least_two_fifths(longest: float) -> None:
    length = round_length(longest)
    assert longest / 2.51 <= length <= longest * (1 + 1e-9)
    assert f"{length:.0e}"[0] in "125"


def test_grid_lines_are_whole_multiples() -> None:
    assert grid_lines(1_400.0, 6_100.0, step_m=2_000.0) == [2_000.0, 4_000.0, 6_000.0]
    assert grid_lines(2_000.0, 2_000.0, step_m=2_000.0) == [2_000.0]
    assert grid_lines(2_001.0, 3_999.0, step_m=2_000.0) == []


@pytest.mark.parametrize(("width_mm", "height_mm", "fit"), [(400, 277, 62), (300, 250, 58)])
def test_real_communes_fit_where_they_are_known_to(
    shared: Path, width_mm: float, height_mm: float, fit: int
) -> None:
    communes = gpd.read_file(shared / "data" / "lang_son_communes.gpkg", layer="communes")
    bounds = communes.to_crs(9215).bounds
    frame = {"frame_width_mm": width_mm, "frame_height_mm": height_mm}
    scales = []
    for west, south, east, north in bounds.itertuples(index=False):
        lying = choose_scale(east - west, north - south, **frame)
        standing = choose_scale(north - south, east - west, **frame)
        scales.append(min(lying, standing))
    assert sum(scale <= 75_000 for scale in scales) == fit
    assert max(scales) <= 100_000


def test_sketch_fills_its_frame() -> None:
    window = fill_window((1_000, 2_000, 99_000, 12_000), width_mm=100, height_mm=50)
    assert window.denominator == 1_000_000
    west, south, east, north = window.bounds_m
    assert (west, east) == (0, 100_000)
    assert (south + north) / 2 == 7_000


def test_a_sliver_that_collapses_at_the_frame_does_not_stop_the_sheet() -> None:
    # Ground between two drawings of one line: 3e-10 m² that crosses the left edge of the frame.
    sliver = shapely.Polygon(
        [
            (465067.13575285947, 2342005.4173424873),
            (465067.1357528594, 2342005.4173424873),
            (465137.0439523635, 2342016.119622648),
        ]
    )
    square = shapely.box(465000.0, 2341000.0, 466000.0, 2342000.0)
    window = MapWindow(465093.1214386254, 2339244.2122076666, 272.0, 240.0, 20_000)
    frame = MapFrame(Sheet(300, 260, find_fonts()), Box(10, 10, 272, 240), window)
    mixed = shapely.GeometryCollection([sliver, square])
    left = window.bounds_m[0]
    inside = frame.clipped(np.array([sliver, square, mixed], dtype=object))
    expected = (466000.0 - left) * 1000.0
    assert shapely.area(inside) == pytest.approx([0.0, expected, expected], abs=1e-6)
