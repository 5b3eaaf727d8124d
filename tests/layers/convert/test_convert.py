"""Figures of old units carried to today's: sums that close, divided units, totals, rates."""

from __future__ import annotations

import math
from decimal import Decimal

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import box

from layers.base.errors import InputError, SchemaError
from layers.communes.crosswalk import VintageChange, successors
from layers.communes.gazetteer import communes_on, list_communes
from layers.convert.columns import ColumnRoles, RateColumn, parse_rate
from layers.convert.convert import Conversion, convert_table
from layers.convert.records import convert_records
from layers.convert.rows import CommuneColumns, find_units
from layers.convert.split import Sharing, divide, share_by_area, share_by_geometry

J2024 = VintageChange("20", 2024, source="bảng")
CODE = CommuneColumns(code="maxa")

#: Old communes of Lộc Bình of today, all merged whole.
LOC_BINH = ["06529", "06544", "06550", "06553"]
BINH_XA, KIEN_MOC, DINH_LAP, CHAU_SON = "06622", "06625", "06613", "06637"


def _table(codes: list[str], **columns: list[float] | list[str]) -> pd.DataFrame:
    return pd.DataFrame({"maxa": codes, **columns})


def _kinds(conversion: Conversion) -> dict[str, str]:
    return {one.kind: one.severity for one in conversion.findings.items}


def test_whole_units_add() -> None:
    frame = _table(LOC_BINH, ha=[0.1, 0.2, 0.3, 0.4], con=[1, 2, 3, 4])
    done = convert_table(frame, units=CODE, change=J2024)
    assert done.table.to_dict("records") == [
        {"maxa": "06529", "commune": "Lộc Bình", "ha": 1.0, "con": 10.0}
    ]
    assert set(done.links["change"]) == {"merged"}
    assert _kinds(done) == {"columns": "note"}
    assert list(frame.columns) == ["maxa", "ha", "con"]


def test_codes_that_nobody_named_as_such_are_no_figures() -> None:
    """Codes beside names would add up to 26,176; codes of crops tell rows apart."""
    frame = pd.DataFrame(
        {
            "xa": ["Xã Hữu Khánh", "Xã Hữu Khánh"],
            "maxa": [6544, 6544],
            "ma_xa": ["06544", "06544"],
            "loai": ["01", "02"],
            "ha": [1.0, 2.0],
        }
    )
    done = convert_table(frame, units=CommuneColumns(name="xa"), change=J2024)
    assert done.table[["loai", "ha"]].to_numpy().tolist() == [["01", 1.0], ["02", 2.0]]
    assert not {"maxa", "ma_xa"} & set(done.table.columns)


def test_a_year_that_is_none_tells_rows_apart_all_the_same() -> None:
    frame = _table(LOC_BINH[:2] * 2, nam=[2023.0, 2023.0, 2023.5, 2023.5], ha=[1.0, 2, 3, 4])
    done = convert_table(frame, units=CODE, change=J2024)
    assert done.table[["nam", "ha"]].to_numpy().tolist() == [[2023.0, 3.0], [2023.5, 7.0]]


def test_rows_are_told_apart_by_text_and_year() -> None:
    frame = _table(
        LOC_BINH[:2] * 2, cay=["hồi", "hồi", "keo", "keo"], nam=[2023.0] * 4, ha=[1.0, 2, 3, 4]
    )
    done = convert_table(frame, units=CODE, change=J2024)
    assert done.table[["cay", "nam", "ha"]].to_numpy().tolist() == [
        ["hồi", 2023.0, 3.0],
        ["keo", 2023.0, 7.0],
    ]


def test_missing_stays_missing() -> None:
    frame = _table(["06529", "06544", "06526"], ha=[1.5, np.nan, 2.0])
    done = convert_table(frame, units=CODE, change=J2024)
    table = done.table.set_index("maxa")["ha"]
    assert table["06526"] == 2.0
    assert math.isnan(table["06529"])
    assert _kinds(done)["sum-missing"] == "problem"
    assert done.totals.iloc[0].tolist() == ["ha", 3.5, 2.0, 1.5]


