"""The communes of the whole country before July 2025, and what became of them."""

from __future__ import annotations

import subprocess
import sys

import pandas as pd
import pytest

from layers.communes.crosswalk import VintageChange, crosswalk, successors
from layers.communes.gazetteer import (
    communes_on,
    find_province,
    former_provinces,
    provinces,
    vintages,
)
from layers.communes.match_result import Match
from layers.communes.matching import match_commune
from layers.convert.columns import ColumnRoles
from layers.convert.convert import convert_table
from layers.convert.rows import CommuneColumns


def test_every_old_commune_went_somewhere_and_every_new_one_came_from_somewhere() -> None:
    old, new = set[str](), set[str]()
    for province in provinces():
        table = crosswalk(province, from_=2024)
        today = set(communes_on(province))
        assert set(table["new_code"]) == today
        assert not old & set(table["old_code"])
        old |= set(table["old_code"])
        new |= today
    # 10,035 communes, and the five island districts that had none.
    assert (len(old), len(new)) == (10_035 + 5, 3_321)


def test_sixty_three_provinces_became_thirty_four() -> None:
    former = former_provinces()
    assert len(former) == 63
    assert {one.now for one in former.values()} == set(provinces())
    # A code that is used again means, as a rule of the arrangement, a part of what it meant before.
    assert all(one.now == code for code, one in former.items() if code in provinces())


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Bắc Giang", "24"),
        ("tỉnh Bắc Giang", "24"),
        ("bac kan", "19"),
        ("27", "24"),
        ("Bắc Ninh", "24"),
        ("Thành phố Hồ Chí Minh", "79"),
        ("Hải Dương", "31"),
    ],
)
def test_a_province_is_found_by_the_name_of_one_that_was_joined_to_it(text: str, code: str) -> None:
    assert find_province(text) == code


def test_a_divided_commune_has_several_heirs_and_a_whole_one_has_one() -> None:
    heirs = successors("48", from_=2024)
    divided = next(
        code for code, unit in communes_on("48", 2024).items() if unit.name == "Hòa Liên"
    )
    assert {communes_on("48")[code].name for code in heirs[divided]} == {"Hải Vân", "Liên Chiểu"}
    table = crosswalk("48", from_=2024)
    assert set(table.loc[table["old_code"] == divided, "split"]) == {True}


def test_a_name_of_an_old_province_is_resolved_with_its_district() -> None:
    match = match_commune("xã Quý Sơn", province="Bắc Giang", on=2024)
    assert isinstance(match, Match)
    assert (match.code, match.unit.district) == ("07576", "Thị xã Chũ")
    # Numbered wards are named by their number.
    ward = match_commune("Phường 1, thành phố Tây Ninh", province="Tây Ninh", on=2024)
    assert isinstance(ward, Match)
    assert (ward.unit.kind, ward.unit.name) == ("phường", "1")


def test_the_tables_of_lang_son_lead_for_lang_son() -> None:
    assert vintages("20") == ("2020-01-01", "2024-12-01", "2025-07-01")
    assert successors("20", from_=2024)["06079"] == ("06079",)
    assert vintages("24") == ("2024-12-31", "2025-07-01")


def test_the_old_communes_are_not_read_before_they_are_asked_for() -> None:
    script = (
        "from layers.communes import gazetteer as g; g.communes_on('24'); g.find_province('24');"
        "assert g._former_communes.cache_info().currsize == 0;"
        "g.communes_on('24', 2024); assert g._former_communes.cache_info().currsize == 1"
    )
    subprocess.run([sys.executable, "-c", script], check=True)


def test_figures_of_a_divided_commune_become_a_band_in_every_province() -> None:
    rows = pd.DataFrame({"ma": ["20296", "20302"], "ha": [100.0, 60.0]})  # Hòa Liên, Hòa Sơn
    made = convert_table(
        rows,
        units=CommuneColumns(code="ma"),
        change=VintageChange("48", 2024),
        figures=ColumnRoles(sums=("ha",)),
    )
    table = made.table.set_index("ma")
    # No official areas are known here: even shares, from nothing to all, and nothing lost.
    assert table.loc["20194", ["ha", "ha_low", "ha_high"]].tolist() == [50.0, 0.0, 100.0]
    assert table["ha"].sum() == 160.0
    (band,) = [one for one in made.findings.items if one.kind == "split-by-area"]
    assert "evenly where none is known" in band.message.en
