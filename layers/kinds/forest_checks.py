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
from typing import Any

import numpy as np
import pandas as pd

from layers.base.findings import Finding, Severity
from layers.base.language import Phrase, format_number
from layers.base.schema import Column, Schema
from layers.kinds.forest_codes import CODE_TABLES, CodeTableChoice, fits_code_table
from layers.kinds.polygons import list_plots

#: The ledger has two decimals: half of the last one is no difference.
LEDGER_ROUNDING_HA = 0.005

_FIRST_YEAR = 1900


def _collect(frame: pd.DataFrame, source: str, cases: list[Any]) -> list[Finding]:
    found = (
        list_plots(severity, kind, mask, message, frame=frame, source=source)
        for severity, kind, mask, message in cases
    )
    return [item for item in found if item is not None]


def _true(mask: pd.Series[Any]) -> pd.Series[bool]:
    return mask.fillna(value=False).astype(bool)


def check_codes(frame: pd.DataFrame, choice: CodeTableChoice, *, source: str) -> list[Finding]:
    """Tell which code table was taken and list every plot that is not in it."""
    keys = [key for key in ("maldlr", "ldlr") if key in frame.columns]
    table, other = choice.table, next(name for name in CODE_TABLES if name != choice.table)
    fits, elsewhere = (fits_code_table(frame, name) for name in (table, other))
    missing = _true(frame[keys].isna().any(axis=1))
    unknown = ~missing & ~fits & ~elsewhere
    foreign = ~missing & ~fits & elsewhere
    shown = {name: _pairs(frame, mask, keys) for name, mask in (("?", unknown), ("o", foreign))}
    cases: list[tuple[Severity, str, pd.Series[bool], Phrase]] = [
        (
            "error",
            "code-missing",
            missing,
            Phrase(
                en=f"plots without {' or '.join(keys)}, fill them in",
                vi=f"lô không ghi {' hoặc '.join(keys)}, hãy ghi đủ",
            ),
        ),
        (
            "error",
            "code-unknown",
            unknown,
            Phrase(
                en=f"types that neither code table has ({shown['?']}), correct them",
                vi=f"mã loại không có trong bảng mã nào ({shown['?']}), hãy sửa",
            ),
        ),
        (
            "error",
            "code-of-other-table",
            foreign,
            Phrase(
                en=f"types of table {other} ({shown['o']}) in a file that uses table {table}, "
                "correct them",
                vi=f"mã loại của bảng {other} ({shown['o']}) trong tệp dùng bảng {table}, hãy sửa",
            ),
        ),
    ]
    return [_evidence(choice, len(frame), source), *_collect(frame, source, cases)]


def _pairs(frame: pd.DataFrame, mask: pd.Series[bool], keys: list[str]) -> str:
    pairs = frame.loc[mask, keys].drop_duplicates()
    first = [" ".join(map(str, pair)) for pair in pairs.head(5).itertuples(index=False)]
    return ", ".join(first) + (", …" if len(pairs) > len(first) else "")


def _evidence(choice: CodeTableChoice, plots: int, source: str) -> Finding:
    how_en, how_vi = (
        ("was named", "được chỉ định")
        if choice.origin == "told"
        else ("was detected", "được nhận ra")
    )
    en = {name: format_number(value, "en") for name, value in choice.plots.items()}
    vi = {name: format_number(value, "vi") for name, value in choice.plots.items()}
    return Finding(
        "note",
        "code-table",
        source,
        Phrase(
            en=f"code table {choice.table} {how_en}: of {format_number(plots, 'en')} plots "
            f"{en['93']} fit only table 93, {en['98']} only table 98, {en['both']} both, "
            f"{en['neither']} neither",
            vi=f"bảng mã {choice.table} {how_vi}: trong {format_number(plots, 'vi')} lô có "
            f"{vi['93']} lô chỉ hợp bảng 93, {vi['98']} lô chỉ hợp bảng 98, {vi['both']} lô hợp cả "
            f"hai, {vi['neither']} lô không hợp bảng nào",
        ),
        count=plots,
    )


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
    cases = [
        ("problem", "origin-conflict", _true(wrong_origin), _ORIGIN),
        (
            "problem",
            "three-forest-conflict",
            _true(purpose.between(1, 12) & main.ne(by_purpose)),
            _PURPOSE,
        ),
        (
            "problem",
            "three-forest-unknown",
            _true(frame["malr3"].notna() & ~frame["malr3"].isin([0, 1, 2, 3])),
            _MALR3,
        ),
    ]
    return _collect(frame, source, cases)


def check_labels(frame: pd.DataFrame, told: set[int], *, source: str) -> list[Finding]:
    """List plots that share their label with an earlier one, but for rows that were told."""
    label = ["commune_code", "tk", "khoanh", "lo"]
    twice = frame.duplicated(label) & frame[label].notna().all(axis=1) & ~frame["row"].isin(told)
    return _collect(frame, source, [("problem", "label-twice", twice, _LABEL_TWICE)])


