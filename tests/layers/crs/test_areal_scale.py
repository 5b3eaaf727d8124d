"""Areas on the ellipsoid and in the plane."""

from __future__ import annotations

import math

import numpy as np
import pyproj
import pytest

from layers import check_areal_scale
from layers.base.errors import CrsError
from layers.crs.areal_scale import areal_scale
from layers.engine.cell_area import row_cell_areas

LANG_SON = (106.1, 21.3, 107.4, 22.5)


def scale_at(epsg: int, lon: float, lat: float) -> float:
    crs = pyproj.CRS.from_epsg(epsg)
    point = pyproj.Transformer.from_crs(crs.geodetic_crs, crs, always_xy=True).transform(lon, lat)
    x, y = (np.array([value]) for value in point)
    return float(areal_scale(crs, x, y)[0])


def test_scale_on_the_central_meridian_is_k_squared() -> None:
    assert scale_at(9215, 107.25, 21.85) == pytest.approx(0.9999**2, abs=1e-8)
    assert scale_at(32648, 105.0, 21.85) == pytest.approx(0.9996**2, abs=1e-8)


def test_equal_area_projections_have_scale_one() -> None:
    for epsg in (6933, 3035, 5070):
        crs = pyproj.CRS.from_epsg(epsg)
        lon, lat = (crs.area_of_use.west + crs.area_of_use.east) / 2, 45.0 if epsg != 6933 else 21.0
        assert scale_at(epsg, lon, lat) == pytest.approx(1.0, abs=1e-7)


def test_web_mercator_overstates_areas_here_by_a_sixth() -> None:
    # Its formulas are those of a sphere, the ground is an ellipsoid: not quite 1 / cos² (1.161).
    assert scale_at(3857, 106.75, 21.85) == pytest.approx(1.1660, abs=1e-3)


def test_units_other_than_metres() -> None:
    crs = pyproj.CRS.from_epsg(2263)  # US survey feet
    x, y = np.array([984_250.0]), np.array([200_000.0])
    assert float(areal_scale(crs, x, y)[0]) == pytest.approx(1.0, abs=1e-4)


def test_the_worst_departure_is_given_with_its_sign() -> None:
    zone = pyproj.CRS.from_epsg(9215)
    assert check_areal_scale(zone, (380_000, 2_358_000, 512_000, 2_486_000)) == pytest.approx(
        -2e-4, abs=1e-4
    )


def test_web_mercator_and_a_far_zone_are_refused() -> None:
    with pytest.raises(CrsError, match=r"Pseudo-Mercator: plane areas differ by \+17"):
        check_areal_scale(pyproj.CRS.from_epsg(3857), (1.181e7, 2.43e6, 1.195e7, 2.57e6))
    # 15 degrees from the central meridian.
    with pytest.raises(CrsError, match=r"plane areas differ by \+\d\.\d\d%"):
        check_areal_scale(pyproj.CRS.from_epsg(9215), (2_000_000, 2_358_000, 2_100_000, 2_486_000))


def test_a_geographic_crs_is_refused() -> None:
    with pytest.raises(CrsError, match=r"projected CRS in metres is needed.*WGS 84.*VN-2000"):
        check_areal_scale(pyproj.CRS.from_epsg(4326), LANG_SON)


def test_rows_of_the_whole_earth_sum_to_the_ellipsoid() -> None:
    crs = pyproj.CRS.from_epsg(4326)
    rows = row_cell_areas(crs, np.linspace(90, -90, 181), 360.0)
    assert rows.sum() == pytest.approx(510_065_621_724_078.0, rel=1e-9)  # Geodesy's own figure
    assert rows == pytest.approx(rows[::-1], rel=1e-12)


def test_rows_agree_with_geodesics() -> None:
    crs = pyproj.CRS.from_epsg(4756)
    edges = np.array([21.85, 21.85 - 1 / 3600])
    area = row_cell_areas(crs, edges, 1 / 3600)[0]
    lon = [106.7, 106.7 + 1 / 3600, 106.7 + 1 / 3600, 106.7]
    geodesic, _ = crs.get_geod().polygon_area_perimeter(lon, np.repeat(edges, 2))
    assert area == pytest.approx(abs(geodesic), rel=1e-9)


def test_rows_of_a_sphere() -> None:
    crs = pyproj.CRS.from_wkt(
        'GEOGCS["sphere",DATUM["D",SPHEROID["S",6371000,0]],PRIMEM["Greenwich",0],'
        'UNIT["degree",0.0174532925199433]]'
    )
    area = row_cell_areas(crs, np.array([0.0, 30.0]), 90.0)[0]
    assert area == pytest.approx(6_371_000**2 * math.pi / 2 * 0.5, rel=1e-12)
