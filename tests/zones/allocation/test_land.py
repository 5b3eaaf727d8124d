"""Land by the rules: each hectare in one source, shared land beside it, pace from the past."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from layers.base.errors import InputError, MissingFileError
from layers.base.findings import Findings
from layers.base.language import Phrase
from layers.kinds.crops import load_crops
from zones.allocation.land import (
    ageless_stands,
    available_land,
    load_crop_suitability,
    load_land_sources,
    missing_maps,
    past_pace,
    sources_table,
    suitability_table,
    tell_missing_maps,
    unreached_communes,
)
from zones.tables import MEASURED

NOTHING = pd.DataFrame({"commune_code": [], "crop": [], "present_ha": []})


def measured(*rows: tuple) -> pd.DataFrame:
    names = ["commune_code", "layer", "land", "crop", "three_forest", "planting_year", "ledger_ha"]
    frame = pd.DataFrame(rows, columns=names)
    return MEASURED.validate(frame.assign(area_ha=frame["ledger_ha"] * 2))


def land(frame: pd.DataFrame, layers: dict, present: pd.DataFrame = NOTHING) -> dict:
    found = available_land(
        frame, load_land_sources(), layers=layers, present=present, first_year=2026
    )
    return found.groupby(["commune_code", "source"])["area_ha"].sum().to_dict()


def test_bare_land_only_inside_production_forest() -> None:
    frame = measured(
        ("a", "forest", "bare", "", "production", None, 10.0),
        ("a", "forest", "regenerating", "", "production", None, 5.0),
        ("a", "forest", "bare", "", "protection", None, 7.0),
        ("a", "forest", "bare", "", "special_use", None, 7.0),
        ("a", "forest", "natural_forest", "", "protection", None, 50.0),
        ("", "forest", "bare", "", "production", None, 3.0),
        ("a", "older", "bare", "", "production", None, 99.0),
    )
    # Ledger hectares, newest layer, inside communes, never natural, protection or special use.
    assert land(frame, {"forest": "forest_status"}) == {("a", "bare_production"): 15.0}


def test_farmland_of_the_forest_layer_only_without_a_land_use_map() -> None:
    frame = measured(
        ("a", "forest", "farmland", "", "outside", None, 40.0),
        ("a", "map", "HNK", "", "", None, 30.0),
        ("a", "map", "CLN", "", "", None, 12.0),
        ("a", "map", "LUC", "", "", None, 60.0),
    )
    assert land(frame, {"forest": "forest_status"}) == {("a", "farmland"): 40.0}
    both = {"forest": "forest_status", "map": "land_use"}
    orchards = pd.DataFrame(
        {
            "commune_code": ["a", "a", "b"],
            "crop": ["citrus", "pine", "citrus"],
            "present_ha": [5.0, 900.0, 1.0],
        }
    )
    assert land(frame, both, orchards) == {
        ("a", "annual_crop"): 30.0,
        ("a", "perennial_crop"): 7.0,
    }
    full = orchards.assign(present_ha=100.0)
    assert land(frame, both, full)["a", "perennial_crop"] == 0.0


def test_what_stands_is_taken_off_once() -> None:
    """Twelve hectares of orchards on 30 + 10 hectares leave 28, not 18 + 0."""
    rules = load_land_sources()
    perennial = rules[rules["source"] == "perennial_crop"]
    valley = perennial.assign(source="valley", land="CLV")
    frame = measured(
        ("a", "map", "CLN", "", "", None, 30.0),
        ("a", "map", "CLV", "", "", None, 10.0),
        ("b", "map", "CLN", "", "", None, 8.0),
    )
    orchards = pd.DataFrame(
        {
            "commune_code": ["a", "a", "b"],
            "crop": ["citrus", "tea", "persimmon"],
            "present_ha": [8.0, 4.0, 9.0],
        }
    )
    found = available_land(
        frame,
        pd.concat([perennial, valley], ignore_index=True),
        layers={"map": "land_use"},
        present=orchards,
        first_year=2026,
    )
    areas = found.set_index(["commune_code", "source"])["area_ha"].to_dict()
    assert areas == pytest.approx(
        {("a", "perennial_crop"): 21.0, ("a", "valley"): 7.0, ("b", "perennial_crop"): 0.0}
    )
    # Pieces of one source with ages of their own stand for one ground as well.
    by_age = perennial.assign(age_low=0, age_high=30)
    aged = frame.assign(planting_year=pd.array([2010, 2015, 2016], dtype="Int64"), land="CLN")
    found = available_land(
        aged, by_age, layers={"map": "land_use"}, present=orchards, first_year=2026
    )
    assert found.groupby("commune_code")["area_ha"].sum().to_dict() == pytest.approx(
        {"a": 28.0, "b": 0.0}
    )


def test_orchards_and_annual_crops_are_no_free_farmland() -> None:
    frame = measured(("a", "forest", "farmland", "", "outside", None, 40.0))
    crops = pd.DataFrame(
        {
            "commune_code": ["a", "a", "a"],
            "crop": ["citrus", "grass_jelly", "medicinal"],
            "present_ha": [10.0, 5.0, 3.0],
        }
    )
    rules = load_land_sources().assign(limit_of="rest")
    found = available_land(
        frame, rules, layers={"forest": "forest_status"}, present=crops, first_year=2026
    )
    assert found[["source", "area_ha"]].to_numpy().tolist() == [["farmland", 25.0]]


def may_be_used(frame: pd.DataFrame, crops: list[tuple], rules: pd.DataFrame) -> dict:
    """Hectares that may be planted, after the part of each source."""
    present = pd.DataFrame(crops, columns=["commune_code", "crop", "present_ha"])
    layers = {"forest": "forest_status", "map": "land_use"}
    found = available_land(frame, rules, layers=layers, present=present, first_year=2026)
    part = rules.set_index("source")["limit_ratio"]
    usable = found["area_ha"] * found["source"].map(part)
    return usable.groupby([found["commune_code"], found["source"]]).sum().to_dict()


def test_what_stands_there_counts_towards_the_part_that_may_be_used() -> None:
    """A twentieth of 1,000 ha under trees is 50 ha: of 60 there, none is left; of 20, 30 are."""
    frame = measured(
        ("a", "forest", "planted_forest", "", "production", None, 1000.0),
        ("b", "forest", "planted_forest", "", "production", None, 1000.0),
        ("c", "forest", "farmland", "", "outside", None, 1000.0),
        ("d", "map", "CLN", "", "", None, 1000.0),
    )
    crops = [
        ("a", "medicinal", 60.0),
        ("b", "medicinal", 20.0),
        ("c", "citrus", 50.0),
        ("c", "grass_jelly", 45.0),
        ("d", "citrus", 700.0),
    ]
    rules = load_land_sources()
    assert may_be_used(frame, crops, rules) == pytest.approx(
        {
            ("a", "under_canopy"): 0.0,
            ("b", "under_canopy"): 30.0,
            # A tenth of the farmland without crops may change: of 905 ha.
            ("c", "farmland"): 90.5,
            # Half of the crop land on which no orchard stands may change: half of 300 ha.
            ("d", "perennial_crop"): 150.0,
        }
    )
    none = rules.assign(limit_ratio=0.0)
    assert set(may_be_used(frame, crops, none).values()) == {0.0}


def test_a_map_of_one_commune_leaves_the_others_their_farmland() -> None:
    frame = measured(
        ("a", "forest", "farmland", "", "outside", None, 40.0),
        ("a", "map", "LUC", "", "", None, 60.0),
        ("b", "forest", "farmland", "", "outside", None, 500.0),
    )
    both = {"forest": "forest_status", "map": "land_use"}
    # In a the map tells that what is farmland is rice land; of b it tells nothing.
    assert land(frame, both) == {("b", "farmland"): 500.0}
    communes = pd.DataFrame({"commune_code": ["a", "b", "c"]})
    rules = load_land_sources()
    forest, map_ = unreached_communes(frame, rules, layers=both, communes=communes)
    assert (forest.source, forest.examples) == ("forest", ("c",))
    assert (map_.source, map_.count, map_.examples) == ("map", 2, ("b", "c"))
    assert "2 communes are not reached by layer 'map'" in map_.message.en
    assert "Perennial-crop land" in map_.message.en
    assert "Lớp 'map' không phủ tới 2 xã" in map_.message.vi
    own = rules[rules["layer_kind"] == "forest_status"]
    assert [
        told.source for told in unreached_communes(frame, own, layers=both, communes=communes)
    ] == ["forest"]


def test_land_that_no_layer_can_show_is_told_by_the_map_that_is_missing() -> None:
    frame = measured(("a", "forest", "bare", "", "production", None, 10.0))
    layers = {"forest": "forest_status"}
    rules, crops = load_land_sources(), load_crop_suitability()
    zones = pd.DataFrame({"zone": ["pine", "na"], "crop": ["pine", "custard_apple"]})
    places = available_land(frame, rules, layers=layers, present=NOTHING, first_year=2026)
    suits = suitability_table(crops, places, zones)
    names = {"pine": Phrase("Pine", "Thông"), "na": Phrase("Custard apple", "Na")}
    missing = missing_maps(suits, crops, rules, zones, layers=layers)
    assert missing == {"na": ("land_use",)}
    (told,) = tell_missing_maps(missing, names)
    assert (told.kind, told.count) == ("map-of-land-missing", 1)
    assert "allocated to Custard apple: " in told.message.en
    assert "Bản đồ hiện trạng sử dụng đất" in told.message.vi
    both = layers | {"map": "land_use"}
    assert missing_maps(suits, crops, rules, zones, layers=both) == {}
    assert tell_missing_maps({}, names) == []


def found_land(
    frame: pd.DataFrame, rules: pd.DataFrame, present: pd.DataFrame = NOTHING
) -> tuple[dict, Findings]:
    told = Findings()
    layers = {"forest": "forest_status", "map": "land_use"}
    land = available_land(
        frame, rules, layers=layers, present=present, first_year=2026, findings=told
    )
    return land.groupby(["commune_code", "source"])["area_ha"].sum().to_dict(), told


def test_of_two_rows_that_take_one_hectare_the_first_has_it() -> None:
    rules = load_land_sources()
    bare = rules[rules["source"] == "bare_production"]
    steep = bare.assign(source="steep", name_en="Steep land", land="bare")
    frame = measured(
        ("a", "forest", "bare", "", "production", None, 10.0),
        ("a", "forest", "regenerating", "", "production", None, 4.0),
    )
    found, told = found_land(frame, pd.concat([bare, steep], ignore_index=True))
    assert found == {("a", "bare_production"): 14.0}
    (finding,) = told.items
    assert (finding.kind, finding.severity) == ("land-in-two-sources", "problem")
    assert (finding.area_ha, finding.examples) == (10.0, ("a",))
    assert "Steep land: 10.0 ha in 1 commune" in finding.message.en
    # The narrower row first: the wider one has the rest, and nothing is told of what it has.
    found, told = found_land(frame, pd.concat([steep, bare], ignore_index=True))
    assert found == {("a", "steep"): 10.0, ("a", "bare_production"): 4.0}
    assert [item.area_ha for item in told.items] == [10.0]
    # Two conversions of one stand are one; ground under its canopy is another thing.
    acacia = rules[rules["source"].isin(["young_acacia", "under_canopy"])]
    twin = rules[rules["source"] == "young_acacia"].assign(source="twin")
    stand = measured(("a", "forest", "planted_forest", "acacia", "production", 2022, 8.0))
    found, told = found_land(stand, pd.concat([acacia, twin], ignore_index=True))
    assert found == {("a", "under_canopy"): 8.0, ("a", "young_acacia"): 8.0}
    assert [item.kind for item in told.items] == ["land-in-two-sources"]


def two_maps(bare: float, annual: float, forest: float = 0.0) -> pd.DataFrame:
    """One commune of 100 ha on two maps; ledger and geometry agree."""
    rows = [
        ("a", "forest", "bare", "", "production", None, bare),
        ("a", "forest", "planted_forest", "pine", "production", 2010, forest),
        ("a", "forest", "unclassified", "", "outside", None, 100.0 - bare - forest),
        ("a", "map", "HNK", "", "", None, annual),
        ("a", "map", "unclassified", "", "", None, 100.0 - annual),
    ]
    frame = measured(*rows)
    return frame.assign(area_ha=frame["ledger_ha"])


@pytest.mark.parametrize(
    ("bare", "annual", "forest", "left"),
    [
        (100, 100, 0, 0),
        (60, 70, 0, 40),
        (60, 40, 0, 40),
        (20, 70, 30, 50),
        (0, 100, 0, 100),
    ],
)
def test_land_of_two_maps_is_no_more_than_the_ground(
    bare: float, annual: float, forest: float, left: float
) -> None:
    rules = load_land_sources()
    found, told = found_land(two_maps(bare, annual, forest), rules)
    assert found.get(("a", "bare_production"), 0.0) == bare
    assert found["a", "annual_crop"] == pytest.approx(left)
    kinds = [item.kind for item in told.items]
    assert kinds == (["land-beyond-ground"] if left < annual else [])
    if kinds:
        assert told.items[0].area_ha == pytest.approx(annual - left)
        assert "Annual-crop land" in told.items[0].message.en
        assert "Đất trồng cây hằng năm" in told.items[0].message.vi


def test_what_stands_on_the_land_stands_on_the_ground_that_is_left() -> None:
    """Of 70 ha annual land beside 60 bare of 100 ha, 40 are there; 30 bear grass jelly."""
    crops = pd.DataFrame({"commune_code": ["a"], "crop": ["grass_jelly"], "present_ha": [30.0]})
    found, _ = found_land(two_maps(60, 70), load_land_sources(), crops)
    assert found["a", "annual_crop"] == pytest.approx(10.0)
    assert sum(found.values()) + 30 <= 100 + 1e-9


def test_stands_without_a_planting_year_are_told_not_dropped() -> None:
    frame = measured(
        ("a", "forest", "planted_forest", "acacia", "production", None, 7.0),
        ("b", "forest", "not_yet_forest", "acacia", "production", None, 2.5),
        ("b", "forest", "planted_forest", "acacia", "production", 2022, 4.0),
        ("b", "forest", "planted_forest", "pine", "production", None, 99.0),
        ("", "forest", "planted_forest", "acacia", "production", None, 50.0),
    )
    layers = {"forest": "forest_status"}
    young = {key: ha for key, ha in land(frame, layers).items() if key[1] == "young_acacia"}
    assert young == {("b", "young_acacia"): 4.0}
    (told,) = ageless_stands(frame, load_land_sources(), layers=layers)
    assert told.severity == "note"
    assert "9.5 ha in 2 communes have no planting year" in told.message.en
    assert "9,5 ha ở 2 xã không có năm trồng" in told.message.vi
    assert (told.count, told.examples) == (2, ("a", "b"))
    known = frame[frame["planting_year"].notna()]
    assert ageless_stands(known, load_land_sources(), layers=layers) == []


def test_young_acacia_is_free_when_it_is_old_enough() -> None:
    frame = measured(
        ("a", "forest", "planted_forest", "acacia", "production", 2019, 1.0),
        ("a", "forest", "planted_forest", "acacia", "production", 2020, 2.0),
        ("a", "forest", "not_yet_forest", "acacia", "production", 2025, 4.0),
        ("a", "forest", "planted_forest", "pine", "production", 2022, 8.0),
    )
    found = available_land(
        frame,
        load_land_sources(),
        layers={"forest": "forest_status"},
        present=NOTHING,
        first_year=2026,
    )
    mine = found[found["source"] == "young_acacia"]
    years = dict(zip(mine["from_year"].fillna(0), mine["area_ha"], strict=True))
    # Of 2019 it is seven years old in 2026; of 2025 it is three in 2028.
    assert years == {0: 2.0, 2028: 4.0}
    # Of 2020 it is six in 2026 and too old from 2027 on.
    until = dict(zip(mine["until_year"], mine["area_ha"], strict=True))
    assert until == {2026: 2.0, 2031: 4.0}
    shared = sources_table(load_land_sources()).set_index("source")["shares"]
    assert shared[shared].index.tolist() == ["under_canopy", "young_acacia"]


def test_every_rule_names_a_known_crop_and_source() -> None:
    rules, sources = load_crop_suitability(), load_land_sources()
    crops = {*load_crops()["crop"], "acacia_large_timber"}
    assert set(rules["crop"]) <= crops
    assert set(rules["source"]) <= set(sources["source"])
    assert not rules.duplicated(["crop", "source"]).any()
    assert rules["suitability"].between(0, 1).all()
    # Forest crops never on farmland, fruit never on forest land except where the rule says so.
    anise = rules[rules["crop"] == "anise"].iloc[0]
    assert anise[["altitude_low_m", "altitude_high_m", "slope_high_degree"]].tolist() == [
        200,
        800,
        30,
    ]


def test_a_crop_without_rules_of_its_own_takes_the_land_of_its_kind() -> None:
    """Lychee is no crop of the first province; in another it is the main one."""
    rules = load_crop_suitability().set_index(["crop", "source"])["suitability"]
    assert rules["lychee"].to_dict() == {"perennial_crop": 1, "annual_crop": 0.75, "farmland": 0.75}
    assert rules["eucalyptus"].to_dict() == {"bare_production": 0.9, "cut_over": 1}
    assert rules["chestnut"].index.tolist() == ["bare_production", "cut_over"]
    # Rice and ponds are no land that a plan of planting may take.
    assert {"rice", "shrimp"}.isdisjoint(rules.index.get_level_values("crop"))
    kinds = load_crops().set_index("crop")["land_kind"]
    named = set(rules.index.get_level_values("crop"))
    assert {kinds[crop] for crop in set(kinds.index) - named} == {"paddy", "water"}


def test_suitability_of_zones_on_the_land_there_is() -> None:
    available = pd.DataFrame(
        {"commune_code": ["a", "b"], "source": ["bare_production", "under_canopy"]}
    )
    zones = pd.DataFrame(
        {"zone": ["anise", "herbs", "acacia_large_timber"], "crop": ["anise", "medicinal", ""]}
    )
    table = suitability_table(load_crop_suitability(), available, zones)
    assert table[["zone", "source", "commune_code"]].to_numpy().tolist() == [
        ["anise", "bare_production", "a"],
        ["herbs", "under_canopy", "b"],
    ]


def test_pace_is_the_best_of_the_last_years_and_typical_where_nothing_was_planted() -> None:
    frame = measured(
        ("a", "forest", "planted_forest", "pine", "production", 2010, 500.0),
        ("a", "forest", "planted_forest", "pine", "production", 2023, 30.0),
        ("a", "forest", "not_yet_forest", "acacia", "production", 2023, 10.0),
        ("a", "forest", "planted_forest", "pine", "production", 2024, 20.0),
    )
    available = pd.DataFrame(
        {"commune_code": ["a", "a", "b", "c"], "area_ha": [100.0, 100.0, 50.0, 0.0]}
    )
    pace = past_pace(frame, available, layer="forest", last_year=2025)
    assert dict(zip(pace["commune_code"], pace["high_ha"], strict=True)) == {"a": 40.0, "b": 10.0}
    assert past_pace(frame, available, layer="other", last_year=2025).empty


def test_pace_of_each_zone_from_the_plantings_of_its_crop() -> None:
    frame = measured(
        ("a", "forest", "planted_forest", "pine", "production", 2022, 6.0),
        ("a", "forest", "planted_forest", "anise", "production", 2022, 2.0),
        ("a", "forest", "planted_forest", "anise", "production", 2023, 3.0),
    )
    available = pd.DataFrame({"commune_code": ["a", "b"], "area_ha": [10.0, 20.0]})
    zones = pd.DataFrame({"zone": ["anise", "na", "wood"], "crop": ["anise", "custard_apple", ""]})
    pace = past_pace(frame, available, layer="forest", last_year=2025, zones=zones)
    most = pace.set_index(["zone", "commune_code"])["high_ha"].to_dict()
    # In all 8 ha in 2022; of anise 3 in 2023; b, twice the land, twice as much. Na: nothing known.
    assert most == pytest.approx(
        {("", "a"): 8.0, ("", "b"): 16.0, ("anise", "a"): 3.0, ("anise", "b"): 6.0}
    )


def test_tables_of_ones_own_are_checked(tmp_path: Path) -> None:
    path = tmp_path / "nguồn đất.csv"
    with pytest.raises(MissingFileError, match="No file"):
        load_land_sources(path)
    rules = load_land_sources()
    rules.assign(shares="maybe").to_csv(path, index=False)
    with pytest.raises(InputError, match="shares must be yes or no"):
        load_land_sources(path)
    rules.assign(layer_kind="forest").to_csv(path, index=False)
    with pytest.raises(InputError, match="layer_kind must be forest_status, land_use or empty"):
        load_land_sources(path)
    rules.assign(limit_of="some").to_csv(path, index=False)
    with pytest.raises(InputError, match="limit_of must be empty or rest"):
        load_land_sources(path)
    rules.drop(columns="basis").to_csv(path, index=False)
    with pytest.raises(InputError, match="expected columns"):
        load_land_sources(path)
    rules.to_csv(path, index=False)
    pd.testing.assert_frame_equal(load_land_sources(path), rules)
    assert np.isfinite(load_land_sources(path)["limit_ratio"]).all()
