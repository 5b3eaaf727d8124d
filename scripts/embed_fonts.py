"""Make the embedded fonts: ``python scripts/embed_fonts.py FOLDER`` with the Tinos files in FOLDER.

Tinos has the metrics of Times New Roman and every Vietnamese letter; only Latin, Vietnamese and the
signs of a map are kept, without hinting, which a printed page does not need.
"""

from __future__ import annotations

import sys
from pathlib import Path

from fontTools import subset

__all__ = ["embed_fonts"]

KEPT = (
    *((0x20, 0x24F), (0x300, 0x36F), (0x1E00, 0x1EFF), (0x2010, 0x2044), (0x2070, 0x208E)),
    *((0x20AB, 0x20AB), (0x2116, 0x2116), (0x2190, 0x2193), (0x2200, 0x22FF), (0x25A0, 0x25FF)),
)


def embed_fonts(folder: Path, target: Path) -> None:
    """Write the four subsets.

    Parameters
    ----------
    folder : pathlib.Path
        Where ``Tinos-Regular.ttf`` and its three companions lie.
    target : pathlib.Path
        Folder to write to.
    """
    options = subset.Options(hinting=False)
    options.layout_features = ["kern", "mark", "mkmk", "ccmp", "locl"]
    for style in ("Regular", "Bold", "Italic", "BoldItalic"):
        font = subset.load_font(folder / f"Tinos-{style}.ttf", options)
        subsetter = subset.Subsetter(options)
        subsetter.populate(unicodes=[code for low, up in KEPT for code in range(low, up + 1)])
        subsetter.subset(font)
        subset.save_font(font, target / f"Tinos-{style}.ttf", options)


if __name__ == "__main__":
    embed_fonts(Path(sys.argv[1]), Path(__file__).resolve().parent.parent / "data" / "fonts")
