"""Which CRS plots are in: UTM 48 on WGS 84 and VN-2000, and 3° zones."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from layers.communes.crs_trial import Trial, check_meridian, missing_crs
from layers.communes.location_check import check_named_communes

CODES = [f"{i:02}{j:02}0" for i in range(12) for j in range(12)]


def ground() -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame, pd.Series]:
    """Communes of 4 km at 106.3° E, and plots in UTM 48 (WGS 84) that name theirs."""
    x, y = np.meshgrid(620_000 + 4000 * np.arange(12), 2_330_000 + 4000 * np.arange(12))
    x, y = x.T.ravel(), y.T.ravel()
    shapes = shapely.box(x, y, x + 4000, y + 4000)
    communes = gpd.GeoDataFrame(
        {"commune_code": CODES, "commune": CODES}, geometry=shapes, crs=32648
    )
    rng = np.random.default_rng(1)
    pick = rng.integers(0, len(CODES), 2000)
    dx, dy = rng.uniform(30, 3970, (2, 2000))
    px, py = x[pick] + dx, y[pick] + dy
    plots = gpd.GeoDataFrame(geometry=shapely.box(px - 20, py - 20, px + 20, py + 20), crs=32648)
    return communes.to_crs(9214), plots, pd.Series(np.array(CODES)[pick], dtype="str")


@pytest.mark.parametrize("wrong", [9214, 5897, 3405])
def test_a_layer_in_utm_on_wgs_84_is_named(wrong: int) -> None:
    communes, plots, named = ground()
    assert check_meridian(plots, named, communes, source="rừng") == []
    declared = plots.set_crs(wrong, allow_override=True)
    (found,) = check_meridian(declared, named, communes, source="rừng")
    assert (found.severity, found.kind) == ("error", "crs-wrong-meridian")
    assert found.message.en.endswith("write crs: EPSG:32648")
    assert found.message.vi.endswith("hãy ghi crs: EPSG:32648")


def test_a_crs_that_explains_most_plots_only_is_no_remedy() -> None:
    communes, plots, right = ground()
    named = right.mask(np.arange(len(right)) % 10 == 0, "00000").where(right != "00000", "01010")
    share = f"{100 * (named == right).mean():.1f} %"
    assert share == "89.6 %"
    (found,) = check_meridian(
        plots.set_crs(9214, allow_override=True), named, communes, source="rừng"
    )
    assert found.severity == "error"
    assert f"the best are EPSG:32648 (WGS 84 / UTM zone 48N) {share}" in found.message.en
    assert "ask who made the file" in found.message.en
    assert found.message.en.endswith("crs: EPSG:…")


def test_a_missing_crs_is_told_by_names_and_without_names_by_place() -> None:
    communes, plots, named = ground()
    points = plots.representative_point().set_crs(None, allow_override=True)
    told = missing_crs(Trial(points, named, communes), province="24", source="rừng")
    assert "plots that lie in the commune they name, by CRS: EPSG:32648" in told.en
    assert "Write 'crs: EPSG:32648' in the project file." in told.en
    unnamed = Trial(points, named.mask(named.notna()), communes)
    told = missing_crs(unnamed, province="24", source="rừng")
    assert "plots that lie within the communes, by CRS: EPSG:32648" in told.en
    assert "for instance 'crs: EPSG:32648' or 'crs: EPSG:3405'" in told.en
    assert "Write 'crs: EPSG:32648' in" not in told.en


def test_much_of_a_layer_in_other_communes_is_too_much_for_slips() -> None:
    communes, plots, named = ground()
    plots = plots.to_crs(9214).assign(
        row=range(2000), plot=[f"#{i}" for i in range(2000)], ledger_ha=0.16
    )
    for step, much in ((10, True), (25, False)):  # 200 plots, 80 plots of 2,000
        moved = named.mask(np.arange(2000) % step == 0, "00000")
        moved = moved.where((moved != "00000") | (named != "00000"), "01010")
        frame = plots.assign(commune_code=moved, commune=moved)
        table, (found,) = check_named_communes(frame, moved, communes, source="rừng")
        assert (found.severity, found.kind) == ("problem", "commune-disagrees")
        assert len(table) == found.count
        assert found.area_ha == pytest.approx(0.16 * found.count)
        share = f"{100 * found.count / 2000:.1f} % of the layer"
        assert (share in found.message.en) == much


def test_one_plot_beyond_a_boundary_accuses_no_crs() -> None:
    """By WGS 84 and VN-2000 in UTM it would lie rightly: 0.7 km off, as a slip of the pen is."""
    x, y = 500_000.0, 2_330_000.0
    shapes = [
        shapely.box(x - 3000, y - 4000, x + 3000, y),
        shapely.box(x - 3000, y, x + 3000, y + 4000),
    ]
    communes = gpd.GeoDataFrame(
        {"commune_code": ["00001", "00002"], "commune": ["A", "B"]}, geometry=shapes, crs=5897
    )
    plot = gpd.GeoDataFrame(geometry=[shapely.box(x, y - 320, x + 40, y - 280)], crs=5897)
    named = pd.Series(["00002"], dtype="str")
    assert {one.severity for one in check_meridian(plot, named, communes, source="rừng")} <= {
        "problem"
    }