def test_rates_are_computed_again_never_averaged() -> None:
    frame = _table(["06529", "06544"], forest=[90.0, 10.0], land=[100.0, 900.0], ty_le=[90.0, 1.1])
    rates = {"ty_le": RateColumn("forest", "land", 100)}
    done = convert_table(frame, units=CODE, change=J2024, figures=ColumnRoles(rates=rates))
    assert done.table["ty_le"].tolist() == [10.0]
    without = convert_table(frame, units=CODE, change=J2024)
    assert "ty_le" not in without.table
    assert _kinds(without)["rates-left-out"] == "problem"


@pytest.mark.parametrize(
    "name", ["Giá bán", "tuoi_tb", "Độ cao TB", "trung_binh", "ty_trong", "Tuổi", "Năng suất"]
)
def test_what_does_not_add_is_left_out_by_its_name(name: str) -> None:
    frame = _table(["06529", "06544"], **{name: [10.0, 20.0], "dien_tich_tuoi": [3.0, 4.0]})
    done = convert_table(frame, units=CODE, change=J2024)
    assert _kinds(done)["rates-left-out"] == "problem"
    assert (name in done.table, done.table["dien_tich_tuoi"].sum()) == (False, 7.0)


def test_a_rate_of_nothing_is_missing() -> None:
    frame = _table(["06529"], forest=[0.0], land=[0.0])
    figures = ColumnRoles(rates={"r": RateColumn("forest", "land")})
    done = convert_table(frame, units=CODE, change=J2024, figures=figures)
    assert math.isnan(done.table["r"].iloc[0])


def test_a_divided_unit_comes_with_its_band() -> None:
    done = convert_table(_table([BINH_XA, DINH_LAP], ha=[100.0, 7.0]), units=CODE, change=J2024)
    table = done.table.set_index("maxa")
    assert table["ha"].sum() == 107.0
    assert table.loc[DINH_LAP, ["ha_low", "ha_high"]].tolist() == [7.0, 107.0]
    assert table.loc[KIEN_MOC, ["ha_low", "ha_high"]].tolist() == [0.0, 100.0]
    assert (table["ha_low"] < table["ha"]).all()
    assert table["split_from"].tolist() == ["Bính Xá", "Bính Xá"]
    assert _kinds(done)["split-by-area"] == "problem"
    areas = {"06613": 0.0, "06625": 0.0}
    for code, sharing in share_by_area("20", from_=2024)[0].items():
        if code == BINH_XA:
            areas = {new: float(weight) for new, weight in sharing.parts.items()}
    part = 100 * areas[DINH_LAP] / sum(areas.values())
    assert table.loc[DINH_LAP, "ha"] - 7 == pytest.approx(part, abs=0.5)


def test_heads_of_a_divided_unit_stay_whole() -> None:
    done = convert_table(_table([BINH_XA], con=[7.0]), units=CODE, change=J2024)
    assert done.table["con"].sum() == 7
    assert all(value.is_integer() and 0 < value < 7 for value in done.table["con"])


def test_measured_shares_leave_no_band() -> None:
    shares = pd.DataFrame(
        {
            "old_code": [BINH_XA, BINH_XA],
            "new_code": [DINH_LAP, KIEN_MOC],
            "share_ratio": [0.25, 0.75],
        }
    )
    frame = _table([BINH_XA, KIEN_MOC], ha=[10.4, 1.0])
    done = convert_table(frame, units=CODE, change=J2024, shares=shares)
    table = done.table.set_index("maxa")
    assert table.loc[DINH_LAP, ["ha", "ha_low", "ha_high"]].tolist() == [2.6, 2.6, 2.6]
    assert pd.isna(table.loc[DINH_LAP, "split_from"])
    assert table.loc[CHAU_SON, "split_from"] == "Kiên Mộc"
    only = convert_table(frame.iloc[:1], units=CODE, change=J2024, shares=shares)
    assert "ha_low" not in only.table
    assert "split-by-area" not in _kinds(only)


@given(
    figure=st.decimals(min_value=0, max_value=10**6, places=2),
    weights=st.lists(
        st.decimals(min_value="0.01", max_value=1000, places=3), min_size=1, max_size=5
    ),
)
def test_parts_sum_to_the_figure(figure: Decimal, weights: list[Decimal]) -> None:
    sharing = Sharing({str(i): weight for i, weight in enumerate(weights)}, known=False)
    parts = divide(figure, sharing, decimals=2)
    assert sum(parts.values()) == figure
    exact = {code: figure * weight / sum(weights) for code, weight in sharing.parts.items()}
    assert all(abs(parts[code] - exact[code]) <= Decimal("0.01") for code in parts)


