"""The right CRS: lost datum, no CRS, a neighbour's meridian."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pyproj
import pytest
import shapely

from layers.base.errors import CrsError
from layers.io.vector import load_vector
from layers.kinds.crs_check import check_meridian, missing_crs, name_vn2000, vn2000_tm3
from layers.kinds.forest_status import load_forest_status


def grid(crs="EPSG:9215", size=10_000):
    """Nine communes of 10 km round a point of the province."""
    codes = [f"0{i}{j}00" for i in range(3) for j in range(3)]
    shapes = [
        shapely.box(
            450_000 + size * i, 2_400_000 + size * j, 450_000 + size * (i + 1), 2_410_000 + size * j
        )
        for i in range(3)
        for j in range(3)
    ]
    table = {"commune_code": codes, "commune": [f"Xã {c}" for c in codes]}
    return gpd.GeoDataFrame(table, geometry=shapes, crs="EPSG:9215").to_crs(crs)


def scattered(communes, seed=0, count=600):
    """Small plots that name the commune they lie in."""
    rng = np.random.default_rng(seed)
    x = rng.uniform(450_000, 480_000, count)
    y = rng.uniform(2_400_000, 2_430_000, count)
    plots = gpd.GeoDataFrame(geometry=shapely.box(x - 20, y - 20, x + 20, y + 20), crs="EPSG:9215")
    inside = gpd.sjoin(
        gpd.GeoDataFrame(geometry=shapely.points(x, y), crs="EPSG:9215"), communes, how="left"
    )
    return plots, inside["commune_code"].astype("str")


def test_zones():
    zones = vn2000_tm3()
    assert zones[107.25] == 9215
    assert zones[105.0] == 5897
    assert len(zones) >= 18


def test_an_esri_prj_keeps_its_datum_without_a_note():
    esri = pyproj.CRS.from_wkt(pyproj.CRS.from_epsg(9215).to_wkt("WKT1_ESRI"))
    assert name_vn2000(esri, source="rừng") == (pyproj.CRS.from_epsg(9215), [])


TMERC = "+proj=tmerc +lat_0=0 +lon_0=107.25 +k={k} +x_0=500000 +y_0=0 {datum} +units=m"
SHIFT = "+ellps=WGS84 +towgs84=-191.904,-39.303,-111.450,0.00928836,-0.01975479,0.00427372,0.2529"


@pytest.mark.parametrize("datum", ["+datum=WGS84", "+ellps=WGS84", SHIFT])
def test_vn2000_without_its_datum_is_recognised(datum):
    crs, notes = name_vn2000(pyproj.CRS(TMERC.format(k=0.9999, datum=datum)), source="rừng")
    assert crs.to_epsg() == 9215
    assert "taken as EPSG:9215" in notes[0].message.en
    assert notes[0].severity == "note"


@pytest.mark.parametrize(
    "crs",
    [
        "EPSG:9215",
        "EPSG:32648",
        "EPSG:4326",
        TMERC.format(k=0.9996, datum="+datum=WGS84"),
        TMERC.format(k=0.9999, datum="+ellps=krass"),
        TMERC.format(k=0.9999, datum="+datum=WGS84").replace("107.25", "107.1"),
        "+proj=aea +lat_1=10 +lat_2=20 +lon_0=105 +datum=WGS84",
    ],
)
def test_other_crs_are_left_alone(crs):
    crs = pyproj.CRS(crs)
    assert name_vn2000(crs, source="rừng") == (crs, [])


@pytest.mark.parametrize("suffix", ["tab", "mif"])
def test_a_mapinfo_file_gets_its_datum_back(plots, folder, suffix):
    path = folder / f"rừng.{suffix}"
    pyogrio.write_dataframe(plots({}), path, driver="MapInfo File", encoding="UTF-8")
    assert load_vector(path).crs.to_epsg() is None
    layer = load_forest_status(path)
    assert layer.plots.crs.to_epsg() == 9215
    assert any(item.kind == "crs-taken-as-vn2000" for item in layer.findings.items)


def test_no_crs_proposes_the_zone_and_where_the_data_would_land(plots, folder):
    path = folder / "rừng.shp"
    plots({}).to_file(path)
    path.with_suffix(".prj").unlink()
    said = r"x 500000–500100, y 2400000–2400100; in EPSG:9215 .*their middle lies at 107\.25\d° E"
    with pytest.raises(CrsError, match=said):
        load_forest_status(path, province="20")
    with pytest.raises(CrsError, match=r"in EPSG:9214 .*in EPSG:9215 "):
        load_forest_status(path)
    frame = plots({}).to_crs("EPSG:4756").set_crs(None, allow_override=True)
    assert "EPSG:4756" in missing_crs(frame, source="rừng", province="20").phrase.vi


def test_a_wrong_meridian_is_told_by_the_communes_named():
    communes = grid()
    plots, named = scattered(communes)
    assert check_meridian(plots, named, communes, source="rừng") == []
    # Coordinates of the zone 107°15′ in a file that says 107°00′: 26 km to the west.
    wrong = plots.set_crs("EPSG:9214", allow_override=True)
    assert wrong.to_crs("EPSG:9215").total_bounds[0] < 425_000
    found = check_meridian(wrong, named, communes, source="rừng")[0]
    assert found.severity == "error"
    assert "only 0.0 % of the plots" in found.message.en
    assert "as EPSG:9215 (VN-2000 / TM-3 107-15, 25.9 km away) 100.0 % do" in found.message.en


def test_a_layer_in_the_neighbour_zone_is_right():
    communes = grid()
    plots, named = scattered(communes)
    assert check_meridian(plots.to_crs("EPSG:9214"), named, communes, source="rừng") == []
    assert check_meridian(plots.to_crs("EPSG:4326"), named, communes, source="rừng") == []


def test_communes_of_another_date_are_told_apart_from_a_wrong_meridian():
    communes = grid()
    plots, named = scattered(communes)
    shuffled = pd.Series(np.roll(named, 1), index=named.index, dtype="str")
    found = check_meridian(plots, shuffled, communes, source="rừng")[0]
    assert (found.severity, found.kind) == ("problem", "communes-disagree")


def test_a_lost_datum_shift_shows_at_the_edges():
    communes = grid()
    plots, named = scattered(communes, count=3000)
    # What a program writes that projects WGS 84 longitudes without the shift to VN-2000.
    flat = pyproj.CRS(TMERC.format(k=0.9999, datum="+datum=WGS84"))
    lost = plots.to_crs(flat).set_crs("EPSG:9215", allow_override=True)
    apart = lost.geometry.iloc[0].distance(plots.geometry.iloc[0]) + 40
    assert 150 < apart < 260
    found = check_meridian(lost, named, communes, source="rừng")[0]
    assert (found.severity, found.kind) == ("problem", "crs-datum-shift-lost")
    assert "100.0 % would if the coordinates were WGS 84" in found.message.en


def test_plots_that_name_nothing_tell_nothing():
    communes = grid()
    plots, named = scattered(communes, count=5)
    assert check_meridian(plots, named.where(named == "?"), communes, source="rừng") == []
