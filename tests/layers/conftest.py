"""Fixtures of the ground floor's tests."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
import shapely

_PLAIN: dict[str, Any] = {
    "maxa": 6148,
    "xa": "Lộc Bình",
    "tk": "12",
    "khoanh": "3",
    "dtich": 1.0,
    "nggocr": 2,
    "sldlr": "Keo",
    "namtr": 2015,
    "thanhrung": 1,
    "malr3": 3,
    "mamdsd": 9,
    "maldlr": 60,
    "ldlr": "RTG",
}


def _plots(*records: dict[str, Any], crs: str | None = "EPSG:9215") -> gpd.GeoDataFrame:
    rows = [{**_PLAIN, "lo": f"{i + 1}", **record} for i, record in enumerate(records)]
    shapes = [
        row.pop("geometry", shapely.box(500000 + 100 * i, 2400000, 500100 + 100 * i, 2400100))
        for i, row in enumerate(rows)
    ]
    return gpd.GeoDataFrame(rows, geometry=shapes, crs=crs)


@pytest.fixture
def plots() -> Callable[..., gpd.GeoDataFrame]:
    """Maker of plots: squares of 1 ha side by side, a plain planted plot changed as given."""
    return _plots


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Folder with spaces and Vietnamese letters."""
    path = tmp_path / "lớp hiện trạng rừng"
    path.mkdir()
    return path
