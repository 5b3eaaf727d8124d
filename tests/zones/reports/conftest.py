"""A round that the tests make themselves: four communes of Lạng Sơn, the plan of 2026–2030."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from benchmarks._report_faults import LAST, FilledForm
from layers.communes.gazetteer import communes_on
from zones.plan.files import load_plans
from zones.project.form_schema import load_form
from zones.reports.collect import collect
from zones.reports.collected import Collected
from zones.reports.known import KnownFigures
from zones.reports.layout import communes_as_reporters
from zones.reports.writing.forms_out import save_forms
from zones.reports.year_round import Round

Spoil = Callable[[FilledForm], object]
LAND = {"06529": 24_000.0, "06148": 12_000.0, "06613": 32_000.0, "06187": 2_900.0}


def known() -> KnownFigures:
    last = {
        (code, "zones", zone, "standing"): value
        for code, zones in LAST.items()
        for zone, value in zones.items()
    }
    last |= {(code, "indicators", "pigs", "value"): 1200.0 for code in LAST}
    register = {
        (code, zone): round(value * 1.01, 2)
        for code, zones in LAST.items()
        for zone, value in zones.items()
        if zone != "citrus"
    }
    return KnownFigures(last, register, LAND)


@pytest.fixture(scope="session")
def round_2026() -> Round:
    units = communes_on("20")
    communes = communes_as_reporters(units[code] for code in LAST)
    plans = load_plans(["lang-son-2026-2030", "lang-son-2023"])
    return Round(plans, communes, "2025-07-01", 2026, known())


@pytest.fixture(scope="session")
def forms_2026(round_2026: Round, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Empty forms of all communes and departments."""
    folder = tmp_path_factory.mktemp("biểu")
    save_forms(load_form("plan-annual"), round_2026, folder)
    return folder


@pytest.fixture
def collected(round_2026: Round, forms_2026: Path, tmp_path: Path) -> Callable[[Spoil], Collected]:
    """What a form of Lộc Bình gives that is filled in truly but for one thing."""

    def spoilt(spoil: Spoil) -> Collected:
        form = FilledForm(next(forms_2026.glob("*06529*")), LAST["06529"]).fill()
        spoil(form)
        form.book.save(tmp_path / "a.xlsx")
        return collect(tmp_path, round_2026, [load_form("plan-annual")])

    return spoilt
