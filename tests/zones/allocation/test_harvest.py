"""Harvest of the plan's years: the forecast's own hectares, cut once and planted once."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from layers.base.errors import InputError
from tests.factories import PROJECT, forest_plots, square, write_project
from tests.zones.allocation.allocation_cases import YEARS, inputs_of
from tests.zones.forest.trajectory.cases import YEAR, cover_of, measured
from zones.allocation.allocate import allocate
from zones.allocation.cover_target import CoverLand
from zones.allocation.harvest import Harvest, check_source, less_cut, planned_harvest
from zones.allocation.inputs import AVAILABLE, AllocationSettings
from zones.allocation.land import load_land_sources, sources_table
from zones.allocation.targets import add_land
from zones.cli.main import run as command
from zones.cli.terminal.language import set_language
from zones.forest.trajectory.forecast import Promise, likely_path, prepare
from zones.forest.trajectory.promise import placed_planting
from zones.project.model import load_project
from zones.project.trajectory import TrajectorySection
from zones.run.context import RunOptions
from zones.run.run import run_project
from zones.tables import TARGETS

# Acacia is cut from its seventh year on, half of what is ripe in a year: of 80 ha 40, 20, 10, 5,
# 2.5. The 12 ha of protection forest and the pine of 20 years stand; those of 2020 ripen in 2027.
ROWS = measured(
    ("A", "planted_forest", "acacia", YEAR - 8, 80),
    ("A", "planted_forest", "acacia", YEAR - 8, 12, "protection"),
    ("A", "planted_forest", "acacia", YEAR - 5, 16),
    ("A", "planted_forest", "eucalyptus", YEAR - 9, 8),
    ("B", "planted_forest", "pine", YEAR - 20, 100),
    ("B", "bare", "", None, 10),
)
SECTION = TrajectorySection.model_validate(
    {
        "harvest_share": 0.5,
        "rotation": {"acacia": 7, "eucalyptus": 7, "pine": 30},
        "survival": {"low": 1, "likely": 1, "high": 1},
        "planting_ha": 0.0,
    }
)
CROPS = {"acacia": "acacia", "pine": "pine"}
OF_OLD = [40.0, 20.0, 10.0, 5.0, 2.5]
OF_YOUNG = [0.0, 8.0, 4.0, 2.0, 1.0]
OF_EUCALYPTUS = [4.0, 2.0, 1.0, 0.5, 0.25]


def harvest(
    section: TrajectorySection = SECTION,
    years: AllocationSettings = YEARS,
    left_out: tuple[str, ...] = (),
) -> Harvest:
    tables = {
        "measured": ROWS,
        "forest_cover": cover_of(ROWS),
        "targets": TARGETS.empty(),
        "zone_names": pd.DataFrame({"zone": list(CROPS), "crop": list(CROPS.values())}),
    }
    land = CoverLand(tables, section, layer="forest", year=YEAR, until=years.last_year)
    return planned_harvest(land, years, crops=CROPS, left_out=left_out)


def test_what_is_ripe_is_cut_and_free_the_year_after() -> None:
    made = harvest()
    lost = made.losses.set_index(["zone", "commune_code", "year"])["loss_ha"]
    assert lost.loc["acacia", "A"].to_dict() == pytest.approx(
        {
            2026 + at: old + young
            for at, (old, young) in enumerate(zip(OF_OLD, OF_YOUNG, strict=True))
        }
    )
    # Pine is not ripe, and eucalyptus is no zone of the plan: its land is free all the same.
    assert set(made.losses["zone"]) == {"acacia"}
    free = made.land.set_index("from_year")["area_ha"]
    assert free.to_dict() == pytest.approx(
        {
            2027 + at: sum(cut)
            for at, cut in enumerate(list(zip(OF_OLD, OF_YOUNG, OF_EUCALYPTUS, strict=True))[:-1])
        }
    )
    assert set(made.land["source"]) == {"cut_over"}
    (told,) = made.findings
    assert told.kind == "harvest-taken"
    assert told.area_ha == pytest.approx(sum(OF_OLD) + sum(OF_YOUNG) + sum(OF_EUCALYPTUS))
    assert "Keo 92,5 ha" in told.message.vi
    assert "Acacia 92.5 ha" in told.message.en
    # A species that is no zone has a name all the same.
    assert "Bạch đàn 7,8 ha" in told.message.vi


def test_what_is_cut_between_the_layer_and_the_plan_leaves_in_its_first_year() -> None:
    """The layer is of 2025, the plan begins in 2028: 68 ha of acacia and 6 of another are gone."""
    made = harvest(years=AllocationSettings(2028, 2030))
    assert made.losses["year"].tolist() == [2028, 2029, 2030]
    assert made.losses["loss_ha"].tolist() == pytest.approx([68.0 + 14.0, 7.0, 3.5])
    free = made.land.set_index("from_year")["area_ha"]
    assert free.to_dict() == pytest.approx({2028: 68.0 + 6.0, 2029: 14.0 + 1.0, 2030: 7.0 + 0.5})
    told = {item.kind: item for item in made.findings}
    assert told["harvest-before-plan"].area_ha == pytest.approx(74.0)
    assert "fall in 2026–2027, after the layer" in told["harvest-before-plan"].message.en
    assert "they leave their zones in 2028" in told["harvest-before-plan"].message.en.lower()
    assert "are cut in 2026–2030" in told["harvest-taken"].message.en
    # Where the plan begins the year after the layer, nothing lies between.
    assert "harvest-before-plan" not in {item.kind for item in harvest().findings}


def test_crops_of_which_something_else_tells_are_left_as_they_stand() -> None:
    made = harvest(left_out=("acacia",))
    assert made.losses.empty
    assert made.land["area_ha"].sum() == pytest.approx(sum(OF_EUCALYPTUS[:-1]))
    kinds = {item.kind: item.area_ha for item in made.findings}
    assert kinds["harvest-left-out"] == pytest.approx(sum(OF_OLD) + sum(OF_YOUNG))


def test_a_rotation_shorter_than_the_plan_is_told() -> None:
    section = SECTION.model_copy(update={"rotation": {**SECTION.rotation, "acacia": 4}})
    told = {item.kind: item for item in harvest(section).findings}
    assert "Acacia" in told["harvest-once"].message.en
    assert "harvest-once" not in {item.kind for item in harvest().findings}


def test_what_is_cut_is_not_converted_as_well() -> None:
    # Stands planted in 2020 are ripe in 2027: of 16 ha one is left in 2030. Those of 2023 are ripe
    # in 2030 and half of them is cut; those of 2024 are not.
    pieces = [("A", "young_acacia", 16.0, 2026.0), ("A", "young_acacia", 6.0, 2029.0)]
    pieces += [("A", "young_acacia", 5.0, 2030.0), ("B", "young_acacia", 9.0, 2026.0)]
    land = pd.DataFrame(pieces, columns=["commune_code", "source", "area_ha", "until_year"])
    land = AVAILABLE.validate(land.assign(origin="forest", from_year=np.nan))
    left = less_cut(land, load_land_sources(), harvest())
    assert left["area_ha"].tolist() == pytest.approx([1.0, 3.0, 5.0, 9.0])


def test_replanting_finds_the_land_that_the_forecast_cuts() -> None:
    """Hectares of the plan on cut land, followed by the forecast: not one too many."""
    made = harvest()
    inputs = inputs_of(
        land={("B", "bare_production"): 10.0, ("A", "cut_over"): 0.0},
        targets={"acacia": (96.0, 108.0), "pine": (100.0, 110.0)},
        present={("acacia", "A"): 108.0, ("pine", "B"): 100.0},
    )
    land = AVAILABLE.validate(inputs.available.assign(until_year=np.nan))
    inputs = add_land(replace(inputs, available=land, losses=made.losses), made.land)
    allocation = allocate(inputs, settings=YEARS)
    plan = allocation.plan
    on_cut = plan[plan["source"] == "cut_over"]
    # 108 ha less the 92.5 that are cut, and 80.5 planted again: the lower end of the target.
    acacia = plan.loc[plan["zone"] == "acacia", "planned_ha"].sum()
    assert acacia == pytest.approx(80.5, abs=1e-4)
    assert on_cut["planned_ha"].sum() >= 80.5 - 10 - 1e-4
    assert on_cut["year"].min() >= 2027
    by_year = on_cut.groupby("year")["planned_ha"].sum().cumsum()
    free = made.land.set_index("from_year")["area_ha"].cumsum()
    assert (by_year <= free.reindex(by_year.index) + 1e-6).all()
    placed = placed_planting(plan, set(), pd.Series(CROPS))
    setup = prepare(
        ROWS, cover_of(ROWS), Promise(placed, pd.Series(dtype="float64")), SECTION,
        year=YEAR, to=2030,
    )  # fmt: skip
    path = likely_path(setup)
    assert path.short_harvested_ha.sum() == pytest.approx(0.0, abs=1e-9)
    whole = sum(OF_OLD) + sum(OF_YOUNG) + sum(OF_EUCALYPTUS)
    assert path.cut_ha.sum() == pytest.approx(whole)
    assert path.harvested_ha[:, -1, 0].sum() == pytest.approx(
        whole - on_cut["planned_ha"].sum(), abs=1e-6
    )


def test_without_the_source_there_is_nowhere_to_put_the_land() -> None:
    rules = load_land_sources()
    check_source(sources_table(rules))
    with pytest.raises(InputError, match="'cut_over', which harvested land joins"):
        check_source(sources_table(rules[rules["source"] != "cut_over"]))


RIPE = "trajectory: {rotation: {pine: 10}, harvest_share: 0.2, planting_ha: 0, draws: 20}\n"


def _run(folder: Path, more: str, *steps: str) -> Path:
    path = write_project(folder)
    path.write_text(PROJECT + more, "utf-8")
    return run_project(load_project(path), options=RunOptions(only=steps)).out / "tables"


def test_a_project_takes_the_harvest_of_its_own_forecast(tmp_path: Path) -> None:
    tables = _run(tmp_path / "p", RIPE + "allocation: {harvest: forecast}\n", "trajectory")
    lost = pd.read_csv(tables / "allocation_losses.csv")
    causes = pd.read_csv(tables / "trajectory_causes.csv")
    cut = -causes.loc[causes["cause"] == "harvest", "change_ha"].sum()
    assert cut > 0
    # Losses are printed to a tenth of a hectare.
    assert lost["loss_ha"].sum() == pytest.approx(cut, abs=0.5)
    planned = pd.read_csv(tables / "allocation.csv")
    again = planned[planned["land"] == "cut_over"]
    assert again["planned_ha"].sum() > 0
    assert again["year"].min() >= 2027
    told = pd.read_csv(tables / "trajectory_findings.csv").set_index("kind")["area_ha"]
    # Planting is printed to a tenth of a hectare, so it may pass what is cut by as much.
    assert told.get("harvested-land-short", 0.0) <= 0.5
    assert "harvest-not-offered" not in told.index


def test_a_project_that_leaves_its_stands_is_told_what_the_forecast_cuts(tmp_path: Path) -> None:
    tables = _run(tmp_path / "p", RIPE, "trajectory")
    assert pd.read_csv(tables / "allocation_losses.csv").empty
    told = pd.read_csv(tables / "trajectory_findings.csv").set_index("kind")
    assert "allocation.harvest: forecast" in told.loc["harvest-not-offered", "message_en"]


def test_land_of_the_losses_of_a_project_is_planted_again(tmp_path: Path) -> None:
    """Cut by the project's own table: pine suits the land that it stood on."""
    (tmp_path / "p").mkdir()
    (tmp_path / "p" / "mất.csv").write_text(
        "zone,commune_code,source,year,loss_ha\npine,06211,cut_over,2026,7\n", "utf-8"
    )
    tables = _run(tmp_path / "p", "allocation: {tables: {losses: mất.csv}}\n", "allocate")
    planned = pd.read_csv(tables / "allocation.csv", dtype={"commune_code": str})
    again = planned[planned["land"] == "cut_over"]
    assert set(again["commune_code"]) == {"06211"}
    assert again["planned_ha"].sum() == pytest.approx(7.0)


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ("allocation: {harvest: forecast}\ntrajectory: {make: false}\n", "no forecast to take it"),
        ("allocation: {harvest: always}\n", "harvest"),
    ],
)
def test_harvest_without_a_forecast_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], more: str, told: str
) -> None:
    set_language("en")
    path = write_project(tmp_path / "p")
    path.write_text(PROJECT + more, "utf-8")
    assert command(["allocate", str(path)]) == 2
    assert told in capsys.readouterr().err


