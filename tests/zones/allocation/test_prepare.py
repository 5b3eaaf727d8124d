"""The real plan on the real names of 65 communes, on land made for the test."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from layers.base.errors import InputError
from layers.base.language import Phrase
from layers.base.resources import data_path
from tests.factories import PROJECT, write_project
from zones.allocation.checks import check_allocation_inputs
from zones.allocation.inputs import AllocationSettings
from zones.allocation.job import AllocationJob, allocation_tables, run_job
from zones.allocation.model import build_model
from zones.allocation.prepare import Prepared, prepare_allocation
from zones.allocation.rounded import allocation_table, annex_table
from zones.allocation.targets import (
    POINTS_TELL,
    allocation_targets,
    tell_other_plans,
    tell_points,
)
from zones.measure.closure import ClosureLog
from zones.measure.targets import ToleratedBounds, compare_targets, join_plan_targets
from zones.plan.files import load_plan
from zones.plan.frames import targets_frame, zones_frame
from zones.plan.model import Plan, Target
from zones.project.model import load_project
from zones.tables import ALLOCATION, ALLOCATION_TARGETS, CROPS_ON_LAND, MEASURED

#: Present hectares of the province, near what the plan says of today.
PRESENT = {
    "pine": 149_000.0,
    "anise": 47_000.0,
    "acacia": 52_000.0,
    "cinnamon": 9_300.0,
    "macadamia": 3_900.0,
    "custard_apple": 4_200.0,
    "citrus": 2_800.0,
    "persimmon": 1_900.0,
    "grass_jelly": 900.0,
}


@dataclass(frozen=True)
class Made:
    folder: Path
    plan: Plan
    tables: dict[str, pd.DataFrame]
    communes: gpd.GeoDataFrame

    def prepared(self, more: str = "") -> Prepared:
        file = self.folder / "project.yaml"
        file.write_text(PROJECT + more, "utf-8")
        return prepare_allocation(load_project(file), self.plan, self.tables, self.communes)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    generator = np.random.default_rng(20)
    table = pd.read_csv(data_path("communes-20.csv"), dtype={"code": str})
    communes = gpd.GeoDataFrame(
        {
            "commune_code": table["code"],
            "commune": table["name"],
            "official_area_ha": table["official_area_ha"].astype("float64"),
        }
    )
    plan = load_plan("lang-son-2026-2030")
    areas = communes["official_area_ha"].to_numpy()
    codes = communes["commune_code"]
    rows = []
    for crop, total in PRESENT.items():
        share = areas * generator.lognormal(0, 1, len(areas))
        half = pd.DataFrame({"commune_code": codes, "ledger_ha": total / 2 * share / share.sum()})
        half = half.assign(crop=crop, land="planted_forest")
        rows += [half.assign(planting_year=year) for year in (2021, 2024)]
    # Little bare land, so that the forest zones cannot all be met; of the farmland a tenth is more
    # than the fruit that stands there.
    for land, ratio in (("bare", 0.006), ("farmland", 0.24)):
        hectares = areas * ratio * generator.random(len(areas)) * 2
        rows.append(
            pd.DataFrame({"commune_code": codes, "land": land, "crop": "", "ledger_ha": hectares})
        )
    measured = pd.concat(rows, ignore_index=True)
    measured["planting_year"] = measured.get("planting_year", np.nan)
    measured = MEASURED.validate(
        measured.assign(layer="forest", three_forest="production", area_ha=measured["ledger_ha"])
    )
    zones = measured[measured["crop"] != ""].groupby(["crop", "commune_code"])["ledger_ha"].sum()
    zones = zones.reset_index().rename(columns={"crop": "zone", "ledger_ha": "present_ha"})
    totals = zones.groupby("zone")["present_ha"].sum().reset_index(name="present")
    targets = compare_targets(
        join_plan_targets([targets_frame(plan).assign(plan=plan.plan)]),
        totals.assign(indicator="area", commune_code="", unit="ha"),
        tolerated=ToleratedBounds(),
    )
    tables = {
        "measured": measured,
        "crops_on_land": CROPS_ON_LAND.empty(),
        "targets": targets,
        "zones": zones,
        "zone_names": zones_frame(plan),
    }
    folder = write_project(tmp_path_factory.mktemp("dự án") / "p").parent
    return Made(folder, plan, tables, communes)


@pytest.fixture(scope="module")
def job(made: Made) -> AllocationJob:
    return run_job(made.prepared(), step=0.1)


def test_a_part_of_a_target_is_no_ceiling_of_the_zone(made: Made) -> None:
    """ "Anise 55,000 ha, of which old trees 6,200 ha" must not hold anise at 6,200 ha."""
    plan = made.plan.model_copy(deep=True)
    zone = next(zone for zone in plan.zones if zone.zone == "anise")
    whole = next(target for target in zone.targets if target.indicator == "area")
    change = {"target": "old-anise", "within": whole.target, "bound": "exact", "figure": 6200}
    zone.targets.append(
        Target(**(whole.model_dump(by_alias=True) | {"low": None, "high": None} | change))
    )
    for year in (None, whole.year):  # a part without a year is for that of its whole
        zone.targets[-1].year = year
        frame = targets_frame(plan).set_index("target")
        assert frame.index[frame["is_part"]].tolist() == ["old-anise"]
    rows = made.tables["targets"]
    part = rows[rows["target"] == whole.target].assign(target="old-anise", high=6200.0, low=6200.0)
    asked = allocation_targets(pd.concat([rows, part]), plan, AllocationSettings(2026, 2030))
    assert asked.targets["target"].tolist().count(whole.target) == 1
    assert "old-anise" not in asked.targets["target"].tolist()


def test_short_targets_of_other_plans_are_named(made: Made) -> None:
    """Of another plan: tea short, eucalyptus met, anise the leading plan's own, a rate of cover."""
    rows = made.tables["targets"].iloc[[0] * 4].assign(
        plan="other", zone=["tea", "eucalyptus", "anise", ""], target=["t", "e", "a", "c"],
        status=["below", "within", "below", "below"], indicator="area", unit="ha",
    )  # fmt: skip
    every = pd.concat([made.tables["targets"], rows], ignore_index=True)
    names = {zone: Phrase(en=zone, vi=vi) for zone, vi in (("tea", "Chè"), ("anise", "Hồi"))}
    plans = {"other": Phrase(en="Programme of 2024", vi="Chương trình năm 2024")}
    (told,) = tell_other_plans(every, made.plan, names, plans)
    assert told.count == 1
    assert "Chè (Chương trình năm 2024)" in told.message.vi
    assert "Hồi" not in told.message.vi
    assert tell_other_plans(made.tables["targets"], made.plan, names, plans) == []


