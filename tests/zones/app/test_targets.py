"""Targets at the desk: an edit moves communes, is kept in the file, and a run gives the same."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from benchmarks._report_kills import submissions
from layers.base.language import Phrase
from layers.base.remembered import remembering
from maps import TableNote
from maps.interactive.content import check_content
from maps.interactive.page_data import page_figures
from zones.app.refused import RefusedError
from zones.app.rooms.targets import Changes, _edited
from zones.cli.main import run
from zones.output.record import file_digest
from zones.pages.map_content import with_figures
from zones.project.model import load_project
from zones.project.yaml_blocks import cut_block
from zones.publish.publish import PublishedFigures
from zones.reports.ledger import Ledger
from zones.run.context import RunOptions
from zones.run.run import run_project
from zones.tables import ALLOCATION, ALLOCATION_NOTES, ALLOCATION_TARGETS


def figures(answer: dict[str, Any], zone: str) -> dict[str, Any]:
    return next(item for item in answer["targets"] if item["zone"] == zone)


def lines_of(sit: Any, project: Path) -> tuple[Any, str, list[str]]:
    """A desk, one of its zones, and a change that asks less of it than the plan does."""
    return lines_at(sit(project))


def lines_at(desk: Any) -> tuple[Any, str, list[str]]:
    zone = next(
        item
        for item in desk.ask("targets", "plan", changes=[])["targets"]
        if item["planned_ha"] > 1
    )
    half = zone["present_ha"] + zone["planned_ha"] / 2
    return desk, zone["zone"], [f"low.{zone['zone']}={half}", f"high.{zone['zone']}={half}"]


def test_an_edit_moves_the_plan_and_says_which_communes(seated: Any) -> None:
    desk, zone, lines = lines_at(seated)
    before = desk.ask("targets", "plan", changes=[])
    assert before["moved"] == []
    after = desk.ask("targets", "plan", changes=lines)
    asked = float(lines[0].partition("=")[2])
    assert figures(after, zone)["end_ha"] == pytest.approx(asked, abs=0.06)
    moved = sum(row["change_ha"] for row in after["moved"] if row["zone"] == zone)
    both = figures(after, zone)["planned_ha"] - figures(before, zone)["planned_ha"]
    assert moved == pytest.approx(both, abs=0.11)
    assert {"done": 1, "of": 2} in desk.told  # how far it is, for a plan that takes seconds
    reasons = desk.ask("targets", "why", changes=lines)
    assert {"zone", "message_vi", "message_en"} <= set(reasons[0])


def test_what_is_remembered_between_edits_changes_no_figure(seated: Any) -> None:
    """The worker keeps what an edit does not touch; every answer is that of a fresh worker."""
    desk, zone, lines = lines_at(seated)
    allocation = desk.desk.plan(()).allocation
    code = allocation.plan.loc[allocation.plan["zone"] == zone, "commune_code"].iloc[0]
    source = allocation.plan.loc[allocation.plan["zone"] == zone, "source"].iloc[0]
    edits: list[list[str]] = [
        lines,
        lines[1:],
        [f"importance.{zone}=5", f"pace.{zone}=3"],
        [f"lock.{zone}.{code}=must_not"],
        [*lines, f"listed.{zone}.{code}=no"],
        [f"land.{source}=0.5x"],
        [f"suitability.{zone}.{source}=0.3", "unlisted_cost=3"],
        lines,
        [],
    ]
    fresh = [desk.ask("targets", "plan", changes=edit) for edit in edits]
    # Edits that change nothing would show nothing.
    assert len({json.dumps(answer["figures"]) for answer in fresh}) > 5
    with remembering():
        kept = [desk.ask("targets", "plan", changes=edit) for edit in edits]
    assert kept == fresh


def test_the_page_is_drawn_from_the_figures_of_the_edited_plan(seated: Any) -> None:
    desk, zone, lines = lines_at(seated)
    ground = desk.ask("targets", "ground")
    after = desk.ask("targets", "plan", changes=lines)["figures"]
    place = next(i for i, item in enumerate(after["zones"]) if item["id"] == zone)
    planned = after["zones"][place]["values"]["planned"]
    assert sum(value or 0 for value in planned) < sum(
        value or 0 for value in ground["page"]["zones"][place]["values"]["planned"]
    )
    assert ground["page"]["tiles"] == []


def test_changes_that_say_nothing_new_are_dropped_and_too_many_are_refused(seated: Any) -> None:
    assert Changes(changes=("low.a=1",) * 3).changes == ("low.a=1",)
    assert Changes(changes=("low.a=2x", "low.a=2x")).changes == ("low.a=2x", "low.a=2x")
    with pytest.raises(RefusedError, match="changes"):
        seated.ask("targets", "plan", changes=["low.anise=360"] * 3_000)


def test_what_is_saved_is_what_a_run_gives(sit: Any, project: Path) -> None:
    desk, zone, lines = lines_of(sit, project)
    after = desk.ask("targets", "plan", changes=lines)
    text = project.read_text("utf-8").splitlines()
    stamp = desk.ask("targets", "ground")["stamp"]
    desk.ask("targets", "save", changes=lines, stamp=stamp)
    kept = project.read_text("utf-8").splitlines()
    assert [line for line in text if line not in kept] == []
    assert load_project(project).allocation.changes == tuple(lines)
    result = run_project(
        load_project(project), options=RunOptions(only=("publish",), overwrite=True)
    )
    held = result[ALLOCATION_TARGETS]
    mine = held[(held["zone"] == zone) & (held["commune_code"] == "")].iloc[-1]
    assert mine["end_ha"] == figures(after, zone)["end_ha"]
    said = result[ALLOCATION_NOTES].iloc[-1]["message_vi"]
    assert "Thông: mức tối thiểu 74,5 ha (kế hoạch: 155.000)" in said
    assert lines[0] not in said  # how it is typed stays in the project file
    below = [note.text.vi for note in result[PublishedFigures].notes if note.table == "targets"]
    assert any("đúng như kế hoạch" in text and said in text for text in below)
    pd.testing.assert_frame_equal(result[ALLOCATION], desk.desk.published(lines).allocation)
    again = sit(project)
    assert again.ask("targets", "ground")["changes"] == lines
    again.ask("targets", "save", changes=[], stamp=again.ask("targets", "ground")["stamp"])
    assert project.read_text("utf-8").splitlines() == text


def test_an_edit_is_the_what_if_of_the_command_line(
    sit: Any, project: Path, tmp_path: Path
) -> None:
    desk, zone, lines = lines_of(sit, project)
    after = desk.ask("targets", "plan", changes=lines)
    told = [item for line in lines for item in ("--what-if", line)]
    assert (
        run(["allocate", str(project), "--by-year", "--out", str(tmp_path / "what-if"), *told]) == 0
    )
    table = pd.read_parquet(tmp_path / "what-if" / "allocation.parquet")
    ours = desk.desk.published(lines).allocation
    pd.testing.assert_frame_equal(table[ours.columns], ours)
    planned = table.loc[table["zone"] == zone, "planned_ha"].sum()
    assert planned == pytest.approx(figures(after, zone)["planned_ha"], abs=1e-9)
    assert planned < figures(desk.ask("targets", "plan", changes=[]), zone)["planned_ha"]


def test_a_change_that_cannot_be_is_refused_and_nothing_is_written(sit: Any, project: Path) -> None:
    desk = sit(project)
    stamp = desk.ask("targets", "ground")["stamp"]
    before = project.read_bytes()
    for wrong in ("low.nowhere=5", "low", "pace.pine=", "high.pine=-5", "lock.pine.06148=maybe"):
        with pytest.raises(Exception, match=r".") as told:
            desk.ask("targets", "save", changes=[wrong], stamp=stamp)
        assert getattr(told.value, "phrase", None) is not None, wrong
    assert project.read_bytes() == before


def test_two_tabs_do_not_overwrite_each_other(sit: Any, project: Path) -> None:
    desk, _, lines = lines_of(sit, project)
    stamp = desk.ask("targets", "ground")["stamp"]
    desk.ask("targets", "save", changes=lines, stamp=stamp)
    with pytest.raises(RefusedError, match="changed elsewhere"):
        desk.ask("targets", "save", changes=[], stamp=stamp)
    assert load_project(project).allocation.changes == tuple(lines)


def test_a_second_desk_looks_but_does_not_write(sit: Any, project: Path) -> None:
    first = sit(project)
    assert first.ask("start", "open", path=str(project))["readOnly"] == ""
    code = (
        "import sys; from pathlib import Path; from zones.app.desk import Desk;"
        "from zones.app.session import Session; from zones.app.rooms.start import hello;"
        "p = Path(sys.argv[1]); d = Desk(Session(project=p).with_root(p.parent), print);"
        "print(hello(d)['readOnly'])"
    )
    found = subprocess.run(
        [sys.executable, "-c", code, str(project)], capture_output=True, text=True, check=True
    )
    assert found.stdout.strip() == "second"


def test_a_folder_that_may_not_be_written_is_shown_only(
    sit: Any, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("zones.app.desk.is_writable", lambda _: False)
    desk = sit(project)
    assert desk.ask("start", "hello")["readOnly"] == "folder"
    with pytest.raises(RefusedError, match="may not be written"):
        desk.ask("targets", "save", changes=[], stamp="")


#: What a person does at a project on a disk that takes no byte: shown, tried out, looked at, told.
READ_ONLY = """
import json, sys
from dataclasses import replace
from pathlib import Path
from zones.app.desk import Desk
from zones.app.process import do
from layers.base.remembered import remembering
from zones.app.refused import RefusedError
from zones.app.rooms.targets import _edited
from zones.app.session import Session
from zones.app.uploads import keep_upload
from layers.base.errors import OutputError
from zones.reports.ledger import Ledger

