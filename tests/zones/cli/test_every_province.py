"""``zones names`` in each of the 34 provinces: names of old and new, a table of all communes."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from layers.communes.crosswalk import successors
from layers.communes.gazetteer import communes_on, list_communes, provinces
from layers.io.table import read_table
from zones.cli.main import run
from zones.demo.provinces import make_province


@pytest.mark.parametrize("province", sorted(provinces()))
def test_names_are_resolved_and_a_table_is_converted(
    province: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old, new = list_communes(province, 2024), list_communes(province)
    some = old.iloc[[0, len(old) // 2]]
    # "xã Quý Sơn, Thị xã Chũ" as it was, "phường Kỳ Lừa" as it is.
    earlier = [", ".join(filter(None, row)) for row in some[["name", "district"]].to_numpy()]
    today = f"{new['kind'].iloc[-1]} {new['name'].iloc[-1]}"
    for texts, day, codes in (
        (earlier, "2024", some["code"].tolist()),
        ([today], "", [new["code"].iloc[-1]]),
    ):
        on = ["--on", day] if day else []
        run(["names", "resolve", *texts, "--province", province, *on, "--json"])
        assert [one["code"] for one in json.loads(capsys.readouterr().out)["names"]] == codes
    table, made = tmp_path / "cũ.csv", tmp_path / "mới.csv"
    frame = pd.DataFrame(
        {"maxa": old["code"], "xa": old["name"], "dtich_ha": range(1, len(old) + 1)}
    )
    frame.to_csv(table, index=False)
    columns = ["--from", "2024", "--to", "2025", "--code-column", "maxa", "--json"]
    assert run(["names", "convert", str(table), *columns, "-o", str(made)]) in (0, 1)
    told = json.loads(capsys.readouterr().out)["totals"][0]
    assert told["before"] == told["after"] == frame["dtich_ha"].sum()
    sums = read_table(made).set_index("maxa")["dtich_ha"].astype("float64")
    assert set(sums.index) == set(communes_on(province))
    # A commune whose parts all went whole into it has the sum of them.
    heirs = successors(province, from_=2024)
    whole = dict.fromkeys(sums.index, True)
    parts = dict.fromkeys(sums.index, 0.0)
    for code, hectares in zip(frame["maxa"], frame["dtich_ha"], strict=True):
        for heir in heirs[code]:
            whole[heir] &= len(heirs[code]) == 1
            parts[heir] += hectares
    checked = [code for code, alone in whole.items() if alone]
    assert checked
    assert {code: sums[code] for code in checked} == {code: parts[code] for code in checked}


@pytest.mark.parametrize("province", sorted(set(provinces()) - {"20"}))
def test_every_province_is_made(province: str) -> None:
    made = make_province(province, seed=0)
    assert set(made.communes["code"]) == set(communes_on(province))
    assert made.forest.area.sum() == pytest.approx(made.communes.area.sum())
