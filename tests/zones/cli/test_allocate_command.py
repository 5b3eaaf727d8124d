"""``zones allocate`` and the step of a run, on a project whose figures one can add up by hand."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from layers.base.language import Phrase
from tests.factories import write_project
from zones.allocation.explain.sentences import Voice
from zones.cli.main import run
from zones.cli.terminal import language as speech
from zones.project.model import load_project
from zones.run.context import RunOptions
from zones.run.run import run_project

LAND = """\
commune_code,source,area_ha
06148,bare_production,50
06184,bare_production,60
06529,annual_crop,60
06148,annual_crop,40
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = write_project(tmp_path_factory.mktemp("Dự án") / "phân bổ")
    (path.parent / "đất.csv").write_text(LAND, "utf-8")
    with path.open("a", encoding="utf-8") as file:
        file.write("allocation:\n  lists: {custard_apple: open}\n  tables: {available: đất.csv}\n")
    run_project(load_project(path), options=RunOptions())
    return path


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    code = run(list(arguments))
    return code, capsys.readouterr().out


def test_the_step_writes_tables_that_close(project: Path) -> None:
    out = project.parent / "out"
    table = pd.read_csv(
        out / "tables" / "allocation.csv", dtype={"commune_code": str}, encoding="utf-8-sig"
    )
    assert table.columns.tolist() == [
        "zone",
        "commune_code",
        "commune",
        "land",
        "year",
        "planned_ha",
        "present_ha",
        "binding",
    ]
    held = pd.read_parquet(out / "tables" / "allocation_targets.parquet").set_index("zone")
    planned = table.groupby("zone")["planned_ha"].sum()
    for zone, row in held.iterrows():
        assert planned.get(zone, 0.0) == pytest.approx(row["planned_ha"])
        # Of a conversion nobody tells what is there already: its end is what is converted.
        told = pd.notna(row["present_ha"])
        assert told == (zone != "acacia_large_timber")
        present = row["present_ha"] if told else 0.0
        assert present + row["planned_ha"] == pytest.approx(row["end_ha"])
    # 3,000 ha of bare land are shared by zones that ask for hundreds of thousands.
    bare = table[table["land"] == "bare_production"]
    assert bare["planned_ha"].sum() == pytest.approx(110, abs=0.5)
    assert held.loc["pine", "shortfall_ha"] > 0
    report = (out / "allocation.md").read_text("utf-8")
    assert "Thông còn thiếu" in report
    assert "đất.csv" in report
    # Pages name where land comes from in words.
    assert "| forest |" not in report
    assert "lớp hiện trạng rừng" in report
    # One language, the project's.
    assert "forest status layer" not in report
    assert "Land source" not in report
    # Nobody measured these zones: not allocated, which is not 0.
    aside = table[table["binding"] == "not_allocated"]
    assert "medicinal" in set(aside["zone"])
    assert aside["planned_ha"].isna().all()
    assert "| Dược liệu | … | … | … | … | … | … | … | … | … |" in report
    pages = pd.read_parquet(out / "tables" / "zones.parquet").groupby("zone")["present_ha"].sum()
    for zone, row in held.iterrows():
        if pd.notna(row["present_ha"]):
            assert row["present_ha"] == pytest.approx(pages.get(zone, 0.0), abs=0.5)
    record = json.loads((out / "run.json").read_text("utf-8"))
    closures = record["steps"]["allocate"]["closures"]
    assert any("allocation: communes to zone pine" in item["table"] for item in closures)
    assert "allocation available" in record["inputs"]


