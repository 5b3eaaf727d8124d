"""Figures as each language prints them."""

import math

import pytest

from layers.base.language import Phrase, format_number, written_number


@pytest.mark.parametrize(
    ("value", "decimals", "vi", "en"),
    [
        (155000.5, 1, "155.000,5", "155,000.5"),
        (0.0, 2, "0,00", "0.00"),
        (-0.001, 2, "0,00", "0.00"),
        (-1234.0, 0, "-1.234", "-1,234"),
        (math.nan, 2, "–", "–"),
    ],
)
def test_format_number(value: float, decimals: int, vi: str, en: str) -> None:
    assert format_number(value, "vi", decimals=decimals) == vi
    assert format_number(value, "en", decimals=decimals) == en


def test_phrase() -> None:
    assert Phrase(en="plot", vi="lô").text("vi") == "lô"
    assert Phrase(en="plot", vi="lô").text("en") == "plot"


def test_a_half_is_rounded_as_a_spreadsheet_shows_it() -> None:
    assert format_number(93.985, "vi", decimals=2) == "93,99"
    assert format_number(0.125, "en", decimals=2) == "0.13"
    assert format_number(-2.5, "en") == "-3"
    assert format_number(1234567.25, "vi", decimals=1) == "1.234.567,3"


def test_a_figure_beyond_any_country_is_written_short() -> None:
    assert format_number(1e308, "en", decimals=2) == "1e+308"
    assert format_number(-1.234567e20, "vi") == "-1,23e+20"
    assert written_number(10**400, ",", "en") == "1.00e+400"
    assert written_number(1e16, ".0%", "en") == "1.00e+18%"
    assert format_number(999_999_999_999_999.0, "en") == "999,999,999,999,999"
    assert written_number(10**18, "", "en") == "1000000000000000000"  # a number of a plot
