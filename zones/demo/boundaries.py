"""Made-up commune boundaries that keep three facts of each commune: name, area and centre.

They are the result of ``scripts/make_demo_boundaries.py``, shipped so that every machine starts
from the same lines; no real line is in them.
"""

from __future__ import annotations

import geopandas as gpd
import pandas as pd

from layers.base.resources import data_path

__all__ = ["AREA_CRS", "load_boundaries"]

#: VN-2000 zone of Lạng Sơn, in whose plane the office measures.
AREA_CRS = "EPSG:9215"


def load_boundaries(communes: pd.DataFrame) -> gpd.GeoDataFrame:
    """Columns of ``communes`` (with ``code``) and their made-up polygons in EPSG:9215.

    A coverage without gaps and overlaps, each polygon within 0.01 % of its official area and
    around its centre.
    """
    made = gpd.read_parquet(data_path("demo", "boundaries-20.parquet"))
    shapes = made.set_index("code").geometry.loc[communes["code"]].to_numpy()
    return gpd.GeoDataFrame(communes.copy(), geometry=shapes, crs=AREA_CRS)