def test_an_area_that_points_do_not_bear_out_is_told(made: Made) -> None:
    """The allocation counts from the map: its reader must know that points tell less."""
    targets = made.tables["targets"]
    mine = targets["zone"].eq("anise") & targets["indicator"].eq("area")
    present = float(targets.loc[mine, "present"].iloc[0])
    ends = {"low_interval": 0.5 * present, "high_interval": 0.9 * present}
    given = {"interval_from": "points", "estimate": 0.7 * present, **ends}
    off = targets.assign(**{name: targets[name].mask(mine, it) for name, it in given.items()})
    (told,) = [
        item
        for item in replace(made, tables={**made.tables, "targets": off}).prepared().findings
        if item.kind == POINTS_TELL
    ]
    assert told.area_ha == pytest.approx(0.3 * present)
    assert f"{0.7 * present:,.1f} ha (interval {0.5 * present:,.1f}–" in told.message.en
    names = {"anise": Phrase(en="Anise", vi="Hồi")}
    inside = off.assign(high_interval=off["high_interval"].mask(mine, 1.1 * present))
    drawn = off.assign(interval_from=off["interval_from"].mask(mine, "boundaries"))
    assert [tell_points(it, made.plan, names) for it in (inside, drawn)] == [[], []]


def test_targets_and_lists_are_those_of_the_plan(job: AllocationJob) -> None:
    inputs = job.allocation.inputs
    targets = inputs.targets.set_index("zone")
    assert targets.loc["pine", ["low_ha", "high_ha"]].tolist() == [155_000, 160_000]
    assert targets.loc["persimmon", ["low_ha", "high_ha"]].tolist() == [2_000, 2_000]
    assert np.isnan(targets.loc["custard_apple", "high_ha"])
    # The conversion of acacia stands on young acacia, beside the land of all others.
    assert targets.loc["acacia_large_timber", ["low_ha", "high_ha"]].tolist() == [6_000, 8_000]
    yearly = inputs.pace[inputs.pace["zone"] == "acacia_large_timber"]
    assert yearly[["low_ha", "high_ha"]].to_numpy().tolist() == [[1_200, 1_600]]
    kinds = inputs.listed.groupby("zone")["list"].first()
    assert kinds["anise"] == "closed"
    assert kinds["pine"] == "open"
    assert "macadamia" not in kinds
    # Nobody measured medicinal plants here: set aside, and said so; the cypress has no target.
    assert "medicinal" not in targets.index
    told = {finding.kind: finding.message for finding in job.prepared.findings}
    assert "Medicinal plants" in told["zone-not-measured"].en
    assert "Dược liệu" in told["zone-not-measured"].vi
    assert "Hoàng đàn" in told["zone-without-target"].vi


