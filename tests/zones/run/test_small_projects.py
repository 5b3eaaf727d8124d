"""Small legal projects that lack what larger ones have: each is answered."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import shapely

from tests.factories import PROJECT, forest_plots, square, write_project
from zones.project.model import load_project
from zones.publish.publish import PublishedFigures
from zones.run.run import RunOptions, RunResult, run_project
from zones.tables import COVER_CHANGE, FOREST_COVER

PLOTS = forest_plots()
SPECIES = PLOTS["sldlr"]
OWN = PROJECT.replace("[lang-son-2026-2030, lang-son-2023]", "[plan.yaml]")
ACACIA = PLOTS.assign(sldlr=SPECIES.where(SPECIES.isna(), "Keo"))


def without(*layers: str) -> str:
    return re.sub("".join(f"|  {name}: .*\n" for name in layers)[1:], "", OWN)


def plan(*zones: tuple[str, str | None, str], low: float | None = 60.0) -> dict[str, Any]:
    """Plan of the zones ``zone, crop, land kind``, each asking for an area."""
    target = {
        "indicator": "area",
        "bound": "at_least",
        "low": low,
        "unit": "ha",
        "year": 2030,
        "clause": "1",
    }
    return {
        "plan": "small",
        "name": {"vi": "Nhỏ", "en": "Small"},
        "issuer": "UBND",
        "number": None,
        "date": "2026",
        "province": "20",
        "vintage": "2025-07-01",
        "horizon": {"first": 2026, "last": 2030},
        "zones": [
            {
                "zone": zone,
                "clause": "1",
                "name": {"vi": zone, "en": zone},
                "crop": crop,
                "species": [],
                "land_kind": kind,
                "counts_for_cover": "never",
                "list": "open",
                "communes": [{"code": "06148", "as_written": "Thụy Hùng"}],
                "targets": [] if low is None else [{"target": f"{zone}-area", **target}],
            }
            for zone, crop, kind in zones
        ],
    }


PINE, FRUIT = ("pine", "pine", "forest"), ("custard_apple", "custard_apple", "orchard")
REPORTED = "commune_code,crop,year,area_ha\n06148,pine,2025,7.5\n06529,citrus,2025,2\n"
PROJECTS: dict[str, dict[str, Any]] = {
    "no natural forest": {"plots": PLOTS[PLOTS["lo"] != "1"]},
    "no species that equals a zone": {
        "plots": PLOTS.assign(sldlr=SPECIES.where(SPECIES.isna(), "Bạch đàn"))
    },
    "acacia that is not dated": {"plots": ACACIA.assign(namtr=None)},
    "acacia that is too old": {"plots": ACACIA.assign(namtr=2005)},
    "fruit beside a forest layer": {"text": OWN, "plan": plan(FRUIT)},
    "fruit without a report": {"text": without("fruit", "cover"), "plan": plan(FRUIT)},
    "a raster alone": {"text": without("fruit", "forest"), "plan": plan(FRUIT)},
    "pine from a report": {
        "text": OWN + "present: {pine: fruit}\n",
        "plan": plan(PINE),
        "fruit": REPORTED,
    },
    "no targets": {"text": OWN, "plan": plan(PINE, FRUIT, low=None)},
    "a target of 0 ha": {"text": OWN, "plan": plan(PINE, low=0.0)},
    "no zones": {"text": OWN, "plan": plan()},
}


def run(folder: Path, made: dict[str, Any], *steps: str) -> RunResult:
    file = write_project(folder)
    if "plots" in made:
        made["plots"].to_file(folder / "forest.gpkg", layer="lop_dien_bien")
    if "plan" in made:
        (folder / "plan.yaml").write_text(json.dumps(made["plan"]), "utf-8")
    if "fruit" in made:
        (folder / "fruit.csv").write_text(made["fruit"], "utf-8")
    if "text" in made:
        file.write_text(made["text"], "utf-8")
    return run_project(load_project(file), options=RunOptions(only=steps))


@pytest.mark.parametrize("name", PROJECTS)
def test_a_small_project_is_answered(name: str, tmp_path: Path) -> None:
    result = run(tmp_path / "dự án", PROJECTS[name], "explain", "annex", "map")
    assert {"zones", "targets", "allocation"} <= set(result.tables)


def test_pine_that_a_report_tells_has_the_hectares_of_the_report(tmp_path: Path) -> None:
    zones = run(tmp_path / "dự án", PROJECTS["pine from a report"], "compare").tables["zones"]
    assert zones.set_index("commune_code")["present_ha"]["06148"] == 7.5


def test_a_crop_of_no_zone_is_told_below_the_targets(tmp_path: Path) -> None:
    """The species of the forest layer have their own table; what a report tells has none."""
    made = {"text": OWN, "plan": plan(PINE)}
    notes = run(tmp_path / "dự án", made, "publish")[PublishedFigures].notes
    (told,) = (note.text for note in notes if "không thuộc vùng nào" in note.text.vi)
    assert told.vi.endswith("không có trong các bảng: Quýt và cây có múi 2,0 ha; Na 7,5 ha.")


def test_a_later_layer_that_reaches_over_a_border_changes_no_rate(tmp_path: Path) -> None:
    """Nothing lies in Cao Lộc but 25 m² of a plot of Thụy Hùng, at the later date alone."""
    file = write_project(tmp_path / "dự án")
    plots = PLOTS[PLOTS["maxa"] != "06211"]
    plots.to_file(file.parent / "forest_2022.gpkg")
    over = plots.geometry.copy()
    over.iloc[0] = shapely.union(over.iloc[0], square(0, 1000, 500, 0.05))
    plots.set_geometry(over).to_file(file.parent / "forest.gpkg", layer="lop_dien_bien")
    text = PROJECT.replace(
        "layers:\n",
        "layers:\n  earlier: {kind: forest_status, path: forest_2022.gpkg, date: 2022-12-31,"
        " code_table: 98}\n",
    )
    file.write_text(text, "utf-8")
    result = run_project(load_project(file), options=RunOptions(only=("cover", "change")))
    cover = result[FOREST_COVER].set_index("commune_code")
    assert pd.isna(cover.loc["06211", "natural_forest_ha"])
    province = cover.iloc[-1]
    assert province["natural_area_ha"] == 330
    edge = 50 * 0.0025 / 50.0025
    assert province["natural_forest_ha"] == pytest.approx(50 - edge, abs=1e-4)
    assert result[COVER_CHANGE]["change_points"].iloc[-1] == pytest.approx(-edge / 3.3, abs=1e-4)
    told = result.tables["measure_findings"].set_index("kind")["message_vi"]
    assert "Cao Lộc" in told["edges-alone"]
