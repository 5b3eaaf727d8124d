"""Figures of a plan in words."""

from __future__ import annotations

import pandas as pd
import pytest

from zones.plan.frames import parts_of_one_thing, targets_frame
from zones.plan.model import Plan, Target
from zones.plan.words import figure_words, with_own_names


@pytest.mark.parametrize(
    ("unit", "period", "said"),
    [
        ("ha", "per_year", "ít nhất 500 ha/năm"),
        ("ha/year", "per_year", "ít nhất 500 ha/năm"),
        ("ha", "by_year", "ít nhất 500 ha"),
        ("m3", "per_year", "ít nhất 500 m³/năm"),
    ],
)
def test_what_is_asked_for_each_year_is_so_much_a_year(unit: str, period: str, said: str) -> None:
    target = Target.model_validate(
        {
            "target": "t",
            "clause": None,
            "indicator": "planting",
            "bound": "at_least",
            "low": 500.0,
            "unit": unit,
            "period": period,
        }
    )
    assert figure_words(target, unit).vi == said


def test_an_indicator_that_only_the_plan_knows_goes_by_the_words_of_the_plan() -> None:
    target = {"clause": None, "bound": "exact", "figure": 80.0, "unit": "%"}
    own = {"target": "own", "indicator": "dien_tich_vietgap"}
    own |= {"name": {"vi": "Diện tích VietGAP", "en": "VietGAP area"}}
    names = {"vi": "Na", "en": "Custard apple"}
    zone = {"zone": "na", "clause": None, "name": names, "land_kind": "orchard"}
    zone |= {"counts_for_cover": "never", "list": "none"}
    zone |= {"targets": [target | own, target | {"target": "known", "indicator": "area"}]}
    head = {"plan": "p", "name": names, "issuer": None, "number": None, "date": None}
    head |= {"province": "20", "vintage": "2025-07-01", "horizon": {"first": 2026, "last": 2030}}
    plan = Plan.model_validate(head | {"zones": [zone]})
    targets = pd.DataFrame({"plan": "p", "target": ["known", "own"], "figure": [1.0, 2.0]})
    named = with_own_names(targets, [plan])
    assert named["figure"].tolist() == [1.0, 2.0]
    assert named["name_vi"].tolist()[1:] == ["Na: Diện tích VietGAP"]
    assert named["name_en"].tolist()[1:] == ["Custard apple: VietGAP area"]
    assert named["name_vi"].isna().tolist() == [True, False]


def test_an_area_that_is_a_part_says_of_what() -> None:
    """Winter maize looked like the maize of a year, and Shan tea like all tea."""
    head = {"plan": "p", "name": {"vi": "K", "en": "P"}, "issuer": None, "number": None}
    head |= {"date": None, "province": "24", "vintage": "2025-07-01"}
    head |= {"horizon": {"first": 2024, "last": 2024}}
    area = {"clause": None, "indicator": "area", "bound": "exact", "unit": "ha"}
    winter = area | {"target": "winter", "indicator": "winter_crop_area", "figure": 22000.0}
    zone = {"zone": "maize", "clause": None, "name": {"vi": "Ngô", "en": "Maize"}, "list": "none"}
    zone |= {"land_kind": "annual", "counts_for_cover": "never"}
    zone["targets"] = [
        area | {"target": "all", "figure": 4700.0, "within": "winter"},
        area | {"target": "sweet", "figure": 700.0, "within": "all"},
        area | {"target": "baby", "figure": 90.0, "part_of": "all", "crop": "orange"},
        area | {"target": "seed", "figure": 80.0, "part_of": "all", "year": 2023},
    ]
    plan = Plan.model_validate(head | {"zones": [zone], "indicators": [winter]})
    targets = pd.DataFrame({"plan": "p", "target": ["all", "sweet", "baby", "winter"]})
    named = with_own_names(targets, [plan])
    assert named["name_en"].tolist()[:3] == [
        "Maize: Area (of Winter crop area)",
        "Maize: Area (of 4,700 ha)",
        "Maize: Area (of 4,700 ha)",
    ]
    assert named["name_vi"].isna().tolist() == [False, False, False, True]
    # What a layer shows of all maize tells nothing of them; "seed" is of another year.
    assert parts_of_one_thing(plan) == {"sweet", "baby"}
    plan.zones[0].targets.reverse()  # A page shows the first area of a zone: no part
    order = ["seed", "all", "baby", "sweet", "winter"]
    assert targets_frame(plan)["target"].tolist() == order


@pytest.mark.parametrize(
    ("links", "told"),
    [
        ({"within": "a"}, "circle"),
        ({"part_of": "b"}, "circle"),
        ({"within": "work"}, "must name targets"),
        ({"part_of": "none"}, "must name targets"),
    ],
)
def test_a_part_of_itself_or_of_a_task_is_refused(links: dict[str, str], told: str) -> None:
    area = {"clause": None, "indicator": "area", "bound": "exact", "unit": "ha", "figure": 1.0}
    task = {"kind": "task", "name": {"vi": "Việc", "en": "Work"}, "clause": None}
    plan = {
        "plan": "p", "name": {"vi": "K", "en": "P"}, "issuer": None, "number": None, "date": None,
        "province": "24", "vintage": "2025-07-01", "horizon": {"first": 2024, "last": 2024},
        "indicators": [
            area | {"target": "a"} | links,
            area | {"target": "b", "within": "a"},
            task | {"task": "work", "deadline": None, "responsible": []},
        ],
    }  # fmt: skip
    with pytest.raises(ValueError, match=told):
        Plan.model_validate(plan)
