"""What is wrong with an input: findings with their plots and hectares, collected, then reported.

An *error* stops a run (exit code 2), a *problem* is listed and the rest is measured (exit code 1),
a *note* says what was assumed, converted or repaired and changes no exit code.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from layers.base.errors import InputError
from layers.base.language import Phrase, language_for_python
from layers.base.messages import joined, message

if TYPE_CHECKING:
    import pandas as pd

Severity = Literal["error", "problem", "note"]

SEVERITY_WORDS: dict[Severity, Phrase] = {
    "error": Phrase("Error", "Lỗi"),
    "problem": Phrase("Problem", "Vấn đề"),
    "note": Phrase("Note", "Ghi chú"),
}


def severity_of_area(area_ha: float, *, decimals: int) -> Severity:
    """Severity of faulty hectares: what is nothing at the digits that are printed is a note."""
    return "problem" if round(area_ha, decimals) > 0 else "note"


@dataclass(frozen=True, slots=True)
class Finding:
    """One kind of fault in one input.

    Parameters
    ----------
    severity : {"error", "problem", "note"}
        Whether the run stops, goes on with exit code 1, or only tells.
    kind : str
        Stable identifier, lower case with hyphens, for instance ``"planting-year-implausible"``.
    source : str
        The input: the layer's name in the project file, or a path.
    message : Phrase
        What was expected, what was found, what to do.
    count : int
        How many records are concerned.
    area_ha : float
        Their hectares; NaN where areas make no sense.
    examples : tuple of str
        The first identifiers (``tk/khoanh/lo``, a commune, a row), five at most.
    rows : tuple of int
        Zero-based record numbers in the input, all of them, for the file of faulty plots.
    """

    severity: Severity
    kind: str
    source: str
    message: Phrase
    count: int = 1
    area_ha: float = math.nan
    examples: tuple[str, ...] = ()
    rows: tuple[int, ...] = ()

    def __repr__(self) -> str:
        """Show what it is and what it says, on one line."""
        said = self.message.text(language_for_python())
        return f"Finding({self.severity}, {self.kind}, {self.source}: {said})"


@dataclass(slots=True)
class Findings:
    """All findings of one reading, in the order they were made.

    They are gone through, counted and picked as those of a list.

    Parameters
    ----------
    items : list of Finding
        The findings.

    Examples
    --------
    >>> from layers import Finding, Findings
    >>> from layers.base.language import Phrase
    >>> said = Phrase(en="no crop is named", vi="không ghi cây trồng")
    >>> found = Findings([Finding("problem", "crop-missing", "orchards", said, count=3)])
    >>> found
    Findings(problem=1)
    >>> [(item.kind, item.count) for item in found]
    [('crop-missing', 3)]
    >>> found.to_frame()[["severity", "kind", "source", "count"]].values.tolist()
    [['problem', 'crop-missing', 'orchards', 3]]
    """

    items: list[Finding] = field(default_factory=list)

    def __iter__(self) -> Iterator[Finding]:
        """Go through the findings in the order they were made."""
        return iter(self.items)

    def __len__(self) -> int:
        """Count the findings."""
        return len(self.items)

    def __getitem__(self, place: int) -> Finding:
        """Pick one finding by its place."""
        return self.items[place]

    def __repr__(self) -> str:
        """Show how many there are of each severity."""
        counts = {severity: len(self.of(severity)) for severity in SEVERITY_WORDS}
        told = ", ".join(f"{severity}={count}" for severity, count in counts.items() if count)
        return f"Findings({told})"

    def to_frame(self) -> pd.DataFrame:
        """Give the findings as a table.

        Returns
        -------
        pandas.DataFrame
            One row per finding: ``severity``, ``kind``, ``source``, ``count``, ``area_ha`` (ha,
            missing where areas make no sense), ``examples`` with commas between them,
            ``message_vi`` and ``message_en``.
        """
        import pandas as pd

        columns = {
            "severity": [item.severity for item in self.items],
            "kind": [item.kind for item in self.items],
            "source": [item.source for item in self.items],
            "count": [item.count for item in self.items],
            "area_ha": [item.area_ha for item in self.items],
            "examples": [", ".join(item.examples) for item in self.items],
            "message_vi": [item.message.vi for item in self.items],
            "message_en": [item.message.en for item in self.items],
        }
        return pd.DataFrame(columns)

    def add(self, finding: Finding) -> None:
        """Take one finding in.

        Parameters
        ----------
        finding : Finding
            The finding.
        """
        self.items.append(finding)

    def extend(self, findings: Iterable[Finding]) -> None:
        """Take several findings in.

        Parameters
        ----------
        findings : iterable of Finding
            The findings.
        """
        self.items.extend(findings)

    def of(self, severity: Severity) -> list[Finding]:
        """Pick the findings of one severity.

        Parameters
        ----------
        severity : {"error", "problem", "note"}
            The severity.

        Returns
        -------
        list of Finding
            In the order they were made.
        """
        return [item for item in self.items if item.severity == severity]

    def raise_errors(self) -> None:
        """Raise all errors at once, if there are any.

        Raises
        ------
        InputError
            One message that joins those of every finding with severity ``"error"``.
        """
        errors = self.of("error")
        if errors:
            raise InputError(joined(_with_source(item) for item in errors))


def _with_source(item: Finding) -> Phrase:
    """Text of a finding behind its source, where the text does not begin with it."""
    if item.message.en.startswith(f"{item.source}: "):
        return item.message
    return message("layers.base.of_source", source=item.source, what=item.message)
