"""Ground that two communes, or two layers of crop plots, claim is told before it is measured."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pytest

from layers.base.findings import Finding
from tests.factories import communes, square, write_project
from zones.inputs.read import read_inputs
from zones.project.model import load_project

LAYERS = "\nlayers:\n"


def findings(path: Path, kind: str) -> list[Finding]:
    return [item for item in read_inputs(load_project(path)).findings.items if item.kind == kind]


def test_ground_of_two_communes_is_told_before_the_run(tmp_path: Path) -> None:
    """06148 reaches 100 m into 06184: 10 ha that the run gives to the lower code."""
    path = write_project(tmp_path / "p")
    assert findings(path, "double-claim") == []
    ground = communes()
    ground.loc[ground["code"] == "06148", "geometry"] = square(0, 0, 1100, 1000)
    ground.to_file(path.parent / "communes.gpkg", layer="communes")
    (told,) = findings(path, "double-claim")
    assert (told.source, told.severity) == ("communes", "problem")
    assert told.area_ha == pytest.approx(10)
    assert told.examples == ("06148/06184",)


@pytest.mark.parametrize(
    ("second", "hectares"), [("chè", 2.0), ("na", None), ("cây dược liệu", None)]
)
def test_ground_of_two_crop_layers_is_told(
    tmp_path: Path, second: str, hectares: float | None
) -> None:
    """4 ha of custard apple, and 4 ha of another crop over the half of it.

    Of one crop only one layer is measured, and what grows below trees shares their ground.
    """
    path = write_project(tmp_path / "p")
    for name, crop, place in (("one", "na", 0), ("two", second, 100)):
        plots = gpd.GeoDataFrame(
            {"crop": [crop], "commune_code": ["06148"]},
            geometry=[square(place, 0, 200, 200)],
            crs=9215,
        )
        plots.to_file(path.parent / f"{name}.gpkg")
    text = path.read_text("utf-8")
    assert text.count(LAYERS) == 1
    entries = "".join(
        f"  {name}: {{kind: crop_plots, path: {name}.gpkg, date: 2025-12-31, "
        "columns: {crop: crop}}\n"
        for name in ("one", "two")
    )
    path.write_text(text.replace(LAYERS, LAYERS + entries), "utf-8")
    found = findings(path, "crop-layers-overlap")
    if hectares is None:
        assert found == []
        return
    (told,) = found
    assert (told.source, told.severity, told.count) == ("one, two", "problem", 1)
    assert told.area_ha == pytest.approx(hectares)
    assert "2.0000 ha" in told.message.en
