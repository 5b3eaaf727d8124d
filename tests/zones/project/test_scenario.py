"""A scenario is a project with other changes: it runs as one, beside the project."""

import shutil
from pathlib import Path

import pytest

from layers.base.errors import InputError
from tests.factories import write_project
from zones.project.model import load_project
from zones.run.context import RunOptions
from zones.run.run import run_project
from zones.tables import ALLOCATION_TARGETS

TEXT = """\
version: 1
scenario_of: project.yaml
title: Phương án A
changes: [low.pine=45, high.pine=45]
output: out-a
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return write_project(tmp_path / "dự án")


def scenario(project: Path, text: str = TEXT) -> Path:
    path = project.with_name("phuong-an-a.yaml")
    path.write_text(text, "utf-8")
    return path


def test_a_scenario_is_its_project_with_other_changes(project: Path) -> None:
    base, loaded = load_project(project), load_project(scenario(project))
    assert loaded.title == f"{base.title} – Phương án A"
    assert loaded.allocation.changes == ("low.pine=45", "high.pine=45")
    assert loaded.layers == base.layers
    assert loaded.resolve(loaded.output).name == "out-a"
    assert loaded.input_paths()["scenario_of"] == project


def test_a_scenario_runs_twice_to_the_same_bytes_and_beside_the_project(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1764000000")
    loaded = load_project(scenario(project))
    made = []
    for _ in range(2):
        shutil.rmtree(project.parent / "out-a", ignore_errors=True)
        held = run_project(loaded, options=RunOptions(only=("annex",)))[ALLOCATION_TARGETS]
        files = sorted((project.parent / "out-a").rglob("*"))
        made.append(
            {it.name: it.read_bytes() for it in files if it.is_file() and it.name != "run.json"}
        )
    assert made[0] == made[1]
    assert held.set_index("zone").loc["pine", "low_ha"] == 45
    assert not (project.parent / "out").exists()


@pytest.mark.parametrize(
    ("old", "new", "match"),
    [
        ("project.yaml", "../project.yaml", "same folder"),
        ("project.yaml", "phuong-an-a.yaml", "same folder"),
        ("project.yaml", "none.yaml", r"none\.yaml"),
        ("changes:", "targets:", "line 4, targets"),
        ("low.pine=45", "low.nowhere=45", "nowhere"),
    ],
)
def test_a_scenario_that_is_none_is_told(project: Path, old: str, new: str, match: str) -> None:
    path = scenario(project, TEXT.replace(old, new))
    with pytest.raises(Exception, match=match) as told:
        run_project(load_project(path), options=RunOptions(only=("allocate",), write=False))
    assert hasattr(told.value, "phrase")


def test_a_scenario_of_a_scenario_is_refused(project: Path) -> None:
    path = scenario(project)
    path.rename(path.with_name("b.yaml"))
    with pytest.raises(InputError, match="a scenario itself"):
        load_project(scenario(project, TEXT.replace("project.yaml", "b.yaml")))
