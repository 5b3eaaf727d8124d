"""A crop in several layers is told by the check, with an entry that can be pasted as it stands."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from layers.base.errors import InputError
from tests.factories import PROJECT, write_project
from zones.inputs.read import read_inputs
from zones.project.model import load_project
from zones.run.run import RunOptions, run_project

TWO_REPORTS = PROJECT.replace(
    "  cover:", "  lychee: {kind: report, path: lychee.csv, date: 2025-12-31}\n  cover:"
)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    path = write_project(tmp_path / "dự án")
    path.write_text(TWO_REPORTS, encoding="utf-8")
    with (path.parent / "fruit.csv").open("a", encoding="utf-8") as file:
        file.write("06148,Mắc mật,2025,3\n")
    table = "commune_code,crop,year,area_ha\n06148,Mắc mật,2025,4\n"
    (path.parent / "lychee.csv").write_text(table, encoding="utf-8")
    return path


def _errors(path: Path) -> dict[str, str]:
    found = read_inputs(load_project(path)).findings.of("error")
    return {item.kind: item.message.en for item in found}


def test_a_crop_without_an_id_in_two_layers_is_told_with_an_entry_that_works(project: Path) -> None:
    errors = _errors(project)
    assert set(errors) == {"crop-in-several-layers"}
    told = re.search(r"'(present: .*)'", errors["crop-in-several-layers"])
    assert told is not None
    assert told[1] == "present: {Mắc mật: fruit}"
    project.write_text(f"{TWO_REPORTS}{told[1]}\n", encoding="utf-8")
    assert _errors(project) == {}
    run_project(load_project(project), options=RunOptions(only=("compare",)))


def test_a_choice_of_what_no_layer_has_is_an_error(project: Path) -> None:
    project.write_text(f"{TWO_REPORTS}present: {{Mắc mật: lychee, Nho: fruit}}\n", "utf-8")
    assert set(_errors(project)) == {"crop-nowhere"}


def test_crops_are_chosen_by_id_or_by_name_in_either_language(project: Path) -> None:
    chosen = "present: {Na: fruit, pine: forest, Hồi: forest, Mắc mật: lychee}\n"
    project.write_text(TWO_REPORTS + chosen, "utf-8")
    assert load_project(project).present == {
        "custard_apple": "fruit",
        "pine": "forest",
        "anise": "forest",
        "Mắc mật": "lychee",
    }
    project.write_text(TWO_REPORTS + "present: {Na: fruit, custard_apple: lychee}\n", "utf-8")
    with pytest.raises(InputError, match="custard_apple is taken from 'fruit' and from 'lychee'"):
        load_project(project)
