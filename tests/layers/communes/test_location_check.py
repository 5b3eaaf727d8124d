"""Plots against the communes they name."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from layers.base.errors import InputError
from layers.communes.crosswalk import CommuneList, named_communes
from layers.communes.location_check import DISAGREEMENTS, check_named_communes, locate_points


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
    assert "1 plots name communes that did not exist from 2024-12-01 (99999)" in notes[0].message.en


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
