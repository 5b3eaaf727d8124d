"""Forms 02 and 05 as printed: every identity, the figures of Form 04, and what is not told."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.base.errors import ClosureError
from maps.layout.tables import build_tables
from tests.maps.annex import annex_squares as squares
from zones.forest.cover import forest_cover_table
from zones.forest.forms import CLASS_KEYS
from zones.publish.consistency import twin_differences
from zones.publish.forest_form_pages import forest_forms
from zones.publish.forest_forms import check_form, round_forms
from zones.publish.form_rounding import form_table
from zones.publish.rounded_figures import round_forest_cover
from zones.tables import FOREST_CAUSES, FOREST_CLASSES

#: Classes by origin, site and stand, and the land class that each is of.
CLASSES = [
    ("1111", "1210", "1310", "natural_forest"),
    ("1112", "1220", "1330", "natural_forest"),
    ("1121", "1210", "", "planted_forest"),
    ("1122", "1240", "", "planted_forest"),
    ("2010", "", "", "not_yet_forest"),
    ("2020", "", "", "regenerating"),
    ("2030", "", "", "bare"),
]
PURPOSES = {"c8": "special_use", "c14": "protection", "c19": "production", "c20": "outside"}


def rows(hectares: np.ndarray) -> pd.DataFrame:
    """Classes of two communes: an array of commune, class and purpose."""
    return pd.DataFrame(
        {
            "commune_code": code,
            "layer": "forest",
            "form_origin": origin,
            "form_site": site,
            "form_stand": stand,
            "form_purpose": purpose,
            "ledger_ha": hectares[place, number, column],
            "land": land,
        }
        for place, code in enumerate(["06001", "06004"])
        for number, (origin, site, stand, land) in enumerate(CLASSES)
        for column, purpose in enumerate(PURPOSES)
    )


def cover_of(table: pd.DataFrame, decimals: int) -> pd.DataFrame:
    areas = table.assign(
        crop="",
        area_ha=table["ledger_ha"],
        three_forest=table["form_purpose"].map(PURPOSES),
        planting_year=pd.array([pd.NA] * len(table), dtype="Int64"),
    )
    communes = pd.DataFrame(
        {
            "commune_code": ["06001", "06004"],
            "commune": ["A", "B"],
            "official_area_ha": [1e6, 1e6],
            "polygon_area_ha": [1e6, 1e6],
        }
    )
    cover = forest_cover_table(areas, communes, province_code="20", province="P")
    return round_forest_cover(cover, decimals=decimals, rate_decimals=2)


def changes(values: list[float]) -> pd.DataFrame:
    """Losses by harvest and gains by planting of the classes."""
    return FOREST_CAUSES.validate(
        pd.DataFrame(
            {
                "form_origin": origin,
                "form_site": site,
                "form_stand": stand,
                "form_column": column,
                "change_ha": value if column == "c5" else -value / 3,
            }
            for (origin, site, stand, _), value in zip(CLASSES, values, strict=True)
            for column in ("c5", "c8")
        )
    )


HECTARES = st.floats(0, 500).map(lambda value: round(value, 3))


@given(
    st.lists(HECTARES, min_size=56, max_size=56),
    st.lists(HECTARES, min_size=7, max_size=7),
    st.sampled_from([0, 1, 2]),
)
@settings(max_examples=15)
def test_every_identity_holds_and_form_04_says_the_same(
    cells: list[float], gains: list[float], decimals: int
) -> None:
    table = rows(np.array(cells).reshape(2, 7, 4))
    cover = cover_of(table, decimals)
    # No class may have begun below zero.
    held = table.groupby(CLASS_KEYS)["ledger_ha"].sum()
    keys = [(origin, site, stand) for origin, site, stand, _ in CLASSES]
    causes = changes([min(gain, held[key]) for gain, key in zip(gains, keys, strict=True)])
    form, by_cause, off = round_forms(
        FOREST_CLASSES.validate(table), causes, cover, decimals=decimals
    )
    form, by_cause = form.set_index("row"), by_cause.set_index("row")
    province = cover.iloc[-1]
    near = {"abs": 1e-6}
    for row, name in (("1110", "natural"), ("1120", "planted"), ("2010", "not_yet")):
        assert form.loc[row, "c6"] == pytest.approx(province[f"{name}_forest_ha"], **near)
    for column, name in (("c7", "special_use"), ("c13", "protection"), ("c19", "production")):
        assert form.loc["0000", column] == pytest.approx(province[f"{name}_ha"], **near)
    assert (form["c6"] - form["c4"] - form["c5"]).abs().max() < 1e-6
    parts = form[["c7", "c13", "c19", "c20"]].sum(axis=1)
    assert (form["c6"] - parts).abs().max() < 1e-6
    assert (form[["c8", "c14"]].to_numpy() == form[["c7", "c13"]].to_numpy()).all()
    for whole, *some in (
        ("0000", "1100", "2010"), ("1100", "1110", "1120"), ("1110", "1111", "1112"),
        ("1120", "1121", "1122", "1123"), ("1200", "1210", "1220", "1230", "1240"),
        ("1300", "1310", "1320", "1330", "1340"), ("2000", "2010", "2020", "2030"),
    ):  # fmt: skip
        for figures in (form, by_cause):
            sums = figures.loc[some].sum(min_count=len(some))
            known = sums.notna()
            assert (sums - figures.loc[whole])[known].abs().max() < 1e-6
    assert form.loc["1100", "c6"] == form.loc["1200", "c6"]
    assert form.loc["1110", "c6"] == form.loc["1300", "c6"]
    assert (form["c4"] >= 0).all()
    sums = by_cause[["c5", "c6", "c7", "c8", "c14", "c15"]].sum(axis=1)
    assert (by_cause["c4"] - sums).abs().max() < 1e-6
    assert (by_cause["c4"] - form["c5"]).abs().max() < 1e-6
    assert (by_cause["c8"] <= 0).all()
    assert by_cause["c9"].isna().all()
    # Rounded, not moved: every figure goes up or down to the next step.
    assert max(off.values()) <= 10.0**-decimals + 1e-9


def simple(purpose: str = "c8", origin: str = "1121") -> pd.DataFrame:
    table = rows(np.full((2, 7, 4), 10.0))
    table["form_purpose"] = table["form_purpose"].replace({"c8": purpose})
    table["form_origin"] = table["form_origin"].replace({"1121": origin})
    return FOREST_CLASSES.validate(table.groupby(FOREST_CLASSES.names[:-1]).sum().reset_index())


COVER = cover_of(rows(np.full((2, 7, 4), 10.0)), 1)


def test_figures_one_can_add_up() -> None:
    form, by_cause, _ = round_forms(simple(), FOREST_CAUSES.empty(), COVER, decimals=1)
    form = form.set_index("row")
    assert form["c6"].to_dict() == {
        "0000": 400, "1100": 320, "1110": 160, "1111": 80, "1112": 80, "1120": 160, "1121": 80,
        "1122": 80, "1123": 0, "1200": 320, "1210": 160, "1220": 80, "1230": 0, "1240": 80,
        "1300": 160, "1310": 80, "1320": 0, "1330": 80, "1340": 0, "2000": 240, "2010": 80,
        "2020": 80, "2030": 80,
    }  # fmt: skip
    assert form.loc["1110", ["c7", "c13", "c19", "c20"]].tolist() == [40, 40, 40, 40]
    assert by_cause.empty
    # Without an earlier layer start and change are missing, not zero.
    assert form[["c4", "c5"]].isna().all(axis=None)


def test_states_are_rounded_together_over_the_purposes() -> None:
    """0.06 ha of either planted class in each purpose: apart, one class takes all four up."""
    hectares = np.full((2, 7, 4), 10.0)
    hectares[0, 2:4] += 0.04
    table = rows(hectares)
    form, _, off = round_forms(
        FOREST_CLASSES.validate(table), FOREST_CAUSES.empty(), cover_of(table, 1), decimals=1
    )
    form = form.set_index("row")
    # 80.16 ha each, 160.32 in all, 40.08 in each purpose.
    assert sorted(form.loc[["1121", "1122"], "c6"]) == [80.1, 80.2]
    assert form.loc["1120", "c6"] == 160.3
    assert form.loc["1120", ["c7", "c13", "c19", "c20"]].between(40.0, 40.1).all()
    assert off == {"purposes": pytest.approx(0.08), "causes": 0.0}


def test_what_the_layer_does_not_tell_is_missing_where_it_would_stand() -> None:
    form, _, _ = round_forms(simple("c7", "1120"), FOREST_CAUSES.empty(), COVER, decimals=1)
    form = form.set_index("row")
    assert form.loc["1110", "c7"] == 40
    assert form.loc["1110", ["c8", "c9", "c10", "c11", "c12"]].isna().all()
    assert form.loc["1110", "c14"] == 40
    assert form.loc[["1121", "1122", "1123"], "c6"].isna().all()
    assert form.loc["1120", "c6"] == 160


def notes(table: pd.DataFrame) -> tuple[str, ...]:
    """Sentences below Form 02 as it is printed."""
    form, causes, _ = round_forms(table, FOREST_CAUSES.empty(), COVER, decimals=1)
    content = squares.content(forest_forms=forest_forms(form, causes))
    return next(table.notes for table in build_tables(content) if table.role == "purposes")


def test_a_form_says_what_the_layer_does_not_tell_and_nothing_else() -> None:
    """Origin and purpose are told apart: a planted row without its origin has a purpose."""
    purpose = "lớp bản đồ chưa ghi mục đích chi tiết (trường mamdsd)."
    origin = "lớp bản đồ chưa ghi nguồn gốc của toàn bộ rừng trồng (trường nggocrt)."
    for table, told in (
        (simple(), []),
        (simple("c8", "1120"), [origin]),
        (simple("c7"), [purpose]),
        (simple("c7", "1120"), [purpose, origin]),
    ):
        found = [note.partition(": ")[2] for note in notes(table)]
        assert [note for note in found if note in (purpose, origin)] == told


def test_a_form_says_what_its_total_leaves_out() -> None:
    """Row 0000 is 1100 + 2010: 80 ha each of rows 2020 and 2030 stand in row 2000 alone."""
    told = "dòng 2020 và 2030 (thuộc dòng 2000) không nằm trong dòng 0000."
    table = simple()
    assert any(note.endswith(told) for note in notes(table))
    forest = table[~table["form_origin"].isin(["2020", "2030"])]
    assert not any(note.endswith(told) for note in notes(forest))


def test_a_form_that_does_not_close_is_refused() -> None:
    form, _, _ = round_forms(simple(), FOREST_CAUSES.empty(), COVER, decimals=1)
    wrong = form.assign(c19=form["c19"].where(form["row"].ne("2030"), 99.0))
    with pytest.raises(ClosureError, match=r"Cột 6 = 7 \+ 13 \+ 19 \+ 20, 2030"):
        check_form(form_table("02"), wrong)
    with pytest.raises(ClosureError, match=r"2000 = 2010 \+ 2020 \+ 2030, c19"):
        check_form(form_table("02"), wrong)


def test_forms_are_held_against_each_other_and_form_04() -> None:
    table = rows(np.full((2, 7, 4), 10.0))
    cover = cover_of(table, 1)
    forms = round_forms(FOREST_CLASSES.validate(table), changes([5.0] * 7), cover, decimals=1)[:2]
    frames = dict(zip(("forest_form_purposes", "forest_form_causes"), forms, strict=True))
    frames["forest_cover"] = cover
    assert twin_differences(frames) == []
    causes = forms[1].copy()
    causes.loc[causes["row"] == "1122", "c4"] += 0.1
    (told,) = twin_differences({**frames, "forest_form_causes": causes})
    assert (told.table, told.place) == ("forest_form_causes", "1122, c4")
    for row, column, place in (("1120", "c6", "1120, c6"), ("0000", "c13", "c13, 0000")):
        purposes = forms[0].copy()
        purposes.loc[purposes["row"] == row, column] += 0.1
        (told,) = twin_differences({"forest_form_purposes": purposes, "forest_cover": cover})
        assert (told.table, told.place) == ("forest_form_purposes", place)
