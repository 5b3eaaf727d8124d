"""Map, register and report side by side: one reconciled figure, and who is suspected.

Each crop of each commune has up to three witnesses. What they agree on under the sums that must
hold (communes to the province, crops to a commune's total, last year + new − lost) stands beside
the three; which figure leads the project says.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse
from scipy.stats import chi2

from layers.base.errors import InputError
from layers.base.schema import Column, Schema
from zones.reports.reconciliation.balance import Balanced, Floats, balance

WITNESSES = ("map", "register", "report")
#: Standard errors (%) of the witnesses where the project states none.
USUAL_ERRORS = {"map": 3.0, "register": 3.0, "report": 10.0}

#: Errors below this (ha) are not claimed of any witness: a plot is written in steps of 0.01 ha.
_LEAST_ERROR_HA = 0.05
#: |adjustment| ÷ its standard deviation above which a figure is suspected: 1 in 1,000 by chance.
SUSPICIOUS = 3.29

WITNESS_FIGURES = Schema(
    "witness_figures",
    (
        Column("commune_code", "text", "commune"),
        Column("crop", "text", "crop id"),
        Column("witness", "text", "map, register or report"),
        Column("area_ha", "number", "its hectares", "ha", minimum=0),
    ),
)

KNOWN_TOTALS = Schema(
    "known_totals",
    (
        Column("commune_code", "text", "commune; empty for the province"),
        Column("crop", "text", "crop id; empty for all crops together"),
        Column("area_ha", "number", "the total", "ha", minimum=0),
        Column("error_percent", "number", "standard error; 0: exact", "%", minimum=0),
    ),
)

FLOWS = Schema(
    "flows",
    (
        Column("commune_code", "text", "commune"),
        Column("crop", "text", "crop id"),
        Column("last_ha", "number", "standing a year before", "ha", minimum=0),
        Column("planted_ha", "number", "newly planted in the year", "ha", minimum=0),
        Column("lost_ha", "number", "lost in the year", "ha", minimum=0),
    ),
)

RECONCILED = Schema(
    "reconciled",
    (
        Column("commune_code", "text", "commune"),
        Column("crop", "text", "crop id"),
        *(
            Column(f"{name}_ha", "number", f"hectares by the {name}", "ha", nullable=True)
            for name in WITNESSES
        ),
        Column("reconciled_ha", "number", "reconciled hectares", "ha"),
        Column("standard_error_ha", "number", "their standard error", "ha"),
        Column("by_sums_ha", "number", "of the adjustment, what the sums moved", "ha"),
        Column("statistic", "number", "χ² of the witnesses of this row among themselves"),
        Column("suspect", "text", "witness that departs too far; empty for none"),
        Column("strain", "number", "its adjustment ÷ its standard deviation", nullable=True),
    ),
)


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """Reconciled figures and how well the witnesses agree."""

    figures: pd.DataFrame  # Columns of ``RECONCILED``
    statistic: float  # χ² of all adjustments
    freedom: int  # Its degrees of freedom
    probability: float  # Chance of so large a statistic if all errors are as stated


def reconcile(
    figures: pd.DataFrame,
    *,
    error_percent: Mapping[str, float],
    totals: pd.DataFrame | None = None,
    flows: pd.DataFrame | None = None,
) -> Reconciliation:
    """Reconcile the witnesses of each crop in each commune under the sums.

    ``figures`` has the columns of ``WITNESS_FIGURES``, one row per commune, crop and witness;
    ``error_percent`` the standard error of each witness in percent of its figure; ``totals`` those
    of ``KNOWN_TOTALS``; ``flows`` those of ``FLOWS``, what is standing being last + planted − lost.
    Flows err by percent as reports do. A missing witness has no row: missing is not 0.
    """
    wide, variances = _wide(figures, error_percent)
    weights = 1 / variances
    own_variance = 1 / np.nansum(weights, axis=1)
    values = wide.to_numpy()
    own = np.nansum(values * weights, axis=1) * own_variance
    inner = np.nansum((values - own[:, None]) ** 2 * weights, axis=1)
    sums = _Sums(pd.MultiIndex.from_frame(wide.index.to_frame()), own, own_variance)
    sums.add_totals(totals)
    sums.add_flows(flows, error_percent["report"])
    balanced = sums.balance()
    cells = len(own)
    strain = _strain(values, variances, balanced.adjusted[:cells], balanced.variances[:cells])
    worst = np.where(np.isnan(strain), -1.0, np.abs(strain)).argmax(axis=1)
    strongest = np.abs(strain)[np.arange(cells), worst]
    suspect = np.where(strongest > SUSPICIOUS, np.array(WITNESSES)[worst], "")
    frame = wide.add_suffix("_ha").reset_index()
    frame = frame.assign(
        reconciled_ha=balanced.adjusted[:cells],
        standard_error_ha=np.sqrt(np.maximum(balanced.variances[:cells], 0)),
        by_sums_ha=balanced.adjusted[:cells] - own,
        statistic=inner,
        suspect=suspect,
        strain=np.where(suspect != "", strain[np.arange(cells), worst], np.nan),
    )
    statistic = float(inner.sum()) + balanced.statistic
    freedom = int((~np.isnan(values)).sum()) - cells + balanced.freedom
    chance = float(chi2.sf(statistic, freedom)) if freedom else 1.0
    return Reconciliation(RECONCILED.validate(frame), statistic, freedom, chance)


def _wide(figures: pd.DataFrame, error_percent: Mapping[str, float]) -> tuple[pd.DataFrame, Floats]:
    """Figures with a column per witness, and their variances (ha²)."""
    table = WITNESS_FIGURES.validate(figures)
    strange = sorted(set(table["witness"]) - set(WITNESSES))
    lacking = sorted(name for name in WITNESSES if not error_percent.get(name, 0) > 0)
    if strange or lacking:
        raise InputError(
            "zones.reports.reconciliation.witness_errors", strange=strange, lacking=lacking
        )
    keys = ["commune_code", "crop", "witness"]
    twice = table[table.duplicated(keys)]
    if len(twice):
        names = twice["crop"] + " " + twice["commune_code"]
        raise InputError(
            "zones.reports.reconciliation.witness_twice", count=len(twice), names=names.tolist()
        )
    wide = table.pivot_table(index=keys[:2], columns="witness", values="area_ha")
    wide = wide.reindex(columns=list(WITNESSES))
    # An error in percent of 0 ha would be certainty: it is taken of the largest witness.
    largest = wide.max(axis=1).to_numpy()[:, None]
    percent = np.array([error_percent[name] for name in WITNESSES])
    size = np.where(np.isnan(wide), np.nan, np.maximum(wide.fillna(0.0), largest / 10))
    return wide, np.maximum(size * percent / 100, _LEAST_ERROR_HA) ** 2


class _Sums:
    """Cells of the witnesses, then what they add up with, and the sums among them."""

    def __init__(self, index: pd.MultiIndex, own: Floats, variance: Floats) -> None:
        self.codes = index.get_level_values(0).to_numpy()
        self.crops = index.get_level_values(1).to_numpy()
        self.cells = len(own)
        self.figures, self.variances = [own], [variance]
        self.count = len(own)
        self.blocks: list[tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], Floats]] = []
        self.rows = 0

    def _take(self, figures: Floats, variances: Floats) -> int:
        """Take further figures in; place of the first."""
        first = self.count
        self.figures.append(figures)
        self.variances.append(variances)
        self.count += len(figures)
        return first

    def _sum(self, parts: npt.NDArray[np.int64], signs: Floats) -> None:
        self.blocks.append((np.full(len(parts), self.rows), parts, signs))
        self.rows += 1

    def add_totals(self, totals: pd.DataFrame | None) -> None:
        """Communes to the province, crops to a commune's total."""
        if totals is None or totals.empty:
            return
        known = KNOWN_TOTALS.validate(totals)
        area = known["area_ha"].to_numpy()
        first = self._take(area, (area * known["error_percent"].to_numpy() / 100) ** 2)
        all_cells = np.arange(self.cells)
        of_commune = pd.Series(all_cells).groupby(self.codes).indices
        of_crop = pd.Series(all_cells).groupby(self.crops).indices
        for place, (code, crop) in enumerate(
            zip(known["commune_code"], known["crop"], strict=True)
        ):
            mine = of_commune.get(code, all_cells[:0]) if code else all_cells
            if crop:
                mine = np.intersect1d(mine, of_crop.get(crop, all_cells[:0]), assume_unique=True)
            if not len(mine):
                raise InputError(
                    "zones.reports.reconciliation.total_of_nothing", commune=code, crop=crop
                )
            parts = np.append(mine, first + place)
            self._sum(parts, np.append(np.ones(len(mine)), -1.0))

    def add_flows(self, flows: pd.DataFrame | None, percent: float) -> None:
        """Standing = last year + planted − lost, where all three are known."""
        if flows is None or flows.empty:
            return
        known = FLOWS.validate(flows)
        place = {key: number for number, key in enumerate(zip(self.codes, self.crops, strict=True))}
        keys = list(zip(known["commune_code"], known["crop"], strict=True))
        known = known[[key in place for key in keys]]
        parts = known[["last_ha", "planted_ha", "lost_ha"]].to_numpy()
        errors = np.maximum(parts * percent / 100, _LEAST_ERROR_HA) ** 2
        first = self._take(parts.ravel(), errors.ravel())
        for number, key in enumerate(key for key in keys if key in place):
            at = first + 3 * number
            self._sum(np.array([place[key], at, at + 1, at + 2]), np.array([1.0, -1.0, -1.0, 1.0]))

    def balance(self) -> Balanced:
        """Balance all figures under all sums."""
        shape = (self.rows, self.count)
        empty = np.array([], dtype="int64")
        rows, columns, signs = (
            np.concatenate([empty, *(block[part] for block in self.blocks)]) for part in range(3)
        )
        sums = sparse.csr_matrix((signs, (rows.astype("int64"), columns.astype("int64"))), shape)
        return balance(np.concatenate(self.figures), np.concatenate(self.variances), sums)


def _strain(values: Floats, variances: Floats, after: Floats, variance: Floats) -> Floats:
    """Measurement test: each adjustment ÷ its standard deviation (Mah and Tamhane 1982)."""
    gap = after[:, None] - values
    spread = variances - variance[:, None]
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(spread > 1e-12, gap / np.sqrt(spread), np.nan)
