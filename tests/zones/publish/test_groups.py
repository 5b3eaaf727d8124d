"""Sums by group of communes: every group counted once, every column closing with the province."""

from __future__ import annotations

import shutil
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from layers import InputError
from layers.base.errors import ClosureError
from layers.communes.gazetteer import list_communes
from tests.factories import CODES, PROJECT, write_project
from zones.inputs.groups import commune_groups
from zones.measure.closure import ClosureLog
from zones.project.model import Project, load_project
from zones.publish.consistency import check_consistency, twin_differences
from zones.publish.folder import PUBLISHED_FOLDER, text_digest
from zones.publish.groups import group_cover, group_zones
from zones.publish.publish import PublishedFigures
from zones.run.context import RunOptions
from zones.run.run import RunResult, run_project
from zones.tables import (
    ALLOCATION,
    ALLOCATION_LOSSES,
    FOREST_COVER,
    GROUP_COVER,
    GROUP_ZONES,
    ZONES,
)

GROUPS = "groups: {lists: {Cụm Bắc: [Thụy Hùng, '06184'], Cụm Nam: [Lộc Bình]}}\n"
COMMUNES = pd.DataFrame({"commune_code": list(CODES), "commune": list(CODES.values())})


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> RunResult:
    path = write_project(tmp_path_factory.mktemp("nhóm"))
    path.write_text(PROJECT + GROUPS, "utf-8")
    return run_project(load_project(path), options=RunOptions(only=("annex", "groups")))


def test_groups_add_up_to_the_tables_of_the_communes(result: RunResult) -> None:
    groups, zones = result[GROUP_ZONES], result[ZONES]
    assert list(groups["group"].unique()) == ["Cụm Bắc", "Cụm Nam", "Chưa xếp nhóm"]
    whole = zones.groupby("zone")["present_ha"].sum(min_count=1).round(1)
    parts = groups.groupby("zone")["present_ha"].sum(min_count=1)
    pd.testing.assert_series_equal(parts, whole, check_names=False, atol=0.051)
    pine = groups[groups["zone"] == "pine"].set_index("group")
    # Plot 2 (20.8 ha) lies half in each of the two, half of plot 3 (40 ha) is pine.
    assert pine.loc["Cụm Bắc", "present_ha"] == pytest.approx(20.8 + 20)
    assert pine["communes"].sum() == 4


def test_forest_cover_of_groups_is_of_what_was_measured(result: RunResult) -> None:
    cover = result[GROUP_COVER].set_index("group")
    assert cover.loc["Cụm Bắc", "natural_area_ha"] == pytest.approx(220)
    assert cover.loc["Cụm Bắc", "natural_forest_ha"] == pytest.approx(50)
    rate = (50 + 20.8 + 40) / 220 * 100
    assert cover.loc["Cụm Bắc", "cover_percent"] == pytest.approx(rate, abs=0.005)
    last = result[FOREST_COVER].iloc[-1]
    assert cover.iloc[:-1]["natural_area_ha"].sum() == pytest.approx(last["natural_area_ha"])
    assert cover.iloc[-1]["natural_area_ha"] == pytest.approx(last["natural_area_ha"])


def test_the_annex_prints_groups_and_their_sum(result: RunResult) -> None:
    book = openpyxl.load_workbook(result.out / "annex.xlsx", data_only=True)
    text = {
        str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row
    }
    assert {"Cụm Bắc", "Cụm Nam", "Chưa xếp nhóm", "Cộng các nhóm"} <= text


def test_communes_of_no_group_are_named(result: RunResult) -> None:
    book = openpyxl.load_workbook(result.out / "annex.xlsx", data_only=True)
    text = [str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row]
    assert "Xã, phường chưa xếp nhóm (1): Cao Lộc." in text
    assert not [one for one in text if "groups" in one]  # keys of a file are no words of an annex
    (finding,) = (one for one in result.record["findings"] if one["source"] == "groups")
    assert (finding["severity"], finding["kind"]) == ("note", "communes-without-group")


def test_the_total_of_forest_by_group_counts_the_communes(result: RunResult) -> None:
    book = openpyxl.load_workbook(result.out / "annex.xlsx", data_only=True)
    (sheet,) = (sheet for sheet in book if sheet.title.endswith("Rừng theo nhóm xã"))
    rows = {row[1]: row for row in sheet.iter_rows(values_only=True) if row[1]}
    assert rows["Cộng các nhóm"][list(rows["Nhóm xã"]).index("Số xã")] == 4


