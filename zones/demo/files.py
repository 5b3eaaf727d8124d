"""The made-up layers as files of the kinds an office has, the same bytes for the same seed."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import geopandas as gpd
import pyogrio
import rasterio

from zones.demo.boundaries import AREA_CRS
from zones.demo.land_cover import LandCover
from zones.demo.layers import NOTICE
from zones.demo.planting import LAYER_YEAR

__all__ = ["save_raster", "save_vector"]

#: GeoPackage writes the time of its last change into the file.
_STAMP = f"{LAYER_YEAR}-12-31T00:00:00.000Z"


@contextlib.contextmanager
def _dated() -> Iterator[None]:
    before = pyogrio.get_gdal_config_option("OGR_CURRENT_DATE")
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": _STAMP})
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": before})


def save_vector(frame: gpd.GeoDataFrame, path: Path, *, layer: str) -> None:
    """Write polygons, marked as demo data in the file's own description."""
    options: dict[str, str] = {}
    if path.suffix == ".gpkg":
        options = {"IDENTIFIER": layer, "DESCRIPTION": NOTICE}
    else:
        options = {"TITLE": layer, "DESCRIPTION": NOTICE}
    with _dated():
        pyogrio.write_dataframe(
            frame,
            path,
            layer=layer,
            promote_to_multi=True,
            use_arrow=True,
            layer_options=options,
        )


def save_raster(cover: LandCover, path: Path) -> None:
    """Write a raster of classes as a compressed GeoTIFF; 0 is nodata."""
    rows, columns = cover.cells.shape
    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        width=columns,
        height=rows,
        count=1,
        dtype="uint8",
        nodata=0,
        crs=AREA_CRS,
        transform=cover.transform,
        compress="deflate",
        tiled=True,
        blockxsize=512,
        blockysize=512,
    ) as raster:
        raster.write(cover.cells, 1)
        raster.update_tags(TIFFTAG_IMAGEDESCRIPTION=NOTICE)
