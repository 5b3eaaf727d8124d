"""Old units and today's, and layers joined to communes of another year."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
from shapely import box

from layers.base.errors import InputError
from layers.communes.crosswalk import crosswalk, successors, year_of_vintage
from layers.communes.gazetteer import communes_on, list_communes
from layers.communes.vintage_check import check_vintage


@pytest.fixture
def communes() -> pd.DataFrame:
    return list_communes("20").rename(columns={"code": "commune_code", "name": "commune"})


def test_crosswalk_of_2024() -> None:
    table = crosswalk("20", from_=2024)
    assert table["old_code"].nunique() == 194
    assert set(table["new_code"]) == set(communes_on("20"))
    split = table[table["split"]]
    assert sorted(split["old_name"].unique()) == ["Bính Xá", "Kiên Mộc"]
    assert sorted(split["new_name"].unique()) == ["Châu Sơn", "Kiên Mộc", "Đình Lập"]


def test_crosswalk_of_2023_goes_through_2024() -> None:
    after = successors("20", from_=2023)
    assert len(after) == 200
    assert after["06295"] == ("06286",)  # Đồng Giáp → Khánh Khê
    assert after["06574"] == ("06565",)  # Tĩnh Bắc → Tam Gia → Khuất Xá
    assert after["05995"] == ("06040",)  # the town of Thất Khê under its code of then
    assert after["06040"] == ("06004", "06040")  # Đại Đồng, divided; that code is Thất Khê today


def test_crosswalk_to_itself_and_backwards() -> None:
    assert successors("20", from_=2026) == {code: (code,) for code in communes_on("20")}
    with pytest.raises(InputError, match="carried forward only"):
        successors("20", from_=2026, to=2024)


def test_year_of_vintage() -> None:
    assert year_of_vintage("20", "2025-07-01") == 2025
    for year in (2023, 2024, 2025):
        assert year_of_vintage("20", list_communes("20", year)["vintage"].iloc[0]) == year


def _kinds(frame: pd.DataFrame, communes: pd.DataFrame, **columns: str) -> list[str]:
    found = check_vintage(frame, communes, code_column="code", source="rừng", **columns)
    return [finding.kind for finding in found]


def test_each_of_the_27_repeated_codes_is_caught(communes: pd.DataFrame) -> None:
    old = list_communes("20", 2024)
    caught = [
        code
        for code in communes["commune_code"]
        if _kinds(old[old["code"] == code], communes, name_column="name") == ["wrong-vintage"]
    ]
    assert len(caught) == 27


@pytest.mark.parametrize("year", [2023, 2024])
def test_a_whole_layer_of_another_year(communes: pd.DataFrame, year: int) -> None:
    found = check_vintage(
        list_communes("20", year), communes, code_column="code", name_column="name", source="rừng"
    )
    assert [finding.kind for finding in found] == ["wrong-vintage"]
    assert found[0].severity == "error"
    assert f"vintage: {year}" in found[0].message.en
    assert f"vintage: {year}" in found[0].message.vi
    assert "05977 Vĩnh Trại ≠ Đông Kinh" in found[0].message.en


def test_codes_without_names_are_told_by_those_gone(communes: pd.DataFrame) -> None:
    found = check_vintage(list_communes("20", 2024), communes, code_column="code", source="rừng")
    assert [finding.kind for finding in found] == ["wrong-vintage"]
    assert "129 codes are no longer in use" in found[0].message.en


def test_a_town_is_of_another_time_though_its_name_stayed(communes: pd.DataFrame) -> None:
    frame = pd.DataFrame({"code": ["06529"], "name": ["TT. Lộc Bình"]})
    assert _kinds(frame, communes, name_column="name") == ["wrong-vintage"]
    frame = pd.DataFrame({"code": ["06529"], "name": ["Lộc Bình"]})
    assert _kinds(frame, communes, name_column="name") == []


def test_todays_layer_is_let_through(communes: pd.DataFrame) -> None:
    frame = list_communes("20")
    frame["name"] = frame["name"].str.upper()
    frame["code"] = frame["code"].astype("int64").astype("float64")
    assert _kinds(frame, communes, name_column="name") == []


def test_a_code_of_today_outside_a_part_of_the_province_is_of_no_other_day(
    communes: pd.DataFrame,
) -> None:
    """06001 was Đoàn Kết before as well: that it lies outside the part says nothing of its day."""
    part = communes[communes["commune_code"] != "06001"]
    frame = pd.DataFrame({"code": ["06001", "06613"], "name": ["Đoàn Kết", "Đình Lập"]})
    assert _kinds(frame, part) == ["code-not-in-communes"]
    assert _kinds(frame, part, name_column="name") == ["code-not-in-communes"]
    # A name that only the other day gives the code still tells.
    old = pd.DataFrame({"code": ["05977"], "name": ["Vĩnh Trại"]})
    part = communes[communes["commune_code"] != "05977"]
    assert _kinds(old, part, name_column="name") == ["wrong-vintage"]


def test_a_wrong_name_in_the_boundaries_makes_no_layer_old(communes: pd.DataFrame) -> None:
    """06001 was Đoàn Kết before and is today: the boundaries are wrong, not the layer's day."""
    drawn = communes.assign(
        commune=communes["commune"].mask(communes["commune_code"] == "06001", "Ä�oÃ n")
    )
    frame = pd.DataFrame({"code": ["06001"], "name": ["Đoàn Kết"]})
    assert _kinds(frame, drawn, name_column="name") == ["code-name-disagree"]


