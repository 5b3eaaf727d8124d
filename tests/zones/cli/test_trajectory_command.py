"""``zones trajectory``: from a project's files to the answer, and its step in a run."""

from __future__ import annotations

import json
from pathlib import Path

import geopandas as gpd
import pytest

from tests.factories import write_project
from zones.cli.main import run
from zones.cli.terminal.language import set_language
from zones.project.model import load_project
from zones.run.context import RunOptions
from zones.run.run import run_project
from zones.run.step import load_steps
from zones.tables import FOREST_COVER, TRAJECTORY


@pytest.fixture
def project(tmp_path: Path) -> Path:
    set_language("en")
    return write_project(tmp_path / "Dự báo")


def test_the_answer_stands_first(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["trajectory", str(project), "--what-if", "survival=1"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("The forest cover rate goes from 25.18 % in 2025 to")
    assert "At this pace 67.00 % in 2030 is not reached" in out
    assert "no longer counts on 31 December 2030, whatever the species" in out
    assert "100.0 % (100.0–100.0 %) of plantings become forest" in out
    assert "2030:" in out
    assert "Assumed:" in out


def test_everything_is_there_for_machines(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["trajectory", str(project), "--to", "2032", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    years = sorted({row["year"] for row in told["trajectory"]})
    assert years == list(range(2025, 2033))
    assert list(told["trajectory"][0]) == TRAJECTORY.names
    assert told["trajectory_seasons"][0]["last_season"] is not None


@pytest.mark.parametrize("options", [["--json"], ["-v"]])
def test_a_what_if_that_changes_nothing_prints_the_same_bytes(
    project: Path, capsys: pytest.CaptureFixture[str], options: list[str]
) -> None:
    said = []
    for changes in ([], ["--what-if", "survival.x=1"], ["--what-if", "regeneration_ha=0"]):
        code = run(["trajectory", str(project), *options, *changes])
        said.append((code, capsys.readouterr().out))
    assert said[0] == said[2]
    assert said[1] == (2, "")


def test_a_run_forecasts_from_its_own_rate(project: Path) -> None:
    result = run_project(load_project(project), options=RunOptions(only=("trajectory",)))
    table, cover = result[TRAJECTORY], result[FOREST_COVER]
    first = table[(table["year"] == 2025) & (table["ledger"] == "counts")]
    assert first["cover_percent"].tolist() == pytest.approx(cover["cover_percent"].tolist())
    assert (result.out / "tables" / "trajectory.csv").is_file()
    closed = [item["table"] for item in result.record["steps"]["trajectory"]["closures"]]
    assert "trajectory: cohorts to the area with forest" in closed


def test_the_annex_takes_the_chart_after_the_forecast() -> None:
    steps = list(load_steps())
    assert steps.index("trajectory") < steps.index("annex")
    assert steps.index("change") < steps.index("trajectory")


def test_faults_are_told_in_one_line(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = project.read_text("utf-8")
    project.write_text(text + "trajectory: {lag: {pine: 0}}\n", "utf-8")
    assert run(["trajectory", str(project)]) == 2
    assert "trajectory.lag.pine: expected at least 1" in capsys.readouterr().err
    project.write_text(text + "trajectory: {survival: 2}\n", "utf-8")
    assert run(["trajectory", str(project)]) == 2
    told = capsys.readouterr().err
    assert "trajectory.survival: expected a share from 0 to 1" in told
    assert told.count("expected") == 1
    without = text.replace(
        "  forest: {kind: forest_status, path: forest.gpkg, date: 2025-12-31, code_table: 98}\n", ""
    )
    project.write_text(without, "utf-8")
    assert run(["trajectory", str(project)]) == 2
    assert "no layer of kind forest_status" in capsys.readouterr().err


def test_a_last_year_in_the_past_is_told_before_a_layer_is_read(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project.parent / "forest.gpkg").write_bytes(b"no layer")
    text = project.read_text("utf-8")
    for options in (["--to", "2020"], ["--what-if", "to=2025"]):
        assert run(["trajectory", str(project), *options]) == 2
        assert "must end after 2025" in capsys.readouterr().err
    project.write_text(text + "trajectory: {to: 2024}\n", "utf-8")
    for command in ("trajectory", "check"):
        assert run([command, str(project)]) == 2
        told = capsys.readouterr().err
        assert "must end after 2025" in told
        assert "found 2024" in told
        assert "{" not in told


def test_the_last_year_of_the_command_holds_over_that_of_the_file(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    project.write_text(project.read_text("utf-8") + "trajectory: {to: 2020}\n", "utf-8")
    assert run(["trajectory", str(project), "--to", "2030"]) == 0
    assert " in 2030 (90 % band" in capsys.readouterr().out


def test_planting_years_after_the_layer_are_told_by_the_forecast_itself(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    layer = project.parent / "forest.gpkg"
    plots = gpd.read_file(layer)
    plots.loc[plots["maxa"] == "06211", "namtr"] = 2031
    plots.to_file(layer, layer="lop_dien_bien")
    assert run(["trajectory", str(project)]) == 0
    out = capsys.readouterr().out
    assert "Problem: 1 plot (30.00 ha) has a planting year after 2025" in out
    assert out.index("To know:") < out.index("Assumed:")
    assert "notes" not in out
