"""The commune table a plan's codes are held against: embedded, by province and vintage."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

from layers.datafiles import data_path
from layers.errors import MissingFileError

if TYPE_CHECKING:
    from zones.plan_model import Plan

__all__ = ["official_names"]

#: Day since which the embedded commune tables hold: the country's two-tier order.
_TABLE_VINTAGE = "2025-07-01"


def official_names(plan: Plan) -> dict[str, str]:
    """Short names of a province's communes by code, where an embedded table fits the plan.

    Parameters
    ----------
    plan : Plan
        The plan; its province and vintage choose the table.

    Returns
    -------
    dict of str to str
        Empty where no embedded table holds for that province and vintage.
    """
    if plan.vintage < _TABLE_VINTAGE:
        return {}
    try:
        path = data_path(f"communes-{plan.province}.csv")
    except MissingFileError:
        return {}
    with path.open(encoding="utf-8", newline="") as lines:
        return {row["code"]: row["name"] for row in csv.DictReader(lines)}
