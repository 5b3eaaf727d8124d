"""A new project names the plans of the province as it is today."""

from __future__ import annotations

from pathlib import Path

import pytest

from zones.project.template import write_new_project
from zones.project.yaml import read_document


@pytest.mark.parametrize(
    ("province", "plans"),
    [
        ("20", ["lang-son-2026-2030", "lang-son-2024", "lang-son-2023"]),
        ("22", ["plan.yaml"]),
        # Two plans are of Bắc Giang, whose code Bắc Ninh has since it was joined with it.
        ("24", ["plan.yaml"]),
    ],
)
def test_plans_of_a_territory_that_was_are_not_proposed(
    tmp_path: Path, province: str, plans: list[str]
) -> None:
    project, areas = write_new_project(tmp_path / "mới", province=province)
    assert read_document(project)["plans"] == plans
    assert areas.read_text("utf-8-sig").startswith("code,name,official_area_ha")
