"""Likely cause of each difference between map, register and report, with its evidence.

A cause is an arithmetic story: if it were true, one figure put right would equal the other. The
story that leaves the smallest rest is told, as likely and not as proved.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from layers.base.language import Phrase
from layers.base.messages import message
from layers.base.schema import Column, Schema
from zones.reports.reconciliation.reconcile import WITNESSES

#: A story holds where it leaves no more than this part of the figure, or this many hectares.
_REST_RATIO = 0.03
_REST_HA = 0.5
#: Differences below this part of the figure need no story.
_SAME_RATIO = 0.02
#: The same where the report itself tells what changed since the layer was drawn.
_CHANGE_RATIO, _ROUNDED_HA = 0.005, 0.1
#: Factor of a slip → what was taken for what.
_SLIPS = {
    10.0: "× 10",
    100.0: "× 100",
    1_000.0: "× 1.000",
    10_000.0: "m² ↔ ha",
    10_000 / 360: "sào (360 m²) ↔ ha",
    10_000 / 3_600: "mẫu (3.600 m²) ↔ ha",
}

DIFFERENCES = Schema(
    "differences",
    (
        Column("commune_code", "text", "commune"),
        Column("crop", "text", "crop id"),
        Column("difference_ha", "number", "largest less smallest witness", "ha", minimum=0),
        Column("cause", "text", "likely cause, see CAUSES; empty where they agree"),
        Column("evidence_vi", "text", "what speaks for it, Vietnamese"),
        Column("evidence_en", "text", "the same in English"),
    ),
)

CAUSES = (
    *("unit_slip", "report_missing", "out_of_reach", "rounding", "exchanged", "wrong_species"),
    *("other_date", "planted_not_standing", "replanting_as_new", "counted_twice"),
    *(
        "years_change",
        "across_boundary",
        "mixed_stands",
        "under_canopy",
        "ledger_differs",
        "unknown",
    ),
)


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What is known beside the witnesses, by commune and crop."""

    # Hectares: earlier reports, planted but not yet forest, planted in the last year, plots by the
    # commune that they name, with mixed stands as a whole, and planted less lost in the year of the
    # report; columns ``commune_code, crop, earlier_ha, established_ha, new_ha, named_ha, whole_ha,
    # change_ha``
    areas: pd.DataFrame
    understorey: frozenset[str]  # Crops that stand under trees


@dataclass(frozen=True, slots=True)
class _Story:
    cause: str
    rest_ha: float
    evidence: Phrase


def likely_causes(figures: pd.DataFrame, known: Circumstances) -> pd.DataFrame:
    """Difference of each row of ``figures`` (``RECONCILED``) and its likely cause; ranked by ha.

    What only one side tells of counts with all its hectares.
    """
    values = figures[[f"{name}_ha" for name in WITNESSES]]
    spread = values.max(axis=1) - values.min(axis=1)
    reported = figures.groupby("crop")["report_ha"].transform("count") > 0
    alone = (reported & values["report_ha"].isna()) | values.drop(columns="report_ha").isna().all(
        axis=1
    )
    rows = figures.assign(
        difference_ha=spread.mask(alone, values.max(axis=1)), reported=reported
    ).merge(known.areas, on=["commune_code", "crop"], how="left")
    swaps = _swaps(rows)
    stories = [
        _story(row, known, swaps.get((row["commune_code"], row["crop"]), ()))
        for row in rows.to_dict("records")
    ]
    frame = rows[["commune_code", "crop", "difference_ha"]].assign(
        cause=["" if story is None else story.cause for story in stories],
        evidence_vi=["" if story is None else story.evidence.vi for story in stories],
        evidence_en=["" if story is None else story.evidence.en for story in stories],
    )
    table = figures.merge(DIFFERENCES.validate(frame), on=["commune_code", "crop"])
    keys = ["difference_ha", "commune_code", "crop"]
    return table.sort_values(keys, ascending=[False, True, True], ignore_index=True)


def _story(row: Mapping[Any, Any], known: Circumstances, swaps: Iterable[_Story]) -> _Story | None:
    """Likeliest story of a row, or none where its witnesses agree."""
    land, report = _first(row, "register_ha", "map_ha"), _number(row, "report_ha")
    if np.isnan(land):
        text = message("zones.reports.reconciliation.cause_out_of_reach", area_ha=report)
        return _Story("out_of_reach", 0.0, text)
    if np.isnan(report):
        return _unreported(row, land)
    gap = abs(report - land)
    if gap <= max(_SAME_RATIO * max(report, land), 0.05):
        return None
    if story := _years_change(row, land, report):
        return story
    stories = [*_arithmetic(row, land, report, known), *swaps]
    allowed = max(_REST_RATIO * max(report, land), min(_REST_HA, gap / 4))
    fitting = [story for story in stories if story.rest_ha <= allowed]
    if fitting:
        return min(fitting, key=lambda story: story.rest_ha)
    text = message("zones.reports.reconciliation.cause_unknown", report_ha=report, land_ha=land)
    return _Story("unknown", gap, text)


