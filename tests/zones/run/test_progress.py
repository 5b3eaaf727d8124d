"""Hectares of the zones over the years: earlier layers, tables, rounds, and what nobody told."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pandas as pd
import pytest

from layers.base.errors import ClosureError
from tests.factories import CODES, forest_plots, write_project
from zones.project.model import load_project
from zones.publish.consistency import check_consistency
from zones.publish.progress import round_progress
from zones.reports.ledger import Ledger, Submission
from zones.run.context import RunOptions
from zones.run.run import run_project
from zones.tables import PROGRESS


def sent(code: str, year: int, zone: str, value: float | None) -> Submission:
    figure = {
        "table": "zones", "row": zone, "column": "standing", "crop": zone, "unit": "ha",
        "value": value, "verdict": "accepted", "written": str(value), "sheet": "S", "cell": "B7",
    }  # fmt: skip
    name = f"{code}-{year}-{zone}"
    return Submission(
        *(year, code, "plan-annual", 1, f"{name}.xlsx", name, f"{year}-11-19", f"{year}-11-19"),
        *("accepted", [figure], []),
    )


@pytest.fixture(scope="module")
def progress(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    path = write_project(tmp_path_factory.mktemp("dự án"))
    forest_plots().iloc[[0, 2]].to_file(path.parent / "forest_2020.gpkg")
    before = "{kind: forest_status, path: forest_2020.gpkg, date: 2020-12-31, code_table: 98}"
    path.write_text(f"{path.read_text('utf-8')}  before: {before}\n", "utf-8")
    ledger = Ledger(path.parent / "reports.sqlite")
    for code, value in zip(CODES, (10.04, 70.04, None, 0.0), strict=True):
        ledger.take([sent(code, 2026, "pine", value)])
        ledger.take([sent(code, 2028, "custard_apple", 8.0)])
    options = RunOptions(only=("progress",), write=False)
    return run_project(load_project(path), options=options)[PROGRESS]


def test_a_log_that_a_kill_left_beside_the_ledger_changes_no_input(tmp_path: Path) -> None:
    path = write_project(tmp_path)
    ledger = Ledger(tmp_path / "reports.sqlite")
    first, second, *_ = CODES
    with closing(sqlite3.connect(ledger.path)) as other:
        ledger.take([sent(first, 2026, "pine", 1.0)])
        other.execute("SELECT * FROM submission").fetchone()  # open: the log stays
        ledger.take([sent(second, 2026, "pine", 2.0)])
        files = [ledger.path, tmp_path / "reports.sqlite-wal"]
        left = [file.read_bytes() for file in files]
    for file, data in zip(files, left, strict=True):
        file.write_bytes(data)
    options = RunOptions(only=("progress",), write=False)
    done = run_project(load_project(path), options=options)
    assert _series(done[PROGRESS], "pine").get(("report", 2026)) == [3, 2, 4]
    assert not files[1].exists()


def _series(progress: pd.DataFrame, zone: str) -> dict[tuple[str, int], tuple[float, int, int]]:
    rows = progress[(progress["zone"] == zone) & (progress["commune_code"] == "")]
    cells = rows[["told_by", "year", "area_ha", "communes", "expected"]]
    return {(by, year): rest for by, year, *rest in cells.itertuples(index=False, name=None)}


def test_each_year_stands_as_it_was_told_and_no_other_year_stands(progress: pd.DataFrame) -> None:
    # Pine: 20.8 + half of the mixed 40 + 30 not yet; the layer of 2020 has the mixed plot alone and
    # reaches two communes. What one
    # commune was asked back is no 0, and the sum says that three of four told.
    assert _series(progress, "pine") == {
        ("layer", 2020): [20.0, 2, 4],
        ("layer", 2025): [70.8, 4, 4],
        ("report", 2026): [80.1, 3, 4],
    }


def test_a_table_tells_all_its_years_and_a_round_its_own(progress: pd.DataFrame) -> None:
    told = _series(progress, "custard_apple")
    assert {key: rest[0] for key, rest in told.items()} == {
        ("report", 2024): 99.0,
        ("report", 2025): 7.5,
        ("report", 2028): 32.0,
    }
    now = progress[progress["present"]].groupby("zone")["year"].unique()
    assert now["custard_apple"].tolist() == [2025]
    assert now["pine"].tolist() == [2025]


def test_communes_add_up_to_the_province(progress: pd.DataFrame) -> None:
    keys = ["zone", "told_by", "year"]
    whole = progress["commune_code"] == ""
    sums = progress[~whole].groupby(keys)["area_ha"].sum()
    printed = progress[whole].set_index(keys)["area_ha"]
    pd.testing.assert_series_equal(sums, printed.reindex(sums.index), check_exact=False)
    # 10.04 and 70.04 are printed as 10 and 70.1: the sum of what is printed is the printed sum.
    pine = progress[(progress["zone"] == "pine") & (progress["year"] == 2026) & ~whole]
    assert sorted(pine["area_ha"]) == [0.0, 10.0, 70.1]
    changed = progress.assign(
        area_ha=progress["area_ha"].mask(whole & (progress["year"] == 2020), 1)
    )
    with pytest.raises(ClosureError, match="progress, pine, layer, 2020"):
        check_consistency({"progress": changed})


def test_what_communes_sent_comes_before_what_was_typed_of_it() -> None:
    told = pd.DataFrame(
        [("pine", "06148", 2024, "report", 5.0), ("pine", "06148", 2024, "report", 6.0)],
        columns=["zone", "commune_code", "year", "told_by", "present_ha"],
    )
    zones = pd.DataFrame(
        [("pine", "06148", 4.0, 2025, "layer")],
        columns=["zone", "commune_code", "present_ha", "year", "told_by"],
    )
    found = round_progress(told, zones, communes=1, decimals=1)
    assert _series(found, "pine") == {("report", 2024): [5.0, 1, 1], ("layer", 2025): [4.0, 1, 1]}
