"""Lists of communes in a sentence of a plan: which communes, and whether others may join them."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from layers.base.messages import message
from layers.communes.exclusions import (
    PART,
    UNIT,
    Exclusion,
    ends_with_province,
    find_exclusions,
)
from layers.communes.gazetteer import Day, communes_on
from layers.communes.match_result import Candidate, Match, NoMatch
from layers.communes.matching import match_commune
from layers.communes.qualifiers import names_whole_province
from layers.communes.spelling import CAPITAL, tidy

_KIND = r"(?:xã|phường|thị trấn|đặc khu)"
#: Words that open a list; what stands before is not part of it.
_OPENING = re.compile(
    rf"\b(?:các\s+)?(?:\d+\s+)?(?:xã\s*,\s*phường|phường\s*,\s*xã|{_KIND})\b\s*:?", re.IGNORECASE
)
#: Three dots, an ellipsis or "v.v." leave a list open; a further name may stand behind them.
_OPEN_END = re.compile(r"\s*(?:…|\.{2,}|\bv\.?\s?v\b\.*)(?P<on>\s*(?:[,;]|\b(?:và|cùng)\b)\s*)?")
#: Communes without a name: "một số xã có điều kiện", "vùng phụ cận".
_UNNAMED = re.compile(
    rf"(?:(?:(?:các|một số|một vài|vài|nhiều|những|số)\s+)+"
    rf"(?P<noun>{_KIND}|địa phương|địa bàn|nơi|vùng|khu vực|huyện|đơn vị|cơ sở)(?!\w)"
    r"|(?:(?:xã|phường|vùng|khu vực|địa bàn|địa phương|nơi)\s+)?"
    r"(?:khác|phụ cận|lân cận|liền kề|xung quanh|giáp ranh|còn lại)(?!\w))\s*(?P<rest>.*)",
    re.IGNORECASE | re.DOTALL,
)
#: Figures of single communes: "A (1.000 ha), B (500 ha)", "A 1.000 ha, B 500 ha"; a list may be cut
#: off within the parentheses.
_FIGURES = re.compile(
    r"\s*\((?:[^()]*\d[^()]*\)|[^()]*$)|:?\s+\d[\d.,]*\s*(?:ha|héc[- ]?ta|tấn|con|cây|m3|%)(?!\w)"
)
#: A full stop or the next bullet ends it; the dot of "P. Kỳ Lừa" or "TT. Na Dương" does not.
_SENTENCE_END = re.compile(r"(?<!\b[PXHpxh])(?<!\bTT)(?<!\bTP)(?<!\bTX)\.(?=\s|$)|\n\s*[-+•]")
_BETWEEN = re.compile(
    r"[,;:\n]|\s(?:và|với|cùng)\s|\s&\s|\s[-–]\s(?=(?:xã|phường|đặc khu)\s)"
    r"|(?<=\w)\s*/\s*(?=(?:(?:xã|phường)\s+)?(?P<next>[^\W\d_]))",
    re.IGNORECASE,
)
#: Names in a row, as a cell of several lines has them.
_FEWEST_WORDS, _MOST_WORDS = 4, 80
_NAME_LETTERS = 60
#: Longest words between a kind and its names, and longest item with what stands beside the name.
_LEAD, _ITEM_LETTERS = 300, 160
#: Before the names that are taken out: "trừ ra cả hai xã A, B"; Ba Sơn is a name.
_OUT_LEAD = re.compile(
    r"^(?:(?:và|các|những|toàn bộ|tất cả|cả|ra|đi|lại|riêng|địa bàn|phạm vi|hai|ba|bốn|năm|sáu"
    r"|bảy|tám|chín|mười|\d+)\s+)+(?=\S)"
)
#: "các xã, phường: A, B" and "xã: A" before the names that are taken out.
_KINDS_AHEAD = re.compile(
    rf"(?<!\w)(?:(?P<both>xã\s*,\s*phường)|(?<!thị )(?P<one>{_KIND}))\s*:?\s+(?=(?-i:{CAPITAL}))",
    re.IGNORECASE,
)
_DASH = re.compile(r"\s[-–]\s")
_ASIDE = re.compile(r"\(([^()]*)\)")
_STRETCH = re.compile(
    rf"(?:từ\s+)?(?:{_KIND}\s+)?(?P<first>\S.*?)\s+đến\s+(?P<last>\S.*)", re.IGNORECASE
)
_LEADING = re.compile(r"^(?:và|cùng|với|gồm)\s+", re.IGNORECASE)
#: Words between the kind and the names ("các xã vùng cao như A"), in small letters: Như Thanh is a
#: name.
_CONNECTIVE = r"\b(?:như(?: là)?|(?:bao )?gồm(?: có)?|là|(?:như )?sau(?: đây)?|dưới đây|cụ thể)"
_INTRODUCED = re.compile(rf"^.*{_CONNECTIVE}\s+(?=[^\W\d_])")
_INTRODUCTION = re.compile(rf"^.*{_CONNECTIVE}$")
#: What the communes have in common, in small letters before the first name.
COMMON = (
    r"(?:vùng (?:cao|thấp|sâu|xa|đệm|biên|núi|đồng bằng|ven biển)|miền núi|biên giới|trung du"
    r"|ven (?:biển|sông|hồ|đô)|phía (?:bắc|nam|đông|tây))"
)
_IN_COMMON = re.compile(rf"(?P<kind>(?:các\s+)?(?:xã|phường))\s+{COMMON}\s+(?=[^\W\d_])")
_NAMES_FOLLOW = re.compile(rf"[^,;.\n]*{_CONNECTIVE}\s*:?\s*(?=[^\W\d_])")


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A commune that a list names more than once."""

    code: str  # Its code
    name: str  # Its name
    texts: tuple[str, ...]  # The texts that mean it, in the order of the list


