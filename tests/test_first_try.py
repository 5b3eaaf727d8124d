"""Python at the first try: examples run, schemas that are named are there, faults are ours."""

from __future__ import annotations

import doctest
import importlib
import inspect
import re
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest

import layers
import maps
import zones
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


@pytest.mark.parametrize(("package", "name"), WITH_EXAMPLE)
def test_the_example_of_an_exported_name_runs(package: str, name: str) -> None:
    thing = getattr(importlib.import_module(package), name)
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
