"""Check, scenarios and print at the desk, on a project whose figures one can add up."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
import shapely

from tests.factories import forest_plots
from zones.app.refused import RefusedError
from zones.app.rooms.targets import _clauses
from zones.plan.files import load_plan
from zones.plan.words import figure_words
from zones.project.model import load_project
from zones.run.context import RunOptions
from zones.run.run import run_project
from zones.tables import ALLOCATION_TARGETS


@pytest.fixture
def faulty(project: Path) -> Path:
    """A project with a plot whose ledger is far from its drawing, of 20 ha."""
    plots = forest_plots()
    plots.loc[1, "dtich"] = 2.0
    plots.to_file(project.parent / "forest.gpkg", layer="lop_dien_bien")
    return project


def test_a_finding_leads_to_its_plots_on_the_map(sit: Any, faulty: Path) -> None:
    desk = sit(faulty)
    found = desk.ask("check", "findings")
    mine = [item for item in found["findings"] if item["plots"] and item["severity"] != "note"]
    assert mine
    assert mine[0]["source"] == "forest"
    assert found["files"]["forest"] == "forest.gpkg"
    drawn = desk.ask("check", "plots", index=mine[0]["index"])["plots"]
    assert len(drawn) == mine[0]["count"]
    ring = shapely.Polygon([(x, y) for y, x in drawn[0]["rings"][0]])
    area = gpd.GeoSeries([ring], crs=4326).to_crs(9215).area.iloc[0] / 10_000
    assert area == pytest.approx(20, rel=0.01)
    with pytest.raises(RefusedError, match="has changed"):
        desk.ask("check", "plots", index=9999)


def test_plots_to_fix_go_to_a_file_and_a_mended_file_is_seen(sit: Any, faulty: Path) -> None:
    desk = sit(faulty)
    before = len(desk.ask("check", "findings")["findings"])
    written = desk.ask("check", "export", language="vi")["files"]
    assert [Path(name).name for name in written] == ["faulty-plots.gpkg", "faulty-plots.xlsx"]
    assert len(gpd.read_file(written[0])) >= 1
    other = faulty.read_text("utf-8").replace("title: ", "title: Khác, ", 1)
    (faulty.parent / "other.yaml").write_text(other, "utf-8")
    own = desk.ask("check", "export", language="vi")["files"]
    assert {Path(name).parent.name for name in own} == {f"check-{faulty.stem}"}
    assert Path(written[0]).is_file()
    forest_plots().to_file(faulty.parent / "forest.gpkg", layer="lop_dien_bien")
    assert len(desk.ask("check", "findings")["findings"]) < before


def test_errors_are_listed_where_a_run_would_stop(sit: Any, project: Path) -> None:
    text = (project.parent / "fruit.csv").read_text("utf-8")
    (project.parent / "fruit.csv").write_text(text.replace("7.5", "bảy"), "utf-8")
    found = sit(project).ask("check", "findings")
    errors = [item for item in found["findings"] if item["severity"] == "error"]
    assert errors[0]["source"] == "fruit"
    assert found["ground"] is None


def changes_of(desk: Any) -> tuple[str, list[str]]:
    targets = desk.ask("targets", "plan", changes=[])["targets"]
    zone = next(item for item in targets if item["planned_ha"] > 1)
    half = zone["present_ha"] + zone["planned_ha"] / 2
    return zone["zone"], [f"low.{zone['zone']}={half}", f"high.{zone['zone']}={half}"]


def test_a_scenario_is_a_file_that_a_run_takes(sit: Any, project: Path) -> None:
    desk = sit(project)
    zone, changes = changes_of(desk)
    answer = desk.ask("scenarios", "save", name="Phương án  Đất ít", changes=changes)
    assert answer["file"] == "phuong-an-dat-it.yaml"
    assert answer["scenarios"][0]["changes"] == changes
    seen = desk.ask("scenarios", "compare", first=[], second=changes)
    loaded = load_project(project.parent / answer["file"])
    result = run_project(loaded, options=RunOptions(only=("allocate",)))
    held = result[ALLOCATION_TARGETS]
    mine = held[(held["zone"] == zone) & (held["commune_code"] == "")].iloc[-1]
    told = next(row for row in seen["targets"] if row["target"] == mine["target"])
    assert told["end_ha_second"] == mine["end_ha"]
    with pytest.raises(RefusedError, match="exists already"):
        desk.ask("scenarios", "save", name="phuong an dat it", changes=[])
    with pytest.raises(RefusedError, match="letters"):
        desk.ask("scenarios", "save", name="../..", changes=[])


def test_two_plans_side_by_side_add_up(seated: Any) -> None:
    desk = seated
    zone, changes = changes_of(desk)
    seen = desk.ask("scenarios", "compare", first=[], second=changes)
    sums = [sum(side[zone].values()) for side in seen["planned"]]
    moved = sum(row["change_ha"] for row in seen["moved"] if row["zone"] == zone)
    by_year = sum(row["change_ha"] for row in seen["years"] if row["zone"] == zone)
    assert sums[1] < sums[0]
    assert moved == pytest.approx(sums[1] - sums[0], abs=0.2)
    assert by_year == pytest.approx(sums[1] - sums[0], abs=0.3)
    assert len(seen["breaks"][zone]) <= 7
    commune = next(iter(seen["planned"][0][zone]))
    said = desk.ask("scenarios", "explain", changes=changes, zone=zone, commune=commune)
    assert {"vi", "en"} == set(said[0])


def test_a_scenario_at_the_desk_is_edited_in_its_own_file(sit: Any, project: Path) -> None:
    desk = sit(project)
    _, changes = changes_of(desk)
    name = desk.ask("scenarios", "save", name="B", changes=changes)["file"]
    before = project.read_bytes()
    desk.ask("start", "open", path=str(project.parent / name))
    ground = desk.ask("targets", "ground")
    assert ground["changes"] == changes
    desk.ask("targets", "save", changes=changes[:1], stamp=ground["stamp"])
    assert load_project(project.parent / name).allocation.changes == (changes[0],)
    assert project.read_bytes() == before
    assert [item["file"] for item in desk.ask("scenarios", "listed")["scenarios"]] == [name]


def test_a_scenario_is_taken_away_and_nothing_else_is(sit: Any, project: Path) -> None:
    desk = sit(project)
    names = [desk.ask("scenarios", "save", name=name, changes=[])["file"] for name in "AB"]
    for other in (project.name, "fruit.csv", "../b.yaml", "b"):
        with pytest.raises(RefusedError, match="no scenario of this project"):
            desk.ask("scenarios", "remove", file=other)
    left = desk.ask("scenarios", "remove", file=names[0])["scenarios"]
    assert [item["file"] for item in left] == names[1:]
    assert not (project.parent / names[0]).exists()
    desk.ask("start", "open", path=str(project.parent / names[1]))
    with pytest.raises(RefusedError, match="open at the desk"):
        desk.ask("scenarios", "remove", file=names[1])
    assert project.exists()
    assert (project.parent / names[1]).exists()


def test_clauses_say_what_is_not_asked_of_the_whole_zone() -> None:
    """A part and what one commune is to have stood there like targets of the zone."""
    plan = load_plan("lang-son-2026-2030").model_copy(deep=True)
    zone = next(zone for zone in plan.zones if zone.zone == "anise")
    (whole,) = (target for target in zone.targets if target.indicator == "area")
    zone.targets += [
        whole.model_copy(update={"target": "old", "within": whole.target}),
        whole.model_copy(update={"target": "own", "scope": "commune", "commune": "06601"}),
    ]
    said = [one["of"] and one["of"]["vi"] for one in _clauses(plan, "anise")]
    figure = figure_words(whole, whole.unit).vi
    assert said == [None, f"trong {figure}", "Lợi Bác"]


def test_the_preview_prints_what_the_annex_prints(seated: Any) -> None:
    desk = seated
    ground = desk.ask("print", "ground")
    shown = desk.ask("print", "table", index=0)
    assert shown["title"] == ground["tables"][0][ground["language"]]
    assert ground["tables"][0] == {
        "vi": "Bảng 1. Chỉ tiêu kế hoạch và mức đạt",
        "en": "Table 1. Targets of the plan and what is held",
    }
    assert len(shown["rows"][0]) == len(shown["aligns"])
    with pytest.raises(RefusedError):
        desk.ask("print", "table", index=len(ground["tables"]))


def test_a_page_of_the_atlas_is_a_picture(seated: Any) -> None:
    desk = seated
    code = desk.ask("print", "ground")["communes"][0][0]
    page = desk.ask("print", "page", commune=code)
    assert base64.b64decode(page["picture"]).startswith(b"\x89PNG")
    assert page["pages"] == 1


def test_files_are_made_verified_and_handed_over_and_no_others(sit: Any, project: Path) -> None:
    desk = sit(project)
    made = desk.ask("print", "make", products=["annex", "map"])
    assert {item["name"] for item in made["files"]} == {"annex.xlsx", "annex.docx", "map.html"}
    assert desk.ask("print", "verify")["agrees"]
    path = Path(desk.ask("print", "file", name="annex.xlsx"))
    assert path.is_file()
    for name in ("run.json", "../project.yaml", "/etc/passwd", ""):
        with pytest.raises(RefusedError):
            desk.ask("print", "file", name=name)
    (project.parent / "out" / "map.html").write_text("x", "utf-8")
    assert not desk.ask("print", "verify")["agrees"]
