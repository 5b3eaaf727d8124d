"""Codes as files carry them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from layers.base.errors import InputError
from layers.communes.codes import check_codes, normal_code


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("05971", "05971"),
        ("5971", "05971"),
        (5971, "05971"),
        (5971.0, "05971"),
        ("5971.0", "05971"),
        (" 05971 ", "05971"),
        ("Lộc Bình", None),
        ("123456", None),
        ("", None),
    ],
)
def test_normal_code(value: object, code: str | None) -> None:
    assert normal_code(value) == code


def test_a_mixed_column() -> None:
    column = pd.Series(
        ["06529", 5977.0, "Lộc Bình", "LOC BINH", "Diềm He", None, "toàn tỉnh", "Bố Hạ", "99999"],
        dtype="object",
        index=range(10, 19),
    )
    checked = check_codes(column, province="20", source="báo cáo, maxa")
    assert checked.codes.index.tolist() == list(range(10, 19))
    assert checked.codes.iloc[:4].tolist() == ["06529", "05977", "06529", "06529"]
    assert checked.codes.iloc[4:].isna().all()
    found = {f.kind: (f.severity, f.rows) for f in checked.findings.items}
    assert found == {
        "code-as-number": ("note", (1,)),
        "name-as-code": ("note", (2, 3)),
        "name-near": ("problem", (4,)),
        "code-missing": ("problem", (5,)),
        "whole-province": ("problem", (6,)),
        "name-unresolved": ("problem", (7,)),
        "code-unknown": ("problem", (8,)),
    }
    near = next(f for f in checked.findings.items if f.kind == "name-near")
    assert "'Diềm He': perhaps 06280 xã Điềm He" in near.message.en


def test_a_float_column_with_gaps() -> None:
    checked = check_codes(pd.Series([6529.0, np.nan]), province="20")
    assert checked.codes.tolist()[0] == "06529"
    assert [f.kind for f in checked.findings.items] == ["code-as-number", "code-missing"]


def test_clean_codes_have_no_findings() -> None:
    assert not check_codes(["06529", "06187"], province="Lạng Sơn").findings.items
    assert not check_codes(["06622"], province="20", on=2024).findings.items
    with pytest.raises(InputError, match="known since 2024-12-31"):
        check_codes(["06529"], province="19", on=2020)
