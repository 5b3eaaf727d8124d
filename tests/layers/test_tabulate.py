"""Cells and hectares by class: numbers that can be checked in the head."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely
from affine import Affine
from rasterio.io import MemoryFile

from layers import tabulate_area
from layers.errors import InputError

EAST, NORTH = 450_000.0, 2_400_000.0  # in EPSG:9215, near its central meridian
Raster = Callable[..., Any]


@pytest.fixture
def raster() -> Iterator[Raster]:
    """Make an open raster of 100 m cells from rows of classes."""
    with ExitStack() as stack:

        def make(rows: Any, *, dtype: str = "uint8", **profile: Any) -> Any:
            mask = profile.pop("mask", None)
            values = np.array(rows, dtype)
            settings: dict[str, Any] = {
                "driver": "GTiff",
                "width": values.shape[1],
                "height": values.shape[0],
                "count": 1,
                "dtype": dtype,
                "crs": "EPSG:9215",
                "transform": Affine(100.0, 0.0, EAST, 0.0, -100.0, NORTH),
            }
            memory = stack.enter_context(MemoryFile())
            with memory.open(**(settings | profile)) as dataset:
                dataset.write(values, 1)
                if mask is not None:
                    dataset.write_mask(np.array(mask, bool))
            return stack.enter_context(memory.open())

        yield make


def cells(*shapes: shapely.Geometry | None, ids: Any = None, crs: Any = "EPSG:9215") -> Any:
    """Polygons given in cells from the raster's upper left corner, x right, y down."""
    placed = [
        None
        if shape is None
        else shapely.transform(shape, lambda xy: xy * [100.0, -100.0] + [EAST, NORTH])
        for shape in shapes
    ]
    return gpd.GeoDataFrame(
        {"code": ids or list("abcdefgh"[: len(shapes)])}, geometry=placed, crs=crs
    )


def as_dict(table: Any, value: str = "cells", code: str = "a") -> dict[int | None, float]:
    rows = table[table["code"] == code]
    return {
        None if missing else int(key): figure
        for key, figure, missing in zip(
            rows["class"].fillna(0), rows[value], rows["class"].isna(), strict=True
        )
    }


def test_whole_and_cut_cells_of_a_square(raster: Raster) -> None:
    table = tabulate_area(cells(shapely.box(0, 0, 1.5, 1.5)), raster([[1, 2], [3, 4]]))
    assert list(table.columns) == ["code", "class", "cells", "area_ha"]
    assert as_dict(table) == {1: 1.0, 2: 0.5, 3: 0.5, 4: 0.25, None: 0.0}
    assert as_dict(table, "area_ha") == {1: 1.0, 2: 0.5, 3: 0.5, 4: 0.25, None: 0.0}


def test_a_triangle_halves_the_cells_on_its_edge(raster: Raster) -> None:
    triangle = shapely.Polygon([(0, 0), (3, 3), (0, 3)])
    table = tabulate_area(cells(triangle), raster([[1, 9, 9], [2, 3, 9], [2, 2, 3]]))
    assert as_dict(table) == pytest.approx({1: 0.5, 2: 3.0, 3: 1.0, None: 0.0})


def test_nodata_and_the_part_outside_stand_under_no_class(raster: Raster) -> None:
    table = tabulate_area(cells(shapely.box(-1, 0, 2, 1)), raster([[1, 255]], nodata=255))
    assert as_dict(table) == {1: 1.0, None: 2.0}


def test_a_polygon_outside_the_raster_keeps_its_row(raster: Raster) -> None:
    table = tabulate_area(cells(shapely.box(10, 10, 12, 11)), raster([[1]]))
    assert as_dict(table) == {None: 2.0}
    assert as_dict(table, "area_ha") == {None: 2.0}


def test_a_float_raster_is_refused(raster: Raster) -> None:
    with pytest.raises(InputError, match=r"integers.*float32.*classify"):
        tabulate_area(cells(shapely.box(0, 0, 1, 1)), raster([[1.5]], dtype="float32"))