def _years_change(row: Mapping[Any, Any], land: float, report: float) -> _Story | None:
    """The layer is of a year before: planted less lost since then, as reported, is all there is."""
    change = _number(row, "change_ha")
    rest = abs(report - land - change)
    if not (abs(change) > 0 and rest <= max(_ROUNDED_HA, _CHANGE_RATIO * report)):
        return None
    text = message(
        "zones.reports.reconciliation.cause_years_change",
        report_ha=report,
        land_ha=land,
        change_ha=change,
    )
    return _Story("years_change", rest, text)


def _unreported(row: Mapping[Any, Any], land: float) -> _Story | None:
    """A commune that did not report a crop that others did; else map against register."""
    if row["reported"]:
        if land > 0:
            text = message("zones.reports.reconciliation.cause_report_missing", area_ha=land)
            return _Story("report_missing", 0.0, text)
        return None
    gap = abs(land - _number(row, "map_ha"))
    if not gap > _SAME_RATIO * land:
        return None
    text = message(
        "zones.reports.reconciliation.cause_ledger_differs", land_ha=land, map_ha=row["map_ha"]
    )
    return _Story("ledger_differs", gap, text)


def _arithmetic(
    row: Mapping[Any, Any], land: float, report: float, known: Circumstances
) -> Iterator[_Story]:
    """Stories that one row tells by itself."""
    for factor, words in _SLIPS.items():
        for wrong in (report / factor, report * factor):
            text = message(
                "zones.reports.reconciliation.cause_unit_slip",
                slip=words,
                right_ha=wrong,
                land_ha=land,
            )
            yield _Story("unit_slip", abs(wrong - land), text)
    for step in (10.0, 100.0, 1000.0):
        if report > 0 and report % step == 0 and abs(report - land) <= step / 2:
            yield _Story(
                "rounding", 0.0, message("zones.reports.reconciliation.cause_rounding", step=step)
            )
    named = _number(row, "named_ha")
    # Each story, what it leaves open, and the figure that would make it say nothing.
    tests: tuple[tuple[str, str, Callable[[float], float], float], ...] = (
        ("other_date", "earlier_ha", lambda area: land - area, report),
        ("planted_not_standing", "established_ha", lambda area: report - area, land),
        ("replanting_as_new", "new_ha", lambda area: report - land - area, 0.0),
        ("across_boundary", "named_ha", lambda area: report - area, land),
        ("mixed_stands", "whole_ha", lambda area: report - area, named if named > 0 else land),
    )
    for cause, column, rest, idle in tests:
        area = _number(row, column)
        if area > 0 and abs(area - idle) > 0.05:
            text = message(
                f"zones.reports.reconciliation.story_{cause}", area_ha=area, report_ha=report
            )
            yield _Story(cause, abs(rest(area)), text)
    text = message("zones.reports.reconciliation.cause_counted_twice", land_ha=land)
    yield _Story("counted_twice", abs(report - 2 * land) if land > 0 else np.inf, text)
    if row["crop"] in known.understorey and report > land:
        yield _Story(
            "under_canopy",
            0.0,
            message("zones.reports.reconciliation.cause_under_canopy", area_ha=report - land),
        )


def _swaps(rows: pd.DataFrame) -> dict[tuple[str, str], list[_Story]]:
    """Pairs of rows of which one lacks what the other has too much: communes, or species."""
    land = rows["register_ha"].fillna(rows["map_ha"])
    gaps = rows.assign(gap=rows["report_ha"] - land)
    gaps = gaps[gaps["gap"].abs() > _REST_HA]
    found: dict[tuple[str, str], list[_Story]] = {}
    pairs = (("exchanged", "crop", "commune_code"), ("wrong_species", "commune_code", "crop"))
    for cause, same, other in pairs:
        for _, group in gaps.groupby(same):
            for row in group.to_dict("records"):
                partner = _partner(row, group)
                if partner is None:
                    continue
                text = message(
                    f"zones.reports.reconciliation.swap_{cause}",
                    other=partner[other],
                    gap_ha=row["gap"],
                    other_gap_ha=partner["gap"],
                )
                story = _Story(cause, abs(row["gap"] + partner["gap"]), text)
                found.setdefault((row["commune_code"], row["crop"]), []).append(story)
    return found


def _partner(row: Mapping[Any, Any], group: pd.DataFrame) -> Mapping[Any, Any] | None:
    """Row whose gap is the opposite one."""
    rest = (group["gap"] + _number(row, "gap")).abs()
    if rest.min() > _REST_RATIO * abs(_number(row, "gap")):
        return None
    partner: Mapping[Any, Any] = group[rest == rest.min()].to_dict("records")[0]
    return partner


def _number(row: Mapping[Any, Any], name: str) -> float:
    value = row.get(name)
    return float(value) if isinstance(value, int | float) else float("nan")


def _first(row: Mapping[Any, Any], *names: str) -> float:
    return next((v for name in names if not np.isnan(v := _number(row, name))), float("nan"))
