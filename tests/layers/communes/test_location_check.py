"""Plots against the communes they name."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import pytest
import shapely

from layers.base.errors import InputError
from layers.base.resources import data_path
from layers.communes.crosswalk import CommuneList, named_communes
from layers.communes.crs_trial import check_meridian
from layers.communes.location_check import (
    DISAGREEMENTS,
    check_centres,
    check_named_communes,
    check_reach,
    locate_plots,
    locate_points,
)


def communes():
    shapes = [shapely.box(1000 * i, 0, 1000 * i + 1000, 1000) for i in range(3)]
    table = {"commune_code": ["06148", "06163", "06172"], "commune": ["A", "B", "C"]}
    return gpd.GeoDataFrame(table, geometry=shapes, crs="EPSG:9215")


def plots(*rows):
    table = pd.DataFrame(rows, columns=["commune_code", "commune", "x", "width"])
    shapes = shapely.box(table["x"], 100, table["x"] + table["width"], 200)
    frame = gpd.GeoDataFrame(
        table.assign(row=range(len(table)), plot=[f"1/1/{i}" for i in range(len(table))]),
        geometry=shapes,
        crs="EPSG:9215",
    )
    return frame.assign(ledger_ha=frame.area / 10_000)


def test_points_are_located():
    points = gpd.GeoSeries.from_xy([500, 1500, 9000, 1000], [500] * 4, crs="EPSG:9215")
    assert locate_points(points, communes()).fillna("-").tolist() == [
        "06148",
        "06163",
        "-",
        "06148",
    ]


def test_plots_outside_the_commune_they_name():
    frame = plots(
        ("06148", "A", 100, 100),  # right
        ("06163", "B", 100, 100),  # wholly elsewhere
        ("06148", "A", 940, 100),  # 60 % inside
        ("06148", "A", 960, 100),  # 40 % inside
        ("06148", "A", 5000, 100),  # outside all
        (None, None, 100, 100),  # names none
    )
    named = frame["commune_code"].astype("str")
    table, findings = check_named_communes(frame, named, communes(), source="rừng")
    assert list(table.columns) == DISAGREEMENTS.names
    assert table["row"].tolist() == [1, 3, 4]
    assert table["inside_ratio"].tolist() == pytest.approx([0.0, 0.4, 0.0])
    assert table["lies"].fillna("-").tolist() == ["A", "B", "-"]
    assert findings[0].count == 3
    assert findings[0].area_ha == pytest.approx(3.0)
    assert "1/1/1 (06163 → 06148)" in findings[0].message.en


def test_a_plot_that_names_nothing_and_lies_nowhere():
    frame = plots((None, None, 5000, 100), (None, None, 100, 100))
    named = frame["commune_code"].astype("str")
    _, findings = check_named_communes(frame, named, communes(), source="rừng")
    assert [item.kind for item in findings] == ["plot-outside-communes"]
    assert findings[0].rows == (0,)


def test_a_divided_commune_may_lie_in_any_part():
    frame = plots(("09999", "Cũ", 1100, 100), ("09999", "Cũ", 960, 100), ("09999", "Cũ", 2100, 50))
    named = pd.Series(["06148|06163"] * 3, dtype="str")
    table, _ = check_named_communes(frame, named, communes(), source="rừng")
    assert table["row"].tolist() == [2]


def test_degrees_are_refused():
    frame = plots(("06148", "A", 100, 100))
    with pytest.raises(InputError, match="projected CRS"):
        check_named_communes(
            frame, frame["commune_code"], communes().to_crs("EPSG:4326"), source="rừng"
        )


def test_codes_are_carried_from_the_vintage_of_the_layer():
    frame = plots(("05992", "Mai Pha", 0, 10), ("06622", "Bính Xá", 0, 10), ("99999", "?", 0, 10))
    today = CommuneList("20", ("05977", "06613", "06625"))
    named, notes = named_communes(frame, today, vintage="2024-12-31", source="rừng")
    assert named.fillna("-").tolist() == ["05977", "06613|06625", "-"]
    assert notes[0].rows == (2,)
    assert "1 plot names communes that did not exist from 2024-12-01 (99999)" in notes[0].message.en


def test_codes_of_the_boundaries_are_known_and_newer_codes_cannot_be_compared():
    frame = plots(("99999", "Mới", 0, 10), ("05977", "Đông Kinh", 0, 10))
    named, notes = named_communes(frame, CommuneList("20", ("99999",)), source="rừng")
    assert named.tolist() == ["99999", "05977"]
    assert notes == []
    before = CommuneList("20", ("05980",), vintage="2024-12-31")
    named, notes = named_communes(frame, before, vintage="2025-07-01", source="rừng")
    assert named.isna().all()
    assert notes[0].kind == "commune-codes-newer"


def test_a_plot_over_three_communes_may_name_the_one_that_holds_most_of_it():
    strips = gpd.GeoDataFrame(
        {"commune_code": ["1", "2", "3"], "commune": ["A", "B", "C"]},
        geometry=[
            shapely.box(*edges) for edges in [(0, 0, 45, 9), (45, 0, 80, 9), (80, 0, 200, 9)]
        ],
        crs="EPSG:9215",
    )
    frame = plots(("1", "A", 0, 100), ("3", "C", 0, 100)).set_geometry(
        [shapely.box(0, 1, 100, 8)] * 2, crs="EPSG:9215"
    )
    table, _ = check_named_communes(
        frame, frame["commune_code"].astype("str"), strips, source="rừng"
    )
    assert table["row"].tolist() == [1]
    assert table["lies"].tolist() == ["B"]


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
    flat = pyproj.CRS("+proj=tmerc +lon_0=107.25 +k=0.9999 +x_0=500000 +datum=WGS84")
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


def centred(crs: int = 9215) -> gpd.GeoDataFrame:
    """Communes of Lạng Sơn as squares of 6 km round their known centres."""
    table = pd.read_csv(data_path("communes-20.csv"), dtype={"code": str})
    points = gpd.GeoSeries.from_xy(table["centre_lon"], table["centre_lat"], crs=4326)
    shapes = points.to_crs(9215).buffer(3000, cap_style="square").to_crs(crs)
    names = {"commune_code": table["code"], "commune": table["name"]}
    return gpd.GeoDataFrame(names, geometry=shapes)


def test_boundaries_are_held_against_the_known_centres():
    for crs in (9215, 9214, 4326, 2045):
        assert check_centres(centred(crs), "20", on=None, source="xã") == []
    wrong = centred().set_crs(9214, allow_override=True)
    (found,) = check_centres(wrong, "20", on=None, source="xã")
    assert (found.severity, found.kind) == ("error", "crs-wrong-meridian")
    assert "write crs: EPSG:9215 under communes:" in found.message.en
    far = centred()
    far = far.set_geometry(far.translate(0, -900_000))
    (found,) = check_centres(far, "20", on=None, source="xã")
    assert (found.severity, found.kind) == ("error", "communes-elsewhere")
    assert "900 km" in found.message.en
    assert check_centres(wrong, "20", on="2024", source="xã") == []
    assert check_centres(wrong, "99", on=None, source="xã") == []


def test_polygons_of_two_communes_that_changed_places_are_told():
    """Đông Kinh and Bắc Sơn lie 45 km apart; beside a third they are none of its business."""
    frame = centred()
    rows = frame.index[frame["commune_code"].isin(["05977", "06325"])]
    shapes = frame.geometry.to_numpy().copy()
    shapes[rows] = shapes[rows[::-1]]
    (found,) = check_centres(frame.set_geometry(shapes, crs=9215), "20", on=None, source="xã")
    assert (found.severity, found.kind, found.count) == ("problem", "polygon-of-another", 2)
    assert "05977 Đông Kinh → 06325 Bắc Sơn, 06325 Bắc Sơn → 05977 Đông Kinh" in found.message.en
    # A centre 0.9 km off its commune is what a centre known to 0.01° may be.
    near = centred()
    near.loc[rows[0], "geometry"] = shapely.affinity.translate(near.geometry[rows[0]], 3900)
    assert check_centres(near, "20", on=None, source="xã") == []


def test_the_more_polygons_are_mixed_up_the_louder_it_is_told():
    """Codes and names one row further than their polygons: no commune holds its own centre."""
    frame = centred()
    rolled = frame.set_geometry(np.roll(frame.geometry.to_numpy(), 1), crs=9215)
    (found,) = check_centres(rolled, "20", on=None, source="xã")
    assert (found.severity, found.kind) == ("error", "polygon-of-another")
    assert found.count >= 60
    assert "of 65 communes lie in the polygon of another (05977 Đông Kinh → " in found.message.en
    most = frame.geometry.to_numpy().copy()
    most[20:] = np.roll(most[20:], 1)
    (found,) = check_centres(frame.set_geometry(most, crs=9215), "20", on=None, source="xã")
    assert (found.severity, found.kind) == ("error", "polygon-of-another")


@pytest.mark.parametrize(
    ("outside", "severity"), [(0, None), (4, None), (6, "problem"), (97, "error"), (100, "error")]
)
def test_a_layer_off_the_communes_shows_both_boxes(outside, severity):
    """A hundred plots of 1 ha, some of them 100 km to the east."""
    count, ground = 100, communes()
    x = np.where(np.arange(count) < outside * (count // 10 if outside < 10 else 1), 100_000.0, 0.0)
    shapes = shapely.box(x + 10, 10, x + 110, 110)
    frame = gpd.GeoDataFrame(
        {"geometry_ha": 1.0}, geometry=shapes, crs="EPSG:9215", index=range(count)
    )
    lies = locate_plots(frame, ground)
    found = check_reach(frame, lies, ground, part=False, source="vườn")
    assert [item.severity for item in found] == ([severity] if severity else [])
    if found:
        assert found[0].kind == "layer-elsewhere"
        assert found[0].message.en.count("° E") == 2
    assert bool(check_reach(frame, lies, ground, part=True, source="v")) == (outside == 100)


def test_a_plot_whose_middle_lies_in_a_gap_is_counted_by_what_lies_in_the_communes():
    """A plot of 64 ha, of which 20 % lie in a commune, the rest in a gap beside it."""
    ground = communes().iloc[[0, 2]]  # 1 km between them
    shape = shapely.box(1000 - 160, 100, 1640, 900)
    frame = gpd.GeoDataFrame({"geometry_ha": [64.0]}, geometry=[shape], crs="EPSG:9215")
    lies = locate_plots(frame, ground)
    assert lies.isna().all()
    assert check_reach(frame, lies, ground, part=True, source="vườn") == []
    (found,) = check_reach(frame, lies, ground, part=False, source="vườn")
    assert found.severity == "problem"
    assert found.message.en.startswith("20.0 % of the layer lies in the communes")
    told = frame.assign(row=0, plot="#0", ledger_ha=64.0, commune_code=None, commune=None)
    named = told["commune_code"].astype("str").where(lambda text: text != "None")
    _, (outside,) = check_named_communes(told, named, ground, source="vườn", lies=lies)
    assert outside.kind == "plot-outside-communes"
    assert outside.area_ha == pytest.approx(51.2)  # 640 m of 800 m lie in the gap
