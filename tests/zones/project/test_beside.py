"""Folders beside a project file: the simple name for one project, each its own for several."""

from __future__ import annotations

from pathlib import Path

from tests.factories import PROJECT
from zones.project.beside import folder_beside
from zones.project.model import read_project


def test_projects_of_one_folder_have_folders_of_their_own(tmp_path: Path) -> None:
    first, second = tmp_path / "project.yaml", tmp_path / "ban-dong.yml"
    first.write_text(PROJECT, "utf-8")
    (tmp_path / "plan-a.yaml").write_text("plan: a\nzones:\n  - communes: [1]\n", "utf-8")
    (tmp_path / "region.yaml").write_text("region_of: [project.yaml]\n", "utf-8")
    scenario = tmp_path / "more.yaml"
    told = "version: 1\nscenario_of: project.yaml\ntitle: x\nchanges: []\noutput: out-more\n"
    scenario.write_text(told, "utf-8")
    assert folder_beside(read_project(first), "check") == tmp_path / "check"
    second.write_text(PROJECT.replace("title: ", "title: Bản đồ khác, ", 1), "utf-8")
    (tmp_path / "folder.yaml").mkdir()  # is no project either
    found = [folder_beside(read_project(file), "check").name for file in (first, second, scenario)]
    assert found == ["check-project", "check-ban-dong", "check-project"]


def test_a_copy_of_an_earlier_state_is_no_other_project(tmp_path: Path) -> None:
    """Else the forms and replies of a year would be looked for in a folder that is not there."""
    file, copy = tmp_path / "project.yaml", tmp_path / "project - bản cũ.yaml"
    file.write_text(PROJECT, "utf-8")
    copy.write_text(PROJECT + "decimals: 2\n", "utf-8")
    assert folder_beside(read_project(file), "forms-2026") == tmp_path / "forms-2026"
