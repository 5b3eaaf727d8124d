"""A made province anywhere in the country: small, square, with names and codes alone as facts.

Where the communes of a province lie, and what stands there, is not known here. Each commune is a
square of 36 km² in the plane of the province's VN-2000 zone, cut into plots of 100 ha, with land by
chance: enough to try every command on, and nobody takes it for the real one.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely

from layers.base.resources import data_path
from layers.communes.gazetteer import NEWEST_VINTAGE, communes_on, province_name, provinces
from layers.crs.crs import area_crs, central_meridian
from layers.crs.transform import to_crs
from layers.io.table_output import save_csv
from zones.demo.layers import NOTICE, build_forest_layer
from zones.demo.noise import build_terrain
from zones.demo.planting import LAYER_YEAR, build_planting
from zones.demo.quotas import REMAINDER, load_totals

_SIDE = 6_000.0
_PLOT = 1_000.0
#: Chance of each kind of land, by plot.
_LAND = {
    "natural_forest": 0.27,
    "acacia": 0.16,
    "pine": 0.10,
    "eucalyptus": 0.04,
    "farmland": 0.25,
    "bare": 0.07,
    "regenerating": 0.05,
    "other": 0.04,
    "water": 0.02,
}
#: Easting of the meridian of every zone, and a degree of longitude in the north (m).
_MERIDIAN, _DEGREE = 500_000.0, 103_000.0
#: Northing of the northernmost province, and the step to the next one by code (m).
_NORTH, _STEP = 2_480_000.0, 44_000.0
_HA = 1e4


@dataclass(frozen=True, slots=True)
class MadeProvince:
    """Layers of a made province, in its VN-2000 zone."""

    communes: gpd.GeoDataFrame  # code, name, full_name, kind, source
    forest: gpd.GeoDataFrame  # the 51 fields
    report: pd.DataFrame  # what communes report of tea, ha
    crs: str  # EPSG code of the zone
    cover_percent: float  # forest cover rate of the land
    acacia_ha: float  # acacia, established or not, by the ledger


@dataclass(frozen=True, slots=True)
class Place:
    """Where a province is laid out: the corner of its first square in a plane (m)."""

    plane: pyproj.CRS
    west: float
    top: float


def side_by_side(codes: Sequence[str]) -> dict[str, Place]:
    """Places of provinces that share borders: from west to east by the meridians of their zones."""
    meridians = {code: central_meridian(area_crs(code)) or 0.0 for code in codes}
    order = sorted(codes, key=lambda code: (meridians[code], code))
    widths = [_columns(len(communes_on(code))) * _SIDE for code in order]
    first = meridians[order[0]]
    # The row lies midway between the outer meridians: no zone is stretched more than it need be.
    middle = round((meridians[order[-1]] - first) / 2 * _DEGREE, -3)
    west, top = _MERIDIAN + middle - sum(widths) / 2, _NORTH - _STEP
    return {
        code: Place(area_crs(order[0]), west + sum(widths[:number]), top)
        for number, code in enumerate(order)
    }


def _own_place(province: str) -> Place:
    """On the meridian of its zone, by its code from north to south."""
    west = _MERIDIAN - _columns(len(communes_on(province))) / 2 * _SIDE
    top = _NORTH - sorted(provinces()).index(province) * _STEP
    return Place(area_crs(province), west, top)


def _columns(communes: int) -> int:
    return math.ceil(math.sqrt(communes))


def make_province(province: str, *, seed: int, place: Place | None = None) -> MadeProvince:
    """Make the layers of a province; the same seed gives the same land."""
    rng = np.random.default_rng([seed, int(province)])
    zone = area_crs(province)
    place = place or _own_place(province)
    ground = _squares(province, place)
    parcels = _plots(ground, rng)
    terrain = build_terrain(tuple(ground.total_bounds), [*REMAINDER, *_crops()], rng)
    parcels = parcels.join(build_planting(parcels, rng))
    forest = build_forest_layer(parcels, ground, terrain, rng)
    forest = forest.assign(matinh=int(province), tinh=province_name(province))
    established = (forest["thanhrung"] == 1).to_numpy()
    stands_ha = float(forest.loc[established, "dtich"].sum())
    acacia = parcels["land"] == "acacia"
    return MadeProvince(
        communes=_in_zone(ground, place, zone),
        forest=_in_zone(forest, place, zone),
        report=_report(ground, rng),
        crs=f"EPSG:{zone.to_epsg()}",
        cover_percent=stands_ha / (ground.area.sum() / _HA) * 100,
        acacia_ha=float(parcels.loc[acacia, "area_ha"].sum()),
    )


def _in_zone(frame: gpd.GeoDataFrame, place: Place, zone: pyproj.CRS) -> gpd.GeoDataFrame:
    """Layer in the province's own zone; what is laid out in another keeps its corners of plots."""
    laid = frame.set_crs(place.plane, allow_override=True)
    if place.plane == zone:
        return laid
    cut = shapely.segmentize(laid.geometry.to_numpy(), _PLOT)
    return to_crs(laid.set_geometry(gpd.GeoSeries(cut, laid.index, crs=place.plane)), zone)


