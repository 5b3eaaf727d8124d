"""Made projects of provinces other than Lạng Sơn: squares with real names, and a plan that runs."""

from __future__ import annotations

from pathlib import Path

import pytest
import shapely

from layers.base.errors import InputError, NameResolutionError
from layers.communes.gazetteer import communes_on
from layers.crs.crs import area_crs
from zones.demo import build_demo
from zones.demo.provinces import MadeProvince, make_province
from zones.inputs.read import read_communes, read_inputs
from zones.plan.files import load_plan
from zones.plan.lint import lint_plan
from zones.project.model import load_project
from zones.run.context import RunOptions
from zones.run.run import run_project
from zones.tables import ALLOCATION, FOREST_COVER, TARGETS


@pytest.fixture(scope="module")
def hue() -> MadeProvince:
    return make_province("46", seed=0)  # the fewest communes: 40


def test_communes_are_squares_of_one_coverage_with_real_names(hue: MadeProvince) -> None:
    assert set(hue.communes["code"]) == set(communes_on("46"))
    assert (hue.communes.area / 1e4).tolist() == [3_600.0] * 40
    shapes = hue.communes.geometry.to_numpy()
    assert shapely.coverage_is_valid(shapes)
    assert hue.communes.crs == hue.forest.crs == area_crs("46")
    # Plots lie within the communes that they name.
    joined = hue.forest.sjoin(hue.communes[["code", "geometry"]], predicate="within")
    assert len(joined) == len(hue.forest)
    assert (joined["maxa"] == joined["code"].astype(int)).all()


def test_the_same_seed_gives_the_same_land(hue: MadeProvince) -> None:
    again = make_province("46", seed=0)
    assert again.forest.drop(columns="geometry").equals(hue.forest.drop(columns="geometry"))
    assert not make_province("46", seed=1).report.equals(hue.report)


def test_a_made_province_runs(tmp_path: Path) -> None:
    path = build_demo(tmp_path / "huế", province="thành phố Huế")
    project = load_project(path)
    assert (project.province, project.demo) == ("46", True)
    plan = load_plan(path.parent / "plan.yaml")
    assert lint_plan(plan) == []
    result = run_project(project, options=RunOptions(only=("allocate",), write=False))
    targets = result[TARGETS].set_index("target")
    # The plan was made 5 % above the acacia that stands, 10 % above the tea reported.
    assert targets.loc["acacia-area-2030", "held_ratio"] == pytest.approx(1 / 1.05, abs=0.01)
    assert targets.loc["tea-area-2030", "held_ratio"] == pytest.approx(1 / 1.1, abs=0.01)
    assert len(result[FOREST_COVER]) == 40 + 1
    planned = result[ALLOCATION].groupby("zone")["planned_ha"].max()
    assert set(planned.index) == {"acacia", "tea"}


def test_a_zone_in_doubt_and_one_far_off_are_told(tmp_path: Path) -> None:
    path = build_demo(tmp_path / "quảng trị", province="44")
    text = path.read_text("utf-8")

    def told(setting: str) -> list[str]:
        path.write_text(text.replace("area_crs: EPSG:9211", setting), "utf-8")
        _, _, found = read_communes(load_project(path))
        return [one.kind for one in found if one.kind.startswith("area-crs")]

    assert told("area_crs: EPSG:9211") == []
    assert told("") == ["area-crs-in-doubt"]
    assert told("area_crs: EPSG:5898") == ["area-crs-far-off"]  # 108°, the communes lie at 106°


def test_a_crop_that_a_layer_names_by_a_wider_word_is_an_error(tmp_path: Path) -> None:
    path = build_demo(tmp_path / "cam", province="46")
    plan, report = path.parent / "plan.yaml", path.parent / "fruit_report.csv"
    plan.write_text(plan.read_text("utf-8").replace("crop: tea", "crop: orange"), "utf-8")
    report.write_text(report.read_text("utf-8-sig").replace("Chè", "Cam"), "utf-8")
    text = path.read_text("utf-8").replace("tea: fruit", "orange: fruit")

    def told(setting: str) -> list[str]:
        path.write_text(text.replace("area_ha: area_ha}", f"area_ha: area_ha}}{setting}"), "utf-8")
        found = read_inputs(load_project(path)).findings.items
        return [one.message.en for one in found if one.kind == "crop-by-another-word"]

    (error,) = told("")
    assert error.endswith("under the layer whose rows say “Cam” write crops: {Cam: orange}")
    assert told("\n    crops: {Cam: orange}") == []
    # A zone of citrus takes what layers call citrus, and is told of oranges that are kept apart.
    plan.write_text(plan.read_text("utf-8").replace("crop: orange", "crop: citrus"), "utf-8")
    text = text.replace("orange: fruit", "citrus: fruit")
    assert told("") == []
    (beside,) = told("\n    crops: {Cam: orange}")
    assert beside.endswith("crops: {Cam: citrus}")


def test_boundaries_belong_to_lang_son_alone(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"demo of Lạng Sơn \(20\) only"):
        build_demo(tmp_path / "a", province="24", communes_file=tmp_path / "x.gpkg")
    with pytest.raises(NameResolutionError, match="No province"):
        build_demo(tmp_path / "b", province="Atlantis")
