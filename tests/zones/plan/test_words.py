"""Figures of a plan in words."""

from __future__ import annotations

import pandas as pd
import pytest

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
