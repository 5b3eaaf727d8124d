"""Which polygons are repaired, what that changes, and what is left alone."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import MultiPolygon, Polygon, box

from layers import repair_polygons
from layers.base.errors import InputError
from layers.engine.repair import mend
from tests.layers.engine.engine_ground import EAST, NORTH, polygons


def broken(value: float) -> Polygon:
    """Triangle one of whose coordinates is no number, as damaged files have it."""
    corners = np.array([(0, 0), (value, 1), (1, 1), (0, 0)])
    return shapely.set_coordinates(Polygon([(0, 0), (0, 1), (1, 1)]), corners)


INVALID = {
    "bow tie": Polygon([(0, 0), (2, 2), (2, 0), (0, 2)]),
    "spike": Polygon([(0, 0), (2, 0), (2, 1), (5, 1), (2, 1), (2, 2), (0, 2)]),
    "spike at the start": Polygon([(0, 0), (-3, 0), (0, 0), (2, 0), (2, 2), (0, 2)]),
    "self-touching": Polygon([(0, 0), (4, 0), (4, 4), (2, 0), (0, 4)]),
    "ring touches itself twice": Polygon([(0, 0), (3, 0), (1, 1), (3, 2), (0, 2), (1, 1)]),
    "hole outside": Polygon(box(0, 0, 1, 1).exterior, [box(2, 2, 3, 3).exterior]),
    "parts overlap": MultiPolygon([box(0, 0, 2, 2), box(1, 1, 3, 3)]),
    "flat": Polygon([(0, 0), (1, 0), (2, 0)]),
    "no number": broken(float("nan")),
    "infinite": broken(float("inf")),
}
VALID = {
    "square": box(0, 0, 1, 1),
    "clockwise": box(0, 0, 1, 1).reverse(),
    "repeated vertices": Polygon([(0, 0), (0, 0), (1, 0), (1, 0), (1, 0), (1, 1), (0, 0), (0, 0)]),
    "vertex on a straight edge": Polygon([(0, 0), (1, 0), (2, 0), (2, 2), (0, 2)]),
    "hole": Polygon(box(0, 0, 4, 4).exterior, [box(1, 1, 2, 2).exterior]),
    "parts": MultiPolygon([box(0, 0, 1, 1), box(2, 2, 3, 3)]),
    "many edges": shapely.Point(0, 0).buffer(1, quad_segs=64),
    "empty": Polygon(),
    "missing": None,
}


@pytest.mark.parametrize("shape", INVALID.values(), ids=INVALID.keys())
def test_invalid(shape: shapely.Geometry) -> None:
    mended, repairs = mend(np.array([box(0, 0, 1, 1), shape], object))
    assert repairs["position"].tolist() == [1]
    assert shapely.is_valid(mended).all()
    assert set(shapely.get_type_id(mended)) <= {3, 6}


@pytest.mark.parametrize("shape", VALID.values(), ids=VALID.keys())
def test_valid(shape: shapely.Geometry | None) -> None:
    shapes = np.array([shape], object)
    mended, repairs = mend(shapes)
    assert mended is shapes
    assert repairs.empty


@settings(max_examples=300)
@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=3, max_size=9))
def test_any_ring_on_a_grid_is_judged_as_by_geos(corners: list[tuple[int, int]]) -> None:
    # Few grid points: touching, folding back and turning twice happen all the time.
    shape = Polygon(corners)
    _, repairs = mend(np.array([shape], object))
    assert repairs.empty == shapely.is_valid(shape)


def test_a_ring_that_turns_twice_is_not_cleared() -> None:
    angles = np.arange(10) * 4 * np.pi / 10 + 0.1
    reach = np.where(np.arange(10) < 5, 1.0, 2.0)
    twice = Polygon(np.column_stack([reach * np.cos(angles), reach * np.sin(angles)]))
    assert not twice.is_valid
    assert mend(np.array([twice], object))[1]["position"].tolist() == [0]


def test_repairs_are_told_with_the_change_of_area() -> None:
    frame = polygons(box(0, 0, 1, 1), INVALID["bow tie"], None)
    mended, repairs = repair_polygons(frame)
    assert mended.index.equals(frame.index)
    assert mended.geometry.iloc[1].is_valid
    assert mended.geometry.iloc[0] is frame.geometry.iloc[0]
    assert repairs["position"].tolist() == [1]
    assert repairs["reason"].iloc[0].startswith("Self-intersection")
    assert repairs[["before_m2", "after_m2", "change_m2"]].iloc[0].tolist() == pytest.approx(
        [0.0, 20_000.0, 20_000.0]
    )
    assert not frame.geometry.iloc[1].is_valid, "the frame given is left alone"


def test_the_geometry_column_keeps_its_name() -> None:
    frame = polygons(INVALID["bow tie"]).rename_geometry("hinh")
    mended, _ = repair_polygons(frame)
    assert mended.columns.tolist() == frame.columns.tolist()
    assert mended.geometry.name == "hinh"
    assert mended.geometry.is_valid.all()


def test_what_a_repair_leaves_over_is_dropped() -> None:
    mended, repairs = repair_polygons(polygons(INVALID["spike"], INVALID["flat"]))
    assert mended.geometry.iloc[0].area == pytest.approx(40_000)
    assert mended.geometry.iloc[1].is_empty
    assert repairs["after_m2"].tolist() == pytest.approx([40_000, 0])


def test_coordinates_that_are_no_numbers_leave_an_empty_polygon() -> None:
    mended, repairs = repair_polygons(polygons(INVALID["no number"], box(0, 0, 1, 1)))
    assert mended.geometry.iloc[0].is_empty
    assert repairs["after_m2"].tolist() == [0.0]
    assert repairs[["before_m2", "change_m2"]].isna().all(axis=None)


@pytest.mark.parametrize(
    ("crs", "square_m2"),
    [("EPSG:9215", 4.0), ("EPSG:2263", 4 * (1200 / 3937) ** 2), (None, 4.0)],
    ids=["metres", "feet", "none"],
)
def test_repairs_are_in_square_metres(crs: str | None, square_m2: float) -> None:
    corners = np.array([(0, 0), (4, 2), (4, 0), (0, 2)])
    corners = corners + ([1e6, 2e5] if crs == "EPSG:2263" else [EAST, NORTH])
    _, repairs = repair_polygons(gpd.GeoDataFrame(geometry=[Polygon(corners)], crs=crs))
    assert repairs["after_m2"].tolist() == pytest.approx([square_m2], rel=1e-9)


def test_a_repair_in_degrees_is_told_in_square_metres() -> None:
    bow = Polygon([(107.0, 21.0), (107.2, 21.1), (107.2, 21.0), (107.0, 21.1)])
    mended, repairs = repair_polygons(gpd.GeoDataFrame(geometry=[bow], crs=4326))
    geodesic = abs(mended.crs.get_geod().geometry_area_perimeter(mended.geometry[0])[0])
    assert repairs["after_m2"].tolist() == pytest.approx([geodesic], rel=1e-6)


def test_repair_may_be_refused() -> None:
    frame = polygons(box(0, 0, 1, 1), INVALID["bow tie"])
    with pytest.raises(InputError, match=r"1 invalid polygon, rows 1 \(Self-intersection"):
        repair_polygons(frame, mode="never")
    assert repair_polygons(frame.iloc[:1], mode="never")[1].empty
