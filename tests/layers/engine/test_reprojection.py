"""Edges that bend: vertices are added until a piece stays within a tenth of a cell."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pyproj
import pytest
import shapely
from affine import Affine
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from shapely import box

from layers import tabulate_area
from layers.base.errors import CrsError
from layers.engine.reprojection import reproject_rings
from layers.engine.rings import rings_of
from tests.layers.engine.engine_ground import raster_file, sums

WGS84, ZONE = pyproj.CRS.from_epsg(4326), pyproj.CRS.from_epsg(9215)


def outline(shape: shapely.Geometry, source: Any, target: Any, cell: float) -> shapely.Polygon:
    rings = reproject_rings(rings_of(np.array([shape])), source, target, (cell, cell))
    return shapely.Polygon(np.column_stack([rings.x, rings.y]))


def farthest(curve: shapely.Polygon, outline: shapely.Polygon) -> float:
    """Largest distance of the curve's vertices from an outline."""
    points = shapely.points(shapely.get_coordinates(curve))
    return float(shapely.distance(points, outline.exterior).max())


def test_a_long_parallel_bends_in_a_transverse_mercator_zone() -> None:
    degree = box(106.0, 21.0, 107.0, 22.0)
    to_zone = pyproj.Transformer.from_crs(WGS84, ZONE, always_xy=True).transform
    corners = shapely.transform(degree, to_zone, interleaved=False)
    exact = shapely.transform(shapely.segmentize(degree, 1e-3), to_zone, interleaved=False)
    assert farthest(exact, corners) > 70  # metres: seven cells of 10 m
    for cell in (10.0, 1.0):
        assert farthest(exact, outline(degree, WGS84, ZONE, cell)) < 0.1 * cell
    assert 20 < shapely.get_num_coordinates(outline(degree, WGS84, ZONE, 10.0)) < 200


def test_short_edges_are_left_alone() -> None:
    square = box(106.7, 21.85, 106.7001, 21.8501)
    assert shapely.get_num_coordinates(outline(square, WGS84, ZONE, 10.0)) == 5


def test_rings_are_kept_apart() -> None:
    shape = shapely.MultiPolygon(
        [
            shapely.Polygon(
                box(106, 21, 107, 22).exterior, [box(106.2, 21.2, 106.8, 21.8).exterior]
            ),
            box(107.2, 21, 107.3, 21.1),
        ]
    )
    rings = reproject_rings(rings_of(np.array([shape, shape])), WGS84, ZONE, (10.0, 10.0))
    assert rings.part_owner.tolist() == [0, 0, 1, 1]
    start, stop = rings.ring_start[:-1], rings.ring_start[1:] - 1
    assert (rings.x[start] == rings.x[stop]).all()
    assert (rings.y[start] == rings.y[stop]).all()
    areas = rings.areas(2)
    exact = gpd.GeoSeries([shapely.segmentize(shape, 1e-3)], crs=4326).to_crs(9215).area[0]
    assert areas == pytest.approx([exact, exact], rel=1e-6)


def test_polygons_in_degrees_on_a_projected_raster() -> None:
    shape = shapely.Polygon([(106.0, 22.0), (107.0, 22.0), (106.5, 21.5)])
    frame = gpd.GeoDataFrame({"commune_code": ["a"]}, geometry=[shape], crs=4326)
    transform = Affine(10, 0, 420_000, 0, -10, 2_420_000)
    with raster_file(np.ones((2, 2)), transform=transform).open() as raster:
        found = sums(tabulate_area(frame, raster), "area_ha")
    exact = gpd.GeoSeries([shapely.segmentize(shape, 1e-4)], crs=4326).to_crs(9215).area[0] / 1e4
    straight = frame.geometry.to_crs(9215).area[0] / 1e4
    assert found[1] == pytest.approx(0.04)
    assert abs(straight - exact) > 100
    assert sum(found.values()) == pytest.approx(exact, abs=2)


def test_an_edge_that_bends_both_ways_is_seen() -> None:
    # Through the centre of the projection: the middle of the edge stays on its chord.
    edge = shapely.Polygon([(104.25, -3), (110.25, 3), (110.25, -3)])
    to_zone = pyproj.Transformer.from_crs(WGS84, ZONE, always_xy=True).transform
    corners = shapely.transform(edge, to_zone, interleaved=False)
    exact = shapely.transform(shapely.segmentize(edge, 1e-2), to_zone, interleaved=False)
    assert farthest(exact, corners) > 100
    assert farthest(exact, outline(edge, WGS84, ZONE, 10.0)) < 1.0


