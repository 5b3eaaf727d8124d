"""The made-up report: what communes would report of fruit and other crops that nobody maps."""

from __future__ import annotations

import numpy as np
import pandas as pd

from zones.demo.layers import NOTICE
from zones.demo.planting import LAYER_YEAR
from zones.demo.quotas import crop_hectares, load_totals

__all__ = ["build_fruit_report"]

#: Years reported, and what share of the last year's area stood then.
_YEARS = {LAYER_YEAR - 2: 0.94, LAYER_YEAR - 1: 0.97, LAYER_YEAR: 1.0}

#: A commune reports a crop from this area on (ha).
_LEAST = 0.5


def build_fruit_report(communes: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Hectares by commune, crop and year, as a table of reports."""
    totals = load_totals()
    crops = totals.loc[totals["part"] == "report", "area_ha"]
    area = crop_hectares(crops, communes, rng)
    parts = []
    for year, share in _YEARS.items():
        grown = area * share * rng.normal(1, 0.01 * (LAYER_YEAR - year), area.shape)
        table = grown.assign(commune_code=communes["code"], commune=communes["name"])
        long = table.melt(["commune_code", "commune"], var_name="crop", value_name="area_ha")
        parts.append(long.assign(year=year))
    report = pd.concat(parts)
    report["area_ha"] = report["area_ha"].round(1)
    kept = report.loc[report["area_ha"] >= _LEAST].assign(source=NOTICE)
    columns = ["commune_code", "commune", "crop", "year", "area_ha", "source"]
    return kept.sort_values(["crop", "commune_code", "year"])[columns].reset_index(drop=True)
