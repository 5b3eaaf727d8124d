"""Crops and units of a project's own: known to every reader, from the layer to the annex."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from typer.testing import CliRunner

from layers import InputError
from layers.base.resources import add_rows
from layers.base.units import conversion
from layers.kinds.crops import load_crops, species_shares
from tests.factories import PROJECT, forest_plots, write_project
from zones.cli.main import application
from zones.plan.files import load_plan, save_plan
from zones.plan.lint import lint_plan
from zones.plan.model import Plan
from zones.project.model import load_project
from zones.publish.verify import verify_folder
from zones.run.context import RunOptions
from zones.run.run import RunResult, run_project
from zones.tables import ALLOCATION, AREAS, TARGETS, ZONES

OWN = """
crops:
  gioi_xanh:
    name_vi: Giổi xanh
    name_en: Green magnolia
    species: Michelia mediocris
    land_kind: forest
    counts_for_cover: established
    cover_lag_years: 5
    written: [giổi, GX]
  gai_xanh: {name_vi: Gai xanh, land_kind: annual, counts_for_cover: never}
units:
  sào: {name_vi: sào, name_en: sao, dimension: area, factor: 0.036}
  bó: {name_vi: bó, name_en: bundle, dimension: mass, factor: 0.02}
"""


@pytest.fixture(scope="module", autouse=True)
def _forget() -> Iterator[None]:
    """Let the tests behind these know the package's crops alone."""
    yield
    add_rows({})


def _target(name: str, **more: Any) -> dict[str, Any]:
    return {
        "target": name,
        "indicator": "area",
        "bound": "at_least",
        "year": 2030,
        "clause": "1",
        "unit": "ha",
        **more,
    }


def _zone(crop: str, name: str, kind: str, counts: str, *targets: dict[str, Any]) -> dict[str, Any]:
    return {
        "zone": crop,
        "clause": "1",
        "name": {"vi": name, "en": name},
        "crop": name,
        "land_kind": kind,
        "counts_for_cover": counts,
        "list": "province",
        "targets": list(targets),
    }


