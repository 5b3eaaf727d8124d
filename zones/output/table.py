"""One table or layer as a file of the kind its name says."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from layers.base.clock import today
from layers.base.errors import InputError, OutputExistsError
from layers.io.table_output import save_csv, save_workbook

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

TABLE_KINDS = (".csv", ".xlsx", ".parquet")
#: Ending → driver.
VECTOR_KINDS = {
    ".gpkg": "GPKG",
    ".shp": "ESRI Shapefile",
    ".geojson": "GeoJSON",
    ".fgb": "FlatGeobuf",
    ".tab": "MapInfo File",
}


def check_output(path: Path, *, overwrite: bool) -> None:
    """Refuse a file that exists, or a kind of file that cannot be written."""
    known = (*TABLE_KINDS, *VECTOR_KINDS)
    if path.suffix.lower() not in known:
        raise InputError(
            "zones.output.not_a_table_to_write", path=path, known=known, suffix=path.suffix
        )
    if path.exists() and not overwrite:
        raise OutputExistsError("zones.output.table_exists", path=path)


def write_frame(frame: pd.DataFrame, path: Path) -> None:
    """Write a frame to a new file of the kind its name says."""
    import geopandas as gpd

    kind = path.suffix.lower()
    is_layer = isinstance(frame, gpd.GeoDataFrame)
    if kind in VECTOR_KINDS:
        if not is_layer:
            raise InputError("zones.output.layer_without_geometry", file=path.name)
        _write_layer(frame, path)
        return
    if kind == ".parquet":
        frame.to_parquet(path, index=False)
        return
    table = frame.drop(columns=frame.geometry.name) if is_layer else frame
    if kind == ".csv":
        save_csv(table, path)
    else:
        save_workbook({"Sheet1": table}, path)


def _write_layer(frame: gpd.GeoDataFrame, path: Path) -> None:
    """Write a layer; the formats that note a day note that of the run, not that of the clock."""
    from layers.io.geopackage import save_geopackage, write_layer

    kind = path.suffix.lower()
    if kind == ".gpkg":
        save_geopackage({path.stem: frame}, path)
        return
    dated = {"DBF_DATE_LAST_UPDATE": today().isoformat()} if kind == ".shp" else {}
    write_layer(frame, path, driver=VECTOR_KINDS[kind], encoding="UTF-8", **dated)
