"""The one way to write a GeoPackage: the same tables give the same bytes."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pyogrio

from layers.base.clock import today

#: Oldest version that holds these tables: programs of 2018 and later read it without a warning.
_VERSION = {"VERSION": "1.2"}


def save_geopackage(tables: Mapping[str, pd.DataFrame], path: Path) -> None:
    """Write frames, with polygons or without, as the tables of a new GeoPackage."""
    # A GeoPackage notes when it was changed: the same plots must give the same bytes.
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": stamp()})
    try:
        for name, frame in tables.items():
            kind = {"geometry_type": "Unknown"} if isinstance(frame, gpd.GeoDataFrame) else {}
            write_layer(frame, path, layer=name, driver="GPKG", dataset_options=_VERSION, **kind)
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})


def write_layer(frame: pd.DataFrame, path: Path, **options: Any) -> None:
    """Write one layer; what came without a CRS leaves without one."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="'crs' was not provided", category=UserWarning)
        pyogrio.write_dataframe(frame, path, **options)


def stamp() -> str:
    """Day of the run as a GeoPackage writes a time."""
    return f"{today().isoformat()}T00:00:00.000Z"
