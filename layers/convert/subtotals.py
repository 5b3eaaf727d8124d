"""Rows of a table that are the sum of other rows: districts above their communes, the province."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from layers.base.findings import Finding, Findings
from layers.base.language import Phrase
from layers.communes.qualifiers import district_key
from layers.convert.rows import RowUnit

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["set_subtotals_apart"]


def set_subtotals_apart(
    rows: Sequence[RowUnit],
    keys: Sequence[Hashable],
    figures: pd.DataFrame,
    *,
    source: str,
) -> tuple[list[RowUnit], Findings]:
    """Tell totals from figures of their own, and check them against their parts."""
    below: dict[tuple[Hashable, str], list[int]] = defaultdict(list)
    for at, (row, key) in enumerate(zip(rows, keys, strict=True)):
        if row.unit:
            below[key, district_key(row.unit.district)].append(at)
            below[key, ""].append(at)
    for at, (row, key) in enumerate(zip(rows, keys, strict=True)):
        if row.role == "district" and not below.get((key, row.district)):
            below[key, ""].append(at)
    result, totals, different = [], [], []
    for at, (row, key) in enumerate(zip(rows, keys, strict=True)):
        parts = below.get((key, row.district)) if row.role in ("district", "total") else None
        if row.role == "total" and not parts:
            result.append(replace(row, role="unmatched", reason=_ONLY_TOTAL))
        elif parts and row.role in ("district", "total"):
            result.append(replace(row, role="total"))
            totals.append(at)
            if _differs(figures, at, parts):
                different.append(at)
        else:
            result.append(row)
    return result, _tell(rows, totals, different, source)


_ONLY_TOTAL = Phrase(
    en="a figure of the whole province, with no rows of communes to stand for",
    vi="số liệu của toàn tỉnh, không có dòng của từng xã",
)


def _differs(figures: pd.DataFrame, at: int, parts: list[int]) -> bool:
    """Whether a total and its parts, where both are there, differ by more than rounding."""
    for column in figures.columns:
        values = figures[column].to_numpy()
        whole, known = values[at], [values[part] for part in parts if not math.isnan(values[part])]
        # Printed parts are rounded each on its own: half a hundredth for each is no difference.
        if not math.isnan(whole) and abs(math.fsum(known) - whole) > 0.005 * (len(known) + 1):
            return True
    return False


def _tell(
    rows: Sequence[RowUnit], totals: list[int], different: list[int], source: str
) -> Findings:
    findings = Findings()
    if totals:
        shown = ", ".join(dict.fromkeys(rows[at].text for at in totals[:5]))
        findings.add(
            Finding(
                "note",
                "totals-left-out",
                source,
                Phrase(
                    en=f"{len(totals)} rows are totals of other rows and were not added ({shown})",
                    vi=f"{len(totals)} dòng là số tổng của các dòng khác nên không cộng ({shown})",
                ),
                count=len(totals),
                rows=tuple(totals),
            )
        )
    if different:
        shown = ", ".join(f"{rows[at].text} (row {at + 2})" for at in different[:5])
        lines = ", ".join(f"{rows[at].text} (dòng {at + 2})" for at in different[:5])
        findings.add(
            Finding(
                "problem",
                "total-differs",
                source,
                Phrase(
                    en=f"{len(different)} totals differ from the sum of their rows: {shown}; the "
                    "rows were taken",
                    vi=f"{len(different)} số tổng khác tổng các dòng: {lines}; đã lấy theo các "
                    "dòng",
                ),
                count=len(different),
                rows=tuple(different),
            )
        )
    return findings
