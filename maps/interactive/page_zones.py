"""Zones of a page: per zone the values of every measure, their classes, the planned years."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from layers.base.language import Phrase
from maps.interactive.content import LIMITS, MapContent
from maps.symbols.classes import Classing, classify, fixed_classes

__all__ = ["MEASURES", "classing_entry", "page_numbers", "zone_entry"]

Values = npt.NDArray[np.float64]

# Measure: column of the zone table, decimals written.
MEASURES: dict[str, tuple[str, int]] = {
    "present": ("present_ha", 4),
    "share": ("share_ratio", 6),
    "held": ("held_ratio", 6),
    "available": ("available_ha", 4),
    "gap": ("gap_ha", 4),
}


def page_numbers(values: Any, decimals: int) -> list[float | int | None]:
    """Round figures for the page."""
    rounded = np.round(np.asarray(values, dtype=np.float64), decimals)
    return [
        None if value != value else int(value) if value.is_integer() else value
        for value in rounded.tolist()
    ]


def zone_entry(
    content: MapContent, zone: dict[Any, Any], codes: pd.Index, notes: list[Phrase]
) -> dict[str, Any]:
    """Gather one zone."""
    frame = content.zone_communes
    rows = frame[frame["zone"] == zone["zone"]].set_index("commune_code").reindex(codes)
    listed = rows["listed"].eq(True).to_numpy()
    entry: dict[str, Any] = {
        "id": zone["zone"],
        "name": {"vi": zone["name_vi"], "en": zone["name_en"]},
        "list": zone["list"],
        "listed": np.flatnonzero(listed).tolist(),
        "values": {},
        "classes": {},
    }
    for measure, (column, decimals) in MEASURES.items():
        if column not in rows:
            continue
        values = pd.to_numeric(rows[column]).to_numpy("float64", na_value=np.nan)
        if np.isnan(values).all():
            continue
        entry["values"][measure] = page_numbers(values, decimals)
        entry["classes"][measure] = _classings(measure, values)
    if "binding" in rows and rows["binding"].notna().any():
        entry["limits"] = _limits(rows["binding"])
    _note_zone(zone, rows["present_ha"].to_numpy("float64", na_value=np.nan), notes)
    planned = _planned(content.planned, zone["zone"], codes)
    if planned is None and content.planned is not None:
        notes.append(
            Phrase(
                vi=f"{zone['name_vi']}: chưa có diện tích kế hoạch.",
                en=f"{zone['name_en']}: no planned areas.",
            )
        )
    if planned is not None:
        years, by_year, total = planned
        entry["values"]["planned"] = page_numbers(total, 4)
        entry["classes"]["planned"] = _classings("planned", total)
        entry["years"] = {
            str(year): page_numbers(values, 4) for year, values in zip(years, by_year, strict=True)
        }
        # One classing for all years, or the colours of the slider could not be compared.
        entry["classes"]["year"] = _classings("planned", np.concatenate(by_year))
    return entry


def _limits(binding: pd.Series) -> list[int | None]:
    """Write limits by their place in the vocabulary, which the page carries once."""
    places = {limit: place for place, limit in enumerate(LIMITS)}
    return [None if pd.isna(limit) else places[limit] for limit in binding]


def _classings(measure: str, values: Values) -> list[dict[str, Any]]:
    found = [classify(values, scheme="natural")]
    if measure == "held":
        fixed = fixed_classes()
        # Shares that all stay in the first class would make a map of one colour; the fixed
        # classes then come second, for the reader to choose.
        telling = bool((values[np.isfinite(values)] > fixed.breaks[0]).any())
        found = [fixed, *found] if telling else [*found, fixed]
    return [classing_entry(classing) for classing in found]


def classing_entry(classing: Classing) -> dict[str, Any]:
    """Write classes for the page."""
    return {"scheme": classing.scheme, "breaks": list(classing.breaks)}


def _planned(
    frame: pd.DataFrame | None, zone: str, codes: pd.Index
) -> tuple[list[int], list[Values], Values] | None:
    if frame is None:
        return None
    rows = frame[frame["zone"] == zone]
    if rows.empty:
        return None
    years = sorted(int(year) for year in frame["year"].unique())
    # A commune without a row in a year is planned nothing in that year.
    table = (
        rows.pivot_table(index="commune_code", columns="year", values="planned_ha", aggfunc="sum")
        .reindex(index=codes, columns=years)
        .fillna(0.0)
    )
    by_year = [table[year].to_numpy("float64") for year in years]
    return years, by_year, np.sum(by_year, axis=0)


def _note_zone(zone: dict[Any, Any], present: Values, notes: list[Phrase]) -> None:
    known = present[~np.isnan(present)]
    if not len(known):
        notes.append(
            Phrase(
                vi=f"{zone['name_vi']}: chưa có số liệu hiện trạng.",
                en=f"{zone['name_en']}: the present area is not measured.",
            )
        )
    elif not known.any():
        notes.append(
            Phrase(
                vi=f"{zone['name_vi']}: hiện trạng bằng 0 ở mọi xã, phường.",
                en=f"{zone['name_en']}: the present area is 0 in every commune.",
            )
        )
    elif len(np.unique(known)) == 1 and len(known) > 1:
        notes.append(
            Phrase(
                vi=f"{zone['name_vi']}: mọi xã, phường có cùng một giá trị nên chỉ có một màu.",
                en=f"{zone['name_en']}: all communes have the same value, hence one colour.",
            )
        )