@dataclass(frozen=True, slots=True)
class NameList:
    """Communes that a sentence lists.

    Parameters
    ----------
    matches : tuple of Match
        One for each distinct commune, in the order of the list; all of the province, in order of
        code, where the sentence means the whole province.
    open : bool
        The list ends in an ellipsis: other communes may join.
    duplicates : tuple of Duplicate
        Communes named more than once.
    unresolved : tuple of NoMatch
        Items that mean no single commune, each with its reason.
    whole_province : bool
        The sentence means every commune ("các xã, phường trên địa bàn tỉnh").
    excluded : tuple of Match
        Communes that the sentence takes out of its list, or of the whole province.
    rest_of_province : bool
        The matches are all communes of the province but the excluded ones.
    """

    matches: tuple[Match, ...]
    open: bool
    duplicates: tuple[Duplicate, ...] = ()
    unresolved: tuple[NoMatch, ...] = ()
    whole_province: bool = False
    excluded: tuple[Match, ...] = ()
    rest_of_province: bool = False

    @property
    def codes(self) -> tuple[str, ...]:
        """Codes of the matches."""
        return tuple(match.code for match in self.matches)


def _asides(text: str) -> list[tuple[int, int]]:
    """Where parentheses that hold no others begin and end."""
    return [aside.span() for aside in _ASIDE.finditer(text)]


def _within(asides: Sequence[tuple[int, int]], place: int) -> bool:
    at = bisect_left(asides, (place,))  # the first that begins there or behind
    return at > 0 and place < asides[at - 1][1]


def _opening(text: str) -> int:
    """Where the list begins: at the first kind word before a capital letter, else at the first."""
    asides = _asides(text)
    found = [one for one in _OPENING.finditer(text) if not _within(asides, one.start())]
    named = (one for one in found if _before_names(text[one.end() : one.end() + _LEAD]))
    first = next(named, found[0] if found else None)
    return first.start() if first else 0


def _before_names(rest: str) -> bool:
    """Whether names follow, at once or behind words such as "như" and "gồm"."""
    introduced = _NAMES_FOLLOW.match(rest) or re.match(rf"\s*{COMMON}\s+", rest)
    return rest[introduced.end() if introduced else 0 :].lstrip(" :")[:1].isupper()


