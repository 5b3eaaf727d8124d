"""Plots × communes: squares whose shares can be checked in the head."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import pytest
from shapely import box

from layers import check_overlaps, overlay_area, overlay_pieces
from layers.findings import Findings

EAST, NORTH = 450_000.0, 2_400_000.0


def squares(
    *bounds: tuple[float, float, float, float], crs: str = "EPSG:9215", **columns: Any
) -> Any:
    """Rectangles in hectometres from a corner: a square of side 1 is one hectare."""
    shapes = [
        box(EAST + 100 * a, NORTH + 100 * b, EAST + 100 * c, NORTH + 100 * d)
        for a, b, c, d in bounds
    ]
    return gpd.GeoDataFrame(columns, geometry=shapes, crs=crs)


@pytest.fixture
def communes() -> Any:
    """Two communes side by side, 10 × 10 hm each."""
    return squares((0, 0, 10, 10), (10, 0, 20, 10), code=["06001", "06004"])


def test_a_plot_is_shared_by_area(communes: Any) -> None:
    plots = squares((9, 0, 13, 1), (2, 2, 4, 4), land=["bare", "bare"], dtich=[8.0, 5.0])
    pieces = overlay_pieces(communes, plots, ledger_column="dtich")
    assert pieces["plot"].tolist() == [0, 0, 1]
    assert pieces["code"].tolist() == ["06001", "06004", "06001"]
    assert pieces["share_ratio"].tolist() == [0.25, 0.75, 1.0]
    assert pieces["area_ha"].tolist() == [1.0, 3.0, 4.0]
    assert pieces["ledger_ha"].tolist() == [2.0, 6.0, 5.0]
    table = overlay_area(communes, plots, ledger_column="dtich")
    assert list(table.columns) == ["code", "land", "plots", "area_ha", "ledger_ha"]
    assert table.to_numpy().tolist() == [
        ["06001", "bare", 2, 5.0, 7.0],
        ["06004", "bare", 1, 3.0, 6.0],
    ]


def test_ground_outside_stands_under_no_commune(communes: Any) -> None:
    plots = squares((19, 0, 22, 1), (30, 0, 31, 1), land=["bare", "water"])
    table = overlay_area(communes, plots)
    assert table["code"].isna().tolist() == [False, True, True]
    assert table["area_ha"].tolist() == [1.0, 2.0, 1.0]
    assert table["ledger_ha"].isna().all()


def test_ground_claimed_twice_goes_to_the_lower_code() -> None:
    communes = squares((8, 0, 20, 10), (0, 0, 10, 10), code=["06004", "06001"])
    findings = Findings()
    pieces = overlay_pieces(communes, squares((7, 0, 11, 1)), findings=findings)
    assert pieces.set_index("code")["area_ha"].to_dict() == pytest.approx(
        {"06001": 3.0, "06004": 1.0}
    )
    claim = next(item for item in findings.items if item.kind == "double-claim")
    assert claim.area_ha == pytest.approx(20.0)
    assert claim.examples == ("06001/06004",)


def test_overlapping_plots_are_found() -> None:
    table = check_overlaps(squares((0, 0, 2, 1), (1, 0, 4, 1), (4, 0, 5, 1)))
    assert table.to_numpy().tolist() == [[0, 1, 1.0, 0.5]]
