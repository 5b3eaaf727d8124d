"""A province of four communes with figures one can add in the head, for the tests of the annex."""

from __future__ import annotations

import numpy as np
import pandas as pd

from layers.base.language import Phrase
from maps.layout.content import AnnexContent, AnnexHeading

COMMUNES = {"06001": "Bình Gia", "06002": "Đồng Đăng", "06003": "Quý Hòa", "06004": "Tân Văn"}


def targets() -> pd.DataFrame:
    rows = [
        ("pine-2030", "pine", "III.1.1", "range", "ha", 2030, 1000.0, 1200.0, 900.5),
        ("anise-2030", "anise", "III.1.2", "about", "ha", 2030, 47.5, 52.5, 50.0),
        ("cover-2030", "", "II.2", "exact", "%", 2030, 67.0, 67.0, 61.2),
        ("resin", "pine", None, "maintain", "plant", None, 3.0, 3.0, np.nan),
    ]
    names = ["target", "zone", "clause", "bound", "unit", "year", "low", "high", "present"]
    frame = pd.DataFrame(rows, columns=names)
    short = (frame["low"] - frame["present"]).clip(lower=0)
    return frame.assign(
        held_ratio=frame["present"] / frame["low"],
        shortfall=short,
        surplus=(frame["present"] - frame["high"]).clip(lower=0),
        status=["below", "within", "below", "not_measured"],
        indicator=["area", "area", "forest_cover_rate", "processing_plants"],
    )


def zones() -> pd.DataFrame:
    rows = []
    for zone, areas in {
        "pine": (400.1, 300.2, 200.2, 0.0),
        "anise": (0.0, 50.0, 0.0, 0.0),
        "medicinal": (np.nan,) * 4,
        "cypress": (0.0, 0.0, 0.0, 0.0),
    }.items():
        total = np.nansum(areas)
        for (code, name), area in zip(COMMUNES.items(), areas, strict=True):
            share = area / total if total else np.nan
            listed = zone == "pine" and code != "06003"
            rows.append((zone, code, name, listed, area, share, "unlisted_but_much"))
    names = ["zone", "commune_code", "commune", "listed", "present_ha", "share_ratio", "remark"]
    frame = pd.DataFrame(rows, columns=names)
    return frame.assign(remark=frame["remark"].where(frame["share_ratio"].gt(0.9), ""))


def zone_names() -> pd.DataFrame:
    rows = [
        ("pine", "Thông", "Pine", "open"),
        ("anise", "Hồi", "Star anise", "open"),
        ("medicinal", "Dược liệu", "Medicinal plants", "open"),
        ("cypress", "Hoàng đàn", "Huu Lien cypress", "none"),
    ]
    return pd.DataFrame(rows, columns=["zone", "name_vi", "name_en", "list"])


def forest_cover() -> pd.DataFrame:
    rows = [
        ("06001", "Bình Gia", 1000.0, 400.0, 200.0, 10.5, 60.0, 60.1),
        ("06002", "Đồng Đăng", 2000.0, 900.0, 300.0, 0.0, 60.0, 59.9),
        ("06003", "Quý Hòa", 500.0, 0.0, 0.0, 0.0, 0.0, 0.0),
        ("06004", "Tân Văn", 1500.0, 1000.0, 260.0, 5.5, 84.0, 84.2),
        ("20", "Lạng Sơn", 5000.0, 2300.0, 760.0, 16.0, 61.2, np.nan),
    ]
    names = [
        *("commune_code", "commune", "natural_area_ha", "natural_forest_ha"),
        *("planted_forest_ha", "not_yet_forest_ha", "cover_percent", "cover_geometry_percent"),
    ]
    return pd.DataFrame(rows, columns=names)


def allocation() -> pd.DataFrame:
    rows = [
        ("pine", "06001", "Bình Gia", "bare", 2026, 20.1),
        ("pine", "06001", "Bình Gia", "bare", 2027, 30.2),
        ("pine", "06002", "Đồng Đăng", "bare", 2027, 49.2),
        ("anise", "06002", "Đồng Đăng", "planted_forest", 2027, 0.3),
    ]
    names = ["zone", "commune_code", "commune", "land", "year", "planned_ha"]
    return pd.DataFrame(rows, columns=names)


def species_ages() -> pd.DataFrame:
    rows = [
        ("Thông", "Cấp I", 10.5),
        ("Thông", "Cấp II", 20.0),
        ("Keo", "Cấp I", 5.5),
    ]
    return pd.DataFrame(rows, columns=["species", "age_class", "area_ha"])


def content(**changes: object) -> AnnexContent:
    given: dict[str, object] = {
        "targets": targets(),
        "zones": zones(),
        "zone_names": zone_names(),
        "forest_cover": forest_cover(),
        "sources": pd.DataFrame(
            {"layer": ["forest_status"], "date": ["2025-12-31"], "source": ["Chi cục Kiểm lâm"]}
        ),
        "heading": AnnexHeading(
            title=Phrase(en="Production zones", vi="Các vùng sản xuất"),
            attached_to="Kế hoạch số 12/KH-UBND ngày 05/01/2026 của UBND tỉnh Lạng Sơn",
            province="Tỉnh Lạng Sơn",
        ),
        "allocation": allocation(),
        "species_ages": species_ages(),
        "digest": "a" * 64,
    }
    return AnnexContent(**{**given, **changes})  # type: ignore[arg-type]
