"""A project without a plan: areas and forest cover alone."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from maps.interactive.page_data import read_page_data
from tests.factories import write_project
from zones.cli.main import run

LINE = "plans: [lang-son-2026-2030, lang-son-2023]\n"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = write_project(tmp_path_factory.mktemp("x") / "kế hoạch sau")
    text = path.read_text("utf-8")
    assert LINE in text
    path.write_text(text.replace(LINE, ""), "utf-8")
    return path


@pytest.fixture(scope="module")
def out(project: Path) -> Path:
    assert run(["run", str(project)]) in (0, 1)
    return project.parent / "out"


def test_areas_and_cover_are_those_of_a_project_with_plans(out: Path, tmp_path: Path) -> None:
    planned = write_project(tmp_path / "with")
    assert run(["run", str(planned), "--only", "cover"]) in (0, 1)
    for name in ("areas", "forest_cover"):
        tables = (path / "tables" / f"{name}.csv" for path in (out, planned.parent / "out"))
        here, there = (pd.read_csv(path, dtype=str) for path in tables)
        assert len(here) > 4
        pd.testing.assert_frame_equal(here, there)


def test_nothing_is_asked_for_and_no_document_is_named(out: Path) -> None:
    for name in ("targets", "zones", "allocation"):
        assert pd.read_csv(out / "tables" / f"{name}.csv").empty
    book = openpyxl.load_workbook(out / "annex.xlsx")
    cells = {
        str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row
    }
    assert not [cell for cell in cells if "kế hoạch" in cell.casefold()]
    assert (out / "annex.docx").exists()


def test_the_map_opens_with_forest_cover(out: Path) -> None:
    data = read_page_data((out / "map.html").read_text("utf-8"))
    assert data["zones"] == []
    assert "cover" in data["measures"]


def test_a_list_of_plans_that_is_empty_is_no_plan(project: Path, tmp_path: Path) -> None:
    path = write_project(tmp_path / "empty")
    path.write_text(path.read_text("utf-8").replace(LINE, "plans: []\n"), "utf-8")
    assert run(["check", str(path)]) in (0, 1)


def test_reports_about_a_plan_are_refused(
    project: Path, out: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert out.is_dir()
    for command in (["make"], ["write", "--year", "2026"]):
        asked = ["--lang", "vi", "reports", *command, str(project), "--out", str(tmp_path / "x")]
        assert run(asked) == 2
        assert "ở plans" in capsys.readouterr().err
        assert not (tmp_path / "x").exists()
    forms = ["reports", "make", str(project), "--form", "forest-01", "--out", str(tmp_path / "y")]
    assert run(forms) == 0
