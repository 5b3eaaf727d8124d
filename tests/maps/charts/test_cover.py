"""The chart of a forecast: what it says, in both languages, and the same bytes each time."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from matplotlib.text import Text

from layers.base.errors import OutputExistsError
from layers.base.language import Phrase
from maps.charts.cover import CoverChart, _draw, _drawn_once, cover_chart_svg, save_cover_chart
from maps.symbols.fonts import find_fonts

WORDS = ("rate", "band", "with_forest", "target", "percent", "steps", "less", "more")


def chart() -> CoverChart:
    return CoverChart(
        pd.DataFrame(
            {
                "year": [2025, 2026],
                "cover_percent": [64.5, 65.25],
                "low_percent": [64.5, 65.0],
                "high_percent": [64.5, 65.5],
                "with_forest_percent": [67.0, 67.5],
            }
        ),
        pd.DataFrame({"year": [2026], "target_percent": [67.0]}),
        pd.DataFrame({"label": ["khai thác, 10 %"], "less_points": [0.4], "more_points": [-0.4]}),
        Phrase("Cover to come", "Dự báo <che phủ>"),
        {word: Phrase(word, f"{word} vi") for word in WORDS},
        demo="Dữ liệu minh họa",
    )


def texts(one: CoverChart) -> str:
    return " | ".join(item.get_text() for item in _draw(one, find_fonts()).findobj(Text))


def test_figures_stand_in_the_language_of_the_page() -> None:
    said = texts(chart())
    assert "Dự báo <che phủ> – Dữ liệu minh họa" in said
    assert "65,25" in said
    assert "67,00" in said
    assert "khai thác, 10 %" in said
    assert "target vi" in said
    english = texts(replace(chart(), language="en", demo=""))
    assert "65.25" in english
    assert "Cover to come" in english
    assert "minh họa" not in english


def test_a_forecast_without_targets_has_none_in_its_legend() -> None:
    none = replace(chart(), targets=chart().targets.iloc[:0])
    assert "target vi" not in texts(none)


def test_the_same_content_gives_the_same_bytes(tmp_path: Path) -> None:
    for ending in ("svg", "png"):
        first = save_cover_chart(chart(), tmp_path / f"a.{ending}").read_bytes()
        _drawn_once.cache_clear()
        assert save_cover_chart(chart(), tmp_path / f"b.{ending}").read_bytes() == first
    with pytest.raises(OutputExistsError):
        save_cover_chart(chart(), tmp_path / "a.svg")
    assert cover_chart_svg(chart()).startswith("<svg")
    assert "<che" not in cover_chart_svg(chart())
