"""The one way to write a GeoPackage: the same tables give the same bytes."""

from __future__ import annotations

import shutil
import tempfile
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pyogrio
from pyogrio.util import vsi_path

from layers.base.clock import today

#: Oldest version that holds these tables: programs of 2018 and later read it without a warning.
_VERSION = {"VERSION": "1.2"}


def save_geopackage(tables: Mapping[str, pd.DataFrame], path: Path) -> None:
    """Write frames, with polygons or without, as the tables of a new GeoPackage."""
    # A GeoPackage notes when it was changed: the same plots must give the same bytes.
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": stamp()})
    try:
        with _plainly_named(path) as named:
            for name, frame in tables.items():
                kind = {"geometry_type": "Unknown"} if isinstance(frame, gpd.GeoDataFrame) else {}
                how = {"layer": name, "driver": "GPKG", "dataset_options": _VERSION, **kind}
                write_layer(frame, named, **how)
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})


def write_layer(frame: pd.DataFrame, path: Path, **options: Any) -> None:
    """Write one layer; what came without a CRS leaves without one."""
    with warnings.catch_warnings(), _plainly_named(path) as named:
        warnings.filterwarnings("ignore", message="'crs' was not provided", category=UserWarning)
        pyogrio.write_dataframe(frame, named, **{"layer": path.stem, **options})


@contextmanager
def _plainly_named(path: Path) -> Iterator[Path]:
    """Path to write to; of a name that pyogrio would take apart, as it does with ``!``, elsewhere.

    What is written elsewhere is moved to ``path`` at the end: pyogrio would replace another file.
    """
    if vsi_path(path) == str(path):
        yield path
        return
    with tempfile.TemporaryDirectory(prefix="vungtrong-") as folder:
        named = Path(folder, f"layer{path.suffix}")
        if path.exists():  # another layer of it
            shutil.copyfile(path, named)
        yield named
        for part in Path(folder).iterdir():
            shutil.move(part, path.with_suffix(part.suffix))


def stamp() -> str:
    """Day of the run as a GeoPackage writes a time."""
    return f"{today().isoformat()}T00:00:00.000Z"
