"""Checks of a forest status layer: types, origin, years, purpose, ledger.

Every function takes the frame of plots and gives findings; none changes a value. Severities stand
in ``docs/reference/forest-status.md``.

Planted and already forest, or not yet: the type and ``thanhrung`` together decide.

| type | ``thanhrung`` | counts as forest | told as |
|---|---|---|---|
| RT… (planted) | 1 | yes | – |
| RT… | 2 | no | note |
| RT… | 0 or empty | yes | note: assumed |
| RT… | field missing | yes | note: the type decides |
| DTR… (planted, not yet forest) | 2 | no | – |
| DTR… | 0 or empty | no | note: assumed |
| DTR… | 1 | no | problem: conflict |
| DTR… | field missing | no | note: the type decides |
| any | another value | as if empty | problem |
| natural | 2 | yes | problem: conflict |
| no forest | 1 | no | problem: conflict |
"""

from __future__ import annotations

import itertools
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from layers.base.findings import Finding, Severity
from layers.base.messages import message
from layers.base.schema import read_schema
from layers.communes.spelling import plain_key
from layers.io.legacy_encoding import ENCODINGS, decode_legacy
from layers.kinds.forest_codes import (
    CODE_TABLES,
    CodeTableChoice,
    fits_code_table,
    load_code_table,
    not_in_force,
)
from layers.kinds.polygons import list_plots

#: The ledger has two decimals: half of the last one is no difference.
LEDGER_ROUNDING_HA = 0.005

_FIRST_YEAR = 1900


#: How bad it is, its kind (which names its message), its plots.
_Case = tuple[Severity, str, "pd.Series[bool]"]


def _collect(
    frame: pd.DataFrame, source: str, cases: list[_Case], **values: object
) -> list[Finding]:
    found = (
        list_plots(
            severity,
            kind,
            mask,
            message(f"layers.kinds.forest_{kind.replace('-', '_')}", **values),
            frame=frame,
            source=source,
        )
        for severity, kind, mask in cases
    )
    return [item for item in found if item is not None]


def _true(mask: pd.Series[Any]) -> pd.Series[bool]:
    return mask.fillna(value=False).astype(bool)


def check_codes(
    frame: pd.DataFrame, choice: CodeTableChoice, *, day: date, source: str
) -> list[Finding]:
    """Tell which code table was taken and list every plot that is not in it."""
    keys = [key for key in ("maldlr", "ldlr") if key in frame.columns]
    fits = {name: fits_code_table(frame, name) for name in CODE_TABLES}
    others = [name for name in CODE_TABLES if name != choice.table]
    elsewhere = fits[others[0]] | fits[others[1]]
    missing = _true(frame[keys].isna().any(axis=1))
    unknown = ~missing & ~fits[choice.table] & ~elsewhere
    foreign = ~missing & ~fits[choice.table] & elsewhere
    later = not_in_force(choice.table, day)
    document, since = later or ("", day)
    cases: list[_Case] = [
        ("error", "code-missing", missing),
        ("error", "code-unknown", unknown),
        ("error", "code-of-other-table", foreign),
        # Whoever names the table in the project states it knowingly.
        (
            "problem" if choice.origin == "told" else "error",
            "code-table-later",
            pd.Series(later is not None, index=frame.index),
        ),
    ]
    listed = _collect(
        frame,
        source,
        cases,
        keys=keys,
        table=choice.table,
        others=[name for name in others if (foreign & fits[name]).any()],
        unknown=[_with_likely(pair, choice.table) for pair in _pairs(frame, unknown, keys)],
        foreign=_pairs(frame, foreign, keys),
        document=document,
        day=day,
        since=since,
        remedy=message(f"layers.kinds.later_table_{choice.origin}", table=choice.table),
    )
    return [_evidence(choice, len(frame), source), *listed]


def _pairs(frame: pd.DataFrame, mask: pd.Series[bool], keys: list[str]) -> list[str]:
    pairs = frame.loc[mask, keys].drop_duplicates()
    return [" ".join(map(str, pair)) for pair in pairs.itertuples(index=False)]


def _with_likely(pair: str, table: str) -> str:
    """A pair that no table has, with what its number and its letters stand for: ``[55: 41 TG]``."""
    number, _, letters = pair.partition(" ")
    own = load_code_table(table)
    found = [(table, row) for row in own[own["maldlr"].astype("str").eq(number)].to_dict("records")]
    for name in dict.fromkeys((table, *CODE_TABLES)):
        codes = load_code_table(name)
        found += [(name, row) for row in codes[codes["ldlr"].eq(letters)].to_dict("records")]
        if len(found) > 1:
            break
    told = dict.fromkeys(f"{name}: {row['maldlr']} {row['ldlr']}" for name, row in found)
    return f"{pair} [{'; '.join(told)}]" if told and letters else pair


