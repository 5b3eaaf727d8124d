"""What stands in a plan's zones and which land could take their crops, from measured areas."""

from __future__ import annotations

import pandas as pd

from zones.plan.files import load_plan
from zones.plan.lint_project import land_for_zones, present_of_zones
from zones.tables import MEASURED

KINDS = {"forest": "forest_status", "use": "land_use"}


def _measured(*rows: tuple[str, str, str, str, float]) -> pd.DataFrame:
    return MEASURED.validate(
        pd.DataFrame(
            [
                {
                    "commune_code": "06529",
                    "layer": layer,
                    "land": land,
                    "crop": crop,
                    "three_forest": three_forest,
                    "planting_year": None,
                    "area_ha": area,
                    "ledger_ha": None,
                }
                for layer, land, crop, three_forest, area in rows
            ]
        )
    )


GROUND = _measured(
    ("forest", "planted_forest", "pine", "production", 100),
    ("forest", "natural_forest", "pine", "production", 40),
    ("forest", "planted_forest", "pine", "protection", 30),
    ("forest", "bare", "", "production", 20),
    ("forest", "farmland", "", "outside", 500),
    ("use", "CLN", "", "outside", 60),
    ("use", "HNK", "", "outside", 25),
)


def test_natural_forest_is_no_zone() -> None:
    present = present_of_zones(load_plan("lang-son-2026-2030"), GROUND, {})
    assert dict(zip(present["zone"], present["present_ha"], strict=True)) == {"pine": 130}


def test_nothing_measured_is_an_empty_table() -> None:
    assert present_of_zones(load_plan("bac-giang-2024"), GROUND, {}).empty


def test_forest_crops_take_production_land_and_no_protected_one() -> None:
    land = land_for_zones(load_plan("lang-son-2026-2030"), GROUND, KINDS)
    area = land.groupby("zone")["area_ha"].sum()
    assert area["pine"] == area["acacia"] == 120
    assert (area["custard_apple"], area["grass_jelly"]) == (85, 25)
    assert "medicinal" not in area.index


def test_farmland_of_the_forest_layer_serves_where_no_land_use_map_is() -> None:
    only_forest = GROUND[GROUND["layer"] == "forest"]
    land = land_for_zones(load_plan("lang-son-2026-2030"), only_forest, KINDS)
    assert land.groupby("zone")["area_ha"].sum()["custard_apple"] == 500