@settings(max_examples=20)
@given(st.data())
def test_a_whole_table_closes_to_the_last_digit(data: st.DataObject) -> None:
    codes = sorted(communes_on("20", 2024))
    figures = data.draw(
        st.lists(st.decimals(min_value=0, max_value=99999, places=2), min_size=194, max_size=194)
    )
    frame = _table(codes, ha=[float(figure) for figure in figures])
    order = data.draw(st.permutations(range(194)))
    done = convert_table(frame.iloc[order], units=CODE, change=J2024)
    after = sum(Decimal(repr(value)) for value in done.table["ha"])
    assert after == sum(figures)
    assert len(done.table) == 65


def test_a_table_of_2023_goes_through_2024() -> None:
    old = list_communes("20", 2023)
    frame = pd.DataFrame({"maxa": old["code"], "xa": old["name"], "ha": 1.0})
    done = convert_table(frame, units=CODE, change=VintageChange("20", 2023))
    assert done.table["ha"].sum() == 200.0
    assert done.table.set_index("maxa").loc["06286", "ha"] == 5.0  # Khánh Khê and four others
    assert done.table.columns[1] == "xa"


def test_district_rows_are_subtotals_where_communes_stand_below() -> None:
    frame = pd.DataFrame(
        {
            "Xã": ["Toàn tỉnh", "Huyện Lộc Bình", "TT. Lộc Bình", "Khánh Xuân", "Huyện Bắc Sơn"],
            "ha": [40.0, 30.0, 10.0, 20.0, 10.0],
        }
    )
    done = convert_table(frame, units=CommuneColumns(name="Xã"), change=J2024)
    table = done.table.set_index("commune_code")
    assert table.loc["06529", "ha"] == 30.0
    assert table["ha"].sum() == 40.0
    assert _kinds(done)["totals-left-out"] == "note"
    assert "total-differs" not in _kinds(done)
    bac_son = sorted(
        {
            n
            for o in communes_on("20", 2024).values()
            if o.district == "Huyện Bắc Sơn"
            for n in successors("20", from_=2024)[o.code]
        }
    )
    assert set(table.index) == {"06529", *bac_son}
    assert table.loc[bac_son, "ha_high"].tolist() == [10.0] * len(bac_son)
    changes = done.links.set_index("old_name")["change"]
    assert changes["Toàn tỉnh"] == "total"
    assert set(changes["Huyện Bắc Sơn"]) == {"district"}


def test_a_total_that_differs_is_told() -> None:
    frame = pd.DataFrame({"xa": ["Tổng cộng", "Khánh Xuân"], "ha": [25.0, 20.0]})
    done = convert_table(frame, units=CommuneColumns(name="xa"), change=J2024)
    assert _kinds(done)["total-differs"] == "problem"
    assert done.table["ha"].tolist() == [20.0]


def test_a_lone_total_goes_nowhere() -> None:
    frame = pd.DataFrame({"xa": ["toàn tỉnh", "Khánh Xuân"], "nam": [2022, 2023], "ha": [5.0, 1.0]})
    done = convert_table(frame, units=CommuneColumns(name="xa"), change=J2024)
    assert done.totals[["before", "after", "set_aside"]].iloc[0].tolist() == [6.0, 1.0, 5.0]
    assert len(done.set_aside) == 1


def test_chi_lang_is_told_by_the_date() -> None:
    """A district until June 2025, a commune since; the bare name of then is not guessed."""
    columns = CommuneColumns(name="xa")
    now = find_units(pd.DataFrame({"xa": ["Chi Lăng"]}), columns, province="20", on=2026)[0]
    assert (now.role, now.unit and now.unit.code) == ("commune", "06463")
    then = find_units(
        pd.DataFrame({"xa": ["Chi Lăng", "Huyện Chi Lăng", "TT Chi Lăng"]}),
        columns,
        province="20",
        on=2024,
    )
    assert [row.role for row in then] == ["unmatched", "district", "commune"]