def _evidence(choice: CodeTableChoice, plots: int, source: str) -> Finding:
    return Finding(
        "note",
        "code-table",
        source,
        message(
            f"layers.kinds.code_table_{choice.origin}",
            table=choice.table,
            plots=plots,
            only=[
                message("layers.kinds.plots_of_table", count=choice.plots[name], table=name)
                for name in CODE_TABLES
            ],
            several=choice.plots["several"],
            none=choice.plots["none"],
        ),
        count=plots,
    )


#: Three-forest class that letters stand for, and words without marks: nothing else is certain.
_IN_WORDS = {
    **dict.fromkeys(("ph", "rph", "phongho"), 1),
    **dict.fromkeys(("dd", "rdd", "dacdung"), 2),
    **dict.fromkeys(("sx", "rsx", "sanxuat"), 3),
    **dict.fromkeys(("ngoaiquyhoach", "ngoaibaloairung", "ngoai3loairung"), 0),
}


def three_forest_in_words(text: str) -> int | None:
    """Number of a three-forest class in words or letters, None where they are not certain."""
    keys = {plain_key(decode_legacy(text, encoding)) for encoding in ENCODINGS}
    bare = {key.removeprefix("dat").removeprefix("rung") for key in keys}
    meant = {_IN_WORDS[key] for key in bare if key in _IN_WORDS}
    return meant.pop() if len(meant) == 1 else None


def check_attributes(frame: pd.DataFrame, *, source: str) -> list[Finding]:
    """Compare type with origin, and three-forest class with purpose."""
    group, origin = frame["group"], frame["origin"]
    wrong_origin = (
        (group.eq("natural") & origin.isin([2, 3]))
        | (group.eq("planted") & origin.eq(1))
        # Planted land that is not forest yet may be told as "no forest" with good reason.
        | (group.eq("planted") & origin.eq(3) & frame["land"].ne("not_yet_forest"))
        | (group.eq("planted_not_yet") & origin.eq(1))
        | (group.eq("no_forest") & origin.isin([1, 2]))
    )
    purpose = frame["purpose"]
    by_purpose = pd.cut(purpose.astype("float64"), [0.5, 4.5, 8.5, 12.5], labels=[1, 2, 3])
    by_purpose = by_purpose.astype("Int64").fillna(0)
    # An empty malr3 means outside the plan, unless the file has no such field at all.
    main = frame["malr3"].fillna(0) if frame["malr3"].notna().any() else frame["malr3"]
    cases: list[_Case] = [
        ("problem", "origin-conflict", _true(wrong_origin)),
        ("problem", "three-forest-conflict", _true(purpose.between(1, 12) & main.ne(by_purpose))),
        (
            "problem",
            "three-forest-unknown",
            _true(frame["malr3"].notna() & ~frame["malr3"].isin([0, 1, 2, 3])),
        ),
        ("note", "three-forest-in-words", frame["malr3_worded"]),
    ]
    return _collect(frame, source, cases)


def check_labels(frame: pd.DataFrame, told: set[int], *, source: str) -> list[Finding]:
    """List plots that share their label with an earlier one, but for rows that were told."""
    label = ["commune_code", "tk", "khoanh", "lo"]
    twice = frame.duplicated(label) & frame[label].notna().all(axis=1) & ~frame["row"].isin(told)
    return _collect(frame, source, [("problem", "label-twice", twice)])


def check_planting_year(frame: pd.DataFrame, *, year: int, source: str) -> list[Finding]:
    """List planted plots without a planting year, and years that cannot be."""
    planted = frame["group"].isin(["planted", "planted_not_yet"])
    empty = frame["namtr"].isna() | frame["namtr"].eq(0)
    outside = ~empty & ~frame["namtr"].between(_FIRST_YEAR, year)
    return _collect(
        frame,
        source,
        [
            ("problem", "planting-year-missing", _true(planted & empty)),
            ("problem", "planting-year-implausible", _true(outside)),
        ],
        first_year=_FIRST_YEAR,
        year=year,
    )


def check_ledger(
    frame: pd.DataFrame, unreadable: pd.Series[bool], *, tolerance_ratio: float, source: str
) -> list[Finding]:
    """Hold the ledger area of each plot against its geometry."""
    ledger, geometry = frame["dtich"], frame["geometry_ha"]
    drawn = geometry > LEDGER_ROUNDING_HA
    difference = (ledger - geometry).abs() - LEDGER_ROUNDING_HA
    beyond = (ledger > 0) & (difference > tolerance_ratio * geometry)
    cases: list[_Case] = [
        ("problem", "ledger-unreadable", _true(unreadable)),
        ("problem", "ledger-negative", _true(ledger < 0)),
        ("problem", "ledger-missing", _true(ledger.isna() & ~unreadable)),
        ("problem", "ledger-zero", _true(ledger.eq(0) & drawn)),
        ("problem", "ledger-differs", _true(beyond)),
    ]
    unit = check_ledger_unit(ledger, geometry, source=source)
    return [
        *_collect(frame, source, cases, percent=100 * tolerance_ratio),
        *unit,
        _ledger_sums(frame, source),
    ]


