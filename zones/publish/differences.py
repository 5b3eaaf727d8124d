"""What a check of a returned folder says: one line for each place where two files disagree."""

from __future__ import annotations

from dataclasses import dataclass

from layers.base.errors import VungTrongError
from layers.base.language import Language, Phrase
from layers.base.messages import joined, message

#: A code, figure or name as it stands in a file, or words about it.
Words = str | Phrase


@dataclass(frozen=True, slots=True)
class Difference:
    """One place where two twins disagree."""

    file: str  # File, relative to the folder
    place: Words  # Sheet and cell, table and row, commune and column
    expected: Words  # What the printed figures say
    found: Words  # What stands there

    @property
    def phrase(self) -> Phrase:
        """The difference in one line."""
        return message(
            "zones.publish.differs",
            file=self.file,
            place=self.place,
            expected=self.expected,
            found=self.found,
        )

    def told(self, language: Language) -> dict[str, str]:
        """Its parts in one language."""
        parts = {"place": self.place, "expected": self.expected, "found": self.found}
        return {"file": self.file} | {name: told(part, language) for name, part in parts.items()}


def told(words: Words, language: Language) -> str:
    """Words in one language."""
    return words.text(language) if isinstance(words, Phrase) else words


def placed(*parts: Words) -> Words:
    """Parts of a place, with commas."""
    plain = [part for part in parts if isinstance(part, str)]
    if len(plain) == len(parts):
        return ", ".join(plain)
    return joined((p if isinstance(p, Phrase) else Phrase(p, p) for p in parts), ", ")


def unlike(file: str, found: Phrase) -> Difference:
    """Tell of a file that it is not what the run wrote."""
    place, expected = message("zones.publish.the_file"), message("zones.publish.as_written")
    return Difference(file, place, expected, found)


def refused(file: str, error: VungTrongError) -> Difference:
    """Tell of a file that it cannot be read."""
    return unlike(file, error.phrase)
