"""Reports whose rows name communes of another day, or by name instead of code.

A report is a table, so nothing but its codes and names says where its hectares are: they are
carried to the communes of the project before anything is added to anything.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd

from layers.base.findings import Finding, Findings
from layers.base.language import Phrase
from layers.communes.codes import normal_code
from layers.communes.crosswalk import VintageChange
from layers.communes.gazetteer import Day, vintage_on
from layers.convert.columns import ColumnRoles
from layers.convert.convert import convert_table
from layers.convert.rows import CommuneColumns, find_units
from layers.kinds.report import REPORT, ReportLayer, count_once

if TYPE_CHECKING:
    from layers.convert.convert import Conversion

__all__ = ["settle_report"]


def settle_report(
    report: ReportLayer,
    *,
    province: str,
    from_: Day,
    to: Day,
    source: str,
    confirmed: Mapping[str, str] | None = None,
) -> ReportLayer:
    """Carry the rows of a report to the communes of the project; ``confirmed``: name → code."""
    table = report.table
    coded = table["commune_code"].map(normal_code, na_action="ignore").notna()
    same_day = vintage_on(from_, province=province) == vintage_on(to, province=province)
    if same_day and coded.all():
        return report
    findings = Findings(
        [one for one in report.findings.items if one.kind != "commune-missing"]  # told anew below
    )
    columns = CommuneColumns(code="commune_code", name="commune", confirmed=confirmed or {})
    rows = find_units(table, columns, province=province, on=from_, source=source)
    codes = pd.Series([row.unit.code if row.unit else None for row in rows], dtype="str")
    placed = table.assign(commune_code=codes.set_axis(table.index))
    table = table.loc[count_once(placed, source=source, findings=findings).index]
    conversion = convert_table(
        table[["commune_code", "commune", "crop", "year", "area_ha"]],
        units=columns,
        change=VintageChange(province, from_, to, source),
        figures=ColumnRoles(sums=("area_ha",), keys=("crop", "year")),
    )
    settled = conversion.table.assign(
        row=range(2, len(conversion.table) + 2), entry=conversion.table["crop"]
    )
    told = Findings([*findings.items, *_told(conversion)])
    return ReportLayer(REPORT.validate(settled[REPORT.names]), told)


def _told(conversion: Conversion) -> list[Finding]:
    """List what a person must know, with the hectares of what was set aside."""
    aside = float(conversion.totals["set_aside"].iloc[0])
    kept = [
        one for one in conversion.findings.items if one.kind not in ("columns", "rows-repeated")
    ]
    return [
        _with_remedy(one, conversion, aside) if one.kind == "unmatched" else one for one in kept
    ]


def _with_remedy(one: Finding, conversion: Conversion, aside: float) -> Finding:
    """Unmatched names with their hectares, and the place of the project that confirms them."""
    links = conversion.links
    name = links.loc[links["change"] == "unmatched", "old_name"].iloc[0]
    entry = f"communes: {{{name!r}: …}}"
    message = Phrase(
        en=f"{one.message.en}; confirm a name with its code under the layer: {entry}",
        vi=f"{one.message.vi}; hãy xác nhận tên bằng mã xã ở mục của lớp: {entry}",
    )
    return replace(one, area_ha=aside, message=message)