def _crops() -> list[str]:
    totals = load_totals()
    return [str(crop) for crop in totals.index[totals["part"] == "forest"]]


def _squares(province: str, at: Place) -> gpd.GeoDataFrame:
    """Communes as squares in rows, in order of code."""
    units = sorted(communes_on(province).values(), key=lambda unit: unit.code)
    columns = _columns(len(units))
    place = np.arange(len(units))
    west = at.west + (place % columns) * _SIDE
    south = at.top - (place // columns + 1) * _SIDE
    return gpd.GeoDataFrame(
        {
            "code": [unit.code for unit in units],
            "name": [unit.name for unit in units],
            "full_name": [f"{unit.kind.capitalize()} {unit.name}" for unit in units],
            "kind": [unit.kind for unit in units],
            "source": NOTICE,
        },
        geometry=shapely.box(west, south, west + _SIDE, south + _SIDE),
        crs=at.plane,
    )


def _plots(ground: gpd.GeoDataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Squares of 100 ha with their land."""
    bounds = ground.bounds
    along = int(_SIDE / _PLOT)
    at = np.arange(along * along)
    west = (bounds["minx"].to_numpy()[:, None] + (at % along) * _PLOT).ravel()
    south = (bounds["miny"].to_numpy()[:, None] + (at // along) * _PLOT).ravel()
    land = rng.choice(list(_LAND), len(west), p=list(_LAND.values()))
    return pd.DataFrame(
        {
            "shape": shapely.box(west, south, west + _PLOT, south + _PLOT),
            "commune": np.repeat(np.arange(len(ground)), len(at)),
            "area_ha": _PLOT * _PLOT / _HA,
            "x": west + _PLOT / 2,
            "y": south + _PLOT / 2,
            "land": pd.array(land, dtype="str"),
        }
    )


def _report(ground: gpd.GeoDataFrame, rng: np.random.Generator) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "commune_code": ground["code"],
            "commune": ground["name"],
            "crop": "Chè",
            "year": LAYER_YEAR,
            "area_ha": rng.uniform(10, 90, len(ground)).round(1),
        }
    )


def save_province_texts(made: MadeProvince, province: str, folder: Path) -> None:
    """Write the tables, the plan and the project of a made province."""
    save_csv(made.report, folder / "fruit_report.csv")
    areas = made.communes[["code", "name"]].assign(official_area_ha=made.communes.area / _HA)
    save_csv(pd.DataFrame(areas), folder / "natural_areas.csv")
    tea = float(made.report["area_ha"].sum())
    values = {
        "notice": NOTICE,
        "province": province,
        "name": province_name(province),
        "vintage": NEWEST_VINTAGE,
        "crs": made.crs,
        "date": f"{LAYER_YEAR}-12-31",
        "acacia": round(made.acacia_ha * 1.05),
        "tea": round(tea * 1.1),
        "cover": round(made.cover_percent + 0.5, 1),
        "sheets": ", ".join(f'"{code}"' for code in made.communes["code"].head(3)),
    }
    for name in ("plan", "project"):
        text = data_path("demo", f"{name}-small.yaml.txt").read_text("utf-8").format(**values)
        (folder / f"{name}.yaml").write_text(text, "utf-8", newline="\n")
