"""Which commune is meant by a name as people write it.

The rule is: exact or explained, never guessed in silence. A text is matched by equal letters, by an
accepted spelling, by an alias, or else by nearness; what is near, and nothing else, must be
confirmed by a person. Ambiguous, too far, of another province or of another time is a refusal that
lists what might have been meant.
"""

from __future__ import annotations

import csv
import math
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz.distance import Levenshtein

from layers.base.errors import InputError, NameResolutionError
from layers.base.language import Phrase
from layers.base.messages import message
from layers.base.resources import data_path
from layers.communes.gazetteer import (
    NEWEST_VINTAGE,
    Day,
    Unit,
    communes_on,
    find_province,
    provinces,
    vintage_on,
    vintages,
)
from layers.communes.match_result import Candidate, How, Match, NoMatch, Reason
from layers.communes.qualifiers import district_key, names_whole_province, split_qualifier
from layers.communes.similarity import Letters, letters, likeness, nearest
from layers.communes.spelling import exact_key, plain_key, spelling_key, split_kind, tidy

#: Candidates are listed a little farther out than a name may be near.
_HORIZON = 5.0
_LISTED = 5


@dataclass(frozen=True, slots=True)
class Equal:
    """Units whose name equals a text."""

    # On which level; ``near`` where the text has no marks and another name differs by one letter
    how: How
    kind: str  # Kind of unit that the text states, empty for none
    units: tuple[Unit, ...]  # The units; those of the stated kind where there are any


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
    """Units by each of their keys."""

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
            "layers.communes.unknown_codes_to_choose_from",
            vintage=vintage,
            count=len(strange),
            strange=strange,
        )
    units = tuple(unit for code, unit in known.items() if among is None or code in among)
    return NameIndex(units, vintage)


#: Slips up to which a name may be near, and by how much the next must be farther off; the
#: benchmark "names" shows what becomes of recall and false matches when they are changed.
_MOST_SLIPS = 3.0
_LEAST_MARGIN = 1.0
#: A name that another province has may still be a slip of the pen here, but only a small one.
_MOST_SLIPS_OF_NAMESAKE = 2.0

_NO_TEXT = ("nan", "none", "null", "<na>", "-", "–")


def resolve_commune(
    text: str,
    *,
    province: str | None = None,
    on: Day = None,
    among: Iterable[str] | None = None,
) -> Match:
    """Find the commune a text means.

    Parameters
    ----------
    text : str
        A name with or without kind word and district (``"xã Thụy Hùng (Văn Lãng)"``), or a code.
    province : str, optional
        Code or name of the province; the whole country without it.
    on : str, int, date or None
        Day of the source, or a bare year, which means its last day; the newest vintage without it.
    among : iterable of str, optional
        Codes to choose from.

    Returns
    -------
    Match
        The commune, how it was matched, a score and the runners-up. A match that is only ``near``
        must be confirmed by a person before it is used (``match.confirm``).

    Raises
    ------
    NameResolutionError
        Nothing, several, another province's or an older unit was meant; candidates are listed.
    InputError
        No table for that province and day, or ``among`` holds an unknown code.

    Examples
    --------
    >>> match = resolve_commune("P. KỲ LỪA", province="20")
    >>> match.code, match.how
    ('06187', 'exact')
    >>> resolve_commune("Diềm He", province="20").how
    'near'
    """
    found = match_commune(text, province=province, on=on, among=among)
    if isinstance(found, NoMatch):
        raise NameResolutionError("layers.communes.not_one_commune", message=found.message)
    return found


def match_commune(
    text: str,
    *,
    province: str | None = None,
    on: Day = None,
    among: Iterable[str] | None = None,
) -> Match | NoMatch:
    """Find the commune a text means, or say why there is no single one; never raises for a name.

    Parameters
    ----------
    text : str
        A name with or without kind word and district, or a code.
    province : str, optional
        Code or name of the province; the whole country without it.
    on : str, int, date or None
        Day of the source, or a bare year; the newest vintage without it.
    among : iterable of str, optional
        Codes to choose from.

    Returns
    -------
    Match or NoMatch
        What was found.

    Raises
    ------
    InputError
        No table for that province and day, or ``among`` holds an unknown code.
    """
    code = None if province is None else find_province(province)
    vintage = vintage_on(on, province=code)
    chosen = None if among is None else frozenset(among)
    return _look_up(str(text), code, vintage, chosen)


