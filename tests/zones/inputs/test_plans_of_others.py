"""Plans and boundaries of another province are told before anything is measured."""

from __future__ import annotations

from pathlib import Path

import pytest

from layers import MissingFileError, data_path
from tests.factories import communes, write_project
from zones.inputs.read import _plans_of_others, plans_of_a_part, read_inputs
from zones.plan.files import load_plan
from zones.project.model import load_project


def test_a_plan_of_another_province_is_a_problem(tmp_path: Path) -> None:
    path = write_project(tmp_path / "p")
    plan = data_path("plans", "bac-giang-2024.yaml").read_text("utf-8")
    (path.parent / "other.yaml").write_text(plan.replace("bac-giang-2024", "other", 1), "utf-8")
    text = path.read_text("utf-8")
    path.write_text(
        text.replace("[lang-son-2026-2030,", "[lang-son-2026-2030, other.yaml,"), "utf-8"
    )
    kinds = {item.kind: item for item in read_inputs(load_project(path)).findings.items}
    found = kinds["plan-of-another-province"]
    assert (found.severity, found.source) == ("problem", "other")
    assert "the plan is of Bắc Ninh (24), the project of Lạng Sơn (20)" in found.message.en


def test_two_zones_of_one_crop_are_told_by_the_check(tmp_path: Path) -> None:
    path = write_project(tmp_path / "p")
    plan = data_path("plans", "lang-son-2026-2030.yaml").read_text("utf-8")
    assert plan.count("crop: cinnamon\n") == 1
    twice = plan.replace("crop: cinnamon\n", "crop: anise\n").replace("2026-2030", "twice", 1)
    (path.parent / "twice.yaml").write_text(twice, "utf-8")
    text = path.read_text("utf-8")
    path.write_text(text.replace("[lang-son-2026-2030,", "[twice.yaml,"), "utf-8")
    kinds = {item.kind: item for item in read_inputs(load_project(path)).findings.items}
    found = kinds["crop-in-two-zones"]
    assert (found.severity, found.source) == ("problem", "lang-son-twice")


def test_a_plan_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    path = write_project(tmp_path / "p")
    text = path.read_text("utf-8")
    path.write_text(text.replace("[lang-son-2026-2030,", "[gone.yaml,"), "utf-8")
    with pytest.raises(MissingFileError, match=r"plan gone\.yaml"):
        load_project(path)


def test_boundaries_of_another_province_alone_are_named(tmp_path: Path) -> None:
    path = write_project(tmp_path / "p")
    others = communes().assign(code=["00004", "00008", "00025", "00070"], name=["a", "b", "c", "d"])
    others.to_file(path.parent / "communes.gpkg", layer="communes")
    (told,) = read_inputs(load_project(path)).findings.of("error")
    assert told.source == "communes"
    assert "none of its 4 records is a commune of province 20" in told.message.en


def test_a_plan_of_a_province_that_was_joined_is_a_problem_in_todays() -> None:
    plan = load_plan("bac-giang-2024")
    (found,) = plans_of_a_part([plan], "24")
    assert (found.severity, found.kind, found.source) == (
        "problem", "plan-of-a-part", "bac-giang-2024",
    )  # fmt: skip
    assert "speaks for Bắc Giang, today a part of Bắc Ninh (" in found.message.en
    assert "kể cả tỷ lệ che phủ, bị so với cả Bắc Ninh" in found.message.vi
    nameless = plan.model_copy(update={"issuer": None})
    assert (
        "speaks for Bắc Giang, Bắc Ninh, today" in plans_of_a_part([nameless], "24")[0].message.en
    )
    assert plans_of_a_part([plan.model_copy(update={"vintage": "2025-07-01"})], "24") == []
    tasks = plan.model_copy(update={"zones": [], "indicators": []})
    assert plans_of_a_part([tasks], "24") == []
    assert plans_of_a_part([load_plan("lang-son-2024")], "20") == []


def test_tasks_of_several_provinces_are_a_plan_of_each() -> None:
    plan = load_plan("three-provinces-2022")
    assert {"22", "31"} <= set(plan.other_provinces)
    assert _plans_of_others([plan], "22") == []
    assert len(_plans_of_others([plan], "20")) == 1


@pytest.mark.parametrize("measure", ["layer", "none"])
def test_a_cover_rate_beside_tasks_is_held_against_the_province_and_told(measure: str) -> None:
    (rate,) = (
        target.model_copy(update={"measure": measure})
        for _, target in load_plan("bac-giang-2024").all_targets()
        if target.indicator == "forest_cover_rate"
    )
    plan = load_plan("three-provinces-2022").model_copy(update={"indicators": [rate]})
    assert len(_plans_of_others([plan], "22")) == 1
    assert len(plans_of_a_part([plan], "24")) == 1
