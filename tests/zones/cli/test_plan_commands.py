"""``zones plan``: what each command prints and how it ends."""

from __future__ import annotations

import getpass
import json
from pathlib import Path

import pytest

from tests.factories import write_project
from zones.cli.main import run
from zones.cli.terminal.language import set_language
from zones.plan.files import load_plan

TEXT = """\
KẾ HOẠCH
Trồng rừng năm 2026
I. MỤC TIÊU
- Tỉnh Lạng Sơn trồng rừng 9.000 ha, rà soát 3 loại rừng.
II. VÙNG
1. Phát triển vùng trồng Thông
- Diện tích đạt trên 5.000 ha.
- Vùng trồng tập trung: các xã Lộc Bình, Lợi Bắc,...
"""


@pytest.fixture(autouse=True)
def _english() -> None:
    set_language("en")


@pytest.fixture
def document(tmp_path: Path) -> Path:
    path = tmp_path / "kế hoạch năm.txt"
    path.write_text(TEXT, encoding="utf-8")
    return path


def test_list(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["plan", "list"]) == 0
    assert "lang-son-2026-2030" in capsys.readouterr().out
    assert run(["plan", "list", "--json"]) == 0
    plans = {plan["plan"]: plan for plan in json.loads(capsys.readouterr().out)}
    assert len(plans) == 5
    assert plans["lang-son-2026-2030"]["zones"] == 13
    assert plans["three-provinces-2022"]["tasks"] == 21
    assert run(["plan", "list", "-v"]) == 0
    assert "13 zones, 44 targets" in capsys.readouterr().out


def test_show(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["plan", "show", "lang-son-2026-2030", "-v"]) == 0
    out = capsys.readouterr().out
    assert "Area: 155,000–160,000 ha (2030) · clause III.1.1" in out
    assert "Thuỵ Hùng" in out
    assert "SHA-256 5d63484a" in out
    set_language("vi")
    assert run(["plan", "show", "three-provinces-2022"]) == 0
    assert "Cắm mốc ranh giới" in capsys.readouterr().out