def _plan() -> dict[str, Any]:
    return {
        "plan": "own",
        "name": {"vi": "Cây riêng", "en": "Own crops"},
        "issuer": None,
        "number": None,
        "date": None,
        "province": "20",
        "vintage": "2025-07-01",
        "horizon": {"first": 2026, "last": 2030},
        "zones": [
            _zone("gioi", "Giổi xanh", "forest", "established", _target("gioi-area", low=48)),
            _zone("gai", "Gai xanh", "annual", "never", _target("gai-area", low=500, unit="sào")),
        ],
    }


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Project of two invented crops: 40 ha of one in the forest layer, 7.5 ha of one reported."""
    path = write_project(tmp_path_factory.mktemp("Cây riêng"))
    plots = forest_plots()
    plots.loc[plots["lo"] == "3", "sldlr"] = "GX"
    plots.to_file(path.parent / "forest.gpkg", layer="lop_dien_bien")
    report = "commune_code,crop,year,area_ha\n06148,gai xanh,2025,7.5\n06529,Gai xanh,2025,2\n"
    (path.parent / "fruit.csv").write_text(report, "utf-8")
    plans = PROJECT.replace("[lang-son-2026-2030, lang-son-2023]", "[plan.yaml]")
    path.write_text(plans + OWN, "utf-8")
    _know_words(path)
    save_plan(Plan.model_validate(_plan()), path.parent / "plan.yaml")
    return path


def _know_words(path: Path) -> None:
    """Let the crops be known before the plan is written that names them."""
    plan = path.parent / "plan.yaml"
    plan.write_text("plan: x\n", "utf-8")
    load_project(path)
    plan.unlink()


@pytest.fixture(scope="module")
def result(path: Path) -> RunResult:
    """Result of a whole run."""
    return run_project(load_project(path), options=RunOptions(only=("annex", "map")))


def test_a_folder_with_crops_of_its_own_is_verified_by_any_program(result: RunResult) -> None:
    """Who receives the folder has no project file, and prints "gioi_xanh" where names are asked."""
    before = (result.out / "annex.xlsx").read_bytes()
    try:
        add_rows({})
        told = verify_folder(result.out)
    finally:
        load_project(result.context.project.file)
    assert [str(one) for one in told.differences] == []
    assert (result.out / "annex.xlsx").read_bytes() == before


def test_a_layers_names_lead_to_the_crop(path: Path) -> None:
    load_project(path)
    assert species_shares("Giổi") == {"gioi_xanh": 1}
    assert species_shares("Michelia mediocris") == {"gioi_xanh": 1}
    assert species_shares("Thông+GX") == {"pine": 0.5, "gioi_xanh": 0.5}


def test_another_project_knows_nothing_of_them(path: Path, tmp_path: Path) -> None:
    load_project(path)
    assert "gai_xanh" in set(load_crops()["crop"])
    load_project(write_project(tmp_path))
    assert "gai_xanh" not in set(load_crops()["crop"])
    assert species_shares("Giổi") == {"Giổi": 1}


def test_a_neighbours_project_does_not_take_its_place(path: Path, tmp_path: Path) -> None:
    other = write_project(tmp_path)
    more = f"borders: {{projects: ['{other}']}}\n"
    beside = path.with_name("beside.yaml")
    beside.write_text(path.read_text("utf-8") + more, "utf-8")
    project = load_project(beside)
    assert "borders 1 communes" in project.input_paths()
    assert "gai_xanh" in set(load_crops()["crop"])


def test_hectares_of_own_crops_close_from_layer_to_plan(result: RunResult) -> None:
    areas = result[AREAS].groupby("crop")[["ledger_ha"]].sum()
    assert areas.loc["gioi_xanh", "ledger_ha"] == pytest.approx(40)
    assert areas.loc["gai_xanh", "ledger_ha"] == pytest.approx(9.5)
    zones = result[ZONES].groupby("zone")["present_ha"].sum()
    assert dict(zones) == pytest.approx({"gioi": 40, "gai": 9.5})
    targets = result[TARGETS].set_index("target")
    assert targets.loc["gai-area", ["unit", "low", "present", "shortfall"]].tolist() == [
        "ha",
        pytest.approx(18),
        pytest.approx(9.5),
        pytest.approx(8.5),
    ]
    planned = result[ALLOCATION].groupby("zone")["planned_ha"].sum()
    assert planned["gioi"] == pytest.approx(8)  # on the 10 ha of bare production forest land


def test_pages_call_own_crops_and_units_by_their_names(result: RunResult) -> None:
    book = openpyxl.load_workbook(result.out / "annex.xlsx", read_only=True)
    rows = [row for sheet in book for row in sheet.iter_rows(values_only=True)]
    text = {str(cell) for row in rows for cell in row}
    assert any("Giổi xanh" in cell for cell in text)
    assert any("Gai xanh" in cell for cell in text)
    assert "Gai xanh" in (result.out / "map.html").read_text("utf-8")


def test_the_lint_knows_them_with_the_project_alone(path: Path) -> None:
    plan = path.parent / "plan.yaml"
    load_project(path)
    assert not {"crop-unknown", "unit-unknown"} & {f.kind for f in lint_plan(load_plan(plan))}
    alone = CliRunner().invoke(application, ["--lang", "vi", "plan", "lint", str(plan)])
    assert alone.exit_code == 0, alone.output
    (path.parent / "bare").mkdir()
    load_project(write_project(path.parent / "bare"))
    found = {(f.kind, f.severity, f.detail) for f in lint_plan(load_plan(plan))}
    assert ("crop-unknown", "error", "gai_xanh") in found
    assert ("unit-unknown", "error", "sào") in found


def test_reports_are_read_in_own_units(path: Path) -> None:
    load_project(path)
    assert conversion("bó", "t") == pytest.approx(0.02)


def test_a_run_stops_at_a_crop_that_nobody_knows(path: Path, tmp_path: Path) -> None:
    other = write_project(tmp_path)
    (tmp_path / "plan.yaml").write_bytes((path.parent / "plan.yaml").read_bytes())
    other.write_text(PROJECT.replace("[lang-son-2026-2030, lang-son-2023]", "[plan.yaml]"), "utf-8")
    with pytest.raises(InputError, match="no crop is called 'gioi_xanh'"):
        run_project(load_project(other))


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        ("na_dai: {name_vi: Na, land_kind: orchard, counts_for_cover: never}", "custard_apple"),
        ("pine: {name_vi: Tùng, land_kind: forest, counts_for_cover: never}", "the crop pine"),
        ("Gai: {name_vi: Gai, land_kind: annual, counts_for_cover: never}", "is no id"),
        ("gai: {name_vi: Gai, land_kind: field, counts_for_cover: never}", "crops.gai.land_kind"),
        ("gai: {name_vi: Gai, land_kind: annual}", "counts_for_cover"),
        ("gai: {name_vi: a|b, land_kind: annual, counts_for_cover: never}", "one line"),
        (
            (
                "gai: {name_vi: Gai, land_kind: annual, counts_for_cover: never}\n"
                "  ke: {name_vi: gai, land_kind: annual, counts_for_cover: never}"
            ),
            "means both gai and ke",
        ),
    ],
)
def test_an_own_crop_that_is_no_new_one_is_refused(tmp_path: Path, entry: str, told: str) -> None:
    path = write_project(tmp_path)
    path.write_text(f"{PROJECT}crops:\n  {entry}\n", "utf-8")
    with pytest.raises(InputError, match=told.replace("|", r"\|")):
        load_project(path)


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        ("tạ: {name_vi: tạ, dimension: mass, factor: 0.1}", "already means the unit quintal"),
        ("sào: {name_vi: sào, dimension: area, factor: 0}", "units.sào.factor"),
        ('sào: {name_vi: sào, dimension: area, factor: "0,036"}', "units.sào.factor"),
        ("a/b: {name_vi: sào, dimension: area, factor: 1}", "one line"),
    ],
)
def test_an_own_unit_that_is_no_new_one_is_refused(tmp_path: Path, entry: str, told: str) -> None:
    path = write_project(tmp_path)
    path.write_text(f"{PROJECT}units:\n  {entry}\n", "utf-8")
    with pytest.raises(InputError, match=told):
        load_project(path)
