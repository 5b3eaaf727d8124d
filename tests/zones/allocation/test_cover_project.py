"""Forest cover as one more target, from the project file to the forecast of its run."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pandas as pd
import pytest

from tests.factories import PROJECT, write_project
from zones.project.model import load_project
from zones.run.context import RunOptions
from zones.run.run import run_project

#: Survival of plantings that a forecast takes by default, and the natural area of the project.
SURVIVAL, AREA_HA = 0.95, 440.0


@pytest.fixture(scope="module")
def weighed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Results of one project, without and with forest cover among its targets."""
    found = {}
    for name, weight in (("without", 0), ("with", 2)):
        path = write_project(tmp_path_factory.mktemp(name) / "Che phủ")
        path.write_text(
            PROJECT + "present: {acacia: forest}\n"
            "trajectory: {planting_ha: 0, harvest_share: 0}\n"
            f"allocation: {{cover_importance: {weight}}}\n",
            "utf-8",
        )
        options = RunOptions(only=("explain", "trajectory"))
        found[name] = run_project(load_project(path), options=options).out
    return found


def planted(out: Path) -> pd.DataFrame:
    """New planting on the 10 ha of bare land."""
    table = pd.read_csv(out / "tables" / "allocation.csv")
    return table[table["land"].fillna("").str.startswith("bare_production")]


def in_time(out: Path) -> pd.Series[float]:
    """Hectares by zone that are planted by the last season that counts in 2030."""
    rows = planted(out)
    return rows[rows["year"] <= 2027].groupby("zone")["planned_ha"].sum()


def rate(out: Path) -> float:
    """Forecast of the rate of 2030 (%)."""
    table = pd.read_csv(out / "tables" / "trajectory_targets.csv")
    return float(table["forecast_percent"].iloc[-1])


def test_a_weight_in_the_project_file_moves_hectares(weighed: dict[str, Path]) -> None:
    # Of what may stand on the bare land acacia alone is forest within three years.
    before, after = (in_time(weighed[name]) for name in ("without", "with"))
    assert set(after[after > 0].index) == {"acacia"}
    assert after["acacia"] > before.get("acacia", 0.0) + 1.0
    for out in weighed.values():
        assert planted(out)["planned_ha"].sum() == pytest.approx(10.0)
        record = json.loads((out / "run.json").read_text("utf-8"))
        closed = [item["table"] for item in record["steps"]["allocate"]["closures"]]
        assert "allocation: land sources to communes and years" in closed


def test_the_forecast_holds_what_the_allocation_promises(weighed: dict[str, Path]) -> None:
    before, after = (in_time(weighed[name]) for name in ("without", "with"))
    more = after["acacia"] - before.get("acacia", 0.0)
    gained = rate(weighed["with"]) - rate(weighed["without"])
    assert gained == pytest.approx(SURVIVAL * more / AREA_HA * 100, abs=0.03)
    said = (weighed["with"] / "allocation.md").read_text("utf-8")
    told = re.search(r"67,00 % đến năm 2030: chưa đạt, ([\d,]+) %", said)
    assert told is not None
    assert float(told[1].replace(",", ".")) == pytest.approx(rate(weighed["with"]), abs=0.03)
    counted = re.search(r"Keo: .*có ([\d,]+) ha được tính là rừng", said)
    assert counted is not None
    assert float(counted[1].replace(",", ".")) == pytest.approx(SURVIVAL * after["acacia"], abs=0.1)
    assert "đến năm 2030: chưa đạt" not in (weighed["without"] / "allocation.md").read_text("utf-8")
