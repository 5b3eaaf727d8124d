"""Rooms of the demo by themselves: quotas, land, addresses, planting years."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import shapely

from layers import data_path, load_crops
from zones.demo.land import assign_land, build_land_cover
from zones.demo.layers import build_compartments
from zones.demo.noise import Terrain, build_terrain
from zones.demo.planting import LAYER_YEAR, build_planting
from zones.demo.quotas import REMAINDER, build_quotas, crop_hectares, load_totals

BOX = (0.0, 0.0, 30_000.0, 30_000.0)


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(11)


@pytest.fixture
def facts() -> pd.DataFrame:
    table = pd.read_csv(data_path("communes-20.csv"), dtype={"code": "str"})
    return table.assign(area_ha=table["official_area_ha"])


def test_the_tables_name_only_known_crops_and_communes(facts: pd.DataFrame) -> None:
    crops = set(load_crops()["crop"])
    totals = load_totals().drop("natural_forest")
    weights = pd.read_csv(data_path("demo", "crop_weights-20.csv"), dtype={"commune_code": "str"})
    assert set(totals.index) <= crops
    assert set(weights["crop"]) == set(totals.index)
    assert set(weights["commune_code"]) <= {*facts["code"], "*"}
    assert not weights.duplicated(["crop", "commune_code"]).any()
    assert (weights.groupby("crop")["commune_code"].agg(lambda codes: "*" in set(codes))).all()


def test_quotas_close_by_commune_and_by_kind(facts: pd.DataFrame, rng: np.random.Generator) -> None:
    quotas = build_quotas(facts, height=np.ones(65), rng=rng)
    table, totals = quotas.table(), load_totals()["area_ha"]
    assert table.sum(axis=1).to_numpy() == pytest.approx(facts["area_ha"].to_numpy())
    assert table["natural_forest"].sum() == pytest.approx(totals["natural_forest"])
    for crop in quotas.planted.columns:
        assert table[crop].sum() == pytest.approx(totals[crop])
    assert table.to_numpy().min() >= 0
    assert quotas.planted.sum(axis=1).div(facts["area_ha"]).max() < 0.721


def test_crops_follow_their_weights(facts: pd.DataFrame, rng: np.random.Generator) -> None:
    spread = crop_hectares(pd.Series({"grass_jelly": 100.0}), facts, rng)
    by_code = spread["grass_jelly"].set_axis(facts["code"])
    assert by_code.sum() == pytest.approx(100)
    assert (by_code[["06037", "06019"]] > 10).all()
    assert by_code["05977"] == 0


def terrain(rng: np.random.Generator) -> Terrain:
    kinds = [*REMAINDER, "natural_forest", "pine"]
    return build_terrain(BOX, kinds, rng)


def test_land_fills_quotas_from_the_valleys_up(
    facts: pd.DataFrame, rng: np.random.Generator
) -> None:
    quotas = build_quotas(facts, height=np.ones(65), rng=rng)
    ground = build_terrain(BOX, list(quotas.table().columns), rng)
    area = quotas.table().loc[10].sum()
    points = rng.uniform(0, 30_000, (3_000, 2))
    parcels = pd.DataFrame(
        {"commune": 10, "area_ha": area / 3_000, "x": points[:, 0], "y": points[:, 1]}
    )
    land = assign_land(parcels, quotas, ground, rng)
    found = parcels["area_ha"].groupby(land).sum().reindex(quotas.table().columns).fillna(0)
    assert (found - quotas.table().loc[10]).abs().max() <= area / 3_000 * 3
    valley = pd.Series(ground.valley(points)).groupby(land).mean()
    assert valley["water"] < valley["farmland"] < valley["natural_forest"]


def test_addresses_are_unique_and_nested(rng: np.random.Generator) -> None:
    points = rng.uniform(0, 12_000, (2_000, 2))
    table = build_compartments(points, rng)
    assert not table.duplicated().any()
    assert table.to_numpy().min() == 1
    place = table.assign(x=points[:, 0], y=points[:, 1]).groupby(["tk", "khoanh"])
    assert (place["x"].max() - place["x"].min()).max() < 4_500
    for _, lots in place["lo"]:
        assert sorted(lots) == list(range(1, len(lots) + 1))


def test_planting_keeps_totals_and_ages(rng: np.random.Generator) -> None:
    lands = rng.choice(["pine", "acacia", "anise", "cinnamon", "farmland"], 8_000)
    plots = pd.DataFrame({"land": lands, "area_ha": rng.uniform(1, 20, 8_000)})
    made = build_planting(plots, rng)
    planted = plots["land"] != "farmland"
    assert (made["planted"] == planted).all()
    assert made.loc[~planted, "species"].isna().all()
    assert (made.loc[~planted, "planting_year"] == 0).all()
    young = planted & ~made["established"]
    for crop, ratio in (("pine", 0.085), ("acacia", 0.13)):
        of_crop = plots["land"] == crop
        share = plots.loc[young & of_crop, "area_ha"].sum() / plots.loc[of_crop, "area_ha"].sum()
        assert share == pytest.approx(ratio, abs=0.01)
    age = LAYER_YEAR - made["planting_year"]
    acacia = plots["land"] == "acacia"
    assert age[young & acacia].max() <= 4
    assert age[made["established"] & acacia].between(2, 12).all()
    mixed = made["species"] == "Thông mã vĩ+Keo tai tượng"
    halves = plots.loc[mixed, "area_ha"].groupby(plots["land"]).sum()
    assert halves["pine"] == pytest.approx(halves["acacia"], rel=0.1)


def test_the_raster_burns_orchards_over_parcels(rng: np.random.Generator) -> None:
    parcels = pd.DataFrame(
        {
            "shape": [shapely.box(0, 0, 6_000, 6_000), shapely.box(6_000, 0, 9_000, 6_000)],
            "cover": ["pine", "bare"],
        }
    )
    orchard = np.array([shapely.box(3_000, 3_000, 3_300, 3_300)])
    cover = build_land_cover(parcels, orchard, terrain(rng), rng)
    assert cover.cells.shape == (201, 301)
    left, right = cover.cells[:200, :200], cover.cells[:200, 200:300]
    assert (left == 2).mean() > 0.85
    assert set(np.unique(left)) <= {2, 3, 5, 8}
    assert set(np.unique(right)) <= {7, 8}
    burnt = cover.cells[90:100, 100:110]
    assert (burnt == 5).mean() > 0.8
    assert cover.cells[200].max() == 0


def test_holes_and_parts_of_parcels_are_burned_where_they_are(rng: np.random.Generator) -> None:
    ring = shapely.Polygon(
        shapely.box(0, 0, 900, 900).exterior, [[(300, 300), (600, 300), (600, 600), (300, 600)]]
    )
    parts = shapely.MultiPolygon([ring, shapely.box(1200, 0, 1500, 300)])
    parcels = pd.DataFrame({"shape": [parts], "cover": ["water"]})
    terrain = build_terrain(BOX, [*REMAINDER, "natural_forest"], rng)
    cells = build_land_cover(parcels, np.array([], dtype=object), terrain, rng).cells
    assert int((cells != 0).sum()) == 30 * 30 - 10 * 10 + 10 * 10
    assert not cells[-15, 15]
    assert cells[-5, 45]
