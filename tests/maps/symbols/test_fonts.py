"""Fonts: every Vietnamese letter, or a clear refusal."""

from __future__ import annotations

import string
from pathlib import Path

import matplotlib as mpl
import pytest
from fontTools.ttLib import TTFont

from layers.base.errors import InputError
from layers.base.resources import data_path
from maps.symbols import fonts
from maps.symbols.fonts import FontSet, find_fonts, missing_letters

STYLES = ("regular", "bold", "italic", "bold_italic")


def _embedded(monkeypatch: pytest.MonkeyPatch) -> FontSet:
    monkeypatch.setattr(fonts, "_installed", lambda _name: {})
    return find_fonts()


def test_embedded_font_has_every_letter(monkeypatch: pytest.MonkeyPatch) -> None:
    found = _embedded(monkeypatch)
    assert found.name == "Tinos"
    assert [missing_letters(found.files[style]) for style in STYLES] == [""] * 4
    for path in found.files.values():
        assert set(map(ord, string.printable.strip())) <= set(TTFont(path).getBestCmap())


def test_licence_goes_with_the_embedded_font() -> None:
    assert "SIL OPEN FONT LICENSE" in data_path("fonts", "OFL.txt").read_text(encoding="utf-8")


def test_widths_are_those_of_the_font_file(monkeypatch: pytest.MonkeyPatch) -> None:
    found = _embedded(monkeypatch)
    font = TTFont(found.files["regular"])
    names, metrics = font.getBestCmap(), font["hmtx"]
    text = "Điềm"
    units = sum(metrics[names[ord(letter)]][0] for letter in text)
    expected = units / font["head"].unitsPerEm * 12
    assert found.width_pt(text, size=12) == pytest.approx(expected, rel=0.05)
    assert found.width_pt("", size=12) == 0


def test_times_new_roman_leads_where_the_machine_has_it(monkeypatch: pytest.MonkeyPatch) -> None:
    files = dict(_embedded(monkeypatch).files)
    monkeypatch.setattr(fonts, "_installed", lambda name: files if "Times" in name else {})
    assert find_fonts().name == "Times New Roman"


def test_times_new_roman_without_vietnamese_letters_is_passed_over(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    folder = Path(mpl.get_data_path()) / "fonts" / "ttf"
    files = dict.fromkeys(STYLES, folder / "STIXGeneral.ttf")
    monkeypatch.setattr(fonts, "_installed", lambda _name: files)
    assert find_fonts().name == "Tinos"


def test_font_without_vietnamese_letters_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    folder = Path(mpl.get_data_path()) / "fonts" / "ttf"
    files = dict.fromkeys(STYLES, folder / "STIXGeneral.ttf")
    monkeypatch.setattr(fonts, "_installed", lambda _name: files)
    with pytest.raises(InputError, match=r"lacks \d+ Vietnamese letters.*embedded one"):
        find_fonts("STIXGeneral")


def test_font_the_machine_does_not_have_is_refused() -> None:
    with pytest.raises(InputError, match="'No Such Font': expected regular, bold"):
        find_fonts("No Such Font")


def test_installed_font_is_found_by_style() -> None:
    found = find_fonts("DejaVu Serif")
    assert {style: path.name for style, path in found.files.items()} == {
        "regular": "DejaVuSerif.ttf",
        "bold": "DejaVuSerif-Bold.ttf",
        "italic": "DejaVuSerif-Italic.ttf",
        "bold_italic": "DejaVuSerif-BoldItalic.ttf",
    }


def test_letters_the_font_lacks_are_marked_not_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    assert _embedded(monkeypatch).printable("Đồng\n 漢 e\u0301") == "Đồng ? é"
