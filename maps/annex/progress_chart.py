"""Charts of a year's report: how far each zone is from its target, and how it got there."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import matplotlib as mpl
import pandas as pd
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from layers.base.language import format_number
from layers.io.atomic import written_aside
from maps.symbols.fonts import find_fonts

_DONE, _SHORT = "#2F7D4F", "#C98A2B"
#: Colour, mark and Vietnamese word of who tells a figure.
_TELLERS = {
    "layer": ("#1B6E53", "o", "đo trên bản đồ"),
    "report": ("#B45309", "s", "theo báo cáo"),
    "reconciled": ("#5B4A9E", "^", "đã đối chiếu"),
}
_TARGET = "#9C2F2F"
_COLUMNS = 3
#: Least end of an axis whose steps are whole numbers.
_WHOLE_STEPS = 5


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


def save_years(
    years: pd.DataFrame, targets: pd.DataFrame, path: Path, *, overwrite: bool = False
) -> Path:
    """Draw hectares of each zone by year, a panel for each, as PNG or SVG (the ending says which).

    ``years`` has ``name, year, told_by, area_ha, whole``, ``targets`` ``name, year, low``. Years
    that follow each other are joined where all communes told; a missing year is a gap, and a sum of
    some communes (not ``whole``) a hollow mark.
    """
    kind = path.suffix.removeprefix(".")
    metadata = {"Date": None, "Creator": None} if kind == "svg" else {"Software": None}
    with (
        mpl.rc_context({"svg.fonttype": "path", "path.snap": False, "svg.hashsalt": "years"}),
        written_aside(path, overwrite=overwrite) as part,
    ):
        figure = _draw_years(years, targets, find_fonts().properties("regular"))
        figure.savefig(part, format=kind, metadata=metadata)
    return path


def _draw_years(years: pd.DataFrame, targets: pd.DataFrame, font: Any) -> Figure:
    """All panels, three in a row, over the same years."""
    names = list(dict.fromkeys(years["name"]))
    mine = targets[targets["name"].isin(names)]
    rows = math.ceil(len(names) / _COLUMNS)
    figure = Figure(figsize=(7.2, 0.5 + 1.35 * rows), dpi=150, layout="constrained")
    FigureCanvasAgg(figure)
    grid = figure.subplots(rows, _COLUMNS, squeeze=False)
    span = [*years["year"], *mine["year"]]
    for number, axes in enumerate(grid.flat):
        axes.set_visible(number < len(names))
        if number < len(names):
            name = names[number]
            _panel(axes, years[years["name"] == name], mine[mine["name"] == name])
            axes.set_title(name, loc="left")
            axes.set_xlim(min(span) - 0.5, max(span) + 0.5)
    _legend(figure, years)
    for text in figure.findobj(mpl.text.Text):
        text.set_fontproperties(font)
        text.set_fontsize(8)
    return figure


def _panel(axes: Any, years: pd.DataFrame, targets: pd.DataFrame) -> None:
    """Marks of one zone, the joined years, and the targets."""
    for teller, rows in years.groupby("told_by"):
        colour, mark, _ = _TELLERS[str(teller)]
        rows = rows.sort_values("year")
        for (_, one), (_, other) in zip(
            rows.iloc[:-1].iterrows(), rows.iloc[1:].iterrows(), strict=True
        ):
            if other["year"] == one["year"] + 1 and one["whole"] and other["whole"]:
                both = pd.DataFrame([one, other])
                axes.plot(both["year"], both["area_ha"], color=colour, linewidth=1.4)
        for whole, part in rows.groupby("whole"):
            face = colour if whole else "white"
            axes.plot(
                part["year"],
                part["area_ha"],
                mark,
                color=colour,
                mfc=face,
                markersize=4.5,
                clip_on=False,
            )
    axes.plot(targets["year"], targets["low"], "D", color=_TARGET, markersize=4.5)
    axes.set_ylim(0, 1.12 * max(years["area_ha"].max(), *targets["low"], 1.0))
    axes.xaxis.set_major_locator(MaxNLocator(4, integer=True))
    axes.yaxis.set_major_locator(MaxNLocator(4))
    # Where the axis ends below some units, its steps are parts of one.
    digits = 0 if axes.get_ylim()[1] >= _WHOLE_STEPS else 1
    axes.yaxis.set_major_formatter(
        FuncFormatter(lambda value, _: format_number(value, "vi", decimals=digits))
    )
    axes.grid(axis="y", color="#E3E8E6", linewidth=0.6)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)


def _legend(figure: Any, years: pd.DataFrame) -> None:
    """What the marks are, above the panels."""
    there = [name for name in _TELLERS if years["told_by"].eq(name).any()]
    marks = [(*_TELLERS[name], _TELLERS[name][0]) for name in there]
    if not years["whole"].all():
        marks.append(("#444444", "o", "chưa đủ xã", "white"))
    marks.append((_TARGET, "D", "chỉ tiêu (mức thấp nhất)", _TARGET))
    handles = [
        mpl.lines.Line2D([], [], color=colour, marker=mark, linestyle="", mfc=face, label=label)
        for colour, mark, label, face in marks
    ]
    figure.legend(handles=handles, loc="outside upper center", ncols=len(handles), frameon=False)