def check_planting_year(frame: pd.DataFrame, *, year: int, source: str) -> list[Finding]:
    """List planted plots without a planting year, and years that cannot be."""
    planted = frame["group"].isin(["planted", "planted_not_yet"])
    empty = frame["namtr"].isna() | frame["namtr"].eq(0)
    outside = ~empty & ~frame["namtr"].between(_FIRST_YEAR, year)
    return _collect(
        frame,
        source,
        [
            ("problem", "planting-year-missing", _true(planted & empty), _NO_YEAR),
            (
                "problem",
                "planting-year-implausible",
                _true(outside),
                Phrase(
                    en=f"planting years outside {_FIRST_YEAR}-{year} were taken as unknown",
                    vi=f"năm trồng ngoài khoảng {_FIRST_YEAR}-{year}, coi như không rõ",
                ),
            ),
        ],
    )


def check_ledger(
    frame: pd.DataFrame, unreadable: pd.Series[bool], *, tolerance_ratio: float, source: str
) -> list[Finding]:
    """Hold the ledger area of each plot against its geometry."""
    ledger, geometry = frame["dtich"], frame["geometry_ha"]
    drawn = geometry > LEDGER_ROUNDING_HA
    difference = (ledger - geometry).abs() - LEDGER_ROUNDING_HA
    beyond = (ledger > 0) & (difference > tolerance_ratio * geometry)
    percent = format(tolerance_ratio * 100, "g")
    cases = [
        ("problem", "ledger-unreadable", _true(unreadable), _UNREADABLE),
        ("problem", "ledger-negative", _true(ledger < 0), _NEGATIVE),
        ("problem", "ledger-missing", _true(ledger.isna() & ~unreadable), _NO_LEDGER),
        ("problem", "ledger-zero", _true(ledger.eq(0) & drawn), _ZERO),
        (
            "problem",
            "ledger-differs",
            _true(beyond),
            Phrase(
                en=f"ledger and geometry differ by more than {percent} % (the ledger leads)",
                vi=f"diện tích hồ sơ và hình vẽ lệch quá {percent} % (lấy theo hồ sơ)",
            ),
        ),
    ]
    unit = check_ledger_unit(ledger, geometry, source=source)
    return [*_collect(frame, source, cases), *unit, _ledger_sums(frame, source)]


def _ledger_sums(frame: pd.DataFrame, source: str) -> Finding:
    both = (frame["dtich"] > 0) & frame["geometry_ha"].notna()
    ledger = float(frame.loc[both, "dtich"].sum())
    geometry = float(frame.loc[both, "geometry_ha"].sum())
    percent = 100 * (ledger - geometry) / geometry if geometry else float("nan")
    en = [format_number(v, "en", decimals=2) for v in (ledger, geometry, percent)]
    vi = [format_number(v, "vi", decimals=2) for v in (ledger, geometry, percent)]
    return Finding(
        "note",
        "ledger-sum",
        source,
        Phrase(
            en=f"ledger {en[0]} ha, geometry {en[1]} ha, difference {en[2]} %",
            vi=f"hồ sơ {vi[0]} ha, hình vẽ {vi[1]} ha, chênh lệch {vi[2]} %",
        ),
        count=int(both.sum()),
        area_ha=ledger,
    )


_ORIGIN = Phrase(
    en="type and origin (nggocr) contradict each other, the type leads",
    vi="mã loại và nguồn gốc (nggocr) mâu thuẫn, lấy theo mã loại",
)
_PURPOSE = Phrase(
    en="malr3 and purpose (mamdsd) contradict each other, malr3 leads",
    vi="malr3 và mục đích sử dụng (mamdsd) mâu thuẫn, lấy theo malr3",
)
_MALR3 = Phrase(
    en="malr3 is neither 0, 1, 2 nor 3 and was taken as outside the plan",
    vi="malr3 không phải 0, 1, 2 hay 3, coi như ngoài quy hoạch",
)
_NO_YEAR = Phrase(
    en="planted plots without planting year (0 or empty), their age is unknown",
    vi="rừng trồng không ghi năm trồng (0 hoặc trống), không rõ tuổi",
)
_UNREADABLE = Phrase(
    en="dtich is no number, the geometry stands in",
    vi="dtich không phải số, dùng diện tích hình vẽ",
)
_NEGATIVE = Phrase(
    en="dtich is negative, the geometry stands in", vi="dtich âm, dùng diện tích hình vẽ"
)
_NO_LEDGER = Phrase(
    en="dtich is missing, the geometry stands in", vi="không có dtich, dùng diện tích hình vẽ"
)
_ZERO = Phrase(
    en="dtich is 0 though the plot has an area, the geometry stands in",
    vi="dtich bằng 0 dù lô có diện tích, dùng diện tích hình vẽ",
)
_LABEL_TWICE = Phrase(
    en="plots that share commune, tk, khoanh and lo with another one",
    vi="lô trùng xã, tiểu khu, khoảnh và lô với lô khác",
)


