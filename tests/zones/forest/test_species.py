"""Planted forest by species and age class."""

from __future__ import annotations

import pandas as pd
import pytest

from layers.base.errors import InputError
from layers.base.resources import data_path
from layers.kinds.crops import load_crops
from maps.tables import SPECIES_AGES
from zones.forest.species import planted_species_table, species_ages


def areas(*rows):
    frame = pd.DataFrame(rows, columns=["crop", "land", "planting_year", "ledger_ha"])
    return frame.astype({"planting_year": "Int64", "ledger_ha": float})


FOREST, YOUNG = "planted_forest", "not_yet_forest"


@pytest.mark.parametrize(
    ("crop", "age", "place"),
    [
        ("pine", 0, 1),
        ("pine", 5, 1),
        ("pine", 6, 2),
        ("pine", 20, 4),
        ("pine", 21, 5),
        ("acacia", 2, 1),
        ("acacia", 3, 2),
        ("acacia", 9, 5),
        ("Lim xanh", 10, 2),
    ],
)
def test_limits_of_the_classes(crop, age, place):
    table = planted_species_table(areas((crop, FOREST, 2025 - age, 3.0)), year=2025)
    assert table.loc[0, f"class_{place}_ha"] == 3.0
    assert table.loc[0, "planted_ha"] == 3.0


def test_not_yet_and_unknown_ages_have_their_own_columns():
    table = planted_species_table(
        areas(
            ("pine", FOREST, 2020, 4.0),
            ("pine", FOREST, None, 2.0),
            ("pine", YOUNG, 2024, 1.0),
            ("acacia", YOUNG, None, 9.0),
            (None, FOREST, 2000, 50.0),
            ("pine", "natural_forest", 2000, 1000.0),
        ),
        year=2025,
    )
    assert table["crop"].tolist() == ["acacia", "pine", ""]
    pine = table.set_index("crop").loc["pine"]
    assert pine.tolist() == [7.0, 4.0, 0, 0, 0, 0, 2.0, 1.0]
    assert table["planted_ha"].sum() == 66.0


def test_a_year_after_the_layer_is_refused():
    with pytest.raises(InputError, match="1 planted area is of a year after 2025"):
        planted_species_table(areas(("pine", FOREST, 2026, 1.0)), year=2025)


def test_nothing_planted_gives_an_empty_table():
    table = planted_species_table(areas(("pine", "natural_forest", None, 1.0)), year=2025)
    assert table.empty
    assert "class_5_ha" in table.columns


def test_as_the_annex_prints_it():
    table = planted_species_table(
        areas(("pine", FOREST, 2020, 4.0), ("Lim xanh", YOUNG, None, 1.0), (None, FOREST, 1990, 2)),
        year=2025,
    )
    long = species_ages(table, language="vi")
    assert list(long.columns) == SPECIES_AGES.names
    assert long["species"].drop_duplicates().tolist() == ["Thông", "Lim xanh", "Không ghi loài"]
    assert long["age_class"].tolist()[:7] == [
        "I", "II", "III", "IV", "V", "Không rõ tuổi", "Chưa thành rừng",
    ]  # fmt: skip
    assert long["area_ha"].sum() == 7.0
    assert "Pine" in species_ages(table, language="en")["species"].tolist()


def test_the_table_of_limits_is_sound():
    limits = pd.read_csv(data_path("age_classes.csv"), keep_default_na=False)
    assert set(limits["crop"]) <= {"", *load_crops()["crop"]}
    steps = limits.drop(columns="crop").diff(axis=1).iloc[:, 1:]
    assert (steps > 0).all(axis=None)