@pytest.mark.parametrize(
    "more",
    [
        "allocation: {cover_importance: 2}\ntrajectory: {make: false}\n",
        "allocation: {cover_importance: 2, last_year: 2029}\n",
    ],
)
def test_cover_is_not_weighed_without_a_target_to_weigh(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], more: str
) -> None:
    set_language("en")
    path = write_project(tmp_path / "p")
    path.write_text(PROJECT + more, "utf-8")
    assert command(["allocate", str(path)]) == 2
    assert "allocation.cover_importance is 2.00, but there is nothing" in capsys.readouterr().err


def _run_on(folder: Path, plots: gpd.GeoDataFrame, more: str) -> Path:
    """Run the allocation on other plots of forest."""
    path = write_project(folder)
    plots.to_file(folder / "forest.gpkg", layer="lop_dien_bien")
    path.write_text(PROJECT + more, "utf-8")
    return run_project(load_project(path), options=RunOptions(only=("allocate",))).out / "tables"


def test_land_that_a_zone_without_a_target_frees_is_there_once(tmp_path: Path) -> None:
    """Losses of the project and harvest of the forecast tell of the same stands."""
    folder, plots = tmp_path / "p", forest_plots()
    plots.loc[1, "sldlr"] = "Hoàng đàn"
    folder.mkdir()
    (folder / "mất.csv").write_text(
        "zone,commune_code,source,year,loss_ha\ncypress,06148,cut_over,2026,4\n", "utf-8"
    )
    more = (
        "trajectory: {rotation: {cypress: 10}, harvest_share: 0.5, planting_ha: 0, draws: 20}\n"
        "allocation: {harvest: forecast, tables: {losses: mất.csv}}\n"
    )
    tables = _run_on(folder, plots, more)
    planned = pd.read_csv(tables / "allocation.csv")
    again = planned.loc[planned["land"] == "cut_over", "planned_ha"].sum()
    assert again == pytest.approx(4.0)
    told = pd.read_csv(tables / "allocation_findings.csv").set_index("kind")
    assert told.loc["harvest-left-out", "area_ha"] > 0


