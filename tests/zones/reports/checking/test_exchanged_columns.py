"""Two columns of a whole form in each other's place: one question, and no figure of them counts."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from benchmarks._report_faults import LAST, FilledForm
from zones.project.form_schema import load_form
from zones.reports.collect import collect
from zones.reports.known import KnownFigures
from zones.reports.year_round import Round


@pytest.mark.parametrize(
    "pair", [("planted", "standing"), ("planted", "lost"), ("lost", "standing")]
)
@pytest.mark.parametrize("first_round", [False, True])
def test_two_columns_in_each_others_place_make_one_question(
    pair: tuple[str, str], first_round: bool, round_2026: Round, forms_2026: Path, tmp_path: Path
) -> None:
    if first_round and pair == ("planted", "lost"):
        pytest.skip("the map tells no such small change")
    known = round_2026.known
    asked = replace(round_2026, known=KnownFigures({}, known.register) if first_round else known)
    form = FilledForm(next(forms_2026.glob("*06529*")), LAST["06529"]).fill()
    for zone in form.last:
        one, other = (form.value(zone, column) for column in pair)
        form.put(zone, pair[0], other)
        form.put(zone, pair[1], one)
        form.put(zone, "certified", 0)
    form.book.save(tmp_path / "a.xlsx")
    got = collect(tmp_path, asked, [load_form("plan-annual")])
    told = got.findings[got.findings["severity"] == "problem"]
    assert told["kind"].tolist() == ["columns-exchanged"], told["message_en"].to_string()
    assert len(told["cell"].iloc[0].split(", ")) == 2 * len(form.last)
    mine = got.figures[got.figures["column"].isin(pair)]
    assert set(mine["verdict"]) == {"asked"}


def test_a_column_of_units_holds_for_each_row(round_2026: Round, tmp_path: Path) -> None:
    rows = [
        ["XÃ LỘC BÌNH NĂM 2026", None, None], ["Cây trồng", "ĐVT", "Trồng mới"],
        ["Na", "sào", 100], ["Chè", "ha", 3], ["Hồng", "gốc", 200],
    ]  # fmt: skip
    pd.DataFrame(rows).to_excel(tmp_path / "t.xlsx", header=False, index=False)
    got = collect(tmp_path, round_2026, [load_form("plan-annual")])
    values = got.figures.set_index("row")["value"]
    assert values["custard_apple"] == pytest.approx(3.6)
    assert values["tea"] == 3.0
    assert values.drop(["custard_apple", "tea"]).isna().all(), "trees are no hectares"
    assert "unit-of-another-kind" in set(got.findings["kind"])