def test_other_groups_are_other_figures(result: RunResult, tmp_path: Path) -> None:
    # The digest stands for every figure that the annex prints, sums of groups as well.
    path = Path(shutil.copytree(result.out.parent, tmp_path / "p")) / "project.yaml"
    path.write_text(PROJECT + GROUPS.replace("[Thụy Hùng, ", "["), "utf-8")
    again = RunOptions(only=("annex", "groups"), overwrite=True)
    other = run_project(load_project(path), options=again)
    assert other[PublishedFigures].digest != result[PublishedFigures].digest
    for made in (result, other):
        assert text_digest(made.out / PUBLISHED_FOLDER) == made[PublishedFigures].digest


def test_a_group_is_a_row_and_a_zone_a_column(result: RunResult) -> None:
    book = openpyxl.load_workbook(result.out / "annex.xlsx", data_only=True)
    sheets = [sheet for sheet in book if sheet.title.endswith("Theo nhóm xã")]
    groups = result[GROUP_ZONES]
    rows = {row[1]: row for row in sheets[0].iter_rows(values_only=True) if row[1]}
    pine = list(rows["Nhóm xã"]).index("Thông")
    for name, held in groups[groups["zone"] == "pine"].set_index("group")["present_ha"].items():
        assert rows[name][pine] == pytest.approx(held, abs=0.05)
    whole = result[ZONES].query("zone == 'pine'")["present_ha"].sum()
    assert rows["Cộng các nhóm"][pine] == pytest.approx(whole, abs=0.1)


def test_a_sum_of_some_communes_of_a_group_says_so(result: RunResult) -> None:
    book = openpyxl.load_workbook(result.out / "annex.xlsx", data_only=True)
    text = [str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row]
    # Reports tell of custard apple and citrus, and of one commune of the two alone.
    (told,) = (one for one in text if one.startswith("Chưa đủ số liệu của mọi xã trong nhóm: "))
    assert told.endswith(": Cụm Bắc – Na, Quýt và cây ăn quả có múi (1/2).")


def test_a_commune_without_a_row_takes_nothing_of_an_allocated_zone() -> None:
    zones = pd.DataFrame({"zone": "tea", "commune_code": ["a", "b"], "present_ha": [1.5, 2.0]})
    planned = pd.DataFrame({"zone": ["tea"], "commune_code": ["a"], "planned_ha": [3.0]})
    of = {"a": "x", "b": "y"}
    table = group_zones(zones, planned, ALLOCATION_LOSSES.empty(), of, ClosureLog())
    assert table.set_index("group")["planned_ha"].to_dict() == {"x": 3.0, "y": 0.0}


def test_what_is_not_known_is_no_zero() -> None:
    zones = pd.DataFrame(
        {"zone": "tea", "commune_code": ["a", "b", "c"], "present_ha": [1.5, None, None]}
    )
    log = ClosureLog()
    table = group_zones(
        zones,
        ALLOCATION.empty(),
        ALLOCATION_LOSSES.empty(),
        {"a": "x", "b": "x", "c": "y"},
        log,
    ).set_index("group")
    assert table.loc["x", ["present_ha", "communes", "known"]].tolist() == [1.5, 2, 1]
    assert pd.isna(table.loc["y", "present_ha"])
    assert table["planned_ha"].isna().all()


def test_a_commune_in_no_group_is_no_hectare_lost() -> None:
    zones = pd.DataFrame({"zone": "tea", "commune_code": ["a", "b"], "present_ha": [1.5, 2.0]})
    with pytest.raises(ClosureError, match="groups: present_ha"):
        group_zones(zones, ALLOCATION.empty(), ALLOCATION_LOSSES.empty(), {"a": "x"}, ClosureLog())


def project(tmp_path: Path, groups: str) -> Project:
    path = write_project(tmp_path)
    path.write_text(PROJECT + groups, "utf-8")
    return load_project(path)


@pytest.mark.parametrize(
    ("groups", "told"),
    [
        ("groups: {lists: {A: [Xã lạ]}}", r"groups.lists: 'Xã lạ'"),
        ("groups: {lists: {A: [Đồng Đăng], B: ['06184']}}", "is in two groups, 'A' and 'B'"),
        ("groups: {table: cum.csv}", "cum.csv:3: commune and group expected"),
        ("groups: {table: cum.csv, group_column: nhóm}", "nhóm"),
    ],
)
def test_bad_groups_are_refused(tmp_path: Path, groups: str, told: str) -> None:
    (tmp_path / "cum.csv").write_text("commune,group\nĐồng Đăng,A\nCao Lộc,\n", "utf-8")
    with pytest.raises(InputError, match=told):
        commune_groups(project(tmp_path, groups + "\n"), COMMUNES)


