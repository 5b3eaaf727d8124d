"""The area CRS, and areas in plane and on the ellipsoid."""

from pathlib import Path

import geopandas as gpd
import pyproj
import pytest
from shapely import Polygon, box

from layers import CrsError
from layers.communes.gazetteer import provinces
from layers.crs.crs import (
    area_crs,
    central_meridian,
    geodesic_area_ha,
    parse_crs,
    plane_area_ha,
    require_crs,
    vn2000_zones,
    zone_in_doubt,
)


def test_lang_son_measures_in_its_own_zone() -> None:
    assert area_crs("20").to_epsg() == 9215


def test_every_zone_on_record_has_the_meridian_it_says() -> None:
    for row in vn2000_zones().itertuples():
        crs = pyproj.CRS.from_epsg(row.epsg)
        assert crs.name.startswith("VN-2000")
        degrees, _, minutes = row.central_meridian.rstrip("′").partition("°")
        parameters = crs.coordinate_operation.params  # type: ignore[union-attr]
        meridian = next(p.value for p in parameters if p.name == "Longitude of natural origin")
        assert meridian == pytest.approx(int(degrees) + int(minutes) / 60, abs=1e-9)


def test_every_province_has_a_zone_and_what_is_in_doubt_says_so() -> None:
    zones = vn2000_zones().set_index("province_code")
    assert set(zones.index) == set(provinces())
    assert not zone_in_doubt("20")
    assert zone_in_doubt("24")
    assert zones.loc["12", "doubt"] == "lists differ"
    assert central_meridian(area_crs("24")) == 107.0
    with pytest.raises(CrsError, match="No VN-2000 zone is on record for province '27'"):
        area_crs("27")
    assert area_crs("27", named="EPSG:9209").to_epsg() == 9209


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("EPSG:4326", "projected CRS in metres"),
        ("+proj=tmerc +lon_0=107.25 +k=0.9999", "PROJ string"),
        ("EPSG:nothing", "nothing has that name"),
    ],
)
def test_a_crs_unfit_for_areas_is_refused(text: str, message: str) -> None:
    with pytest.raises(CrsError, match=message):
        area_crs("20", named=text)


def test_plane_area_of_a_square() -> None:
    square = gpd.GeoDataFrame(geometry=[box(500_000, 2_400_000, 501_000, 2_401_000)], crs=9215)
    assert plane_area_ha(square, parse_crs(9215)).tolist() == [100.0]


def test_geodesic_area_does_not_depend_on_the_direction_of_rings() -> None:
    shell = [(106.0, 21.0), (106.1, 21.0), (106.1, 21.1), (106.0, 21.1)]
    hole = [(106.04, 21.04), (106.06, 21.04), (106.06, 21.06), (106.04, 21.06)]
    shapes = [Polygon(shell, [hole]), Polygon(shell[::-1], [hole]), Polygon(shell, [hole[::-1]])]
    areas = geodesic_area_ha(gpd.GeoDataFrame(geometry=shapes, crs=4326))
    assert areas.nunique() == 1
    whole = geodesic_area_ha(gpd.GeoDataFrame(geometry=[Polygon(shell)], crs=4326))
    # The hole is a 25th of the square, up to the change of the parallel's length within it.
    assert areas[0] / whole[0] == pytest.approx(0.96, abs=1e-5)


def test_geodesic_area_of_nothing_is_zero() -> None:
    frame = gpd.GeoDataFrame(geometry=[None, Polygon()], crs=4326)
    assert geodesic_area_ha(frame).tolist() == [0.0, 0.0]


def test_a_frame_without_crs_is_refused() -> None:
    with pytest.raises(CrsError, match="plots: expected a coordinate reference system, found none"):
        require_crs(gpd.GeoDataFrame(geometry=[box(0, 0, 1, 1)]), source="plots")


def test_real_communes_sum_to_the_known_areas(shared: Path) -> None:
    communes = gpd.read_file(shared / "data" / "lang_son_communes.gpkg", layer="communes")
    assert plane_area_ha(communes, area_crs("20")).sum() == pytest.approx(830_707.68, abs=0.005)
    assert geodesic_area_ha(communes).sum() == pytest.approx(830_771.70, abs=0.005)
