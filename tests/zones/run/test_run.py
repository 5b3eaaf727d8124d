"""The whole job on a project whose every figure one can add up by hand."""

import json
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import docx
import numpy as np
import pandas as pd
import pytest
import rasterio
import shapely

from layers import ClosureError, InputError, OutputError, OutputExistsError, data_path
from layers.base.second_process import processes
from tests.factories import communes, forest_plots, square, write_project, write_raster
from tests.layers.io.test_raster_source import mosaic
from zones.output import record as run_record
from zones.project.model import load_project
from zones.publish.rounded_figures import round_targets, round_zones
from zones.publish.verify import verify_folder
from zones.run.context import RunOptions, RunResult, SilentTeller
from zones.run.reuse import part_digests, read_sources
from zones.run.run import run_project

ROOT = Path(__file__).resolve().parents[3]
KILL = int(getattr(signal, "SIGKILL", 9))


class Listener(SilentTeller):
    def __init__(self) -> None:
        self.steps: list[str] = []
        self.notes: list[str] = []

    def step(self, name: str, _label: object, _number: int, _total: int) -> None:
        self.steps.append(name)

    def note(self, text: object) -> None:
        self.notes.append(str(text))


def run(path: Path, **options: object) -> tuple[RunResult, Listener]:
    listener = Listener()
    given = RunOptions(**options)  # type: ignore[arg-type]
    return run_project(load_project(path), options=given, teller=listener), listener


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_project(tmp_path_factory.mktemp("Dự án") / "vùng trồng 1")


@pytest.fixture(scope="module")
def result(project: Path) -> RunResult:
    return run(project)[0]


@pytest.fixture
def done(project: Path, result: RunResult, tmp_path: Path) -> Path:
    """A project of this test's own, with the outputs of a whole run."""
    assert result.out == project.parent / "out"
    shutil.copytree(project.parent, tmp_path / "p")
    return tmp_path / "p" / project.name


def test_areas_add_up_by_hand(result: RunResult) -> None:
    areas = result.tables["areas"]
    forest = areas[areas["layer"] == "forest"].set_index(["commune_code", "land", "crop"])
    expected = {
        ("06148", "natural_forest", ""): (50, 50),
        ("06148", "planted_forest", "pine"): (10, 10.4),
        ("06184", "planted_forest", "pine"): (10 + 20, 10.4 + 20),
        ("06184", "planted_forest", "anise"): (20, 20),
        ("06211", "not_yet_forest", "pine"): (30, 30),
        ("06529", "bare", ""): (10, 10),
    }
    for key, (area, ledger) in expected.items():
        assert forest.loc[key, "area_ha"] == pytest.approx(area, rel=1e-12)
        assert forest.loc[key, "ledger_ha"] == pytest.approx(ledger, rel=1e-12)
    rest = forest.xs("unclassified", level="land")["area_ha"]
    assert rest.tolist() == pytest.approx([40, 50, 70, 90], rel=1e-9)
    assert forest["area_ha"].sum() == pytest.approx(400, rel=1e-9)


def test_a_raster_and_a_report_stand_beside(result: RunResult) -> None:
    areas = result.tables["areas"]
    raster = areas[areas["layer"] == "cover"].set_index(["commune_code", "land"])["area_ha"]
    assert raster["06148", "trees"] == pytest.approx(100)
    assert raster["06529", "crops"] == pytest.approx(99)
    assert raster["06529", "unclassified"] == pytest.approx(1)
    fruit = areas[areas["layer"] == "fruit"]
    assert fruit["ledger_ha"].sum() == 9.5
    assert fruit["area_ha"].isna().all()


def test_targets_take_the_present_area_of_the_right_layer(result: RunResult) -> None:
    targets = result.tables["targets"].set_index("target")
    pine = targets.loc["pine-area-2030"]
    assert pine["present"] == pytest.approx(20.8 + 20 + 30)
    assert (pine["low"], pine["high"], pine["status"]) == (155_000, 160_000, "below")
    assert pine["shortfall"] == pytest.approx(155_000 - 70.8)
    # Of the report's two years only the newer counts.
    assert targets.loc["custard-apple-area-2030", "present"] == 7.5
    assert targets.loc["macadamia-area-2030", "status"] == "not_measured"
    cover = targets.loc["forest-cover-2030"]
    assert cover["present"] == pytest.approx((50 + 20.8 + 40) / 440 * 100)
    assert cover["plan"] == "lang-son-2023"


