"""Made provinces side by side: a region whose border runs from corner to corner."""

from __future__ import annotations

from pathlib import Path

import pytest

from layers.base.errors import InputError
from layers.communes.gazetteer import communes_on
from layers.crs.crs import area_crs, central_meridian
from zones.demo import build_region_demo
from zones.demo.provinces import make_province, side_by_side
from zones.project.region import load_region
from zones.run.context import RunOptions, SilentTeller
from zones.run.region import REGION_BORDERS, REGION_COVER, run_region
from zones.tables import BORDER_GROUND, BORDERS


def test_made_neighbours_share_one_line(tmp_path: Path) -> None:
    """Huế has 40 communes in 7 columns and 6 rows, Đà Nẵng more rows: 36 km of one line."""
    path = build_region_demo(tmp_path / "vùng", ["Huế", "48"])
    region = load_region(path)
    assert region is not None
    result = run_region(
        region, options=RunOptions(only=("cover", "borders")), teller=SilentTeller()
    )
    cover = result.tables[REGION_COVER]
    assert cover["province"].tolist() == ["46", "48", ""]
    assert cover["area_crs"].nunique() == 3, "each in its own zone"
    borders = result.tables[REGION_BORDERS].set_index("province")
    # The row of 6 that is not full ends before the line: 40 = 5 × 7 + 5.
    rows = len(communes_on("46")) // 7
    for code in ("46", "48"):
        pairs = result.provinces[code][BORDERS]
        assert borders.loc[code, "length_m"] == pytest.approx(rows * 6_000, rel=1e-3)
        assert pairs["same_line_m"].sum() == pytest.approx(pairs["length_m"].sum(), rel=1e-9)
        assert result.provinces[code][BORDER_GROUND].empty


def test_places_touch_and_a_province_stands_once(tmp_path: Path) -> None:
    places = side_by_side(["24", "22", "31"])
    # Hải Phòng's meridian is 105°45', Bắc Ninh's 107°, Quảng Ninh's 107°45': from west to east.
    assert list(places) == ["31", "24", "22"]
    first, second, third = places.values()
    assert first.plane == second.plane == third.plane == area_crs("31")
    assert (second.west - first.west) / 6_000 == 11  # 114 communes in 11 columns
    assert (third.west - second.west) / 6_000 == 10  # 99 in 10
    for code, place in places.items():
        made = make_province(code, seed=0, place=place)
        west, _, east, _ = made.communes.to_crs(4326).total_bounds
        middle = (west + east) / 2
        assert abs(middle - central_meridian(area_crs(code))) < 1.0
    with pytest.raises(InputError, match=r"each province once|mỗi tỉnh chỉ ghi một lần"):
        build_region_demo(tmp_path, ["24", "Bắc Ninh"])
    with pytest.raises(InputError, match=r"no made neighbours|không tạo tỉnh giáp ranh"):
        build_region_demo(tmp_path, ["24", "20"])
