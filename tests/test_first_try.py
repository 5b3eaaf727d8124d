"""Python at the first try: examples run, schemas that are named are there, faults are ours."""

from __future__ import annotations

import doctest
import functools
import importlib
import inspect
import re
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from shapely import box

import layers
import maps
import zones
from layers.base.findings import Finding
from layers.base.language import Phrase
from tests.factories import write_project

PACKAGES = ("layers", "maps", "zones")
EXPORTED = [
    (package, name)
    for package in PACKAGES
    for name in importlib.import_module(package).__all__
    if inspect.isclass(getattr(importlib.import_module(package), name))
    or inspect.isfunction(getattr(importlib.import_module(package), name))
]
WITH_EXAMPLE = [
    (package, name)
    for package, name in EXPORTED
    if ">>>" in (inspect.getdoc(getattr(importlib.import_module(package), name)) or "")
]
WITH_EXAMPLE += [("layers", "PlotLayer.areas_by_crop")]


@pytest.mark.parametrize(("package", "name"), WITH_EXAMPLE)
def test_the_example_of_an_exported_name_runs(package: str, name: str) -> None:
    thing = functools.reduce(getattr, name.split("."), importlib.import_module(package))
    names = {package: importlib.import_module(package), name: thing}
    example = doctest.DocTestParser().get_doctest(
        inspect.getdoc(thing) or "", {**vars(inspect.getmodule(thing)), **names}, name, None, 0
    )
    runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE)
    told: list[str] = []
    runner.run(example, out=told.append)
    assert not runner.failures, "".join(told)


def test_the_names_that_people_try_first_have_an_example() -> None:
    wanted = {("zones", "compare_targets"), ("zones", "allocate"), ("maps", "save_map")}
    assert wanted <= set(WITH_EXAMPLE)


@pytest.mark.parametrize(("package", "name"), EXPORTED)
def test_every_schema_that_a_docstring_names_can_be_imported(package: str, name: str) -> None:
    module = importlib.import_module(package)
    text = inspect.getdoc(getattr(module, name)) or ""
    for written in re.findall(r"``?((?:[a-z_]+\.)*[A-Z][A-Z_]{3,})``?", text):
        where, _, schema = written.rpartition(".")
        home = importlib.import_module(where.split(".")[0]) if where else module
        assert hasattr(home, schema), f"{package}.{name} speaks of {written}"


def test_a_project_is_loaded_by_its_path_as_text(tmp_path: Path) -> None:
    path = write_project(tmp_path)
    assert zones.load_project(str(path)).file == path
    assert zones.load_project(str(tmp_path)).title == "Thử nghiệm"


def test_communes_are_loaded_without_natural_areas(tmp_path: Path) -> None:
    write_project(tmp_path)
    loaded = layers.load_communes(tmp_path / "communes.gpkg")
    assert loaded.communes["official_area_ha"].isna().all()  # missing, not the polygon's area
    assert len(loaded.communes) == 4
    assert repr(loaded) == "CommuneLayer(communes=<4 × 5>)"


PLAN = zones.load_plan("lang-son-2026-2030")
TARGETS = zones.join_plan_targets([zones.targets_frame(PLAN).assign(plan=PLAN.plan)])
PRESENT = pd.DataFrame(columns=["zone", "indicator", "commune_code", "unit", "present"])


@pytest.mark.parametrize("column", ["unit", "low", "period", "plan"])
def test_a_missing_column_of_targets_is_told_with_those_there_are(column: str) -> None:
    frame = TARGETS.drop(columns=column)
    with pytest.raises(layers.SchemaError, match=rf"{column}.*target") as caught:
        zones.compare_targets(frame, PRESENT, tolerated=zones.ToleratedBounds())
    assert "zone" in str(caught.value)


@pytest.mark.parametrize("column", ["plan", "target", "scope"])
def test_a_missing_column_of_a_plan_is_told_before_plans_are_joined(column: str) -> None:
    with pytest.raises(layers.SchemaError, match=rf"columns {column} expected; found .*zone"):
        zones.join_plan_targets([TARGETS, TARGETS.drop(columns=column)])