def test_every_table_closes_to_the_last_digit(job: AllocationJob) -> None:
    table = allocation_table(job.allocation, job.printed, by_year=True)
    sheet = annex_table(job.allocation, job.printed)
    years = [str(year) for year in range(2026, 2031)]
    steps = (sheet[["present_ha", *years, "end_ha"]] * 10).round(6)
    whole = steps.eq(steps.round()) | steps.isna()
    assert whole.all(axis=None)
    assert sheet[years].notna().all(axis=None)
    held = job.printed.held.set_index("zone")
    for zone, rows in sheet.groupby("zone"):
        assert rows["end_ha"].sum() == pytest.approx(held.loc[zone, "end_ha"], abs=1e-6)
        planned = table.loc[table["zone"] == zone, "planned_ha"].sum()
        assert rows[years].sum().sum() == pytest.approx(planned, abs=1e-6)
    by_commune = sheet.groupby("commune_code")[years].sum().sum(axis=1)
    lands = table.groupby("commune_code")["planned_ha"].sum().reindex(by_commune.index)
    pd.testing.assert_series_equal(by_commune, lands, check_names=False, atol=1e-6)
    assert sheet[years].sum().sum() == pytest.approx(held["planned_ha"].sum(), abs=1e-6)
    met = held[held["status"] == "reached"]
    assert (met["shortfall_ha"] == 0).all()


def test_every_shortfall_has_its_sentence_and_its_repairs(job: AllocationJob) -> None:
    held = job.printed.held.set_index("zone")
    short = held[held["shortfall_ha"] > 0]
    assert {"anise", "pine"} & set(short.index)
    sentences = job.sentences()
    for zone, row in short.iterrows():
        mine = sentences[(sentences["zone"] == zone) & (sentences["kind"] == "short")]
        figures = re.findall(r"[\d,]+\.\d", mine["message_en"].iloc[0])
        assert float(figures[0].replace(",", "")) == pytest.approx(row["shortfall_ha"])
        repairs = job.explanation.repairs
        repairs = repairs[repairs["zone"] == zone]
        assert repairs.iloc[-1]["repair"] == "floor"
        assert repairs["gain_ha"].max() > 0
        assert len(repairs) > 1
    assert job.allocation.shortfall_ha == pytest.approx(short["shortfall_ha"].sum(), abs=1.0)


