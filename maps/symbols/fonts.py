"""Fonts of printed maps: Times New Roman where the machine has it, else the embedded Tinos.

Tinos has the metrics of Times New Roman, so a page breaks its lines at the same places with either.
A font that lacks a Vietnamese letter is never used: a page with boxes for letters cannot be signed.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Literal

from matplotlib import font_manager, ft2font
from matplotlib.font_manager import FontProperties

from layers.base.errors import InputError
from layers.base.resources import data_path

Style = Literal["regular", "bold", "italic", "bold_italic"]

#: The font that Decree 30/2020 asks for.
PREFERRED_FONT = "Times New Roman"

_STYLES: dict[Style, tuple[bool, bool]] = {
    "regular": (False, False),
    "bold": (True, False),
    "italic": (False, True),
    "bold_italic": (True, True),
}
_EMBEDDED: dict[Style, str] = {
    "regular": "Tinos-Regular.ttf",
    "bold": "Tinos-Bold.ttf",
    "italic": "Tinos-Italic.ttf",
    "bold_italic": "Tinos-BoldItalic.ttf",
}
#: Vietnamese letters beyond ASCII, and the signs that every page prints.
_LETTERS = (
    "ÀÁÂÃÈÉÊÌÍÒÓÔÕÙÚÝàáâãèéêìíòóôõùúýĂăĐđĨĩŨũƠơƯư"
    + "".join(chr(code) for code in range(0x1EA0, 0x1EFA))
    + "°′–—…×÷²≥≤"
)
_MEASURING_SIZE = 100.0
_BOLD_WEIGHT = 600


@dataclass(frozen=True, slots=True)
class FontSet:
    """Four styles of one font with their files, and how wide texts are in them."""

    name: str
    files: dict[Style, Path]
    _properties: dict[Style, FontProperties] = field(default_factory=dict, repr=False)

    def properties(self, style: Style) -> FontProperties:
        """Font of a style, as matplotlib takes it."""
        if style not in self._properties:
            self._properties[style] = FontProperties(fname=str(self.files[style]))
        return self._properties[style]

    def printable(self, text: str) -> str:
        """Text with every letter that the font lacks replaced by a question mark."""
        known = _letters_of(self.files["regular"])
        line = " ".join(unicodedata.normalize("NFC", text).split())
        return "".join(letter if ord(letter) in known else "?" for letter in line)

    def width_pt(self, text: str, *, size: float, style: Style = "regular") -> float:
        """Width of the longest line of a text."""
        return max(_unit_width(self.files[style], line) for line in text.split("\n")) * size


@lru_cache(maxsize=8)
def _face(path: Path) -> ft2font.FT2Font:
    face = ft2font.FT2Font(str(path))
    face.set_size(_MEASURING_SIZE, 72)
    return face


@lru_cache(maxsize=8)
def _letters_of(path: Path) -> frozenset[int]:
    return frozenset(_face(path).get_charmap())


@lru_cache(maxsize=20_000)
def _unit_width(path: Path, text: str) -> float:
    if not text:
        return 0.0
    face = _face(path)
    face.set_text(text, 0.0, flags=ft2font.LoadFlags.NO_HINTING)
    return float(face.get_width_height()[0] / 64 / _MEASURING_SIZE)


def missing_letters(path: Path) -> str:
    """Vietnamese letters and map signs that a font file lacks."""
    known = _letters_of(path)
    return "".join(letter for letter in _LETTERS if ord(letter) not in known)


def find_fonts(name: str | None = None) -> FontSet:
    """Fonts to print with.

    Parameters
    ----------
    name : str or None
        A font the machine has; by default Times New Roman where it is complete, else Tinos.

    Returns
    -------
    FontSet
        Regular, bold, italic and bold italic.

    Raises
    ------
    InputError
        The font asked for is not on the machine, lacks a style or lacks Vietnamese letters.
    """
    if name is None:
        files = _installed(PREFERRED_FONT)
        if len(files) == len(_STYLES) and not any(map(missing_letters, files.values())):
            return FontSet(PREFERRED_FONT, files)
        return FontSet("Tinos", {s: data_path("fonts", file) for s, file in _EMBEDDED.items()})
    files = _installed(name)
    absent = [style for style in _STYLES if style not in files]
    if absent:
        raise InputError("maps.symbols.font_faces_missing", name=name, absent=absent)
    lacking = missing_letters(files["regular"])
    if lacking:
        raise InputError(
            "maps.symbols.font_lacks_letters", name=name, count=len(lacking), lacking=lacking
        )
    return FontSet(name, files)


def _installed(name: str) -> dict[Style, Path]:
    """Files of an installed font by style; a style that is not there is left out."""
    files: dict[Style, Path] = {}
    for entry in font_manager.fontManager.ttflist:
        if entry.name.casefold() != name.casefold() or not Path(entry.fname).is_file():
            continue
        bold = _weight(entry.weight) >= _BOLD_WEIGHT
        slanted = entry.style in ("italic", "oblique")
        for style, wanted in _STYLES.items():
            if wanted == (bold, slanted):
                files.setdefault(style, Path(entry.fname))
    return files


def _weight(weight: int | str) -> int:
    return font_manager.weight_dict.get(weight, 400) if isinstance(weight, str) else int(weight)
