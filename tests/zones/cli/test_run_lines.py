"""What ``zones run`` prints of targets: names and units of the reader's language, no ids."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

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
