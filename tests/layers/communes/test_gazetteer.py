"""The gazetteer against the table that leads, and its vintages."""

from __future__ import annotations

import csv
import datetime as dt
import unicodedata
from pathlib import Path

import pytest

from layers.base.errors import InputError, NameResolutionError
from layers.base.resources import data_path
from layers.communes.gazetteer import (
    changes_after,
    communes_on,
    find_province,
    list_communes,
    provinces,
    vintage_on,
    vintages,
)


def _letters(name: str) -> list[str]:
    return sorted(unicodedata.normalize("NFD", name.casefold()))


def test_whole_country() -> None:
    frame = list_communes()
    assert len(frame) == 3321
    assert frame["code"].is_unique
    assert frame["code"].str.fullmatch(r"\d{5}").all()
    assert frame["kind"].value_counts().to_dict() == {"xã": 2621, "phường": 687, "đặc khu": 13}
    assert set(frame["province"]) == set(provinces())
    assert len(provinces()) == 34
    assert not frame.duplicated(["province", "name"]).any()
    repeated = frame.loc[frame["name"].duplicated(keep=False), "name"]
    assert (repeated.nunique(), len(repeated)) == (314, 787)
    assert all(unicodedata.is_normalized("NFC", name) for name in frame["name"])


def test_lang_son_is_the_table_that_leads() -> None:
    with data_path("communes-20.csv").open(encoding="utf-8") as file:
        leading = {(row["code"], row["name"], row["kind"]) for row in csv.DictReader(file)}
    assert {(u.code, u.name, u.kind) for u in communes_on("20").values()} == leading


def test_lang_son_against_the_shared_table(shared: Path) -> None:
    with (shared / "data" / "lang_son_communes.csv").open(encoding="utf-8") as file:
        official = {(row["code"], row["full_name"].casefold()) for row in csv.DictReader(file)}
    ours = {(u.code, f"{u.kind} {u.name}".casefold()) for u in communes_on("20").values()}
    assert ours == official


def test_merges_against_the_shared_table(shared: Path) -> None:
    with (shared / "data" / "lang_son_merges_2025.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    changes = changes_after("20", "2024-12-01")
    told = {(change.old_code, change.new_code, change.split) for change in changes}
    assert told == {(r["old_code"], r["new_code"], r["split"] == "True") for r in rows}
    old = communes_on("20", "2024-12-01")
    for row in rows:
        unit = old[row["old_code"]]
        assert _letters(f"{unit.kind} {unit.name}") == _letters(row["old_name"])
        assert unit.district == row["old_district"]


@pytest.mark.parametrize(
    ("on", "vintage", "count"),
    [
        (2023, "2020-01-01", 200),
        ("2024-11-30", "2020-01-01", 200),
        ("2024", "2024-12-01", 194),
        ("2025-06-30", "2024-12-01", 194),
        (dt.date(2025, 7, 1), "2025-07-01", 65),
        (None, "2025-07-01", 65),
    ],
)
def test_vintage_on_a_day(on: str | int | dt.date | None, vintage: str, count: int) -> None:
    assert vintage_on(on, province="20") == vintage
    assert len(communes_on("20", on)) == count


def test_old_units_recur_in_districts_and_split() -> None:
    old = list_communes("20", "2024-12-01")
    assert old["district"].nunique() == 11
    # Nine in several districts, and Đình Lập, a town and a commune of one district.
    assert old.loc[old["name"].duplicated(), "name"].nunique() == 10
    recurring = old.groupby("name")["district"].nunique()
    assert (recurring > 1).sum() == 9
    split = {c.old_code for c in changes_after("20", "2024-12-01") if c.split}
    assert {old.set_index("code").loc[code, "name"] for code in split} == {"Bính Xá", "Kiên Mộc"}


def test_every_code_of_today_was_an_old_code_and_27_had_another_name() -> None:
    old, new = communes_on("20", 2024), communes_on("20")
    assert set(new) <= set(old)
    other = [c for c in new if _letters(new[c].name) != _letters(old[c].name)]
    assert len(other) == 27


def test_a_code_moved_in_december_2024_too() -> None:
    names = [communes_on("20", on)["06040"].name for on in (2023, 2024, 2026)]
    assert names == ["Đại Đồng", "Thất Khê", "Thất Khê"]


@pytest.mark.parametrize("text", ["20", "Lạng Sơn", "tỉnh Lạng Sơn", "LANG SON", "tp. Huế"])
def test_find_province(text: str) -> None:
    assert find_province(text) in ("20", "46")


def test_bad_input() -> None:
    with pytest.raises(
        NameResolutionError, match="No province has the code or name 'Hà Giang Thượng'"
    ):
        find_province("Hà Giang Thượng")
    with pytest.raises(InputError, match="known since 2020-01-01, found the date 2019-12-31"):
        vintage_on(2019, province="20")
    with pytest.raises(InputError, match="known since 2024-12-31"):
        communes_on("19", 2023)
    with pytest.raises(InputError, match="known since 2025-07-01"):
        communes_on(None, 2024)
    with pytest.raises(InputError, match="Expected a date such as 2025-07-01"):
        vintage_on("last year", province="20")
    with pytest.raises(InputError, match="no table of changes after 2025-07-01"):
        changes_after("20", "2025-07-01")
    assert vintages("19") == ("2024-12-31", "2025-07-01")