def test_land_is_used_once_and_conversion_takes_none(job: AllocationJob) -> None:
    plan, inputs = job.allocation.plan, job.allocation.inputs
    used = plan.groupby(["commune_code", "source"])["planned_ha"].sum()
    limit = inputs.sources.set_index("source")["limit_ratio"]
    land = inputs.available.groupby(["commune_code", "source"])["area_ha"].sum()
    land = land * land.index.get_level_values("source").map(limit)
    assert (used <= land.reindex(used.index) + 1e-6).all()
    assert set(plan.loc[plan["zone"] == "acacia_large_timber", "source"]) == {"young_acacia"}
    assert not plan.loc[plan["zone"] == "anise", "source"].isin(["farmland", "young_acacia"]).any()


def test_what_was_converted_before_is_not_known_and_not_zero(job: AllocationJob) -> None:
    """Nobody tells of earlier conversions: the table leaves them empty, and counts from nothing."""
    tables = allocation_tables(job.plan, log=ClosureLog())
    cells = tables[ALLOCATION].set_index("zone")["present_ha"]
    assert cells.loc["acacia_large_timber"].isna().all()
    assert cells.drop("acacia_large_timber").notna().all()
    held = tables[ALLOCATION_TARGETS].set_index("zone")
    converted = held.loc["acacia_large_timber"]
    assert np.isnan(converted["present_ha"])
    assert converted["end_ha"] == converted["planned_ha"] > 0
    assert held.drop("acacia_large_timber")["present_ha"].notna().all()


def test_years_that_leave_a_conversion_out_leave_its_yearly_figure_out(made: Made) -> None:
    prepared = made.prepared("allocation: {last_year: 2029}\n")
    assert "acacia_large_timber" not in set(prepared.inputs.targets["zone"])
    assert "acacia_large_timber" not in set(prepared.inputs.pace["zone"])
    check_allocation_inputs(prepared.inputs, prepared.settings)
    told = {item.kind: item.message for item in prepared.findings}["target-outside-years"]
    assert "Keo chuyển sang gỗ lớn (2030)" in told.vi
    assert "-2030" not in told.vi
    assert "2026–2029" in prepared.aside["acacia_large_timber"].vi
    # Its weight is no misspelling, though nothing is asked of it in these years.
    weights = "importance: {acacia_large_timber: 2}"
    made.prepared(f"allocation: {{last_year: 2029, {weights}}}\n")
    with pytest.raises(InputError, match=r"1 key names zones that the plan has not: .*acacia_big"):
        made.prepared("allocation: {importance: {acacia_big: 2}}\n")


def test_a_pace_row_of_one_year_keeps_the_pace_of_the_past_in_the_others(made: Made) -> None:
    code = made.communes["commune_code"].iloc[0]
    before = made.prepared().inputs.pace
    past = before.loc[before["zone"].eq("") & before["commune_code"].eq(code), "high_ha"].item()
    heading = "zone,commune_code,year,low_ha,high_ha\n"
    (made.folder / "nhịp.csv").write_text(f"{heading},{code},2027,,1.5\n", "utf-8")
    prepared = made.prepared("allocation: {tables: {pace: nhịp.csv}}\n")
    pace = check_allocation_inputs(prepared.inputs, prepared.settings).pace
    mine = pace[pace["zone"].eq("") & pace["commune_code"].eq(code)].set_index("year")["high_ha"]
    assert mine.to_dict() == {2026: past, 2027: 1.5, 2028: past, 2029: past, 2030: past}
    # A row without a year replaces the pace of the past in all of them.
    (made.folder / "nhịp.csv").write_text(f"{heading},{code},,,1.5\n", "utf-8")
    pace = made.prepared("allocation: {tables: {pace: nhịp.csv}}\n").inputs.pace
    mine = pace[pace["zone"].eq("") & pace["commune_code"].eq(code)]
    assert mine["high_ha"].tolist() == [1.5]


