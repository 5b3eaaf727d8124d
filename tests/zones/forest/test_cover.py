"""The forest cover rate: vectors of two years, the table and what a dispute is about."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.base.errors import ClosureError, InputError, SchemaError
from maps import tables as page_tables
from zones.forest.cover import (
    check_forest_cover,
    forest_cover_rate,
    forest_cover_table,
)
from zones.measure.closure import ClosureLog
from zones.tables import FOREST_COVER

# Hectares of Bắc Giang: natural, planted forest, not yet, natural area → rate, with not yet.
BAC_GIANG = [
    (56_123, 91_068, 13_317, 389_559, 37.78, 41.20),
    (55_744, 92_171, 12_781, 389_559, 37.97, 41.25),
]


@pytest.mark.parametrize(("natural", "planted", "young", "area", "rate", "wrong"), BAC_GIANG)
def test_published_years(natural, planted, young, area, rate, wrong):
    assert round(100 * forest_cover_rate(natural, planted, area), 2) == rate
    areas = frame(("1", "natural_forest", natural), ("1", "planted_forest", planted))
    areas = pd.concat([areas, frame(("1", "not_yet_forest", young))], ignore_index=True)
    table = forest_cover_table(areas, units(area), province_code="24", province="Bắc Giang")
    province = table.iloc[-1]
    assert province["commune_code"] == "24"
    assert round(province["cover_percent"], 2) == rate
    assert round(province["wrong_with_not_yet_percent"], 2) == wrong
    assert province["area_with_forest_ha"] == natural + planted + young


def test_the_rate_takes_arrays_and_series():
    rate = forest_cover_rate(np.array([1.0, 2.0]), 1.0, [4.0, 4.0])
    assert rate.tolist() == [0.5, 0.75]
    series = forest_cover_rate(pd.Series([1.0], index=["a"]), 1.0, 4.0)
    assert series.to_dict() == {"a": 0.5}
    assert isinstance(forest_cover_rate(1, 1, 4), float)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ((-1, 1, 4), "1 value of natural_forest_ha is negative"),
        ((1, np.nan, 4), "1 value of planted_forest_ha is missing"),
        ((1, 1, 0), "1 value of natural_area_ha is zero"),
        ((1, 1, [0, -4, None]), "1 value of natural_area_ha is missing; 1 .*negative; 1 .*zero"),
    ],
)
def test_the_rate_refuses(values, said):
    with pytest.raises(InputError, match=said):
        forest_cover_rate(*values)


def frame(*rows):
    """Rows of commune, land, ledger; then three-forest class and geometry where they matter."""
    names = ["commune_code", "land", "ledger_ha", "three_forest", "area_ha"]
    full = [row if len(row) > 3 else (*row, "production", row[2]) for row in rows]
    return pd.DataFrame(full, columns=names).astype({"ledger_ha": float, "area_ha": float})


def units(*areas, polygons=None):
    codes = [str(i + 1) for i in range(len(areas))]
    table = pd.DataFrame(
        {"commune_code": codes, "commune": [f"Xã {c}" for c in codes], "official_area_ha": areas}
    )
    return table if polygons is None else table.assign(polygon_area_ha=polygons)


SQUARES = frame(
    ("1", "natural_forest", 30, "protection", 31),
    ("1", "planted_forest", 20, "outside", 20),
    ("1", "not_yet_forest", 10, "production", 9),
    ("1", "bare", 40, "outside", 40),
    ("2", "natural_forest", 100, "special_use", 100),
    (None, "planted_forest", 7, "production", 7),
)


def squares():
    communes = units(100.0, 400.0, polygons=[110.0, 400.0])
    return forest_cover_table(SQUARES, communes, province_code="20", province="Lạng Sơn")


def test_squares():
    table = squares().set_index("commune_code")
    one = table.loc["1"]
    assert one["cover_percent"] == pytest.approx(50.0)
    assert one["cover_geometry_percent"] == pytest.approx(51.0)
    assert one["area_with_forest_ha"] == 60.0
    assert one[["protection_ha", "special_use_ha", "production_ha", "outside_ha"]].tolist() == [
        30.0, 0.0, 10.0, 20.0,
    ]  # fmt: skip
    assert one["forest_outside_ha"] == 20.0
    assert one["polygon_difference_percent"] == pytest.approx(10.0)
    assert one["wrong_with_not_yet_percent"] == pytest.approx(60.0)
    assert one["wrong_polygon_area_percent"] == pytest.approx(100 * 50 / 110)
    assert one["wrong_inside_plan_percent"] == pytest.approx(30.0)
    assert np.isnan(one["wrong_mean_of_communes_percent"])
    province = table.loc["20"]
    assert province["cover_percent"] == pytest.approx(30.0)
    assert province["wrong_mean_of_communes_percent"] == pytest.approx((50 + 25) / 2)
    assert province["wrong_polygon_area_percent"] == pytest.approx(100 * 150 / 510)
    assert not table["exceeds_natural_area"].any()


def test_not_yet_forest_outside_the_three_classes_is_no_forest():
    """It stands in the area with forest, of every class; never in the forest that counts."""
    areas = frame(
        ("1", "planted_forest", 20, "outside", 20),
        ("1", "not_yet_forest", 5, "outside", 5),
        ("1", "natural_forest", 15, "production", 15),
    )
    table = forest_cover_table(areas, units(100.0), province_code="20", province="Lạng Sơn")
    one = table.iloc[0]
    assert one[["outside_ha", "forest_outside_ha", "area_with_forest_ha"]].tolist() == [25, 20, 40]
    assert one["cover_percent"] == pytest.approx(35.0)
    assert one["wrong_inside_plan_percent"] == pytest.approx(15.0)
    assert one["cover_geometry_percent"] == pytest.approx(35.0)


def test_the_contract_comes_first():
    table = squares()
    assert list(table.columns) == FOREST_COVER.names
    assert list(table.columns[:8]) == page_tables.FOREST_COVER.names
    assert table["commune"].iloc[-1] == "Lạng Sơn"


def test_polygons_are_optional_and_never_partial():
    table = forest_cover_table(SQUARES, units(100.0, 400.0), province_code="20", province="x")
    assert table["wrong_polygon_area_percent"].isna().all()
    communes = units(100.0, 400.0, polygons=[110.0, np.nan])
    table = forest_cover_table(SQUARES, communes, province_code="20", province="x")
    assert table["polygon_area_ha"].isna().tolist() == [False, True, True]


def test_a_commune_may_exceed_its_area_but_not_the_province():
    areas = pd.concat([frame(("1", "natural_forest", 105)), frame(("2", "bare", 10))])
    communes = units(100.0, 100.0)
    table = forest_cover_table(areas, communes, province_code="20", province="x")
    assert table["exceeds_natural_area"].tolist() == [True, False, False]
    with pytest.raises(InputError, match=r"x: 105\.00 ha of forest exceed the natural area of 100"):
        forest_cover_table(areas.head(1), units(100.0), province_code="20", province="x")
    both = frame(("1", "natural_forest", 60), ("1", "planted_forest", 45))
    with pytest.raises(InputError, match=r"x: 105\.00 ha of forest exceed the natural area of 100"):
        forest_cover_table(both, units(100.0), province_code="20", province="x")


def test_communes_must_be_known_once_and_with_area():
    areas = frame(("9", "natural_forest", 1))
    communes = units(100.0, np.nan)
    communes.loc[1, "commune_code"] = "1"
    said = r"1 commune stands twice: 1; 1 commune is not in the list: 9; 1 .*no natural"
    with pytest.raises(InputError, match=said):
        forest_cover_table(areas, communes, province_code="20", province="x")
    with pytest.raises(SchemaError, match=r"missing 'official_area_ha'"):
        forest_cover_table(
            areas, communes.drop(columns="official_area_ha"), province_code="20", province="x"
        )
    with pytest.raises(SchemaError, match="forest areas: expected columns"):
        forest_cover_table(areas.drop(columns="land"), units(1.0), province_code="20", province="x")


def test_a_class_that_is_no_three_forest_class_does_not_close():
    areas = frame(("1", "natural_forest", 5, "sản xuất", 5))
    with pytest.raises(ClosureError, match="three-forest classes of Xã 1 does not close"):
        forest_cover_table(areas, units(100.0), province_code="20", province="x")


def test_what_the_reader_must_know():
    communes = units(40.0, 400.0, 50.0, polygons=[50.0, 401.0, 50.0])
    table = forest_cover_table(SQUARES, communes, province_code="20", province="x")
    found = {item.kind: item for item in check_forest_cover(table, SQUARES)}
    assert found["forest-exceeds-area"].examples == ("Xã 1 (1)",)
    assert found["commune-without-plots"].examples == ("Xã 3 (3)",)
    assert found["forest-outside-communes"].area_ha == 7.0
    assert found["forest-outside-communes"].severity == "problem"


def test_half_a_hectare_outside_the_communes_is_told():
    areas = frame(("1", "natural_forest", 5), (None, "planted_forest", 0.5))
    table = forest_cover_table(areas, units(100.0), province_code="20", province="x")
    (told,) = check_forest_cover(table, areas)
    assert (told.kind, told.area_ha, told.count) == ("forest-outside-communes", 0.5, 1)


def test_a_commune_without_plots_is_missing_and_the_province_leaves_it_out():
    """Forest on 50 of 100 ha and on none of 300: 12.5 % of what is known, not 8.3 % of all."""
    areas = pd.concat([frame(("1", "natural_forest", 50)), frame(("2", "bare", 10))])
    table = forest_cover_table(
        areas, units(100.0, 300.0, 200.0), province_code="20", province="x"
    ).set_index("commune_code")
    assert table["cover_percent"].fillna(-1).tolist() == [50.0, 0.0, -1.0, 12.5]
    assert table["natural_forest_ha"].fillna(-1).tolist() == [50.0, 0.0, -1.0, 50.0]
    assert table["natural_area_ha"].tolist() == [100.0, 300.0, 200.0, 400.0]
    assert table["production_ha"].isna().tolist() == [False, False, True, False]
    told = {item.kind: item for item in check_forest_cover(table.reset_index(), areas)}
    assert "leaves them out: 1 (Xã 3 (3))" in told["commune-without-plots"].message.en


def test_closures_are_logged():
    log = ClosureLog()
    communes = units(100.0, 400.0)
    forest_cover_table(SQUARES, communes, province_code="20", province="x", log=log)
    assert len(log.checked) == 5
    assert max(abs(item.residual) for item in log.checked) < 1e-9


hectares = st.floats(0, 1000)


@settings(max_examples=40)
@given(st.lists(st.tuples(hectares, hectares, hectares, st.floats(2000, 9000)), min_size=1))
def test_the_province_is_a_ratio_of_sums(rows):
    areas = pd.concat(
        [
            frame((str(i + 1), land, value))
            for i, row in enumerate(rows)
            for land, value in zip(
                ("natural_forest", "planted_forest", "not_yet_forest"), row[:3], strict=True
            )
        ],
        ignore_index=True,
    )
    table = forest_cover_table(
        areas, units(*(row[3] for row in rows)), province_code="20", province="x"
    )
    forest, area = sum(r[0] + r[1] for r in rows), sum(r[3] for r in rows)
    last = table.iloc[-1]
    assert last["cover_percent"] == pytest.approx(100 * forest / area)
    assert last["wrong_with_not_yet_percent"] >= last["cover_percent"] - 1e-9
    communes = table["cover_percent"].iloc[:-1]
    assert communes.min() - 1e-9 <= last["cover_percent"] <= communes.max() + 1e-9