@settings(max_examples=60)
@given(
    ends=st.lists(
        st.tuples(st.floats(102, 112), st.floats(-2, 24)), min_size=3, max_size=3, unique=True
    ),
    cell=st.sampled_from([1.0, 10.0, 30.0, 1000.0]),
)
def test_no_edge_leaves_its_curve_by_a_tenth_of_a_cell(ends: Any, cell: float) -> None:
    triangle = shapely.Polygon(ends)
    assume(triangle.area > 1e-3)
    to_zone = pyproj.Transformer.from_crs(WGS84, ZONE, always_xy=True).transform
    step = triangle.length / 4000
    exact = shapely.transform(shapely.segmentize(triangle, step), to_zone, interleaved=False)
    assert farthest(exact, outline(triangle, WGS84, ZONE, cell)) < 0.1 * cell


def test_a_parallel_all_around_the_earth_ends_where_it_begins() -> None:
    polar = pyproj.CRS.from_epsg(3413)
    to_polar = pyproj.Transformer.from_crs(WGS84, polar, always_xy=True)
    radii = [np.hypot(*to_polar.transform(0.0, lat)) for lat in (70.0, 80.0)]
    ring = outline(box(-180, 70, 180, 80), WGS84, polar, 1000.0)
    assert ring.area == pytest.approx(np.pi * (radii[0] ** 2 - radii[1] ** 2), rel=1e-4)


def test_edges_across_a_tear_of_the_projection_are_refused() -> None:
    torn = pyproj.CRS.from_user_input("ESRI:54052")  # Goode's homolosine, cut open at 40° West
    with pytest.raises(CrsError, match=r"2 edges are torn apart in .*near \(-40, 2\d.*gdalwarp"):
        outline(box(-45, 20, -35, 22), WGS84, torn, 1000.0)


def test_an_unknown_datum_is_refused() -> None:
    unknown = pyproj.CRS.from_wkt(
        'PROJCS["local zone",GEOGCS["local",DATUM["local",SPHEROID["Krassowsky",6378245,298.3]],'
        'PRIMEM["Greenwich",0],UNIT["degree",0.0174532925199433]],PROJECTION["Transverse_Mercator"]'
        ',PARAMETER["latitude_of_origin",0],PARAMETER["central_meridian",107.25],'
        'PARAMETER["scale_factor",0.9999],PARAMETER["false_easting",500000],'
        'PARAMETER["false_northing",0],UNIT["metre",1]]'
    )
    with pytest.raises(CrsError, match=r"No transformation is known from 'local zone'.*set_crs"):
        outline(box(450_000, 2_400_000, 451_000, 2_401_000), unknown, ZONE, 10.0)


def test_a_datum_shift_that_the_file_states_is_taken() -> None:
    stated = pyproj.CRS.from_wkt(
        'PROJCS["VN-2000 as MapInfo writes it",GEOGCS["VN2000",DATUM["VN2000",SPHEROID["WGS 84",'
        "6378137,298.257223563],TOWGS84[-191.90441429,-39.30318279,-111.45032835,-0.00928836,"
        '0.01975479,-0.00427372,0.252906278]],PRIMEM["Greenwich",0],UNIT["degree",'
        '0.0174532925199433]],PROJECTION["Transverse_Mercator"],PARAMETER["latitude_of_origin",0],'
        'PARAMETER["central_meridian",107.25],PARAMETER["scale_factor",0.9999],'
        'PARAMETER["false_easting",500000],PARAMETER["false_northing",0],UNIT["metre",1]]'
    )
    square = box(450_000, 2_400_000, 451_000, 2_401_000)
    named, own = outline(square, ZONE, WGS84, 1e-4), outline(square, stated, WGS84, 1e-4)
    metres = 111_000 * shapely.hausdorff_distance(named, own)
    assert metres < 1.0  # without the shift it would be 224


def test_a_polygon_beyond_the_projection_is_refused() -> None:
    with pytest.raises(CrsError, match=r"vertices have no place in"):
        outline(box(107, 21, 108, 95), WGS84, ZONE, 10.0)
