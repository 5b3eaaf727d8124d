"""Figures of old units carried to the units that took them over.

Extensive figures (hectares, heads) add, to the last digit; rates are computed again from their
numerators and denominators, never averaged; a sum with a missing part is missing. Subtotals of
districts and totals of the province are told from their parts and never added to them.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from layers.base.errors import ClosureError, InputError
from layers.base.findings import Finding, Findings
from layers.base.messages import message
from layers.base.short_repr import short_repr
from layers.communes.crosswalk import VintageChange
from layers.communes.gazetteer import communes_on, find_province
from layers.convert.columns import ColumnRoles, sort_columns
from layers.convert.report import (
    TOTALS,
    list_links,
    report_columns,
    report_links,
    report_repeated,
)
from layers.convert.rows import (
    CommuneColumns,
    RowUnit,
    find_units,
    set_subtotals_apart,
    settle_columns,
)
from layers.convert.split import SHARES, Sharing, divide, share_by_area

if TYPE_CHECKING:
    from layers.communes.gazetteer import Unit


@dataclass(frozen=True, slots=True)
class Conversion:
    """A table or layer carried to other units, and how.

    Parameters
    ----------
    table : pandas.DataFrame
        What was asked for.
    links : pandas.DataFrame
        Columns of ``LINKS``: each old unit with the new ones, and rows that went nowhere.
    totals : pandas.DataFrame
        Columns of ``TOTALS``: each figure before, after and set aside; they close.
    set_aside : pandas.DataFrame
        Rows of the input that are in no sum: unmatched ones and totals of others.
    findings : Findings
        What a person must know.
    """

    table: pd.DataFrame
    links: pd.DataFrame
    totals: pd.DataFrame
    set_aside: pd.DataFrame
    findings: Findings

    __repr__ = short_repr


@dataclass(slots=True)
class _Sum:
    """One figure in the making; ``missing`` once a part of it is."""

    value: Decimal = Decimal(0)
    low: Decimal = Decimal(0)
    high: Decimal = Decimal(0)
    missing: bool = False


@dataclass(slots=True)
class _Group:
    """One row of the result."""

    sums: dict[str, _Sum]
    split_from: dict[str, None] = field(default_factory=dict)


_Groups = dict[tuple[str, tuple[Hashable, ...]], _Group]

#: Rows whose figures go to other units.
_GIVERS = ("commune", "district")
#: Shares of a divided unit are written with so many digits at least.
_SHARES_CLOSE = Decimal("1e-6")


def convert_table(
    frame: pd.DataFrame,
    *,
    units: CommuneColumns,
    change: VintageChange,
    figures: ColumnRoles | None = None,
    shares: pd.DataFrame | None = None,
) -> Conversion:
    """Add the figures of old units up to those of the units that took them over.

    Parameters
    ----------
    frame : pandas.DataFrame
        A row for each old unit, or several told apart by crop or year.
    units : CommuneColumns
        Columns that say which unit a row is about.
    change : VintageChange
        From which units to which.
    figures : ColumnRoles, optional
        Which columns add, which tell rows apart, which are rates; recognised by their names and
        contents where it does not say.
    shares : pandas.DataFrame, optional
        Columns of ``layers.convert.split.SHARES``, for divided units.

    Returns
    -------
    Conversion
        The table has the code, the name, the keys, the sums and the rates. Where a divided unit (or
        a district) without measured shares takes part, each sum has ``_low`` and ``_high`` beside
        it, and ``split_from`` names the divided units; the sum itself then shares their figures by
        official area.

    Raises
    ------
    SchemaError, InputError
        A column is missing or holds no figures; a day has no table of units.
    ClosureError
        Figures after and set aside do not equal those before.
    """
    province = find_province(change.province)
    units = settle_columns(frame, units)
    told_apart = sort_columns(
        frame, figures or ColumnRoles(), others=units.named().values(), source=change.source
    )
    table, columns = told_apart.table, told_apart.columns
    figured = table[list(columns.sums or ())]
    keys = _keys(table, columns)
    rows, findings = set_subtotals_apart(
        find_units(table, units, province=province, on=change.from_, source=change.source),
        keys,
        figured,
        source=change.source,
    )
    sharing = _sharing(change, shares)
    groups = _add_up(figured, rows, keys, sharing)
    ratios = {code: _ratios(one) for code, one in sharing.items()}
    targets = [ratios[_giver(row)] if row.role in _GIVERS else {} for row in rows]
    links = list_links(rows, targets, change)
    known = frozenset(code for code, one in sharing.items() if one.known)
    findings.extend(report_columns(told_apart, change.source))
    findings.extend(report_repeated(rows, keys, change.source))
    findings.extend(report_links(links, change, known))
    findings.extend(_report_missing(groups, change.source))
    apart = [row.role not in _GIVERS for row in rows]
    return Conversion(
        _frame(groups, columns, units, communes_on(province, change.to)),
        links,
        _close(figured, rows, groups),
        frame.loc[apart].reset_index(drop=True),
        findings,
    )


def _giver(row: RowUnit) -> str:
    """Code of the old unit, or key of the district, whose figures a row tells."""
    return row.unit.code if row.unit else row.district


def _keys(table: pd.DataFrame, columns: ColumnRoles) -> list[tuple[Hashable, ...]]:
    """Values of the key columns of each row; a missing one is None, equal to itself."""
    chosen = table[list(columns.keys or ())]
    values = chosen.astype("object").where(chosen.notna(), None)
    return (
        list(values.itertuples(index=False, name=None))
        if len(chosen.columns)
        else [()] * len(table)
    )


def _sharing(change: VintageChange, shares: pd.DataFrame | None) -> dict[str, Sharing]:
    """Weights of old codes and keys of districts: measured where given, else by area."""
    by_unit, by_district = share_by_area(change.province, from_=change.from_, to=change.to)
    sharing = {**by_district, **by_unit}
    if shares is not None:
        measured_shares = SHARES.validate(shares)
        _refuse_strange_shares(measured_shares, by_unit, change)
        for code, part in measured_shares.groupby("old_code"):
            weights = zip(part["new_code"], part["share_ratio"], strict=True)
            measured = {new: Decimal(repr(float(weight))) for new, weight in weights}
            sharing[str(code)] = Sharing(measured, known=True)
    return sharing


def _refuse_strange_shares(
    shares: pd.DataFrame, by_unit: Mapping[str, Sharing], change: VintageChange
) -> None:
    pairs = zip(shares["old_code"], shares["new_code"], strict=True)
    strange = [f"{o} → {n}" for o, n in pairs if o not in by_unit or n not in by_unit[o].parts]
    sums = shares["share_ratio"].map(_exact).groupby(shares["old_code"]).sum()
    open_ = [f"{old}: {total}" for old, total in sums.items() if abs(total - 1) > _SHARES_CLOSE]
    if strange or open_:
        count, told = len(strange) + len(open_), ", ".join([*strange, *open_][:5])
        raise InputError(
            "layers.convert.shares_not_one", source=change.source, count=count, told=told
        )


def _ratios(sharing: Sharing) -> dict[str, float]:
    total = sum(sharing.parts.values(), Decimal(0))
    return {code: float(weight / total) for code, weight in sharing.parts.items()}


def _add_up(
    figures: pd.DataFrame,
    rows: Sequence[RowUnit],
    keys: Sequence[tuple[Hashable, ...]],
    sharing: Mapping[str, Sharing],
) -> _Groups:
    groups: _Groups = {}
    values = {column: figures[column].tolist() for column in figures.columns}
    decimals = {column: _decimals(figures[column]) for column in figures.columns}
    for at, (row, key) in enumerate(zip(rows, keys, strict=True)):
        if row.role not in _GIVERS:
            continue
        share = sharing[_giver(row)]
        for code in share.parts:
            if (code, key) not in groups:
                groups[code, key] = _Group({column: _Sum() for column in values})
            if not share.known:
                groups[code, key].split_from[row.unit.name if row.unit else row.text] = None
        for column, figured in values.items():
            cells = {code: groups[code, key].sums[column] for code in share.parts}
            _add(figured[at], cells, share, decimals[column])
    return groups


def _decimals(values: pd.Series[float]) -> int:
    """Most decimals of a column; 0 for heads."""
    exponents = [
        _exact(value).normalize().as_tuple().exponent for value in values.dropna().unique()
    ]
    return max((-exponent for exponent in exponents if isinstance(exponent, int)), default=0)


def _exact(value: float) -> Decimal:
    """Figure as it is printed: 0.1 + 0.2 is 0.3 here, as it is on paper."""
    return Decimal(repr(float(value)))


def _add(value: float, cells: Mapping[str, _Sum], share: Sharing, decimals: int) -> None:
    """Add a figure to the sums of the units that share it."""
    if math.isnan(value):
        for cell in cells.values():
            cell.missing = True
        return
    figure = _exact(value)
    for code, part in divide(figure, share, decimals=max(decimals, 0)).items():
        cell = cells[code]
        cell.value += part
        # Nothing says how a divided unit's figure was shared: none of it, or all, may be here.
        cell.low += part if share.known else min(figure, Decimal(0))
        cell.high += part if share.known else max(figure, Decimal(0))


def _frame(
    groups: _Groups, columns: ColumnRoles, units: CommuneColumns, new: Mapping[str, Unit]
) -> pd.DataFrame:
    code_column, name_column = units.code or "commune_code", units.name or "commune"
    estimated = any(group.split_from for group in groups.values())
    order = {key: at for at, key in enumerate(dict.fromkeys(key for _, key in groups))}
    records = []
    for code, key in sorted(groups, key=lambda one: (one[0], order[one[1]])):
        group = groups[code, key]
        record: dict[str, Hashable] = {code_column: code, name_column: new[code].name}
        record |= dict(zip(columns.keys or (), key, strict=True))
        for column, cell in group.sums.items():
            record[column] = np.nan if cell.missing else float(cell.value)
            if estimated:
                record[f"{column}_low"] = np.nan if cell.missing else float(cell.low)
                record[f"{column}_high"] = np.nan if cell.missing else float(cell.high)
        if estimated:
            record["split_from"] = ", ".join(group.split_from) or None
        records.append(record)
    bands = ("", "_low", "_high") if estimated else ("",)
    names = [code_column, name_column, *(columns.keys or ())]
    names += [f"{column}{band}" for column in columns.sums or () for band in bands]
    names += [*(["split_from"] if estimated else []), *columns.rates]
    if twice := sorted(name for name, count in Counter(names).items() if count > 1):
        raise InputError("layers.convert.columns_repeated", twice=twice)
    result = pd.DataFrame(records, columns=[name for name in names if name not in columns.rates])
    for name, rate in columns.rates.items():
        below = result[rate.denominator].where(result[rate.denominator] != 0)
        result[name] = result[rate.numerator] / below * rate.factor
    return result


def _close(figures: pd.DataFrame, rows: Sequence[RowUnit], groups: _Groups) -> pd.DataFrame:
    """Check that each figure of before is there or set aside, to the last digit."""
    records = []
    for column in figures.columns:
        present = [
            (row, _exact(value))
            for row, value in zip(rows, figures[column], strict=True)
            if row.role != "total" and not math.isnan(value)
        ]
        before = sum((value for _, value in present), Decimal(0))
        cells = [group.sums[column] for group in groups.values()]
        after = sum((cell.value for cell in cells if not cell.missing), Decimal(0))
        lost = sum((cell.value for cell in cells if cell.missing), Decimal(0))
        lost += sum((value for row, value in present if row.role == "unmatched"), Decimal(0))
        if before != after + lost:
            raise ClosureError(
                "layers.convert.column_not_closed",
                column=column,
                before=before,
                after=after,
                lost=lost,
            )
        records.append((column, float(before), float(after), float(lost)))
    return TOTALS.validate(pd.DataFrame(records, columns=TOTALS.names))


def _report_missing(groups: _Groups, source: str) -> list[Finding]:
    """Problem for sums that are missing because one of their parts is."""
    missing = [
        (code, column, cell.value)
        for (code, _), group in groups.items()
        for column, cell in group.sums.items()
        if cell.missing and cell.value
    ]
    if not missing:
        return []
    shown = "; ".join(f"{code} {column} ({value})" for code, column, value in missing[:5])
    return [
        Finding(
            "problem",
            "sum-missing",
            source,
            message("layers.convert.sum_missing", count=len(missing), shown=shown),
            count=len(missing),
        )
    ]