def test_nothing_is_planted_in_years_that_the_layers_show(made: Made) -> None:
    assert made.prepared().settings.first_year == 2026
    later = PROJECT.replace("forest.gpkg, date: 2025-12-31", "forest.gpkg, date: 2027-12-31")
    file = made.folder / "project.yaml"
    file.write_text(later, "utf-8")
    prepared = prepare_allocation(load_project(file), made.plan, made.tables, made.communes)
    assert prepared.settings.years == (2028, 2029, 2030)
    (told,) = [item for item in prepared.findings if item.kind == "years-already-shown"]
    assert "from 2028 on" in told.message.en
    file.write_text(later.replace("2027-12-31", "2031-12-31"), "utf-8")
    prepared = prepare_allocation(load_project(file), made.plan, made.tables, made.communes)
    assert prepared.inputs.targets.empty
    (told,) = [item for item in prepared.findings if item.kind == "no-year-left"]
    assert "no year is left to allocate" in told.message.en
    assert not [item for item in prepared.findings if item.kind == "zone-without-target"]
    file.write_text(later + "allocation: {first_year: 2026}\n", "utf-8")
    prepared = prepare_allocation(load_project(file), made.plan, made.tables, made.communes)
    assert prepared.settings.first_year == 2026


def test_a_layer_of_the_middle_of_a_year_shows_that_year(made: Made) -> None:
    """What is planted after June is in neither; a second planting of the year would be worse."""
    file = made.folder / "project.yaml"
    file.write_text(
        PROJECT.replace("forest.gpkg, date: 2025-12-31", "forest.gpkg, date: 2026-06-30")
    )
    prepared = prepare_allocation(load_project(file), made.plan, made.tables, made.communes)
    assert prepared.settings.years == (2027, 2028, 2029, 2030)


def test_a_zone_that_a_newer_layer_measures_begins_after_that(made: Made) -> None:
    """Forest of 2025, a report of 2026 and 2027: persimmon of these years stands in the report."""
    file = made.folder / "project.yaml"
    file.write_text(PROJECT.replace("fruit.csv, date: 2025-12-31", "fruit.csv, date: 2027-12-31"))
    measured = made.tables["measured"]
    mine = measured["crop"].eq("persimmon")
    of_report = {"layer": "fruit", "land": "report", "planting_year": 2027}
    moved = measured.assign(**{key: measured[key].mask(mine, it) for key, it in of_report.items()})
    tables = made.tables | {"measured": moved}
    prepared = prepare_allocation(load_project(file), made.plan, tables, made.communes)
    assert prepared.settings.years[0] == 2026
    assert prepared.settings.zone_first_year == {"persimmon": 2028}
    (told,) = [item for item in prepared.findings if item.kind == "present-of-another-year"]
    assert "planted in 2026–2027; nothing is added" in told.message.en
    columns = build_model(prepared.inputs, prepared.settings).columns
    first = columns.groupby("zone")["year"].min()
    assert (first["persimmon"], first["pine"]) == (2028, 2026)
    # A year that the user decides on is taken.
    file.write_text(file.read_text() + "allocation: {first_year: 2026}\n")
    prepared = prepare_allocation(load_project(file), made.plan, tables, made.communes)
    assert prepared.settings.zone_first_year == {}


def test_a_zone_whose_report_shows_every_year_of_the_plan_is_left_aside(made: Made) -> None:
    """No year is left in which it could be planted: that is no closed list, and no lack of land."""
    file = made.folder / "project.yaml"
    file.write_text(PROJECT.replace("fruit.csv, date: 2025-12-31", "fruit.csv, date: 2030-12-31"))
    measured = made.tables["measured"]
    mine = measured["crop"].eq("persimmon")
    of_report = {"layer": "fruit", "land": "report", "planting_year": 2030}
    moved = measured.assign(**{key: measured[key].mask(mine, it) for key, it in of_report.items()})
    tables = made.tables | {"measured": moved}
    prepared = prepare_allocation(load_project(file), made.plan, tables, made.communes)
    assert prepared.aside["persimmon"].en == "the layers of 2030 show every year of the plan"
    zones = set(prepared.inputs.targets["zone"])
    assert "pine" in zones
    assert "persimmon" not in zones
    check_allocation_inputs(prepared.inputs, prepared.settings)


