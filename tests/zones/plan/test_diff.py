"""What changed between two plans."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from zones.plan.diff import PlanDiff, diff_plans
from zones.plan.files import Plan, load_plan


@pytest.fixture(scope="module")
def lang_son() -> PlanDiff:
    return diff_plans(load_plan("lang-son-2023"), load_plan("lang-son-2026-2030"))


@pytest.mark.parametrize(
    ("zone", "change", "old", "new", "clauses"),
    [
        ("grass_jelly", "lowered", 4_000, 1_000, ("III.4.b", "III.1.9")),
        ("anise", "raised", 35_000, 55_000, ("III.4.b", "III.1.2")),
        ("pine", "raised", 130_000, 155_000, ("III.4.b", "III.1.1")),
        ("persimmon", "lowered", 2_500, 2_000, ("III.4.b", "III.1.8")),
        ("custard_apple", "bound", 4_500, 4_500, ("III.4.b", "III.1.6")),
    ],
)
def test_areas_from_2023_to_2026(
    lang_son: PlanDiff, zone: str, change: str, old: float, new: float, clauses: tuple[str, str]
) -> None:
    (found,) = [c for c in lang_son.targets if (c.zone, c.indicator) == (zone, "area")]
    assert found.old is not None
    assert found.new is not None
    assert (found.change, found.old.ends[0], found.new.ends[0]) == (change, old, new)
    assert (found.old.clause, found.new.clause) == clauses


def test_added_and_dropped(lang_son: PlanDiff) -> None:
    by_change = {(c.zone, c.indicator): c.change for c in lang_son.targets}
    assert by_change["eucalyptus", "area"] == "dropped"
    assert by_change["coconut", "area"] == "added"
    assert {c.indicator: c.change for c in lang_son.targets}["goats"] == "lowered"


def test_lists_that_are_new_are_told_as_such(lang_son: PlanDiff) -> None:
    lists = {change.zone: change for change in lang_son.lists}
    assert lists["pine"].change == "listed"
    assert "Lợi Bác" in lists["pine"].entered
    assert lists["macadamia"].change == "whole province"
    assert lists["chestnut"].change == "zone added"
    assert lists["tea"].change == "zone dropped"


def _changed(**zone: Any) -> tuple[Plan, Plan]:
    old = load_plan("lang-son-2026-2030")
    data = copy.deepcopy(old.model_dump(by_alias=True, exclude_unset=True))
    data["zones"][0] |= zone
    return old, Plan.model_validate(data)


def test_a_plan_does_not_differ_from_itself() -> None:
    plan = load_plan("lang-son-2026-2030")
    found = diff_plans(plan, plan)
    assert {change.change for change in found.targets} == {"same"}
    assert found.lists == ()


def test_communes_that_entered_and_left_a_zone() -> None:
    old = load_plan("lang-son-2026-2030")
    communes = [c.model_dump() for c in old.zones[0].communes if c.code != "06529"]
    communes.append({"code": "06112", "as_written": "Bình Gia"})
    old, new = _changed(communes=communes)
    (change,) = diff_plans(old, new).lists
    assert (change.zone, change.change) == ("pine", "changed")
    assert (change.entered, change.left) == (("Bình Gia",), ("Lộc Bình",))


@pytest.mark.parametrize(
    ("figure", "change"),
    [
        ({"bound": "range", "low": 155_000, "high": 161_000}, "raised"),
        ({"bound": "range", "low": 150_000, "high": 160_000}, "lowered"),
        ({"bound": "range", "low": 150_000, "high": 170_000}, "figures"),
        ({"bound": "at_least", "low": 160_001}, "raised"),
        ({"bound": "exact", "figure": 157_000}, "figures"),
        ({"bound": "range", "low": 1550, "high": 1600, "unit": "km2"}, "same"),
        ({"bound": "range", "low": 155_000, "high": 160_000, "unit": "m3"}, "unit"),
    ],
)
def test_up_down_and_neither(figure: dict[str, Any], change: str) -> None:
    target = {"target": "pine-area-2030", "indicator": "area", "unit": "ha", "year": 2030}
    old, new = _changed(targets=[target | {"clause": "III.1.1"} | figure])
    found = [c for c in diff_plans(old, new).targets if (c.zone, c.indicator) == ("pine", "area")]
    assert [c.change for c in found] == [change]


def test_years_are_paired_before_figures() -> None:
    base = {"target": "a", "indicator": "area", "bound": "exact", "unit": "ha", "clause": None}
    old, _ = _changed()
    first = [
        base | {"figure": 10, "year": 2025},
        base | {"target": "b", "figure": 20, "year": 2030},
    ]
    second = [
        base | {"figure": 20, "year": 2030},
        base | {"target": "b", "figure": 30, "year": 2035},
    ]
    before, after = _changed(targets=first)[1], _changed(targets=second)[1]
    areas = [
        c for c in diff_plans(before, after).targets if (c.zone, c.indicator) == ("pine", "area")
    ]
    assert sorted(c.change for c in areas) == ["raised", "same"]
    assert old.plan == before.plan


def test_lists_of_different_days_are_not_compared() -> None:
    old, new = _changed()
    earlier = old.model_copy(update={"vintage": "2024-12-01"})
    changed = copy.deepcopy(new)
    changed.zones[0].communes.pop()
    lists = {change.zone: change.change for change in diff_plans(earlier, changed).lists}
    assert lists["pine"] == "not comparable"
