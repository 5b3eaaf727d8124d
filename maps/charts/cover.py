"""The forest cover rate year by year with its band, the targets, and what moves it.

Left the path of the rate, what is published as area with forest beside it, and each target; right
one bar for a step of each lever, the greatest on top. Drawn with the fonts of the printed maps; the
same content gives the same bytes.
"""

from __future__ import annotations

import io
import pickle
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import matplotlib as mpl
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from layers.base.language import Language, Phrase, format_number
from layers.base.schema import Column, Schema
from layers.io.atomic import written_aside
from maps.symbols.fonts import FontSet, find_fonts

COVER_PATH = Schema(
    "cover path",
    (
        Column("year", "integer", "31 December of the year"),
        Column("cover_percent", "number", "forest cover rate", "%"),
        Column("low_percent", "number", "lower end of the band", "%"),
        Column("high_percent", "number", "upper end of the band", "%"),
        Column("with_forest_percent", "number", "area with forest over natural area", "%"),
    ),
)
COVER_TARGETS = Schema(
    "cover targets",
    (
        Column("year", "integer", "year the target is due"),
        Column("target_percent", "number", "rate asked for", "%"),
    ),
)
COVER_STEPS = Schema(
    "cover steps",
    (
        Column("label", "text", "lever and its step, in the language of the chart"),
        Column("less_points", "number", "change of the rate, a step less", "points", True),
        Column("more_points", "number", "change of the rate, a step more", "points", True),
    ),
)

_GREEN, _BAND, _GREY, _TARGET, _LESS = "#1b6b3a", "#bfe0c8", "#8a8a8a", "#b3261e", "#c98a3b"
_WIDTH_IN, _HEIGHT_IN, _DPI = 10.6, 4.6, 150
_SIZE = 10.0


@dataclass(frozen=True, slots=True)
class CoverChart:
    """What the chart of a forecast shows; nothing is computed here."""

    path: pd.DataFrame  # Columns of ``COVER_PATH``
    targets: pd.DataFrame  # Columns of ``COVER_TARGETS``
    steps: pd.DataFrame  # Columns of ``COVER_STEPS``, the greatest first
    title: Phrase
    # Words: ``rate``, ``band``, ``with_forest``, ``target``, ``percent``, ``steps``, ``less``,
    # ``more``
    words: dict[str, Phrase]
    demo: str = ""  # Mark of made data, in the language of the chart; empty for none
    language: Language = "vi"


def save_cover_chart(chart: CoverChart, path: Path, *, overwrite: bool = False) -> Path:
    """Draw the chart; the ending of the path (``.svg`` or ``.png``) says as what."""
    kind = path.suffix.removeprefix(".")
    with written_aside(path, overwrite=overwrite) as part:
        part.write_bytes(_drawn(chart, kind))
    return path


def cover_chart_svg(chart: CoverChart) -> str:
    """Element ``svg`` of the chart, for within a page; its names differ by language."""
    return svg_element(_drawn(chart, "svg").decode("utf-8"))


def svg_element(text: str) -> str:
    """Element ``svg`` of a drawn file, without what stands before it in a file of its own."""
    return text[text.index("<svg") :]


def _drawn(chart: CoverChart, kind: str) -> bytes:
    # The page of the forecast and the annex show the same picture, which takes half a second.
    return _drawn_once(pickle.dumps(chart), kind)


@lru_cache(maxsize=8)
def _drawn_once(pickled: bytes, kind: str) -> bytes:
    chart: CoverChart = pickle.loads(pickled)  # noqa: S301 - our own, of a line above
    metadata = {"Date": None, "Creator": None} if kind == "svg" else {"Software": None}
    with (
        mpl.rc_context(
            {"svg.fonttype": "path", "path.snap": False, "svg.hashsalt": f"cover-{chart.language}"}
        ),
        io.BytesIO() as made,
    ):
        _draw(chart, find_fonts()).savefig(made, format=kind, dpi=_DPI, metadata=metadata)
        return made.getvalue()