@lru_cache(maxsize=32768)
def _look_up(
    text: str, province: str | None, vintage: str, among: frozenset[str] | None
) -> Match | NoMatch:
    clean = tidy(text)
    index = name_index(province, vintage, among)
    if not clean or clean.casefold() in _NO_TEXT:
        return _no_match(text, "empty", message("layers.communes.empty_cell"))
    if names_whole_province(clean):
        return _no_match(
            text,
            "whole-province",
            message("layers.communes.means_whole_province", clean=clean),
        )
    if clean.removesuffix(".0").isdigit():
        return _by_code(text, clean, index)
    equal = index.equal(clean)
    if not equal:
        clean, index = _qualified(clean, index, province)
        equal = index.equal(clean)
    if equal:
        return _settle(text, clean, index, equal)
    if district_key(clean):
        return _no_match(
            text,
            "district",
            message("layers.communes.is_a_district", clean=clean),
            (candidate for _, candidate in index.nearest(clean)),
        )
    return _guess(text, clean, index, province)


def _no_match(
    text: str, reason: Reason, why: Phrase, candidates: Iterable[Candidate] = ()
) -> NoMatch:
    return NoMatch(text, reason, why, tuple(candidates))


def _labels(units: Iterable[Unit]) -> str:
    return "; ".join(
        unit.label if unit.district else f"{unit.label} ({provinces()[unit.province].name})"
        for unit in list(units)[:5]
    )


def _qualified(clean: str, index: NameIndex, province: str | None) -> tuple[str, NameIndex]:
    """Name and units to choose from, once a known district or province behind the name is read."""
    name, district, named = split_qualifier(clean)
    inside = [u for u in index.units if district and exact_key(u.district).endswith(district)]
    if inside:
        chosen = frozenset(unit.code for unit in inside)
        return name, name_index(inside[0].province, index.vintage, chosen)
    if named and province in (None, named):
        return name, index if province else name_index(named, index.vintage)
    return (clean if district or named else name), index


def _by_code(text: str, clean: str, index: NameIndex) -> Match | NoMatch:
    code = clean.removesuffix(".0").zfill(5)
    unit = next((unit for unit in index.units if unit.code == code), None)
    if unit:
        return Match(code, unit.name, "exact", 1.0, (), text, unit)
    return _no_match(
        text,
        "unknown",
        message("layers.communes.no_commune_of_code", vintage=index.vintage, code=code),
    )


def _settle(text: str, clean: str, index: NameIndex, equal: Equal) -> Match | NoMatch:
    """Take the one unit of equal name, mind its kind, and refuse several."""
    if len(equal.units) > 1:
        told = _labels(equal.units)
        return _no_match(
            text,
            "ambiguous",
            message(
                "layers.communes.borne_by_several", clean=clean, count=len(equal.units), told=told
            ),
            (Candidate(unit, 1.0) for unit in equal.units),
        )
    unit = equal.units[0]
    others = tuple(c for _, c in index.nearest(clean, most=_MOST_SLIPS) if c.unit != unit)[:3]
    how, remark = equal.how, _district_of(unit)
    if equal.kind and equal.kind != unit.kind:
        how = "near"
        remark = message(
            "layers.communes.written_as_other_kind",
            kind=equal.kind,
            label=unit.label,
            kind_2=unit.kind,
        )
    elif how == "near":
        remark = message("layers.communes.one_letter_from_another")
    return Match(unit.code, unit.name, how, 1.0, others, text, unit, remark)


def _district_of(unit: Unit) -> Phrase | None:
    """Remark on a commune that bears the name of a district dissolved in July 2025."""
    if unit.vintage != NEWEST_VINTAGE or len(vintages(unit.province)) == 1:
        return None
    before = communes_on(unit.province, vintages(unit.province)[-2]).values()
    if not any(old.district == f"Huyện {unit.name}" for old in before):
        return None
    return message("layers.communes.perhaps_district", unit=unit.name)