file = Path(sys.argv[1])
try:
    (file.parent / "proof").touch()
except OSError as error:
    print("read-only" if error.errno == 30 else error)
desk = Desk(Session(project=file).with_root(file.parent), lambda _: None)
print(do(desk, "start", "hello", {})["readOnly"])
ground = do(desk, "targets", "ground", {})
print(do(desk, "targets", "plan", {"changes": ["low.pine=40"]})["settings"] != ground["original"])
print(len(do(desk, "check", "findings", {})["findings"]) > 0)
ledger = Ledger(file.parent / "reports.sqlite")
print(len(ledger.history()) > 0)
try:
    ledger.take([])
except OutputError as error:
    print("one that is read-only" in error.phrase.en)
pair = {"first": [], "second": ["low.pine=40"]}
print(len(do(desk, "scenarios", "compare", pair)["targets"]) > 0)
path = str(file.parent / "fruit.csv")
print(do(desk, "files", "look", {"path": path})["form"])
for room, action, asked in (
    ("targets", "save", {"changes": ["low.pine=40"], "stamp": ground["stamp"]}),
    ("scenarios", "save", {"name": "A", "changes": ["low.pine=40"]}),
    ("files", "drop", {"name": "fruit"}),
    ("check", "export", {"language": "vi"}),
):
    try:
        do(desk, room, action, asked)
    except RefusedError as error:
        print("may not be written" in error.phrase.en)
