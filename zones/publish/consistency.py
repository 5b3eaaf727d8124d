"""Figures that stand in two printed tables: whether they are the same figure.

Every table is rounded once, and what two of them print is taken from one rounding; this room holds
them against each other before a page is made, and again when a folder comes back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from layers.base.errors import ClosureError
from layers.base.messages import joined, message
from layers.base.remembered import remembered
from zones.publish.differences import Words, placed
from zones.publish.form_rounding import form_table
from zones.publish.rounded_figures import FUNCTIONS, WITH_FOREST, target_areas

_TOLERANCE = 1e-6
_COVER = ("natural_area_ha", *WITH_FOREST, "area_with_forest_ha", *FUNCTIONS)
_ESTABLISHED = (*(f"class_{number}_ha" for number in range(1, 6)), "age_unknown_ha")
#: Rows by origin and columns by purpose of Form 02, in the order of the cover table's classes.
_ORIGINS = ("1110", "1120", "2010")
_PURPOSES = ("c7", "c13", "c19", "c20")
_ABOUT = ("zone", "commune_code", "year")

Frames = Mapping[str, pd.DataFrame]
_Compare = Callable[[Frames], Iterator["TwinFigures"]]


@dataclass(frozen=True, slots=True)
class TwinFigures:
    """One figure that two printed tables do not agree about."""

    table: str  # Table that says otherwise
    place: Words  # Row and column in it
    expected: float  # What the other table says
    found: float  # What this one says


def twin_differences(frames: Frames) -> list[TwinFigures]:
    """Hold printed tables against each other."""
    found: list[TwinFigures] = []
    given = {name: frame for name, frame in frames.items() if not frame.empty}
    for needed, compare, *more in (
        (("forest_cover",), _cover),
        (("forest_cover", "planted_species"), _species),
        (("forest_cover", "land"), _land),
        (("forest_cover", "cover_years"), _cover_years),
        (("forest_cover", "forest_form_purposes"), _forms_and_cover),
        (("forest_form_purposes", "forest_form_causes"), _forms),
        (("targets", "zones"), _targets),
        (("zone_totals", "zones"), _zone_totals),
        (("progress",), _progress_sums),
        (("progress", "zones"), _progress_present),
        (("group_zones", "zones"), _groups, "allocation", "losses"),
        (("allocation", "zones"), _present),
        (("allocation", "zones"), _gaps, "losses"),
        (("allocation", "allocation_targets"), _allocated, "losses"),
        (("allocation_targets",), _held),
        (("allocation_targets", "zones"), _held_present),
    ):
        if all(name in given for name in needed):
            names = (*needed, *(name for name in more if name in given))
            found += _differences(compare, names, *(given[name] for name in names))
    return found


@remembered(most=40)
def _differences(
    compare: _Compare, names: tuple[str, ...], *frames: pd.DataFrame
) -> list[TwinFigures]:
    return list(compare(dict(zip(names, frames, strict=True))))


def check_consistency(frames: Frames) -> None:
    """Refuse printed tables that do not agree."""
    found = twin_differences(frames)
    if not found:
        return
    first = joined(
        message(
            "zones.publish.twin_apart",
            place=placed(item.table, item.place),
            found=f"{item.found:.12g}",
            expected=f"{item.expected:.12g}",
        )
        for item in found[:5]
    )
    raise ClosureError("zones.publish.tables_disagree", count=len(found), first=first)


def _compare(
    table: str, expected: pd.Series[float], found: pd.Series[float], column: Words
) -> Iterator[TwinFigures]:
    """Compare two series over the places that both have."""
    if not expected.index.equals(found.index):
        expected, found = expected.align(found, join="inner")
    one, other = (it.to_numpy("float64", na_value=np.nan) for it in (expected, found))
    for place in np.flatnonzero(np.abs(one - other) > _TOLERANCE):
        key = expected.index[int(place)]
        row = ", ".join(map(str, key)) if isinstance(key, tuple) else str(key)
        yield TwinFigures(table, placed(row, column), float(one[place]), float(other[place]))


def _cover(given: Frames) -> Iterator[TwinFigures]:
    cover = given["forest_cover"]
    # The province's row leaves out communes whose forest nobody knows.
    cover = cover[cover["natural_forest_ha"].notna()]
    for name in [name for name in _COVER if name in cover.columns]:
        total, last = float(cover[name].iloc[:-1].sum()), float(cover[name].iloc[-1])
        if abs(total - last) > _TOLERANCE:
            place = placed(name, message("zones.publish.last_row"))
            yield TwinFigures("forest_cover", place, total, last)
    rows = cover.set_index("commune_code")
    if "area_with_forest_ha" in rows.columns:
        by_origin = rows[list(WITH_FOREST)].sum(axis=1)
        name = "area_with_forest_ha"
        yield from _compare("forest_cover", by_origin, rows[name], name)
    if set(FUNCTIONS) <= set(rows.columns):
        by_origin = rows[list(WITH_FOREST)].sum(axis=1)
        by_function = rows[list(FUNCTIONS)].sum(axis=1)
        yield from _compare("forest_cover", by_origin, by_function, " + ".join(FUNCTIONS))


def _species(given: Frames) -> Iterator[TwinFigures]:
    species, province = given["planted_species"], given["forest_cover"].iloc[-1]
    for name, total in (
        ("planted_forest_ha", species[list(_ESTABLISHED)].sum().sum()),
        ("not_yet_forest_ha", species["not_yet_ha"].sum()),
    ):
        if abs(float(province[name]) - float(total)) > _TOLERANCE:
            place = placed(message("zones.publish.all_species"), name)
            yield TwinFigures("planted_species", place, float(province[name]), float(total))
    rows = species.set_index("crop")
    parts = rows[[*_ESTABLISHED, "not_yet_ha"]].sum(axis=1)
    yield from _compare("planted_species", parts, rows["planted_ha"], "planted_ha")


def _land(given: Frames) -> Iterator[TwinFigures]:
    land = given["land"]
    natural = land[land["land"] == "natural_forest"].set_index("commune_code")["area_ha"]
    printed = given["forest_cover"].set_index("commune_code")["natural_forest_ha"]
    yield from _compare("land", printed.reindex(natural.index), natural, "natural_forest")


def _cover_years(given: Frames) -> Iterator[TwinFigures]:
    """Hold the year that a forecast begins with against the present of the province."""
    names = [*WITH_FOREST, "cover_percent"]
    present, first = given["forest_cover"].iloc[-1][names], given["cover_years"].iloc[0][names]
    yield from _compare("cover_years", present, first, message("zones.publish.first_year"))


def _forms_and_cover(given: Frames) -> Iterator[TwinFigures]:
    """Form 02 has the province's forest of Form 04, by origin (rows) and by purpose (columns)."""
    province = given["forest_cover"].iloc[-1]
    rows = given["forest_form_purposes"].set_index("row")
    by_origin = province[WITH_FOREST].astype("float64").set_axis(list(_ORIGINS))
    yield from _compare("forest_form_purposes", by_origin, rows["c6"], "c6")
    by_purpose = province[FUNCTIONS].astype("float64").set_axis(list(_PURPOSES))
    yield from _compare("forest_form_purposes", by_purpose, rows.T["0000"], "0000")


