"""Land plot by plot on squares: heights that split it, plots that are locked."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
from rasterio.transform import from_origin
from shapely import box

from layers.base.errors import InputError
from layers.kinds.plots import CROP_WEIGHTS, PLOTS, PlotLayer
from tests.factories import EAST, NORTH, write_project
from tests.zones.allocation.allocation_cases import YEARS, inputs_of
from zones.allocation.allocate import allocate
from zones.allocation.inputs import AllocationInputs
from zones.allocation.land import load_crop_suitability, load_land_sources
from zones.allocation.land_plots import (
    leading_parts,
    lock_plots,
    plot_land,
    split_by_elevation,
)
from zones.cli.main import run

LOCKED = pd.DataFrame({"plot": ["1/1/1"], "zone": ["pine"], "lock": ["must"]})


def square(x: float, y: float, size: float = 1000) -> object:
    return box(EAST + x, NORTH + y, EAST + x + size, NORTH + y + size)


@pytest.fixture(scope="module")
def communes() -> gpd.GeoDataFrame:
    shapes = [square(0, 0), square(1000, 0)]
    return gpd.GeoDataFrame({"commune_code": ["a", "b"]}, geometry=shapes, crs=9215)


@pytest.fixture(scope="module")
def bare() -> PlotLayer:
    """Bare plot 1 in a (25 ha), 2 half in a and half in b (20 ha, ledger 24), 3 protected."""
    plots = pd.DataFrame(
        {
            "row": [0, 1, 2],
            "plot": ["1/1/1", "1/1/2", "1/1/3"],
            "commune_code": ["a", "a", "b"],
            "commune": "",
            "land": ["bare", "regenerating", "bare"],
            "three_forest": ["production", "production", "protection"],
            "planting_year": None,
            "ledger_ha": [25.0, 24.0, 4.0],
        }
    )
    shapes = [
        square(0, 0, 500),
        box(EAST + 900, NORTH, EAST + 1100, NORTH + 1000),
        square(1500, 0, 200),
    ]
    return PlotLayer(
        gpd.GeoDataFrame(PLOTS.validate(plots), geometry=shapes, crs=9215), CROP_WEIGHTS.empty()
    )


@pytest.fixture(scope="module")
def land(communes: gpd.GeoDataFrame, bare: PlotLayer) -> gpd.GeoDataFrame:
    return plot_land({"forest": ("forest_status", bare)}, load_land_sources(), communes)


def inputs() -> AllocationInputs:
    return inputs_of(
        land={("a", "bare_production"): 37.0, ("b", "bare_production"): 12.0},
        targets={"pine": (40.0, np.nan), "anise": (1.0, np.nan), "cinnamon": (1.0, np.nan)},
    )


def test_pieces_are_the_land_that_the_rules_allow(land: gpd.GeoDataFrame) -> None:
    assert land[["plot", "commune_code", "source", "area_ha"]].to_numpy().tolist() == [
        ["1/1/1", "a", "bare_production", pytest.approx(25)],
        ["1/1/2", "a", "bare_production", pytest.approx(12)],
        ["1/1/2", "b", "bare_production", pytest.approx(12)],
    ]


@pytest.mark.parametrize("age", ["age_low", "age_high"])
def test_a_source_that_asks_for_an_age_tells_nothing_of_plots(
    communes: gpd.GeoDataFrame, bare: PlotLayer, age: str
) -> None:
    rules = load_land_sources().assign(**{age: pd.array([5] * 7, dtype="Int64")})
    assert plot_land({"forest": ("forest_status", bare)}, rules, communes).empty


def test_a_locked_plot_is_a_source_of_its_own(land: gpd.GeoDataFrame) -> None:
    locked = lock_plots(inputs(), land, LOCKED)
    areas = locked.available.set_index(["commune_code", "source"])["area_ha"]
    assert areas["a", "bare_production#1/1/1"] == pytest.approx(25)
    assert areas["a", "bare_production"] == pytest.approx(12)
    assert areas.sum() == pytest.approx(49)
    result = allocate(locked, settings=YEARS)
    plan = result.plan.groupby(["zone", "source"])["planned_ha"].sum()
    assert plan["pine", "bare_production#1/1/1"] == pytest.approx(25)
    barred = lock_plots(inputs(), land, LOCKED.assign(lock="must_not"))
    result = allocate(barred, settings=YEARS)
    used = result.plan[result.plan["source"] == "bare_production#1/1/1"]
    assert "pine" not in set(used["zone"])
    assert result.held.set_index("zone")["shortfall_ha"]["pine"] == pytest.approx(16)


def test_a_plot_may_take_a_zone_off_its_closed_list(land: gpd.GeoDataFrame) -> None:
    closed = inputs_of(
        land={("a", "bare_production"): 37.0, ("b", "bare_production"): 12.0},
        targets={"pine": (40.0, np.nan)},
        listed=[{"zone": "pine", "commune_code": "b", "list": "closed"}],
    )
    opened = lock_plots(closed, land, LOCKED.assign(lock="may"))
    result = allocate(opened, settings=YEARS)
    plan = result.plan.groupby(["commune_code", "source"])["planned_ha"].sum()
    # All of b, and of a the one plot only.
    assert plan.to_dict() == pytest.approx(
        {("a", "bare_production#1/1/1"): 25.0, ("b", "bare_production"): 12.0}
    )
    assert result.shortfall_ha == pytest.approx(3)


def test_locked_plots_make_no_land(land: gpd.GeoDataFrame) -> None:
    """Of the bare land of a 20 ha are left: a plot of 25 ha cannot be taken out of them."""
    few = inputs_of(
        land={("a", "bare_production"): 20.0, ("b", "bare_production"): 12.0},
        targets={"pine": (40.0, np.nan)},
    )
    said = r"in 1 commune and sources .*: bare_production, a: 25\.00 ha / 20\.00 ha"
    with pytest.raises(InputError, match=said):
        lock_plots(few, land, LOCKED)
    # Of a source that the allocation has not there at all, no plot can be taken either.
    none = replace(few, available=few.available[few.available["commune_code"] == "b"])
    with pytest.raises(InputError, match=r"bare_production, a: 25\.00 ha / 0\.00 ha"):
        lock_plots(none, land, LOCKED)
    # All of the source is no more than there is.
    all_of_it = LOCKED.assign(plot="1/1/2")
    exact = inputs_of(
        land={("a", "bare_production"): 12.0, ("b", "bare_production"): 12.0},
        targets={"pine": (40.0, np.nan)},
    )
    locked = lock_plots(exact, land, all_of_it)
    assert locked.available["area_ha"].sum() == pytest.approx(24.0)


def test_unknown_plots_are_refused(land: gpd.GeoDataFrame) -> None:
    with pytest.raises(InputError, match=r"1 plot that is no land of any source, first 1/1/3"):
        lock_plots(inputs(), land, LOCKED.assign(plot="1/1/3"))


def test_heights_split_land_and_the_parts_add_up(land: gpd.GeoDataFrame, tmp_path: Path) -> None:
    # 100 m in the west of a, 500 m elsewhere in a, 850 m in b; flat but for the steps.
    heights = np.full((120, 220), 500.0)
    heights[:, : 10 + 25] = 100.0
    heights[:, 10 + 100 :] = 850.0
    path = tmp_path / "độ cao.tif"
    with rasterio.open(
        path, "w", driver="GTiff", width=220, height=120, count=1, dtype="float32",
        crs="EPSG:9215", transform=from_origin(EAST - 100, NORTH + 1100, 10, 10),
    ) as raster:  # fmt: skip
        raster.write(heights.astype("float32"), 1)
    crops = pd.DataFrame(
        {"zone": ["pine", "anise", "cinnamon"], "crop": ["pine", "anise", "cinnamon"]}
    )
    split = split_by_elevation(inputs(), land, load_crop_suitability(), crops, elevation=path)
    areas = split.available.groupby("commune_code")["area_ha"].sum()
    assert areas.to_dict() == pytest.approx({"a": 37.0, "b": 12.0})
    parts = split.available.set_index(["commune_code", "source"])["area_ha"]
    # Cells beside a step of 400 m in 10 m are steep; those columns are two cells wide.
    assert parts["a", "bare_production:-200m:0-30°"] == pytest.approx(25 * 240 / 500)
    assert parts["a", "bare_production:200-700m:0-30°"] > 0
    assert parts["b", "bare_production:800-900m:0-30°"] == pytest.approx(12 * 90 / 100)
    suits = split.suitability.set_index(["zone", "source", "commune_code"])["suitability"]
    assert suits["anise", "bare_production:-200m:0-30°", "a"] == 0
    assert suits["anise", "bare_production:200-700m:0-30°", "a"] == 1
    assert suits["anise", "bare_production:200-700m:30-90°", "a"] == 0
    assert suits["anise", "bare_production:800-900m:0-30°", "b"] == 0
    assert suits["cinnamon", "bare_production:800-900m:0-30°", "b"] == 0.5
    assert suits["pine", "bare_production:-200m:0-30°", "a"] == 1
    result = allocate(split, settings=YEARS)
    assert result.held.set_index("zone").loc["pine", "status"] == "reached"
    names = split.sources.set_index("source")
    name = names.loc["bare_production:200-700m:0-30°", "name_en"]
    assert name.endswith("200-700m, 0-30°")
    # Plot by plot: each piece lies in the class of most of it.
    of_piece = leading_parts(land, split.sources["source"], elevation=path)
    second = land["plot"].eq("1/1/2")
    assert of_piece[second].groupby(land["commune_code"]).first().to_dict() == {
        "a": "bare_production:200-700m:0-30°",
        "b": "bare_production:800-900m:0-30°",
    }
    unsplit = leading_parts(land, ["bare_production"], elevation=path)
    assert set(unsplit) == {"bare_production"}


def test_without_heights_crops_with_limits_do_not_grow(
    land: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    path = tmp_path / "far.tif"
    with rasterio.open(
        path, "w", driver="GTiff", width=5, height=5, count=1, dtype="float32",
        crs="EPSG:9215", transform=from_origin(0, 50, 10, 10),
    ) as raster:  # fmt: skip
        raster.write(np.full((5, 5), 300, dtype="float32"), 1)
    crops = pd.DataFrame({"zone": ["pine", "anise"], "crop": ["pine", "anise"]})
    split = split_by_elevation(inputs(), land, load_crop_suitability(), crops, elevation=path)
    result = allocate(split, settings=YEARS)
    held = result.held.set_index("zone")["shortfall_ha"]
    assert held["anise"] == 1
    assert held["pine"] == 0


def test_the_command_reads_heights_and_locks_of_plots(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write_project(tmp_path / "p")
    (path.parent / "locks.csv").write_text(
        "plot,zone,commune_code,lock\n1/1/5,pine,,must\n", "utf-8"
    )
    with path.open("a", encoding="utf-8") as file:
        file.write("allocation: {tables: {locks: locks.csv}}\n")
    assert run(["allocate", str(path), "--json"]) == 0
    assert "bare_production#1/1/5" in capsys.readouterr().out
    (path.parent / "locks.csv").write_text(
        "plot,zone,commune_code,lock\n9/9/9,pine,,must\n", "utf-8"
    )
    assert run(["allocate", str(path)]) == 2
    assert "9/9/9" in capsys.readouterr().err
