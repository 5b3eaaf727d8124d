"""A step is one file: its order, its needs and its help follow from what it declares."""

from __future__ import annotations

from pathlib import Path

import pytest

import zones.run.steps
from layers.base.errors import ClosureError
from tests.factories import write_project
from zones.project.model import Project, load_project
from zones.run.context import RunOptions
from zones.run.names import step_names
from zones.run.run import run_project
from zones.run.step import load_steps, producers
from zones.run.steps.atlas import sheet_steps, sheets_name
from zones.tables import RESULT_TABLES

LARGEST = '''
"""Step ``largest_commune``: the commune with the most forest, as a file of its own."""

from layers.base.language import Phrase
from layers.base.schema import Column, Schema
from zones.run.step import Step
from zones.tables import FOREST_COVER

LARGEST = Schema("largest", (Column("commune", "text", "the commune with the most forest"),))


def work(context):
    cover = context[FOREST_COVER].iloc[:-1]
    forest = cover["natural_forest_ha"] + cover["planted_forest_ha"]
    (context.stage / "largest.txt").write_text(cover["commune"][forest.idxmax()], "utf-8")
    return {LARGEST: cover.loc[[forest.idxmax()], ["commune"]]}


STEP = Step(
    label=Phrase("Largest commune", "Xã nhiều rừng nhất"),
    work=work,
    reads=(FOREST_COVER,),
    writes=(LARGEST,),
    files=("largest.txt",),
)
'''


@pytest.fixture
def added(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of steps beside the project's own, with one file in it."""
    folder = tmp_path / "steps"
    folder.mkdir()
    file = folder / "largest_commune.py"
    file.write_text(LARGEST, "utf-8")
    monkeypatch.setattr(zones.run.steps, "__path__", [*zones.run.steps.__path__, str(folder)])
    monkeypatch.delitem(__import__("sys").modules, "zones.run.steps.largest_commune", False)
    return file


def test_a_file_adds_a_step(added: Path, tmp_path: Path) -> None:
    assert added.stem in step_names()
    names = list(load_steps())
    assert names.index("cover") < names.index("largest_commune")
    path = write_project(tmp_path / "p")
    options = RunOptions(only=("largest_commune",))
    result = run_project(load_project(path), options=options)
    # What it reads is made first, what nobody asked for is not.
    assert list(result.record["steps"]) == ["check", "measure", "cover", "largest_commune"]
    assert (result.out / "largest.txt").read_text("utf-8") == "Thụy Hùng"
    assert (result.out / "tables" / "largest.csv").is_file()
    files = result.record["steps"]["largest_commune"]["files"]
    assert files == ["largest.txt", "tables/largest.csv", "tables/largest.parquet"]


def test_a_step_that_hands_on_something_else_is_refused(added: Path, tmp_path: Path) -> None:
    added.write_text(LARGEST.replace("return {LARGEST:", "return {FOREST_COVER:"), "utf-8")
    path = write_project(tmp_path / "p")
    with pytest.raises(ClosureError, match="hands on forest_cover; it declares largest"):
        run_project(load_project(path), options=RunOptions(only=("largest_commune",)))


def test_every_key_of_a_project_decides_for_some_step() -> None:
    """A key that no step names would let results of other settings pass for current ones."""
    named = {part for step in load_steps().values() for part in step.settings}
    assert "annex.language" in named
    named -= {"annex.language"}
    # Weights of witnesses belong to a command of its own, not to a run; the form of the CSV files
    # changes no result.
    assert named == set(Project.model_fields) - {"output", "reconcile", "csv"}


def test_every_table_has_one_producer() -> None:
    made = {key for key in producers(load_steps().values()) if not isinstance(key, type)}
    assert made == set(RESULT_TABLES)


def test_sheets_of_a_record_are_files_of_the_output_folder_alone() -> None:
    good = [sheets_name(("06148",)), sheets_name(tuple(f"{n:05}" for n in range(9)))]
    bad = [
        "atlas",
        "atlas-",
        "atlas-/../../x",
        "atlas-..",
        "atlas-x.pdf",
        "atlas-x\n",
        "x-atlas-06148",
    ]
    assert list(sheet_steps([*good, *bad])) == good
