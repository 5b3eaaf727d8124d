"""Tasks of plans on paper."""

from __future__ import annotations

from maps.layout.tables import build_tables
from tests.maps.annex import annex_squares as squares
from zones.pages.tasks import tasks_in_words
from zones.plan.files import load_plan


def test_tasks_of_a_plan_stand_in_the_annex() -> None:
    """A plan of several provinces has no hectare: its tasks are all that it says."""
    plan = load_plan("three-provinces-2022")
    tasks = tasks_in_words([plan], "vi")
    assert len(tasks) == len(plan.tasks)
    assert tasks["task"].is_unique
    found = tasks[tasks["name"].str.contains("Cắm mốc")].iloc[0]
    assert found["deadline"] == "đến 31/12/2024"
    assert found["responsible"] == "Chi cục Kiểm lâm"
    assert {"hằng năm", "đến hết năm 2022", "hằng năm; đến 10/06"} <= set(tasks["deadline"])
    table = build_tables(squares.content(tasks=tasks))[-2]
    assert table.title.endswith("Nhiệm vụ của kế hoạch")
    assert table.rows["name"].tolist() == tasks["name"].tolist()
