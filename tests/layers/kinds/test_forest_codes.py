"""The two numberings of types."""

from __future__ import annotations

import pandas as pd
import pytest

from layers.base.errors import InputError
from layers.kinds.forest_codes import (
    CODE_TABLES,
    choose_code_table,
    classify_codes,
    fits_code_table,
    load_code_table,
)
from layers.kinds.plots import LAND_CLASSES


@pytest.mark.parametrize(("name", "size"), [("93", 93), ("98", 98)])
def test_the_tables_are_whole(name, size):
    table = load_code_table(name)
    assert table["maldlr"].tolist() == list(range(1, size + 1))
    assert table["ldlr"].is_unique
    assert set(table["land"]) <= set(LAND_CLASSES)
    forest = table["group"].isin(["natural", "planted"])
    assert (table["land"].isin(["natural_forest", "planted_forest"]) == forest).all()
    assert table.loc[table["ldlr"].str.startswith("DTR"), "land"].eq("not_yet_forest").all()
    assert table.loc[table["ldlr"].str.startswith("RT"), "group"].eq("planted").all()


def test_how_the_tables_differ():
    old, new = (load_code_table(name).set_index("maldlr") for name in CODE_TABLES)
    same = old[old["ldlr"] == new["ldlr"].reindex(old.index)]
    assert len(same) == 23
    changed = old["land"] != new["land"].reindex(old.index)
    numbers = set(old.index[changed])
    assert {*range(60, 65), *range(72, 77), *range(78, 83)} <= numbers


def test_letters_alone_tell_where_they_stand_in_one_table_only():
    codes = pd.DataFrame({"ldlr": ["RTG", "NRLG"], "area_ha": [1.0, 1.0]})
    assert choose_code_table(codes).table == "98"
    codes = pd.DataFrame({"ldlr": ["RTG", "NN"], "area_ha": [1.0, 1.0]})
    said = r"1 plots \(1\.00 ha\) would change class, first code NN: farmland in 93, natural_forest"
    with pytest.raises(InputError, match=said):
        choose_code_table(codes)


def test_missing_halves_fit_nothing():
    codes = pd.DataFrame(
        {"maldlr": pd.array([1, None, 60], dtype="Int64"), "ldlr": [None, "TXG1", "RTG"]}
    )
    assert fits_code_table(codes, "93").tolist() == [False, False, True]
    assert classify_codes(codes, "93")["land"].isna().tolist() == [True, True, False]
