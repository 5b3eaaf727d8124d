"""A CRS that a file declares: by number or words, and never by another file."""

from __future__ import annotations

import json
from pathlib import Path

import geopandas as gpd
import pyarrow.parquet as pq
import pyproj
import pytest
import shapely

from layers.base.errors import InputError
from layers.crs.crs import parse_crs
from layers.io.declared_crs import declared_crs
from layers.io.vector import load_vector

GRID = "+proj=utm +zone=48 +ellps=WGS84 +nadgrids={path} +type=crs"


@pytest.mark.parametrize("number", [9215, 4326, 3405, 3857, 32648])
def test_what_offices_declare_is_read(number: int) -> None:
    crs = pyproj.CRS.from_epsg(number)
    for told in (f"EPSG:{number}", crs.to_wkt(), crs.to_wkt("WKT1_ESRI"), crs.to_json_dict()):
        assert declared_crs(told) is not None
    assert declared_crs("+proj=utm +zone=48 +nadgrids=@null +type=crs") is not None


def test_no_file_is_read_for_a_crs(folder: Path) -> None:
    """The file would be taken: it holds a system of its own."""
    init = folder / "hệ riêng"
    init.write_text("<1> +proj=utm +zone=48 +ellps=WGS84 <>\n", "utf-8")
    grid = GRID.format(path=folder / "lưới.gsb")
    bound = pyproj.CRS.from_user_input(grid)
    for told in (f"+init={init}:1", f"init={init}:1", grid, bound.to_wkt(), bound.to_json_dict()):
        with pytest.raises(InputError, match="names another file"):
            declared_crs(told)
    with pytest.raises(InputError):
        parse_crs(f"+init={init}:1")


def test_a_geoparquet_that_names_a_file_is_refused(folder: Path) -> None:
    path = folder / "a.parquet"
    gpd.GeoDataFrame(geometry=[shapely.box(0, 0, 1, 1)], crs=9215).to_parquet(path)
    table = pq.read_table(path)
    told = dict(table.schema.metadata)
    geo = json.loads(told[b"geo"])
    geo["columns"]["geometry"]["crs"] = f"+init={folder}/x:1"
    told[b"geo"] = json.dumps(geo).encode()
    pq.write_table(table.replace_schema_metadata(told), path)
    with pytest.raises(InputError, match="names another file"):
        load_vector(path)