def _forms(given: Frames) -> Iterator[TwinFigures]:
    """Forms that the circular ties to each other: what changed by class, and by cause."""
    purposes, causes = given["forest_form_purposes"], given["forest_form_causes"]
    for rule in form_table("05").agreements:
        expected = purposes.set_index("row")[rule.other]
        found = causes.set_index("row")[rule.column]
        yield from _compare("forest_form_causes", expected, found, rule.column)


def _targets(given: Frames) -> Iterator[TwinFigures]:
    targets = given["targets"].set_index("target")
    areas = target_areas(given["targets"], given["zones"]).to_numpy()
    expected = pd.Series(areas, index=targets.index)
    yield from _compare("targets", expected, targets["present"], "present")


def _zone_totals(given: Frames) -> Iterator[TwinFigures]:
    sums = given["zones"].groupby("zone")["present_ha"].sum(min_count=1)
    totals = given["zone_totals"].set_index("zone")["total_ha"]
    yield from _compare("zones", totals.reindex(sums.index), sums, "present_ha")


def _groups(given: Frames) -> Iterator[TwinFigures]:
    """Groups of communes add up to the tables of the zones: present, planted and lost."""
    groups = given["group_zones"].groupby("zone")
    for table, name in (
        ("zones", "present_ha"),
        ("allocation", "planned_ha"),
        ("losses", "loss_ha"),
    ):
        if table in given:
            expected = given[table].groupby("zone")[name].sum(min_count=1)
            found = groups[name].sum(min_count=1)
            yield from _compare("group_zones", expected, found, name)


