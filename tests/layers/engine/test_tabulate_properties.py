"""What holds for any polygon on any raster: sums, invariances, agreement with others."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pandas as pd
import pytest
import shapely
from affine import Affine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import layers.engine.raster
import layers.engine.tabulate_tasks
from layers import tabulate_area
from tests.layers.engine.engine_ground import EAST, NORTH, polygons, raster_file, shapes_in, sums

SIDE = 12
CLASSES = np.random.default_rng(1).integers(1, 5, (SIDE, SIDE))
CELL_HA = 1.0

few = settings(max_examples=60, suppress_health_check=list(HealthCheck))


@pytest.fixture(scope="module")
def raster() -> Any:
    with raster_file(CLASSES).open() as dataset:
        yield dataset


@few
@given(shapes_in(SIDE))
def test_classes_and_no_class_sum_to_the_area(raster: Any, shape: shapely.Geometry) -> None:
    # Shapes reach beyond the raster's edge as often as not.
    frame = polygons(shape)
    table = tabulate_area(frame, raster)
    area_ha = frame.area.iloc[0] / 1e4
    assert table["area_ha"].sum() == pytest.approx(area_ha, rel=1e-9)
    assert table["cells"].sum() == pytest.approx(area_ha / CELL_HA, rel=1e-9)
    assert (table["cells"] >= 0).all()


@few
@given(shapes_in(SIDE))
def test_shares_agree_with_geos_cell_by_cell(raster: Any, shape: shapely.Geometry) -> None:
    rows, cols = np.mgrid[0:SIDE, 0:SIDE]
    cells = shapely.box(cols, rows, cols + 1, rows + 1)
    shares = shapely.area(shapely.intersection(cells, shape))
    expected = np.bincount(CLASSES.ravel(), shares.ravel(), 5)
    found = sums(tabulate_area(polygons(shape), raster))
    assert [found.get(k, 0.0) for k in range(1, 5)] == pytest.approx(expected[1:], abs=1e-9)


@few
@given(shapes_in(SIDE), st.integers(1, 9))
def test_the_first_vertex_and_the_direction_do_not_matter(
    raster: Any, shape: shapely.Geometry, turn: int
) -> None:
    def turned(ring: shapely.LinearRing) -> np.ndarray:
        return np.roll(np.array(ring.coords)[:-1], turn, axis=0)[::-1]

    parts = [
        shapely.Polygon(turned(part.exterior), [turned(hole) for hole in part.interiors])
        for part in shapely.get_parts(shape)
    ]
    first = sums(tabulate_area(polygons(shape), raster))
    second = sums(tabulate_area(polygons(shapely.MultiPolygon(parts)), raster))
    assert second == pytest.approx(first, abs=1e-9)


@few
@given(shapes_in(SIDE), st.integers(-3, 3), st.integers(-3, 3))
def test_moving_polygon_and_raster_by_whole_cells_changes_nothing(
    shape: shapely.Geometry, right: int, down: int
) -> None:
    moved = Affine(100, 0, EAST + 100 * right, 0, -100, NORTH - 100 * down)
    shifted = shapely.transform(shape, lambda xy: xy + np.array([right, down]))
    with raster_file(CLASSES).open() as here, raster_file(CLASSES, transform=moved).open() as there:
        first = sums(tabulate_area(polygons(shape), here))
        second = sums(tabulate_area(polygons(shifted), there))
    assert second == pytest.approx(first, abs=1e-9)


@few
@given(shapes_in(SIDE), st.floats(1, SIDE - 1), st.booleans())
def test_the_halves_of_a_polygon_sum_to_the_whole(
    raster: Any, shape: shapely.Geometry, at: float, across: bool
) -> None:
    far = 10 * SIDE
    knife = shapely.box(-far, -far, far, at) if across else shapely.box(-far, -far, at, far)
    pieces = [shapely.intersection(shape, knife), shapely.difference(shape, knife)]
    whole = tabulate_area(polygons(shape, codes=["a"]), raster)
    halves = tabulate_area(polygons(*pieces, codes=["a", "a"]), raster)
    assert sums(halves) == pytest.approx(sums(whole), abs=1e-6)


LAYOUTS: list[dict[str, Any]] = [
    {"blockysize": 1},
    {"blockysize": 5},
    {"tiled": True, "blockxsize": 16, "blockysize": 16},
    {"tiled": True, "blockxsize": 32, "blockysize": 16, "compress": "deflate"},
    {"driver": "COG", "blocksize": 128},
]


@pytest.mark.parametrize("layout", LAYOUTS, ids=str)
@settings(max_examples=8, suppress_health_check=list(HealthCheck))
@given(st.lists(shapes_in(60), min_size=1, max_size=3))
def test_the_layout_of_the_file_does_not_matter(
    monkeypatch: pytest.MonkeyPatch, layout: dict[str, Any], shapes: list[shapely.Geometry]
) -> None:
    values = np.random.default_rng(2).integers(1, 5, (60, 50))
    frame = polygons(*shapes)
    with raster_file(values).open() as one:
        expected = tabulate_area(frame, one)
    for window_bytes, entries in [(64, 1), (400, 20), (1 << 20, 1 << 20)]:
        monkeypatch.setattr(layers.engine.raster, "WINDOW_BYTES", window_bytes)
        monkeypatch.setattr(layers.engine.tabulate_tasks, "ENTRIES", entries)
        with raster_file(values, **layout).open() as other:
            found = tabulate_area(frame, other)
        pd.testing.assert_frame_equal(found, expected, rtol=1e-12, atol=1e-9)


def test_workers_do_not_change_a_digit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layers.engine.raster, "WINDOW_BYTES", 100)
    random = np.random.default_rng(3)
    corners = random.uniform(0, 40, (50, 2))
    frame = polygons(*shapely.box(*corners.T, *(corners + 7.3).T), codes=range(50))
    with raster_file(random.integers(1, 5, (50, 50)), blockysize=1).open() as raster:
        one, two = (tabulate_area(frame, raster, workers=n) for n in (1, 3))
    assert one.equals(two)


def test_each_block_is_read_once_and_only_if_touched(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layers.engine.raster, "WINDOW_BYTES", 600)
    reader = layers.engine.raster.BlockReader
    windows: list[tuple[int, int, int, int]] = []
    read = reader.read

    def recorded(self: Any, window: Any) -> Any:
        windows.append(window)
        return read(self, window)

    monkeypatch.setattr(reader, "read", recorded)
    values = np.ones((100, 100))
    tiles = {"tiled": True, "blockxsize": 16, "blockysize": 16}
    # Two polygons in the same corner, one far away, one across the gap's edge.
    boxes = [shapely.box(1, 1, 30, 30), shapely.box(5, 5, 20, 47), shapely.box(70, 70, 99, 90)]
    with raster_file(values, **tiles).open() as raster:
        tabulate_area(polygons(*boxes), raster)
    times = np.zeros((100, 100), int)
    for top, bottom, left, right in windows:
        assert top % 16 == 0
        assert left % 16 == 0
        assert (bottom - top) * (right - left) <= 600
        times[top:bottom, left:right] += 1
    assert times.max() == 1
    touched = np.zeros((100, 100), bool)
    touched[0:32, 0:32] = touched[0:48, 0:32] = touched[64:96, 64:100] = True
    assert (times[touched] == 1).all()
    assert times[~touched].sum() == 0


def test_a_block_that_is_too_large_is_read_piece_by_piece(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layers.engine.raster, "WINDOW_BYTES", 100)
    monkeypatch.setattr(layers.engine.raster, "BLOCK_CELLS", 500)
    frame = polygons(shapely.box(10, 5, 90, 60), shapely.box(70, 3, 95, 40))
    values = np.random.default_rng(8).integers(1, 5, (64, 100))
    tiles = {"tiled": True, "blockxsize": 64, "blockysize": 32}
    with raster_file(values).open() as one, raster_file(values, **tiles).open() as other:
        grid = layers.engine.raster.raster_grid(other, 1)
        parts = np.array([[5, 60, 10, 90], [3, 40, 70, 95]])
        windows = [window for window, _ in layers.engine.raster.plan_windows(grid, parts)]
        pd.testing.assert_frame_equal(
            tabulate_area(frame, one), tabulate_area(frame, other), rtol=1e-12
        )
    assert all((bottom - top) * (right - left) <= 500 for top, bottom, left, right in windows)
    blocks = [(top // 32, left // 64) for top, _, left, _ in windows]
    again = [block for before, block in itertools.pairwise(blocks) if before != block]
    assert len(again) == len(set(again)), "GDAL keeps a block until it is done with"


@few
@given(st.lists(shapes_in(SIDE), min_size=1, max_size=4))
def test_agreement_with_exactextract(raster: Any, shapes: list[shapely.Geometry]) -> None:
    exactextract = pytest.importorskip("exactextract")
    frame = polygons(*shapes)
    table = tabulate_area(frame, raster)
    peer = exactextract.exact_extract(
        raster, frame, ["count", "unique", "frac"], include_cols=["commune_code"], output="pandas"
    )
    for code, count, unique, frac in peer[["commune_code", "count", "unique", "frac"]].to_numpy():
        expected = {int(k): count * share for k, share in zip(unique, frac, strict=True)}
        found = sums(table, code=code)
        found.pop(None)
        assert found == pytest.approx(expected, abs=1e-5)