def test_names_that_no_vintage_explains(communes: pd.DataFrame) -> None:
    frame = pd.DataFrame({"code": ["06529", "99999", "x"], "name": ["Kỳ Lừa", "–", None]})
    found = check_vintage(frame, communes, code_column="code", name_column="name", source="rừng")
    assert [(f.severity, f.kind) for f in found] == [
        ("error", "code-name-disagree"),
        ("problem", "code-not-in-communes"),
    ]
    assert "06529 Kỳ Lừa ≠ Lộc Bình" in found[0].message.en


def test_a_project_of_2024_meets_a_layer_of_today() -> None:
    communes = list_communes("20", 2024).rename(columns={"code": "commune_code", "name": "commune"})
    found = check_vintage(
        list_communes("20"),
        communes,
        code_column="code",
        name_column="name",
        on=2024,
        source="rừng",
    )
    assert found[0].kind == "wrong-vintage"
    assert "vintage: 2025" in found[0].message.en


@pytest.mark.parametrize("year", [2023, 2024])
def test_an_old_layer_in_an_old_project(year: int) -> None:
    frame = list_communes("20", year)
    communes = frame.rename(columns={"code": "commune_code", "name": "commune"})
    frame["name"] = frame["kind"] + " " + frame["name"]
    found = check_vintage(frame, communes, code_column="code", name_column="name", on=year)
    assert found == []


def test_places(communes: pd.DataFrame) -> None:
    """Squares side by side: the records of one code lie in its neighbour's square."""
    squares = gpd.GeoDataFrame(
        communes, geometry=[box(i, 0, i + 1, 1) for i in range(len(communes))], crs="EPSG:9215"
    )
    codes = communes["commune_code"]
    good = gpd.GeoDataFrame({"code": codes}, geometry=squares.geometry.buffer(-0.2))
    assert _kinds(good, squares) == []
    moved = good.assign(geometry=good.geometry.translate(1, 0)).iloc[:1]
    assert _kinds(moved, squares) == ["code-place-disagree"]
    # The old code of Kiên Mộc belonged to a unit that reached into today's Châu Sơn.
    chau_son = squares.loc[squares["commune_code"] == "06637"].geometry.buffer(-0.2)
    strayed = gpd.GeoDataFrame({"code": ["06625"]}, geometry=chau_son.to_numpy(), crs=squares.crs)
    assert _kinds(strayed, squares) == ["wrong-vintage"]
