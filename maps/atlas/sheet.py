"""A sheet of paper in millimetres, origin at the lower left: texts, lines and areas on it.

Drawn with matplotlib without axes: paths are given in points rounded to 0.01 pt (0.0035 mm), which
no printer can show but which halves the size of a page.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from matplotlib.artist import Artist
from matplotlib.backend_bases import RendererBase
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.patches import PathPatch
from matplotlib.path import Path as Outline
from matplotlib.transforms import Affine2D

from maps.symbols.fonts import FontSet, Style

MM_TO_PT = 72 / 25.4
_DIGITS = 2

Align = Literal["left", "center", "right"]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on paper, in millimetres."""

    left: float
    bottom: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """Right edge."""
        return self.left + self.width

    @property
    def top(self) -> float:
        """Upper edge."""
        return self.bottom + self.height

    @property
    def centre(self) -> float:
        """Middle between the left and the right edge."""
        return self.left + self.width / 2

    @property
    def corners(self) -> list[tuple[float, float]]:
        """Its outline, the first corner repeated at the end."""
        return [
            (self.left, self.bottom),
            (self.right, self.bottom),
            (self.right, self.top),
            (self.left, self.top),
            (self.left, self.bottom),
        ]

    def inset(self, margin: float) -> Box:
        """Smaller (or, with a negative margin, larger) box around the same centre."""
        return Box(
            self.left + margin,
            self.bottom + margin,
            self.width - 2 * margin,
            self.height - 2 * margin,
        )

    def overlaps(self, other: Box) -> bool:
        """Whether two boxes share any paper."""
        return (
            self.left < other.right
            and other.left < self.right
            and self.bottom < other.top
            and other.bottom < self.top
        )

    def holds(self, other: Box) -> bool:
        """Whether another box lies inside."""
        return (
            other.left >= self.left
            and other.right <= self.right
            and other.bottom >= self.bottom
            and other.top <= self.top
        )


class TextLine(Artist):
    """One line of text from where it begins: matplotlib's own measures each text once a page."""

    def __init__(
        self,
        words: str,
        start_pt: tuple[float, float],
        font: FontProperties,
        colour: str,
        rotation: float,
    ) -> None:
        super().__init__()
        self.words, self.start_pt, self.font = words, start_pt, font
        self._colour, self._rotation = colour, rotation

    def draw(self, renderer: RendererBase) -> None:
        """Print it."""
        x, y = self.get_transform().transform(self.start_pt)
        if renderer.flipy():
            y = renderer.get_canvas_width_height()[1] - y
        state = renderer.new_gc()
        state.set_foreground(self._colour)
        renderer.draw_text(state, x, y, self.words, self.font, self._rotation)
        state.restore()


