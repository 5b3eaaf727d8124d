"""What ``zones run`` prints of targets: names and units of the reader's language, no ids."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from zones.cli.lines.run import target_lines, target_names
from zones.cli.terminal.language import set_language
from zones.measure.targets import ToleratedBounds, compare_targets, join_plan_targets
from zones.plan.files import load_plans
from zones.plan.frames import targets_frame


@pytest.fixture(scope="module")
def lines() -> list[str]:
    plans = load_plans(["lang-son-2026-2030", "lang-son-2023"])
    frames = [targets_frame(plan).assign(plan=plan.plan) for plan in plans]
    targets = join_plan_targets(frames)
    keys = ["zone", "indicator", "commune_code", "unit"]
    present = targets[keys].drop_duplicates().assign(present=1.0)
    set_language("vi")
    found = compare_targets(targets, present, tolerated=ToleratedBounds())
    result: Any = SimpleNamespace(context=SimpleNamespace(plans=lambda: plans))
    return target_lines(pd.DataFrame(found), target_names(result))


def test_no_id_and_no_english_unit_is_printed(lines: list[str]) -> None:
    text = "\n".join(lines)
    for word in ("head", "enterprise", " plant", "m3/ha", "ha/year", "-2030 2030"):
        assert word not in text, word
    assert any(line.startswith("Đàn trâu 2030") and " con " in line for line in lines)
    assert any(line.startswith("Thông: Nhà máy chế biến") and "nhà máy" in line for line in lines)
    assert any(line.startswith("Thông 2030") and " ha " in line for line in lines)
    names = [line.split("  ")[0] for line in lines[:-1]]
    assert len(set(names)) > 0.9 * len(names), "four lines were all called Thông"


@pytest.mark.parametrize(
    ("language", "present", "interval", "verdict", "end"),
    [
        ("en", 149_000.0, (155_200, 158_000), "met",
         "below (by reference points: met)"),
        ("vi", 149_000.0, (155_200, 158_000), "met", "(theo điểm kiểm tra: đạt)"),
        ("en", 157_000.0, (161_000, 170_000), "not_met",
         "within (by reference points: not met, exceeded)"),
        ("en", 165_000.0, (140_000, 150_000), "not_met",
         "above (by reference points: not met)"),
        ("en", 157_000.0, (150_000, 170_000), "cannot_tell",
         "within (cannot tell yet: margin of error)"),
        ("en", 149_000.0, (120_000, 140_000), "not_met",
         "%  below (by reference points: 120,000–140,000 ha)"),
        ("vi", 159_900.0, (156_000, 158_000), "met", "(theo điểm kiểm tra: 156.000–158.000 ha)"),
        ("en", 149_000.0, (140_000, 150_000), "not_met", "%  below"),
        ("en", 149_000.0, (np.nan, np.nan), "not_assessed", "%  below"),
    ],
)  # fmt: skip
def test_what_points_tell_otherwise_is_said_beside_the_status(
    language: str, present: float, interval: tuple[float, float], verdict: str, end: str
) -> None:
    set_language(language)
    plan = load_plans(["lang-son-2026-2030"])[0]
    targets = targets_frame(plan).assign(plan=plan.plan)
    pine = targets[targets["target"] == "pine-area-2030"]
    keys = ["zone", "indicator", "commune_code", "unit"]
    row = compare_targets(pine, pine[keys].assign(present=present), tolerated=ToleratedBounds())
    low, high = interval
    row = row.assign(low_interval=low, high_interval=high, verdict=verdict)
    (line,) = target_lines(pd.DataFrame(row), {})
    assert line.endswith(end)