def _sentence(text: str) -> tuple[str, bool]:
    """Sentence of the first list of a text, up to an ellipsis, and whether one leaves it open."""
    # A line break within a sentence is the page's, unless names stand one below the other.
    joined = text if not re.search("[,;]", text) else re.sub(r"\n(?!\s*[-+•])", " ", text)
    begin, is_open = _opening(joined), False
    ends = [end.end() for end in _SENTENCE_END.finditer(joined, 0, begin)]
    listed = joined[ends[-1] if ends else 0 :]
    begin -= ends[-1] if ends else 0
    end = _SENTENCE_END.search(listed, begin)
    for dots in _OPEN_END.finditer(listed, begin):
        if end is not None and dots.start() > end.start():
            break
        is_open = True
        if not (dots["on"] and _names_begin(listed[dots.end() : dots.end() + _NAME_LETTERS])):
            return listed[: dots.start()], True
        dotted = re.sub(r"\S", ",", dots[0])
        listed = listed[: dots.start()] + dotted + listed[dots.end() :]
        if end is not None and end.start() < dots.end():
            end = _SENTENCE_END.search(listed, dots.end())  # the dots were no full stop
    end = _SENTENCE_END.search(listed, begin)
    return listed[: end.start()] if end else listed, is_open


def _names_begin(text: str) -> bool:
    return bool(re.match(rf"(?:(?:các\s+)?{_KIND}\s+)?[^\W\d_]", text)) and next(
        (word[0].isupper() for word in text.split() if word not in _SMALL_WORDS), False
    )


_SMALL_WORDS = {"các", "xã", "phường", "thị", "trấn", "đặc", "khu", "và", "cùng"}


def _split(text: str) -> list[str]:
    """Texts between the separators that stand in no parentheses."""
    asides, parts, begin = _asides(text), [], 0
    for sign in _BETWEEN.finditer(text):
        if _within(asides, sign.start()) or (sign["next"] and not sign["next"].isupper()):
            continue
        parts.append(text[begin : sign.start()])
        begin = sign.end()
    return [part for part in map(tidy, [*parts, text[begin:]]) if part]


def _strip_opening(item: str) -> str:
    """Drop the words that open the whole list, keeping a kind word before a single name."""
    item = re.sub(rf"^(?:các\s+)?\d+\s+(?={_KIND}\b)", "", item, flags=re.IGNORECASE)
    introduced = _INTRODUCED.match(item)
    if introduced and item[introduced.end()].isupper():
        return item[introduced.end() :]
    common = _IN_COMMON.match(item)
    if common and item[common.end()].isupper():
        return f"{common['kind']} {item[common.end() :]}"
    opening = _OPENING.match(item)
    return "" if (opening and _INTRODUCTION.match(item)) or _OPENING.fullmatch(item) else item


def read_name_list(text: str, *, province: str, on: Day = None) -> NameList:
    """Read the communes that a sentence lists.

    Parameters
    ----------
    text : str
        A sentence or a bare list: "các xã A, B, C và phường D, …". Only the first list of the text
        is read, up to the end of its sentence or its ellipsis.
    province : str
        Code or name of the province.
    on : str, int, date or None
        Day of the text; the newest vintage without it.

    Returns
    -------
    NameList
        Distinct communes, whether the list is open, duplicates, and what could not be resolved.

    Raises
    ------
    InputError
        No table for that province and day.

    Examples
    --------
    >>> found = read_name_list("tại các xã Lộc Bình, Ba sơn và phường Kỳ Lừa,...", province="20")
    >>> found.codes, found.open
    (('06529', '06196', '06187'), True)
    """
    sentence, is_open = _sentence(unicodedata.normalize("NFC", text))
    taken = find_exclusions(sentence)
    read = _Items(province, on, cased=any(sign.isupper() for sign in sentence))
    main = sentence
    for one in reversed(taken):
        before = re.sub(r"\s(?:nhưng|song|mà)$", "", main[: one.start].rstrip(" ,;"))
        alone = one.aside and before.endswith("(")
        main = f"{before.rstrip('( ,;') if alone else before} {main[one.end + alone :]}"
    read.read(_FIGURES.sub(_without_names, main))
    if taken:
        return _without_excluded(sentence, taken, read, is_open=is_open)
    if names_whole_province(main) and not read.matches:
        return NameList(_everything(province, on), open=False, whole_province=True)
    return _listed(read.matches, read.unresolved, is_open=is_open or read.open)


