"""Plans that are legal and unlike Lạng Sơn's: fruit only, or nothing to be measured at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.factories import PROJECT, write_project
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
