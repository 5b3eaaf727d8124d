"""Figures of a plan in words."""

from __future__ import annotations

import pytest

from zones.plan.model import Target
from zones.plan.words import figure_words


@pytest.mark.parametrize(
    ("unit", "period", "said"),
    [
        ("ha", "per_year", "trên 500 ha/năm"),
        ("ha/year", "per_year", "trên 500 ha/năm"),
        ("ha", "by_year", "trên 500 ha"),
        ("m3", "per_year", "trên 500 m³/năm"),
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
