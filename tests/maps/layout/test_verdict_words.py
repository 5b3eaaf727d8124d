"""Interval and verdict of targets as the cells of a table print them."""

import numpy as np
import pandas as pd

from maps.layout.tables import verdict_words


def test_too_much_is_not_called_too_little() -> None:
    """Of a range of 50–55 ha: 40–45 falls short, 60–70 exceeds it; a floor has nothing above."""
    rows = pd.DataFrame(
        {
            "unit": "ha",
            "present": [42.0, 65.0, 52.0, 42.0],
            "figure_high": [55.0, 55.0, 55.0, np.nan],
            "low_interval": [40.0, 60.0, 51.0, 40.0],
            "high_interval": [45.0, 70.0, 54.0, 45.0],
            "verdict": ["not_met", "not_met", "met", "not_met"],
        }
    )
    cells = {
        code: verdict_words(rows, language=code, decimals=0, rate_decimals=2)
        for code in ("en", "vi")
    }
    assert cells["vi"]["verdict"] == ["Chưa đạt", "Không đạt, vượt mức", "Đạt", "Chưa đạt"]
    assert cells["en"]["verdict"] == ["Not met", "Not met, exceeded", "Met", "Not met"]
    assert cells["vi"]["interval"][1] == "60–70"
    plain = rows.rename(columns={"figure_high": "high"})
    assert verdict_words(plain, language="vi", decimals=0, rate_decimals=2) == cells["vi"]


def test_an_interval_beside_the_figure_of_the_map_is_said_to_be_by_points() -> None:
    """350.4 ha on the map, 3,120–13,528 by points, met: without a word it contradicts itself."""
    rows = pd.DataFrame(
        {
            "unit": ["ha", "ha", "%", "ha", "ha"],
            "present": [350.4, 5000.0, 64.51, np.nan, 0.04],
            "low_interval": [3120.1, 3120.1, 54.28, 3120.1, 0.1],
            "high_interval": [13527.6, 13527.6, 64.37, 13527.6, 0.3],
            "high": np.nan,
            "verdict": "met",
            "interval_from": ["points", "points", "points", "points", "boundaries"],
        }
    )
    vi, en = (
        verdict_words(rows, language=code, decimals=1, rate_decimals=2)["interval"]
        for code in ("vi", "en")
    )
    assert vi[:2] == ["theo điểm kiểm tra 3.120,1–13.527,6", "3.120,1–13.527,6"]
    assert en[:2] == ["by reference points 3,120.1–13,527.6", "3,120.1–13,527.6"]
    assert vi[2] == "theo điểm kiểm tra 54,28–64,37"
    assert vi[3:] == ["3.120,1–13.527,6", "0,1–0,3"]
    # Where nobody says what an interval is from, one beside the figure cannot be of its drawing.
    assert (
        verdict_words(
            rows.drop(columns="interval_from"), language="vi", decimals=1, rate_decimals=2
        )["interval"][:4]
        == vi[:4]
    )
