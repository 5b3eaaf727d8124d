"""Paper in millimetres: boxes on a sheet, and lines of text that fit into them."""

from __future__ import annotations

from dataclasses import dataclass

from maps.symbols.fonts import FontSet, Style

__all__ = ["MM_TO_PT", "Box", "wrap_text"]

MM_TO_PT = 72 / 25.4


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on paper, in millimetres.

    Parameters
    ----------
    left, bottom, width, height : float
        Position and size.
    """

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


def wrap_text(
    fonts: FontSet, text: str, *, width_mm: float, size: float, style: Style = "regular"
) -> list[str]:
    """Break a text into lines of a width, between words where that is possible."""
    width = width_mm * MM_TO_PT

    def fits(line: str) -> bool:
        return fonts.width_pt(line, size=size, style=style) <= width

    lines = [""]
    for word in text.split():
        joined = f"{lines[-1]} {word}".strip()
        if fits(joined):
            lines[-1] = joined
            continue
        if lines[-1]:
            lines.append("")
        while not fits(word) and len(word) > 1:
            end = next(n for n in range(len(word) - 1, 0, -1) if n == 1 or fits(word[:n]))
            lines[-1] = word[:end]
            lines.append("")
            word = word[end:]
        lines[-1] = word
    return lines
