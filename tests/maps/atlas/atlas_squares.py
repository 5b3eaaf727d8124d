"""Four square communes of 4 km, with plots of 1 km, for the tests of the atlas."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from maps.atlas.content import AtlasContent
from tests.maps.annex import annex_squares

CRS = "EPSG:9215"
WEST, SOUTH, SIDE = 440_000.0, 2_400_000.0, 4_000.0


def communes() -> gpd.GeoDataFrame:
    places = [(0, 0), (1, 0), (0, 1), (1, 1)]
    shapes = [
        shapely.box(
            *(WEST + x * SIDE, SOUTH + y * SIDE),
            *(WEST + (x + 1) * SIDE, SOUTH + (y + 1) * SIDE),
        )
        for x, y in places
    ]
    return gpd.GeoDataFrame(
        {
            "commune_code": list(annex_squares.COMMUNES),
            "commune": list(annex_squares.COMMUNES.values()),
            "kind": ["xã", "phường", "xã", "xã"],
        },
        geometry=shapes,
        crs=CRS,
    )


def plots() -> gpd.GeoDataFrame:
    """A chequerboard of pine and natural forest over the first commune, one plot over its edge."""
    shapes, symbols = [], []
    for x in range(4):
        for y in range(4):
            if (x + y) % 2 == 0:
                west, south = WEST + x * 1000, SOUTH + y * 1000
                shapes.append(shapely.box(west, south, west + 1000, south + 1000))
                symbols.append("pine" if x < 2 else "natural_forest")
    shapes.append(shapely.box(WEST + 3_500, SOUTH + 500, WEST + 4_500, SOUTH + 900))
    symbols.append("anise")
    return gpd.GeoDataFrame({"symbol": symbols}, geometry=shapes, crs=CRS)


def symbol_areas() -> pd.DataFrame:
    rows = [("06001", "pine", 400.1), ("06001", "natural_forest", 400.0), ("06001", "anise", 20.0)]
    return pd.DataFrame(rows, columns=["commune_code", "symbol", "area_ha"]).assign(part="ground")


def neighbours() -> gpd.GeoDataFrame:
    shape = shapely.box(WEST - 6_000, SOUTH - 6_000, WEST, SOUTH + 14_000)
    return gpd.GeoDataFrame({"commune": ["Xã Láng Giềng"]}, geometry=[shape], crs=CRS)


def lines() -> gpd.GeoDataFrame:
    road = shapely.LineString([(WEST - 3_000, SOUTH + 100), (WEST + 12_000, SOUTH + 3_900)])
    river = shapely.LineString([(WEST + 500, SOUTH - 9_000), (WEST + 700, SOUTH + 19_000)])
    return gpd.GeoDataFrame({"symbol": ["road", "river"]}, geometry=[road, river], crs=CRS)


def content(**changes: object) -> AtlasContent:
    zones = annex_squares.zones()
    held = np.where(zones["zone"] == "pine", zones["present_ha"] / 1000, np.nan)
    given: dict[str, object] = {
        "annex": annex_squares.content(zones=zones.assign(held_ratio=held, gap_ha=np.nan)),
        "communes": communes(),
        "plots": plots(),
        "symbol_areas": symbol_areas(),
        "neighbours": neighbours(),
        "lines": lines(),
    }
    return AtlasContent(**{**given, **changes})  # type: ignore[arg-type]
