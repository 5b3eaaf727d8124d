"""Forest cover to come on the map: what the page carries, and what it refuses."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from layers.base.errors import InputError
from maps import MapContent
from maps.interactive.content import check_content
from maps.interactive.page_data import page_figures
from tests.maps.interactive.made_map import province_content, with_cover_path


@pytest.fixture(scope="module")
def content() -> MapContent:
    return with_cover_path(province_content())


def test_each_year_has_a_rate_for_every_commune_and_the_province(content: MapContent) -> None:
    figures = page_figures(check_content(content))
    path, today = figures["coverPath"], figures["cover"]
    assert path["years"] == [2025, 2026, 2027, 2028, 2029, 2030]
    assert len(path["rate"]) == len(path["low"]) == len(path["high"]) == 6
    np.testing.assert_allclose(path["rate"][0], today["cover_percent"], atol=0.006)
    np.testing.assert_allclose(path["rate"][5], np.add(today["cover_percent"], 2.5), atol=0.006)
    np.testing.assert_allclose(path["low"][5], np.add(today["cover_percent"], 2.0), atol=0.006)
    whole = today["province"]["cover_percent"]
    np.testing.assert_allclose(path["province"]["high"], whole + 0.6 * np.arange(6), atol=1e-3)
    assert path["targets"] == [[2030, pytest.approx(whole + 3, abs=1e-3)]]


def test_the_interval_of_the_rate_is_that_of_its_target(content: MapContent) -> None:
    rate = content.targets["indicator"] == "forest_cover_rate"
    ends = {"low_interval": 54.28, "high_interval": 64.37}
    judged = content.targets.assign(
        **{name: np.where(rate, end, 1.0) for name, end in ends.items()}
    )
    province = page_figures(check_content(replace(content, targets=judged)))["cover"]["province"]
    assert (province["interval"], province["drawn"]) == ([54.28, 64.37], False)
    drawn = replace(content, targets=judged.assign(interval_from="boundaries"))
    assert page_figures(check_content(drawn))["cover"]["province"]["drawn"]
    for targets in (content.targets, judged[~rate], judged.assign(low_interval=np.nan)):
        bare = page_figures(check_content(replace(content, targets=targets)))["cover"]
        assert "interval" not in bare["province"]


def test_the_classes_hold_for_all_years(content: MapContent) -> None:
    figures = page_figures(check_content(content))
    highest = max(figures["coverPath"]["rate"][5])
    step = figures["coverClasses"][0]["breaks"]
    assert step[-1] < highest <= 2 * step[-1] - step[-2]


def test_without_a_path_the_page_has_none(content: MapContent) -> None:
    bare = page_figures(check_content(replace(content, cover_path=None)))
    assert bare["coverPath"] is None


def test_a_path_that_does_not_fit_is_refused(content: MapContent) -> None:
    path = content.cover_path
    assert path is not None
    no_province = path[~((path["year"] == 2028) & (path["commune_code"] == "20"))]
    strange = path.replace({"commune_code": {str(path["commune_code"].iloc[0]): "99999"}})
    for changed, told in (
        ({"forest_cover": None}, "expected the table forest_cover of today"),
        ({"cover_path": no_province}, "a year has no row of the province"),
        ({"cover_path": strange}, "99999"),
    ):
        with pytest.raises(InputError, match=told):
            check_content(replace(content, **changed))
