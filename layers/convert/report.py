"""What became of each unit and row when figures were carried to other units."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from typing import TYPE_CHECKING

from layers.base.findings import Finding
from layers.base.language import Phrase
from layers.base.messages import message
from layers.base.schema import read_schema
from layers.communes.crosswalk import Successors, VintageChange, successors
from layers.communes.gazetteer import Unit, communes_on
from layers.communes.similarity import is_named
from layers.convert.columns import SortedColumns
from layers.convert.rows import RowUnit

if TYPE_CHECKING:
    import pandas as pd

LINKS = read_schema("layers.convert", "links")

TOTALS = read_schema("layers.convert", "totals")

#: New code → part of a row's figures that goes there; None where whole records go.
Targets = Mapping[str, float | None]


def list_links(
    rows: Sequence[RowUnit], targets: Sequence[Targets], change: VintageChange
) -> pd.DataFrame:
    """List where each unit of a table went."""
    import pandas as pd

    new = communes_on(change.province, change.to)
    after = successors(change.province, from_=change.from_, to=change.to)
    before = Counter(code for parts in after.values() for code in parts)
    counts: Counter[tuple[int, str, str]] = Counter()
    first: dict[tuple[int, str, str], tuple[RowUnit, float | None]] = {}
    for row, parts in zip(rows, targets, strict=True):
        for code, share in (parts or {"": None}).items():
            key = (_ROLES.index(row.role), row.unit.code if row.unit else row.text, code)
            first.setdefault(key, (row, share))
            counts[key] += 1
    records = []
    for key in sorted(first):
        (row, share), code = first[key], key[2]
        unit, reason = row.unit, row.reason
        records.append(
            (
                _change(row, code, before, after, new),
                unit.code if unit else None,
                unit.name if unit else row.text,
                unit.district if unit else None,
                code or None,
                new[code].name if code else None,
                share,
                counts[key],
                reason.en if reason else None,
                reason.vi if reason else None,
            )
        )
    return LINKS.validate(pd.DataFrame(records, columns=LINKS.names))


_ROLES = ("commune", "district", "total", "unmatched")


def _change(
    row: RowUnit, code: str, before: Mapping[str, int], after: Successors, new: Mapping[str, Unit]
) -> str:
    if row.unit is None:
        return row.role
    if len(after[row.unit.code]) > 1:
        return "split" if code else "unmatched"
    if before[code] > 1:
        return "merged"
    alike = code == row.unit.code and is_named(row.unit.name, new[code].name)
    return "same" if alike else "renamed"


def report_columns(sorted_: SortedColumns, source: str) -> list[Finding]:
    """Tell what the columns of a table were taken for."""
    columns, left_out = sorted_.columns, sorted_.left_out
    sums, keys = ", ".join(columns.sums or ()), ", ".join(columns.keys or ()) or "–"
    others = ", ".join(name for name, why in left_out.items() if why != "rate") or "–"
    found = [
        Finding(
            "note",
            "columns",
            source,
            message("layers.convert.columns_read", sums=sums, keys=keys, others=others),
            len(columns.sums or ()),
        )
    ]
    if sorted_.dashes:
        found.append(
            Finding(
                "note",
                "dashes",
                source,
                message("layers.convert.dashes_read_as_zero", dashes=sorted_.dashes),
                sorted_.dashes,
            )
        )
    rates = [name for name, why in left_out.items() if why == "rate"]
    if rates:
        shown = ", ".join(rates)
        found.append(
            Finding(
                "problem",
                "rates-left-out",
                source,
                message("layers.convert.rates_left_out", count=len(rates), shown=shown),
                len(rates),
            )
        )
    return found


def report_repeated(
    rows: Sequence[RowUnit], keys: Sequence[Hashable], source: str
) -> list[Finding]:
    """Tell rows that say of a unit what another row says already."""
    said = Counter((row.unit, key) for row, key in zip(rows, keys, strict=True) if row.unit)
    twice = [unit for (unit, _), count in said.items() if count > 1]
    if not twice or len(twice) > len(said) / 10 + 1:
        return []
    shown = ", ".join(unit.label for unit in dict.fromkeys(twice[:5]) if unit)
    return [
        Finding(
            "problem",
            "rows-repeated",
            source,
            message("layers.convert.rows_repeated", count=len(twice), shown=shown),
            len(twice),
        )
    ]


def report_links(
    links: pd.DataFrame, change: VintageChange, known: frozenset[str]
) -> list[Finding]:
    """Tell what was split by guess, what matched nothing, and which old units are unknown."""
    found = []
    guessed = links[links["change"].isin(["split", "district"]) & links["share_ratio"].notna()]
    guessed = guessed[~guessed["old_code"].isin(known)]
    units = guessed.drop_duplicates(["old_code", "old_name"])
    if len(units):
        shown = "; ".join(
            f"{name} → {', '.join(guessed.loc[guessed['old_name'] == name, 'new_name'])}"
            for name in units["old_name"].head(5)
        )
        found.append(
            Finding(
                "problem",
                "split-by-area",
                change.source,
                message("layers.convert.split_by_area", count=len(units), shown=shown),
                len(units),
            )
        )
    lost = links[links["change"] == "unmatched"]
    if len(lost):
        total, few = int(lost["rows"].sum()), lost.head(5)
        names = few["old_name"].replace("", "–")
        why = Phrase(
            en="; ".join(names + ": " + few["reason_en"]),
            vi="; ".join(names + ": " + few["reason_vi"]),
        )
        found.append(
            Finding(
                "problem",
                "unmatched",
                change.source,
                message("layers.convert.rows_unmatched", count=total, rows=why),
                total,
            )
        )
    return found + _absent(links, change)


def _absent(links: pd.DataFrame, change: VintageChange) -> list[Finding]:
    """Note on old units without a row whose new unit has one: its sum may lack their part."""
    old = communes_on(change.province, change.from_)
    present, reached = set(links["old_code"].dropna()), set(links["new_code"].dropna())
    if (links["change"] == "district").any():
        return []
    absent = [
        code
        for code, parts in successors(change.province, from_=change.from_, to=change.to).items()
        if code not in present and reached & set(parts)
    ]
    if not absent:
        return []
    shown = ", ".join(old[code].label for code in absent[:5])
    return [
        Finding(
            "note",
            "units-absent",
            change.source,
            message("layers.convert.units_absent", count=len(absent), shown=shown),
            len(absent),
        )
    ]
