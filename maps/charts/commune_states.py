"""A map of communes coloured by their state: who has reported, who has not."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import geopandas as gpd
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from layers.io.atomic import written_aside
from maps.symbols.fonts import find_fonts

_EDGE, _WIDTH_IN, _DPI = "#5A5A5A", 7.2, 150


def save_state_map(
    communes: gpd.GeoDataFrame, states: Sequence[tuple[str, str, str]], path: Path, *, title: str
) -> Path:
    """Draw communes (columns state, geometry; metres); ``states`` are state, word and colour."""
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
    axes.set_title(title, fontproperties=font, fontsize=12)
    axes.legend(
        handles=handles, prop=font, loc="upper center", bbox_to_anchor=(0.5, 0.0),
        ncols=min(len(handles), 3), frameon=False,
    )  # fmt: skip
    with written_aside(path, overwrite=True) as part:
        figure.savefig(part, format="png", metadata={"Software": None})
    return path
