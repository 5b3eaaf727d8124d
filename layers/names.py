"""Which commune is meant by a name as people write it.

The rule is: exact or explained, never guessed in silence. A text is matched by equal letters, by an
accepted spelling, by an alias, or else by nearness; what is near, and nothing else, must be
confirmed by a person. Ambiguous, too far, of another province or of another time is a refusal that
lists what might have been meant.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from layers.datafiles import data_path
from layers.errors import InputError, NameResolutionError
from layers.gazetteer import (
    NEWEST_VINTAGE,
    Day,
    Unit,
    communes_on,
    find_province,
    provinces,
    vintage_on,
    vintages,
)
from layers.matches import Candidate, How, Match, Refusal
from layers.qualifiers import names_whole_province, split_qualifier
from layers.spelling import (
    Letters,
    distance,
    exact_key,
    letters,
    plain_key,
    similarity,
    spelling_key,
    split_kind,
    tidy,
)
from layers.wording import Phrase

__all__ = ["look_up", "resolve"]

#: Weighted edits up to which a name may be near, and by how much the next must be farther off.
_MOST_EDITS = 6
_LEAST_MARGIN = 2


@dataclass(frozen=True, slots=True)
class _Index:
    """Units of one province and day, by each of their keys."""

    vintage: str
    units: tuple[Unit, ...]
    exact: dict[str, list[Unit]] = field(default_factory=lambda: defaultdict(list))
    spelling: dict[str, list[Unit]] = field(default_factory=lambda: defaultdict(list))
    alias: dict[str, list[Unit]] = field(default_factory=lambda: defaultdict(list))
    plain: dict[str, list[Unit]] = field(default_factory=lambda: defaultdict(list))
    parts: tuple[Letters, ...] = ()


@lru_cache(maxsize=1)
def _aliases() -> tuple[tuple[str, str, str], ...]:
    with data_path("commune_aliases.csv").open(encoding="utf-8", newline="") as file:
        return tuple((r["alias"], r["code"], r["vintage"]) for r in csv.DictReader(file))


@lru_cache(maxsize=64)
def _index(province: str | None, vintage: str, among: frozenset[str] | None) -> _Index:
    known = communes_on(province, vintage)
    if among is not None and (strange := sorted(among - set(known))):
        raise InputError(
            en=f"Expected codes of {vintage}, found {len(strange)} unknown ones among the communes "
            f"to choose from: {', '.join(strange[:5])}.",
            vi=f"Cần mã của thời điểm {vintage}, lại thấy {len(strange)} mã lạ trong các xã được "
            f"chọn: {', '.join(strange[:5])}.",
        )
    units = tuple(unit for code, unit in known.items() if among is None or code in among)
    index = _Index(vintage, units, parts=tuple(letters(unit.name) for unit in units))
    for unit in units:
        index.exact[exact_key(unit.name)].append(unit)
        index.spelling[spelling_key(unit.name)].append(unit)
        index.plain[plain_key(unit.name)].append(unit)
    chosen = {unit.code: unit for unit in units}
    for alias, code, since in _aliases():
        if code in chosen and since == vintage:
            index.alias[spelling_key(alias)].append(chosen[code])
    return index


def _without_marks(text: str) -> str:
    """Plain key of a text that carries no mark at all; nothing for a text that does."""
    return plain_key(text) if exact_key(text).isascii() else ""


#: Levels in order of trust; what a key maps to nothing is not looked up.
_LEVELS: tuple[tuple[How, str, Callable[[str], str]], ...] = (
    ("exact", "exact", exact_key),
    ("spelling", "spelling", spelling_key),
    ("alias", "alias", spelling_key),
    ("spelling", "plain", _without_marks),
)


def _equal(index: _Index, text: str) -> tuple[How, str, list[Unit]] | None:
    """First level on which the text equals names: how, the kind it states, the units."""
    for how, table, key in _LEVELS:
        for kind, name in split_kind(text):
            wanted = key(name)
            hits: list[Unit] = getattr(index, table).get(wanted, []) if wanted else []
            of_kind = [unit for unit in hits if unit.kind == kind]
            if hits:
                return how, kind, of_kind or hits
    return None


def _nearest(index: _Index, text: str) -> list[tuple[int, Candidate]]:
    """Units by weighted edits to the nearer reading of the text; numbers must be equal."""
    readings = [letters(name) for _, name in split_kind(text)]
    found = []
    for unit, parts in zip(index.units, index.parts, strict=True):
        same = [r for r in readings if r.digits == parts.digits]
        if same:
            reading = min(same, key=lambda r: distance(r, parts))
            score = similarity(reading, parts)
            found.append((distance(reading, parts), Candidate(unit, score)))
    return sorted(found, key=lambda pair: (pair[0], pair[1].unit.code))


def _labels(units: Iterable[Unit]) -> str:
    return "; ".join(
        unit.label if unit.district else f"{unit.label} ({provinces()[unit.province].name})"
        for unit in list(units)[:5]
    )


def look_up(
    text: str,
    *,
    province: str | None = None,
    on: Day = None,
    among: Iterable[str] | None = None,
) -> Match | Refusal:
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
    Match or Refusal
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
) -> Match | Refusal:
    clean = tidy(text)
    if not clean or clean.casefold() in ("nan", "none", "null", "<na>"):
        return Refusal(
            text,
            "empty",
            Phrase(en="an empty cell names no commune", vi="ô trống, không có tên xã"),
        )
    if names_whole_province(clean):
        return Refusal(
            text,
            "whole-province",
            Phrase(
                en=f"{clean!r} means every commune of the province, not one",
                vi=f"{clean!r} chỉ toàn tỉnh, không phải một xã",
            ),
        )
    index = _index(province, vintage, among)
    if clean.removesuffix(".0").isdigit():
        return _by_code(text, clean, index)
    equal = _equal(index, clean)
    if not equal:
        clean, district, named = split_qualifier(clean)
        index = _within(_index(province or named, vintage, among), district)
        equal = _equal(index, clean)
    if equal:
        return _settle(text, clean, index, equal)
    return _guess(text, clean, index, province)


def _within(index: _Index, district: str) -> _Index:
    """Units of one district, where the index knows it; since July 2025 there are none."""
    inside = [u for u in index.units if district and exact_key(u.district).endswith(district)]
    if not inside:
        return index
    return _index(inside[0].province, inside[0].vintage, frozenset(u.code for u in inside))


def _by_code(text: str, clean: str, index: _Index) -> Match | Refusal:
    code = clean.removesuffix(".0").zfill(5)
    unit = next((unit for unit in index.units if unit.code == code), None)
    if unit:
        return Match(code, unit.name, "exact", 1.0, (), text, unit)
    message = Phrase(
        en=f"no commune of {index.vintage} has the code {code}",
        vi=f"không có xã nào mang mã {code} vào thời điểm {index.vintage}",
    )
    return Refusal(text, "unknown", message)


def _settle(
    text: str, clean: str, index: _Index, equal: tuple[How, str, list[Unit]]
) -> Match | Refusal:
    """Take the one unit of equal name, mind its kind, and refuse several."""
    how, kind, units = equal
    if len(units) > 1:
        message = Phrase(
            en=f"{clean!r} is borne by {len(units)} communes: {_labels(units)}; add the kind, the "
            "district or the province",
            vi=f"{clean!r} là tên của {len(units)} đơn vị: {_labels(units)}; hãy ghi thêm loại đơn "
            "vị, huyện hoặc tỉnh",
        )
        return Refusal(text, "ambiguous", message, tuple(Candidate(u, 1.0) for u in units))
    unit = units[0]
    others = tuple(c for _, c in _nearest(index, clean)[:4] if c.unit != unit)[:3]
    if kind and kind != unit.kind:
        remark = Phrase(
            en=f"written as {kind}, but {unit.label} is a {unit.kind}",
            vi=f"ghi là {kind}, nhưng {unit.label} là {unit.kind}",
        )
        return Match(unit.code, unit.name, "near", 1.0, others, text, unit, remark)
    return Match(unit.code, unit.name, how, 1.0, others, text, unit, _district_of(unit))


def _district_of(unit: Unit) -> Phrase | None:
    """Remark on a commune that bears the name of a district dissolved in July 2025."""
    if unit.vintage != NEWEST_VINTAGE or len(vintages(unit.province)) == 1:
        return None
    before = communes_on(unit.province, vintages(unit.province)[-2]).values()
    if not any(old.district == f"Huyện {unit.name}" for old in before):
        return None
    return Phrase(
        en=f"until 30 June 2025 {unit.name} was also a district: a figure of an older source may "
        "be the district's",
        vi=f"đến 30/6/2025 {unit.name} còn là tên huyện: số liệu của nguồn cũ hơn có thể là của "
        "cả huyện",
    )


def _past(clean: str, province: str | None, vintage: str) -> list[Unit]:
    """Units of an earlier vintage that bear exactly this name."""
    for code in [province] if province else [p for p in provinces() if len(vintages(p)) > 1]:
        for earlier in reversed([v for v in vintages(code) if v < vintage]):
            equal = _equal(_index(code, earlier, None), clean)
            if equal:
                return equal[2]
    return []


def _namesakes(clean: str, province: str | None, vintage: str) -> tuple[list[Unit], bool]:
    """Units beyond those to choose from that bear this very name, and whether they are past."""
    equal = _equal(_index(province, vintage, None), clean)
    if equal:
        return equal[2], False
    if past := _past(clean, province, vintage):
        return past, True
    equal = _equal(_index(None, vintage, None), clean) if vintage == NEWEST_VINTAGE else None
    return (equal[2], False) if equal else ([], False)


def _guess(text: str, clean: str, index: _Index, province: str | None) -> Match | Refusal:
    """Take the one near name, unless the text is the name of another time or another province."""
    ranked = _nearest(index, clean)
    candidates = tuple(candidate for _, candidate in ranked[:4])
    elsewhere, past = _namesakes(clean, province, index.vintage)
    if past:
        told = _labels(elsewhere)
        message = Phrase(
            en=f"{clean!r} is a unit of before {index.vintage}: {told}; give the date of the "
            "source, or name the commune of today",
            vi=f"{clean!r} là đơn vị trước {index.vintage}: {told}; hãy nêu ngày của nguồn, hoặc "
            "ghi tên xã hiện nay",
        )
        older = tuple(Candidate(unit, 1.0) for unit in elsewhere)
        return Refusal(text, "past", message, older + candidates)
    # A name that another province has may still be a slip of the pen here, but only a small one.
    most = 2 if elsewhere else min(_MOST_EDITS, _reach(clean))
    edits = [cost for cost, _ in ranked[:2]] + [99, 99]
    if edits[0] > most or edits[1] - edits[0] < _LEAST_MARGIN:
        return _refuse(text, clean, candidates, elsewhere, near=edits[0] <= most)
    best = candidates[0]
    remark = None
    if elsewhere:
        remark = Phrase(
            en=f"elsewhere this is a name of its own: {_labels(elsewhere)}",
            vi=f"ở nơi khác đây là tên riêng: {_labels(elsewhere)}",
        )
    unit, others = best.unit, candidates[1:]
    return Match(unit.code, unit.name, "near", best.score, others, text, unit, remark)


def _reach(clean: str) -> int:
    """Most edits for a name of this length: half the letters of a short one may not be wrong."""
    return max(2, len(letters(split_kind(clean)[0][1]).base) - 1)


def _refuse(
    text: str,
    clean: str,
    candidates: Sequence[Candidate],
    elsewhere: list[Unit],
    *,
    near: bool,
) -> Refusal:
    likely = _labels(candidate.unit for candidate in candidates[:3])
    if elsewhere:
        message = Phrase(
            en=f"{clean!r} is a commune of elsewhere, not among those to choose from: "
            f"{_labels(elsewhere)}",
            vi=f"{clean!r} là xã ở nơi khác, không thuộc các xã được chọn: {_labels(elsewhere)}",
        )
        found = tuple(Candidate(unit, 1.0) for unit in elsewhere) + tuple(candidates)
        return Refusal(text, "elsewhere", message, found)
    if near:
        message = Phrase(
            en=f"{clean!r} is as near to several communes: {likely}; write the full name",
            vi=f"{clean!r} gần giống nhiều xã: {likely}; hãy ghi đúng tên",
        )
        return Refusal(text, "ambiguous", message, tuple(candidates))
    message = Phrase(
        en=f"{clean!r} is no commune known here; the nearest are {likely}",
        vi=f"{clean!r} không phải tên xã nào ở đây; gần nhất là {likely}",
    )
    return Refusal(text, "unknown", message, tuple(candidates))


def resolve(
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
    >>> match = resolve("P. KỲ LỪA", province="20")
    >>> match.code, match.how
    ('06187', 'exact')
    >>> resolve("Diềm He", province="20").how
    'near'
    """
    found = look_up(text, province=province, on=on, among=among)
    if isinstance(found, Refusal):
        raise NameResolutionError(
            en=f"Expected the name of one commune: {found.message.en}.",
            vi=f"Cần tên của một xã, phường: {found.message.vi}.",
        )
    return found