class Sheet:
    """One page: its size and the fonts it is printed with."""

    def __init__(self, width_mm: float, height_mm: float, fonts: FontSet) -> None:
        self.width_mm = width_mm
        self.height_mm = height_mm
        self.fonts = fonts
        self.figure = Figure(figsize=(width_mm / 25.4, height_mm / 25.4), facecolor="white")
        self._points = Affine2D().scale(1 / 72) + self.figure.dpi_scale_trans
        self._drawn = 0

    def _next(self) -> int:
        """Drawing order is the order of the calls."""
        self._drawn += 1
        return self._drawn

    def text_width(self, text: str, *, size: float, style: Style = "regular") -> float:
        """Width of a line of text in millimetres."""
        return self.fonts.width_pt(text, size=size, style=style) / MM_TO_PT

    def text(
        self,
        x: float,
        y: float,
        text: str,
        *,
        size: float,
        style: Style = "regular",
        align: Align = "left",
        colour: str = "#000000",
        rotation: float = 0,
    ) -> None:
        """Print one line of text; its baseline passes through ``y``."""
        printable = self.fonts.printable(text)
        if not printable.strip():
            return
        font = self.fonts.properties(style).copy()
        font.set_size(size)
        width = 0.0
        if align != "left":
            width = self.fonts.width_pt(printable, size=size, style=style)
        back = width if align == "right" else width / 2
        turn = math.radians(rotation)
        start = (x * MM_TO_PT - back * math.cos(turn), y * MM_TO_PT - back * math.sin(turn))
        label = TextLine(printable, start, font, colour, rotation)
        label.set_zorder(self._next())
        label.set_transform(self._points)
        self.figure.add_artist(label)

    def outline(
        self,
        outline: Outline,
        *,
        fill: str | None = None,
        edge: str | None = None,
        width_pt: float = 0.0,
        dashes: Sequence[float] = (),
        hatch: str = "",
        hatch_colour: str = "#000000",
        alpha: float = 1.0,
    ) -> None:
        """Draw a path whose vertices are given in points."""
        if np.size(outline.vertices) == 0:
            return
        patch = PathPatch(
            outline,
            facecolor=fill or "none",
            edgecolor=edge or "none",
            linewidth=width_pt if edge else 0.0,
            linestyle=(0, tuple(length / max(width_pt, 1e-9) for length in dashes))
            if dashes
            else "solid",
            capstyle="butt",
            joinstyle="round",
            alpha=None if alpha == 1.0 else alpha,
            transform=self._points,
            zorder=self._next(),
        )
        if hatch:
            patch.set_hatch(hatch)
            patch.set_hatchcolor(hatch_colour)
            patch.set_hatch_linewidth(0.35)
        self.figure.add_artist(patch)

    def rectangle(
        self,
        box: Box,
        *,
        fill: str | None = None,
        edge: str | None = None,
        width_pt: float = 0.5,
        alpha: float = 1.0,
    ) -> None:
        """Draw a box."""
        if fill is None:
            self.line(box.corners, colour=edge or "none", width_pt=width_pt)
        else:
            self.area(box.corners, fill=fill, edge=edge, width_pt=width_pt, alpha=alpha)

    def patterned(self, box: Box, fill: str, hatch: str, hatch_colour: str) -> None:
        """Draw a box with a hatch, as a legend shows an area."""
        self.outline(
            _ring(box.corners),
            fill=fill,
            edge="#444444",
            width_pt=0.35,
            hatch=hatch,
            hatch_colour=hatch_colour,
        )

    def area(
        self,
        points_mm: Sequence[tuple[float, float]],
        *,
        fill: str,
        edge: str | None = None,
        width_pt: float = 0.5,
        alpha: float = 1.0,
    ) -> None:
        """Draw a filled polygon."""
        self.outline(_ring(points_mm), fill=fill, edge=edge, width_pt=width_pt, alpha=alpha)

    def line(
        self,
        points_mm: Sequence[tuple[float, float]],
        *,
        colour: str = "#000000",
        width_pt: float = 0.5,
        dashes: Sequence[float] = (),
    ) -> None:
        """Draw an open line."""
        points = np.round(np.array(points_mm, dtype="float64") * MM_TO_PT, _DIGITS)
        self.outline(Outline(points), edge=colour, width_pt=width_pt, dashes=dashes)

    def paragraph(
        self,
        box: Box,
        text: str,
        *,
        size: float,
        style: Style = "regular",
        align: Align = "left",
        leading: float = 1.22,
        least: float = 5.0,
        colour: str = "#000000",
    ) -> float:
        """Print a text broken into lines, from the top of a box downwards."""
        lines = wrap_text(self.fonts, text, width_mm=box.width, size=size, style=style)
        while size > least and len(lines) * size * leading / MM_TO_PT > box.height:
            size -= 0.25
            lines = wrap_text(self.fonts, text, width_mm=box.width, size=size, style=style)
        room = max(1, int(box.height * MM_TO_PT / (size * leading) + 1e-6))
        if len(lines) > room:
            lines = [*lines[: room - 1], lines[room - 1].rstrip()[:-1] + "…"]
        x = box.centre if align == "center" else box.left
        step = size * leading / MM_TO_PT
        for number, line in enumerate(lines):
            y = box.top - (number + 0.8) * step
            self.text(x, y, line, size=size, style=style, align=align, colour=colour)
        return len(lines) * step


def _ring(points_mm: Sequence[tuple[float, float]]) -> Outline:
    points = np.round(np.array(points_mm, dtype="float64") * MM_TO_PT, _DIGITS)
    return Outline(points, closed=True)


def wrap_text(
    fonts: FontSet, text: str, *, width_mm: float, size: float, style: Style = "regular"
) -> list[str]:
    """Break a text into lines of a width, between words where that is possible."""
    width = width_mm * MM_TO_PT

    def fits(line: str) -> bool:
        return fonts.width_pt(line, size=size, style=style) <= width

    words, lines, start, some = text.split(), [], 0, 1
    while start < len(words):
        # Lines of a text hold about as many words as the line before: few are measured.
        some = min(some, len(words) - start)
        while some > 1 and not fits(" ".join(words[start : start + some])):
            some -= 1
        while start + some < len(words) and fits(" ".join(words[start : start + some + 1])):
            some += 1
        line = " ".join(words[start : start + some])
        if some == 1 and len(line) > 1 and not fits(line):
            end = next(n for n in range(len(line) - 1, 0, -1) if n == 1 or fits(line[:n]))
            lines.append(line[:end])
            words[start] = line[end:]
            continue
        lines.append(line)
        start += some
    return lines or [""]
