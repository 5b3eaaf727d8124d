"""Plots of crops on squares of land: their ground is not offered once more."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import pandas as pd
import pytest

from layers.base.findings import Findings
from layers.kinds.plots import CROP_WEIGHTS, PlotLayer
from tests.zones.allocation.test_land_shared import (
    COMMUNES,
    KINDS,
    NOTHING,
    RULES,
    layer,
    measured,
    shape,
)
from zones.allocation.land import available_land
from zones.allocation.land_plots import settled_land
from zones.measure.closure import ClosureLog
from zones.measure.crops_on_land import measure_crops_on_land, standing_crops
from zones.measure.measure import Ground


def crops(*plots: tuple[str, object]) -> PlotLayer:
    """Plots of a crop layer as (crop, shape)."""
    made = layer(*(("crop", "outside", it) for _, it in plots))
    weights = pd.DataFrame({"row": range(len(plots)), "crop": [it for it, _ in plots]})
    weights = weights[weights["crop"] != ""].assign(weight=1.0)
    return replace(made, crop_weights=CROP_WEIGHTS.validate(weights))


def land_of(
    layers: dict[str, PlotLayer], *orchards: PlotLayer, present: pd.DataFrame = NOTHING
) -> tuple[dict[tuple[str, str], float], Findings, gpd.GeoDataFrame]:
    """Hectares by commune and source, what was told, and the pieces that are left."""
    ground = Ground(COMMUNES, COMMUNES.crs, ClosureLog())
    crop_layers = {f"orchards {number}": it for number, it in enumerate(orchards)}
    stands = standing_crops(crop_layers, {}, COMMUNES.crs)
    under, told = measure_crops_on_land(layers, stands, ground), Findings()
    found = available_land(
        measured(layers), RULES, layers=KINDS, present=present, first_year=2026,
        under_crops=under, findings=told,
    )  # fmt: skip
    kinds = {name: (KINDS[name], it) for name, it in layers.items()}
    left, _ = settled_land(kinds, RULES, COMMUNES, stands)
    return found.groupby(["commune_code", "source"])["area_ha"].sum().to_dict(), told, left


def test_bare_land_under_an_orchard_is_not_offered() -> None:
    """Bare 0–1200 m; 60 ha of macadamia from 800 m on, 40 ha of them on bare land."""
    forest = layer(("bare", "production", shape(0, 1200)), ("water", "outside", shape(1200, 2000)))
    stands = crops(("macadamia", shape(800, 1400)))
    found, told, left = land_of({"forest": forest}, stands)
    assert found == {
        ("a", "bare_production"): pytest.approx(80),
        ("b", "bare_production"): pytest.approx(0, abs=1e-9),
    }
    (note,) = told.items
    assert (note.severity, note.kind, note.source) == ("note", "land-under-crops", "forest")
    assert note.area_ha == pytest.approx(40)
    assert note.examples == ("a", "b")
    for text, words in (
        (note.message.en, ["Bare land in production forest", "40.0 ha", "2 communes"]),
        (note.message.vi, ["Đất trống trong rừng sản xuất", "40,0 ha", "2 xã"]),
    ):
        assert all(word in text for word in words)
    assert left["area_ha"].sum() == pytest.approx(80)
    assert left.area.sum() / 1e4 == pytest.approx(80)


def test_orchards_beyond_the_farmland_leave_it_whole() -> None:
    """A tenth of the farmland without crops may change: of 50 ha less the 2 ha of orchard on it.

    By the sum of the commune (32 ha of orchard) it would be of 18 ha.
    """
    forest = layer(("farmland", "outside", shape(0, 500)), ("other", "outside", shape(500, 1000)))
    stands = crops(("custard_apple", shape(480, 800)))
    found, told, left = land_of({"forest": forest}, stands)
    assert 0.1 * found["a", "farmland"] == pytest.approx(4.8)
    assert told.items == []
    assert left["area_ha"].sum() == pytest.approx(48)
    # What a commune reports stands anywhere: 2 ha more are taken by the sum.
    report = pd.DataFrame({"commune_code": ["a"], "crop": ["citrus"], "present_ha": [2.0]})
    found, _, _ = land_of({"forest": forest}, stands, present=report)
    assert 0.1 * found["a", "farmland"] == pytest.approx(4.6)


def test_plots_that_lie_on_one_another_take_the_ground_once_in_hectares_of_the_ledger() -> None:
    forest = layer(("bare", "production", shape(0, 1000)), ledger=0.9)
    stands = crops(("macadamia", shape(0, 400)), ("tea", shape(300, 600)))
    found, told, left = land_of({"forest": forest}, stands)
    assert found == {("a", "bare_production"): pytest.approx(0.9 * 40)}
    assert told.items[0].area_ha == pytest.approx(0.9 * 60)
    assert left["area_ha"].sum() == pytest.approx(0.9 * 40)


def test_understorey_crops_take_of_the_land_under_canopy_that_they_stand_on() -> None:
    """50 ha of production forest, a twentieth for plants below: 2.5 ha less the 1 ha inside it."""
    forest = layer(
        ("planted_forest", "production", shape(0, 500)),
        ("natural_forest", "protection", shape(500, 1000)),
    )
    stands = crops(("medicinal", shape(490, 600)), ("macadamia", shape(0, 100)))
    found, told, _ = land_of({"forest": forest}, stands)
    assert 0.05 * found["a", "under_canopy"] == pytest.approx(2.5 - 1)
    assert told.items == []


def test_two_layers_that_show_one_orchard_take_its_ground_once() -> None:
    """60 ha of one layer, 40 ha of another, 20 ha of them the same ground: 20 of 100 ha are left.

    A plot whose crop nobody told is no bare land either.
    """
    forest = layer(("bare", "production", shape(0, 1000)))
    first, second = crops(("macadamia", shape(0, 600))), crops(("", shape(400, 800)))
    found, told, left = land_of({"forest": forest}, first, second)
    assert found == {("a", "bare_production"): pytest.approx(20)}
    assert told.items[0].area_ha == pytest.approx(80)
    assert left["area_ha"].sum() == pytest.approx(20)


def test_plots_of_a_crop_whose_area_another_layer_tells_take_nothing() -> None:
    stands = crops(("macadamia", shape(0, 100)), ("tea", shape(100, 300)))
    kept = standing_crops({"old": stands}, {"macadamia": "new"}, COMMUNES.crs)
    assert kept[["layer", "crop"]].to_numpy().tolist() == [["old", "tea"]]