def _without_names(figures: re.Match[str]) -> str:
    """Nothing for figures in parentheses; "(và 2 xã A, B)" holds names and stays."""
    named = re.finditer(rf"\b{_KIND}\b\s*:?\s*(\S)", figures[0])
    return figures[0] if any(one[1].isupper() for one in named) else ""


def _listed(
    matches: Sequence[Match],
    unresolved: Sequence[NoMatch],
    *,
    is_open: bool,
    excluded: Sequence[Match] = (),
) -> NameList:
    found: dict[str, list[Match]] = {}
    for match in matches:
        found.setdefault(match.code, []).append(match)
    return NameList(
        matches=tuple(same[0] for same in found.values()),
        open=is_open,
        duplicates=tuple(
            Duplicate(code, same[0].name, tuple(match.text for match in same))
            for code, same in found.items()
            if len(same) > 1
        ),
        unresolved=tuple(unresolved),
        excluded=tuple(excluded),
    )


def _without_excluded(
    sentence: str, taken: Sequence[Exclusion], main: _Items, *, is_open: bool
) -> NameList:
    """What is left of a list, or of the province, without what its sentence takes out.

    Where it is not plain what is taken out of what, nothing is left and the passage is told. What
    takes out a part of a commune is told and not followed.
    """
    outs = [_Out(one, sentence, main) for one in taken]
    excluded = {match.code: match for one in outs for match in one.matches}
    # What is taken out beside a name alone ("(trừ thôn B)") takes none of the others away.
    beside = all(one.aside for one in taken)
    unclear = any(one.unclear for one in outs) or (is_open and not beside and bool(excluded))
    province = ends_with_province(sentence[: taken[0].start])
    if main.matches and province:
        province = _goes_on(sentence[taken[0].end :], main.matches[0].text)
        unclear |= province and any(match.code in excluded for match in main.matches)
    if unclear and not (beside and main.matches and not province):
        told = [_unclear(one.passage) for one in outs]
        return _listed((), [*filter(names_a_commune, main.unresolved), *told], is_open=False)
    told = [_in_part(one.passage) for one in outs if one.part]
    if province:
        everything, out = _everything(main.province, main.on), tuple(excluded.values())
        rest = tuple(one for one in everything if one.code not in excluded)
        return NameList(
            rest, False, unresolved=tuple(told), whole_province=not excluded, excluded=out,
            rest_of_province=bool(excluded),
        )  # fmt: skip
    if not main.matches:
        told = [_unclear(one.passage) for one in outs]
        return _listed((), [*filter(names_a_commune, main.unresolved), *told], is_open=False)
    rest_of_list = [match for match in main.matches if match.code not in excluded]
    behind = main.matches[0].text in sentence[: taken[0].start]
    listed = {match.code for match in main.matches}
    told += [
        _not_listed(one.passage)
        for one in outs
        if one.unclear or (behind and not {match.code for match in one.matches} <= listed)
    ]
    return _listed(
        rest_of_list,
        [*main.unresolved, *told],
        is_open=is_open or main.open,
        excluded=[match for match in excluded.values() if match.code in listed],
    )


def _goes_on(text: str, name: str) -> bool:
    """Whether a name stands right behind parentheses: "các xã trong tỉnh (trừ …), Khánh Khê"."""
    lead, found, _ = text.partition(name)
    return bool(found and re.fullmatch(rf"\)\s*(?:,|và|,\s*và)\s*(?:các\s+)?(?:{_KIND}\s+)?", lead))


def _unclear(passage: str) -> NoMatch:
    why = message("layers.communes.exclusion_unclear", passage=passage)
    return NoMatch(passage, "exclusion", why)


def _in_part(passage: str) -> NoMatch:
    why = message("layers.communes.excluded_in_part", passage=passage)
    return NoMatch(passage, "exclusion", why)


def _not_listed(passage: str) -> NoMatch:
    why = message("layers.communes.excluded_not_listed", passage=passage)
    return NoMatch(passage, "exclusion", why)