def _present(given: Frames) -> Iterator[TwinFigures]:
    if "present_ha" not in given["allocation"].columns:
        return
    keys = ["zone", "commune_code"]
    rows = given["allocation"].drop_duplicates(keys).set_index(keys)["present_ha"]
    zones = given["zones"].set_index(keys)["present_ha"]
    yield from _compare("allocation", zones.reindex(rows.index), rows, "present_ha")


def _gaps(given: Frames) -> Iterator[TwinFigures]:
    if "gap_ha" not in given["zones"].columns:
        return
    keys = ["zone", "commune_code"]
    gaps = given["zones"].set_index(keys)["gap_ha"]
    added = given["allocation"].groupby(keys)["planned_ha"].sum().reindex(gaps.index)
    expected = added.fillna(0.0)
    if "losses" in given:
        lost = given["losses"].groupby(keys)["loss_ha"].sum().reindex(gaps.index)
        expected = expected - lost.fillna(0.0)
    yield from _compare("zones", expected, gaps, "gap_ha")


def _progress_sums(given: Frames) -> Iterator[TwinFigures]:
    """Communes of each zone, year and teller add up to the province."""
    keys = ["zone", "told_by", "year"]
    frame = given["progress"]
    whole = frame["commune_code"] == ""
    communes = frame[~whole].groupby(keys)["area_ha"].sum()
    yield from _compare("progress", communes, frame[whole].set_index(keys)["area_ha"], "area_ha")


def _progress_present(given: Frames) -> Iterator[TwinFigures]:
    """The present area of a zone stands among its years as it is printed."""
    keys = ["zone", "commune_code"]
    now = given["progress"][given["progress"]["present"].astype(bool)]
    printed = given["zones"].set_index(keys)["present_ha"]
    yield from _compare("progress", printed, now.set_index(keys)["area_ha"], "area_ha")


def _allocated(given: Frames) -> Iterator[TwinFigures]:
    """Compare what the allocation says of its targets with the sums of its communes."""
    held = given["allocation_targets"]
    keys = ["target", "year"]
    pairs = [("planned_ha", given["allocation"])]
    if "losses" in given:
        pairs.append(("loss_ha", given["losses"]))
    for name, rows in pairs:
        sums = [_until(rows, name, *item) for item in held[list(_ABOUT)].itertuples(index=False)]
        expected = pd.Series(sums, index=pd.MultiIndex.from_frame(held[keys]))
        yield from _compare("allocation_targets", expected, held.set_index(keys)[name], name)


def _held(given: Frames) -> Iterator[TwinFigures]:
    """Hold the rows of the allocation's targets: what is reached, and what lacks or exceeds."""
    held = given["allocation_targets"].set_index(["target", "year"])
    # Of a conversion nobody tells what was converted before: it is counted from nothing.
    end = held["present_ha"].fillna(0.0) - held["loss_ha"] + held["planned_ha"]
    short, over = held["low_ha"] - held["end_ha"], held["end_ha"] - held["high_ha"]
    for name, expected in (
        ("end_ha", end),
        ("shortfall_ha", short.clip(lower=0).fillna(0.0)),
        ("surplus_ha", over.clip(lower=0).fillna(0.0)),
    ):
        yield from _compare("allocation_targets", expected, held[name], name)


def _held_present(given: Frames) -> Iterator[TwinFigures]:
    """Compare the present areas of the allocation's targets with those of the zones."""
    held = given["allocation_targets"]
    areas = given["zones"].groupby(["zone", "commune_code"])["present_ha"].first()
    sums = areas.groupby("zone").sum(min_count=1)
    cells = areas.reindex(pd.MultiIndex.from_frame(held[["zone", "commune_code"]])).to_numpy()
    of_zone = held["zone"].map(sums).where(held["commune_code"] == "", cells)
    keys = ["target", "year"]
    expected = pd.Series(of_zone.to_numpy(), index=pd.MultiIndex.from_frame(held[keys]))
    found = held.set_index(keys)["present_ha"]
    yield from _compare("allocation_targets", expected, found, "present_ha")


def _until(rows: pd.DataFrame, name: str, zone: str, commune_code: str, year: int) -> float:
    mine = rows[(rows["zone"] == zone) & (rows["year"] <= year)]
    if commune_code:
        mine = mine[mine["commune_code"] == commune_code]
    return float(mine[name].sum())