def test_a_table_of_groups_and_lists_that_lead(tmp_path: Path) -> None:
    (tmp_path / "cum.csv").write_text("commune,group\nĐồng Đăng,A\n06211,A\n", "utf-8")
    made = project(tmp_path, "groups: {table: cum.csv, lists: {B: [Cao Lộc]}}\n")
    of = commune_groups(made, COMMUNES).of
    assert of == {
        "06148": "Chưa xếp nhóm",
        "06184": "A",
        "06211": "B",
        "06529": "Chưa xếp nhóm",
    }


def test_old_districts_where_a_commune_comes_of_one(tmp_path: Path) -> None:
    communes = list_communes("20", "2025-07-01").rename(
        columns={"code": "commune_code", "name": "commune"}
    )
    made = project(tmp_path, "groups: {old_districts: true}\n")
    groups = commune_groups(made, communes)
    assert len(groups.of) == 65
    assert groups.of["06529"] == "Huyện Lộc Bình"
    assert len(set(groups.of.values())) >= 11
    alone = [code for code, group in groups.of.items() if group == "Chưa xếp nhóm"]
    assert len(alone) == len(groups.several)


def test_cover_with_an_unknown_commune_is_unknown_for_its_group_alone() -> None:
    cover = FOREST_COVER.empty().reindex(range(4))
    cover = cover.assign(
        commune_code=["a", "b", "c", ""],
        natural_area_ha=[10.0, 10.0, 20.0, 40.0],
        natural_forest_ha=[5.0, None, 4.0, None],
        planted_forest_ha=[1.0, 2.0, 1.0, 4.0],
        not_yet_forest_ha=0.0,
        cover_percent=None,
    )
    of = {"a": "x", "b": "x", "c": "y"}
    table = group_cover(cover, cover, of, ClosureLog(), rate_decimals=2).set_index("group")
    assert pd.isna(table.loc["x", "natural_forest_ha"])
    assert pd.isna(table.loc["x", "cover_percent"])
    assert table.loc["x", "planted_forest_ha"] == 3
    assert table.loc["y", "cover_percent"] == 25


def test_cover_of_no_forest_layer_is_an_empty_table() -> None:
    empty = FOREST_COVER.empty()
    assert group_cover(empty, empty, {}, ClosureLog(), rate_decimals=2).empty


def test_groups_that_say_otherwise_than_the_zones_are_not_published() -> None:
    """Present, planted and lost hectares of groups are held against the tables of the zones."""
    zones = pd.DataFrame({"zone": "tea", "commune_code": ["a", "b"], "present_ha": [1.5, None]})
    planned = pd.DataFrame(
        {"zone": ["tea"], "commune_code": ["b"], "year": [2030], "planned_ha": [3.0]}
    )
    lost = planned[["zone", "commune_code", "year"]].assign(loss_ha=0.5)
    groups = group_zones(zones, planned, lost, {"a": "x", "b": "y"}, ClosureLog())
    frames = {"zones": zones, "allocation": planned, "losses": lost, "group_zones": groups}
    check_consistency(frames)
    for column in ("present_ha", "planned_ha", "loss_ha"):
        apart = groups.assign(**{column: groups[column] + 0.1})
        (found,) = twin_differences({**frames, "group_zones": apart})
        assert (found.table, found.place) == ("group_zones", f"tea, {column}")


def test_a_target_is_held_against_the_known_communes_of_its_zone() -> None:
    zones = pd.DataFrame({"zone": "tea", "commune_code": ["a", "b"], "present_ha": [1.5, None]})
    held = pd.DataFrame({"target": ["t"], "zone": "tea", "commune_code": "", "year": 2030})
    held = held.assign(present_ha=1.5, planned_ha=3.0, loss_ha=0.0, end_ha=4.5)
    held = held.assign(low_ha=4.5, high_ha=9.0, shortfall_ha=0.0, surplus_ha=0.0)
    check_consistency({"zones": zones, "allocation_targets": held})
    apart = held.assign(present_ha=2.0, end_ha=5.0)
    (found,) = twin_differences({"zones": zones, "allocation_targets": apart})
    assert (found.place, found.expected) == ("t, 2030, present_ha", 1.5)
