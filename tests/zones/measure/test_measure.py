"""Layers × communes: squares of hectares that must come out where they lie, and close."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import pytest
import rasterio
import shapely
from affine import Affine

from layers.base.errors import ClosureError, InputError
from layers.engine.raster import raster_grid
from layers.kinds.plots import PlotLayer
from layers.kinds.report import ReportLayer
from zones.measure.closure import ClosureLog
from zones.measure.measure import (
    MEASURED,
    Ground,
    areas_table,
    measure_plots,
    measure_raster,
    measure_report,
)

EAST, NORTH = 450_000.0, 2_400_000.0


def hectares(*bounds: tuple[float, ...]) -> Any:
    """Rectangles in hectometres: a square of side 1 is a hectare."""
    return [
        shapely.box(EAST + 100 * a, NORTH + 100 * b, EAST + 100 * c, NORTH + 100 * d)
        for a, b, c, d in bounds
    ]


@pytest.fixture
def ground() -> Ground:
    """Two communes of 100 ha side by side."""
    communes = gpd.GeoDataFrame(
        {
            "commune_code": ["06001", "06004"],
            "commune": ["A", "B"],
            "kind": ["xã", "xã"],
            "official_area_ha": [100.0, 100.0],
        },
        geometry=hectares((0, 0, 10, 10), (10, 0, 20, 10)),
        crs="EPSG:9215",
    )
    return Ground(communes, pyproj.CRS("EPSG:9215"), ClosureLog())


def layer(shapes: Any, weights: list[tuple[int, str, float]], **columns: Any) -> PlotLayer:
    rows = len(shapes)
    frame = {
        "row": range(rows),
        "plot": [str(i) for i in range(rows)],
        "commune_code": None,
        "commune": None,
        "land": "planted_forest",
        "three_forest": "production",
        "planting_year": pd.array([2010] * rows, dtype="Int64"),
        "ledger_ha": math.nan,
    } | columns
    plots = gpd.GeoDataFrame(frame, geometry=shapes, crs="EPSG:9215")
    return PlotLayer(plots, pd.DataFrame(weights, columns=["row", "crop", "weight"]))


def held(frame: pd.DataFrame, *keys: str, value: str = "area_ha") -> dict[Any, float]:
    """Figures by keys, without those that are missing."""
    rows = frame[frame[value].notna()]
    sums = rows.groupby(list(keys), dropna=False)[value].sum()
    return dict(zip(sums.index.tolist(), sums.tolist(), strict=True))


def test_plots_are_shared_by_commune_and_by_species(ground: Ground) -> None:
    plots = layer(
        hectares((9, 0, 13, 1), (2, 2, 4, 4), (19, 0, 23, 1)),
        [(0, "pine", 0.7), (0, "acacia", 0.3), (2, "pine", 1.0)],
        land=["planted_forest", "bare", "planted_forest"],
        ledger_ha=[8.0, 5.0, 2.0],
    )
    frame, findings = measure_plots("rừng", plots, ground, covers_all=True)
    assert list(frame.columns) == MEASURED.names
    assert held(frame, "commune_code", "land", "crop") == pytest.approx(
        {
            ("06001", "planted_forest", "pine"): 0.7,
            ("06001", "planted_forest", "acacia"): 0.3,
            ("06001", "bare", ""): 4.0,
            ("06001", "unclassified", ""): 95.0,
            ("06004", "planted_forest", "pine"): 2.1 + 1.0,
            ("06004", "planted_forest", "acacia"): 0.9,
            ("06004", "unclassified", ""): 96.0,
            ("", "planted_forest", "pine"): 3.0,
        }
    )
    ledger = held(frame, "commune_code", "crop", value="ledger_ha")
    assert ledger == pytest.approx(
        {
            ("06001", "pine"): 1.4, ("06001", "acacia"): 0.6, ("06001", ""): 5.0,
            ("06004", "pine"): 4.2 + 0.5, ("06004", "acacia"): 1.8, ("", "pine"): 1.5,
        }
    )  # fmt: skip
    assert {(item.source, item.kind) for item in findings} == {("rừng", "partly-outside")}
    checked = {closure.table: (closure.parts, closure.whole) for closure in ground.closures.checked}
    assert checked["rừng: pieces to plots"] == pytest.approx((12.0, 12.0))
    assert checked["rừng: ledger of pieces to ledger of plots"] == pytest.approx((15.0, 15.0))
    assert checked["rừng: communes to province"] == pytest.approx((200.0, 200.0))
    assert any("land classes to commune (worst of 2" in name for name in checked)


def test_ground_that_plots_cover_twice_stands_as_overlap(ground: Ground) -> None:
    plots = layer(hectares((0, 0, 10, 10), (0, 0, 1, 1), (10, 0, 20, 10)), [])
    frame, _ = measure_plots("rừng", plots, ground, covers_all=True)
    land = held(frame, "commune_code", "land")
    assert land["06001", "overlap"] == pytest.approx(-1.0)
    assert land["06001", "planted_forest"] == pytest.approx(101.0)
    assert land["06004", "unclassified"] == pytest.approx(0.0, abs=1e-9)
    assert ("06004", "overlap") not in land
    assert frame.loc[frame["land"].isin(["overlap", "unclassified"]), "ledger_ha"].isna().all()


def test_a_crop_layer_says_nothing_of_the_rest(ground: Ground) -> None:
    plots = layer(hectares((1, 1, 3, 2)), [(0, "tea", 1.0)], land="crop")
    frame, _ = measure_plots("chè", plots, ground, covers_all=False)
    assert held(frame, "commune_code", "land", "crop") == {("06001", "crop", "tea"): 2.0}
    assert frame["ledger_ha"].isna().all()
    assert frame["planting_year"].tolist() == [2010]


def test_years_and_functions_are_kept_apart(ground: Ground) -> None:
    plots = layer(
        hectares((1, 1, 3, 2), (4, 1, 5, 2), (6, 1, 7, 2)),
        [(n, "pine", 1.0) for n in range(3)],
        planting_year=pd.array([2010, 2020, None], dtype="Int64"),
        three_forest=["production", "production", "protection"],
    )
    frame, _ = measure_plots("rừng", plots, ground, covers_all=False)
    years = frame["planting_year"].astype("object").where(frame["planting_year"].notna(), None)
    found = list(zip(frame["three_forest"], years, frame["area_ha"], strict=True))
    assert sorted(found, key=str) == [
        ("production", 2010, pytest.approx(2.0)),
        ("production", 2020, pytest.approx(1.0)),
        ("protection", None, pytest.approx(1.0)),
    ]


def test_plots_without_ledger_area_leave_the_others_theirs(ground: Ground) -> None:
    plots = layer(hectares((1, 1, 3, 2), (5, 1, 6, 2)), [], ledger_ha=[2.5, math.nan])
    frame, findings = measure_plots("rừng", plots, ground, covers_all=True)
    assert frame["ledger_ha"].sum() == 2.5
    assert frame.index.is_unique
    assert [(item.kind, item.source) for item in findings] == [("no-ledger-area", "rừng")]


def test_weights_that_do_not_sum_to_one_do_not_close(ground: Ground) -> None:
    plots = layer(hectares((1, 1, 3, 2)), [(0, "pine", 0.7), (0, "acacia", 0.2)])
    with pytest.raises(ClosureError, match=r"crops to pieces does not close: parts 1\.800000"):
        measure_plots("rừng", plots, ground, covers_all=False)


def test_ledger_hectares_close_too(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    from layers.engine import overlay

    whole = overlay.overlay_pieces
    monkeypatch.setattr(
        overlay,
        "overlay_pieces",
        lambda *a, **k: whole(*a, **k).assign(ledger_ha=lambda pieces: pieces["ledger_ha"] * 1.001),
    )
    plots = layer(hectares((1, 1, 3, 2)), [], ledger_ha=2.0)
    with pytest.raises(ClosureError, match="ledger of pieces to ledger of plots"):
        measure_plots("rừng", plots, ground, covers_all=False)


def test_raster_classes_by_commune(ground: Ground, tmp_path: Path) -> None:
    path = tmp_path / "lớp phủ.tif"
    values = np.full((12, 20), 1, "uint8")
    values[:, 15:], values[0, :], values[5, 2] = 7, 255, 2
    with rasterio.open(
        path, "w", driver="GTiff", width=20, height=12, count=1, dtype="uint8", nodata=255,
        crs="EPSG:9215", transform=Affine(100, 0, EAST, 0, -100, NORTH + 1000),
    ) as file:  # fmt: skip
        file.write(values, 1)
    with rasterio.open(path) as file:
        grid = raster_grid(file, 1)
    frame, findings = measure_raster("phủ", grid, {1: "forest", 2: "bare"}, ground)
    assert held(frame, "commune_code", "land") == pytest.approx(
        {
            ("06001", "forest"): 89.0, ("06001", "bare"): 1.0, ("06001", "unclassified"): 10.0,
            ("06004", "forest"): 45.0, ("06004", "7"): 45.0, ("06004", "unclassified"): 10.0,
        }
    )  # fmt: skip
    assert set(frame["layer"]) == {"phủ"}
    assert findings == []
    assert frame["ledger_ha"].isna().all()


def test_ground_beyond_a_raster_is_told_under_its_name(ground: Ground, tmp_path: Path) -> None:
    path = tmp_path / "hẹp.tif"
    with rasterio.open(
        path, "w", driver="GTiff", width=15, height=10, count=1, dtype="uint8",
        crs="EPSG:9215", transform=Affine(100, 0, EAST, 0, -100, NORTH + 1000),
    ) as file:  # fmt: skip
        file.write(np.ones((10, 15), "uint8"), 1)
    with rasterio.open(path) as file:
        grid = raster_grid(file, 1)
    frame, findings = measure_raster("phủ", grid, {1: "forest"}, ground)
    assert held(frame, "commune_code", "land")["06004", "unclassified"] == pytest.approx(50.0)
    assert [(item.kind, item.source) for item in findings] == [("beyond-raster", "phủ")]
    assert findings[0].area_ha == pytest.approx(50.0)


def report(*rows: tuple[str, str, int, float]) -> ReportLayer:
    return ReportLayer(pd.DataFrame(rows, columns=["commune_code", "crop", "year", "area_ha"]))


def test_reports_are_taken_as_they_are(ground: Ground) -> None:
    rows = [("06001", "tea", 2024, 5.0), ("06001", "tea", 2024, 2.5), ("06004", "tea", 2023, 1.0)]
    frame = measure_report("báo cáo", report(*rows), ground)
    assert held(frame, "commune_code", "planting_year", value="ledger_ha") == {
        ("06001", 2024): 7.5,
        ("06004", 2023): 1.0,
    }
    assert frame["area_ha"].isna().all()
    assert set(frame["land"]) == {"report"}
    with pytest.raises(InputError, match=r"1 row \(3\.00 ha\) names communes .*99999"):
        measure_report("báo cáo", report(*rows, ("99999", "tea", 2024, 3.0)), ground)


def test_the_table_of_areas_sums_years_and_keeps_what_is_missing_missing(ground: Ground) -> None:
    plots = layer(
        hectares((1, 1, 3, 2), (4, 1, 5, 2), (19, 1, 22, 2)),
        [(n, "pine", 1.0) for n in range(3)],
        planting_year=pd.array([2010, 2020, 2020], dtype="Int64"),
    )
    frame, _ = measure_plots("rừng", plots, ground, covers_all=False)
    table = areas_table(frame, ground.communes)
    assert table[["commune_code", "commune", "area_ha"]].to_numpy().tolist() == [
        ["", "", pytest.approx(2.0)],
        ["06001", "A", pytest.approx(3.0)],
        ["06004", "B", pytest.approx(1.0)],
    ]
    assert table["ledger_ha"].isna().all()


def test_areas_hold_the_newest_year_of_each_crop_of_a_report(ground: Ground) -> None:
    """Three years of 4,000 ha are no 12,000; a crop of an older year keeps its own newest."""
    rows = [("06001", "tea", year, area) for year, area in ((2023, 9.0), (2024, 7.0), (2025, 4.0))]
    rows += [("06004", "tea", 2024, 50.0), ("06004", "citrus", 2024, 2.0)]
    frame = measure_report("báo cáo", report(*rows), ground)
    table = areas_table(frame, ground.communes)
    assert table[["commune_code", "crop", "year", "ledger_ha"]].to_numpy().tolist() == [
        ["06001", "tea", 2025, 4.0],
        ["06004", "citrus", 2024, 2.0],
    ]


def test_ground_that_two_communes_claim_stands_once(ground: Ground) -> None:
    """The second commune reaches 1 hm into the first: 10 ha, which the lower code has."""
    shapes = hectares((0, 0, 10, 10), (9, 0, 20, 10))
    claimed = replace(ground, communes=ground.communes.set_geometry(shapes, crs="EPSG:9215"))
    plots = layer(hectares((8, 0, 12, 1)), [(0, "pine", 1.0)])
    frame, _ = measure_plots("rừng", plots, claimed, covers_all=True)
    assert frame["area_ha"].sum() == pytest.approx(200.0)
    assert held(frame, "commune_code", "land") == pytest.approx(
        {
            ("06001", "planted_forest"): 2.0, ("06001", "unclassified"): 98.0,
            ("06004", "planted_forest"): 2.0, ("06004", "unclassified"): 98.0,
        }
    )  # fmt: skip
    totals = areas_table(frame, claimed.communes).groupby("commune_code")["area_ha"].sum()
    assert totals.tolist() == pytest.approx([100.0, 100.0])


@pytest.mark.parametrize(("width", "known"), [(0.0001, False), (0.02, True)])
def test_edges_of_the_neighbours_plots_tell_nothing_of_a_commune(
    ground: Ground, width: float, known: bool
) -> None:
    """The layer ends at A; its plots reach a metre over, or B has a plot of its own."""
    plots = layer(hectares((5, 0, 10 + width, 10), (2, 2, 4, 4)), [(0, "pine", 1.0)])
    frame, findings = measure_plots("rừng", plots, ground, covers_all=True)
    there = held(frame[frame["land"] != "unclassified"], "commune_code")
    assert there.get("06004", 0.0) == pytest.approx(10 * width if known else 0.0)
    assert there.get("", 0.0) == pytest.approx(0.0 if known else 10 * width)
    kinds = [(one.severity, one.kind, one.count) for one in findings if one.kind != "sliver"]
    assert kinds == ([] if known else [("problem", "edges-alone", 1)])
    # A plot that lies mainly in a commune tells of it, however small.
    own = layer(hectares((5, 0, 10.0001, 10), (15, 5, 15.1, 5.1)), [(0, "pine", 1.0)])
    frame, findings = measure_plots("rừng", own, ground, covers_all=True)
    assert held(frame, "commune_code", "land")["06004", "planted_forest"] == pytest.approx(0.011)
    assert {one.kind for one in findings} == {"sliver"}
    ground.closures.check("all", parts=frame["area_ha"].sum(), whole=200.0)


def test_plots_that_are_joined_to_one_shape_tell_of_what_each_part_lies_in(ground: Ground) -> None:
    parts = hectares((0, 0, 8, 10), (15, 5, 15.2, 5.2))
    joined = layer([shapely.union_all(parts)], [(0, "pine", 1.0)])
    frame, findings = measure_plots("rừng", joined, ground, covers_all=True)
    assert held(frame, "commune_code", "land")["06004", "planted_forest"] == pytest.approx(0.04)
    assert "edges-alone" not in {one.kind for one in findings}
