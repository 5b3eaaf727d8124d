"""Colours of the maps: ColorBrewer scales that colour-blind readers can tell apart.

The scales come with branca. Each measure has a hue of its own, so that a glance tells which one
is shown; zero and what lies below it have colours beside the scale, and no data a hatch, never a
colour.
"""

from __future__ import annotations

from branca.utilities import color_brewer

__all__ = ["BELOW_ZERO", "NO_DATA", "ZERO", "scale_colours"]

ZERO = "#faf7ee"
NO_DATA = "#d9d9d9"
#: A cold hue, far from the warm scale of the gaps, also for eyes that tell red from green badly.
BELOW_ZERO = "#92c5de"

_SCALES = {
    "present": "YlGnBu",
    "share": "YlGnBu",
    "held": "YlGnBu",
    "planned": "YlOrBr",
    "cover": "YlGn",
    "available": "BuPu",
    "gap": "OrRd",
}
_LIGHTEST_LEFT_OUT = 1


def scale_colours(measure: str, classes: int) -> list[str]:
    """Colours of a measure, light to dark."""
    # The lightest step is left out: it would be taken for the paper, or for zero.
    wanted = max(classes + _LIGHTEST_LEFT_OUT, 3)
    colours: list[str] = color_brewer(_SCALES[measure], wanted)
    return colours[-classes:]