LEDGER_DIFFERENCES = Schema(
    "ledger differences",
    (
        Column("from_percent", "number", "lower end: (ledger − geometry) ÷ geometry", "%", True),
        Column("to_percent", "number", "upper end", "%", True),
        Column("plots", "integer", "plots"),
        Column("ledger_ha", "number", "area by the ledger", "ha"),
        Column("geometry_ha", "number", "area by geometry", "ha"),
    ),
)

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
    times = [format_number(ratio, language, decimals=3) for language in ("en", "vi")]
    return [
        Finding(
            "error",
            "ledger-unit",
            source,
            Phrase(
                en=f"expected ledger areas in hectares, found areas {times[0]} times those of the "
                "polygons (median); m² are 10,000 times as many: convert the column",
                vi=f"diện tích hồ sơ phải tính bằng ha, lại gấp {times[1]} lần diện tích hình vẽ "
                "(trung vị); nếu là m² thì gấp 10.000 lần: hãy đổi cột này sang ha",
            ),
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
    cases: list[tuple[Severity, str, pd.Series[bool], Phrase]] = []
    if status is None:
        cases = [
            ("note", "established-by-type", planted, _BY_TYPE),
            ("note", "not-yet-by-type", young, _NOT_YET_BY_TYPE),
        ]
    else:
        empty = status.isna() | status.eq(0).fillna(value=False)
        odd = ~empty & ~status.isin([_FOREST, _NOT_YET])
        is_forest = status.eq(_FOREST).fillna(value=False)
        is_young = status.eq(_NOT_YET).fillna(value=False)
        natural, bare = frame["group"].eq("natural"), frame["group"].eq("no_forest")
        cases = [
            ("note", "planted-established", planted & is_forest, _ESTABLISHED),
            ("note", "planted-not-established", planted & is_young, _NOT_ESTABLISHED),
            ("note", "established-assumed", planted & (empty | odd), _ASSUMED),
            ("note", "not-yet", young & is_young, _YOUNG),
            ("note", "not-yet-assumed", young & (empty | odd), _YOUNG_ASSUMED),
            ("problem", "not-yet-but-established", young & is_forest, _CONFLICT),
            ("problem", "thanhrung-unknown", odd, _ODD),
            ("problem", "natural-not-established", natural & is_young, _NATURAL),
            ("problem", "no-forest-but-established", bare & is_forest, _BARE),
        ]
    found = (
        list_plots(
            severity,
            kind,
            pd.Series(np.asarray(mask, dtype=bool), index=frame.index),
            message,
            frame=frame,
            source=source,
        )
        for severity, kind, mask, message in cases
    )
    return [item for item in found if item is not None]


_BY_TYPE = Phrase(
    en="no field thanhrung: the planted types (RT…) count as forest by their type alone",
    vi="không có trường thanhrung: rừng trồng (RT…) được tính là rừng chỉ theo mã loại",
)
_NOT_YET_BY_TYPE = Phrase(
    en="no field thanhrung: the not-yet types (DTR…) do not count, by their type alone",
    vi="không có trường thanhrung: đất đã trồng chưa thành rừng (DTR…) không được tính, chỉ theo "
    "mã loại",
)
_ESTABLISHED = Phrase(
    en="planted types (RT…) with thanhrung 1 count as forest",
    vi="rừng trồng (RT…) có thanhrung 1 được tính là rừng",
)
_NOT_ESTABLISHED = Phrase(
    en="planted types (RT…) with thanhrung 2 do not count, they are not yet forest",
    vi="rừng trồng (RT…) có thanhrung 2 không được tính, chưa thành rừng",
)
_ASSUMED = Phrase(
    en="planted types (RT…) without thanhrung (0 or empty) count as forest, assumed",
    vi="rừng trồng (RT…) không ghi thanhrung (0 hoặc trống) được tạm tính là rừng",
)
_YOUNG = Phrase(
    en="not-yet types (DTR…) with thanhrung 2 do not count",
    vi="đất đã trồng chưa thành rừng (DTR…) có thanhrung 2 không được tính",
)
_YOUNG_ASSUMED = Phrase(
    en="not-yet types (DTR…) without thanhrung (0 or empty) do not count, by their type",
    vi="đất đã trồng chưa thành rừng (DTR…) không ghi thanhrung không được tính, theo mã loại",
)
_CONFLICT = Phrase(
    en="not-yet types (DTR…) with thanhrung 1 contradict themselves and do not count, correct one",
    vi="mã chưa thành rừng (DTR…) nhưng thanhrung 1: mâu thuẫn, không được tính, hãy sửa một trong "
    "hai",
)
_ODD = Phrase(
    en="thanhrung is neither 1, 2, 0 nor empty and was taken as empty, correct it",
    vi="thanhrung không phải 1, 2, 0 hay trống, được coi là trống, hãy sửa",
)
_NATURAL = Phrase(
    en="natural forest types with thanhrung 2 contradict themselves and count by their type",
    vi="mã rừng tự nhiên nhưng thanhrung 2: mâu thuẫn, vẫn tính theo mã loại",
)
_BARE = Phrase(
    en="types without forest with thanhrung 1 contradict themselves and do not count",
    vi="mã đất chưa có rừng nhưng thanhrung 1: mâu thuẫn, không được tính",
)
