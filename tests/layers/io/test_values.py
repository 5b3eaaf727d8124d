"""Cells: one encoding of the letters, and numbers that read one way or are refused."""

from __future__ import annotations

import unicodedata

import numpy as np
import pandas as pd
import pytest

from layers import InputError
from layers.io.values import (
    Decimal,
    as_integer,
    as_number,
    as_text,
    parse_number,
    parse_numbers,
)


@pytest.mark.parametrize(
    ("text", "decimal", "value"),
    [
        ("155.000,5", ",", 155_000.5),
        ("155,000.5", ".", 155_000.5),
        ("155,000.5", None, 155_000.5),
        ("12,5", ",", 12.5),
        ("12,5", None, 12.5),
        ("12.5", None, 12.5),
        ("1.234.567", None, 1_234_567.0),
        ("1 200", None, 1200.0),
        ("1\u00a0200,5", None, 1200.5),
        ("0.125", None, 0.125),
        ("1234.567", None, 1234.567),
        ("-3", None, -3.0),
        ("1E+05", None, 100_000.0),
        ("1.234e+02", None, 123.4),
        ("1,234E-05", None, 1.234e-05),
    ],
)
def test_one_reading(text: str, decimal: Decimal | None, value: float) -> None:
    assert parse_numbers(pd.Series([text]), source="x", decimal=decimal).tolist() == [value]
    assert parse_number(text, decimal=decimal) == value


@pytest.mark.parametrize(
    ("text", "decimal"),
    [
        ("1,234.5", ","),
        ("12,5", "."),
        ("1.23.456", "."),
        ("1.23.456", None),
        ("10 5", None),
        ("1 234.567 890", None),
        ("1.234 567", ","),
        ("1,5,5", None),
        ("khoảng 5", None),
        ("nan", None),
        ("inf", None),
        ("1e400", None),
        ("1e+400", None),
        ("1e3", None),
        ("2E5", None),
        ("1e-2", None),
        ("12E+05", None),
        ("1.234,5E+02", None),
        ("１２", None),
        ("", None),
    ],
)
def test_no_reading(text: str, decimal: Decimal | None) -> None:
    with pytest.raises(InputError, match=r"found 1 cell of text \(row 2: "):
        parse_numbers(pd.Series([text]), source="x", decimal=decimal)
    with pytest.raises(InputError, match="expected a number, found"):
        parse_number(text, decimal=decimal)


@pytest.mark.parametrize(
    ("text", "both"),
    [("60.000", "60000 or 60"), ("1.234", "1234 or 1.2340"), ("1,200", "1.2 or 1200")],
)
def test_two_readings_are_refused_with_both(text: str, both: str) -> None:
    with pytest.raises(InputError, match=rf"comma or a decimal point \({both}\); write {both}\."):
        parse_number(text)
    with pytest.raises(InputError, match=r"x: .* say which with 'decimal: "):
        parse_numbers(pd.Series(["5", text]), source="x")


def test_what_is_told_to_be_written_reads_one_way() -> None:
    assert parse_number("1.2340") == 1.234


@pytest.mark.parametrize(
    ("cells", "values"),
    [
        (["12.345", "1.5"], [12.345, 1.5]),
        (["12.345", "1,5"], [12345.0, 1.5]),
        (["12.345", "1.234.567"], [12345.0, 1234567.0]),
        ([12.345, "1,5"], [12.345, 1.5]),
        ([12.345, 2], [12.345, 2.0]),
    ],
)
def test_one_figure_settles_its_column(cells: list[object], values: list[float]) -> None:
    assert parse_numbers(pd.Series(cells, dtype=object), source="x").tolist() == values


def test_two_ways_of_writing_in_one_column_are_refused() -> None:
    with pytest.raises(InputError, match=r"'12,5' has a decimal comma and '1.5' a decimal point"):
        parse_numbers(pd.Series(["12,5", "1.5", "12.345"]), source="x")


def test_missing_is_not_zero() -> None:
    assert parse_numbers(pd.Series(["1", None]), source="x").isna().tolist() == [False, True]


def test_figures_of_records_that_read_two_ways_are_none() -> None:
    numbers, unreadable = as_number(pd.Series(["12,5", "1.234", None, "x", ""]))
    assert numbers.tolist()[:2] == [12.5, 1234.0]
    assert unreadable.tolist() == [False, False, False, True, False]
    numbers, unreadable = as_number(pd.Series(["1.234", "7"]))
    assert np.isnan(numbers[0])
    assert unreadable.tolist() == [True, False]
    years, unreadable = as_integer(pd.Series(["2025", "2025.0", "20x"]))
    assert years.tolist()[:2] == [2025, 2025]
    assert unreadable.tolist() == [False, False, True]


def test_letters_that_look_like_d_with_stroke_are_it() -> None:
    """Files carry the Icelandic eth for Đ: "Ðào" is the crop "Đào"."""
    cells = pd.Series(["Ðào", unicodedata.normalize("NFD", "ðiềm  he"), "Đào", "", None, 5977.0])
    found = as_text(cells)
    assert found.iloc[[0, 1, 2, 5]].tolist() == ["Đào", "điềm he", "Đào", "5977"]
    assert found.iloc[3:5].isna().all()


def test_a_number_beyond_all_integers_is_no_integer() -> None:
    numbers, unreadable = as_integer(pd.Series([2025, 2.0**62, 1e308, 2.5]))
    assert numbers.isna().tolist() == [False, True, True, True]
    assert unreadable.tolist() == [False, True, True, True]
