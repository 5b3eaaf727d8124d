"""A map of communes coloured by their state: who has reported, who has not."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import geopandas as gpd
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from shapely import box
from shapely.geometry.base import BaseGeometry

from layers.io.atomic import written_aside
from maps.symbols.fonts import find_fonts

_EDGE, _WIDTH_IN, _DPI = "#5A5A5A", 7.2, 150
_NAME_PT, _POINTS_PER_INCH = 5.5, 72
#: Width and height of a letter, in parts of its size.
_LETTER, _LINE = 0.58, 1.25
_RED = "#C00000"


def save_state_map(
    communes: gpd.GeoDataFrame,
    states: Sequence[tuple[str, str, str]],
    path: Path,
    *,
    title: str,
    mark: str = "",
    note: str = "",
) -> Path:
    """Draw communes (columns name, state, geometry; metres), each with its name where it fits.

    ``states`` are state, word and colour; ``mark`` stands in red below the title, ``note`` below
    the legend.
    """
    west, south, east, north = communes.total_bounds
    height = _WIDTH_IN * min(max((north - south) / (east - west), 0.4), 1.4) + 0.9
    figure = Figure(figsize=(_WIDTH_IN, height), dpi=_DPI, layout="tight")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    handles = []
    for state, word, colour in states:
        mine = communes[communes["state"] == state]
        if len(mine):
            mine.plot(ax=axes, color=colour, edgecolor=_EDGE, linewidth=0.5)
            handles.append(Patch(facecolor=colour, edgecolor=_EDGE, label=f"{word} ({len(mine)})"))
    axes.set_aspect("equal")
    axes.set_axis_off()
    font = find_fonts().properties("regular")
    metres = (east - west) / (_WIDTH_IN * _POINTS_PER_INCH)  # On the ground, to a point on paper
    for name, shape in zip(communes["name"], communes.geometry, strict=True):
        if (told := fitting_name(name, shape, _NAME_PT * metres)) is not None:
            at = shape.representative_point()
            axes.text(
                at.x, at.y, told, ha="center", va="center", linespacing=1.0,
                fontproperties=font, fontsize=_NAME_PT,
            )  # fmt: skip
    axes.set_title(title, fontproperties=font, fontsize=12, pad=16 if mark else 6)
    if mark:
        axes.text(
            0.5, 1.0, mark, transform=axes.transAxes, ha="center", va="bottom", color=_RED,
            fontproperties=font, fontsize=9,
        )  # fmt: skip
    if note:
        figure.text(0.5, 0.005, note, ha="center", fontproperties=font, fontsize=8)
    axes.legend(
        handles=handles, prop=font, loc="upper center", bbox_to_anchor=(0.5, 0.0),
        ncols=min(len(handles), 3), frameon=False,
    )  # fmt: skip
    with written_aside(path, overwrite=True) as part:
        figure.savefig(part, format="png", metadata={"Software": None})
    return path


def fitting_name(name: str, shape: BaseGeometry, letter_m: float) -> str | None:
    """Name on as few lines as stand within a commune; None where none do.

    ``letter_m`` is the size of the letters on the ground, in metres.
    """
    words, at = name.split(), shape.representative_point()
    for count in range(1, len(words) + 1):
        size = -(-len(words) // count)
        lines = [" ".join(words[start : start + size]) for start in range(0, len(words), size)]
        wide = max(map(len, lines)) * _LETTER * letter_m / 2
        high = len(lines) * _LINE * letter_m / 2
        if shape.buffer(0).contains(box(at.x - wide, at.y - high, at.x + wide, at.y + high)):
            return "\n".join(lines)
    return None
