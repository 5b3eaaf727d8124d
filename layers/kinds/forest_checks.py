"""Checks of a forest status layer: types, origin, years, purpose, ledger.

Every function takes the frame of plots and gives findings; none changes a value. Severities stand
in ``docs/forest-status.md``.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from layers.base.findings import Finding, Severity
from layers.base.language import Phrase, format_number
from layers.kinds.forest_codes import CODE_TABLES, CodeTableChoice, fits_code_table
from layers.kinds.ledger_differences import check_ledger_unit
from layers.kinds.polygons import list_plots

__all__ = [
    "LEDGER_ROUNDING_HA",
    "check_attributes",
    "check_codes",
    "check_ledger",
    "check_planting_year",
]

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