def test_forest_cover_has_official_denominators(result: RunResult) -> None:
    cover = result.tables["forest_cover"]
    province = cover.iloc[-1]
    assert province["commune_code"] == "20"
    assert province["natural_area_ha"] == 440
    assert province["planted_forest_ha"] == pytest.approx(60.8)
    assert province["not_yet_forest_ha"] == pytest.approx(30)
    assert province["cover_geometry_percent"] == pytest.approx((50 + 20 + 40) / 440 * 100)


def test_zones_know_who_is_listed(result: RunResult) -> None:
    zones = result.tables["zones"].set_index(["zone", "commune_code"])
    assert zones.loc[("pine", "06184"), "share_ratio"] == pytest.approx(30.4 / 70.8)
    assert zones.loc[("pine", "06529"), "remark"] == "listed_but_little"
    assert zones.loc[("custard_apple", "06148"), "remark"] == "unlisted_but_much"
    assert zones.loc["macadamia", "present_ha"].isna().all()
    assert zones.loc["macadamia", "listed"].all()


def test_every_output_is_there_with_its_columns(result: RunResult) -> None:
    names = {path.name for path in (result.out / "tables").iterdir()}
    tables = {"areas", "targets", "zones", "forest_cover", "findings"}
    assert {f"{name}.{kind}" for name in tables for kind in ("csv", "parquet")} <= names
    # A person finds above them what a person opens, and a note that says what each is.
    top = {path.name for path in result.out.iterdir()}
    assert top == {
        *("READ-ME.txt", "allocation.md", "annex.docx", "annex.xlsx", "map.html", "run.json"),
        *("tables", "tables.xlsx", "findings.xlsx"),
        *("trajectory.html", "trajectory.png", "trajectory.svg"),
    }
    told = (result.out / "READ-ME.txt").read_text("utf-8").splitlines()
    names = [line.split()[0].rstrip("/") for line in told if "  " in line]
    assert sorted(names) == sorted([*top - {"READ-ME.txt"}] * 2)
    head = (result.out / "tables" / "areas.csv").read_text("utf-8-sig").splitlines()[0]
    assert head.startswith("commune_code,commune,layer,land,crop,year,area_ha,ledger_ha")
    head = (result.out / "tables" / "targets.csv").read_text("utf-8-sig").splitlines()[0]
    assert head.startswith(
        "target,zone,clause,bound,unit,year,low,high,present,held_ratio,shortfall,surplus,status"
    )


def test_the_record_tells_inputs_closures_and_timings(result: RunResult, project: Path) -> None:
    record = json.loads((result.out / "run.json").read_text("utf-8"))
    assert record["area_crs"]["code"] == "EPSG:9215"
    assert (
        record["inputs"]["layer forest"]["bytes"] == (project.parent / "forest.gpkg").stat().st_size
    )
    closures = [item for step in record["steps"].values() for item in step["closures"]]
    assert len(closures) >= 8
    assert all(abs(item["residual"]) <= item["tolerance"] for item in closures)
    assert str(project.parent) not in json.dumps(record)


def test_the_same_inputs_give_the_same_bytes(result: RunResult, whole: Path) -> None:
    """In another folder."""
    again = whole.parent / "out"
    assert again != result.out
    for path in (path for path in result.out.rglob("*") if path.is_file()):
        if path.name != "run.json":
            name = path.relative_to(result.out)
            assert path.read_bytes() == (again / name).read_bytes(), name


def test_an_existing_folder_is_refused(project: Path, result: RunResult) -> None:
    assert result.out.is_dir()
    with pytest.raises(OutputExistsError, match="add --overwrite"):
        run(project)