@pytest.mark.parametrize(
    ("said", "begins"),
    [
        ({"VUNGTRONG_LANG": "vi"}, "chỉ tiêu của kế hoạch: thiếu cột plan"),
        ({"LANG": "vi_VN.UTF-8"}, "chỉ tiêu của kế hoạch: thiếu cột plan"),
        ({"VUNGTRONG_LANG": "en", "LANG": "vi_VN.UTF-8"}, "targets of a plan: columns plan"),
        ({}, "targets of a plan: columns plan"),
    ],
)
def test_errors_and_findings_speak_the_language_of_the_environment(
    said: dict[str, str], begins: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("VUNGTRONG_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in said.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(layers.SchemaError) as caught:
        zones.join_plan_targets([TARGETS.drop(columns="plan")])
    assert str(caught.value).startswith(begins)
    shown = repr(Finding("note", "kind", "layer", caught.value.phrase, rows=tuple(range(9_999))))
    assert shown.startswith(f"Finding(note, kind, layer: {begins}")
    assert len(shown) < 900


def test_findings_are_a_list_with_a_table() -> None:
    plots = Finding("problem", "b", "y", Phrase("two", "hai"), 2, 1.5, ("1/2/3", "1/2/4"))
    found = layers.Findings([Finding("note", "a", "x", Phrase("one", "một")), plots])
    assert (len(found), [item.kind for item in found], found[1]) == (2, ["a", "b"], plots)
    assert repr(found) == "Findings(problem=1, note=1)"
    table = found.to_frame()
    assert table["examples"].tolist() == ["", "1/2/3, 1/2/4"]
    assert table["message_vi"].tolist() == ["một", "hai"]
    assert table["area_ha"].isna().tolist() == [True, False]
    assert list(layers.Findings().to_frame().columns) == list(table.columns)


def test_crops_of_plots_add_up_by_commune(tmp_path: Path) -> None:
    plots = gpd.GeoDataFrame(
        {"cay": ["Na", "Na + Hồng", None], "ha": [21.0, 8.0, 1.0]},
        geometry=[box(0, 0, 200, 1000), box(900, 0, 1100, 1000), box(5000, 0, 5100, 100)],
        crs=9215,
    )
    plots = plots.set_geometry(plots.translate(450_000, 2_400_000))
    plots.to_file(tmp_path / "vuon.gpkg")
    communes = gpd.GeoDataFrame(
        {"commune_code": ["a", "b"]},
        geometry=[box(450_000 + x, 2_400_000, 451_000 + x, 2_401_000) for x in (0, 1000)],
        crs=9215,
    )
    read = layers.load_crop_plots(
        tmp_path / "vuon.gpkg", columns={"crop": "cay", "ledger_ha": "ha"}
    )
    table = read.areas_by_crop(communes).round(6)
    assert table.to_numpy().tolist() == [
        ["", "", 1.0, 1.0],
        ["a", "custard_apple", 25.0, 23.0],
        ["a", "persimmon", 5.0, 2.0],
        ["b", "custard_apple", 5.0, 2.0],
        ["b", "persimmon", 5.0, 2.0],
    ]


def test_missing_columns_of_other_tables_are_told_too() -> None:
    with pytest.raises(layers.SchemaError, match="present"):
        zones.compare_targets(
            TARGETS, PRESENT.drop(columns="present"), tolerated=zones.ToleratedBounds()
        )
    frame = gpd.GeoDataFrame({"commune_code": ["a"]}, geometry=[None], crs=4326)
    empty = pd.DataFrame()
    with pytest.raises(layers.VungTrongError, match="commune_code"):
        maps.build_map(maps.MapContent(frame, empty, empty, empty, title_vi="x", title_en="x"))
    none = zones.AllocationInputs(*[empty] * 6)
    with pytest.raises(layers.InputError, match="expected columns"):
        zones.allocate(none, settings=zones.AllocationSettings(2026, 2030))
    assert len(repr(none)) < 300
