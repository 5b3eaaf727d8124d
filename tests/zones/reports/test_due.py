"""When a form is due: on the day that the plan names for the communes."""

from __future__ import annotations

from dataclasses import replace

from zones.plan.model import Names, Report
from zones.project.form_schema import load_form
from zones.reports.status import consolidation_day, due_day
from zones.reports.year_round import Round


def _with_days(round_2026: Round, *days: tuple[str, str | None, str]) -> Round:
    office = Names(vi="Sở Nông nghiệp", en="department")
    reports = [
        Report(
            reporter=Names(vi=who, en=who),
            recipient=office,
            clause="2",
            first_day=first,
            last_day=last,
        )
        for who, first, last in days
    ]
    plans = [round_2026.plans[0].model_copy(update={"reports": reports}), *round_2026.plans[1:]]
    return replace(round_2026, plans=plans)


def test_a_form_is_due_on_the_day_of_the_plan(round_2026: Round) -> None:
    form = load_form("plan-annual")
    assert round_2026.dated(form) == form  # The embedded plan says the days of the form
    mine = _with_days(round_2026, ("UBND các xã/phường", None, "12-15"), ("Sở", None, "12-20"))
    assert due_day(mine.dated(form), 2026).isoformat() == "2026-12-15"
    assert mine.dated(form).due.first_day is None
    assert consolidation_day(mine.dated(form), 2026) is None  # 1 December would be too early
    assert due_day(form, 2026).isoformat() == "2026-11-20"


def test_a_form_keeps_its_days_where_the_plan_names_none_or_several(round_2026: Round) -> None:
    form = load_form("plan-annual")
    assert _with_days(round_2026).dated(form) == form
    twice = [("UBND các xã, phường", "06-01", "06-05"), ("các xã", "11-01", "11-05")]
    assert _with_days(round_2026, *twice).dated(form) == form
    assert _with_days(round_2026, ("UBND các xã", None, "12-15")).dated(load_form("forest-01")) == (
        load_form("forest-01")
    )