def test_districts_tell_units_of_one_name_apart() -> None:
    frame = pd.DataFrame(
        {"xa": ["Thụy Hùng"] * 3, "huyen": ["Văn Lãng", "Huyện Cao Lộc", None], "ha": [1.0, 2, 4]}
    )
    done = convert_table(frame, units=CommuneColumns(name="xa"), change=J2024)
    assert done.table.set_index("commune_code")["ha"].to_dict() == {"06148": 1.0, "06184": 2.0}
    assert done.set_aside["ha"].tolist() == [4.0]
    assert done.totals["set_aside"].tolist() == [4.0]
    assert _kinds(done)["unmatched"] == "problem"


def test_near_names_wait_for_confirmation() -> None:
    frame = pd.DataFrame({"xa": ["Diềm He"], "ha": [1.0]})
    done = convert_table(frame, units=CommuneColumns(name="xa"), change=J2024)
    assert done.table.empty
    assert "perhaps 06280 xã Điềm He" in str(done.links["reason_en"].iloc[0])
    confirmed = CommuneColumns(name="xa", confirmed={"Diềm He": "06280"})
    again = convert_table(frame, units=confirmed, change=J2024)
    assert again.table["ha"].tolist() == [1.0]
    wrong = CommuneColumns(name="xa", confirmed={"Diềm He": "99999"})
    assert convert_table(frame, units=wrong, change=J2024).table.empty


def test_a_code_beside_another_name_is_set_aside() -> None:
    frame = _table(
        ["06148", "06529", "99999"], xa=["Thuỵ Hùng", "Lộc Bình", "Lộc Bình"], ha=[1.0, 2, 4]
    )
    done = convert_table(frame, units=CODE, change=J2024)
    assert done.table["ha"].tolist() == [2.0]
    reasons = " ".join(done.links["reason_en"].dropna())
    assert "06148 is Thanh Long" in reasons
    assert "has the code 99999" in reasons


def test_bad_input() -> None:
    with pytest.raises(SchemaError, match="expected columns ma "):
        convert_table(_table(["06529"], ha=[1.0]), units=CommuneColumns(code="ma"), change=J2024)
    with pytest.raises(InputError, match="no column of figures that add"):
        convert_table(_table(["06529"], cay=["hồi"]), units=CODE, change=J2024)
    with pytest.raises(InputError, match="no columns"):
        convert_table(
            _table(["06529"], ha=[1.0]), units=CODE, change=J2024, figures=ColumnRoles(("x",))
        )
    with pytest.raises(InputError, match="expected numbers"):
        convert_table(
            _table(["06529"], ha=["một"]), units=CODE, change=J2024, figures=ColumnRoles(("ha",))
        )
    with pytest.raises(InputError, match="Expected a rate as NAME"):
        parse_rate("x=y")


# -- geometry ---------------------------------------------------------------------------------


@pytest.fixture
def squares() -> gpd.GeoDataFrame:
    """Đình Lập, Kiên Mộc and Châu Sơn as kilometre squares side by side."""
    return gpd.GeoDataFrame(
        {"commune_code": [DINH_LAP, KIEN_MOC, CHAU_SON]},
        geometry=[box(x, 0, x + 1000, 1000) for x in (500_000, 501_000, 502_000)],
        crs="EPSG:9215",
    )


def test_shares_from_old_boundaries(squares: gpd.GeoDataFrame) -> None:
    old = gpd.GeoDataFrame(
        {"maxa": [BINH_XA, "06529"]},
        geometry=[box(500_250, 0, 501_250, 1000), box(0, 0, 1, 1)],
        crs="EPSG:9215",
    )
    shares = share_by_geometry(old, squares, code_column="maxa", province="20", from_=2024)
    assert shares["old_code"].tolist() == [BINH_XA, BINH_XA]
    assert shares["share_ratio"].to_numpy() == pytest.approx([0.75, 0.25], abs=1e-4)
    away = old.assign(geometry=old.geometry.translate(50_000, 0))
    with pytest.raises(InputError, match=r"0.00 of 100.01 ha lie in 06613, 06625"):
        share_by_geometry(away, squares, code_column="maxa", province="20", from_=2024)
    partly = old.assign(geometry=old.geometry.translate(-850, 0))
    with pytest.raises(InputError, match=r"Of the pieces of 06622, 40\.\d\d of 100\.0\d ha lie in"):
        share_by_geometry(partly, squares, code_column="maxa", province="20", from_=2024)
    with pytest.raises(InputError, match="must both have a CRS"):
        share_by_geometry(
            old.set_crs(None, allow_override=True),
            squares,
            code_column="maxa",
            province="20",
            from_=2024,
        )
    with pytest.raises(InputError, match="lack 06625"):
        share_by_geometry(old, squares.iloc[[0, 2]], code_column="maxa", province="20", from_=2024)


