"""What verdicts mean, and what would decide those that cannot be told yet, in words."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

import pandas as pd

from layers.base.language import Phrase, format_number
from layers.base.messages import message


def verdict_sentences(
    targets: pd.DataFrame, zone_names: pd.DataFrame, *, level_percent: float, decimals: int
) -> list[Phrase]:
    """Sentences below the targets, from their rounded figures; none where nothing was judged."""
    judged = targets[targets["low_interval"].notna()]
    if judged.empty:
        return []
    found = [message("zones.certainty.interval", level_percent=level_percent)]
    if not judged["needed"].str.startswith("points").any():
        found.append(message("zones.certainty.drawing_only"))
    names = zone_names.drop_duplicates("zone").set_index("zone")
    found += [
        message(
            "zones.certainty.cannot_tell",
            name=_name(row, names),
            unit=row["unit"],
            needed=needed_words(str(row["needed"])),
            present=_figure(row["present"], decimals),
            low=_figure(row["low_interval"], decimals),
            high=_figure(row["high_interval"], decimals),
        )
        for row in judged[judged["verdict"] == "cannot_tell"].to_dict("records")
    ]
    return found


def _figure(value: float, decimals: int) -> Phrase:
    en, vi = (format_number(float(value), code, decimals=decimals) for code in ("en", "vi"))
    return Phrase(en=en, vi=vi)


def _name(row: Mapping[Hashable, Any], names: pd.DataFrame) -> Phrase | str:
    if row["zone"] in names.index:
        zone = names.loc[row["zone"]]
        return Phrase(en=str(zone["name_en"]), vi=str(zone["name_vi"]))
    if row["indicator"] == "forest_cover_rate":
        return message("zones.certainty.cover_rate")
    return str(row["target"])


def needed_words(needed: str) -> Phrase:
    """Column ``needed`` of the targets in words."""
    kind, _, rest = needed.partition(":")
    if kind == "points":
        points, _, strata = rest.partition(":")
        return message("zones.certainty.needs_points", points=int(points), strata=strata.split("+"))
    if kind == "error_m":
        return message("zones.certainty.needs_error_m", metres=float(rest))
    return message("zones.certainty.at_the_end")