def test_the_annex_has_the_allocation(project: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.load_workbook(project.parent / "out" / "annex.xlsx", read_only=True)
    text = " ".join(
        str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row
    )
    assert "2028" in text


def test_reasons_and_json(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, text = told(capsys, "allocate", str(project), "--json", "--by-year")
    assert code == 0
    summary = json.loads(text)
    planned = [row for row in summary["allocation"] if row["planned_ha"]]
    assert {row["year"] for row in planned} == set(range(2026, 2031))
    aside = [row for row in summary["allocation"] if row["binding"] == "not_allocated"]
    assert {row["planned_ha"] for row in aside} == {None}
    assert summary["stages"][0]["name"] == "shortfall"
    assert all(abs(stage["gap"]) < 1e-9 for stage in summary["stages"])
    short = [row["zone"] for row in summary["targets"] if row["status"] == "short"]
    assert set(short) <= {
        row["zone"] for row in summary["reasons"] if row["kind"] in ("short", "short_converted")
    }
    assert {row["zone"] for row in summary["repairs"]} == set(short)


def test_every_zone_has_its_effect_on_forest_cover(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The plain command says it, and so does the table of reasons, with the year."""
    code, text = told(capsys, "allocate", str(project), "--json")
    assert code == 0
    summary = json.loads(text)
    code, said = told(capsys, "allocate", str(project))
    assert code == 0
    kinds = ("cover_direct", "cover_late", "cover_never", "cover_other_land", "cover_trees")
    rows = [row for row in summary["reasons"] if row["kind"] in (*kinds, "cover_nowhere")]
    assert len(rows) > 1
    for row in rows:
        assert row["message_vi"] in said
    assert "tỷ lệ che phủ rừng ngày 31/12/2030 thay đổi" in said


def test_what_if_shows_which_communes_change(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, text = told(
        capsys, "allocate", str(project), "--json", "--what-if", "land.annual_crop.06529=0"
    )
    assert code == 0
    changes = json.loads(text)["changes"]
    assert {row["commune_code"] for row in changes} >= {"06529"}
    assert all(row["change_ha"] < 0 for row in changes if row["commune_code"] == "06529")
    code, text = told(capsys, "allocate", str(project), "--what-if", "low.citrus=1.0x")
    assert code == 0
    assert "Không xã nào thay đổi." in text or "No commune changes." in text


def test_the_answer_comes_first(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(speech, "_language", "vi")
    code, text = told(capsys, "allocate", str(project), "--explain", "pine.Thụy Hùng")
    assert code == 0
    first, why = text.splitlines()[:2]
    assert first.startswith("Thông tại Thụy Hùng: tăng thêm ")
    assert why == "Vì sao không nhiều hơn: đã trồng hết đất phù hợp."
    assert "Dược liệu" not in text
    monkeypatch.setattr(speech, "_language", "en")
    changed = ["--what-if", "land.bare_production.06184=95"]
    code, text = told(capsys, "allocate", str(project), *changed)
    lines = text.splitlines()
    assert lines[0].split(":")[0] in ("Pine", "Anise", "Cinnamon", "Acacia")
    assert "→" in lines[0]
    table = next(n for n, line in enumerate(lines) if line.startswith("Commune"))
    assert lines[table].split("  ")[-1].strip() == "What limits it"
    # Only what is still short is explained below; all of it with -v.
    assert not any("reached by" in line for line in lines)
    code, text = told(capsys, "allocate", str(project), *changed, "-v")
    assert "zones are not allocated, because no layer tells the present area: " in text


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (["low.na="], "--what-if 'low.na=': expected KEY=VALUE"),
        (["na=3"], "say what of it is to change, such as low.na=3"),
        (["low.na.05986=3"], "unknown key; known are low.ZONE"),
        (["high.na=5", "low.na=3", "high.na=4"], "'high.na=4': high.na is given twice"),
    ],
)
def test_changes_without_a_known_key_are_refused_before_anything_is_read(
    changes: list[str],
    message: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(speech, "_language", "en")
    asked = [word for change in changes for word in ("--what-if", change)]
    code = run(["allocate", "no such project.yaml", *asked])
    assert (code, message in capsys.readouterr().err) == (2, True)


def test_misspelt_zones_of_the_project_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(speech, "_language", "en")
    path = write_project(tmp_path / "p")
    with path.open("a", encoding="utf-8") as file:
        file.write("allocation: {lists: {anis: open}, importance: {pin: 2, pine: 3}}\n")
    assert run(["allocate", str(path)]) == 2
    told = capsys.readouterr().err
    assert "2 keys name zones that the plan has not" in told
    assert "allocation.importance.pin'" in told
    assert "allocation.lists.anis" in told


def test_portfolio_and_ranges(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, text = told(capsys, "allocate", str(project), "--portfolio", "2", "--json")
    assert code == 0
    found = json.loads(text)
    for row in found["ranges"]:
        assert row["least_ha"] <= row["planned_ha"] + 1e-6
        assert row["planned_ha"] <= row["most_ha"] + 1e-6
    assert found["portfolio_measures"][0]["moved_ratio"] == 0
    code, text = told(capsys, "allocate", str(project), "--portfolio", "1")
    assert code == 0
    assert "Thụy Hùng" in text


def test_explain_out_and_overwrite(
    project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "kết quả"
    code, text = told(
        capsys, "allocate", str(project), "--explain", "pine.Thụy Hùng", "--out", str(out), "-v"
    )
    assert code == 0
    assert "Thụy Hùng" in text
    assert (out / "allocation.csv").is_file()
    assert (out / "allocation.md").is_file()
    assert run(["allocate", str(project), "--out", str(out)]) == 2
    assert "--overwrite" in capsys.readouterr().err
    assert run(["allocate", str(project), "--explain", "pine"]) == 2
    assert "anise.Văn Quan" in capsys.readouterr().err.replace("Hồi.", "anise.")
    assert run(["allocate", str(project), "--explain", "pine.Atlantis"]) == 2
    assert "Atlantis" in capsys.readouterr().err


def test_two_projects_side_by_side(
    project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = write_project(tmp_path / "khác")
    code, text = told(capsys, "allocate", str(project), "--against", str(other), "--json")
    assert code == 0
    changes = json.loads(text)["changes"]
    assert sum(row["change_ha"] for row in changes) < 0


def test_targets_that_the_other_project_drops_and_twins_are_told_apart(
    project: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from types import SimpleNamespace

    from zones.cli.lines.allocation import _print_changed_targets

    monkeypatch.setattr(speech, "_language", "vi")
    rows = [("pine-28", "pine", "", 2028), ("pine-30", "pine", "", 2030), ("na", "na", "", 2030)]
    rows.append(("pine-a", "pine", "06148", 2030))
    held = pd.DataFrame(rows, columns=["target", "zone", "commune_code", "year"])
    held = held.assign(planned_ha=5.0, end_ha=9.0, shortfall_ha=0.0)
    communes = pd.DataFrame({"commune_code": ["06148"], "commune": ["Thụy Hùng"]})
    allocation = SimpleNamespace(inputs=SimpleNamespace(communes=communes))
    names = {"pine": Phrase(en="Pine", vi="Thông"), "na": Phrase(en="Custard apple", vi="Na")}
    base = SimpleNamespace(printed=SimpleNamespace(held=held), allocation=allocation, names=names)
    after = held[held["target"] != "na"].assign(planned_ha=6.0)
    job = SimpleNamespace(
        printed=SimpleNamespace(held=after, step=1.0), allocation=allocation, voice=Voice(1.0)
    )
    _print_changed_targets(job, base)
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(":")[0] for line in lines] == [
        "Thông, 2028",
        "Thông, 2030",
        "Thông, Thụy Hùng, 2030",
        "Na",
    ]
    assert lines[-1] == "Na: không còn chỉ tiêu."


def test_a_changed_table_of_the_allocation_leaves_the_measurement(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project.parent / "đất.csv").write_text(
        LAND.replace("06148,bare_production,50", "06148,bare_production,45"), "utf-8"
    )
    code = run(["run", str(project), "--only", "allocate", "--overwrite", "--json"])
    capsys.readouterr()
    assert code in (0, 1)
    record = json.loads((project.parent / "out" / "run.json").read_text("utf-8"))
    table = pd.read_parquet(project.parent / "out" / "tables" / "allocation.parquet")
    bare = table[table["land"] == "bare_production"]
    assert bare["planned_ha"].sum() == pytest.approx(105, abs=0.5)
    # The pages of the earlier allocation are not current any more.
    assert "measure" in record["steps"]
    (project.parent / "đất.csv").write_text(LAND, "utf-8")


def test_bad_tables_of_the_project_are_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write_project(tmp_path / "p")
    (path.parent / "land.csv").write_text("commune_code,source\n06148,bare_production\n", "utf-8")
    with path.open("a", encoding="utf-8") as file:
        file.write("allocation: {tables: {available: land.csv}}\n")
    assert run(["allocate", str(path)]) == 2
    assert "area_ha" in capsys.readouterr().err
    (path.parent / "land.csv").write_text(
        "commune_code,source,area_ha\n99999,bare_production,5\n", "utf-8"
    )
    assert run(["allocate", str(path)]) == 2
    assert "99999" in capsys.readouterr().err
    (path.parent / "land.csv").unlink()
    assert run(["allocate", str(path)]) == 2
    assert "land.csv" in capsys.readouterr().err
