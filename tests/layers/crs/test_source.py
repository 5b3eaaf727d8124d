"""The one door for coordinates: lost datum, no CRS, local CRS, no guess between datums."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pyogrio
import pyproj
import pytest
import rasterio
import shapely

from layers.base.errors import CrsError
from layers.communes.boundaries import load_communes
from layers.crs.source import decide_crs, shift_accuracy
from layers.crs.transform import to_crs, transformation
from layers.crs.vn2000 import name_vn2000, transverse_mercator, vn2000_tm3
from layers.io.vector import VectorFile, load_vector
from layers.kinds.crop_plots import load_crop_plots
from layers.kinds.forest_status import load_forest_status
from layers.kinds.land_use import load_land_use
from layers.kinds.raster import describe_raster


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
    said = (
        r"x 500000–500100, y 2400000–2400100; in EPSG:9215 .*their middle lies at 107\.25\d° E"
        r".*for instance 'crs: EPSG:9215'"
    )
    with pytest.raises(CrsError, match=said):
        load_forest_status(VectorFile(path, province="20"))
    with pytest.raises(CrsError, match=r"in EPSG:9214 .*in EPSG:9215 "):
        load_forest_status(path)
    with pytest.raises(CrsError, match=said):
        load_crop_plots(VectorFile(path, province="20"), columns={"crop": "sldlr"})
    # UTM 48 over Bắc Ninh: its own zone would put it 1.4° off the meridian, and is no example.
    utm = (610_000, 2_330_000, 680_000, 2_380_000)
    with pytest.raises(CrsError, match=r"instance 'crs: EPSG:3405' or 'crs: EPSG:32648'\."):
        decide_crs(None, source="rừng", province="24", bounds=utm)
    with pytest.raises(CrsError, match="instance 'crs: EPSG:4756' or 'crs: EPSG:4326'"):
        decide_crs(None, source="rừng", province="20", bounds=(107.2, 21.7, 107.3, 21.8))


LOCAL = 'LOCAL_CS["Undefined Cartesian SRS",UNIT["Meter",1],AXIS["E",EAST],AXIS["N",NORTH]]'
UNDEFINED = (
    'GEOGCS["Undefined geographic SRS",DATUM["unknown",SPHEROID["unknown",6378137,298.257223563]],'
    'PRIMEM["Greenwich",0],UNIT["degree",0.0174532925199433]]'
)


@pytest.mark.parametrize("crs", [LOCAL, UNDEFINED, "IAU_2015:49900", "+proj=merc +a=6e6 +b=6e6"])
def test_a_crs_without_a_place_on_earth_is_none(crs):
    with pytest.raises(CrsError, match=r"no place on Earth; .*'crs: EPSG:9215'"):
        decide_crs(pyproj.CRS(crs), source="đất", province="20", bounds=(4e5, 2.4e6, 5e5, 2.5e6))
    assert decide_crs(pyproj.CRS(crs), source="đất", named="EPSG:9214")[0].to_epsg() == 9214


def test_of_a_crs_with_heights_the_plane_is_taken():
    assert decide_crs(pyproj.CRS("EPSG:9705"), source="đất")[0].to_epsg() == 4326
    with pytest.raises(CrsError, match="Geocentric"):
        decide_crs(pyproj.CRS(4978), source="đất")


ZEROS = (
    'GEOGCS["VN-2000",DATUM["Vietnam_2000",SPHEROID["WGS 84",6378137,298.257223563],'
    'TOWGS84[0,0,0,0,0,0,0]],PRIMEM["Greenwich",0],UNIT["degree",0.0174532925199433]]'
)
UTM = (
    f'PROJCS["VN-2000 / UTM 48",{ZEROS},PROJECTION["Transverse_Mercator"],'
    'PARAMETER["latitude_of_origin",0],PARAMETER["central_meridian",105],'
    'PARAMETER["scale_factor",0.9996],PARAMETER["false_easting",500000],'
    'PARAMETER["false_northing",0],UNIT["metre",1]]'
)


@pytest.mark.parametrize(("text", "epsg"), [(ZEROS, 4756), (UTM, 3405)])
def test_a_shift_of_zeros_is_not_that_of_vn2000(text, epsg):
    crs, notes = decide_crs(pyproj.CRS(text), source="đất")
    assert crs.to_epsg() == epsg
    assert [note.kind for note in notes] == ["crs-taken-as-vn2000"]


@pytest.mark.parametrize("old", [2044, 2045, 3148])
def test_old_datums_go_through_wgs84_by_their_published_shift(old):
    """A square of 100 ha, drawn in WGS 84, comes back from the old datum where it was."""
    square = gpd.GeoSeries([shapely.box(107.2, 21.8, 107.2097, 21.809)], crs=4326)
    there = to_crs(square, pyproj.CRS.from_epsg(old))
    straight = to_crs(square, pyproj.CRS.from_epsg(9215)).iloc[0]
    back = to_crs(there, pyproj.CRS.from_epsg(9215)).iloc[0]
    assert straight.area == pytest.approx(1e6, rel=0.01)
    assert back.symmetric_difference(straight).area < 10
    guessed = there.to_crs(9215).iloc[0]
    assert guessed.symmetric_difference(straight).area > 100_000


def test_no_guess_between_datums():
    unknown = pyproj.CRS("+proj=utm +zone=48 +ellps=krass")
    with pytest.raises(CrsError, match="No transformation is known"):
        transformation(unknown, pyproj.CRS.from_epsg(9215))


def test_a_vertex_without_a_place_is_refused_with_its_row():
    far = gpd.GeoSeries([shapely.box(107, 21, 107.1, 21.1), shapely.box(0, 95, 1, 96)], crs=4326)
    with pytest.raises(CrsError, match=r"1 record has no place .*first rows 1"):
        to_crs(far, pyproj.CRS.from_epsg(9215))
    frame = gpd.GeoDataFrame({"a": [1]}, geometry=[shapely.Point(107, 21, 5)], crs=4326)
    moved = to_crs(frame.rename_geometry("hình"), pyproj.CRS.from_epsg(9215))
    assert moved.geometry.name == "hình"
    assert list(moved.columns) == ["a", "hình"]
    assert frame.to_crs(9215).geometry.distance(moved.geometry).max() < 1e-3  # a height tilts it


def test_a_projection_that_lacks_a_parameter_or_begins_elsewhere_is_no_zone():
    wkt = pyproj.CRS(TMERC.format(k=0.9999, datum="+datum=WGS84")).to_wkt("WKT1_ESRI")
    for old, new in (('"False_Easting"', '"Falsch_Easting"'), ('_Origin",0.0', '_Origin",9.0')):
        assert old in wkt
        crs = pyproj.CRS.from_wkt(wkt.replace(old, new))
        assert name_vn2000(crs, source="rừng") == (crs, [])


def test_a_parameter_that_no_table_knows_is_no_transverse_mercator_of_ours() -> None:
    whole = pyproj.CRS.from_epsg(9215).to_wkt("WKT1_GDAL")
    damaged = pyproj.CRS.from_wkt(whole.replace("false_northing", "false_norxhing"))
    assert transverse_mercator(pyproj.CRS.from_wkt(whole))["longitude"] == 107.25
    assert transverse_mercator(damaged) == {}


@pytest.mark.parametrize(("old", "metres"), [(4131, 44), (3148, 44), (3149, 44), (4214, 10)])
def test_a_datum_that_is_known_to_tens_of_metres_is_told(old: int, metres: int) -> None:
    # Accuracies of EPSG: Indian 1960 to WGS 84 (2) and (3): 44 m; Beijing 1954 (5): 10 m.
    crs, found = decide_crs(None, source="vườn", named=f"EPSG:{old}")
    assert [(item.severity, item.kind, item.source) for item in found] == [
        ("problem", "datum-shift-coarse", "vườn")
    ]
    assert f"chỉ đúng đến {metres} m" in found[0].message.vi
    assert shift_accuracy(crs) == metres


@pytest.mark.parametrize("near", [4326, 32648, 4756, 9215, 3405, 4147, 2044])
def test_a_datum_that_is_known_to_metres_needs_no_word(near: int) -> None:
    assert decide_crs(None, source="vườn", named=f"EPSG:{near}")[1] == []


TM3 = pyproj.CRS.from_epsg(9215).to_wkt("WKT1_ESRI")
MERIDIAN = '"Central_Meridian",107.25', '"Central_Meridian",105'


@pytest.mark.parametrize(
    ("changes", "found", "codes"),
    [
        ([("0.9999", "0.9996")], "scale factor 0.9996;", "EPSG:9215"),
        ([("0.9999", "1.0")], "scale factor 1;", "EPSG:9215"),
        ([('PARAMETER["Scale_Factor",0.9999],', "")], "scale factor 1;", "EPSG:9215"),
        ([('_Northing",0.0', '_Northing",500')], "false northing 500;", "EPSG:9215"),
        ([('_Easting",500000.0', '_Easting",18500000')], "false easting 18500000;", "EPSG:9215"),
        ([('_Origin",0.0', '_Origin",9.0')], "latitude of origin 9;", "EPSG:9215"),
        ([('"Meter",1.0', '"Foot_US",0.3048006096')], "unit US survey foot;", "EPSG:9215"),
        (
            [("0.9999", "1.0"), ('_Northing",0.0', '_Northing",500')],
            "scale factor 1, false northing 500;",
            "EPSG:9215",
        ),
        # The name alone says VN-2000; the datum is lost.
        (
            [("0.9999", "0.9996"), ("D_Vietnam_2000", "D_WGS_1984"), ("GCS_VN_2000", "GCS_WGS")],
            "scale factor 0.9996;",
            "EPSG:9215",
        ),
        # A metre at 22° N by the scale factor, and half a metre of an origin, are another plane.
        ([("0.9999", "0.9999006")], "scale factor 0.9999006;", "EPSG:9215"),
        ([('_Easting",500000.0', '_Easting",500000.6')], "false easting 500000.6;", "EPSG:9215"),
        ([('_Origin",0.0', '_Origin",0.00001')], "latitude of origin 1e-05;", "EPSG:9215"),
        ([("0.9999", "0.9998"), MERIDIAN], "scale factor 0.9998;", "EPSG:5897' or 'crs: EPSG:3405"),
    ],
)
def test_a_zone_of_vn2000_with_a_projection_that_it_has_not_is_refused(changes, found, codes):
    wkt = TM3
    for old, new in changes:
        assert old in wkt
        wkt = wkt.replace(old, new)
    with pytest.raises(CrsError, match=f"đất: its CRS .*but has {found}.*'crs: {codes}'"):
        decide_crs(pyproj.CRS.from_wkt(wkt), source="đất")
    # What the project file names wins.
    assert decide_crs(pyproj.CRS.from_wkt(wkt), source="đất", named="EPSG:9215")[0] == 9215


@pytest.mark.parametrize("meridian", ["107.15", "107.2503"])
def test_a_zone_of_vn2000_on_a_meridian_of_none_is_told(meridian):
    """107° 15' written 107.15 lies 10 km off, and only plots that name their communes told it."""
    odd = TM3.replace('_Meridian",107.25', f'_Meridian",{meridian}')
    _, (found,) = decide_crs(pyproj.CRS.from_wkt(odd), source="đất")
    assert (found.kind, found.severity) == ("crs-zone-odd", "problem")
    assert f"{meridian}° E, which no zone" in found.message.en
    assert "'crs: EPSG:9215'" in found.message.en