def test_a_commune_whose_only_land_is_cut_keeps_the_pace_of_its_past(tmp_path: Path) -> None:
    """One hectare was planted in a year, in a commune without bare land: no more is replanted."""
    plots = forest_plots()
    young = plots.iloc[[3]].assign(
        maxa="06184", xa="Đồng Đăng", lo="6", namtr=2024, dtich=1.0,
        geometry=[square(1700, 100, 100, 100)],
    )  # fmt: skip
    more = (
        "trajectory: {rotation: {pine: 10}, harvest_share: 1, planting_ha: 0, draws: 20}\n"
        "allocation: {harvest: forecast, pace_years: 5, tables: {land_sources: đất.csv}}\n"
    )
    (tmp_path / "p").mkdir()
    rules = load_land_sources()
    rules = rules[rules["source"].isin(["bare_production", "cut_over"])]
    rules.to_csv(tmp_path / "p" / "đất.csv", index=False)
    tables = _run_on(tmp_path / "p", pd.concat([plots, young], ignore_index=True), more)
    planned = pd.read_csv(tables / "allocation.csv", dtype={"commune_code": str})
    again = planned[planned["land"].eq("cut_over") & planned["commune_code"].eq("06184")]
    assert again.groupby("year")["planned_ha"].sum().to_dict() == pytest.approx(
        dict.fromkeys(range(2027, 2031), 1.0)
    )


def test_a_plan_that_ends_with_the_layer_has_no_harvest(tmp_path: Path) -> None:
    more = RIPE + "allocation: {harvest: forecast, last_year: 2025}\n"
    tables = _run_on(tmp_path / "p", forest_plots(), more)
    assert pd.read_csv(tables / "allocation_losses.csv").empty
    assert "harvest-taken" not in set(pd.read_csv(tables / "allocation_findings.csv")["kind"])
