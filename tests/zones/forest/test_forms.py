"""Classes and causes of the forest forms, on squares of one hectare whose answer is known."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from layers.base.errors import ClosureError
from zones.forest.change import Survey, cover_change
from zones.forest.forms import forest_causes, forest_classes
from zones.measure.closure import ClosureLog

LAND = {"1112": "natural_forest", "1121": "planted_forest", "1122": "planted_forest",
        "2010": "not_yet_forest", "2020": "regenerating", "2030": "bare"}  # fmt: skip


def plots(*rows: tuple[str, float, int | None]) -> gpd.GeoDataFrame:
    """One hectare each, side by side: row of the form by origin, ledger, planting year."""
    forest = [row[0].startswith("11") for row in rows]
    return gpd.GeoDataFrame(
        {
            "row": range(len(rows)),
            "plot": [f"1/1/{place}" for place in range(len(rows))],
            "land": [LAND[row[0]] for row in rows],
            "planting_year": pd.array([row[2] for row in rows], dtype="Int64"),
            "ledger_ha": [row[1] for row in rows],
            "form_origin": [row[0] for row in rows],
            "form_site": ["1210" if one else "" for one in forest],
            "form_stand": ["1310" if row[0].startswith("111") else "" for row in rows],
            "form_purpose": "c19",
        },
        geometry=[shapely.box(100 * x, 0, 100 * x + 100, 100) for x in range(len(rows))],
        crs="EPSG:9215",
    )


def classes(frame: gpd.GeoDataFrame) -> pd.DataFrame:
    return forest_classes(frame.assign(commune_code="06001", layer="forest"))


def causes(before: gpd.GeoDataFrame, after: gpd.GeoDataFrame) -> dict[tuple[str, str], float]:
    change = cover_change(Survey(before, 2020, 1000.0), Survey(after, 2025, 1000.0))
    log = ClosureLog()
    table = forest_causes(change.pieces, before, after, classes(before), classes(after), log=log)
    assert len(log.checked) == 1
    keys = zip(table["form_origin"], table["form_column"], strict=True)
    held = dict(zip(keys, table["change_ha"].tolist(), strict=True))
    return {key: round(value, 6) for key, value in held.items() if abs(value) > 1e-9}


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (("2010", 1.0, 2018), ("1121", 1.1, 2018), {("2010", "c6"): -1.0, ("1121", "c6"): 1.1}),
        (("2030", 1.0, None), ("2010", 1.2, 2023), {("2030", "c5"): -1.0, ("2010", "c5"): 1.2}),
        # Planted and grown between the layers: it stood as not yet forest in between.
        (
            ("2030", 1.0, None),
            ("1121", 1.2, 2021),
            {
                ("2030", "c5"): -1.0,
                ("2010", "c5"): 1.2,
                ("2010", "c6"): -1.2,
                ("1121", "c6"): 1.2,
            },
        ),
        (("1122", 1.0, 2010), ("2010", 1.0, 2023), {("1122", "c8"): -1.0, ("2010", "c5"): 1.0}),
        # Cut and planted again, and forest at both dates: nothing is left out.
        (
            ("1122", 1.0, 2010),
            ("1122", 1.0, 2021),
            {
                ("1122", "c8"): -1.0,
                ("2010", "c5"): 1.0,
                ("2010", "c6"): -1.0,
                ("1122", "c6"): 1.0,
            },
        ),
        (("1122", 1.0, 2010), ("2030", 0.9, None), {("1122", "c8"): -1.0, ("2030", "c8"): 0.9}),
        (("2020", 1.0, None), ("1112", 1.0, None), {("2020", "c7"): -1.0, ("1112", "c7"): 1.0}),
        (("2030", 1.0, None), ("1112", 1.0, None), {("2030", "c15"): -1.0, ("1112", "c14"): 1.0}),
        (("1112", 1.0, None), ("2030", 1.0, None), {("1112", "c15"): -1.0, ("2030", "c14"): 1.0}),
        (("1112", 1.0, None), ("2010", 1.0, 2023), {("1112", "c15"): -1.0, ("2010", "c5"): 1.0}),
        (("1112", 1.0, None), ("1112", 1.3, None), {("1112", "c14"): 0.3}),
        (("1112", 1.0, None), ("1112", 0.8, None), {("1112", "c15"): -0.2}),
        (("1121", 1.0, 2010), ("1122", 1.0, 2010), {("1121", "c15"): -1.0, ("1122", "c14"): 1.0}),
    ],
)
def test_each_cause_has_its_column(before, after, expected) -> None:
    assert causes(plots(before), plots(after)) == expected


def test_ground_of_one_layer_only_is_another_gain_or_loss() -> None:
    before = plots(("1121", 1.0, 2010), ("1112", 1.0, None))
    after = plots(("1121", 1.0, 2010), ("1112", 1.0, None), ("1112", 2.0, None))
    assert causes(before, after) == {("1112", "c14"): 2.0}
    assert causes(before.iloc[:1], before) == {("1112", "c14"): 1.0}


def test_causes_that_miss_a_class_do_not_close() -> None:
    before, after = plots(("1112", 1.0, None)), plots(("1112", 1.5, None))
    change = cover_change(Survey(before, 2020, 1000.0), Survey(after, 2025, 1000.0))
    with pytest.raises(ClosureError, match="causes to the change of each class"):
        forest_causes(change.pieces, before, after, classes(before), classes(before))


def test_only_ground_inside_the_communes_counts() -> None:
    frame = plots(("1112", 1.0, None), ("1112", 2.0, None))
    pieces = frame.assign(commune_code=["06001", ""], layer="forest")
    assert forest_classes(pieces)["ledger_ha"].tolist() == [1.0]
