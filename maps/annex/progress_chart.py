"""Chart of a year's report: how far each zone is from its target."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from maps.symbols.fonts import find_fonts

_DONE, _SHORT = "#2F7D4F", "#C98A2B"


def save_progress(progress: pd.DataFrame, path: Path) -> Path | None:
    """Bars of the share of each target that is reached (columns name, percent); None for none."""
    if progress.empty:
        return None
    font = find_fonts().properties("regular")
    figure = Figure(figsize=(7.2, 0.6 + 0.32 * len(progress)), dpi=150, layout="tight")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    values = progress["percent"].to_numpy()[::-1]
    names = progress["name"].tolist()[::-1]
    colours = [_DONE if value >= 100 else _SHORT for value in values]
    axes.barh(range(len(values)), values, color=colours, height=0.62)
    axes.axvline(100, color="#444444", linewidth=1)
    for at, value in enumerate(values):
        label = axes.text(value + 1, at, f"{value:.0f} %", va="center", fontsize=9)
        label.set_fontproperties(font)
        label.set_bbox({"facecolor": "white", "edgecolor": "none", "pad": 0.5})
    axes.set_yticks(range(len(names)), names, fontproperties=font, fontsize=10)
    axes.set_xlim(0, max(110.0, float(values.max()) + 10))
    for tick in axes.get_xticklabels():
        tick.set_fontproperties(font)
    axes.set_xlabel("% so với mức thấp nhất của kế hoạch", fontproperties=font, fontsize=9)
    axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(path, metadata={"Software": None})
    return path
