"""The hectares of a sheet's legend are those of the ground it shows, each counted once."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from tests.maps.atlas import atlas_squares
from zones.inputs.present import zones_on_forest
from zones.pages.atlas_content import symbol_areas
from zones.publish.rounded_figures import round_measures
from zones.tables import FOREST_COVER, PLANTED_SPECIES, TARGETS, ZONE_NAMES, ZONES

CODE = "06148"
ZONE_ROWS = pd.DataFrame(
    {"zone": ["hoi", "mac-ca", "cam"], "crop": ["anise", "macadamia", "citrus"]}
)
FOREST = pd.DataFrame(
    [
        ("planted_forest", "anise", 40.0),
        ("planted_forest", "macadamia", 5.0),
        ("bare", "anise", 3.0),
        ("natural_forest", "", 20.0),
        ("farmland", "", 30.5),
    ],
    columns=["land", "crop", "ledger_ha"],
).assign(commune_code=CODE, area_ha=lambda rows: rows["ledger_ha"])


def _project(present: dict[str, str]) -> Any:
    layers = {
        "forest": SimpleNamespace(kind="forest_status", date="2025-12-31"),
        "orchards": SimpleNamespace(kind="crop_plots", date="2025-12-31"),
    }
    return SimpleNamespace(layers=layers, present=present)


def _figures(forest_zones: dict[str, str]) -> Any:
    cover = pd.DataFrame({"commune_code": [CODE, "20"], "natural_area_ha": [100.0, 100.0]})
    zones = pd.DataFrame(
        [("hoi", 40.0), ("mac-ca", 12.0), ("cam", 8.0)], columns=["zone", "present_ha"]
    ).assign(commune_code=CODE)
    as_zone = FOREST["crop"].isin(forest_zones.values()) & FOREST["land"].eq("planted_forest")
    land = FOREST[~as_zone].groupby("land")["ledger_ha"].sum().rename("area_ha").reset_index()
    return SimpleNamespace(
        zones=zones,
        land=land.assign(commune_code=CODE),
        forest_cover=cover,
        forest_zones=tuple(forest_zones),
    )


def test_a_zone_is_ground_where_the_forest_layer_tells_its_hectares() -> None:
    told = zones_on_forest(_project({"macadamia": "orchards"}), ZONE_ROWS, FOREST)
    assert told == {"hoi": "anise"}
    told = zones_on_forest(_project({"macadamia": "forest"}), ZONE_ROWS, FOREST)
    assert told == {"hoi": "anise", "mac-ca": "macadamia"}


def test_the_legend_adds_up_to_the_natural_area() -> None:
    areas = symbol_areas(_figures({"hoi": "anise"}))
    parts = areas.groupby("part")["area_ha"].sum()
    assert parts["ground"] == pytest.approx(98.5)
    assert parts["ground"] + parts["difference"] == parts["whole"] == 100.0
    # Orchards and what communes report lie on that farmland: they stand apart.
    assert set(areas.loc[areas["part"] == "upon", "symbol"]) == {"mac-ca", "cam"}
    # Plots that bear the crop of another layer's zone stay ground, as forest.
    forest = areas[(areas["symbol"] == "planted_forest") & (areas["part"] == "ground")]
    assert forest["area_ha"].tolist() == [5.0]


def test_bare_land_that_names_a_species_is_bare_land() -> None:
    rounded = round_measures(
        targets=TARGETS.empty().assign(figure_low=1.0),
        zones=ZONES.empty(),
        zone_names=ZONE_NAMES.empty(),
        forest_cover=FOREST_COVER.empty(),
        planted_species=PLANTED_SPECIES.empty(),
        land=FOREST[FOREST["land"] != "natural_forest"],
        forest_zones={"hoi": "anise"},
        decimals=(1, 2),
    )
    land = rounded.land.set_index("land")["area_ha"]
    assert land.to_dict() == {"bare": 3.0, "farmland": 30.5, "planted_forest": 5.0}


def test_a_sheet_tells_what_lies_upon_the_ground(tmp_path: Any) -> None:
    from pypdf import PdfReader

    from maps import save_atlas

    rows = [
        ("06001", "pine", 400.1, "ground"),
        ("06001", "natural_forest", 400.0, "ground"),
        ("06001", "", -0.1, "difference"),
        ("06001", "", 800.0, "whole"),
        ("06001", "anise", 20.0, "upon"),
    ]
    areas = pd.DataFrame(rows, columns=["commune_code", "symbol", "area_ha", "part"])
    path = tmp_path / "a.pdf"
    save_atlas(atlas_squares.content(symbol_areas=areas), path, communes=["06001"], overview=False)
    text = "\n".join(page.extract_text() for page in PdfReader(path).pages)
    places = [text.index(word) for word in ("-0,1", "800,0", "Nằm trên đất đã tính", "20,0")]
    assert places == sorted(places)