class _Out:
    """What words of exclusion take out: communes by their names, or what is not plain."""

    def __init__(self, words: Exclusion, sentence: str, main: _Items) -> None:
        self.passage = sentence[words.start : words.end].strip(" ,;")
        self.part = words.kind == "limit"  # takes out a part of a commune, or no area at all
        self.unclear = words.kind == "doubtful"
        self.matches: list[Match] = []
        if words.kind == "out":
            self._read(sentence[words.names : words.names_end], main)
            self.unclear |= not (self.matches or self.part)

    def _read(self, text: str, main: _Items) -> None:
        names = _KINDS_AHEAD.sub(lambda kinds: f"{kinds['one'] or ''} ", text)
        for item in _split(names):
            plain = _OUT_LEAD.sub("", item)
            name, *beside = re.split(r"\s*(?=\()", plain, maxsplit=1)
            if PART.search(name):
                # What follows may be further parts: "trừ thôn A, B của xã C".
                self.part = True
                return
            if beside and PART.search(beside[0]):
                self.part = True
                continue
            found = main.look(name if beside and re.search(r"\d", beside[0]) else plain)
            if isinstance(found, Match) and not found.confirm:
                self.matches.append(found)
            elif not self.matches or UNIT.search(plain) or _UNNAMED.match(plain) or not main.cased:
                self.unclear = True
        # "Trừ các xã, phường A" may mean every commune.
        both = any(kinds["both"] for kinds in _KINDS_AHEAD.finditer(text))
        self.unclear |= both and len(self.matches) < 2


def names_a_commune(refusal: NoMatch) -> bool:
    """Whether what was not understood in a list looks like a name that must not be lost."""
    text = refusal.text
    named = re.search(rf"(?<!UBND )\b{_KIND}\b\s*:?\s+(\S)", text)
    exact = any(one.score == 1 for one in refusal.candidates)
    return (
        refusal.reason in ("exclusion", "stretch")
        or text[:1].isupper()
        or bool(named and named[1].isupper())
        or (exact and refusal.reason != "whole-province")
    )


@lru_cache(maxsize=4096)  # a text is read again from each place where a list may open
def _match(text: str, province: str, on: Day) -> Match | NoMatch:
    return match_commune(text, province=province, on=on)


