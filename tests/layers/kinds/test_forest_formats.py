"""The same forest layer in every format, both code tables, both fonts, and a neighbour's CRS."""

from __future__ import annotations

import warnings
import zipfile
from pathlib import Path

import geopandas as gpd
import pyogrio
import pytest

from layers.kinds.forest_status import load_forest_status

FORMATS = ("gpkg", "shp", "tab", "mif", "gdb", "geojson", "fgb", "parquet", "zip")

#: Commune and species as the fonts store them, with Unicode first.
TEXTS = {
    "unicode": ("Hữu Lũng", "Thông mã vĩ + Quế"),
    "tcvn3": ("H÷u Lòng", "Th«ng m· vÜ + QuÕ"),
    "vni": ("Höõu Luõng", "Thoâng maõ vó + Queá"),
}


def write(frame: gpd.GeoDataFrame, path: Path) -> Path:
    drivers = {".gdb": "OpenFileGDB", ".tab": "MapInfo File", ".mif": "MapInfo File"}
    if path.suffix == ".parquet":
        frame.to_parquet(path)
    elif path.suffix == ".zip":
        inner = path.with_suffix(".gpkg")
        write(frame, inner)
        with zipfile.ZipFile(path, "w") as archive:
            archive.write(inner, "thư mục/rừng.gpkg")
    else:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # FileGDB stores wide integers as reals
            driver = drivers.get(path.suffix)
            pyogrio.write_dataframe(frame, path, driver=driver, encoding="UTF-8")
    return path


@pytest.mark.parametrize("suffix", FORMATS)
@pytest.mark.parametrize("font", TEXTS)
def test_every_format_and_font(plots, folder, suffix, font):
    commune, species = TEXTS[font]
    frame = plots(
        {"xa": commune, "sldlr": species, "maldlr": 65, "ldlr": "RTG"},
        {"xa": commune, "sldlr": None, "maldlr": 24, "ldlr": "NRLG", "nggocr": 1, "namtr": 0},
        {"xa": commune, "sldlr": "Keo", "maldlr": 77, "ldlr": "DTR", "thanhrung": 2},
    )
    layer = load_forest_status(write(frame, folder / f"rừng.{suffix}"), year=2025)
    found = layer.plots.sort_values("lo", ignore_index=True)
    assert found["land"].tolist() == ["planted_forest", "natural_forest", "not_yet_forest"]
    assert found["commune"].tolist() == ["Hữu Lũng"] * 3
    assert found["commune_code"].tolist() == ["06148"] * 3
    assert found["ledger_ha"].tolist() == [1.0] * 3
    assert found["geometry_ha"].tolist() == pytest.approx([1.0] * 3, rel=1e-3)
    assert found.crs.to_epsg() == 9215
    assert layer.codes.table == "98"
    weights = layer.crop_weights.groupby("crop")["weight"].sum()
    assert weights.to_dict() == {"acacia": 1.0, "cinnamon": 0.5, "pine": 0.5}
    assert not layer.findings.of("problem")
    converted = [item for item in layer.findings.items if item.kind == "text-converted"]
    assert len(converted) == (0 if font == "unicode" else 2)


@pytest.mark.parametrize("suffix", ["gpkg", "shp", "tab"])
def test_a_layer_in_the_neighbour_s_zone_keeps_its_place(plots, folder, suffix):
    frame = plots({})
    layer = load_forest_status(write(frame.to_crs("EPSG:9214"), folder / f"rừng.{suffix}"))
    assert layer.plots.crs.to_epsg() == 9214
    back = layer.plots.to_crs("EPSG:9215")
    assert back.geometry.iloc[0].centroid.distance(frame.geometry.iloc[0].centroid) < 0.1


@pytest.mark.parametrize("width", [20, 8])
def test_a_shapefile_of_the_field_s_width(plots, folder, width):
    """A .dbf cuts text at its width: the last letter may be half of one."""
    path = write(plots({"xa": "Hữu Lũng"}), folder / "rừng.shp")
    table = path.with_suffix(".dbf")
    content = table.read_bytes()
    name = "Hữu Lũng".encode()
    table.write_bytes(content.replace(name, name[:width].ljust(len(name))))
    layer = load_forest_status(path)
    assert layer.plots["commune"].iloc[0] == "Hữu Lũng"[: {20: 8, 8: 5}[width]].rstrip()
