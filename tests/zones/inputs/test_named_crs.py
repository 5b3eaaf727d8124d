"""The CRS that a project names for a layer leads, for every kind of polygon layer."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pytest

from tests.factories import square, write_project
from zones.inputs.read import read_inputs
from zones.project.model import load_project

LAYERS = """\
  trees: {kind: crop_plots, path: trees.gpkg, date: 2025-12-31, crs: EPSG:9215,
          columns: {crop: crop}}
  land: {kind: land_use, path: land.gpkg, date: 2025-12-31, crs: EPSG:9215, columns: {code: code}}
"""


def test_named_crs_leads_over_that_of_the_file(tmp_path: Path) -> None:
    path = write_project(tmp_path / "dự án")
    square_ha = gpd.GeoDataFrame(
        {"crop": ["persimmon"], "code": ["CLN"]}, geometry=[square(100, 100, 100, 100)], crs=3857
    )
    for name in ("trees", "land"):
        square_ha.to_file(path.parent / f"{name}.gpkg")
    text = path.read_text("utf-8").replace("layers:\n", "layers:\n" + LAYERS)
    path.write_text(text + "present: {persimmon: trees}\n", "utf-8")
    inputs = read_inputs(load_project(path))
    for name in ("trees", "land"):
        plots = inputs.plots[name].plots
        assert plots.crs is not None
        assert plots.crs.to_epsg() == 9215
        assert plots.geometry.area.sum() == pytest.approx(10_000)