def _plots() -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {"maxa": [BINH_XA, BINH_XA, "06148", "99999", BINH_XA], "old_code": list("abcde")},
        geometry=[
            box(500_100, 0, 500_200, 100),
            box(500_980, 0, 501_100, 100),
            box(0, 0, 10, 10),
            box(0, 0, 10, 10),
            box(900_000, 0, 900_010, 10),
        ],
        crs="EPSG:9215",
    )


def test_records_of_divided_units_go_where_they_lie(squares: gpd.GeoDataFrame) -> None:
    plots = _plots()
    done = convert_records(plots, units=CODE, change=J2024, communes=squares)
    assert done.table["maxa"].fillna("").tolist() == [DINH_LAP, KIEN_MOC, "06148", "", ""]
    assert done.table["commune"].iloc[2] == "Thuỵ Hùng"
    assert done.table["old_code"].tolist() == list("abcde")
    assert done.table["old_code_2"].fillna("").tolist() == [BINH_XA, BINH_XA, "06148", "", BINH_XA]
    assert done.table.geometry.geom_equals(plots.geometry).all()
    assert _kinds(done) == {"split-not-placed": "problem", "unmatched": "problem"}
    assert plots["maxa"].iloc[0] == BINH_XA


def test_boundaries_without_an_heir_of_a_divided_unit_are_refused(
    squares: gpd.GeoDataFrame,
) -> None:
    part = squares[squares["commune_code"] != KIEN_MOC]
    with pytest.raises(InputError, match=f"boundaries lack {KIEN_MOC}, which took over a part"):
        convert_records(_plots(), units=CODE, change=J2024, communes=part)


def test_rows_without_code_are_those_rows_and_no_others() -> None:
    table = _table(["06529", "", ""], ha=[1.0, 2.0, 3.0])
    done = convert_table(table, units=CODE, change=J2024, figures=ColumnRoles(sums=("ha",)))
    unmatched = next(one for one in done.findings.items if one.kind == "unmatched")
    assert unmatched.count == 2
    assert done.table["ha"].tolist() == [1.0]


def test_without_boundaries_divided_records_stay_without_code() -> None:
    done = convert_records(_plots(), units=CODE, change=J2024)
    assert done.table["maxa"].isna().sum() == 4
    placed = next(f for f in done.findings.items if f.kind == "split-not-placed")
    assert placed.rows == (0, 1, 4)


def test_records_as_a_plain_table() -> None:
    done = convert_records(_table(["06529", "06544"], ha=[1.0, 2.0]), units=CODE, change=J2024)
    assert done.table["maxa"].tolist() == ["06529", "06529"]
    assert done.links["change"].tolist() == ["merged", "merged"]


def test_shares_by_area_are_of_the_units_wanted() -> None:
    """Today's areas say nothing of the units of 2024 that bear the same codes."""
    by_unit, _ = share_by_area("20", from_=2023, to=2024)
    assert by_unit["06040"].parts == {"06025": 1, "06040": 1}
    assert not by_unit["06040"].known
    assert by_unit["06295"].known


def test_a_name_of_another_unit_beside_a_code_is_no_slip() -> None:
    """06166 is Tân Thanh; Tân Thành, one tone away, is a unit of its own."""
    done = convert_table(
        _table(["06166", "06280"], xa=["Tân Thành", "Diềm He"], ha=[1.0, 2.0]),
        units=CODE,
        change=J2024,
    )
    assert done.table["ha"].tolist() == [2.0]
    assert "06166 is Tân Thanh" in str(done.links["reason_en"].dropna().iloc[0])