class _Items:
    """Communes that the items of a list mean, and what was not understood."""

    def __init__(self, province: str, on: Day, *, cased: bool) -> None:
        self.province, self.on, self.cased = province, on, cased
        self.matches: list[Match] = []
        self.unresolved: list[NoMatch] = []
        self.open = False

    def read(self, text: str) -> None:
        """Read the items of a list, and the names that stand before its first kind word."""
        begin = _opening(text)
        items = _split(text[begin:])
        for part in reversed(_split(text[:begin])):
            if not isinstance(found := self.look(part), Match) or found.confirm:
                break
            items.insert(0, part)
        for item in items:
            plain = _LEADING.sub("", item)
            if _is_unnamed(plain):
                self._take_unnamed(plain)
                continue
            plain = re.sub(r"^các\s+", "", plain, flags=re.IGNORECASE)
            if plain and (plain := _strip_opening(plain)):
                self._resolve(plain)

    def _take_unnamed(self, item: str) -> None:
        """Leave a list open for "các xã lân cận"; "các xã vùng hồ (A, B)" names its communes."""
        aside = _ASIDE.search(item)
        if aside and (inside := self._inside(aside)):
            self.matches += inside
        elif self.matches:
            self.open = True
        else:
            self.unresolved.append(self._unknown(item))

    def _inside(self, aside: re.Match[str]) -> list[Match]:
        return [one for part in _split(aside[1]) for one in self._sure([part])]

    def look(self, text: str) -> Match | NoMatch:
        """Commune that a text means; a long one is no name."""
        plain = _without_heading(text)
        if len(plain) > _ITEM_LETTERS:
            return self._unknown(plain)
        found = _match(plain, self.province, self.on)
        if isinstance(found, Match) and found.confirm and self.cased and plain.islower():
            return self._unknown(plain)  # "quy mô" is no misspelt Quy Mông
        return found

    def _unknown(self, text: str) -> NoMatch:
        return NoMatch(text, "unknown", message("layers.communes.no_name_of_list", item=text))

    def _resolve(self, item: str) -> None:
        """Take the commune of an item, or those of an item that holds several."""
        stretch, pieces = _STRETCH.fullmatch(item), _DASH.split(item)
        ends = [self.look(stretch[end]) for end in ("first", "last")] if stretch else []
        if ends and all(isinstance(one, Match) for one in ends):
            why = message("layers.communes.stretch_of_communes", item=item)
            self.unresolved.append(NoMatch(item, "stretch", why))
        elif len(pieces) > 1 and (several := self._sure(pieces)):
            # "Tân Văn - Bình Gia" may name a commune and its former district.
            two = len(several) > 2 or several[-1].remark is None
            self.matches += several if two else several[:1]
            if not two:
                why = message("layers.communes.one_or_two_communes", item=item)
                self.unresolved.append(NoMatch(item, "unknown", why))
        elif aside := _ASIDE.search(item):
            self._resolve_aside(item, aside)
        else:
            self._take(self.look(item))

    def _take(self, found: Match | NoMatch) -> None:
        if isinstance(found, Match):
            self.matches.append(found)
            return
        words = found.text.split()
        if several := self._in_a_row(words[1:] if words[:1] == ["xã"] else words):
            self.matches += several
            return
        if words and words[0].islower():
            # "nhất là Tân Văn": the name is told.
            at = next((place for place, word in enumerate(words) if word[0].isupper()), 0)
            if at and (sure := self._sure([" ".join(words[at:])])):
                found = replace(found, candidates=(Candidate(sure[0].unit, 1.0),))
        self.unresolved.append(found)

    def _in_a_row(self, words: Sequence[str]) -> list[Match]:
        """Communes whose names stand in a row without a sign, where they can be parted one way."""
        if not _FEWEST_WORDS <= len(words) <= _MOST_WORDS or not all(w[0].isupper() for w in words):
            return []
        ways: list[list[list[Match]]] = [[[]]]
        for end in range(1, len(words) + 1):
            ways.append([])
            for begin in range(max(0, end - 4), end - 1):
                if ways[begin] and (one := self._sure([" ".join(words[begin:end])])):
                    ways[end] += [[*way, *one] for way in ways[begin][:2]]
        return ways[-1][0] if len(ways[-1]) == 1 else []

    def _sure(self, pieces: Sequence[str]) -> list[Match]:
        """Communes of texts if each of them surely means one."""
        found = [self.look(_strip_opening(piece)) for piece in map(tidy, pieces)]
        sure = [one for one in found if isinstance(one, Match) and not one.confirm]
        return sure if len(sure) == len(found) else []

    def _resolve_aside(self, item: str, aside: re.Match[str]) -> None:
        """Take the commune of "A (huyện X)", and those of "các xã vùng hồ (A, B)"."""
        named = self.look(item)
        if isinstance(named, NoMatch):
            named = self.look(tidy(item[: aside.start()] + item[aside.end() :]))
        inside = self._inside(aside)
        if isinstance(named, NoMatch) and named.reason != "other-time" and inside:
            self.matches += inside
            if named.text[:1].isupper():
                self.unresolved.append(named)
            return
        self._take(named)
        others = [one for one in inside if one.remark is None]
        if isinstance(named, Match) and {one.code for one in others} - {named.code}:
            why = message("layers.communes.names_in_parentheses", item=item)
            self.unresolved.append(NoMatch(item, "unknown", why))


def _is_unnamed(item: str) -> bool:
    """Whether an item means communes without a name: "một số xã có điều kiện"."""
    found = _UNNAMED.fullmatch(item)
    if found is None or _INTRODUCED.match(item) or _INTRODUCTION.match(item):
        return False
    if _IN_COMMON.match(item) or re.match(rf"\s*,?\s*{_KIND}\b", found["rest"], re.IGNORECASE):
        return False
    if not found["rest"]:
        return found["noun"] is None or item.split()[0].lower() != "các"
    return found["rest"][0].islower()


def _without_heading(item: str) -> str:
    """Name of an item; "các xã Đình Lập" heads a list whose members may be of any kind."""
    return re.sub(r"^các\s+(?:xã|phường|thị trấn)\s+", "", item, flags=re.IGNORECASE)


def _everything(province: str, on: Day) -> tuple[Match, ...]:
    return tuple(
        Match(unit.code, unit.name, "exact", 1.0, (), unit.name, unit)
        for unit in communes_on(province, on).values()
    )
