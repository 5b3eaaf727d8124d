"""The three numberings of types."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from layers.base.errors import InputError
from layers.kinds.forest_checks import check_codes
from layers.kinds.forest_codes import (
    CODE_TABLES,
    choose_code_table,
    classify_codes,
    fits_code_table,
    load_code_table,
    type_names,
)
from layers.kinds.plots import LAND_CLASSES


@pytest.mark.parametrize(("name", "size"), [("93", 93), ("98", 98), ("55", 55)])
def test_the_tables_are_whole(name, size):
    table = load_code_table(name).drop_duplicates("maldlr")
    assert table["maldlr"].tolist() == list(range(1, size + 1))
    assert table["ldlr"].is_unique
    assert set(table["land"]) <= set(LAND_CLASSES)
    forest = table["group"].isin(["natural", "planted"])
    assert (table["land"].isin(["natural_forest", "planted_forest"]) == forest).all()
    assert table.loc[table["ldlr"].str.startswith("DTR"), "land"].eq("not_yet_forest").all()
    planted = (
        table["maldlr"].between(41, 52) if name == "55" else table["ldlr"].str.startswith("RT")
    )
    assert table.loc[planted, "group"].eq("planted").all()


def test_how_the_tables_differ():
    tables = [load_code_table(name).drop_duplicates("maldlr") for name in ("93", "98")]
    old, new = (table.set_index("maldlr") for table in tables)
    same = old[old["ldlr"] == new["ldlr"].reindex(old.index)]
    assert len(same) == 23
    changed = old["land"] != new["land"].reindex(old.index)
    numbers = set(old.index[changed])
    assert {*range(60, 65), *range(72, 77), *range(78, 83)} <= numbers


def test_letters_alone_tell_where_they_stand_in_one_table_only():
    codes = pd.DataFrame({"ldlr": ["RTG", "NRLG"], "area_ha": [1.0, 1.0]})
    assert choose_code_table(codes).table == "98"
    codes = pd.DataFrame({"ldlr": ["RTG", "NN"], "area_ha": [1.0, 1.0]})
    said = (
        r"1 plot \(1\.00 ha\) would change class, first code NN: Farmland on earth hills in 93, "
        r"Natural freshwater swamp forest in 98"
    )
    with pytest.raises(InputError, match=said):
        choose_code_table(codes)


def test_missing_halves_fit_nothing():
    codes = pd.DataFrame(
        {"maldlr": pd.array([1, None, 60], dtype="Int64"), "ldlr": [None, "TXG1", "RTG"]}
    )
    assert fits_code_table(codes, "93").tolist() == [False, False, True]
    assert classify_codes(codes, "93")["land"].isna().tolist() == [True, True, False]


def test_no_pair_of_the_circular_of_2023_stands_in_another_table():
    pairs = {
        name: set(load_code_table(name)[["maldlr", "ldlr"]].itertuples(index=False, name=None))
        for name in CODE_TABLES
    }
    assert not pairs["55"] & (pairs["93"] | pairs["98"])
    letters = {name: {letter for _, letter in found} for name, found in pairs.items()}
    assert len(letters["55"] & letters["93"]) == 32


@pytest.mark.parametrize("name", CODE_TABLES)
def test_every_code_of_a_table_is_recognised(name):
    codes = load_code_table(name).assign(area_ha=1.0)
    choice = choose_code_table(codes)
    assert (choice.table, choice.origin, choice.plots["none"]) == (name, "detected", 0)
    assert classify_codes(codes, name)["land"].tolist() == codes["land"].tolist()


@pytest.mark.parametrize(
    ("number", "standard", "in_use"),
    [
        (88, "NL", "NN"),
        (89, "NLD", "NND"),
        (90, "NLM", "NNM"),
        (91, "NLP", "NNP"),
        (93, "DK", "DKH"),
    ],
)
def test_both_spellings_of_table_93_are_read(number, standard, in_use):
    codes = pd.DataFrame({"maldlr": [number, number, 60], "ldlr": [standard, in_use, "RTG"]})
    assert choose_code_table(codes.assign(area_ha=1.0)).table == "93"
    land = classify_codes(codes, "93")["land"]
    assert land.iloc[0] == land.iloc[1]
    assert land.iloc[0] in ("farmland", "other")


def test_a_number_of_one_table_with_letters_of_another_fits_none():
    codes = pd.DataFrame({"maldlr": [41, 53, 1], "ldlr": ["RTG", "DTK", "TG"]})
    for name in CODE_TABLES:
        assert not fits_code_table(codes, name).any()
    assert classify_codes(codes, "55")["land"].isna().all()
    # Told with what the number and the letters stand for, in one line of either language.
    whole = load_code_table("55").drop_duplicates("maldlr")[["maldlr", "ldlr"]]
    mixed = pd.concat([whole, codes.iloc[:1]], ignore_index=True).assign(
        area_ha=1.0, row=lambda rows: range(len(rows)), plot="x"
    )
    found = check_codes(mixed, choose_code_table(mixed), day=date(2025, 12, 31), source="rừng")
    (told,) = [item for item in found if item.kind == "code-unknown"]
    assert (told.severity, told.count) == ("error", 1)
    assert "41 RTG [55: 41 TG; 93: 60 RTG]" in told.message.en
    assert "41 RTG [55: 41 TG; 93: 60 RTG]" in told.message.vi


def test_letters_that_fit_two_tables_must_be_told():
    codes = pd.DataFrame({"ldlr": ["TXDB", "DTR"], "area_ha": [2.0, 3.5]})
    with pytest.raises(InputError, match=r"fit several tables of types \(2 plots\).*93, 98, 55"):
        choose_code_table(codes)
    with pytest.raises(InputError) as told:
        choose_code_table(codes, source="rừng")
    assert "các mã hợp với nhiều bảng loại đất loại rừng (2 lô)" in told.value.phrase.vi
    assert classify_codes(codes, "55")["land"].tolist() == ["natural_forest", "not_yet_forest"]


def test_a_mixed_file_is_an_error_with_counts():
    codes = pd.DataFrame(
        {
            "maldlr": pd.array([41, 42, 53, 60, 200], dtype="Int64"),
            "ldlr": ["TG", "TGD", "DTR", "RTG", "X"],
            "area_ha": [1.0, 1, 1, 1, 1],
            "row": range(5),
            "plot": list("abcde"),
        }
    )
    choice = choose_code_table(codes)
    assert (choice.table, choice.plots) == (
        "55",
        {"93": 1, "98": 0, "55": 3, "several": 0, "none": 1},
    )
    found = {
        item.kind: item
        for item in check_codes(codes, choice, day=date(2025, 12, 31), source="rừng")
    }
    assert (found["code-of-other-table"].severity, found["code-of-other-table"].count) == (
        "error",
        1,
    )
    assert "types of table 93 (60 RTG) in a file that uses table 55" in str(
        found["code-of-other-table"].message.en
    )
    assert (found["code-unknown"].severity, found["code-unknown"].count) == ("error", 1)


@pytest.mark.parametrize(
    ("day", "stated", "severities"),
    [
        # A circular that was not in force cannot have coded the layer, unless someone says so.
        ("2022-12-31", "auto", ["error"]),
        ("2022-12-31", "55", ["problem"]),
        # Days are compared: the circular is of 15 December of this very year.
        ("2023-06-30", "auto", ["error"]),
        ("2023-12-14", "auto", ["error"]),
        ("2023-12-15", "auto", []),
        ("2023-12-31", "auto", []),
    ],
)
def test_a_table_later_than_the_layer_is_refused(day, stated, severities):
    codes = load_code_table("55").assign(area_ha=1.0, row=range(55), plot="x")
    choice = choose_code_table(codes, told=stated)
    found = check_codes(codes, choice, day=date.fromisoformat(day), source="rừng")
    later = [item for item in found if item.kind == "code-table-later"]
    assert [item.severity for item in later] == severities
    assert all("code_table: '55'" in item.message.en for item in later)
    assert all("circular 16/2023" in item.message.en for item in later)
    # What was done already is not asked for again.
    asked = "hãy sửa ngày của lớp, hoặc khẳng định bảng mã bằng code_table: '55' trong dự án"
    assert all((asked in item.message.vi) == (stated == "auto") for item in later)
    assert all("(15/12/2023)" in item.message.vi for item in later)
    assert all("Thông tư 16/2023/TT-BNNPTNT (Phụ lục I)" in item.message.vi for item in later)


@pytest.mark.parametrize("table", ["93", "98", "55"])
def test_every_type_has_a_full_name_that_tells_its_group(table):
    names, codes = type_names(table), load_code_table(table)
    assert set(names) == set(codes["maldlr"].astype("str"))
    for row in codes.itertuples():
        vi = names[str(row.maldlr)].vi
        assert ("tự nhiên" in vi) == (row.group == "natural")
        assert vi.startswith("Rừng") == (row.group in ("natural", "planted"))
