"""What verdicts mean, and what would decide those that cannot be told yet, in words."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping
from typing import Any

import pandas as pd

from layers.base.language import Phrase, format_number
from layers.base.messages import message
from maps.layout.words import word
from zones.certainty.design import class_name
from zones.certainty.verdict import EVERYWHERE
from zones.plan.words import bound_words

Row = Mapping[Hashable, Any]

#: Points that nobody visits.
_TOO_MANY = 10_000
#: Sides of an interval that differ by more than this part of their sum have no plus or minus.
_LOPSIDED = 0.05


def verdict_sentences(
    targets: pd.DataFrame,
    zone_names: pd.DataFrame,
    *,
    level_percent: float,
    decimals: tuple[int, int],
) -> list[tuple[str, Phrase]]:
    """Sentences below the targets, from their rounded figures; none where nothing was judged.

    Each with its zone, if it is about one: what nobody can tell yet, and where points decide
    against the map. ``decimals`` are those of hectares and of rates.
    """
    judged = targets[targets["low_interval"].notna()]
    if judged.empty:
        return []
    names = zone_names.drop_duplicates("zone").set_index("zone")
    found = [("", message("zones.certainty.interval", level_percent=level_percent))]
    drawn = judged[judged["interval_from"] == "boundaries"]
    if len(drawn) == len(judged):
        found.append(("", message("zones.certainty.drawing_only")))
    found += [("", sentence) for sentence in _unjudged(targets, names)]
    found += [
        (str(row["zone"]), _verdict(row, names, decimals, level_percent))
        for row in judged.to_dict("records")
        if row["verdict"] == "cannot_tell" or is_contrary(row)
    ]
    return found


def without_points(targets: pd.DataFrame, zone_names: pd.DataFrame) -> list[Phrase]:
    """Sentences on the targets of which the points of a sample do not tell; none without one."""
    if not targets["interval_from"].eq("points").any():
        return []
    return _unjudged(targets, zone_names.drop_duplicates("zone").set_index("zone"))


def _unjudged(targets: pd.DataFrame, names: pd.DataFrame) -> list[Phrase]:
    """Sentences that name the targets of no points: judged by boundaries alone, or not at all."""
    known = targets["present"].notna()
    area = targets["indicator"].eq("area") & targets["unit"].eq("ha")
    reported, origin = targets["told_by"].ne("layer"), targets["interval_from"]
    found = []
    if origin.eq("points").any() and (of := _names(targets[origin == "boundaries"], names)):
        found.append(message("zones.certainty.drawing_only_of", names=of))
    unsaid = targets["verdict"].eq("not_assessed") & targets["low_interval"].isna()
    if of := _names(targets[known & unsaid], names):
        found.append(message("zones.certainty.untold", names=of))
    if of := _names(targets[known & area & reported], names):
        found.append(message("zones.certainty.reported", names=of))
    return found


def _names(targets: pd.DataFrame, names: pd.DataFrame) -> list[Phrase | str]:
    return list(dict.fromkeys(_name(row, names) for row in targets.to_dict("records")))


def is_contrary(row: Row) -> bool:
    """Whether points decide on a target and do not bear out the map, whose figure is printed."""
    if row["verdict"] not in ("met", "not_met") or pd.isna(row["low_interval"]):
        return False
    return not row["low_interval"] <= row["present"] <= row["high_interval"]


def contradicts_status(row: Row) -> bool:
    """Whether points decide otherwise than the status, which compares the map's figure."""
    if not is_contrary(row):
        return False
    found = "within" if row["verdict"] == "met" else "above" if _is_exceeded(row) else "below"
    return bool(found != row["status"])


def zone_verdicts(
    targets: pd.DataFrame,
    zone_names: pd.DataFrame,
    *,
    level_percent: float,
    decimals: tuple[int, int],
) -> list[tuple[str, Phrase]]:
    """Zone and sentence of each judged target of a whole zone, whatever its verdict."""
    names = zone_names.drop_duplicates("zone").set_index("zone")
    judged = targets["low_interval"].notna() & (targets["verdict"] != "not_assessed")
    mine = targets[judged & (targets["zone"] != "") & (targets["commune_code"] == "")]
    return [
        (str(row["zone"]), _verdict(row, names, decimals, level_percent))
        for row in mine.to_dict("records")
    ]


def cover_sentences(
    targets: pd.DataFrame, *, level_percent: float, rate_decimals: int
) -> list[Phrase]:
    """Verdict on each target of the province's rate by what is there today, with its interval.

    The last sentence says what the interval is of.
    """
    names = pd.DataFrame({"zone": [], "name_en": [], "name_vi": []}).set_index("zone")
    rows = targets[
        targets["indicator"].eq("forest_cover_rate")
        & targets["commune_code"].fillna("").eq("")
        & targets["low_interval"].notna()
    ]
    told = [
        _verdict(row, names, (rate_decimals, rate_decimals), level_percent)
        for row in rows.to_dict("records")
    ]
    return [*told, message("zones.certainty.cover_exact")] if told else []


