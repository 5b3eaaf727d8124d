"""Texts stand on paper where they were asked for, whichever end is held."""

from __future__ import annotations

from pathlib import Path

import pytest

from maps.atlas.sheet import MM_TO_PT, Align, Sheet
from maps.symbols.fonts import find_fonts
from tests.maps.atlas.pdf_text import letters


@pytest.mark.parametrize("rotation", [0, 90])
@pytest.mark.parametrize("align", ["left", "center", "right"])
def test_a_text_begins_ends_or_is_centred_where_it_was_asked_for(
    align: Align, rotation: int, tmp_path: Path
) -> None:
    sheet = Sheet(100, 100, find_fonts())
    sheet.text(50, 50, "HHHHHH", size=10, align=align, rotation=rotation)
    sheet.figure.savefig(tmp_path / "a.pdf")
    found = letters(tmp_path / "a.pdf", 0)
    assert [letter.text for letter in found] == ["H"] * 6
    along = ("bottom", "top") if rotation else ("left", "right")
    first, last = (getattr(found[end], along[-end]) / MM_TO_PT for end in (0, -1))
    held = {"left": first, "right": last, "center": (first + last) / 2}[align]
    assert held == pytest.approx(50, abs=0.15)  # a letter has some white before and behind it
    foot = found[0].right if rotation else found[0].bottom
    assert foot / MM_TO_PT == pytest.approx(50, abs=0.05)
