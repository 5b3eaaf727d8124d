"""What is known before a form goes out: last year's figures, and the register's hectares."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import pandas as pd

from zones.reports.consolidate import counted_figures
from zones.reports.layout import Sheet

_KEY = ["reporter", "table", "row", "column"]


@dataclass(frozen=True, slots=True)
class KnownFigures:
    """Figures of all reporters that a year's report is held against."""

    # Last year's accepted figures: reporter, table, row, column → figure in the unit of the form
    last: Mapping[tuple[str, str, str, str], float] = field(default_factory=dict)
    # Hectares of the layers: reporter, row (zone) → ha
    register: Mapping[tuple[str, str], float] = field(default_factory=dict)
    # Official natural area of each commune, ha: no crop can have more
    land: Mapping[str, float] = field(default_factory=dict)
    # Land that the last run found for new planting: commune, zone → ha
    available: Mapping[tuple[str, str], float] = field(default_factory=dict)

    def of(self, reporter: str, sheets: Iterable[Sheet]) -> dict[tuple[str, str, str], float]:
        """Figures printed beside the cells of a reporter, by table, row and column."""
        found: dict[tuple[str, str, str], float] = {}
        for sheet in sheets:
            table = sheet.table
            for column in (one for one in table.columns if one.known):
                for row in sheet.rows:
                    value = (
                        self.register.get((reporter, row.row))
                        if column.known == "register"
                        else self.last.get((reporter, table.table, row.row, column.known))
                    )
                    if value is not None:
                        found[table.table, row.row, column.column] = value
        return found


def known_figures(
    last: pd.DataFrame, by_zone: pd.DataFrame, reported: pd.DataFrame, land: Mapping[str, float]
) -> KnownFigures:
    """Known figures of all reporters.

    ``last`` has the accepted figures of last year's round (columns of ``FIGURES``), ``by_zone``
    the register's hectares (zone, commune_code, present_ha), ``reported`` last year's hectares of
    report layers in the same columns: they stand in where no round was held; ``land`` natural
    areas by commune code.
    """
    counted = counted_figures(last)
    figures: dict[tuple[str, str, str, str], float] = {}
    for reporter, table, row, column, value in counted[[*_KEY, "value"]].itertuples(index=False):
        figures[reporter, table, row, column] = float(value)
    for code, zone, area in _rows(reported):
        figures.setdefault((code, "zones", zone, "standing"), area)
    register = {(code, zone): area for code, zone, area in _rows(by_zone)}
    return KnownFigures(figures, register, land)


def _rows(by_zone: pd.DataFrame) -> Iterable[tuple[str, str, float]]:
    sums = by_zone.groupby(["commune_code", "zone"])["present_ha"].sum().reset_index()
    for code, zone, area in sums.itertuples(index=False):
        yield str(code), str(zone), float(area)
