"""Map contents made from any communes: thirteen zones, all measures, five years; seeded."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd

from maps import MapContent

__all__ = ["ZONES", "made_content"]

# id, Vietnamese, English, list, low, high (ha), share of the communes that grow it.
ZONES = (
    ("pine", "Thông", "Pine", "open", 155_000, 160_000, 0.8),
    ("anise", "Hồi", "Anise", "open", 55_000, 56_000, 0.6),
    ("acacia", "Keo", "Acacia", "open", 50_000, 55_000, 0.7),
    ("cinnamon", "Quế", "Cinnamon", "open", 10_000, 15_000, 0.4),
    ("macadamia", "Mắc ca", "Macadamia", "province", 6_000, 8_000, 0.5),
    ("custard_apple", "Na", "Custard apple", "open", 4_500, None, 0.3),
    ("citrus", "Quýt và cây ăn quả có múi", "Mandarin and citrus", "open", 3_000, None, 0.4),
    ("persimmon", "Hồng", "Persimmon", "open", 2_000, 2_000, 0.3),
    ("grass_jelly", "Thạch đen", "Grass jelly", "open", 1_000, 1_000, 0.2),
    ("chestnut", "Dẻ lấy hạt", "Chestnut", "open", 500, None, 0.2),
    ("coconut", "Dừa", "Coconut", "open", 500, None, 0.1),
    ("medicinal", "Dược liệu", "Medicinal plants", "open", 3_500, 3_500, 0.4),
    ("cypress", "Hoàng đàn", "Fokienia cypress", "closed", None, None, 0.0),
)
_YEARS = range(2026, 2031)


def made_content(communes: gpd.GeoDataFrame, *, seed: int = 20, **options: object) -> MapContent:
    """Make a full content on given communes.

    Parameters
    ----------
    communes : geopandas.GeoDataFrame
        Columns of `maps.interactive.content.MAP_COMMUNES` and geometry.
    seed : int
        Seed of the made figures.
    **options : object
        Further fields of `maps.MapContent`.

    Returns
    -------
    MapContent
        Everything made but the communes.
    """
    rng = np.random.default_rng(seed)
    frames = [_zone_frame(zone, communes, rng) for zone in ZONES]
    zone_communes = pd.concat(frames, ignore_index=True)
    fields: dict[str, object] = {
        "communes": communes,
        "zones": pd.DataFrame(
            [zone[:4] for zone in ZONES], columns=["zone", "name_vi", "name_en", "list"]
        ),
        "zone_communes": zone_communes,
        "targets": _targets(zone_communes),
        "planned": _planned(zone_communes, rng),
        "forest_cover": _cover(communes, rng),
        "sources": _sources(),
        "warnings": _warnings(communes),
        "title_vi": "Vùng trồng tỉnh Lạng Sơn 2026–2030",
        "title_en": "Growing zones of Lạng Sơn 2026–2030",
        "demo": True,
        "digest": f"made-{seed}",
        **options,
    }
    return MapContent(**fields)  # type: ignore[arg-type]


def _zone_frame(
    zone: tuple[object, ...], communes: gpd.GeoDataFrame, rng: np.random.Generator
) -> pd.DataFrame:
    low, share = zone[4], float(zone[6])  # type: ignore[arg-type]
    count = len(communes)
    grows = rng.random(count) < share
    weight = np.where(grows, rng.lognormal(0, 1.2, count), 0.0)
    wanted = 0.0 if low is None else float(low) * rng.uniform(0.7, 1.1)  # type: ignore[arg-type]
    total = weight.sum()
    present = weight / total * wanted if total else weight
    target = np.nan if low is None else float(low)  # type: ignore[arg-type]
    listed = rng.random(count) < share / 2 if zone[3] == "open" else np.full(count, False)
    fair = listed * target / max(int(listed.sum()), 1)
    return pd.DataFrame(
        {
            "zone": zone[0],
            "commune_code": communes["commune_code"].to_numpy(),
            "commune": communes["commune"].to_numpy(),
            "listed": listed,
            "present_ha": np.nan if low is None else present,
            "share_ratio": weight / total if total else np.nan,
            "held_ratio": present / target,
            "available_ha": rng.uniform(0, 900, count) * grows,
            "gap_ha": np.maximum(fair - present, 0.0),
        }
    )


def _targets(zone_communes: pd.DataFrame) -> pd.DataFrame:
    rows = []
    sums = zone_communes.groupby("zone")["present_ha"].sum(min_count=1)
    for zone, _, _, _, low, high, _ in ZONES:
        if low is None:
            continue
        present = float(sums[zone])
        shortfall = max(low - present, 0.0)
        surplus = max(present - high, 0.0) if high else 0.0
        rows.append(
            {
                "target": f"{zone}-area",
                "zone": zone,
                "clause": "III.1",
                "bound": "at_least" if high is None else "range" if high > low else "exact",
                "unit": "ha",
                "year": 2030,
                "low": float(low),
                "high": np.nan if high is None else float(high),
                "present": present,
                "held_ratio": present / low,
                "shortfall": shortfall,
                "surplus": surplus,
                "status": "below" if shortfall else "above" if surplus else "within",
            }
        )
    return pd.DataFrame(rows)


def _planned(zone_communes: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    grown = zone_communes[zone_communes["present_ha"] > 0]
    frames = [
        pd.DataFrame(
            {
                "zone": grown["zone"],
                "commune_code": grown["commune_code"],
                "year": year,
                "planned_ha": grown["present_ha"] * rng.uniform(0, 0.08, len(grown)),
            }
        )
        for year in _YEARS
    ]
    return pd.concat(frames, ignore_index=True)


def _cover(communes: gpd.GeoDataFrame, rng: np.random.Generator) -> pd.DataFrame:
    area = communes["official_area_ha"].to_numpy("float64")
    natural = area * rng.uniform(0.1, 0.5, len(area))
    planted = area * rng.uniform(0.1, 0.4, len(area))
    frame = pd.DataFrame(
        {
            "commune_code": communes["commune_code"].to_numpy(),
            "commune": communes["commune"].to_numpy(),
            "natural_area_ha": area,
            "natural_forest_ha": natural,
            "planted_forest_ha": planted,
            "not_yet_forest_ha": area * 0.05,
        }
    )
    last = pd.DataFrame([{"commune_code": "20", "commune": "Lạng Sơn"}])
    for column in frame.columns[2:]:
        last[column] = frame[column].sum()
    frame = pd.concat([frame, last], ignore_index=True)
    forest = frame["natural_forest_ha"] + frame["planted_forest_ha"]
    frame["cover_percent"] = forest / frame["natural_area_ha"] * 100
    frame["cover_geometry_percent"] = np.nan
    return frame


def _sources() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "layer": ["Ranh giới xã", "Diễn biến rừng"],
            "date": ["2025-07-01", "2025-12-31"],
            "source": ["Dữ liệu minh họa / Demo data"] * 2,
        }
    )


def _warnings(communes: gpd.GeoDataFrame) -> pd.DataFrame:
    code = str(communes["commune_code"].iloc[0])
    return pd.DataFrame(
        {
            "commune_code": [code],
            "message_vi": ["Diện tích theo ranh giới lệch 8,1 % so với diện tích tự nhiên."],
            "message_en": ["Polygon and official area differ by 8.1 %."],
        }
    )
