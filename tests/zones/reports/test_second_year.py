"""The second year of a round: what was reported in the first is known, and is no reason to ask."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd

from benchmarks._report_faults import LAST, FilledForm
from zones.project.form_schema import load_form
from zones.reports.collect import collect
from zones.reports.collected import keep
from zones.reports.known import known_figures
from zones.reports.ledger import Ledger
from zones.reports.writing.forms_out import save_forms
from zones.reports.year_round import Round

_NOTHING = pd.DataFrame({"commune_code": [], "zone": [], "present_ha": []})


def test_what_a_year_planted_is_not_held_against_the_year_before(
    round_2026: Round, forms_2026: Path, tmp_path: Path
) -> None:
    """1.5 ha were planted in 2026 and 15 ha in 2027: no slip by ten, and no leap."""
    form, ledger = load_form("plan-annual"), Ledger(tmp_path / "sổ.sqlite")
    one = replace(round_2026, communes=round_2026.communes[:1])
    zones = LAST["06529"]

    def filled(path: Path, last: dict[str, float], planted: float, lost: float) -> FilledForm:
        book = FilledForm(path, last).fill()
        for zone, area in last.items():
            book.put(zone, "planted", planted)
            book.put(zone, "lost", lost)
            book.put(zone, "replanted", planted / 3)
            book.put(zone, "standing", round(area + planted - lost, 2))
        return book

    (tmp_path / "2026").mkdir()
    first = filled(next(forms_2026.glob("*06529*")), zones, 1.5, 0.1)
    first.book.save(tmp_path / "2026" / "a.xlsx")
    keep(collect(tmp_path / "2026", one, [form], ledger=ledger), ledger)
    last = ledger.figures(2026)
    assert set(last["verdict"]) == {"accepted"}
    known = known_figures(last, _NOTHING, _NOTHING, round_2026.known.land)
    asked = replace(one, year=2027, known=known)
    path = next(one for one in save_forms(form, asked, tmp_path / "out") if "06529" in one.name)
    stood = {zone: round(area + 1.4, 2) for zone, area in zones.items()}
    (tmp_path / "2027").mkdir()
    filled(path, stood, 15, 1).book.save(tmp_path / "2027" / "a.xlsx")
    got = collect(tmp_path / "2027", asked, [form], ledger=ledger)
    assert got.findings.empty, got.findings[["kind", "cell", "message_en"]].to_string()
