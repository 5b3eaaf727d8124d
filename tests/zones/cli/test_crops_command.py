"""``zones crops``: every crop by id and names, with those of a project where it is named."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from layers.base.resources import add_rows
from layers.kinds.crops import load_crops
from tests.factories import PROJECT, write_project
from zones.cli.main import run
from zones.cli.terminal.language import set_language


def test_all_crops_with_what_the_planner_must_know(capsys: pytest.CaptureFixture[str]) -> None:
    set_language("vi")
    assert run(["crops"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == len(load_crops()) + 1
    anise = next(line for line in lines if line.startswith("anise "))
    assert "Hồi" in anise
    assert "lâm nghiệp" in anise
    assert "khi thành rừng" in anise


def test_one_crop_as_data(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["crops", "Na dai", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [(row["crop"], row["counts_for_cover"], row["land_kind"]) for row in found] == [
        ("custard_apple", "never", "orchard")
    ]


def test_a_name_that_no_crop_has(capsys: pytest.CaptureFixture[str]) -> None:
    set_language("vi")
    assert run(["crops", "Sao băng"]) == 1
    assert "'Sao băng'" in capsys.readouterr().out


def test_the_projects_own_crops(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write_project(tmp_path)
    own = "crops: {gai_xanh: {name_vi: Gai xanh, land_kind: annual, counts_for_cover: never}}\n"
    path.write_text(PROJECT + own, "utf-8")
    set_language("vi")
    assert run(["crops", "--project", str(path)]) == 0
    assert "gai_xanh" in capsys.readouterr().out
    add_rows({})
