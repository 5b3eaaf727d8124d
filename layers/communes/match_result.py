"""What looking up a name gives: a match with its evidence, or a refusal with its reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from layers.base.language import Phrase
from layers.communes.gazetteer import Unit

How = Literal["exact", "spelling", "alias", "near"]
Reason = Literal[
    "empty", "whole-province", "district", "unknown", "ambiguous", "elsewhere", "other-time",
    "exclusion", "stretch",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Candidate:
    """A commune that might have been meant."""

    unit: Unit  # The commune
    score: float  # Likeness to the text, 0 to 1


@dataclass(frozen=True, slots=True)
class Match:
    """The commune a text means.

    Parameters
    ----------
    code : str
        Code of the commune in ``vintage``.
    name : str
        Its official name, without the kind.
    how : {"exact", "spelling", "alias", "near"}
        ``exact``: the same letters, whatever the encoding, case, spaces or kind word; ``spelling``:
        an accepted spelling (tone placement, i/y, no marks at all); ``alias``: by the table of
        aliases; ``near``: misspelt or of another kind, to be confirmed by a person.
    score : float
        Likeness, 0 to 1; 1 unless near.
    runners_up : tuple of Candidate
        The next nearest, best first, three at most.
    text : str
        The text as received.
    unit : Unit
        The commune with kind, province and vintage.
    remark : Phrase or None
        What a person should know before confirming.
    """

    code: str
    name: str
    how: How
    score: float
    runners_up: tuple[Candidate, ...]
    text: str
    unit: Unit
    remark: Phrase | None = None

    @property
    def confirm(self) -> bool:
        """Whether a person must confirm the match before it is used."""
        return self.how == "near"


@dataclass(frozen=True, slots=True)
class NoMatch:
    """Why a text means no single commune.

    Parameters
    ----------
    text : str
        The text as received.
    reason : str
        ``empty``, ``whole-province``, ``district``, ``unknown``, ``ambiguous``, ``elsewhere``,
        ``other-time`` or, in a list, ``exclusion`` or ``stretch``.
    message : Phrase
        What was found and what to do.
    candidates : tuple of Candidate
        What might have been meant, best first.
    """

    text: str
    reason: Reason
    message: Phrase
    candidates: tuple[Candidate, ...] = ()
