"""Records of an old layer with the codes of the communes of today; every record stays.

A plot of a unit that was taken over whole takes its new code from the table. A plot of a divided
unit takes that of the new commune in which most of it lies; without boundaries its code is missing,
never guessed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd

from layers.base.errors import CrsError, InputError
from layers.base.findings import Finding, Findings
from layers.base.messages import joined, message
from layers.communes.crosswalk import VintageChange, successors
from layers.communes.gazetteer import communes_on, find_province
from layers.convert.convert import Conversion
from layers.convert.report import TOTALS, list_links
from layers.convert.rows import CommuneColumns, RowUnit, find_units, settle_columns
from layers.crs.transform import EQUAL_AREA, to_crs

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

    from layers.communes.gazetteer import Unit


def convert_records(
    frame: pd.DataFrame,
    *,
    units: CommuneColumns,
    change: VintageChange,
    communes: gpd.GeoDataFrame | None = None,
) -> Conversion:
    """Give each record the code and name of today's commune.

    Parameters
    ----------
    frame : pandas.DataFrame or geopandas.GeoDataFrame
        Plots or other records that carry old codes or names.
    units : CommuneColumns
        Columns that say which unit a record is of.
    change : VintageChange
        From which units to which.
    communes : geopandas.GeoDataFrame, optional
        Column ``commune_code`` (of the units wanted) and polygons, with a CRS: places the records
        of divided units.

    Returns
    -------
    Conversion
        The table is the frame, row by row, with new codes and names and the old code in
        ``old_code`` (``old_code_2`` where the frame has that). A record without a new code
        has a missing one; it is counted in the findings, and repeated in ``set_aside`` where it
        matches no unit.

    Raises
    ------
    SchemaError, InputError
        A column is missing; a day has no table of units.
    CrsError
        Communes were given, but they or the records have no CRS.
    """
    province = find_province(change.province)
    units = settle_columns(frame, units)
    rows = find_units(frame, units, province=province, on=change.from_, source=change.source)
    after = successors(province, from_=change.from_, to=change.to)
    new = communes_on(province, change.to)
    codes: list[str | None] = [
        after[row.unit.code][0] if row.unit and len(after[row.unit.code]) == 1 else None
        for row in rows
    ]
    divided = [at for at, row in enumerate(rows) if row.unit and len(after[row.unit.code]) > 1]
    if divided and communes is not None and isinstance(frame, gpd.GeoDataFrame):
        targets = {at: after[row.unit.code] for at in divided for row in [rows[at]] if row.unit}
        for at, code in _place(frame, communes, targets).items():
            codes[at] = code
    links = list_links(rows, [{code: None} if code else {} for code in codes], change)
    return Conversion(
        _with_codes(frame, codes, rows, units, new),
        links,
        TOTALS.empty(),
        frame.loc[[row.unit is None for row in rows]].reset_index(drop=True),
        Findings(_tell(rows, codes, change)),
    )


def _place(
    frame: gpd.GeoDataFrame, communes: gpd.GeoDataFrame, targets: Mapping[int, Sequence[str]]
) -> dict[int, str]:
    """Commune, of those that took the unit over, which holds most of each record."""
    if frame.crs is None or communes.crs is None:
        raise CrsError("layers.convert.records_need_crs")
    shapes = to_crs(communes.set_index("commune_code").geometry, EQUAL_AREA)
    lacking = sorted({code for codes in targets.values() for code in codes} - set(shapes.index))
    if lacking:
        raise InputError("layers.convert.heirs_not_in_boundaries", lacking=lacking)
    positions = list(targets)
    records = to_crs(frame.geometry.iloc[positions], EQUAL_AREA).make_valid()
    placed = {}
    for at, record in zip(positions, records, strict=True):
        held = {code: _held(record, shapes[code]) for code in targets[at]}
        best = max(held, key=lambda code: (held[code], code), default=None)
        if best is not None and held[best] > 0:
            placed[at] = best
    return placed


def _held(record: BaseGeometry | None, commune: BaseGeometry) -> float:
    """Part of a record within a commune: area, or 1 for a point or line that touches it."""
    if record is None or record.is_empty or not record.intersects(commune):
        return 0.0
    return float(record.intersection(commune).area) or 1.0


def _with_codes(
    frame: pd.DataFrame,
    codes: Sequence[str | None],
    rows: Sequence[RowUnit],
    units: CommuneColumns,
    new: Mapping[str, Unit],
) -> pd.DataFrame:
    result = frame.copy()
    free = "old_code"
    while free in result.columns:
        free += "_2"
    result[free] = pd.Series(
        [row.unit.code if row.unit else None for row in rows], index=frame.index, dtype="str"
    )
    result[units.code or "commune_code"] = pd.Series(list(codes), index=frame.index, dtype="str")
    names = [new[code].name if code else None for code in codes]
    result[units.name or "commune"] = pd.Series(names, index=frame.index, dtype="str")
    if isinstance(frame, gpd.GeoDataFrame):
        shape = frame.geometry.name
        return result[[*(name for name in result.columns if name != shape), shape]]
    return result


def _tell(
    rows: Sequence[RowUnit], codes: Sequence[str | None], change: VintageChange
) -> list[Finding]:
    """Problems for records of divided units that could not be placed, and unmatched records."""
    findings = []
    adrift = [at for at, row in enumerate(rows) if row.unit and codes[at] is None]
    if adrift:
        names = dict.fromkeys(unit.label for at in adrift if (unit := rows[at].unit))
        findings.append(
            Finding(
                "problem",
                "split-not-placed",
                change.source,
                message("layers.convert.split_not_placed", count=len(adrift), units=names),
                count=len(adrift),
                rows=tuple(adrift),
            )
        )
    lost = [at for at, row in enumerate(rows) if row.unit is None]
    if lost:
        reasons = dict.fromkeys((rows[at].text, rows[at].reason) for at in lost)
        told = [
            message("layers.convert.because", text=text or "–", why=why)
            for text, why in reasons
            if why
        ]
        findings.append(
            Finding(
                "problem",
                "unmatched",
                change.source,
                message(
                    "layers.convert.records_unmatched", count=len(lost), records=joined(told[:5])
                ),
                count=len(lost),
                rows=tuple(lost),
            )
        )
    return findings