def test_a_zone_that_an_older_layer_measures_is_told(made: Made) -> None:
    """A land-use map of 2026 lets the plan begin in 2027; the forest layer ends with 2025."""
    file = made.folder / "project.yaml"
    layer = "map: {kind: land_use, path: forest.gpkg, date: 2026-12-31, columns: {code: xa}}"
    file.write_text(PROJECT.replace("layers:\n", f"layers:\n  {layer}\n"))
    prepared = prepare_allocation(load_project(file), made.plan, made.tables, made.communes)
    assert prepared.settings.years[0] == 2027
    (told,) = [item for item in prepared.findings if item.kind == "present-of-another-year"]
    assert "is of 2025; what was planted in 2026 is neither" in told.message.en


def test_losses_without_a_source_are_told_as_not_replanted(made: Made) -> None:
    code = made.communes["commune_code"].iloc[0]
    rows = f"pine,{code},,2027,2.5\npine,{code},cut_over,2028,4\n"
    heading = "zone,commune_code,source,year,loss_ha\n"
    (made.folder / "mất.csv").write_text(heading + rows, "utf-8")
    prepared = made.prepared("allocation: {tables: {losses: mất.csv}}\n")
    (told,) = [item for item in prepared.findings if item.kind == "lost-land-not-replanted"]
    assert told.area_ha == 2.5
    assert "Thông 2,5 ha" in told.message.vi
    assert "cut_over" in told.message.en


def test_losses_of_a_zone_that_is_not_allocated_are_told_and_free_their_land(made: Made) -> None:
    code, other = made.communes["commune_code"].iloc[:2]
    table = made.folder / "mất.csv"
    heading = "zone,commune_code,source,year,loss_ha\n"
    section = "allocation: {tables: {losses: mất.csv}}\n"
    rows = f"medicinal,{code},,2028,1.0\nmedicinal,{code},cut_over,2027,2.5\n"
    rows += f"cypress,{code},cut_over,2027,1.5\npine,{other},,2027,3\n"
    table.write_text(heading + rows, "utf-8")
    prepared = made.prepared(section)
    assert prepared.inputs.losses[["zone", "loss_ha"]].to_numpy().tolist() == [["pine", 3.0]]
    land = prepared.inputs.available
    (freed,) = land[land["origin"] == "losses"].to_dict("records")
    assert (freed["commune_code"], freed["source"], freed["area_ha"]) == (code, "cut_over", 4.0)
    assert freed["from_year"] == 2028
    check_allocation_inputs(prepared.inputs, prepared.settings)
    (told,) = [item.message for item in prepared.findings if item.kind == "losses-aside"]
    assert "Dược liệu 3,5 ha" in told.vi
    assert "Hoàng đàn 1,5 ha" in told.vi
    assert "Trong đó 4,0 ha thành đất có thể trồng từ năm sau." in told.vi
    assert "Medicinal plants 3.5 ha" in told.en
    # Years that leave all targets out: what was measured cannot lose more than it has.
    table.write_text(heading + f"pine,{other},,2027,3\n", "utf-8")
    early = "allocation: {last_year: 2029, tables: {losses: mất.csv}}\n"
    assert made.prepared(early).inputs.losses.empty
    table.write_text(heading + f"pine,{other},,2027,999999\n", "utf-8")
    with pytest.raises(InputError, match="more is lost than the commune has"):
        made.prepared(early)