def _verdict(
    row: Row, names: pd.DataFrame, decimals: tuple[int, int], level_percent: float
) -> Phrase:
    """One target: what is asked, the verdict, figure and interval, what would decide."""
    told = message(
        "zones.certainty.verdict",
        name=_name(row, names),
        asked=_asked(row),
        verdict=verdict_phrase(row),
        measured=_measured(row, decimals[row["unit"] == "%"], level_percent),
    )
    if row["verdict"] != "cannot_tell":
        return message("zones.certainty.told", told=told)
    return message("zones.certainty.needs", told=told, needed=needed_words(str(row["needed"])))


def _asked(row: Row) -> Phrase:
    """What the target asks, by when; of one that says about, how far from it is still about."""
    asked = bound_words(row["bound"], (row["figure_low"], row["figure_high"]), row["unit"])
    tolerance = row.get("tolerance_percent", 0.0)
    if row["bound"] == "about" and tolerance > 0:
        asked = message("zones.certainty.about", asked=asked, tolerance_percent=tolerance)
    if pd.isna(row["year"]):
        return asked
    return message("zones.certainty.by_year", asked=asked, year=int(row["year"]))


def _width(low: float, centre: float, high: float, digits: int) -> Phrase:
    """Half the width, to three digits; nothing where it is too small for the decimals.

    An interval that reaches further on one side than on the other is told by its ends alone. The
    sides are never quite alike: more digits would not lead from the centre to the ends either.
    """
    half = float(f"{(high - low) / 2:.3g}")
    digits = min(digits, max(0, 2 - math.floor(math.log10(half)))) if half else 0
    lopsided = pd.isna(centre) or abs(high + low - 2 * centre) > _LOPSIDED * 2 * half
    if lopsided or not round(half, digits):
        return Phrase(en="", vi="")
    return message("zones.certainty.half", half=figure_phrase(half, digits))


def _measured(row: Row, digits: int, level_percent: float) -> Phrase:
    """Figure of the map, what the interval is around, and whether the map's figure lies in it."""
    low, high = row["low_interval"], row["high_interval"]
    by_points = row["interval_from"] == "points"
    given: dict[str, object] = {
        "unit": row["unit"],
        "present": figure_phrase(row["present"], digits),
        "low": figure_phrase(low, digits),
        "high": figure_phrase(high, digits),
        "width": _width(low, row["estimate" if by_points else "present"], high, digits),
        "level_percent": level_percent,
    }
    if not by_points:
        return message("zones.certainty.by_boundaries", **given)
    seen = row["estimate"]
    given["estimate"] = (
        Phrase(en="", vi="")
        if pd.isna(seen)
        else message(
            "zones.certainty.estimate", unit=row["unit"], figure=figure_phrase(seen, digits)
        )
    )
    given["counted"] = _counted(row)
    inside = low <= row["present"] <= high
    return message(f"zones.certainty.by_points{'' if inside else '_outside'}", **given)


def _counted(row: Row) -> Phrase:
    """Points that the estimate is made from, and those of them found to be what is asked for."""
    points, found = row.get("points"), row.get("points_found")
    if points is None or pd.isna(points):
        return message("zones.certainty.counted")
    if found is None or pd.isna(found):
        return message("zones.certainty.counted_own", points=int(points))
    given = {"points": int(points), "found": int(found)}
    if row["indicator"] == "forest_cover_rate":
        return message("zones.certainty.counted_forest", **given)
    return message("zones.certainty.counted_crop", **given)


def verdict_phrase(row: Row) -> Phrase:
    """Verdict of a target in words that stand within a sentence."""
    # Not met sounds like too little.
    verdict = "exceeded" if _is_exceeded(row) else row["verdict"]
    en, vi = (word("verdict", verdict, code) for code in ("en", "vi"))
    return Phrase(en=en[:1].lower() + en[1:], vi=vi[:1].lower() + vi[1:])


def _is_exceeded(row: Row) -> bool:
    return bool(row["verdict"] == "not_met" and row["low_interval"] > row["figure_high"])


def figure_phrase(value: float, decimals: int) -> Phrase:
    """Number with its decimals, as each language writes it."""
    en, vi = (format_number(float(value), code, decimals=decimals) for code in ("en", "vi"))
    return Phrase(en=en, vi=vi)


def _name(row: Row, names: pd.DataFrame) -> Phrase | str:
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
        number, _, strata = rest.partition(":")
        named = strata.removeprefix(EVERYWHERE)
        given = {
            "points": int(number),
            "strata": [class_name(stratum) for stratum in named.split("+")],
        }
        if int(number) == 0:
            return message("zones.certainty.needs_some_points", **given)
        if int(number) > _TOO_MANY:
            return message("zones.certainty.needs_many_points", **given)
        if named != strata:
            return message("zones.certainty.needs_points_everywhere", **given)
        return message("zones.certainty.needs_points", **given)
    if kind == "own_points":
        names = [class_name(stratum) for stratum in rest.split("+")]
        return message("zones.certainty.needs_own_points", strata=names)
    if kind == "error_m":
        return message("zones.certainty.needs_error_m", metres=float(rest))
    return message("zones.certainty.at_the_end")
