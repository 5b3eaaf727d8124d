"""Lint of plans: exactly the labelled findings, and each kind by itself."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from layers.base.errors import SchemaError
from zones.plan.files import Plan, embedded_plans, load_plan
from zones.plan.findings import PLAN_FINDING_KINDS, PlanFinding
from zones.plan.lint import lint_plan
from zones.plan.lint_land import lint_with_land

GOLDEN = Path(__file__).parents[2] / "golden" / "plan_lint.csv"


def _labels() -> set[tuple[str, ...]]:
    with GOLDEN.open(encoding="utf-8", newline="") as lines:
        return {tuple(row.values()) for row in csv.DictReader(lines)}


@pytest.mark.parametrize("name", sorted(embedded_plans()))
def test_the_findings_of_the_documents_and_no_others(name: str) -> None:
    found = [
        (name, f.kind, f.subject, f.clause or "", f.detail) for f in lint_plan(load_plan(name))
    ]
    assert len(found) == len(set(found))
    assert set(found) == {label for label in _labels() if label[0] == name}


def _target(**changes: Any) -> dict[str, Any]:
    return {
        "target": "pine-area",
        "indicator": "area",
        "bound": "exact",
        "figure": 100,
        "unit": "ha",
        "year": 2030,
        "clause": "II.1",
    } | changes


def _plan(*targets: dict[str, Any], **zone: Any) -> Plan:
    return Plan.model_validate(
        {
            "plan": "small",
            "name": {"vi": "Nhỏ", "en": "Small"},
            "issuer": None,
            "number": None,
            "date": None,
            "province": "20",
            "vintage": "2025-07-01",
            "horizon": {"first": 2026, "last": 2030},
            "zones": [
                {
                    "zone": "pine",
                    "clause": "II.1",
                    "name": {"vi": "Thông", "en": "Pine"},
                    "crop": "pine",
                    "land_kind": "forest",
                    "counts_for_cover": "established",
                    "list": "closed",
                    "communes": [{"code": "06529", "as_written": "Lộc Bình"}],
                    "targets": list(targets),
                }
                | zone
            ],
        }
    )


def _kinds(plan: Plan) -> list[tuple[str, str]]:
    return [(f.kind, f.detail) for f in lint_plan(plan)]


def test_a_sound_plan_has_no_findings() -> None:
    assert lint_plan(_plan(_target())) == []


@pytest.mark.parametrize(
    ("target", "kind"),
    [
        ({"bound": "range", "figure": None, "low": 20, "high": 10}, "range-reversed"),
        ({"also": [{"clause": "III", "bound": "exact", "figure": 101}]}, "two-figures"),
        ({"also": [{"clause": "III", "bound": "about", "figure": 100}]}, "two-bounds"),
        ({"words": ["khoảng", "trên"]}, "mixed-bound"),
        ({"unit": "m3"}, "implausible-unit"),
        ({"figure": 900_000}, "implausible-magnitude"),
        ({"indicator": "forest_cover_rate", "unit": "%", "figure": 104}, "implausible-magnitude"),
        ({"year": None}, "target-without-year"),
        ({"during": "2021/2025"}, "span-outside-horizon"),
    ],
)
def test_faults_of_a_target(target: dict[str, Any], kind: str) -> None:
    found = lint_plan(_plan(_target(**target)))
    assert [f.kind for f in found] == [kind]
    assert found[0].subject == "pine-area"
    assert found[0].severity == PLAN_FINDING_KINDS[kind]


def test_the_same_figure_in_another_unit_is_no_second_figure() -> None:
    also = [{"clause": "III", "bound": "exact", "figure": 1_000_000, "unit": "m2"}]
    assert lint_plan(_plan(_target(also=also))) == []


def test_two_words_of_one_kind_are_no_contradiction() -> None:
    twice = _target(bound="at_least", figure=None, low=10, words=["tối thiểu", "trở lên"])
    assert lint_plan(_plan(twice)) == []
    floor = _target(bound="range", figure=None, low=10, high=20, words=["trên"])
    assert _kinds(_plan(floor)) == [("mixed-bound", "trên")]
    about = _target(bound="range", figure=None, low=10, high=20, words=["khoảng"])
    assert lint_plan(_plan(about)) == []


def test_growth_may_exceed_the_whole() -> None:
    growth = _target(indicator="agriculture_growth", unit="%", figure=104)
    unknown = _target(target="other", indicator="done_of_the_plan", unit="%", figure=120)
    assert lint_plan(_plan(growth, unknown)) == []


def test_parts_are_summed_and_a_second_statement_is_tried() -> None:
    whole = _target(target="whole", figure=100)
    first = _target(target="first", figure=60, part_of="whole")
    second = _target(target="second", figure=40, part_of="whole")
    assert lint_plan(_plan(whole, first, second)) == []
    assert _kinds(_plan(whole, first, second | {"figure": 30})) == [("parts-do-not-add-up", "")]
    doubted = second | {"also": [{"clause": "III", "bound": "exact", "figure": 40_000}]}
    assert ("parts-do-not-add-up", "40,000 ha") in _kinds(_plan(whole, first, doubted))


def test_a_part_may_not_exceed_its_whole() -> None:
    whole = _target(target="whole", bound="range", figure=None, low=100, high=120)
    part = _target(target="part", within="whole")
    assert lint_plan(_plan(whole, part | {"figure": 120})) == []
    assert _kinds(_plan(whole, part | {"figure": 121})) == [("part-exceeds-whole", "")]


@pytest.mark.parametrize(
    ("communes", "expected"),
    [
        ([("06529", "Lộc Bình"), ("06529", "Lộc Bình")], [("commune-twice", "06529")]),
        ([("99999", "Lộc Bình")], [("commune-unknown", "99999")]),
        ([("06148", "Thụy Hùng"), ("06148", "Thuỵ Hùng")], [("commune-twice", "06148")]),
        ([("06601", "Lợi Bắc")], [("name-misspelt", "Lợi Bắc")]),
        ([("06196", "Ba sơn")], [("name-misspelt", "Ba sơn")]),
        ([("06187", "P. Kỳ Lừa")], []),
        ([("06529", "Đình Lập")], [("name-is-another-commune", "Đình Lập")]),
    ],
)
def test_faults_of_a_list(communes: list[tuple[str, str]], expected: list[tuple[str, str]]) -> None:
    listed = [{"code": code, "as_written": name} for code, name in communes]
    assert _kinds(_plan(_target(), communes=listed)) == expected


def test_a_code_of_another_time_is_told_with_its_unit() -> None:
    old = [{"code": "05980", "as_written": "X"}]
    found = lint_plan(_plan(_target(), communes=old))
    assert [f.kind for f in found] == ["commune-other-vintage"]
    assert "of 20" in found[0].message.en


def test_open_lists_unconfirmed_names_and_empty_zones_are_told() -> None:
    near = [{"code": "06601", "as_written": "Lợi Bác", "confirm": True}]
    plan = _plan(communes=near, list="open")
    assert sorted(f.kind for f in lint_plan(plan)) == [
        "commune-unconfirmed",
        "open-list",
        "zone-without-target",
    ]
    (told,) = [f for f in lint_plan(plan) if f.kind == "zone-without-target"]
    assert f"vùng {plan.zones[0].name.vi} không có" in told.message.text("vi")


def test_two_zones_of_one_crop_are_told() -> None:
    plan = _plan(_target())
    second = plan.zones[0].model_copy(
        update={"zone": "pine_south", "clause": "II.2", "targets": []}
    )
    both = plan.model_copy(update={"zones": [*plan.zones, second]})
    (told,) = [f for f in lint_plan(both) if f.kind == "crop-in-two-zones"]
    assert (told.severity, told.subject, told.clause) == ("problem", "pine + pine_south", "II.2")
    other = second.model_copy(update={"crop": "anise"})
    apart = plan.model_copy(update={"zones": [*plan.zones, other]})
    assert "crop-in-two-zones" not in {f.kind for f in lint_plan(apart)}


def test_a_finding_becomes_one_of_a_run() -> None:
    finding = lint_plan(_plan(_target(year=None)))[0].as_finding("small")
    assert (finding.severity, finding.kind, finding.source) == (
        "note",
        "target-without-year",
        "small",
    )
    assert finding.examples == ("II.1", "pine-area")


def test_messages_are_in_both_languages() -> None:
    for name in embedded_plans():
        for finding in lint_plan(load_plan(name)):
            assert isinstance(finding, PlanFinding)
            assert finding.message.en != finding.message.vi


# --- against the land -----------------------------------------------------------------------


def _land(*rows: tuple[str, str, float]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["zone", "land", "area_ha"])


def _present(**areas: float) -> pd.DataFrame:
    return pd.DataFrame({"zone": list(areas), "present_ha": list(areas.values())})


def _zones(*figures: tuple[str, str, float]) -> Plan:
    plan = _plan()
    zones = []
    for zone, land_kind, area in figures:
        one = plan.zones[0].model_dump(by_alias=True, exclude_unset=True)
        one |= {"zone": zone, "land_kind": land_kind}
        one["targets"] = [_target(target=f"{zone}-area", figure=area)]
        zones.append(one)
    return Plan.model_validate(
        plan.model_dump(by_alias=True, exclude_unset=True) | {"zones": zones}
    )


def test_a_target_below_what_stands_is_told() -> None:
    plan = _zones(("pine", "forest", 100))
    assert lint_with_land(plan, present=_present(pine=100)) == []
    (found,) = lint_with_land(plan, present=_present(pine=101))
    assert (found.kind, found.subject) == ("target-below-present", "pine-area")


def test_a_target_above_all_its_land_is_told() -> None:
    plan = _zones(("pine", "forest", 100))
    land = _land(("pine", "production", 60), ("pine", "bare", 39))
    (found,) = lint_with_land(plan, present=_present(), land=land)
    assert found.kind == "target-above-land"
    assert "99 ha" in found.message.en


def test_zones_that_fit_each_but_not_together_are_named() -> None:
    plan = _zones(("pine", "forest", 60), ("acacia", "forest", 50), ("na", "orchard", 10))
    land = _land(
        ("pine", "production", 100), ("acacia", "production", 100), ("na", "perennial", 10)
    )
    (found,) = lint_with_land(plan, present=_present(), land=land)
    assert (found.kind, found.subject) == ("zones-exceed-land", "pine + acacia")
    assert "110 ha of the 100 ha" in found.message.en


def test_land_that_only_one_may_use_makes_room_for_the_other() -> None:
    plan = _zones(("pine", "forest", 60), ("acacia", "forest", 50))
    land = _land(("pine", "production", 100), ("acacia", "production", 100), ("acacia", "bare", 10))
    assert lint_with_land(plan, present=_present(), land=land) == []


def test_an_understorey_crop_shares_the_hectare() -> None:
    plan = _zones(("pine", "forest", 100), ("medicinal", "understorey", 80))
    land = _land(("pine", "production", 100), ("medicinal", "production", 100))
    assert lint_with_land(plan, present=_present(), land=land) == []


def test_tables_without_their_columns_are_refused() -> None:
    with pytest.raises(SchemaError, match="expected columns"):
        lint_with_land(_zones(("pine", "forest", 1)), present=pd.DataFrame({"zone": []}))


def test_a_crop_that_nobody_knows_is_an_error_and_a_name_stands_for_its_id() -> None:
    plan = _plan(_target(), crop="Na")
    assert plan.zones[0].crop == "custard_apple"
    assert "crop-unknown" not in dict(_kinds(plan))
    found = [f for f in lint_plan(_plan(_target(crop="pinee"))) if f.kind == "crop-unknown"]
    assert [(f.severity, f.subject, f.detail) for f in found] == [("error", "pine-area", "pinee")]
    assert "did you mean 'pine'" in found[0].message.en
    assert "có phải 'pine'" in found[0].message.vi


def test_what_a_draft_is_not_sure_of_is_told_until_it_is_confirmed() -> None:
    def kinds(**changes: Any) -> list[str]:
        plan = _plan(_target(**changes))
        return [finding.kind for finding in lint_plan(plan)]

    assert kinds(confidence=0.5) == ["target-unsure"]
    assert kinds(confidence=0.9) == []
    assert kinds() == []
    named = {"indicator": "something", "name": {"vi": "việc khác", "en": "another"}}
    assert kinds(confidence=0.9, **named) == ["owner-unknown"]
    assert kinds(**named) == []


def test_one_thing_set_twice_is_told_unless_something_tells_them_apart() -> None:
    def kinds(**changes: Any) -> list[str]:
        other = _target(target="other", **({"figure": 120} | changes))
        plan = _plan(_target(), other)
        return [finding.kind for finding in lint_plan(plan)]

    assert kinds() == ["one-thing-two-targets"]
    assert kinds(figure=100) == []
    assert kinds(year=2028) == []
    assert kinds(crop="tea") == []
    assert kinds(figure=90, within="pine-area") == []


def test_parts_that_exceed_their_whole_are_told() -> None:
    def kinds(second: float) -> list[str]:
        parts = [
            _target(target="a", figure=60, within="pine-area", crop="tea"),
            _target(target="b", figure=second, within="pine-area", crop="anise"),
        ]
        plan = _plan(_target(), *parts)
        return [finding.kind for finding in lint_plan(plan)]

    assert kinds(40) == []
    assert kinds(41) == ["parts-exceed-whole"]
