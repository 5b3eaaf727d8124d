"""Interval and verdict of targets as the cells of a table print them."""

import numpy as np
import pandas as pd

from maps.layout.tables import verdict_words


def test_too_much_is_not_called_too_little() -> None:
    """Of a range of 50–55 ha: 40–45 falls short, 60–70 exceeds it; a floor has nothing above."""
    rows = pd.DataFrame(
        {
            "unit": "ha",
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
