"""The layer of the year before undoes what happened in the year, and nothing else."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import yaml

from layers.base.errors import InputError
from layers.kinds.forest_codes import fits_code_table
from tests.factories import square
from zones.demo import build_demo
from zones.demo.earlier import EARLIER_YEAR, earlier_layer
from zones.demo.project_file import CommunesEntry, project_text

SIZE = 200


@pytest.fixture
def forest() -> gpd.GeoDataFrame:
    """Planted this year on bare land and after a harvest, young forest, bare land, old forest."""
    rows = [
        ("DTR", 77, 2025, 1, 2, 3), ("DTRD", 78, 2025, 2, 2, 3), ("RTG", 65, 2020, 1, 1, 3),
        ("DT1", 87, 0, 0, 0, 3), ("DT1", 87, 0, 0, 0, 1), ("TXB", 15, 0, 0, 1, 3),
        ("RTG", 65, 2005, 1, 1, 3),
    ]  # fmt: skip
    names = ["ldlr", "maldlr", "namtr", "nggocrt", "thanhrung", "malr3"]
    frame = pd.DataFrame(rows * SIZE, columns=names)
    frame = frame.assign(nggocr=3, sldlr="Thông", mgo=1.0, mgolo=2.0, dtich=3.0)
    return gpd.GeoDataFrame(frame, geometry=[square(0, 0, 10, 10)] * len(frame), crs="EPSG:9215")


def test_only_what_happened_in_the_year_is_undone(forest: gpd.GeoDataFrame) -> None:
    before = earlier_layer(forest, np.random.default_rng(0))
    kinds = before.groupby(np.arange(len(before)) % 7)["ldlr"].agg(lambda rows: sorted(set(rows)))
    assert kinds.tolist() == [
        ["DT1"],  # planted on bare land
        ["RTGD"],  # planted after a harvest, on limestone
        ["DTR", "RTG"],  # some of the young forest was not forest yet
        ["DT1", "RTG"],  # some of the bare land of production was cut
        ["DT1"],
        ["TXB"],
        ["RTG"],
    ]
    assert before["namtr"].max() <= EARLIER_YEAR
    assert fits_code_table(before, "98").all()
    assert before["dtich"].equals(forest["dtich"])
    young = before["ldlr"].eq("DTR")
    assert before.loc[young, "thanhrung"].eq(2).all()
    same = before["ldlr"].eq(forest["ldlr"])
    pd.testing.assert_frame_equal(
        pd.DataFrame(before[same]), pd.DataFrame(forest[same]), check_dtype=False
    )


def test_a_full_project_names_both_layers_and_makes_the_planning_layer() -> None:
    entry = CommunesEntry("communes.gpkg", "communes", "code", "name", made=True)
    plain, full = (yaml.safe_load(project_text(entry, full=told)) for told in (False, True))
    assert set(full["layers"]) - set(plain["layers"]) == {"forest_before"}
    assert full["layers"]["forest_before"]["date"].year == EARLIER_YEAR
    assert full["planning"] == full["qgis"] == {"make": True}
    assert "planning" not in plain


def test_the_full_demo_is_of_one_province(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="Lạng Sơn"):
        build_demo(tmp_path / "demo", province="24", full=True)
