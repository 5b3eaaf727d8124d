"""More forest than a commune has natural area is told by check, with the hectares of the run."""

from __future__ import annotations

from pathlib import Path

import pytest

from layers.base.findings import Finding
from layers.base.language import Phrase
from tests.factories import write_project
from zones.inputs.read import read_inputs
from zones.project.model import load_project
from zones.run.context import RunOptions
from zones.run.run import run_project
from zones.tables import COVER_FINDINGS, FINDINGS, FOREST_COVER


@pytest.mark.parametrize(("official", "told"), [(55, True), (60.3, True), (60.5, False)])
def test_forest_beyond_the_natural_area_of_a_commune_is_a_problem(
    official: float, told: bool, tmp_path: Path
) -> None:
    """50 ha of natural forest and half of 20.8 ha of pine that lie over a boundary: 60.4 ha."""
    path = write_project(tmp_path)
    areas = tmp_path / "natural_areas.csv"
    areas.write_text(areas.read_text("utf-8").replace("06148,110", f"06148,{official}"), "utf-8")
    fruit = tmp_path / "fruit.csv"
    fruit.write_text(fruit.read_text("utf-8").replace(",99\n", ",9\n"), "utf-8")
    project = load_project(path)
    items = read_inputs(project).findings.items
    found = [item for item in items if item.kind == "forest-exceeds-area"]
    assert bool(found) is told
    result = run_project(project, options=RunOptions(only=("cover",), write=False))
    cover = result[FOREST_COVER].set_index("commune_code")
    assert bool(cover.loc["06148", "exceeds_natural_area"]) is told
    kinds = [*result[FINDINGS]["kind"], *result[COVER_FINDINGS]["kind"]]
    assert kinds.count("forest-exceeds-area") == told  # told once in a run
    if told:
        (item,) = found
        assert (item.severity, item.source, item.count) == ("problem", "forest", 1)
        assert item.area_ha == pytest.approx(60.4)
        assert item.examples == ("Thụy Hùng (06148)",)
        assert f"Thụy Hùng: 60 / {official:.0f} ha" in item.message.vi


@pytest.mark.parametrize("official", [{"06148": 55, "06184": 46}, {"06184": 46}])
def test_a_run_tells_every_commune_with_more_forest_than_it_has_ground(
    official: dict[str, int], tmp_path: Path
) -> None:
    """What check told of one commune kept the run from telling another."""
    path = write_project(tmp_path)
    areas = tmp_path / "natural_areas.csv"
    text = areas.read_text("utf-8")
    for code, area in official.items():
        text = text.replace(f"{code},110", f"{code},{area}")
    areas.write_text(text, "utf-8")
    fruit = tmp_path / "fruit.csv"
    fruit.write_text(fruit.read_text("utf-8").replace(",99\n", ",9\n"), "utf-8")
    project = load_project(path)
    result = run_project(project, options=RunOptions(only=("cover",), write=False))
    cover = result[FOREST_COVER].set_index("commune_code")
    assert set(cover.index[cover["exceeds_natural_area"]]) == set(official)
    told = [*result[FINDINGS].to_dict("records"), *result[COVER_FINDINGS].to_dict("records")]
    named = [row["examples"] for row in told if row["kind"] == "forest-exceeds-area"]
    assert all(any(code in str(it) for it in named) for code in official)


def test_another_commune_than_check_told_is_told_though_they_are_as_many(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Check may see one commune and the run another: neither stands for the other."""
    path = write_project(tmp_path)
    areas = tmp_path / "natural_areas.csv"
    areas.write_text(areas.read_text("utf-8").replace("06184,110", "06184,46"), "utf-8")
    fruit = tmp_path / "fruit.csv"
    fruit.write_text(fruit.read_text("utf-8").replace(",99\n", ",9\n"), "utf-8")
    other = Finding(
        "problem", "forest-exceeds-area", "forest", Phrase("", ""), examples=("Thụy Hùng (06148)",)
    )
    monkeypatch.setattr("zones.inputs.read.check_forest_areas", lambda *_: [other])
    result = run_project(load_project(path), options=RunOptions(only=("cover",), write=False))
    told = result[COVER_FINDINGS]
    told = told[told["kind"] == "forest-exceeds-area"]
    assert told["examples"].tolist() == ["Đồng Đăng (06184)"]
