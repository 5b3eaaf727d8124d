"""Two dates of the layer: each cause on squares, and the sum equal to the difference of rates."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.base.errors import CrsError, InputError
from layers.kinds.plots import LAND_CLASSES
from zones.forest.change import CAUSES, Survey, cover_change
from zones.measure.closure import ClosureLog


def survey(*rows, year, area=1000.0, crs="EPSG:9215"):
    """Plots of (x, width, land, planting year, ledger); 100 m high."""
    frame = gpd.GeoDataFrame(
        {
            "row": range(len(rows)),
            "plot": [f"1/1/{i}" for i in range(len(rows))],
            "land": [row[2] for row in rows],
            "planting_year": [row[3] for row in rows],
            "ledger_ha": [float(row[4]) for row in rows],
        },
        geometry=[shapely.box(row[0], 0, row[0] + row[1], 100) for row in rows],
        crs=crs,
    ).astype({"planting_year": "Int64"})
    return Survey(frame, year, area)


def one(before, after):
    """Cause of one hectare that stays in place."""
    result = cover_change(
        survey((0, 100, *before, 1.0), year=2020), survey((0, 100, *after, 1.0), year=2025)
    )
    assert len(result.pieces) == 1
    return result.pieces["cause"][0], result.pieces["change_ha"][0]


NATURAL, PLANTED, YOUNG, BARE = "natural_forest", "planted_forest", "not_yet_forest", "bare"


@pytest.mark.parametrize(
    ("before", "after", "cause", "change"),
    [
        ((YOUNG, 2018), (PLANTED, 2018), "became_established", 1),
        ((BARE, None), (YOUNG, 2023), "newly_planted", 0),
        ((BARE, None), (YOUNG, None), "newly_planted", 0),
        ((BARE, None), (PLANTED, 2021), "newly_planted", 1),
        ((BARE, None), (YOUNG, 2015), "reclassified", 0),
        ((BARE, None), (PLANTED, 2015), "reclassified", 1),
        ((BARE, None), (PLANTED, None), "reclassified", 1),
        ((PLANTED, 2010), (YOUNG, 2023), "replanted", -1),
        ((PLANTED, 2010), (PLANTED, 2021), "replanted", 0),
        ((PLANTED, 2010), (YOUNG, 2010), "reclassified", -1),
        ((PLANTED, 2010), (YOUNG, None), "reclassified", -1),
        ((PLANTED, 2010), (BARE, None), "gone", -1),
        ((PLANTED, 2010), ("farmland", None), "gone", -1),
        ((NATURAL, None), (BARE, None), "natural_lost", -1),
        ((NATURAL, None), (YOUNG, 2023), "natural_lost", -1),
        (("regenerating", None), (NATURAL, None), "natural_gained", 1),
        ((NATURAL, None), (PLANTED, 2023), "reclassified", 0),
        ((PLANTED, 2010), (NATURAL, None), "reclassified", 0),
        ((NATURAL, None), (NATURAL, None), "remeasured", 0),
        ((PLANTED, 2010), (PLANTED, 2010), "remeasured", 0),
        ((BARE, None), ("farmland", None), "no_forest", 0),
        ((YOUNG, 2018), (YOUNG, 2018), "no_forest", 0),
        ((YOUNG, 2018), (BARE, None), "no_forest", 0),
    ],
)
def test_each_cause(before, after, cause, change):
    assert one(before, after) == (cause, change)


def test_redrawn_plots_are_traced_through_the_ground():
    before = survey((0, 200, NATURAL, None, 2.2), (200, 100, YOUNG, 2018, 1.0), year=2020)
    after = survey((0, 150, NATURAL, None, 1.5), (150, 150, PLANTED, 2018, 1.6), year=2025)
    log = ClosureLog()
    result = cover_change(before, after, log=log)
    table = result.table.set_index("cause")
    # 150 m stay natural (1.65 → 1.5 ha by the ledgers), 50 m natural are called planted, 100 m
    # of young planting became forest.
    assert table.loc["remeasured", "change_ha"] == pytest.approx(1.5 - 1.65)
    assert table.loc["reclassified", "change_ha"] == pytest.approx(1.6 / 3 - 0.55)
    assert table.loc["became_established", "change_ha"] == pytest.approx(1.6 * 2 / 3)
    assert table.loc["total", "change_ha"] == pytest.approx(3.1 - 2.2)
    assert table.loc["total", "change_points"] == pytest.approx(100 * (3.1 - 2.2) / 1000)
    assert result.pieces["before_plot"].tolist()[0] == "1/1/1"
    assert len(log.checked) == 3


def test_ground_of_one_date_only_is_told():
    before = survey((0, 100, PLANTED, 2000, 1.0), year=2020)
    after = survey((50, 100, PLANTED, 2000, 1.0), (500, 100, BARE, None, 1.0), year=2025)
    table = cover_change(before, after).table.set_index("cause")
    assert table.loc["only_before", "change_ha"] == pytest.approx(-0.5)
    assert table.loc["only_after", "change_ha"] == pytest.approx(0.5)
    assert table.loc["only_after", "plots"] == 2
    assert table.loc["total", "change_points"] == pytest.approx(0.0)


def test_a_changed_natural_area_is_a_cause_of_its_own():
    before = survey((0, 100, PLANTED, 2000, 1.0), year=2020, area=1000)
    after = survey((0, 100, PLANTED, 2000, 1.0), year=2025, area=500)
    table = cover_change(before, after).table.set_index("cause")
    assert table.loc["natural_area", "change_points"] == pytest.approx(0.1)
    assert table.loc["total", "change_points"] == pytest.approx(0.1)


def test_a_plot_drawn_twice_is_shared_not_doubled():
    before = survey((0, 100, PLANTED, 2000, 1.0), year=2020)
    after = survey((0, 100, BARE, None, 1.0), (0, 100, NATURAL, None, 1.0), year=2025)
    result = cover_change(before, after)
    assert result.pieces["before_ha"].sum() == pytest.approx(1.0)
    assert result.table["change_ha"].iloc[-1] == pytest.approx(0.0)


def test_refusals():
    good = survey((0, 100, BARE, None, 1.0), year=2020)
    with pytest.raises(CrsError, match="compared in one CRS"):
        cover_change(good, survey((0, 100, BARE, None, 1.0), year=2025, crs="EPSG:9214"))
    with pytest.raises(InputError, match="found 2020 and 2020"):
        cover_change(good, good)
    with pytest.raises(InputError, match="natural area above zero"):
        cover_change(good, survey((0, 100, BARE, None, 1.0), year=2025, area=0.0))


plots = st.lists(
    st.tuples(
        st.integers(20, 200),
        st.sampled_from(LAND_CLASSES[:-2]),
        st.one_of(st.none(), st.integers(2000, 2025)),
        st.floats(0.1, 5),
    ),
    min_size=1,
    max_size=8,
)


@settings(max_examples=60)
@given(plots, plots)
def test_causes_sum_to_the_difference_of_the_rates(old, new):
    def drawn(rows, year):
        edges = np.cumsum([0, *(row[0] for row in rows)])
        return survey(
            *((x, *row) for x, row in zip(edges[:-1].tolist(), rows, strict=True)), year=year
        )

    result = cover_change(drawn(old, 2020), drawn(new, 2025))
    rates = [
        sum(row[3] for row in rows if row[1] in (NATURAL, PLANTED)) / 10 for rows in (old, new)
    ]
    assert result.table["change_points"].iloc[-1] == pytest.approx(rates[1] - rates[0], abs=1e-9)
    assert result.table["cause"].tolist() == [*CAUSES, "total"]
    assert result.pieces["before_ha"].sum() == pytest.approx(sum(row[3] for row in old))
    assert result.pieces["after_ha"].sum() == pytest.approx(sum(row[3] for row in new))