def _draw(chart: CoverChart, fonts: FontSet) -> Figure:
    figure = Figure(figsize=(_WIDTH_IN, _HEIGHT_IN), facecolor="white", layout="constrained")
    left, right = figure.subplots(1, 2, width_ratios=(3, 2))
    _draw_path(left, chart)
    _draw_steps(right, chart)
    text = chart.title.text(chart.language)
    figure.suptitle(f"{text} – {chart.demo}" if chart.demo else text, fontsize=_SIZE + 3)
    for item in figure.findobj(mpl.text.Text):
        size = item.get_fontsize()
        item.set_fontproperties(fonts.properties("regular"))
        item.set_fontsize(size)
        item.set_text(fonts.printable(item.get_text()))
    return figure


def _draw_path(axes: Axes, chart: CoverChart) -> None:
    rows, words = COVER_PATH.validate(chart.path), chart.words
    years = rows["year"].to_numpy(dtype="int64")
    rate = rows["cover_percent"].to_numpy()
    axes.fill_between(
        years, rows["low_percent"], rows["high_percent"], color=_BAND,
        label=words["band"].text(chart.language),
    )  # fmt: skip
    axes.plot(years, rate, color=_GREEN, lw=2, marker="o", ms=4,
              label=words["rate"].text(chart.language))  # fmt: skip
    axes.plot(years, rows["with_forest_percent"], color=_GREY, lw=1.2, ls="--",
              label=words["with_forest"].text(chart.language))  # fmt: skip
    targets = COVER_TARGETS.validate(chart.targets)
    if len(targets):
        due = targets["year"].to_numpy(dtype="int64")
        label = words["target"].text(chart.language)
        axes.scatter(due, targets["target_percent"], marker="D", s=36, color=_TARGET, label=label)
        for year, asked in targets[["year", "target_percent"]].to_numpy():
            _note(axes, float(year), float(asked), chart.language, _TARGET)
    for place in (0, len(years) - 1):
        _note(axes, float(years[place]), float(rate[place]), chart.language, _GREEN)
    axes.set_xticks(years[:: max(1, len(years) // 8)])
    axes.margins(x=0.08, y=0.14)
    axes.set_ylabel(words["percent"].text(chart.language), fontsize=_SIZE)
    axes.yaxis.set_major_formatter(FuncFormatter(_formatted(chart.language, 1)))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:.0f}"))
    axes.tick_params(labelsize=_SIZE - 1)
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(axis="y", color="#e6e6e6", lw=0.6)
    axes.set_axisbelow(True)
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.1), ncols=2, frameon=False,
                fontsize=_SIZE - 1)  # fmt: skip


def _note(axes: Axes, year: float, percent: float, language: Language, colour: str) -> None:
    text = format_number(percent, language, decimals=2)
    axes.annotate(text, (year, percent), xytext=(0, 7), textcoords="offset points", ha="center",
                  fontsize=_SIZE, color=colour)  # fmt: skip


def _draw_steps(axes: Axes, chart: CoverChart) -> None:
    rows, words = COVER_STEPS.validate(chart.steps), chart.words
    places = range(len(rows))
    axes.barh(places, rows["less_points"], height=0.55, color=_LESS,
              label=words["less"].text(chart.language))  # fmt: skip
    axes.barh(places, rows["more_points"], height=0.55, color=_GREEN,
              label=words["more"].text(chart.language))  # fmt: skip
    axes.set_yticks(list(places), rows["label"].tolist(), fontsize=_SIZE - 1)
    axes.invert_yaxis()
    axes.axvline(0, color="#444444", lw=0.8)
    axes.set_title(words["steps"].text(chart.language), fontsize=_SIZE)
    axes.xaxis.set_major_formatter(FuncFormatter(_formatted(chart.language, 1)))
    axes.tick_params(axis="x", labelsize=_SIZE - 1)
    axes.tick_params(axis="y", length=0)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.1), ncols=2, frameon=False,
                fontsize=_SIZE - 1)  # fmt: skip


def _formatted(language: Language, decimals: int):  # type: ignore[no-untyped-def]
    return lambda value, _place: format_number(float(value), language, decimals=decimals)
