"""Names of the communes of one province and day, found by each of their keys."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz.distance import Levenshtein

from layers.base.errors import InputError
from layers.base.resources import data_path
from layers.communes.gazetteer import Unit, communes_on
from layers.communes.match import Candidate, How
from layers.communes.similarity import Letters, letters, likeness, nearest
from layers.communes.spelling import exact_key, plain_key, spelling_key, split_kind

__all__ = ["Equal", "NameIndex", "name_index"]

#: Candidates are listed a little farther out than a name may be near.
_HORIZON = 5.0
_LISTED = 5


@dataclass(frozen=True, slots=True)
class Equal:
    """Units whose name equals a text.

    Parameters
    ----------
    how : {"exact", "spelling", "alias", "near"}
        On which level; ``near`` where the text has no marks and another name differs by one letter.
    kind : str
        Kind of unit that the text states, empty for none.
    units : tuple of Unit
        The units; those of the stated kind where there are any.
    """

    how: How
    kind: str
    units: tuple[Unit, ...]


@lru_cache(maxsize=1)
def _aliases() -> tuple[tuple[str, str, str], ...]:
    with data_path("commune_aliases.csv").open(encoding="utf-8", newline="") as file:
        return tuple((r["alias"], r["code"], r["vintage"]) for r in csv.DictReader(file))


def _without_marks(text: str) -> str:
    """Plain key of a text that carries no mark at all; nothing for a text that does."""
    return plain_key(text) if exact_key(text).isascii() else ""


#: Levels in order of trust.
_LEVELS: tuple[tuple[str, Callable[[str], str]], ...] = (
    ("exact", exact_key),
    ("spelling", spelling_key),
    ("alias", spelling_key),
    ("plain", _without_marks),
)


class NameIndex:
    """Units by each of their keys.

    Parameters
    ----------
    units : tuple of Unit
        The units to choose from, of one vintage.
    vintage : str
        First day of their vintage.
    """

    def __init__(self, units: tuple[Unit, ...], vintage: str) -> None:
        self.units = units
        self.vintage = vintage
        self._letters: tuple[Letters, ...] = tuple(letters(unit.name) for unit in units)
        self._tables: dict[str, dict[str, list[Unit]]] = {
            level: defaultdict(list) for level, _ in _LEVELS
        }
        for unit in units:
            self._tables["exact"][exact_key(unit.name)].append(unit)
            self._tables["spelling"][spelling_key(unit.name)].append(unit)
            self._tables["plain"][plain_key(unit.name)].append(unit)
        chosen = {unit.code: unit for unit in units}
        for alias, code, since in _aliases():
            if code in chosen and since == vintage:
                self._tables["alias"][spelling_key(alias)].append(chosen[code])

    def equal(self, text: str) -> Equal | None:
        """Find the units whose name equals a text, on the most trusted level that has any."""
        for level, key in _LEVELS:
            for kind, name in split_kind(text):
                hits = self._tables[level].get(key(name), []) if key(name) else []
                if hits:
                    of_kind = [unit for unit in hits if unit.kind == kind]
                    return Equal(self._how(level, name), kind, tuple(of_kind or hits))
        return None

    def _how(self, level: str, name: str) -> How:
        if level != "plain":
            return "exact" if level == "exact" else "alias" if level == "alias" else "spelling"
        # Without marks half of a name's evidence is gone: another name one letter off makes doubt.
        plain = plain_key(name)
        others = (key for key in self._tables["plain"] if key != plain)
        alone = all(Levenshtein.distance(plain, key, score_cutoff=1) > 1 for key in others)
        return "spelling" if alone else "near"

    def nearest(self, text: str, *, most: float = _HORIZON) -> list[tuple[float, Candidate]]:
        """Rank the units by slips from the nearer reading of a text."""
        readings = [letters(name) for _, name in split_kind(text)]
        found = nearest(readings, self._letters, most=most, count=_LISTED)
        return [
            (cost, Candidate(self.units[at], max(likeness(r, self._letters[at]) for r in readings)))
            for cost, at in found
        ]


@lru_cache(maxsize=128)
def name_index(
    province: str | None, vintage: str, among: frozenset[str] | None = None
) -> NameIndex:
    """Index the communes of a province and day."""
    known = communes_on(province, vintage)
    if among is not None and (strange := sorted(among - set(known))):
        raise InputError(
            en=f"Expected codes of {vintage}, found {len(strange)} unknown ones among the communes "
            f"to choose from: {', '.join(strange[:5])}.",
            vi=f"Cần mã của thời điểm {vintage}, lại thấy {len(strange)} mã lạ trong các xã được "
            f"chọn: {', '.join(strange[:5])}.",
        )
    units = tuple(unit for code, unit in known.items() if among is None or code in among)
    return NameIndex(units, vintage)
