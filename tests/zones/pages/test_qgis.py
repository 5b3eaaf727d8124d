"""The QGIS project of a run: its figures are the published ones, and nothing is lost."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pyogrio
import pytest

from tests.factories import write_project
from zones.project.model import load_project
from zones.run.context import RunOptions
from zones.run.run import run_project


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = write_project(tmp_path_factory.mktemp("Dự án") / "vùng trồng")
    text = path.read_text("utf-8") + "\nqgis: {make: true}\n"
    path.write_text(text, "utf-8")
    return run_project(load_project(path), options=RunOptions()).out


def test_it_is_made_where_the_project_asks_for_it(out: Path) -> None:
    assert sorted(item.name for item in (out / "qgis").iterdir()) == ["project.gpkg", "project.qgz"]


def test_figures_are_those_of_the_tables(out: Path) -> None:
    figures = pyogrio.read_dataframe(out / "qgis" / "project.gpkg", layer="zone_figures")
    figures = figures.set_index(["zone", "commune_code"])
    codes = {"commune_code": "str"}
    plan = pd.read_csv(out / "allocation.csv", dtype=codes).dropna(subset=["planned_ha"])
    by_year = plan.groupby(["zone", "commune_code", "year"])["planned_ha"].sum()
    assert len(by_year)
    for (zone, code, year), hectares in by_year.items():
        assert figures.loc[(zone, code), f"planned_{year}_ha"] == pytest.approx(hectares)
    allocated = figures[figures["planned_ha"].notna()]
    assert allocated["planned_ha"].sum() == pytest.approx(plan["planned_ha"].sum())
    # A zone without an allocation has no plan: missing, not zero.
    rest = figures[~figures.index.get_level_values("zone").isin(plan["zone"])]
    assert rest["planned_ha"].isna().all()


def test_every_plot_that_was_read_is_there(out: Path) -> None:
    layers = [name for name, _ in pyogrio.list_layers(out / "qgis" / "project.gpkg")]
    plots = pyogrio.read_dataframe(out / "qgis" / "project.gpkg", layer="plots_1")
    areas = pd.read_csv(out / "areas.csv")
    forest = areas[areas["layer"].eq("forest") & ~areas["land"].isin(["unclassified", "overlap"])]
    assert plots["ledger_ha"].sum() == pytest.approx(forest["ledger_ha"].sum())
    assert "communes" in layers
