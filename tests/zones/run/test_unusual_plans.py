"""Plans that are legal and unlike Lạng Sơn's: fruit only, or nothing to be measured at all."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest

from tests.factories import PROJECT, square, write_project
from zones.allocation.job import AllocatedPlan
from zones.project.model import load_project
from zones.run.run import RunOptions, run_project

HEAD = """\
plan: rieng
name: {vi: Kế hoạch riêng, en: A plan of one's own}
issuer: null
number: null
date: "2026"
province: "20"
vintage: "2025-07-01"
horizon: {first: 2026, last: 2030}
"""
FRUIT = """\
zones:
  - zone: custard_apple
    clause: null
    name: {vi: Na, en: Custard apple}
    crop: Na
    land_kind: orchard
    counts_for_cover: never
    list: closed
    communes: [{code: "06148", as_written: Thụy Hùng}]
    targets:
      - {target: na-2030, indicator: area, bound: exact, figure: 9, unit: ha, year: 2030, clause: null, measure: report}
"""  # noqa: E501 - one entry, one line
TASK = """\
indicators:
  - kind: task
    task: report
    name: {vi: Báo cáo, en: Report}
    clause: null
    deadline: "06-10"
    every: year
    responsible: [Sở]
"""


@pytest.mark.parametrize("plan", [FRUIT, TASK])
def test_a_run_makes_every_page_of_a_plan_unlike_the_usual(tmp_path: Path, plan: str) -> None:
    project = write_project(tmp_path / "dự án")
    (project.parent / "plan.yaml").write_text(HEAD + plan, encoding="utf-8")
    text = PROJECT.replace("[lang-son-2026-2030, lang-son-2023]", "[plan.yaml]")
    project.write_text(text, encoding="utf-8")
    result = run_project(load_project(project), options=RunOptions())
    assert (project.parent / "out" / "map.html").exists()
    assert len(result.tables["targets"]) == plan.count("target:")


COVER = """\
indicators:
  - {{target: che-phu-{year}, indicator: forest_cover_rate, bound: exact, figure: {rate}, unit: "%", year: {year}, clause: null, measure: layer}}
"""  # noqa: E501 - one entry, one line


def test_a_plan_of_one_year_is_compared_and_only_the_leading_one_shared_out(tmp_path: Path) -> None:
    project = write_project(tmp_path / "p")
    first = HEAD + FRUIT + COVER.format(year=2030, rate=67)
    later = (
        first.replace("rieng", "nam-2026").replace("2030", "2026").replace("figure: 9", "figure: 8")
    )
    (project.parent / "plan.yaml").write_text(first, encoding="utf-8")
    (project.parent / "later.yaml").write_text(later, encoding="utf-8")
    text = PROJECT.replace("[lang-son-2026-2030, lang-son-2023]", "[plan.yaml, later.yaml]")
    project.write_text(text, encoding="utf-8")
    result = run_project(load_project(project), options=RunOptions(only=("trajectory", "compare")))
    compared = result.tables["targets"]
    assert compared["target"].tolist() == ["na-2030", "che-phu-2030", "na-2026", "che-phu-2026"]
    assert set(result.tables["allocation_targets"]["target"]) <= {"na-2030", "che-phu-2030"}
    assert result.tables["trajectory_targets"]["target"].tolist() == ["che-phu-2030"]


@pytest.mark.parametrize(("code", "name"), [("06148", "Thụy Hùng"), ("05977", "Đông Kinh")])
def test_a_list_that_lies_elsewhere_is_no_layer_that_is_missing(
    tmp_path: Path, code: str, name: str
) -> None:
    """The forest layer shows farmland on which the crop grows, whomever the plan lists."""
    path = write_project(tmp_path)
    farm = {"maxa": ["06184"], "maldlr": [93], "ldlr": ["DNN"], "thanhrung": [0], "dtich": [20.0]}
    field = gpd.GeoDataFrame(farm, geometry=[square(1600, 0, 200, 1000)], crs=9215)
    plots = gpd.read_file(tmp_path / "forest.gpkg")
    pd.concat([plots, field]).to_file(tmp_path / "forest.gpkg", layer="lop_dien_bien")
    plan = FRUIT.replace("06148", code).replace("Thụy Hùng", name)
    (tmp_path / "plan.yaml").write_text(HEAD + plan, encoding="utf-8")
    text = PROJECT.replace("[lang-son-2026-2030, lang-son-2023]", "[plan.yaml]")
    path.write_text(text, encoding="utf-8")
    result = run_project(load_project(path), options=RunOptions(only=("allocate",), write=False))
    prepared = result[AllocatedPlan].prepared
    assert prepared.missing_maps == {}
    assert prepared.inputs.suitability.empty == (code != "06148")