def test_only_reuses_what_still_holds(done: Path, result: RunResult) -> None:
    path, out = done, done.parent / "out"
    (out / "mine.txt").write_text("kept")
    before = (out / "tables" / "areas.csv").read_bytes()
    again, listener = run(path, only=("compare",), overwrite=True)
    assert listener.steps == ["compare"]
    assert "are the same" in listener.notes[0]
    assert (again.out / "tables" / "areas.csv").read_bytes() == before
    assert (again.out / "mine.txt").read_text() == "kept"
    assert (again.out / "map.html").is_file()
    record = json.loads((again.out / "run.json").read_text("utf-8"))
    assert list(record["steps"]) == list(result.record["steps"])
    text = path.read_text("utf-8")
    path.write_text(text.replace("title: Thử nghiệm", "title: Khác"), "utf-8")
    # A title stands on pages alone.
    assert run(path, only=("compare",), overwrite=True)[1].steps == ["compare"]
    path.write_text(text + "thresholds: {listed_min_percent: 2}\n", "utf-8")
    assert run(path, only=("round",), overwrite=True)[1].steps == ["compare", "round"]
    with (path.parent / "fruit.csv").open("a", encoding="utf-8") as file:
        file.write("06184,citrus,2025,1\n")
    _, listener = run(path, only=("compare",), overwrite=True)
    assert listener.steps == ["check", "certainty", "measure", "cover", "compare"]
    assert "Done first, because this needs them: Check the inputs" in listener.notes[0]
    with pytest.raises(InputError, match=r"unknown steps 'paint'"):
        run(path, only=("paint",), overwrite=True)


@pytest.mark.parametrize("digest", ["_tables_digest", "_code_digest"])
def test_other_tables_of_codes_are_other_software(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, digest: str
) -> None:
    """An office that corrects an embedded code table gets figures by that table.

    So does one whose program is newer, whatever number its version has.
    """
    path = write_project(tmp_path / "p")
    out = run(path, only=("compare",))[0].out
    monkeypatch.setattr(run_record, digest, lambda: "another")
    listener = run(path, only=("compare",), overwrite=True)[1]
    every = ["check", "reported", "certainty", "measure", "cover", "compare"]
    assert listener.steps == every
    # A record of software that kept no lists of files is of no use, and no obstacle.
    (out / "run.json").write_text('{"versions": {}, "steps": {"map": {}}}', "utf-8")
    assert run(path, only=("compare",), overwrite=True)[1].steps[0] == "check"


def test_decisions_of_the_planning_layer_decide_on_it(tmp_path: Path) -> None:
    """Another table of decisions is another planning layer, though its name is the same."""
    path = write_project(tmp_path / "p")
    (path.parent / "d.csv").write_text("plot,decision,period\n1/1/5,exclude,\n", "utf-8")
    text = path.read_text("utf-8") + "planning: {make: true, decisions: d.csv}\n"
    path.write_text(text, "utf-8")
    project = load_project(path)
    before = part_digests(project, read_sources(project))
    assert part_digests(project, read_sources(project)) == before
    (path.parent / "d.csv").write_text("plot,decision,period\n1/1/5,first,\n", "utf-8")
    after = part_digests(project, read_sources(project))
    assert {part for part in after if after[part] != before[part]} == {"planning"}


def test_a_crop_in_two_layers_needs_a_choice(tmp_path: Path) -> None:
    path = write_project(tmp_path / "p")
    with (path.parent / "fruit.csv").open("a", encoding="utf-8") as file:
        file.write("06148,pine,2025,3\n")
    with pytest.raises(InputError, match=r"1 crop stands in several layers \(pine: forest, fruit"):
        run(path)
    assert not (path.parent / "out").exists()
    path.write_text(path.read_text("utf-8") + "present: {pine: fruit}\n", "utf-8")
    targets = run(path, only=("compare",))[0].tables["targets"].set_index("target")
    assert targets.loc["pine-area-2030", "present"] == 3