def test_show_as_json_has_zones_with_targets_and_communes(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(["plan", "show", "lang-son-2026-2030", "--json"]) == 0
    data = json.loads(capsys.readouterr().out)
    pine = data["zones"][0]
    assert pine["targets"][0]["target"] == "pine-area-2030"
    assert pine["communes"][7] == {
        "code": "06601",
        "as_written": "Lợi Bắc",
        "confirm": False,
        "by": None,
        "on": None,
        "commune": "Lợi Bác",
    }


def test_lint_ends_with_1_when_something_must_be_decided(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(["plan", "lint", "lang-son-2024"]) == 1
    assert "11 communes (clause II.1) against 10 communes" in capsys.readouterr().out
    assert run(["plan", "lint", "three-provinces-2022"]) == 0
    assert capsys.readouterr().out == "Nothing found.\n"
    assert run(["plan", "lint", "lang-son-2026-2030"]) == 1
    assert "27 notes; -v tells them." in capsys.readouterr().out
    assert run(["plan", "lint", "lang-son-2026-2030", "-v"]) == 1
    assert "[open-list]" in capsys.readouterr().out
    assert run(["plan", "lint", "bac-giang-2024", "--json"]) == 1
    kinds = [finding["kind"] for finding in json.loads(capsys.readouterr().out)]
    assert kinds.count("parts-do-not-add-up") == 2


def test_lint_names_zones_and_targets_as_people_do(capsys: pytest.CaptureFixture[str]) -> None:
    set_language("vi")
    assert run(["plan", "lint", "lang-son-2026-2030"]) == 1
    out = capsys.readouterr().out
    assert "· Na: Diện tích 2030:" in out
    assert "· Hoàng đàn:" in out
    assert "custard_apple" not in out


def test_lint_against_a_project(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    project = write_project(tmp_path / "dự án")
    before = sorted(path.name for path in project.parent.iterdir())
    assert run(["plan", "lint", "lang-son-2026-2030", "--project", str(project), "--json"]) == 1
    found = json.loads(capsys.readouterr().out)
    above = {item["subject"] for item in found if item["kind"] == "target-above-land"}
    assert "pine-area-2030" in above
    assert sorted(path.name for path in project.parent.iterdir()) == before


def test_extract_prints_a_plan_with_what_was_not_understood(
    document: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert run(["plan", "extract", str(document)]) == 1
    out = capsys.readouterr().out
    assert out.startswith("plan: ke-hoach-nam\n")
    assert "# Not understood: 3 (clause I, line 4)" in out
    assert "# Confirm: Lợi Bắc = Lợi Bác (06601) (clause II.1, line 8)" in out
    (tmp_path / "printed.yaml").write_text(out, encoding="utf-8")
    assert load_plan(tmp_path / "printed.yaml").unconfirmed()


def test_a_crop_that_nobody_knows_is_asked_for_and_read_with_the_project(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    document = tmp_path / "kế hoạch.txt"
    known, _, _ = TEXT.partition("1. Phát triển")
    sentence = (
        "Phát triển vùng sâm nam núi Dành đến năm 2030 trên 1.500 ha tại các xã: Lộc Bình, Lợi Bác."
    )
    document.write_text(f"{known}1. Vùng trồng sâm nam núi Dành\n{sentence}\n", encoding="utf-8")
    command = ["plan", "extract", str(document), "-o", str(tmp_path / "plan.yaml"), "--overwrite"]
    assert run(command) == 1
    told = capsys.readouterr().out
    assert "“sâm nam núi Dành” (clause II.1, 2 communes listed) is no crop that is known" in told
    assert run(["new", str(tmp_path / "ours"), "--province", "20"]) == 0
    project = tmp_path / "ours" / "project.yaml"
    own = "{name_vi: Sâm nam núi Dành, land_kind: annual, counts_for_cover: never}"
    project.write_text(f"{project.read_text('utf-8')}\ncrops: {{sam_nam: {own}}}\n", "utf-8")
    capsys.readouterr()
    assert run([*command, "--project", str(project)]) == 1  # "3 loại rừng" stays to be asked
    assert "no crop that is known" not in capsys.readouterr().out
    (zone,) = load_plan(tmp_path / "plan.yaml").zones
    assert (zone.zone, [one.code for one in zone.communes]) == ("sam_nam", ["06529", "06601"])


def test_extract_writes_a_plan_once(
    document: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = tmp_path / "bản thảo.yaml"
    assert run(["plan", "extract", str(document), "-o", str(path)]) == 1
    assert "3 quantities" not in capsys.readouterr().out
    plan = load_plan(path)
    assert (plan.plan, plan.zones[0].zone) == ("ban-thao", "pine")
    assert run(["plan", "extract", str(document), "-o", str(path)]) == 2
    assert "exists" in capsys.readouterr().err
    assert run(["plan", "extract", str(document), "-o", str(path), "--overwrite", "--json"]) == 1
    data = json.loads(capsys.readouterr().out)
    assert data["quantities"] == 2
    assert [item["figure"] for item in data["not_understood"]] == ["3"]


def test_the_province_of_a_draft_is_told_by_code_or_name(
    document: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for number, told in enumerate(("24", "Bắc Ninh")):
        path = tmp_path / f"plan{number}.yaml"
        assert run(["plan", "extract", str(document), "-o", str(path), "--province", told]) < 2
        assert load_plan(path, check_codes=False).province == "24"
    assert run(["plan", "extract", str(document), "--province", "Bắc Đâu"]) == 2
    assert "Bắc Đâu" in capsys.readouterr().err


def test_communes_of_a_draft_are_confirmed_by_name_or_all_at_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "Vùng keo 500 ha tại các xã Lợi Bắc, Diềm He, Đình Lập."
    document = tmp_path / "Kế hoạch.txt"
    document.write_text(f"UBND TỈNH LẠNG SƠN\nKẾ HOẠCH giai đoạn 2026-2030\n{text}\n", "utf-8")
    path = tmp_path / "kế hoạch.yaml"
    set_language("vi")
    run(["plan", "extract", str(document), "-o", str(path), "--province", "20"])
    told = capsys.readouterr().out
    assert f"Có 2 tên xã chỉ gần giống hoặc là tên cũ: zones plan confirm '{path}' liệt kê" in told
    before = path.read_text("utf-8")
    assert before.count("confirm: true") == 2

    assert run(["plan", "confirm", str(path)]) == 0
    listed = capsys.readouterr().out
    assert "Cần xác nhận: Lợi Bắc = Lợi Bác (06601), Keo\n" in listed
    assert f"zones plan confirm '{path}' --all" in listed
    assert path.read_text("utf-8") == before

    assert run(["plan", "confirm", str(path), "Đình Lập"]) == 2
    assert "Đình Lập" in capsys.readouterr().err
    assert path.read_text("utf-8") == before

    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1767225600")
    assert run(["plan", "confirm", str(path), "lợi bắc", "--by", "Nông Văn A"]) == 0
    assert "1 đã xác nhận, 1 còn phải xác nhận." in capsys.readouterr().out
    assert run(["plan", "confirm", str(path), "--all"]) == 0
    after = path.read_text("utf-8")
    assert "confirm: true" not in after
    listed_now = [item for _, item in load_plan(path).listed()]
    assert [item.code for item in listed_now] == ["06601", "06280", "06613"]
    who = [(item.by, item.on and item.on.isoformat()) for item in listed_now]
    assert who[0] == ("Nông Văn A", "2026-01-01")
    assert who[1] == (getpass.getuser(), "2026-01-01")
    assert who[2] == (None, None)  # nobody had to confirm it
    assert "by: Nông Văn A, on: '2026-01-01'" in after


def test_extract_leaves_no_partial_file(
    document: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    junk = tmp_path / "junk.docx"
    junk.write_bytes(b"\0junk")
    target = tmp_path / "plan.yaml"
    assert run(["plan", "extract", str(junk), "-o", str(target)]) == 2
    assert capsys.readouterr().err.count("\n") == 1
    taken = ["plan", "extract", str(document), "-o", str(target), "--id", "lang-son-2023"]
    assert run(taken) == 2
    assert "is that of an embedded plan" in capsys.readouterr().err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["junk.docx", "kế hoạch năm.txt"]


def test_diff(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["plan", "diff", "lang-son-2023", "lang-son-2026-2030"]) == 0
    out = capsys.readouterr().out
    line = "lowered · Grass jelly: Area: 4,000 ha [clause III.4.b] → at least 1,000 ha (2030)"
    assert line in out
    assert "same · " not in out
    assert run(["plan", "diff", "lang-son-2023", "lang-son-2026-2030", "--json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert {change["change"] for change in data["targets"]} >= {"added", "dropped", "raised"}
    assert data["lists"][0]["zone"] == "pine"


def test_schema_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["plan", "schema"]) == 0
    assert json.loads(capsys.readouterr().out)["title"] == "Plan"


def test_an_unknown_plan_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["plan", "show", "nowhere"]) == 2
    error = capsys.readouterr().err
    assert error.startswith("Error: No plan 'nowhere'")
    assert error.count("\n") == 1
