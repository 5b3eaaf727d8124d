"""A figure in its sentence, as a report of the reading shows it."""

from __future__ import annotations

from dataclasses import dataclass

from zones.plan.extract.outline import Paragraph
from zones.plan.extract.sentences import sentence_bounds

_AROUND = 45


@dataclass(frozen=True, slots=True)
class Passage:
    """A figure and the sentence that it stands in."""

    clause: str | None  # its clause
    line: int  # line of the figure
    figure: str  # the figure, as written
    sentence: str  # the sentence
    place: int  # where the figure stands in it

    @property
    def context(self) -> str:
        """The words round the figure, for a line of a report."""
        begin = max(0, self.sentence.rfind(" ", 0, max(0, self.place - _AROUND)) + 1)
        cut = self.sentence.find(" ", self.place + len(self.figure) + _AROUND)
        end = len(self.sentence) if cut < 0 else cut
        return ("… " if begin else "") + self.sentence[begin:end] + (" …" if cut >= 0 else "")


def passage_at(paragraph: Paragraph, start: int, figure: str) -> Passage:
    """Passage of a figure that begins at a place of a paragraph."""
    begin, end = sentence_bounds(paragraph.text, start)
    sentence = paragraph.text[begin:end]
    lead = len(sentence) - len(sentence.lstrip())
    return Passage(
        clause=paragraph.clause,
        line=paragraph.line_at(start),
        figure=figure,
        sentence=sentence.strip(),
        place=start - begin - lead,
    )