def test_reports_of_unknown_communes_stop_the_run(tmp_path: Path) -> None:
    path = write_project(tmp_path / "p")
    with (path.parent / "fruit.csv").open("a", encoding="utf-8") as file:
        file.write("99999,citrus,2025,3\n")
    with pytest.raises(InputError, match=r"1 code is not among the communes .*99999"):
        run(path)


def test_plots_outside_every_commune_are_kept_and_told(tmp_path: Path) -> None:
    path = write_project(tmp_path / "p")
    plots = forest_plots()
    moved = plots.geometry.translate(xoff=1000).where(plots["lo"] == "5", plots.geometry)
    plots.set_geometry(moved).to_file(path.parent / "forest.gpkg", layer="lop_dien_bien")
    result = run(path, only=("measure",))[0]
    areas = result.tables["areas"]
    outside = areas[(areas["layer"] == "forest") & (areas["commune_code"] == "")]
    assert outside["ledger_ha"].sum() == pytest.approx(10)
    found = pd.concat([result.tables["findings"], result.tables["measure_findings"]])
    assert found["message_en"].str.contains("outside").any()


def test_a_table_that_does_not_close_leaves_earlier_outputs(
    done: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, out = done, done.parent / "out"
    before = {file: file.read_bytes() for file in out.rglob("*") if file.is_file()}

    from layers.engine import overlay

    original = overlay.overlay_pieces

    def lossy(*arguments: object, **options: object) -> pd.DataFrame:
        return original(*arguments, **options)[:-1]

    monkeypatch.setattr(overlay, "overlay_pieces", lossy)
    with pytest.raises(ClosureError, match=r"pieces to plots does not close: .* residual"):
        run(path, overwrite=True)
    assert {file: file.read_bytes() for file in out.rglob("*") if file.is_file()} == before


def test_an_overlap_that_prints_as_nothing_is_a_note(tmp_path: Path) -> None:
    """0.0049 ha over a neighbour's edge would be told as “0,00 ha … redraw them”."""
    path = write_project(tmp_path / "p")
    for width, severity, printed in ((0.098, "note", "0,0049 ha"), (0.12, "problem", "0,01 ha")):
        plots = forest_plots()
        strip = plots[plots["lo"] == "1"].copy()
        west, south, _, north = strip.total_bounds
        strip["geometry"] = [shapely.box(west, south, west + width, south + 500)]
        assert north - south >= 500
        both = pd.concat([plots, strip.assign(lo="9", dtich=width * 0.05)])
        both.to_file(path.parent / "forest.gpkg", layer="lop_dien_bien")
        found = run(path, only=("check",), overwrite=True)[0].tables["findings"].set_index("kind")
        assert found.loc["plots-overlap", "severity"] == severity
        assert printed in found.loc["plots-overlap", "message_vi"]


def test_plots_drawn_twice_are_told_with_their_hectares(tmp_path: Path) -> None:
    path = write_project(tmp_path / "p")
    plots = forest_plots()
    twice = plots[plots["lo"] == "1"].assign(lo="9", maldlr=15, ldlr="TXB")
    pd.concat([plots, twice]).to_file(path.parent / "forest.gpkg", layer="lop_dien_bien")
    result = run(path, only=("measure",))[0]
    findings = result.tables["findings"].set_index("kind")
    assert findings.loc["plots-overlap", "area_ha"] == pytest.approx(50)
    assert "1/1/1 + 1/1/9" in findings.loc["plots-overlap", "examples"]
    assert result.has_problems
    # What counts double stands apart, below zero, so that the commune still closes.
    areas = result.tables["areas"].set_index(["layer", "commune_code", "land"])["area_ha"]
    assert areas["forest", "06148", "overlap"].sum() == pytest.approx(-10)
    assert (areas.xs("unclassified", level="land") >= 0).all()


def test_a_raster_that_ends_inside_a_commune_is_told(tmp_path: Path) -> None:
    path = write_project(tmp_path / "p")
    with rasterio.open(path.parent / "cover.tif") as raster:
        profile, values = raster.profile, raster.read(1)
    half = values.shape[1] // 2
    profile.update(width=half)
    with rasterio.open(path.parent / "cover.tif", "w", **profile) as raster:
        raster.write(values[:, :half], 1)
    result = run(path, only=("measure",))[0]
    told = result.tables["measure_findings"].set_index(["source", "kind"])
    lost = told.loc[("cover", "beyond-raster"), "area_ha"]
    areas = result.tables["areas"]
    bare = (areas["layer"] == "cover") & (areas["land"] == "unclassified")
    assert lost > 1
    assert areas.loc[bare, "area_ha"].sum() == pytest.approx(lost)


def test_a_layer_of_old_codes_is_recognised(tmp_path: Path) -> None:
    path = write_project(tmp_path / "p")
    plots = forest_plots()
    # 06211 was the commune Lộc Yên before July 2025 and is Cao Lộc today.
    plots.loc[plots["maxa"] == "06211", "xa"] = "Lộc Yên"
    plots.to_file(path.parent / "forest.gpkg", layer="lop_dien_bien")
    with pytest.raises(InputError, match=r"forest: .*vintage"):
        run(path)


@pytest.mark.skipif(sys.platform == "win32", reason="ends a process the POSIX way")
@pytest.mark.parametrize(("how", "code", "left"), [(KILL, -KILL, 1), (signal.SIGTERM, 2, 0)])
def test_a_kill_in_mid_run_leaves_earlier_outputs(
    done: Path, how: int, code: int, left: int
) -> None:
    path, out = done, done.parent / "out"
    before = {file: file.read_bytes() for file in out.rglob("*") if file.is_file()}
    command = [sys.executable, "-m", "zones", "run", str(path), "--overwrite"]
    process = subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    deadline = time.monotonic() + 120
    while not list(path.parent.glob(".out.*.part")) and process.poll() is None:
        assert time.monotonic() < deadline
        time.sleep(0.005)
    process.send_signal(how)
    assert process.wait() == code
    assert len(list(path.parent.glob(".out.*.part"))) == left
    assert {file: file.read_bytes() for file in out.rglob("*") if file.is_file()} == before
    assert run(path, only=("check",), overwrite=True)[0].out == out
    assert list(path.parent.glob(".out*")) == []


def test_a_reversed_range_in_a_plan_stops_the_run(tmp_path: Path) -> None:
    path = write_project(tmp_path / "p")
    plan = data_path("plans", "lang-son-2026-2030.yaml").read_text("utf-8")
    mine = plan.replace("low: 155000\n", "low: 165000\n", 1).replace(
        "plan: lang-son-2026-2030", "plan: mine", 1
    )
    (path.parent / "mine.yaml").write_text(mine, "utf-8")
    text = path.read_text("utf-8")
    path.write_text(text.replace("[lang-son-2026-2030,", "[mine.yaml,"), "utf-8")
    with pytest.raises(InputError, match=r"mine: .*165,?000"):
        run(path)


def test_late_reporters_are_told_with_what_they_had(tmp_path: Path) -> None:
    path = write_project(tmp_path / "p")
    with (path.parent / "fruit.csv").open("a", encoding="utf-8") as file:
        file.write("06184,custard_apple,2024,80\n")
    result = run(path, only=("measure",))[0]
    found = result.tables["measure_findings"].set_index("kind").loc["report-incomplete"]
    assert (found["severity"], found["area_ha"], found["examples"]) == ("problem", 80.0, "06184")
    assert "chưa báo cáo năm 2025" in found["message_vi"]


def test_a_refused_run_tells_of_nothing_that_it_kept_aside(done: Path) -> None:
    out = done.parent / "out"
    before = (out / "map.html").read_bytes()
    (done.parent / "fruit.csv").write_text("no, table\n", "utf-8")
    listener = Listener()
    options = RunOptions(only=("check",), overwrite=True)
    with pytest.raises(InputError):
        run_project(load_project(done), options=options, teller=listener)
    assert [note for note in listener.notes if "kept aside" in note] == []
    assert (out / "map.html").read_bytes() == before
    assert not (out / "outdated").exists()


def test_results_of_other_inputs_are_kept_aside(done: Path) -> None:
    path, out = done, done.parent / "out"
    before = {name: (out / name).read_bytes() for name in ("map.html", "tables/areas.csv")}
    (out / "mine.txt").write_text("of an office", "utf-8")
    with (path.parent / "fruit.csv").open("a", encoding="utf-8") as file:
        file.write("06184,citrus,2025,1\n")
    _, listener = run(path, only=("check",), overwrite=True)
    (told,) = (note for note in listener.notes if "kept aside" in note)
    assert str(out / "outdated") in told
    assert "--only measure" in told
    # Nothing of earlier data stands where a reader looks for present figures; nothing is lost.
    for name, content in before.items():
        assert not (out / name).exists()
        assert (out / "outdated" / name).read_bytes() == content
    assert (out / "mine.txt").is_file()
    assert "outdated/" in (out / "READ-ME.txt").read_text("utf-8")
    record = json.loads((out / "run.json").read_text("utf-8"))
    assert list(record["steps"]) == ["check", "reported"]
    assert not any(name.startswith("outdated/") for name in record["outputs"])
    again = run(path, overwrite=True)[0]
    assert (again.out / "map.html").is_file()
    # Made again: the copies of earlier data go, and with them the folder.
    assert not (out / "outdated").exists()


def test_another_signature_makes_only_the_annex_old(done: Path) -> None:
    out = done.parent / "out"
    before = (out / "map.html").read_bytes()
    text = done.read_text("utf-8")
    assert "annex:" not in text
    done.write_text(text + "annex: {signature: {titles: [CHỦ TỊCH], name: Nông Văn A}}\n", "utf-8")
    run(done, only=("annex",), overwrite=True)
    assert (out / "map.html").read_bytes() == before
    assert not (out / "outdated").exists()
    signed = "\n".join(one.text for one in docx.Document(str(out / "annex.docx")).paragraphs)
    assert "Nông Văn A" in signed


def test_a_page_that_is_not_asked_for_again_is_kept_aside(done: Path) -> None:
    path, out = done, done.parent / "out"
    changes = {"qgis": {"make": True}}
    run(path, only=("qgis",), overwrite=True, changes=changes)
    before = (out / "annex.xlsx").read_bytes()
    text = path.read_text("utf-8")
    path.write_text(text.replace("title:", "title_en: Other\ntitle:", 1), "utf-8")
    # One page was asked for: the others are of another title, and stay at hand.
    listener = run(path, only=("qgis",), overwrite=True, changes=changes)[1]
    assert any("kept aside" in note and "annex.xlsx" in note for note in listener.notes)
    assert not (out / "annex.xlsx").exists()
    assert (out / "outdated" / "annex.xlsx").read_bytes() == before
    assert (out / "qgis" / "project.gpkg").is_file()
    # What is kept aside is no file of the run, and named once.
    told = verify_folder(out)
    assert told.agrees
    assert [name for name in told.uncompared if "outdated" in name] == ["outdated/"]
    # A second change replaces the copy that nobody touched.
    run(path, only=("annex",), overwrite=True)
    assert not (out / "outdated" / "annex.xlsx").exists()
    # A run of all that the project asks for makes no project for QGIS: that one is kept.
    run(path, overwrite=True)
    assert (out / "outdated" / "qgis" / "project.gpkg").is_file()


def test_a_file_that_a_person_changed_is_never_replaced_without_a_copy(done: Path) -> None:
    path, out = done, done.parent / "out"
    for number, name in enumerate(("annex.xlsx", "annex (2).xlsx")):
        (out / "annex.xlsx").write_bytes(b"edited %d" % number)
        _, listener = run(path, only=("annex",), overwrite=True)
        assert any("changed after" in note and "annex.xlsx" in note for note in listener.notes)
        assert (out / "outdated" / name).read_bytes() == b"edited %d" % number
        assert (out / "annex.xlsx").read_bytes()[:2] == b"PK"
    # What was not changed is replaced without a word.
    _, listener = run(path, only=("annex", "map"), overwrite=True)
    assert {"annex", "map"} <= set(listener.steps)
    assert not any("changed after" in note for note in listener.notes)
    assert (out / "outdated" / "annex.xlsx").read_bytes() == b"edited 0"


def test_the_printed_area_of_a_zone_is_the_sum_of_its_communes(tmp_path: Path) -> None:
    path = write_project(tmp_path / "p")
    with (path.parent / "fruit.csv").open("w", encoding="utf-8") as file:
        file.write("commune_code,crop,year,area_ha\n")
        file.write("06148,custard_apple,2025,3.13\n06184,custard_apple,2025,3.12\n")
    tables = run(path, only=("compare",))[0].tables
    zones = round_zones(tables["zones"], decimals=1)
    targets = round_targets(tables["targets"], zones, decimals=1, rate_decimals=2)
    row = targets.set_index("target").loc["custard-apple-area-2030"]
    communes = zones.loc[zones["zone"] == "custard_apple", "present_ha"]
    assert row["present"] == pytest.approx(communes.sum(), abs=1e-9)
    assert row["shortfall"] == pytest.approx(4500 - row["present"], abs=1e-9)


@pytest.mark.parametrize("output", [".", "..", "in"])
def test_the_output_folder_never_holds_inputs(tmp_path: Path, output: str) -> None:
    path = write_project(tmp_path / "p")
    (path.parent / "in").mkdir()
    (path.parent / "fruit.csv").rename(path.parent / "in" / "areas.csv")
    text = path.read_text("utf-8").replace("fruit.csv", "in/areas.csv")
    path.write_text(f"{text}output: {output}\n", "utf-8")
    before = {file: file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()}
    with pytest.raises(OutputError, match="cannot be the output folder"):
        run(path, overwrite=True)
    assert {file: file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()} == before


def test_an_input_that_changes_during_the_run_stops_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_project(tmp_path / "p")

    class Writer(SilentTeller):
        def step(self, name: str, label: object, number: int, total: int) -> None:
            if name == "measure":
                write_raster(path.parent / "cover.tif")

    with pytest.raises(InputError, match=r"1 input changed .*layer cover"):
        run_project(load_project(path), options=RunOptions(only=("measure",)), teller=Writer())
    assert not (path.parent / "out").exists()


def test_a_run_tells_that_another_is_at_work(tmp_path: Path) -> None:
    path = write_project(tmp_path / "p")
    lock = path.parent / ".out.lock"
    with lock.open("w") as held:
        fcntl = pytest.importorskip("fcntl")
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(OutputError, match="Another run is writing to"):
            run(path)
    assert not (path.parent / "out").exists()


def test_sources_of_a_vrt_are_in_the_record_and_undo_a_reuse(tmp_path: Path) -> None:
    path = write_project(tmp_path / "p")
    (path.parent / "tiles").mkdir()
    tile = (path.parent / "cover.tif").rename(path.parent / "tiles" / "a.tif")
    (path.parent / "vrt").mkdir()
    mosaic(path.parent / "vrt", "../tiles/a.tif")
    path.write_text(path.read_text("utf-8").replace("cover.tif", "vrt/mosaic.vrt"), "utf-8")
    result = run(path, only=("compare",))[0]
    assert "../tiles/a.tif" in result.record["inputs"]["layer cover"]["files"]
    with rasterio.open(tile, "r+") as raster:
        raster.write(np.full((200, 200), 2, "uint8"), 1)
    again = run(path, overwrite=True, only=("compare",))[0]
    areas = again.tables["areas"].query("layer == 'cover'").groupby("land")["area_ha"].sum()
    assert areas.to_dict() == pytest.approx({"crops": 400.0, "unclassified": 0.0})


def test_an_atlas_drawn_beside_is_the_same_and_recorded(
    done: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1767225600")
    path = done
    for name in ("1", "2"):
        shutil.copytree(done.parent / "out", tmp_path / name)
    changes = {"atlas": {"make": True, "communes": ("06148",), "overview": False}}
    only = ("atlas", "map")
    alone, _ = run(path, only=only, out=tmp_path / "1", changes=changes, overwrite=True)
    with processes(1, tmp_path) as beside:
        both, _ = run(
            path, only=only, out=tmp_path / "2", changes=changes, beside=beside, overwrite=True
        )
    for result in (alone, both):
        assert result.record["steps"]["atlas"]["files"] == ["atlas.pdf"]
        assert result.record["steps"]["map"]["files"] == ["map.html"]
    assert (tmp_path / "1" / "atlas.pdf").read_bytes() == (tmp_path / "2/atlas.pdf").read_bytes()
    assert alone.record["outputs"] == both.record["outputs"]


def test_settings_of_one_page_leave_the_other_pages(done: Path) -> None:
    """``zones atlas --communes`` and ``zones annex --language`` change their own page alone."""
    path, out = done, done.parent / "out"
    before = {name: (out / name).read_bytes() for name in ("map.html", "annex.xlsx")}
    changes = {"atlas": {"make": True, "communes": ("06148",), "overview": False}}
    findings = json.loads((out / "run.json").read_text("utf-8"))["findings"]
    again, listener = run(path, only=("atlas",), overwrite=True, changes=changes)
    assert {"measure", "allocate"} & set(listener.steps) == set()
    assert again.record["findings"] == findings, "in the order of the steps, as before"
    assert (out / "atlas.pdf").is_file()
    assert {name: (out / name).read_bytes() for name in before} == before
    run(path, only=("annex",), overwrite=True, changes={"annex": {"language": "en"}})
    assert (out / "atlas.pdf").is_file()
    assert (out / "map.html").read_bytes() == before["map.html"]
    assert (out / "annex.xlsx").read_bytes() != before["annex.xlsx"]


def test_ground_that_two_communes_claim_counts_once_in_a_raster(tmp_path: Path) -> None:
    """06148 reaches 100 m into 06184: the lower code keeps the 10 ha, rasters and plots alike."""
    path = write_project(tmp_path / "p")
    ground = communes()
    ground.loc[ground["code"] == "06148", "geometry"] = square(0, 0, 1100, 1000)
    ground.to_file(path.parent / "communes.gpkg", layer="communes")
    result = run(path, only=("measure",))[0]
    areas = result.tables["areas"]
    cover = areas[areas["layer"] == "cover"]
    sums = cover.groupby("commune_code")["area_ha"].sum()
    assert sums.to_dict() == pytest.approx({"06148": 110, "06184": 90, "06211": 100, "06529": 100})
    trees = cover[cover["land"] == "trees"].set_index("commune_code")["area_ha"]
    assert (trees["06148"], trees["06184"]) == pytest.approx((110, 89))
    told = result.tables["findings"].set_index("kind").loc["double-claim"]
    assert (told["source"], told["area_ha"]) == ("communes", pytest.approx(10))
    assert "double-claim" not in set(result.tables["measure_findings"]["kind"])


def test_reading_much_for_the_digests_is_told_on_its_way(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Counting(Listener):
        parts: list[tuple[int, int]] = []  # noqa: RUF012 - one listener

        def part(self, done: int, total: int) -> None:
            if not self.steps:
                self.parts.append((done, total))

    options = RunOptions(only=("check",), write=False)
    few = Counting()
    run_project(load_project(project), options=options, teller=few)
    assert few.parts == []
    assert not any("digests" in note for note in few.notes)
    with (project.parent / "forest.gpkg-wal").open("wb") as beside:
        beside.truncate(5 << 20)  # nothing on the disk, read all the same
    monkeypatch.setattr("zones.run.reuse._LONG", 1 << 20)
    monkeypatch.setattr("zones.run.run._chosen", None)  # no more than the reading
    much = Counting()
    with pytest.raises(TypeError):
        run_project(load_project(project), options=options, teller=much)
    (project.parent / "forest.gpkg-wal").unlink()
    assert sum("digests: 0.0 GB" in note for note in much.notes) == 1
    done, total = zip(*much.parts, strict=True)
    assert list(done) == sorted(done)
    assert len(set(done)) > 4
    assert done[-1] == total[-1] >= 5