def _ledger_sums(frame: pd.DataFrame, source: str) -> Finding:
    both = (frame["dtich"] > 0) & frame["geometry_ha"].notna()
    ledger = float(frame.loc[both, "dtich"].sum())
    geometry = float(frame.loc[both, "geometry_ha"].sum())
    percent = 100 * (ledger - geometry) / geometry if geometry else float("nan")
    return Finding(
        "note",
        "ledger-sum",
        source,
        message("layers.kinds.ledger_sum", ledger=ledger, geometry=geometry, percent=percent),
        count=int(both.sum()),
        area_ha=ledger,
    )


LEDGER_DIFFERENCES = read_schema("layers.kinds", "ledger differences")

_EDGES = np.array([-np.inf, -20, -10, -5, -2, 2, 5, 10, 20, np.inf])


def ledger_differences(plots: pd.DataFrame) -> pd.DataFrame:
    """Histogram of the difference between ledger and geometry, in percent of the geometry."""
    own = plots[plots["ledger_source"].eq("ledger") & (plots["geometry_ha"] > 0)]
    percent = 100 * (own["ledger_ha"] - own["geometry_ha"]) / own["geometry_ha"]
    place = np.searchsorted(_EDGES, percent.to_numpy(), side="right") - 1
    rows = []
    for number, (low, high) in enumerate(itertools.pairwise(_EDGES)):
        some = own[place == number]
        rows.append((low, high, len(some), some["ledger_ha"].sum(), some["geometry_ha"].sum()))
    rows.append((np.nan, np.nan, len(own), own["ledger_ha"].sum(), own["geometry_ha"].sum()))
    table = pd.DataFrame(rows, columns=LEDGER_DIFFERENCES.names)
    return LEDGER_DIFFERENCES.validate(table.replace([np.inf, -np.inf], np.nan))


#: A ledger in m² is 10,000 times the polygons, one in km² a hundredth of them.
_OTHER_UNIT_RATIO = 50.0


def check_ledger_unit(
    ledger: pd.Series[float], geometry: pd.Series[float], *, source: str
) -> list[Finding]:
    """Error where a ledger as a whole is in another unit than hectares."""
    ratios = (ledger / geometry)[(ledger > 0) & (geometry > 0)]
    ratio = float(ratios.median()) if len(ratios) else 1.0
    if 1 / _OTHER_UNIT_RATIO < ratio < _OTHER_UNIT_RATIO:
        return []
    return [
        Finding(
            "error",
            "ledger-unit",
            source,
            message("layers.kinds.ledger_unit", ratio=ratio),
            count=len(ratios),
        )
    ]


_FOREST, _NOT_YET = 1, 2


def settle_land(land: pd.Series[str], status: pd.Series[int] | None) -> pd.Series[str]:
    """Land class after ``thanhrung`` had its say."""
    if status is None:
        return land
    young = land.eq("planted_forest") & status.eq(_NOT_YET).fillna(value=False)
    return land.mask(young.astype(bool), "not_yet_forest")


def check_establishment(
    frame: pd.DataFrame, status: pd.Series[int] | None, *, source: str
) -> list[Finding]:
    """Count every case of type against ``thanhrung``, in plots and hectares."""
    planted = frame["group"].eq("planted").fillna(value=False)
    young = frame["group"].eq("planted_not_yet").fillna(value=False)
    cases: list[_Case] = []
    if status is None:
        cases = [
            ("note", "established-by-type", planted),
            ("note", "not-yet-by-type", young),
        ]
    else:
        empty = status.isna() | status.eq(0).fillna(value=False)
        odd = ~empty & ~status.isin([_FOREST, _NOT_YET])
        is_forest = status.eq(_FOREST).fillna(value=False)
        is_young = status.eq(_NOT_YET).fillna(value=False)
        natural, bare = frame["group"].eq("natural"), frame["group"].eq("no_forest")
        cases = [
            ("note", "planted-established", planted & is_forest),
            ("note", "planted-not-established", planted & is_young),
            ("note", "established-assumed", planted & (empty | odd)),
            ("note", "not-yet", young & is_young),
            ("note", "not-yet-assumed", young & (empty | odd)),
            ("problem", "not-yet-but-established", young & is_forest),
            ("problem", "thanhrung-unknown", odd),
            ("problem", "natural-not-established", natural & is_young),
            ("problem", "no-forest-but-established", bare & is_forest),
        ]
    return _collect(frame, source, cases)