@pytest.mark.parametrize("datum", ["D_Vietnam_2000", "D_WGS_1984"])
@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("0.9999", "0.9998999834"),  # a 32-bit float
        ("0.9999", "0.9999003"),
        ('_Easting",500000.0', '_Easting",500000.00001'),
        ('_Northing",0.0', '_Northing",-0.4'),
        ('_Origin",0.0', '_Origin",0.000003'),
    ],
)
def test_a_zone_that_is_right_within_a_metre_is_that_of_the_epsg(old, new, datum):
    assert old in TM3
    near = pyproj.CRS.from_wkt(TM3.replace(old, new).replace("D_Vietnam_2000", datum))
    crs, notes = decide_crs(near, source="đất")
    assert crs.to_epsg() == 9215
    lost = ["crs-taken-as-vn2000"] if datum == "D_WGS_1984" else []
    assert [note.kind for note in notes] == lost


@pytest.mark.parametrize("code", [*vn2000_tm3().values(), 3405, 3406, 32648, 32649])
def test_a_published_zone_is_read_from_its_prj_without_a_word(code):
    esri = pyproj.CRS.from_wkt(pyproj.CRS.from_epsg(code).to_wkt("WKT1_ESRI"))
    assert decide_crs(esri, source="đất")[1] == []


@pytest.mark.parametrize("scale", [0.9996, 1])
def test_a_transverse_mercator_on_a_meridian_of_vn2000_is_told_what_fits(scale):
    _, found = decide_crs(pyproj.CRS(TMERC.format(k=scale, datum="+datum=WGS84")), source="đất")
    assert [(item.kind, item.severity) for item in found] == [("crs-zone-odd", "problem")]
    assert f"scale factor {scale:g}; VN-2000 has on this meridian EPSG:9215" in found[0].message.en
    elsewhere = TMERC.format(k=scale, datum="+datum=WGS84").replace("107.25", "107.1")
    assert decide_crs(pyproj.CRS(elsewhere), source="đất")[1] == []


def test_every_kind_of_layer_refuses_a_zone_with_a_wrong_scale_factor(plots, folder):
    wrong = TM3.replace("0.9999", "0.9996")
    path = folder / "lô.shp"
    plots({}).to_file(path)
    path.with_suffix(".prj").write_text(wrong)
    cells = folder / "rừng.tif"
    ground = {"crs": wrong, "transform": rasterio.transform.from_origin(5e5, 24e5, 9, 9)}
    with rasterio.open(cells, "w", "GTiff", 1, 1, 1, dtype="uint8", **ground) as raster:
        raster.write(np.ones((1, 1, 1), "uint8"))
    for load in (
        lambda: describe_raster(cells, {}),
        lambda: load_forest_status(path),
        lambda: load_crop_plots(path, columns={"crop": "sldlr"}),
        lambda: load_land_use(path, columns={"code": "sldlr"}),
        lambda: load_communes(path, code_column="sldlr", name_column="xa"),
    ):
        with pytest.raises(CrsError, match=r"scale factor 0\.9996; VN-2000 has there EPSG:9215"):
            load()
