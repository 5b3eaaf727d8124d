"""``zones reconcile``: the witnesses of a small project, written, explained, and used again."""

from __future__ import annotations

import json
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from layers import InputError
from tests.factories import write_project
from zones.cli.main import run
from zones.project.model import load_project
from zones.reports.ledger import Ledger, Submission
from zones.run.reconciliation import read_totals
from zones.run.run import RunOptions, run_project
from zones.tables import TARGETS


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The small project with a report of pine: 10.4 ha of register in Thụy Hùng, told as 104."""
    path = write_project(tmp_path / "dự án")
    (path.parent / "pine.csv").write_text(
        "commune_code,crop,year,area_ha\n06148,pine,2025,104\n06184,pine,2025,30.3\n", "utf-8"
    )
    text = path.read_text("utf-8").replace(
        "layers:\n",
        "present: {pine: forest}\nreconcile: {leads: {pine: report}}\nlayers:\n"
        "  pine: {kind: report, path: pine.csv, date: 2025-12-31}\n",
    )
    path.write_text(text, "utf-8")
    return path


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert run(["reconcile", *arguments]) == 0
    return capsys.readouterr().out


def test_differences_with_cause_and_leading_figure(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = json.loads(told(capsys, str(project), "--json"))
    table = pd.DataFrame(data["differences"]).set_index(["crop", "commune_code"])
    slip = table.loc["pine", "06148"]
    # Half of 20.8 ha by the ledger, half of 20 ha by geometry; the report slipped by ten.
    assert slip["register_ha"] == pytest.approx(10.4)
    assert slip["map_ha"] == pytest.approx(10.0)
    assert slip["report_ha"] == 104.0
    assert slip["cause"] == "unit_slip"
    assert slip["suspect"] == "report"
    assert (slip["leads"], slip["leading_ha"]) == ("report", 104.0)
    assert table.loc[("pine", "06211"), "cause"] == "report_missing"
    # 10.4 ha and half of 40 ha of a mixed stand.
    assert table.loc[("pine", "06184"), "register_ha"] == pytest.approx(30.4)
    assert table.loc[("pine", "06184"), "cause"] == ""
    assert table.loc[("anise", "06184"), "leads"] == "register"


def test_page_names_the_largest_first_and_explains_one(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = told(capsys, str(project))
    lines = text.splitlines()
    assert "bản đồ" in lines[0]
    assert "Thụy Hùng" in lines[1]
    assert "nhầm đơn vị" in lines[2]
    text = told(capsys, str(project), "--explain", "pine:Thụy Hùng")
    assert "104,00 ha" in text
    assert "nghi vấn: báo cáo" in text
    assert run(["reconcile", str(project), "--explain", "pine:nowhere"]) == 2
    assert "--explain 'pine:nowhere'" in capsys.readouterr().err


def test_reconciled_figures_feed_the_comparison(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = project.parent / "đối chiếu"
    told(capsys, str(project), "--out", str(out))
    figures = pd.read_csv(out / "reconciled.csv", dtype={"commune_code": "str"})
    pine = figures[figures["crop"] == "pine"]
    text = project.read_text("utf-8").replace("pine: forest", "pine: agreed")
    text += "  agreed: {kind: reconciled, path: đối chiếu/reconciled.csv, date: 2025-12-31}\n"
    project.write_text(
        text.replace(
            "present: {", "present: {anise: forest, citrus: fruit, custard_apple: fruit, "
        ),
        "utf-8",
    )
    options = RunOptions(only=("compare",), write=False)
    targets = run_project(load_project(project), options=options)[TARGETS]
    row = targets[(targets["zone"] == "pine") & (targets["commune_code"] == "")].iloc[0]
    assert row["present"] == pytest.approx(pine["area_ha"].sum())
    assert row["told_by"] == "reconciled", "a figure that was reconciled is no map's"
    # What was reconciled is no witness of itself: the figures stay as they are.
    before = (out / "reconciled.csv").read_bytes()
    told(capsys, str(project), "--out", str(out), "--overwrite")
    assert (out / "reconciled.csv").read_bytes() == before


@pytest.mark.parametrize(
    ("leads", "present"),
    [
        ("report", 134.3),  # 104 + 30.3; who sent nothing is missing
        ("register", None),
        ("map", None),
        ("reconciled", None),
    ],
)
def test_the_figure_that_leads_feeds_the_comparison(
    leads: str, present: float | None, project: Path
) -> None:
    text = project.read_text("utf-8").replace("leads: {pine: report}", f"leads: {{pine: {leads}}}")
    project.write_text(text, "utf-8")
    out = project.parent / "đối chiếu"
    assert run(["reconcile", str(project), "--out", str(out)]) == 0
    differences = pd.read_csv(out / "differences.csv")
    mine = differences.loc[differences["crop"] == "pine", f"{leads}_ha"]
    text = text.replace(
        "present: {pine: forest",
        "present: {pine: led, anise: forest, citrus: fruit, custard_apple: fruit",
    )
    text += "  led: {kind: reconciled, path: đối chiếu/leading.csv, date: 2025-12-31}\n"
    project.write_text(text, "utf-8")
    options = RunOptions(only=("compare",), write=False)
    targets = run_project(load_project(project), options=options)[TARGETS]
    row = targets[(targets["zone"] == "pine") & (targets["commune_code"] == "")].iloc[0]
    assert row["present"] == pytest.approx(mine.sum(), abs=1e-3)
    assert present is None or row["present"] == pytest.approx(present)


def _sent(code: str, area: float, year: int = 2026) -> Submission:
    figure = {
        "table": "zones", "row": "pine", "column": "standing", "crop": "pine", "unit": "ha",
        "value": area, "verdict": "accepted", "written": str(area), "sheet": "1", "cell": "B7",
    }  # fmt: skip
    return Submission(
        *(year, code, "plan-annual", 1, f"{code}.xlsx", f"{code}{year}", f"{year}-11-18"),
        *(f"{year}-11-18", "accepted", [figure]),
    )


def test_what_communes_sent_is_a_witness_without_typing(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ledger = Ledger(project.parent / "reports.sqlite")
    for one in (_sent("06148", 10.3, 2025), _sent("06148", 14.9), _sent("06211", 5.0)):
        ledger.take([one])
    table = pd.DataFrame(json.loads(told(capsys, str(project), "--json"))["differences"])
    pine = table[table["crop"] == "pine"].set_index("commune_code")
    # The round tells 14.9 ha of 2026; the table's 104 ha of 2025 is neither counted nor added.
    assert set(table["year"]) == {2026}, "what was sent of 2026 is of that year"
    assert pine.loc["06148", "report_ha"] == 14.9
    assert pine.loc["06148", "cause"] == "other_date", "the 10.3 ha sent a year before fit"
    assert pine.loc["06211", "report_ha"] == 5.0
    assert pd.isna(pine.loc["06184", "report_ha"]), "of 2025 only: who sent nothing is missing"
    assert pine.loc["06184", "cause"] == "report_missing"
    assert table[table["crop"] == "citrus"]["report_ha"].notna().all(), "no round tells of it"


def test_without_a_choice_the_register_leads(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = project.read_text("utf-8").replace("reconcile: {leads: {pine: report}}\n", "")
    project.write_text(text, "utf-8")
    table = pd.DataFrame(json.loads(told(capsys, str(project), "--json"))["differences"])
    pine = table[(table["crop"] == "pine") & (table["commune_code"] == "06148")].iloc[0]
    assert (pine["leads"], pine["leading_ha"]) == ("register", pytest.approx(10.4))
    fruit = table[table["crop"] == "citrus"].iloc[0]
    assert fruit["leads"] == "report"


def test_known_totals_bind_the_communes(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project.parent / "totals.csv").write_text(
        "commune_code,crop,area_ha,error_percent\n,pine,75,0\n", "utf-8"
    )
    text = project.read_text("utf-8")
    text = text.replace("reconcile: {", "reconcile: {totals: totals.csv, ")
    project.write_text(text, "utf-8")
    data = json.loads(told(capsys, str(project), "--json"))
    table = pd.DataFrame(data["differences"])
    assert table.loc[table["crop"] == "pine", "reconciled_ha"].sum() == pytest.approx(75, abs=1e-9)


def test_percents_in_known_totals_are_refused_where_they_are_figures(tmp_path: Path) -> None:
    path = tmp_path / "totals.xlsx"
    book = openpyxl.Workbook()
    book.active.append(["commune_code", "crop", "area_ha", "error_percent", "share"])
    book.active.append([None, "pine", 75, 0, 0.6])
    book.active["E2"].number_format = "0%"
    book.save(path)
    assert read_totals(path).to_numpy().tolist() == [["", "pine", 75, 0, 0.6]]
    book.active["C2"].number_format = "0%"
    book.save(path)
    with pytest.raises(InputError, match=r"totals\.xlsx: area_ha: .* 1 cell .*\(C2\)"):
        read_totals(path)
