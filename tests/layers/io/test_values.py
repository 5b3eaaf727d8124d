"""Cells as text: one encoding of the letters."""

from __future__ import annotations

import unicodedata

import pandas as pd

from layers.io.values import as_text


def test_letters_that_look_like_d_with_stroke_are_it() -> None:
    """Files carry the Icelandic eth for Đ: "Ðào" is the crop "Đào"."""
    cells = pd.Series(["Ðào", unicodedata.normalize("NFD", "ðiềm  he"), "Đào", "", None, 5977.0])
    found = as_text(cells)
    assert found.iloc[[0, 1, 2, 5]].tolist() == ["Đào", "điềm he", "Đào", "5977"]
    assert found.iloc[3:5].isna().all()