def test_pace_and_locks_of_a_zone_that_is_not_allocated_are_told(made: Made) -> None:
    code = made.communes["commune_code"].iloc[0]
    (made.folder / "nhịp.csv").write_text(
        f"zone,commune_code,year,low_ha,high_ha\nmedicinal,{code},,,5\npine,{code},,,7\n", "utf-8"
    )
    (made.folder / "khóa.csv").write_text(
        f"zone,commune_code,source,lock,area_ha,plot\nmedicinal,{code},,must_not,,\n"
        f"pine,{code},,must_not,,\n",
        "utf-8",
    )
    prepared = made.prepared("allocation: {tables: {pace: nhịp.csv, locks: khóa.csv}}\n")
    pace = prepared.inputs.pace
    assert pace.loc[pace["commune_code"].eq(code) & pace["zone"].eq("pine"), "high_ha"].max() == 7
    assert "medicinal" not in set(pace["zone"])
    assert prepared.inputs.locks["zone"].tolist() == ["pine"]
    check_allocation_inputs(prepared.inputs, prepared.settings)
    told = {item.kind: item.message.vi for item in prepared.findings}
    assert told["pace-aside"].endswith("vì vùng chưa được phân bổ: Dược liệu.")
    assert told["locks-aside"].startswith("Bảng 'locks': ")


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("medicinal,99999,,2028,1", "unknown commune"),
        ("medicinal,{code},moon,2028,1", "unknown land source"),
        ("medicinal,{code},,2035,1", "year outside 2026–2030"),
        ("medicinal,{code},,2028,1\nmedicinal,{code},,2028,1", "1 row, .*repeated"),
    ],
)
def test_faulty_losses_of_zones_that_are_not_allocated_are_refused(
    made: Made, row: str, message: str
) -> None:
    code = made.communes["commune_code"].iloc[0]
    text = "zone,commune_code,source,year,loss_ha\n" + row.format(code=code) + "\n"
    (made.folder / "mất.csv").write_text(text, "utf-8")
    with pytest.raises(InputError, match=message):
        made.prepared("allocation: {tables: {losses: mất.csv}}\n")


def test_losses_of_zones_that_no_plan_has_are_refused(made: Made) -> None:
    code = made.communes["commune_code"].iloc[0]
    text = f"zone,commune_code,source,year,loss_ha\nmedicnal,{code},,2028,1\n"
    (made.folder / "mất.csv").write_text(text, "utf-8")
    prepared = made.prepared("allocation: {tables: {losses: mất.csv}}\n")
    with pytest.raises(InputError, match=r"losses: 1 row, .*medicnal.*unknown zone"):
        check_allocation_inputs(prepared.inputs, prepared.settings)


def test_weights_lists_and_tables_name_zones_as_a_planner_does(made: Made) -> None:
    code = made.communes["commune_code"].iloc[0]
    (made.folder / "khóa.csv").write_text(
        f"zone,commune_code,source,lock,area_ha,plot\nthông,{code},,must_not,,\n", "utf-8"
    )
    (made.folder / "nhịp.csv").write_text(
        f"zone,commune_code,year,low_ha,high_ha\nHỒI,{code},,,7\n", "utf-8"
    )
    (made.folder / "hợp.csv").write_text(
        "crop,source,suitability,altitude_low_m,altitude_good_m,altitude_high_m,"
        "slope_high_degree,basis\nMắc ca,bare_production,0.25,,,,,thử\n",
        "utf-8",
    )
    prepared = made.prepared(
        "allocation:\n  importance: {Hồi: 3}\n  lists: {quế: closed}\n"
        "  tables: {locks: khóa.csv, pace: nhịp.csv, crop_suitability: hợp.csv}\n"
    )
    targets = prepared.inputs.targets.set_index("zone")["importance"]
    assert set(targets.loc[["anise"]]) == {3.0}
    listed = prepared.inputs.listed.set_index("zone")["list"]
    assert set(listed.loc[["cinnamon"]]) == {"closed"}
    assert prepared.inputs.locks["zone"].tolist() == ["pine"]
    pace = prepared.inputs.pace
    assert pace.loc[pace["commune_code"].eq(code) & pace["zone"].eq("anise"), "high_ha"].max() == 7
    suits = prepared.inputs.suitability
    assert set(suits["zone"]) == {"macadamia"}
    assert set(suits["suitability"]) == {0.25}
    with pytest.raises(InputError, match="names the zone anise twice"):
        made.prepared("allocation: {importance: {Hồi: 3, anise: 2}}\n")
