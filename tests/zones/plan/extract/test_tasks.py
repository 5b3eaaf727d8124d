"""Plans of tasks: who does what until when; provinces that were joined; districts of their time."""

from __future__ import annotations

from pathlib import Path

import pytest

from layers.base.errors import InputError
from zones.plan.draft_remarks import draft_remarks
from zones.plan.extract.document import Document, read_document_text
from zones.plan.extract.draft import Draft, draft_plan
from zones.plan.extract.tasks import deadline_in
from zones.plan.files import load_plan, save_plan

TABLE = (
    "| TT | Nội dung thực hiện | Đơn vị thực hiện | Thời gian thực hiện | Ghi chú |",
    "|----|---|--|---|---|",
    "| 1 | Tuần tra rừng giáp ranh. | - Hạt Kiểm lâm Lục Nam - Chi cục Kiểm lâm | Hàng năm | |",
    "| 2 | (1) Cắm mốc ranh giới; (2) Ký quy chế | Chi cục | - Trước năm 2025 - Quý II/2023 | |",
    "| TT | Nội dung thực hiện | Đơn vị thực hiện | Thời gian thực hiện | Ghi chú |",
    "| 3 | Báo cáo | Văn phòng Sở | 30/11/2023 | |",
)


def _draft(*lines: str, date: str = "tháng 3 năm 2025") -> Draft:
    head = (
        f"Bắc Giang, ngày 05 {date}",
        "KẾ HOẠCH",
        "Phối hợp giữa 03 tỉnh Quảng Ninh - Bắc Giang",
    )
    return draft_plan(Document("a", "0" * 64, (*head, "I. NHIỆM VỤ", *lines)), plan_id="a")


def test_a_plan_without_figures_becomes_a_plan_of_tasks(tmp_path: Path) -> None:
    draft = _draft(*TABLE)
    tasks = draft.plan.tasks
    assert [(task.name.vi, task.deadline, task.every, task.clause) for task in tasks] == [
        ("Tuần tra rừng giáp ranh", None, "year", "I.1"),
        ("Cắm mốc ranh giới", "2024-12-31", "once", "I.2"),
        ("Ký quy chế", "2023-06", "once", "I.2"),
        ("Báo cáo", "2023-11-30", "once", "I.3"),
    ]
    assert tasks[0].responsible == ["Hạt Kiểm lâm Lục Nam", "Chi cục Kiểm lâm"]
    assert tasks[0].provinces == ["24", "22"]
    save_plan(draft.plan, tmp_path / "tasks.yaml")
    assert load_plan(tmp_path / "tasks.yaml").tasks == tasks


def test_a_text_with_neither_figures_nor_tasks_is_refused() -> None:
    with pytest.raises(InputError, match="no quantity"):
        _draft("- Phối hợp tốt.")


@pytest.mark.parametrize(
    ("text", "deadline"),
    [
        ("trước ngày 30/11/2024", "2024-11-30"),
        ("Tháng 6/2025", "2025-06"),
        ("Quý IV năm 2025", "2025-12"),
        ("hết năm 2026", "2026"),
        ("Xong trước năm 2025", "2024-12-31"),
        ("2022-2025", "2025"),
        ("theo yêu cầu", None),
    ],
)
def test_days_of_tasks(text: str, deadline: str | None) -> None:
    assert deadline_in(text) == deadline


def test_a_province_that_was_joined_is_named_with_that_of_today() -> None:
    draft = _draft(*TABLE)
    assert (draft.plan.province, draft.plan.other_provinces) == ("24", ["22"])
    (note,) = draft.notes
    assert (
        note.en == "Bắc Giang was a province until 30 June 2025; today it is within Bắc Ninh (24)"
    )


def test_districts_are_read_as_districts() -> None:
    line = "- Vùng vải thiều 20.000 ha tại các huyện Lục Nam, Sơn Động và thị xã Chũ."
    draft = _draft(line)
    (zone,) = draft.plan.zones
    assert (zone.crop, zone.communes) == ("lychee", [])
    assert "3 districts" in draft.notes[1].en
    assert "Thị xã Chũ (10)" in draft.notes[1].en
    # After July 2025 there are none: what lies in them lies nowhere until their communes are named.
    later = _draft(line, date="tháng 3 năm 2026")
    assert "3 districts of the time before July 2025" in later.notes[1].en
    beside = _draft("- Vải 20.000 ha tại xã Tân Sơn (huyện Lục Ngạn cũ).", date="tháng 3 năm 2026")
    assert not any("districts" in note.en for note in beside.notes)


def test_the_plan_of_three_provinces_names_them_and_becomes_tasks(shared: Path) -> None:
    document = read_document_text(next((shared / "plans").glob("004_*.txt")))
    plan = draft_plan(document, plan_id="a").plan
    assert (plan.province, plan.other_provinces) == ("24", ["22", "31"])
    assert len(plan.tasks) == 10
    assert {task.deadline for task in plan.tasks} == {None, "2022", "2024-12-31"}


def test_the_plan_of_bac_giang_is_read_as_one_of_its_time(shared: Path) -> None:
    document = read_document_text(next((shared / "plans").glob("000_*.txt")))
    draft = draft_plan(document, plan_id="a")
    assert draft.plan.province == "24"
    assert "Bắc Giang was a province" in draft.notes[0].en
    assert draft.quantities == 85
    # Every quantity is a target's (its own or another statement of it), or stands apart.
    stated = sum(1 + len(target.also) for _, target in draft.plan.all_targets())
    assert stated + len(draft.apart) == 85
    meat = {
        target.indicator: target.figure
        for _, target in draft.plan.all_targets()
        if target.indicator.endswith("_meat")
    }
    assert meat == {
        "buffalo_meat": 1_000,
        "cattle_meat": 2_600,
        "pig_meat": 91_300,
        "poultry_meat": 39_100,
        "goat_meat": 400,
    }


def test_tasks_and_partners_are_told_first() -> None:
    """Of a plan of tasks "1 quantity became 1 target" looked like a document that was not read."""
    lines = list(draft_remarks(_draft(*TABLE), "vi"))
    assert lines[1:3] == [
        "4 nhiệm vụ kèm đơn vị thực hiện và thời hạn.",
        "Văn bản còn là của Quảng Ninh (22).",
    ]


def test_a_long_task_shows_that_it_was_cut() -> None:
    what = "Tuần tra rừng giáp ranh " * 20
    (task,) = _draft(*TABLE[:2], f"| 1 | {what}| Chi cục Kiểm lâm | Hằng năm | |").plan.tasks
    assert task.name.vi.endswith("ranh Tuần …")
    assert len(task.name.vi) <= 202
