"""Plots × communes: squares whose shares can be checked in the head."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from shapely import MultiPolygon, Polygon, box

import layers.engine.overlay
import layers.engine.overlay_rules
import layers.engine.overlay_tasks
from layers import overlay_area, overlay_geometry, overlay_pieces
from layers.base.errors import ClosureError, CrsError, InputError
from layers.base.findings import Finding, Findings
from layers.base.language import format_number
from layers.engine.rings import rings_of
from layers.engine.shared_area import doubtful_ground
from tests.layers.engine.engine_ground import EAST, NORTH, squares


@pytest.fixture
def communes() -> gpd.GeoDataFrame:
    """Two communes side by side, 10 × 10 hm each."""
    return squares((0, 0, 10, 10), (10, 0, 20, 10), commune_code=["06001", "06004"])


def plot(*corners: tuple[float, float], **columns: Any) -> gpd.GeoDataFrame:
    """One polygon given in hectometres."""
    shape = shapely.transform(Polygon(corners), lambda xy: xy * 100 + [EAST, NORTH])
    return gpd.GeoDataFrame(columns, geometry=[shape], crs="EPSG:9215")


def kinds(findings: Findings) -> dict[str, Finding]:
    return {item.kind: item for item in findings.items}


def test_a_plot_is_shared_by_area(communes: Any) -> None:
    plots = squares((9, 0, 13, 1), (2, 2, 4, 4), land=["bare", "bare"], dtich=[8.0, 5.0])
    pieces = overlay_pieces(communes, plots, ledger_column="dtich")
    assert list(pieces.columns) == ["plot", "commune_code", "share_ratio", "area_ha", "ledger_ha"]
    assert pieces["plot"].tolist() == [0, 0, 1]
    assert pieces["commune_code"].tolist() == ["06001", "06004", "06001"]
    assert pieces["share_ratio"].tolist() == [0.25, 0.75, 1.0]
    assert pieces["area_ha"].tolist() == [1.0, 3.0, 4.0]
    assert pieces["ledger_ha"].tolist() == [2.0, 6.0, 5.0]
    table = overlay_area(communes, plots, ledger_column="dtich")
    assert list(table.columns) == ["commune_code", "land", "plots", "area_ha", "ledger_ha"]
    assert table.to_numpy().tolist() == [
        ["06001", "bare", 2, 5.0, 7.0],
        ["06004", "bare", 1, 3.0, 6.0],
    ]


def test_a_triangle_across_the_boundary(communes: Any) -> None:
    pieces = overlay_pieces(communes, plot((8, 0), (12, 0), (8, 4)))
    assert pieces["area_ha"].tolist() == pytest.approx([6.0, 2.0])


def test_plots_that_touch_a_boundary_are_not_cut(communes: Any) -> None:
    plots = squares((8, 0, 10, 1), (10, 0, 12, 1), (0, 0, 10, 10), (5, 9, 10, 10))
    pieces = overlay_pieces(communes, plots)
    assert pieces["commune_code"].tolist() == ["06001", "06004", "06001", "06001"]
    assert pieces["share_ratio"].tolist() == [1.0] * 4
    assert pieces["area_ha"].tolist() == [2.0, 2.0, 100.0, 5.0]


def test_holes_and_parts_on_either_side() -> None:
    ring = box(0, 0, 10, 10) - box(4, 4, 6, 6)
    shapes = [MultiPolygon([ring, box(20, 0, 21, 1)]), box(4, 4, 6, 6)]
    communes = gpd.GeoDataFrame(
        {"commune_code": ["a", "b"]},
        geometry=shapely.transform(np.array(shapes), lambda xy: xy * 100 + [EAST, NORTH]),
        crs=9215,
    )
    plots = pd.concat(
        [squares((3, 3, 7, 7), (4.5, 4.5, 5, 5), (9, 0, 21, 1)), plot((0, 0), (30, 0), (0, 30))],
        ignore_index=True,
    )
    pieces = overlay_pieces(communes, plots)
    found = {
        (row.plot, None if pd.isna(row.commune_code) else row.commune_code): round(row.area_ha, 9)
        for row in pieces.rename_axis(None).itertuples(name="Piece")
    }
    assert found == {
        (0, "a"): 12.0,
        (0, "b"): 4.0,
        (1, "b"): 0.25,
        (2, "a"): 2.0,
        (2, None): 10.0,
        (3, "a"): 97.0,
        (3, "b"): 4.0,
        (3, None): 349.0,
    }


def test_ground_outside_stands_under_no_commune(communes: Any) -> None:
    found = Findings()
    plots = squares((19, 0, 22, 1), (30, 0, 31, 1), land=["bare", "water"])
    table = overlay_area(communes, plots, findings=found)
    assert table["commune_code"].isna().tolist() == [False, True, True]
    assert table["land"].tolist() == ["bare", "bare", "water"]
    assert table["area_ha"].tolist() == [1.0, 2.0, 1.0]
    assert table["ledger_ha"].isna().all()
    told = kinds(found)
    assert (told["outside"].rows, told["outside"].area_ha) == ((1,), 1.0)
    assert (told["partly-outside"].rows, told["partly-outside"].area_ha) == ((0,), 2.0)


def test_a_plot_far_from_the_communes_is_told(communes: Any) -> None:
    plots = squares((0, 0, 1, 1), (-4500, -24000, -4499, -23999), (30, 0, 31, 1))
    found = Findings()
    pieces = overlay_pieces(communes, plots, findings=found)
    assert pieces["commune_code"].isna().tolist() == [False, True, True]
    far = kinds(found)["far-outside"]
    assert (far.severity, far.rows, far.area_ha) == ("problem", (1,), pytest.approx(1.0))
    assert "off by up to 0.6%" in far.message.en
    with pytest.raises(CrsError, match=r"plane areas differ by \+0\.6"):
        overlay_pieces(communes.iloc[:0], plots.iloc[[1]])


#: An equal-area projection in kilometres: a square of 0.1 is one hectare.
KILOMETRES = "+proj=laea +lat_0=21 +lon_0=106 +datum=WGS84 +units=km +type=crs"


def in_unit(frame: gpd.GeoDataFrame, crs: str) -> gpd.GeoDataFrame:
    """The same squares in metres of EPSG:9215, or in kilometres of another plane."""
    if crs == "EPSG:9215":
        return frame
    moved = frame.geometry.translate(-EAST, -NORTH).scale(1e-3, 1e-3, origin=(0, 0))
    return gpd.GeoDataFrame(frame.drop(columns="geometry"), geometry=moved.to_numpy(), crs=crs)


def spoil(monkeypatch: pytest.MonkeyPatch, factor: float) -> None:
    """Let the first measurement of what the first commune holds of the first plot be wrong."""
    measure, calls = layers.engine.overlay_tasks.shared_areas, []

    def wrong(p: Any, q: Any, pairs: Any) -> Any:
        areas = measure(p, q, pairs)
        if not calls:
            areas[0] *= factor
        calls.append(len(areas))
        return areas

    monkeypatch.setattr(layers.engine.overlay_tasks, "shared_areas", wrong)


@pytest.mark.parametrize("crs", ["EPSG:9215", KILOMETRES])
def test_what_gets_lost_is_not_taken_for_ground_outside(
    communes: Any, crs: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    plots = in_unit(squares((9, 0, 11, 1), (19, 0, 21, 1)), crs)
    spoil(monkeypatch, 0.0)
    with pytest.raises(ClosureError, match=r"1 plot at their outer boundary.*1e\+04 m²"):
        overlay_pieces(in_unit(communes, crs), plots)


@pytest.mark.parametrize("crs", ["EPSG:9215", KILOMETRES])
def test_parts_that_exceed_their_plot_are_refused(
    communes: Any, crs: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    plots = in_unit(squares((9, 0, 11, 1), (19, 0, 21, 1)), crs)
    spoil(monkeypatch, 3.0)
    with pytest.raises(ClosureError, match=r"1 plot.*2e\+04 m²"):
        overlay_pieces(in_unit(communes, crs), plots)


def test_a_class_that_no_plot_has_gets_no_row(communes: Any) -> None:
    land = pd.Categorical(["bare"], categories=["bare", "forest"])
    table = overlay_area(communes, squares((1, 0, 2, 1), land=land))
    assert table["land"].tolist() == ["bare"]


def test_ledgers_of_any_size_close(communes: Any) -> None:
    """A thousandth of a square metre is below the last digit of a billion hectares."""
    random = np.random.default_rng(4)
    left = random.uniform(9.01, 9.99, 50)
    ledger = random.uniform(1e9, 9e9, 50)
    plots = squares(*[(x, 0, x + 1, 1) for x in left], dtich=ledger)
    pieces = overlay_pieces(communes, plots, ledger_column="dtich")
    sums = pieces.groupby("plot")["ledger_ha"].sum().to_numpy()
    assert sums == pytest.approx(ledger, rel=1e-15)


def test_what_is_told_from_nothing_does_not_depend_on_the_other_plots(communes: Any) -> None:
    near = squares((9, 0, 10 + 3e-10, 1))  # three hundred-millionths of a metre beyond
    far = squares((90_000, 90_000, 90_001, 90_001))
    alone = overlay_pieces(communes, near)
    together = overlay_pieces(communes, pd.concat([near, far], ignore_index=True))
    assert len(alone) == len(together) - 1
    assert doubtful(near)[0] == doubtful(pd.concat([near, far]))[0] > 0


def doubtful(plots: gpd.GeoDataFrame) -> Any:
    return doubtful_ground(rings_of(np.asarray(plots.geometry)), len(plots))


def test_ground_claimed_twice_goes_to_the_lower_code() -> None:
    communes = squares((8, 0, 20, 10), (0, 0, 10, 10), commune_code=["06004", "06001"])
    found = Findings()
    pieces = overlay_pieces(communes, squares((7, 0, 11, 1), (8.5, 2, 9.5, 3)), findings=found)
    assert pieces["commune_code"].tolist() == ["06001", "06004", "06001"]
    assert pieces["area_ha"].tolist() == pytest.approx([3.0, 1.0, 1.0])
    claim = kinds(found)["double-claim"]
    assert format_number(claim.area_ha, "vi", decimals=4) + " ha" in claim.message.vi
    assert claim.area_ha == pytest.approx(20.0)
    assert claim.examples == ("06001/06004",)


def test_a_claim_that_prints_as_nothing_is_a_note() -> None:
    """Squares of 100 m: 0.4 m² claimed twice print as 0.0000 ha, 0.6 m² as 0.0001 ha."""
    for width, severity in ((4e-5, "note"), (6e-5, "problem")):
        communes = squares((0, 0, 1, 1), (1 - width, 0, 2, 1), commune_code=["a", "b"])
        found = Findings()
        overlay_pieces(communes, squares((0.5, 0, 1.5, 1)), findings=found)
        assert kinds(found)["double-claim"].severity == severity


def in_feet(*bounds: tuple[float, ...], **columns: Any) -> gpd.GeoDataFrame:
    """Rectangles in units of 100 US survey feet."""
    shapes = [box(*(100 * np.array(b) + [1e6, 2e5, 1e6, 2e5])) for b in bounds]
    return gpd.GeoDataFrame(columns, geometry=shapes, crs="EPSG:2263")


def test_findings_are_in_hectares_whatever_the_unit_of_the_crs() -> None:
    hectare = 1e4 * (1200 / 3937) ** 2 / 1e4  # of a square of 100 feet
    communes = in_feet((0, 0, 10, 10), (8, 0, 20, 10), commune_code=["a", "b"])
    bow = shapely.Polygon([(1e6, 2e5), (1_000_200, 200_200), (1_000_200, 2e5), (1e6, 200_200)])
    plots = pd.concat(
        [in_feet((9, 0, 11, 1), (19, 0, 22, 1)), gpd.GeoDataFrame(geometry=[bow], crs=2263)],
        ignore_index=True,
    )
    found = Findings()
    pieces = overlay_pieces(communes, plots, findings=found)
    told = {kind: finding.area_ha for kind, finding in kinds(found).items()}
    assert told["double-claim"] == pytest.approx(20 * hectare)
    assert told["invalid-geometry"] == pytest.approx(2 * hectare)
    assert told["partly-outside"] == pytest.approx(2 * hectare)
    assert pieces["area_ha"].sum() == pytest.approx(7 * hectare)


def test_ground_claimed_three_times_counts_once() -> None:
    communes = squares((0, 0, 2, 2), (1, 0, 3, 2), (1, 1, 4, 2), commune_code=["b", "a", "c"])
    pieces = overlay_pieces(communes, squares((0, 0, 4, 2)))
    areas = dict(zip(pieces["commune_code"].fillna("outside"), pieces["area_ha"], strict=True))
    assert areas == pytest.approx({"a": 4.0, "b": 2.0, "c": 1.0, "outside": 1.0})


def test_rows_with_one_code_are_one_commune() -> None:
    communes = squares((0, 0, 1, 1), (1, 0, 2, 1), (2, 0, 3, 1), commune_code=["a", "b", "a"])
    found = Findings()
    pieces = overlay_pieces(communes, squares((0, 0, 3, 1)), findings=found)
    assert pieces["commune_code"].tolist() == ["a", "b"]
    assert pieces["area_ha"].tolist() == pytest.approx([2.0, 1.0])
    assert kinds(found)["duplicate-id"].examples == ("a",)


def test_slivers_are_reported_and_kept(communes: Any) -> None:
    found = Findings()
    plots = squares((9.995, 0, 12, 1), (9, 0, 12, 1))
    pieces = overlay_pieces(communes, plots, findings=found)
    assert pieces["area_ha"].tolist() == pytest.approx([0.005, 2.0, 1.0, 2.0])
    sliver = kinds(found)["sliver"]
    assert (sliver.severity, sliver.count, sliver.rows) == ("note", 1, (0,))
    assert sliver.area_ha == pytest.approx(0.005)
    assert "0 were given" in sliver.message.en


@pytest.mark.parametrize(("width_m", "told"), [(0.99, True), (1.01, False), (1.9, False)])
def test_pieces_below_a_hundredth_of_a_hectare_are_told(
    communes: Any, width_m: float, told: bool
) -> None:
    found = Findings()
    overlay_pieces(communes, squares((9, 0, 10 + width_m / 100, 1)), findings=found)
    assert ("sliver" in kinds(found)) is told


def test_thin_pieces_are_no_rounding(communes: Any) -> None:
    """What coordinates can tell is kept: 5 mm of a plot of 1 ha, and half of a plot of 1 mm²."""
    plots = squares((9, 0, 10.00005, 1), (9.999995, 5, 10.000005, 5.00001))
    pieces = overlay_pieces(communes, plots)
    assert pieces["commune_code"].tolist() == ["06001", "06004"] * 2
    assert pieces["area_ha"].tolist()[1] == pytest.approx(5e-5, rel=1e-4)
    assert pieces["share_ratio"].tolist()[2:] == pytest.approx([0.5, 0.5], rel=1e-4)


def test_ledger_hectares_that_do_not_close_are_refused(
    communes: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    plots = squares((9, 0, 13, 1), (2, 2, 4, 4), dtich=[8.1, 5.0])
    monkeypatch.setattr(
        layers.engine.overlay_rules, "largest_pieces", lambda rows, _: np.array([], np.int64)
    )
    overlay_pieces(communes, plots, ledger_column="dtich")  # shares of 1/4 close by themselves
    shares = layers.engine.overlay.settle_slivers

    def lossy(*arguments: Any) -> Any:
        found = shares(*arguments)
        return replace(found, share=found.share * (1 - 1e-9))

    monkeypatch.setattr(layers.engine.overlay, "settle_slivers", lossy)
    with pytest.raises(ClosureError, match=r"2 plots do not close, rows 0, 1, by"):
        overlay_pieces(communes, plots, ledger_column="dtich")


def test_missing_ledger_areas_of_any_number_type_stay_missing(communes: Any) -> None:
    plots = squares((1, 0, 2, 1), (9, 0, 11, 1), dtich=pd.array([None, 3.0], "Float64"))
    pieces = overlay_pieces(communes, plots, ledger_column="dtich")
    assert pieces["ledger_ha"].isna().tolist() == [True, False, False]
    assert pieces["ledger_ha"].tolist()[1:] == [1.5, 1.5]


def test_sums_stand_in_the_order_of_codes_and_classes(communes: Any) -> None:
    plots = squares((11, 0, 12, 1), (1, 0, 2, 1), (3, 0, 4, 1), land=["b", "d", "c"])
    table = overlay_area(communes, plots)
    assert table[["commune_code", "land"]].to_numpy().tolist() == [
        ["06001", "c"],
        ["06001", "d"],
        ["06004", "b"],
    ]


def test_geometry_comes_with_the_ledger_and_the_same_rules(communes: Any) -> None:
    plots = squares((9, 0, 13, 1), dtich=[8.0])
    cut = overlay_geometry(communes, plots, ledger_column="dtich")
    assert cut["ledger_ha"].tolist() == [2.0, 6.0]
    bow = plot((0, 0), (2, 2), (2, 0), (0, 2))
    for overlay in (overlay_geometry, partial(overlay_area, by=[])):
        with pytest.raises(InputError, match="1 invalid polygon"):
            overlay(communes, bow, repair="never")


def test_slivers_go_to_the_larger_side_only_when_asked(communes: Any) -> None:
    found = Findings()
    plots = squares((9.995, 0, 12, 1), (0, 0, 0.001, 0.001), dtich=[4.0, 0.1])
    pieces = overlay_pieces(communes, plots, ledger_column="dtich", sliver_m2=51.0, findings=found)
    assert pieces["commune_code"].tolist() == ["06004", "06001"]  # a small whole plot is no sliver
    assert pieces["share_ratio"].tolist() == [1.0, 1.0]
    assert pieces["area_ha"].tolist() == pytest.approx([2.005, 1e-6])
    assert pieces["ledger_ha"].tolist() == [4.0, 0.1]
    assert "1 was given" in kinds(found)["sliver"].message.en
    assert "smaller than 100 m²" in kinds(found)["sliver"].message.en
    found = Findings()
    overlay_pieces(communes, plots, sliver_m2=2000.0, findings=found)
    assert "smaller than 2000 m²" in kinds(found)["sliver"].message.en


def test_a_plot_that_gave_its_slivers_away_is_whole() -> None:
    # Seven communes; the shares of the first six do not add up to 1 less that of the last.
    cuts = [0.0, 0.0021, 0.0047, 0.0113, 0.0196, 0.0282, 0.0371, 7.3]
    communes = squares(*((a, 0, b, 10) for a, b in pairwise(cuts)), commune_code=list("abcdefg"))
    plots = squares(*((0, 0, 7.3 - k / 7, 1 + k / 3) for k in range(20)))
    pieces = overlay_pieces(communes, plots, sliver_m2=2000.0)
    assert pieces["commune_code"].tolist() == ["g"] * 20
    assert (pieces["share_ratio"] == 1.0).all()
    assert pieces["area_ha"].to_numpy() == pytest.approx(plots.area.to_numpy() / 1e4, rel=1e-12)


def test_a_plot_without_geometry_keeps_its_ledger_area(communes: Any) -> None:
    plots = squares((0, 0, 1, 1), (1, 1, 2, 2), dtich=[1.5, 2.5], land=["bare", "bare"])
    plots.loc[0, "geometry"] = None
    plots.loc[1, "geometry"] = Polygon()
    found = Findings()
    pieces = overlay_pieces(communes, plots, ledger_column="dtich", findings=found)
    assert pieces["commune_code"].isna().all()
    assert pieces[["share_ratio", "area_ha", "ledger_ha"]].to_numpy().tolist() == [
        [1.0, 0.0, 1.5],
        [1.0, 0.0, 2.5],
    ]
    assert kinds(found)["no-geometry"].rows == (0, 1)


def test_an_invalid_plot_is_repaired_and_reported_or_refused(communes: Any) -> None:
    bow = plot((8, 0), (12, 4), (12, 0), (8, 4))
    found = Findings()
    pieces = overlay_pieces(communes, bow, findings=found)
    assert pieces["area_ha"].tolist() == pytest.approx([4.0, 4.0])
    finding = kinds(found)["invalid-geometry"]
    assert (finding.severity, finding.rows) == ("problem", (0,))
    assert finding.area_ha == pytest.approx(8.0)
    with pytest.raises(InputError, match=r"1 invalid polygon, rows 0.*allow the repair"):
        overlay_pieces(communes, bow, repair="never")


def test_an_invalid_commune_is_repaired_and_reported() -> None:
    bow = plot((0, 0), (4, 4), (4, 0), (0, 4), commune_code=["06001"])
    found = Findings()
    pieces = overlay_pieces(bow, squares((0, 0, 1, 4)), findings=found)
    assert pieces["area_ha"].tolist() == pytest.approx([3.0, 1.0])
    assert kinds(found)["invalid-geometry"].source == "communes"


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_coordinate_that_is_no_number_keeps_the_ledger_area(communes: Any, value: float) -> None:
    corners = np.array([(0, 0), (100, value), (100, 100), (0, 0)]) + np.array([EAST, NORTH])
    broken = shapely.set_coordinates(Polygon([(0, 0), (0, 1), (1, 1)]), corners)
    plots = squares((0, 0, 1, 1), (9, 0, 11, 1), dtich=[1.5, 2.0], land=["bare", "bare"])
    plots.loc[0, "geometry"] = broken
    found = Findings()
    pieces = overlay_pieces(communes, plots, ledger_column="dtich", findings=found)
    assert pieces["commune_code"].isna().tolist() == [True, False, False]
    assert pieces[["area_ha", "ledger_ha"]].to_numpy().tolist() == [
        [0.0, 1.5],
        [1.0, 1.0],
        [1.0, 1.0],
    ]
    finding = kinds(found)["invalid-geometry"]
    assert (finding.rows, finding.area_ha) == ((0,), 0.0)
    assert "1 has no area left" in finding.message.en
    with pytest.raises(InputError, match=r"1 invalid polygon, rows 0 \(Invalid Coord"):
        overlay_pieces(communes, plots, repair="never")


def test_a_commune_without_geometry_holds_nothing(communes: Any) -> None:
    communes.loc[1, "geometry"] = None
    found = Findings()
    pieces = overlay_pieces(communes, squares((9, 0, 11, 1)), findings=found)
    assert pieces["commune_code"].fillna("outside").tolist() == ["06001", "outside"]
    assert kinds(found)["no-geometry"].examples == ("06004",)


def test_groups_with_missing_attributes_are_kept(communes: Any) -> None:
    plots = squares(
        (0, 0, 1, 1), (1, 0, 2, 1), (2, 0, 3, 1), land=["bare", None, None], year=[2020, 2021, None]
    )
    table = overlay_area(communes, plots, by=("land", "year"))
    assert table["area_ha"].tolist() == [1.0, 1.0, 1.0]
    assert table["land"].fillna("none").tolist() == ["bare", "none", "none"]
    assert table["year"].fillna(0).tolist() == [2020, 2021, 0]


def test_grouping_by_nothing_gives_communes(communes: Any) -> None:
    table = overlay_area(communes, squares((9, 0, 11, 1), (0, 0, 1, 1)), by=())
    assert table.columns.tolist() == ["commune_code", "plots", "area_ha", "ledger_ha"]
    assert table["area_ha"].tolist() == [2.0, 1.0]


def test_missing_ledger_areas_are_reported_and_not_zero(communes: Any) -> None:
    plots = squares((0, 0, 1, 1), (9, 0, 11, 1), land=["bare", "water"], dtich=[1.5, None])
    found = Findings()
    table = overlay_area(communes, plots, ledger_column="dtich", findings=found)
    assert table["ledger_ha"].tolist()[:1] == [1.5]
    assert table["ledger_ha"].isna().tolist() == [False, True, True]
    assert kinds(found)["no-ledger-area"].rows == (1,)


def test_ids_may_be_numbers() -> None:
    communes = squares((0, 0, 1, 1), (1, 0, 2, 1), commune_code=[6004, 6001])
    pieces = overlay_pieces(communes, squares((0, 0, 3, 1)))
    assert pieces["commune_code"].tolist() == [6001, 6004, pd.NA]
    assert str(pieces["commune_code"].dtype) == "Int64"


def test_index_labels_name_the_plots(communes: Any) -> None:
    plots = squares((9, 0, 11, 1), (0, 0, 1, 1), land=["x", "y"])
    plots.index = pd.Index(["12/3/4", "12/3/5"])
    assert overlay_pieces(communes, plots)["plot"].tolist() == ["12/3/4", "12/3/4", "12/3/5"]
    assert overlay_area(communes, plots)["area_ha"].tolist() == [1.0, 1.0, 1.0]


def test_no_plots_give_no_rows(communes: Any) -> None:
    plots = squares((0, 0, 1, 1), land=["x"]).iloc[:0]
    assert overlay_pieces(communes, plots).empty
    assert overlay_area(communes, plots).columns.tolist() == [
        "commune_code",
        "land",
        "plots",
        "area_ha",
        "ledger_ha",
    ]


def test_no_communes_leave_everything_outside(communes: Any) -> None:
    pieces = overlay_pieces(communes.iloc[:0], squares((0, 0, 1, 1)))
    assert pieces["commune_code"].isna().tolist() == [True]
    assert pieces["area_ha"].tolist() == [1.0]


def test_inputs_are_left_alone_and_findings_survive_parquet(communes: Any, tmp_path: Path) -> None:
    plots = squares((9, 0, 11, 1), (30, 0, 31, 1), land=["x", "y"])
    before = plots.copy(), communes.copy()
    table = overlay_area(communes, plots)
    pd.testing.assert_frame_equal(plots, before[0])
    pd.testing.assert_frame_equal(communes, before[1])
    table.to_parquet(tmp_path / "table.parquet")
    assert [item["kind"] for item in table.attrs["findings"]] == ["outside"]


def test_pieces_have_their_geometry_on_request(communes: Any) -> None:
    plots = squares((9, 0, 13, 1), (2, 2, 4, 4), (19, 0, 22, 1))
    pieces = overlay_geometry(communes, plots)
    assert isinstance(pieces, gpd.GeoDataFrame)
    assert pieces.crs == plots.crs
    assert pieces.area.tolist() == pytest.approx((pieces["area_ha"] * 1e4).tolist())
    assert pieces.geometry.iloc[2] is plots.geometry.iloc[1], "a plot inside is never cut"
    outside = pieces[pieces["commune_code"].isna()]
    assert outside.total_bounds.tolist() == [EAST + 2000, NORTH, EAST + 2200, NORTH + 100]
    whole = overlay_geometry(communes, plots.iloc[[1]])
    assert whole.geometry.iloc[0] is plots.geometry.iloc[1], "nothing to cut at all"


def test_crs_must_match_and_tell_areas(communes: Any) -> None:
    plots = squares((0, 0, 1, 1))
    with pytest.raises(CrsError, match=r"communes are in 'VN-2000 / TM-3 107-15'.*plots in 'WGS"):
        overlay_pieces(communes, plots.to_crs(4326))
    with pytest.raises(CrsError, match=r"projected CRS in metres is needed.*'WGS 84'"):
        overlay_pieces(communes.to_crs(4326), plots.to_crs(4326))
    with pytest.raises(CrsError, match=r"Pseudo-Mercator: plane areas differ by \+16"):
        overlay_pieces(communes.to_crs(3857), plots.to_crs(3857))
    with pytest.raises(CrsError, match="plots: no CRS"):
        overlay_pieces(communes, plots.set_crs(None, allow_override=True))
    with pytest.raises(CrsError, match="communes: no CRS"):
        overlay_pieces(communes.set_crs(None, allow_override=True), plots)


def test_the_geometry_column_may_have_any_name(communes: Any) -> None:
    plots = squares((9, 0, 11, 1), land=["x"]).rename_geometry("hinh")
    zones = communes.rename_geometry("ranh_gioi")
    assert overlay_area(zones, plots)["area_ha"].tolist() == [1.0, 1.0]
    assert overlay_geometry(zones, plots).area.tolist() == pytest.approx([1e4, 1e4])


def test_columns_and_index_are_checked(communes: Any) -> None:
    plots = squares((0, 0, 1, 1), (1, 0, 2, 1), land=["x", "y"], dtich=["1,5", "2"])
    with pytest.raises(InputError, match=r"plots: expected columns 'crop', found 'land'"):
        overlay_area(communes, plots, by=("crop",))
    with pytest.raises(InputError, match=r"communes: expected columns 'xa'"):
        overlay_area(communes, plots, id_column="xa")
    with pytest.raises(InputError, match=r"columns 'land' would stand twice.*rename"):
        overlay_area(communes.rename(columns={"commune_code": "land"}), plots, id_column="land")
    with pytest.raises(InputError, match=r"columns 'plots' would stand twice"):
        overlay_area(communes, plots.assign(plots=1), by=("plots",))
    with pytest.raises(InputError, match=r"columns 'plot' would stand twice"):
        overlay_pieces(communes.rename(columns={"commune_code": "plot"}), plots, id_column="plot")
    with pytest.raises(InputError, match=r"'dtich' must hold numbers \(ha\), found str"):
        overlay_area(communes, plots, ledger_column="dtich")
    with pytest.raises(InputError, match=r"plots: expected columns 'dien_tich'"):
        overlay_area(communes, plots, ledger_column="dien_tich")
    with pytest.raises(InputError, match=r"1 repeated label.*reset_index"):
        overlay_area(communes, plots.set_index(pd.Index([7, 7])))
    with pytest.raises(InputError, match=r"communes: 1 row without id, rows 1"):
        overlay_area(communes.assign(commune_code=["a", None]), plots)
    with pytest.raises(InputError, match=r"Polygons are needed, found 2 other"):
        overlay_area(communes, plots.set_geometry(plots.centroid))


@pytest.mark.parametrize("area", [-2.0, float("inf"), float("-inf")])
def test_ledger_areas_that_cannot_be_are_refused(communes: Any, area: float) -> None:
    plots = squares((0, 0, 1, 1), (2, 2, 4, 4), land=["bare", "bare"], dtich=[area, 5.0])
    with pytest.raises(InputError, match=r"found 1 plot with areas below zero or without end \(0"):
        overlay_area(communes, plots, ledger_column="dtich")