def _at_other_times(clean: str, province: str | None, vintage: str) -> tuple[Unit, ...]:
    """Units of another vintage that bear exactly this name, the nearest in time first."""
    found: list[Unit] = []
    for code in [province] if province else provinces():
        known = vintages(code)
        others = [v for v in reversed(known) if v < vintage] + [v for v in known if v > vintage]
        equal = next(filter(None, (name_index(code, v).equal(clean) for v in others)), None)
        found += equal.units if equal else ()
    return tuple(found)


def _namesakes(clean: str, province: str | None, vintage: str) -> tuple[tuple[Unit, ...], bool]:
    """Units beyond those to choose from that bear this very name, and whether of another time."""
    if equal := name_index(province, vintage).equal(clean):
        return equal.units, False
    if others := _at_other_times(clean, province, vintage):
        return others, True
    equal = name_index(None, vintage).equal(clean) if vintage == NEWEST_VINTAGE else None
    return (equal.units, False) if equal else ((), False)


def _guess(text: str, clean: str, index: NameIndex, province: str | None) -> Match | NoMatch:
    """Take the one near name, unless the text is the name of another time or another province."""
    ranked = index.nearest(clean)
    candidates = tuple(candidate for _, candidate in ranked[:4])
    namesakes, other_time = _namesakes(clean, province, index.vintage)
    others = tuple(Candidate(unit, 1.0) for unit in namesakes)
    told = _labels(namesakes)
    if other_time:
        return _no_match(
            text,
            "other-time",
            message(
                "layers.communes.unit_of_other_time",
                clean=clean,
                vintage=index.vintage,
                vintage_2=namesakes[0].vintage,
                told=told,
            ),
            others + candidates,
        )
    if province and not namesakes and _bare_name(clean) in _former_districts(province):
        why = message("layers.communes.is_a_district", clean=clean)
        return _no_match(text, "district", why, candidates)
    best, second = [*(cost for cost, _ in ranked[:2]), math.inf, math.inf][:2]
    most = min(_reach(clean), _MOST_SLIPS_OF_NAMESAKE if namesakes else _MOST_SLIPS)
    if best > most or second - best < _LEAST_MARGIN:
        return _refuse(text, clean, candidates, others, near=best <= most)
    remark = None
    if namesakes:
        remark = message("layers.communes.name_elsewhere", told=told)
    unit, score = candidates[0].unit, candidates[0].score
    return Match(unit.code, unit.name, "near", score, candidates[1:], text, unit, remark)


def _bare_name(clean: str) -> str:
    return exact_key(split_kind(clean)[0][1])


@lru_cache(maxsize=64)
def _former_districts(province: str) -> frozenset[str]:
    """Keys of the districts that the communes of a province of today lay in until June 2025."""
    known = vintages(province)
    units = communes_on(province, known[-2]).values() if len(known) > 1 else ()
    return frozenset(key for unit in units if (key := district_key(unit.district)))


def _reach(clean: str) -> float:
    """Most slips for a name of this length: more than half a short one may not be wrong."""
    return len(letters(split_kind(clean)[0][1]).base) / 2


def _refuse(
    text: str,
    clean: str,
    candidates: tuple[Candidate, ...],
    others: tuple[Candidate, ...],
    *,
    near: bool,
) -> NoMatch:
    likely = _labels(candidate.unit for candidate in candidates[:3]) or "–"
    if others:
        told = _labels(candidate.unit for candidate in others)
        return _no_match(
            text,
            "elsewhere",
            message("layers.communes.commune_of_elsewhere", clean=clean, told=told),
            others + candidates,
        )
    if near:
        return _no_match(
            text,
            "ambiguous",
            message("layers.communes.near_several", clean=clean, likely=likely),
            candidates,
        )
    nearest = message("layers.communes.nearest_are", likely=likely)
    if not candidates:
        nearest = message("layers.communes.no_name_near")
    return _no_match(
        text,
        "unknown",
        message("layers.communes.not_a_commune_known", clean=clean, nearest=nearest),
        candidates,
    )
