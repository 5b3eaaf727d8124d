"""Small land made by the tests: one or two communes whose hectares one can add up."""

from __future__ import annotations

import numpy as np
import pandas as pd

from zones.forest.trajectory.cohorts import Start, start_of
from zones.forest.trajectory.draws import Unknowns, draw_rates
from zones.forest.trajectory.lags import SpeciesLag
from zones.forest.trajectory.model import Causes, Path, simulate
from zones.forest.trajectory.planting import PLACED, cells_of_planting, lay_out_planting
from zones.tables import FOREST_COVER

YEAR = 2025
NAMES = {"A": "Một", "B": "Hai"}
LANDS = ("natural_forest", "planted_forest", "not_yet_forest")


def measured(*rows: tuple[object, ...]) -> pd.DataFrame:
    """Rows ``commune, land, crop, planting year, hectares[, three-forest class]``."""
    full = [row if len(row) == 6 else (*row, "production") for row in rows]
    names = ["commune_code", "land", "crop", "planting_year", "ledger_ha", "three_forest"]
    frame = pd.DataFrame(full, columns=names)
    return frame.astype({"planting_year": "Int64", "ledger_ha": "float64"}).assign(
        layer="forest", area_ha=frame["ledger_ha"]
    )


def cover_of(rows: pd.DataFrame, natural_area_ha: float = 1000.0) -> pd.DataFrame:
    """Table of forest cover of measured rows, with the columns that a forecast reads."""
    codes = sorted(rows["commune_code"].unique())
    table = pd.DataFrame({"commune_code": codes, "natural_area_ha": natural_area_ha})
    table["commune"] = table["commune_code"].map(NAMES)
    for land in LANDS:
        sums = rows[rows["land"] == land].groupby("commune_code")["ledger_ha"].sum()
        table[f"{land}_ha"] = table["commune_code"].map(sums).fillna(0.0).astype("float64")
    table["area_with_forest_ha"] = table[[f"{land}_ha" for land in LANDS]].sum(axis=1)
    whole = table.select_dtypes("number").sum().to_frame().T
    table = pd.concat([table, whole.assign(commune_code="20", commune="Tỉnh")], ignore_index=True)
    table["cover_percent"] = 0.0
    return table.reindex(columns=FOREST_COVER.names)


def placed(*rows: tuple[object, ...]) -> pd.DataFrame:
    """Rows ``commune, crop, year, on, hectares`` of planting that a plan places."""
    return PLACED.validate(pd.DataFrame(list(rows), columns=PLACED.names))


def start(rows: pd.DataFrame, plan: pd.DataFrame | None = None) -> Start:
    """Start at the end of ``YEAR``, with the cells that a plan needs."""
    plan = PLACED.empty() if plan is None else plan
    cover = cover_of(rows)
    also = cells_of_planting(cover["commune_code"].iloc[:-1], pd.Index([], dtype="str"), plan)
    return start_of(rows, cover, year=YEAR, also=also)


def follow(
    rows: pd.DataFrame,
    plan: pd.DataFrame | None = None,
    *,
    years: int = 8,
    lag: int = 3,
    rotation: int = 0,
    share: float = 1.0,
    survival: float = 1.0,
    promised_ha: float = 0.0,
    bare_share: float = 0.0,
    harvest_ha: float = np.nan,
    **causes: object,
) -> Path:
    """Likely path of land, every species with one lag and one rotation."""
    plan = PLACED.empty() if plan is None else plan
    land = start(rows, plan)
    span = range(YEAR + 1, YEAR + 1 + years)
    total = pd.Series(promised_ha, index=list(span))
    usual = pd.Series(1.0, index=[crop for crop in land.crops if crop])
    planting = lay_out_planting(land, plan, years=span, total_ha=total, usual=usual)
    count = len(land.crops)
    unknowns = Unknowns(
        [SpeciesLag(crop, lag, "setting") for crop in land.crops],
        3,
        (survival, survival, survival),
        (bare_share, bare_share, bare_share),
        np.full(count, share),
        np.full(count, harvest_ha),
        0.0,
    )
    settings: dict[str, object] = {
        "lost_to_bare": 0.0,
        "lost_to_other": 0.0,
        "regeneration_ha": 0.0,
        "resurvey_ha": np.zeros(years),
        "extra_bare_ha": np.zeros((len(land.cells), years)),
        "delay_ha": np.zeros((len(land.communes), years)),
    }
    return simulate(
        land,
        planting,
        draw_rates(unknowns, draws=1, seed=0),
        Causes(np.full(count, rotation), **(settings | causes)),  # type: ignore[arg-type]
    )


def likely(table: np.ndarray) -> list[float]:
    """Sum of the communes in the likely case, by year."""
    return [round(float(value), 9) for value in table[:, :, 0].sum(axis=0)]
