"""Write the natural areas of communes as lists circulate them, from a layer that carries them.

    python scripts/export_natural_areas.py communes.parquet

The layer has the columns ``code`` and ``area_km2_official`` (vietnamese-provinces-database, MIT)
and boundaries of the communes since July 2025. Nobody held the figures against the decisions of the
provinces, so they are called circulated, never official. A figure that is more than a fifth away
from the area of its own boundary is left out: such rows are shifted or misprinted. Lạng Sơn is left
out as a whole: its official areas are in ``communes-20.csv``.
"""

from __future__ import annotations

import sys
from pathlib import Path

import geopandas as gpd

DATA = Path(__file__).resolve().parent.parent / "data"
#: Equal-area projection in which the boundaries are measured.
EQUAL_AREA = "ESRI:102028"
#: Codes of the layer that the table of communes (``communes-34.csv``) has otherwise: Ba Chẽ.
OTHER_CODES = {"06978": "06970"}
MOST_APART = 0.2


def main(layer: Path) -> None:
    """Write ``natural_areas-34.csv``: code and area (ha) of the communes that may be right."""
    frame = gpd.read_parquet(layer)
    listed = frame["area_km2_official"] * 100
    drawn = frame.geometry.to_crs(EQUAL_AREA).area / 10_000
    kept = ((drawn / listed - 1).abs() <= MOST_APART) & (frame["province_code"] != "20")
    table = (
        frame[kept]
        .assign(code=frame["code"].replace(OTHER_CODES), circulated_area_ha=listed.round(2))
        .sort_values("code")
    )
    columns = ["code", "circulated_area_ha"]
    path = DATA / "natural_areas-34.csv"
    table[columns].to_csv(path, index=False, encoding="utf-8", lineterminator="\n")
    sys.stdout.write(f"{path.name}: {int(kept.sum()):,} of {len(frame):,} communes\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
