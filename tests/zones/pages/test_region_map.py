"""Maps of two made provinces put on one: sums and shares of the whole, names told apart."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
from shapely import box

from maps import MapContent, build_map
from maps.interactive.page_data import read_page_data
from maps.tables import TARGETS
from zones.pages.region_map import region_map_content

WHOLE = {
    "name": "Toàn vùng", "natural_area_ha": 400.0, "natural_forest_ha": 30.0,
    "planted_forest_ha": 50.0, "not_yet_forest_ha": 4.0, "cover_percent": 20.0,
}  # fmt: skip


def province(
    code: str, crs: int, present: list[float | None], zones: str = "tea pine"
) -> MapContent:
    """Two communes of one name in both provinces, and a zone or two."""
    communes = pd.DataFrame(
        {
            "commune_code": [f"{code}1", f"{code}2"],
            "commune": ["Tân Tiến", f"Xã {code}"],
            "kind": "xã",
            "official_area_ha": 100.0,
        }
    )
    x = 450_000 + 10_000 * int(code)
    squares = [box(x + 1000 * n, 2_400_000, x + 1000 * n + 1000, 2_401_000) for n in (0, 1)]
    held = pd.concat(
        [
            communes[["commune_code", "commune"]].assign(
                zone=zone, listed=True, present_ha=present, share_ratio=0.5, held_ratio=0.25
            )
            for zone in zones.split()
        ]
    )
    cover = communes[["commune_code", "commune"]].assign(
        natural_area_ha=100.0, natural_forest_ha=5.0, planted_forest_ha=10.0, not_yet_forest_ha=1.0,
        cover_percent=15.0, cover_geometry_percent=15.0,
    )  # fmt: skip
    whole = cover.iloc[[0]].assign(commune_code=code, commune="cả tỉnh")
    names = pd.DataFrame({"zone": zones.split(), "name_vi": "Chè", "name_en": "Tea"})
    target = {column.name: "x" for column in TARGETS.columns if column.kind == "text"}
    figures = {column.name: 1.0 for column in TARGETS.columns if column.kind == "number"}
    rows = [
        {**target, **figures, "target": zone, "zone": zone, "unit": "ha"} for zone in zones.split()
    ]
    return MapContent(
        communes=gpd.GeoDataFrame(communes, geometry=squares, crs=crs),
        zones=names.assign(list="closed" if code == "1" else "open"),
        zone_communes=held,
        targets=pd.DataFrame(rows).assign(year=2030),
        title_vi="",
        title_en="",
        forest_cover=pd.concat([cover, whole], ignore_index=True),
    )


def joined(*parts: MapContent) -> MapContent:
    named = dict(zip(("Lạng Sơn", "Bắc Ninh"), parts, strict=True))
    return region_map_content(named, WHOLE, title="Hai tỉnh", language="vi")


def test_shares_are_those_of_the_region() -> None:
    content = joined(province("1", 9215, [30.0, 10.0]), province("2", 9214, [60.0, 0.0]))
    tea = content.zone_communes.set_index(["zone", "commune_code"])["share_ratio"].loc["tea"]
    assert tea.to_dict() == {"11": 0.3, "12": 0.1, "21": 0.6, "22": 0.0}


def test_of_an_unknown_whole_there_is_no_share() -> None:
    content = joined(province("1", 9215, [30.0, None]), province("2", 9214, [60.0, 0.0]))
    assert content.zone_communes["share_ratio"].isna().all()


def test_targets_stay_with_zones_of_one_province() -> None:
    content = joined(province("1", 9215, [1.0, 1.0]), province("2", 9214, [1.0, 1.0], "pine"))
    assert content.targets["zone"].tolist() == ["tea"]
    held = content.zone_communes.groupby("zone")["held_ratio"].count()
    assert held.to_dict() == {"pine": 0, "tea": 2}
    assert content.zones.set_index("zone")["list"].to_dict() == {"tea": "closed", "pine": "open"}


def test_the_page_of_a_region() -> None:
    content = joined(province("1", 9215, [30.0, 10.0]), province("2", 9214, [60.0, 0.0]))
    page = read_page_data(build_map(content))
    assert page["communes"]["name"] == [
        "Tân Tiến (Lạng Sơn)", "Xã 1", "Tân Tiến (Bắc Ninh)", "Xã 2",
    ]  # fmt: skip
    assert page["cover"]["province"]["natural_area_ha"] == 400
    assert page["cover"]["province"]["cover_percent"] == 20
    # 10 km apart in planes whose central meridians differ by 0.25°: 12 km in one would be 0.116°.
    west, east = page["bounds"][1], page["bounds"][3]
    assert east - west == pytest.approx(0.25 - 8 / 103.4, abs=0.002)


def test_a_province_without_cover_leaves_the_region_without() -> None:
    bare = province("2", 9214, [60.0, 0.0])
    without = MapContent(**{**{f: getattr(bare, f) for f in bare.__slots__}, "forest_cover": None})
    assert joined(province("1", 9215, [30.0, 10.0]), without).forest_cover is None
