"""Zones over the years on the map: what the page carries, and what it refuses."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from layers.base.errors import InputError
from maps import MapContent
from maps.interactive.content import check_content
from maps.interactive.page_data import page_figures
from tests.maps.interactive.made_map import province_content, with_progress


@pytest.fixture(scope="module")
def content() -> MapContent:
    return with_progress(province_content())


def test_each_teller_has_its_years_and_no_other(content: MapContent) -> None:
    zones = {zone["id"]: zone for zone in page_figures(check_content(content))["zones"]}
    pine = zones["pine"]
    told = pine["told"]
    assert told["now"] == ["layer", "2025"]
    assert told["layer"]["years"] == ["2020", "2025"]
    assert told["report"]["years"] == ["2026", "2028"]
    np.testing.assert_allclose(told["layer"]["values"][1], pine["values"]["present"], atol=1e-4)
    # Who did not report has no figure, which is not 0.
    assert told["report"]["values"][0].count(None) == 1
    assert told["report"]["values"][0][0] is None
    assert told["report"]["communes"] == [64, 65]
    assert told["report"]["whole"][1] == pytest.approx(sum(told["report"]["values"][1]), abs=0.01)
    assert "told" not in zones["anise"]


def test_the_classes_hold_for_all_years(content: MapContent) -> None:
    pine = page_figures(check_content(content))["zones"][0]
    highest = max(pine["told"]["report"]["values"][1])
    assert pine["classes"]["told"][0]["breaks"][-1] < highest


def test_without_progress_the_page_has_none(content: MapContent) -> None:
    figures = page_figures(check_content(replace(content, progress=None)))
    assert not any("told" in zone for zone in figures["zones"])


def test_progress_that_does_not_fit_is_refused(content: MapContent) -> None:
    frame = content.progress
    assert frame is not None
    lone = frame[~((frame["commune_code"] == "") & (frame["year"] == 2026))]
    for changed, told in (
        (lone, "needs one row of the province"),
        (frame.assign(told_by="somebody"), "somebody"),
        (frame.replace({"zone": {"pine": "moon"}}), "moon"),
        (frame.replace({"commune_code": {str(frame["commune_code"].iloc[-1]): "99999"}}), "99999"),
        (frame.assign(area_ha=frame["area_ha"].mask(frame["year"] == 2020, np.inf)), "progress"),
    ):
        with pytest.raises(InputError, match=told):
            check_content(replace(content, progress=changed))
