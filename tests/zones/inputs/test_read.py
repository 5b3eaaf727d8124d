"""Reading tells what it can, whatever part of the inputs cannot be read."""

from __future__ import annotations

from pathlib import Path

from tests.factories import forest_plots, write_project
from zones.inputs.read import read_inputs
from zones.project.model import load_project
from zones.publish.notes import area_notes


def test_layers_are_looked_at_although_the_boundaries_cannot_be_read(tmp_path: Path) -> None:
    path = write_project(tmp_path)
    (tmp_path / "natural_areas.csv").write_text("code,dien_tich\n06148,110\n", "utf-8")
    (tmp_path / "fruit.csv").write_text("commune_code,crop\n06148,na\n", "utf-8")
    inputs = read_inputs(load_project(path))
    told = {item.source: item.message.en for item in inputs.findings.of("error")}
    assert set(told) == {"communes", "fruit"}
    assert "official_area_ha" in told["communes"]
    assert inputs.communes.empty
    assert len(inputs.plots["forest"].plots) == len(forest_plots())


def test_areas_that_lists_circulate_are_told_in_every_run_and_below_forest_cover(
    tmp_path: Path,
) -> None:
    path = write_project(tmp_path)
    project = load_project(path)
    kinds = [item.kind for item in read_inputs(project).findings.items]
    assert "natural-areas-circulated" not in kinds
    assert area_notes(project) == ()
    areas = tmp_path / "natural_areas.csv"
    areas.write_text(areas.read_text("utf-8").replace("official_", "circulated_"), "utf-8")
    text = path.read_text("utf-8")
    named = "{path: natural_areas.csv, area_column: circulated_area_ha}"
    path.write_text(text.replace("{path: natural_areas.csv}", named), "utf-8")
    project = load_project(path)
    (told,) = (
        item for item in read_inputs(project).findings.items if item.source == "natural_areas"
    )
    assert (told.kind, told.severity) == ("natural-areas-circulated", "problem")
    assert "số đang lưu hành" in told.message.vi
    (note,) = area_notes(project)
    assert (note.table, note.zone) == ("cover", "")


def test_a_plan_whose_years_the_layers_show_is_a_problem(tmp_path: Path) -> None:
    path = write_project(tmp_path)
    text = path.read_text("utf-8")
    for last, told in ((2025, ["no-year-left"]), (2026, [])):
        path.write_text(f"{text}allocation: {{last_year: {last}}}\n", "utf-8")
        kinds = [item.kind for item in read_inputs(load_project(path)).findings.of("problem")]
        assert [kind for kind in kinds if kind == "no-year-left"] == told
    path.write_text(f"{text}allocation: {{first_year: 2025, last_year: 2025}}\n", "utf-8")
    found = read_inputs(load_project(path)).findings.items
    assert "no-year-left" not in {item.kind for item in found}