try:
    keep_upload(desk.session, "x.csv", b"a")
except RefusedError as error:
    print("may not be written" in error.phrase.en)
"""


def test_a_disk_that_takes_no_byte_shows_the_project_and_loses_nothing(project: Path) -> None:
    folder = project.parent
    mount = 'mount --bind "$1" "$1" && mount -o remount,ro,bind "$1"'
    tool = shutil.which("unshare")
    own = [tool or "unshare", "--map-root-user", "--mount", "sh", "-c"]
    ledger = Ledger(folder / "reports.sqlite")  # With a log of its own, as it is made
    for group in submissions(1):
        ledger.take(group)
    if tool is None or subprocess.run([*own, mount, "sh", str(folder)], check=False).returncode:
        pytest.skip("no disk can be mounted read-only by this user")
    before = {file: file_digest(file) for file in folder.rglob("*") if file.is_file()}
    order = f'{mount} && "$2" -c "$3" "$4"'
    given = [str(folder), sys.executable, READ_ONLY, str(project)]
    told = subprocess.run([*own, order, "sh", *given], capture_output=True, text=True, check=False)
    assert told.stdout.split() == ["read-only", "folder", *["True"] * 5, "table", *["True"] * 5]
    assert {file: file_digest(file) for file in folder.rglob("*") if file.is_file()} == before


def test_a_file_that_changed_is_read_again_and_one_that_vanished_is_told(
    sit: Any, project: Path
) -> None:
    desk = sit(project)
    first = desk.desk.base()
    assert desk.desk.base() is first
    table = project.parent / "fruit.csv"
    table.write_text(table.read_text("utf-8").replace("7.5", "8.5"), "utf-8")
    assert desk.desk.base() is not first
    table.unlink()
    with pytest.raises(Exception, match=r"fruit\.csv"):
        desk.ask("targets", "plan", changes=[])


def test_a_session_left_open_overnight_goes_on(
    sit: Any, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, _, lines = lines_of(sit, project)
    evening = desk.ask("targets", "plan", changes=lines)
    stamp = desk.ask("targets", "ground")["stamp"]
    night = time.time() + 14 * 3600
    monkeypatch.setattr("time.time", lambda: night)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(int(night)))
    table = project.parent / "fruit.csv"
    os.utime(table, (night, night))  # copied anew by a backup: the same figures
    assert desk.ask("targets", "plan", changes=lines) == evening
    table.write_text(table.read_text("utf-8").replace("7.5", "8.5"), "utf-8")  # by a colleague
    morning = desk.ask("targets", "plan", changes=lines)
    added = [
        next(item for item in plan["targets"] if "custard" in item["target"])["present_ha"]
        for plan in (evening, morning)
    ]
    assert added[1] == pytest.approx(added[0] + 1)
    project.write_text(project.read_text("utf-8") + "# sửa đêm qua\n", "utf-8")
    with pytest.raises(RefusedError, match="changed elsewhere"):
        desk.ask("targets", "save", changes=lines, stamp=stamp)
    stamp = desk.ask("targets", "ground")["stamp"]
    desk.ask("targets", "save", changes=lines, stamp=stamp)
    assert load_project(project).allocation.changes == tuple(lines)
    assert "# sửa đêm qua" in project.read_text("utf-8")


def test_a_project_that_does_not_load_says_why(sit: Any, project: Path) -> None:
    project.write_text(project.read_text("utf-8").replace("version: 1", "version: 7"), "utf-8")
    told = sit(project).ask("start", "hello")
    assert told["project"] is None
    assert "version" in told["fault"]["vi"]
    assert told["at"] == str(project)


def test_saving_that_is_killed_leaves_the_whole_file(
    sit: Any, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, _, lines = lines_of(sit, project)
    before = project.read_bytes()
    stamp = desk.ask("targets", "ground")["stamp"]

    def dies(_self: Path, _target: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", dies)
    with pytest.raises(KeyboardInterrupt):
        desk.ask("targets", "save", changes=lines, stamp=stamp)
    assert project.read_bytes() == before
    assert list(project.parent.glob(".*.part")) == []


def test_a_desk_that_opens_measures_nothing_that_a_run_has_measured(
    sit: Any, project: Path
) -> None:
    desk = sit(project)
    desk.desk.base()
    steps = [item["step"]["en"] for item in desk.told if "step" in item]
    assert "Measure areas" not in steps
    shutil.rmtree(project.parent / "out")
    project.write_text(project.read_text("utf-8") + "\n# đã xem\n", "utf-8")
    desk = sit(project)
    desk.desk.base()
    assert (project.parent / "out" / "tables" / "measured.parquet").is_file()


def test_the_map_holds_the_zone_against_the_edited_target(seated: Any) -> None:
    desk, zone, lines = lines_at(seated)
    low = float(lines[0].partition("=")[2])
    after = desk.ask("targets", "plan", changes=[*lines, f"year.{zone}=2029"])["figures"]
    shown = next(item for item in after["targets"] if item["zone"] == zone and item["main"])
    assert (shown["low"], shown["high"], shown["year"]) == (low, low, 2029)
    assert (shown["figure_low"], shown["status"]) == (low, "below")
    assert shown["held_ratio"] == pytest.approx(shown["present"] / low)
    assert shown["shortfall"] == pytest.approx(low - shown["present"])
    entry = next(item for item in after["zones"] if item["id"] == zone)
    for now, held in zip(entry["values"]["present"], entry["values"]["held"], strict=True):
        assert (held is None) == (now is None)
        assert now is None or held == pytest.approx(now / low, abs=1e-5)
    others = [item for item in after["targets"] if item["zone"] != zone]
    before = desk.ask("targets", "ground")["page"]["targets"]
    assert others == [item for item in before if item["zone"] != zone]


def test_the_map_marks_the_communes_of_the_edited_list(seated: Any) -> None:
    desk = seated
    codes = desk.ask("targets", "ground")["page"]["communes"]["code"]
    before = desk.ask("targets", "plan", changes=[])
    lists = [(item["zone"], set(item["listed"])) for item in before["settings"] if item["listed"]]
    zone, gone = lists[0][0], min(lists[0][1])
    changes = [f"listed.{zone}.{gone}=no"]
    more = {zone: min(set(codes) - own) for zone, own in lists if set(codes) - own}
    changes += [f"listed.{zone}.{code}=yes" for zone, code in more.items()]
    after = desk.ask("targets", "plan", changes=changes)
    marks = {
        entry["id"]: {codes[at] for at in entry["listed"]} for entry in after["figures"]["zones"]
    }
    for held in after["settings"]:
        assert marks.get(held["zone"], set(held["listed"])) == set(held["listed"])
    assert gone not in marks[zone]


def test_the_edited_target_is_judged_anew_and_the_others_as_they_were(seated: Any) -> None:
    desk, zone, lines = lines_at(seated)
    made = desk.desk.published(lines)
    now = made.targets["present"]
    judged = made.targets.assign(low_interval=now - 1, high_interval=now + 1, needed="points:3:a")
    zones = [other for other in made.zone_names["zone"] if other in set(made.zones["zone"])]
    said = [TableNote("verdict", Phrase(en=f"Met: {it}.", vi=f"Đạt: {it}."), it) for it in zones]
    also = TableNote("zone", Phrase(en="Young trees.", vi="Chưa thành rừng."), zone)
    given = replace(made, targets=judged.assign(verdict="met"), notes=(*made.notes, *said, also))
    figures = _edited(given, desk.desk.base().prepared, desk.desk.prepared(lines))
    # What was said of the edited zone was of the plan's own figures; the others' stands.
    page = page_figures(check_content(with_figures(desk.desk.base().content, figures)))
    told = {item["id"]: [text["en"] for text in item.get("said", [])] for item in page["zones"]}
    assert told == {it: [] if it == zone else [f"Met: {it}."] for it in zones}
    assert also in figures.notes
    found = figures.targets
    mine = found["zone"].eq(zone) & found["indicator"].eq("area") & found["commune_code"].eq("")
    assert set(found.loc[mine, "verdict"]) == {"not_met"}
    assert set(found.loc[mine, "needed"]) == {""}
    assert set(found.loc[~mine, "verdict"]) == {"met"}


def test_an_end_that_follows_the_edited_one_is_said(seated: Any) -> None:
    desk, zone, _ = lines_at(seated)
    high = figures(desk.ask("targets", "plan", changes=[]), zone)["high_ha"]
    after = desk.ask("targets", "plan", changes=[f"low.{zone}={high + 100}"])
    setting = next(item for item in after["settings"] if item["zone"] == zone)
    assert setting["high_ha"] == high + 100
    assert "mức trên cũng đổi theo" in after["follows"][0]["vi"]
    assert "upper end follows" in after["follows"][0]["en"]
    assert desk.ask("targets", "plan", changes=[f"low.{zone}={high - 1}"])["follows"] == []


def test_what_a_run_left_is_shown_first_and_is_what_the_allocation_gives(
    sit: Any, project: Path
) -> None:
    desk = sit(project)
    assert _first_is_the_plan(desk, changes=[])
    _, _, lines = lines_at(desk)
    desk.ask("targets", "save", changes=lines, stamp=desk.ask("targets", "ground")["stamp"])
    run_project(load_project(project), options=RunOptions(only=("publish",), overwrite=True))
    config = project.parent.parent / "config"
    shutil.rmtree(config)  # nothing kept of the page itself
    assert _first_is_the_plan(sit(project), changes=lines)
    shutil.rmtree(config)
    shutil.rmtree(project.parent / "out")
    assert not _first_is_the_plan(sit(project), changes=lines)  # it had to be made


def _first_is_the_plan(desk: Any, *, changes: list[str]) -> bool:
    """Whether a run had left what is shown first; the plan made afterwards must be the same."""
    found = desk.ask("targets", "ground")
    steps = [item["step"]["en"] for item in desk.told if "step" in item]
    assert found["changes"] == changes
    assert found["plan"]["moved"] == (None if changes else [])
    own = {name: item for name, item in found["plan"].items() if not name.startswith("moved")}
    made = desk.ask("targets", "plan", changes=changes)
    assert bool(made["moved"]) == bool(changes)
    assert own == {name: made[name] for name in own}
    assert {name: found["page"][name] for name in own["figures"]} == own["figures"]
    assert found["original"] == desk.ask("targets", "plan", changes=[])["settings"]
    return "Allocate the targets" not in steps


def test_tables_of_a_run_that_are_not_what_is_made_here_are_told_and_left(
    sit: Any, project: Path
) -> None:
    out = project.parent / "out"
    true = sit(project).ask("targets", "plan", changes=[])["targets"]
    file = out / "tables" / "allocation_targets.parquet"
    held = pd.read_parquet(file)
    held.assign(status="above").to_parquet(file)  # agrees in its sums, as another plan might
    record = json.loads((out / "run.json").read_text("utf-8"))
    record["outputs"]["tables/allocation_targets.parquet"] = file_digest(file)
    (out / "run.json").write_text(json.dumps(record), "utf-8")
    shutil.rmtree(project.parent.parent / "config")  # nothing kept of the page itself
    desk = sit(project)
    assert desk.ask("targets", "ground")["plan"]["targets"] != true
    with pytest.raises(RefusedError, match="allocation_targets"):
        desk.ask("targets", "why", changes=[])
    assert desk.ask("targets", "ground")["plan"]["targets"] == true
    assert desk.ask("targets", "plan", changes=[])["targets"] == true


def test_the_page_as_it_was_last_seen_is_shown_before_anything_is_made(
    sit: Any, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    evening = sit(project)
    _, _, lines = lines_at(evening)
    stamp = evening.ask("targets", "ground")["stamp"]
    evening.ask("targets", "save", changes=lines, stamp=stamp)
    made = evening.ask("targets", "ground")
    morning = sit(project)
    morning.desk.open_measured()
    assert morning.ask("targets", "ground") == made
    assert morning.desk._base is None  # nothing was measured or shared out for it
    assert morning.ask("targets", "plan", changes=lines)["targets"] == made["plan"]["targets"]
    assert morning.ask("targets", "ground") == made
    table = project.parent / "fruit.csv"
    table.write_text(table.read_text("utf-8").replace("7.5", "8.5"), "utf-8")
    assert sit(project).ask("targets", "ground")["plan"]["targets"] != made["plan"]["targets"]


def test_a_run_leaves_the_page_that_the_desk_shows_first(sit: Any, project: Path) -> None:
    assert run(["run", str(project), "--overwrite", "--only", "publish"]) == 0
    first = sit(project)
    shown = first.ask("targets", "ground")
    assert first.desk._base is None  # nothing was made for it
    first.ask("targets", "why", changes=[])  # what is made now is held against what was shown
    for file in (project.parent.parent / "config" / "vungtrong" / "pages").iterdir():
        file.unlink()
    assert sit(project).ask("targets", "ground") == shown


@pytest.mark.parametrize("written", ["{", "[]", '{"key": 1}', None])
def test_a_kept_page_that_is_not_what_is_made_is_told_and_let_go(
    sit: Any, project: Path, written: str | None
) -> None:
    made = sit(project).ask("targets", "ground")
    (file,) = (project.parent.parent / "config" / "vungtrong" / "pages").iterdir()
    said = json.loads(file.read_text("utf-8"))
    said["answer"]["plan"]["targets"][0]["end_ha"] += 1
    file.write_text(written or json.dumps(said), "utf-8")
    desk = sit(project)
    shown = desk.ask("targets", "ground")
    if written is None:
        assert shown != made
        with pytest.raises(RefusedError, match="shown first"):
            desk.ask("targets", "why", changes=[])
    assert desk.ask("targets", "ground") == made


@pytest.mark.parametrize("plans", ["as they are", "none"])
def test_saved_changes_of_a_zone_that_is_not_there_shut_no_room(
    sit: Any, project: Path, plans: str
) -> None:
    text = project.read_text("utf-8")
    if plans == "none":
        text = cut_block(text, "plans")
    pine = "high.pine=60"
    lines = [pine, "low.rubber=140000"] if plans != "none" else ["low.rubber=140000"]
    kept = lines[:-1]
    project.write_text(f"{text}allocation:\n  changes: {lines}\n# hết\n".replace("'", ""), "utf-8")
    desk = sit(project)
    seen = desk.ask("targets", "ground")
    assert seen["changes"] == kept
    assert seen["left"] == [
        {
            "line": "low.rubber=140000",
            "said": {
                "vi": "Cao su: mức dưới của chỉ tiêu, ha: 140000",
                "en": "Rubber: lower end of its target, ha: 140000",
            },
        }
    ]
    assert desk.ask("targets", "plan", changes=kept)["movedCount"] >= 0
    assert desk.ask("scenarios", "listed")["changes"] == kept
    assert desk.ask("check", "findings") is not None
    assert desk.ask("print", "ground")["left"] == 1
    assert desk.ask("print", "table", index=0)["rows"]
    with pytest.raises(RefusedError, match="1 saved change is of zones"):
        desk.ask("print", "make", products=["map"])
    desk.ask("targets", "leave")
    assert load_project(project).allocation.changes == tuple(kept)
    assert "# hết" in project.read_text("utf-8")
    seen = desk.ask("targets", "ground")
    assert (seen["left"], seen["changes"]) == ([], kept)
    desk.ask("print", "make", products=["map"])
    desk.ask("files", "undo")
    assert load_project(project).allocation.changes == tuple(lines)
    assert len(desk.ask("targets", "ground")["left"]) == 1
