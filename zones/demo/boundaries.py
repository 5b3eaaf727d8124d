"""Made-up commune boundaries that keep three facts of each commune: name, area and centre.

They are the result of ``scripts/make_demo_boundaries.py``, shipped so that every machine starts
from the same lines; no real line is in them.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import pandas as pd
import shapely

from layers.base.errors import InputError
from layers.base.resources import data_path
from layers.crs.crs import parse_crs
from layers.crs.source import place_layer
from layers.crs.transform import to_crs
from layers.io.geopackage import write_layer
from layers.io.values import as_commune_code
from layers.io.vector import list_layers, load_vector

#: Formats that are one file each; the others are written anew.
_SINGLE_FILES = (".gpkg", ".geojson", ".fgb", ".parquet")


@dataclass(frozen=True, slots=True)
class GivenCommunes:
    """Boundaries as the user gave them."""

    path: Path  # The file
    layer: str  # Layer with the communes
    # code_column, name_column: Columns with code and name
    code_column: str
    name_column: str
    # The rows of the table of facts with ``geometry`` in EPSG:9215, overlaps cleaned away, for the
    # land to grow on
    ground: gpd.GeoDataFrame
    # Another layer of the file with communes around, by the same columns; empty for none
    neighbours: str = ""

    def copy_to(self, folder: Path) -> Path:
        """Put the boundaries, unchanged, into the demo's folder."""
        if _is_kept(self.path):
            target = folder / f"communes{self.path.suffix.lower()}"
            shutil.copyfile(self.path, target)
        else:
            target = folder / "communes.gpkg"
            frame = load_vector(self.path, layer=self.layer)
            write_layer(frame, target, layer=self.layer, promote_to_multi=True)
        return Path(target.name)


def read_given_communes(path: Path, communes: pd.DataFrame) -> GivenCommunes:
    """Find the layer and the columns of given boundaries."""
    codes = set(communes["code"])
    best: tuple[int, str] = (0, "")
    layers = list_layers(path)
    for layer in layers:
        frame = load_vector(path, layer=layer)
        found = {name: _shared(frame[name], codes) for name in frame.columns.drop("geometry")}
        code_column = max(found, key=lambda name: found[name], default="")
        best = max(best, (found.get(code_column, 0), layer))
        if found.get(code_column, 0) == len(codes) == len(frame):
            names = set(communes["name"])
            held = {name: _shared_names(frame[name], names) for name in found}
            name_column = max(held, key=lambda name: held[name])
            ground = _ground(frame, code_column, communes, source=path.name)
            others = [name for name in layers if name != layer]
            columns = {code_column, name_column}
            around = _neighbours(path, others, columns) if _is_kept(path) else ""
            return GivenCommunes(path, layer, code_column, name_column, ground, around)
    raise InputError(
        "zones.demo.wrong_boundaries",
        file=path.name,
        count=len(codes),
        best=best[1],
        best_2=best[0],
    )


def _is_kept(path: Path) -> bool:
    """Whether the file goes into the demo as it is, with all its layers."""
    return path.suffix.lower() in _SINGLE_FILES


def _neighbours(path: Path, layers: list[str], columns: set[str]) -> str:
    """Find the first layer of polygons that is built like the communes'."""
    for layer in layers:
        frame = load_vector(path, layer=layer)
        polygons = frame.geometry.geom_type.isin(["Polygon", "MultiPolygon"])
        if columns <= set(frame.columns) and len(frame) and polygons.all():
            return layer
    return ""


def _shared(values: pd.Series, codes: set[str]) -> int:
    return len(codes & set(as_commune_code(values).dropna()))


def _shared_names(values: pd.Series, names: set[str]) -> int:
    return len(names & set(values.astype("str").str.normalize("NFC")))


def _ground(
    frame: gpd.GeoDataFrame, code_column: str, communes: pd.DataFrame, *, source: str
) -> gpd.GeoDataFrame:
    placed, _ = place_layer(frame, source=source)
    flat = to_crs(placed, parse_crs(AREA_CRS))
    flat.index = pd.Index(as_commune_code(frame[code_column]))
    shapes = shapely.make_valid(flat.geometry.loc[communes["code"]].to_numpy())
    # Where communes overlap by slivers the land may only be grown once.
    clean = shapely.coverage_clean(shapes)  # type: ignore[attr-defined]
    return gpd.GeoDataFrame(communes.copy(), geometry=clean, crs=AREA_CRS)


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