def test_columns_that_would_meet_are_refused() -> None:
    frame = _table([BINH_XA], ha=[1.0], ha_low=[0.5])
    with pytest.raises(InputError, match="columns 'ha_low' twice"):
        convert_table(frame, units=CODE, change=J2024)


def test_signs_of_statistical_tables() -> None:
    """A dash is none; dots are not known, and so is their sum."""
    frame = _table(["06529", "06544", "06526", "06562"], ha=["1,5", "-", "…", "2,0"])
    figures = ColumnRoles(decimal=",")
    done = convert_table(frame, units=CODE, change=J2024, figures=figures)
    table = done.table.set_index("maxa")["ha"]
    assert table["06529"] == 1.5
    assert math.isnan(table["06526"])
    assert _kinds(done)["dashes"] == "note"


def test_years_as_text_are_whole_numbers() -> None:
    frame = _table(["06529", "06544"], nam=["2023", "2023"], ha=[1.0, 2.0])
    done = convert_table(frame, units=CODE, change=J2024)
    assert done.table["nam"].tolist() == [2023]


def test_a_unit_in_two_rows_is_told() -> None:
    codes = sorted(communes_on("20", 2024))[:40]
    done = convert_table(_table([*codes, codes[0]], ha=[1.0] * 41), units=CODE, change=J2024)
    assert _kinds(done)["rows-repeated"] == "problem"
    plots = convert_table(_table(codes * 3, ha=[1.0] * 120), units=CODE, change=J2024)
    assert "rows-repeated" not in _kinds(plots)


def test_totals_with_codes_of_their_level() -> None:
    frame = _table(
        ["20", "182", "06529"], xa=["Toàn tỉnh", "Huyện Lộc Bình", "TT Lộc Bình"], ha=[4.0] * 3
    )
    done = convert_table(frame, units=CODE, change=J2024)
    assert done.table["ha"].tolist() == [4.0]
    assert _kinds(done)["totals-left-out"] == "note"


def test_strange_shares_are_refused() -> None:
    shares = pd.DataFrame({"old_code": [BINH_XA], "new_code": ["06529"], "share_ratio": [1.0]})
    with pytest.raises(InputError, match="06622 → 06529"):
        convert_table(_table([BINH_XA], ha=[1.0]), units=CODE, change=J2024, shares=shares)


@pytest.mark.parametrize("given", [[0.4], [0.4, 0.4], [0.75, 0.5], [1.0, 1e-4], [0.0, 0.0]])
def test_shares_that_do_not_sum_to_one_are_refused(given: list[float]) -> None:
    """0.4 alone is not the whole: the rest of the old unit's figures would go with it."""
    parts = successors("20", from_=2024)[BINH_XA][: len(given)]
    shares = pd.DataFrame({"old_code": BINH_XA, "new_code": parts, "share_ratio": given})
    frame = _table([BINH_XA], ha=[100.0])
    with pytest.raises(InputError, match=r"sum to 1, .* 1 do not \(06622: "):
        convert_table(frame, units=CODE, change=J2024, shares=shares)


def test_shares_may_carry_the_rounding_of_their_digits() -> None:
    parts = successors("20", from_=2024)[BINH_XA]
    ratios = [0.333333, 0.666667]
    shares = pd.DataFrame({"old_code": BINH_XA, "new_code": parts, "share_ratio": ratios})
    done = convert_table(_table([BINH_XA], ha=[100.0]), units=CODE, change=J2024, shares=shares)
    assert done.table["ha"].sum() == 100.0


@pytest.mark.parametrize("from_", [2024, 2025])
def test_rows_without_a_code_are_counted_once(from_: int) -> None:
    """Units of today have no district: a row of none is not a row of every commune."""
    frame = _table(["06529", "", ""], ha=[1.0, 2.0, 3.0])
    done = convert_table(frame, units=CODE, change=VintageChange("20", from_, source="bảng"))
    lost = done.links[done.links["change"] == "unmatched"]
    assert (lost["rows"].sum(), len(lost)) == (2, 1)
    told = {one.kind: one for one in done.findings.items}["unmatched"]
    assert told.count == 2
    assert told.message.en.startswith("2 rows match no unit")
    assert len(done.set_aside) == 2
    assert done.totals.loc[0, ["before", "after", "set_aside"]].tolist() == [6.0, 1.0, 5.0]
