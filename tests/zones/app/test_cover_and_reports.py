"""Cover and reports at the desk: the forecast of the command line, a round from form to report."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from layers.base.errors import InputError, OutputExistsError
from tests.zones.app.conftest import Live
from zones.app.refused import RefusedError
from zones.app.uploads import keep_upload
from zones.cli.main import run
from zones.project.model import load_project
from zones.reports.ledger import Ledger


def test_the_forecast_is_that_of_the_command_line(
    seated: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    changes = ["survival=1", "extra_bare_ha=3"]
    before = seated.ask("cover", "forecast")
    found = seated.ask("cover", "forecast", changes=changes)
    asked = [part for change in changes for part in ("--what-if", change)]
    file = seated.desk.session.project
    assert run(["--lang", "en", "trajectory", str(file), *asked, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [item["forecast_percent"] for item in found["targets"]] == pytest.approx(
        [item["forecast_percent"] for item in told["trajectory_targets"]]
    )
    whole = told["trajectory"][-1]["commune_code"]
    rows = [item for item in told["trajectory"] if item["commune_code"] == whole]
    rates = [item["cover_percent"] for item in rows if item["ledger"] == "counts"]
    assert [item["cover_percent"] for item in found["path"]] == pytest.approx(rates)
    assert found["before"] == before["path"]
    assert before["before"] == before["moved"] == []
    assert "becomes" in found["moved"][0]["en"]
    for row in found["path"]:
        assert row["low_percent"] <= row["cover_percent"] <= row["high_percent"]


def test_levers_stand_where_the_project_has_them(seated: Any) -> None:
    found = seated.ask("cover", "forecast", changes=["survival=0.9"])
    levers = {item["key"]: item for item in found["levers"]}
    assert levers["survival"]["value"] == 0.95
    assert levers["extra_bare_ha"]["most"] >= found["years"][0]["bare_ha"]
    for item in levers.values():
        assert item["least"] <= item["value"] <= item["most"]
        changed = seated.ask("cover", "forecast", changes=[f"{item['key']}={item['most']}"])
        assert changed["path"]
    with pytest.raises(InputError, match="unknown key"):
        seated.ask("cover", "forecast", changes=["nowhere=1"])


def test_levers_are_written_into_the_project(sit: Any, project: Path) -> None:
    desk = sit(project)
    head = "trajectory:\n  # rừng trồng trên đất trống\n  regeneration_ha: 5  # mỗi năm\n"
    project.write_text(project.read_text("utf-8") + head, "utf-8")
    changes = ["survival=0.9", "regeneration_ha=40", "legal_lag=4"]
    tried = desk.ask("cover", "forecast", changes=changes)
    kept = desk.ask("cover", "save", changes=changes)
    assert kept["path"] == tried["path"]
    assert kept["before"] == []
    values = {item["key"]: item["value"] for item in kept["levers"]}
    assert (values["survival"], values["regeneration_ha"], values["legal_lag"]) == (0.9, 40, 4)
    text = project.read_text("utf-8")
    assert re.search("  # rừng trồng trên đất trống\n  regeneration_ha: 40 +# mỗi năm\n", text)
    assert "  survival: 0.9\n" in text
    assert desk.ask("files", "undo")
    assert project.read_text("utf-8").endswith(head)
    name = desk.ask("scenarios", "save", name="B", changes=[])["file"]
    desk.ask("start", "open", path=str(project.parent / name))
    assert desk.ask("cover", "forecast")["scenario"]
    with pytest.raises(RefusedError, match="from its project"):
        desk.ask("cover", "save", changes=changes)


def _answer(form: Path, area: float) -> None:
    """Fill in the first figure that a form asks for."""
    book = openpyxl.load_workbook(form)
    cells = [
        cell
        for sheet in book
        for row in sheet.iter_rows()
        for cell in row
        if cell.value is None and not cell.protection.locked
    ]
    cells[0].value = area
    book.save(form)


def test_a_round_goes_from_the_form_to_the_report(sit: Any, project: Path) -> None:
    desk = sit(project)
    empty = desk.ask("reports", "state", year=2026)
    assert empty["files"] == {"forms": 0, "replies": 0, "report": 0, "returned": 0}
    made = desk.ask("reports", "make", year=2026)
    forms = sorted(Path(made["folder"]).glob("*.xlsx"))
    assert made["count"] == len(forms) == len(empty["status"])
    with pytest.raises(OutputExistsError, match="already"):
        desk.ask("reports", "make", year=2026)  # what may be filled in is not replaced
    _answer(forms[0], 5.0)
    kept = keep_upload(desk.desk.session, forms[0].name, forms[0].read_bytes(), "2026")
    assert Path(kept["path"]).parent.name == "returned-2026"
    read = desk.ask("reports", "collect", year=2026)
    assert [row["file"] for row in read["files"]] == [forms[0].name]
    assert set(read["verdicts"]) == {row["verdict"] for row in read["files"]}
    assert (Path(read["folder"]) / "files.csv").is_file()
    history = Ledger(load_project(project).resolve(Path("reports.sqlite"))).history(2026)
    assert len(history) == 1
    after = desk.ask("reports", "state", year=2026)
    changed = [
        row["reporter"]
        for row, old in zip(after["status"], empty["status"], strict=True)
        if row["state"] != old["state"]
    ]
    assert changed == history["reporter"].tolist()
    written = desk.ask("reports", "write", year=2026)
    assert {Path(name).suffix for name in written["files"]} == {".docx", ".xlsx", ".png", ".svg"}
    assert all((Path(written["folder"]) / name).is_file() for name in written["files"])


def test_the_witnesses_stand_side_by_side(seated: Any) -> None:
    found = seated.ask("reports", "witnesses")
    assert found["all"] >= found["count"] == len(found["rows"])
    assert {"map", "register", "report", "reconciled", "leads"} == set(found["names"])


def test_reports_are_read_from_opened_folders_only(sit: Any, project: Path) -> None:
    with pytest.raises(RefusedError, match="outside the folders"):
        sit(project).ask("reports", "collect", year=2026, folder="/etc")
    with pytest.raises(RefusedError, match="no form"):
        sit(project).ask("reports", "state", year=2026, form="../../etc/passwd")


@pytest.mark.parametrize("year", ["26", "../..", "2026/..", "20260"])
def test_a_dropped_report_goes_to_a_year_and_nowhere_else(year: str, live: Live) -> None:
    kind = {"Content-Type": "application/octet-stream"}
    path = f"/upload?name=a.csv&year={year}"
    assert live.request("POST", path, b"a,b\n", kind)[0] == 400
