"""Targets of a run as lines a planner reads on the terminal."""

from __future__ import annotations

import math
from collections.abc import Hashable
from typing import Any

import pandas as pd

from layers.base.language import format_number
from zones.cli.language import language, say

__all__ = ["target_lines"]


def target_lines(targets: pd.DataFrame, names: pd.DataFrame | None) -> list[str]:
    """Targets that were measured, one line each."""
    label = (
        {} if names is None else dict(zip(names["zone"], names[f"name_{language()}"], strict=True))
    )
    status = {
        "below": say("below", "chưa đạt"),
        "within": say("within", "đạt"),
        "above": say("above", "vượt"),
    }
    measured = targets[targets["status"] != "not_measured"]
    lines = [
        f"{_label(row, label):<30} {_figure(row['present'], row['unit']):>9} / {_range(row):<16} "
        f"{row['unit']:<3} {format_number(100 * row['held_ratio'], language()):>4} %  "
        f"{status[row['status']]}"
        for row in measured.to_dict("records")
    ]
    rest = len(targets) - len(measured)
    if rest:
        lines.append(
            say(f"{rest} targets not measured.", f"{rest} chỉ tiêu chưa có số liệu để so sánh.")
        )
    return lines


def _label(row: dict[Hashable, Any], names: dict[str, str]) -> str:
    name = names.get(row["zone"], "") or row["target"]
    if row["indicator"] == "forest_cover_rate":
        name = say("Forest cover rate", "Tỷ lệ che phủ rừng")
    return name if pd.isna(row["year"]) else f"{name} {row['year']}"


def _figure(value: float, unit: str) -> str:
    return format_number(value, language(), decimals=2 if unit == "%" else 0)


def _range(row: dict[Hashable, Any]) -> str:
    low, high, unit = row["figure_low"], row["figure_high"], row["unit"]
    if math.isnan(high):
        return "≥ " + _figure(low, unit)
    if math.isnan(low):
        return "≤ " + _figure(high, unit)
    if low == high and not pd.isna(row["tolerance_percent"]):
        return f"{_figure(low, unit)} ± {row['tolerance_percent']:g} %"
    if low == high:
        return _figure(low, unit)
    return f"{_figure(low, unit)}–{_figure(high, unit)}"
